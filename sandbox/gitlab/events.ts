import { createHmac, randomUUID } from "node:crypto";

import type { Delivery } from "../support/deliveries";
import { covers } from "./access";
import { statusLabel } from "./detailedStatus";
import { zeroSha, type Commit } from "./git";
import type { GitLab } from "./gitlab";
import { headPipeline } from "./headPipeline";
import type { Hook, Job, MergeRequest, Note, Pipeline, Project, Space, User } from "./model";
import { digest, namespaceName, projectUrls } from "./present";

type Payload = Record<string, unknown>;

/** An event a hook can ask for, the name in its header, and the hook attribute that switches it. */
export const hookEvents: Record<string, { header: string; flag: string }> = {
    push: { header: "Push Hook", flag: "push_events" },
    tag_push: { header: "Tag Push Hook", flag: "tag_push_events" },
    merge_request: { header: "Merge Request Hook", flag: "merge_requests_events" },
    note: { header: "Note Hook", flag: "note_events" },
    pipeline: { header: "Pipeline Hook", flag: "pipeline_events" },
    job: { header: "Job Hook", flag: "job_events" },
    deployment: { header: "Deployment Hook", flag: "deployment_events" },
    release: { header: "Release Hook", flag: "releases_events" },
};

/** How many deliveries are remembered, per hook and in all: they are part of the state that each save writes. */
const logsPerHook = 20;
const logsInAll = 400;

/** Sends an event to the hooks of the project and, in premium, of the groups above it that want it. */
export function emit(
    gitlab: GitLab,
    project: Project,
    event: string,
    payload: Payload,
    branch?: string,
): void {
    for (const hook of listeners(gitlab, project, event, branch)) {
        send(gitlab, hook, event, payload);
    }
}

/** The hooks that want an event. Payloads take several git commands, so none is made when nobody listens. */
export function listeners(gitlab: GitLab, project: Project, event: string, branch?: string): Hook[] {
    const flag = hookEvents[event]?.flag ?? "";
    const spaces: Space[] = [
        project,
        ...(gitlab.tier === "premium" ? gitlab.lineage(gitlab.groupOf(project)) : []),
    ];
    return spaces
        .flatMap((space) => space.hooks)
        .filter((hook) => hook.events[flag] && (branch === undefined || matchesBranchFilter(hook, branch)));
}

function matchesBranchFilter(hook: Hook, branch: string): boolean {
    const filter = hook.pushEventsBranchFilter;
    if (filter === null || filter === "" || hook.branchFilterStrategy === "all_branches") {
        return true;
    }
    if (hook.branchFilterStrategy === "regex") {
        try {
            return new RegExp(filter).test(branch);
        } catch {
            return false;
        }
    }
    return covers(filter, branch);
}

/** Puts one delivery on its way. */
export function send(gitlab: GitLab, hook: Hook, event: string, payload: Payload): Delivery {
    const id = randomUUID();
    const body = JSON.stringify(payload);
    const url = hook.urlVariables.reduce(
        (text, variable) => text.replaceAll(`{${variable.key}}`, variable.value),
        hook.url,
    );
    const header = hookEvents[event]?.header ?? "System Hook";
    const { signingToken } = hook;
    return gitlab.deliveries.enqueue({
        id,
        url,
        source: String(hook.id),
        event: header,
        headers: {
            "Content-Type": "application/json",
            "User-Agent": "GitLab/19.4.0",
            "Idempotency-Key": randomUUID(),
            "X-Gitlab-Event": header,
            "X-Gitlab-Webhook-UUID": randomUUID(),
            "X-Gitlab-Instance": gitlab.url,
            "X-Gitlab-Event-UUID": id,
            ...Object.fromEntries(hook.customHeaders.map(({ key, value }) => [key, value])),
            ...(hook.token === null || hook.token === "" ? {} : { "X-Gitlab-Token": hook.token }),
        },
        secretHeaders: ["X-Gitlab-Token", ...hook.customHeaders.map(({ key }) => key)],
        body,
        ...(signingToken === null || signingToken === ""
            ? {}
            : {
                  sign: (messageId: string, at: Date) => standardSignature(signingToken, messageId, at, body),
              }),
    });
}

