/** YAML inside of other things: ConfigMaps that engines and their helpers read, and templates. */
import { dump } from "js-yaml";

/**
 * A value as YAML: no long text is folded, and what occurs twice is written twice.
 *
 * @param style `quoted`: every text that is a value is in double quotes, on one line.
 */
export function yaml(value: unknown, { quoted = false }: { readonly quoted?: boolean } = {}): string {
    return dump(value, {
        lineWidth: -1,
        noRefs: true,
        ...(quoted ? { forceQuotes: true, quotingType: '"' as const } : {}),
    });
}

/** A text as a YAML value on one line, in quotes where it would be something else without them. */
export function yamlScalar(text: string): string {
    // As an entry of a list in brackets, so that it can be in one.
    return dump([text], { flowLevel: 0, lineWidth: -1 }).trimEnd().slice(1, -1);
}
