import { ApiError, invalid } from "./errors";
import { emit, emitMergeRequest, emitPipeline, hookState, listeners, pushPayload } from "./events";
import { GitError, zeroSha, type Author, type RefUpdate, type TreeEntry } from "./git";
import type { GitLab } from "./gitlab";
import type { PipelineRunner, PipelineParameters } from "./ci";
import type { MergeRequest, Pipeline, Project, User } from "./model";
import { refusal } from "./pushChecks";
import { pushToMirrors } from "./pushMirrors";
import { stopForBranch, stopForMergeRequest } from "./stopping";

/** One file change inside a commit, as the commits API takes it. */
export interface FileAction {
    action: "create" | "update" | "delete" | "move" | "chmod";
    filePath: string;
    previousPath?: string;
    content?: Buffer;
    executable?: boolean;
    lastCommitId?: string;
}

export interface NewCommit {
    branch: string;
    message: string;
    actions: FileAction[];
    /** Branch, tag or commit to start the branch from when it is not there yet. */
    start?: string;
    /** Start anew from `start` even if the branch exists. */
    force?: boolean;
    authorName?: string;
    authorEmail?: string;
}

/** Name and address a user's commits carry. */
export function authorOf(user: Author): Author {
    return { name: user.name, email: user.email };
}

/**
 * Writes one commit and moves the branch, with the same rights and the same consequences as a push.
 * @throws ApiError 400 in GitLab's words when a file is there that must not be, or the branch moved.
 */
export async function writeCommit(
    gitlab: GitLab,
    project: Project,
    user: User,
    parameters: NewCommit,
): Promise<string> {
    return gitlab.exclusive(`repository ${project.id}`, async () => {
        const { git } = gitlab;
        const tip = await git.branch(project.id, parameters.branch);
        let parent = tip;
        if (tip === undefined || parameters.force) {
            if (parameters.start !== undefined) {
                parent = await git.resolve(project.id, parameters.start);
                if (parent === undefined) {
                    throw invalid(`Invalid reference name: ${parameters.start}`);
                }
            } else if (project.defaultBranch !== null) {
                throw invalid("You can only create or edit files when you are on a branch");
            }
        } else if (parameters.start !== undefined && parameters.start !== parameters.branch) {
            throw invalid(
                `A branch called '${parameters.branch}' already exists. Switch to that branch in order to make changes`,
            );
        }
        const files = new Map<string, TreeEntry>();
        if (parent !== undefined) {
            for (const entry of await git.tree(project.id, parent, "", true)) {
                if (entry.type !== "tree") {
                    files.set(entry.path, entry);
                }
            }
        }
        for (const action of parameters.actions) {
            await apply(gitlab, project, parent, files, action);
        }
        const tree = await git.writeTree(project.id, files.values());
        const author: Author = {
            // Blank counts as not given: clients send both in every call.
            name: parameters.authorName || user.name,
            email: parameters.authorEmail || user.email,
        };
        const sha = await git.commitTree(project.id, {
            tree,
            parents: parent === undefined ? [] : [parent],
            message: parameters.message,
            author,
            committer: authorOf(user),
        });
        await updateRef(gitlab, project, user, {
            ref: `refs/heads/${parameters.branch}`,
            oldSha: tip ?? zeroSha,
            newSha: sha,
        });
        return sha;
    });
}

