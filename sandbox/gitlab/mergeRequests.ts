import { mergesInto, pushesBranch, protectionsOf } from "./access";
import { activeStatuses } from "../ci/flow";
import { ensureLabels } from "./labels";
import { conflict, invalid, methodNotAllowed, notFound, unauthorized, unprocessable } from "./errors";
import { emitMergeRequest, hookState, isDraft } from "./events";
import { zeroSha, type RefUpdate } from "./git";
import type { GitLab } from "./gitlab";
import { headPipeline, headShaOf } from "./headPipeline";
import type { ApprovalRule, MergeRequest, Pipeline, Project, User } from "./model";
import { asText } from "./params";
import { projectUrls } from "./present";
import { quickActions } from "./quickActions";
import { authorOf, followSource, updateRef, queueMergeRequestPipeline } from "./repository";
import { stopForMergeRequest } from "./stopping";

export interface NewMergeRequest {
    sourceBranch: string;
    targetBranch: string;
    title: string;
    description?: string;
    assigneeIds?: number[];
    reviewerIds?: number[];
    labels?: string[];
    squash?: boolean;
    removeSourceBranch?: boolean;
}

/** Opens a merge request between two branches of one project. @throws ApiError as GitLab answers. */
export async function openMergeRequest(
    gitlab: GitLab,
    project: Project,
    author: User,
    parameters: NewMergeRequest,
): Promise<MergeRequest> {
    const { git } = gitlab;
    if (parameters.sourceBranch === parameters.targetBranch) {
        throw unprocessable(["You can't use same project/branch for source and target"]);
    }
    const open = project.mergeRequests.find(
        (each) =>
            each.state === "opened" &&
            each.sourceBranch === parameters.sourceBranch &&
            each.targetBranch === parameters.targetBranch,
    );
    if (open) {
        throw conflict([`Another open merge request already exists for this source branch: !${open.iid}`]);
    }
    const source = await git.branch(project.id, parameters.sourceBranch);
    if (source === undefined) {
        throw invalid({ source_branch: [`"${parameters.sourceBranch}" does not exist`] });
    }
    const target = await git.branch(project.id, parameters.targetBranch);
    if (target === undefined) {
        throw invalid({ target_branch: [`"${parameters.targetBranch}" does not exist`] });
    }
    const now = gitlab.now();
    const request: MergeRequest = {
        id: gitlab.nextId("merge_request"),
        iid: Math.max(0, ...project.mergeRequests.map((each) => each.iid)) + 1,
        title: parameters.title,
        description: parameters.description ?? "",
        state: "opened",
        sourceBranch: parameters.sourceBranch,
        targetBranch: parameters.targetBranch,
        sourceSha: source,
        startSha: target,
        baseSha: (await git.mergeBase(project.id, target, source)) ?? target,
        authorId: author.id,
        assigneeIds: parameters.assigneeIds ?? [],
        reviewerIds: parameters.reviewerIds ?? [],
        labels: parameters.labels ?? [],
        createdAt: now,
        updatedAt: now,
        mergedAt: null,
        mergedById: null,
        closedAt: null,
        closedById: null,
        mergeCommitSha: null,
        squashCommitSha: null,
        squash:
            parameters.squash ?? ["always", "default_on"].includes(asText(project.settings["squash_option"])),
        forceRemoveSourceBranch:
            parameters.removeSourceBranch ?? project.settings["remove_source_branch_after_merge"] !== false,
        autoMerge: null,
        approvedBy: [],
        notes: [],
        mergeError: null,
    };
    ensureLabels(gitlab, project, request.labels);
    project.mergeRequests.unshift(request);
    await followSource(gitlab, project, request);
    await commandsInDescription(gitlab, project, author, request);
    await emitMergeRequest(gitlab, project, author, request, "open");
    if (gitlab.ci && project.settings["builds_access_level"] !== "disabled") {
        await queueMergeRequestPipeline(gitlab, gitlab.ci, project, request, {
            sha: source,
            userId: author.id,
        });
    }
    return request;
}

