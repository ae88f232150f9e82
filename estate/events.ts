/** The events of an app in an environment, whatever engine delivers it, and the words a spec has for it. Pure. */

/** What an event says of the app. */
export type EventName = "healthy" | "degraded" | "failed" | "running" | "succeeded" | "unknown";

/** Where engines report events to GitLab: what Argo CD calls the service, and Flux the provider. No channel has a name with two hyphens. */
export const commitsTarget = "gitlab--commits";

/** The word of the spec for each event. */
const words = {
    healthy: "on-deployed",
    degraded: "on-health-degraded",
    failed: "on-sync-failed",
    running: "on-sync-running",
    succeeded: "on-sync-succeeded",
    unknown: "on-sync-status-unknown",
} as const satisfies Readonly<Record<EventName, string>>;

/** A word of the spec for an event. */
export type TriggerName = (typeof words)[EventName];

export const eventNames = Object.keys(words) as readonly EventName[];

export const triggerNames = Object.values(words) as readonly TriggerName[];

/** The spec's word for an event. */
export function triggerOf(event: EventName): TriggerName {
    return words[event];
}

/** The event that a word of the spec means. */
export function eventOf(trigger: TriggerName): EventName {
    const event = eventNames.find((name) => words[name] === trigger);
    if (event === undefined) {
        throw new Error(`no event is called ${trigger}`);
    }
    return event;
}

/** The events a channel gets unless it says otherwise: the end of every deployment, and every problem. */
export const defaultEvents: readonly EventName[] = ["healthy", "degraded", "failed", "unknown"];
