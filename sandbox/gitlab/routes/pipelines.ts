import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import { effectiveProjectLevel, mergesInto } from "../access";
import type { Call, Routes } from "../call";
import { ApiError, forbidden, invalid, notFound } from "../errors";
import { emitPipeline } from "../events";
import type { GitLab } from "../gitlab";
import { autoMerge } from "../mergeRequests";
import { Level, type Job, type Pipeline, type Project, type Schedule, type Trigger } from "../model";
import { asText, bool, filled, objects, oneOf, required, text, type Input } from "../params";
import { basicUser } from "../present";
import { addPipeline, hasCiFile } from "../repository";
import { hashOf, randomText } from "../secrets";
import { checkedCron } from "./environments";

const statuses = [
    "created",
    "pending",
    "running",
    "success",
    "failed",
    "canceled",
    "skipped",
    "manual",
] as const;
const finished = ["success", "failed", "canceled", "skipped"];

/** Pipelines and jobs as records: nothing runs them here, so their status moves only when somebody moves it. */
export function registerPipelines(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/pipelines";
    routes.get(base, (call) => {
        const project = call.project(Level.guest);
        const wanted = call.parse({
            ref: text(),
            sha: text(),
            status: text(),
            source: text(),
            username: text(),
            scope: text(),
        });
        const found = project.pipelines.filter(
            (pipeline) =>
                (wanted.ref === undefined || pipeline.ref === wanted.ref) &&
                (wanted.sha === undefined || pipeline.sha === wanted.sha) &&
                (wanted.status === undefined || pipeline.status === wanted.status) &&
                (wanted.source === undefined || pipeline.source === wanted.source) &&
                (wanted.scope !== "finished" || finished.includes(pipeline.status)) &&
                (wanted.username === undefined || gitlab.user(pipeline.userId)?.username === wanted.username),
        );
        return call.page(found, (pipeline) => showPipeline(gitlab, project, pipeline));
    });
    routes.get(`${base}/latest`, async (call) => {
        const project = call.project(Level.guest);
        const ref = call.parse({ ref: text() }).ref ?? project.defaultBranch ?? "";
        const sha = await gitlab.git.resolve(project.id, ref);
        const pipeline = project.pipelines.find((each) => each.ref === ref && each.sha === sha);
        if (!pipeline) {
            throw notFound("Pipeline");
        }
        return detail(gitlab, project, pipeline);
    });
    routes.get(`${base}/:pipeline_id`, (call) => {
        const project = call.project(Level.guest);
        return detail(gitlab, project, find(call, project));
    });
    routes.get(`${base}/:pipeline_id/jobs`, (call) => {
        const project = call.project(Level.guest);
        const pipeline = find(call, project);
        return call.page(pipeline.jobs, (job) => showJob(gitlab, project, pipeline, job));
    });
    routes.get(`${base}/:pipeline_id/bridges`, (call) => {
        find(call, call.project(Level.guest));
        return call.page([], (each) => each);
    });
    routes.get(`${base}/:pipeline_id/variables`, (call) => {
        const pipeline = find(call, call.project(Level.maintainer));
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
        const pipeline = await create(
            gitlab,
            call,
            project,
            wanted.ref,
            "api",
            readVariables(wanted.variables),
        );
        return detail(gitlab, project, pipeline);
    });
    routes.post(`${base}/:pipeline_id/cancel`, async (call) => {
        const project = call.writableProject(Level.developer);
        const pipeline = find(call, project);
        if (!finished.includes(pipeline.status)) {
            pipeline.jobs
                .filter((job) => !finished.includes(job.status))
                .forEach((job) => (job.status = "canceled"));
            await setStatus(gitlab, project, pipeline, "canceled");
        }
        call.status(200);
        return detail(gitlab, project, pipeline);
    });
    routes.post(`${base}/:pipeline_id/retry`, async (call) => {
        const project = call.writableProject(Level.developer);
        const pipeline = find(call, project);
        pipeline.jobs.filter((job) => job.status !== "success").forEach((job) => (job.status = "pending"));
        await setStatus(gitlab, project, pipeline, "pending");
        return detail(gitlab, project, pipeline);
    });
    routes.delete(`${base}/:pipeline_id`, (call) => {
        const project = call.project(Level.owner);
        const pipeline = find(call, project);
        project.pipelines = project.pipelines.filter((each) => each !== pipeline);
    });
    registerJobs(routes, gitlab);
    registerSchedules(routes, gitlab);
    registerTriggers(routes, gitlab);
}

