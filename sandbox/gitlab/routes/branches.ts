import {
    anyGranted,
    covers,
    effectiveProjectLevel,
    pushesBranch,
    protectionsOf,
    seesProject,
} from "../access";
import type { Call, Routes } from "../call";
import { ApiError, conflict, forbidden, invalid, notFound, unprocessable } from "../errors";
import { zeroSha } from "../git";
import type { GitLab } from "../gitlab";
import { Level, type Grant, type Project, type ProtectedBranch } from "../model";
import { bool, filled, objects, oneOf, oneOfNumbers, required, text, type Input } from "../params";
import { showCommit, showGrant } from "../present";
import { authorOf, moveRef } from "../repository";

/** Branches and tags. */
export function registerBranches(routes: Routes, gitlab: GitLab): void {
    const { git } = gitlab;
    const readable = { scopes: ["api", "read_api", "read_repository"] };

    const show = async (call: Call, project: Project, branch: string, sha: string): Promise<Input> => {
        const user = call.maybeUser;
        const protections = protectionsOf(project, branch);
        const can = (kind: "push" | "merge"): boolean =>
            protections.some((each) => each[kind].some((grant) => grant.accessLevel === Level.developer));
        return {
            name: branch,
            commit: showCommit(gitlab, project, await git.commit(project.id, sha)),
            merged:
                branch !== project.defaultBranch &&
                project.defaultBranch !== null &&
                (await git.isAncestor(project.id, sha, `refs/heads/${project.defaultBranch}`)),
            protected: protections.length > 0,
            developers_can_push: can("push"),
            developers_can_merge: can("merge"),
            can_push: user !== undefined && pushesBranch(gitlab, user, project, branch),
            default: branch === project.defaultBranch,
            web_url: `${gitlab.url}/${gitlab.projectPath(project)}/-/tree/${branch}`,
        };
    };

    routes.get(
        "/projects/:id/repository/branches",
        async (call) => {
            const project = call.codeProject();
            const wanted = call.parse({ search: text(), regex: text() });
            const search = wanted.search ?? "";
            const matches = (name: string): boolean =>
                search.startsWith("^")
                    ? name.startsWith(search.slice(1))
                    : search.endsWith("$")
                      ? name.endsWith(search.slice(0, -1))
                      : name.includes(search);
            const refs = [...(await git.refs(project.id, "refs/heads/"))]
                .map(([ref, { target }]) => ({ name: ref.slice("refs/heads/".length), target }))
                .filter(
                    ({ name }) =>
                        matches(name) && (wanted.regex === undefined || safeTest(wanted.regex, name)),
                );
            return call.pageAsync(refs, ({ name, target }) => show(call, project, name, target));
        },
        readable,
    );
    routes.get(
        "/projects/:id/repository/branches/:branch",
        async (call) => {
            const project = call.codeProject();
            const sha = await git.branch(project.id, call.id("branch"));
            if (sha === undefined) {
                throw notFound("Branch");
            }
            return show(call, project, call.id("branch"), sha);
        },
        readable,
    );
    routes.post("/projects/:id/repository/branches", async (call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({ branch: required(filled()), ref: required(filled()) });
        if (!validRef(wanted.branch)) {
            throw invalid("Branch name is invalid");
        }
        if ((await git.branch(project.id, wanted.branch)) !== undefined) {
            throw invalid("Branch already exists");
        }
        const sha = await git.resolve(project.id, wanted.ref);
        if (sha === undefined) {
            throw invalid(`Invalid reference name: ${wanted.ref}`);
        }
        await moveRef(gitlab, project, call.user, {
            ref: `refs/heads/${wanted.branch}`,
            oldSha: zeroSha,
            newSha: sha,
        });
        return show(call, project, wanted.branch, sha);
    });
    routes.delete("/projects/:id/repository/branches/:branch", async (call) => {
        const project = call.writableProject(Level.developer);
        const branch = call.id("branch");
        const sha = await git.branch(project.id, branch);
        if (sha === undefined) {
            throw notFound("Branch");
        }
        if (branch === project.defaultBranch) {
            throw new ApiError(405, { message: "Cannot remove HEAD branch" });
        }
        const isProtected = protectionsOf(project, branch).length > 0;
        if (isProtected && effectiveProjectLevel(gitlab, call.user, project) < Level.maintainer) {
            throw new ApiError(405, { message: "Protected branch cant be removed" });
        }
        await moveRef(gitlab, project, call.user, {
            ref: `refs/heads/${branch}`,
            oldSha: sha,
            newSha: zeroSha,
        });
    });
    routes.delete("/projects/:id/repository/merged_branches", async (call) => {
        const project = call.writableProject(Level.developer);
        for (const [ref, { sha }] of await git.refs(project.id, "refs/heads/")) {
            const name = ref.slice("refs/heads/".length);
            if (
                name !== project.defaultBranch &&
                project.defaultBranch !== null &&
                protectionsOf(project, name).length === 0 &&
                (await git.isAncestor(project.id, sha, `refs/heads/${project.defaultBranch}`))
            ) {
                await moveRef(gitlab, project, call.user, { ref, oldSha: sha, newSha: zeroSha });
            }
        }
        call.status(202);
        return { message: "202 Accepted" };
    });
    registerTags(routes, gitlab);
}