async function apply(
    gitlab: GitLab,
    project: Project,
    parent: string | undefined,
    files: Map<string, TreeEntry>,
    action: FileAction,
): Promise<void> {
    const path = action.filePath.replace(/^\/+/, "");
    if (path === "" || path.split("/").some((part) => part === ".." || part === "" || part === ".git")) {
        throw invalid(`Path can't include directory traversal`);
    }
    const there = files.get(path);
    const { git } = gitlab;
    if (action.lastCommitId !== undefined && action.lastCommitId !== "" && parent !== undefined) {
        const last = await lastCommitOf(gitlab, project, parent, action.previousPath ?? path);
        if (last !== action.lastCommitId) {
            throw invalid(
                "You are attempting to update a file that has changed since you started editing it.",
            );
        }
    }
    switch (action.action) {
        case "create": {
            if (there) {
                throw invalid("A file with this name already exists");
            }
            const id = await git.writeBlob(project.id, action.content ?? Buffer.alloc(0));
            const mode = action.executable ? "100755" : "100644";
            files.set(path, { mode, type: "blob", id, path });
            return;
        }
        case "update": {
            if (!there) {
                throw invalid("A file with this name doesn't exist");
            }
            const id = await git.writeBlob(project.id, action.content ?? Buffer.alloc(0));
            const mode =
                action.executable === undefined ? there.mode : action.executable ? "100755" : "100644";
            files.set(path, { ...there, mode, id });
            return;
        }
        case "delete": {
            if (!files.delete(path)) {
                throw invalid("A file with this name doesn't exist");
            }
            return;
        }
        case "move": {
            const from = files.get(action.previousPath ?? "");
            if (!from) {
                throw invalid("A file with this name doesn't exist");
            }
            if (there) {
                throw invalid("A file with this name already exists");
            }
            files.delete(from.path);
            const id = action.content ? await git.writeBlob(project.id, action.content) : from.id;
            files.set(path, { ...from, id, path });
            return;
        }
        case "chmod": {
            if (!there) {
                throw invalid("A file with this name doesn't exist");
            }
            files.set(path, { ...there, mode: action.executable ? "100755" : "100644" });
            return;
        }
    }
}

/** The last commit up to a point that touched a file. */
export async function lastCommitOf(
    gitlab: GitLab,
    project: Project,
    from: string,
    path: string,
): Promise<string | undefined> {
    const output = await gitlab.git.attempt(project.id, ["rev-list", "-1", from, "--", path]);
    return output?.trim() === "" ? undefined : output?.trim();
}

/**
 * Moves a ref for a user: checks the rights, changes the repository, then does what follows from it.
 * @throws ApiError 400 with the reason when it is refused or the ref has moved meanwhile.
 */
export async function updateRef(
    gitlab: GitLab,
    project: Project,
    user: User,
    update: RefUpdate,
    options: { checked?: boolean; skipPipeline?: boolean; noPipeline?: boolean } = {},
): Promise<void> {
    if (!options.checked) {
        const reason = await refusal(gitlab, project, user, update, { web: true });
        if (reason !== undefined) {
            throw invalid(reason);
        }
    }
    try {
        await gitlab.git.updateRef(
            project.id,
            update.ref,
            update.newSha === zeroSha ? undefined : update.newSha,
            update.oldSha === zeroSha ? undefined : update.oldSha,
        );
    } catch (error) {
        if (error instanceof GitError) {
            throw new ApiError(400, {
                message: `Could not update ${update.ref}. Please refresh and try again.`,
            });
        }
        throw error;
    }
    await afterUpdates(
        gitlab,
        project,
        user,
        [update],
        options.skipPipeline ? ["ci.skip"] : [],
        options.noPipeline !== true,
    );
}

/** What follows from refs that moved: default branch, merge requests, pipelines and webhooks. */
export async function afterUpdates(
    gitlab: GitLab,
    project: Project,
    user: User,
    updates: RefUpdate[],
    pushOptions: string[],
    withPipelines = true,
): Promise<void> {
    project.lastActivityAt = gitlab.now();
    for (const update of updates) {
        const branch = update.ref.startsWith("refs/heads/")
            ? update.ref.slice("refs/heads/".length)
            : undefined;
        if (branch !== undefined && update.newSha !== zeroSha && project.defaultBranch === null) {
            await adoptDefaultBranch(gitlab, project, branch);
        }
        if (branch !== undefined) {
            await refreshMergeRequests(gitlab, project, user, branch, update);
            if (update.newSha === zeroSha) {
                stopForBranch(gitlab, project, branch, user);
            }
        }
        const event = branch === undefined ? "tag_push" : "push";
        if (listeners(gitlab, project, event, branch).length > 0) {
            emit(gitlab, project, event, await pushPayload(gitlab, project, user, update), branch);
        }
        if (update.newSha !== zeroSha && withPipelines) {
            await startPushPipeline(gitlab, project, user, update, pushOptions);
        }
    }
    pushToMirrors(gitlab, project);
}

/** The first branch of an empty project becomes its default branch and is protected. */
export async function adoptDefaultBranch(gitlab: GitLab, project: Project, branch: string): Promise<void> {
    const preferred = (await gitlab.git.run(project.id, ["symbolic-ref", "--short", "HEAD"])).trim();
    const chosen = (await gitlab.git.branch(project.id, preferred)) === undefined ? branch : preferred;
    await gitlab.git.setHead(project.id, chosen);
    project.defaultBranch = chosen;
    project.pendingProtection = { branch: chosen, at: Date.now() + gitlab.protectionDelayMs };
}

