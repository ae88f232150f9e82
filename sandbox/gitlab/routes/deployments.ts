import type { Call, Routes } from "../call";
import { ApiError, badRequest, forbidden, invalid, notFound } from "../errors";
import { emit, hookProject, hookUser } from "../events";
import type { GitLab } from "../gitlab";
import {
    Level,
    type Deployment,
    type DeploymentApproval,
    type Environment,
    type MergeRequest,
    type Project,
} from "../model";
import { bool, filled, timestamp, oneOf, required, text, type Input } from "../params";
import { basicUser, showGrant } from "../present";
import { approvalRules, approve, mayDeploy, pendingApprovals } from "../protectedEnvironments";
import { jobOf, lastDeployment } from "../stopping";
import { readable, showEnvironment } from "./environments";
import { listed } from "./mergeRequestLists";

const statuses = oneOf("created", "running", "success", "failed", "canceled", "blocked");

/** Deployments, as a pipeline or an outside system reports them. A protected environment is open to few (premium). */
export function registerDeployments(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/deployments";
    const find = (call: Call, project: Project): Deployment => {
        const found = project.deployments.find((each) => each.id === call.number("deployment_id"));
        if (!found) {
            throw notFound("Deployment");
        }
        return found;
    };
    const refuseProtected = (call: Call, project: Project, environment: Environment): void => {
        if (!mayDeploy(gitlab, call.user, project, environment)) {
            throw forbidden();
        }
    };
    routes.get(base, (call) => {
        const project = readable(call);
        const wanted = call.parse({
            environment: text(),
            status: statuses,
            updated_after: timestamp(),
            updated_before: timestamp(),
            finished_after: timestamp(),
            finished_before: timestamp(),
            order_by: oneOf("id", "iid", "created_at", "updated_at", "finished_at", "ref"),
            sort: oneOf("asc", "desc"),
        });
        const finishedOnly = Boolean(wanted.finished_after ?? wanted.finished_before);
        if (finishedOnly && wanted.order_by !== "finished_at") {
            throw badRequest(
                "`finished_after` and `finished_before` filters require `order_by` to be set to `finished_at`",
            );
        }
        const found = project.deployments.filter(
            (each) =>
                (wanted.environment === undefined ||
                    environmentOf(project, each)?.name === wanted.environment) &&
                (wanted.status === undefined || each.status === wanted.status) &&
                (!wanted.updated_after || each.updatedAt >= wanted.updated_after) &&
                (!wanted.updated_before || each.updatedAt <= wanted.updated_before) &&
                (!finishedOnly || ["success", "failed", "canceled"].includes(each.status)) &&
                (!wanted.finished_after || each.updatedAt >= wanted.finished_after) &&
                (!wanted.finished_before || each.updatedAt <= wanted.finished_before),
        );
        if (wanted.order_by === "updated_at" || wanted.order_by === "finished_at") {
            found.sort((a, b) => a.updatedAt.localeCompare(b.updatedAt));
        } else if (wanted.order_by === "ref") {
            found.sort((a, b) => a.ref.localeCompare(b.ref));
        }
        return call.page(wanted.sort === "desc" ? found.reverse() : found, (each) =>
            showDeployment(gitlab, project, each, true),
        );
    });
    routes.get(`${base}/:deployment_id`, (call) => {
        const project = readable(call);
        return showDeployment(gitlab, project, find(call, project), true);
    });
    routes.post(base, async (call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({
            environment: required(filled()),
            sha: required(filled()),
            ref: required(filled()),
            tag: required(bool()),
            status: required(statuses),
        });
        const sha = await gitlab.git.resolve(project.id, wanted.sha);
        if (sha === undefined) {
            throw invalid({ sha: ["The commit does not exist"] });
        }
        const kind = wanted.tag ? "tags" : "heads";
        if ((await gitlab.git.resolve(project.id, `refs/${kind}/${wanted.ref}`)) === undefined) {
            throw invalid({ ref: ["The branch or tag does not exist"] });
        }
        const environment =
            project.environments.find((each) => each.name === wanted.environment) ??
            gitlab.addEnvironment(project, wanted.environment);
        refuseProtected(call, project, environment);
        environment.state = "available";
        const now = gitlab.now();
        const made: Deployment = {
            id: gitlab.nextId("deployment"),
            iid: Math.max(0, ...project.deployments.map((each) => each.iid)) + 1,
            environmentId: environment.id,
            sha,
            ref: wanted.ref,
            tag: wanted.tag,
            status: wanted.status,
            userId: call.user.id,
            createdAt: now,
            updatedAt: now,
        };
        project.deployments.push(made);
        announceDeployment(gitlab, project, made);
        return showDeployment(gitlab, project, made, true);
    });
    routes.put(`${base}/:deployment_id`, (call) => {
        const project = call.writableProject(Level.developer);
        const deployment = find(call, project);
        const environment = environmentOf(project, deployment);
        if (environment) {
            refuseProtected(call, project, environment);
        }
        const { status } = call.parse({ status: required(statuses) });
        if (deployment.status === status) {
            throw invalid({ status: [`Cannot transition status from :${status}`] });
        }
        deployment.status = status;
        deployment.updatedAt = gitlab.now();
        announceDeployment(gitlab, project, deployment);
        return showDeployment(gitlab, project, deployment, true);
    });
    routes.get(`${base}/:deployment_id/merge_requests`, async (call) => {
        const project = readable(call);
        const deployment = find(call, project);
        const before = project.deployments.findLast(
            (each) =>
                each.id < deployment.id &&
                each.environmentId === deployment.environmentId &&
                each.status === "success",
        );
        // What came between the last deployment there and this one.
        const range = before ? `${before.sha}..${deployment.sha}` : deployment.sha;
        const commits = await gitlab.git.log(project.id, [range]).catch(() => []);
        const shipped = new Set(commits.map((commit) => commit.id));
        const there = ({ request }: { request: MergeRequest }): boolean =>
            request.state === "merged" &&
            [request.mergeCommitSha, request.squashCommitSha, request.sourceSha].some(
                (sha) => sha !== null && shipped.has(sha),
            );
        return listed(
            gitlab,
            call,
            project.mergeRequests.map((request) => ({ project, request })).filter(there),
        );
    });
    routes.post(`${base}/:deployment_id/approval`, async (call) => {
        call.requirePremium();
        const project = call.writableProject(Level.reporter);
        const deployment = find(call, project);
        const wanted = call.parse({
            status: required(oneOf("approved", "rejected")),
            comment: text(),
            represented_as: text(),
        });
        const environment = environmentOf(project, deployment);
        if (!environment) {
            throw notFound("Environment");
        }
        const approval = approve(gitlab, project, environment, deployment, call.user, {
            status: wanted.status,
            comment: wanted.comment ?? "",
            representedAs: wanted.represented_as,
        });
        if (typeof approval === "string") {
            throw new ApiError(400, { message: `400 Bad request - ${approval}` });
        }
        const rejected = approval.status === "rejected";
        if (rejected || pendingApprovals(gitlab, project, environment, deployment) === 0) {
            const found = jobOf(project, deployment);
            if (!rejected || !found) {
                deployment.status = rejected ? "failed" : "created";
                deployment.updatedAt = gitlab.now();
                announceDeployment(gitlab, project, deployment);
            }
            // With approval rules the job stays manual; with the older single number it starts by itself.
            const byRules = approvalRules(gitlab, project, environment, deployment).length > 0;
            if (found && (rejected || !byRules)) {
                await gitlab.ci?.approvalGiven(project, found.pipeline, found.job);
            }
        }
        return showApproval(gitlab, approval);
    });
    routes.delete(`${base}/:deployment_id`, (call) => {
        const project = call.project(Level.developer);
        const deployment = find(call, project);
        if (
            deployment.status === "running" ||
            lastDeployment(project, deployment.environmentId) === deployment
        ) {
            throw invalid(
                deployment.status === "running"
                    ? "Cannot destroy running deployment"
                    : "Deployment currently deployed to environment",
            );
        }
        project.deployments = project.deployments.filter((each) => each !== deployment);
    });
}

