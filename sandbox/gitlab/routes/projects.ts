import { effectiveGroupLevel, effectiveProjectLevel, projectLevel, readsCode, seesProject } from "../access";
import type { Call, Routes } from "../call";
import { ApiError, forbidden, invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Project, type User } from "../model";
import { asText, bool, filled, int, object, oneOf, required, text, words, type Input } from "../params";
import { basicUser, identityOf, projectUrls, showProject } from "../present";
import { writeCommit } from "../repository";
import { randomText } from "../secrets";
import { featureFlags, projectSettings, readSettings } from "../settings";
import { checkPath, markForDeletion } from "./groups";

const visibility = oneOf("private", "internal", "public");
const order: Record<string, number> = { private: 0, internal: 1, public: 2 };

/** Projects: life, settings, transfer, import and forks. */
export function registerProjects(routes: Routes, gitlab: GitLab): void {
    routes.get("/projects", async (call) => {
        await gitlab.sweep();
        return call.page(filterProjects(gitlab, call, gitlab.state.projects), (project) => {
            gitlab.settle(project);
            return showProject(gitlab, project, call.maybeUser);
        });
    });
    routes.get("/users/:user_id/projects", (call) => {
        const wanted = call.id("user_id");
        const owner = gitlab.user(Number(wanted)) ?? gitlab.userNamed(wanted);
        if (!owner) {
            throw notFound("User");
        }
        const found = filterProjects(gitlab, call, gitlab.projectsOf(owner.namespaceId));
        return call.page(found, (project) => showProject(gitlab, project, call.maybeUser));
    });
    routes.post("/projects", (call) => createProject(gitlab, call));
    routes.get("/projects/:id", (call) => {
        const project = call.project();
        return { ...showProject(gitlab, project, call.maybeUser), ...statistics(project, call) };
    });
    routes.put("/projects/:id", (call) => updateProject(gitlab, call));
    routes.delete("/projects/:id", (call) => deleteProject(gitlab, call));
    routes.post("/projects/:id/restore", (call) => {
        const project = call.project(Level.owner);
        if (!project.markedForDeletion) {
            throw invalid("Project has not been marked for deletion");
        }
        project.name = project.markedForDeletion.name;
        project.path = project.markedForDeletion.path;
        project.markedForDeletion = null;
        return showProject(gitlab, project, call.user);
    });
    for (const [action, archived] of [
        ["archive", true],
        ["unarchive", false],
    ] as const) {
        routes.post(`/projects/:id/${action}`, (call) => {
            const project = call.project(Level.owner);
            project.archived = archived;
            project.updatedAt = gitlab.now();
            return showProject(gitlab, project, call.user);
        });
    }
    routes.put("/projects/:id/transfer", (call) => transferProject(gitlab, call));
    routes.get("/projects/:id/import", (call) => {
        const project = call.project(Level.maintainer);
        return {
            ...identityOf(gitlab, project),
            import_type: project.importUrl === null ? null : "git",
            import_status: project.importStatus,
            import_error: project.importError,
            correlation_id: null,
            failed_relations: [],
            stats: null,
        };
    });
    routes.post("/projects/:id/fork", (call) => forkProject(gitlab, call));
    routes.get("/projects/:id/forks", (call) => {
        const project = call.project();
        const found = gitlab.state.projects.filter(
            (each) => each.forkedFromId === project.id && seesProject(gitlab, call.maybeUser, each),
        );
        return call.page(found, (each) => showProject(gitlab, each, call.maybeUser));
    });
    routes.get("/projects/:id/users", (call) => {
        const project = call.project();
        const found = gitlab.state.users.filter((user) => projectLevel(gitlab, user, project) > 0);
        return call.page(found, (user) => basicUser(gitlab, user));
    });
    routes.get("/projects/:id/groups", (call) => {
        const project = call.project();
        return call.page(gitlab.lineage(gitlab.groupOf(project)), (group) => ({
            id: group.id,
            name: group.name,
            avatar_url: null,
            web_url: `${gitlab.url}/groups/${gitlab.groupPath(group)}`,
            full_name: gitlab.groupName(group),
            full_path: gitlab.groupPath(group),
        }));
    });
    routes.get("/projects/:id/languages", (call) => {
        call.codeProject();
        return {};
    });
    routes.post("/projects/:id/housekeeping", (call) => {
        call.project(Level.maintainer);
        call.status(201);
        return {};
    });
}