/** Carries out the quick actions in a description, and takes them out of it. */
export async function commandsInDescription(
    gitlab: GitLab,
    project: Project,
    user: User,
    request: MergeRequest,
): Promise<void> {
    const context = { gitlab, project, user, request };
    request.description = (await quickActions(context, request.description)).body;
}

/**
 * What `git push -o merge_request.create` and its companions ask for: a new merge request, or changes of the one that is open
 * for the branch. `label`, `unlabel` may be there several times.
 */
export async function openFromPushOptions(
    gitlab: GitLab,
    project: Project,
    user: User,
    updates: RefUpdate[],
    options: string[],
): Promise<void> {
    const given = options
        .filter((option) => option.startsWith("merge_request."))
        .map((option) => {
            const [name = "", ...value] = option.slice("merge_request.".length).split("=");
            return [name, value.join("=")] as const;
        });
    const wanted = new Map(given);
    const update = updates.find((each) => each.ref.startsWith("refs/heads/") && each.newSha !== zeroSha);
    if (wanted.size === 0 || !update || project.defaultBranch === null) {
        return;
    }
    const all = (name: string): string[] => given.filter(([key]) => key === name).map(([, value]) => value);
    const sourceBranch = update.ref.slice("refs/heads/".length);
    const target = wanted.get("target");
    const known = project.mergeRequests.find(
        (each) => each.state === "opened" && each.sourceBranch === sourceBranch,
    );
    let request: MergeRequest;
    try {
        if (known) {
            const before = hookState(gitlab, project, known);
            await applyPushOptions(gitlab, project, known, wanted, all);
            await emitMergeRequest(gitlab, project, user, known, "update", { before });
            request = known;
        } else if (wanted.has("create")) {
            const commit = await gitlab.git.commit(project.id, update.newSha);
            const title = wanted.get("title") ?? commit.message.split("\n")[0] ?? sourceBranch;
            request = await openMergeRequest(gitlab, project, user, {
                sourceBranch,
                targetBranch: target ?? project.defaultBranch,
                title: wanted.has("draft") && !isDraft(title) ? `Draft: ${title}` : title,
                ...(wanted.has("description") ? { description: wanted.get("description") ?? "" } : {}),
                labels: all("label"),
                ...(wanted.has("remove_source_branch") ? { removeSourceBranch: true } : {}),
                ...(wanted.has("squash") ? { squash: true } : {}),
            });
        } else {
            return;
        }
    } catch {
        // A push is not undone because what it asked for cannot be.
        return;
    }
    if (wanted.has("auto_merge") || wanted.has("merge_when_pipeline_succeeds")) {
        request.autoMerge = {
            userId: user.id,
            message: null,
            squash: request.squash,
            removeSource: request.forceRemoveSourceBranch,
        };
    }
}

async function applyPushOptions(
    gitlab: GitLab,
    project: Project,
    request: MergeRequest,
    wanted: ReadonlyMap<string, string>,
    all: (name: string) => string[],
): Promise<void> {
    const target = wanted.get("target");
    if (target !== undefined && (await gitlab.git.branch(project.id, target)) !== undefined) {
        request.targetBranch = target;
    }
    request.title = wanted.get("title") ?? request.title;
    if (wanted.has("draft") && !isDraft(request.title)) {
        request.title = `Draft: ${request.title}`;
    }
    request.description = wanted.get("description") ?? request.description;
    request.labels = [...new Set([...request.labels, ...all("label")])].filter(
        (label) => !all("unlabel").includes(label),
    );
    ensureLabels(gitlab, project, request.labels);
    request.forceRemoveSourceBranch ||= wanted.has("remove_source_branch");
    request.squash ||= wanted.has("squash");
    request.updatedAt = gitlab.now();
}

/** Whether the pipeline that counts is on its way, or is about to be created. */
function pipelineActive(gitlab: GitLab, project: Project, request: MergeRequest): boolean {
    const pipeline = headPipeline(project, request);
    return (
        (pipeline !== undefined && activeStatuses.includes(pipeline.status)) ||
        gitlab.ci?.expects(project, request.sourceSha, request.iid) === true
    );
}

