/** Flux Operator beside Flux: of all that it can do, it makes previews. */
import * as pulumi from "@pulumi/pulumi";
import type { Estate } from "../../../../estate/model";
import { allAuthorities, directHosts } from "../../../../estate/network";
import { childObject, type KubeObject } from "../../../support/kubeObject";
import { throughProxy } from "../../../support/proxy";
import { trusting } from "../../../support/trust";
import { workloadKinds } from "../../../support/workloads";
import { patchOperatorManifests } from "./patches";

/** What the operator depends on. */
export type OperatorEstate = Pick<Estate, "flux" | "network" | "clusters" | "relay">;

/** Inputs of {@link Operator}. */
export interface OperatorArgs {
    readonly estate: OperatorEstate;
    /** The published manifests, read and verified by `loadOperatorManifests`. */
    readonly manifests: readonly KubeObject[];
}

/** Service account of the operator, as published. */
export const operatorAccount = "flux-operator";

/** Its definitions, its controller and its rights, which are few: it administers nothing, Flux least of all. */
export class Operator extends pulumi.ComponentResource {
    constructor(name: string, args: OperatorArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:flux:Operator", name, {}, opts);
        const made: pulumi.Resource[] = [];
        // Its workload last: it ends at once without its definitions and rights, and makes its report again while it runs.
        for (const object of operatorObjects(args.estate, args.manifests)) {
            const last = workloadKinds.has(object.kind) || object.kind === reportKind;
            made.push(childObject(name, object, { parent: this, ...(last ? { dependsOn: [...made] } : {}) }));
        }
        this.registerOutputs({});
    }
}

const reportKind = "FluxReport";
const group = "fluxcd.controlplane.io";
/** It does not start without all of its own kinds. */
const kinds = ["fluxinstances", "fluxreports", "resourcesetinputproviders", "resourcesets"];
const rbac = "rbac.authorization.k8s.io";

/** Everything of it, workloads last. Pure. */
export function operatorObjects(estate: OperatorEstate, manifests: readonly KubeObject[]): KubeObject[] {
    const pem = allAuthorities(estate.network);
    // Not by a certSecretRef of what it asks: with one it goes past every proxy.
    const objects = patchOperatorManifests(manifests, estate.flux).map((object) =>
        throughProxy(trusting(object, pem), estate.network, directHosts(estate)),
    );
    const isWorkload = ({ kind }: KubeObject): boolean => workloadKinds.has(kind);
    return [
        ...objects.filter((object) => !isWorkload(object)),
        ...rights(estate.flux.namespace),
        report(estate.flux.namespace),
        ...objects.filter(isWorkload),
    ];
}

/**
 * What it needs to start and to watch, in place of the published right to administer the host. What concerns a team is
 * given in the team's namespace, see `previewAccess`.
 */
function rights(namespace: string): KubeObject[] {
    const read = ["get", "list", "watch"];
    const write = [...read, "create", "update", "patch", "delete"];
    const controller = "flux-operator-controller";
    const subjects = [{ kind: "ServiceAccount", name: operatorAccount, namespace }];
    return [
        {
            apiVersion: `${rbac}/v1`,
            kind: "ClusterRole",
            metadata: { name: controller },
            rules: [
                {
                    apiGroups: [group],
                    resources: kinds.flatMap((kind) => [kind, `${kind}/status`, `${kind}/finalizers`]),
                    verbs: write,
                },
                // It keeps all of them in memory, as Flux's controllers do.
                {
                    apiGroups: [""],
                    resources: ["namespaces", "secrets", "configmaps", "serviceaccounts"],
                    verbs: read,
                },
                { apiGroups: ["source.toolkit.fluxcd.io"], resources: ["externalartifacts"], verbs: read },
                { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
            ],
        },
        {
            apiVersion: `${rbac}/v1`,
            kind: "ClusterRoleBinding",
            metadata: { name: controller },
            roleRef: { apiGroup: rbac, kind: "ClusterRole", name: controller },
            subjects,
        },
        {
            apiVersion: `${rbac}/v1`,
            kind: "Role",
            metadata: { name: controller, namespace },
            rules: [
                // Without a Secret about its own licence it does not start; the name of what is made cannot be limited.
                { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
                {
                    apiGroups: [""],
                    resources: ["secrets"],
                    resourceNames: ["flux-operator-entitlement"],
                    verbs: ["update", "patch", "delete"],
                },
                { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: write },
            ],
        },
        {
            apiVersion: `${rbac}/v1`,
            kind: "RoleBinding",
            metadata: { name: controller, namespace },
            roleRef: { apiGroup: rbac, kind: "Role", name: controller },
            subjects,
        },
    ];
}

/** Its report about all of Flux, which it makes where there is none. Switched off: it would have to read the whole host. */
function report(namespace: string): KubeObject {
    return {
        apiVersion: `${group}/v1`,
        kind: reportKind,
        metadata: { name: "flux", namespace, annotations: { [`${group}/reconcile`]: "disabled" } },
        spec: { distribution: { entitlement: "Unknown", status: "Unknown" } },
    };
}
