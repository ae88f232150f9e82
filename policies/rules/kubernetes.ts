/** Rules about Argo CD's objects and what the estate grants on clusters. */
import { list, object, objects, text, type Props, type ResourceRule } from "../rule";
import { secretIn } from "../secrets";

const application = "kubernetes:argoproj.io/v1alpha1:Application";
const appProject = "kubernetes:argoproj.io/v1alpha1:AppProject";

/** Argo CD's own workloads on the host need what its manifests give them. */
const argocdOwn = /^argocd-/;

export const applicationProject: ResourceRule = {
    name: "argocd-application-project",
    description: "No Application lives in the default AppProject, which is open unless it is emptied.",
    types: [application],
    check({ props }) {
        const project = text(object(props, "spec"), "project");
        return project === undefined || project === "default"
            ? ["spec.project is default; name the team's AppProject."]
            : [];
    },
};

export const applicationPinned: ResourceRule = {
    name: "argocd-application-pinned",
    description: "An Application names the branch, tag or version it follows.",
    types: [application],
    check({ props }) {
        const spec = object(props, "spec");
        const sources = [...objects(spec, "sources"), ...("source" in spec ? [object(spec, "source")] : [])];
        return sources.flatMap((source): string[] => {
            const revision = text(source, "targetRevision") ?? "";
            if ("chart" in source) {
                return /^v?\d+\.\d+\.\d+/.test(revision)
                    ? []
                    : [`chart version "${revision}" is open; pin one version such as 1.2.3.`];
            }
            return revision === "" || revision === "HEAD"
                ? [
                      `targetRevision "${revision}" follows whatever the default branch is; name the branch, tag or commit that is meant.`,
                  ]
                : [];
        });
    },
};

export const projectNoWildcard: ResourceRule = {
    name: "argocd-project-no-wildcard",
    description: "An AppProject names its repositories, clusters, namespaces and kinds.",
    types: [appProject],
    check({ props }) {
        const spec = object(props, "spec");
        const problems: string[] = [];
        if (list(spec, "sourceRepos").includes("*")) {
            problems.push('sourceRepos has "*"; list the config repositories.');
        }
        for (const destination of objects(spec, "destinations")) {
            for (const field of ["name", "server", "namespace"]) {
                if (destination[field] === "*") {
                    problems.push(`a destination has ${field} "*"; name it.`);
                }
            }
        }
        for (const kind of objects(spec, "clusterResourceWhitelist")) {
            if (kind["kind"] === "*" || kind["group"] === "*") {
                problems.push("clusterResourceWhitelist has a wildcard; list the kinds, or none.");
            }
        }
        return problems;
    },
};

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
        if (argocdOwn.test(text(object(props, "metadata"), "name") ?? "")) {
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

export const kubernetesRules: readonly ResourceRule[] = [
    applicationProject,
    applicationPinned,
    projectNoWildcard,
    noSecretInConfigMap,
    noClusterAdmin,
];
