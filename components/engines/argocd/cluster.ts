/** A cluster as Argo CD knows it. */
import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ArgoCd } from "../../../estate/engines/argocd/model";
import { managedBy } from "../../../estate/labels";
import type { Cluster } from "../../../estate/model";

/** Inputs of {@link ClusterRegistration}. */
export interface ClusterRegistrationArgs {
    readonly argocd: ArgoCd;
    readonly cluster: Cluster;
    /** The namespaces Argo CD may look at on this cluster. */
    readonly namespaces: readonly string[];
    /** Token of its account there. */
    readonly token: pulumi.Input<string>;
    /** CA of the API server, PEM in base64. */
    readonly caData: pulumi.Input<string>;
}

/** How Argo CD reaches a cluster and verifies it, in the form of its cluster Secrets. Pure. */
export function connectionConfig(
    { tls, proxyUrl }: Pick<Cluster, "tls" | "proxyUrl">,
    bearerToken: string,
    caData: string,
): object {
    const trust = tls?.trust ?? "cluster";
    return {
        bearerToken,
        tlsClientConfig: {
            insecure: false,
            ...(tls?.serverName === undefined ? {} : { serverName: tls.serverName }),
            // Without an authority, those of the image are trusted.
            ...(trust === "public"
                ? {}
                : { caData: trust === "cluster" ? caData : Buffer.from(trust.pem).toString("base64") }),
        },
        ...(proxyUrl === undefined ? {} : { proxyUrl }),
    };
}

/**
 * The cluster Secret on the host. Argo CD sees the named namespaces only, and nothing outside namespaces; the API
 * server's certificate is verified. The host itself is registered the same way, so that Argo CD's own rights on it are
 * not the apps' rights.
 */
export class ClusterRegistration extends pulumi.ComponentResource {
    /** The Secret: what deploys to the cluster depends on it. */
    public readonly secret: pulumi.Resource;

    constructor(name: string, args: ClusterRegistrationArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:clusters:ClusterRegistration", name, {}, opts);
        const { argocd, cluster } = args;
        const config = pulumi
            .all([args.token, args.caData])
            .apply(([bearerToken, caData]) => JSON.stringify(connectionConfig(cluster, bearerToken, caData)));
        this.secret = new Secret(
            `${name}-secret`,
            {
                metadata: {
                    name: `cluster-${cluster.name}`,
                    namespace: argocd.namespace,
                    labels: {
                        ...cluster.labels,
                        ...managedBy,
                        "argocd.argoproj.io/secret-type": "cluster",
                    },
                },
                type: "Opaque",
                stringData: pulumi.secret({
                    name: cluster.name,
                    server: cluster.server,
                    namespaces: [...new Set(args.namespaces)].sort().join(","),
                    clusterResources: "false",
                    config,
                }),
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
