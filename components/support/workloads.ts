/** What manifests of workloads have to do without where they are applied. Pure. */
import type { KubeObject } from "./kubeObject";

/** Kinds with a pod template. */
export const workloadKinds = new Set(["Deployment", "StatefulSet", "DaemonSet", "Job"]);

/**
 * Services are not waited for: the workloads behind them are, and while as many Services wait as the engine works on
 * at a time, none of those workloads would be made.
 */
export function withoutServiceAwait(object: KubeObject): KubeObject {
    if (object.kind !== "Service") {
        return object;
    }
    const annotations = { ...object.metadata.annotations, "pulumi.com/skipAwait": "true" };
    return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Some container runtimes refuse `seccompProfile`; the pods then never start. */
export function withoutSeccomp(object: KubeObject): KubeObject {
    return workloadKinds.has(object.kind) ? (withoutKey(object, "seccompProfile") as KubeObject) : object;
}

function withoutKey(value: unknown, key: string): unknown {
    if (Array.isArray(value)) {
        return value.map((item) => withoutKey(item, key));
    }
    if (typeof value === "object" && value !== null) {
        return Object.fromEntries(
            Object.entries(value)
                .filter(([name]) => name !== key)
                .map(([name, item]) => [name, withoutKey(item, key)]),
        );
    }
    return value;
}
