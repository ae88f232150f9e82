/**
 * Broken specs out of the schema itself: each option it has is written wrong in every way its type allows. An option that is
 * added later is broken by itself.
 */
import { z } from "zod";
import { specSchema } from "../../../estate/schema";
import { spec } from "../../support/estate";

/** A spec with one thing wrong. */
export interface Broken {
    /** What was done, for the test's name. */
    readonly title: string;
    /** Where, as dotted keys. */
    readonly path: string;
    readonly spec: unknown;
}

type Schema = z.core.$ZodType;
type Path = readonly string[];

/** A key that does where the schema takes any. */
const anyKey = "some";

/** Keys of the fixture's maps, so that references hold. */
const sampleKeys: Readonly<Record<string, string>> = {
    registries: "main",
    clusters: "member1",
    environments: "dev",
    channels: "ops",
    teams: "shop",
    apps: "web",
    "apps.web.environments": "dev",
    "apps.web.quota": "pods",
    "environments.dev.defaults.quota": "pods",
    "apps.web.environments.dev.quota": "pods",
    "defaults.quota": "pods",
};

/** Every way in which every option can be wrong. */
export function brokenBySchema(): Broken[] {
    return walk(specSchema, []);
}

function walk(wrapped: Schema, path: Path): Broken[] {
    const { schema, nullable, optional } = unwrap(wrapped);
    const wrong = (what: string, value: unknown, at: Path = path): Broken => ({
        title: `${at.join(".")} ${what}`,
        path: at.join("."),
        spec: put(spec(), at, value),
    });
    // The root and its parts that have no default are broken by the fixture's own tests.
    const general = path.length === 0 || nullable ? [] : [wrong("null", null)];
    const missing = optional || path.length === 0 ? [] : [wrong("missing", undefined)];
    return [
        ...(acceptsAnything(schema) ? [] : general),
        ...(isKeyed(path) ? [] : missing),
        ...broken(schema, path, wrong),
    ];
}

function broken(
    schema: Schema,
    path: Path,
    wrong: (what: string, value: unknown, at?: Path) => Broken,
): Broken[] {
    if (schema instanceof z.ZodObject) {
        const shape = schema.shape as Record<string, Schema>;
        return [
            wrong("a text", "text"),
            wrong("a list", ["text"]),
            wrong("with an unknown key", 1, [...path, "noSuchKey"]),
            ...Object.entries(shape).flatMap(([key, inner]) => walk(inner, [...path, key])),
        ];
    }
    if (schema instanceof z.ZodRecord) {
        const key = sampleKeys[path.join(".")] ?? anyKey;
        const { valueType, keyType } = schema as z.ZodRecord<z.core.$ZodRecordKey, Schema>;
        return [
            wrong("a list", ["text"]),
            wrong("a text", "text"),
            ...(hasForm(keyType)
                ? [wrong("with a key of another form", sample(valueType), [...path, "No Key!"])]
                : []),
            ...walk(valueType, [...path, key]),
        ];
    }
    if (schema instanceof z.ZodArray) {
        return [wrong("a text", "text"), wrong("a map", { a: 1 }), ...inList(schema.element, wrong)];
    }
    if (schema instanceof z.ZodUnion) {
        return [wrong("a number", 7), wrong("a list", [[]])];
    }
    if (schema instanceof z.ZodEnum) {
        return [wrong("no choice", "nonsense"), wrong("a number", 7), wrong("a list", ["nonsense"])];
    }
    if (schema instanceof z.ZodNumber) {
        const { minValue, maxValue } = schema;
        return [
            wrong("a text", "many"),
            wrong("a number in quotes", "3 days"),
            wrong("a fraction", 1.5),
            ...(Number.isSafeInteger(minValue) && minValue !== Number.MIN_SAFE_INTEGER
                ? [wrong("too small", (minValue ?? 0) - 1)]
                : []),
            ...(Number.isSafeInteger(maxValue) && maxValue !== Number.MAX_SAFE_INTEGER
                ? [wrong("too large", (maxValue ?? 0) + 1)]
                : []),
        ];
    }
    if (schema instanceof z.ZodBoolean) {
        return [wrong("a word", "maybe"), wrong("a number", 2)];
    }
    if (schema instanceof z.ZodString || schema instanceof z.ZodURL) {
        const { maxLength } = schema as z.ZodString;
        return [
            wrong("a number", 7),
            wrong("a map", { a: "b" }),
            ...(hasForm(schema) ? [wrong("of another form", "[ \u0007, ]")] : []),
            ...(refuses(schema, "") ? [wrong("empty", "")] : []),
            ...(maxLength === null ? [] : [wrong("too long", "a".repeat(maxLength + 1))]),
        ];
    }
    return [];
}

