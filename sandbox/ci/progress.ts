/** Moves the jobs of pipelines on: what is ready waits for the runner, what ended lets others go on, or ends them. */
import { emitJob } from "../gitlab/events";
import type { GitLab } from "../gitlab/gitlab";
import type { Job, Pipeline, Project } from "../gitlab/model";
import { setStatus } from "../gitlab/routes/pipelines";
import { mirrored } from "./bridges";
import { blockDeployment, mayRunJob, recordDeployment, waitsForApproval } from "./deployments";
import type { EndedRun, JobExecutor } from "./executor";
import type { CiFiles } from "./files";
import { externalStatuses, finishedStatuses, nextStatus, pipelineStatus } from "./flow";
import { currentJobs, flowJob, renewJob } from "./jobs";

/**
 * The statuses of jobs and pipelines. What moves single jobs ({@link advance}, {@link makePending}, {@link stop},
 * {@link cancelRedundant}) is called within {@link changed}.
 */
export class PipelineProgress {
    private readonly timers = new Set<NodeJS.Timeout>();
    private changing: Promise<unknown> = Promise.resolve();

    constructor(
        private readonly gitlab: GitLab,
        private readonly files: CiFiles,
        private readonly executor: JobExecutor,
        private readonly stopping: AbortSignal,
    ) {}

    /** One change of jobs at a time, saved afterwards. */
    changed<T>(work: () => Promise<T>): Promise<T> {
        const result = this.changing
            .catch(() => undefined)
            .then(work)
            .finally(() => this.gitlab.save().catch(() => undefined));
        this.changing = result.catch(() => undefined);
        return result;
    }

    /** Resolves when the changes asked for so far are made. */
    async settled(): Promise<void> {
        await this.changing.catch(() => undefined);
    }

    /** Wakes up for delayed jobs no more. */
    close(): void {
        this.timers.forEach((timer) => clearTimeout(timer));
    }

    /** Makes of a job's run what comes of it. */
    ended(run: EndedRun): Promise<void> {
        const { project, pipeline, job, trace, status, reason } = run;
        return this.changed(async () => {
            const line = lastLine(run, this.stopping.aborted);
            if (line !== undefined) {
                trace.line(line);
            }
            if (job.status === "running") {
                this.settle(project, pipeline, job, status, reason);
            }
            if (!this.stopping.aborted) {
                await this.advance(project, pipeline);
            }
        });
    }

    /** Fails the jobs of a pipeline that a server before this one ran, and goes on with the rest. */
    async resume(project: Project, pipeline: Pipeline): Promise<void> {
        for (const job of pipeline.jobs.filter((each) => each.status === "running")) {
            if (job.run?.bridge?.downstream !== undefined) {
                // It waits for a pipeline, which goes on.
                continue;
            }
            this.files.openTrace(job).line(interrupted);
            this.finish(project, pipeline, job, "failed", "runner_system_failure");
        }
        await this.advance(project, pipeline);
    }

    /** Moves a pipeline's jobs as far as they can go, then its status, and starts what is ready. */
    async advance(project: Project, pipeline: Pipeline): Promise<void> {
        const stages = pipeline.stages ?? [];
        for (let moved = true; moved;) {
            moved = false;
            const jobs = currentJobs(pipeline);
            for (const job of jobs.filter((each) => each.status === "created")) {
                const next = nextStatus(flowJob(job), jobs.map(flowJob), stages);
                if (next === undefined) {
                    continue;
                }
                moved = true;
                if (["pending", "manual"].includes(next) && waitsForApproval(this.gitlab, project, job)) {
                    // Somebody starts it by hand, once the deployment is approved.
                    if (job.run) {
                        job.run.when = "manual";
                    }
                    job.status = "manual";
                    blockDeployment(this.gitlab, project, pipeline, job);
                } else if (next === "pending") {
                    if (!this.makePending(project, pipeline, job)) {
                        continue;
                    }
                } else if (next === "skipped") {
                    this.finish(project, pipeline, job, "skipped", null);
                    continue;
                } else {
                    job.status = next;
                }
                emitJob(this.gitlab, project, pipeline, job);
            }
        }
        this.assignResourceGroups(project);
        this.schedule(project, pipeline);
        this.executor.startPending();
        const status = pipelineStatus([
            ...currentJobs(pipeline).map(flowJob),
            ...externalStatuses(project, pipeline),
        ]);
        if (status !== pipeline.status) {
            await setStatus(this.gitlab, project, pipeline, status);
            await this.mirror(pipeline);
        }
    }

    /** Ends the job that started a pipeline and waits for it, as that has ended. */
    private async mirror({ upstream, status }: Pipeline): Promise<void> {
        if (upstream === undefined || !finishedStatuses.includes(status)) {
            return;
        }
        const project = this.gitlab.project(upstream.projectId);
        const pipeline = project?.pipelines.find(({ id }) => id === upstream.pipelineId);
        const job = pipeline?.jobs.find(({ id }) => id === upstream.jobId);
        if (project && pipeline && job?.run?.bridge?.waits === true && job.status === "running") {
            const result = mirrored(status);
            if (result === "canceled") {
                this.finish(project, pipeline, job, result, null);
            } else {
                this.settle(project, pipeline, job, result, null);
            }
            await this.advance(project, pipeline);
        }
    }

    /** Cancels the jobs of a pipeline that have not ended, and of those of its project that they started. */
    async stopAll(project: Project, pipeline: Pipeline): Promise<void> {
        for (const job of pipeline.jobs.filter((each) => !finishedStatuses.includes(each.status))) {
            this.stop(project, pipeline, job);
        }
        const children = project.pipelines.filter(
            ({ upstream, source }) => upstream?.pipelineId === pipeline.id && source === "parent_pipeline",
        );
        for (const child of children) {
            await this.stopAll(project, child);
        }
        await this.advance(project, pipeline);
    }

