import { effectiveGroupLevel, projectLevel } from "../access";
import type { Call, Routes } from "../call";
import { forbidden, invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Project, type Settings, type User } from "../model";
import {
    bool,
    clearable,
    filled,
    ints,
    object,
    oneOfNumbers,
    required,
    text,
    stringList,
    type Input,
} from "../params";
import { basicUser, identityOf, showProject } from "../present";
import { isMirror, mirrorFrom } from "../pullMirrors";
import { checkPath, markForDeletion, refuseReserved } from "./groups";
import {
    checkProjectName,
    visibility,
    targetNamespace,
    requireFreeProjectName,
    projectAttributes,
    keepExpirationPolicy,
    refuseVisibility,
} from "./projectRules";
import { pageOfProjects, projectKeyset } from "./projectLists";
import { createProject, forkProject } from "./newProjects";

/** Projects: life, settings, transfer, import and forks. */
export function registerProjects(routes: Routes, gitlab: GitLab): void {
    routes.get("/projects", async (call) => {
        await gitlab.sweep();
        return pageOfProjects(gitlab, call, gitlab.state.projects, projectKeyset(call));
    });
    routes.get("/users/:user_id/projects", (call) => {
        const wanted = call.id("user_id");
        const owner = gitlab.user(Number(wanted)) ?? gitlab.userNamed(wanted);
        if (!owner) {
            throw notFound("User");
        }
        return pageOfProjects(gitlab, call, gitlab.projectsOf(owner.namespaceId), projectKeyset(call));
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
        return pageOfProjects(
            gitlab,
            call,
            gitlab.state.projects.filter((each) => each.forkedFromId === project.id),
        );
    });
    routes.get("/projects/:id/users", (call) => {
        const project = call.project();
        const found = gitlab.state.users.filter((user) => projectLevel(gitlab, user, project) > 0);
        return call.page(found, (user) => basicUser(gitlab, user));
    });
    routes.get("/projects/:id/groups", (call) => {
        const project = call.project();
        const wanted = call.parse({
            search: text(),
            skip_groups: ints(),
            with_shared: bool(),
            shared_visible_only: bool(),
            shared_min_access_level: oneOfNumbers(10, 15, 20, 30, 40, 50),
        });
        const shared = project.shares.flatMap((share) =>
            wanted.with_shared === true && share.accessLevel >= (wanted.shared_min_access_level ?? 0)
                ? (gitlab.group(share.groupId) ?? [])
                : [],
        );
        const search = wanted.search?.toLowerCase() ?? "";
        const found = [...gitlab.lineage(gitlab.groupOf(project)), ...shared].filter(
            (group) =>
                wanted.skip_groups?.includes(group.id) !== true && group.name.toLowerCase().includes(search),
        );
        return call.page(found, (group) => ({
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
    const { statistics: wanted } = call.parse({
        statistics: bool(),
        license: bool(),
        with_custom_attributes: bool(),
    });
    return wanted && call.projectLevel(project) >= Level.reporter
        ? { statistics: { commit_count: 0, storage_size: 0, repository_size: 0, lfs_objects_size: 0 } }
        : {};
}

async function updateProject(gitlab: GitLab, call: Call): Promise<unknown> {
    const project = call.project(Level.maintainer);
    const { user } = call;
    const wanted = call.parse({
        name: filled(),
        path: filled(),
        description: clearable(),
        visibility,
        default_branch: filled(),
        topics: stringList(),
        tag_list: stringList(),
        import_url: text(),
        archived: bool(),
        container_expiration_policy_attributes: object(),
        container_expiration_policy: object(),
    });
    const settings = projectAttributes(gitlab, call.input);
    if (wanted.name !== undefined || wanted.path !== undefined) {
        if (wanted.path !== undefined) {
            checkPath(wanted.path);
            refuseReserved(wanted.path, "project");
        }
        if (wanted.name !== undefined) {
            checkProjectName(wanted.name);
        }
        requireFreeProjectName(
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
    mirrorByAttributes(gitlab, project, user, wanted.import_url, settings);
    Object.assign(project.settings, settings);
    keepExpirationPolicy(project, wanted);
    project.updatedAt = gitlab.now();
    return showProject(gitlab, project, user);
}

/** The older way to set a pull mirror up: by the project's own attributes. */
function mirrorByAttributes(
    gitlab: GitLab,
    project: Project,
    user: User,
    url: string | undefined,
    { mirror, mirror_trigger_builds: builds }: Settings,
): void {
    const changes = isMirror(project) && (mirror !== undefined || url !== undefined || builds !== undefined);
    if (mirror === true || changes) {
        mirrorFrom(gitlab, project, user, {
            ...(url === undefined ? {} : { url }),
            enabled: mirror !== false,
            ...(typeof builds === "boolean" ? { mirror_trigger_builds: builds } : {}),
        });
    }
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
    requireFreeProjectName(gitlab, target, project.name, project.path);
    refuseVisibility(gitlab, target, project.visibility);
    project.namespaceId = target;
    project.updatedAt = gitlab.now();
    return showProject(gitlab, project, call.user);
}
