/** What Argo CD has of its own in the pack: rules about its objects and settings. */
import { covers } from "../../../estate/wildcard";
import {
    isPlainHttp,
    isProd,
    type Finding,
    type ResourceRule,
    type Reviewed,
    type StackRule,
} from "../../rule";
import {
    isAbsent,
    isGiven,
    isKnown,
    isTrue,
    list,
    object,
    objects,
    text,
    textFields,
    type Props,
} from "../../values";
import type { EnginePolicies } from "./engine";

const area = "Argo CD";
const application = "kubernetes:argoproj.io/v1alpha1:Application";
const applicationSet = "kubernetes:argoproj.io/v1alpha1:ApplicationSet";
const appProject = "kubernetes:argoproj.io/v1alpha1:AppProject";
const configMap = "kubernetes:core/v1:ConfigMap";
const secret = "kubernetes:core/v1:Secret";

const applicationProject: ResourceRule = {
    name: "argocd-application-project",
    area,
    severity: "high",
    description: "No Application lives in the default AppProject, which is open unless it is emptied.",
    remedy: "Name an AppProject of the team's.",
    types: [application],
    check({ props }) {
        const spec = object(props, "spec");
        return isAbsent(spec, "project") || text(spec, "project") === "default"
            ? ["spec.project is default; name the team's AppProject."]
            : [];
    },
};

const applicationPinned: ResourceRule = {
    name: "argocd-application-pinned",
    area,
    severity: "medium",
    description: "An Application names the branch, tag or version it follows.",
    remedy: "Set targetRevision to a branch, a tag, a commit or one version of a chart.",
    types: [application],
    check: ({ props }) =>
        sourcesOf(object(props, "spec")).flatMap((source): string[] => {
            if (!isAbsent(source, "targetRevision") && text(source, "targetRevision") === undefined) {
                return [];
            }
            const revision = text(source, "targetRevision") ?? "";
            if (!isAbsent(source, "chart")) {
                return /^v?\d+\.\d+\.\d+/.test(revision)
                    ? []
                    : [`chart version "${revision}" is open; pin one version such as 1.2.3.`];
            }
            return revision === "" || revision === "HEAD"
                ? [
                      `targetRevision "${revision}" follows whatever the default branch is; name the branch, tag or commit that is meant.`,
                  ]
                : [];
        }),
};

const applicationNotEmptied: ResourceRule = {
    name: "argocd-application-not-emptied",
    area,
    severity: "high",
    description: "A source that is suddenly empty does not delete everything an Application runs.",
    remedy: "Leave syncPolicy.automated.allowEmpty out.",
    types: [application],
    check: ({ props }) =>
        isTrue(object(object(object(props, "spec"), "syncPolicy"), "automated"), "allowEmpty")
            ? ["syncPolicy.automated.allowEmpty is true; leave it out."]
            : [],
};

const generatedProject: ResourceRule = {
    name: "argocd-applicationset-project",
    area,
    severity: "high",
    description:
        "Generated Applications are in one AppProject that is written down: who can change what they are generated from must not choose it.",
    remedy: "Write the AppProject's name into template.spec.project, without a placeholder.",
    types: [applicationSet],
    check({ props }) {
        const spec = object(object(object(props, "spec"), "template"), "spec");
        const project = text(spec, "project");
        return project === "default" || project?.includes("{{") === true
            ? [`template.spec.project is "${project}"; name one AppProject.`]
            : [];
    },
};

const projectNoWildcard: ResourceRule = {
    name: "argocd-project-no-wildcard",
    area,
    severity: "high",
    description: "An AppProject names its repositories, clusters, namespaces and kinds.",
    remedy: "List sourceRepos, destinations and clusterResourceWhitelist.",
    types: [appProject],
    check({ props }) {
        const spec = object(props, "spec");
        const problems: string[] = [];
        if (list(spec, "sourceRepos").includes("*")) {
            problems.push('sourceRepos has "*"; list the config repositories.');
        }
        for (const destination of objects(spec, "destinations")) {
            for (const field of ["name", "server", "namespace"]) {
                if (text(destination, field) === "*") {
                    problems.push(`a destination has ${field} "*"; name it.`);
                }
            }
        }
        for (const kind of objects(spec, "clusterResourceWhitelist")) {
            if (text(kind, "kind") === "*" || text(kind, "group") === "*") {
                problems.push("clusterResourceWhitelist has a wildcard; list the kinds, or none.");
            }
        }
        return problems;
    },
};

