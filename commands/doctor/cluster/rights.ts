/** What the account of a kubeconfig must be allowed to do, as data. Pure: the doctor asks it, docs/rights.md lists it. */
import { compare } from "../../../estate/problem";
import { usualKinds } from "../../../estate/kinds";
import { engines } from "../../../estate/engines";
import type { EngineDefinition } from "../../../estate/engines/engine";
import type { Estate } from "../../../estate/model";
import { enginesInDoctor, type DoctorEngines } from "../engines";
import { handedOver, right, type OptionalRights, type Right } from "./right";

/** What the provider looks at while it waits for a workload (deployment.go, statefulset.go beside those). */
const waits: readonly Right[] = [
    ...["pods", "persistentvolumeclaims"].map((resource) => ({
        group: "",
        resource,
        verbs: ["list", "watch"],
    })),
    { group: "apps", resource: "replicasets", verbs: ["list", "watch"] },
];

/** On every cluster that runs apps. Who makes a role must hold what is in it, or may `escalate`; the same for `bind`. */
export const memberRights: readonly Right[] = [
    ...right("", "namespaces", "serviceaccounts", "secrets", "resourcequotas", "limitranges"),
    ...right("networking.k8s.io", "networkpolicies"),
    ...right("rbac.authorization.k8s.io", "clusterroles", "rolebindings"),
    { group: "rbac.authorization.k8s.io", resource: "clusterroles", verbs: ["escalate", "bind"] },
];

/** On the host, for any engine itself and its configuration by the estate. */
export const hostRights: readonly Right[] = [
    ...right("", "namespaces", "serviceaccounts", "secrets", "configmaps", "services"),
    ...right("apps", "deployments", "statefulsets"),
    ...waits,
    ...right("networking.k8s.io", "networkpolicies"),
    ...right("rbac.authorization.k8s.io", "clusterroles", "clusterrolebindings", "roles", "rolebindings"),
    { group: "rbac.authorization.k8s.io", resource: "clusterroles", verbs: ["escalate", "bind"] },
    { group: "rbac.authorization.k8s.io", resource: "roles", verbs: ["escalate", "bind"] },
    ...right("apiextensions.k8s.io", "customresourcedefinitions"),
];

/** The kinds that every app may have, as far as engines write them; by group. */
function delivered(verbs: readonly string[]): Right[] {
    return usualKinds
        .filter(({ written }) => written)
        .map(({ group, resource }) => ({ group, resource, verbs }))
        .sort((one, other) => compare(one.group, other.group));
}

/** Engines whose accounts are teams': each has rights of its own in a team's namespaces. */
const accountable = Object.entries<EngineDefinition>(engines).flatMap(([name, { teamAccounts }]) =>
    teamAccounts === undefined ? [] : [name],
);

/** Beside {@link hostRights} and {@link memberRights}; first what each engine needs. */
function optionalRights(registry: DoctorEngines): OptionalRights[] {
    return [
        ...Object.values(registry).flatMap(({ rights }) => rights),
        {
            option: `engine ${accountable.map((name) => `\`${name}\``).join(", ")}, or \`kinds\` that are written`,
            where: "apps",
            rights: [
                ...right("rbac.authorization.k8s.io", "roles"),
                { group: "rbac.authorization.k8s.io", resource: "roles", verbs: ["escalate", "bind"] },
            ],
            needed: (estate) =>
                estate.engines.some((name) => accountable.includes(name)) ||
                Object.values(estate.apps).some(({ environments }) =>
                    environments.some(({ kinds }) => kinds.some(({ written }) => written)),
                ),
        },
        {
            ...handedOver,
            where: "apps",
            rights: [
                ...delivered(["get", "list", "patch"]),
                { group: "", resource: "secrets", verbs: ["list"] },
            ],
        },
    ];
}

/** What an estate needs on a cluster: as its host, as one that runs apps, or both. */
export function neededRights(
    estate: Estate,
    as: { readonly host: boolean; readonly apps: boolean },
    registry: DoctorEngines = enginesInDoctor,
): Right[] {
    return [
        ...(as.host ? hostRights : []),
        ...(as.apps ? memberRights : []),
        ...optionalRights(registry)
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

/** Rights that only some estates need, as a table of docs/rights.md. */
export function optionalRightsTable(): string {
    const rows = optionalRights(enginesInDoctor).flatMap(({ option, where, rights }) =>
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
