import type { Call, Routes } from "../call";
import { ApiError, conflict, forbidden, invalid, noRoute, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import {
    Level,
    type AgentToken,
    type ClusterAgent,
    type Group,
    type Label,
    type PlainRecord,
    type Project,
    type Runner,
    type User,
} from "../model";
import { bool, day, filled, int, oneOf, required, text, words, type Input } from "../params";
import { basicUser } from "../present";
import { hashOf, randomText } from "../secrets";
import { withoutSecrets } from "../../support/deliveries";
import { place } from "./members";
import { addToken, checkedExpiry, showToken } from "./tokens";

/** Smaller nouns that a delivery estate touches at its edges. */
export function registerExtras(routes: Routes, gitlab: GitLab): void {
    registerLabels(routes, gitlab);
    registerAgents(routes, gitlab);
    registerRunners(routes, gitlab);
    registerRegistryRules(routes, gitlab);
    registerMirrors(routes, gitlab);
    registerServiceAccounts(routes, gitlab);
    registerReleases(routes, gitlab);
}

function registerLabels(routes: Routes, gitlab: GitLab): void {
    for (const kind of ["projects", "groups"] as const) {
        const base = `/${kind}/:id/labels`;
        const open = (call: Call, level: number): Group | Project => place(call, kind, level).space;
        const inherited = (space: Group | Project): Label[] =>
            "namespaceId" in space
                ? [...space.labels, ...gitlab.lineage(gitlab.groupOf(space)).flatMap((group) => group.labels)]
                : gitlab.lineage(space).flatMap((group) => group.labels);
        const find = (call: Call, space: Group | Project): Label => {
            const wanted = call.id("label_id");
            const found = inherited(space).find((each) => String(each.id) === wanted || each.name === wanted);
            if (!found) {
                throw notFound("Label");
            }
            return found;
        };
        const show = (space: Group | Project, label: Label): Input => ({
            id: label.id,
            name: label.name,
            description: label.description,
            description_html: label.description ?? "",
            text_color: "#FFFFFF",
            color: label.color,
            archived: false,
            subscribed: false,
            priority: label.priority,
            is_project_label: kind === "projects" && space.labels.includes(label),
        });
        const color = (wanted: string): string => {
            if (!/^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$|^[a-z]+$/.test(wanted)) {
                throw invalid({ color: ["must be a valid color code"] });
            }
            return wanted;
        };
        routes.get(base, (call) => {
            const space = open(call, Level.none);
            return call.page(inherited(space), (label) => show(space, label));
        });
        routes.get(`${base}/:label_id`, (call) => {
            const space = open(call, Level.none);
            return show(space, find(call, space));
        });
        routes.post(base, (call) => {
            const space = open(call, Level.reporter);
            const wanted = call.parse({
                name: required(filled()),
                color: required(filled()),
                description: text(),
                priority: int(),
            });
            if (inherited(space).some((each) => each.name === wanted.name)) {
                throw conflict("Label already exists");
            }
            const made: Label = {
                id: gitlab.nextId("label"),
                name: wanted.name,
                color: color(wanted.color),
                description: wanted.description ?? null,
                priority: wanted.priority ?? null,
            };
            space.labels.push(made);
            return show(space, made);
        });
        routes.put(`${base}/:label_id`, (call) => {
            const space = open(call, Level.reporter);
            const label = find(call, space);
            const wanted = call.parse({
                new_name: filled(),
                color: filled(),
                description: text(),
                priority: int(),
            });
            label.name = wanted.new_name ?? label.name;
            label.color = wanted.color === undefined ? label.color : color(wanted.color);
            label.description = wanted.description ?? label.description;
            label.priority = wanted.priority ?? label.priority;
            return show(space, label);
        });
        routes.delete(`${base}/:label_id`, (call) => {
            const space = open(call, Level.reporter);
            const label = find(call, space);
            space.labels = space.labels.filter((each) => each !== label);
        });
    }
}

function registerAgents(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/cluster_agents";
    const find = (call: Call, project: Project): ClusterAgent => {
        const found = project.agents.find((each) => each.id === call.number("agent_id"));
        if (!found) {
            throw notFound("Agent");
        }
        return found;
    };
    const show = (project: Project, agent: ClusterAgent): Input => ({
        id: agent.id,
        name: agent.name,
        config_project: {
            id: project.id,
            name: project.name,
            path: project.path,
            path_with_namespace: gitlab.projectPath(project),
        },
        created_at: agent.createdAt,
        created_by_user_id: agent.createdById,
        is_receptive: false,
    });
    routes.get(base, (call) => {
        const project = call.project(Level.developer);
        return call.page(project.agents, (agent) => show(project, agent));
    });
    routes.get(`${base}/:agent_id`, (call) => {
        const project = call.project(Level.developer);
        return show(project, find(call, project));
    });
    routes.post(base, (call) => {
        const project = call.project(Level.maintainer);
        const { name } = call.parse({ name: required(filled()) });
        if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
            throw invalid({
                name: [
                    "can contain only lowercase letters, digits, and '-', but cannot start or end with '-'",
                ],
            });
        }
        if (project.agents.some((each) => each.name === name)) {
            throw invalid({ name: ["has already been taken"] });
        }
        const made: ClusterAgent = {
            id: gitlab.nextId("agent"),
            name,
            createdAt: gitlab.now(),
            createdById: call.user.id,
            tokens: [],
        };
        project.agents.push(made);
        return show(project, made);
    });
    routes.delete(`${base}/:agent_id`, (call) => {
        const project = call.project(Level.maintainer);
        const agent = find(call, project);
        project.agents = project.agents.filter((each) => each !== agent);
    });
    const tokens = `${base}/:agent_id/tokens`;
    const showAgentToken = (agent: ClusterAgent, token: AgentToken): Input => ({
        id: token.id,
        name: token.name,
        description: token.description,
        agent_id: agent.id,
        status: token.status,
        created_at: token.createdAt,
        created_by_user_id: token.createdById,
        last_used_at: token.lastUsedAt,
    });
    const findToken = (call: Call, agent: ClusterAgent): AgentToken => {
        const found = agent.tokens.find(
            (each) => each.id === call.number("token_id") && each.status === "active",
        );
        if (!found) {
            throw notFound("Agent Token");
        }
        return found;
    };
    routes.get(tokens, (call) => {
        const agent = find(call, call.project(Level.developer));
        return call.page(
            agent.tokens.filter((token) => token.status === "active"),
            (token) => showAgentToken(agent, token),
        );
    });
    routes.get(`${tokens}/:token_id`, (call) => {
        const agent = find(call, call.project(Level.developer));
        return showAgentToken(agent, findToken(call, agent));
    });
    routes.post(tokens, (call) => {
        const agent = find(call, call.project(Level.maintainer));
        const wanted = call.parse({ name: required(filled()), description: text() });
        const secret = `glagent-${randomText(50)}`;
        const made: AgentToken = {
            id: gitlab.nextId("agent_token"),
            name: wanted.name,
            description: wanted.description ?? null,
            hash: hashOf(secret),
            status: "active",
            createdAt: gitlab.now(),
            createdById: call.user.id,
            lastUsedAt: null,
        };
        agent.tokens.push(made);
        return { ...showAgentToken(agent, made), token: secret };
    });
    routes.delete(`${tokens}/:token_id`, (call) => {
        const agent = find(call, call.project(Level.maintainer));
        findToken(call, agent).status = "revoked";
    });
}

