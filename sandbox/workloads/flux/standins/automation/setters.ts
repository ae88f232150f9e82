/**
 * Writes image references where a YAML file marks a field for a policy: `tag: 1.0 # {"$imagepolicy": "team:web:tag"}`
 * (fluxcd.io/flux/guides/image-update). Only the marked values change, every other byte stays. Pure.
 */
import { isScalar, parseAllDocuments, visit, type Document, type Scalar } from "yaml";

/** What a policy chose. */
export interface ChosenImage {
    readonly namespace: string;
    readonly policy: string;
    readonly name: string;
    readonly tag: string;
    readonly digest?: string | null | undefined;
}

/** One field that was changed. */
export interface Change {
    readonly oldValue: string;
    readonly newValue: string;
    readonly setter: string;
}

/** A change, with the object of the file that it is in. */
export interface PlacedChange extends Change {
    readonly object: {
        readonly apiVersion: string;
        readonly kind: string;
        readonly name: string;
        readonly namespace: string;
    };
}

/** Values by setter: `namespace:policy`, and with `:tag`, `:name` or `:digest` behind it. */
export function settersOf(images: readonly ChosenImage[]): ReadonlyMap<string, string> {
    const setters = new Map<string, string>();
    for (const { namespace, policy, name, tag, digest } of images) {
        const setter = `${namespace}:${policy}`;
        const suffix = (digest ?? "") === "" ? "" : `@${digest ?? ""}`;
        setters.set(setter, `${name}:${tag}${suffix}`);
        setters.set(`${setter}:tag`, tag);
        setters.set(`${setter}:name`, name);
        setters.set(`${setter}:digest`, digest ?? "");
    }
    return setters;
}

/**
 * A file's text with the marked values of `setters`, and what changed. A file without a marker is not parsed.
 *
 * @throws Error when a file with a marker is no YAML.
 */
export function applySetters(
    text: string,
    setters: ReadonlyMap<string, string>,
): { readonly text: string; readonly changes: readonly PlacedChange[] } {
    if (!text.includes('"$imagepolicy"')) {
        return { text, changes: [] };
    }
    const documents = parseAllDocuments(text, { keepSourceTokens: true });
    const edits: { start: number; end: number; text: string }[] = [];
    const changes: PlacedChange[] = [];
    for (const document of documents as Document[]) {
        const fault = document.errors[0];
        if (fault !== undefined) {
            throw new Error(fault.message);
        }
        const object = objectOf(document);
        visit(document, {
            Scalar: (role, node) => {
                const setter = role === "key" ? undefined : setterOf(node);
                const value = setter === undefined ? undefined : setters.get(setter);
                if (setter === undefined || value === undefined || !isScalar(node) || !node.range) {
                    return;
                }
                const oldValue = node.source ?? "";
                const [start, end] = node.range;
                if (oldValue !== value) {
                    changes.push({ oldValue, newValue: value, setter, object });
                    edits.push({ start, end, text: written(value, node, text.slice(start, end)) });
                }
            },
        });
    }
    return { text: edited(text, edits), changes };
}

/** The setter that a value's comment names. */
function setterOf(node: Scalar): string | undefined {
    const match = /^\s*(\{.*"\$imagepolicy".*\})\s*$/m.exec(node.comment ?? "");
    if (match?.[1] === undefined) {
        return undefined;
    }
    try {
        const { $imagepolicy: setter } = JSON.parse(match[1]) as { $imagepolicy?: unknown };
        return typeof setter === "string" ? setter : undefined;
    } catch {
        return undefined;
    }
}

/** In the quotes that were there; without any only where YAML reads it as a text. */
function written(value: string, node: Scalar, before: string): string {
    if (node.type === "QUOTE_SINGLE") {
        return `'${value.replaceAll("'", "''")}'`;
    }
    const plain =
        /^[A-Za-z][\w.\-/:@+]*$/.test(value) && !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(value);
    const quoted = node.type === "QUOTE_DOUBLE" || !(plain || /^\d+\.\d+\.\d+[\w.\-+]*$/.test(value));
    const text = quoted ? JSON.stringify(value) : value;
    // An empty value has its place directly behind the colon.
    return before === "" ? ` ${text}` : text;
}

function edited(text: string, edits: readonly { start: number; end: number; text: string }[]): string {
    return [...edits]
        .sort((left, right) => right.start - left.start)
        .reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);
}

function objectOf(document: Document): PlacedChange["object"] {
    const word = (...path: string[]): string => {
        const value: unknown = document.getIn(path);
        return typeof value === "string" ? value : "";
    };
    return {
        apiVersion: word("apiVersion"),
        kind: word("kind"),
        name: word("metadata", "name"),
        namespace: word("metadata", "namespace"),
    };
}
