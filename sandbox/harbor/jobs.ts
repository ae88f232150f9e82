import { dueBetween } from "./cron";
import type { Harbor } from "./harbor";
import { type Execution, never } from "./model";
import { startReplication } from "./replication";
import { startRetention } from "./retention";

/** How often the schedules are looked at, milliseconds. */
const lookMs = 5000;

/** Removes what nothing refers to any more from the registry's disk, really. */
export function startGarbageCollection(
    harbor: Harbor,
    trigger: string,
    parameters: Record<string, unknown>,
): { execution: Execution; done: Promise<void> } {
    return start(harbor, "GARBAGE_COLLECTION", trigger, parameters, async () => {
        if (parameters["dry_run"] === true) {
            return "dry run: nothing was removed";
        }
        await harbor.backend.collectGarbage();
        return "blobs without a manifest were removed";
    });
}

/** Forgets audit logs older than `audit_retention_hour`. */
export function startPurge(
    harbor: Harbor,
    trigger: string,
    parameters: Record<string, unknown>,
): { execution: Execution; done: Promise<void> } {
    return start(harbor, "PURGE_AUDIT_LOG", trigger, parameters, () => {
        const hours = Number(parameters["audit_retention_hour"] ?? 0);
        const limit = new Date(Date.now() - hours * 3_600_000).toISOString();
        const given = parameters["include_event_types"] ?? parameters["include_operations"];
        const events = (typeof given === "string" ? given : "").split(",").filter((event) => event !== "");
        const old = harbor.state.auditLogs.filter(
            (entry) =>
                entry.op_time < limit &&
                events.some(
                    (event) =>
                        event === `${entry.operation}_${entry.resource_type}` || event === entry.operation,
                ),
        );
        if (parameters["dry_run"] !== true) {
            const gone = new Set(old);
            harbor.state.auditLogs = harbor.state.auditLogs.filter((entry) => !gone.has(entry));
        }
        return Promise.resolve(`${old.length} entries`);
    });
}

function start(
    harbor: Harbor,
    kind: Execution["kind"],
    trigger: string,
    parameters: Record<string, unknown>,
    work: () => Promise<string>,
): { execution: Execution; done: Promise<void> } {
    const execution: Execution = {
        id: harbor.nextId("execution"),
        kind,
        policy_id: 0,
        status: "Running",
        status_text: "",
        trigger,
        extra: parameters,
        start_time: harbor.now(),
        end_time: never,
    };
    harbor.addExecution(execution);
    const done = work()
        .then(
            (text) => Object.assign(execution, { status: "Success", status_text: text }),
            (error: unknown) =>
                Object.assign(execution, { status: "Error", status_text: (error as Error).message }),
        )
        .then(() => {
            execution.end_time = harbor.now();
            harbor.saveLater();
        });
    return { execution, done };
}

/** Runs what is due between two moments. */
export function runDue(harbor: Harbor, from: Date, to: Date): Promise<void>[] {
    const { state } = harbor;
    const due = (cron: unknown): boolean =>
        typeof cron === "string" && cron !== "" && dueBetween(cron, from, to);
    const running: Promise<void>[] = [];
    for (const policy of state.retentions) {
        if (policy.trigger.kind === "Schedule" && due(policy.trigger.settings["cron"])) {
            const jobs = { kind: "user", id: 0, name: "harbor-jobservice", admin: true } as const;
            running.push(startRetention(harbor, policy, "SCHEDULE", false, jobs).done);
        }
    }
    for (const policy of state.replicationPolicies) {
        if (
            policy.enabled &&
            policy.trigger.type === "scheduled" &&
            due(policy.trigger.trigger_settings.cron)
        ) {
            running.push(startReplication(harbor, policy, "scheduled").done);
        }
    }
    const { gc, purgeaudit } = state.schedules;
    if (gc && due(gc.cron)) {
        running.push(startGarbageCollection(harbor, "SCHEDULE", gc.parameters).done);
    }
    if (purgeaudit && due(purgeaudit.cron)) {
        running.push(startPurge(harbor, "SCHEDULE", purgeaudit.parameters).done);
    }
    return running;
}

/** Looks at all schedules from now on. Answers what ends it. */
export function startClock(harbor: Harbor): () => void {
    let last = new Date();
    const timer = setInterval(() => {
        const now = new Date();
        try {
            void Promise.all(runDue(harbor, last, now));
        } catch (error) {
            harbor.log(`schedules: ${(error as Error).message}`);
        }
        last = now;
    }, lookMs);
    timer.unref();
    return () => clearInterval(timer);
}
