/** Rights for previews in a team's namespace on the host. Pure. */
import {
    deliveryAccount,
    previewAccount,
    previewSecret,
    teamNamespace,
} from "../../../estate/engines/flux/names";
import { hostCluster } from "../../../estate/host";
import type { App, Estate } from "../../../estate/model";
import { previewEnvironment } from "../../../estate/previews";
import type { KubeObject } from "../../support/kubeObject";
import { operatorAccount } from "./install/operator";
import { teamMetadata } from "./team";

const rbac = "rbac.authorization.k8s.io";
const verbs = ["get", "list", "watch", "create", "update", "patch", "delete"];

/** What a ResourceSet of previews makes. */
const made = [
    { group: "helm.toolkit.fluxcd.io", resource: "helmreleases" },
    { group: "kustomize.toolkit.fluxcd.io", resource: "kustomizations" },
    { group: "notification.toolkit.fluxcd.io", resource: "alerts" },
];

/**
 * The account that a team's ResourceSets are applied as, which makes Flux's objects of this team and nothing else; and what
 * the operator needs of the namespace: to take that account's name, and to read the tokens that GitLab is asked with.
 *
 * @param apps of the team that have previews; nothing where there are none.
 */
export function previewAccess(
    estate: Pick<Estate, "flux" | "clusters">,
    team: string,
    apps: readonly App[],
): KubeObject[] {
    if (apps.length === 0) {
        return [];
    }
    const operator = `${previewAccount}-operator`;
    return [
        {
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: teamMetadata(team, previewAccount),
            // Nothing runs as this account.
            automountServiceAccountToken: false,
        },
        ...namesake(estate, team, apps),
        role(
            team,
            previewAccount,
            made.map(({ group, resource }) => ({ apiGroups: [group], resources: [resource], verbs })),
        ),
        binding(team, previewAccount, { name: previewAccount, namespace: teamNamespace(team) }),
        role(team, operator, [
            {
                apiGroups: [""],
                resources: ["serviceaccounts"],
                resourceNames: [previewAccount],
                verbs: ["impersonate"],
            },
            {
                apiGroups: [""],
                resources: ["secrets"],
                resourceNames: apps.map(({ name }) => previewSecret(name)).sort(),
                verbs: ["get"],
            },
        ]),
        binding(team, operator, { name: operatorAccount, namespace: estate.flux.namespace }),
    ];
}

/**
 * An account without rights, called as the one that previews are delivered as. Before a Kustomization takes its objects off a
 * cluster, Flux looks for its account on the host, wherever the cluster is, and leaves them there when it finds none.
 * Where previews are on the host, the account itself is there.
 */
function namesake(estate: Pick<Estate, "clusters">, team: string, apps: readonly App[]): KubeObject[] {
    const host = hostCluster(estate).name;
    return apps.some(({ previews }) => previews?.place.clusters.includes(host) === true) ||
        apps.every(({ delivery }) => delivery === "helm")
        ? []
        : [
              {
                  apiVersion: "v1",
                  kind: "ServiceAccount",
                  metadata: teamMetadata(team, deliveryAccount(previewEnvironment)),
                  automountServiceAccountToken: false,
              },
          ];
}

function role(team: string, name: string, rules: readonly object[]): KubeObject {
    return { apiVersion: `${rbac}/v1`, kind: "Role", metadata: teamMetadata(team, name), rules };
}

function binding(
    team: string,
    name: string,
    account: { readonly name: string; readonly namespace: string },
): KubeObject {
    return {
        apiVersion: `${rbac}/v1`,
        kind: "RoleBinding",
        metadata: teamMetadata(team, name),
        roleRef: { apiGroup: rbac, kind: "Role", name },
        subjects: [{ kind: "ServiceAccount", ...account }],
    };
}
