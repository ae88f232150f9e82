/**
 * Flux's install.yaml, put together from the parts that the toolchain has: what `kustomize build manifests/install` makes of
 * them for a release. Pure: texts in, text out.
 */
import { parseAllDocuments, stringify } from "yaml";

/** The namespace that a release installs to. */
const namespace = "flux-system";

/** Where a release's images come from; the parts name them without a registry. */
const registry = "ghcr.io";

interface Manifest {
    kind: string;
    metadata: { name: string; namespace?: string; labels?: Record<string, string> };
    spec?: {
        template?: {
            metadata: { labels?: Record<string, string> };
            spec: { containers: { image: string }[] };
        };
    };
}

/** Kinds in the order that a release has them; namespaced ones behind `false`. */
const kinds: Readonly<Record<string, { readonly namespaced: boolean }>> = {
    Namespace: { namespaced: false },
    ResourceQuota: { namespaced: true },
    CustomResourceDefinition: { namespaced: false },
    ServiceAccount: { namespaced: true },
    ClusterRole: { namespaced: false },
    ClusterRoleBinding: { namespaced: false },
    Service: { namespaced: true },
    Deployment: { namespaced: true },
    NetworkPolicy: { namespaced: true },
};

/**
 * @param parts the text of every part, by file name.
 * @throws Error when a part has a kind of object that a release has not: its place is not known then.
 */
export function fluxInstallYaml(parts: Readonly<Record<string, string>>): string {
    const objects = [
        theNamespace(),
        ...Object.keys(parts)
            .sort()
            .flatMap((file) => manifestsOf(file, parts[file] ?? "")),
    ];
    const order = Object.keys(kinds);
    return objects
        .sort((left, right) => order.indexOf(left.kind) - order.indexOf(right.kind))
        .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
        .join("---\n");
}

/** Where the operator's image comes from; its Deployment names it without a registry and without a version. */
const operatorImage = "ghcr.io/controlplaneio-fluxcd/flux-operator";

/** Kinds of the operator's release that are in no namespace. */
const clusterWide = new Set(["CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding"]);

/**
 * Flux Operator's install.yaml, put together in the same way: what `kustomize build config/default` makes for a release.
 *
 * @param parts texts, in the order of the release.
 */
export function operatorInstallYaml(parts: readonly string[], version: string): string {
    const objects = parts
        .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Manifest | null))
        .filter((object) => object !== null);
    for (const object of objects) {
        if (!clusterWide.has(object.kind)) {
            object.metadata.namespace = namespace;
        }
        for (const container of object.spec?.template?.spec.containers ?? []) {
            container.image = `${operatorImage}:v${version}`;
        }
    }
    return objects
        .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
        .join("---\n");
}

function theNamespace(): Manifest {
    const labels = {
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/warn-version": "latest",
    };
    return labelled({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: namespace, labels },
    } as Manifest);
}

function manifestsOf(file: string, text: string): Manifest[] {
    return parseAllDocuments(text).flatMap((document) => {
        const object = document.toJS() as Manifest | null;
        return object === null ? [] : [placed(file, object)];
    });
}

function placed(file: string, object: Manifest): Manifest {
    const kind = kinds[object.kind];
    if (kind === undefined) {
        throw new Error(
            `${file} holds a ${object.kind}, which no release of Flux has had: it cannot be placed`,
        );
    }
    if (kind.namespaced) {
        object.metadata.namespace = namespace;
    }
    for (const container of object.spec?.template?.spec.containers ?? []) {
        container.image = `${registry}/${container.image}`;
    }
    return labelled(object);
}

/** With the labels that a release gives everything. */
function labelled(object: Manifest): Manifest {
    const labels = { "app.kubernetes.io/instance": namespace, "app.kubernetes.io/part-of": "flux" };
    object.metadata.labels = { ...object.metadata.labels, ...labels };
    if (object.kind === "Deployment" && object.spec?.template !== undefined) {
        const { metadata } = object.spec.template;
        metadata.labels = { ...metadata.labels, ...labels };
    }
    return object;
}
