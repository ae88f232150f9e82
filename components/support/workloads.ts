/** What manifests of workloads lack, or have to do without, where they are applied. Pure. */
import { mirroredImage } from "../../estate/images";
import type { KubeObject } from "./kubeObject";
import { mirrorLoginName } from "./mirrorLogin";

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

/** Kinds of the manifests that live outside any namespace. */
const clusterKinds = new Set(["CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "Namespace"]);

/** Puts the object, and the subjects of its bindings, into the engine's namespace. */
export function inNamespace(object: KubeObject, namespace: string): KubeObject {
    const metadata = clusterKinds.has(object.kind) ? object.metadata : { ...object.metadata, namespace };
    const subjects = object["subjects"] as readonly Record<string, unknown>[] | undefined;
    return {
        ...object,
        metadata,
        ...(subjects === undefined
            ? {}
            : {
                  subjects: subjects.map((subject) =>
                      subject["kind"] === "ServiceAccount" ? { ...subject, namespace } : subject,
                  ),
              }),
    };
}

/** Lets the kubelet pull a workload's images with the mirror's login. */
export function withPullSecret(object: KubeObject): KubeObject {
    if (!workloadKinds.has(object.kind)) {
        return object;
    }
    const spec = object["spec"] as { readonly template: { readonly spec: object } };
    const pod = { ...spec.template.spec, imagePullSecrets: [{ name: mirrorLoginName }] };
    return { ...object, spec: { ...spec, template: { ...spec.template, spec: pod } } };
}

/** A workload whose images come from a mirror. */
export function mirrored(object: KubeObject, mirror: string): KubeObject {
    return onContainers(object, (container) => ({
        ...container,
        image: mirroredImage(container.image, mirror),
    }));
}

/** Sets requests and limits on every container of the named workloads. */
export function withResources(object: KubeObject, resources: Readonly<Record<string, object>>): KubeObject {
    const wanted = resources[object.metadata.name];
    return wanted === undefined
        ? object
        : onContainers(object, (container) => ({ ...container, resources: wanted }));
}

/** A container of a pod template, as far as manifests are changed. */
export interface Container {
    readonly name: string;
    readonly image: string;
    readonly [field: string]: unknown;
}

interface Workload {
    readonly template: {
        readonly spec: { readonly containers: Container[]; readonly initContainers?: Container[] };
    };
}

/** A workload with its containers changed; any other object as it is. */
export function onContainers(object: KubeObject, change: (container: Container) => Container): KubeObject {
    if (!workloadKinds.has(object.kind)) {
        return object;
    }
    const spec = object["spec"] as Workload;
    const pod = spec.template.spec;
    return {
        ...object,
        spec: {
            ...spec,
            template: {
                ...spec.template,
                spec: {
                    ...pod,
                    containers: pod.containers.map(change),
                    ...(pod.initContainers === undefined
                        ? {}
                        : { initContainers: pod.initContainers.map(change) }),
                },
            },
        },
    };
}
