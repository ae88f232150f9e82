/** The one runner: starts jobs that are ready, a few at a time, and carries each out to its end. */
import { rm, writeFile } from "node:fs/promises";

import { emitJob } from "../gitlab/events";
import type { GitLab } from "../gitlab/gitlab";
import type { PipelineParameters } from "../gitlab/ci";
import type { Job, Pipeline, Project, User } from "../gitlab/model";
import { hashOf, randomText } from "../gitlab/secrets";
import { mirrored, startDownstream } from "./bridges";
import { recordDeployment } from "./deployments";
import type { CiFiles } from "./files";
import { finishedStatuses } from "./flow";
import { runJob } from "./job";
import type { Programs } from "./local";
import type { Plan, PlannedJob, TriggerSettings } from "./plan";
import type { Trace } from "./trace";

/** How a job's run ended, before anything is made of it. */
export interface EndedRun {
    readonly project: Project;
    readonly pipeline: Pipeline;
    readonly job: Job;
    readonly trace: Trace;
    readonly status: string;
    readonly reason: string | null;
    /** It took longer than it may. */
    readonly late: boolean;
}

export interface ExecutorOptions {
    readonly programs: Programs;
    /** Jobs at once. */
    readonly concurrency: number;
    readonly log: ((line: string) => void) | undefined;
    /** Makes a pipeline that a job starts. */
    readonly create: (project: Project, parameters: PipelineParameters) => Promise<Pipeline>;
}

/** A job that runs. */
interface Running {
    readonly project: Project;
    readonly pipeline: Pipeline;
    readonly job: Job;
    readonly user: User;
    readonly controller: AbortController;
    readonly tokenHash: string;
    ended: Promise<void>;
}

/** Runs jobs. `onEnd` is called for each when it no longer counts as running; `stopping` blocks new ones from starting. */
export class JobExecutor {
    private readonly running = new Map<number, Running>();

    constructor(
        private readonly gitlab: GitLab,
        private readonly files: CiFiles,
        private readonly options: ExecutorOptions,
        private readonly stopping: AbortSignal,
        private readonly onEnd: (run: EndedRun) => Promise<void>,
    ) {}

    /** Whether no job runs. */
    get idle(): boolean {
        return this.running.size === 0;
    }

    /** Whose job a token was made for, while the job runs. */
    jobOf(token: string): { user: User; project: Project; pipeline: Pipeline; job: Job } | undefined {
        const hash = hashOf(token);
        return [...this.running.values()].find((each) => each.tokenHash === hash);
    }

    /** Ends a job's process, if it runs. */
    abort(job: Job): void {
        this.running.get(job.id)?.controller.abort();
    }

    abortAll(): void {
        for (const { controller } of this.running.values()) {
            controller.abort();
        }
    }

    /** Resolves when the jobs that run now have ended. */
    async ended(): Promise<void> {
        await Promise.allSettled([...this.running.values()].map((each) => each.ended));
    }

    /** Starts pending jobs, the oldest first, while there is room. */
    startPending(): void {
        const room = this.options.concurrency;
        const waiting = this.gitlab.state.projects
            .flatMap((project) =>
                project.pipelines
                    .filter(
                        (pipeline) =>
                            pipeline.stages !== undefined && !finishedStatuses.includes(pipeline.status),
                    )
                    .flatMap((pipeline) => pipeline.jobs.map((job) => ({ project, pipeline, job }))),
            )
            .filter(
                ({ job }) => job.status === "pending" && job.run !== undefined && !this.running.has(job.id),
            )
            .sort(
                (a, b) =>
                    (a.job.run?.queuedAt ?? "").localeCompare(b.job.run?.queuedAt ?? "") ||
                    a.job.id - b.job.id,
            );
        for (const { project, pipeline, job } of waiting) {
            if (this.stopping.aborted) {
                return;
            }
            // A job that starts a pipeline takes no room.
            const taken = [...this.running.values()].filter((each) => each.job.run?.bridge === undefined);
            if (job.run?.bridge === undefined && taken.length >= room) {
                continue;
            }
            this.launch(project, pipeline, job);
        }
    }

