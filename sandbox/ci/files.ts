/** Where the runner stores its files: plans, artifacts, logs, clones, and the processes that it started. */
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";

import type { Job, Pipeline } from "../gitlab/model";
import { type ProcessRecord } from "../../toolchain/processes";
import { endProcess } from "../support/process";
import { writeHelpers } from "./local";
import type { Plan } from "./plan";
import { Trace } from "./trace";

/** The files of one runner, all below one folder. */
export class CiFiles {
    private readonly plans = new Map<number, Plan>();

    constructor(private readonly folder: string) {}

    /** Makes the folders. What a killed server left behind goes first: its jobs' processes are ended, clones removed. */
    async open(): Promise<void> {
        await mkdir(this.folder, { recursive: true, mode: 0o700 });
        await writeHelpers(this.helpers);
        for (const name of await readdir(this.records).catch(() => [] as string[])) {
            const record = JSON.parse(await readFile(path.join(this.records, name), "utf8")) as ProcessRecord;
            await endProcess(record, 2000);
        }
        await rm(this.records, { recursive: true, force: true });
        await rm(this.works, { recursive: true, force: true });
        await mkdir(this.records, { recursive: true });
    }

    /** Programs that jobs get instead of this machine's. */
    get helpers(): string {
        return path.join(this.folder, "bin");
    }

    /** Throwaway clones. */
    get works(): string {
        return path.join(this.folder, "work");
    }

    workOf(job: Job): string {
        return path.join(this.works, String(job.id));
    }

    /** Says which process runs a job, for a server that comes after a killed one. */
    recordOf(job: Job): string {
        return path.join(this.records, `${job.id}.json`);
    }

    artifactsOf(pipeline: Pipeline): string {
        return path.join(this.pipelineFolder(pipeline), "artifacts");
    }

    openTrace(job: Job): Trace {
        return new Trace(this.traceFile(job));
    }

    /** A job's log; empty when it has not started. */
    readTrace(job: Job): Promise<string> {
        return readFile(this.traceFile(job), "utf8").catch(() => "");
    }

    async removeTrace(job: Job): Promise<void> {
        await rm(this.traceFile(job), { force: true });
    }

    async savePlan(pipeline: Pipeline, plan: Plan): Promise<void> {
        this.plans.set(pipeline.id, plan);
        await mkdir(this.pipelineFolder(pipeline), { recursive: true, mode: 0o700 });
        await writeFile(this.planFile(pipeline), JSON.stringify(plan));
    }

    /** The plan as it was made; read again after a restart. */
    async planOf(pipeline: Pipeline): Promise<Plan> {
        let plan = this.plans.get(pipeline.id);
        if (!plan) {
            plan = JSON.parse(await readFile(this.planFile(pipeline), "utf8")) as Plan;
            this.plans.set(pipeline.id, plan);
        }
        return plan;
    }

    /** Removes a pipeline's plan and artifacts. */
    async removePipeline(pipeline: Pipeline): Promise<void> {
        this.plans.delete(pipeline.id);
        await rm(this.pipelineFolder(pipeline), { recursive: true, force: true });
    }

    private get records(): string {
        return path.join(this.folder, "processes");
    }

    private pipelineFolder(pipeline: Pipeline): string {
        return path.join(this.folder, "pipelines", String(pipeline.id));
    }

    private planFile(pipeline: Pipeline): string {
        return path.join(this.pipelineFolder(pipeline), "plan.json");
    }

    private traceFile(job: Job): string {
        return path.join(this.folder, "traces", `${job.id}.log`);
    }
}
