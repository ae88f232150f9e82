/** What hangs on merge requests beside notes and approvals: versions, patches, reviewers, emoji. */
import type { Call, Routes } from "../call";
import { forbidden, notFound, unauthorized } from "../errors";
import type { GitLab } from "../gitlab";
import {
    Level,
    type Award,
    type MergeRequest,
    type MergeRequestVersion,
    type Project,
    type ResourceEvent,
} from "../model";
import { bool, filled, required, type Input } from "../params";
import { basicUser, showCommit } from "../present";
import { showDiff } from "./commits";
import { labelOf } from "./mergeRequestLists";
import { base, findRequest, readable } from "./mergeRequests";

export function registerMergeRequestDetails(routes: Routes, gitlab: GitLab): void {
    const { git } = gitlab;
    const one = `${base}/:iid`;
    const open = (call: Call): { project: Project; request: MergeRequest } => {
        const project = readable(call);
        return { project, request: findRequest(call, project) };
    };

    const showVersion = (request: MergeRequest, version: MergeRequestVersion): Input => ({
        id: version.id,
        head_commit_sha: version.headSha,
        base_commit_sha: version.baseSha,
        start_commit_sha: version.startSha,
        created_at: version.createdAt,
        merge_request_id: request.id,
        state: "collected",
        real_size: "0",
        patch_id_sha: null,
    });
    routes.get(`${one}/versions`, (call) => {
        const { request } = open(call);
        return call.page([...(request.versions ?? [])].reverse(), (each) => showVersion(request, each));
    });
    routes.get(`${one}/versions/:version_id`, async (call) => {
        const { project, request } = open(call);
        call.parse({ unidiff: bool() });
        const version = request.versions?.find((each) => each.id === call.number("version_id"));
        if (!version) {
            throw notFound();
        }
        const range = `${version.baseSha}..${version.headSha}`;
        return {
            ...showVersion(request, version),
            commits: (await git.log(project.id, [range])).map((each) => showCommit(gitlab, project, each)),
            diffs: (await git.diff(project.id, version.baseSha, version.headSha)).map(showDiff),
        };
    });
    routes.get(`${one}/raw_diffs`, async (call) => {
        const { project, request } = open(call);
        call.reply.type("text/plain; charset=utf-8");
        return git.run(project.id, ["diff", "--no-color", "-M", request.baseSha, request.sourceSha]);
    });
    routes.get(`${one}/reviewers`, (call) => {
        const { request } = open(call);
        return call.page(request.reviewerIds, (id) => ({
            user: basicUser(gitlab, gitlab.user(id)),
            state: request.approvedBy.some((each) => each.userId === id) ? "approved" : "unreviewed",
            created_at: request.createdAt,
        }));
    });
    // There are no issues that merging closes, and nobody records time.
    for (const path of ["closes_issues", "related_issues"]) {
        routes.get(`${one}/${path}`, (call) => {
            open(call);
            return call.page([], (each) => each);
        });
    }
    for (const kind of ["label", "state"] as const) {
        const list = `${one}/resource_${kind}_events`;
        const shown = (project: Project, request: MergeRequest, event: ResourceEvent): Input => ({
            id: event.id,
            user: basicUser(gitlab, gitlab.user(event.userId)),
            created_at: event.createdAt,
            resource_type: "MergeRequest",
            resource_id: request.id,
            ...(kind === "state"
                ? { state: event.action }
                : { action: event.action, label: labelOf(gitlab, project, event.label ?? "") }),
        });
        const events = (request: MergeRequest): ResourceEvent[] =>
            (request.events ?? []).filter((each) => each.kind === kind);
        routes.get(list, (call) => {
            const { project, request } = open(call);
            return call.page(events(request), (each) => shown(project, request, each));
        });
        routes.get(`${list}/:event_id`, (call) => {
            const { project, request } = open(call);
            const found = events(request).find((each) => each.id === call.number("event_id"));
            if (!found) {
                throw notFound();
            }
            return shown(project, request, found);
        });
    }
    for (const path of ["resource_milestone_events", "context_commits", "draft_notes"]) {
        routes.get(`${one}/${path}`, (call) => {
            open(call);
            return call.page([], (each) => each);
        });
    }
    routes.get(`${one}/time_stats`, (call) => {
        open(call);
        return {
            time_estimate: 0,
            total_time_spent: 0,
            human_time_estimate: null,
            human_total_time_spent: null,
        };
    });
    routes.put(`${one}/reset_approvals`, (call) => {
        const project = call.project(Level.developer);
        const request = findRequest(call, project);
        if (call.user.kind !== "project_bot") {
            throw unauthorized();
        }
        request.approvedBy = [];
        call.status(202);
        return undefined;
    });

    const showAward = (request: MergeRequest, award: Award): Input => ({
        id: award.id,
        name: award.name,
        user: basicUser(gitlab, gitlab.user(award.userId)),
        created_at: award.createdAt,
        updated_at: award.createdAt,
        awardable_id: request.id,
        awardable_type: "MergeRequest",
        url: null,
    });
    const awards = `${one}/award_emoji`;
    const findAward = (call: Call, request: MergeRequest): Award => {
        const found = request.awards?.find((each) => each.id === call.number("award_id"));
        if (!found) {
            throw notFound("Award Emoji");
        }
        return found;
    };
    routes.get(awards, (call) => {
        const { request } = open(call);
        return call.page(request.awards ?? [], (each) => showAward(request, each));
    });
    routes.get(`${awards}/:award_id`, (call) => {
        const { request } = open(call);
        return showAward(request, findAward(call, request));
    });
    routes.post(awards, (call) => {
        const { request } = open(call);
        const userId = call.user.id;
        const { name } = call.parse({ name: required(filled()) });
        request.awards ??= [];
        if (request.awards.some((each) => each.userId === userId && each.name === name)) {
            throw notFound("Award Emoji Name has already been taken");
        }
        const made: Award = { id: gitlab.nextId("award_emoji"), name, userId, createdAt: gitlab.now() };
        request.awards.push(made);
        return showAward(request, made);
    });
    routes.delete(`${awards}/:award_id`, (call) => {
        const { request } = open(call);
        const award = findAward(call, request);
        if (award.userId !== call.user.id && !call.isAdmin) {
            throw forbidden();
        }
        request.awards = request.awards?.filter((each) => each !== award) ?? [];
    });
}
