import { z } from "zod";

import { apiBase, type Call, type Routes } from "../api";
import { checkCron, nextDue } from "../cron";
import { badRequest, notFound, preconditionFailed } from "../errors";
import { startGarbageCollection, startPurge } from "../jobs";
import { type Execution, never, type Schedule, type ScheduleName } from "../model";

const scheduleRequest = z.object({
    schedule: z.object({ type: z.string().nullish(), cron: z.string().nullish() }).nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
});

const crons: Record<string, string> = {
    Hourly: "0 0 * * * *",
    Daily: "0 0 0 * * *",
    Weekly: "0 0 0 * * 0",
};

interface Kind {
    name: ScheduleName;
    resource: string;
    job: string;
    kind?: Execution["kind"];
    start?: typeof startPurge;
}

const kinds: Kind[] = [
    {
        name: "gc",
        resource: "garbage-collection",
        job: "GARBAGE_COLLECTION",
        kind: "GARBAGE_COLLECTION",
        start: startGarbageCollection,
    },
    {
        name: "purgeaudit",
        resource: "purge-audit",
        job: "PURGE_AUDIT_LOG",
        kind: "PURGE_AUDIT_LOG",
        start: startPurge,
    },
    { name: "scanAll", resource: "scan-all", job: "SCAN_ALL" },
];

/** Garbage collection, purging of audit logs, and scanning of everything: schedules and runs. */
export function scheduleRoutes(routes: Routes): void {
    kinds.forEach((kind) => scheduleOf(routes, kind));
    routes.post("/system/scanAll/stop", (call) => {
        call.harbor.requireSystem(call.principal, "scan-all", "stop");
        requireScanner(call);
        throw badRequest("no scan all job is found currently");
    });
    for (const path of ["/scans/all/metrics", "/scans/schedule/metrics"]) {
        routes.get(path, (call) => {
            call.harbor.requireSystem(call.principal, "scan-all", "read");
            requireScanner(call);
            return { total: 0, completed: 0, metrics: {}, ongoing: false };
        });
    }
}

function requireScanner(call: Call): void {
    if (!call.harbor.state.scanners.some((scanner) => scanner.is_default)) {
        throw preconditionFailed("no scanner is configured, it's not possible to scan");
    }
}

function scheduleOf(routes: Routes, kind: Kind): void {
    const { name, resource } = kind;
    const path = `/system/${name}/schedule`;
    const requireAccess = (call: Call, action: string): void => {
        call.harbor.requireSystem(call.principal, resource, action);
        if (name === "scanAll") {
            requireScanner(call);
        }
    };
    routes.get(path, (call) => {
        requireAccess(call, "read");
        const schedule = call.harbor.state.schedules[name];
        return schedule && show(kind, schedule);
    });
    routes.post(path, (call) => {
        requireAccess(call, "create");
        const request = read(call);
        if (request.type === "Manual") {
            return run(call, kind, request);
        }
        const existing = call.harbor.state.schedules[name];
        if (name === "scanAll" && existing && request.type !== "None") {
            throw preconditionFailed(
                "fail to set schedule for scan all as always had one, please delete it firstly then to re-schedule",
            );
        }
        // The other two replace a schedule that is there.
        apply(call, name, request);
        call.reply.code(201).header("location", `${apiBase}/system/${name}/0`);
        return undefined;
    });
    routes.put(path, (call) => {
        requireAccess(call, "update");
        const request = read(call);
        if (request.type !== "Manual") {
            apply(call, name, request);
        } else if (name === "scanAll") {
            throw badRequest(`fail to update scan all schedule as wrong schedule type: ${request.type}`);
        } else {
            run(call, kind, request);
            call.reply.code(200);
        }
    });
    const runKind = kind.kind;
    if (runKind) {
        runsOf(routes, kind, runKind);
    }
}