async function refreshMergeRequests(
    gitlab: GitLab,
    project: Project,
    user: User,
    branch: string,
    update: RefUpdate,
): Promise<void> {
    if (update.newSha === zeroSha) {
        return;
    }
    const { git } = gitlab;
    for (const request of project.mergeRequests.filter((each) => each.state === "opened")) {
        if (request.sourceBranch === branch && request.sourceSha !== update.newSha) {
            const before = request.sourceSha;
            await followSource(gitlab, project, request);
            // Whoever wanted the merge had looked at another commit.
            request.autoMerge = null;
            request.updatedAt = gitlab.now();
            if (gitlab.tier === "premium" && project.approvals["reset_approvals_on_push"] !== false) {
                request.approvedBy = [];
            }
            await emitMergeRequest(gitlab, project, user, request, "update", { extra: { oldrev: before } });
        } else if (
            request.targetBranch === branch &&
            (await git.isAncestor(project.id, request.sourceSha, update.newSha)) &&
            !(await git.isAncestor(project.id, request.sourceSha, update.oldSha))
        ) {
            // Somebody pushed the same commits to the target: GitLab then takes the request as merged.
            const before = hookState(gitlab, project, request);
            request.state = "merged";
            request.mergedAt = gitlab.now();
            request.mergedById = user.id;
            request.updatedAt = request.mergedAt;
            await emitMergeRequest(gitlab, project, user, request, "merge", { before });
            stopForMergeRequest(gitlab, project, request, user);
        }
    }
}

/**
 * Takes the source branch's tip for the merge request: its diff, and the refs of its own that others fetch,
 * `refs/merge-requests/<iid>/head` and `/merge`.
 */
export async function followSource(gitlab: GitLab, project: Project, request: MergeRequest): Promise<void> {
    const { git } = gitlab;
    const tip = await git.branch(project.id, request.sourceBranch);
    if (tip === undefined) {
        return;
    }
    request.sourceSha = tip;
    const base = await git.mergeBase(project.id, `refs/heads/${request.targetBranch}`, tip);
    request.baseSha = base ?? request.baseSha;
    await git.run(project.id, ["update-ref", `refs/merge-requests/${request.iid}/head`, tip]);
    request.versions = [
        ...(request.versions ?? []),
        {
            id: gitlab.nextId("merge_request_diff"),
            headSha: tip,
            baseSha: request.baseSha,
            startSha: request.startSha,
            createdAt: gitlab.now(),
        },
    ];
    await writeMergeRef(gitlab, project, request);
}

/** Writes `refs/merge-requests/<iid>/merge`: the target as it would be after the merge; undefined with conflicts. */
export async function writeMergeRef(
    gitlab: GitLab,
    project: Project,
    request: MergeRequest,
): Promise<string | undefined> {
    const { git } = gitlab;
    const target = await git.branch(project.id, request.targetBranch);
    if (target === undefined || request.state !== "opened") {
        return undefined;
    }
    const merged = await git.mergeTree(project.id, target, request.sourceSha);
    if ("conflicts" in merged) {
        return undefined;
    }
    const by = authorOf(gitlab.user(request.authorId) ?? { name: "GitLab", email: "gitlab@localhost" });
    const sha = await git.commitTree(project.id, {
        tree: merged.tree,
        parents: [target, request.sourceSha],
        message: `Merge ${request.sourceSha} into ${target}`,
        author: by,
        committer: by,
    });
    await git.run(project.id, ["update-ref", `refs/merge-requests/${request.iid}/merge`, sha]);
    return sha;
}

