/** GitLab's pipelines: made for pushes and on request, played, retried and canceled. */
import { rm } from "node:fs/promises";
import * as path from "node:path";

import { createsTag, mergesInto } from "../gitlab/access";
import type { PipelineRunner, PipelineParameters } from "../gitlab/ci";
import { ApiError, forbidden, invalid } from "../gitlab/errors";
import type { GitLab } from "../gitlab/gitlab";
import type { Job, Pipeline, Project, User } from "../gitlab/model";
import { addPipeline, hasCiFile } from "../gitlab/repository";
import { setStatus } from "../gitlab/routes/pipelines";
import { headShaOf } from "../gitlab/headPipeline";
import { pullOverdue } from "../gitlab/pullMirrors";
import { stopOverdue } from "../gitlab/stopping";
import { deploymentOf, ensureEnvironments, mayRunJob, waitsForApproval } from "./deployments";
import { JobExecutor } from "./executor";
import { CiFiles } from "./files";
import { finishedStatuses } from "./flow";
import { currentJobs, newJob, renewJob, reopen, reviveSkipped } from "./jobs";
import type { Programs } from "./local";
import { planPipeline, type Planned } from "./planner";
import { PipelineProgress } from "./progress";
import { expand } from "./variables";

export interface CiOptions {
    /** Folders put in front of this machine's PATH for jobs. */
    readonly path: readonly string[];
    /** Jobs at once. Default 2. */
    readonly concurrency?: number;
    /** Log lines about what goes wrong; never a job's output. */
    readonly log?: (line: string) => void;
}

interface Expected {
    readonly projectId: number;
    readonly sha: string;
    readonly mergeRequestIid: number | undefined;
}

/** The runner of one stand-in. Make it with {@link CiRunner.open}. */
export class CiRunner implements PipelineRunner {
    private readonly programs: Programs;
    private readonly executor: JobExecutor;
    private readonly progress: PipelineProgress;
    private readonly expected = new Set<Expected>();
    private readonly stopping = new AbortController();
    private planning: Promise<unknown> = Promise.resolve();
    private chores: Promise<unknown> = Promise.resolve();
    private clock: NodeJS.Timeout | undefined;

    private constructor(
        private readonly gitlab: GitLab,
        private readonly files: CiFiles,
        private readonly options: CiOptions,
    ) {
        const { signal } = this.stopping;
        this.programs = { path: options.path, helpers: files.helpers };
        this.executor = new JobExecutor(
            gitlab,
            files,
            {
                programs: this.programs,
                concurrency: options.concurrency ?? 2,
                log: options.log,
                create: (project, parameters) => this.create(project, parameters),
            },
            signal,
            (run) => this.progress.ended(run),
        );
        this.progress = new PipelineProgress(gitlab, files, this.executor, signal);
    }

    /**
     * Opens the runner with its files in a folder. What a killed server left behind is cleared away first: processes of
     * its jobs are ended, their clones removed, the jobs failed; what waited goes on once {@link start} is called.
     */
    static async open(gitlab: GitLab, folder: string, options: CiOptions): Promise<CiRunner> {
        const files = new CiFiles(folder);
        await files.open();
        return new CiRunner(gitlab, files, options);
    }

    /** Fails the jobs that a server before this one ran, and goes on with the rest. */
    async start(): Promise<void> {
        for (const project of this.gitlab.state.projects) {
            for (const pipeline of project.pipelines) {
                if (pipeline.stages !== undefined && !finishedStatuses.includes(pipeline.status)) {
                    await this.progress.resume(project, pipeline);
                }
            }
        }
        await this.gitlab.save();
        this.clock = setInterval(() => {
            this.later(() => stopOverdue(this.gitlab));
            pullOverdue(this.gitlab);
        }, 1000).unref();
    }

    /** Ends the running jobs and starts no more. They count as failed, since nobody will go on with them. */
    async close(): Promise<void> {
        this.stopping.abort();
        clearInterval(this.clock);
        this.progress.close();
        this.executor.abortAll();
        await this.executor.ended();
        await this.planning.catch(() => undefined);
        await this.chores;
        await this.progress.settled();
    }

    async lint(
        project: Project,
        facts: PipelineParameters & { variables: Pipeline["variables"] },
        content: string | undefined,
    ): Promise<{ errors: string[]; merged: string; jobs: Record<string, unknown>[] }> {
        const { signal } = this.stopping;
        const planned = await this.planned(() =>
            planPipeline(this.gitlab, project, facts, this.programs, this.files.works, signal, content),
        );
        if (planned.kind === "invalid") {
            return { errors: planned.message.split("\n"), merged: "", jobs: [] };
        }
        return planned.kind === "filtered"
            ? { errors: [], merged: "", jobs: [] }
            : {
                  errors: [],
                  merged: planned.merged,
                  jobs: planned.plan.jobs.map((job) => ({
                      name: job.name,
                      stage: job.stage,
                      environment: job.environment,
                      when: job.when,
                      allow_failure: job.allowFailure !== false,
                      needs:
                          job.needs?.map((need) => ({ name: need.job, artifacts: need.artifacts })) ?? null,
                  })),
              };
    }

