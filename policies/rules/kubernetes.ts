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
import { words } from "../words";
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
    description: words(
        "A ConfigMap holds no secret: everyone who may look at the namespace reads it.",
        "ConfigMap 不含机密：能查看命名空间的人都能读到它。",
    ),
    remedy: words("Put the value into a Secret.", "把该值放入 Secret。"),
    types: ["kubernetes:core/v1:ConfigMap"],
    check: ({ props }) =>
        textFields(props, "data").flatMap(([key, value]) => {
            const found = secretIn(value);
            return found === undefined
                ? []
                : [
                      words(
                          `data.${key} looks like ${found.en}; put it into a Secret.`,
                          `data.${key} 像是${found.zh}，请放入 Secret。`,
                      ),
                  ];
        }),
};

const noClusterAdmin: ResourceRule = {
    name: "kubernetes-rbac-no-cluster-admin",
    area: "Kubernetes",
    severity: "critical",
    description: words(
        "Nothing of the stack is cluster-admin, by binding or by wildcard.",
        "stack 中没有对象是 cluster-admin，无论通过绑定还是通配符。",
    ),
    remedy: words("Bind a role with the kinds and verbs that are needed.", "绑定只含所需资源和动词的角色。"),
    references: [cisKubernetes("5.1.1"), nsa("Authentication and authorization")],
    types: [...bindings, ...roles],
    check({ props }) {
        if (isInstalledRole(nameOf(props))) {
            return [];
        }
        if (text(object(props, "roleRef"), "name") === "cluster-admin") {
            return [
                words(
                    "roleRef is cluster-admin; bind a role with the kinds that are needed.",
                    "roleRef 为 cluster-admin，请绑定只含所需资源的角色。",
                ),
            ];
        }
        return objects(props, "rules").some(allowsAll)
            ? [
                  words(
                      "a rule allows every verb on every resource; name them.",
                      "某条规则允许对所有资源执行所有动词，请逐一写明。",
                  ),
              ]
            : [];
    },
};

const noWildcard: ResourceRule = {
    name: "kubernetes-rbac-no-wildcard",
    area: "Kubernetes",
    severity: "high",
    description: words(
        "A role names the kinds and verbs it allows: a wildcard also allows what is installed tomorrow.",
        "角色写明允许的资源和动词：通配符也会允许明天才安装的东西。",
    ),
    remedy: words("Name resources and verbs.", "写明资源和动词。"),
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
                  .map((field) =>
                      words(
                          `a rule has ${field} "*"; name them.`,
                          `某条规则的 ${field} 为 "*"，请逐一写明。`,
                      ),
                  );
    },
};

const noEscalation: ResourceRule = {
    name: "kubernetes-rbac-no-escalation",
    area: "Kubernetes",
    severity: "critical",
    description: words(
        "No role lets its holder take other rights: bind, escalate and impersonate, of whom nobody says, are cluster-admin with a detour.",
        "角色不能让持有者取得其他权限：没有写明对象的 bind、escalate 和 impersonate 等于绕道的 cluster-admin。",
    ),
    remedy: words(
        "Take bind, escalate and impersonate away, or name in resourceNames whom they are about.",
        "去掉 bind、escalate 和 impersonate，或在 resourceNames 中写明对象。",
    ),
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
            .map((verb) =>
                words(
                    `a rule has the verb ${verb}; take it away, or give resourceNames.`,
                    `某条规则含有动词 ${verb}，请去掉，或写明 resourceNames。`,
                ),
            );
    },
};

const noBroadGroups: ResourceRule = {
    name: "kubernetes-rbac-named-subjects",
    area: "Kubernetes",
    severity: "critical",
    description: words(
        "Rights are given to somebody, not to everybody, to anonymous callers or to system:masters.",
        "权限授予具体的人，而不是所有人、匿名调用者或 system:masters。",
    ),
    remedy: words("Name users, groups of your own or service accounts.", "写明用户、自己的群组或服务账户。"),
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
                  .map((name) =>
                      words(
                          `a subject is ${name}; name who needs it.`,
                          `某个主体是 ${name}，请写明谁需要该权限。`,
                      ),
                  );
    },
};

const noDefaultAccount: ResourceRule = {
    name: "kubernetes-rbac-no-default-account",
    area: "Kubernetes",
    severity: "medium",
    description: words(
        "The service account named default has no rights: every pod that names no account has them.",
        "名为 default 的服务账户没有权限：没有写明账户的 Pod 都会拥有它的权限。",
    ),
    remedy: words(
        "Make a service account for what needs the rights, and bind that one.",
        "为需要权限的程序创建服务账户，并绑定它。",
    ),
    references: [cisKubernetes("5.1.5")],
    types: bindings,
    check: ({ props }) =>
        objects(props, "subjects")
            .filter(
                (subject) =>
                    text(subject, "kind") === "ServiceAccount" && text(subject, "name") === "default",
            )
            .map(() =>
                words(
                    "a subject is the service account default; bind one of its own.",
                    "某个主体是服务账户 default，请绑定专用的账户。",
                ),
            ),
};