/** The three headers of the Standard Webhooks form: an HMAC-SHA256 over id, time and body. */
export function standardSignature(
    signingToken: string,
    id: string,
    at: Date,
    body: string,
): Record<string, string> {
    const key = Buffer.from(signingToken.replace(/^whsec_/, ""), "base64");
    const timestamp = String(Math.floor(at.getTime() / 1000));
    const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
    return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}

/** Records what became of a delivery, newest first, so that it can be looked at and sent again. */
export function recordDelivery(gitlab: GitLab, delivery: Delivery): void {
    const { state } = gitlab;
    const hookId = Number(delivery.source);
    const last = delivery.attempts.at(-1);
    let log = state.hookLogs.find((each) => each.deliveryId === delivery.id);
    if (!log) {
        log = {
            id: gitlab.nextId("hook_log"),
            hookId,
            deliveryId: delivery.id,
            url: delivery.url,
            trigger:
                (delivery.event ?? "")
                    .replace(/ Hook$/, "")
                    .toLowerCase()
                    .replaceAll(" ", "_") + "_hooks",
            requestHeaders: delivery.headers,
            requestBody: delivery.body,
            responseStatus: "",
            responseBody: "",
            executionDuration: 0,
            attempts: 0,
            state: delivery.state,
            createdAt: gitlab.now(),
        };
        state.hookLogs.unshift(log);
        const ofHook = state.hookLogs.filter((each) => each.hookId === hookId);
        for (const old of ofHook.slice(logsPerHook)) {
            state.hookLogs.splice(state.hookLogs.indexOf(old), 1);
        }
        state.hookLogs.length = Math.min(state.hookLogs.length, logsInAll);
    }
    log.responseStatus = last?.status === undefined ? "internal error" : String(last.status);
    log.responseBody = last?.response ?? last?.error ?? "";
    log.executionDuration = (last?.durationMs ?? 0) / 1000;
    log.attempts = delivery.attempts.length;
    log.state = delivery.state;
    gitlab.save().catch(() => undefined);
}

export function hookProject(gitlab: GitLab, project: Project): Payload {
    const urls = projectUrls(gitlab, project);
    return {
        id: project.id,
        name: project.name,
        description: project.description,
        web_url: urls.web,
        avatar_url: null,
        git_ssh_url: urls.ssh,
        git_http_url: urls.http,
        namespace: namespaceName(gitlab, project.namespaceId),
        visibility_level: { private: 0, internal: 10, public: 20 }[project.visibility],
        path_with_namespace: gitlab.projectPath(project),
        default_branch: project.defaultBranch,
        ci_config_path: project.settings["ci_config_path"] ?? "",
        homepage: urls.web,
        url: urls.ssh,
        ssh_url: urls.ssh,
        http_url: urls.http,
    };
}

export function hookUser(user: User): Payload {
    return {
        id: user.id,
        name: user.name,
        username: user.username,
        avatar_url: `https://www.gravatar.com/avatar/${digest(user.email)}?s=80&d=identicon`,
        email: "[REDACTED]",
    };
}

export function hookCommit(gitlab: GitLab, project: Project, commit: Commit): Payload {
    return {
        id: commit.id,
        message: commit.message,
        title: commit.message.split("\n")[0],
        timestamp: commit.authoredDate,
        url: `${projectUrls(gitlab, project).web}/-/commit/${commit.id}`,
        author: { name: commit.authorName, email: commit.authorEmail },
    };
}

