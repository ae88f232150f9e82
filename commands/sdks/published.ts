/** What a published Python SDK says about its resources, read from its source: no Python is run. */
import type { Properties, Property, Schema } from "./schema";
import { outputsOf } from "./schema";

/** The comparable part of a property. */
export type Fact = Pick<Property, "type" | "required" | "always" | "secret" | "deprecated">;
/** Facts by property name. */
export type Facts = Record<string, Fact>;

/** One resource of a published SDK. */
export interface PublishedResource {
    readonly inputs: Facts;
    readonly outputs: Facts;
}

/** A published SDK: its resources by token, its nested types by name, and the provider's settings. */
export interface Published {
    readonly resources: ReadonlyMap<string, PublishedResource>;
    readonly inputTypes: ReadonlyMap<string, Facts>;
    readonly outputTypes: ReadonlyMap<string, Facts>;
    readonly provider: Facts;
}

/** Reads the sources of a package: file name (`robot_account.py`) and text. */
export function readPublished(files: ReadonlyMap<string, string>): Published {
    const resources = new Map<string, PublishedResource>();
    let provider: Facts = {};
    for (const text of files.values()) {
        const made = /super\((\w+), __self__\)\.__init__\(\s*'([^']+)'/.exec(text);
        const [, name, token] = made ?? [];
        if (name === undefined || token === undefined) {
            continue;
        }
        // A resource whose name is a nested type's too has the longer class name.
        const args = text.includes(`class ${name}InitArgs:`) ? `${name}InitArgs` : `${name}Args`;
        const inputs = inputFacts(text, args);
        for (const [, property] of text.matchAll(
            /__dict__\["(\w+)"\] = None if \w+ is None else pulumi\.Output\.secret/g,
        )) {
            const key = schemaName(text, args, property ?? "");
            inputs[key] = { ...inputs[key], type: inputs[key]?.type ?? "?", secret: true };
        }
        if (name === "Provider") {
            provider = inputs;
            continue;
        }
        const outputs: Facts = {};
        for (const { key, type, deprecated } of getters(block(text, name))) {
            outputs[key] = {
                type: plainType(type),
                ...flag("always", !type.includes("Optional[")),
                ...flag("deprecated", deprecated),
            };
        }
        for (const key of secretOutputs(text)) {
            outputs[key] = { ...outputs[key], type: outputs[key]?.type ?? "?", secret: true };
        }
        resources.set(token, { inputs, outputs });
    }
    return {
        resources,
        provider,
        inputTypes: nested(files.get("_inputs.py") ?? "", (name) =>
            name.endsWith("Args") ? name.slice(0, -"Args".length) : undefined,
        ),
        outputTypes: nested(files.get("outputs.py") ?? "", (name) => name),
    };
}

function secretOutputs(text: string): string[] {
    const names = /additional_secret_outputs=\[([^\]]*)\]/.exec(text)?.[1] ?? "";
    return [...names.matchAll(/"(\w+)"/g)].map(([, name]) => name ?? "");
}

/** The text of a class, up to the next one. */
function block(text: string, name: string): string {
    const start = new RegExp(`^class ${name}\\b`, "m").exec(text)?.index;
    if (start === undefined) {
        return "";
    }
    const rest = text.slice(start + 1);
    const end = /^(class |@pulumi\.\w+_type)/m.exec(rest)?.index;
    return end === undefined ? rest : rest.slice(0, end);
}

interface Getter {
    key: string;
    python: string;
    type: string;
    deprecated: boolean;
}

function getters(text: string): Getter[] {
    const pattern =
        /@pulumi\.getter(?:\(name="(\w+)"\))?\s+(@_utilities\.deprecated\("""[^]*?"""\)\s+)?def (\w+)\(self\) -> (.+):$/gm;
    return [...text.matchAll(pattern)].map(([, name, deprecated, python = "", type = ""]) => {
        return { key: name ?? python, python, type, deprecated: deprecated !== undefined };
    });
}

function schemaName(text: string, owner: string, python: string): string {
    return getters(block(text, owner)).find((getter) => getter.python === python)?.key ?? python;
}

/** Parameters of a class's constructor: whether each must be given. */
function parameters(text: string): Map<string, boolean> {
    const list = /def __init__\(__self__, \*,([^]*?)\):\n/.exec(text)?.[1] ?? "";
    return new Map(
        [...list.matchAll(/^\s*(\w+): (.+?)(,?)$/gm)].map(([, name = "", rest = ""]) => [
            name,
            !rest.includes("= None"),
        ]),
    );
}

