import { covers } from "./access";
import { invalid } from "./errors";
import { GitError, zeroSha } from "./git";
import type { GitLab } from "./gitlab";
import { gitLogin, mirrorTarget, shownUrl, unreachable } from "./mirrorTargets";
import type { Project, PullMirror, User } from "./model";
import { updateRef } from "./repository";

/** What of a pull mirror can be set. */
export interface WantedMirror {
    readonly url?: string;
    readonly enabled?: boolean;
    readonly auth_user?: string;
    readonly auth_password?: string;
    readonly mirror_trigger_builds?: boolean;
    readonly only_mirror_protected_branches?: boolean;
    readonly mirror_overwrites_diverged_branches?: boolean;
    readonly mirror_branch_regex?: string | null;
}

/** Time from one update to the next. */
const intervalMs = 30 * 60_000;

/** Where what is there is fetched to, for as long as it takes to find out what becomes of it. */
const upstream = "refs/upstream";

/** Whether a project is brought up to date from elsewhere. */
export function isMirror({ pullMirror }: Project): boolean {
    return pullMirror?.enabled === true;
}

/** Sets a pull mirror up, or changes it. One that is on is brought up to date soon, unless an import does that. */
export function mirrorFrom(
    gitlab: GitLab,
    project: Project,
    user: User,
    wanted: WantedMirror,
    options: { imported?: boolean } = {},
): PullMirror {
    const { url, auth_user: username, auth_password: password, ...settings } = wanted;
    if (url !== undefined && !(/^(https?|ssh|git):\/\/[^/]/.test(url) && URL.canParse(url))) {
        throw invalid({ import_url: ["is blocked: Only allowed schemes are http, https, ssh, git"] });
    }
    const known = url === undefined ? project.pullMirror?.target : mirrorTarget(url);
    if (known === undefined && wanted.enabled === true) {
        throw invalid({ import_url: ["can't be blank"] });
    }
    const mirror: PullMirror = {
        id: gitlab.nextId("mirror"),
        enabled: false,
        update_status: "none",
        last_error: null,
        last_update_at: null,
        last_update_started_at: null,
        last_successful_update_at: null,
        mirror_trigger_builds: false,
        only_mirror_protected_branches: null,
        mirror_overwrites_diverged_branches: null,
        mirror_branch_regex: null,
        ...project.pullMirror,
        ...settings,
        ...(known === undefined
            ? {}
            : {
                  target: {
                      ...known,
                      ...(username === undefined ? {} : { username }),
                      ...(password === undefined ? {} : { password }),
                  },
              }),
        ...(wanted.enabled === true ? { userId: user.id } : {}),
    };
    project.pullMirror = mirror;
    project.settings["mirror"] = mirror.enabled;
    project.settings["mirror_trigger_builds"] = mirror.mirror_trigger_builds;
    if (mirror.enabled && options.imported !== true) {
        pullNow(gitlab, project);
    }
    return mirror;
}

/** As the API shows it. */
export function showPullMirror({ target, userId: _, ...mirror }: PullMirror): Record<string, unknown> {
    return { ...mirror, ...(target === undefined ? {} : { url: shownUrl(target) }) };
}

/** Brings a mirror up to date, in the background; one at a time. */
export function pullNow(gitlab: GitLab, project: Project): void {
    const mirror = project.pullMirror;
    if (mirror === null) {
        return;
    }
    mirror.update_status = "scheduled";
    const work = (): Promise<void> =>
        gitlab.exclusive(`pull mirror ${project.id}`, async () => {
            mirror.update_status = "started";
            mirror.last_update_started_at = gitlab.now();
            const error = await pulled(gitlab, project, mirror);
            mirror.update_status = error === undefined ? "finished" : "failed";
            mirror.last_error = error ?? null;
            mirror.last_update_at = gitlab.now();
            if (error === undefined) {
                mirror.last_successful_update_at = mirror.last_update_at;
            }
            await gitlab.save();
        });
    if (gitlab.ci) {
        gitlab.ci.later(work);
    } else {
        work().catch(() => undefined);
    }
}

