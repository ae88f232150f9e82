import { mergesInto, pushesBranch, protectionsOf } from "./access";
import { activeStatuses } from "../ci/flow";
import { conflict, invalid, methodNotAllowed, notFound, unauthorized, unprocessable } from "./errors";
import { emitMergeRequest, isDraft } from "./events";
import { zeroSha, type RefUpdate } from "./git";
import type { GitLab } from "./gitlab";
import type { ApprovalRule, MergeRequest, Pipeline, Project, User } from "./model";
import { asText } from "./params";
import { projectUrls } from "./present";
import { authorOf, moveRef, queueMergeRequestPipeline } from "./repository";

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
    wish: NewMergeRequest,
): Promise<MergeRequest> {
    const { git } = gitlab;
    if (wish.sourceBranch === wish.targetBranch) {
        throw unprocessable(["You can't use same project/branch for source and target"]);
    }
    const open = project.mergeRequests.find(
        (each) =>
            each.state === "opened" &&
            each.sourceBranch === wish.sourceBranch &&
            each.targetBranch === wish.targetBranch,
    );
    if (open) {
        throw conflict([`Another open merge request already exists for this source branch: !${open.iid}`]);
    }
    const source = await git.branch(project.id, wish.sourceBranch);
    if (source === undefined) {
        throw invalid({ source_branch: [`"${wish.sourceBranch}" does not exist`] });
    }
    const target = await git.branch(project.id, wish.targetBranch);
    if (target === undefined) {
        throw invalid({ target_branch: [`"${wish.targetBranch}" does not exist`] });
    }
    const now = gitlab.now();
    const request: MergeRequest = {
        id: gitlab.nextId("merge_request"),
        iid: Math.max(0, ...project.mergeRequests.map((each) => each.iid)) + 1,
        title: wish.title,
        description: wish.description ?? "",
        state: "opened",
        sourceBranch: wish.sourceBranch,
        targetBranch: wish.targetBranch,
        sourceSha: source,
        startSha: target,
        baseSha: (await git.mergeBase(project.id, target, source)) ?? target,
        authorId: author.id,
        assigneeIds: wish.assigneeIds ?? [],
        reviewerIds: wish.reviewerIds ?? [],
        labels: wish.labels ?? [],
        createdAt: now,
        updatedAt: now,
        mergedAt: null,
        mergedById: null,
        closedAt: null,
        closedById: null,
        mergeCommitSha: null,
        squashCommitSha: null,
        squash: wish.squash ?? ["always", "default_on"].includes(asText(project.settings["squash_option"])),
        forceRemoveSourceBranch:
            wish.removeSourceBranch ?? project.settings["remove_source_branch_after_merge"] !== false,
        autoMerge: null,
        approvedBy: [],
        notes: [],
        mergeError: null,
    };
    project.mergeRequests.unshift(request);
    await git.run(project.id, ["update-ref", `refs/merge-requests/${request.iid}/head`, source]);
    await emitMergeRequest(gitlab, project, author, request, "open");
    if (gitlab.ci && project.settings["builds_access_level"] !== "disabled") {
        queueMergeRequestPipeline(gitlab.ci, project, request, { sha: source, userId: author.id });
    }
    return request;
}

/** What `git push -o merge_request.create` and its companions ask for. */
export async function openFromPushOptions(
    gitlab: GitLab,
    project: Project,
    user: User,
    updates: RefUpdate[],
    options: string[],
): Promise<void> {
    const wanted = new Map(
        options
            .filter((option) => option.startsWith("merge_request."))
            .map((option) => {
                const [name = "", ...value] = option.slice("merge_request.".length).split("=");
                return [name, value.join("=")] as const;
            }),
    );
    const update = updates.find((each) => each.ref.startsWith("refs/heads/") && each.newSha !== zeroSha);
    if (!wanted.has("create") || !update || project.defaultBranch === null) {
        return;
    }
    const sourceBranch = update.ref.slice("refs/heads/".length);
    const commit = await gitlab.git.commit(project.id, update.newSha);
    const title = wanted.get("title") ?? commit.message.split("\n")[0] ?? sourceBranch;
    try {
        const request = await openMergeRequest(gitlab, project, user, {
            sourceBranch,
            targetBranch: wanted.get("target") ?? project.defaultBranch,
            title: wanted.has("draft") && !isDraft(title) ? `Draft: ${title}` : title,
            ...(wanted.has("description") ? { description: wanted.get("description") ?? "" } : {}),
            ...(wanted.has("label") ? { labels: [wanted.get("label") ?? ""] } : {}),
            ...(wanted.has("remove_source_branch") ? { removeSourceBranch: true } : {}),
            ...(wanted.has("squash") ? { squash: true } : {}),
        });
        if (wanted.has("auto_merge") || wanted.has("merge_when_pipeline_succeeds")) {
            request.autoMerge = {
                userId: user.id,
                message: null,
                squash: request.squash,
                removeSource: request.forceRemoveSourceBranch,
            };
        }
    } catch {
        // A push is not undone because the merge request it asked for exists already.
    }
}

/** The pipeline that counts: the newest of the source branch's tip, one for the merge request before any other. */
export function headPipeline(project: Project, request: MergeRequest): Pipeline | undefined {
    const found = project.pipelines.filter(
        (pipeline) =>
            pipeline.sha === request.sourceSha &&
            (pipeline.mergeRequestIid === undefined || pipeline.mergeRequestIid === request.iid) &&
            // One that is run belongs to a ref; a record may have been made for any.
            (pipeline.stages === undefined ||
                pipeline.mergeRequestIid !== undefined ||
                pipeline.ref === request.sourceBranch),
    );
    return found.find((pipeline) => pipeline.source === "merge_request_event") ?? found[0];
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
        if (options.autoMerge && running && ["mergeable", "ci_still_running"].includes(status)) {
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
        await carryOut(gitlab, project, user, request, options);
    });
}

async function carryOut(
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
    // While the target moves this request must not look open: the push would else count it as merged by hand.
    request.state = "locked";
    try {
        await moveRef(
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
    await emitMergeRequest(gitlab, project, user, request, "merge");
    const removes = options.removeSourceBranch ?? request.forceRemoveSourceBranch;
    if (
        removes &&
        request.sourceBranch !== project.defaultBranch &&
        protectionsOf(project, request.sourceBranch).length === 0 &&
        pushesBranch(gitlab, user, project, request.sourceBranch)
    ) {
        await moveRef(gitlab, project, user, {
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
    for (const request of project.mergeRequests.filter((each) => each.sourceSha === pipeline.sha)) {
        const wish = request.autoMerge;
        const user = gitlab.user(wish?.userId);
        if (!wish || !user || request.state !== "opened" || pipelineActive(gitlab, project, request)) {
            continue;
        }
        if (headPipeline(project, request)?.status !== "success") {
            continue;
        }
        try {
            await mergeMergeRequest(gitlab, project, user, request, {
                ...(wish.message === null ? {} : { message: wish.message }),
                squash: wish.squash,
                removeSourceBranch: wish.removeSource,
            });
        } catch (error) {
            request.autoMerge = null;
            request.mergeError = (error as Error).message;
        }
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
            await moveRef(gitlab, project, user, {
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
