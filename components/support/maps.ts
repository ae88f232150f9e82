/** Maps keyed by name: what becomes resources is never addressed by its position. */
import { setImmediate } from "node:timers/promises";

/** `[key, value]` pairs, sorted by key. */
export function sortedEntries<T>(map: Readonly<Record<string, T>>): [string, T][] {
    return Object.entries(map).sort(([left], [right]) => (left < right ? -1 : 1));
}

/** A map with the same keys, in sorted order. */
export function mapValues<T, U>(
    map: Readonly<Record<string, T>>,
    make: (value: T, key: string) => U,
): Record<string, U> {
    return Object.fromEntries(sortedEntries(map).map(([key, value]) => [key, make(value, key)]));
}

/**
 * Like {@link mapValues}, with a turn of the event loop after each: the engine receives what was just declared and works on
 * it while the rest is made. Without, it would receive the first of thousands of resources after the last was declared.
 */
export async function mapInTurns<T, U>(
    map: Readonly<Record<string, T>>,
    make: (value: T, key: string) => U,
): Promise<Record<string, U>> {
    const made: Record<string, U> = {};
    for (const [key, value] of sortedEntries(map)) {
        made[key] = make(value, key);
        await setImmediate();
    }
    return made;
}

/** A map from the names of a list. */
export function byKey<T, U>(
    list: readonly T[],
    key: (item: T) => string,
    make: (item: T) => U,
): Record<string, U> {
    return Object.fromEntries(list.map((item) => [key(item), make(item)]));
}

/**
 * The entry of a map that must have it.
 *
 * @throws Error naming the map and its keys; the model's references are checked before, so this is a programming error.
 */
export function required<T>(map: Readonly<Record<string, T>>, key: string, what: string): T {
    const value = map[key];
    if (value === undefined) {
        throw new Error(
            `there is no ${what} "${key}"; there are: ${Object.keys(map).sort().join(", ") || "none"}`,
        );
    }
    return value;
}