function runsOf(routes: Routes, kind: Kind, runKind: Execution["kind"]): void {
    const { name, resource } = kind;
    const runs = (call: Call): Execution[] =>
        call.harbor.state.executions.filter((execution) => execution.kind === runKind).reverse();
    const find = (call: Call): Execution => {
        const id = call.id("id");
        const found = runs(call).find((execution) => execution.id === id);
        if (!found) {
            throw notFound(`execution ${id} not found`);
        }
        return found;
    };
    routes.get(`/system/${name}`, (call) => {
        call.harbor.requireSystem(call.principal, resource, "list");
        return call.list(runs(call), (execution) => showRun(kind, execution));
    });
    routes.get(`/system/${name}/:id`, (call) => {
        call.harbor.requireSystem(call.principal, resource, "read");
        return showRun(kind, find(call));
    });
    routes.get(`/system/${name}/:id/log`, (call) => {
        call.harbor.requireSystem(call.principal, resource, "read");
        call.reply.type("text/plain");
        return find(call).status_text;
    });
    routes.put(`/system/${name}/:id`, (call) => {
        call.harbor.requireSystem(call.principal, resource, "stop");
        const execution = find(call);
        if (execution.status !== "Running") {
            throw badRequest(`execution ${execution.id} is not running`);
        }
        throw preconditionFailed(`execution ${execution.id} cannot be stopped any more`);
    });
}

interface Read {
    type: string;
    cron: string;
    parameters: Record<string, unknown>;
}

function read(call: Call): Read {
    const request = call.body(scheduleRequest);
    const type = request.schedule?.type ?? "";
    const cron = crons[type] ?? request.schedule?.cron ?? "";
    if (!["Hourly", "Daily", "Weekly", "Custom", "Manual", "None"].includes(type)) {
        throw badRequest(`invalid schedule type: ${type}`);
    }
    if (type === "Custom") {
        checkCron(cron);
    }
    return {
        type,
        cron: type === "Custom" ? cron : (crons[type] ?? ""),
        parameters: request.parameters ?? {},
    };
}

/** Starts the job right away. Its run is found under the Location. */
function run(call: Call, kind: Kind, request: Read): undefined {
    if (!kind.start) {
        throw preconditionFailed("no scanner works in this Harbor");
    }
    const { execution } = kind.start(call.harbor, "MANUAL", request.parameters);
    call.reply.code(201).header("location", `${apiBase}/system/${kind.name}/${execution.id}`);
    return undefined;
}

function apply(call: Call, name: ScheduleName, request: Read): void {
    if (request.type === "None") {
        delete call.harbor.state.schedules[name];
        return;
    }
    const now = call.harbor.now();
    const existing = call.harbor.state.schedules[name];
    call.harbor.state.schedules[name] = {
        id: existing?.id ?? call.harbor.nextId("schedule"),
        type: request.type,
        cron: request.cron,
        parameters: request.parameters,
        creation_time: existing?.creation_time ?? now,
        update_time: now,
    };
}

function times(schedule: Schedule): { type: string; cron: string; next_scheduled_time: string } {
    const next = nextDue(schedule.cron, new Date());
    return {
        type: schedule.type,
        cron: schedule.cron,
        next_scheduled_time: next?.toISOString() ?? never,
    };
}

/** A schedule as Harbor shows it: garbage collection and purging in the form of their runs. */
function show(kind: Kind, schedule: Schedule): unknown {
    const { id, creation_time, update_time } = schedule;
    if (kind.name === "scanAll") {
        return { id, status: "", creation_time, update_time, schedule: times(schedule), parameters: {} };
    }
    return {
        id,
        job_name: kind.job,
        job_kind: "SCHEDULE",
        job_parameters: JSON.stringify(schedule.parameters),
        schedule: times(schedule),
        job_status: "",
        deleted: false,
        creation_time,
        update_time,
    };
}

const showRun = (kind: Kind, execution: Execution): unknown => ({
    id: execution.id,
    job_name: kind.job,
    job_kind: execution.trigger,
    job_parameters: JSON.stringify(execution.extra),
    schedule: { type: execution.trigger === "MANUAL" ? "Manual" : "Custom", cron: "" },
    job_status: execution.status,
    deleted: false,
    creation_time: execution.start_time,
    update_time: execution.end_time === never ? execution.start_time : execution.end_time,
});
