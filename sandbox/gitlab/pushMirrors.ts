import { covers } from "./access";
import { GitError } from "./git";
import type { GitLab } from "./gitlab";
import { gitLogin, unreachable } from "./mirrorTargets";
import type { PlainRecord, Project } from "./model";

/** After a push GitLab brings every mirror that is on up to date, in the background. */
export function pushToMirrors(gitlab: GitLab, project: Project): void {
    for (const mirror of project.pushMirrors.filter(({ enabled }) => enabled === true)) {
        pushToMirror(gitlab, project, mirror);
    }
}

/** Brings one mirror up to date, in the background; one at a time. */
export function pushToMirror(gitlab: GitLab, project: Project, mirror: PlainRecord): void {
    const work = (): Promise<void> =>
        gitlab.exclusive(`mirror ${project.id} ${mirror.id}`, async () => {
            mirror["update_status"] = "started";
            mirror["last_update_started_at"] = gitlab.now();
            const error = await pushed(gitlab, project, mirror);
            const now = gitlab.now();
            Object.assign(mirror, {
                update_status: error === undefined ? "finished" : "failed",
                last_error: error ?? null,
                last_update_at: now,
                ...(error === undefined ? { last_successful_update_at: now } : {}),
            });
            await gitlab.save();
        });
    if (gitlab.ci) {
        gitlab.ci.later(work);
    } else {
        work().catch(() => undefined);
    }
}

/** Pushes; gives what went wrong. */
async function pushed(gitlab: GitLab, project: Project, mirror: PlainRecord): Promise<string | undefined> {
    const target = project.mirrorTargets?.[mirror.id];
    const problem = unreachable(target);
    if (target === undefined || problem !== undefined) {
        return problem;
    }
    const env = gitLogin(target);
    try {
        const there = refsIn(await gitlab.git.run(project.id, ["ls-remote", target.url], { env }));
        const refs = await refspecs(gitlab, project, mirror, there);
        // A ref that is refused blocks none of the others.
        await pushAll(gitlab, project, target.url, refs, env);
        return undefined;
    } catch (error) {
        if (error instanceof GitError) {
            return error.stderr.trim();
        }
        throw error;
    }
}

async function pushAll(
    gitlab: GitLab,
    project: Project,
    url: string,
    refs: readonly string[],
    env: Record<string, string>,
): Promise<void> {
    if (refs.length > 0) {
        await gitlab.git.run(project.id, ["push", "--porcelain", url, ...refs], { env });
    }
}

/** What `git ls-remote` says. */
function refsIn(output: string): Map<string, string> {
    return new Map(
        output.split("\n").flatMap((line): [string, string][] => {
            const [sha = "", ref = ""] = line.split("\t");
            return /^refs\/(heads|tags)\/.*[^}]$/.test(ref) ? [[ref, sha]] : [];
        }),
    );
}

/**
 * What differs, as arguments of `git push`. A branch that has other commits at the mirror is overwritten, unless it keeps
 * these. A branch that is gone here goes there too, if the default branch has what was on it.
 */
async function refspecs(
    gitlab: GitLab,
    project: Project,
    mirror: PlainRecord,
    there: ReadonlyMap<string, string>,
): Promise<string[]> {
    const { git } = gitlab;
    const here = new Map([
        ...(await git.refs(project.id, "refs/heads/")),
        ...(await git.refs(project.id, "refs/tags/")),
    ]);
    const result: string[] = [];
    for (const [ref, { sha }] of here) {
        const known = there.get(ref);
        if (known === sha || !isMirrored(project, mirror, ref)) {
            continue;
        }
        const isDiverged =
            known !== undefined &&
            ref.startsWith("refs/heads/") &&
            !(await git.isAncestor(project.id, known, sha));
        if (!isDiverged || mirror["keep_divergent_refs"] !== true) {
            result.push(`+${ref}:${ref}`);
        }
    }
    const { defaultBranch } = project;
    for (const [ref, sha] of there) {
        if (
            !here.has(ref) &&
            defaultBranch !== null &&
            ref.startsWith("refs/heads/") &&
            isMirrored(project, mirror, ref) &&
            (await git.isAncestor(project.id, sha, `refs/heads/${defaultBranch}`))
        ) {
            result.push(`:${ref}`);
        }
    }
    return result;
}

/** Whether a mirror takes a ref: of branches it may take the protected ones alone, or those of a pattern. */
function isMirrored(project: Project, mirror: PlainRecord, ref: string): boolean {
    if (!ref.startsWith("refs/heads/")) {
        return true;
    }
    const branch = ref.slice("refs/heads/".length);
    const pattern = mirror["mirror_branch_regex"];
    if (mirror["only_protected_branches"] === true) {
        return project.protectedBranches.some(({ name }) => covers(name, branch));
    }
    return typeof pattern !== "string" || pattern === "" || new RegExp(pattern).test(branch);
}
