/** Rules about what the stack makes and grants on clusters, whatever engine delivers; those of engines are in engines/. */
import { cisKubernetes, nsa } from "../references";
import { isProd, type ResourceRule, type Reviewed, type RuleSettings, type StackRule } from "../rule";
import { secretIn } from "../secrets";
import {
    isAbsent,
    isGiven,
    isKnown,
    isTrue,
    object,
    objects,
    text,
    textFields,
    texts,
    type Props,
} from "../values";
import { isInstalledRole } from "./engines";

const roles = [
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
    "kubernetes:rbac.authorization.k8s.io/v1:Role",
];
const bindings = [
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
];

const namespace = "kubernetes:core/v1:Namespace";

/** Types of what runs containers. */
const workloads = [
    "kubernetes:core/v1:Pod",
    "kubernetes:core/v1:ReplicationController",
    "kubernetes:apps/v1:Deployment",
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:apps/v1:DaemonSet",
    "kubernetes:apps/v1:ReplicaSet",
    "kubernetes:batch/v1:Job",
    "kubernetes:batch/v1:CronJob",
];

const noSecretInConfigMap: ResourceRule = {
    name: "kubernetes-configmap-no-secret",
    area: "Kubernetes",
    severity: "high",
    description: "A ConfigMap holds no secret: everyone who may look at the namespace reads it.",
    remedy: "Put the value into a Secret.",
    types: ["kubernetes:core/v1:ConfigMap"],
    check: ({ props }) =>
        textFields(props, "data").flatMap(([key, value]) => {
            const found = secretIn(value);
            return found === undefined ? [] : [`data.${key} looks like ${found}; put it into a Secret.`];
        }),
};

const noClusterAdmin: ResourceRule = {
    name: "kubernetes-rbac-no-cluster-admin",
    area: "Kubernetes",
    severity: "critical",
    description: "Nothing of the stack is cluster-admin, by binding or by wildcard.",
    remedy: "Bind a role with the kinds and verbs that are needed.",
    references: [cisKubernetes("5.1.1"), nsa("Authentication and authorization")],
    types: [...bindings, ...roles],
    check({ props }) {
        if (isInstalledRole(nameOf(props))) {
            return [];
        }
        if (text(object(props, "roleRef"), "name") === "cluster-admin") {
            return ["roleRef is cluster-admin; bind a role with the kinds that are needed."];
        }
        return objects(props, "rules").some(allowsAll)
            ? ["a rule allows every verb on every resource; name them."]
            : [];
    },
};

const noWildcard: ResourceRule = {
    name: "kubernetes-rbac-no-wildcard",
    area: "Kubernetes",
    severity: "high",
    description:
        "A role names the kinds and verbs it allows: a wildcard also allows what is installed tomorrow.",
    remedy: "Name resources and verbs.",
    references: [cisKubernetes("5.1.3")],
    types: roles,
    check({ props }) {
        return isInstalledRole(nameOf(props))
            ? []
            : objects(props, "rules")
                  .filter((rule) => !allowsAll(rule))
                  .flatMap((rule) =>
                      ["resources", "verbs"].filter((field) => texts(rule, field).includes("*")),
                  )
                  .map((field) => `a rule has ${field} "*"; name them.`);
    },
};

const noEscalation: ResourceRule = {
    name: "kubernetes-rbac-no-escalation",
    area: "Kubernetes",
    severity: "critical",
    description:
        "No role lets its holder take other rights: bind, escalate and impersonate, of whom nobody says, are cluster-admin with a detour.",
    remedy: "Take bind, escalate and impersonate away, or name in resourceNames whom they are about.",
    references: [cisKubernetes("5.1.8")],
    types: roles,
    check({ props }) {
        if (isInstalledRole(nameOf(props))) {
            return [];
        }
        const verbs = objects(props, "rules")
            // For one account or role that is named, it is a right like any other.
            .filter((rule) => isAbsent(rule, "resourceNames"))
            .flatMap((rule) => texts(rule, "verbs"));
        return ["bind", "escalate", "impersonate"]
            .filter((verb) => verbs.includes(verb))
            .map((verb) => `a rule has the verb ${verb}; take it away, or give resourceNames.`);
    },
};

const noBroadGroups: ResourceRule = {
    name: "kubernetes-rbac-named-subjects",
    area: "Kubernetes",
    severity: "critical",
    description: "Rights are given to somebody, not to everybody, to anonymous callers or to system:masters.",
    remedy: "Name users, groups of your own or service accounts.",
    references: [cisKubernetes("5.1.7"), nsa("Authentication and authorization")],
    types: bindings,
    check({ props }) {
        const everybody = [
            "system:masters",
            "system:authenticated",
            "system:unauthenticated",
            "system:anonymous",
            "system:serviceaccounts",
        ];
        return isInstalledRole(nameOf(props))
            ? []
            : objects(props, "subjects")
                  .map((subject) => text(subject, "name") ?? "")
                  .filter((name) => everybody.includes(name))
                  .map((name) => `a subject is ${name}; name who needs it.`);
    },
};

