/**
 * When an event is sent: conditions on an Application, as data. Pure. They are in the expression language of Argo CD's
 * notifications (expr-lang.org), where `?.` guards against an Application that was never synced.
 */
import type { EventName, TriggerName } from "../../../../estate/events";

/** A condition on an Application and the event it sends. */
export interface Trigger {
    readonly name: TriggerName;
    readonly description: string;
    readonly when: string;
    /** Sent once per value of this expression. */
    readonly oncePer: string;
    readonly event: EventName;
}

/** The commit of the last sync, or the one a sync that failed early was to apply; `none` before the first. */
const revision =
    "let synced = app.status?.operationState?.syncResult?.revision ?? ''; " +
    "let wanted = app.status?.operationState?.operation?.sync?.revision ?? ''; " +
    "let revision = synced != '' ? synced : wanted != '' ? wanted : 'none'; ";

/** Rises with every deployment, also of a commit that was deployed before (a rollback, other values). */
const deployment = "string(last(app.status?.history ?? [])?.id ?? 0)";

/**
 * When one of `triggers` was last sent for this commit, in seconds since 1970; 0 if never. The controller records what it
 * sent in an annotation: `<oncePer>:<trigger>:[<condition>].<hash>:<service>:<recipient>` to the time.
 */
function lastNotified(triggers: readonly TriggerName[]): string {
    const sent = "fromJSON(app.metadata.annotations?.['notified.notifications.argoproj.io'] ?? '{}')";
    const about = triggers.map((name) => `#[0] contains ':${name}:'`).join(" or ");
    return `string(int(reduce(toPairs(${sent}), #[0] startsWith revision + '@' and (${about}) ? max(#acc, #[1]) : #acc, 0)))`;
}

/**
 * A problem is sent once per commit, and once more after "healthy" was sent. The commit alone would not do:
 * a problem without a new commit (a config repository out of reach, a broken node) would be sent once for ever.
 */
const oncePerProblem = `${revision}revision + '@' + ${lastNotified(["on-deployed"])}`;

/** Health is sent once per deployment, and once more after each problem that was sent. */
const oncePerHealth = `${revision}revision + '@' + ${lastNotified([
    "on-health-degraded",
    "on-sync-failed",
    "on-sync-status-unknown",
])} + '#' + ${deployment}`;

const phase = "app.status?.operationState?.phase";
const health = "app.status?.health?.status";
const sync = "app.status?.sync?.status";

/** The triggers an estate has; subscriptions choose among them. */
export const triggers: readonly Trigger[] = [
    {
        name: "on-deployed",
        description: "The commit is synced and the Application is healthy",
        // Drift may follow a sync, but then health is older than the sync unless it was looked at since.
        when:
            `${phase} == 'Succeeded' and ${health} == 'Healthy' and (${sync} == 'Synced' or ` +
            `${sync} == 'OutOfSync' and app.status?.reconciledAt > app.status?.operationState?.finishedAt)`,
        oncePer: oncePerHealth,
        event: "healthy",
    },
    {
        name: "on-health-degraded",
        description: "The Application became degraded, or its health is unknown",
        // While a sync runs, health is still that of the commit before.
        when: `${phase} != 'Running' and (${health} == 'Degraded' or ${health} == 'Unknown' and ${sync} != 'Unknown')`,
        oncePer: oncePerProblem,
        event: "degraded",
    },
    {
        name: "on-sync-failed",
        description: "A sync ended in an error",
        when: `${phase} in ['Error', 'Failed']`,
        oncePer: oncePerProblem,
        event: "failed",
    },
    {
        name: "on-sync-running",
        description: "A sync has begun",
        when: `${phase} == 'Running'`,
        oncePer: "app.status?.operationState?.startedAt",
        event: "running",
    },
    {
        name: "on-sync-succeeded",
        description: "A sync ended well; the Application may still be starting",
        when: `${phase} == 'Succeeded'`,
        oncePer: `${revision}revision + '#' + ${deployment}`,
        event: "succeeded",
    },
    {
        name: "on-sync-status-unknown",
        description:
            "Argo CD does not know what should run, for example because the config repository is out of reach",
        when: `${sync} == 'Unknown'`,
        oncePer: oncePerProblem,
        event: "unknown",
    },
];
