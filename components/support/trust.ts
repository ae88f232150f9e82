/** Private certificate authorities in pods. Programs in Go trust them beside those of their image. Pure. */
import { authoritiesAnnotation } from "../../estate/labels";
import { settingsDigest } from "./settingsDigest";
import type { KubeMetadata, KubeObject } from "./kubeObject";
import { workloadKinds } from "./workloads";

/** ConfigMap with the authorities, beside the workloads that trust them. */
export const authoritiesName = "estate-certificate-authorities";

const folder = "/etc/estate/certificates";

/** The ConfigMap. */
export function authoritiesConfigMap(metadata: Omit<KubeMetadata, "name">, pem: string): KubeObject {
    return {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { ...metadata, name: authoritiesName },
        data: { "authorities.pem": pem },
    };
}

interface Container {
    readonly env?: readonly object[];
    readonly volumeMounts?: readonly object[];
}

interface PodTemplate {
    readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
    readonly spec: { readonly containers: readonly Container[]; readonly volumes?: readonly object[] };
}

/**
 * A workload whose containers trust the authorities; any other object as it is.
 *
 * @param pem undefined: there are none, and nothing is changed.
 */
export function trusting(object: KubeObject, pem: string | undefined): KubeObject {
    if (pem === undefined || !workloadKinds.has(object.kind)) {
        return object;
    }
    const mounted = withMount(object, authoritiesName, folder);
    const spec = mounted["spec"] as { readonly template: PodTemplate };
    const { template } = spec;
    // What is there replaces Go's own folder, which holds what the image trusts.
    const env = { name: "SSL_CERT_DIR", value: `/etc/ssl/certs:${folder}` };
    const containers = template.spec.containers.map((container) => ({
        ...container,
        env: [...(container.env ?? []), env],
    }));
    // Trust is read when a process starts: a new authority starts the pods anew.
    const annotations = {
        ...template.metadata?.annotations,
        [authoritiesAnnotation]: settingsDigest(pem),
    };
    return {
        ...mounted,
        spec: {
            ...spec,
            template: {
                ...template,
                metadata: { ...template.metadata, annotations },
                spec: { ...template.spec, containers },
            },
        },
    };
}

/** A workload whose containers have a ConfigMap as a folder of files. */
export function withMount(object: KubeObject, configMap: string, mountPath: string): KubeObject {
    const spec = object["spec"] as { readonly template: PodTemplate };
    const { template } = spec;
    const containers = template.spec.containers.map((container) => ({
        ...container,
        volumeMounts: [...(container.volumeMounts ?? []), { name: configMap, mountPath, readOnly: true }],
    }));
    const volumes = [...(template.spec.volumes ?? []), { name: configMap, configMap: { name: configMap } }];
    return {
        ...object,
        spec: { ...spec, template: { ...template, spec: { ...template.spec, containers, volumes } } },
    };
}
