/** What jobs with an `environment` leave in GitLab: environments and deployments. */
import type { GitLab } from "../gitlab/gitlab";
import type { Job, Pipeline, Project } from "../gitlab/model";
import { announceDeployment } from "../gitlab/routes/deployments";

const statuses: Record<string, string> = {
    running: "running",
    success: "success",
    failed: "failed",
    canceled: "canceled",
};

/** Keeps a job's deployment in step with the job: made when it starts, ended with it. Other actions deploy nothing. */
export function recordDeployment(gitlab: GitLab, project: Project, pipeline: Pipeline, job: Job): void {
    const { run, environment: name } = job;
    const status = statuses[job.status];
    if (!run || name === null || name === "" || status === undefined) {
        return;
    }
    const known = project.environments.find((each) => each.name === name);
    if (run.environmentAction !== "start") {
        if (run.environmentAction === "stop" && job.status === "success" && known) {
            known.state = "stopped";
        }
        return;
    }
    const now = gitlab.now();
    let deployment = project.deployments.find((each) => each.id === run.deploymentId);
    if (!deployment) {
        if (status !== "running") {
            return;
        }
        const environment = known ?? gitlab.addEnvironment(project, name);
        environment.state = "available";
        deployment = {
            id: gitlab.nextId("deployment"),
            iid: Math.max(0, ...project.deployments.map((each) => each.iid)) + 1,
            environmentId: environment.id,
            sha: pipeline.sha,
            ref: pipeline.ref,
            tag: pipeline.tag,
            status,
            userId: run.userId ?? pipeline.userId,
            createdAt: now,
            updatedAt: now,
        };
        run.deploymentId = deployment.id;
        project.deployments.push(deployment);
    }
    deployment.status = status;
    deployment.updatedAt = now;
    announceDeployment(gitlab, project, deployment);
}
