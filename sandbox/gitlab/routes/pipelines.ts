import { effectiveProjectLevel, mergesInto } from "../access";
import type { Call, Routes } from "../call";
import { detailedStatus } from "../detailedStatus";
import { invalid, notFound } from "../errors";
import { emitPipeline, hasWarnings } from "../events";
import { zeroSha } from "../git";
import type { GitLab } from "../gitlab";
import { autoMerge } from "../mergeRequests";
import { Level, type Job, type Pipeline, type Project } from "../model";
import {
    asText,
    bool,
    filled,
    timestamp,
    objects,
    oneOf,
    required,
    someOf,
    text,
    type Input,
} from "../params";
import { basicUser } from "../present";
import { addPipeline, hasCiFile } from "../repository";
import { showBridge, showJob } from "./jobs";

export const statuses = [
    "created",
    "pending",
    "running",
    "success",
    "failed",
    "canceled",
    "skipped",
    "manual",
] as const;

export const finished = ["success", "failed", "canceled", "skipped"];

/**
 * Pipelines. With a runner they are run; without one they are records whose status moves only when somebody moves it.
 */
export function registerPipelines(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/pipelines";
    routes.get(base, (call) => {
        const project = call.pipelineProject();
        const wanted = call.parse({
            ref: text(),
            sha: text(),
            status: oneOf(...pipelineStatuses),
            source: oneOf(...pipelineSources),
            username: text(),
            scope: oneOf("running", "pending", "finished", "branches", "tags"),
            yaml_errors: bool(),
            name: text(),
            updated_after: timestamp(),
            updated_before: timestamp(),
            created_after: timestamp(),
            created_before: timestamp(),
            order_by: oneOf("id", "status", "ref", "updated_at", "user_id"),
            sort: oneOf("asc", "desc"),
        });
        const found = project.pipelines.filter(
            (pipeline) =>
                (wanted.ref === undefined || pipeline.ref === wanted.ref) &&
                (wanted.sha === undefined || pipeline.sha === wanted.sha) &&
                (wanted.status === undefined || pipeline.status === wanted.status) &&
                // Child pipelines are listed where they are asked for alone.
                (wanted.source === undefined
                    ? pipeline.source !== "parent_pipeline"
                    : pipeline.source === wanted.source) &&
                inScope(project, pipeline, wanted.scope) &&
                (wanted.name === undefined || pipeline.name === wanted.name) &&
                (wanted.yaml_errors === undefined ||
                    (pipeline.yamlErrors !== undefined) === wanted.yaml_errors) &&
                within(pipeline.updatedAt, wanted.updated_after, wanted.updated_before) &&
                within(pipeline.createdAt, wanted.created_after, wanted.created_before) &&
                (wanted.username === undefined || gitlab.user(pipeline.userId)?.username === wanted.username),
        );
        found.sort(newestFirst(wanted.order_by ?? "id"));
        return call.page(wanted.sort === "asc" ? found.reverse() : found, (pipeline) =>
            showPipeline(gitlab, project, pipeline),
        );
    });
    routes.get(`${base}/latest`, async (call) => {
        const project = call.pipelineProject();
        const ref = call.parse({ ref: text() }).ref ?? project.defaultBranch ?? "";
        const sha = await gitlab.git.resolve(project.id, ref);
        const pipeline = project.pipelines.find(
            (each) => each.ref === ref && each.sha === sha && each.source !== "parent_pipeline",
        );
        if (!pipeline) {
            throw notFound("Pipeline");
        }
        return pipelineDetail(gitlab, project, pipeline);
    });
    routes.get(`${base}/:pipeline_id`, (call) => {
        const project = call.pipelineProject();
        return pipelineDetail(gitlab, project, findPipeline(call, project));
    });
    routes.get(`${base}/:pipeline_id/jobs`, (call) => {
        const project = call.pipelineProject();
        const pipeline = findPipeline(call, project);
        const wanted = call.parse({ include_retried: bool(), scope: someOf(...pipelineStatuses) });
        const jobs = pipeline.jobs.filter(
            (job) => job.run?.bridge === undefined && listed(job, wanted.include_retried, wanted.scope),
        );
        return call.page(jobs, (job) => showJob(gitlab, project, pipeline, job));
    });
    routes.get(`${base}/:pipeline_id/bridges`, (call) => {
        const project = call.pipelineProject();
        const pipeline = findPipeline(call, project);
        const { scope } = call.parse({ scope: someOf(...pipelineStatuses) });
        const bridges = pipeline.jobs.filter(
            (job) => job.run?.bridge !== undefined && listed(job, false, scope),
        );
        return call.page(bridges, (job) => showBridge(gitlab, project, pipeline, job));
    });
    routes.get(`${base}/:pipeline_id/variables`, (call) => {
        const pipeline = findPipeline(call, call.project(Level.maintainer));
        return pipeline.variables.map((each) => ({
            variable_type: each.variableType,
            key: each.key,
            value: each.value,
            raw: false,
        }));
    });
    routes.post("/projects/:id/pipeline", async (call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({ ref: required(filled()), variables: objects() });
        if ((wanted.variables ?? []).length > 0) {
            mayOverride(gitlab, call, project);
        }
        const pipeline = await createPipeline(
            gitlab,
            call,
            project,
            wanted.ref,
            "api",
            readVariables(wanted.variables),
        );
        return pipelineDetail(gitlab, project, pipeline);
    });
    routes.post(`${base}/:pipeline_id/cancel`, async (call) => {
        const project = call.writableProject(Level.developer);
        const pipeline = findPipeline(call, project);
        if (gitlab.ci && pipeline.stages) {
            await gitlab.ci.cancelPipeline(project, pipeline);
        } else if (!finished.includes(pipeline.status)) {
            pipeline.jobs
                .filter((job) => !finished.includes(job.status))
                .forEach((job) => (job.status = "canceled"));
            await setStatus(gitlab, project, pipeline, "canceled");
        }
        call.status(200);
        return pipelineDetail(gitlab, project, pipeline);
    });
    routes.post(`${base}/:pipeline_id/retry`, async (call) => {
        const project = call.writableProject(Level.developer);
        const pipeline = findPipeline(call, project);
        if (gitlab.ci && pipeline.stages) {
            await gitlab.ci.retryPipeline(project, pipeline, call.user);
        } else {
            pipeline.jobs
                .filter((job) => job.status !== "success")
                .forEach((job) => (job.status = "pending"));
            await setStatus(gitlab, project, pipeline, "pending");
        }
        return pipelineDetail(gitlab, project, pipeline);
    });
    routes.delete(`${base}/:pipeline_id`, (call) => {
        const project = call.project(Level.owner);
        const pipeline = findPipeline(call, project);
        project.pipelines = project.pipelines.filter((each) => each !== pipeline);
        return gitlab.ci?.forget([pipeline]);
    });
}