/** Elements of a list: one wrong among good ones. */
function inList(element: Schema, wrong: (what: string, value: unknown) => Broken): Broken[] {
    const { schema } = unwrap(element);
    if (acceptsAnything(schema)) {
        return [];
    }
    const inner =
        schema instanceof z.ZodObject
            ? [wrong("with an unknown key inside", [{ ...(sample(schema) as object), noSuchKey: 1 }])]
            : [];
    return [
        wrong("with a list inside", [sample(schema), [[]]]),
        ...inner,
        ...(hasForm(schema) ? [wrong("with an element of another form", ["[ \u0007, ]"])] : []),
    ];
}

function acceptsAnything(schema: Schema): boolean {
    return schema instanceof z.ZodUnknown || schema instanceof z.ZodAny;
}

function refuses(schema: Schema, value: unknown): boolean {
    return !z.core.safeParse(schema, value).success;
}

function hasForm(schema: Schema): boolean {
    return refuses(schema, "[ \u0007, ]");
}

/** Whether the last key is one that people choose: without the entry there is just one fewer. */
function isKeyed(path: Path): boolean {
    return path.at(-1) === (sampleKeys[path.slice(0, -1).join(".")] ?? anyKey);
}

/** A value that the schema takes. */
function sample(wrapped: Schema): unknown {
    const { schema } = unwrap(wrapped);
    if (schema instanceof z.ZodObject) {
        return Object.fromEntries(
            Object.entries(schema.shape as Record<string, Schema>).flatMap(([key, inner]) =>
                unwrap(inner).optional ? [] : [[key, sample(inner)]],
            ),
        );
    }
    if (schema instanceof z.ZodEnum) {
        return schema.options[0];
    }
    if (schema instanceof z.ZodUnion) {
        return sample(schema.options[0] as Schema);
    }
    const candidates = [
        "main",
        "https://a.test",
        "/spec/replicas",
        "2026-01-01",
        "1h",
        "0 22 * * *",
        "Kind",
        1,
        true,
        [],
        {},
        "1.2.3",
        "4",
        "a".repeat(64),
    ];
    return candidates.find((each) => !refuses(schema, each));
}

function unwrap(wrapped: Schema): { schema: Schema; nullable: boolean; optional: boolean } {
    let schema = wrapped;
    let [nullable, optional] = [false, false];
    for (;;) {
        if (schema instanceof z.ZodNullable) {
            nullable = true;
        } else if (
            schema instanceof z.ZodOptional ||
            schema instanceof z.ZodDefault ||
            schema instanceof z.ZodPrefault
        ) {
            optional = true;
        } else {
            return { schema, nullable, optional };
        }
        schema = (schema as z.ZodOptional).unwrap();
    }
}

/** The tree with a value at a path; maps on the way are made, with what they require. `undefined` takes away. */
export function put(tree: unknown, path: Path, value: unknown): unknown {
    let here = tree as Record<string, unknown>;
    let schema: Schema | undefined = specSchema;
    for (const key of path.slice(0, -1)) {
        schema = below(schema, key);
        const next = here[key];
        here[key] =
            typeof next === "object" && next !== null
                ? next
                : schema === undefined
                  ? {}
                  : (sample(schema) ?? {});
        here = here[key] as Record<string, unknown>;
    }
    const last = path.at(-1);
    if (last === undefined) {
        return value;
    }
    if (value === undefined) {
        delete here[last];
    } else {
        here[last] = value;
    }
    return tree;
}

function below(wrapped: Schema | undefined, key: string): Schema | undefined {
    const schema = wrapped === undefined ? undefined : unwrap(wrapped).schema;
    return schema instanceof z.ZodObject
        ? (schema.shape as Record<string, Schema>)[key]
        : schema instanceof z.ZodRecord
          ? (schema as z.ZodRecord<z.core.$ZodRecordKey, Schema>).valueType
          : undefined;
}