const notPrivileged: ResourceRule = {
    name: "kubernetes-pod-not-privileged",
    area: "Kubernetes",
    severity: "critical",
    description: words(
        "No container is privileged: it would be root on its node.",
        "没有特权容器：它等于节点上的 root。",
    ),
    remedy: words("Leave privileged out of securityContext.", "从 securityContext 中去掉 privileged。"),
    references: [cisKubernetes("5.2.2"), nsa("Kubernetes Pod security")],
    types: workloads,
    check: ({ type, props }) =>
        containersOf(type, props)
            .filter((container) => isTrue(object(container, "securityContext"), "privileged"))
            .map((container) =>
                words(
                    `container ${text(container, "name") ?? ""} is privileged; leave it out.`,
                    `容器 ${text(container, "name") ?? ""} 是特权容器，请去掉 privileged。`,
                ),
            ),
};

const noPrivilegeEscalation: ResourceRule = {
    name: "kubernetes-pod-no-privilege-escalation",
    area: "Kubernetes",
    severity: "high",
    description: words(
        "No container may get more rights than it was started with.",
        "容器不能取得比启动时更多的权限。",
    ),
    remedy: words("Set allowPrivilegeEscalation to false.", "将 allowPrivilegeEscalation 设为 false。"),
    references: [cisKubernetes("5.2.6"), nsa("Kubernetes Pod security")],
    types: workloads,
    check: ({ type, props }) =>
        containersOf(type, props)
            .filter((container) => isTrue(object(container, "securityContext"), "allowPrivilegeEscalation"))
            .map((container) =>
                words(
                    `container ${text(container, "name") ?? ""} has allowPrivilegeEscalation; set it to false.`,
                    `容器 ${text(container, "name") ?? ""} 允许 allowPrivilegeEscalation，请设为 false。`,
                ),
            ),
};

const noAddedCapabilities: ResourceRule = {
    name: "kubernetes-pod-no-added-capabilities",
    area: "Kubernetes",
    severity: "medium",
    description: words(
        "No container is given capabilities of the kernel; NET_BIND_SERVICE, to listen on low ports, is none to fear.",
        "容器没有额外的内核能力；用于监听低位端口的 NET_BIND_SERVICE 无妨。",
    ),
    remedy: words("Take the capabilities away.", "去掉这些能力。"),
    references: [cisKubernetes("5.2.9")],
    types: workloads,
    check: ({ type, props }) =>
        containersOf(type, props).flatMap((container) =>
            texts(object(object(container, "securityContext"), "capabilities"), "add")
                .filter((capability) => capability !== "NET_BIND_SERVICE")
                .map((capability) =>
                    words(
                        `container ${text(container, "name") ?? ""} has the capability ${capability}; take it away.`,
                        `容器 ${text(container, "name") ?? ""} 有能力 ${capability}，请去掉。`,
                    ),
                ),
        ),
};

const noHostNamespaces: ResourceRule = {
    name: "kubernetes-pod-no-host-namespaces",
    area: "Kubernetes",
    severity: "high",
    description: words(
        "No pod shares processes, memory or network of its node.",
        "Pod 不与节点共享进程、内存或网络。",
    ),
    remedy: words("Leave hostPID, hostIPC and hostNetwork out.", "去掉 hostPID、hostIPC 和 hostNetwork。"),
    references: [cisKubernetes("5.2.3, 5.2.4, 5.2.5"), nsa("Kubernetes Pod security")],
    types: workloads,
    check: ({ type, props }) =>
        ["hostPID", "hostIPC", "hostNetwork"]
            .filter((field) => isTrue(podOf(type, props), field))
            .map((field) => words(`${field} is true; leave it out.`, `${field} 为 true，请去掉。`)),
};

const noHostPath: ResourceRule = {
    name: "kubernetes-pod-no-host-path",
    area: "Kubernetes",
    severity: "high",
    description: words(
        "No pod sees folders of its node, such as the socket of the container runtime.",
        "Pod 看不到节点上的目录，例如容器运行时的套接字。",
    ),
    remedy: words(
        "Use emptyDir, a ConfigMap, a Secret or a claim.",
        "使用 emptyDir、ConfigMap、Secret 或存储卷声明。",
    ),
    references: [cisKubernetes("5.2.12"), nsa("Kubernetes Pod security")],
    types: workloads,
    check: ({ type, props }) =>
        objects(podOf(type, props), "volumes")
            .filter((volume) => isGiven(volume, "hostPath"))
            .map((volume) =>
                words(
                    `volume ${text(volume, "name") ?? ""} is a hostPath; use another kind of volume.`,
                    `卷 ${text(volume, "name") ?? ""} 是 hostPath，请改用其他类型的卷。`,
                ),
            ),
};

