/** What can be reported of an app, and how it looks in a message: title and colour. Pure. */
import type { EventName } from "../../estate/events";
import type { Language } from "../../estate/model";

/** How an event looks, in the colours the chat systems have in common. */
export interface Event {
    readonly name: EventName;
    readonly color: "green" | "red" | "orange" | "blue" | "grey";
    readonly title: Readonly<Record<Language, string>>;
}

/** The events, by name. */
export const events: Readonly<Record<EventName, Event>> = {
    healthy: event("healthy", "green", "Deployed and healthy", "部署成功，应用健康"),
    degraded: event("degraded", "red", "Application degraded", "应用状态异常"),
    failed: event("failed", "red", "Sync failed", "同步失败"),
    running: event("running", "blue", "Sync running", "正在同步"),
    succeeded: event("succeeded", "green", "Sync succeeded", "同步成功"),
    unknown: event("unknown", "orange", "Sync status unknown", "同步状态未知"),
};

function event(name: EventName, color: Event["color"], en: string, zh: string): Event {
    return { name, color, title: { en, zh } };
}
