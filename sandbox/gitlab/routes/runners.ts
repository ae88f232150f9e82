import type { Call, Routes } from "../call";
import { ApiError, forbidden, invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Group, type Project, type Runner } from "../model";
import { bool, clearable, int, oneOf, required, text, stringList, type Input } from "../params";
import { hashOf, randomText } from "../secrets";

const runnerTypes = ["instance_type", "group_type", "project_type"] as const;
const runnerStates = ["active", "paused", "online", "offline", "never_contacted", "stale"] as const;
/** The older parameter for both. */
const runnerScopes = ["specific", "shared", ...runnerTypes, ...runnerStates] as const;

/** Runners as records: none ever asks for a job. */
export function registerRunners(routes: Routes, gitlab: GitLab): void {
    const { state } = gitlab;
    const show = (runner: Runner): Input => ({
        id: runner.id,
        description: runner.description,
        ip_address: null,
        active: runner["paused"] !== true,
        paused: runner["paused"] === true,
        is_shared: runner.runnerType === "instance_type",
        runner_type: runner.runnerType,
        name: null,
        online: false,
        status: "never_contacted",
        tag_list: runner["tag_list"] ?? [],
        run_untagged: runner["run_untagged"] ?? true,
        locked: runner["locked"] ?? false,
        maximum_timeout: runner["maximum_timeout"] ?? null,
        access_level: runner["access_level"] ?? "not_protected",
        maintenance_note: runner["maintenance_note"] ?? null,
    });
    const projectsOf = (runner: Runner): Project[] =>
        state.projects.filter((project) => project.runnerIds.includes(runner.id));
    const groupOf = (runner: Runner): Group | undefined =>
        runner.runnerType === "group_type"
            ? state.groups.find((group) => group.id === runner.sourceId)
            : undefined;
    /** Only the answer about one runner says where it belongs, as far as who asks is a member there. */
    const detail = (call: Call, runner: Runner): Input => ({
        ...show(runner),
        groups: [groupOf(runner)].flatMap((group) =>
            group === undefined || (!call.isAdmin && call.groupLevel(group) === 0)
                ? []
                : [
                      {
                          id: group.id,
                          web_url: `${gitlab.url}/groups/${gitlab.groupPath(group)}`,
                          name: group.name,
                      },
                  ],
        ),
        projects: projectsOf(runner)
            .filter((project) => call.isAdmin || call.projectLevel(project) > 0)
            .map((project) => ({ id: project.id, path_with_namespace: gitlab.projectPath(project) })),
    });
    const find = (call: Call, name = "runner_id"): Runner => {
        const found = state.runners.find((each) => each.id === call.number(name));
        if (!found) {
            throw notFound("Runner");
        }
        return found;
    };
    /** An owner of its group, or a maintainer of one of its projects. */
    const manage = (call: Call, runner: Runner): void => {
        const group = groupOf(runner);
        const owned =
            (group !== undefined && call.groupLevel(group) >= Level.owner) ||
            projectsOf(runner).some((project) => call.projectLevel(project) >= Level.maintainer);
        if (!call.isAdmin && !owned && runner.createdById !== call.user.id) {
            throw forbidden("No access granted");
        }
    };
    const fields = {
        description: clearable(),
        paused: bool(),
        locked: bool(),
        run_untagged: bool(),
        tag_list: stringList(),
        access_level: oneOf("not_protected", "ref_protected"),
        maximum_timeout: int(),
        maintenance_note: clearable(),
    };
    routes.post(
        "/user/runners",
        (call) => {
            const { user } = call;
            const wanted = call.parse({
                ...fields,
                runner_type: required(oneOf("instance_type", "group_type", "project_type")),
                group_id: int(),
                project_id: int(),
            });
            const sourceId =
                wanted.runner_type === "group_type"
                    ? wanted.group_id
                    : wanted.runner_type === "project_type"
                      ? wanted.project_id
                      : null;
            if (sourceId === undefined) {
                throw new ApiError(400, {
                    error: `${wanted.runner_type === "group_type" ? "group_id" : "project_id"} is missing`,
                });
            }
            const group = wanted.runner_type === "group_type" ? gitlab.group(sourceId) : undefined;
            const project = wanted.runner_type === "project_type" ? gitlab.project(sourceId) : undefined;
            const allowed = group
                ? call.groupLevel(group) >= Level.owner
                : project
                  ? call.projectLevel(project) >= Level.maintainer
                  : user.admin && sourceId === null;
            if (!allowed) {
                throw forbidden("Insufficient permissions to create runner");
            }
            const secret = `glrt-${randomText(20)}`;
            const { runner_type: runnerType, group_id: _group, project_id: _project, ...rest } = wanted;
            const runner: Runner = {
                ...rest,
                id: gitlab.nextId("runner"),
                description: wanted.description ?? "",
                runnerType,
                hash: hashOf(secret),
                createdById: user.id,
                sourceId,
            };
            state.runners.push(runner);
            project?.runnerIds.push(runner.id);
            return { id: runner.id, token: secret, token_expires_at: null };
        },
        { scopes: ["api", "create_runner"] },
    );
    const list = (call: Call, runners: readonly Runner[]): Input[] => {
        const wanted = call.parse({
            scope: oneOf(...runnerScopes),
            type: oneOf(...runnerTypes),
            paused: bool(),
            status: oneOf(...runnerStates),
            tag_list: stringList(),
            version_prefix: text(),
        });
        const found = runners.filter((runner) => {
            // No runner of another machine ever calls here.
            const states = ["never_contacted", runner["paused"] === true ? "paused" : "active"];
            return (
                (wanted.type === undefined || runner.runnerType === wanted.type) &&
                (wanted.paused === undefined || (runner["paused"] === true) === wanted.paused) &&
                (wanted.status === undefined || states.includes(wanted.status)) &&
                (wanted.tag_list ?? []).every((tag) =>
                    ((runner["tag_list"] ?? []) as string[]).includes(tag),
                ) &&
                (wanted.version_prefix === undefined || wanted.version_prefix === "") &&
                (wanted.scope === undefined ||
                    [
                        ...states,
                        runner.runnerType,
                        runner.runnerType === "instance_type" ? "shared" : "specific",
                    ].includes(wanted.scope))
            );
        });
        return call.page(found, show);
    };
    routes.get("/runners", (call) => {
        const { user } = call;
        return list(
            call,
            state.runners.filter((each) => user.admin || each.createdById === user.id),
        );
    });
    routes.get("/runners/all", (call) => {
        call.requireAdmin();
        return list(call, state.runners);
    });
    routes.get("/runners/:runner_id", (call) => {
        const runner = find(call);
        manage(call, runner);
        return detail(call, runner);
    });
    routes.put("/runners/:runner_id", (call) => {
        const runner = find(call);
        manage(call, runner);
        Object.assign(runner, call.parse(fields));
        return detail(call, runner);
    });
    routes.delete("/runners/:runner_id", (call) => {
        const runner = find(call);
        manage(call, runner);
        if (!call.isAdmin && projectsOf(runner).length > 1) {
            throw forbidden("Runner associated with more than one project");
        }
        state.runners = state.runners.filter((each) => each !== runner);
        for (const project of state.projects) {
            project.runnerIds = project.runnerIds.filter((id) => id !== runner.id);
        }
    });
    routes.get("/groups/:id/runners", (call) => {
        const group = call.group(Level.maintainer);
        const groups = gitlab.lineage(group).map(({ id }) => id);
        // Those of the group and of the groups above it, and the server's own.
        const found = state.runners.filter(
            (runner) =>
                runner.runnerType === "instance_type" ||
                (runner.runnerType === "group_type" && groups.includes(runner.sourceId ?? 0)),
        );
        return list(call, found);
    });
    const base = "/projects/:id/runners";
    routes.get(base, (call) => {
        const project = call.project(Level.maintainer);
        const groups = gitlab.lineage(gitlab.groupOf(project)).map((group) => group.id);
        const found = state.runners.filter(
            (runner) =>
                project.runnerIds.includes(runner.id) ||
                runner.runnerType === "instance_type" ||
                (runner.runnerType === "group_type" && groups.includes(runner.sourceId ?? 0)),
        );
        return list(call, found);
    });
    routes.post(base, (call) => {
        const project = call.project(Level.maintainer);
        const { runner_id: id } = call.parse({ runner_id: required(int()) });
        const runner = state.runners.find((each) => each.id === id);
        if (!runner) {
            throw notFound("Runner");
        }
        if (runner.runnerType !== "project_type") {
            throw forbidden("Runner is a group or instance runner");
        }
        if (project.runnerIds.includes(id)) {
            throw invalid({ runner_id: ["has already been taken"] });
        }
        project.runnerIds.push(id);
        return show(runner);
    });
    routes.delete(`${base}/:runner_id`, (call) => {
        const project = call.project(Level.maintainer);
        const runner = find(call);
        if (!project.runnerIds.includes(runner.id)) {
            throw notFound("Runner");
        }
        if (runner.sourceId === project.id) {
            throw forbidden("Only one project associated with the runner. Please remove the runner instead");
        }
        project.runnerIds = project.runnerIds.filter((id) => id !== runner.id);
    });
}
