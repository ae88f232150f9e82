/** The texts of cards in both languages: titles of events with their colour, labels of facts and links. Pure. */
import type { EventName } from "../../estate/events";
import type { Language } from "../../estate/model";

/** A text in both languages. */
export type Words = Readonly<Record<Language, string>>;

/** Labels of the facts, in the order they have in a card. */
export const labels = {
    application: { en: "Application", zh: "应用" },
    time: { en: "Time", zh: "时间" },
    sync: { en: "Sync", zh: "同步状态" },
    health: { en: "Health", zh: "健康状态" },
    cluster: { en: "Cluster", zh: "集群" },
    machine: { en: "Machine", zh: "机器" },
    namespace: { en: "Namespace", zh: "命名空间" },
    commit: { en: "Commit", zh: "提交" },
    author: { en: "Author", zh: "提交人" },
    image: { en: "Image", zh: "镜像" },
    message: { en: "Message", zh: "信息" },
} as const satisfies Readonly<Record<string, Words>>;

/** Labels of the links. */
export const linkLabels = {
    /** @param engine what people call the engine. */
    app: (engine: string): Words => ({ en: `Open in ${engine}`, zh: `打开 ${engine}` }),
    workload: { en: "Open the workload", zh: "查看工作负载" } satisfies Words,
} as const;

/** How an event looks, in the colours the chat systems have in common. */
export interface Event {
    readonly name: EventName;
    readonly color: "green" | "red" | "orange" | "blue" | "grey";
    readonly title: Words;
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
