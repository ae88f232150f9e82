import { externalStatuses, pipelineStatus } from "../../ci/flow";
import { mergesInto, protectionsOf } from "../access";
import type { Routes } from "../call";
import { forbidden, invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Job, type Pipeline, type Project } from "../model";
import { bool, clearable, int, oneOf, required, text, type Input } from "../params";
import { basicUser } from "../present";
import { addPipeline } from "../repository";
import { commitAt } from "./files";
import { setStatus } from "./pipelines";

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
        const wanted = call.parse({
            ref: text(),
            name: text(),
            stage: text(),
            all: bool(),
            pipeline_id: int(),
            order_by: oneOf("id", "pipeline_id"),
            sort: oneOf("asc", "desc"),
        });
        const sha = await commitAt(gitlab, project, call.id("sha"), "Commit");
        const latest = new Set<string>();
        const found = project.commitStatuses
            .filter(
                (status) =>
                    status.sha === sha &&
                    (wanted.pipeline_id === undefined || status.pipelineId === wanted.pipeline_id) &&
                    (wanted.ref === undefined || status.ref === wanted.ref) &&
                    (wanted.name === undefined || status.name === wanted.name),
            )
            .sort((a, b) => b.id - a.id)
            .filter((status) => {
                const key = `${status.pipelineId ?? ""} ${status.name}`;
                const fresh = !latest.has(key);
                latest.add(key);
                return wanted.all === true || fresh;
            });
        const ofJobs = project.pipelines
            .filter(
                (pipeline) =>
                    pipeline.sha === sha &&
                    (wanted.pipeline_id === undefined || pipeline.id === wanted.pipeline_id) &&
                    (wanted.ref === undefined || pipeline.ref === wanted.ref),
            )
            .flatMap((pipeline) => pipeline.jobs.map((job) => ({ pipeline, job })))
            .filter(
                ({ job }) =>
                    (wanted.name === undefined || job.name === wanted.name) &&
                    (wanted.all === true || job.run?.retried !== true),
            )
            .map(({ pipeline, job }) => showJob(project, pipeline, job));
        const all = [...found.map(show), ...ofJobs];
        const key = wanted.order_by ?? "id";
        if (wanted.order_by !== undefined || wanted.sort !== undefined) {
            all.sort((a, b) => Number(a[key]) - Number(b[key]));
        }
        return call.page(wanted.sort === "desc" ? all.reverse() : all, (each) => each);
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
        const matching = project.pipelines.find(
            (pipeline) =>
                pipeline.sha === sha &&
                (pipeline.source !== "parent_pipeline" || wanted.pipeline_id !== undefined) &&
                (wanted.ref === undefined || pipeline.ref === wanted.ref) &&
                (wanted.pipeline_id === undefined || pipeline.id === wanted.pipeline_id),
        );
        if (wanted.pipeline_id !== undefined && !matching) {
            throw notFound("Pipeline for pipeline_id, sha and ref");
        }
        const ref = wanted.ref ?? matching?.ref ?? (await branchWith(gitlab, project, sha));
        if (ref === undefined) {
            throw notFound("References for commit");
        }
        // GitLab asks for the right to update the pipeline, which on a protected branch only those have who may write there.
        if (protectionsOf(project, ref).length > 0 && !mergesInto(gitlab, call.user, project, ref)) {
            throw forbidden();
        }
        if (wanted.target_url !== undefined && !/^(https?:\/\/.+)?$/.test(wanted.target_url)) {
            throw invalid({ target_url: ["is blocked: Only allowed schemes are http, https"] });
        }
        const name = wanted.name ?? wanted.context ?? "default";
        const known = project.commitStatuses.find(
            (status) =>
                matching !== undefined &&
                status.pipelineId === matching.id &&
                status.name === name &&
                status.ref === ref &&
                status.authorId === call.user.id &&
                ["pending", "running"].includes(status.status),
        );
        refuseTransition(known?.status, wanted.state);
        const pipeline =
            matching ??
            (await addPipeline(gitlab, project, {
                ref,
                tag: false,
                sha,
                source: "external",
                userId: call.user.id,
                status: "created",
                stages: [],
            }));
        const now = gitlab.now();
        const done = ["success", "failed", "canceled", "skipped"].includes(wanted.state);
        const status = known ?? {
            id: gitlab.nextId("commit_status"),
            sha,
            ref,
            name,
            status: wanted.state,
            targetUrl: null,
            description: null,
            coverage: null,
            createdAt: now,
            startedAt: null,
            finishedAt: null,
            authorId: call.user.id,
            pipelineId: pipeline.id,
        };
        status.status = wanted.state;
        status.targetUrl = wanted.target_url ?? status.targetUrl;
        status.description = wanted.description ?? status.description;
        status.coverage = wanted.coverage ?? status.coverage;
        status.startedAt = wanted.state === "pending" ? status.startedAt : (status.startedAt ?? now);
        status.finishedAt = done ? now : null;
        if (!known) {
            project.commitStatuses.push(status);
            // A status takes the place of everything of its name, jobs too: `update_older_statuses_retried!` of
            // `Ci::Pipelines::AddJobService` asks for the name alone.
            for (const { run } of pipeline.jobs.filter((each) => each.name === name)) {
                if (run) {
                    run.retried = true;
                }
            }
        }
        // A pipeline that is only a record is moved by whoever made it.
        if (pipeline.stages !== undefined) {
            const next = pipelineStatus([
                ...pipeline.jobs.filter((job) => job.run?.retried !== true),
                ...externalStatuses(project, pipeline),
            ]);
            if (next !== pipeline.status) {
                await setStatus(gitlab, project, pipeline, next);
            }
        }
        return show(status);
    });
}

/** The first branch that has a commit, as GitLab finds a ref for a status without one. */
async function branchWith(gitlab: GitLab, project: Project, sha: string): Promise<string | undefined> {
    const refs = await gitlab.git.refs(project.id, "refs/heads/");
    for (const ref of [...refs.keys()].sort()) {
        if (await gitlab.git.isAncestor(project.id, sha, ref)) {
            return ref.slice("refs/heads/".length);
        }
    }
    return undefined;
}

/**
 * Only a status that has not ended is found again; one that has makes room for a new one.
 * @throws ApiError 400 for the steps that GitLab's states do not have: pending or running once more, and back to pending.
 */
function refuseTransition(from: string | undefined, to: string): void {
    const step = to === "pending" ? "enqueue" : to === "running" && from === "running" ? "run" : undefined;
    if (from !== undefined && step !== undefined) {
        throw invalid(
            `Cannot transition status via :${step} from :${from} (Reason(s): Status cannot transition via "${step}")`,
        );
    }
}
