import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Call, Routes } from "../call";
import { ApiError, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Job, type Pipeline, type Project } from "../model";
import { asText, bool, objects, oneOf, someOf, type Input } from "../params";
import { basicUser } from "../present";
import {
    statuses,
    finished,
    findPipeline,
    listed,
    pipelineStatuses,
    setStatus,
    showPipeline,
    pipelineDetail,
} from "./pipelines";

export function showJob(gitlab: GitLab, project: Project, pipeline: Pipeline, job: Job): Input {
    const archive = job.run?.artifacts;
    return {
        id: job.id,
        status: job.status,
        stage: job.stage,
        name: job.name,
        ref: pipeline.ref,
        tag: pipeline.tag,
        coverage: null,
        allow_failure: job.allowFailure,
        created_at: job.createdAt,
        started_at: job.startedAt,
        finished_at: job.finishedAt,
        erased_at: job.run?.erasedAt ?? null,
        duration: seconds(job.startedAt, job.finishedAt),
        queued_duration: seconds(job.run?.queuedAt ?? null, job.startedAt),
        ...(job.run?.failureReason ? { failure_reason: job.run.failureReason } : {}),
        user: basicUser(gitlab, gitlab.user(job.run?.userId ?? pipeline.userId)),
        commit: { id: pipeline.sha, short_id: pipeline.sha.slice(0, 8) },
        pipeline: showPipeline(gitlab, project, pipeline),
        web_url: `${gitlab.url}/${gitlab.projectPath(project)}/-/jobs/${job.id}`,
        project: { ci_job_token_scope_enabled: project.jobTokenScope.enabled },
        ...(archive ? { artifacts_file: { filename: archive.filename, size: archive.size } } : {}),
        artifacts: [
            ...(archive
                ? [
                      {
                          file_type: "archive",
                          size: archive.size,
                          filename: archive.filename,
                          file_format: "zip",
                      },
                  ]
                : []),
            ...(job.run?.junit
                ? [{ file_type: "junit", size: 0, filename: "junit.xml.gz", file_format: "gzip" }]
                : []),
        ],
        runner: null,
        artifacts_expire_at: archive?.expireAt ?? null,
        tag_list: [],
    };
}

/** A job that starts another pipeline, with that. */
export function showBridge(gitlab: GitLab, project: Project, pipeline: Pipeline, job: Job): Input {
    const {
        artifacts: _,
        artifacts_expire_at: _at,
        runner: _runner,
        ...shown
    } = showJob(gitlab, project, pipeline, job);
    const { projectId, pipelineId } = job.run?.bridge?.downstream ?? {};
    const target = gitlab.project(projectId);
    const downstream = target?.pipelines.find(({ id }) => id === pipelineId);
    return {
        ...shown,
        downstream_pipeline: target && downstream ? showPipeline(gitlab, target, downstream) : null,
    };
}

function seconds(from: string | null, to: string | null): number | null {
    return from === null || to === null ? null : (Date.parse(to) - Date.parse(from)) / 1000;
}

/** The job in the path. @throws ApiError 404 */
export function locateJob(call: Call, project: Project): { pipeline: Pipeline; job: Job } {
    const id = call.number("job_id");
    for (const pipeline of project.pipelines) {
        const job = pipeline.jobs.find((each) => each.id === id);
        if (job) {
            return { pipeline, job };
        }
    }
    throw notFound();
}

