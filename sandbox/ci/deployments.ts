/** What jobs with an `environment` leave in GitLab: environments and deployments. */
import { guessTier } from "../gitlab/environments";
import type { GitLab } from "../gitlab/gitlab";
import type { Deployment, Job, Pipeline, Project, User } from "../gitlab/model";
import { mayDeploy, needsApproval } from "../gitlab/protectedEnvironments";
import { announceDeployment } from "../gitlab/routes/deployments";

const statuses: Record<string, string> = {
    running: "running",
    success: "success",
    failed: "failed",
    canceled: "canceled",
};

/** The environment a job is for, whether it is there already or not; undefined for a job without one. */
function placeOf(project: Project, job: Job): { name: string; tier: string } | undefined {
    const name = job.environment;
    if (name === null || name === "") {
        return undefined;
    }
    const known = project.environments.find((each) => each.name === name);
    return { name, tier: known?.tier ?? job.run?.environmentTier ?? guessTier(name) };
}

/** Whether a job may run for a user, as far as its environment is protected. */
export function mayRunJob(gitlab: GitLab, project: Project, job: Job, user: User): boolean {
    const place = placeOf(project, job);
    return place === undefined || mayDeploy(gitlab, user, project, place);
}

/** Whether a job deploys to where deployments are approved first. */
export function waitsForApproval(gitlab: GitLab, project: Project, job: Job): boolean {
    const place = placeOf(project, job);
    return (
        place !== undefined && job.run?.environmentAction === "start" && needsApproval(gitlab, project, place)
    );
}

/** A job's deployment; undefined as long as there is none. */
export function deploymentOf(project: Project, job: Job): Deployment | undefined {
    return project.deployments.find((each) => each.id === job.run?.deploymentId);
}

/** Makes a job's deployment, which waits for approvals. */
export function blockDeployment(gitlab: GitLab, project: Project, pipeline: Pipeline, job: Job): void {
    const deployment = deploymentOf(project, job) ?? newDeployment(gitlab, project, pipeline, job);
    deployment.status = "blocked";
    announceDeployment(gitlab, project, deployment);
}

/** Keeps a job's deployment in step with the job: made when it starts, ended with it. Other actions deploy nothing. */
export function recordDeployment(gitlab: GitLab, project: Project, pipeline: Pipeline, job: Job): void {
    const { run, environment: name } = job;
    const status = statuses[job.status];
    if (!run || name === null || name === "" || status === undefined) {
        return;
    }
    if (run.environmentAction !== "start") {
        const known = project.environments.find((each) => each.name === name);
        if (run.environmentAction === "stop" && job.status === "success" && known) {
            known.state = "stopped";
        }
        return;
    }
    const known = deploymentOf(project, job);
    if (!known && status !== "running") {
        return;
    }
    const deployment = known ?? newDeployment(gitlab, project, pipeline, job);
    deployment.status = status;
    deployment.updatedAt = gitlab.now();
    announceDeployment(gitlab, project, deployment);
}

function newDeployment(gitlab: GitLab, project: Project, pipeline: Pipeline, job: Job): Deployment {
    const { run, environment: name } = job;
    const now = gitlab.now();
    let environment = project.environments.find((each) => each.name === name);
    if (!environment) {
        environment = gitlab.addEnvironment(project, name ?? "");
        environment.tier = run?.environmentTier ?? environment.tier;
    }
    environment.externalUrl = run?.environmentUrl ?? environment.externalUrl;
    environment.state = "available";
    const deployment: Deployment = {
        id: gitlab.nextId("deployment"),
        iid: Math.max(0, ...project.deployments.map((each) => each.iid)) + 1,
        environmentId: environment.id,
        sha: pipeline.sha,
        ref: pipeline.ref,
        tag: pipeline.tag,
        status: "created",
        userId: run?.userId ?? pipeline.userId,
        createdAt: now,
        updatedAt: now,
    };
    if (run) {
        run.deploymentId = deployment.id;
    }
    project.deployments.push(deployment);
    return deployment;
}
