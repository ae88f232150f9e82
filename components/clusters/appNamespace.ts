/** Where one app of one environment runs on one cluster. */
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as rbac from "@pulumi/kubernetes/rbac/v1";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { App, AppEnvironment } from "../../estate/model";
import { appLabel, environmentLabel, managedBy, teamLabel } from "../../estate/labels";
import { refuse } from "../support/refuse";
import { pullSecretName } from "../support/rendering";
import type { DeliveryAccount } from "./access";
import { furtherRules } from "./deliveryRole";

/** Inputs of {@link AppNamespace}. */
export interface AppNamespaceArgs {
    readonly app: App;
    readonly environment: AppEnvironment;
    /** Authority of the registry's image references. */
    readonly registryHost: string;
    /** The robot that pulls this environment's images. */
    readonly pull: { readonly username: pulumi.Input<string>; readonly password: pulumi.Input<string> };
    /** Who delivers here. */
    readonly account: DeliveryAccount;
    /** Whether all of it stays on the cluster when it leaves the estate. */
    readonly orphan?: boolean;
}

/**
 * A namespace with what surrounds an app: the pull Secret, the quota with defaults for containers that say nothing, the
 * right to deliver into it, and network isolation between environments. Pods that break the baseline of pod security are refused,
 * those that miss `restricted` are warned about.
 */
export class AppNamespace extends pulumi.ComponentResource {
    /** Everything that must be there before an app is delivered. */
    public readonly ready: readonly pulumi.Resource[];
    /** The engine's right to deliver into it. */
    public readonly right: pulumi.Resource;

    constructor(name: string, args: AppNamespaceArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:clusters:AppNamespace", name, {}, opts);
        refuse("AppNamespace", name, AppNamespace.check(args), this);
        const { app, environment, account } = args;
        const labels = {
            ...managedBy,
            [appLabel]: app.name,
            [teamLabel]: app.team,
            [environmentLabel]: environment.environment,
        };
        const kept = args.orphan === true ? { retainOnDelete: true } : {};
        const namespace = new core.Namespace(
            `${name}-namespace`,
            {
                metadata: {
                    name: environment.namespace,
                    labels: {
                        ...labels,
                        "pod-security.kubernetes.io/enforce": "baseline",
                        "pod-security.kubernetes.io/warn": "restricted",
                    },
                },
            },
            { parent: this, ...kept },
        );
        // Inside the namespace: gone with it, so no call is made for them.
        const inside = { parent: this, deletedWith: namespace, ...kept };
        const metadata = (object: string): types.input.meta.v1.ObjectMeta => ({
            name: object,
            namespace: namespace.metadata.name,
            labels,
        });
        const pullSecret = new core.Secret(
            `${name}-pull`,
            {
                metadata: metadata(pullSecretName),
                type: "kubernetes.io/dockerconfigjson",
                stringData: pulumi.secret({
                    ".dockerconfigjson": pulumi
                        .all([args.pull.username, args.pull.password])
                        .apply(([username, password]) => dockerConfig(args.registryHost, username, password)),
                }),
            },
            inside,
        );
        const binding = new rbac.RoleBinding(
            `${name}-delivery`,
            {
                metadata: metadata("delivery"),
                roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: account.role },
                subjects: [{ kind: "ServiceAccount", name: account.name, namespace: account.namespace }],
            },
            inside,
        );
        const further = environment.kinds.some((kind) => kind.written)
            ? this.furtherRights(name, args, metadata, inside)
            : [];
        const isolation = new networking.NetworkPolicy(
            `${name}-isolation`,
            {
                metadata: metadata("same-environment"),
                spec: {
                    podSelector: {},
                    policyTypes: ["Ingress"],
                    ingress: [{ from: allowedSources(environment.environment) }],
                },
            },
            { ...inside, aliases: [{ name: `${name}-wall` }] },
        );
        const limits =
            Object.keys(environment.quota).length === 0
                ? []
                : this.quota(name, environment, metadata, inside);

        this.right = binding;
        this.ready = [namespace, pullSecret, binding, ...further, isolation, ...limits];
        this.registerOutputs({ namespace: namespace.metadata.name });
    }

    /** Every reason these args cannot work; empty when they can. */
    static check({ registryHost }: Pick<AppNamespaceArgs, "registryHost">): string[] {
        // Kubelets look a login up by host and port; under a URL nobody would find it.
        return /^[^/\s]+$/.test(registryHost)
            ? []
            : [`registryHost must be a host, or host:port, without scheme and path; got "${registryHost}".`];
    }

    /** The right to deliver the kinds that this app has beside the usual ones, in this namespace only. */
    private furtherRights(
        name: string,
        { environment, account }: AppNamespaceArgs,
        metadata: (object: string) => types.input.meta.v1.ObjectMeta,
        inside: pulumi.CustomResourceOptions,
    ): pulumi.Resource[] {
        const role = new rbac.Role(
            `${name}-further-kinds`,
            { metadata: metadata("delivery-further-kinds"), rules: furtherRules(environment.kinds) },
            inside,
        );
        const binding = new rbac.RoleBinding(
            `${name}-further-delivery`,
            {
                metadata: metadata("delivery-further-kinds"),
                roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
                subjects: [{ kind: "ServiceAccount", name: account.name, namespace: account.namespace }],
            },
            inside,
        );
        return [role, binding];
    }

    private quota(
        name: string,
        environment: AppEnvironment,
        metadata: (object: string) => types.input.meta.v1.ObjectMeta,
        inside: pulumi.CustomResourceOptions,
    ): pulumi.Resource[] {
        const quota = new core.ResourceQuota(
            `${name}-quota`,
            { metadata: metadata("quota"), spec: { hard: { ...environment.quota } } },
            inside,
        );
        const defaults = new core.LimitRange(
            `${name}-limits`,
            {
                metadata: metadata("defaults"),
                spec: {
                    limits: [containerDefaults(environment.quota)],
                },
            },
            inside,
        );
        return [quota, defaults];
    }
}

/**
 * What containers get that state nothing, since a quota refuses those. Limits only where the quota counts limits: a
 * default limit would throttle the others, and refuse those that request more than it.
 */
export function containerDefaults(
    quota: Readonly<Record<string, string>>,
): types.input.core.v1.LimitRangeItem {
    const limits = {
        ...("limits.cpu" in quota ? { cpu: "500m" } : {}),
        ...("limits.memory" in quota ? { memory: "256Mi" } : {}),
    };
    return {
        type: "Container",
        defaultRequest: { cpu: "50m", memory: "64Mi" },
        ...(Object.keys(limits).length === 0 ? {} : { default: limits }),
    };
}

/** Namespaces of the same environment, and those of no environment: ingress controllers and monitoring. */
function allowedSources(environment: string): types.input.networking.v1.NetworkPolicyPeer[] {
    return [
        { namespaceSelector: { matchLabels: { [environmentLabel]: environment } } },
        { namespaceSelector: { matchExpressions: [{ key: environmentLabel, operator: "DoesNotExist" }] } },
    ];
}

/** The JSON that kubelets read a registry's login from. */
export function dockerConfig(host: string, username: string, password: string): string {
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    return JSON.stringify({ auths: { [host]: { username, password, auth } } });
}
