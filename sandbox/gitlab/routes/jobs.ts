import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Call, Routes } from "../call";
import { ApiError, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Job, type Pipeline, type Project } from "../model";
import { asText, objects, oneOf, type Input } from "../params";
import { basicUser } from "../present";
import { statuses, finished, findPipeline, setStatus, showPipeline, pipelineDetail } from "./pipelines";

export function showJob(gitlab: GitLab, project: Project, pipeline: Pipeline, job: Job): Input {
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
        erased_at: null,
        duration: null,
        queued_duration: null,
        user: basicUser(gitlab, gitlab.user(pipeline.userId)),
        commit: { id: pipeline.sha, short_id: pipeline.sha.slice(0, 8) },
        pipeline: showPipeline(gitlab, project, pipeline),
        web_url: `${gitlab.url}/${gitlab.projectPath(project)}/-/jobs/${job.id}`,
        project: { ci_job_token_scope_enabled: project.jobTokenScope.enabled },
        artifacts: [],
        runner: null,
        artifacts_expire_at: null,
        tag_list: [],
    };
}

/** Jobs of pipelines. */
export function registerJobs(routes: Routes, gitlab: GitLab): void {
    const locate = (call: Call, project: Project): { pipeline: Pipeline; job: Job } => {
        const id = call.number("job_id");
        for (const pipeline of project.pipelines) {
            const job = pipeline.jobs.find((each) => each.id === id);
            if (job) {
                return { pipeline, job };
            }
        }
        throw notFound();
    };
    routes.get("/projects/:id/jobs", (call) => {
        const project = call.project(Level.guest);
        const all = project.pipelines.flatMap((pipeline) => pipeline.jobs.map((job) => ({ pipeline, job })));
        return call.page(all, ({ pipeline, job }) => showJob(gitlab, project, pipeline, job));
    });
    routes.get("/projects/:id/jobs/:job_id", (call) => {
        const project = call.project(Level.guest);
        const { pipeline, job } = locate(call, project);
        return showJob(gitlab, project, pipeline, job);
    });
    routes.get("/projects/:id/jobs/:job_id/trace", (call) => {
        const { job } = locate(call, call.project(Level.reporter));
        call.reply.type("text/plain; charset=utf-8");
        return job.trace;
    });
    for (const action of ["play", "retry", "cancel"] as const) {
        routes.post(`/projects/:id/jobs/:job_id/${action}`, (call) => {
            const project = call.writableProject(Level.developer);
            const { pipeline, job } = locate(call, project);
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
