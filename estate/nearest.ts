import { compare } from "./problem";

/** The candidate a typist most likely meant: at most a third of the letters differ. Ties go to the first in order. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
    const ranked = [...candidates]
        .sort(compare)
        .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
        .sort((a, b) => a.distance - b.distance);
    const [best] = ranked;
    const limit = Math.max(1, Math.floor(Math.max(word.length, best?.candidate.length ?? 0) / 3));
    return best !== undefined && best.distance <= limit ? best.candidate : undefined;
}

/** Levenshtein's distance, with a swap of neighbours counted as one. */
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
