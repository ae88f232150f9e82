/** The type declarations (index.d.ts) of an SDK package. */
import { outputsOf, parseType, type Properties, type Property, type Resource, type Schema } from "./schema";

type Side = "input" | "output";

/** The text of index.d.ts. */
export function declarations(schema: Schema): string {
    const parts = [
        "// Made by `npm run sdks`. Do not edit.",
        'import * as pulumi from "@pulumi/pulumi";',
        "",
        provider(schema),
        ...Object.entries(schema.resources).map(([name, resource]) => resourceText(name, resource)),
        typesText(schema),
    ];
    return parts.join("\n");
}

/** A property's type in TypeScript, on the side of what is given or of what comes back. */
function typeText(type: string, side: Side): string {
    const { base, list, map } = parseType(type);
    const names: Record<string, string> = { string: "string", boolean: "boolean", integer: "number" };
    const plain = names[base] ?? `types.${side}.${base}`;
    const wrap = (text: string): string => (side === "input" ? `pulumi.Input<${text}>` : text);
    let text = plain;
    if (map) {
        text = `{ [key: string]: ${wrap(text)} }`;
    }
    if (list) {
        text = side === "input" ? `${wrap(text)}[]` : `${text}[]`;
    }
    return text;
}

function comment(property: Property, indent: string): string[] {
    const lines: string[] = [];
    if (property.about !== undefined) {
        lines.push(property.about);
    }
    if (property.premium === true) {
        lines.push("Not in GitLab's free tier.");
    }
    if (property.values !== undefined) {
        lines.push(`One of: ${property.values.map((value) => `\`${value}\``).join(", ")}.`);
    }
    if (property.replace === true) {
        lines.push("Changing it makes a new object.");
    }
    if (property.default !== undefined) {
        lines.push(`@default ${JSON.stringify(property.default)}`);
    }
    if (property.deprecated === true) {
        lines.push("@deprecated");
    }
    return doc(lines, indent);
}

function doc(lines: readonly string[], indent: string): string[] {
    if (lines.length === 0) {
        return [];
    }
    if (lines.length === 1) {
        return [`${indent}/** ${lines[0]} */`];
    }
    return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`), `${indent} */`];
}

function fields(properties: Properties, indent: string, optional: (property: Property) => boolean): string[] {
    return Object.entries(properties).flatMap(([name, property]) => [
        ...comment(property, indent),
        `${indent}${name}${optional(property) ? "?" : ""}: pulumi.Input<${typeText(property.type, "input")}>;`,
    ]);
}

function outputFields(properties: Properties, indent: string): string[] {
    return Object.entries(properties).flatMap(([name, property]) => {
        const type = typeText(property.type, "output");
        const full = property.always === true ? type : `${type} | undefined`;
        return [...comment(property, indent), `${indent}readonly ${name}: pulumi.Output<${full}>;`];
    });
}

function resourceText(name: string, resource: Resource): string {
    const outputs = outputsOf(resource);
    const needed = Object.values(resource.inputs).some((property) => property.required === true);
    return [
        ...doc([resource.about], ""),
        `export declare class ${name} extends pulumi.CustomResource {`,
        "    /** The resource of that id as it is, without managing it. */",
        `    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ${name}State, opts?: pulumi.CustomResourceOptions): ${name};`,
        "    /** Whether an object is such a resource, also when several copies of this package are loaded. */",
        `    static isInstance(obj: any): obj is ${name};`,
        ...outputFields(outputs, "    "),
        `    constructor(name: string, args${needed ? "" : "?"}: ${name}Args, opts?: pulumi.CustomResourceOptions);`,
        "}",
        `/** What ${name}.get can look for. */`,
        `export interface ${name}State {`,
        ...fields(outputs, "    ", () => true),
        "}",
        `/** What a ${name} is made of. */`,
        `export interface ${name}Args {`,
        ...fields(resource.inputs, "    ", (property) => property.required !== true),
        "}",
        "",
    ].join("\n");
}

function provider(schema: Schema): string {
    const strings = Object.entries(schema.provider).filter(([, { type }]) => type === "string");
    return [
        `/** The ${schema.name} provider: where the server is and how to sign in. */`,
        "export declare class Provider extends pulumi.ProviderResource {",
        "    static isInstance(obj: any): obj is Provider;",
        ...outputFields(Object.fromEntries(strings), "    "),
        "    constructor(name: string, args?: ProviderArgs, opts?: pulumi.ResourceOptions);",
        "}",
        "/** Settings of the provider. */",
        "export interface ProviderArgs {",
        ...fields(schema.provider, "    ", () => true),
        "}",
        "",
    ].join("\n");
}

function typesText(schema: Schema): string {
    const side = (which: Side): string[] => [
        `    namespace ${which} {`,
        ...Object.entries(schema.types).flatMap(([name, properties]) => [
            `        interface ${name} {`,
            ...(which === "input"
                ? fields(properties, "            ", (property) => property.required !== true)
                : Object.entries(properties).flatMap(([key, property]) => [
                      ...comment(property, "            "),
                      `            ${key}${property.always === true ? "" : "?"}: ${typeText(property.type, "output")};`,
                  ])),
            "        }",
        ]),
        "    }",
    ];
    return [
        "/** Shapes of nested values: `input` as a program gives them, `output` as they come back. */",
        "export declare namespace types {",
        ...side("input"),
        ...side("output"),
        "}",
        "",
    ].join("\n");
}
