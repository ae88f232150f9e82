/** How the jobs of a pipeline follow each other, and what a pipeline's status is. Pure. */
import type { Pipeline, Project } from "../gitlab/model";
import type { Need, When } from "./plan";

/** Statuses after which a job or pipeline moves by itself no more. */
export const finishedStatuses: readonly string[] = ["success", "failed", "canceled", "skipped"];

/** Statuses in which a pipeline is on its way. */
export const activeStatuses: readonly string[] = [
    "created",
    "waiting_for_resource",
    "pending",
    "running",
    "scheduled",
];

/** A job as far as its successors are concerned. */
export interface FlowJob {
    readonly name: string;
    readonly stage: string;
    readonly status: string;
    /** It failed, or waits to be started by hand, and blocks none of the later jobs. */
    readonly allowFailure: boolean;
    readonly when: When;
    readonly needs: readonly Need[] | null;
}

/** What a job that was `created` becomes now; undefined: it still waits. */
export function nextStatus(
    job: FlowJob,
    jobs: readonly FlowJob[],
    stages: readonly string[],
): "pending" | "manual" | "scheduled" | "skipped" | undefined {
    const before = predecessors(job, jobs, stages);
    if (before.some((each) => !settled(each))) {
        return undefined;
    }
    const failed = before.some(
        (each) => (each.status === "failed" || each.status === "canceled") && !each.allowFailure,
    );
    // A job that names what it needs does not run without it; one that follows a stage does.
    const missing = job.needs !== null && before.some((each) => each.status === "skipped");
    switch (job.when) {
        case "always":
            return "pending";
        case "on_failure":
            return failed ? "pending" : "skipped";
        case "manual":
            return failed || missing ? "skipped" : "manual";
        case "delayed":
            return failed || missing ? "skipped" : "scheduled";
        case "on_success":
            return failed || missing ? "skipped" : "pending";
    }
}

function settled(job: FlowJob): boolean {
    return finishedStatuses.includes(job.status) || (job.status === "manual" && job.allowFailure);
}

function predecessors(job: FlowJob, jobs: readonly FlowJob[], stages: readonly string[]): FlowJob[] {
    if (job.needs !== null) {
        const names = job.needs.map((need) => need.job);
        return jobs.filter(
            (each) => names.includes(each.name) || names.some((name) => each.name.startsWith(`${name}: [`)),
        );
    }
    const at = stages.indexOf(job.stage);
    return jobs.filter((each) => stages.indexOf(each.stage) < at);
}

/** What other systems reported to a pipeline, the newest by name: it counts beside the jobs. */
export function externalStatuses(
    project: Pick<Project, "commitStatuses">,
    pipeline: Pick<Pipeline, "id">,
): Pick<FlowJob, "status" | "allowFailure">[] {
    const newest = new Map(
        project.commitStatuses
            .filter((status) => status.pipelineId === pipeline.id)
            .map((status) => [status.name, status.status]),
    );
    return [...newest.values()].map((status) => ({ status, allowFailure: false }));
}

/** A pipeline's status, from those of its jobs and of what was reported to it. */
export function pipelineStatus(jobs: readonly Pick<FlowJob, "status" | "allowFailure">[]): string {
    const counted = jobs
        .filter((job) => !(job.allowFailure && job.status === "manual"))
        .map((job) =>
            job.allowFailure && (job.status === "failed" || job.status === "canceled")
                ? "success"
                : job.status,
        );
    const all = (...statuses: string[]): boolean => counted.every((each) => statuses.includes(each));
    const any = (...statuses: string[]): boolean => counted.some((each) => statuses.includes(each));
    if (all("skipped")) {
        return "skipped";
    }
    if (all("success", "skipped")) {
        return "success";
    }
    if (all("created")) {
        return "created";
    }
    if (all("success", "skipped", "canceled")) {
        return "canceled";
    }
    if (all("created", "skipped", "pending")) {
        return "pending";
    }
    if (any("running", "pending")) {
        return "running";
    }
    if (any("waiting_for_resource")) {
        return "waiting_for_resource";
    }
    if (any("manual")) {
        return "manual";
    }
    if (any("scheduled")) {
        return "scheduled";
    }
    return any("created") ? "running" : "failed";
}