function statistics(project: Project, call: Call): Input {
    const { statistics: wanted } = call.parse({ statistics: bool() });
    return wanted && call.projectLevel(project) >= Level.reporter
        ? { statistics: { commit_count: 0, storage_size: 0, repository_size: 0, lfs_objects_size: 0 } }
        : {};
}

function filterProjects(gitlab: GitLab, call: Call, projects: Project[]): Project[] {
    const wanted = call.parse({
        search: text(),
        search_namespaces: bool(),
        owned: bool(),
        membership: bool(),
        archived: bool(),
        visibility,
        min_access_level: int(),
        topic: words(),
        include_pending_delete: bool(),
        order_by: oneOf("id", "name", "path", "created_at", "updated_at", "last_activity_at", "similarity"),
        sort: oneOf("asc", "desc"),
        id_after: int(),
        id_before: int(),
    });
    const user = call.maybeUser;
    const search = wanted.search?.toLowerCase() ?? "";
    const found = projects.filter(
        (project) =>
            seesProject(gitlab, user, project) &&
            (wanted.owned !== true || (user && projectLevel(gitlab, user, project) >= Level.owner)) &&
            (wanted.membership !== true || (user && projectLevel(gitlab, user, project) > 0)) &&
            (wanted.min_access_level === undefined ||
                (user && projectLevel(gitlab, user, project) >= wanted.min_access_level)) &&
            (wanted.archived === undefined || project.archived === wanted.archived) &&
            (wanted.visibility === undefined || project.visibility === wanted.visibility) &&
            (wanted.topic ?? []).every((topic) => project.topics.includes(topic)) &&
            (wanted.id_after === undefined || project.id > wanted.id_after) &&
            (wanted.id_before === undefined || project.id < wanted.id_before) &&
            (wanted.search_namespaces ? gitlab.projectPath(project) : `${project.name} ${project.path}`)
                .toLowerCase()
                .includes(search),
    );
    const key = wanted.order_by ?? "created_at";
    found.sort((a, b) => {
        switch (key) {
            case "name":
                return a.name.localeCompare(b.name);
            case "path":
                return a.path.localeCompare(b.path);
            case "updated_at":
                return a.updatedAt.localeCompare(b.updatedAt) || a.id - b.id;
            case "last_activity_at":
                return a.lastActivityAt.localeCompare(b.lastActivityAt) || a.id - b.id;
            default:
                return a.id - b.id;
        }
    });
    return wanted.sort === "asc" ? found : found.reverse();
}

/** The namespace a new, moved or forked project goes to, if the user may put one there. */
function targetNamespace(gitlab: GitLab, user: User, wanted: unknown): number {
    if (wanted === undefined || wanted === null || wanted === "") {
        return user.namespaceId;
    }
    const given = typeof wanted === "number" || typeof wanted === "string" ? String(wanted) : "";
    const group = gitlab.findGroup(given);
    if (!group) {
        const owner = gitlab.state.users.find(
            (each) => String(each.namespaceId) === given || each.username === given,
        );
        if (owner && (owner.id === user.id || user.admin)) {
            return owner.namespaceId;
        }
        throw notFound("Namespace");
    }
    const needed =
        {
            noone: Infinity,
            administrator: Infinity,
            owner: Level.owner,
            maintainer: Level.maintainer,
            developer: Level.developer,
        }[String(group.settings["project_creation_level"])] ?? Level.developer;
    if (!user.admin && effectiveGroupLevel(gitlab, user, group) < needed) {
        throw invalid({ namespace: ["is not valid"] });
    }
    if (group.markedForDeletion) {
        throw invalid({ namespace: ["is not valid"] });
    }
    return group.id;
}