const imagePinned: ResourceRule = {
    name: "kubernetes-image-pinned",
    area: "Kubernetes",
    severity: "medium",
    description: words(
        "An image has a tag that says which one it is, or a digest: latest is another one tomorrow.",
        "镜像的标签写明是哪个版本，或使用摘要：latest 明天就是另一个镜像。",
    ),
    remedy: words("Give a tag of a version, or a digest.", "使用版本标签或摘要。"),
    types: workloads,
    check: ({ type, props }) =>
        containersOf(type, props)
            .map((container) => text(container, "image") ?? "image:unknown")
            .filter(
                (image) => !/@sha256:[0-9a-f]{64}$/.test(image) && !/:(?!latest$)[\w][\w.-]*$/.test(image),
            )
            .map((image) =>
                words(
                    `image ${image} is not pinned; give a tag of a version, or a digest.`,
                    `镜像 ${image} 没有固定版本，请使用版本标签或摘要。`,
                ),
            ),
};

const notInDefault: ResourceRule = {
    name: "kubernetes-namespace-not-default",
    area: "Kubernetes",
    severity: "low",
    description: words(
        "Nothing runs in the namespace default, which has no quota, no policy and no owner.",
        "没有程序运行在命名空间 default 中：它没有配额、策略和负责人。",
    ),
    remedy: words("Give the workload a namespace of its own.", "给工作负载自己的命名空间。"),
    references: [cisKubernetes("5.7.4")],
    types: workloads,
    check: ({ props }) =>
        text(object(props, "metadata"), "namespace") === "default"
            ? [
                  words(
                      "metadata.namespace is default; give it a namespace of its own.",
                      "metadata.namespace 为 default，请给它自己的命名空间。",
                  ),
              ]
            : [],
};

const noExternalIps: ResourceRule = {
    name: "kubernetes-service-no-external-ips",
    area: "Kubernetes",
    severity: "high",
    description: words(
        "No Service takes addresses outside the cluster: it could catch what is sent to somebody else.",
        "Service 不占用集群外的地址：它可能截获发给别人的流量。",
    ),
    remedy: words(
        "Use a Service of type LoadBalancer, or an Ingress.",
        "使用 LoadBalancer 类型的 Service，或 Ingress。",
    ),
    types: ["kubernetes:core/v1:Service"],
    check: ({ props }) =>
        texts(object(props, "spec"), "externalIPs").length > 0
            ? [
                  words(
                      "spec.externalIPs is set; use type LoadBalancer or an Ingress.",
                      "设置了 spec.externalIPs，请改用 LoadBalancer 类型或 Ingress。",
                  ),
              ]
            : [],
};

const namespaceQuota: StackRule = {
    name: "kubernetes-namespace-quota",
    area: "Whole stack",
    severity: "medium",
    description: words(
        "A namespace of production has a ResourceQuota, so that one app cannot take the cluster from the others.",
        "生产命名空间有 ResourceQuota，免得一个应用占用整个集群。",
    ),
    remedy: words("Add a ResourceQuota to the namespace.", "给命名空间添加 ResourceQuota。"),
    references: [nsa("Network separation and hardening: Resource policies")],
    check: (resources, settings) =>
        without(resources, "kubernetes:core/v1:ResourceQuota", settings).map((resource) => ({
            resource,
            text: words(
                `namespace ${nameOf(resource.props)} has no ResourceQuota; add one.`,
                `命名空间 ${nameOf(resource.props)} 没有 ResourceQuota，请添加。`,
            ),
        })),
};

const namespaceIsolated: StackRule = {
    name: "kubernetes-namespace-network-policy",
    area: "Whole stack",
    severity: "high",
    description: words(
        "A namespace of production has a NetworkPolicy: without one, every pod of the cluster reaches its pods.",
        "生产命名空间有 NetworkPolicy：没有它，集群中的每个 Pod 都能访问其 Pod。",
    ),
    remedy: words("Add a NetworkPolicy that lets in who may come.", "添加 NetworkPolicy，写明谁可以访问。"),
    references: [cisKubernetes("5.3.2"), nsa("Network separation and hardening: Network policies")],
    check: (resources, settings) =>
        without(resources, "kubernetes:networking.k8s.io/v1:NetworkPolicy", settings).map((resource) => ({
            resource,
            text: words(
                `namespace ${nameOf(resource.props)} has no NetworkPolicy; add one.`,
                `命名空间 ${nameOf(resource.props)} 没有 NetworkPolicy，请添加。`,
            ),
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
