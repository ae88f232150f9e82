import { effectiveProjectLevel, projectLevel, readsCode } from "../access";
import type { Call } from "../call";
import { ApiError, forbidden } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Project, type User } from "../model";
import { asText, bool, clearable, filled, int, object, text, stringList } from "../params";
import { projectUrls, showProject } from "../present";
import { isMirror, mirrorFrom, pullNow } from "../pullMirrors";
import { writeCommit } from "../repository";
import { randomText } from "../secrets";
import { checkPath, refuseReserved } from "./groups";
import {
    checkProjectName,
    visibility,
    targetNamespace,
    requireFreeProjectName,
    projectAttributes,
    keepExpirationPolicy,
    refuseVisibility,
} from "./projectRules";

export async function createProject(gitlab: GitLab, call: Call): Promise<unknown> {
    const { user } = call;
    const wanted = call.parse({
        name: text(),
        path: text(),
        namespace_id: int(),
        description: clearable(),
        visibility,
        default_branch: text(),
        initialize_with_readme: bool(),
        import_url: text(),
        topics: stringList(),
        tag_list: stringList(),
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
    refuseReserved(path, "project");
    const name = wanted.name ?? given;
    checkProjectName(name);
    const namespaceId = targetNamespace(gitlab, user, wanted.namespace_id);
    const group = gitlab.group(namespaceId);
    requireFreeProjectName(gitlab, namespaceId, name, path);
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
        if (settings["mirror"] === true) {
            mirrorFrom(
                gitlab,
                project,
                user,
                {
                    url: wanted.import_url,
                    enabled: true,
                    mirror_trigger_builds: settings["mirror_trigger_builds"] === true,
                },
                { imported: true },
            );
        }
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
            if (isMirror(project)) {
                pullNow(gitlab, project);
            }
        } catch (error) {
            project.importStatus = "failed";
            // The message may repeat the address with its password.
            project.importError = (error as Error).message.replaceAll(url, shown.toString());
        }
        await gitlab.save();
    };
    setImmediate(() => void work().catch(() => undefined));
}

export async function forkProject(gitlab: GitLab, call: Call): Promise<unknown> {
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
        description: clearable(),
    });
    const namespaceId = targetNamespace(
        gitlab,
        user,
        wanted.namespace_id ?? wanted.namespace_path ?? wanted.namespace,
    );
    const name = wanted.name ?? origin.name;
    const path = wanted.path ?? origin.path;
    requireFreeProjectName(gitlab, namespaceId, name, path);
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