/** Approvals still missing, rule by rule; none outside premium. */
export function missingApprovals(gitlab: GitLab, project: Project, request: MergeRequest): ApprovalRule[] {
    if (gitlab.tier !== "premium") {
        return [];
    }
    return project.approvalRules.filter((rule) => {
        if (!ruleApplies(project, rule, request.targetBranch)) {
            return false;
        }
        const counted = request.approvedBy.filter(
            ({ userId }) =>
                rule.ruleType === "any_approver" ||
                rule.userIds.includes(userId) ||
                rule.groupIds.some((id) =>
                    gitlab.group(id)?.members.some((member) => member.userId === userId),
                ),
        );
        return counted.length < rule.approvalsRequired;
    });
}

export function ruleApplies(project: Project, rule: ApprovalRule, branch: string): boolean {
    const protections = protectionsOf(project, branch);
    if (rule.appliesToAllProtectedBranches) {
        return protections.length > 0;
    }
    return (
        rule.protectedBranchIds.length === 0 ||
        protections.some((each) => rule.protectedBranchIds.includes(each.id))
    );
}

/** GitLab's `detailed_merge_status` of a merge request, worked out with a real merge. */
export async function mergeStatus(gitlab: GitLab, project: Project, request: MergeRequest): Promise<string> {
    if (request.state !== "opened") {
        return "not_open";
    }
    const { git } = gitlab;
    const target = await git.branch(project.id, request.targetBranch);
    const source = await git.branch(project.id, request.sourceBranch);
    if (target === undefined || source === undefined) {
        return "broken_status";
    }
    if (isDraft(request.title)) {
        return "draft_status";
    }
    if (missingApprovals(gitlab, project, request).length > 0) {
        return "not_approved";
    }
    const pipeline = headPipeline(project, request);
    if (project.settings["only_allow_merge_if_pipeline_succeeds"] === true) {
        const skippedCounts =
            pipeline?.status === "skipped" && project.settings["allow_merge_on_skipped_pipeline"] === true;
        if (pipelineActive(gitlab, project, request)) {
            return "ci_still_running";
        }
        if (pipeline?.status !== "success" && !skippedCounts) {
            return "ci_must_pass";
        }
    }
    if (
        project.settings["only_allow_merge_if_all_discussions_are_resolved"] === true &&
        request.notes.some((note) => note.resolvable && !note.resolved)
    ) {
        return "discussions_not_resolved";
    }
    const merged = await git.mergeTree(project.id, target, source);
    if ("conflicts" in merged) {
        return "conflict";
    }
    if (
        project.settings["merge_method"] !== "merge" &&
        project.settings["merge_method"] !== undefined &&
        !(await git.isAncestor(project.id, target, source))
    ) {
        return "need_rebase";
    }
    return "mergeable";
}

/** What a merge request may wait for by itself; conflicts and a rebase it would wait for in vain. */
const waitable = [
    "draft_status",
    "not_approved",
    "ci_still_running",
    "ci_must_pass",
    "discussions_not_resolved",
];

export interface MergeOptions {
    sha?: string;
    message?: string;
    squashMessage?: string;
    squash?: boolean;
    removeSourceBranch?: boolean;
    autoMerge?: boolean;
}

/**
 * Merges, with a real three-way merge, as the project's merge method says.
 * @throws ApiError 401 without the right to merge, 405 when its state forbids or the branches conflict (422 before 19.0),
 * 409 when the source moved.
 */
export async function mergeMergeRequest(
    gitlab: GitLab,
    project: Project,
    user: User,
    request: MergeRequest,
    options: MergeOptions,
): Promise<void> {
    await gitlab.exclusive(`repository ${project.id}`, async () => {
        if (!mergesInto(gitlab, user, project, request.targetBranch)) {
            throw unauthorized();
        }
        if (request.state !== "opened") {
            throw methodNotAllowed();
        }
        if (options.sha !== undefined && options.sha !== request.sourceSha) {
            throw conflict(`SHA does not match HEAD of source branch: ${request.sourceSha}`);
        }
        const status = await mergeStatus(gitlab, project, request);
        const running = pipelineActive(gitlab, project, request);
        if (options.autoMerge && (waitable.includes(status) || (running && status === "mergeable"))) {
            request.autoMerge = {
                userId: user.id,
                message: options.message ?? null,
                squash: options.squash ?? request.squash,
                removeSource: options.removeSourceBranch ?? request.forceRemoveSourceBranch,
            };
            return;
        }
        if (status !== "mergeable") {
            throw methodNotAllowed();
        }
        await mergeIntoTarget(gitlab, project, user, request, options);
    });
}

