/** The schema files of the gitlab and harbor providers: reading and checking them. */
import * as fs from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const property = z.strictObject({
    type: z.string(),
    /** Must be given by the program. */
    required: z.boolean().optional(),
    /** Every object has a value once it exists. */
    always: z.boolean().optional(),
    /** Encrypted in the state. */
    secret: z.boolean().optional(),
    /** A change makes a new object. */
    replace: z.boolean().optional(),
    /** A change makes a new object where the program gives a value; one that is no longer given stays. */
    replaceGiven: z.boolean().optional(),
    /** What the provider fills in when the program says nothing. */
    default: z.union([z.string(), z.number(), z.boolean()]).optional(),
    /** Environment variable a provider setting is taken from when the program says nothing. */
    env: z.string().optional(),
    values: z.array(z.union([z.string(), z.number()])).optional(),
    premium: z.boolean().optional(),
    deprecated: z.boolean().optional(),
    about: z.string().optional(),
});

const properties = z.record(z.string(), property);

const combinations = z.array(z.array(z.string()).min(2)).optional();

/** How the published plugin treats a resource where the properties do not say it. */
const upstream = z.strictObject({
    /** In the half of the plugin that is built on Terraform's plugin framework: replacements make the new object first. */
    framework: z.boolean().optional(),
    /** Version of the form of its states. */
    state: z.int().min(0).optional(),
    /** Inputs that are given all or none. */
    together: combinations,
    /** Inputs of which at most one is given. */
    exclusive: combinations,
    /** Inputs of which exactly one is given. */
    one: combinations,
    /** Inputs that a refresh never looks at: what people change there by hand is not seen. */
    unread: z.array(z.string()).optional(),
    /**
     * Which failed reads take the object out of the state: that it is not there (where nothing is said), any failure, or
     * none, so that a refresh fails while the object is gone.
     */
    gone: z.enum(["any", "never"]).optional(),
    /** Deleting an object that is gone fails. */
    strict: z.boolean().optional(),
    /** Where the facts come from. */
    source: z.string(),
});

const resource = z.strictObject({
    token: z.string(),
    about: z.string(),
    upstream: upstream.optional(),
    inputs: properties,
    outputs: properties.optional(),
});

const schema = z.strictObject({
    name: z.string(),
    version: z.string(),
    npm: z.string(),
    server: z.string().optional(),
    provider: properties,
    types: z.record(z.string(), properties),
    resources: z.record(z.string(), resource),
});

/** One property of a resource, a nested type or the provider. */
export type Property = z.infer<typeof property>;
/** Properties by name, in the order of the file. */
export type Properties = z.infer<typeof properties>;
/** One resource: its inputs, which are outputs too, and what only the provider sets. */
export type Resource = z.infer<typeof resource>;
/** All of a provider. */
export type Schema = z.infer<typeof schema>;

/** Every output of a resource: its inputs and what only the provider sets. */
export function outputsOf(of: Resource): Properties {
    return { ...of.inputs, ...of.outputs };
}

/** Taken apart: `BranchProtectionAllowedToPush[]` is that name and one list around it. */
export function parseType(text: string): { base: string; list: boolean; map: boolean } {
    const list = text.endsWith("[]");
    const inner = list ? text.slice(0, -2) : text;
    const map = /^map<(\w+)>$/.exec(inner);
    return { base: map?.[1] ?? inner, list, map: map !== null };
}

/** Reads a schema file. Throws an error that names the file and every mistake. */
export function readSchema(file: string): Schema {
    const result = schema.safeParse(parse(fs.readFileSync(file, "utf8")));
    if (!result.success) {
        throw new Error(`${file}:\n${z.prettifyError(result.error)}`);
    }
    const mistakes = dangling(result.data);
    if (mistakes.length > 0) {
        throw new Error(`${file}:\n${mistakes.join("\n")}`);
    }
    return result.data;
}

/** Types that are used but not defined, and tokens that do not fit their name. */
function dangling(of: Schema): string[] {
    const known = new Set(["string", "boolean", "integer", ...Object.keys(of.types)]);
    const mistakes: string[] = [];
    const look = (owner: string, list: Properties): void => {
        for (const [name, { type }] of Object.entries(list)) {
            if (!known.has(parseType(type).base)) {
                mistakes.push(`${owner}.${name}: there is no type ${type}`);
            }
        }
    };
    look("provider", of.provider);
    for (const [name, type] of Object.entries(of.types)) {
        look(name, type);
    }
    for (const [name, { token, inputs, outputs, upstream }] of Object.entries(of.resources)) {
        const expected = `${of.name}:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
        if (token !== expected) {
            mistakes.push(`${name}: the token is ${token}, not ${expected}`);
        }
        look(name, inputs);
        look(name, outputs ?? {});
        const { together = [], exclusive = [], one = [], unread = [] } = upstream ?? {};
        for (const input of [...together, ...exclusive, ...one, unread].flat()) {
            if (!(input in inputs)) {
                mistakes.push(`${name}.upstream: there is no input ${input}`);
            }
        }
    }
    return mistakes;
}
