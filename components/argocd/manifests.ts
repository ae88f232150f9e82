/** Where Argo CD's own manifests come from: a folder or a URL, at a pinned version, checked before a byte is used. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import * as path from "node:path";
import { parseAllDocuments } from "yaml";
import type { ArgoCd } from "../../estate/model";
import type { KubeObject } from "../support/kubeObject";

/** How long a mirror may take to answer, in milliseconds. */
const fetchTimeout = 60_000;

/** The manifests cannot be had, or are not what was pinned. The message says what to do. */
export class ManifestError extends Error {}

/** File below the manifests folder for the chosen variant. */
export function manifestFile(ha: boolean): string {
    return ha ? path.join("ha", "install.yaml") : "install.yaml";
}

/**
 * Reads, verifies and parses the manifests of the control plane.
 *
 * @throws ManifestError when they cannot be read, have another checksum, or install another version.
 */
export async function loadManifests(argocd: ArgoCd): Promise<KubeObject[]> {
    const { manifests, ha } = argocd;
    const source = manifests.path === undefined ? manifests.url : path.join(manifests.path, manifestFile(ha));
    if (source === undefined) {
        throw new ManifestError("argocd.manifests names neither a path nor a url.");
    }
    const bytes = manifests.path === undefined ? await download(source) : await readLocal(source);
    verifyChecksum(source, bytes, manifests.sha256);
    const objects = parseManifests(source, bytes.toString("utf8"));
    verifyVersion(source, objects, manifests.version);
    return objects;
}

async function readLocal(file: string): Promise<Buffer> {
    try {
        return await readFile(file);
    } catch (error) {
        throw new ManifestError(
            `Argo CD's manifests cannot be read: ${(error as Error).message}\n` +
                "Point argocd.manifests.path at the folder that holds install.yaml and ha/install.yaml of the pinned version.",
        );
    }
}

async function download(url: string): Promise<Buffer> {
    try {
        const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeout) });
        if (!response.ok) {
            throw new Error(`HTTP ${response.status}`);
        }
        return Buffer.from(await response.arrayBuffer());
    } catch (error) {
        const cause =
            error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
        throw new ManifestError(
            `Argo CD's manifests cannot be fetched: GET ${url}: ${(error as Error).message}${cause}\n` +
                "Behind a firewall, put the file on a mirror and set argocd.manifests.url, or commit it and set argocd.manifests.path.",
        );
    }
}

/** @throws ManifestError when `sha256` is given and is not that of `bytes`. */
export function verifyChecksum(source: string, bytes: Buffer, sha256: string | undefined): void {
    const actual = createHash("sha256").update(bytes).digest("hex");
    if (sha256 !== undefined && actual !== sha256.toLowerCase()) {
        throw new ManifestError(
            `${source} is not the file that was pinned: its SHA-256 is ${actual}, argocd.manifests.sha256 says ${sha256}.\n` +
                "Nothing was applied. Compare the file with the upstream release before changing the checksum.",
        );
    }
}

/** @throws ManifestError when the text is not a list of Kubernetes objects. */
export function parseManifests(source: string, text: string): KubeObject[] {
    const objects: KubeObject[] = [];
    for (const document of parseAllDocuments(text)) {
        if (!("errors" in document) || document.errors.length > 0) {
            throw new ManifestError(
                `${source} is not YAML: ${String(("errors" in document && document.errors[0]?.message) || "")}`,
            );
        }
        const value = document.toJS() as Partial<KubeObject> | null;
        if (value === null) {
            continue;
        }
        if (
            value.apiVersion === undefined ||
            value.kind === undefined ||
            value.metadata?.name === undefined
        ) {
            throw new ManifestError(`${source} holds a document without apiVersion, kind or metadata.name.`);
        }
        objects.push(value as KubeObject);
    }
    return objects;
}

/** The tag of Argo CD's own image says which version a manifest installs. */
function verifyVersion(source: string, objects: readonly KubeObject[], version: string): void {
    const tags = new Set(
        [...JSON.stringify(objects).matchAll(/\/argocd:v([0-9][^"@]*)/g)].map((match) => match[1]),
    );
    if (tags.size > 0 && !tags.has(version)) {
        throw new ManifestError(
            `${source} installs Argo CD ${[...tags].join(", ")}, argocd.manifests.version says ${version}. Make both the same.`,
        );
    }
}
