import type { Call, Routes } from "../call";
import { forbidden, invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Project, type Schedule } from "../model";
import { asText, bool, filled, timestamp, objects, oneOf, required, text, type Input } from "../params";
import { basicUser } from "../present";
import { checkedCron } from "./environments";
import { createPipeline, inScope, pipelineStatuses, showPipeline, within } from "./pipelines";

/** Pipeline schedules as records: none runs by itself, but they can be played. */
export function registerSchedules(routes: Routes, gitlab: GitLab): void {
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
        const pipeline = await createPipeline(
            gitlab,
            call,
            project,
            schedule.ref,
            "schedule",
            schedule.variables,
            schedule.ownerId,
        );
        pipeline.scheduleId = schedule.id;
        schedule.lastPipelineId = pipeline.id;
        return { message: "201 Created" };
    });
    routes.get(`${base}/:schedule_id/pipelines`, (call) => {
        const project = call.project(Level.guest);
        const schedule = findOne(call, project);
        const wanted = call.parse({
            scope: oneOf("running", "pending", "finished", "branches", "tags"),
            status: oneOf(...pipelineStatuses),
            updated_after: timestamp(),
            updated_before: timestamp(),
            created_after: timestamp(),
            created_before: timestamp(),
            sort: oneOf("asc", "desc"),
        });
        const found = project.pipelines.filter(
            (each) =>
                each.scheduleId === schedule.id &&
                inScope(project, each, wanted.scope) &&
                (wanted.status === undefined || each.status === wanted.status) &&
                within(each.updatedAt, wanted.updated_after, wanted.updated_before) &&
                within(each.createdAt, wanted.created_after, wanted.created_before),
        );
        return call.page(wanted.sort === "desc" ? found : found.reverse(), (each) =>
            showPipeline(gitlab, project, each),
        );
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

export function registerScheduleVariables(
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