const pipelineSources = [
    "unknown",
    "push",
    "web",
    "trigger",
    "schedule",
    "api",
    "external",
    "pipeline",
    "chat",
    "webide",
    "merge_request_event",
    "external_pull_request_event",
    "parent_pipeline",
    "ondemand_dast_scan",
    "ondemand_dast_validation",
    "security_orchestration_policy",
    "container_registry_push",
] as const;

export const pipelineStatuses = [
    ...statuses,
    "waiting_for_resource",
    "preparing",
    "scheduled",
    "waiting_for_callback",
    "canceling",
] as const;

/** Whether a moment is between two; each of them may be missing. */
export function within(
    at: string,
    after: string | null | undefined,
    before: string | null | undefined,
): boolean {
    return (!after || at >= after) && (!before || at <= before);
}

export function inScope(project: Project, pipeline: Pipeline, scope: string | undefined): boolean {
    switch (scope) {
        case "finished":
            return finished.includes(pipeline.status);
        case "running":
        case "pending":
            return pipeline.status === scope;
        case "branches":
        case "tags": {
            const newest = project.pipelines.find(
                (each) => each.ref === pipeline.ref && each.tag === pipeline.tag,
            );
            return pipeline.tag === (scope === "tags") && newest === pipeline;
        }
        default:
            return true;
    }
}

function newestFirst(
    key: "id" | "status" | "ref" | "updated_at" | "user_id",
): (a: Pipeline, b: Pipeline) => number {
    const value = (pipeline: Pipeline): string | number =>
        key === "updated_at" ? pipeline.updatedAt : key === "user_id" ? pipeline.userId : pipeline[key];
    return (a, b) => {
        const [x, y] = [value(a), value(b)];
        return (
            (typeof x === "number" && typeof y === "number" ? y - x : String(y).localeCompare(String(x))) ||
            b.id - a.id
        );
    };
}

/** Whether a job belongs into a list: the newest of its name, and in one of the statuses asked for. */
export function listed(job: Job, retried: boolean | undefined, scope: string[] | undefined): boolean {
    return (
        (retried === true || job.run?.retried !== true) &&
        (scope === undefined || scope.length === 0 || scope.includes(job.status))
    );
}

