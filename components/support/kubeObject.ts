/** A Kubernetes object that is read from a manifest, whatever its kind, as a Pulumi resource. */
import { version } from "@pulumi/kubernetes/package.json";
import * as pulumi from "@pulumi/pulumi";

/** The parts every Kubernetes object has. */
export interface KubeObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: KubeMetadata;
    readonly [field: string]: unknown;
}

/** By key. */
export type Annotations = Readonly<Record<string, string>>;

/** The parts of an object's metadata that manifests carry. */
export interface KubeMetadata {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Annotations;
}

/** `apps/v1`, `Deployment` → `kubernetes:apps/v1:Deployment`; the core group is called `core`. */
export function kubeToken(apiVersion: string, kind: string): string {
    return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

/**
 * A resource of any kind, under its own token: `apiextensions.CustomResource` of the SDK refuses core kinds, and a
 * class per kind would have to be picked by a table.
 */
export class KubeResource extends pulumi.CustomResource {
    declare readonly metadata: pulumi.Output<KubeMetadata>;

    constructor(
        name: string,
        object: pulumi.Inputs & { apiVersion: string; kind: string },
        opts: pulumi.CustomResourceOptions,
    ) {
        const secret = object.kind === "Secret" ? ["data", "stringData"] : [];
        super(
            kubeToken(object.apiVersion, object.kind),
            name,
            { ...object, metadata: object["metadata"] as unknown },
            {
                // So that objects of manifests and the classes of the package load the same plugin.
                version,
                ...opts,
                additionalSecretOutputs: [...(opts.additionalSecretOutputs ?? []), ...secret],
            },
        );
    }
}

/** An object of a component, under a name made of its kind and its own. */
export function childObject(
    component: string,
    object: KubeObject,
    opts: pulumi.CustomResourceOptions,
): KubeResource {
    return new KubeResource(
        `${component}-${object.kind.toLowerCase()}-${object.metadata.name}`,
        { ...object },
        opts,
    );
}
