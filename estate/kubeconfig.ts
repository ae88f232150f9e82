import { CORE_SCHEMA, load } from "js-yaml";

import { given } from "./plain";

/** How a context of a kubeconfig reaches its API server. */
export interface KubeconfigConnection {
    readonly server: string;
    readonly serverName?: string;
    readonly proxyUrl?: string;
    /** Absent: the kubeconfig verifies no certificate, or names a file. */
    readonly trust?: "public" | { readonly pem: string };
    /** PEM file of the authority, as the kubeconfig names it; `trust` is then absent. */
    readonly authorityFile?: string;
}

/** What a context of a kubeconfig says; undefined where the text is no kubeconfig or has no such context. */
export function connectionOf(kubeconfig: string, context: string): KubeconfigConnection | undefined {
    let config: unknown;
    try {
        config = load(kubeconfig, { schema: CORE_SCHEMA });
    } catch {
        return undefined;
    }
    const name = field(field(entry(config, "contexts", context), "context"), "cluster");
    const cluster = field(entry(config, "clusters", name), "cluster");
    const text = (key: string): string | undefined => {
        const value = field(cluster, key);
        return typeof value === "string" && value !== "" ? value : undefined;
    };
    const server = text("server");
    if (server === undefined) {
        return undefined;
    }
    const data = text("certificate-authority-data");
    const authorityFile = text("certificate-authority");
    const isUnverified = field(cluster, "insecure-skip-tls-verify") === true;
    const trust =
        data !== undefined
            ? { pem: Buffer.from(data, "base64").toString("utf8") }
            : isUnverified || authorityFile !== undefined
              ? undefined
              : ("public" as const);
    return {
        server,
        ...given("serverName", text("tls-server-name")),
        ...given("proxyUrl", text("proxy-url")),
        ...given("trust", trust),
        ...given("authorityFile", data === undefined ? authorityFile : undefined),
    };
}

/** The element of a kubeconfig's list that has this name. */
function entry(config: unknown, list: string, name: unknown): unknown {
    const entries = field(config, list);
    return Array.isArray(entries) ? entries.find((each) => field(each, "name") === name) : undefined;
}

function field(value: unknown, key: string): unknown {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
