import { anyGranted, effectiveProjectLevel, seesProject } from "../access";
import type { Call, Routes } from "../call";
import { conflict, forbidden, notFound, unprocessable } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Grant, type Project, type ProtectedBranch } from "../model";
import { bool, filled, objects, oneOfNumbers, required, text, parseBoolean, type Input } from "../params";
import { showGrant } from "../present";

/** What an access level is for; GitLab names it in its errors. */
type GrantKind = "push" | "merge" | "unprotect" | "create" | "deploy";

const branchLevels = [0, 30, 40, 60];

/**
 * Protection of branches and tags. The Enterprise Edition reads lists, the Community Edition ignores them; users and groups
 * in them, and who may unprotect, need a licence. (GitLab's validation of access levels, ee/ProtectedRefAccess.)
 */
export function registerProtections(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/protected_branches";
    const find = (call: Call, project: Project): ProtectedBranch => {
        const found = project.protectedBranches.find((each) => each.name === call.id("name"));
        if (!found) {
            throw notFound();
        }
        return found;
    };
    routes.get(base, (call) => {
        const project = call.project(Level.developer);
        const search = call.parse({ search: text() }).search ?? "";
        return call.page(
            project.protectedBranches.filter((each) => each.name.includes(search)),
            (each) => showBranch(gitlab, each),
        );
    });
    routes.get(`${base}/:name`, (call) => showBranch(gitlab, find(call, call.project(Level.developer))));
    routes.post(base, (call) => {
        const project = call.project(Level.maintainer);
        const wanted = call.parse({
            name: required(filled()),
            push_access_level: oneOfNumbers(...branchLevels),
            merge_access_level: oneOfNumbers(...branchLevels),
            unprotect_access_level: oneOfNumbers(...branchLevels.filter((level) => level > 0)),
            allow_force_push: bool(),
            code_owner_approval_required: bool(),
            allowed_to_push: objects(),
            allowed_to_merge: objects(),
            allowed_to_unprotect: objects(),
        });
        if (project.protectedBranches.some((each) => each.name === wanted.name)) {
            throw conflict(`Protected branch '${wanted.name}' already exists`);
        }
        const enterprise = gitlab.edition === "ee";
        const grants = (list: Input[] | undefined, level: number | undefined, kind: GrantKind): Grant[] => {
            const given = readGrants(gitlab, project, enterprise ? list : undefined, kind);
            return given.length > 0 && level === undefined
                ? given
                : [gitlab.levelGrant(level ?? Level.maintainer), ...given];
        };
        const made: ProtectedBranch = {
            id: gitlab.nextId("protected_branch"),
            name: wanted.name,
            push: grants(wanted.allowed_to_push, wanted.push_access_level, "push"),
            merge: grants(wanted.allowed_to_merge, wanted.merge_access_level, "merge"),
            unprotect: enterprise
                ? grants(wanted.allowed_to_unprotect, wanted.unprotect_access_level, "unprotect")
                : [],
            allowForcePush: wanted.allow_force_push ?? false,
            codeOwnerApprovalRequired:
                gitlab.tier === "premium" && (wanted.code_owner_approval_required ?? false),
        };
        project.protectedBranches.push(made);
        // Whoever protects the default branch by hand is not overruled by GitLab's own protection afterwards.
        if (project.pendingProtection?.branch === made.name) {
            project.pendingProtection = null;
        }
        return showBranch(gitlab, made);
    });
    routes.patch(`${base}/:name`, (call) => {
        const project = call.project(Level.maintainer);
        const branch = find(call, project);
        const wanted = call.parse({
            name: filled(),
            allow_force_push: bool(),
            code_owner_approval_required: bool(),
            allowed_to_push: objects(),
            allowed_to_merge: objects(),
            allowed_to_unprotect: objects(),
        });
        if (gitlab.edition === "ee") {
            branch.push = changeGrants(gitlab, project, branch.push, wanted.allowed_to_push, "push");
            branch.merge = changeGrants(gitlab, project, branch.merge, wanted.allowed_to_merge, "merge");
            branch.unprotect = changeGrants(
                gitlab,
                project,
                branch.unprotect,
                wanted.allowed_to_unprotect,
                "unprotect",
            );
        }
        if (gitlab.tier === "premium") {
            branch.codeOwnerApprovalRequired =
                wanted.code_owner_approval_required ?? branch.codeOwnerApprovalRequired;
        }
        branch.allowForcePush = wanted.allow_force_push ?? branch.allowForcePush;
        return showBranch(gitlab, branch);
    });
    routes.delete(`${base}/:name`, (call) => {
        const project = call.project(Level.maintainer);
        const branch = find(call, project);
        if (
            gitlab.tier === "premium" &&
            branch.unprotect.length > 0 &&
            !anyGranted(gitlab, branch.unprotect, call.user, project)
        ) {
            throw forbidden();
        }
        project.protectedBranches = project.protectedBranches.filter((each) => each !== branch);
    });

    const tags = "/projects/:id/protected_tags";
    const findTag = (call: Call, project: Project): Project["protectedTags"][number] => {
        const found = project.protectedTags.find((each) => each.name === call.id("name"));
        if (!found) {
            throw notFound();
        }
        return found;
    };
    const showTag = (tag: Project["protectedTags"][number]): Input => ({
        name: tag.name,
        create_access_levels: tag.create.map((grant) => showGrant(gitlab, grant)),
    });
    routes.get(tags, (call) => call.page(call.project(Level.maintainer).protectedTags, showTag));
    routes.get(`${tags}/:name`, (call) => showTag(findTag(call, call.project(Level.maintainer))));
    routes.post(tags, (call) => {
        const project = call.project(Level.maintainer);
        const wanted = call.parse({
            name: required(filled()),
            create_access_level: oneOfNumbers(0, 30, 40, 60),
            allowed_to_create: objects(),
        });
        if (project.protectedTags.some((each) => each.name === wanted.name)) {
            throw unprocessable(`Protected tag '${wanted.name}' already exists`);
        }
        const given = readGrants(
            gitlab,
            project,
            gitlab.edition === "ee" ? wanted.allowed_to_create : undefined,
            "create",
        );
        const level = wanted.create_access_level;
        const made = {
            name: wanted.name,
            create:
                given.length > 0 && level === undefined
                    ? given
                    : [gitlab.levelGrant(level ?? Level.maintainer), ...given],
        };
        project.protectedTags.push(made);
        return showTag(made);
    });
    routes.delete(`${tags}/:name`, (call) => {
        const project = call.project(Level.maintainer);
        const tag = findTag(call, project);
        project.protectedTags = project.protectedTags.filter((each) => each !== tag);
    });
}

