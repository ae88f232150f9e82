/** Rules about what the estate makes and grants on clusters, whatever engine delivers; those of engines are in engines/. */
import { list, object, objects, text, type Props, type ResourceRule } from "../rule";
import { secretIn } from "../secrets";
import { isInstalledRole } from "./engines";

export const noSecretInConfigMap: ResourceRule = {
    name: "kubernetes-configmap-no-secret",
    description: "A ConfigMap holds no secret: everyone who may look at the namespace reads it.",
    types: ["kubernetes:core/v1:ConfigMap"],
    check({ props }) {
        return Object.entries(object(props, "data")).flatMap(([key, value]) => {
            const found = typeof value === "string" ? secretIn(value) : undefined;
            return found === undefined ? [] : [`data.${key} looks like ${found}; put it into a Secret.`];
        });
    },
};

export const noClusterAdmin: ResourceRule = {
    name: "kubernetes-rbac-no-cluster-admin",
    description: "Nothing of the estate is cluster-admin, by binding or by wildcard.",
    types: [
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
    ],
    check({ props }) {
        if (isInstalledRole(text(object(props, "metadata"), "name") ?? "")) {
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

function allowsAll(rule: Props): boolean {
    return ["apiGroups", "resources", "verbs"].every((field) => list(rule, field).includes("*"));
}

export const kubernetesRules: readonly ResourceRule[] = [noSecretInConfigMap, noClusterAdmin];
