import { mergesInto } from "../access";
import type { Call, Routes } from "../call";
import { ApiError, badParameters, badRequest, forbidden, invalid, notFound } from "../errors";
import { emitMergeRequest, hookState, isDraft } from "../events";
import type { GitLab } from "../gitlab";
import { headPipeline } from "../headPipeline";
import { ensureLabels } from "../labels";
import {
    commandsInDescription,
    mergeMergeRequest,
    mergeStatus,
    mergeWhenReady,
    openMergeRequest,
    rebase,
    retarget,
} from "../mergeRequests";
import { Level, type MergeRequest, type Project } from "../model";
import { bool, clearable, filled, int, ints, oneOf, required, text, stringList, type Input } from "../params";
import { basicUser, showCommit } from "../present";
import { addPipeline, followSource, hasCiFile, mergeRequestPipeline, writeMergeRef } from "../repository";
import { stopForMergeRequest } from "../stopping";
import { showDiff } from "./commits";
import { listed } from "./mergeRequestLists";
import { pipelineDetail, showPipeline } from "./pipelines";

export const base = "/projects/:id/merge_requests";

/** Merge requests, merged for real, with notes, discussions and approvals. */
export function registerMergeRequests(routes: Routes, gitlab: GitLab): void {
    const { git } = gitlab;
    routes.get(base, async (call) => {
        const project = readable(call);
        return listed(
            gitlab,
            call,
            project.mergeRequests.map((request) => ({ project, request })),
        );
    });
    routes.get("/groups/:id/merge_requests", (call) => {
        const group = call.group();
        const projects = [group, ...gitlab.subgroups(group, true)].flatMap((each) =>
            gitlab.projectsOf(each.id),
        );
        return listed(gitlab, call, readableRequests(call, projects));
    });
    routes.get("/merge_requests", (call) => {
        void call.user;
        // Of all projects one sees one's own, unless one asks for more.
        return listed(gitlab, call, readableRequests(call, gitlab.state.projects), "created_by_me");
    });
    routes.get(`${base}/:iid`, async (call) => {
        const project = readable(call);
        call.parse({
            render_html: bool(),
            include_diverged_commits_count: bool(),
            include_rebase_in_progress: bool(),
        });
        return detail(gitlab, call, project, findRequest(call, project));
    });
    routes.post(base, async (call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({
            source_branch: required(filled()),
            target_branch: required(filled()),
            title: required(filled()),
            target_project_id: int(),
            ...editable,
        });
        if (wanted.target_project_id !== undefined && wanted.target_project_id !== project.id) {
            // Requests between a fork and its origin are not simulated; saying so beats a wrong merge.
            throw new ApiError(501, { message: "Merge requests across projects are not served here." });
        }
        const request = await openMergeRequest(gitlab, project, call.user, {
            sourceBranch: wanted.source_branch,
            targetBranch: wanted.target_branch,
            title: wanted.title,
            ...(wanted.description === undefined ? {} : { description: wanted.description }),
            ...(people(wanted.assignee_ids, wanted.assignee_id, "assigneeIds") ?? {}),
            ...(wanted.reviewer_ids === undefined ? {} : { reviewerIds: wanted.reviewer_ids }),
            ...(wanted.labels === undefined ? {} : { labels: wanted.labels }),
            ...(wanted.squash === undefined ? {} : { squash: wanted.squash }),
            ...(wanted.remove_source_branch === undefined
                ? {}
                : { removeSourceBranch: wanted.remove_source_branch }),
        });
        return detail(gitlab, call, project, request);
    });
    routes.put(`${base}/:iid`, async (call) => {
        const project = call.project();
        const request = findRequest(call, project);
        mayEdit(call, project, request);
        const wanted = call.parse({
            title: filled(),
            target_branch: filled(),
            state_event: oneOf("close", "reopen"),
            add_labels: stringList(),
            remove_labels: stringList(),
            ...editable,
        });
        if (Object.keys(wanted).length === 0) {
            throw badParameters([
                "assignee_id, assignee_ids, reviewer_ids, description, labels, add_labels, remove_labels, state_event, " +
                    "target_branch, title are missing, at least one parameter must be provided",
            ]);
        }
        const before = hookState(gitlab, project, request);
        request.title = wanted.title ?? request.title;
        request.description = wanted.description ?? request.description;
        request.assigneeIds =
            people(wanted.assignee_ids, wanted.assignee_id, "assigneeIds")?.assigneeIds ??
            request.assigneeIds;
        request.reviewerIds = wanted.reviewer_ids ?? request.reviewerIds;
        request.squash = wanted.squash ?? request.squash;
        request.forceRemoveSourceBranch = wanted.remove_source_branch ?? request.forceRemoveSourceBranch;
        const labels = new Set(wanted.labels ?? request.labels);
        wanted.add_labels?.forEach((label) => labels.add(label));
        wanted.remove_labels?.forEach((label) => labels.delete(label));
        request.labels = [...labels];
        ensureLabels(gitlab, project, request.labels);
        if (wanted.target_branch !== undefined && wanted.target_branch !== request.targetBranch) {
            await retarget(gitlab, project, request, wanted.target_branch, call.user);
        }
        request.updatedAt = gitlab.now();
        let action = "update";
        if (wanted.state_event === "close" && request.state === "opened") {
            request.state = "closed";
            request.closedAt = gitlab.now();
            request.closedById = call.user.id;
            stopForMergeRequest(gitlab, project, request, call.user);
            action = "close";
        } else if (wanted.state_event === "reopen" && request.state === "closed") {
            request.state = "opened";
            request.closedAt = null;
            request.closedById = null;
            await followSource(gitlab, project, request);
            action = "reopen";
        }
        await emitMergeRequest(gitlab, project, call.user, request, action, { before });
        if (wanted.description !== undefined) {
            await commandsInDescription(gitlab, project, call.user, request);
        }
        await mergeWhenReady(gitlab, project, request);
        return detail(gitlab, call, project, request);
    });
    routes.delete(`${base}/:iid`, (call) => {
        const project = call.project(Level.owner);
        const request = findRequest(call, project);
        project.mergeRequests = project.mergeRequests.filter((each) => each !== request);
    });
    routes.put(`${base}/:iid/merge`, async (call) => {
        const project = call.project();
        const request = findRequest(call, project);
        const wanted = call.parse({
            sha: text(),
            merge_commit_message: text(),
            squash_commit_message: text(),
            squash: bool(),
            should_remove_source_branch: bool(),
            merge_when_pipeline_succeeds: bool(),
            auto_merge: bool(),
        });
        await mergeMergeRequest(gitlab, project, call.user, request, {
            ...(wanted.sha === undefined ? {} : { sha: wanted.sha }),
            ...(wanted.merge_commit_message === undefined ? {} : { message: wanted.merge_commit_message }),
            ...(wanted.squash_commit_message === undefined
                ? {}
                : { squashMessage: wanted.squash_commit_message }),
            ...(wanted.squash === undefined ? {} : { squash: wanted.squash }),
            ...(wanted.should_remove_source_branch === undefined
                ? {}
                : { removeSourceBranch: wanted.should_remove_source_branch }),
            autoMerge: wanted.auto_merge ?? wanted.merge_when_pipeline_succeeds ?? false,
        });
        return detail(gitlab, call, project, request);
    });
    routes.post(`${base}/:iid/cancel_merge_when_pipeline_succeeds`, (call) => {
        const project = call.project(Level.developer);
        const request = findRequest(call, project);
        request.autoMerge = null;
        return { status: "success" };
    });
    routes.put(`${base}/:iid/rebase`, async (call) => {
        const project = call.writableProject(Level.developer);
        await rebase(gitlab, project, call.user, findRequest(call, project));
        call.status(202);
        return { rebase_in_progress: false };
    });
    routes.get(`${base}/:iid/commits`, async (call) => {
        const project = readable(call);
        const request = findRequest(call, project);
        const commits = await git.log(project.id, [`${request.baseSha}..${request.sourceSha}`]);
        return call.page(commits, (commit) => showCommit(gitlab, project, commit));
    });
    routes.get(`${base}/:iid/diffs`, async (call) => {
        const project = readable(call);
        const request = findRequest(call, project);
        call.parse({ unidiff: bool() });
        return call.page(await git.diff(project.id, request.baseSha, request.sourceSha), showDiff);
    });
    routes.get(`${base}/:iid/changes`, async (call) => {
        const project = readable(call);
        const request = findRequest(call, project);
        call.parse({ unidiff: bool(), access_raw_diffs: bool() });
        const changes = (await git.diff(project.id, request.baseSha, request.sourceSha)).map(showDiff);
        return { ...(await detail(gitlab, call, project, request)), changes, overflow: false };
    });
    routes.get(`${base}/:iid/merge_ref`, async (call) => {
        const project = readable(call);
        const request = findRequest(call, project);
        const sha = await writeMergeRef(gitlab, project, request);
        if (sha === undefined) {
            throw badRequest("Merge request is not mergeable");
        }
        return { commit_id: sha };
    });
    routes.post(`${base}/:iid/pipelines`, async (call) => {
        const project = call.writableProject(Level.developer);
        const request = findRequest(call, project);
        if (!(await hasCiFile(gitlab, project, request.sourceSha))) {
            throw invalid({ base: ["Missing CI config file"] });
        }
        const parameters = await mergeRequestPipeline(gitlab, project, request, {
            sha: request.sourceSha,
            userId: call.user.id,
        });
        const pipeline = gitlab.ci
            ? await gitlab.ci.create(project, parameters)
            : await addPipeline(gitlab, project, parameters);
        call.status(200);
        return showPipeline(gitlab, project, pipeline);
    });
    routes.get(`${base}/:iid/participants`, (call) => {
        const project = readable(call);
        const request = findRequest(call, project);
        const ids = new Set([
            request.authorId,
            ...request.assigneeIds,
            ...request.notes.map((note) => note.authorId),
        ]);
        return call.page([...ids], (id) => basicUser(gitlab, gitlab.user(id)));
    });
    routes.get(`${base}/:iid/pipelines`, (call) => {
        const project = readable(call);
        const request = findRequest(call, project);
        const found = project.pipelines.filter(
            (pipeline) =>
                pipeline.sha === request.sourceSha ||
                pipeline.ref === request.sourceBranch ||
                pipeline.mergeRequestIid === request.iid,
        );
        return call.page(found, (pipeline) => showPipeline(gitlab, project, pipeline));
    });
}