const noDefaultAccount: ResourceRule = {
    name: "kubernetes-rbac-no-default-account",
    area: "Kubernetes",
    severity: "medium",
    description: "The service account named default has no rights: every pod that names no account has them.",
    remedy: "Make a service account for what needs the rights, and bind that one.",
    references: [cisKubernetes("5.1.5")],
    types: bindings,
    check: ({ props }) =>
        objects(props, "subjects")
            .filter(
                (subject) =>
                    text(subject, "kind") === "ServiceAccount" && text(subject, "name") === "default",
            )
            .map(() => "a subject is the service account default; bind one of its own."),
};

const notPrivileged: ResourceRule = {
    name: "kubernetes-pod-not-privileged",
    area: "Kubernetes",
    severity: "critical",
    description: "No container is privileged: it would be root on its node.",
    remedy: "Leave privileged out of securityContext.",
    references: [cisKubernetes("5.2.2"), nsa("Kubernetes Pod security")],
    types: workloads,
    check: ({ type, props }) =>
        containersOf(type, props)
            .filter((container) => isTrue(object(container, "securityContext"), "privileged"))
            .map((container) => `container ${text(container, "name") ?? ""} is privileged; leave it out.`),
};

const noPrivilegeEscalation: ResourceRule = {
    name: "kubernetes-pod-no-privilege-escalation",
    area: "Kubernetes",
    severity: "high",
    description: "No container may get more rights than it was started with.",
    remedy: "Set allowPrivilegeEscalation to false.",
    references: [cisKubernetes("5.2.6"), nsa("Kubernetes Pod security")],
    types: workloads,
    check: ({ type, props }) =>
        containersOf(type, props)
            .filter((container) => isTrue(object(container, "securityContext"), "allowPrivilegeEscalation"))
            .map(
                (container) =>
                    `container ${text(container, "name") ?? ""} has allowPrivilegeEscalation; set it to false.`,
            ),
};

const noAddedCapabilities: ResourceRule = {
    name: "kubernetes-pod-no-added-capabilities",
    area: "Kubernetes",
    severity: "medium",
    description:
        "No container is given capabilities of the kernel; NET_BIND_SERVICE, to listen on low ports, is none to fear.",
    remedy: "Take the capabilities away.",
    references: [cisKubernetes("5.2.9")],
    types: workloads,
    check: ({ type, props }) =>
        containersOf(type, props).flatMap((container) =>
            texts(object(object(container, "securityContext"), "capabilities"), "add")
                .filter((capability) => capability !== "NET_BIND_SERVICE")
                .map(
                    (capability) =>
                        `container ${text(container, "name") ?? ""} has the capability ${capability}; take it away.`,
                ),
        ),
};

const noHostNamespaces: ResourceRule = {
    name: "kubernetes-pod-no-host-namespaces",
    area: "Kubernetes",
    severity: "high",
    description: "No pod shares processes, memory or network of its node.",
    remedy: "Leave hostPID, hostIPC and hostNetwork out.",
    references: [cisKubernetes("5.2.3, 5.2.4, 5.2.5"), nsa("Kubernetes Pod security")],
    types: workloads,
    check: ({ type, props }) =>
        ["hostPID", "hostIPC", "hostNetwork"]
            .filter((field) => isTrue(podOf(type, props), field))
            .map((field) => `${field} is true; leave it out.`),
};

const noHostPath: ResourceRule = {
    name: "kubernetes-pod-no-host-path",
    area: "Kubernetes",
    severity: "high",
    description: "No pod sees folders of its node, such as the socket of the container runtime.",
    remedy: "Use emptyDir, a ConfigMap, a Secret or a claim.",
    references: [cisKubernetes("5.2.12"), nsa("Kubernetes Pod security")],
    types: workloads,
    check: ({ type, props }) =>
        objects(podOf(type, props), "volumes")
            .filter((volume) => isGiven(volume, "hostPath"))
            .map(
                (volume) => `volume ${text(volume, "name") ?? ""} is a hostPath; use another kind of volume.`,
            ),
};

const imagePinned: ResourceRule = {
    name: "kubernetes-image-pinned",
    area: "Kubernetes",
    severity: "medium",
    description: "An image has a tag that says which one it is, or a digest: latest is another one tomorrow.",
    remedy: "Give a tag of a version, or a digest.",
    types: workloads,
    check: ({ type, props }) =>
        containersOf(type, props)
            .map((container) => text(container, "image") ?? "image:unknown")
            .filter(
                (image) => !/@sha256:[0-9a-f]{64}$/.test(image) && !/:(?!latest$)[\w][\w.-]*$/.test(image),
            )
            .map((image) => `image ${image} is not pinned; give a tag of a version, or a digest.`),
};

