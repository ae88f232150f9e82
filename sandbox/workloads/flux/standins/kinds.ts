/** Kinds of Flux's objects: where the API has them. One version of each is served. */
export interface Kind {
    readonly kind: string;
    readonly group: string;
    readonly version: string;
    /** In paths of the API. */
    readonly plural: string;
}

const source = { group: "source.toolkit.fluxcd.io", version: "v1" };
const image = { group: "image.toolkit.fluxcd.io", version: "v1" };
const notification = { group: "notification.toolkit.fluxcd.io" };

/** By name. The order is that of a listing for people: from what is fetched to what is notified. */
export const kinds = {
    GitRepository: { kind: "GitRepository", ...source, plural: "gitrepositories" },
    OCIRepository: { kind: "OCIRepository", ...source, plural: "ocirepositories" },
    HelmRepository: { kind: "HelmRepository", ...source, plural: "helmrepositories" },
    HelmChart: { kind: "HelmChart", ...source, plural: "helmcharts" },
    Bucket: { kind: "Bucket", ...source, plural: "buckets" },
    ExternalArtifact: { kind: "ExternalArtifact", ...source, plural: "externalartifacts" },
    Kustomization: {
        kind: "Kustomization",
        group: "kustomize.toolkit.fluxcd.io",
        version: "v1",
        plural: "kustomizations",
    },
    HelmRelease: {
        kind: "HelmRelease",
        group: "helm.toolkit.fluxcd.io",
        version: "v2",
        plural: "helmreleases",
    },
    ImageRepository: { kind: "ImageRepository", ...image, plural: "imagerepositories" },
    ImagePolicy: { kind: "ImagePolicy", ...image, plural: "imagepolicies" },
    ImageUpdateAutomation: { kind: "ImageUpdateAutomation", ...image, plural: "imageupdateautomations" },
    Receiver: { kind: "Receiver", ...notification, version: "v1", plural: "receivers" },
    Provider: { kind: "Provider", ...notification, version: "v1beta3", plural: "providers" },
    Alert: { kind: "Alert", ...notification, version: "v1beta3", plural: "alerts" },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;

/** A kind by its name; undefined for what is not Flux's. */
export function kindOf(name: string): Kind | undefined {
    return Object.hasOwn(kinds, name) ? kinds[name as KindName] : undefined;
}

export function apiVersion({ group, version }: Kind): string {
    return `${group}/${version}`;
}

/** Path of a kind's objects; without a namespace of all of them. */
export function pathOf({ group, version, plural }: Kind, namespace?: string, name?: string): string {
    return [
        `/apis/${group}/${version}`,
        ...(namespace === undefined ? [] : [`namespaces/${namespace}`]),
        plural,
        ...(name === undefined ? [] : [name]),
    ].join("/");
}
