/** Writes kubeconfig files: one for people with a context per cluster, and one per process that talks to a cluster. */
import * as fs from "node:fs";
import { stringify } from "yaml";

import { loopback } from "../support/ports";
import { type ClusterPki, type KeyPairFiles } from "./pki";
import { writePrivateIfChanged } from "../support/files";

/** One cluster as a kubeconfig sees it. */
export interface KubeconfigEntry {
    /** Name of cluster, context and (with `user`) user. */
    readonly cluster: string;
    readonly server: string;
    readonly ca: string;
    readonly user: string;
    readonly credentials: KeyPairFiles;
}

/** The API server's URL for a port. */
export function serverUrl(port: number): string {
    return `https://${loopback}:${port}`;
}

/** The administrator's entry for a cluster. */
export function adminEntry(pki: ClusterPki, port: number): KubeconfigEntry {
    return {
        cluster: pki.cluster,
        server: serverUrl(port),
        ca: pki.ca.cert,
        user: `${pki.cluster}-admin`,
        credentials: pki.admin,
    };
}

/**
 * The text of a kubeconfig with a context per entry, named like the cluster; the first is current. Certificates and keys
 * are put in, not referred to, so that the file can be copied.
 */
export function kubeconfig(entries: readonly KubeconfigEntry[]): string {
    const [first] = entries;
    return stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: entries.map((entry) => ({
            name: entry.cluster,
            cluster: { server: entry.server, "certificate-authority-data": base64(entry.ca) },
        })),
        users: entries.map((entry) => ({
            name: entry.user,
            user: {
                "client-certificate-data": base64(entry.credentials.cert),
                "client-key-data": base64(entry.credentials.key),
            },
        })),
        contexts: entries.map((entry) => ({
            name: entry.cluster,
            context: { cluster: entry.cluster, user: entry.user },
        })),
        "current-context": first?.cluster ?? "",
    });
}

/** Writes {@link kubeconfig} to `file`, readable by its owner only. */
export function writeKubeconfig(file: string, entries: readonly KubeconfigEntry[]): void {
    writePrivateIfChanged(file, kubeconfig(entries));
}

function base64(file: string): string {
    return fs.readFileSync(file).toString("base64");
}