function registerRunners(routes: Routes, gitlab: GitLab): void {
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
        projects: state.projects
            .filter((project) => project.runnerIds.includes(runner.id))
            .map((project) => ({ id: project.id, path_with_namespace: gitlab.projectPath(project) })),
    });
    const find = (call: Call, name = "runner_id"): Runner => {
        const found = state.runners.find((each) => each.id === call.number(name));
        if (!found) {
            throw notFound("Runner");
        }
        return found;
    };
    const manage = (call: Call, runner: Runner): void => {
        if (!call.isAdmin && runner.createdById !== call.user.id) {
            throw forbidden("No access granted");
        }
    };
    const fields = {
        description: text(),
        paused: bool(),
        locked: bool(),
        run_untagged: bool(),
        tag_list: words(),
        access_level: oneOf("not_protected", "ref_protected"),
        maximum_timeout: int(),
        maintenance_note: text(),
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
    routes.get("/runners", (call) => {
        const { user } = call;
        return call.page(
            state.runners.filter((each) => user.admin || each.createdById === user.id),
            show,
        );
    });
    routes.get("/runners/all", (call) => {
        call.requireAdmin();
        return call.page(state.runners, show);
    });
    routes.get("/runners/:runner_id", (call) => {
        const runner = find(call);
        manage(call, runner);
        return show(runner);
    });
    routes.put("/runners/:runner_id", (call) => {
        const runner = find(call);
        manage(call, runner);
        Object.assign(runner, call.parse(fields));
        return show(runner);
    });
    routes.delete("/runners/:runner_id", (call) => {
        const runner = find(call);
        manage(call, runner);
        state.runners = state.runners.filter((each) => each !== runner);
        for (const project of state.projects) {
            project.runnerIds = project.runnerIds.filter((id) => id !== runner.id);
        }
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
        return call.page(found, show);
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

/** Protection rules of the container registry; records, since images live in Harbor. */
function registerRegistryRules(routes: Routes, gitlab: GitLab): void {
    const levels = oneOf("maintainer", "owner", "admin");
    const sets = [
        {
            path: "registry/protection/repository/rules",
            key: "registryRules",
            pattern: "repository_path_pattern",
        },
        { path: "registry/protection/tag/rules", key: "registryTagRules", pattern: "tag_name_pattern" },
    ] as const;
    for (const { path, key, pattern } of sets) {
        const base = `/projects/:id/${path}`;
        const show = (project: Project, rule: PlainRecord): Input => ({ ...rule, project_id: project.id });
        const find = (call: Call, project: Project): PlainRecord => {
            const found = project[key].find((each) => each.id === call.number("rule_id"));
            if (!found) {
                throw notFound("Protection Rule");
            }
            return found;
        };
        const fields = { minimum_access_level_for_push: levels, minimum_access_level_for_delete: levels };
        routes.get(base, (call) => {
            const project = call.project(Level.maintainer);
            return call.page(project[key], (rule) => show(project, rule));
        });
        routes.get(`${base}/:rule_id`, (call) => {
            const project = call.project(Level.maintainer);
            return show(project, find(call, project));
        });
        routes.post(base, (call) => {
            const project = call.project(Level.maintainer);
            const wanted = call.parse({ ...fields, [pattern]: required(filled()) });
            const values = wanted as Record<string, string>;
            if (project[key].some((each) => each[pattern] === values[pattern])) {
                throw new ApiError(422, { message: [`${pattern} has already been taken`] });
            }
            const made: PlainRecord = {
                id: gitlab.nextId(key),
                minimum_access_level_for_push: null,
                minimum_access_level_for_delete: null,
                ...values,
            };
            project[key].push(made);
            return show(project, made);
        });
        routes.patch(`${base}/:rule_id`, (call) => {
            const project = call.project(Level.maintainer);
            const rule = find(call, project);
            Object.assign(rule, call.parse({ ...fields, [pattern]: filled() }));
            return show(project, rule);
        });
        routes.delete(`${base}/:rule_id`, (call) => {
            const project = call.project(Level.maintainer);
            const rule = find(call, project);
            project[key] = project[key].filter((each) => each !== rule);
        });
    }
}

/** Push and pull mirrors as records: nothing is mirrored. */
function registerMirrors(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/remote_mirrors";
    const fields = {
        enabled: bool(),
        only_protected_branches: bool(),
        keep_divergent_refs: bool(),
        mirror_branch_regex: text(),
        auth_method: oneOf("password", "ssh_public_key"),
    };
    const find = (call: Call, project: Project): PlainRecord => {
        const found = project.pushMirrors.find((each) => each.id === call.number("mirror_id"));
        if (!found) {
            throw notFound("Remote Mirror");
        }
        return found;
    };
    routes.get(base, (call) => call.page(call.project(Level.maintainer).pushMirrors, (each) => each));
    routes.get(`${base}/:mirror_id`, (call) => find(call, call.project(Level.maintainer)));
    routes.post(base, (call) => {
        const project = call.project(Level.maintainer);
        const wanted = call.parse({ ...fields, url: required(filled()) });
        const made: PlainRecord = {
            enabled: false,
            only_protected_branches: false,
            keep_divergent_refs: false,
            mirror_branch_regex: null,
            auth_method: "password",
            ...wanted,
            id: gitlab.nextId("mirror"),
            url: withoutSecrets(wanted.url).replace("REDACTED", "*****"),
            update_status: "none",
            last_error: null,
            last_update_at: null,
            last_update_started_at: null,
            last_successful_update_at: null,
        };
        project.pushMirrors.push(made);
        return made;
    });
    routes.put(`${base}/:mirror_id`, (call) => {
        const mirror = find(call, call.project(Level.maintainer));
        Object.assign(mirror, call.parse(fields));
        return mirror;
    });
    routes.delete(`${base}/:mirror_id`, (call) => {
        const project = call.project(Level.maintainer);
        const mirror = find(call, project);
        project.pushMirrors = project.pushMirrors.filter((each) => each !== mirror);
    });
    const pull = "/projects/:id/mirror/pull";
    routes.get(pull, (call) => {
        call.requirePremium();
        const { pullMirror } = call.project(Level.maintainer);
        if (!pullMirror) {
            throw noRoute();
        }
        return pullMirror;
    });
    routes.put(pull, (call) => {
        call.requirePremium();
        const project = call.project(Level.maintainer);
        const wanted = call.parse({
            url: text(),
            enabled: bool(),
            auth_user: text(),
            mirror_trigger_builds: bool(),
            only_mirror_protected_branches: bool(),
            mirror_overwrites_diverged_branches: bool(),
            mirror_branch_regex: text(),
        });
        project.pullMirror = {
            id: gitlab.nextId("mirror"),
            update_status: "none",
            last_error: null,
            last_update_at: null,
            last_update_started_at: null,
            last_successful_update_at: null,
            ...project.pullMirror,
            ...wanted,
            ...(wanted.url === undefined ? {} : { url: withoutSecrets(wanted.url) }),
        };
        return project.pullMirror;
    });
}

/** Service accounts of groups and projects: users without a person, with their own tokens. */
function registerServiceAccounts(routes: Routes, gitlab: GitLab): void {
    for (const kind of ["groups", "projects"] as const) {
        const base = `/${kind}/:id/service_accounts`;
        const open = (call: Call): Group | Project => {
            const { space } = place(call, kind, kind === "groups" ? Level.owner : Level.maintainer);
            return space;
        };
        const ownerOf = (space: Group | Project): number => ("namespaceId" in space ? -space.id : space.id);
        const accounts = (space: Group | Project): User[] =>
            gitlab.state.users.filter(
                (user) => user.kind === "service_account" && user.ownerGroupId === ownerOf(space),
            );
        const find = (call: Call): User => {
            const found = accounts(open(call)).find((each) => each.id === call.number("user_id"));
            if (!found) {
                throw notFound("User");
            }
            return found;
        };
        const show = (user: User): Input => ({ ...basicUser(gitlab, user), email: user.email });
        routes.get(base, (call) => call.page(accounts(open(call)), show));
        routes.post(base, (call) => {
            const space = open(call);
            const wanted = call.parse({ name: filled(), username: filled(), email: filled() });
            const suffix = randomText(16).toLowerCase();
            const username = wanted.username ?? `service_account_${kind.slice(0, -1)}_${space.id}_${suffix}`;
            if (gitlab.userNamed(username)) {
                throw invalid("Username has already been taken");
            }
            return show(
                gitlab.addUser({
                    username,
                    name: wanted.name ?? "Service account user",
                    email: wanted.email ?? `${username}@noreply.${new URL(gitlab.url).hostname}`,
                    kind: "service_account",
                    createdById: call.user.id,
                    ownerGroupId: ownerOf(space),
                }),
            );
        });
        routes.patch(`${base}/:user_id`, (call) => {
            const user = find(call);
            const wanted = call.parse({ name: filled(), username: filled(), email: filled() });
            Object.assign(user, wanted);
            return show(user);
        });
        routes.delete(`${base}/:user_id`, (call) => {
            gitlab.forgetUser(find(call));
        });
        const tokens = `${base}/:user_id/personal_access_tokens`;
        routes.get(tokens, (call) => {
            const user = find(call);
            const found = gitlab.state.tokens.filter((token) => token.userId === user.id);
            return call.page(found, (token) => showToken(gitlab, token));
        });
        routes.post(tokens, (call) => {
            const user = find(call);
            const wanted = call.parse({
                name: required(filled()),
                scopes: required(words()),
                expires_at: day(),
                description: text(),
            });
            const { token, secret } = addToken(gitlab, {
                kind: "personal",
                sourceId: null,
                user,
                name: wanted.name,
                description: wanted.description ?? "",
                scopes: wanted.scopes,
                accessLevel: Level.none,
                expiresAt: checkedExpiry(gitlab, wanted.expires_at),
            });
            return { ...showToken(gitlab, token), token: secret };
        });
        routes.delete(`${tokens}/:token_id`, (call) => {
            const user = find(call);
            const token = gitlab.state.tokens.find(
                (each) => each.userId === user.id && each.id === call.number("token_id"),
            );
            if (!token) {
                throw notFound();
            }
            token.revoked = true;
        });
    }
}

function registerReleases(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/releases";
    const find = (call: Call, project: Project): Project["releases"][number] => {
        const found = project.releases.find((each) => each.tag === call.id("tag"));
        if (!found) {
            throw notFound();
        }
        return found;
    };
    const show = (project: Project, release: Project["releases"][number]): Input => ({
        tag_name: release.tag,
        name: release.name,
        description: release.description,
        created_at: release.createdAt,
        released_at: release.createdAt,
        upcoming_release: false,
        author: basicUser(gitlab, gitlab.user(release.authorId)),
        assets: { count: 0, sources: [], links: [] },
        _links: { self: `${gitlab.url}/${gitlab.projectPath(project)}/-/releases/${release.tag}` },
    });
    routes.get(base, (call) => {
        const project = call.codeProject();
        return call.page([...project.releases].reverse(), (release) => show(project, release));
    });
    routes.get(`${base}/:tag`, (call) => {
        const project = call.codeProject();
        return show(project, find(call, project));
    });
    routes.post(base, async (call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({ tag_name: required(filled()), name: text(), description: text() });
        if ((await gitlab.git.resolve(project.id, `refs/tags/${wanted.tag_name}`)) === undefined) {
            throw new ApiError(422, { message: "Ref is not specified" });
        }
        if (project.releases.some((each) => each.tag === wanted.tag_name)) {
            throw conflict("Release already exists");
        }
        const made = {
            tag: wanted.tag_name,
            name: wanted.name ?? wanted.tag_name,
            description: wanted.description ?? "",
            createdAt: gitlab.now(),
            authorId: call.user.id,
        };
        project.releases.push(made);
        return show(project, made);
    });
    routes.put(`${base}/:tag`, (call) => {
        const project = call.writableProject(Level.developer);
        const release = find(call, project);
        const wanted = call.parse({ name: text(), description: text() });
        release.name = wanted.name ?? release.name;
        release.description = wanted.description ?? release.description;
        return show(project, release);
    });
    routes.delete(`${base}/:tag`, (call) => {
        const project = call.writableProject(Level.developer);
        const release = find(call, project);
        project.releases = project.releases.filter((each) => each !== release);
        call.status(200);
        return show(project, release);
    });
}
