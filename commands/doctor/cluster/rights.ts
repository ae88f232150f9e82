/** What the account of a kubeconfig must be allowed to do, as data. Pure: the doctor asks it, docs/rights.md lists it. */

/** A kind the estate makes, and whether it lies in namespaces. */
export interface Right {
    readonly group: string;
    readonly resource: string;
    readonly verbs: readonly string[];
}

const write = ["get", "create", "patch", "delete"] as const;

const right = (group: string, ...resources: readonly string[]): Right[] =>
    resources.map((resource) => ({ group, resource, verbs: write }));

/** On every cluster that runs apps. Who makes a role must hold what is in it, or may `escalate`; the same for `bind`. */
export const memberRights: readonly Right[] = [
    ...right("", "namespaces", "serviceaccounts", "secrets", "resourcequotas", "limitranges"),
    ...right("networking.k8s.io", "networkpolicies"),
    ...right("rbac.authorization.k8s.io", "clusterroles", "rolebindings"),
    { group: "rbac.authorization.k8s.io", resource: "clusterroles", verbs: ["escalate", "bind"] },
];

/** On the host, for Argo CD itself and what the estate tells it. */
export const hostRights: readonly Right[] = [
    ...right("", "namespaces", "serviceaccounts", "secrets", "configmaps", "services"),
    ...right("apps", "deployments", "statefulsets"),
    ...right("networking.k8s.io", "networkpolicies"),
    ...right("rbac.authorization.k8s.io", "clusterroles", "clusterrolebindings", "roles", "rolebindings"),
    { group: "rbac.authorization.k8s.io", resource: "clusterroles", verbs: ["escalate", "bind"] },
    { group: "rbac.authorization.k8s.io", resource: "roles", verbs: ["escalate", "bind"] },
    ...right("apiextensions.k8s.io", "customresourcedefinitions"),
    ...right("argoproj.io", "applications", "appprojects"),
];

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
