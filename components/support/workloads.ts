/** What manifests of workloads lack, or have to do without, where they are applied. Pure. */
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

/**
 * Says how many pods a workload has where its manifest leaves it to the server's default. A field that nobody applies
 * is nobody's: a workload that was scaled to 0 by hand would stay there, whatever is refreshed and applied.
 */
export function withReplicas(object: KubeObject): KubeObject {
    const spec = object["spec"] as Record<string, unknown> | undefined;
    return (object.kind === "Deployment" || object.kind === "StatefulSet") && spec?.["replicas"] === undefined
        ? { ...object, spec: { ...spec, replicas: 1 } }
        : object;
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