function safeTest(pattern: string, name: string): boolean {
    try {
        return new RegExp(pattern).test(name);
    } catch {
        throw invalid("regex is not a valid regular expression");
    }
}

function validRef(name: string): boolean {
    return !/^[-/]|[\s~^:?*[\\\x00-\x1f\x7f]|\.\.|@\{|\/\/|\/$|\.lock$|\.$|(^|\/)\.|^HEAD$/.test(name);
}

function registerTags(routes: Routes, gitlab: GitLab): void {
    const { git } = gitlab;
    const readable = { scopes: ["api", "read_api", "read_repository"] };
    const show = async (project: Project, tag: string, sha: string, target: string): Promise<Input> => {
        const annotated = sha !== target;
        const message = annotated
            ? (
                  await git.run(project.id, ["for-each-ref", "--format=%(contents)", `refs/tags/${tag}`])
              ).trimEnd()
            : "";
        const commit = await git.commit(project.id, target);
        const release = project.releases.find((each) => each.tag === tag);
        return {
            name: tag,
            message,
            target: sha,
            commit: showCommit(gitlab, project, commit),
            release: release ? { tag_name: tag, description: release.description } : null,
            protected: project.protectedTags.some((each) => covers(each.name, tag)),
            created_at: annotated ? commit.committedDate : null,
        };
    };
    routes.get(
        "/projects/:id/repository/tags",
        async (call) => {
            const project = call.codeProject();
            const wanted = call.parse({
                search: text(),
                order_by: oneOf("name", "updated", "version"),
                sort: oneOf("asc", "desc"),
            });
            const search = (wanted.search ?? "").replace(/^\^|\$$/g, "");
            const sortKey =
                wanted.order_by === "name"
                    ? "refname"
                    : wanted.order_by === "version"
                      ? "version:refname"
                      : "creatordate";
            const names = (
                await git.run(project.id, [
                    "for-each-ref",
                    `--sort=${wanted.sort === "asc" ? "" : "-"}${sortKey}`,
                    "--format=%(refname)",
                    "refs/tags/",
                ])
            )
                .split("\n")
                .filter((ref) => ref.includes(search) && ref !== "");
            const refs = await git.refs(project.id, "refs/tags/");
            return call.pageAsync(names, (ref) => {
                const tip = refs.get(ref) ?? { sha: "", target: "" };
                return show(project, ref.slice("refs/tags/".length), tip.sha, tip.target);
            });
        },
        readable,
    );
    routes.get(
        "/projects/:id/repository/tags/:tag",
        async (call) => {
            const project = call.codeProject();
            const tag = call.id("tag");
            const tip = (await git.refs(project.id, `refs/tags/${tag}`)).get(`refs/tags/${tag}`);
            if (!tip) {
                throw notFound("Tag");
            }
            return show(project, tag, tip.sha, tip.target);
        },
        readable,
    );
    routes.post("/projects/:id/repository/tags", async (call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({
            tag_name: required(filled()),
            ref: required(filled()),
            message: text(),
        });
        const tag = wanted.tag_name;
        if (!validRef(tag)) {
            throw invalid("Tag name invalid");
        }
        if ((await git.resolve(project.id, `refs/tags/${tag}`)) !== undefined) {
            throw invalid(`Tag ${tag} already exists`);
        }
        const target = await git.resolve(project.id, wanted.ref);
        if (target === undefined) {
            throw invalid(`Target ${wanted.ref} is invalid`);
        }
        let sha = target;
        if (wanted.message !== undefined && wanted.message !== "") {
            const tagger = authorOf(call.user);
            const now = Math.floor(Date.now() / 1000);
            const object =
                `object ${target}\ntype commit\ntag ${tag}\n` +
                `tagger ${tagger.name} <${tagger.email}> ${now} +0000\n\n${wanted.message}\n`;
            sha = (await git.run(project.id, ["mktag"], { input: object })).trim();
        }
        await moveRef(gitlab, project, call.user, { ref: `refs/tags/${tag}`, oldSha: zeroSha, newSha: sha });
        return show(project, tag, sha, target);
    });
    routes.delete("/projects/:id/repository/tags/:tag", async (call) => {
        const project = call.writableProject(Level.developer);
        const ref = `refs/tags/${call.id("tag")}`;
        const tip = (await git.refs(project.id, ref)).get(ref);
        if (!tip) {
            throw notFound("Tag");
        }
        const protections = project.protectedTags.filter((each) => covers(each.name, call.id("tag")));
        if (
            protections.length > 0 &&
            !protections.some((each) => anyGranted(gitlab, each.create, call.user, project))
        ) {
            throw new ApiError(403, { message: "403 Forbidden" });
        }
        await moveRef(gitlab, project, call.user, { ref, oldSha: tip.sha, newSha: zeroSha });
        project.releases = project.releases.filter((each) => `refs/tags/${each.tag}` !== ref);
    });
}

const branchLevels = [0, 30, 40, 60];

/** Protection of branches and tags. Lists of users, groups and levels exist in premium only. */
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
        const premium = gitlab.tier === "premium";
        const grants = (
            list: Input[] | undefined,
            level: number | undefined,
            kind: "push" | "other",
        ): Grant[] => {
            const given = readGrants(gitlab, project, premium ? list : undefined, kind);
            return given.length > 0 && level === undefined
                ? given
                : [gitlab.levelGrant(level ?? Level.maintainer), ...given];
        };
        const made: ProtectedBranch = {
            id: gitlab.nextId("protected_branch"),
            name: wanted.name,
            push: grants(wanted.allowed_to_push, wanted.push_access_level, "push"),
            merge: grants(wanted.allowed_to_merge, wanted.merge_access_level, "other"),
            unprotect: premium
                ? grants(wanted.allowed_to_unprotect, wanted.unprotect_access_level, "other")
                : [],
            allowForcePush: wanted.allow_force_push ?? false,
            codeOwnerApprovalRequired: premium && (wanted.code_owner_approval_required ?? false),
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
        if (gitlab.tier === "premium") {
            branch.push = changeGrants(gitlab, project, branch.push, wanted.allowed_to_push, "push");
            branch.merge = changeGrants(gitlab, project, branch.merge, wanted.allowed_to_merge, "other");
            branch.unprotect = changeGrants(
                gitlab,
                project,
                branch.unprotect,
                wanted.allowed_to_unprotect,
                "other",
            );
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
            gitlab.tier === "premium" ? wanted.allowed_to_create : undefined,
            "other",
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
        ...(gitlab.tier === "premium"
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
    kind: "push" | "other",
): Grant[] {
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
        if (grant.userId !== null) {
            const user = gitlab.user(grant.userId);
            if (
                !user ||
                (project && !seesProject(gitlab, user, project)) ||
                (project && effectiveProjectLevel(gitlab, user, project) === 0)
            ) {
                throw unprocessable(["Push access levels user is not a member of the project"]);
            }
            grant.accessLevel = null;
        }
        if (grant.groupId !== null) {
            const invited =
                project === undefined ||
                project.shares.some((share) => share.groupId === grant.groupId) ||
                gitlab.lineage(gitlab.groupOf(project)).some((group) => group.id === grant.groupId);
            if (!gitlab.group(grant.groupId) || !invited) {
                throw unprocessable(["Push access levels group does not have access to the project"]);
            }
            grant.accessLevel = null;
        }
        if (grant.deployKeyId !== null) {
            const enabled = project?.deployKeys.some((key) => key.keyId === grant.deployKeyId && key.canPush);
            if (kind !== "push" || !enabled) {
                throw unprocessable(["Push access levels deploy key is not enabled for this project"]);
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
    wishes: Input[] | undefined,
    kind: "push" | "other",
): Grant[] {
    let result = [...before];
    for (const wish of wishes ?? []) {
        const id = wish["id"] === undefined || wish["id"] === null ? undefined : Number(wish["id"]);
        if (id === undefined) {
            result.push(...readGrants(gitlab, project, [wish], kind));
            continue;
        }
        const known = result.find((grant) => grant.id === id);
        if (!known) {
            throw notFound();
        }
        if (wish["_destroy"] === true || wish["_destroy"] === "true" || wish["_destroy"] === 1) {
            result = result.filter((grant) => grant !== known);
        } else {
            const [changed] = readGrants(gitlab, project, [{ ...wish, id: undefined }], kind);
            if (changed) {
                result = result.map((grant) => (grant === known ? { ...changed, id: known.id } : grant));
            }
        }
    }
    return result;
}
