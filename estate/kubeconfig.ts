import { CORE_SCHEMA, load } from "js-yaml";

/** What a context of a kubeconfig says; undefined where the text is no kubeconfig or has no such context. */
export function serverOf(kubeconfig: string, context: string): string | undefined {
    let config: unknown;
    try {
        config = load(kubeconfig, { schema: CORE_SCHEMA });
    } catch {
        return undefined;
    }
    const cluster = field(field(entry(config, "contexts", context), "context"), "cluster");
    const server = field(field(entry(config, "clusters", cluster), "cluster"), "server");
    return typeof server === "string" ? server : undefined;
}

/** The element of a kubeconfig's list that has this name. */
function entry(config: unknown, list: string, name: unknown): unknown {
    const entries = field(config, list);
    return Array.isArray(entries) ? entries.find((each) => field(each, "name") === name) : undefined;
}

function field(value: unknown, key: string): unknown {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