const projectOneStage: ResourceRule = {
    name: "argocd-project-one-stage",
    area,
    severity: "high",
    description:
        "An AppProject is for production or for the rest: whoever may change an Application of a test must not turn it to production.",
    remedy: "Make a second AppProject, and move the destinations of production there.",
    types: [appProject],
    check({ props }, settings) {
        const namespaces = objects(object(props, "spec"), "destinations")
            .map((destination) => text(destination, "namespace"))
            .filter((name) => name !== undefined && name !== "*");
        const production = namespaces.filter((name) => name !== undefined && isProd(name, settings));
        return production.length > 0 && production.length < namespaces.length
            ? [
                  `destinations have ${production.join(", ")} beside namespaces that are not production; make an AppProject for each.`,
              ]
            : [];
    },
};

const noAnonymous: ResourceRule = {
    name: "argocd-settings-no-anonymous",
    area,
    severity: "critical",
    description: "Argo CD shows nothing to who is not signed in.",
    remedy: 'Set users.anonymous.enabled to "false".',
    types: [configMap],
    check: ({ props }) =>
        ofName(props, "argocd-cm") && isTrue(object(props, "data"), "users.anonymous.enabled")
            ? ['users.anonymous.enabled is true; set it to "false".']
            : [],
};

const noTerminal: ResourceRule = {
    name: "argocd-settings-no-terminal",
    area,
    severity: "medium",
    description: "Argo CD opens no shell in a running pod: what is done there is in no repository.",
    remedy: 'Set exec.enabled to "false".',
    types: [configMap],
    check: ({ props }) =>
        ofName(props, "argocd-cm") && isTrue(object(props, "data"), "exec.enabled")
            ? ['exec.enabled is true; set it to "false".']
            : [],
};

const noRightsByDefault: ResourceRule = {
    name: "argocd-rbac-no-default-administrator",
    area,
    severity: "critical",
    description: "Who signs in to Argo CD and is in no group is not its administrator.",
    remedy: 'Set policy.default to "" or to "role:readonly".',
    types: [configMap],
    check: ({ props }) =>
        ofName(props, "argocd-rbac-cm") && text(object(props, "data"), "policy.default") === "role:admin"
            ? ['policy.default is role:admin; set it to "" or to role:readonly.']
            : [],
};

const repositoryVerified: ResourceRule = {
    name: "argocd-repository-verified",
    area,
    severity: "high",
    description:
        "Manifests come from servers whose certificate or host key is verified, over an encrypted connection.",
    remedy: "Leave insecure out, give an https or ssh url, and make the CA known in argocd-tls-certs-cm.",
    types: [secret],
    check({ props }, settings) {
        const fields = object(props, "stringData");
        return ["repository", "repo-creds"].includes(kindOfSecret(props) ?? "")
            ? [
                  ...["insecure", "insecureIgnoreHostKey"]
                      .filter((field) => isTrue(fields, field))
                      .map((field) => `${field} is true; make the CA or host key known instead.`),
                  ...(isPlainHttp(text(fields, "url") ?? "", settings)
                      ? ["url is http; use https or ssh, or name the host in plainHttpHosts."]
                      : []),
              ]
            : [];
    },
};

const clusterVerified: ResourceRule = {
    name: "argocd-cluster-verified",
    area,
    severity: "high",
    description: "Argo CD verifies the certificate of a cluster before it sends its token there.",
    remedy: "Leave tlsClientConfig.insecure out, and give the cluster's caData.",
    types: [secret],
    check: ({ props }) =>
        kindOfSecret(props) === "cluster" &&
        // The config is JSON with a token in it: it is looked into, and nothing of it is repeated.
        /"insecure"\s*:\s*true/.test(text(object(props, "stringData"), "config") ?? "")
            ? ["tlsClientConfig.insecure is true; give caData instead."]
            : [],
};

const destinationAllowed: StackRule = {
    name: "argocd-application-allowed",
    area: "Whole stack",
    severity: "medium",
    description:
        "An Application goes where its AppProject lets it: otherwise nothing is synced, and no preview reports it.",
    remedy: "Add the destination to the AppProject, or move the Application.",
    check(resources): Finding[] {
        const projects = resources.filter(({ type }) => type === appProject);
        return resources
            .filter(({ type }) => type === application)
            .flatMap((resource): Finding[] => {
                const spec = object(resource.props, "spec");
                const to = object(spec, "destination");
                const project = projects.find(
                    (each) =>
                        nameOf(each.props) === text(spec, "project") && each.provider === resource.provider,
                );
                const namespace = text(to, "namespace");
                if (project === undefined || namespace === undefined) {
                    return [];
                }
                const allowed = objects(object(project.props, "spec"), "destinations");
                return allowed.some((destination) => admits(destination, to))
                    ? []
                    : [
                          {
                              resource,
                              text: `AppProject ${nameOf(project.props)} has no destination for ${namespace} on ${text(to, "name") ?? text(to, "server") ?? "its cluster"}; add it there, or move the Application.`,
                          },
                      ];
            });
    },
};

