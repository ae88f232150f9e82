/** What jobs with an `environment` leave in GitLab: environments and deployments. */
import { guessTier } from "../gitlab/environments";
import type { GitLab } from "../gitlab/gitlab";
import type { Deployment, Environment, Job, JobRun, Pipeline, Project, User } from "../gitlab/model";
import { mayDeploy, needsApproval } from "../gitlab/protectedEnvironments";
import { announceDeployment } from "../gitlab/routes/deployments";
import { seconds } from "./plan";

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

/** Synchronizes a job's deployment with the job: made when it starts, ended with it. Other actions deploy nothing. */
export function recordDeployment(gitlab: GitLab, project: Project, pipeline: Pipeline, job: Job): void {
    const { run, environment: name } = job;
    const status = statuses[job.status];
    if (!run || name === null || name === "" || status === undefined) {
        return;
    }
    if (run.environmentAction !== "start") {
        const known = project.environments.find((each) => each.name === name);
        if (job.status === "success" && known) {
            if (run.environmentAction === "stop") {
                known.state = "stopped";
                known.autoStopAt = null;
                known.updatedAt = gitlab.now();
            } else {
                renewAutoStop(known, run);
            }
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
    const environment = project.environments.find((each) => each.id === deployment.environmentId);
    if (status === "success" && environment) {
        environment.externalUrl = run.environmentUrl || environment.externalUrl;
        environment.tier = run.environmentTier ?? environment.tier;
        environment.state = "available";
        environment.updatedAt = deployment.updatedAt;
        renewAutoStop(environment, run);
    }
    announceDeployment(gitlab, project, deployment);
}

/** The time until an environment is stopped begins anew; `never` takes it away, and a job that says nothing leaves it. */
function renewAutoStop(environment: Environment, run: JobRun): void {
    const lasts = run.environmentAutoStopIn ?? "";
    if (lasts !== "") {
        const left = lasts.trim() === "never" ? null : seconds(lasts);
        environment.autoStopAt = left === null ? null : new Date(Date.now() + left * 1000).toISOString();
    }
}

/** The environments of a new pipeline's jobs are there from its start, deployed to or not. */
export function ensureEnvironments(gitlab: GitLab, project: Project, pipeline: Pipeline): void {
    for (const job of pipeline.jobs) {
        if (job.environment !== null && job.environment !== "") {
            environmentOf(gitlab, project, pipeline, job);
        }
    }
}

function environmentOf(gitlab: GitLab, project: Project, pipeline: Pipeline, job: Job): Environment {
    const known = project.environments.find((each) => each.name === job.environment);
    if (known) {
        return known;
    }
    const made = gitlab.addEnvironment(project, job.environment ?? "");
    made.tier = job.run?.environmentTier ?? made.tier;
    if (pipeline.mergeRequestIid !== undefined) {
        made.mergeRequestIid = pipeline.mergeRequestIid;
    }
    return made;
}

function newDeployment(gitlab: GitLab, project: Project, pipeline: Pipeline, job: Job): Deployment {
    const { run } = job;
    const now = gitlab.now();
    const environment = environmentOf(gitlab, project, pipeline, job);
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