export function findPipeline(call: Call, project: Project): Pipeline {
    const found = project.pipelines.find((each) => each.id === call.number("pipeline_id"));
    if (!found) {
        throw notFound("Pipeline");
    }
    return found;
}

export async function createPipeline(
    gitlab: GitLab,
    call: Call,
    project: Project,
    ref: string,
    source: string,
    variables: Pipeline["variables"],
    userId = call.maybeUser?.id ?? 0,
): Promise<Pipeline> {
    const name = ref.replace(/^refs\/(heads|tags)\//, "");
    const branch = await gitlab.git.branch(project.id, name);
    const sha = branch ?? (await gitlab.git.resolve(project.id, `refs/tags/${name}`));
    if (sha === undefined) {
        throw invalid({ base: ["Reference not found"] });
    }
    if (!(await hasCiFile(gitlab, project, sha))) {
        throw invalid({ base: ["Missing CI config file"] });
    }
    const user = gitlab.user(userId);
    if (branch !== undefined && user && !mergesInto(gitlab, user, project, name)) {
        throw invalid({
            base: [
                `You do not have sufficient permission to run a pipeline on '${name}'. Please select a different branch or contact your administrator for assistance.`,
            ],
        });
    }
    const parameters = { ref: name, tag: branch === undefined, sha, source, userId, variables };
    return gitlab.ci
        ? gitlab.ci.create(project, { ...parameters, beforeSha: zeroSha })
        : addPipeline(gitlab, project, parameters);
}

function mayOverride(gitlab: GitLab, call: Call, project: Project): void {
    const role = project.settings["ci_pipeline_variables_minimum_override_role"];
    const needed =
        { no_one_allowed: Infinity, owner: Level.owner, maintainer: Level.maintainer }[String(role)] ??
        Level.developer;
    if (effectiveProjectLevel(gitlab, call.user, project) < needed) {
        throw invalid({ base: ["Insufficient permissions to set pipeline variables"] });
    }
}

function readVariables(list: Input[] | undefined): Pipeline["variables"] {
    return (list ?? []).map((each) => ({
        key: asText(each["key"]),
        value: asText(each["value"]),
        variableType: each["variable_type"] === "file" ? "file" : "env_var",
    }));
}

export async function setStatus(
    gitlab: GitLab,
    project: Project,
    pipeline: Pipeline,
    status: string,
): Promise<void> {
    const now = gitlab.now();
    pipeline.status = status;
    pipeline.updatedAt = now;
    if (status === "running" || finished.includes(status)) {
        pipeline.startedAt ??= now;
    }
    pipeline.finishedAt = finished.includes(status) ? now : null;
    await emitPipeline(gitlab, project, pipeline);
    await autoMerge(gitlab, project, pipeline);
}

export function showPipeline(gitlab: GitLab, project: Project, pipeline: Pipeline): Input {
    return {
        id: pipeline.id,
        iid: pipeline.iid,
        project_id: project.id,
        sha: pipeline.sha,
        ref: pipeline.ref,
        status: pipeline.status,
        source: pipeline.source,
        created_at: pipeline.createdAt,
        updated_at: pipeline.updatedAt,
        web_url: `${gitlab.url}/${gitlab.projectPath(project)}/-/pipelines/${pipeline.id}`,
        name: pipeline.name,
    };
}

export function pipelineDetail(gitlab: GitLab, project: Project, pipeline: Pipeline): Input {
    const seconds = (from: string | null, to: string | null): number | null =>
        from === null || to === null ? null : Math.round((Date.parse(to) - Date.parse(from)) / 1000);
    return {
        ...showPipeline(gitlab, project, pipeline),
        before_sha: pipeline.beforeSha,
        tag: pipeline.tag,
        yaml_errors: pipeline.yamlErrors ?? null,
        user: basicUser(gitlab, gitlab.user(pipeline.userId)),
        started_at: pipeline.startedAt,
        finished_at: pipeline.finishedAt,
        committed_at: null,
        duration: seconds(pipeline.startedAt, pipeline.finishedAt),
        queued_duration: seconds(pipeline.createdAt, pipeline.startedAt),
        coverage: null,
        detailed_status: detailedStatus(
            pipeline.status,
            hasWarnings(pipeline),
            `/${gitlab.projectPath(project)}/-/pipelines/${pipeline.id}`,
        ),
    };
}