function showBranch(gitlab: GitLab, branch: ProtectedBranch): Input {
    const grants = (list: Grant[]): unknown[] => list.map((grant) => showGrant(gitlab, grant));
    return {
        id: branch.id,
        name: branch.name,
        push_access_levels: grants(branch.push),
        merge_access_levels: grants(branch.merge),
        allow_force_push: branch.allowForcePush,
        ...(gitlab.edition === "ee"
            ? {
                  unprotect_access_levels: grants(branch.unprotect),
                  code_owner_approval_required: branch.codeOwnerApprovalRequired,
                  inherited: false,
              }
            : {}),
    };
}

/** Reads `allowed_to_…` entries: each names one user, group, deploy key or level. @throws ApiError 422 */
export function readGrants(
    gitlab: GitLab,
    project: Project | undefined,
    list: Input[] | undefined,
    kind: GrantKind,
): Grant[] {
    const subject = `${kind.charAt(0).toUpperCase()}${kind.slice(1)} access levels`;
    return (list ?? []).map((entry) => {
        const number = (name: string): number | null =>
            entry[name] === undefined || entry[name] === null || entry[name] === ""
                ? null
                : Number(entry[name]);
        const grant: Grant = {
            id: gitlab.nextId("grant"),
            accessLevel: number("access_level"),
            userId: number("user_id"),
            groupId: number("group_id"),
            deployKeyId: number("deploy_key_id"),
        };
        const named = [grant.userId, grant.groupId, grant.deployKeyId].filter((id) => id !== null);
        if (named.length > 1 || (named.length === 0 && grant.accessLevel === null)) {
            throw unprocessable(
                "Each entry needs exactly one of user_id, group_id, deploy_key_id and access_level",
            );
        }
        for (const who of ["user", "group"] as const) {
            if (gitlab.tier === "free" && grant[`${who}Id`] !== null) {
                throw unprocessable([`${subject} ${who} must be blank`]);
            }
        }
        if (grant.userId !== null) {
            const user = gitlab.user(grant.userId);
            if (
                !user ||
                (project && !seesProject(gitlab, user, project)) ||
                (project && effectiveProjectLevel(gitlab, user, project) === 0)
            ) {
                throw unprocessable([`${subject} user is not a member of the project`]);
            }
            grant.accessLevel = null;
        }
        if (grant.groupId !== null) {
            const invited =
                project === undefined ||
                project.shares.some((share) => share.groupId === grant.groupId) ||
                gitlab.lineage(gitlab.groupOf(project)).some((group) => group.id === grant.groupId);
            if (!gitlab.group(grant.groupId) || !invited) {
                throw unprocessable([`${subject} group does not have access to the project`]);
            }
            grant.accessLevel = null;
        }
        if (grant.deployKeyId !== null) {
            const enabled = project?.deployKeys.some((key) => key.keyId === grant.deployKeyId && key.canPush);
            if (kind !== "push" || !enabled) {
                throw unprocessable([`${subject} deploy key is not enabled for this project`]);
            }
            grant.accessLevel = null;
        }
        return grant;
    });
}

/** Applies a PATCH to a list of grants: an `id` changes that entry, with `_destroy` removes it; others are added. */
export function changeGrants(
    gitlab: GitLab,
    project: Project | undefined,
    before: Grant[],
    requested: Input[] | undefined,
    kind: GrantKind,
): Grant[] {
    let result = [...before];
    for (const attributes of requested ?? []) {
        const id =
            attributes["id"] === undefined || attributes["id"] === null
                ? undefined
                : Number(attributes["id"]);
        if (id === undefined) {
            result.push(...readGrants(gitlab, project, [attributes], kind));
            continue;
        }
        const known = result.find((grant) => grant.id === id);
        if (!known) {
            throw notFound();
        }
        if (parseBoolean(attributes["_destroy"])) {
            result = result.filter((grant) => grant !== known);
        } else {
            const [changed] = readGrants(gitlab, project, [{ ...attributes, id: undefined }], kind);
            if (changed) {
                result = result.map((grant) => (grant === known ? { ...changed, id: known.id } : grant));
            }
        }
    }
    return result;
}
