/**
 * Commit messages by template: of Go's text/template what messages of image updates are made of, namely fields, variables,
 * `range`, `if`, `else`, `with`, `end`, comments and trimmed spaces. What goes beyond is refused, not guessed. Pure.
 */
import { type PlacedChange } from "./setters";

export const defaultMessage = "Update from image update automation";

/** The fields of a commit message's template, as the controller's have them. */
export interface MessageData {
    readonly automation: { readonly name: string; readonly namespace: string };
    /** Changes by the file that they are in. */
    readonly files: ReadonlyMap<string, readonly PlacedChange[]>;
    readonly values: Readonly<Record<string, string>>;
}

type Value = string | boolean | undefined | readonly Value[] | { readonly [field: string]: Value } | Entries;

/** A map in the order that Go's templates walk it: by key. */
class Entries {
    constructor(readonly entries: readonly (readonly [Value, Value])[]) {}
}

type Node =
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "value"; readonly pipe: string }
    | {
          readonly kind: "range" | "if" | "with";
          readonly pipe: string;
          readonly names: readonly string[];
          readonly body: readonly Node[];
          readonly other: readonly Node[];
      };

/**
 * The message for these changes.
 *
 * @throws Error that names what a template uses and the stand-in does not know.
 */
export function commitMessage(template: string | undefined, data: MessageData): string {
    if (template === undefined || template === "") {
        return defaultMessage;
    }
    const tokens = tokensOf(template);
    const { nodes, rest } = parse(tokens, 0, false);
    if (rest < tokens.length) {
        throw new Error("unable to create commit message template from spec: {{end}} without a beginning");
    }
    const root = rootOf(data);
    return render(nodes, root, new Map([["$", root]]));
}

function rootOf({ automation, files, values }: MessageData): Value {
    const change = ({ oldValue, newValue, setter }: PlacedChange): Value => ({
        OldValue: oldValue,
        NewValue: newValue,
        Setter: setter,
    });
    const byObject = (changes: readonly PlacedChange[]): Entries => {
        const groups = new Map<string, PlacedChange[]>();
        changes.forEach((each) => {
            const key = JSON.stringify(each.object);
            groups.set(key, [...(groups.get(key) ?? []), each]);
        });
        return new Entries(
            [...groups.values()].map((group) => {
                const { apiVersion = "", kind = "", name = "", namespace = "" } = group[0]?.object ?? {};
                return [
                    { APIVersion: apiVersion, Kind: kind, Name: name, Namespace: namespace },
                    group.map(change),
                ];
            }),
        );
    };
    const all = [...files.values()].flat();
    const unique = [...new Map(all.map((each) => [JSON.stringify(change(each)), each])).values()];
    return {
        AutomationObject: { Name: automation.name, Namespace: automation.namespace },
        Changed: {
            FileChanges: new Entries(
                [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, each]) => [file, byObject(each)]),
            ),
            Objects: byObject(all),
            Changes: unique.map(change),
        },
        Values: values,
    };
}

interface Token {
    readonly action: boolean;
    readonly text: string;
}

/** Texts and actions in turn; `{{-` and `-}}` take the space beside them away. */
function tokensOf(template: string): Token[] {
    const tokens: Token[] = [];
    let trim = false;
    let at = 0;
    for (const match of template.matchAll(/\{\{(-\s)?([\s\S]*?)(\s-)?\}\}/g)) {
        let text = template.slice(at, match.index);
        text = trim ? text.trimStart() : text;
        text = match[1] === undefined ? text : text.trimEnd();
        tokens.push({ action: false, text }, { action: true, text: (match[2] ?? "").trim() });
        trim = match[3] !== undefined;
        at = match.index + match[0].length;
    }
    const text = template.slice(at);
    tokens.push({ action: false, text: trim ? text.trimStart() : text });
    return tokens;
}