async function mergeIntoTarget(
    gitlab: GitLab,
    project: Project,
    user: User,
    request: MergeRequest,
    options: MergeOptions,
): Promise<void> {
    const { git } = gitlab;
    const target = await git.branch(project.id, request.targetBranch);
    const source = await git.branch(project.id, request.sourceBranch);
    if (target === undefined || source === undefined) {
        throw notFound("Branch");
    }
    const squashes =
        project.settings["squash_option"] === "always" ||
        (project.settings["squash_option"] !== "never" && (options.squash ?? request.squash));
    const committer = authorOf(user);
    const author = authorOf(gitlab.user(request.authorId) ?? user);
    let tip = source;
    let squashSha: string | null = null;
    if (squashes) {
        const commit = await git.commit(project.id, source);
        const fallback = `${request.title}\n`;
        tip = await git.commitTree(project.id, {
            tree: commit.treeId,
            parents: [(await git.mergeBase(project.id, target, source)) ?? target],
            message:
                options.squashMessage ??
                template(gitlab, project, request, user, "squash_commit_template", fallback),
            author,
            committer,
        });
        squashSha = tip;
    }
    let result = tip;
    let mergeSha: string | null = null;
    if (project.settings["merge_method"] !== "ff") {
        const merged = await git.mergeTree(project.id, target, tip);
        if ("conflicts" in merged) {
            throw unprocessable("Branch cannot be merged");
        }
        const fallback =
            `Merge branch '${request.sourceBranch}' into '${request.targetBranch}'\n\n${request.title}\n\n` +
            `See merge request ${gitlab.projectPath(project)}!${request.iid}\n`;
        result = await git.commitTree(project.id, {
            tree: merged.tree,
            parents: [target, tip],
            message:
                options.message ??
                template(gitlab, project, request, user, "merge_commit_template", fallback),
            author: committer,
            committer,
        });
        mergeSha = result;
    }
    const before = hookState(gitlab, project, request);
    // While the target moves this request must not look open: the push would else count it as merged by hand.
    request.state = "locked";
    try {
        await updateRef(
            gitlab,
            project,
            user,
            { ref: `refs/heads/${request.targetBranch}`, oldSha: target, newSha: result },
            { checked: true },
        );
    } catch (error) {
        request.state = "opened";
        throw error;
    }
    request.state = "merged";
    request.startSha = target;
    request.mergedAt = gitlab.now();
    request.updatedAt = request.mergedAt;
    request.mergedById = user.id;
    request.mergeCommitSha = mergeSha;
    request.squashCommitSha = squashSha;
    request.autoMerge = null;
    await emitMergeRequest(gitlab, project, user, request, "merge", { before });
    stopForMergeRequest(gitlab, project, request, user);
    const removes = options.removeSourceBranch ?? request.forceRemoveSourceBranch;
    if (
        removes &&
        request.sourceBranch !== project.defaultBranch &&
        protectionsOf(project, request.sourceBranch).length === 0 &&
        pushesBranch(gitlab, user, project, request.sourceBranch)
    ) {
        await updateRef(gitlab, project, user, {
            ref: `refs/heads/${request.sourceBranch}`,
            oldSha: source,
            newSha: zeroSha,
        });
    }
}

/** Merges what waits for this pipeline, now that it has succeeded. */
export async function autoMerge(gitlab: GitLab, project: Project, pipeline: Pipeline): Promise<void> {
    if (pipeline.status !== "success") {
        return;
    }
    for (const request of project.mergeRequests.filter((each) => each.sourceSha === headShaOf(pipeline))) {
        await mergeWhenReady(gitlab, project, request);
    }
}

