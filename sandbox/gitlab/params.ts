import { badParameters } from "./errors";

/** Parameters of a request, from path, query and body, before they are checked. */
export type Input = Record<string, unknown>;

type Outcome<T> = { value: T } | { problem: string };

/** How one parameter is read. */
export interface Field<T> {
    read(value: unknown): Outcome<T>;
    required?: boolean;
    /** Null empties the attribute. Without this null counts as not given, as GitLab takes it. */
    clears?: true;
}

/** A field that must be given. */
export interface RequiredField<T> extends Field<T> {
    required: true;
}

type Fields = Record<string, Field<unknown>>;

/** What {@link parse} gives: required fields always there, the others only when they were sent. */
export type Parsed<S extends Fields> = {
    [K in keyof S as S[K] extends RequiredField<unknown> ? K : never]: S[K] extends Field<infer T>
        ? T
        : never;
} & {
    [K in keyof S as S[K] extends RequiredField<unknown> ? never : K]?: S[K] extends Field<infer T>
        ? T
        : never;
};

/**
 * Reads the named parameters; unknown ones are ignored, as GitLab does, and null counts as not given where it does not
 * empty an attribute ({@link clearable}). All problems are answered at once.
 */
export function parse<S extends Fields>(input: Input, fields: S): Parsed<S> {
    const result: Record<string, unknown> = {};
    const problems: string[] = [];
    for (const [name, field] of Object.entries(fields)) {
        const value = input[name];
        if (value === undefined || (value === null && !field.clears)) {
            if (field.required) {
                problems.push(`${name} is missing`);
            }
            continue;
        }
        const outcome = field.read(value);
        if ("problem" in outcome) {
            problems.push(`${name} ${outcome.problem}`);
        } else if (outcome.value !== undefined) {
            result[name] = outcome.value;
        }
    }
    if (problems.length > 0) {
        throw badParameters(problems);
    }
    return result as Parsed<S>;
}

/** The text of a plain value of unknown kind; the fallback for objects and for nothing. */
export function asText(value: unknown, fallback = ""): string {
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? String(value)
        : fallback;
}

/** Makes a field one that must be given. */
export function required<T>(field: Field<T>): RequiredField<T> {
    return { read: (value) => field.read(value), required: true };
}

/** A string; numbers and booleans are taken as their text. */
export function text(): Field<string> {
    return {
        read(value) {
            if (typeof value === "string") {
                return { value };
            }
            return typeof value === "number" || typeof value === "boolean"
                ? { value: String(value) }
                : { problem: "is invalid" };
        },
    };
}

/** The text of an attribute that null empties. */
export function clearable(): Field<string> {
    return { read: (value) => (value === null ? { value: "" } : text().read(value)), clears: true };
}

/** A string that is more than blanks. */
export function filled(): Field<string> {
    return {
        read(value) {
            const outcome = text().read(value);
            return "value" in outcome && outcome.value.trim() === "" ? { problem: "is empty" } : outcome;
        },
    };
}

/** A whole number; text of digits counts. Empty text counts as not given. */
export function int(): Field<number> {
    return {
        read(value) {
            if (value === "") {
                return { value: undefined as unknown as number };
            }
            const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
            return typeof number === "number" && Number.isInteger(number)
                ? { value: number }
                : { problem: "is invalid" };
        },
    };
}

const yes = ["1", "on", "t", "true", "y", "yes"];
const no = ["0", "off", "f", "false", "n", "no"];

/** What a value means as a truth value, in every spelling GitLab takes: `True`, `on`, `1` …; undefined when it is none. */
export function parseBoolean(value: unknown): boolean | undefined {
    const word = asText(value).toLowerCase();
    return yes.includes(word) ? true : no.includes(word) ? false : undefined;
}

/** A truth value. Empty text counts as not given. */
export function bool(): Field<boolean> {
    return {
        read(value) {
            const meant = parseBoolean(value);
            return meant === undefined && value !== ""
                ? { problem: "is invalid" }
                : { value: meant as boolean };
        },
    };
}

/** A number, or `Any` or `None` for whether there is one at all. */
export function intOrAny(): Field<string> {
    return {
        read(value) {
            const given = asText(value);
            return /^(-?\d+|any|none)?$/i.test(given)
                ? { value: given }
                : { problem: `should be an integer, 'None', or 'Any', however got ${given}` };
        },
    };
}

/** One of some words. */
export function oneOf<const T extends string>(...allowed: T[]): Field<T> {
    return {
        read: (value) =>
            allowed.includes(value as T) ? { value: value as T } : { problem: "does not have a valid value" },
    };
}

