/** Limits on how often a bot may be used. */

/** So many messages within so many milliseconds. */
export interface Limit {
    readonly count: number;
    readonly perMs: number;
}

/** Counts uses by key. Refused uses do not count. */
export class Rates {
    private readonly uses = new Map<string, number[]>();

    /** Whether one more use of `key` is within `limits`; counted if it is. */
    take(key: string, limits: readonly Limit[], now: number): boolean {
        const longest = Math.max(0, ...limits.map((limit) => limit.perMs));
        const recent = (this.uses.get(key) ?? []).filter((at) => now - at < longest);
        const free = limits.every(
            (limit) => recent.filter((at) => now - at < limit.perMs).length < limit.count,
        );
        if (free) {
            recent.push(now);
        }
        this.uses.set(key, recent);
        return free;
    }
}
