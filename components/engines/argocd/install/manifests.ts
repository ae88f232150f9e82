/**
 * Where the manifests of Argo CD and of its image updater come from: a file or a URL, at a pinned version, checked before
 * a byte is used.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import * as path from "node:path";
import { CORE_SCHEMA, loadAll } from "js-yaml";
import type { ArgoCd } from "../../../../estate/engines/argocd/model";
import type { KubeObject } from "../../../support/kubeObject";

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
    const bytes =
        manifests.path === undefined
            ? await download(argoCd, source)
            : await readLocal(
                  argoCd,
                  source,
                  "the folder that holds install.yaml and ha/install.yaml of the pinned version",
              );
    verifyChecksum(source, bytes, manifests.sha256, argoCd.key);
    const objects = parseManifests(source, bytes.toString("utf8"));
    verifyVersion(source, objects, manifests.version);
    return objects;
}

/**
 * The image updater's manifests, read, verified and parsed; empty where the estate does not install it.
 *
 * @throws ManifestError as {@link loadManifests} does.
 */
export async function loadUpdaterManifests(argocd: ArgoCd): Promise<KubeObject[]> {
    const { manifests } = argocd.imageUpdater;
    const source = manifests?.path ?? manifests?.url;
    if (manifests === undefined || source === undefined) {
        return [];
    }
    const bytes =
        manifests.path === undefined
            ? await download(updater, source)
            : await readLocal(updater, source, "the manifest file of the updater's release");
    verifyChecksum(source, bytes, manifests.sha256, updater.key);
    const objects = parseManifests(source, bytes.toString("utf8"));
    const tags = imageTags(objects, "argocd-image-updater");
    const version = argocd.imageUpdaterVersion ?? "";
    // The file of the main branch says "latest", which is no version and changes by itself.
    if (tags.length > 0 && !tags.includes(`v${version}`)) {
        throw new ManifestError(
            `${source} installs Argo CD Image Updater ${tags.join(", ")}, argocd.imageUpdaterVersion says ${version}. Make both the same.`,
        );
    }
    return objects;
}

/** Whose manifests a message is about, and where the spec says where they are. */
interface Product {
    readonly name: string;
    readonly key: string;
}

const argoCd: Product = { name: "Argo CD", key: "argocd.manifests" };
const updater: Product = { name: "Argo CD Image Updater", key: "argocd.imageUpdater.manifests" };

async function readLocal(product: Product, file: string, what: string): Promise<Buffer> {
    try {
        return await readFile(file);
    } catch (error) {
        throw new ManifestError(
            `${product.name}'s manifests cannot be read: ${(error as Error).message}\nPoint ${product.key}.path at ${what}.`,
        );
    }
}

async function download(product: Product, url: string): Promise<Buffer> {
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
            `${product.name}'s manifests cannot be fetched: GET ${url}: ${(error as Error).message}${cause}\n` +
                `Behind a firewall, put the file on a mirror and set ${product.key}.url, or commit it and set ${product.key}.path.`,
        );
    }
}

/** @throws ManifestError when `sha256` is given and is not that of `bytes`. */
export function verifyChecksum(
    source: string,
    bytes: Buffer,
    sha256: string | undefined,
    key: string = argoCd.key,
): void {
    const actual = createHash("sha256").update(bytes).digest("hex");
    if (sha256 !== undefined && actual !== sha256.toLowerCase()) {
        throw new ManifestError(
            `${source} is not the file that was pinned: its SHA-256 is ${actual}, ${key}.sha256 says ${sha256}.\n` +
                "Nothing was applied. Compare the file with the upstream release before changing the checksum.",
        );
    }
}

/**
 * Reads manifests with js-yaml: a fifth of the time the yaml package takes for a megabyte and a half, which is otherwise
 * the longest part of a preview's own time.
 *
 * @throws ManifestError when the text is not a list of Kubernetes objects.
 */
export function parseManifests(source: string, text: string): KubeObject[] {
    const objects: KubeObject[] = [];
    for (const document of documentsOf(source, text)) {
        if (document === null || document === undefined) {
            continue;
        }
        const value = document as Partial<KubeObject>;
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

function documentsOf(source: string, text: string): unknown[] {
    try {
        return loadAll(text, null, { schema: CORE_SCHEMA });
    } catch (error) {
        throw new ManifestError(`${source} is not YAML: ${(error as Error).message}`);
    }
}

/** The tag of Argo CD's own image says which version a manifest installs. */
function verifyVersion(source: string, objects: readonly KubeObject[], version: string): void {
    const tags = imageTags(objects, "argocd")
        .filter((tag) => /^v\d/.test(tag))
        .map((tag) => tag.slice(1));
    if (tags.length > 0 && !tags.includes(version)) {
        throw new ManifestError(
            `${source} installs Argo CD ${tags.join(", ")}, argocd.manifests.version says ${version}. Make both the same.`,
        );
    }
}

/** Tags under which the objects name an image, each once. */
function imageTags(objects: readonly KubeObject[], image: string): string[] {
    const references = JSON.stringify(objects).matchAll(new RegExp(`/${image}:([^"@]+)`, "g"));
    return [...new Set([...references].flatMap(([, tag]) => (tag === undefined ? [] : [tag])))];
}
