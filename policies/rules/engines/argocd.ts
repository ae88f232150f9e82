/** What Argo CD has of its own in the pack: rules about its objects. */
import { list, object, objects, text, type ResourceRule } from "../../rule";
import type { EnginePolicies } from "./engine";

const application = "kubernetes:argoproj.io/v1alpha1:Application";
const appProject = "kubernetes:argoproj.io/v1alpha1:AppProject";

const applicationProject: ResourceRule = {
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

const applicationPinned: ResourceRule = {
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

const projectNoWildcard: ResourceRule = {
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

/** Its controllers on the host need what its manifests give them. */
export const argocd: EnginePolicies = {
    rules: [applicationProject, applicationPinned, projectNoWildcard],
    installedRoles: /^argocd-/,
};
