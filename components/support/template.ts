/**
 * Templates: files in their own language with placeholders `__name__`, a form that Helm, GitLab, Groovy and the shell use
 * for nothing, and that is a valid word in each of them.
 */
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { yamlScalar } from "./yaml";

/**
 * What a placeholder becomes. A text or number stays inside its line, the text written so that it cannot end what it is
 * in. Lines are written as they are, instead of the placeholder's line and indented as it is; no lines: the line goes.
 */
export type Value = string | number | readonly string[];

/** Values by placeholder. */
export type Values = Readonly<Record<string, Value>>;

/** A text as part of a file in some language. */
export type Escape = (text: string) => string;

/** How a text is written, by the last part of a template's file name. */
const escapes: Readonly<Record<string, Escape>> = {
    yaml: yamlScalar,
    yml: yamlScalar,
    html: (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
    // For prose and for code between backticks, which names, paths and images do not end.
    md: (text) => text,
    // Inside of single quotes.
    Jenkinsfile: groovyQuoted,
    jsonnet: groovyQuoted,
    libsonnet: groovyQuoted,
};

const placeholder = /__([a-z][A-Za-z]*)__/g;
const placeholderLine = /^([ \t]*)__([a-z][A-Za-z]*)__$/;

/**
 * The text of a template with its values.
 *
 * @throws Error when a placeholder has no value, a value has no placeholder, lines have no line of their own, or a text is
 * for a language without `escape`.
 */
export function render(template: string, values: Values, escape?: Escape): string {
    const used = new Set<string>();
    const valueOf = (name: string): Value => {
        const value = Object.hasOwn(values, name) ? values[name] : undefined;
        if (value === undefined) {
            throw new Error(`placeholder __${name}__ has no value; there are ${list(Object.keys(values))}`);
        }
        used.add(name);
        return value;
    };
    const lines = template.split("\n").flatMap((line) => {
        const [, indent = "", name] = placeholderLine.exec(line) ?? [];
        const block = name === undefined ? undefined : valueOf(name);
        return typeof block === "object"
            ? block.map((each) => `${indent}${each}`)
            : line.replace(placeholder, (_, each: string) => inLine(each, valueOf(each), escape));
    });
    const unused = Object.keys(values).filter((name) => !used.has(name));
    if (unused.length > 0) {
        throw new Error(`there is no placeholder for ${list(unused)}`);
    }
    return lines.join("\n");
}

/** A template file with its values, in the language that its file extension says. @throws Error as {@link render} does. */
export function renderFile(file: string, values: Values = {}): string {
    const language = path.basename(file).split(".").at(-1) ?? "";
    try {
        return render(fileText(file), values, escapes[language]);
    } catch (error) {
        throw new Error(`${path.relative(process.cwd(), file)}: ${(error as Error).message}`, {
            cause: error,
        });
    }
}

const texts = new Map<string, string>();

/** Text of a file of this program, read once. */
export function fileText(file: string): string {
    let text = texts.get(file);
    if (text === undefined) {
        text = readFileSync(file, "utf8");
        texts.set(file, text);
    }
    return text;
}

function inLine(name: string, value: Value, escape: Escape | undefined): string {
    if (typeof value === "number") {
        return String(value);
    }
    if (typeof value === "object") {
        throw new Error(`placeholder __${name}__ is for lines and must have a line of its own`);
    }
    if (escape === undefined) {
        throw new Error(`__${name}__ is a text, and it is not known how this language writes one`);
    }
    return escape(value);
}

/** A text between the single quotes of a Groovy string. */
export function groovyQuoted(text: string): string {
    return text.replace(/[\\']/g, "\\$&");
}

function list(names: readonly string[]): string {
    return names.length === 0 ? "none" : names.join(", ");
}