function refuseTaken(
    gitlab: GitLab,
    namespaceId: number,
    name: string,
    path: string,
    except?: Project,
): void {
    const others = gitlab.projectsOf(namespaceId).filter((each) => each !== except);
    const problems: Record<string, string[]> = {};
    if (others.some((each) => each.path.toLowerCase() === path.toLowerCase())) {
        problems["project_namespace.path"] = ["has already been taken"];
        problems["path"] = ["has already been taken"];
    }
    if (others.some((each) => each.name === name)) {
        problems["project_namespace.name"] = ["has already been taken"];
        problems["name"] = ["has already been taken"];
    }
    if (gitlab.group(namespaceId) && gitlab.groupAt(`${gitlab.namespacePath(namespaceId)}/${path}`)) {
        problems["path"] = ["has already been taken"];
    }
    if (Object.keys(problems).length > 0) {
        throw invalid(problems);
    }
}

async function createProject(gitlab: GitLab, call: Call): Promise<unknown> {
    const { user } = call;
    const wanted = call.parse({
        name: text(),
        path: text(),
        namespace_id: int(),
        description: text(),
        visibility,
        default_branch: text(),
        initialize_with_readme: bool(),
        import_url: text(),
        topics: words(),
        tag_list: words(),
        container_expiration_policy_attributes: object(),
        container_expiration_policy: object(),
    });
    const given = wanted.name ?? wanted.path;
    if (given === undefined || given === "") {
        throw new ApiError(400, { error: "name, path are missing, at least one parameter must be provided" });
    }
    const path =
        wanted.path ??
        given
            .trim()
            .replace(/[^\w.-]+/g, "-")
            .replace(/^-+/, "")
            .toLowerCase();
    checkPath(path);
    const namespaceId = targetNamespace(gitlab, user, wanted.namespace_id);
    const group = gitlab.group(namespaceId);
    const name = wanted.name ?? given;
    refuseTaken(gitlab, namespaceId, name, path);
    const visible =
        wanted.visibility ?? (gitlab.state.settings["default_project_visibility"] as Project["visibility"]);
    refuseVisibility(gitlab, namespaceId, visible);
    const branch =
        wanted.default_branch ??
        (gitlab
            .lineage(group)
            .map((each) => each.settings["default_branch"])
            .find((each) => typeof each === "string" && each !== "") as string | undefined) ??
        asText(gitlab.state.settings["default_branch_name"], "main");
    const settings = projectAttributes(gitlab, call.input);
    const project = gitlab.newProject({
        name,
        path,
        namespaceId,
        creatorId: user.id,
        description: wanted.description ?? "",
        visibility: visible,
        topics: wanted.topics ?? wanted.tag_list ?? [],
        runnersToken: `GR1348941${randomText(20)}`,
    });
    Object.assign(project.settings, settings);
    keepExpirationPolicy(project, wanted);
    // In a group the maker already has rights; a bot or developer below owner becomes maintainer as in GitLab.
    if (group && !user.admin && projectLevel(gitlab, user, project) < Level.maintainer) {
        project.members.push(newMember(gitlab, user, Level.maintainer));
    }
    await gitlab.git.create(project.id, branch);
    gitlab.state.projects.push(project);
    if (wanted.import_url !== undefined && wanted.import_url !== "") {
        startImport(gitlab, project, wanted.import_url);
    } else if (wanted.initialize_with_readme) {
        await writeCommit(gitlab, project, user, {
            branch,
            message: "Initial commit",
            actions: [
                {
                    action: "create",
                    filePath: "README.md",
                    content: Buffer.from(`# ${name}\n\n${project.description}\n`),
                },
            ],
        });
    }
    return showProject(gitlab, project, user);
}

function newMember(gitlab: GitLab, user: User, accessLevel: number): Project["members"][number] {
    return { userId: user.id, accessLevel, createdAt: gitlab.now(), createdById: user.id, expiresAt: null };
}

