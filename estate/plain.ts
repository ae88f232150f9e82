import { isDeepStrictEqual } from "node:util";

import { compare } from "./problem";

/** Small steps from a spec to plain data, for all that resolve a part of it. Pure. */

/**
 * A URL as programs that compare texts have it: host in lower case and in ASCII, no port that its scheme has anyway, no
 * trailing slash. What is no URL of the web only loses its slashes.
 */
export function plainUrl(url: string): string {
    const { origin, pathname } =
        /^https?:\/\//i.test(url) && URL.canParse(url) ? new URL(url) : { origin: url, pathname: "" };
    return `${origin}${pathname}`.replace(/\/+$/, "");
}

/** The address of a GitLab without the path of its API. */
export function withoutApi(url: string): string {
    return url.replace(/\/api(?:\/v\d+)?\/?$/, "");
}

/** Each element once, sorted. */
export function sortedSet<T extends string>(list: readonly T[]): T[] {
    return [...new Set(list)].sort(compare);
}

/** A map with its values changed and its keys sorted. */
export function mapSorted<T, R>(
    map: Readonly<Record<string, T>>,
    each: (value: T, key: string) => R,
): Record<string, R> {
    const entries = Object.entries(map).sort(([a], [b]) => compare(a, b));
    return Object.fromEntries(entries.map(([key, value]) => [key, each(value, key)]));
}

/** `{key: value}`, or nothing where there is no value: optional keys of the model are absent, never undefined. */
export function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
    return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}

/** Makes a value unchangeable, all the way down. */
export function freeze<T>(value: T): T {
    if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
        Object.freeze(value);
        Object.values(value).forEach(freeze);
    }
    return value;
}

/** What is written beside the defaults, by path from `at`; maps are looked into, all else is one value. */
export function besideDefaults(
    at: string,
    written: Readonly<Record<string, unknown>>,
    usual: Readonly<Record<string, unknown>>,
): { path: string; value: unknown }[] {
    const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
        typeof value === "object" && value !== null && !Array.isArray(value);
    return Object.entries(written).flatMap(([key, value]) => {
        const [path, other] = [`${at}.${key}`, usual[key]];
        return isMap(value) && isMap(other)
            ? besideDefaults(path, value, other)
            : isDeepStrictEqual(value, other)
              ? []
              : [{ path, value }];
    });
}
