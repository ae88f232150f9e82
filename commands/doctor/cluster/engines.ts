/** By what an engine is known on a host, whoever installed it. */
import type { Engine } from "../../../estate/engines";
import { engineOf } from "../../../estate/engines";
import type { Estate } from "../../../estate/model";
import { versionLabel } from "../../../estate/labels";
import { enginesInDoctor } from "../engines";
import type { Answer, Ask } from "../http";
import { list, record, text } from "../json";

/** Programs that write objects again and again; a change by hand is no such thing, it is drift. */
const writers = [
    ...["helm", "terraform", "rancher"],
    ...Object.values(enginesInDoctor).flatMap(({ writesAs }) => writesAs),
];

/** An engine as it is on the host. */
export interface EngineOnHost {
    /** Namespaces with its deployments. */
    readonly namespaces: readonly string[];
    /** Its definitions that are there. */
    readonly definitions: readonly string[];
    /** Versions that its deployments say, sorted. */
    readonly versions: readonly string[];
    /** Objects of the estate's own installation that another program writes too: object and program. */
    readonly otherWriters: readonly { readonly object: string; readonly manager: string }[];
}

type Raw = Record<string, unknown>;

const metadata = (object: Raw): Raw => record(object["metadata"]);

/** Asks the host about each engine that the estate uses. */
export async function enginesOnHost(
    ask: Ask,
    estate: Estate,
): Promise<Partial<Record<Engine, EngineOnHost>>> {
    const definitions = items(
        await ask("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?limit=1000"),
    ).map((each) => text(metadata(each)["name"]));
    const found = await Promise.all(
        estate.engines.map(
            async (engine) => [engine, await onHost(ask, estate, engine, definitions)] as const,
        ),
    );
    return Object.fromEntries(found);
}

async function onHost(
    ask: Ask,
    estate: Estate,
    engine: Engine,
    definitions: readonly string[],
): Promise<EngineOnHost> {
    const { partOf, defines, settings } = enginesInDoctor[engine];
    const { namespace: own } = estate[engine];
    const [deployments, ...objects] = await Promise.all([
        ask("GET", `/apis/apps/v1/deployments?labelSelector=app.kubernetes.io/part-of%3D${partOf}&limit=100`),
        ...settings.map((each) => ask("GET", `/api/v1/namespaces/${own}/configmaps/${each}`)),
    ]);
    const all = items(deployments);
    const distinct = (values: string[]): string[] =>
        [...new Set(values)].filter((value) => value !== "").sort();
    const others = all.filter((each) => metadata(each)["namespace"] !== own);
    return {
        namespaces: distinct(all.map((each) => text(metadata(each)["namespace"]))),
        definitions: definitions.filter(defines),
        versions: distinct(others.map((each) => text(record(metadata(each)["labels"])[versionLabel]))),
        otherWriters: [
            ...objects.flatMap(({ status, body }) =>
                status === 200 ? written("ConfigMap", record(body), own) : [],
            ),
            ...all
                .filter((each) => metadata(each)["namespace"] === own)
                .flatMap((each) => written("Deployment", each, own)),
        ],
    };
}

function written(kind: string, object: Raw, namespace: string): { object: string; manager: string }[] {
    const managers = list(metadata(object)["managedFields"]).map((each) => text(each["manager"]));
    const manager = managers.find((each) => writers.some((name) => each.toLowerCase().startsWith(name)));
    return manager === undefined
        ? []
        : [{ object: `${kind} ${text(metadata(object)["name"])} in ${namespace}`, manager }];
}

function items({ status, body }: Answer): Raw[] {
    return status === 200 ? list(record(body)["items"]) : [];
}

/** The engines there are, by their names in the spec. */
export const engineNames = Object.keys(enginesInDoctor) as readonly Engine[];

/** What people call an engine. */
export function titleOf(engine: Engine): string {
    return engineOf(engine).title;
}
