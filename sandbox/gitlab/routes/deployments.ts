import { anyGranted } from "../access";
import type { Call, Routes } from "../call";
import { forbidden, invalid, notFound } from "../errors";
import { emit, hookProject, hookUser } from "../events";
import type { GitLab } from "../gitlab";
import { Level, type Deployment, type Environment, type Project } from "../model";
import { bool, filled, oneOf, required, text, type Input } from "../params";
import { basicUser } from "../present";
import { showEnvironment } from "./environments";

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
    const mayDeploy = (call: Call, project: Project, environment: Environment): void => {
        const protection = project.protectedEnvironments.find((each) => each.name === environment.name);
        if (
            gitlab.tier === "premium" &&
            protection &&
            !anyGranted(gitlab, protection.deploy, call.user, project)
        ) {
            throw forbidden();
        }
    };
    routes.get(base, (call) => {
        const project = call.project(Level.reporter);
        const wanted = call.parse({ environment: text(), status: statuses, sort: oneOf("asc", "desc") });
        const found = project.deployments.filter(
            (each) =>
                (wanted.environment === undefined ||
                    environmentOf(project, each)?.name === wanted.environment) &&
                (wanted.status === undefined || each.status === wanted.status),
        );
        return call.page(wanted.sort === "desc" ? found.reverse() : found, (each) =>
            showDeployment(gitlab, project, each, true),
        );
    });
    routes.get(`${base}/:deployment_id`, (call) => {
        const project = call.project(Level.reporter);
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
        const environment =
            project.environments.find((each) => each.name === wanted.environment) ??
            gitlab.addEnvironment(project, wanted.environment);
        mayDeploy(call, project, environment);
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
            mayDeploy(call, project, environment);
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

function environmentOf(project: Project, deployment: Deployment): Environment | undefined {
    return project.environments.find((each) => each.id === deployment.environmentId);
}

/** The newest deployment of an environment that succeeded. */
function lastDeployment(project: Project, environmentId: number): Deployment | undefined {
    return project.deployments
        .filter((each) => each.environmentId === environmentId && each.status === "success")
        .at(-1);
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
        ...(whole ? { environment: environment ? showEnvironment(gitlab, project, environment) : null } : {}),
    };
}

/** Tells the hooks about a deployment. */
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