const notInDefault: ResourceRule = {
    name: "kubernetes-namespace-not-default",
    area: "Kubernetes",
    severity: "low",
    description: "Nothing runs in the namespace default, which has no quota, no policy and no owner.",
    remedy: "Give the workload a namespace of its own.",
    references: [cisKubernetes("5.7.4")],
    types: workloads,
    check: ({ props }) =>
        text(object(props, "metadata"), "namespace") === "default"
            ? ["metadata.namespace is default; give it a namespace of its own."]
            : [],
};

const noExternalIps: ResourceRule = {
    name: "kubernetes-service-no-external-ips",
    area: "Kubernetes",
    severity: "high",
    description:
        "No Service takes addresses outside the cluster: it could catch what is sent to somebody else.",
    remedy: "Use a Service of type LoadBalancer, or an Ingress.",
    types: ["kubernetes:core/v1:Service"],
    check: ({ props }) =>
        texts(object(props, "spec"), "externalIPs").length > 0
            ? ["spec.externalIPs is set; use type LoadBalancer or an Ingress."]
            : [],
};

const namespaceQuota: StackRule = {
    name: "kubernetes-namespace-quota",
    area: "Whole stack",
    severity: "medium",
    description:
        "A namespace of production has a ResourceQuota, so that one app cannot take the cluster from the others.",
    remedy: "Add a ResourceQuota to the namespace.",
    references: [nsa("Network separation and hardening: Resource policies")],
    check: (resources, settings) =>
        without(resources, "kubernetes:core/v1:ResourceQuota", settings).map((resource) => ({
            resource,
            text: `namespace ${nameOf(resource.props)} has no ResourceQuota; add one.`,
        })),
};

const namespaceIsolated: StackRule = {
    name: "kubernetes-namespace-network-policy",
    area: "Whole stack",
    severity: "high",
    description:
        "A namespace of production has a NetworkPolicy: without one, every pod of the cluster reaches its pods.",
    remedy: "Add a NetworkPolicy that lets in who may come.",
    references: [cisKubernetes("5.3.2"), nsa("Network separation and hardening: Network policies")],
    check: (resources, settings) =>
        without(resources, "kubernetes:networking.k8s.io/v1:NetworkPolicy", settings).map((resource) => ({
            resource,
            text: `namespace ${nameOf(resource.props)} has no NetworkPolicy; add one.`,
        })),
};

/** Namespaces of production that hold no object of a type, on their own cluster. */
function without(resources: readonly Reviewed[], type: string, settings: RuleSettings): Reviewed[] {
    const objects = resources.filter((each) => each.type === type);
    return resources.filter(
        (each) =>
            each.type === namespace &&
            isProd(nameOf(each.props), settings) &&
            !objects.some((object) => isIn(object, each)),
    );
}

/** Whether an object lies in a namespace; by where its values are from, or perhaps, where a preview does not know. */
function isIn(inner: Reviewed, outer: Reviewed): boolean {
    if (inner.provider !== outer.provider) {
        return false;
    }
    const metadata = object(inner.props, "metadata");
    const origins = (inner.origins?.["metadata"] ?? []).filter(({ type }) => type === namespace);
    return isKnown(metadata, "namespace")
        ? text(metadata, "namespace") === nameOf(outer.props)
        : origins.length === 0 || origins.some(({ urn }) => urn === outer.urn);
}

function nameOf(props: Props): string {
    return text(object(props, "metadata"), "name") ?? "";
}

function allowsAll(rule: Props): boolean {
    return ["apiGroups", "resources", "verbs"].every((field) => texts(rule, field).includes("*"));
}

/** The pod that a workload runs. */
function podOf(type: string, props: Props): Props {
    const spec = object(props, "spec");
    if (type.endsWith(":Pod")) {
        return spec;
    }
    const job = type.endsWith(":CronJob") ? object(object(spec, "jobTemplate"), "spec") : spec;
    return object(object(job, "template"), "spec");
}

function containersOf(type: string, props: Props): readonly Props[] {
    const pod = podOf(type, props);
    return ["containers", "initContainers", "ephemeralContainers"].flatMap((field) => objects(pod, field));
}

export const kubernetesRules: readonly (ResourceRule | StackRule)[] = [
    noSecretInConfigMap,
    noClusterAdmin,
    noWildcard,
    noEscalation,
    noBroadGroups,
    noDefaultAccount,
    notPrivileged,
    noPrivilegeEscalation,
    noAddedCapabilities,
    noHostNamespaces,
    noHostPath,
    imagePinned,
    notInDefault,
    noExternalIps,
    namespaceQuota,
    namespaceIsolated,
];
