/** What a headline is put together from. */

/**
 * How much a clause hurts. `data`: something goes that nothing brings back. `outage`: something that runs ends, or lacks what it
 * needs. `opens`: a protection is less than it was. `calm`: all else.
 */
export type Weight = "data" | "outage" | "opens" | "calm";

/** One of the things that a headline says. */
export interface Clause {
    readonly weight: Weight;
    readonly text: string;
}

const weights: readonly Weight[] = ["data", "outage", "opens", "calm"];

/** What hurts most first; of one weight as they come. */
export function worstFirst(clauses: readonly Clause[]): Clause[] {
    return weights.flatMap((weight) => clauses.filter((each) => each.weight === weight));
}
