import { compare } from "./problem";

/**
 * The candidate a typist most likely meant: at most a third of the letters differ, ties go to the first in order; or the
 * only one that the word continues or begins, as production does prod.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
    const ranked = [...candidates]
        .sort(compare)
        .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
        .sort((a, b) => a.distance - b.distance);
    const [best] = ranked;
    const limit = Math.max(1, Math.floor(Math.max(word.length, best?.candidate.length ?? 0) / 3));
    if (best !== undefined && best.distance <= limit) {
        return best.candidate;
    }
    const [extended, ...others] = candidates.filter((candidate) => continues(word, candidate));
    return others.length === 0 ? extended : undefined;
}

/** Letters two words must share to count as one and its abbreviation. */
const shortest = 3;

function continues(a: string, b: string): boolean {
    const [short = "", long = ""] = [a.toLowerCase(), b.toLowerCase()].sort((x, y) => x.length - y.length);
    return short.length >= shortest && long.startsWith(short);
}

/**
 * Levenshtein's distance, with a swap of neighbours counted as one. Ours: what the registry has with swaps is a package
 * without types and without a release for years, and no shorter to call than to read here.
 */
export function distance(a: string, b: string): number {
    const rows: number[][] = Array.from({ length: a.length + 1 }, (_, i) =>
        Array.from({ length: b.length + 1 }, (_unused, j) => (i === 0 ? j : j === 0 ? i : 0)),
    );
    const cell = (i: number, j: number): number => rows[i]?.[j] ?? 0;
    for (let i = 1; i <= a.length; i++) {
        for (let j = 1; j <= b.length; j++) {
            const change = a[i - 1] === b[j - 1] ? 0 : 1;
            let best = Math.min(cell(i - 1, j) + 1, cell(i, j - 1) + 1, cell(i - 1, j - 1) + change);
            if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
                best = Math.min(best, cell(i - 2, j - 2) + 1);
            }
            (rows[i] as number[])[j] = best;
        }
    }
    return cell(a.length, b.length);
}
