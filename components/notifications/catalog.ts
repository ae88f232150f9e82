/**
 * What is told, and when: triggers and the events they send, as data. Pure. Conditions are in the expression language
 * of Argo CD's notifications, where `?.` guards against an Application that was never synced.
 */

/** Something worth telling about an Application. */
export type EventName = "healthy" | "degraded" | "failed" | "running" | "succeeded" | "unknown";

/** Languages of the cards. */
export type Language = "en" | "zh";

/** How an event looks, in the colours the chat systems have in common. */
export interface Event {
    readonly name: EventName;
    readonly template: string;
    readonly color: "green" | "red" | "orange" | "blue" | "grey";
    readonly title: Readonly<Record<Language, string>>;
}

/** A condition on an Application and the event it sends. */
export interface Trigger {
    readonly name: string;
    readonly description: string;
    readonly when: string;
    /** Told once per value of this expression. Without it, once each time the condition becomes true. */
    readonly oncePer?: string;
    readonly event: EventName;
}

/** The events, by name. */
export const events: Readonly<Record<EventName, Event>> = {
    healthy: event("healthy", "green", "Deployed and healthy", "部署成功,应用健康"),
    degraded: event("degraded", "red", "Application degraded", "应用状态异常"),
    failed: event("failed", "red", "Sync failed", "同步失败"),
    running: event("running", "blue", "Sync running", "正在同步"),
    succeeded: event("succeeded", "green", "Sync succeeded", "同步成功"),
    unknown: event("unknown", "orange", "Sync status unknown", "同步状态未知"),
};

/** The revision of the last sync: what "once per revision" counts by. */
const revision = "app.status.operationState?.syncResult?.revision";

/** The triggers an estate has; subscriptions choose among them. */
export const triggers: readonly Trigger[] = [
    {
        name: "on-deployed",
        description: "The revision is synced and the Application is healthy",
        when: "app.status.operationState?.phase in ['Succeeded'] and app.status.health.status == 'Healthy'",
        oncePer: revision,
        event: "healthy",
    },
    {
        name: "on-health-degraded",
        description: "The Application became degraded",
        when: "app.status.health.status == 'Degraded'",
        oncePer: revision,
        event: "degraded",
    },
    {
        name: "on-sync-failed",
        description: "A sync ended in an error",
        when: "app.status.operationState?.phase in ['Error', 'Failed']",
        oncePer: revision,
        event: "failed",
    },
    {
        name: "on-sync-running",
        description: "A sync has begun",
        when: "app.status.operationState?.phase in ['Running']",
        oncePer: "app.status.operationState?.startedAt",
        event: "running",
    },
    {
        name: "on-sync-succeeded",
        description: "A sync ended well; the Application may still be starting",
        when: "app.status.operationState?.phase in ['Succeeded']",
        oncePer: revision,
        event: "succeeded",
    },
    {
        name: "on-sync-status-unknown",
        description:
            "Argo CD cannot tell what should run, for example because the config repository is out of reach",
        when: "app.status.sync.status == 'Unknown'",
        event: "unknown",
    },
];

/** What a channel hears unless it says otherwise: the end of every story, and every problem. */
export const defaultTriggers: readonly string[] = [
    "on-deployed",
    "on-health-degraded",
    "on-sync-failed",
    "on-sync-status-unknown",
];

function event(name: EventName, color: Event["color"], en: string, zh: string): Event {
    return { name, template: `app-${name}`, color, title: { en, zh } };
}
