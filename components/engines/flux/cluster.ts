/** A cluster as Flux knows it. */
import * as pulumi from "@pulumi/pulumi";
import { clusterSecret, deliveryAccount } from "../../../estate/engines/flux/names";
import type { Cluster } from "../../../estate/model";
import { KubeResource } from "../../support/kubeObject";
import { yaml } from "../../support/yaml";
import { teamMetadata } from "./team";

/** Key of the kubeconfig in its Secret: the first that Flux looks for. */
const kubeconfigKey = "value";

/** How an environment's object reaches its cluster. */
export function kubeConfigReference(environment: string, cluster: string): object {
    return { secretRef: { name: clusterSecret(environment, cluster), key: kubeconfigKey } };
}

/** A kubeconfig without anything but the account's token: no programs, no files. Pure. */
export function kubeconfig(cluster: Cluster, user: string, token: string, caData: string): string {
    const { name, server, tls, proxyUrl } = cluster;
    const trust = tls?.trust ?? "cluster";
    return yaml({
        apiVersion: "v1",
        kind: "Config",
        "current-context": name,
        clusters: [
            {
                name,
                cluster: {
                    server,
                    // Without an authority, those of the image are trusted.
                    ...(trust === "public"
                        ? {}
                        : {
                              "certificate-authority-data":
                                  trust === "cluster" ? caData : Buffer.from(trust.pem).toString("base64"),
                          }),
                    ...(tls?.serverName === undefined ? {} : { "tls-server-name": tls.serverName }),
                    ...(proxyUrl === undefined ? {} : { "proxy-url": proxyUrl }),
                },
            },
        ],
        users: [{ name: user, user: { token } }],
        contexts: [{ name, context: { cluster: name, user } }],
    });
}

/** Inputs of {@link ClusterReference}. */
export interface ClusterReferenceArgs {
    readonly team: string;
    readonly environment: string;
    readonly cluster: Cluster;
    /** Token of the team's account for the environment there. */
    readonly token: pulumi.Input<string>;
    /** CA of the API server, PEM in base64. */
    readonly caData: pulumi.Input<string>;
}

/** The Secret by which a team's objects of one environment reach one cluster. Its token opens the environment's namespaces of the team there, no more. */
export class ClusterReference extends pulumi.ComponentResource {
    constructor(name: string, args: ClusterReferenceArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:flux:ClusterReference", name, {}, opts);
        const { team, environment, cluster } = args;
        const value = pulumi
            .all([args.token, args.caData])
            .apply(([token, caData]) => kubeconfig(cluster, deliveryAccount(environment), token, caData));
        new KubeResource(
            `${name}-secret`,
            {
                apiVersion: "v1",
                kind: "Secret",
                // Labels of the cluster, for selectors of people.
                metadata: teamMetadata(team, clusterSecret(environment, cluster.name), cluster.labels),
                type: "Opaque",
                stringData: pulumi.secret({ [kubeconfigKey]: value }),
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
