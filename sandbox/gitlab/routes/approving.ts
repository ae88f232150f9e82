import type { Routes } from "../call";
import { ApiError, noRoute, notFound, unauthorized } from "../errors";
import { addSystemNote, emitMergeRequest } from "../events";
import type { GitLab } from "../gitlab";
import { mergeStatus, mergeWhenReady, missingApprovals, ruleApplies } from "../mergeRequests";
import { Level, type MergeRequest, type Project, type User } from "../model";
import { text, type Input } from "../params";
import { basicUser } from "../present";
import { base, readable, findRequest } from "./mergeRequests";

/** Approving exists in every tier; that approvals are required only in premium. */
export function registerApproving(routes: Routes, gitlab: GitLab): void {
    const show = async (project: Project, request: MergeRequest, user: User | undefined): Promise<Input> => {
        const required =
            gitlab.tier === "premium"
                ? Math.max(0, ...project.approvalRules.map((rule) => rule.approvalsRequired))
                : 0;
        const left = Math.max(0, required - request.approvedBy.length);
        const given = {
            user_has_approved: request.approvedBy.some((each) => each.userId === user?.id),
            user_can_approve:
                user !== undefined && !request.approvedBy.some((each) => each.userId === user.id),
            approved_by: request.approvedBy.map((each) => ({
                user: basicUser(gitlab, gitlab.user(each.userId)),
                approved_at: each.at,
            })),
        };
        if (gitlab.edition === "ce") {
            return { ...given, approved: request.approvedBy.length > 0 };
        }
        return {
            ...given,
            id: request.id,
            iid: request.iid,
            project_id: project.id,
            title: request.title,
            state: request.state,
            merge_status:
                (await mergeStatus(gitlab, project, request)) === "conflict"
                    ? "cannot_be_merged"
                    : "can_be_merged",
            approved: left === 0,
            approvals_required: required,
            approvals_left: left,
            require_password_to_approve: false,
            approval_rules_left: [],
            has_approval_rules: project.approvalRules.length > 0 && gitlab.tier === "premium",
            multiple_approval_rules_available: gitlab.tier === "premium",
        };
    };
    routes.get(`${base}/:iid/approvals`, (call) => {
        const project = readable(call);
        return show(project, findRequest(call, project), call.maybeUser);
    });
    routes.get(`${base}/:iid/approval_state`, (call) => {
        // Only the Enterprise Edition has it, licensed or not; without a licence there are no rules.
        if (gitlab.edition === "ce") {
            throw noRoute();
        }
        const project = readable(call);
        const request = findRequest(call, project);
        const missing = missingApprovals(gitlab, project, request);
        return {
            approval_rules_overwritten: false,
            rules: (gitlab.tier === "premium" ? project.approvalRules : [])
                .filter((rule) => ruleApplies(project, rule, request.targetBranch))
                .map((rule) => ({
                    id: rule.id,
                    name: rule.name,
                    rule_type: rule.ruleType,
                    approvals_required: rule.approvalsRequired,
                    approved: !missing.includes(rule),
                    approved_by: request.approvedBy
                        .filter(
                            ({ userId }) => rule.ruleType === "any_approver" || rule.userIds.includes(userId),
                        )
                        .map(({ userId }) => basicUser(gitlab, gitlab.user(userId))),
                })),
        };
    });
    routes.post(`${base}/:iid/approve`, async (call) => {
        const project = call.writableProject(Level.developer);
        const request = findRequest(call, project);
        const { user } = call;
        const { sha } = call.parse({ sha: text() });
        if (sha !== undefined && sha !== request.sourceSha) {
            throw new ApiError(409, {
                message: `SHA does not match HEAD of source branch: ${request.sourceSha}`,
            });
        }
        const ownAllowed =
            gitlab.tier !== "premium" || project.approvals["merge_requests_author_approval"] === true;
        if (
            request.approvedBy.some((each) => each.userId === user.id) ||
            (!ownAllowed && user.id === request.authorId)
        ) {
            throw unauthorized();
        }
        request.approvedBy.push({ userId: user.id, at: gitlab.now() });
        addSystemNote(gitlab, user, request, "approved this merge request");
        await emitMergeRequest(gitlab, project, user, request, "approved");
        await mergeWhenReady(gitlab, project, request);
        return show(project, request, user);
    });
    routes.post(`${base}/:iid/unapprove`, async (call) => {
        const project = call.writableProject(Level.developer);
        const request = findRequest(call, project);
        if (!request.approvedBy.some((each) => each.userId === call.user.id)) {
            throw notFound();
        }
        request.approvedBy = request.approvedBy.filter((each) => each.userId !== call.user.id);
        addSystemNote(gitlab, call.user, request, "unapproved this merge request");
        await emitMergeRequest(gitlab, project, call.user, request, "unapproved");
        return show(project, request, call.user);
    });
}
