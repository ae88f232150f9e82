import { z } from "zod";

import { check, type CheckContext } from "./check";
import type { Estate } from "./model";
import { nearest } from "./nearest";
import { compare, hasErrors, sortProblems, type Problem } from "./problem";
import { resolve, type ResolveContext } from "./resolve";
import { secretsIn } from "./rules/secrets";
import { unseenIn } from "./rules/texts";
import { specSchema, type Spec } from "./schema";

/** What a spec is read with; all of it optional. */
export interface ParseContext extends ResolveContext, CheckContext {}

export interface Parsed {
    /** Absent exactly when `problems` holds an error. */
    readonly estate?: Estate;
    /** Everything wrong with the spec at once, sorted, warnings included. */
    readonly problems: readonly Problem[];
}

/**
 * Reads a spec: schema, inheritance, then every rule. Pure.
 *
 * Where the schema refuses a part, the rest is still checked without that part, so that one run reports
 * everything; what is reported about a refused part is only what the schema says.
 */
export function parseEstate(raw: unknown, context: ParseContext = {}): Parsed {
    const secrets = secretsIn(raw);
    const { spec, problems } = readSpec(raw);
    const reported = [...secrets, ...problems];
    const found = [
        ...reported,
        ...unseenIn(raw).filter(({ path }) => !reported.some((other) => related(path, other.path))),
    ];
    // Without one of the spec's maps, everything that names something in it would be reported too.
    if (spec !== undefined && !problems.some(({ path }) => isMapOfNames(path))) {
        const estate = resolve(spec, context);
        found.push(
            ...check(spec, estate, context).filter((one) => !problems.some((other) => follows(one, other))),
        );
        if (!hasErrors(found)) {
            return { estate, problems: sortProblems(found) };
        }
    }
    const hidden = secrets.filter(({ severity }) => severity === "error").map((secret) => secret.path);
    return { problems: sortProblems(found.map((problem) => redact(problem, hidden))) };
}

/** Whether a path is a map of the spec by names, such as `environments`, as a whole. */
function isMapOfNames(path: string): boolean {
    const schema = (specSchema.shape as Record<string, z.core.$ZodType | undefined>)[path];
    return unwrap(schema) instanceof z.ZodRecord;
}

/** A refused value must not show a secret either. */
function redact(problem: Problem, hidden: readonly string[]): Problem {
    const showsSecret =
        typeof problem.value === "object" && problem.value !== null
            ? hidden.some((path) => related(path, problem.path))
            : hidden.includes(problem.path);
    if (!showsSecret) {
        return problem;
    }
    return { ...problem, value: "(hidden)", ...(problem.id === "type" ? { fix: writeOne } : {}) };
}

/** Whether a rule speaks of a part that the schema refused: then it may speak of what was put in its place. */
function follows(problem: Problem, refused: Problem): boolean {
    const below = problem.path === refused.path || problem.path.startsWith(`${refused.path}.`);
    // Around an unknown key everything is as it was written.
    return below || (refused.id !== "unknown-key" && refused.path.startsWith(`${problem.path}.`));
}

/** Whether one path is the other or lies below it. */
function related(a: string, b: string): boolean {
    return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

/**
 * Rounds of repair. A refused value takes up to three: removed, then a name in its place where one is required, then a URL;
 * what shows inside of a repaired part takes its own. A value that neither suits comes back for ever, so there is an end.
 */
const rounds = 10;

/** A number beyond what can be counted is beyond the option's own limit too, which is the one to name. */
function withoutRepeatedLimits(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
    const isCountable = (issue: z.core.$ZodIssue): boolean =>
        (issue.code === "too_big" && Number(issue.maximum) === Number.MAX_SAFE_INTEGER) ||
        (issue.code === "too_small" && Number(issue.minimum) === Number.MIN_SAFE_INTEGER);
    return issues.filter(
        (issue) =>
            !isCountable(issue) ||
            !issues.some(
                (other) =>
                    other !== issue && other.path.join(".") === issue.path.join(".") && !isCountable(other),
            ),
    );
}

function readSpec(raw: unknown): { spec?: Spec; problems: Problem[] } {
    const problems: Problem[] = [];
    const candidate: unknown = structuredClone(raw);
    for (let round = 0; round < rounds; round++) {
        const result = specSchema.safeParse(candidate);
        if (result.success) {
            return { spec: result.data, problems };
        }
        const issues = withoutRepeatedLimits(result.error.issues);
        const earlier = [...problems];
        for (const issue of issues) {
            const path = issue.path.map(String);
            const reported = earlier.some((problem) => related(problem.path, path.join(".")));
            if (!reported || issue.code === "unrecognized_keys") {
                problems.push(...explain(issue, path, candidate));
            }
        }
        const repaired = issues.map((issue) => repair(candidate, issue));
        if (!repaired.includes(true)) {
            return { problems };
        }
    }
    return { problems };
}

/** Placeholders for a required text that is missing or refused: the first for names, the second for URLs. */
const placeholders = ["stand-in", "https://stand-in.invalid"] as const;

/** Takes out what is refused and puts something in where it is required, so that the rest can be looked at. */
function repair(tree: unknown, issue: z.core.$ZodIssue): boolean {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => put(tree, [...path, key], undefined)).includes(true);
    }
    const value = at(tree, path);
    if (value === placeholders[0]) {
        return put(tree, path, placeholders[1]);
    }
    if (value !== undefined) {
        return put(tree, path, undefined);
    }
    if (issue.code === "invalid_value") {
        return put(tree, path, issue.values[0]);
    }
    const [wanted = ""] =
        issue.code === "invalid_union"
            ? typesOf(issue)
            : issue.code === "invalid_type"
              ? [issue.expected]
              : [];
    return put(tree, path, placeholder(wanted));
}

