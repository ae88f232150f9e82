import { compare } from "./problem";
import type { Spec } from "./schema";

/**
 * Promotion order, from `promotesFrom` alone. The order of the map is no help: Pulumi's engine hands a
 * structured configuration over with its keys sorted.
 */
export interface PromotionOrder {
    /** Each after the one it promotes from; equals by name. Those of a cycle last. */
    readonly names: readonly string[];
    /** Environments without `promotesFrom`, sorted. */
    readonly first: readonly string[];
    /** Cycles, each from its alphabetically first member around, sorted. */
    readonly cycles: readonly (readonly string[])[];
}

/** Total: unknown names and cycles are reported, not thrown. */
export function promotionOrder(environments: Spec["environments"]): PromotionOrder {
    const names = Object.keys(environments).sort(compare);
    const depths = new Map<string, number>();
    const cycles = new Map<string, readonly string[]>();
    for (const name of names) {
        const walked = ancestors(name, environments);
        depths.set(name, walked.cyclic ? names.length : walked.path.length);
        const start = walked.path.indexOf(name);
        if (walked.cyclic && start >= 0) {
            const members = [name, ...walked.path.slice(0, start)];
            const head = [...members].sort(compare)[0] ?? name;
            if (head === name) {
                cycles.set(name, members);
            }
        }
    }
    return {
        names: names.sort((a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0) || compare(a, b)),
        first: names.filter((name) => environments[name]?.promotesFrom === undefined),
        cycles: [...cycles.values()],
    };
}

/**
 * The environments versions pass through before `name`, nearest first; in a cycle, up to the first that comes
 * again, inclusive. Unknown names end the walk.
 */
export function ancestors(
    name: string,
    environments: Spec["environments"],
): { readonly path: readonly string[]; readonly cyclic: boolean } {
    const path: string[] = [];
    const seen = new Set([name]);
    for (
        let next = environments[name]?.promotesFrom;
        next !== undefined && environments[next] !== undefined;
        next = environments[next]?.promotesFrom
    ) {
        path.push(next);
        if (seen.has(next)) {
            return { path, cyclic: true };
        }
        seen.add(next);
    }
    return { path, cyclic: false };
}