function find(call: Call, project: Project): Pipeline {
    const found = project.pipelines.find((each) => each.id === call.number("pipeline_id"));
    if (!found) {
        throw notFound("Pipeline");
    }
    return found;
}

async function create(
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
    return addPipeline(gitlab, project, {
        ref: name,
        tag: branch === undefined,
        sha,
        source,
        userId,
        variables,
    });
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

async function setStatus(
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

function detail(gitlab: GitLab, project: Project, pipeline: Pipeline): Input {
    const seconds = (from: string | null, to: string | null): number | null =>
        from === null || to === null ? null : Math.round((Date.parse(to) - Date.parse(from)) / 1000);
    return {
        ...showPipeline(gitlab, project, pipeline),
        before_sha: pipeline.beforeSha,
        tag: pipeline.tag,
        yaml_errors: null,
        user: basicUser(gitlab, gitlab.user(pipeline.userId)),
        started_at: pipeline.startedAt,
        finished_at: pipeline.finishedAt,
        committed_at: null,
        duration: seconds(pipeline.startedAt, pipeline.finishedAt),
        queued_duration: seconds(pipeline.createdAt, pipeline.startedAt),
        coverage: null,
        detailed_status: {
            icon: `status_${pipeline.status}`,
            text: pipeline.status,
            label: pipeline.status,
            group: pipeline.status,
            has_details: true,
            details_path: `/${gitlab.projectPath(project)}/-/pipelines/${pipeline.id}`,
        },
    };
}

function showJob(gitlab: GitLab, project: Project, pipeline: Pipeline, job: Job): Input {
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

function registerJobs(routes: Routes, gitlab: GitLab): void {
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

function registerSchedules(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/pipeline_schedules";
    const findOne = (call: Call, project: Project): Schedule => {
        const found = project.schedules.find((each) => each.id === call.number("schedule_id"));
        if (!found) {
            throw notFound("Pipeline Schedule");
        }
        return found;
    };
    const owned = (call: Call, project: Project, schedule: Schedule): void => {
        if (schedule.ownerId !== call.user.id && call.projectLevel(project) < Level.maintainer) {
            throw forbidden();
        }
    };
    const fields = {
        description: filled(),
        ref: filled(),
        cron: filled(),
        cron_timezone: text(),
        active: bool(),
        inputs: objects(),
    };
    const readInputs = (list: Input[] | undefined): Schedule["inputs"] =>
        (list ?? [])
            .filter((each) => each["destroy"] !== true)
            .map((each) => ({ name: asText(each["name"]), value: each["value"] ?? null }));
    routes.get(base, (call) => {
        const project = call.project(Level.guest);
        const { scope } = call.parse({ scope: oneOf("active", "inactive") });
        const found = project.schedules.filter(
            (each) => scope === undefined || each.active === (scope === "active"),
        );
        return call.page(found, (each) => showSchedule(gitlab, project, each));
    });
    routes.get(`${base}/:schedule_id`, (call) => {
        const project = call.project(Level.guest);
        const schedule = findOne(call, project);
        const mine =
            call.maybeUser?.id === schedule.ownerId || call.projectLevel(project) >= Level.maintainer;
        return {
            ...showSchedule(gitlab, project, schedule),
            ...(mine ? { variables: schedule.variables.map(showVariable), inputs: schedule.inputs } : {}),
        };
    });
    routes.post(base, async (call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({
            ...fields,
            description: required(filled()),
            ref: required(filled()),
            cron: required(filled()),
        });
        const ref = await fullRef(gitlab, project, wanted.ref);
        const now = gitlab.now();
        const made: Schedule = {
            id: gitlab.nextId("schedule"),
            description: wanted.description,
            ref,
            cron: checkedCron(wanted.cron, "cron"),
            cronTimezone: wanted.cron_timezone ?? "UTC",
            active: wanted.active ?? true,
            ownerId: call.user.id,
            createdAt: now,
            updatedAt: now,
            nextRunAt: nextHour(),
            lastPipelineId: null,
            variables: [],
            inputs: readInputs(wanted.inputs),
        };
        project.schedules.push(made);
        return showSchedule(gitlab, project, made);
    });
    routes.put(`${base}/:schedule_id`, async (call) => {
        const project = call.writableProject(Level.developer);
        const schedule = findOne(call, project);
        owned(call, project, schedule);
        const wanted = call.parse(fields);
        schedule.description = wanted.description ?? schedule.description;
        schedule.ref = wanted.ref === undefined ? schedule.ref : await fullRef(gitlab, project, wanted.ref);
        schedule.cron = checkedCron(wanted.cron ?? schedule.cron, "cron");
        schedule.cronTimezone = wanted.cron_timezone ?? schedule.cronTimezone;
        schedule.active = wanted.active ?? schedule.active;
        schedule.inputs = wanted.inputs === undefined ? schedule.inputs : readInputs(wanted.inputs);
        schedule.updatedAt = gitlab.now();
        return showSchedule(gitlab, project, schedule);
    });
    routes.post(`${base}/:schedule_id/take_ownership`, (call) => {
        const project = call.writableProject(Level.maintainer);
        const schedule = findOne(call, project);
        schedule.ownerId = call.user.id;
        return showSchedule(gitlab, project, schedule);
    });
    routes.post(`${base}/:schedule_id/play`, async (call) => {
        const project = call.writableProject(Level.developer);
        const schedule = findOne(call, project);
        const pipeline = await create(
            gitlab,
            call,
            project,
            schedule.ref,
            "schedule",
            schedule.variables,
            schedule.ownerId,
        );
        schedule.lastPipelineId = pipeline.id;
        return { message: "201 Created" };
    });
    routes.delete(`${base}/:schedule_id`, (call) => {
        const project = call.project(Level.developer);
        const schedule = findOne(call, project);
        owned(call, project, schedule);
        project.schedules = project.schedules.filter((each) => each !== schedule);
        return undefined;
    });
    registerScheduleVariables(routes, findOne, owned);
}

function registerScheduleVariables(
    routes: Routes,
    findOne: (call: Call, project: Project) => Schedule,
    owned: (call: Call, project: Project, schedule: Schedule) => void,
): void {
    const base = "/projects/:id/pipeline_schedules/:schedule_id/variables";
    const open = (call: Call): Schedule => {
        const project = call.project(Level.developer);
        const schedule = findOne(call, project);
        owned(call, project, schedule);
        return schedule;
    };
    const findVariable = (call: Call, schedule: Schedule): Schedule["variables"][number] => {
        const found = schedule.variables.find((each) => each.key === call.id("key"));
        if (!found) {
            throw notFound("Variable");
        }
        return found;
    };
    routes.post(base, (call) => {
        const schedule = open(call);
        const wanted = call.parse({
            key: required(filled()),
            value: required(text()),
            variable_type: oneOf("env_var", "file"),
        });
        if (schedule.variables.some((each) => each.key === wanted.key)) {
            throw invalid({ key: ["has already been taken"] });
        }
        const made = {
            key: wanted.key,
            value: wanted.value,
            variableType: wanted.variable_type ?? "env_var",
        };
        schedule.variables.push(made);
        return showVariable(made);
    });
    routes.get(`${base}/:key`, (call) => showVariable(findVariable(call, open(call))));
    routes.put(`${base}/:key`, (call) => {
        const found = findVariable(call, open(call));
        const wanted = call.parse({ value: text(), variable_type: oneOf("env_var", "file") });
        found.value = wanted.value ?? found.value;
        found.variableType = wanted.variable_type ?? found.variableType;
        return showVariable(found);
    });
    routes.delete(`${base}/:key`, (call) => {
        const schedule = open(call);
        const found = findVariable(call, schedule);
        schedule.variables = schedule.variables.filter((each) => each !== found);
        call.status(202);
        return showVariable(found);
    });
}

async function fullRef(gitlab: GitLab, project: Project, ref: string): Promise<string> {
    if (ref.startsWith("refs/")) {
        return ref;
    }
    if ((await gitlab.git.branch(project.id, ref)) !== undefined) {
        return `refs/heads/${ref}`;
    }
    if ((await gitlab.git.resolve(project.id, `refs/tags/${ref}`)) !== undefined) {
        return `refs/tags/${ref}`;
    }
    throw invalid({ ref: ["is ambiguous"] });
}

/** Schedules are records too: the time shown is the next full hour, whatever the cron line says. */
function nextHour(): string {
    const next = new Date();
    next.setUTCHours(next.getUTCHours() + 1, 0, 0, 0);
    return next.toISOString();
}

function showVariable(variable: { key: string; value: string; variableType: string }): Input {
    return { variable_type: variable.variableType, key: variable.key, value: variable.value, raw: false };
}

function showSchedule(gitlab: GitLab, project: Project, schedule: Schedule): Input {
    const last = project.pipelines.find((each) => each.id === schedule.lastPipelineId);
    return {
        id: schedule.id,
        description: schedule.description,
        ref: schedule.ref,
        cron: schedule.cron,
        cron_timezone: schedule.cronTimezone,
        next_run_at: schedule.nextRunAt,
        active: schedule.active,
        created_at: schedule.createdAt,
        updated_at: schedule.updatedAt,
        owner: basicUser(gitlab, gitlab.user(schedule.ownerId)),
        last_pipeline: last ? { id: last.id, sha: last.sha, ref: last.ref, status: last.status } : null,
    };
}

function registerTriggers(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/triggers";
    const show = (trigger: Trigger, secret?: string): Input => ({
        id: trigger.id,
        token: secret ?? trigger.shown,
        description: trigger.description,
        created_at: trigger.createdAt,
        updated_at: trigger.createdAt,
        deleted_at: null,
        last_used: trigger.lastUsed,
        expires_at: trigger.expiresAt,
        owner: basicUser(gitlab, gitlab.user(trigger.ownerId)),
    });
    const findOne = (call: Call, project: Project): Trigger => {
        const found = project.triggers.find((each) => each.id === call.number("trigger_id"));
        if (!found) {
            throw notFound("Trigger");
        }
        return found;
    };
    routes.get(base, (call) => call.page(call.project(Level.maintainer).triggers, (each) => show(each)));
    routes.get(`${base}/:trigger_id`, (call) => show(findOne(call, call.project(Level.maintainer))));
    routes.post(base, (call) => {
        const project = call.project(Level.maintainer);
        const wanted = call.parse({ description: required(filled()), expires_at: text() });
        const secret = `glptt-${randomText(20)}`;
        const made: Trigger = {
            id: gitlab.nextId("trigger"),
            description: wanted.description,
            hash: hashOf(secret),
            shown: secret.slice(0, 10),
            ownerId: call.user.id,
            createdAt: gitlab.now(),
            lastUsed: null,
            expiresAt: wanted.expires_at ?? null,
        };
        project.triggers.push(made);
        return show(made, secret);
    });
    routes.put(`${base}/:trigger_id`, (call) => {
        const found = findOne(call, call.project(Level.maintainer));
        found.description = call.parse({ description: filled() }).description ?? found.description;
        return show(found);
    });
    routes.delete(`${base}/:trigger_id`, (call) => {
        const project = call.project(Level.maintainer);
        const found = findOne(call, project);
        project.triggers = project.triggers.filter((each) => each !== found);
    });
    routes.post("/projects/:id/trigger/pipeline", async (call) => {
        const wanted = call.parse({ token: required(filled()), ref: required(filled()) });
        const project = gitlab.findProject(call.id("id"));
        const hash = hashOf(wanted.token);
        const trigger = project?.triggers.find((each) => each.hash === hash);
        if (!project || !trigger) {
            throw notFound();
        }
        trigger.lastUsed = gitlab.now();
        const given = call.input["variables"];
        const variables = Object.entries(
            typeof given === "object" && given !== null && !Array.isArray(given) ? (given as Input) : {},
        ).map(([key, value]) => ({ key, value: String(value), variableType: "env_var" }));
        const pipeline = await create(
            gitlab,
            call,
            project,
            wanted.ref,
            "trigger",
            variables,
            trigger.ownerId,
        );
        return detail(gitlab, project, pipeline);
    });
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
        const pipeline = find(call, project);
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
        return reply.send(detail(gitlab, project, pipeline));
    });
}