/** Plain attributes of a project from a request, the older truth values translated. */
function projectAttributes(gitlab: GitLab, input: Input): Input {
    const settings = readSettings(input, projectSettings, gitlab.tier);
    for (const [old, name] of Object.entries(featureFlags)) {
        if (old in input && !(name in settings)) {
            settings[name] = input[old] === true || input[old] === "true" ? "enabled" : "disabled";
        }
    }
    if ("public_builds" in input && !("public_jobs" in settings)) {
        settings["public_jobs"] = input["public_builds"] === true || input["public_builds"] === "true";
    }
    if ("emails_disabled" in input && !("emails_enabled" in settings)) {
        settings["emails_enabled"] = !(
            input["emails_disabled"] === true || input["emails_disabled"] === "true"
        );
    }
    return settings;
}

function keepExpirationPolicy(
    project: Project,
    wanted: { container_expiration_policy_attributes?: Input; container_expiration_policy?: Input },
): void {
    const policy = wanted.container_expiration_policy_attributes ?? wanted.container_expiration_policy;
    if (policy) {
        project.settings["container_expiration_policy"] = {
            cadence: "1d",
            enabled: false,
            keep_n: 10,
            older_than: "90d",
            name_regex: ".*",
            name_regex_keep: null,
            next_run_at: project.createdAt,
            ...(project.settings["container_expiration_policy"] ?? {}),
            ...policy,
        };
    }
}

function refuseVisibility(gitlab: GitLab, namespaceId: number, visible: Project["visibility"]): void {
    const group = gitlab.group(namespaceId);
    if (group && (order[visible] ?? 0) > (order[group.visibility] ?? 0)) {
        throw invalid({
            visibility_level: [`${visible} is not allowed in a ${group.visibility} group.`],
        });
    }
}

/** Fetches in the background; the import status says how far it is, as with GitLab. */
function startImport(gitlab: GitLab, project: Project, url: string): void {
    project.importStatus = "scheduled";
    const shown = new URL(url);
    shown.username = "";
    shown.password = "";
    project.importUrl = shown.toString();
    const work = async (): Promise<void> => {
        project.importStatus = "started";
        try {
            await gitlab.git.fetchAll(project.id, url);
            const branches = await gitlab.git.refs(project.id, "refs/heads/");
            const names = [...branches.keys()].map((ref) => ref.slice("refs/heads/".length));
            const preferred = ["main", "master"].find((name) => names.includes(name)) ?? names[0];
            if (preferred !== undefined) {
                await gitlab.git.setHead(project.id, preferred);
                project.defaultBranch = preferred;
                project.pendingProtection = {
                    branch: preferred,
                    at: Date.now() + gitlab.protectionDelayMs,
                };
            }
            project.importStatus = "finished";
        } catch (error) {
            project.importStatus = "failed";
            // The message may repeat the address with its password.
            project.importError = (error as Error).message.replaceAll(url, shown.toString());
        }
        await gitlab.save();
    };
    setImmediate(() => void work().catch(() => undefined));
}

async function updateProject(gitlab: GitLab, call: Call): Promise<unknown> {
    const project = call.project(Level.maintainer);
    const { user } = call;
    const wanted = call.parse({
        name: filled(),
        path: filled(),
        description: text(),
        visibility,
        default_branch: filled(),
        topics: words(),
        tag_list: words(),
        import_url: text(),
        archived: bool(),
        container_expiration_policy_attributes: object(),
        container_expiration_policy: object(),
    });
    const settings = projectAttributes(gitlab, call.input);
    if (wanted.name !== undefined || wanted.path !== undefined) {
        if (wanted.path !== undefined) {
            checkPath(wanted.path);
        }
        refuseTaken(
            gitlab,
            project.namespaceId,
            wanted.name ?? project.name,
            wanted.path ?? project.path,
            project,
        );
    }
    if (wanted.visibility !== undefined && wanted.visibility !== project.visibility) {
        if (call.projectLevel(project) < Level.owner) {
            throw forbidden();
        }
        refuseVisibility(gitlab, project.namespaceId, wanted.visibility);
        project.visibility = wanted.visibility;
    }
    if (wanted.default_branch !== undefined && wanted.default_branch !== project.defaultBranch) {
        if ((await gitlab.git.branch(project.id, wanted.default_branch)) === undefined) {
            throw invalid({
                base: [
                    `Could not set the default branch. Do you have a branch named '${wanted.default_branch}' in your repository?`,
                ],
            });
        }
        await gitlab.git.setHead(project.id, wanted.default_branch);
        project.defaultBranch = wanted.default_branch;
        gitlab.protectDefaultBranch(project, wanted.default_branch);
    }
    project.name = wanted.name ?? project.name;
    project.path = wanted.path ?? project.path;
    project.description = wanted.description ?? project.description;
    project.topics = wanted.topics ?? wanted.tag_list ?? project.topics;
    Object.assign(project.settings, settings);
    keepExpirationPolicy(project, wanted);
    project.updatedAt = gitlab.now();
    return showProject(gitlab, project, user);
}

