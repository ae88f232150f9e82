/** The identity that delivers on a cluster. */
import * as core from "@pulumi/kubernetes/core/v1";
import * as rbac from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import { estateLabel, managedBy } from "../../estate/labels";
import { refuse } from "../support/checks";
import type { NamespacedKind } from "../../estate/kinds";
import { deliveryRules } from "./rights";

/**
 * Name of the service account that delivers, on every cluster that runs apps. It is from the time when Argo CD was the only
 * engine; another name would be another account, with another token.
 */
export const deliveryAccount = "argocd-manager";

/** Inputs of {@link ClusterAccess}. */
export interface ClusterAccessArgs {
    /** Name of the estate; part of the namespace's and the role's name. */
    readonly estate: string;
    /** Kinds that some app on the cluster has beside the usual ones. */
    readonly kinds: readonly NamespacedKind[];
}

/** Where that account is on a cluster, for the bindings in the app namespaces. */
export interface DeliveryAccount {
    readonly name: pulumi.Input<string>;
    readonly namespace: pulumi.Input<string>;
    /** Name of the ClusterRole that is bound. */
    readonly role: pulumi.Input<string>;
}

/**
 * The service account that engines use on one cluster, with its token. By itself it may do nothing: each app namespace
 * binds it to the role made here, for that namespace only.
 */
export class ClusterAccess extends pulumi.ComponentResource {
    public readonly account: DeliveryAccount;
    /** The account's token; secret. */
    public readonly token: pulumi.Output<string>;
    /** CA of the API server, PEM in base64. */
    public readonly caData: pulumi.Output<string>;

    constructor(name: string, args: ClusterAccessArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:clusters:ClusterAccess", name, {}, opts);
        const labels = { ...managedBy, [estateLabel]: args.estate };
        const namespace = new core.Namespace(
            `${name}-namespace`,
            { metadata: { name: deliveryNamespace(args.estate), labels } },
            { parent: this },
        );
        const account = new core.ServiceAccount(
            `${name}-account`,
            {
                metadata: { name: deliveryAccount, namespace: namespace.metadata.name, labels },
                // Nothing runs as this account.
                automountServiceAccountToken: false,
            },
            { parent: this },
        );
        const token = new core.Secret(
            `${name}-token`,
            {
                metadata: {
                    name: `${deliveryAccount}-token`,
                    namespace: namespace.metadata.name,
                    labels,
                    annotations: { "kubernetes.io/service-account.name": account.metadata.name },
                },
                type: "kubernetes.io/service-account-token",
            },
            // The cluster fills it in; the provider waits for that.
            { parent: this, additionalSecretOutputs: ["data"] },
        );
        const role = new rbac.ClusterRole(
            `${name}-role`,
            {
                metadata: { name: deliveryNamespace(args.estate), labels },
                rules: deliveryRules(args.kinds),
            },
            { parent: this },
        );

        this.account = {
            name: account.metadata.name,
            namespace: namespace.metadata.name,
            role: role.metadata.name,
        };
        const filled = token.data.apply((data: Readonly<Record<string, string>> | undefined) => {
            refuse("ClusterAccess", name, tokenProblems(data), this);
            return { token: decode(data?.["token"] ?? ""), ca: data?.["ca.crt"] ?? "" };
        });
        this.token = pulumi.secret(filled.token);
        this.caData = pulumi.unsecret(filled.ca);
        this.registerOutputs({ namespace: namespace.metadata.name });
    }
}

/** Namespace of the delivery's own objects on a cluster, and name of its role. */
export function deliveryNamespace(estate: string): string {
    return `${estate}-delivery`;
}

/** What a cluster has not put into the token Secret; empty when all is there. */
export function tokenProblems(data: Readonly<Record<string, string>> | undefined): string[] {
    return ["token", "ca.crt"]
        .filter((key) => data?.[key] === undefined)
        .map(
            (key) =>
                `the token Secret of ${deliveryAccount} has no "${key}" yet; is the token controller of the cluster running?`,
        );
}

function decode(base64: string): string {
    return Buffer.from(base64, "base64").toString("utf8");
}
