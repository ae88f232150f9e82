/** What Argo CD delivers: its Applications on the host. */
import { given } from "../../../estate/plain";
import { list, record, text } from "../../doctor/json";
import type { Health, Running, Sync } from "../found";
import { objects } from "../objects";
import type { EngineReader } from "./engine";

export const argocd: EngineReader = {
    read: async ({ host: ask }, { argocd: { namespace } }) => {
        const found = await objects(
            ask,
            `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/applications`,
        );
        return Object.fromEntries(
            found.map((each) => [text(record(each["metadata"])["name"]), application(each)]),
        );
    },
};

const healths: Readonly<Record<string, Health>> = {
    Healthy: "healthy",
    Progressing: "progressing",
    Degraded: "degraded",
    Suspended: "suspended",
    Missing: "missing",
};

const syncs: Readonly<Record<string, Sync>> = { Synced: "synced", OutOfSync: "differs" };

/** An Application as the board has it. Messages and parameters stay behind: they may hold anything. */
export function application(object: Readonly<Record<string, unknown>>): Running {
    const status = record(object["status"]);
    const images = record(status["summary"])["images"];
    // Oldest first.
    const last = list(status["history"]).at(-1);
    const [revision, since] = [text(last?.["revision"]), text(last?.["deployedAt"])];
    return {
        images: {
            value: Array.isArray(images) ? images.filter((each) => typeof each === "string") : [],
        },
        health: healths[text(record(status["health"])["status"])] ?? "unknown",
        sync: syncs[text(record(status["sync"])["status"])] ?? "unknown",
        ...given("revision", revision === "" ? undefined : revision),
        ...given("since", since === "" ? undefined : since),
    };
}