/** As for groups: marks first; `permanently_remove` with the right `full_path` removes what is marked. */
async function deleteProject(gitlab: GitLab, call: Call): Promise<unknown> {
    const project = call.project(Level.owner);
    const wanted = call.parse({ permanently_remove: bool(), full_path: text() });
    if (wanted.permanently_remove) {
        if (!project.markedForDeletion) {
            throw invalid("Project must be marked for deletion first.");
        }
        if (wanted.full_path !== gitlab.projectPath(project)) {
            throw invalid("`full_path` is incorrect. You must enter the complete path for the project.");
        }
        await gitlab.removeProject(project);
    } else {
        if (project.markedForDeletion) {
            throw invalid("Project has been already marked for deletion");
        }
        markForDeletion(gitlab, project);
    }
    call.status(202);
    return { message: "202 Accepted" };
}

function transferProject(gitlab: GitLab, call: Call): unknown {
    const project = call.project(Level.owner);
    const { namespace } = call.parse({ namespace: required(text()) });
    const target = targetNamespace(gitlab, call.user, namespace);
    const group = gitlab.group(target);
    if (group && effectiveGroupLevel(gitlab, call.user, group) < Level.maintainer) {
        throw forbidden();
    }
    if (target === project.namespaceId) {
        throw invalid("Project is already in this namespace.");
    }
    refuseTaken(gitlab, target, project.name, project.path);
    refuseVisibility(gitlab, target, project.visibility);
    project.namespaceId = target;
    project.updatedAt = gitlab.now();
    return showProject(gitlab, project, call.user);
}

async function forkProject(gitlab: GitLab, call: Call): Promise<unknown> {
    const origin = call.project();
    const { user } = call;
    if (!readsCode(gitlab, user, origin)) {
        throw forbidden();
    }
    const wanted = call.parse({
        name: filled(),
        path: filled(),
        namespace_id: int(),
        namespace_path: text(),
        namespace: text(),
        visibility,
        description: text(),
    });
    const namespaceId = targetNamespace(
        gitlab,
        user,
        wanted.namespace_id ?? wanted.namespace_path ?? wanted.namespace,
    );
    const name = wanted.name ?? origin.name;
    const path = wanted.path ?? origin.path;
    refuseTaken(gitlab, namespaceId, name, path);
    const fork = gitlab.newProject({
        name,
        path,
        namespaceId,
        creatorId: user.id,
        description: wanted.description ?? origin.description,
        visibility: wanted.visibility ?? origin.visibility,
        runnersToken: `GR1348941${randomText(20)}`,
        forkedFromId: origin.id,
        importStatus: "scheduled",
    });
    fork.settings = { ...origin.settings };
    if (effectiveProjectLevel(gitlab, user, fork) < Level.maintainer) {
        fork.members.push(newMember(gitlab, user, Level.maintainer));
    }
    await gitlab.git.create(fork.id, origin.defaultBranch ?? "main");
    gitlab.state.projects.push(fork);
    await gitlab.git.fetchAll(fork.id, gitlab.git.path(origin.id));
    if (origin.defaultBranch !== null) {
        fork.defaultBranch = origin.defaultBranch;
        fork.pendingProtection = {
            branch: origin.defaultBranch,
            at: Date.now() + gitlab.protectionDelayMs,
        };
    }
    // The copy is on this disk, so it is done before a client could ask how far it is.
    fork.importStatus = "finished";
    return {
        ...showProject(gitlab, fork, user),
        import_status: "scheduled",
        web_url: projectUrls(gitlab, fork).web,
    };
}