/** The body of a push or tag push: what moved, by whom, and the last commits of it. */
export async function pushPayload(
    gitlab: GitLab,
    project: Project,
    user: User,
    update: { ref: string; oldSha: string; newSha: string },
): Promise<Payload> {
    const { ref, oldSha, newSha } = update;
    const tag = ref.startsWith("refs/tags/");
    const deleted = newSha === zeroSha;
    const target = deleted ? undefined : await gitlab.git.resolve(project.id, newSha);
    let commits: Payload[] = [];
    let total = 0;
    if (target !== undefined) {
        const range = oldSha === zeroSha ? [target] : [`${oldSha}..${target}`];
        const limit = oldSha === zeroSha ? ["-1"] : ["-20"];
        const found = await gitlab.git.log(project.id, [...limit, ...range]).catch(() => []);
        const count = await gitlab.git.attempt(project.id, ["rev-list", "--count", ...range]);
        total = tag || oldSha === zeroSha ? found.length : Number(count ?? found.length);
        commits = await Promise.all(
            found.reverse().map(async (commit) => {
                const files = await gitlab.git.diff(project.id, commit.parents[0], commit.id);
                return {
                    ...hookCommit(gitlab, project, commit),
                    added: files.filter((file) => file.status === "A").map((file) => file.newPath),
                    modified: files
                        .filter((file) => !["A", "D"].includes(file.status))
                        .map((file) => file.newPath),
                    removed: files.filter((file) => file.status === "D").map((file) => file.oldPath),
                };
            }),
        );
    }
    const described = hookProject(gitlab, project);
    return {
        object_kind: tag ? "tag_push" : "push",
        event_name: tag ? "tag_push" : "push",
        before: oldSha,
        after: newSha,
        ref,
        ref_protected: tag
            ? project.protectedTags.some((each) => covers(each.name, ref.slice("refs/tags/".length)))
            : project.protectedBranches.some((each) => covers(each.name, ref.slice("refs/heads/".length))),
        checkout_sha: target ?? null,
        message: null,
        user_id: user.id,
        user_name: user.name,
        user_username: user.username,
        user_email: null,
        user_avatar: hookUser(user)["avatar_url"],
        project_id: project.id,
        project: described,
        commits,
        total_commits_count: total,
        push_options: {},
        repository: hookRepository(project, described),
    };
}

/** A project as the older part of an event names it. */
function hookRepository(
    project: Project,
    described: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
    return {
        name: project.name,
        url: described["ssh_url"],
        description: project.description,
        homepage: described["homepage"],
        git_http_url: described["git_http_url"],
        git_ssh_url: described["git_ssh_url"],
        visibility_level: described["visibility_level"],
    };
}

/** Triggers the hooks of a merge request's event. */
export async function emitMergeRequest(
    gitlab: GitLab,
    project: Project,
    user: User,
    request: MergeRequest,
    action: string,
    more: { extra?: Payload; before?: Payload } = {},
): Promise<void> {
    recordChanges(gitlab, user, request, more.before, hookState(gitlab, project, request));
    if (listeners(gitlab, project, "merge_request").length === 0) {
        return;
    }
    const last = await gitlab.git.commit(project.id, request.sourceSha).catch(() => undefined);
    const labels = request.labels.flatMap((name) => hookLabel(gitlab, project, name));
    const described = hookProject(gitlab, project);
    emit(gitlab, project, "merge_request", {
        object_kind: "merge_request",
        event_type: "merge_request",
        user: hookUser(user),
        project: described,
        object_attributes: {
            id: request.id,
            iid: request.iid,
            target_branch: request.targetBranch,
            source_branch: request.sourceBranch,
            source_project_id: project.id,
            target_project_id: project.id,
            author_id: request.authorId,
            assignee_ids: request.assigneeIds,
            assignee_id: request.assigneeIds[0] ?? null,
            reviewer_ids: request.reviewerIds,
            title: request.title,
            description: request.description,
            created_at: request.createdAt,
            updated_at: request.updatedAt,
            state: request.state,
            state_id: stateIds[request.state],
            draft: isDraft(request.title),
            work_in_progress: isDraft(request.title),
            merge_commit_sha: request.mergeCommitSha,
            merge_status: "can_be_merged",
            detailed_merge_status: "mergeable",
            merge_when_pipeline_succeeds: request.autoMerge !== null,
            merge_user_id: request.autoMerge?.userId ?? request.mergedById,
            merge_error: request.mergeError,
            merge_params: { force_remove_source_branch: request.forceRemoveSourceBranch ? "1" : "0" },
            head_pipeline_id: headPipeline(project, request)?.id ?? null,
            milestone_id: null,
            last_edited_at: null,
            last_edited_by_id: null,
            updated_by_id: null,
            time_estimate: 0,
            time_change: 0,
            total_time_spent: 0,
            human_time_estimate: null,
            human_time_change: null,
            human_total_time_spent: null,
            first_contribution: false,
            blocking_discussions_resolved: true,
            url: `${projectUrls(gitlab, project).web}/-/merge_requests/${request.iid}`,
            source: described,
            target: described,
            last_commit: last ? hookCommit(gitlab, project, last) : null,
            labels,
            action,
            ...more.extra,
        },
        labels,
        changes: more.before ? changesSince(more.before, hookState(gitlab, project, request)) : {},
        repository: {
            name: project.name,
            url: described["ssh_url"],
            description: project.description,
            homepage: described["homepage"],
        },
        assignees: request.assigneeIds.flatMap((id) => gitlab.user(id) ?? []).map(hookUser),
        reviewers: request.reviewerIds.flatMap((id) => gitlab.user(id) ?? []).map(hookUser),
    });
}