/** Whether an AppProject's destination lets an Application's through; its fields are patterns with `*`. */
function admits(destination: Props, wanted: Props): boolean {
    return ["namespace", "name", "server"].every((field) => {
        const [pattern, value] = [text(destination, field), text(wanted, field)];
        // A cluster goes by name or by server; the one that is not given on either side says nothing.
        return pattern === undefined || value === undefined || covers(pattern, value);
    });
}

const productionNotified: StackRule = {
    name: "argocd-production-notified",
    area: "Notifications",
    severity: "medium",
    description: "A degraded Application of production, or one that fails to sync, is reported to a channel.",
    remedy: "Subscribe a channel to on-health-degraded or on-sync-failed on the Application or its AppProject.",
    check(resources, settings): Finding[] {
        const subscribed = new Set(
            resources
                .filter(({ type, props }) => type === appProject && isSubscribed(props))
                .map(({ props }) => nameOf(props)),
        );
        // A stack without any subscription has not set notifications up, or does it elsewhere.
        const notifies = (each: Reviewed): boolean => each.type === application && isSubscribed(each.props);
        return subscribed.size === 0 && !resources.some(notifies)
            ? []
            : resources
                  .filter((each) => each.type === application && !isSubscribed(each.props))
                  .filter(({ props }) => {
                      const spec = object(props, "spec");
                      return (
                          isProd(text(object(spec, "destination"), "namespace") ?? "", settings) &&
                          !subscribed.has(text(spec, "project") ?? "")
                      );
                  })
                  .map((resource) => ({
                      resource,
                      text: "nobody is notified when it fails; subscribe a channel to on-health-degraded or on-sync-failed.",
                  }));
    },
};

/** Whether a channel is notified when it fails; perhaps, where a preview does not know. */
function isSubscribed(props: Props): boolean {
    const metadata = object(props, "metadata");
    return (
        !isKnown(metadata, "annotations") ||
        Object.keys(object(metadata, "annotations")).some((key) =>
            /^notifications\.argoproj\.io\/subscribe\.(.*(degraded|failed|unknown)|[^.]+$)/.test(key),
        )
    );
}

const notificationsEncrypted: ResourceRule = {
    name: "argocd-notifications-encrypted",
    area: "Notifications",
    severity: "medium",
    description: "Messages and the tokens they are sent with do not leave the cluster in the clear.",
    remedy: "Give https urls; hosts where http is meant are the setting plainHttpHosts.",
    types: [configMap],
    check: ({ props }, settings) =>
        ofName(props, "argocd-notifications-cm")
            ? textFields(props, "data")
                  .filter(([key]) => key.startsWith("service."))
                  .filter(([, value]) =>
                      [...value.matchAll(/\b(?:url|apiURL)\s*:\s*["']?(\S+)/gi)].some(([, url]) =>
                          isPlainHttp(url ?? "", settings),
                      ),
                  )
                  .map(
                      ([key]) =>
                          `${key} sends to an http address; use https, or name the host in plainHttpHosts.`,
                  )
            : [],
};

function sourcesOf(spec: Props): readonly Props[] {
    return [...objects(spec, "sources"), ...(isGiven(spec, "source") ? [object(spec, "source")] : [])];
}

/** Addresses of the repositories an Application reads. */
function repositoriesOf(props: Props): string[] {
    return sourcesOf(object(props, "spec")).flatMap((source) => text(source, "repoURL") ?? []);
}

/** What Argo CD takes a Secret for, by its label. */
function kindOfSecret(props: Props): string | undefined {
    return text(object(object(props, "metadata"), "labels"), "argocd.argoproj.io/secret-type");
}

function ofName(props: Props, name: string): boolean {
    return nameOf(props) === name;
}

function nameOf(props: Props): string {
    return text(object(props, "metadata"), "name") ?? "";
}

/** Its controllers on the host need what its manifests give them. */
export const argocd: EnginePolicies = {
    area,
    rules: [
        applicationProject,
        applicationPinned,
        applicationNotEmptied,
        generatedProject,
        projectNoWildcard,
        projectOneStage,
        noAnonymous,
        noTerminal,
        noRightsByDefault,
        repositoryVerified,
        clusterVerified,
        productionNotified,
        notificationsEncrypted,
        destinationAllowed,
    ],
    installedRoles: /^argocd-/,
    sources: (type, props) => (type === application ? repositoriesOf(props) : []),
};
