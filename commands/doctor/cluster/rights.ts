/** What the account of a kubeconfig must be allowed to do, as data. Pure: the doctor asks it, docs/rights.md lists it. */
import { compare } from "../../../estate/problem";
import { usualKinds } from "../../../estate/kinds";
import type { Estate } from "../../../estate/model";

/** A kind the estate makes, and whether it lies in namespaces. */
export interface Right {
    readonly group: string;
    readonly resource: string;
    readonly verbs: readonly string[];
}

/**
 * To make, change and delete. `list` and `watch` are the provider's: it watches an object that it waits for and every one that
 * it deletes, and where it may not list the kind it waits for ever
 * (github.com/pulumi/pulumi-kubernetes, provider/pkg/await/condition/deleted.go and informers/factory.go).
 */
const write = ["get", "list", "watch", "create", "patch", "delete"] as const;

/** What the provider looks at while it waits for a workload (deployment.go, statefulset.go beside those). */
const waits: readonly Right[] = [
    ...["pods", "persistentvolumeclaims"].map((resource) => ({
        group: "",
        resource,
        verbs: ["list", "watch"],
    })),
    { group: "apps", resource: "replicasets", verbs: ["list", "watch"] },
];

const right = (group: string, ...resources: readonly string[]): Right[] =>
    resources.map((resource) => ({ group, resource, verbs: write }));

/** On every cluster that runs apps. Who makes a role must hold what is in it, or may `escalate`; the same for `bind`. */
export const memberRights: readonly Right[] = [
    ...right("", "namespaces", "serviceaccounts", "secrets", "resourcequotas", "limitranges"),
    ...right("networking.k8s.io", "networkpolicies"),
    ...right("rbac.authorization.k8s.io", "clusterroles", "rolebindings"),
    { group: "rbac.authorization.k8s.io", resource: "clusterroles", verbs: ["escalate", "bind"] },
];

/** On the host, for Argo CD itself and its configuration by the estate. */
export const hostRights: readonly Right[] = [
    ...right("", "namespaces", "serviceaccounts", "secrets", "configmaps", "services"),
    ...right("apps", "deployments", "statefulsets"),
    ...waits,
    ...right("networking.k8s.io", "networkpolicies"),
    ...right("rbac.authorization.k8s.io", "clusterroles", "clusterrolebindings", "roles", "rolebindings"),
    { group: "rbac.authorization.k8s.io", resource: "clusterroles", verbs: ["escalate", "bind"] },
    { group: "rbac.authorization.k8s.io", resource: "roles", verbs: ["escalate", "bind"] },
    ...right("apiextensions.k8s.io", "customresourcedefinitions"),
    ...right("argoproj.io", "applications", "appprojects"),
];

/** Rights that only some estates need. */
export interface OptionalRights {
    /** The option of the spec that asks for them, as docs/rights.md names it. */
    readonly option: string;
    /** `host`, or the clusters that run apps. */
    readonly where: "host" | "apps";
    readonly rights: readonly Right[];
    readonly needed: (estate: Estate) => boolean;
}

const usesFlux = (estate: Estate): boolean => estate.engines.includes("flux");

/** The kinds that every app may have, as far as engines write them; by group. */
function delivered(verbs: readonly string[]): Right[] {
    return usualKinds
        .filter(({ written }) => written)
        .map(({ group, resource }) => ({ group, resource, verbs }))
        .sort((one, other) => compare(one.group, other.group));
}

/** What is only known when it comes, see commands/handOver: nobody is asked for it before. */
const handedOver = {
    option: "another `engine` of an app that runs (its further `kinds` too)",
    needed: () => false,
} as const;