const editable = {
    description: clearable(),
    assignee_id: int(),
    assignee_ids: ints(),
    reviewer_ids: ints(),
    labels: stringList(),
    squash: bool(),
    remove_source_branch: bool(),
    allow_collaboration: bool(),
};

function people<K extends string>(
    ids: number[] | undefined,
    id: number | undefined,
    key: K,
): Record<K, number[]> | undefined {
    const given = ids ?? (id === undefined ? undefined : [id]);
    return given === undefined
        ? undefined
        : ({ [key]: given.filter((each) => each > 0) } as Record<K, number[]>);
}

export function readable(call: Call): Project {
    return call.codeProject();
}

function readableRequests(call: Call, projects: Project[]): { project: Project; request: MergeRequest }[] {
    return projects
        .filter((project) => call.projectLevel(project) >= Level.reporter || project.visibility === "public")
        .flatMap((project) => project.mergeRequests.map((request) => ({ project, request })));
}

export function findRequest(call: Call, project: Project): MergeRequest {
    const request = project.mergeRequests.find((each) => each.iid === call.number("iid"));
    if (!request) {
        throw notFound();
    }
    return request;
}

function mayEdit(call: Call, project: Project, request: MergeRequest): void {
    if (call.projectLevel(project) < Level.developer && request.authorId !== call.user.id) {
        throw forbidden();
    }
    if (project.archived) {
        throw forbidden();
    }
}

