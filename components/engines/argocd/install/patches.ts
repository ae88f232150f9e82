/**
 * Changes to Argo CD's published manifests, each a pure function from objects to objects. What the estate writes
 * itself (settings, secrets) is taken out, so that it has one writer.
 */
import type { ArgoCd } from "../../../../estate/engines/argocd/model";
import type { KubeObject } from "../../../support/kubeObject";
import {
    inNamespace,
    mirrored,
    withPullSecret,
    withReplicas,
    withResources,
    withoutSeccomp,
    withoutServiceAwait,
    workloadKinds,
} from "../../../support/workloads";
import { leanDefinition } from "./definitions";

/** Settings objects that {@link ControlPlane} writes from the model, over what is published in them. */
const ownSettings = new Set([
    "ConfigMap/argocd-cm",
    "ConfigMap/argocd-cmd-params-cm",
    "ConfigMap/argocd-rbac-cm",
    "ConfigMap/argocd-notifications-cm",
    "Secret/argocd-secret",
    "Secret/argocd-notifications-secret",
]);

/** The manifests as this estate wants them, in the order they are to be read. */
export function patchManifests(objects: readonly KubeObject[], argocd: ArgoCd): KubeObject[] {
    return objects
        .filter((object) => !isOwnSetting(object))
        .map((object) => inNamespace(object, argocd.namespace))
        .map(withoutServiceAwait)
        .map(withReplicas)
        .map((object) => (argocd.definitions === "lean" ? leanDefinition(object) : object))
        .map((object) => (argocd.imageMirror === undefined ? object : mirrored(object, argocd.imageMirror)))
        .map((object) => (argocd.imageMirrorLogin ? withPullSecret(object) : object))
        .map((object) => withResources(object, argocd.resources))
        .map((object) => (argocd.seccomp === "remove" ? withoutSeccomp(object) : object));
}

/** The settings that Argo CD publishes in a ConfigMap; empty where it has none. */
export function publishedSettings(objects: readonly KubeObject[], name: string): Record<string, string> {
    const found = objects.find((object) => object.kind === "ConfigMap" && object.metadata.name === name);
    return { ...(found?.["data"] as Record<string, string> | undefined) };
}

function isOwnSetting(object: KubeObject): boolean {
    return ownSettings.has(`${object.kind}/${object.metadata.name}`);
}

/**
 * Puts a digest of the start-up settings on a workload's pod template, as an annotation: what reads its settings only
 * when a process starts, such as argocd-cmd-params-cm, has to be rolled by a change of them.
 */
export function withSettingsDigest(object: KubeObject, annotation: string, digest: string): KubeObject {
    if (!workloadKinds.has(object.kind)) {
        return object;
    }
    const spec = object["spec"] as { template: { metadata?: { annotations?: Record<string, string> } } };
    const metadata = spec.template.metadata ?? {};
    const annotations = { ...metadata.annotations, [annotation]: digest };
    return {
        ...object,
        spec: { ...spec, template: { ...spec.template, metadata: { ...metadata, annotations } } },
    };
}
