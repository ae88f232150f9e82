/** Applications in the states that notifications tell of. Their commit is no full hash, so nobody asks for its author. */
import type { Application } from "./engine";

/** What a test changes; absent parts are as after a healthy deployment. */
export interface State {
    readonly phase?: string;
    readonly health?: string;
    readonly sync?: string;
    readonly revision?: string;
    readonly wanted?: string;
    readonly finishedAt?: string;
    readonly reconciledAt?: string;
    readonly message?: string;
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    readonly resources?: readonly unknown[];
    readonly history?: number;
    /** Keys and times of what was told. */
    readonly told?: Readonly<Record<string, number>>;
}

const metadata = { name: "web-dev", namespace: "argocd" };
const spec = {
    project: "shop-nonprod",
    source: { repoURL: "https://gitlab.test/acme/shop/web-config.git", path: "web", targetRevision: "dev" },
    destination: { name: "member1", namespace: "web-dev" },
};

export function application(state: State = {}): Application {
    const { phase = "Succeeded", finishedAt = "2026-03-04T05:06:09Z" } = state;
    return {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: {
            ...metadata,
            annotations:
                state.told === undefined
                    ? {}
                    : { "notified.notifications.argoproj.io": JSON.stringify(state.told) },
        },
        spec,
        status: {
            health: { status: state.health ?? "Healthy" },
            sync: { status: state.sync ?? "Synced", revision: state.revision ?? "abc123" },
            summary: { images: ["harbor.test/web-dev/web:0123456789"] },
            reconciledAt: state.reconciledAt ?? "2026-03-04T05:06:10Z",
            history: [{ id: state.history ?? 0 }],
            ...(state.conditions === undefined ? {} : { conditions: state.conditions }),
            ...(state.resources === undefined ? {} : { resources: state.resources }),
            operationState: {
                phase,
                startedAt: "2026-03-04T05:06:07Z",
                ...(phase === "Running" ? {} : { finishedAt }),
                message: state.message ?? "successfully synced",
                operation: { sync: state.wanted === undefined ? {} : { revision: state.wanted } },
                ...(state.revision === "" ? {} : { syncResult: { revision: state.revision ?? "abc123" } }),
            },
        },
    };
}

/** One that Argo CD has not looked at yet. */
export const unseen: Application = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata,
    spec,
};

/** One that was looked at and never synced. */
export const neverSynced: Application = {
    ...unseen,
    status: { health: { status: "Missing" }, sync: { status: "OutOfSync" } },
};

/** Texts that break what is put together carelessly. */
export const nasty = 'say "no"\nback\\slash \\n {{ .x }} `tick` <at id=all></at> <!channel> & 中文🙂\u0001';

/** Healthy in name, and nasty wherever a text comes from somebody. */
export const nastyApplication: Application = application({
    phase: "Failed",
    health: "Degraded",
    message: `${nasty} ${"很长".repeat(3000)}`,
    conditions: [{ type: "ComparisonError", message: nasty }],
    resources: [
        { kind: "Deployment", name: "web", health: { status: "Degraded", message: nasty } },
        { kind: "Service", name: "web" },
    ],
});