/** GitLab starts a pipeline for a push when the repository has a CI file; without a runner it is only a record. */
async function startPushPipeline(
    gitlab: GitLab,
    project: Project,
    user: User,
    update: RefUpdate,
    pushOptions: string[],
): Promise<void> {
    if (project.settings["builds_access_level"] === "disabled") {
        return;
    }
    if (gitlab.ci) {
        await queuePushPipelines(gitlab, gitlab.ci, project, user, update, pushOptions.includes("ci.skip"));
        return;
    }
    if (pushOptions.includes("ci.skip")) {
        return;
    }
    const sha = await gitlab.git.resolve(project.id, update.newSha);
    if (sha === undefined || !(await hasCiFile(gitlab, project, sha))) {
        return;
    }
    const commit = await gitlab.git.commit(project.id, sha);
    if (/\[(ci skip|skip ci)\]/i.test(commit.message)) {
        return;
    }
    await addPipeline(gitlab, project, {
        ref: update.ref.replace(/^refs\/(heads|tags)\//, ""),
        tag: update.ref.startsWith("refs/tags/"),
        sha,
        beforeSha: update.oldSha,
        source: "push",
        userId: user.id,
    });
}

/** The pipeline of the branch or tag itself, and those of the merge requests that the push gives a new commit. */
async function queuePushPipelines(
    gitlab: GitLab,
    ci: PipelineRunner,
    project: Project,
    user: User,
    update: RefUpdate,
    skip: boolean,
): Promise<void> {
    const sha = await gitlab.git.resolve(project.id, update.newSha);
    if (sha === undefined) {
        return;
    }
    const parameters = { sha, beforeSha: update.oldSha, userId: user.id, skip };
    const tag = update.ref.startsWith("refs/tags/");
    const ref = update.ref.replace(/^refs\/(heads|tags)\//, "");
    ci.queue(project, { ...parameters, ref, tag, source: "push" });
    for (const request of project.mergeRequests) {
        if (!tag && request.state === "opened" && request.sourceBranch === ref) {
            await queueMergeRequestPipeline(gitlab, ci, project, request, parameters);
        }
    }
}

/** Wants the pipeline of a merge request's newest commit. */
export async function queueMergeRequestPipeline(
    gitlab: GitLab,
    ci: PipelineRunner,
    project: Project,
    request: MergeRequest,
    parameters: Pick<PipelineParameters, "sha" | "userId"> & Partial<PipelineParameters>,
): Promise<void> {
    ci.queue(project, await mergeRequestPipeline(gitlab, project, request, parameters));
}

/** A pipeline for a merge request, as GitLab describes one. */
export async function mergeRequestPipeline(
    gitlab: GitLab,
    project: Project,
    request: MergeRequest,
    parameters: Pick<PipelineParameters, "sha" | "userId"> & Partial<PipelineParameters>,
): Promise<PipelineParameters> {
    return {
        ...parameters,
        beforeSha: zeroSha,
        ref: `refs/merge-requests/${request.iid}/head`,
        tag: false,
        source: "merge_request_event",
        mergeRequestIid: request.iid,
        ...(await mergedResults(gitlab, project, request)),
    };
}

/** What a pipeline runs on that is for merged results: nothing where there is a conflict, it then runs on the source branch. */
async function mergedResults(
    gitlab: GitLab,
    project: Project,
    request: MergeRequest,
): Promise<Partial<PipelineParameters>> {
    if (gitlab.tier !== "premium" || project.settings["merge_pipelines_enabled"] !== true) {
        return {};
    }
    const targetSha = await gitlab.git.branch(project.id, request.targetBranch);
    const sha = await writeMergeRef(gitlab, project, request);
    return sha === undefined || targetSha === undefined
        ? {}
        : { ref: `refs/merge-requests/${request.iid}/merge`, sha, sourceSha: request.sourceSha, targetSha };
}

export async function hasCiFile(gitlab: GitLab, project: Project, sha: string): Promise<boolean> {
    const configured = project.settings["ci_config_path"];
    const path = typeof configured === "string" && configured !== "" ? configured : ".gitlab-ci.yml";
    // A file elsewhere (another project, a URL) cannot be looked up here and counts as present.
    return /[@:]/.test(path) || (await gitlab.git.file(project.id, sha, path)) !== undefined;
}

export async function addPipeline(
    gitlab: GitLab,
    project: Project,
    fields: Pick<Pipeline, "ref" | "tag" | "sha" | "source" | "userId"> & Partial<Pipeline>,
): Promise<Pipeline> {
    const now = gitlab.now();
    const pipeline: Pipeline = {
        id: gitlab.nextId("pipeline"),
        iid: Math.max(0, ...project.pipelines.map((each) => each.iid)) + 1,
        beforeSha: zeroSha,
        status: "pending",
        createdAt: now,
        updatedAt: now,
        startedAt: null,
        finishedAt: null,
        name: null,
        variables: [],
        jobs: [],
        ...fields,
    };
    project.pipelines.unshift(pipeline);
    await emitPipeline(gitlab, project, pipeline);
    return pipeline;
}
