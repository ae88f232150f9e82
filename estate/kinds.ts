/** Which kinds of objects a config repository may hold, as data. Pure. */
import { compare } from "./problem";

/** A kind of objects that live in a namespace. */
export interface NamespacedKind {
    /** API group; empty for the core group. */
    readonly group: string;
    readonly kind: string;
    /** Name in URLs and roles, e.g. `httproutes`. */
    readonly resource: string;
    /** False: it is what another kind makes, and only read, to show it and to know the other's health. */
    readonly written: boolean;
}

/** A kind somebody wrote into the spec. */
export interface WrittenKind {
    readonly group: string;
    readonly kind: string;
    readonly resource?: string | undefined;
}

const written = (group: string, kind: string, resource = pluralOf(kind)): NamespacedKind => ({
    group,
    kind,
    resource,
    written: true,
});

const read = (group: string, kind: string, resource = pluralOf(kind)): NamespacedKind => ({
    group,
    kind,
    resource,
    written: false,
});

/**
 * What every app may have.
 *
 * Not in it: Secrets (they come to the namespace by other ways than git), roles and bindings (an app must not widen its
 * own rights), quotas and limits (those are the estate's), and anything outside namespaces.
 */
export const usualKinds: readonly NamespacedKind[] = [
    written("", "ConfigMap"),
    written("", "PersistentVolumeClaim"),
    written("", "ServiceAccount"),
    written("", "Service"),
    written("apps", "DaemonSet"),
    written("apps", "Deployment"),
    written("apps", "StatefulSet"),
    written("autoscaling", "HorizontalPodAutoscaler"),
    written("batch", "CronJob"),
    written("batch", "Job"),
    written("networking.k8s.io", "Ingress"),
    written("networking.k8s.io", "NetworkPolicy"),
    written("policy", "PodDisruptionBudget"),
    read("", "Endpoints", "endpoints"),
    read("", "Event"),
    read("", "Pod"),
    read("apps", "ControllerRevision"),
    read("apps", "ReplicaSet"),
    read("discovery.k8s.io", "EndpointSlice"),
];

/** What the estate itself puts around an app: looked at, never delivered. */
export const surroundingKinds: readonly NamespacedKind[] = [
    read("", "LimitRange"),
    read("", "ResourceQuota"),
];

/** Further kinds by a name, with what they make where their health depends on it. */
export const kindSets = {
    certificates: [written("cert-manager.io", "Certificate"), read("cert-manager.io", "CertificateRequest")],
    "external-secrets": [written("external-secrets.io", "ExternalSecret")],
    "gateway-routes": [
        written("gateway.networking.k8s.io", "GRPCRoute"),
        written("gateway.networking.k8s.io", "HTTPRoute"),
        written("gateway.networking.k8s.io", "TLSRoute"),
    ],
    keda: [
        written("keda.sh", "ScaledJob"),
        written("keda.sh", "ScaledObject"),
        written("keda.sh", "TriggerAuthentication"),
    ],
    monitoring: [
        written("monitoring.coreos.com", "PodMonitor"),
        written("monitoring.coreos.com", "PrometheusRule"),
        written("monitoring.coreos.com", "ServiceMonitor"),
    ],
    rollouts: [
        written("argoproj.io", "AnalysisTemplate"),
        written("argoproj.io", "Rollout"),
        read("argoproj.io", "AnalysisRun"),
        read("argoproj.io", "Experiment"),
    ],
    "sealed-secrets": [written("bitnami.com", "SealedSecret")],
} as const satisfies Readonly<Record<string, readonly NamespacedKind[]>>;

/** Name of a set of kinds. */
export type KindSet = keyof typeof kindSets;

/** The kinds that sets and single kinds come to, without those every app has; sorted, each once. */
export function furtherKinds(wanted: readonly (KindSet | WrittenKind)[]): NamespacedKind[] {
    return joinedKinds(
        wanted.map((one) =>
            typeof one === "string" ? kindSets[one] : [written(one.group, one.kind, one.resource)],
        ),
    ).filter((one) => !usualKinds.some((usual) => usual.written && same(usual, one)));
}

/** Several lists as one; sorted, each once, written where one of them writes it. */
export function joinedKinds(lists: readonly (readonly NamespacedKind[])[]): NamespacedKind[] {
    const joined = new Map<string, NamespacedKind>();
    for (const kind of lists.flat()) {
        const key = `${kind.group}/${kind.kind}`;
        const known = joined.get(key);
        joined.set(key, known === undefined || kind.written ? kind : known);
    }
    return [...joined.values()].sort((a, b) => compare(a.group, b.group) || compare(a.kind, b.kind));
}

function same(a: NamespacedKind, b: NamespacedKind): boolean {
    return a.group === b.group && a.kind === b.kind;
}

/** API groups whose kinds are for a whole cluster; `storage.k8s.io` has one that is not, and nobody writes it. */
const outsideGroups = [
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "certificates.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "node.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/** Kinds for a whole cluster that people ask for, of groups that have others too. */
const outsideKinds = [
    "cert-manager.io/ClusterIssuer",
    "external-secrets.io/ClusterExternalSecret",
    "external-secrets.io/ClusterPushSecret",
    "external-secrets.io/ClusterSecretStore",
    "gateway.networking.k8s.io/GatewayClass",
    "keda.sh/ClusterTriggerAuthentication",
    "kyverno.io/ClusterCleanupPolicy",
    "kyverno.io/ClusterPolicy",
    "networking.k8s.io/IngressClass",
    "policy/PodSecurityPolicy",
];

/**
 * Why an app must not have a kind, whoever asks for it; absent: it may.
 *
 * @param engineKinds kinds of the engines' own objects.
 */
export function forbiddenKind(
    { group, kind }: WrittenKind,
    engineKinds: readonly Pick<NamespacedKind, "group" | "kind">[],
): string | undefined {
    if (group === "rbac.authorization.k8s.io") {
        return "an app must not widen its own rights";
    }
    if (engineKinds.some((own) => own.group === group && own.kind === kind)) {
        return "what an engine delivers comes from the spec";
    }
    if (/^v\d/.test(group)) {
        return 'it is a version; the core group is written group: ""';
    }
    if (outsideGroups.includes(group) || outsideKinds.includes(`${group}/${kind}`)) {
        return "it does not live in a namespace";
    }
    if (group !== "") {
        return undefined;
    }
    switch (kind) {
        case "Secret":
            return "secrets do not belong into git; see the sets external-secrets and sealed-secrets";
        case "ResourceQuota":
        case "LimitRange":
            return "they are the estate's; see quota";
        case "Namespace":
        case "Node":
        case "PersistentVolume":
            return "it does not live in a namespace";
        default:
            return undefined;
    }
}

/** Kubernetes' usual name of a kind in URLs. */
export function pluralOf(kind: string): string {
    const word = kind.toLowerCase();
    if (/(?:s|x|z|ch|sh)$/.test(word)) {
        return `${word}es`;
    }
    return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