/** What of a merge request hooks name as changed; see {@link emitMergeRequest}'s `before`. */
export function hookState(gitlab: GitLab, project: Project, request: MergeRequest): Payload {
    const people = (ids: readonly number[]): Payload[] =>
        ids.flatMap((id) => gitlab.user(id) ?? []).map(hookUser);
    return {
        title: request.title,
        description: request.description,
        target_branch: request.targetBranch,
        draft: isDraft(request.title),
        state_id: stateIds[request.state],
        labels: request.labels.flatMap((name) => hookLabel(gitlab, project, name)),
        assignees: people(request.assigneeIds),
        reviewers: people(request.reviewerIds),
        updated_at: request.updatedAt,
    };
}

/** Records what changed as GitLab does: labels and states as events, the rest as notes of the system. */
function recordChanges(
    gitlab: GitLab,
    user: User,
    request: MergeRequest,
    before: Payload | undefined,
    now: Payload,
): void {
    if (!before) {
        return;
    }
    const createdAt = gitlab.now();
    const event = (kind: "label" | "state", action: string, label: string | null = null): void => {
        const id = gitlab.nextId(`resource_${kind}_event`);
        (request.events ??= []).push({ id, kind, userId: user.id, createdAt, action, label });
    };
    const titles = (state: Payload): string[] =>
        (state["labels"] as { title: string }[]).map(({ title }) => title);
    titles(now)
        .filter((each) => !titles(before).includes(each))
        .forEach((each) => event("label", "add", each));
    titles(before)
        .filter((each) => !titles(now).includes(each))
        .forEach((each) => event("label", "remove", each));
    if (before["state_id"] !== now["state_id"]) {
        event("state", request.state === "opened" ? "reopened" : request.state);
    }
    const names = (key: "assignees" | "reviewers", state: Payload): string[] =>
        (state[key] as { username: string }[]).map(({ username }) => `@${username}`);
    const came = (key: "assignees" | "reviewers", from: Payload, to: Payload): string =>
        names(key, to)
            .filter((each) => !names(key, from).includes(each))
            .join(" and ");
    const notes = [
        before["draft"] === now["draft"]
            ? before["title"] === now["title"]
                ? ""
                : `changed title from **${String(before["title"])}** to **${String(now["title"])}**`
            : `marked this merge request as **${now["draft"] ? "draft" : "ready"}**`,
        before["target_branch"] === now["target_branch"]
            ? ""
            : `changed target branch from \`${String(before["target_branch"])}\` to \`${String(now["target_branch"])}\``,
        ...(
            [
                ["assigned to", came("assignees", before, now)],
                ["unassigned", came("assignees", now, before)],
                ["requested review from", came("reviewers", before, now)],
                ["removed review request for", came("reviewers", now, before)],
            ] as const
        ).map(([what, who]) => (who === "" ? "" : `${what} ${who}`)),
    ];
    for (const body of notes.filter((each) => each !== "")) {
        addSystemNote(gitlab, user, request, body);
    }
}

/** Notes something that happened, in GitLab's own name. */
export function addSystemNote(gitlab: GitLab, user: User, request: MergeRequest, body: string): void {
    const id = gitlab.nextId("note");
    const now = gitlab.now();
    request.notes.push({
        id,
        discussionId: digest(`system note ${id}`).slice(0, 40),
        body,
        authorId: user.id,
        system: true,
        resolvable: false,
        resolved: false,
        resolvedById: null,
        createdAt: now,
        updatedAt: now,
    });
}

const stateIds = { opened: 1, closed: 2, merged: 3, locked: 4 } as const;

