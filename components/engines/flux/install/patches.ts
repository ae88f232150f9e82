/** Changes to Flux's published manifests, each a pure function from objects to objects. */
import type { Flux } from "../../../../estate/engines/flux/model";
import type { KubeObject } from "../../../support/kubeObject";
import {
    inNamespace,
    mirrored,
    onContainers,
    withoutSeccomp,
    withoutServiceAwait,
    withPullSecret,
    withReplicas,
    withResources,
} from "../../../support/workloads";

/** Namespace of the published manifests. */
const publishedNamespace = "flux-system";

/** Composes artifacts of others, which the estate has no use for. */
const unused = "source-watcher";

/**
 * Whom Flux takes an object's changes for that names nobody: an account without rights. All that the estate delivers names
 * its team's.
 */
const nobody = "--default-service-account=default";

/** A team's objects name nothing of another team. */
const ownNamespace = "--no-cross-namespace-refs=true";

/** What makes Flux safe for several teams, by controller. */
const lockdown: Readonly<Record<string, readonly string[]>> = {
    "kustomize-controller": [ownNamespace, nobody, "--no-remote-bases=true"],
    "helm-controller": [ownNamespace, nobody],
    "notification-controller": [ownNamespace],
    "image-reflector-controller": [ownNamespace],
    "image-automation-controller": [ownNamespace],
};

/**
 * A member that answers nothing keeps a worker of its controller busy for each of its objects until a request fails, about half
 * a minute of every minute. With Flux's four, eight apps there would keep everybody waiting. A file may say otherwise. Flux's
 * own advice for so many is this memory; `flux.resources` may say otherwise.
 */
const workers = { flag: "--concurrent=20", memory: "2Gi" };
const working: readonly string[] = ["kustomize-controller", "helm-controller"];

/**
 * What of the operator is left out: the namespace, which is the estate's, and the pages that it serves, with the roles of
 * people who see them. Its right to administer the host goes as Flux's does.
 */
function isOperatorUnused({ kind, metadata }: KubeObject): boolean {
    return kind === "Namespace" || kind === "Service" || metadata.name.startsWith("flux-web-");
}

/**
 * How the operator runs: who names no account has no rights; no pages; where GitLab was ill it is asked again within a
 * minute; events of its own objects go to nobody, because Flux's alerts do not know them.
 */
const operatorArguments = [nobody, "--web-server-port=0", "--max-retry-delay=60s"];
const operatorEnvironment = [{ name: "NOTIFICATIONS_DISABLED", value: "true" }];

/** The operator's manifests as this estate wants them. */
export function patchOperatorManifests(objects: readonly KubeObject[], flux: Flux): KubeObject[] {
    return objects
        .filter((object) => !isOperatorUnused(object) && !administersHost(object))
        .map((object) =>
            onContainers(object, (container) => ({
                ...container,
                args: withFlags((container["args"] ?? []) as readonly string[], operatorArguments),
                env: [...((container["env"] ?? []) as readonly object[]), ...operatorEnvironment],
            })),
        )
        .map((object) => suited(object, flux));
}

/** As the estate has all that it installs of Flux. */
function suited(object: KubeObject, flux: Flux): KubeObject {
    const placed = withReplicas(inNamespace(object, flux.namespace));
    const pulled = flux.imageMirror === undefined ? placed : mirrored(placed, flux.imageMirror);
    const named = withResources(flux.imageMirrorLogin ? withPullSecret(pulled) : pulled, flux.resources);
    return flux.seccomp === "remove" ? withoutSeccomp(named) : named;
}

/** The manifests as this estate wants them. */
export function patchFluxManifests(objects: readonly KubeObject[], flux: Flux): KubeObject[] {
    return objects
        .filter((object) => !isUnused(object) && !administersHost(object))
        .map((object) => withAddresses(object, flux.namespace))
        .map(locked)
        .map(withWorkers)
        .map(withoutServiceAwait)
        .map((object) => suited(object, flux));
}

/** The definitions stay: an object of them that somebody has is not lost by this. */
function isUnused({ kind, metadata }: KubeObject): boolean {
    return kind === "Namespace" || (kind !== "CustomResourceDefinition" && metadata.name === unused);
}

/** Controllers apply nothing on the host itself: what runs there is delivered as a team's account, too. */
function administersHost(object: KubeObject): boolean {
    const role = object["roleRef"] as { readonly name?: string } | undefined;
    return object.kind === "ClusterRoleBinding" && role?.name === "cluster-admin";
}

/** Controllers know each other by the names of their Services. */
function withAddresses(object: KubeObject, namespace: string): KubeObject {
    return namespace === publishedNamespace
        ? object
        : onArguments(object, (words) =>
              words.map((word) => word.replace(`.${publishedNamespace}.`, `.${namespace}.`)),
          );
}

function locked(object: KubeObject): KubeObject {
    const flags = lockdown[object.metadata.name];
    return flags === undefined ? object : onArguments(object, (words) => withFlags(words, flags));
}

function withWorkers(object: KubeObject): KubeObject {
    return working.includes(object.metadata.name)
        ? onContainers(object, (container) => {
              const words = container["args"] as readonly string[] | undefined;
              if (words === undefined || words.some((word) => sameFlag(workers.flag, word))) {
                  return container;
              }
              const resources = (container["resources"] ?? {}) as { readonly limits?: object };
              const limits = { ...resources.limits, memory: workers.memory };
              return { ...container, args: [...words, workers.flag], resources: { ...resources, limits } };
          })
        : object;
}

function withFlags(words: readonly string[], flags: readonly string[]): string[] {
    return [...words.filter((word) => !flags.some((flag) => sameFlag(flag, word))), ...flags];
}

function sameFlag(one: string, other: string): boolean {
    return one.split("=")[0] === other.split("=")[0];
}

function onArguments(object: KubeObject, change: (words: readonly string[]) => string[]): KubeObject {
    return onContainers(object, (container) => {
        const words = container["args"] as readonly string[] | undefined;
        return words === undefined ? container : { ...container, args: change(words) };
    });
}
