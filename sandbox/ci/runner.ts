/** Creates pipelines and runs their jobs, a few at a time: GitLab's scheduling and its one runner. */
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";

import { mergesInto } from "../gitlab/access";
import type { PipelineRunner, PipelineWish } from "../gitlab/ci";
import { ApiError, forbidden, invalid } from "../gitlab/errors";
import { emitJob } from "../gitlab/events";
import type { GitLab } from "../gitlab/gitlab";
import type { Job, Pipeline, Project, User } from "../gitlab/model";
import { addPipeline, hasCiFile } from "../gitlab/repository";
import { setStatus } from "../gitlab/routes/pipelines";
import { hashOf, randomText } from "../gitlab/secrets";
import { endProcess, type ProcessRecord } from "../support/process";
import { recordDeployment } from "./deployments";
import { activeStatuses, finishedStatuses, nextStatus, pipelineStatus, type FlowJob } from "./flow";
import { runJob } from "./job";
import { writeHelpers, type Programs } from "./local";
import type { Plan, PlannedJob } from "./plan";
import { planPipeline, type Planned } from "./planner";
import { Trace } from "./trace";
import { expand, type JobVariables } from "./variables";

export interface CiOptions {
    /** Folders put in front of this machine's PATH for jobs. */
    readonly path: readonly string[];
    /** Jobs at once. Default 2. */
    readonly concurrency?: number;
    /** Log lines about what goes wrong; never a job's output. */
    readonly log?: (line: string) => void;
}

interface Running {
    readonly project: Project;
    readonly pipeline: Pipeline;
    readonly job: Job;
    readonly user: User;
    readonly controller: AbortController;
    readonly tokenHash: string;
    ended: Promise<void>;
}

interface Expected {
    readonly projectId: number;
    readonly sha: string;
    readonly mergeRequestIid: number | undefined;
}

/** The runner of one stand-in. Make it with {@link CiRunner.open}. */
export class CiRunner implements PipelineRunner {
    private readonly programs: Programs;
    private readonly running = new Map<number, Running>();
    private readonly plans = new Map<number, Plan>();
    private readonly expected = new Set<Expected>();
    private readonly timers = new Set<NodeJS.Timeout>();
    private readonly stopping = new AbortController();
    private planning: Promise<unknown> = Promise.resolve();
    private changing: Promise<unknown> = Promise.resolve();

    private constructor(
        private readonly gitlab: GitLab,
        private readonly folder: string,
        private readonly options: CiOptions,
    ) {
        this.programs = { path: options.path, helpers: path.join(folder, "bin") };
    }

    /**
     * Opens the runner with its files in a folder. What a killed server left behind is cleared away first: processes of
     * its jobs are ended, their clones removed, the jobs failed; what waited goes on once {@link start} is called.
     */
    static async open(gitlab: GitLab, folder: string, options: CiOptions): Promise<CiRunner> {
        const runner = new CiRunner(gitlab, folder, options);
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeHelpers(runner.programs.helpers);
        for (const name of await readdir(runner.records).catch(() => [] as string[])) {
            const record = JSON.parse(
                await readFile(path.join(runner.records, name), "utf8"),
            ) as ProcessRecord;
            await endProcess(record, 2000);
        }
        await rm(runner.records, { recursive: true, force: true });
        await rm(runner.works, { recursive: true, force: true });
        await mkdir(runner.records, { recursive: true });
        return runner;
    }

    /** Fails the jobs that a server before this one ran, and goes on with the rest. */
    async start(): Promise<void> {
        for (const project of this.gitlab.state.projects) {
            for (const pipeline of project.pipelines) {
                if (pipeline.stages === undefined || finishedStatuses.includes(pipeline.status)) {
                    continue;
                }
                for (const job of pipeline.jobs.filter((each) => each.status === "running")) {
                    this.openTrace(job).line(`ERROR: Job failed (system failure): ${interrupted}`);
                    this.finish(project, pipeline, job, "failed", "runner_system_failure");
                }
                await this.advance(project, pipeline);
            }
        }
        await this.gitlab.save();
    }

