import type { Call, Routes } from "../call";
import { badParameters, badRequest, conflict, forbidden, invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import {
    Level,
    type Environment,
    type FreezePeriod,
    type Grant,
    type Group,
    type Project,
    type ProtectedEnvironment,
} from "../model";
import {
    bool,
    clearable,
    filled,
    int,
    timestamp,
    objects,
    oneOf,
    required,
    text,
    type Input,
} from "../params";
import { identityOf, showGrant } from "../present";
import { stopEnvironment } from "../stopping";
import { changeGrants, readGrants } from "./protections";
import { place } from "./members";

/** The fewest letters that a search for environments takes. */
const shortestSearch = 3;

const tiers = oneOf("production", "staging", "testing", "development", "other");

/** Environments, their protection (premium) and freeze periods. */
export function registerEnvironments(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/environments";
    const find = (call: Call, project: Project): Environment => {
        const found = project.environments.find((each) => each.id === call.number("environment_id"));
        if (!found) {
            throw notFound();
        }
        return found;
    };
    const fields = {
        description: clearable(),
        external_url: clearable(),
        tier: tiers,
        auto_stop_setting: oneOf("always", "with_action"),
        cluster_agent_id: int(),
        kubernetes_namespace: clearable(),
        flux_resource_path: clearable(),
    };
    routes.get(base, (call) => {
        const project = readable(call);
        const wanted = call.parse({
            name: text(),
            search: text(),
            states: oneOf("available", "stopping", "stopped"),
        });
        if (wanted.name !== undefined && wanted.search !== undefined) {
            throw badParameters(["name, search cannot be used together"]);
        }
        if (wanted.search && wanted.search.length < shortestSearch) {
            throw badRequest(`Search query is less than ${shortestSearch} characters`);
        }
        const found = project.environments.filter(
            (each) =>
                (wanted.name === undefined || each.name === wanted.name) &&
                each.name.includes(wanted.search ?? "") &&
                (wanted.states === undefined || each.state === wanted.states),
        );
        return call.page(found, (each) => showEnvironment(gitlab, project, each));
    });
    routes.get(`${base}/:environment_id`, (call) => {
        const project = readable(call);
        return showEnvironment(gitlab, project, find(call, project));
    });
    routes.post(base, (call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({ ...fields, name: required(filled()) });
        if (!/^[a-zA-Z0-9_\-/${}. ]{1,255}$/.test(wanted.name) || /^\/|\/$/.test(wanted.name)) {
            throw invalid({
                name: [
                    "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'",
                ],
            });
        }
        if (project.environments.some((each) => each.name === wanted.name)) {
            throw invalid({ name: ["has already been taken"] });
        }
        checkUrl(wanted.external_url);
        const made = gitlab.addEnvironment(project, wanted.name);
        made.description = wanted.description ?? null;
        made.externalUrl = wanted.external_url ?? null;
        made.tier = wanted.tier ?? made.tier;
        made.autoStopSetting = wanted.auto_stop_setting ?? made.autoStopSetting;
        made.clusterAgentId = wanted.cluster_agent_id ?? null;
        made.kubernetesNamespace = wanted.kubernetes_namespace ?? null;
        made.fluxResourcePath = wanted.flux_resource_path ?? null;
        return showEnvironment(gitlab, project, made);
    });
    routes.put(`${base}/:environment_id`, (call) => {
        const project = call.writableProject(Level.developer);
        const environment = find(call, project);
        const wanted = call.parse(fields);
        checkUrl(wanted.external_url);
        environment.description = wanted.description ?? environment.description;
        environment.externalUrl = wanted.external_url ?? environment.externalUrl;
        environment.tier = wanted.tier ?? environment.tier;
        environment.autoStopSetting = wanted.auto_stop_setting ?? environment.autoStopSetting;
        if ("cluster_agent_id" in call.input) {
            environment.clusterAgentId = wanted.cluster_agent_id ?? null;
        }
        environment.kubernetesNamespace = wanted.kubernetes_namespace ?? environment.kubernetesNamespace;
        environment.fluxResourcePath = wanted.flux_resource_path ?? environment.fluxResourcePath;
        environment.updatedAt = gitlab.now();
        return showEnvironment(gitlab, project, environment);
    });
    routes.post(`${base}/:environment_id/stop`, async (call) => {
        const project = call.writableProject(Level.developer);
        const environment = find(call, project);
        const { force = false } = call.parse({ force: bool() });
        await stopEnvironment(gitlab, project, environment, call.user, { force });
        call.status(200);
        return showEnvironment(gitlab, project, environment);
    });
    routes.post(`${base}/stop_stale`, async (call) => {
        const project = call.writableProject(Level.maintainer);
        const { before } = call.parse({ before: required(timestamp()) });
        const days = before === null ? 0 : (Date.now() - Date.parse(before)) / 86_400_000;
        if (before === null || days < 7 || days > 3653) {
            throw badRequest("Invalid Date");
        }
        for (const environment of project.environments) {
            const touched = project.deployments
                .filter((each) => each.environmentId === environment.id)
                .map((each) => each.updatedAt);
            if ([environment.updatedAt, ...touched].every((at) => at < before)) {
                await stopEnvironment(gitlab, project, environment, call.user, { automatic: true });
            }
        }
        call.status(200);
        return { message: "Successfully requested stop for all stale environments" };
    });
    routes.delete(`${base}/:environment_id`, (call) => {
        const project = call.writableProject(Level.developer);
        const environment = find(call, project);
        if (environment.state !== "stopped") {
            throw forbidden();
        }
        project.environments = project.environments.filter((each) => each !== environment);
        project.deployments = project.deployments.filter((each) => each.environmentId !== environment.id);
    });
    registerProtectedEnvironments(routes, gitlab);
    registerFreezePeriods(routes, gitlab);
}

/** The project in the path, for those who may see where it is deployed. */
export function readable(call: Call): Project {
    void call.user;
    const project = call.pipelineProject();
    return project.visibility === "private" ? call.project(Level.reporter) : project;
}

function checkUrl(url: string | undefined): void {
    if (url === undefined || url === "") {
        return;
    }
    try {
        if (["http:", "https:"].includes(new URL(url).protocol)) {
            return;
        }
    } catch {
        // Answered below, with the other URLs GitLab would not take.
    }
    throw invalid({ external_url: ["is blocked: Only allowed schemes are http, https"] });
}

export function showEnvironment(gitlab: GitLab, project: Project, environment: Environment): Input {
    const last = project.deployments
        .filter((each) => each.environmentId === environment.id && each.status === "success")
        .at(-1);
    return {
        id: environment.id,
        name: environment.name,
        slug: environment.slug,
        description: environment.description,
        external_url: environment.externalUrl,
        state: environment.state,
        tier: environment.tier,
        created_at: environment.createdAt,
        updated_at: environment.updatedAt,
        auto_stop_at: environment.autoStopAt,
        auto_stop_setting: environment.autoStopSetting,
        kubernetes_namespace: environment.kubernetesNamespace,
        flux_resource_path: environment.fluxResourcePath,
        cluster_agent: project.agents.find((agent) => agent.id === environment.clusterAgentId) ?? null,
        last_deployment: last
            ? {
                  id: last.id,
                  iid: last.iid,
                  ref: last.ref,
                  sha: last.sha,
                  status: last.status,
                  created_at: last.createdAt,
              }
            : null,
        project: identityOf(gitlab, project),
    };
}

function registerProtectedEnvironments(routes: Routes, gitlab: GitLab): void {
    for (const kind of ["projects", "groups"] as const) {
        const base = `/${kind}/:id/protected_environments`;
        const open = (call: Call): Group | Project => {
            call.requirePremium();
            return place(call, kind, Level.maintainer).space;
        };
        const find = (call: Call, space: Group | Project): ProtectedEnvironment => {
            const found = space.protectedEnvironments.find((each) => each.name === call.id("name"));
            if (!found) {
                throw notFound();
            }
            return found;
        };
        const showOne = (each: ProtectedEnvironment): Input => ({
            name: each.name,
            deploy_access_levels: each.deploy.map((grant) => ({
                ...showGrant(gitlab, grant),
                access_level: grant.accessLevel,
                group_inheritance_type: grant.groupInheritanceType ?? 0,
            })),
            required_approval_count: each.requiredApprovalCount,
            approval_rules: each.approvals.map((grant) => ({
                id: grant.id,
                user_id: grant.userId,
                group_id: grant.groupId,
                access_level: grant.accessLevel,
                access_level_description: showGrant(gitlab, grant)["access_level_description"],
                required_approvals: grant.requiredApprovals ?? 1,
                group_inheritance_type: grant.groupInheritanceType ?? 0,
            })),
        });
        // GitLab drops users and groups without access to the project silently instead of refusing them.
        const grants = (space: Group | Project, list: Input[] | undefined): Grant[] =>
            (list ?? []).flatMap((entry) => {
                try {
                    const project = "namespaceId" in space ? space : undefined;
                    const [grant] = readGrants(gitlab, project, [entry], "deploy");
                    return grant ? [withExtras(grant, entry)] : [];
                } catch {
                    return [];
                }
            });
        const fields = {
            deploy_access_levels: objects(),
            approval_rules: objects(),
            required_approval_count: int(),
        };
        routes.get(base, (call) => call.page(open(call).protectedEnvironments, showOne));
        routes.get(`${base}/:name`, (call) => showOne(find(call, open(call))));
        routes.post(base, (call) => {
            const space = open(call);
            const wanted = call.parse({
                ...fields,
                name: required(filled()),
                deploy_access_levels: required(objects()),
            });
            if (space.protectedEnvironments.some((each) => each.name === wanted.name)) {
                throw conflict(`Protected environment '${wanted.name}' already exists`);
            }
            const made: ProtectedEnvironment = {
                name: wanted.name,
                deploy: grants(space, wanted.deploy_access_levels),
                approvals: grants(space, wanted.approval_rules),
                requiredApprovalCount: wanted.required_approval_count ?? 0,
            };
            space.protectedEnvironments.push(made);
            return showOne(made);
        });
        routes.put(`${base}/:name`, (call) => {
            const space = open(call);
            const found = find(call, space);
            const wanted = call.parse(fields);
            const project = "namespaceId" in space ? space : undefined;
            const apply = (before: Grant[], requested: Input[] | undefined): Grant[] =>
                changeGrants(gitlab, project, before, requested, "deploy").map((grant) => {
                    const parameters = requested?.find((each) => Number(each["id"]) === grant.id) ?? {};
                    return withExtras(grant, parameters);
                });
            found.deploy = apply(found.deploy, wanted.deploy_access_levels);
            found.approvals = apply(found.approvals, wanted.approval_rules);
            found.requiredApprovalCount = wanted.required_approval_count ?? found.requiredApprovalCount;
            return showOne(found);
        });
        routes.delete(`${base}/:name`, (call) => {
            const space = open(call);
            const found = find(call, space);
            space.protectedEnvironments = space.protectedEnvironments.filter((each) => each !== found);
        });
    }
}

function withExtras(grant: Grant, entry: Input): Grant {
    const inheritance = entry["group_inheritance_type"];
    const approvals = entry["required_approvals"];
    return {
        ...grant,
        ...(inheritance === undefined || inheritance === null
            ? {}
            : { groupInheritanceType: Number(inheritance) }),
        ...(approvals === undefined || approvals === null ? {} : { requiredApprovals: Number(approvals) }),
    };
}

function registerFreezePeriods(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/freeze_periods";
    const find = (call: Call, project: Project): FreezePeriod => {
        const found = project.freezePeriods.find((each) => each.id === call.number("freeze_id"));
        if (!found) {
            throw notFound("Freeze Period");
        }
        return found;
    };
    const showOne = (each: FreezePeriod): Input => ({
        id: each.id,
        freeze_start: each.freezeStart,
        freeze_end: each.freezeEnd,
        cron_timezone: each.cronTimezone,
        created_at: each.createdAt,
        updated_at: each.updatedAt,
    });
    routes.get(base, (call) => call.page(call.project(Level.reporter).freezePeriods, showOne));
    routes.get(`${base}/:freeze_id`, (call) => showOne(find(call, call.project(Level.reporter))));
    routes.post(base, (call) => {
        const project = call.project(Level.maintainer);
        const wanted = call.parse({
            freeze_start: required(filled()),
            freeze_end: required(filled()),
            cron_timezone: text(),
        });
        const now = gitlab.now();
        const made: FreezePeriod = {
            id: gitlab.nextId("freeze_period"),
            freezeStart: checkedCron(wanted.freeze_start, "freeze_start"),
            freezeEnd: checkedCron(wanted.freeze_end, "freeze_end"),
            cronTimezone: wanted.cron_timezone ?? "UTC",
            createdAt: now,
            updatedAt: now,
        };
        project.freezePeriods.push(made);
        return showOne(made);
    });
    routes.put(`${base}/:freeze_id`, (call) => {
        const found = find(call, call.project(Level.maintainer));
        const wanted = call.parse({ freeze_start: filled(), freeze_end: filled(), cron_timezone: text() });
        found.freezeStart = checkedCron(wanted.freeze_start ?? found.freezeStart, "freeze_start");
        found.freezeEnd = checkedCron(wanted.freeze_end ?? found.freezeEnd, "freeze_end");
        found.cronTimezone = wanted.cron_timezone ?? found.cronTimezone;
        found.updatedAt = gitlab.now();
        return showOne(found);
    });
    routes.delete(`${base}/:freeze_id`, (call) => {
        const project = call.project(Level.maintainer);
        const found = find(call, project);
        project.freezePeriods = project.freezePeriods.filter((each) => each !== found);
    });
}

/** @throws ApiError 400 for what is not five fields of cron. */
export function checkedCron(cron: string, attribute: string): string {
    const parts = cron.trim().split(/\s+/);
    if (parts.length !== 5 || !parts.every((part) => /^[\d*,\-/a-zA-Z#L]+$/.test(part))) {
        throw invalid({ [attribute]: [" is invalid syntax"] });
    }
    return cron;
}