/** Merges a merge request that is set to auto-merge, if all it waits for has come. */
export async function mergeWhenReady(gitlab: GitLab, project: Project, request: MergeRequest): Promise<void> {
    const parameters = request.autoMerge;
    const user = gitlab.user(parameters?.userId);
    if (!parameters || !user || request.state !== "opened" || pipelineActive(gitlab, project, request)) {
        return;
    }
    const pipeline = headPipeline(project, request);
    if (pipeline !== undefined && pipeline.status !== "success") {
        return;
    }
    if (waitable.includes(await mergeStatus(gitlab, project, request))) {
        return;
    }
    try {
        await mergeMergeRequest(gitlab, project, user, request, {
            ...(parameters.message === null ? {} : { message: parameters.message }),
            squash: parameters.squash,
            removeSourceBranch: parameters.removeSource,
        });
    } catch (error) {
        request.autoMerge = null;
        request.mergeError = (error as Error).message;
    }
}

/** Points a merge request at another branch. @throws ApiError 404 when it is not there. */
export async function retarget(
    gitlab: GitLab,
    project: Project,
    request: MergeRequest,
    branch: string,
    user: User,
): Promise<void> {
    const tip = await gitlab.git.branch(project.id, branch);
    if (tip === undefined) {
        throw notFound("Branch");
    }
    request.targetBranch = branch;
    request.startSha = tip;
    request.autoMerge = null;
    if (gitlab.tier === "premium" && project.approvals["reset_approvals_on_push"] !== false) {
        request.approvedBy = [];
    }
    // Another diff, and another pipeline: what was approved and run was for the other branch.
    await followSource(gitlab, project, request);
    if (gitlab.ci && project.settings["builds_access_level"] !== "disabled") {
        const parameters = { sha: request.sourceSha, userId: user.id };
        await queueMergeRequestPipeline(gitlab, gitlab.ci, project, request, parameters);
    }
}

/** Rebases the source branch onto the target. @throws ApiError 403-like refusals and 409 on conflict. */
export async function rebase(
    gitlab: GitLab,
    project: Project,
    user: User,
    request: MergeRequest,
): Promise<void> {
    await gitlab.exclusive(`repository ${project.id}`, async () => {
        const target = await gitlab.git.branch(project.id, request.targetBranch);
        const source = await gitlab.git.branch(project.id, request.sourceBranch);
        if (target === undefined || source === undefined) {
            throw notFound("Branch");
        }
        const result = await gitlab.git.inWorktree(
            project.id,
            source,
            ["rebase", "--quiet", target],
            authorOf(user),
        );
        if (result === undefined) {
            request.mergeError =
                "Rebase failed: Rebase locally, resolve all conflicts, then push the branch.";
            return;
        }
        request.mergeError = null;
        if (result !== source) {
            await updateRef(gitlab, project, user, {
                ref: `refs/heads/${request.sourceBranch}`,
                oldSha: source,
                newSha: result,
            });
        }
    });
}

function template(
    gitlab: GitLab,
    project: Project,
    request: MergeRequest,
    user: User,
    setting: string,
    fallback: string,
): string {
    const text = project.settings[setting];
    if (typeof text !== "string" || text === "") {
        return fallback;
    }
    const reference = `${gitlab.projectPath(project)}!${request.iid}`;
    const values: Record<string, string> = {
        source_branch: request.sourceBranch,
        target_branch: request.targetBranch,
        title: request.title,
        description: request.description,
        reference,
        local_reference: `!${request.iid}`,
        url: `${projectUrls(gitlab, project).web}/-/merge_requests/${request.iid}`,
        merged_by: `${user.name} <${user.email}>`,
        merge_request_author: gitlab.user(request.authorId)?.name ?? "",
        issues: "",
        approved_by: request.approvedBy
            .flatMap(({ userId }) => gitlab.user(userId) ?? [])
            .map((each) => `Approved-by: ${each.name} <${each.email}>`)
            .join("\n"),
    };
    return text.replace(/%\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