/** Brings up to date what was last brought so half an hour ago. */
export function pullOverdue(gitlab: GitLab): void {
    for (const project of gitlab.state.projects) {
        const mirror = project.pullMirror;
        const last = mirror?.last_update_at ?? null;
        if (
            isMirror(project) &&
            last !== null &&
            mirror?.update_status !== "scheduled" &&
            mirror?.update_status !== "started" &&
            Date.parse(last) + intervalMs <= Date.parse(gitlab.now())
        ) {
            pullNow(gitlab, project);
        }
    }
}

/** Fetches, and moves branches and tags; gives what went wrong. */
async function pulled(gitlab: GitLab, project: Project, mirror: PullMirror): Promise<string | undefined> {
    const { target } = mirror;
    const problem = unreachable(target);
    const user = gitlab.user(mirror.userId ?? project.creatorId);
    if (target === undefined || problem !== undefined) {
        return problem;
    }
    if (user === undefined) {
        return "The user who set up this mirror does not exist any more.";
    }
    try {
        await gitlab.git.run(
            project.id,
            [
                "fetch",
                "--quiet",
                "--no-tags",
                target.url,
                `+refs/heads/*:${upstream}/heads/*`,
                `+refs/tags/*:${upstream}/tags/*`,
            ],
            { env: gitLogin(target) },
        );
        return await take(gitlab, project, mirror, user);
    } catch (error) {
        if (error instanceof GitError) {
            return error.stderr.trim();
        }
        throw error;
    } finally {
        const fetched = await gitlab.git.refs(project.id, `${upstream}/`);
        const input = [...fetched.keys()].map((ref) => `delete ${ref}\n`).join("");
        await gitlab.git.run(project.id, ["update-ref", "--stdin"], { input });
    }
}

/** Moves branches and tags to what was fetched; none is deleted. Gives what could not be moved. */
async function take(
    gitlab: GitLab,
    project: Project,
    mirror: PullMirror,
    user: User,
): Promise<string | undefined> {
    const { git } = gitlab;
    const there = await git.refs(project.id, `${upstream}/`);
    const here = new Map([
        ...(await git.refs(project.id, "refs/heads/")),
        ...(await git.refs(project.id, "refs/tags/")),
    ]);
    const head = (await git.run(project.id, ["symbolic-ref", "HEAD"])).trim();
    // The first branch of an empty project becomes its default branch.
    const first = [head, "refs/heads/main", "refs/heads/master"];
    const order = (ref: string): number => (first.includes(ref) ? first.indexOf(ref) : first.length);
    const refs = [...there]
        .map(([fetched, { sha }]) => ({ ref: `refs/${fetched.slice(upstream.length + 1)}`, newSha: sha }))
        .sort((one, other) => order(one.ref) - order(other.ref));
    const errors: string[] = [];
    for (const { ref, newSha } of refs) {
        const oldSha = here.get(ref)?.sha;
        if (oldSha === newSha || !isPulled(project, mirror, ref)) {
            continue;
        }
        const isDiverged =
            oldSha !== undefined &&
            ref.startsWith("refs/heads/") &&
            !(await git.isAncestor(project.id, oldSha, newSha));
        if (isDiverged && mirror.mirror_overwrites_diverged_branches !== true) {
            const { defaultBranch } = project;
            // Of the others GitLab says nothing.
            if (defaultBranch !== null && ref === `refs/heads/${defaultBranch}`) {
                errors.push(
                    `The default branch (${defaultBranch}) has diverged from its upstream counterpart and could not be updated automatically.`,
                );
            }
            continue;
        }
        await updateRef(
            gitlab,
            project,
            user,
            { ref, oldSha: oldSha ?? zeroSha, newSha },
            { checked: true, noPipeline: !mirror.mirror_trigger_builds },
        );
    }
    return errors.length === 0 ? undefined : errors.join("\n\n");
}

/** Whether a ref is brought here: of branches the protected ones alone, or those of a pattern, where the mirror says so. */
function isPulled(project: Project, mirror: PullMirror, ref: string): boolean {
    if (!ref.startsWith("refs/heads/")) {
        return true;
    }
    const branch = ref.slice("refs/heads/".length);
    const pattern = mirror.mirror_branch_regex;
    if (mirror.only_mirror_protected_branches === true) {
        return project.protectedBranches.some(({ name }) => covers(name, branch));
    }
    return pattern === null || pattern === "" || new RegExp(pattern).test(branch);
}