function placeholder(type: string): unknown {
    switch (type) {
        case "string":
            return placeholders[0];
        case "array":
            return [];
        case "object":
        case "record":
            return {};
        default:
            return undefined;
    }
}

/** Sets or, with undefined, removes a value in a tree of maps and lists. False where nothing changed. */
function put(tree: unknown, path: readonly string[], value: unknown): boolean {
    const parent = at(tree, path.slice(0, -1));
    const key = path.at(-1);
    if (key === undefined || typeof parent !== "object" || parent === null) {
        return false;
    }
    if (Array.isArray(parent)) {
        // One refused element makes the list unusable; removing only that one would change the others' index.
        return put(tree, path.slice(0, -1), value);
    }
    const map = parent as Record<string, unknown>;
    if (value === undefined) {
        const there = key in map;
        delete map[key];
        return there;
    }
    map[key] = value;
    return true;
}

function at(tree: unknown, path: readonly string[]): unknown {
    return path.reduce<unknown>(
        (value, key) =>
            typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined,
        tree,
    );
}

/** zod's issue in the words of a problem. */
function explain(issue: z.core.$ZodIssue, path: readonly string[], raw: unknown): Problem[] {
    const value = at(raw, path);
    const base = { path: path.join("."), value, severity: "error" } as const;
    switch (issue.code) {
        case "unrecognized_keys":
            return issue.keys.map((key) => unknownKey([...path, key], at(raw, [...path, key])));
        case "invalid_type":
            return value === undefined
                ? [
                      {
                          ...base,
                          id: "required",
                          rule: `is required: ${article(issue.expected)}`,
                          fix: "add it",
                      },
                  ]
                : [
                      {
                          ...base,
                          id: "type",
                          rule: `must be ${article(issue.expected)}`,
                          fix: rewritten(issue.expected, value, path.at(-1) ?? ""),
                      },
                  ];
        case "invalid_value": {
            const allowed = issue.values.map(String);
            const near = nearest(String(value), allowed);
            return [
                {
                    ...base,
                    id: "choice",
                    rule: `must be one of ${allowed.join(", ")}`,
                    fix: near === undefined ? "choose one of them" : `did you mean ${near}?`,
                },
            ];
        }
        case "too_big":
        case "too_small":
            return [limitProblem(issue, base)];
        case "invalid_key":
            return [
                {
                    ...base,
                    value: path.at(-1),
                    id: "name",
                    rule: issue.issues.map(keyRule).join("; "),
                    fix: "rename the key",
                },
            ];
        case "invalid_union":
            return ofAlternatives(issue, path, raw, base);
        default:
            return [{ ...base, id: "form", rule: issue.message, fix: "correct the value" }];
    }
}

/** Of several forms a value may have: what is wrong with the one that was meant, else all of them. */
function ofAlternatives(
    issue: z.core.$ZodIssueInvalidUnion,
    path: readonly string[],
    raw: unknown,
    base: Pick<Problem, "path" | "value" | "severity">,
): Problem[] {
    const isOther = (one: z.core.$ZodIssue): boolean =>
        one.path.length === 0 && (one.code === "invalid_type" || one.code === "invalid_value");
    const meant = issue.errors.filter((errors) => !errors.some(isOther));
    const words = issue.errors.flatMap(([first]) => (first?.code === "invalid_value" ? first.values : []));
    const near = typeof base.value === "string" ? nearest(base.value, words.map(String)) : undefined;
    const [only = []] = meant;
    if (meant.length === 1 && near === undefined) {
        return only.flatMap((one) => explain(one, [...path, ...one.path.map(String)], raw));
    }
    const forms = issue.errors.flatMap(([first]) => (first === undefined ? [] : formOf(first)));
    const form = [...new Set(forms)].join(", or ");
    if (base.value === undefined) {
        return [{ ...base, id: "required", rule: `is required: ${form}`, fix: "add it" }];
    }
    const listed = typeof base.value === "string" && typesOf(issue).includes("array");
    return [
        {
            ...base,
            id: "form",
            rule: `must be ${form}`,
            fix:
                near !== undefined
                    ? `did you mean ${near}?`
                    : listed
                      ? rewritten("array", base.value, "")
                      : "write one of them",
        },
    ];
}

/** Types that the alternatives want in place of what is there. */
function typesOf({ errors }: z.core.$ZodIssueInvalidUnion): string[] {
    return errors.flatMap(([first]) => (first?.code === "invalid_type" ? first.expected : []));
}

