/** Manifests that engines are installed from: a file or a URL, at a pinned version, checked before a byte is used. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { CORE_SCHEMA, loadAll } from "js-yaml";
import type { Problem } from "../../estate/problem";
import type { KubeObject } from "./kubeObject";
import { Refusal } from "./refuse";

/** How long a mirror may take to answer, in milliseconds. */
const fetchTimeout = 60_000;

/** The manifests cannot be had, or are not what was pinned. */
export class ManifestError extends Refusal {
    constructor(problem: Omit<Problem, "id" | "severity">) {
        super([{ id: "manifests", severity: "error", ...problem }], "what engines are installed from");
    }
}

/** Whose manifests a message is about, and where the spec says where they are. */
export interface Product {
    readonly name: string;
    readonly key: string;
}

/**
 * A file of this machine.
 *
 * @param what which file it has to be, for the message.
 * @throws ManifestError when it cannot be read.
 */
export async function readLocal(product: Product, file: string, what: string): Promise<Buffer> {
    try {
        return await readFile(file);
    } catch (error) {
        throw new ManifestError({
            path: `${product.key}.path`,
            value: file,
            rule: `must be ${product.name}'s manifests, and cannot be read: ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : (error as Error).message}`,
            fix: `point it at ${what}`,
        });
    }
}

/** A file from a server. @throws ManifestError when it cannot be had. */
export async function download(product: Product, url: string): Promise<Buffer> {
    try {
        const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeout) });
        if (!response.ok) {
            throw new Error(`HTTP ${response.status}`);
        }
        return Buffer.from(await response.arrayBuffer());
    } catch (error) {
        const cause =
            error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
        throw new ManifestError({
            path: `${product.key}.url`,
            value: url,
            rule: `must be where ${product.name}'s manifests can be fetched: ${(error as Error).message}${cause}`,
            fix: `behind a firewall, put the file on a mirror and name that, or commit the file and set ${product.key}.path`,
        });
    }
}

/** @throws ManifestError when `sha256` is given and is not that of `bytes`. */
export function verifyChecksum(source: string, bytes: Buffer, sha256: string | undefined, key: string): void {
    const actual = createHash("sha256").update(bytes).digest("hex");
    if (sha256 !== undefined && actual !== sha256.toLowerCase()) {
        throw new ManifestError({
            path: `${key}.sha256`,
            value: sha256,
            rule: `must be the SHA-256 of ${source}, which is ${actual}: it is not the file that was pinned`,
            fix: "compare the file with the upstream release before changing the checksum",
        });
    }
}

/**
 * Reads manifests with js-yaml: a fifth of the time the yaml package takes for a megabyte and a half, which is otherwise
 * the longest part of a preview's own time.
 *
 * @throws ManifestError when the text is not a list of Kubernetes objects.
 */
export function parseManifests(source: string, text: string, key: string): KubeObject[] {
    const objects: KubeObject[] = [];
    for (const document of documentsOf(source, text, key)) {
        if (document === null || document === undefined) {
            continue;
        }
        const value = document as Partial<KubeObject>;
        if (
            value.apiVersion === undefined ||
            value.kind === undefined ||
            value.metadata?.name === undefined
        ) {
            throw notManifests(key, source, "it has a document without apiVersion, kind or metadata.name");
        }
        objects.push(value as KubeObject);
    }
    return objects;
}

function notManifests(key: string, source: string, why: string): ManifestError {
    return new ManifestError({
        path: key,
        value: source,
        rule: `must be a list of Kubernetes objects in YAML; ${why}`,
        fix: "name the file of the release as it was published",
    });
}

function documentsOf(source: string, text: string, key: string): unknown[] {
    try {
        return loadAll(text, null, { schema: CORE_SCHEMA });
    } catch (error) {
        const [line = ""] = (error as Error).message.split("\n");
        throw notManifests(key, source, `it is not YAML: ${line}`);
    }
}
