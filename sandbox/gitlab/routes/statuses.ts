import type { Routes } from "../call";
import { invalid } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Job, type Pipeline, type Project } from "../model";
import { bool, clearable, int, oneOf, required, text, type Input } from "../params";
import { basicUser } from "../present";
import { commitAt } from "./files";

const statuses = oneOf("pending", "running", "success", "failed", "canceled", "skipped");

/** Statuses of commits: those of the jobs of their pipelines, and those that other systems, such as Argo CD, report. */
export function registerStatuses(routes: Routes, gitlab: GitLab): void {
    const show = (status: Project["commitStatuses"][number]): Input => ({
        id: status.id,
        sha: status.sha,
        ref: status.ref,
        status: status.status,
        name: status.name,
        target_url: status.targetUrl,
        description: status.description,
        created_at: status.createdAt,
        started_at: status.startedAt,
        finished_at: status.finishedAt,
        allow_failure: false,
        coverage: status.coverage,
        pipeline_id: status.pipelineId,
        author: basicUser(gitlab, gitlab.user(status.authorId)),
    });
    const showJob = (project: Project, pipeline: Pipeline, job: Job): Input => ({
        id: job.id,
        sha: pipeline.sha,
        ref: pipeline.ref,
        status: job.status,
        name: job.name,
        target_url: `${gitlab.url}/${gitlab.projectPath(project)}/-/jobs/${job.id}`,
        description: null,
        created_at: job.createdAt,
        started_at: job.startedAt,
        finished_at: job.finishedAt,
        allow_failure: job.allowFailure,
        coverage: null,
        pipeline_id: pipeline.id,
        author: basicUser(gitlab, gitlab.user(job.run?.userId ?? pipeline.userId)),
    });
    routes.get("/projects/:id/repository/commits/:sha/statuses", async (call) => {
        const project = call.codeProject();
        const wanted = call.parse({ ref: text(), name: text(), all: bool() });
        const sha = await commitAt(gitlab, project, call.id("sha"), "Commit");
        const latest = new Set<string>();
        const found = project.commitStatuses
            .filter(
                (status) =>
                    status.sha === sha &&
                    (wanted.ref === undefined || status.ref === wanted.ref) &&
                    (wanted.name === undefined || status.name === wanted.name),
            )
            .sort((a, b) => b.id - a.id)
            .filter((status) => {
                const key = `${status.ref ?? ""} ${status.name}`;
                const fresh = !latest.has(key);
                latest.add(key);
                return wanted.all === true || fresh;
            });
        const ofJobs = project.pipelines
            .filter(
                (pipeline) =>
                    pipeline.sha === sha && (wanted.ref === undefined || pipeline.ref === wanted.ref),
            )
            .flatMap((pipeline) => pipeline.jobs.map((job) => ({ pipeline, job })))
            .filter(
                ({ job }) =>
                    (wanted.name === undefined || job.name === wanted.name) &&
                    (wanted.all === true || job.run?.retried !== true),
            )
            .map(({ pipeline, job }) => showJob(project, pipeline, job));
        return call.page([...found.map(show), ...ofJobs], (each) => each);
    });
    routes.post("/projects/:id/statuses/:sha", async (call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({
            state: required(statuses),
            ref: text(),
            name: text(),
            context: text(),
            target_url: clearable(),
            description: clearable(),
            coverage: int(),
            pipeline_id: int(),
        });
        const sha = await commitAt(gitlab, project, call.id("sha"), "Commit");
        const name = wanted.name ?? wanted.context ?? "default";
        const known = project.commitStatuses.find(
            (status) =>
                status.sha === sha && status.name === name && status.ref === (wanted.ref ?? status.ref),
        );
        if (known?.status === wanted.state && ["success", "failed", "canceled"].includes(wanted.state)) {
            throw invalid(
                `Cannot transition status via :${transitions[wanted.state] ?? "run"} from :${known.status} (Reason(s): Status cannot transition via "${transitions[wanted.state] ?? "run"}")`,
            );
        }
        const now = gitlab.now();
        const done = ["success", "failed", "canceled", "skipped"].includes(wanted.state);
        const status = known ?? {
            id: gitlab.nextId("commit_status"),
            sha,
            ref: wanted.ref ?? null,
            name,
            status: wanted.state,
            targetUrl: null,
            description: null,
            coverage: null,
            createdAt: now,
            startedAt: null,
            finishedAt: null,
            authorId: call.user.id,
            pipelineId: wanted.pipeline_id ?? null,
        };
        status.status = wanted.state;
        status.targetUrl = wanted.target_url ?? status.targetUrl;
        status.description = wanted.description ?? status.description;
        status.coverage = wanted.coverage ?? status.coverage;
        status.startedAt = wanted.state === "pending" ? status.startedAt : (status.startedAt ?? now);
        status.finishedAt = done ? now : null;
        if (!known) {
            project.commitStatuses.push(status);
        }
        return show(status);
    });
}

const transitions: Record<string, string> = { success: "success", failed: "drop", canceled: "cancel" };