    later(work: () => Promise<void>): void {
        this.chores = this.chores
            .then(() => (this.stopping.signal.aborted ? undefined : work()))
            .catch((error: unknown) => this.options.log?.(`in the background: ${(error as Error).message}`));
    }

    queue(project: Project, parameters: PipelineParameters): void {
        const entry = {
            projectId: project.id,
            sha: headShaOf(parameters),
            mergeRequestIid: parameters.mergeRequestIid,
        };
        this.expected.add(entry);
        this.planned(async () => {
            try {
                if (this.gitlab.project(project.id) === project) {
                    await this.add(project, parameters, true);
                }
            } catch (error) {
                this.options.log?.(
                    `pipeline of project ${project.id} not created: ${(error as Error).message}`,
                );
                await this.explain(project, parameters, error as Error);
            } finally {
                this.expected.delete(entry);
            }
        }).catch(() => undefined);
    }

    async create(project: Project, parameters: PipelineParameters): Promise<Pipeline> {
        const pipeline = await this.planned(() => this.add(project, parameters, false));
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
        this.mayRun(project, pipeline, user, job);
        if (deploymentOf(project, job)?.status === "blocked") {
            throw new ApiError(400, { message: "400 Bad request - Unplayable Job" });
        }
        await this.progress.changed(async () => {
            if (job.run) {
                job.run.userId = user.id;
            }
            this.progress.makePending(project, pipeline, job);
            reopen(pipeline);
            await this.progress.advance(project, pipeline);
        });
        return job;
    }

    async retry(project: Project, pipeline: Pipeline, job: Job, user: User): Promise<Job> {
        if (!["success", "failed", "canceled"].includes(job.status) || job.run?.retried !== false) {
            throw forbidden("403 Forbidden - Job is not retryable");
        }
        this.mayRun(project, pipeline, user, job);
        return this.progress.changed(async () => {
            const again = renewJob(this.gitlab, pipeline, job, user.id);
            reviveSkipped(pipeline);
            this.startAgain(project, pipeline, again);
            reopen(pipeline);
            await this.progress.advance(project, pipeline);
            return again;
        });
    }

    async cancel(project: Project, pipeline: Pipeline, job: Job): Promise<void> {
        if (finishedStatuses.includes(job.status)) {
            throw forbidden("403 Forbidden - Job is not cancelable");
        }
        await this.progress.changed(async () => {
            this.progress.stop(project, pipeline, job);
            await this.progress.advance(project, pipeline);
        });
    }

    async retryPipeline(project: Project, pipeline: Pipeline, user: User): Promise<void> {
        this.mayRun(project, pipeline, user);
        await this.progress.changed(async () => {
            for (const job of currentJobs(pipeline)) {
                if (job.status === "failed" || job.status === "canceled") {
                    this.startAgain(project, pipeline, renewJob(this.gitlab, pipeline, job, user.id));
                }
            }
            reviveSkipped(pipeline);
            reopen(pipeline);
            await this.progress.advance(project, pipeline);
        });
    }

    async cancelPipeline(project: Project, pipeline: Pipeline): Promise<void> {
        await this.progress.changed(async () => {
            await this.progress.stopAll(project, pipeline);
        });
    }

    async approvalGiven(project: Project, pipeline: Pipeline, job: Job): Promise<void> {
        await this.progress.changed(async () => {
            const deployment = deploymentOf(project, job);
            if (deployment?.approvals?.some((each) => each.status === "rejected")) {
                this.progress.reject(project, pipeline, job);
            } else {
                this.progress.makePending(project, pipeline, job);
                reopen(pipeline);
            }
            await this.progress.advance(project, pipeline);
        });
    }

    artifacts(pipeline: Pipeline, job: Job): string {
        return path.join(this.files.artifactsOf(pipeline), String(job.id));
    }

    async removeArtifacts(pipeline: Pipeline, job: Job): Promise<void> {
        await rm(this.artifacts(pipeline, job), { recursive: true, force: true });
        if (job.run) {
            delete job.run.artifacts;
            delete job.run.junit;
        }
    }

    async erase(pipeline: Pipeline, job: Job): Promise<void> {
        await this.removeArtifacts(pipeline, job);
        await this.files.removeTrace(job);
    }

    async trace(job: Job): Promise<string | undefined> {
        return job.run && (await this.files.readTrace(job));
    }

    jobOf(token: string): { user: User; project: Project; pipeline: Pipeline; job: Job } | undefined {
        return this.executor.jobOf(token);
    }

    async forget(pipelines: readonly Pipeline[]): Promise<void> {
        for (const pipeline of pipelines) {
            for (const job of pipeline.jobs) {
                this.executor.abort(job);
                await this.files.removeTrace(job);
            }
            await this.files.removePipeline(pipeline);
        }
    }

