/** The map of what a change touches: apps, environments, clusters and registries. Pure. */
import type { Language } from "../../estate/model";
import { compare } from "../../estate/problem";
import type { Change } from "./change";
import type { Place } from "./snapshot";

/** Nodes and edges; the strongest change of what is in a node is its own. */
export interface TouchedMap {
    readonly nodes: readonly TouchedNode[];
    /** Pairs of ids. */
    readonly edges: readonly (readonly [string, string])[];
    /** How many nodes were left out. */
    readonly left: number;
}

/** One place. */
export interface TouchedNode {
    readonly id: string;
    readonly label: string;
    readonly tone: "new" | "changed" | "gone";
}

/** Most nodes: more than that is no map any more. */
const mostNodes = 60;

/** The map, or nothing where it would have one node only. */
export function touchedMap(
    changes: readonly Change[],
    placeOf: (each: Change) => Place,
    language: Language,
): { readonly map?: TouchedMap } {
    const zh = language === "zh";
    const nodes = new Map<string, { label: string; kinds: Set<Change["kind"]> }>();
    const edges = new Map<string, readonly [string, string]>();
    const touch = (key: string, label: string, kind: Change["kind"]): string => {
        const known = nodes.get(key) ?? { label, kinds: new Set() };
        known.kinds.add(kind);
        nodes.set(key, known);
        return key;
    };
    const join = (from: string, to: string): void => void edges.set(`${from}\n${to}`, [from, to]);
    for (const each of changes) {
        const { app, environment, cluster, team } = placeOf(each);
        const registry = /^harbor-(.+)$/.exec(each.providers.after ?? each.providers.before ?? "")?.[1];
        const start =
            app !== undefined
                ? touch(`app ${app}`, zh ? `应用 ${app}` : `app ${app}`, each.kind)
                : team !== undefined
                  ? touch(`team ${team}`, zh ? `团队 ${team}` : `team ${team}`, each.kind)
                  : undefined;
        const middle =
            start === undefined || app === undefined || environment === undefined
                ? start
                : touch(`app ${app} ${environment}`, environment, each.kind);
        if (start !== undefined && middle !== undefined && start !== middle) {
            join(start, middle);
        }
        const end =
            cluster !== undefined
                ? touch(`cluster ${cluster}`, zh ? `集群 ${cluster}` : `cluster ${cluster}`, each.kind)
                : registry !== undefined
                  ? touch(`registry ${registry}`, `Harbor ${registry}`, each.kind)
                  : undefined;
        if (middle !== undefined && end !== undefined && environment !== undefined) {
            join(middle, end);
        }
    }
    const sorted = [...nodes].sort(([a], [b]) => compare(a, b));
    if (sorted.length < 2 || edges.size === 0) {
        return {};
    }
    const shown = sorted.slice(0, mostNodes);
    const ids = new Map(shown.map(([key], index) => [key, `n${index}`]));
    return {
        map: {
            nodes: shown.map(([key, { label, kinds }]) => ({
                id: ids.get(key) ?? "",
                label,
                tone: toneOf(kinds),
            })),
            edges: [...edges.values()].flatMap(([from, to]) => {
                const [a, b] = [ids.get(from), ids.get(to)];
                return a === undefined || b === undefined ? [] : [[a, b] as const];
            }),
            left: sorted.length - shown.length,
        },
    };
}

/** Only what wholly comes or goes is new or gone. */
function toneOf(kinds: ReadonlySet<Change["kind"]>): TouchedNode["tone"] {
    const only = (...some: Change["kind"][]): boolean => [...kinds].every((kind) => some.includes(kind));
    return only("create", "adopt") ? "new" : only("delete", "forget") ? "gone" : "changed";
}

/** The map in Mermaid's language. Labels are quoted, and nothing in them can end the quotes. */
export function mermaid({ nodes, edges }: TouchedMap): string {
    const label = (text: string): string => text.replace(/[^\p{L}\p{N} ._:/-]/gu, " ");
    return [
        "flowchart LR",
        ...nodes.map(({ id, label: text, tone }) => `  ${id}["${label(text)}"]:::${tone}`),
        ...edges.map(([from, to]) => `  ${from} --> ${to}`),
        "  classDef new fill:#e3f4e4,stroke:#2b7a34,color:#123",
        "  classDef changed fill:#fdf3d8,stroke:#a3761a,color:#123",
        "  classDef gone fill:#fbe3e1,stroke:#b3261e,color:#123",
    ].join("\n");
}