/** One of some numbers. */
export function oneOfNumbers(...numbers: readonly number[]): Field<number> {
    return {
        read(value) {
            const outcome = int().read(value);
            return "value" in outcome && outcome.value !== undefined && !numbers.includes(outcome.value)
                ? { problem: "does not have a valid value" }
                : outcome;
        },
    };
}

/** A list of strings; one string with commas, or one number, counts as a list. */
export function stringList(): Field<string[]> {
    return {
        read(value) {
            if (typeof value === "number") {
                return { value: [String(value)] };
            }
            const list =
                typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : undefined;
            if (!list?.every((item) => typeof item === "string" || typeof item === "number")) {
                return { problem: "is invalid" };
            }
            return { value: list.map((item) => String(item).trim()).filter((item) => item !== "") };
        },
    };
}

/** A list of some words. */
export function someOf(...known: readonly string[]): Field<string[]> {
    return {
        read(value) {
            const list = stringList().read(value);
            return "value" in list && list.value.some((each) => !known.includes(each))
                ? { problem: "does not have a valid value" }
                : list;
        },
    };
}

/** A list of whole numbers; one string with commas counts as a list. */
export function ints(): Field<number[]> {
    return {
        read(value) {
            const list = stringList().read(value);
            if ("problem" in list) {
                return list;
            }
            const numbers = list.value.map(Number);
            return numbers.every((number) => Number.isInteger(number))
                ? { value: numbers }
                : { problem: "is invalid" };
        },
    };
}

/** A day, `YYYY-MM-DD` (a longer ISO 8601 time is cut); empty or null means none. */
export function day(): Field<string | null> {
    return {
        read(value) {
            if (value === null || value === "") {
                return { value: null };
            }
            const found = typeof value === "string" ? /^\d{4}-\d{2}-\d{2}/.exec(value) : null;
            return found && !Number.isNaN(Date.parse(found[0]))
                ? { value: found[0] }
                : { problem: "is invalid" };
        },
        clears: true,
    };
}

/** A timestamp, ISO 8601; empty or null means none. */
export function timestamp(): Field<string | null> {
    return {
        read(value) {
            if (value === null || value === "") {
                return { value: null };
            }
            const time = typeof value === "string" ? Date.parse(value) : NaN;
            return Number.isNaN(time) ? { problem: "is invalid" } : { value: new Date(time).toISOString() };
        },
        clears: true,
    };
}

/** An object of any shape; the caller looks into it. */
export function object(): Field<Input> {
    return {
        read: (value) =>
            typeof value === "object" && value !== null && !Array.isArray(value)
                ? { value: value as Input }
                : { problem: "is invalid" },
    };
}

/** A list of objects; the form-encoded `{ "0": {…} }` counts as a list. */
export function objects(): Field<Input[]> {
    return {
        read(value) {
            const list = Array.isArray(value)
                ? (value as unknown[])
                : typeof value === "object" && value !== null
                  ? Object.values(value)
                  : undefined;
            return list?.every((item) => typeof item === "object" && item !== null)
                ? { value: list as Input[] }
                : { problem: "is invalid" };
        },
    };
}

/**
 * Decodes `a=1&b[c]=2&d[]=3&e[][f]=4`, the form GitLab's clients use for nested values in queries and forms.
 * In a list of objects a key that repeats starts the next object.
 */
export function decodeForm(encoded: string): Input {
    const result: Input = {};
    for (const [key, value] of new URLSearchParams(encoded)) {
        const name = /^[^[]*/.exec(key)?.[0] ?? key;
        const steps = [...key.slice(name.length).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? "");
        put(result, [name, ...steps], value);
    }
    return result;
}

function put(target: Input, steps: string[], value: string): void {
    const [name = "", next, ...rest] = steps;
    if (name === "__proto__") {
        return;
    }
    if (next === undefined) {
        target[name] = value;
    } else if (next === "") {
        const list = (Array.isArray(target[name]) ? target[name] : (target[name] = [])) as unknown[];
        if (rest.length === 0) {
            list.push(value);
            return;
        }
        const last = list.at(-1) as Input | undefined;
        const key = rest[0] ?? "";
        const item = last !== undefined && !(key in last) ? last : {};
        if (item !== last) {
            list.push(item);
        }
        put(item, rest, value);
    } else {
        const inner = target[name];
        const child = typeof inner === "object" && inner !== null ? (inner as Input) : {};
        target[name] = child;
        put(child, [next, ...rest], value);
    }
}