    /** Ends the running jobs and starts no more. They count as failed, since nobody will go on with them. */
    async close(): Promise<void> {
        this.stopping.abort();
        this.timers.forEach((timer) => clearTimeout(timer));
        for (const { controller } of this.running.values()) {
            controller.abort();
        }
        await Promise.allSettled([...this.running.values()].map((each) => each.ended));
        await this.planning.catch(() => undefined);
        await this.changing.catch(() => undefined);
    }

    queue(project: Project, wish: PipelineWish): void {
        const entry = { projectId: project.id, sha: wish.sha, mergeRequestIid: wish.mergeRequestIid };
        this.expected.add(entry);
        this.planned(async () => {
            try {
                if (this.gitlab.project(project.id) === project) {
                    await this.add(project, wish, true);
                }
            } catch (error) {
                this.options.log?.(
                    `pipeline of project ${project.id} not created: ${(error as Error).message}`,
                );
                await this.explain(project, wish, error as Error);
            } finally {
                this.expected.delete(entry);
            }
        }).catch(() => undefined);
    }

    async create(project: Project, wish: PipelineWish): Promise<Pipeline> {
        const pipeline = await this.planned(() => this.add(project, wish, false));
        if (!pipeline) {
            throw invalid({ base: ["Missing CI config file"] });
        }
        return pipeline;
    }

    expects(project: Project, sha: string, mergeRequestIid: number): boolean {
        return [...this.expected].some(
            (each) =>
                each.projectId === project.id &&
                each.sha === sha &&
                (each.mergeRequestIid ?? mergeRequestIid) === mergeRequestIid,
        );
    }

    async play(project: Project, pipeline: Pipeline, job: Job, user: User): Promise<Job> {
        if (job.status !== "manual" && job.status !== "scheduled") {
            throw new ApiError(400, { message: "400 Bad request - Unplayable Job" });
        }
        this.mayRun(project, pipeline, user);
        await this.changed(async () => {
            if (job.run) {
                job.run.userId = user.id;
            }
            this.makePending(project, job);
            reopen(pipeline);
            await this.advance(project, pipeline);
        });
        return job;
    }

    async retry(project: Project, pipeline: Pipeline, job: Job, user: User): Promise<Job> {
        if (!["success", "failed", "canceled"].includes(job.status) || job.run?.retried !== false) {
            throw forbidden("403 Forbidden - Job is not retryable");
        }
        this.mayRun(project, pipeline, user);
        return this.changed(async () => {
            const again = this.again(pipeline, job, user.id);
            this.reviveSkipped(pipeline);
            this.makePending(project, again);
            reopen(pipeline);
            await this.advance(project, pipeline);
            return again;
        });
    }

    async cancel(project: Project, pipeline: Pipeline, job: Job): Promise<void> {
        if (finishedStatuses.includes(job.status)) {
            throw forbidden("403 Forbidden - Job is not cancelable");
        }
        await this.changed(async () => {
            this.stop(project, pipeline, job);
            await this.advance(project, pipeline);
        });
    }

    async retryPipeline(project: Project, pipeline: Pipeline, user: User): Promise<void> {
        this.mayRun(project, pipeline, user);
        await this.changed(async () => {
            for (const job of currentJobs(pipeline)) {
                if (job.status === "failed" || job.status === "canceled") {
                    this.makePending(project, this.again(pipeline, job, user.id));
                }
            }
            this.reviveSkipped(pipeline);
            reopen(pipeline);
            await this.advance(project, pipeline);
        });
    }

    async cancelPipeline(project: Project, pipeline: Pipeline): Promise<void> {
        await this.changed(async () => {
            for (const job of pipeline.jobs.filter((each) => !finishedStatuses.includes(each.status))) {
                this.stop(project, pipeline, job);
            }
            await this.advance(project, pipeline);
        });
    }

    async trace(job: Job): Promise<string | undefined> {
        if (!job.run) {
            return undefined;
        }
        return readFile(this.traceFile(job), "utf8").catch(() => "");
    }

