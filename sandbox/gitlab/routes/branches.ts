import { effectiveProjectLevel, pushesBranch, protectionsOf } from "../access";
import type { Call, Routes } from "../call";
import { ApiError, invalid, notFound } from "../errors";
import { zeroSha } from "../git";
import type { GitLab } from "../gitlab";
import { Level, type Project } from "../model";
import { filled, oneOf, required, text, type Input } from "../params";
import { showCommit } from "../present";
import { updateRef } from "../repository";

/** Branches. */
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
                // A branch that is where the default branch is has nothing that was merged.
                sha !== (await git.branch(project.id, project.defaultBranch)) &&
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
            const wanted = call.parse({
                search: text(),
                regex: text(),
                sort: oneOf("name_asc", "updated_asc", "updated_desc"),
                pagination: oneOf("legacy", "keyset"),
            });
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
            if (wanted.sort !== undefined && wanted.sort !== "name_asc") {
                const times = new Map<string, string>();
                for (const { name, target } of refs) {
                    times.set(name, (await git.commit(project.id, target)).committedDate);
                }
                refs.sort((a, b) => (times.get(a.name) ?? "").localeCompare(times.get(b.name) ?? ""));
                if (wanted.sort === "updated_desc") {
                    refs.reverse();
                }
            }
            return call.pageAsync(refs, ({ name, target }) => show(call, project, name, target), {
                keyset: { by: "page_token", key: ({ name }) => name },
            });
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
        await updateRef(gitlab, project, call.user, {
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
        await updateRef(gitlab, project, call.user, {
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
                await updateRef(gitlab, project, call.user, { ref, oldSha: sha, newSha: zeroSha });
            }
        }
        call.status(202);
        return { message: "202 Accepted" };
    });
}

function safeTest(pattern: string, name: string): boolean {
    try {
        return new RegExp(pattern).test(name);
    } catch {
        throw invalid("regex is not a valid regular expression");
    }
}

export function validRef(name: string): boolean {
    return !/^[-/]|^refs\/(heads|remotes|tags)\/|^@$|[\s~^:?*[\\\x00-\x1f\x7f]|\.\.|@\{|\/\/|\/$|\.lock$|\.$|(^|\/)\.|^HEAD$/.test(
        name,
    );
}