    /**
     * Lets a job wait for the runner, or first for its resource group. Returns false for one that failed instead: its
     * environment is protected from whom it would run for.
     */
    makePending(project: Project, pipeline: Pipeline, job: Job): boolean {
        const { gitlab } = this;
        const run = job.run;
        const user = gitlab.user(run?.userId ?? pipeline.userId);
        if (user && !mayRunJob(gitlab, project, job, user)) {
            this.finish(project, pipeline, job, "failed", "protected_environment_failure");
            return false;
        }
        if (run) {
            run.queuedAt = gitlab.now();
        }
        job.status = run?.resourceGroup === null ? "pending" : "waiting_for_resource";
        this.assignResourceGroups(project);
        return true;
    }

    /** Fails a job whose deployment was rejected. */
    reject(project: Project, pipeline: Pipeline, job: Job): void {
        this.finish(project, pipeline, job, "failed", "deployment_rejected");
    }

    /** Cancels a job. */
    stop(project: Project, pipeline: Pipeline, job: Job): void {
        this.executor.abort(job);
        this.finish(project, pipeline, job, "canceled", null);
    }

    /** GitLab's "auto-cancel redundant pipelines": those of the same ref that a newer commit made pointless. */
    async cancelRedundant(project: Project, newer: Pipeline): Promise<void> {
        if (project.settings["auto_cancel_pending_pipelines"] === "disabled") {
            return;
        }
        if (!["push", "merge_request_event"].includes(newer.source) || newer.tag) {
            return;
        }
        const older = project.pipelines.filter(
            (each) =>
                each.ref === newer.ref &&
                each.sha !== newer.sha &&
                each.id < newer.id &&
                each.source === newer.source &&
                each.stages !== undefined &&
                !finishedStatuses.includes(each.status),
        );
        for (const pipeline of older) {
            const { autoCancel } = await this.files.planOf(pipeline);
            const started = pipeline.jobs.some((job) => job.startedAt !== null && !job.run?.interruptible);
            if (autoCancel === "none" || (autoCancel === "conservative" && started)) {
                continue;
            }
            for (const job of pipeline.jobs) {
                const may = autoCancel === "conservative" || job.run?.interruptible === true;
                if (may && !finishedStatuses.includes(job.status)) {
                    this.stop(project, pipeline, job);
                }
            }
            await this.advance(project, pipeline);
        }
    }

    private finish(
        project: Project,
        pipeline: Pipeline,
        job: Job,
        status: string,
        reason: string | null,
    ): void {
        job.status = status;
        job.finishedAt = this.gitlab.now();
        if (job.run) {
            job.run.failureReason = reason;
        }
        recordDeployment(this.gitlab, project, pipeline, job);
        emitJob(this.gitlab, project, pipeline, job);
    }

    private settle(
        project: Project,
        pipeline: Pipeline,
        job: Job,
        status: string,
        reason: string | null,
    ): void {
        const run = job.run;
        if (status === "failed" && run?.exitCode !== null && run?.allowedExitCodes.includes(run.exitCode)) {
            job.allowFailure = true;
        }
        this.finish(project, pipeline, job, status, reason);
        if (status === "failed" && run && run.retriesLeft > 0 && !this.stopping.aborted) {
            run.retriesLeft--;
            this.makePending(project, pipeline, renewJob(this.gitlab, pipeline, job, run.userId));
        }
    }

    /** Gives each free resource group to the oldest job that waits for it. */
    private assignResourceGroups(project: Project): void {
        const jobs = project.pipelines.flatMap((each) => each.jobs).sort((a, b) => a.id - b.id);
        for (const job of jobs.filter((each) => each.status === "waiting_for_resource")) {
            const group = job.run?.resourceGroup;
            const taken = jobs.some(
                (each) =>
                    each.run?.resourceGroup === group &&
                    (each.status === "pending" || each.status === "running"),
            );
            if (!taken) {
                job.status = "pending";
            }
        }
    }

    /** Wakes up for the delayed jobs of a pipeline. */
    private schedule(project: Project, pipeline: Pipeline): void {
        for (const job of pipeline.jobs.filter((each) => each.status === "scheduled")) {
            const timer = setTimeout(
                () => {
                    this.timers.delete(timer);
                    this.changed(async () => {
                        if (job.status === "scheduled") {
                            this.makePending(project, pipeline, job);
                            await this.advance(project, pipeline);
                        }
                    }).catch(() => undefined);
                },
                Math.max(0, Date.parse(job.run?.dueAt ?? "") - Date.now()) || 0,
            );
            this.timers.add(timer);
        }
    }
}

const interrupted = "ERROR: Job failed (system failure): the server was stopped while the job ran";

/** The last line of a job's log. */
function lastLine({ job, status, reason, late }: EndedRun, stopped: boolean): string | undefined {
    if (job.status === "canceled") {
        return "ERROR: Job canceled";
    }
    if (late) {
        return `ERROR: Job failed: execution took longer than ${job.run?.timeoutSeconds} seconds`;
    }
    if (status === "success") {
        return "Job succeeded";
    }
    if (reason === "runner_system_failure" && stopped) {
        return interrupted;
    }
    if (reason === "script_failure") {
        return `ERROR: Job failed: exit code ${job.run?.exitCode ?? "unknown"}`;
    }
    return undefined;
}