/** Jobs of pipelines. */
export function registerJobs(routes: Routes, gitlab: GitLab): void {
    routes.get(
        "/job",
        (call) => {
            void call.user;
            const found = call.principal?.job;
            if (!found) {
                throw notFound("Job");
            }
            return showJob(gitlab, found.project, found.pipeline, found.job);
        },
        { scopes: "any" },
    );
    routes.get("/projects/:id/jobs", (call) => {
        const project = call.pipelineProject();
        const wanted = call.parse({ include_retried: bool(), scope: someOf(...pipelineStatuses) });
        const all = project.pipelines
            .flatMap((pipeline) => pipeline.jobs.map((job) => ({ pipeline, job })))
            .filter(
                ({ job }) =>
                    job.run?.bridge === undefined && listed(job, wanted.include_retried, wanted.scope),
            );
        all.sort((a, b) => b.job.id - a.job.id);
        return call.page(all, ({ pipeline, job }) => showJob(gitlab, project, pipeline, job), {
            keyset: { by: "cursor", key: ({ job }) => job.id },
            uncounted: true,
        });
    });
    routes.get("/projects/:id/jobs/:job_id", (call) => {
        const project = call.pipelineProject();
        const { pipeline, job } = locateJob(call, project);
        return showJob(gitlab, project, pipeline, job);
    });
    routes.get("/projects/:id/jobs/:job_id/trace", async (call) => {
        const { job } = locateJob(call, call.project(Level.reporter));
        call.reply.type("text/plain; charset=utf-8");
        return (await gitlab.ci?.trace(job)) ?? job.trace;
    });
    for (const action of ["play", "retry", "cancel"] as const) {
        routes.post(`/projects/:id/jobs/:job_id/${action}`, async (call) => {
            const project = call.writableProject(Level.developer);
            const { pipeline, job } = locateJob(call, project);
            if (action === "play") {
                call.status(200);
            }
            if (gitlab.ci && job.run) {
                if (action === "cancel") {
                    await gitlab.ci.cancel(project, pipeline, job);
                    return showJob(gitlab, project, pipeline, job);
                }
                return showJob(
                    gitlab,
                    project,
                    pipeline,
                    await gitlab.ci[action](project, pipeline, job, call.user),
                );
            }
            if (action === "play" && job.status !== "manual") {
                throw new ApiError(400, { message: "400 Bad request - Unplayable Job" });
            }
            job.status = action === "cancel" ? "canceled" : "pending";
            return showJob(gitlab, project, pipeline, job);
        });
    }
}

/**
 * What a runner would do, for people and tests:
 * `POST /__sandbox/projects/:id/pipelines/:pipeline_id {status, jobs?: [{name, stage, status, trace, …}]}`.
 * Asks for the same token as a maintainer's REST call.
 */
export function registerPipelineControl(
    fastify: FastifyInstance,
    gitlab: GitLab,
    callFor: (request: FastifyRequest, reply: FastifyReply) => Call,
): void {
    fastify.post("/__sandbox/projects/:id/pipelines/:pipeline_id", async (request, reply) => {
        const call = callFor(request, reply);
        const project = call.project(Level.maintainer);
        const pipeline = findPipeline(call, project);
        const wanted = call.parse({ status: oneOf(...statuses), jobs: objects() });
        const now = gitlab.now();
        for (const entry of wanted.jobs ?? []) {
            const name = asText(entry["name"], "job");
            let job = pipeline.jobs.find((each) => each.name === name);
            if (!job) {
                job = {
                    id: gitlab.nextId("job"),
                    name,
                    stage: asText(entry["stage"], "test"),
                    status: "created",
                    allowFailure: entry["allow_failure"] === true,
                    createdAt: now,
                    startedAt: null,
                    finishedAt: null,
                    environment: null,
                    trace: "",
                };
                pipeline.jobs.push(job);
            }
            job.status = asText(entry["status"], job.status);
            job.trace = typeof entry["trace"] === "string" ? entry["trace"] : job.trace;
            job.startedAt = ["running", ...finished].includes(job.status) ? (job.startedAt ?? now) : null;
            job.finishedAt = finished.includes(job.status) ? now : null;
        }
        if (wanted.status !== undefined) {
            await setStatus(gitlab, project, pipeline, wanted.status);
        }
        await gitlab.save();
        return reply.send(pipelineDetail(gitlab, project, pipeline));
    });
}