    async idle(): Promise<void> {
        for (;;) {
            await this.planning.catch(() => undefined);
            await this.chores;
            await this.progress.settled();
            if (this.executor.idle && this.expected.size === 0) {
                return;
            }
            await this.executor.ended();
        }
    }

    /** One reading of a file at a time, in the order asked for: pipelines get their numbers in the order of pushes. */
    private planned<T>(work: () => Promise<T>): Promise<T> {
        const result = this.planning.catch(() => undefined).then(work);
        this.planning = result.catch(() => undefined);
        return result;
    }

    private async add(
        project: Project,
        parameters: PipelineParameters,
        quiet: boolean,
    ): Promise<Pipeline | undefined> {
        const { gitlab } = this;
        const { skip = false, content, ...fields } = parameters;
        const full = { variables: [], ...fields };
        if (content === undefined && !(await hasCiFile(gitlab, project, parameters.sha))) {
            return undefined;
        }
        gitlab.settle(project);
        const commit = await gitlab.git.commit(project.id, parameters.sha);
        if (quiet && (skip || /\[(ci[ _-]skip|skip[ _-]ci)\]/i.test(commit.message))) {
            return this.put(project, { ...full, status: "skipped", stages: [] });
        }
        const planned = await planPipeline(
            gitlab,
            project,
            full,
            this.programs,
            this.files.works,
            this.stopping.signal,
            content,
        );
        if (this.stopping.signal.aborted) {
            return undefined;
        }
        if (planned.kind !== "plan") {
            return this.refuse(project, full, planned, quiet);
        }
        const { plan, variables } = planned;
        const pipeline = await this.progress.changed(async () => {
            const now = gitlab.now();
            const made = await addPipeline(gitlab, project, {
                ...full,
                status: "created",
                name: plan.name === null ? null : expand(plan.name, variables),
                stages: [...plan.stages],
                jobs: plan.jobs.map((job) => newJob(gitlab.nextId("job"), job, variables, now)),
            });
            ensureEnvironments(gitlab, project, made);
            await this.files.savePlan(made, plan);
            await this.progress.cancelRedundant(project, made);
            await this.progress.advance(project, made);
            return made;
        });
        return pipeline;
    }

    private async refuse(
        project: Project,
        parameters: PipelineParameters & { variables: Pipeline["variables"] },
        planned: Exclude<Planned, { kind: "plan" }>,
        quiet: boolean,
    ): Promise<Pipeline | undefined> {
        if (!quiet) {
            throw invalid({ base: [planned.message] });
        }
        if (planned.kind === "filtered") {
            return undefined;
        }
        return this.put(project, {
            ...parameters,
            status: "failed",
            stages: [],
            yamlErrors: planned.message,
        });
    }

    /** Nobody waits for the answer to a push: why its pipeline could not be made is shown as one that failed. */
    private async explain(project: Project, parameters: PipelineParameters, error: Error): Promise<void> {
        if (this.gitlab.project(project.id) !== project || this.stopping.signal.aborted) {
            return;
        }
        const { skip: _, content: _text, ...fields } = parameters;
        const yamlErrors = `The pipeline could not be created: ${error.message}`;
        await this.put(project, { ...fields, status: "failed", stages: [], yamlErrors });
    }

    /** A pipeline that has no jobs and is at its end. */
    private put(
        project: Project,
        fields: Parameters<typeof addPipeline>[2] & { status: string },
    ): Promise<Pipeline> {
        return this.progress.changed(async () => {
            const { status, ...rest } = fields;
            const pipeline = await addPipeline(this.gitlab, project, { ...rest, status: "created" });
            await setStatus(this.gitlab, project, pipeline, status);
            return pipeline;
        });
    }

    /** A job that is run once more waits for approvals once more, too: `advance` sees to that. */
    private startAgain(project: Project, pipeline: Pipeline, job: Job): void {
        if (!waitsForApproval(this.gitlab, project, job)) {
            this.progress.makePending(project, pipeline, job);
        }
    }

    /**
     * GitLab asks for the right to push to or merge into the branch, or to make the tag (app/policies/ci/build_policy.rb,
     * `protected_ref`).
     *
     * @throws ApiError 403 where the branch, the tag or the environment is protected from the user.
     */
    private mayRun(project: Project, pipeline: Pipeline, user: User, job?: Job): void {
        if (job && !mayRunJob(this.gitlab, project, job, user)) {
            throw forbidden();
        }
        const branch = !pipeline.tag && pipeline.mergeRequestIid === undefined;
        if (branch && !mergesInto(this.gitlab, user, project, pipeline.ref)) {
            throw forbidden();
        }
        if (pipeline.tag && !createsTag(this.gitlab, user, project, pipeline.ref)) {
            throw forbidden();
        }
    }
}
