/** Every provider of the program is made here, and nowhere else. Default providers are disabled in the stack files. */
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster, Estate } from "../estate/model";
import { gitlabProvider } from "./gitlab/provider";
import { harborProvider, type HarborLogin } from "./harbor/provider";
import { mapValues, required } from "./support/maps";

/** What opens the servers and clusters of an estate. All of it is secret. */
export interface ServerCredentials {
    /** Token of a user who may make groups, projects and tokens below the estate's group: scope `api`. */
    readonly gitlab: { readonly token: pulumi.Input<string> };
    /** By registry name: an administrator. */
    readonly registries: Readonly<Record<string, HarborLogin>>;
    /** By cluster name: the text of a kubeconfig, for clusters whose spec names no file. */
    readonly clusters?: Readonly<Record<string, { readonly kubeconfig?: pulumi.Input<string> }>>;
}

/** The providers of an estate. */
export interface Providers {
    readonly gitlab: pulumi.ProviderResource;
    /** By registry name. */
    readonly registries: Readonly<Record<string, pulumi.ProviderResource>>;
    /** By cluster name. */
    readonly clusters: Readonly<Record<string, KubernetesProvider>>;
}

/** Makes the providers. Nothing is called yet: a server is first asked when a resource on it is. */
export function makeProviders(
    estate: Pick<Estate, "gitlab" | "network" | "registries" | "clusters">,
    credentials: ServerCredentials,
): Providers {
    return {
        gitlab: gitlabProvider(estate, credentials.gitlab.token),
        registries: mapValues(estate.registries, (registry) =>
            harborProvider(
                registry,
                required(credentials.registries, registry.name, "credential of registry"),
            ),
        ),
        clusters: mapValues(estate.clusters, (cluster) => clusterProvider(cluster, credentials)),
    };
}

function clusterProvider(cluster: Cluster, credentials: ServerCredentials): KubernetesProvider {
    const secret = credentials.clusters?.[cluster.name]?.kubeconfig;
    const kubeconfig = cluster.kubeconfig ?? (secret === undefined ? undefined : pulumi.secret(secret));
    return new KubernetesProvider(`cluster-${cluster.name}`, {
        context: cluster.context,
        enableServerSideApply: true,
        // What was changed by hand is repaired instead of reported as a conflict with whoever changed it.
        enablePatchForce: true,
        // New data is an update in place; a replacement would take the object away from who reads it.
        enableConfigMapMutable: true,
        enableSecretMutable: true,
        // A renewed kubeconfig or another address is the same cluster: nothing on it is to be replaced.
        clusterIdentifier: cluster.name,
        ...(kubeconfig === undefined ? {} : { kubeconfig }),
    });
}