/** What an alternative wants, as a noun. */
function formOf(issue: z.core.$ZodIssue): string {
    switch (issue.code) {
        case "invalid_type":
            return article(issue.expected);
        case "invalid_value":
            return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.join(", ")}`;
        default:
            return issue.message.replace(/^must be /, "");
    }
}

function keyRule(issue: z.core.$ZodIssue): string {
    return issue.code === "too_big" ? `must have at most ${issue.maximum} characters` : issue.message;
}

function limitProblem(
    issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall,
    base: Pick<Problem, "path" | "value" | "severity">,
): Problem {
    const big = issue.code === "too_big";
    const limit = Number(big ? issue.maximum : issue.minimum);
    if (issue.origin === "string") {
        return {
            ...base,
            id: "length",
            rule: `must have ${big ? "at most" : "at least"} ${limit} character${limit === 1 ? "" : "s"}`,
            fix: big ? "shorten it" : "write a value, or leave the key out",
        };
    }
    if (issue.origin === "array") {
        return {
            ...base,
            id: "length",
            rule: `must have ${big ? "at most" : "at least"} ${limit} ${limit === 1 ? "entry" : "entries"}`,
            fix: big ? "shorten it" : "write one, or leave the key out",
        };
    }
    return {
        ...base,
        id: "range",
        rule: `must be ${big ? "at most" : "at least"} ${limit}`,
        fix: `write a number ${big ? "up to" : "from"} ${limit}`,
    };
}

const articles: Readonly<Record<string, string>> = {
    object: "a map",
    record: "a map",
    array: "a list",
    string: "a text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
};

function article(type: string): string {
    return articles[type] ?? type;
}

const writeOne = "write one";

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A duration such as `5m` as a number of what the key's name says it is in; undefined where it is none, or comes out uneven. */
function inUnitOf(key: string, value: string): number | undefined {
    const [, amount = "", unit = ""] = /^(\d+)\s*([smhd])$/.exec(value) ?? [];
    const [, of = ""] = /(second|minute|hour|day)s$/i.exec(key) ?? [];
    const number = (Number(amount) * (seconds[unit] ?? NaN)) / (seconds[of.charAt(0).toLowerCase()] ?? NaN);
    return Number.isInteger(number) ? number : undefined;
}

/** How to write what is there as the type that is wanted, where that is clear. @param key where it stands. */
function rewritten(expected: string, value: unknown, key: string): string {
    if (value === null) {
        return "write one, or leave the key out";
    }
    if (expected === "string" && (typeof value === "number" || typeof value === "boolean")) {
        // YAML has read 1.10 as 1.1 and 0x10 as 16: only whole numbers and truth values are certainly as they were written.
        return typeof value === "number" && !Number.isSafeInteger(value)
            ? `put it in quotes, as it was meant: YAML read the number ${value}, e.g. from 1.10 the number 1.1`
            : `put it in quotes: "${value}"`;
    }
    if (typeof value === "string") {
        const amount = /^\d+(?:\.\d+)?/.exec(value)?.[0];
        const fixes: Readonly<Record<string, string | undefined>> = {
            array: `write a list: [${value}]`,
            number:
                amount === undefined
                    ? undefined
                    : `write ${inUnitOf(key, value) ?? amount}, without quotes or a unit`,
            boolean: /^(?:true|yes|on)$/i.test(value)
                ? "write true"
                : /^(?:false|no|off)$/i.test(value)
                  ? "write false"
                  : undefined,
        };
        return fixes[expected] ?? writeOne;
    }
    return writeOne;
}

function unknownKey(path: readonly string[], value: unknown): Problem {
    const known = knownKeys(path.slice(0, -1));
    const near = nearest(path.at(-1) ?? "", known);
    return {
        path: path.join("."),
        value,
        id: "unknown-key",
        rule: "must be a key of the schema",
        fix: near === undefined ? `use one of ${known.join(", ")}, or remove it` : `did you mean ${near}?`,
        severity: "error",
    };
}

/** Keys the schema allows at a path, sorted. */
function knownKeys(path: readonly string[]): string[] {
    let schema: z.core.$ZodType | undefined = unwrap(specSchema);
    for (const key of path) {
        if (schema instanceof z.ZodObject) {
            schema = (schema.shape as Record<string, z.core.$ZodType>)[key];
        } else if (schema instanceof z.ZodRecord) {
            schema = schema.valueType;
        } else if (schema instanceof z.ZodArray) {
            schema = schema.element;
        } else {
            return [];
        }
        schema = unwrap(schema);
    }
    if (schema instanceof z.ZodUnion) {
        // Only a map has keys.
        schema = schema.options.find((option) => option instanceof z.ZodObject);
    }
    return schema instanceof z.ZodObject ? Object.keys(schema.shape).sort(compare) : [];
}

function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
    let inner = schema;
    while (
        inner instanceof z.ZodOptional ||
        inner instanceof z.ZodNullable ||
        inner instanceof z.ZodDefault ||
        inner instanceof z.ZodPrefault
    ) {
        inner = inner.unwrap();
    }
    return inner;
}
