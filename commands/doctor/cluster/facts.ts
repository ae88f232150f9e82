/** What a cluster says of itself and of what the estate needs there. Only reads, and asks what it may do. */
import { X509Certificate } from "node:crypto";
import { engineOf, type Engine } from "../../../estate/engines";
import type { Cluster, Estate } from "../../../estate/model";
import { placesOf } from "../../../estate/previews";
import { Unreachable, type Answer, type Ask } from "../http";
import { essential, list, record, text } from "../json";
import { enginesOnHost, type EngineOnHost } from "./engines";
import { neededRights, questionsOf, type Question } from "./rights";

/** A namespace that is there. */
export interface FoundNamespace {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
}

export interface ClusterFacts {
    /** Why there is no way to it, and what to do: the kubeconfig. Then nothing else is known. */
    readonly noWay?: { readonly fault: string; readonly fix: string };
    /** Why there is no answer; then nothing else is known. */
    readonly unreachable?: string;
    /** The account was refused; then nothing else is known. */
    readonly refused?: true;
    /** e.g. `v1.34.1`. */
    readonly version?: string;
    /** Seconds its clock is before this machine's; negative when it is behind. */
    readonly clockAhead: number;
    readonly certificateEnds?: Date;
    /** Of the account itself, where it has one. */
    readonly loginEnds?: Date;
    readonly denied: readonly Question[];
    readonly namespaces: readonly FoundNamespace[];
    /** On the host: the estate's engines as they are there, whoever made them. */
    readonly engines: Partial<Record<Engine, EngineOnHost>>;
}

const nothing = {
    clockAhead: 0,
    denied: [],
    namespaces: [],
    engines: {},
} as const;

/** A cluster that cannot even be asked. */
export function noWay(fault: string, fix: string): ClusterFacts {
    return { ...nothing, noWay: { fault, fix } };
}

/** Namespaces the estate makes on a cluster. */
export function namespacesOn(estate: Estate, cluster: Cluster): { path: string; namespace: string }[] {
    return Object.values(estate.apps).flatMap((app) =>
        placesOf(app)
            .filter(({ clusters }) => clusters.includes(cluster.name))
            .map(({ environment, namespace }) => ({
                path: `apps.${app.name}.environments.${environment}.namespace`,
                namespace,
            })),
    );
}

/**
 * Namespaces on a cluster that are named after teams alone: those of engines with accounts of teams. Another estate with a
 * team of that name would have the same.
 */
export function teamNamespacesOn(estate: Estate, cluster: Cluster): { path: string; namespace: string }[] {
    const found = new Map<string, string>();
    for (const app of Object.values(estate.apps)) {
        const accounts = engineOf(app.engine).teamAccounts;
        const here = placesOf(app).filter(({ clusters }) => clusters.includes(cluster.name));
        if (accounts !== undefined && (here.length > 0 || cluster.role === "host")) {
            found.set(accounts.namespace(app.team), app.team);
            for (const place of here) {
                const records = accounts.records(app, place);
                if (records !== undefined) {
                    found.set(records, app.team);
                }
            }
        }
    }
    return [...found].map(([namespace, team]) => ({ path: `teams.${team}`, namespace }));
}

/** Asks a cluster. `cert`: the account's own certificate. */
export async function clusterFacts(
    plain: Ask,
    estate: Estate,
    cluster: Cluster,
    now: Date,
    cert?: string,
): Promise<ClusterFacts> {
    const ask = essential(plain);
    try {
        // Most clusters show their version to anybody: who is asking shows only in the next call.
        const version = await ask("GET", "/version");
        const all = await denied(ask, [{ group: "*", resource: "*", verb: "*" }]);
        if (all === undefined) {
            return { ...nothing, refused: true };
        }
        const host = cluster.role === "host";
        const runsApps = namespacesOn(estate, cluster).length > 0;
        const rights = neededRights(estate, { host, apps: runsApps });
        const [missing, namespaces, engines] = await Promise.all([
            all.length === 0 || all.includes(asksItself) ? all : denied(ask, questionsOf(rights)),
            ask("GET", "/api/v1/namespaces?limit=1000"),
            host ? enginesOnHost(ask, estate) : {},
        ]);
        const date = Date.parse(text(version.headers.date));
        const loginEnds = cert === undefined ? undefined : endOf(cert);
        return {
            ...(typeof record(version.body)["gitVersion"] === "string"
                ? { version: text(record(version.body)["gitVersion"]) }
                : {}),
            // The header has whole seconds, of the moment the answer was sent.
            clockAhead: Number.isNaN(date) ? 0 : Math.round((date - now.getTime()) / 1000),
            ...(version.certificateEnds === undefined ? {} : { certificateEnds: version.certificateEnds }),
            ...(loginEnds === undefined ? {} : { loginEnds }),
            denied: missing ?? [],
            namespaces: items(namespaces).map((each) => ({
                name: text(metadata(each)["name"]),
                labels: labels(each),
            })),
            engines,
        };
    } catch (error) {
        if (error instanceof Unreachable) {
            return { ...nothing, unreachable: error.message };
        }
        throw error;
    }
}

/** What the account may not do where it may not even ask what it may do. */
const asksItself: Question = {
    group: "authorization.k8s.io",
    resource: "selfsubjectaccessreviews",
    verb: "create",
};

/** Questions that are answered with no; undefined when the account itself is refused. */
async function denied(ask: Ask, questions: readonly Question[]): Promise<Question[] | undefined> {
    const answers = await Promise.all(
        questions.map(async (question): Promise<[Question, Answer]> => [
            question,
            await ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
                apiVersion: "authorization.k8s.io/v1",
                kind: "SelfSubjectAccessReview",
                spec: { resourceAttributes: question },
            }),
        ]),
    );
    if (answers.some(([, { status }]) => status === 401)) {
        return undefined;
    }
    if (answers.some(([, { status }]) => status === 403)) {
        return [asksItself];
    }
    return answers
        .filter(([, { body }]) => record(record(body)["status"])["allowed"] !== true)
        .map(([question]) => question);
}

function items({ status, body }: Answer): Record<string, unknown>[] {
    return status === 200 ? list(record(body)["items"]) : [];
}

function metadata(object: Record<string, unknown>): Record<string, unknown> {
    return record(object["metadata"]);
}

function labels(object: Record<string, unknown>): Record<string, string> {
    return record(metadata(object)["labels"]) as Record<string, string>;
}

function endOf(pem: string): Date | undefined {
    try {
        return new Date(new X509Certificate(pem).validTo);
    } catch {
        return undefined;
    }
}