function changesSince(before: Payload, now: Payload): Payload {
    return Object.fromEntries(
        Object.entries(now)
            .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key]))
            .map(([key, value]) => [key, { previous: before[key], current: value }]),
    );
}

/** A label in full, as hooks carry it. */
function hookLabel(gitlab: GitLab, project: Project, name: string): Payload[] {
    for (const space of [project, ...gitlab.lineage(gitlab.groupOf(project))]) {
        const found = space.labels.find((each) => each.name === name);
        if (found) {
            const own = space === project;
            return [
                {
                    id: found.id,
                    title: found.name,
                    color: found.color,
                    project_id: own ? project.id : null,
                    created_at: space.createdAt,
                    updated_at: space.createdAt,
                    template: false,
                    description: found.description,
                    type: own ? "ProjectLabel" : "GroupLabel",
                    group_id: own ? null : space.id,
                },
            ];
        }
    }
    return [];
}

/** Whether a job failed that was allowed to. */
export function hasWarnings(pipeline: Pipeline): boolean {
    return pipeline.jobs.some(
        (job) => job.allowFailure && job.status === "failed" && job.run?.retried !== true,
    );
}

export function emitNote(
    gitlab: GitLab,
    project: Project,
    user: User,
    request: MergeRequest,
    note: Note,
): void {
    const web = projectUrls(gitlab, project).web;
    emit(gitlab, project, "note", {
        object_kind: "note",
        event_type: "note",
        user: hookUser(user),
        project_id: project.id,
        project: hookProject(gitlab, project),
        object_attributes: {
            id: note.id,
            note: note.body,
            noteable_type: "MergeRequest",
            noteable_id: request.id,
            author_id: note.authorId,
            created_at: note.createdAt,
            updated_at: note.updatedAt,
            project_id: project.id,
            discussion_id: note.discussionId,
            system: note.system,
            action: "create",
            url: `${web}/-/merge_requests/${request.iid}#note_${note.id}`,
        },
        merge_request: {
            id: request.id,
            iid: request.iid,
            title: request.title,
            state: request.state,
            source_branch: request.sourceBranch,
            target_branch: request.targetBranch,
            url: `${web}/-/merge_requests/${request.iid}`,
        },
    });
}

export async function emitPipeline(gitlab: GitLab, project: Project, pipeline: Pipeline): Promise<void> {
    if (listeners(gitlab, project, "pipeline").length === 0) {
        return;
    }
    const user = gitlab.user(pipeline.userId);
    const commit = await gitlab.git.commit(project.id, pipeline.sha).catch(() => undefined);
    const finished = pipeline.finishedAt === null ? null : Date.parse(pipeline.finishedAt);
    const started = pipeline.startedAt === null ? null : Date.parse(pipeline.startedAt);
    const request = project.mergeRequests.find((each) => each.iid === pipeline.mergeRequestIid);
    const current = pipeline.jobs.filter((job) => job.run?.retried !== true);
    emit(gitlab, project, "pipeline", {
        object_kind: "pipeline",
        object_attributes: {
            id: pipeline.id,
            iid: pipeline.iid,
            name: pipeline.name,
            ref: request?.sourceBranch ?? pipeline.ref,
            tag: pipeline.tag,
            sha: pipeline.sha,
            before_sha: pipeline.beforeSha,
            source: pipeline.source,
            status: pipeline.status,
            detailed_status: statusLabel(pipeline.status, hasWarnings(pipeline)),
            stages: [...new Set(current.map((job) => job.stage))],
            created_at: pipeline.createdAt,
            finished_at: pipeline.finishedAt,
            duration: finished !== null && started !== null ? Math.round((finished - started) / 1000) : null,
            queued_duration:
                started === null ? null : Math.round((started - Date.parse(pipeline.createdAt)) / 1000),
            protected_ref: protectsRef(project, pipeline),
            // Only names: values may be secrets.
            variables: pipeline.variables.map(({ key }) => ({ key, value: "[MASKED]" })),
            url: `${projectUrls(gitlab, project).web}/-/pipelines/${pipeline.id}`,
        },
        merge_request: request
            ? {
                  id: request.id,
                  iid: request.iid,
                  title: request.title,
                  source_branch: request.sourceBranch,
                  source_project_id: project.id,
                  target_branch: request.targetBranch,
                  target_project_id: project.id,
                  state: request.state,
                  merge_status: "can_be_merged",
                  detailed_merge_status: "mergeable",
                  url: `${projectUrls(gitlab, project).web}/-/merge_requests/${request.iid}`,
              }
            : null,
        user: user ? hookUser(user) : null,
        project: hookProject(gitlab, project),
        commit: commit ? hookCommit(gitlab, project, commit) : null,
        builds: current.map((job) => ({
            id: job.id,
            stage: job.stage,
            name: job.name,
            status: job.status,
            created_at: job.createdAt,
            started_at: job.startedAt,
            finished_at: job.finishedAt,
            duration: seconds(job.startedAt, job.finishedAt),
            queued_duration: seconds(job.run?.queuedAt ?? null, job.startedAt),
            failure_reason: job.status === "failed" ? (job.run?.failureReason ?? "unknown_failure") : null,
            when: job.run?.when ?? "on_success",
            manual: job.run?.when === "manual",
            allow_failure: job.allowFailure,
            user: personOf(gitlab, job.run?.userId ?? pipeline.userId),
            runner: hookRunner(job),
            artifacts_file: { filename: null, size: null },
            environment: hookEnvironment(project, job),
        })),
    });
}

