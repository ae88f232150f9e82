/** Where Flux's manifests come from, checked before a byte is used. */
import * as path from "node:path";
import type { Flux, FluxManifests } from "../../../../estate/engines/flux/model";
import { versionLabel } from "../../../../estate/labels";
import type { KubeObject } from "../../../support/kubeObject";
import {
    download,
    ManifestError,
    parseManifests,
    readLocal,
    verifyChecksum,
    type Product,
} from "../../../support/manifests";

const product: Product = { name: "Flux", key: "flux.manifests" };

/** Controllers that the estate gives work to; without one of them, some of its objects would be read by nobody. */
const needed = [
    "source-controller",
    "kustomize-controller",
    "helm-controller",
    "notification-controller",
    "image-reflector-controller",
    "image-automation-controller",
];

/**
 * Reads, verifies and parses Flux's manifests.
 *
 * @throws ManifestError when they cannot be read, have another checksum, install another version, or lack a controller.
 */
export async function loadFluxManifests({ manifests }: Flux): Promise<KubeObject[]> {
    const { path: folder, ...rest } = manifests;
    const file = folder === undefined ? undefined : path.join(folder, "install.yaml");
    const { source, objects } = await load(
        product,
        { ...rest, ...(file === undefined ? {} : { path: file }) },
        "the folder that holds install.yaml of the pinned version",
    );
    verifyControllers(source, objects);
    verifyVersion(source, objects, manifests.version);
    return objects;
}

const operator: Product = { name: "Flux Operator", key: "flux.operator" };

/**
 * The operator's manifests, read, verified and parsed; empty where the estate does not install it.
 *
 * @throws ManifestError as {@link loadFluxManifests} does.
 */
export async function loadOperatorManifests({ operator: wanted }: Flux): Promise<KubeObject[]> {
    if (wanted === undefined) {
        return [];
    }
    const { source, objects } = await load(operator, wanted, "the manifest file of the operator's release");
    const tags = [...JSON.stringify(objects).matchAll(/\/flux-operator:v([^"@]+)/g)].map(([, tag]) => tag);
    if (!tags.includes(wanted.version)) {
        throw new ManifestError({
            path: `${operator.key}.version`,
            value: wanted.version,
            rule: `must be the version of the manifests; ${source} installs Flux Operator ${tags.join(", ") || "not at all"}`,
            fix: "write that version, or name the manifests of this one",
        });
    }
    return objects;
}

async function load(
    of: Product,
    { path: file, url = "", sha256 }: FluxManifests,
    what: string,
): Promise<{ source: string; objects: KubeObject[] }> {
    const source = file ?? url;
    const bytes = file === undefined ? await download(of, source) : await readLocal(of, source, what);
    verifyChecksum(source, bytes, sha256, of.key);
    return { source, objects: parseManifests(source, bytes.toString("utf8"), of.key) };
}

function verifyControllers(source: string, objects: readonly KubeObject[]): void {
    const there = new Set(
        objects.filter(({ kind }) => kind === "Deployment").map(({ metadata }) => metadata.name),
    );
    const missing = needed.filter((name) => !there.has(name));
    if (missing.length > 0) {
        throw new ManifestError({
            path: product.key,
            value: source,
            rule: `must install all of Flux; it has no ${missing.join(", ")}`,
            fix: "take install.yaml of the release, or flux install --export with --components-extra=image-reflector-controller,image-automation-controller",
        });
    }
}

/** What `flux install --export` writes says its version; the release's own file does not, and its checksum has to do. */
function verifyVersion(source: string, objects: readonly KubeObject[], version: string): void {
    const said = [...new Set(objects.flatMap(({ metadata }) => metadata.labels?.[versionLabel] ?? []))];
    if (said.length > 0 && !said.includes(`v${version}`)) {
        throw new ManifestError({
            path: `${product.key}.version`,
            value: version,
            rule: `must be the version of the manifests; ${source} installs Flux ${said.join(", ")}`,
            fix: "write that version, or name the manifests of this one",
        });
    }
}
