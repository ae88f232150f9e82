/** One claim about a server: a call, and what comes back. The claims are data; run.ts tries them on any server. */

/**
 * What an answer has to look like. An object names attributes that must fit and lets others be; a list must fit item by
 * item; a function decides by itself; anything else must be equal. Text may contain `{name}` of captured values.
 */
export type Pattern =
    string | number | boolean | null | Check | readonly Pattern[] | { readonly [name: string]: Pattern };

/** A rule for a value; `says` is how a report names it. */
export interface Check {
    (
        value: unknown,
        fits: (value: unknown, pattern: Pattern) => boolean,
        fill: (text: string) => string,
    ): boolean;
    readonly says: string;
}

/** What a server has to have for a case to be tried. */
export type Need = "premium" | "free" | "ee" | "admin" | "person";

export interface Case {
    /** The claim, as one sentence. */
    readonly claim: string;
    /** Method and path below the API, e.g. `GET /projects/{project}`; `{name}` is a captured value, encoded. */
    readonly call: string;
    /** The body, sent as JSON. Text in it may hold `{name}`. */
    readonly body?: unknown;
    /** The body, sent as a form instead. */
    readonly form?: string;
    /** Credential of who asks, e.g. `{personToken}`; `nobody` sends none. Default: that of the run. */
    readonly as?: string;
    /** Further headers of the request. */
    readonly headers?: Readonly<Record<string, string>>;
    readonly status: number | readonly number[];
    readonly answer?: Pattern;
    /** Headers of the answer that have to fit. */
    readonly gives?: Readonly<Record<string, Pattern>>;
    /** Values to capture for later cases: name → path in the answer, e.g. `id` or `0.id`. */
    readonly keep?: Readonly<Record<string, string>>;
    /** Without one of these the case is left out, and the report says so. */
    readonly needs?: readonly Need[];
    /** The server does this a moment later: asked again for so many seconds until it fits. */
    readonly within?: number;
}

/** Cases of one noun, in their order: later ones use what earlier ones made. */
export interface Chapter {
    readonly noun: string;
    readonly cases: readonly Case[];
}

const check = (says: string, rule: (value: unknown) => boolean): Check => Object.assign(rule, { says });

export const aNumber = check("a number", (value) => typeof value === "number");
export const aText = check("text", (value) => typeof value === "string" && value !== "");
export const aMoment = check(
    "a time",
    (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
);
export const aList = check("a list", (value) => Array.isArray(value));
export const absent = check("no such attribute", (value) => value === undefined);
export const anything = check("anything", () => true);

/** Text that holds this. */
export const textWith = (part: string): Check =>
    Object.assign(
        (value: unknown, _: unknown, fill: (text: string) => string) =>
            typeof value === "string" && value.includes(fill(part)),
        { says: `text with "${part}"` },
    );

/** A list that has an item of this kind, whatever else it has. */
export const listWith = (item: Pattern): Check =>
    Object.assign(
        (value: unknown, fits: (value: unknown, pattern: Pattern) => boolean) =>
            Array.isArray(value) && value.some((each) => fits(each, item)),
        { says: `a list with ${describe(item)}` },
    );

/** A list without any item of this kind. */
export const listWithout = (item: Pattern): Check =>
    Object.assign(
        (value: unknown, fits: (value: unknown, pattern: Pattern) => boolean) =>
            Array.isArray(value) && !value.some((each) => fits(each, item)),
        { says: `a list without ${describe(item)}` },
    );

/** A body with an error that holds this, whether it is text, a list or sorted by attribute. */
export const errorWith = (part: string): Check =>
    check(`an error with "${part}"`, (value) => JSON.stringify(value ?? "").includes(part));

/** A pattern for people. */
export function describe(pattern: Pattern): string {
    if (typeof pattern === "function") {
        return pattern.says;
    }
    if (Array.isArray(pattern)) {
        return `[${(pattern as readonly Pattern[]).map(describe).join(", ")}]`;
    }
    if (typeof pattern === "object" && pattern !== null) {
        const entries = Object.entries(pattern as { readonly [name: string]: Pattern });
        return `{ ${entries.map(([name, each]) => `${name}: ${describe(each)}`).join(", ")} }`;
    }
    return JSON.stringify(pattern);
}

/** Whether a value fits a pattern; `fill` puts captured values into its text. */
export function fits(value: unknown, pattern: Pattern, fill: (text: string) => string): boolean {
    if (typeof pattern === "function") {
        return pattern(value, (each, inner) => fits(each, inner, fill), fill);
    }
    if (typeof pattern === "string") {
        const wanted = fill(pattern);
        // A captured number comes back as text.
        return value === wanted || (wanted !== pattern && String(value) === wanted);
    }
    if (Array.isArray(pattern)) {
        const list = pattern as readonly Pattern[];
        return (
            Array.isArray(value) &&
            value.length === list.length &&
            list.every((each, index) => fits(value[index], each, fill))
        );
    }
    if (typeof pattern === "object" && pattern !== null) {
        return (
            typeof value === "object" &&
            value !== null &&
            Object.entries(pattern).every(([name, each]) =>
                fits((value as Record<string, unknown>)[name], each, fill),
            )
        );
    }
    return value === pattern;
}