/** Beside {@link hostRights} and {@link memberRights}. */
export const optionalRights: readonly OptionalRights[] = [
    {
        option: "`previews` with Argo CD",
        where: "host",
        rights: right("argoproj.io", "applicationsets"),
        needed: (estate) =>
            Object.values(estate.apps).some(
                ({ previews, engine }) => previews !== undefined && engine === "argocd",
            ),
    },
    {
        option: "`flux.operator`",
        where: "host",
        rights: right("fluxcd.controlplane.io", "fluxreports", "resourcesets", "resourcesetinputproviders"),
        needed: (estate) => usesFlux(estate) && estate.flux.operator !== undefined,
    },
    {
        option: "`updater` with an image updater from 1.0 on",
        where: "host",
        rights: right("argocd-image-updater.argoproj.io", "imageupdaters"),
        needed: ({ argocd }) => /^[1-9]/.test(argocd.imageUpdaterVersion ?? ""),
    },
    {
        option: "engine `flux`",
        where: "host",
        rights: [
            ...right("", "resourcequotas"),
            ...right("source.toolkit.fluxcd.io", "gitrepositories"),
            ...right("helm.toolkit.fluxcd.io", "helmreleases"),
            ...right("kustomize.toolkit.fluxcd.io", "kustomizations"),
            ...right(
                "image.toolkit.fluxcd.io",
                "imagerepositories",
                "imagepolicies",
                "imageupdateautomations",
            ),
            ...right("notification.toolkit.fluxcd.io", "receivers", "providers", "alerts"),
        ],
        needed: usesFlux,
    },
    {
        option: "engine `flux`, or `kinds` that are written",
        where: "apps",
        rights: [
            ...right("rbac.authorization.k8s.io", "roles"),
            { group: "rbac.authorization.k8s.io", resource: "roles", verbs: ["escalate", "bind"] },
        ],
        needed: (estate) =>
            usesFlux(estate) ||
            Object.values(estate.apps).some(({ environments }) =>
                environments.some(({ kinds }) => kinds.some(({ written }) => written)),
            ),
    },
    {
        ...handedOver,
        where: "host",
        rights: [{ group: "source.toolkit.fluxcd.io", resource: "helmcharts", verbs: ["delete"] }],
    },
    {
        ...handedOver,
        where: "apps",
        rights: [...delivered(["get", "list", "patch"]), { group: "", resource: "secrets", verbs: ["list"] }],
    },
];

/** What an estate needs on a cluster: as its host, as one that runs apps, or both. */
export function neededRights(
    estate: Estate,
    as: { readonly host: boolean; readonly apps: boolean },
): Right[] {
    return [
        ...(as.host ? hostRights : []),
        ...(as.apps ? memberRights : []),
        ...optionalRights
            .filter(({ where, needed }) => as[where] && needed(estate))
            .flatMap(({ rights }) => rights),
    ];
}

/** One right as a question. */
export interface Question {
    readonly group: string;
    readonly resource: string;
    readonly verb: string;
}

/** Every question a list of rights comes to, each once. */
export function questionsOf(rights: readonly Right[]): Question[] {
    const all = rights.flatMap(({ group, resource, verbs }) =>
        verbs.map((verb) => ({ group, resource, verb })),
    );
    const seen = new Map(all.map((each) => [`${each.verb} ${each.resource}.${each.group}`, each]));
    return [...seen.values()];
}

/** {@link optionalRights} as a table of docs/rights.md. */
export function optionalRightsTable(): string {
    const rows = optionalRights.flatMap(({ option, where, rights }) =>
        rightsTable(rights)
            .split("\n")
            .slice(2)
            .map((row) => `| ${option} | ${where === "host" ? "host" : "clusters that run apps"} ${row}`),
    );
    return ["| with | on | API group | resources | verbs |", "| --- | --- | --- | --- | --- |", ...rows].join(
        "\n",
    );
}

/** A list of rights as a table of docs/rights.md. */
export function rightsTable(rights: readonly Right[]): string {
    const groups = new Map<string, { resources: string[]; verbs: readonly string[]; group: string }>();
    for (const { group, resource, verbs } of rights) {
        const key = `${group} ${verbs.join(" ")}`;
        const row = groups.get(key) ?? { group, verbs, resources: [] };
        row.resources.push(resource);
        groups.set(key, row);
    }
    const rows = [...groups.values()].map(
        ({ group, resources, verbs }) =>
            `| ${group === "" ? "core" : `\`${group}\``} | ${resources.map((each) => `\`${each}\``).join(", ")} | ${verbs.join(", ")} |`,
    );
    return ["| API group | resources | verbs |", "| --- | --- | --- |", ...rows].join("\n");
}
