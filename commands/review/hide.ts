/** Takes out of texts what must not be read: secrets the engine marks, and what looks like one where nobody marked it. Pure. */
import { secretAt, secretIn } from "../../estate/secrets";
import { mapOf, secretMark, unknownMark } from "./change";

/** What stands for a secret. */
export const hiddenText = "(hidden)";

/** A text without secrets: the engine's mark is kept short, words that look like secrets are replaced. */
export function hideSecrets(text: string): string {
    const lines = text
        .replaceAll(secretMark, hiddenText)
        .replaceAll(unknownMark, "(known after the update)")
        .split("\n");
    return lines
        .map((line, index) => hideInLine(hideNamed(line, [lines[index - 1] ?? "", lines[index + 1] ?? ""])))
        .join("\n");
}

/** `name: DB_PASSWORD` on one line and `value: …` on the next are one entry, and so are they on one line. */
function hideNamed(line: string, neighbours: readonly string[]): string {
    const value = /^(\s*(?:-\s+)?"?value"?\s*[:=]\s*)(.+)$/.exec(line);
    const names = neighbours.flatMap(
        (each) => /^\s*(?:-\s+)?"?(?:name|key)"?\s*[:=]\s*["']?([\w.-]+)["']?,?\s*$/.exec(each)?.[1] ?? [],
    );
    if (value !== null && names.some((name) => secretAt(name, bare(value[2] ?? "")) !== undefined)) {
        return `${value[1] ?? ""}${hiddenText}`;
    }
    return line.replace(
        /(["']?(?:name|key)["']?\s*:\s*["']?([\w.-]+)["']?\s*,\s*["']?value["']?\s*:\s*)("[^"]*"|'[^']*'|[^\s,}]+)/g,
        (whole, start: string, name: string, found: string) =>
            secretAt(name, bare(found)) === undefined ? whole : `${start}${hiddenText}`,
    );
}

/** Without quotes and what follows them. */
function bare(text: string): string {
    return text.trim().replace(/^["']|["',]+$/g, "");
}

/** A line is `key: value` as often as not; what the key says of its value counts. */
function hideInLine(line: string): string {
    const [, start = "", key = "", value = ""] = /^([\s-]*"?([\w.-]+)"?\s*[:=]\s*)(.+)$/.exec(line) ?? [];
    if (key !== "" && secretAt(key, bare(value)) !== undefined) {
        return `${start}${hiddenText}`;
    }
    const words = line
        // A token alone is a login, too.
        .replace(/\b(https?:\/\/)[^\s/@"']+@/gi, `$1${hiddenText}@`)
        .replace(/"([\w.-]+)"(\s*:\s*)"([^"]*)"/g, (whole, name: string, colon: string, found: string) =>
            secretAt(name, found) === undefined ? whole : `"${name}"${colon}"${hiddenText}"`,
        )
        .replace(/\S+/g, (word) =>
            secretAt("", word.replace(/^["'(]+|["',;)]+$/g, "")) === undefined ? word : hiddenText,
        );
    // What is a secret by several words together.
    return secretIn(words) === undefined ? words : hiddenText;
}

/** What the value of a key is called: in `{name: DB_PASSWORD, value: …}` as the entry says, otherwise as the key. */
export function fieldIn(fields: Readonly<Record<string, unknown>>, key: string): string {
    const own = [fields["name"], fields["key"]].find((each) => typeof each === "string");
    return key === "value" && typeof own === "string" ? own : key;
}

/**
 * A value without secrets.
 *
 * @param key what it is called.
 * @param hide what is left of a text in it, by what that is called.
 */
export function hideValue(
    value: unknown,
    key: string,
    hide: (text: string, key: string) => unknown = hideText,
): unknown {
    if (Array.isArray(value)) {
        return value.map((each) => hideValue(each, key, hide));
    }
    if (typeof value === "object" && value !== null) {
        const fields = value as Readonly<Record<string, unknown>>;
        return Object.fromEntries(
            Object.entries(fields).map(([name, each]) => [
                name,
                hideValue(each, fieldIn(fields, name), hide),
            ]),
        );
    }
    return typeof value === "string" ? hide(value, key) : value;
}

/** A text without secrets, by what it is called. */
export function hideText(value: string, key: string): string {
    const text = value.trim();
    // Of several lines the name alone decides: one of them may hold a secret, and the others are to be read.
    return secretAt(key, text.includes("\n") ? anyPassword : text) === undefined
        ? hideSecrets(value)
        : hiddenText;
}

/** No secret by itself, and one in each field whose name says so. */
const anyPassword = "Word-1";

/** Whether all of a property is secret: data of a Kubernetes Secret never shows. */
export function isSecretData(type: string, key: string): boolean {
    return type === "kubernetes:core/v1:Secret" && /^(data|stringData)$/.test(key);
}

/** A copy of an object's properties in which nothing is secret. */
export function hideIn(properties: Readonly<Record<string, unknown>>, type: string): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(properties).map(([key, value]) => [
            key,
            isSecretData(type, key)
                ? Object.fromEntries(Object.keys(mapOf(value)).map((name) => [name, hiddenText]))
                : hideValue(value, key),
        ]),
    );
}