    jobOf(token: string): { user: User; project: Project; pipeline: Pipeline; job: Job } | undefined {
        const hash = hashOf(token);
        return [...this.running.values()].find((each) => each.tokenHash === hash);
    }

    async forget(pipelines: readonly Pipeline[]): Promise<void> {
        for (const pipeline of pipelines) {
            for (const job of pipeline.jobs) {
                this.running.get(job.id)?.controller.abort();
                await rm(this.traceFile(job), { force: true });
            }
            this.plans.delete(pipeline.id);
            await rm(this.pipelineFolder(pipeline), { recursive: true, force: true });
        }
    }

    async idle(): Promise<void> {
        for (;;) {
            await this.planning.catch(() => undefined);
            await this.changing.catch(() => undefined);
            if (this.running.size === 0 && this.expected.size === 0) {
                return;
            }
            await Promise.allSettled([...this.running.values()].map((each) => each.ended));
        }
    }

    private get records(): string {
        return path.join(this.folder, "processes");
    }

    private get works(): string {
        return path.join(this.folder, "work");
    }

    private pipelineFolder(pipeline: Pipeline): string {
        return path.join(this.folder, "pipelines", String(pipeline.id));
    }

    private traceFile(job: Job): string {
        return path.join(this.folder, "traces", `${job.id}.log`);
    }

    private openTrace(job: Job): Trace {
        return new Trace(this.traceFile(job));
    }

    /** One reading of a file at a time, in the order asked for: pipelines get their numbers in the order of pushes. */
    private planned<T>(work: () => Promise<T>): Promise<T> {
        const result = this.planning.catch(() => undefined).then(work);
        this.planning = result.catch(() => undefined);
        return result;
    }

    /** One change of jobs at a time, saved afterwards. */
    private changed<T>(work: () => Promise<T>): Promise<T> {
        const result = this.changing
            .catch(() => undefined)
            .then(work)
            .finally(() => this.gitlab.save().catch(() => undefined));
        this.changing = result.catch(() => undefined);
        return result;
    }

    private async add(project: Project, wish: PipelineWish, quiet: boolean): Promise<Pipeline | undefined> {
        const { gitlab } = this;
        const { skip = false, ...fields } = wish;
        const full = { variables: [], ...fields };
        if (!(await hasCiFile(gitlab, project, wish.sha))) {
            return undefined;
        }
        gitlab.settle(project);
        const commit = await gitlab.git.commit(project.id, wish.sha);
        if (quiet && (skip || /\[(ci[ _-]skip|skip[ _-]ci)\]/i.test(commit.message))) {
            return this.put(project, { ...full, status: "skipped", stages: [] });
        }
        const planned = await planPipeline(
            gitlab,
            project,
            full,
            this.programs,
            this.works,
            this.stopping.signal,
        );
        if (this.stopping.signal.aborted) {
            return undefined;
        }
        if (planned.kind !== "plan") {
            return this.refuse(project, full, planned, quiet);
        }
        const { plan, variables } = planned;
        const pipeline = await this.changed(async () => {
            const now = gitlab.now();
            const made = await addPipeline(gitlab, project, {
                ...full,
                status: "created",
                name: plan.name === null ? null : expand(plan.name, variables),
                stages: [...plan.stages],
                jobs: plan.jobs.map((job) => this.newJob(job, variables, now)),
            });
            this.plans.set(made.id, plan);
            await mkdir(this.pipelineFolder(made), { recursive: true, mode: 0o700 });
            await writeFile(path.join(this.pipelineFolder(made), "plan.json"), JSON.stringify(plan));
            await this.cancelRedundant(project, made);
            await this.advance(project, made);
            return made;
        });
        return pipeline;
    }

    private async refuse(
        project: Project,
        wish: PipelineWish & { variables: Pipeline["variables"] },
        planned: Exclude<Planned, { kind: "plan" }>,
        quiet: boolean,
    ): Promise<Pipeline | undefined> {
        if (!quiet) {
            throw invalid({ base: [planned.message] });
        }
        if (planned.kind === "filtered") {
            return undefined;
        }
        return this.put(project, { ...wish, status: "failed", stages: [], yamlErrors: planned.message });
    }