function showApproval(gitlab: GitLab, approval: DeploymentApproval): Input {
    return {
        user: basicUser(gitlab, gitlab.user(approval.userId)),
        status: approval.status,
        created_at: approval.createdAt,
        comment: approval.comment,
    };
}

/** What the API adds to a deployment where deployments can be approved. */
function showApprovals(
    gitlab: GitLab,
    project: Project,
    environment: Environment,
    deployment: Deployment,
): Input {
    return {
        pending_approval_count: pendingApprovals(gitlab, project, environment, deployment),
        approvals: (deployment.approvals ?? []).map((each) => showApproval(gitlab, each)),
        approval_summary: {
            rules: approvalRules(gitlab, project, environment, deployment).map(({ rule, given }) => ({
                id: rule.id,
                user_id: rule.userId,
                group_id: rule.groupId,
                access_level: rule.accessLevel,
                access_level_description: showGrant(gitlab, rule)["access_level_description"],
                required_approvals: rule.requiredApprovals ?? 1,
                deployment_approvals: given.map((each) => showApproval(gitlab, each)),
            })),
        },
    };
}

function environmentOf(project: Project, deployment: Deployment): Environment | undefined {
    return project.environments.find((each) => each.id === deployment.environmentId);
}

function showDeployment(gitlab: GitLab, project: Project, deployment: Deployment, whole: boolean): Input {
    const environment = environmentOf(project, deployment);
    return {
        id: deployment.id,
        iid: deployment.iid,
        ref: deployment.ref,
        sha: deployment.sha,
        created_at: deployment.createdAt,
        updated_at: deployment.updatedAt,
        status: deployment.status,
        user: basicUser(gitlab, gitlab.user(deployment.userId)),
        deployable: null,
        ...(whole && environment && gitlab.tier === "premium"
            ? showApprovals(gitlab, project, environment, deployment)
            : {}),
        ...(whole ? { environment: environment ? showEnvironment(gitlab, project, environment) : null } : {}),
    };
}

/** Triggers the hooks of a deployment. */
export function announceDeployment(gitlab: GitLab, project: Project, deployment: Deployment): void {
    const user = gitlab.user(deployment.userId);
    emit(gitlab, project, "deployment", {
        object_kind: "deployment",
        status: deployment.status,
        status_changed_at: deployment.updatedAt,
        deployment_id: deployment.id,
        deployable_id: null,
        deployable_url: null,
        environment: environmentOf(project, deployment)?.name ?? "",
        environment_tier: environmentOf(project, deployment)?.tier ?? "other",
        environment_slug: environmentOf(project, deployment)?.slug ?? "",
        environment_external_url: environmentOf(project, deployment)?.externalUrl ?? null,
        project: hookProject(gitlab, project),
        short_sha: deployment.sha.slice(0, 8),
        user: user ? hookUser(user) : null,
        ref: deployment.ref,
    });
}
