/**
 * Where the manifests of Argo CD and of its image updater come from: a file or a URL, at a pinned version, checked before
 * a byte is used.
 */
import * as path from "node:path";
import type { ArgoCd } from "../../../../estate/engines/argocd/model";
import type { KubeObject } from "../../../support/kubeObject";
import {
    download,
    ManifestError,
    parseManifests,
    readLocal,
    verifyChecksum,
    type Product,
} from "../../../support/manifests";

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
        throw new ManifestError({
            path: argoCd.key,
            value: undefined,
            rule: "must name a path or a url",
            fix: "write where the manifests of this version are",
        });
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
    const objects = parseManifests(source, bytes.toString("utf8"), argoCd.key);
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
    const objects = parseManifests(source, bytes.toString("utf8"), updater.key);
    const tags = imageTags(objects, "argocd-image-updater");
    const version = argocd.imageUpdaterVersion ?? "";
    // The file of the main branch says "latest", which is no version and changes by itself.
    if (tags.length > 0 && !tags.includes(`v${version}`)) {
        throw new ManifestError({
            path: "argocd.imageUpdaterVersion",
            value: version,
            rule: `must be the version of the manifests; ${source} installs Argo CD Image Updater ${tags.join(", ")}`,
            fix: `write that version, or point ${updater.key} at the manifests of this one`,
        });
    }
    return objects;
}

const argoCd: Product = { name: "Argo CD", key: "argocd.manifests" };
const updater: Product = { name: "Argo CD Image Updater", key: "argocd.imageUpdater.manifests" };

/** The tag of Argo CD's own image says which version a manifest installs. */
function verifyVersion(source: string, objects: readonly KubeObject[], version: string): void {
    const tags = imageTags(objects, "argocd")
        .filter((tag) => /^v\d/.test(tag))
        .map((tag) => tag.slice(1));
    if (tags.length > 0 && !tags.includes(version)) {
        throw new ManifestError({
            path: `${argoCd.key}.version`,
            value: version,
            rule: `must be the version of the manifests; ${source} installs Argo CD ${tags.join(", ")}`,
            fix: "write that version, or name the manifests of this one",
        });
    }
}

/** Tags under which the objects name an image, each once. */
function imageTags(objects: readonly KubeObject[], image: string): string[] {
    const references = JSON.stringify(objects).matchAll(new RegExp(`/${image}:([^"@]+)`, "g"));
    return [...new Set([...references].flatMap(([, tag]) => (tag === undefined ? [] : [tag])))];
}