function protectsRef(project: Project, pipeline: Pipeline): boolean {
    const patterns = pipeline.tag ? project.protectedTags : project.protectedBranches;
    return patterns.some((each) => covers(each.name, pipeline.ref));
}

const seconds = (from: string | null, to: string | null): number | null =>
    from === null || to === null ? null : (Date.parse(to) - Date.parse(from)) / 1000;

function personOf(gitlab: GitLab, id: number): Payload | null {
    const user = gitlab.user(id);
    return user ? hookUser(user) : null;
}

/** The one runner there is, for jobs that it has taken. */
function hookRunner(job: Job): Payload | null {
    return job.run === undefined || job.startedAt === null
        ? null
        : {
              id: 1,
              description: "gitlab-ci-local on this machine",
              runner_type: "instance_type",
              active: true,
              is_shared: true,
              tags: [],
          };
}

function hookEnvironment(project: Project, job: Job): Payload | null {
    const known = project.environments.find((each) => each.name === job.environment);
    return job.environment === null
        ? null
        : {
              name: job.environment,
              action: job.run?.environmentAction ?? "start",
              deployment_tier: known?.tier ?? null,
          };
}

/** Triggers the hooks of a job whose status changed. */
export function emitJob(gitlab: GitLab, project: Project, pipeline: Pipeline, job: Job): void {
    if (job.run?.bridge !== undefined || listeners(gitlab, project, "job").length === 0) {
        return;
    }
    const user = gitlab.user(job.run?.userId ?? pipeline.userId);
    const described = hookProject(gitlab, project);
    emit(gitlab, project, "job", {
        object_kind: "build",
        ref: pipeline.ref,
        tag: pipeline.tag,
        before_sha: pipeline.beforeSha,
        sha: pipeline.sha,
        retries_count: pipeline.jobs.filter((each) => each.name === job.name && each.run?.retried).length,
        build_id: job.id,
        build_name: job.name,
        build_stage: job.stage,
        build_status: job.status,
        build_created_at: job.createdAt,
        build_started_at: job.startedAt,
        build_finished_at: job.finishedAt,
        build_duration: seconds(job.startedAt, job.finishedAt),
        build_queued_duration: seconds(job.run?.queuedAt ?? null, job.startedAt),
        build_allow_failure: job.allowFailure,
        build_failure_reason: job.run?.failureReason ?? "unknown_failure",
        pipeline_id: pipeline.id,
        runner: hookRunner(job),
        project_id: project.id,
        project_name: `${namespaceName(gitlab, project.namespaceId)} / ${project.name}`,
        user: user ? hookUser(user) : null,
        commit: { id: pipeline.id, sha: pipeline.sha, status: pipeline.status },
        repository: hookRepository(project, described),
        project: described,
        environment: hookEnvironment(project, job),
    });
}

export function isDraft(title: string): boolean {
    return /^\s*(\[draft\]|\(draft\)|draft:)/i.test(title);
}
