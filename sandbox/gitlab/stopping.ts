/** Environments that end: stopped by people, with the merge request or branch they were made for, and by the clock. */
import { effectiveProjectLevel } from "./access";
import { ApiError } from "./errors";
import type { GitLab } from "./gitlab";
import { headShaOf } from "./headPipeline";
import {
    Level,
    type Deployment,
    type Environment,
    type Job,
    type MergeRequest,
    type Pipeline,
    type Project,
    type User,
} from "./model";
import { mayDeploy } from "./protectedEnvironments";

interface JobOfPipeline {
    readonly pipeline: Pipeline;
    readonly job: Job;
}

/** The job that deploys. */
export function jobOf(project: Project, deployment: Deployment): JobOfPipeline | undefined {
    return project.pipelines
        .flatMap((pipeline) => pipeline.jobs.map((job) => ({ pipeline, job })))
        .find(({ job }) => job.run?.deploymentId === deployment.id);
}

/** The newest deployment of an environment that succeeded. */
export function lastDeployment(project: Project, environmentId: number): Deployment | undefined {
    return project.deployments
        .filter((each) => each.environmentId === environmentId && each.status === "success")
        .at(-1);
}

/** Jobs that take an environment down: manual ones that the pipeline which deployed last names with `on_stop`. */
function stopActions(project: Project, environment: Environment): JobOfPipeline[] {
    const last = lastDeployment(project, environment.id);
    const pipeline = last && jobOf(project, last)?.pipeline;
    if (!pipeline) {
        return [];
    }
    const names = pipeline.jobs
        .filter((job) => job.environment === environment.name && job.status === "success")
        .flatMap((job) => job.run?.environmentOnStop ?? []);
    return pipeline.jobs
        .filter(
            (job) =>
                names.includes(job.name) &&
                job.run?.when === "manual" &&
                !job.run.retried &&
                ["manual", "success", "failed", "canceled", "skipped"].includes(job.status),
        )
        .map((job) => ({ pipeline, job }));
}

export interface StopOptions {
    /** Nobody runs the jobs that take it down. */
    readonly force?: boolean;
    /** Nobody asked for it: the clock, a merge, or a branch that is gone. */
    readonly automatic?: boolean;
}

/**
 * Stops an environment that is available: by its jobs, which leave it `stopping` until they succeed, or at once where there
 * are none. What the user may not do is not done.
 */
export async function stopEnvironment(
    gitlab: GitLab,
    project: Project,
    environment: Environment,
    user: User,
    options: StopOptions = {},
): Promise<void> {
    if (environment.state !== "available") {
        return;
    }
    const actions = stopActions(project, environment);
    if (options.automatic && environment.autoStopSetting === "with_action" && actions.length === 0) {
        return;
    }
    if (options.force || actions.length === 0 || !gitlab.ci) {
        const may =
            effectiveProjectLevel(gitlab, user, project) >= Level.developer &&
            mayDeploy(gitlab, user, project, environment);
        if (may) {
            setState(gitlab, environment, "stopped");
        }
        return;
    }
    setState(gitlab, environment, "stopping");
    try {
        for (const { pipeline, job } of actions) {
            if (job.status === "manual") {
                await gitlab.ci.play(project, pipeline, job, user);
            } else if (job.status !== "skipped") {
                await gitlab.ci.retry(project, pipeline, job, user);
            }
        }
    } catch (error) {
        if (!(error instanceof ApiError)) {
            throw error;
        }
        setState(gitlab, environment, "available");
    }
}

function setState(gitlab: GitLab, environment: Environment, state: Environment["state"]): void {
    environment.state = state;
    environment.autoStopAt = null;
    environment.updatedAt = gitlab.now();
}

/** Stops what a merge request's pipelines deployed to, now that it is merged or closed. */
export function stopForMergeRequest(
    gitlab: GitLab,
    project: Project,
    request: MergeRequest,
    user: User,
): void {
    const head = project.pipelines.find(
        (pipeline) => headShaOf(pipeline) === request.sourceSha && pipeline.mergeRequestIid === request.iid,
    );
    if (!head) {
        return;
    }
    const made = project.environments.filter((each) => each.mergeRequestIid === request.iid);
    const deployed = head.jobs.filter((job) => job.run?.deploymentId && job.status === "success");
    stopLater(
        gitlab,
        project,
        user,
        made.length > 0
            ? made
            : project.environments.filter((each) => deployed.some((job) => job.environment === each.name)),
    );
}

/** Stops the environments whose newest deployment came from a branch that is gone. */
export function stopForBranch(gitlab: GitLab, project: Project, branch: string, user: User): void {
    stopLater(
        gitlab,
        project,
        user,
        project.environments.filter((environment) => {
            const last = project.deployments.filter((each) => each.environmentId === environment.id).at(-1);
            return last?.ref === branch && !last.tag;
        }),
    );
}

/** Stops, for whoever ran the pipeline that deployed there, what has lasted as long as it should. */
export async function stopOverdue(gitlab: GitLab): Promise<void> {
    const now = gitlab.now();
    for (const project of gitlab.state.projects) {
        for (const environment of project.environments) {
            const due = environment.autoStopAt !== null && environment.autoStopAt <= now;
            if (due && environment.state === "available") {
                const last = lastDeployment(project, environment.id);
                const user = gitlab.user(last?.userId ?? project.creatorId);
                if (user) {
                    await stopEnvironment(gitlab, project, environment, user, { automatic: true });
                }
                // Whatever came of it: it is tried once.
                environment.autoStopAt = null;
                await gitlab.save();
            }
        }
    }
}

/** GitLab does it in the background, and so a merge that a pipeline waits for does not wait for the pipeline. */
function stopLater(gitlab: GitLab, project: Project, user: User, environments: readonly Environment[]): void {
    const work = async (): Promise<void> => {
        for (const environment of environments) {
            await stopEnvironment(gitlab, project, environment, user, { automatic: true });
        }
        await gitlab.save();
    };
    if (environments.some((each) => each.state === "available")) {
        if (gitlab.ci) {
            gitlab.ci.later(work);
        } else {
            work().catch(() => undefined);
        }
    }
}