function inputFacts(text: string, owner: string): Facts {
    const body = block(text, owner);
    const must = parameters(body);
    const facts: Facts = {};
    for (const { key, python, type, deprecated } of getters(body)) {
        facts[key] = {
            type: plainType(type),
            ...flag("required", must.get(python) === true),
            ...flag("deprecated", deprecated),
        };
    }
    return facts;
}

function nested(text: string, rename: (name: string) => string | undefined): Map<string, Facts> {
    const result = new Map<string, Facts>();
    for (const [, className = ""] of text.matchAll(/^class (\w+)[(:]/gm)) {
        const name = rename(className);
        const body = block(text, className);
        if (name === undefined || !body.includes("@pulumi.getter")) {
            continue;
        }
        const must = parameters(body);
        const facts: Facts = {};
        for (const { key, python, type } of getters(body)) {
            facts[key] = { type: plainType(type), ...flag("required", must.get(python) === true) };
        }
        result.set(name, facts);
    }
    return result;
}

/** `pulumi.Output[Optional[Sequence['outputs.RobotAccountPermission']]]` is `RobotAccountPermission[]`. */
export function plainType(python: string): string {
    let text = python
        .replaceAll(/_?builtins\./g, "")
        .replaceAll(/['"]/g, "")
        .replaceAll("outputs.", "");
    for (;;) {
        const unwrapped = /^(?:pulumi\.Input|pulumi\.Output|Optional)\[(.*)\]$/.exec(text)?.[1];
        if (unwrapped === undefined) {
            break;
        }
        text = unwrapped;
    }
    const sequence = /^Sequence\[(.*)\]$/.exec(text)?.[1];
    if (sequence !== undefined) {
        return `${plainType(sequence)}[]`;
    }
    const mapping = /^Mapping\[str, (.*)\]$/.exec(text)?.[1];
    if (mapping !== undefined) {
        return `map<${plainType(mapping)}>`;
    }
    const names: Record<string, string> = { str: "string", bool: "boolean", int: "integer" };
    return names[text] ?? text.replace(/Args$/, "");
}

function flag(name: "required" | "always" | "deprecated", on: boolean): Partial<Fact> {
    return on ? { [name]: true } : {};
}

/** Every fact in which a schema and a published SDK differ, one line each. */
export function differences(schema: Schema, published: Published): string[] {
    const lines: string[] = [];
    compare(lines, `${schema.name} provider`, schema.provider, published.provider, ["type", "secret"]);
    const used = new Set<string>();
    for (const [name, resource] of Object.entries(schema.resources)) {
        const theirs = published.resources.get(resource.token);
        if (theirs === undefined) {
            lines.push(`${name}: the published SDK has no token ${resource.token}`);
            continue;
        }
        used.add(name);
        compare(lines, `${name} input`, resource.inputs, theirs.inputs, [
            "type",
            "required",
            "secret",
            "deprecated",
        ]);
        compare(lines, `${name} output`, outputsOf(resource), theirs.outputs, [
            "type",
            "always",
            "secret",
            "deprecated",
        ]);
    }
    for (const [name, properties] of Object.entries(schema.types)) {
        // A type only outputs use has no input class, and the other way round.
        const asInput = published.inputTypes.get(name);
        const asOutput = published.outputTypes.get(name);
        if (asInput === undefined && asOutput === undefined) {
            lines.push(`${name}: the published SDK has no such type`);
        }
        if (asInput !== undefined) {
            compare(lines, `type ${name} (input)`, properties, asInput, ["type", "required"]);
        }
        // What is always there in an output is marked for some languages only, Python not among them.
        if (asOutput !== undefined) {
            compare(lines, `type ${name} (output)`, properties, asOutput, ["type", "required"]);
        }
    }
    return lines;
}

function compare(
    lines: string[],
    owner: string,
    ours: Properties | Facts,
    theirs: Facts,
    keys: (keyof Fact)[],
): void {
    for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
        const mine = ours[name];
        const other = theirs[name];
        if (mine === undefined || other === undefined) {
            lines.push(
                `${owner} ${name}: ${mine === undefined ? "only in the published SDK" : "not in the published SDK"}`,
            );
            continue;
        }
        for (const key of keys) {
            const [a, b] = [mine[key] ?? false, other[key] ?? false];
            if (a !== b) {
                lines.push(
                    `${owner} ${name}: ${key} is ${String(a)} here, ${String(b)} in the published SDK`,
                );
            }
        }
    }
}