    private launch(project: Project, pipeline: Pipeline, job: Job): void {
        const { gitlab } = this;
        const user = gitlab.user(job.run?.userId ?? pipeline.userId) ?? gitlab.user(1);
        if (!user) {
            return;
        }
        const token = `glcbt-${randomText(24)}`;
        job.status = "running";
        job.startedAt = gitlab.now();
        const entry: Running = {
            project,
            pipeline,
            job,
            user,
            controller: new AbortController(),
            tokenHash: hashOf(token),
            ended: Promise.resolve(),
        };
        this.running.set(job.id, entry);
        recordDeployment(gitlab, project, pipeline, job);
        emitJob(gitlab, project, pipeline, job);
        entry.ended = this.execute(entry, token);
    }

    private async execute(entry: Running, token: string): Promise<void> {
        const { project, pipeline, job, controller } = entry;
        const trace = this.files.openTrace(job);
        const record = this.files.recordOf(job);
        let late = false;
        const timer = setTimeout(
            () => {
                late = true;
                controller.abort();
            },
            (job.run?.timeoutSeconds ?? 3600) * 1000,
        );
        let status = "failed";
        let reason: string | null = "runner_system_failure";
        try {
            const plan = await this.files.planOf(pipeline);
            const planned = plan.jobs.find((each) => each.name === job.name);
            if (!planned) {
                throw new Error(`job ${job.name} is not in the pipeline's plan`);
            }
            if (planned.trigger) {
                const ended = await this.bridge(entry, plan, planned, planned.trigger, trace);
                clearTimeout(timer);
                this.running.delete(job.id);
                if (ended !== undefined) {
                    await this.end({ project, pipeline, job, trace, ...ended, late: false });
                }
                return;
            }
            const outcome = await runJob({
                gitlab: this.gitlab,
                programs: this.options.programs,
                project,
                pipeline,
                job,
                plan,
                planned,
                work: this.files.workOf(job),
                artifacts: this.files.artifactsOf(pipeline),
                token,
                trace,
                signal: controller.signal,
                onStart: (process) => {
                    writeFile(record, JSON.stringify(process)).catch(() => undefined);
                },
            });
            status = outcome.exitCode === 0 ? "success" : "failed";
            reason = late ? "job_execution_timeout" : outcome.failure;
            if (job.run) {
                job.run.exitCode = outcome.exitCode;
            }
        } catch (error) {
            trace.line(`ERROR: Job failed (system failure): ${(error as Error).message}`);
            this.options.log?.(`job ${job.id} could not be run: ${(error as Error).message}`);
        }
        clearTimeout(timer);
        await rm(record, { force: true });
        if (this.stopping.aborted && controller.signal.aborted && !late) {
            status = "failed";
            reason = "runner_system_failure";
        }
        this.running.delete(job.id);
        await this.end({ project, pipeline, job, trace, status, reason, late });
    }

    private async end(run: EndedRun): Promise<void> {
        await this.onEnd(run).catch((error: unknown) =>
            this.options.log?.(`after job ${run.job.id}: ${(error as Error).message}`),
        );
    }

    /** Starts a job's pipeline. Undefined: the job goes on until that ends. */
    private async bridge(
        { project, pipeline, job, user }: Running,
        plan: Plan,
        planned: PlannedJob,
        trigger: TriggerSettings,
        trace: Trace,
    ): Promise<Pick<EndedRun, "status" | "reason"> | undefined> {
        const { gitlab } = this;
        const { create } = this.options;
        const artifacts = this.files.artifactsOf(pipeline);
        const context = { gitlab, project, pipeline, job, user, plan, planned, trigger, artifacts, create };
        const started = await startDownstream(context);
        if ("failure" in started) {
            trace.line(`ERROR: Job failed: ${started.message}`);
            return { status: "failed", reason: started.failure };
        }
        const downstream = started.pipeline;
        if (job.run?.bridge) {
            job.run.bridge.downstream = { projectId: started.project.id, pipelineId: downstream.id };
        }
        if (!trigger.waits) {
            return { status: "success", reason: null };
        }
        return finishedStatuses.includes(downstream.status)
            ? { status: mirrored(downstream.status), reason: null }
            : undefined;
    }
}