    /** Nobody waits for the answer to a push: why its pipeline could not be made is shown as one that failed. */
    private async explain(project: Project, wish: PipelineWish, error: Error): Promise<void> {
        if (this.gitlab.project(project.id) !== project || this.stopping.signal.aborted) {
            return;
        }
        const { skip: _, ...fields } = wish;
        const yamlErrors = `The pipeline could not be created: ${error.message}`;
        await this.put(project, { ...fields, status: "failed", stages: [], yamlErrors });
    }

    /** A pipeline that has no jobs and is at its end. */
    private put(
        project: Project,
        fields: Parameters<typeof addPipeline>[2] & { status: string },
    ): Promise<Pipeline> {
        return this.changed(async () => {
            const { status, ...rest } = fields;
            const pipeline = await addPipeline(this.gitlab, project, { ...rest, status: "created" });
            await setStatus(this.gitlab, project, pipeline, status);
            return pipeline;
        });
    }

    private newJob(planned: PlannedJob, variables: JobVariables, now: string): Job {
        return {
            id: this.gitlab.nextId("job"),
            name: planned.name,
            stage: planned.stage,
            status: "created",
            allowFailure: planned.allowFailure === true,
            createdAt: now,
            startedAt: null,
            finishedAt: null,
            environment: planned.environment === null ? null : expand(planned.environment, variables),
            trace: "",
            run: {
                when: planned.when,
                needs: planned.needs === null ? null : planned.needs.map((need) => ({ ...need })),
                allowedExitCodes: typeof planned.allowFailure === "boolean" ? [] : [...planned.allowFailure],
                environmentAction: planned.environmentAction,
                resourceGroup:
                    planned.resourceGroup === null ? null : expand(planned.resourceGroup, variables),
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
            },
        };
    }

    /** The plan as it was made; read again after a restart. */
    private async planOf(pipeline: Pipeline): Promise<Plan> {
        let plan = this.plans.get(pipeline.id);
        if (!plan) {
            plan = JSON.parse(
                await readFile(path.join(this.pipelineFolder(pipeline), "plan.json"), "utf8"),
            ) as Plan;
            this.plans.set(pipeline.id, plan);
        }
        return plan;
    }

