/** What delivery may do on a member, as data. Pure: policies read the same answers. */

/** A rule of a Kubernetes role. */
export interface RoleRule {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
}

const read = ["get", "list", "watch"] as const;
const write = [...read, "create", "update", "patch", "delete"] as const;

/**
 * The rights of an engine inside an app's namespace: it writes the kinds that a config repository may hold, and reads what
 * those kinds make, to tell their health. Bound per namespace, never cluster-wide.
 *
 * Not in it: Secrets (they come to the namespace by other ways than git), roles and bindings (an app must not widen its
 * own rights), quotas and limits (those are the estate's), and anything outside namespaces.
 */
export const deliveryRules: readonly RoleRule[] = [
    {
        apiGroups: [""],
        resources: ["configmaps", "persistentvolumeclaims", "serviceaccounts", "services"],
        verbs: write,
    },
    { apiGroups: ["apps"], resources: ["daemonsets", "deployments", "statefulsets"], verbs: write },
    { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: write },
    { apiGroups: ["batch"], resources: ["cronjobs", "jobs"], verbs: write },
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "networkpolicies"], verbs: write },
    { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: write },
    {
        apiGroups: [""],
        resources: ["endpoints", "events", "limitranges", "pods", "resourcequotas"],
        verbs: read,
    },
    { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
    { apiGroups: ["apps"], resources: ["controllerrevisions", "replicasets"], verbs: read },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
];