function countVotes(request: MergeRequest, name: string): number {
    return (request.awards ?? []).filter((each) => each.name === name).length;
}

/** A merge request with its merge status, worked out now. */
export async function showRequest(gitlab: GitLab, project: Project, request: MergeRequest): Promise<Input> {
    const status = await mergeStatus(gitlab, project, request);
    const author = gitlab.user(request.authorId);
    const assignees = request.assigneeIds.map((id) => basicUser(gitlab, gitlab.user(id)));
    const path = gitlab.projectPath(project);
    const conflicts = status === "conflict";
    return {
        id: request.id,
        iid: request.iid,
        project_id: project.id,
        title: request.title,
        description: request.description,
        state: request.state,
        created_at: request.createdAt,
        updated_at: request.updatedAt,
        merged_by: basicUser(gitlab, gitlab.user(request.mergedById)),
        merge_user: basicUser(gitlab, gitlab.user(request.mergedById ?? request.autoMerge?.userId)),
        merged_at: request.mergedAt,
        closed_by: basicUser(gitlab, gitlab.user(request.closedById)),
        closed_at: request.closedAt,
        target_branch: request.targetBranch,
        source_branch: request.sourceBranch,
        user_notes_count: request.notes.filter((note) => !note.system).length,
        upvotes: countVotes(request, "thumbsup"),
        downvotes: countVotes(request, "thumbsdown"),
        author: basicUser(gitlab, author),
        assignees,
        assignee: assignees[0] ?? null,
        reviewers: request.reviewerIds.map((id) => basicUser(gitlab, gitlab.user(id))),
        source_project_id: project.id,
        target_project_id: project.id,
        labels: request.labels,
        draft: isDraft(request.title),
        work_in_progress: isDraft(request.title),
        imported: false,
        imported_from: "none",
        milestone: null,
        merge_when_pipeline_succeeds: request.autoMerge !== null,
        merge_status:
            request.state !== "opened"
                ? "can_be_merged"
                : conflicts || status === "broken_status"
                  ? "cannot_be_merged"
                  : "can_be_merged",
        detailed_merge_status: status,
        merge_after: null,
        sha: request.sourceSha,
        merge_commit_sha: request.mergeCommitSha,
        squash_commit_sha: request.squashCommitSha,
        discussion_locked: null,
        should_remove_source_branch: request.autoMerge?.removeSource ?? null,
        force_remove_source_branch: request.forceRemoveSourceBranch,
        prepared_at: request.createdAt,
        reference: `!${request.iid}`,
        references: { short: `!${request.iid}`, relative: `!${request.iid}`, full: `${path}!${request.iid}` },
        web_url: `${gitlab.url}/${path}/-/merge_requests/${request.iid}`,
        time_stats: {
            time_estimate: 0,
            total_time_spent: 0,
            human_time_estimate: null,
            human_total_time_spent: null,
        },
        squash: request.squash,
        squash_on_merge: request.squash,
        task_completion_status: { count: 0, completed_count: 0 },
        has_conflicts: conflicts,
        blocking_discussions_resolved: !request.notes.some((note) => note.resolvable && !note.resolved),
    };
}

async function detail(gitlab: GitLab, call: Call, project: Project, request: MergeRequest): Promise<Input> {
    const pipeline = headPipeline(project, request);
    const user = call.maybeUser;
    const files = await gitlab.git.diff(project.id, request.baseSha, request.sourceSha).catch(() => []);
    return {
        ...(await showRequest(gitlab, project, request)),
        subscribed: false,
        changes_count: String(files.length),
        latest_build_started_at: pipeline?.startedAt ?? null,
        latest_build_finished_at: pipeline?.finishedAt ?? null,
        first_deployed_to_production_at: null,
        pipeline: pipeline ? showPipeline(gitlab, project, pipeline) : null,
        head_pipeline: pipeline ? pipelineDetail(gitlab, project, pipeline) : null,
        diff_refs: { base_sha: request.baseSha, head_sha: request.sourceSha, start_sha: request.startSha },
        merge_error: request.mergeError,
        rebase_in_progress: false,
        first_contribution: false,
        user: { can_merge: user !== undefined && mergesInto(gitlab, user, project, request.targetBranch) },
    };
}