    /** GitLab's "auto-cancel redundant pipelines": those of the same ref that a newer commit made pointless. */
    private async cancelRedundant(project: Project, newer: Pipeline): Promise<void> {
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
            const { autoCancel } = await this.planOf(pipeline);
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

    private mayRun(project: Project, pipeline: Pipeline, user: User): void {
        const branch = !pipeline.tag && pipeline.mergeRequestIid === undefined;
        if (branch && !mergesInto(this.gitlab, user, project, pipeline.ref)) {
            throw forbidden();
        }
    }

    /** A new job in place of one that has run. */
    private again(pipeline: Pipeline, job: Job, userId: number | null): Job {
        const { gitlab } = this;
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
            },
        };
        pipeline.jobs.splice(pipeline.jobs.indexOf(job), 0, fresh);
        return fresh;
    }

    /** Jobs that were skipped because of what is run again may run after all. */
    private reviveSkipped(pipeline: Pipeline): void {
        for (const job of pipeline.jobs.filter((each) => each.status === "skipped")) {
            job.status = "created";
            job.finishedAt = null;
        }
    }

    private stop(project: Project, pipeline: Pipeline, job: Job): void {
        this.running.get(job.id)?.controller.abort();
        this.finish(project, pipeline, job, "canceled", null);
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

    private makePending(project: Project, job: Job): void {
        const { gitlab } = this;
        const run = job.run;
        if (run) {
            run.queuedAt = gitlab.now();
        }
        job.status = run?.resourceGroup === null ? "pending" : "waiting_for_resource";
        this.giveResources(project);
    }

    /** Lets the oldest job that waits for each free resource group go on. */
    private giveResources(project: Project): void {
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

    /** Moves a pipeline's jobs as far as they can go, then its status, and starts what is ready. */
    private async advance(project: Project, pipeline: Pipeline): Promise<void> {
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
                if (next === "pending") {
                    this.makePending(project, job);
                } else if (next === "skipped") {
                    this.finish(project, pipeline, job, "skipped", null);
                    continue;
                } else {
                    job.status = next;
                }
                emitJob(this.gitlab, project, pipeline, job);
            }
        }
        this.giveResources(project);
        this.schedule(project, pipeline);
        this.pump();
        const status = pipelineStatus(currentJobs(pipeline).map(flowJob));
        if (status !== pipeline.status) {
            await setStatus(this.gitlab, project, pipeline, status);
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
                            this.makePending(project, job);
                            await this.advance(project, pipeline);
                        }
                    }).catch(() => undefined);
                },
                Math.max(0, Date.parse(job.run?.dueAt ?? "") - Date.now()) || 0,
            );
            this.timers.add(timer);
        }
    }

    /** Starts pending jobs, the oldest first, while there is room. */
    private pump(): void {
        const room = this.options.concurrency ?? 2;
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
            if (this.stopping.signal.aborted || this.running.size >= room) {
                return;
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
        entry.ended = this.carryOut(entry, token);
    }

    private async carryOut(entry: Running, token: string): Promise<void> {
        const { project, pipeline, job, controller } = entry;
        const trace = this.openTrace(job);
        const record = path.join(this.records, `${job.id}.json`);
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
            const plan = await this.planOf(pipeline);
            const planned = plan.jobs.find((each) => each.name === job.name);
            if (!planned) {
                throw new Error(`job ${job.name} is not in the pipeline's plan`);
            }
            const outcome = await runJob({
                gitlab: this.gitlab,
                programs: this.programs,
                project,
                pipeline,
                job,
                plan,
                planned,
                work: path.join(this.works, String(job.id)),
                artifacts: path.join(this.pipelineFolder(pipeline), "artifacts"),
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
        if (this.stopping.signal.aborted && controller.signal.aborted && !late) {
            status = "failed";
            reason = "runner_system_failure";
        }
        this.running.delete(job.id);
        await this.changed(async () => {
            this.say(trace, job, status, reason, late);
            if (job.status === "running") {
                this.settle(project, pipeline, job, status, reason);
            }
            if (!this.stopping.signal.aborted) {
                await this.advance(project, pipeline);
            }
        }).catch((error: unknown) => this.options.log?.(`after job ${job.id}: ${(error as Error).message}`));
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
        if (status === "failed" && run && run.retriesLeft > 0 && !this.stopping.signal.aborted) {
            run.retriesLeft--;
            this.makePending(project, this.again(pipeline, job, run.userId));
        }
    }

    /** The last line of a job's log. */
    private say(trace: Trace, job: Job, status: string, reason: string | null, late: boolean): void {
        if (job.status === "canceled") {
            trace.line("ERROR: Job canceled");
        } else if (late) {
            trace.line(`ERROR: Job failed: execution took longer than ${job.run?.timeoutSeconds} seconds`);
        } else if (status === "success") {
            trace.line("Job succeeded");
        } else if (reason === "runner_system_failure" && this.stopping.signal.aborted) {
            trace.line(`ERROR: Job failed (system failure): ${interrupted}`);
        } else if (reason === "script_failure") {
            trace.line(`ERROR: Job failed: exit code ${job.run?.exitCode ?? "unknown"}`);
        }
    }
}

const interrupted = "the server was stopped while the job ran";

/** A pipeline that had ended and goes on. */
function reopen(pipeline: Pipeline): void {
    if (!activeStatuses.includes(pipeline.status)) {
        pipeline.status = "pending";
        pipeline.finishedAt = null;
    }
}

/** The jobs that count: not those that newer ones stand for. */
export function currentJobs(pipeline: Pipeline): Job[] {
    return pipeline.jobs.filter((job) => job.run?.retried !== true);
}

function flowJob(job: Job): FlowJob {
    return {
        name: job.name,
        stage: job.stage,
        status: job.status,
        allowFailure: job.allowFailure,
        when: job.run?.when ?? "on_success",
        needs: job.run?.needs ?? null,
    };
}
