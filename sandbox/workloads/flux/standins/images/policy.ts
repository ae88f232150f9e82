/** Which tag a policy chooses: the rules of Flux's image-reflector-controller (fluxcd.io/flux/components/image/imagepolicies). Pure. */
import * as semver from "semver";

export interface TagPolicy {
    readonly semver?: { readonly range: string };
    readonly alphabetical?: { readonly order?: "asc" | "desc" };
    readonly numerical?: { readonly order?: "asc" | "desc" };
}

export interface TagFilter {
    /** A regular expression in Go's syntax. */
    readonly pattern?: string;
    /** What of a match is compared: `$name` or `$1`; default: the tag itself. */
    readonly extract?: string;
}

/** A policy that chooses nothing before somebody changes it. */
export class InvalidPolicy extends Error {}

/**
 * The newest of the tags by a policy.
 *
 * @throws InvalidPolicy for a policy that cannot be read.
 * @throws Error when no tag fits, or one that is left after the filter is no number for `numerical`.
 */
export function latestTag(tags: readonly string[], policy: TagPolicy, filter?: TagFilter): string {
    const byValue = filter === undefined ? new Map(tags.map((tag) => [tag, tag])) : filtered(tags, filter);
    const values = [...byValue.keys()];
    if (values.length === 0) {
        throw new Error("version list argument cannot be empty");
    }
    const chosen = choose(values, policy);
    return byValue.get(chosen) ?? chosen;
}

function choose(values: readonly string[], policy: TagPolicy): string {
    if (policy.semver !== undefined) {
        return newestVersion(values, policy.semver.range);
    }
    if (policy.alphabetical !== undefined) {
        const sorted = [...values].sort(byBytes);
        return pick(sorted, policy.alphabetical.order);
    }
    if (policy.numerical !== undefined) {
        const numbers = values.map((value) => {
            const number = value.trim() === "" ? NaN : Number(value);
            if (Number.isNaN(number)) {
                throw new Error(`failed to parse invalid numeric value '${value}'`);
            }
            return { value, number };
        });
        const sorted = numbers.sort((left, right) => left.number - right.number).map(({ value }) => value);
        return pick(sorted, policy.numerical.order);
    }
    throw new InvalidPolicy("given ImagePolicyChoice object is invalid");
}

/** Ascending order chooses the last, descending order the first. */
function pick(sorted: readonly string[], order: "asc" | "desc" = "asc"): string {
    return (order === "asc" ? sorted.at(-1) : sorted[0]) ?? "";
}

/** As Go compares strings, where JavaScript compares UTF-16. */
function byBytes(left: string, right: string): number {
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/**
 * Flux reads ranges with Masterminds/semver: a comma means "and", and pre-releases count where the range names one.
 *
 * @throws InvalidPolicy for a range that is none; Error when no version lies in it.
 */
function newestVersion(values: readonly string[], text: string): string {
    const range = semver.validRange(text.replaceAll(",", " "));
    if (range === null) {
        throw new InvalidPolicy(`improper constraint: ${text}`);
    }
    const options = { includePrerelease: /\d-[0-9A-Za-z]/.test(text) };
    let newest: { readonly value: string; readonly version: semver.SemVer } | undefined;
    for (const value of values) {
        const version = semver.parse(value);
        if (version === null || !semver.satisfies(version, range, options)) {
            continue;
        }
        const order = newest === undefined ? 1 : semver.compareBuild(version, newest.version);
        if (order > 0) {
            newest = { value, version };
        }
    }
    if (newest === undefined) {
        throw new Error("unable to determine latest version from provided list");
    }
    return newest.value;
}

/** What is compared, with the tag that it is of. */
function filtered(tags: readonly string[], { pattern = "", extract = "" }: TagFilter): Map<string, string> {
    const expression = goExpression(pattern);
    const found = new Map<string, string>();
    for (const tag of tags) {
        const match = expression.exec(tag);
        if (match !== null) {
            found.set(extract === "" ? tag : expand(extract, match), tag);
        }
    }
    return found;
}

/** @throws InvalidPolicy for a pattern that is no regular expression, or that JavaScript reads otherwise than Go. */
export function goExpression(pattern: string): RegExp {
    try {
        return new RegExp(pattern.replaceAll("(?P<", "(?<"), "u");
    } catch {
        throw new InvalidPolicy(`invalid regular expression pattern '${pattern}'`);
    }
}

/** Go's Regexp.Expand: `$name`, `${name}` and `$1`, the longest name that is one; `$$` is a dollar sign. */
function expand(template: string, match: RegExpExecArray): string {
    return template.replace(
        /\$\$|\$(?:\{(\w+)\}|(\w+))/g,
        (whole, braced: string | undefined, bare: string | undefined) => {
            const name = braced ?? bare;
            if (name === undefined) {
                return whole === "$$" ? "$" : whole;
            }
            return /^\d+$/.test(name) ? (match[Number(name)] ?? "") : (match.groups?.[name] ?? "");
        },
    );
}
