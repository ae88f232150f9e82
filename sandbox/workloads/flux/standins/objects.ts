/** Flux's objects as the stand-ins read and mark them: conditions, handled requests, intervals. Pure. */
import { type ClusterObject } from "../../../clusters/informer";

/** A condition of the Kubernetes API (meta/v1). */
export interface Condition {
    readonly type: string;
    readonly status: "True" | "False" | "Unknown";
    readonly reason: string;
    readonly message: string;
    readonly lastTransitionTime: string;
    readonly observedGeneration?: number;
}

/** What every status of Flux's has. */
export interface Status {
    readonly conditions?: readonly Condition[];
    readonly observedGeneration?: number;
    readonly lastHandledReconcileAt?: string;
}

export interface FluxObject<Spec = unknown, State extends Status = Status> extends ClusterObject {
    readonly metadata: ClusterObject["metadata"] & { readonly generation?: number };
    readonly spec: Spec;
    readonly status?: State;
}

/** A reference to an object, its own namespace where none is given. */
export interface Reference {
    readonly name: string;
    readonly namespace?: string;
}

/** By which people and receivers ask for a reconciliation now. */
export const requestedAt = "reconcile.fluxcd.io/requestedAt";

/** Is in every message of a stand-in about something that it did or could not do. */
export const standInNote = "(stand-in of the sandbox)";

/** How an attempt ended. */
export interface Outcome {
    readonly ready: boolean;
    readonly reason: string;
    readonly message: string;
    /** Nothing will change before somebody changes the object: Flux then marks it as stalled. */
    readonly stalled?: boolean;
}

/** The part of a status that says how an attempt ended; conditions that stay keep the time of their last change. */
export function statusAfter({ metadata, status }: FluxObject, outcome: Outcome, now: Date): Status {
    const { generation } = metadata;
    const condition = (type: string, value: boolean): Condition => {
        const before = status?.conditions?.find((each) => each.type === type);
        const text = value ? "True" : "False";
        return {
            type,
            status: text,
            reason: outcome.reason,
            message: `${outcome.message} ${standInNote}`,
            lastTransitionTime:
                before?.status === text ? before.lastTransitionTime : `${now.toISOString().slice(0, 19)}Z`,
            ...(generation === undefined ? {} : { observedGeneration: generation }),
        };
    };
    const handled = metadata.annotations?.[requestedAt];
    return {
        conditions: [
            condition("Ready", outcome.ready),
            ...(outcome.stalled === true ? [condition("Stalled", true)] : []),
        ],
        // A failure that is tried again has not dealt with the generation yet.
        ...(generation === undefined || !(outcome.ready || outcome.stalled === true)
            ? {}
            : { observedGeneration: generation }),
        ...(handled === undefined ? {} : { lastHandledReconcileAt: handled }),
    };
}

/** Whether the object was ready when it was last looked at. */
export function wasReady({ status }: FluxObject): boolean {
    return status?.conditions?.find(({ type }) => type === "Ready")?.status === "True";
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration as `1m30s`, in milliseconds; `fallback` where there is none. */
export function milliseconds(text: string | undefined, fallback: number): number {
    const parts = [...(text ?? "").matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)/g)];
    return parts.length === 0
        ? fallback
        : parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0), 0);
}

/** Whether labels have all of a selector's; expressions with `In`, `NotIn`, `Exists` and `DoesNotExist` as in the API. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
    return (
        Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
        (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
            const value = labels[key];
            switch (operator) {
                case "In":
                    return value !== undefined && values.includes(value);
                case "NotIn":
                    return value === undefined || !values.includes(value);
                case "Exists":
                    return value !== undefined;
                default:
                    return value === undefined;
            }
        })
    );
}

export interface LabelSelector {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly {
        readonly key: string;
        readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        readonly values?: readonly string[];
    }[];
}