function parse(
    tokens: readonly Token[],
    start: number,
    inside: boolean,
): { nodes: Node[]; rest: number; stop?: "else" | "end" } {
    const nodes: Node[] = [];
    for (let at = start; at < tokens.length; at++) {
        const { action, text } = tokens[at] ?? { action: false, text: "" };
        if (!action) {
            nodes.push({ kind: "text", text });
            continue;
        }
        if (text.startsWith("/*")) {
            continue;
        }
        if (text === "end" || text === "else") {
            if (!inside) {
                return { nodes, rest: at, stop: text };
            }
            return { nodes, rest: at + 1, stop: text };
        }
        const block = /^(range|if|with)\s+(?:(\$\w*)(?:\s*,\s*(\$\w+))?\s*:=\s*)?([\s\S]+)$/.exec(text);
        if (block === null) {
            nodes.push({ kind: "value", pipe: text });
            continue;
        }
        const body = parse(tokens, at + 1, true);
        const other = body.stop === "else" ? parse(tokens, body.rest, true) : undefined;
        if ((other ?? body).stop !== "end") {
            throw new Error(`unable to create commit message template from spec: {{${text}}} has no {{end}}`);
        }
        nodes.push({
            kind: block[1] as "range" | "if" | "with",
            names: [block[2], block[3]].filter((name) => name !== undefined),
            pipe: (block[4] ?? "").trim(),
            body: body.nodes,
            other: other?.nodes ?? [],
        });
        at = (other ?? body).rest - 1;
    }
    return { nodes, rest: tokens.length };
}

function render(nodes: readonly Node[], dot: Value, scope: ReadonlyMap<string, Value>): string {
    return nodes
        .map((node) => {
            if (node.kind === "text") {
                return node.text;
            }
            const value = evaluate(node.pipe, dot, scope);
            if (node.kind === "value") {
                return textOf(value);
            }
            if (node.kind !== "range") {
                const inner = new Map([...scope, ...node.names.map((name) => [name, value] as const)]);
                return isTrue(value)
                    ? render(node.body, node.kind === "with" ? value : dot, inner)
                    : render(node.other, dot, scope);
            }
            const entries = entriesOf(value);
            return entries.length === 0
                ? render(node.other, dot, scope)
                : entries
                      .map(([key, each]) => {
                          const [one, two] = node.names;
                          const inner = new Map(scope);
                          if (one !== undefined) {
                              inner.set(one, two === undefined ? each : key);
                          }
                          if (two !== undefined) {
                              inner.set(two, each);
                          }
                          return render(node.body, each, inner);
                      })
                      .join("");
        })
        .join("");
}

function entriesOf(value: Value): readonly (readonly [Value, Value])[] {
    if (value instanceof Entries) {
        return value.entries;
    }
    if (Array.isArray(value)) {
        return (value as readonly Value[]).map((each, index) => [String(index), each]);
    }
    return typeof value === "object"
        ? Object.entries(value as Record<string, Value>).sort(([a], [b]) => (a < b ? -1 : 1))
        : [];
}

/** A text, a variable, the dot, or fields of one of them. */
function evaluate(pipe: string, dot: Value, scope: ReadonlyMap<string, Value>): Value {
    if (/^"(?:[^"\\]|\\.)*"$/.test(pipe)) {
        return JSON.parse(pipe) as string;
    }
    if (/^`[^`]*`$/.test(pipe)) {
        return pipe.slice(1, -1);
    }
    const match = /^(\$\w*)?((?:\.\w+)*|\.)$/.exec(pipe);
    if (match === null || pipe === "") {
        throw new Error(`the stand-in's commit messages do not know {{${pipe}}}`);
    }
    const [, name, fields = ""] = match;
    if (name !== undefined && !scope.has(name)) {
        throw new Error(`unable to create commit message template from spec: undefined variable "${name}"`);
    }
    return fields
        .split(".")
        .filter((field) => field !== "")
        .reduce((value, field) => fieldOf(value, field, pipe), name === undefined ? dot : scope.get(name));
}

function fieldOf(value: Value, field: string, pipe: string): Value {
    if (
        value === undefined ||
        typeof value !== "object" ||
        value instanceof Entries ||
        Array.isArray(value)
    ) {
        throw new Error(`failed to run template from spec: ${pipe}: can't evaluate field ${field}`);
    }
    const fields = value as { readonly [name: string]: Value };
    if (!Object.hasOwn(fields, field) && pipe !== `.Values.${field}` && pipe !== `$.Values.${field}`) {
        throw new Error(`failed to run template from spec: ${pipe}: can't evaluate field ${field}`);
    }
    return fields[field];
}

function isTrue(value: Value): boolean {
    return typeof value === "object"
        ? entriesOf(value).length > 0
        : value !== undefined && value !== "" && value !== false;
}

function textOf(value: Value): string {
    if (typeof value === "object") {
        const fields = value as { readonly Kind?: Value; readonly Name?: Value; readonly Namespace?: Value };
        if (fields.Kind === undefined) {
            throw new Error("the stand-in's commit messages print texts only");
        }
        return [fields.Kind, fields.Namespace, fields.Name]
            .filter((word) => word !== "")
            .map(String)
            .join("/");
    }
    return value === undefined ? "<no value>" : String(value);
}
