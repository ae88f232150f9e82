/** The identity that delivers on a cluster. */
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as rbac from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import { estateLabel, managedBy, teamLabel } from "../../estate/labels";
import { refuse } from "../support/refuse";
import type { NamespacedKind } from "../../estate/kinds";
import { deliveryRules } from "./deliveryRole";

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
    /** Absent: one account for all teams. */
    readonly own?: OwnAccount;
}

/**
 * A team's own account for one environment. Its engine asks under another account's name, so it may take its own name, and
 * no other.
 */
export interface OwnAccount {
    readonly team: string;
    readonly environment: string;
    readonly name: string;
    /** Its namespace, which all of the team's accounts on the cluster are in; somebody else makes it. */
    readonly namespace: string;
    /** Namespaces in which its engine has records of what it did, as Secrets. */
    readonly records: readonly string[];
}

/** Where that account is on a cluster, for the bindings in the app namespaces. */
export interface DeliveryAccount {
    readonly name: pulumi.Input<string>;
    readonly namespace: pulumi.Input<string>;
    /** Name of the ClusterRole that is bound. */
    readonly role: pulumi.Input<string>;
}

/**
 * A service account that an engine uses on one cluster, with its token. By itself it may do nothing: each app namespace
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
        const { own } = args;
        const labels = {
            ...managedBy,
            [estateLabel]: args.estate,
            ...(own === undefined ? {} : { [teamLabel]: own.team }),
        };
        const accountName = own?.name ?? deliveryAccount;
        const roleName =
            own === undefined
                ? deliveryNamespace(args.estate)
                : `${deliveryNamespace(args.estate)}-${own.team}--${own.environment}`;
        const namespace = own?.namespace ?? this.ownNamespace(name, deliveryNamespace(args.estate), labels);
        const account = new core.ServiceAccount(
            `${name}-account`,
            {
                metadata: { name: accountName, namespace, labels },
                // Nothing runs as this account.
                automountServiceAccountToken: false,
            },
            { parent: this },
        );
        const token = new core.Secret(
            `${name}-token`,
            {
                metadata: {
                    name: `${accountName}-token`,
                    namespace,
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
                metadata: { name: roleName, labels },
                rules: deliveryRules(args.kinds),
            },
            { parent: this },
        );

        if (own !== undefined) {
            this.ownRights(name, own, labels, account);
        }
        this.account = {
            name: account.metadata.name,
            namespace: account.metadata.namespace,
            role: role.metadata.name,
        };
        const filled = token.data.apply((data: Readonly<Record<string, string>> | undefined) => {
            refuse("ClusterAccess", name, tokenProblems(data, accountName), this);
            return { token: decode(data?.["token"] ?? ""), ca: data?.["ca.crt"] ?? "" };
        });
        this.token = pulumi.secret(filled.token);
        this.caData = pulumi.unsecret(filled.ca);
        this.registerOutputs({ namespace: account.metadata.namespace });
    }

    private ownNamespace(
        name: string,
        namespace: string,
        labels: Readonly<Record<string, string>>,
    ): pulumi.Output<string> {
        return new core.Namespace(
            `${name}-namespace`,
            { metadata: { name: namespace, labels } },
            { parent: this },
        ).metadata.name;
    }

    /** To take its own name, and to keep records. */
    private ownRights(
        name: string,
        own: OwnAccount,
        labels: Readonly<Record<string, string>>,
        account: core.ServiceAccount,
    ): void {
        const give = (
            child: string,
            object: string,
            namespace: pulumi.Input<string>,
            rule: { resource: string; verbs: string[]; resourceNames?: string[] },
        ): void => {
            const { resource, ...rest } = rule;
            const metadata = { name: object, namespace, labels };
            const role = new rbac.Role(
                `${name}-${child}`,
                { metadata, rules: [{ apiGroups: [""], resources: [resource], ...rest }] },
                { parent: this },
            );
            new rbac.RoleBinding(
                `${name}-${child}-binding`,
                {
                    metadata,
                    roleRef: {
                        apiGroup: "rbac.authorization.k8s.io",
                        kind: "Role",
                        name: role.metadata.name,
                    },
                    subjects: [
                        {
                            kind: "ServiceAccount",
                            name: account.metadata.name,
                            namespace: account.metadata.namespace,
                        },
                    ],
                },
                { parent: this },
            );
        };
        give("itself", `${own.name}-itself`, account.metadata.namespace, {
            resource: "serviceaccounts",
            resourceNames: [own.name],
            verbs: ["impersonate"],
        });
        for (const records of own.records) {
            const namespace = new core.Namespace(
                `${name}-records-${records}`,
                { metadata: { name: records, labels } },
                { parent: this },
            );
            this.nothingRuns(`${name}-records-${records}`, namespace, labels);
            give(`records-${records}`, "delivery-records", namespace.metadata.name, {
                resource: "secrets",
                verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
            });
        }
    }

    /** In a namespace that holds records alone no pod is made, and none could be reached. */
    private nothingRuns(
        name: string,
        namespace: core.Namespace,
        labels: Readonly<Record<string, string>>,
    ): void {
        const metadata = { name: "records-only", namespace: namespace.metadata.name, labels };
        const inside = { parent: this, deletedWith: namespace };
        new core.ResourceQuota(`${name}-quota`, { metadata, spec: { hard: { pods: "0" } } }, inside);
        new networking.NetworkPolicy(
            `${name}-isolation`,
            { metadata, spec: { podSelector: {}, policyTypes: ["Ingress"] } },
            inside,
        );
    }
}

/** Namespace of the delivery's own objects on a cluster, and name of its role. */
export function deliveryNamespace(estate: string): string {
    return `${estate}-delivery`;
}

/** What a cluster has not put into the token Secret; empty when all is there. */
export function tokenProblems(
    data: Readonly<Record<string, string>> | undefined,
    account: string = deliveryAccount,
): string[] {
    return ["token", "ca.crt"]
        .filter((key) => data?.[key] === undefined)
        .map(
            (key) =>
                `the token Secret of ${account} has no "${key}" yet; is the token controller of the cluster running?`,
        );
}

function decode(base64: string): string {
    return Buffer.from(base64, "base64").toString("utf8");
}
