/** The jobs of a pipeline as records: made from a plan, made again, and seen by the rules of their order. */
import { forbidden } from "../gitlab/errors";
import type { GitLab } from "../gitlab/gitlab";
import type { Job, Pipeline } from "../gitlab/model";
import { activeStatuses, type FlowJob } from "./flow";
import type { PlannedJob } from "./plan";
import { environmentVariables, expand, type JobVariables } from "./variables";

/** A job of a new pipeline, as planned. */
export function newJob(id: number, planned: PlannedJob, variables: JobVariables, now: string): Job {
    const environment = planned.environment === null ? null : expand(planned.environment, variables);
    const inEnvironment = new Map([...variables, ...environmentVariables(environment, planned)]);
    const filled = (text: string | null): string | null =>
        text === null ? null : expand(text, inEnvironment);
    return {
        id,
        name: planned.name,
        stage: planned.stage,
        status: "created",
        allowFailure: planned.allowFailure === true,
        createdAt: now,
        startedAt: null,
        finishedAt: null,
        environment,
        trace: "",
        run: {
            when: planned.when,
            needs: planned.needs === null ? null : planned.needs.map((need) => ({ ...need })),
            allowedExitCodes: typeof planned.allowFailure === "boolean" ? [] : [...planned.allowFailure],
            environmentAction: planned.environmentAction,
            environmentTier: planned.environmentTier,
            environmentUrl: filled(planned.environmentUrl),
            environmentOnStop: planned.environmentOnStop,
            environmentAutoStopIn: filled(planned.environmentAutoStopIn),
            resourceGroup: filled(planned.resourceGroup),
            interruptible: planned.interruptible,
            timeoutSeconds: planned.timeoutSeconds ?? 3600,
            retriesLeft: planned.retries,
            dueAt:
                planned.when === "delayed"
                    ? new Date(Date.now() + planned.delaySeconds * 1000).toISOString()
                    : null,
            queuedAt: null,
            failureReason: null,
            exitCode: null,
            retried: false,
            userId: null,
            deploymentId: null,
            ...(planned.trigger ? { bridge: { waits: planned.trigger.waits } } : {}),
        },
    };
}

/** A new job in place of one that has run. */
export function renewJob(gitlab: GitLab, pipeline: Pipeline, job: Job, userId: number | null): Job {
    if (!job.run) {
        throw forbidden();
    }
    job.run.retried = true;
    const fresh: Job = {
        ...job,
        id: gitlab.nextId("job"),
        status: "created",
        createdAt: gitlab.now(),
        startedAt: null,
        finishedAt: null,
        run: {
            ...job.run,
            retried: false,
            failureReason: null,
            exitCode: null,
            queuedAt: null,
            userId,
            deploymentId: null,
            ...(job.run.bridge ? { bridge: { waits: job.run.bridge.waits } } : {}),
        },
    };
    if (fresh.run) {
        delete fresh.run.artifacts;
        delete fresh.run.junit;
        delete fresh.run.erasedAt;
    }
    pipeline.jobs.splice(pipeline.jobs.indexOf(job), 0, fresh);
    return fresh;
}

/** Jobs that were skipped because of what is run again may run after all. */
export function reviveSkipped(pipeline: Pipeline): void {
    for (const job of pipeline.jobs.filter((each) => each.status === "skipped")) {
        job.status = "created";
        job.finishedAt = null;
    }
}

/** A pipeline that had ended and goes on. */
export function reopen(pipeline: Pipeline): void {
    if (!activeStatuses.includes(pipeline.status)) {
        pipeline.status = "pending";
        pipeline.finishedAt = null;
    }
}

/** The jobs that count: not those that newer ones replace. */
export function currentJobs(pipeline: Pipeline): Job[] {
    return pipeline.jobs.filter((job) => job.run?.retried !== true);
}

/** A job as the rules of order see it. */
export function flowJob(job: Job): FlowJob {
    return {
        name: job.name,
        stage: job.stage,
        status: job.status,
        allowFailure: job.allowFailure,
        when: job.run?.when ?? "on_success",
        needs: job.run?.needs ?? null,
    };
}
