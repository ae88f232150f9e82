import { repeated } from "../repeated";
import type { Checked, Finding, Rule } from "./rule";

/** Clusters, and what runs on them. */
export const clusterRules: readonly Rule[] = [
    {
        id: "one-host",
        rule: "must hold exactly one cluster with role host",
        severity: "error",
        check: ({ estate }: Checked): Finding[] => {
            const hosts = Object.values(estate.clusters).filter((cluster) => cluster.role === "host");
            if (hosts.length === 1) {
                return [];
            }
            const names = hosts.map((cluster) => cluster.name);
            return [
                {
                    path: "clusters",
                    value: names,
                    fix:
                        names.length === 0
                            ? "set role: host on the cluster that runs Argo CD"
                            : `set role: member on all but one of ${names.join(", ")}`,
                },
            ];
        },
    },
    {
        id: "environment-has-cluster",
        rule: "must name at least one cluster",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.environments)
                .filter(([, environment]) => environment.clusters.length === 0)
                .map(([name, environment]) => ({
                    path: `environments.${name}.clusters`,
                    value: environment.clusters,
                    fix: "name the clusters its apps run on, or remove the environment",
                })),
    },
    {
        id: "estate-has-environment",
        rule: "must hold at least one environment",
        severity: "error",
        check: ({ spec }) =>
            Object.keys(spec.environments).length > 0
                ? []
                : [
                      {
                          path: "environments",
                          value: {},
                          fix: "add one, e.g. environments.dev with its clusters",
                      },
                  ],
    },
    {
        id: "cluster-used",
        rule: "should be used by an environment",
        severity: "warning",
        check: ({ estate }: Checked): Finding[] => {
            const used = new Set(estate.environments.flatMap((environment) => environment.clusters));
            return Object.values(estate.clusters)
                .filter((cluster) => cluster.role === "member" && !used.has(cluster.name))
                .map((cluster) => ({
                    path: `clusters.${cluster.name}`,
                    value: cluster.name,
                    fix: "name it in an environment's clusters, or remove it; nothing is made on it",
                }));
        },
    },
    {
        id: "unique-context",
        rule: "must have a context of its own: two names for one cluster would overwrite each other",
        severity: "error",
        check: ({ estate }) =>
            repeated(
                Object.values(estate.clusters).map((cluster) => ({
                    // Without a file, the kubeconfig may be a secret of the cluster's own, where equal contexts are usual.
                    key: `${cluster.kubeconfig ?? `secret of ${cluster.name}`} ${cluster.context}`,
                    path: `clusters.${cluster.name}.access.context`,
                    value: cluster.context,
                    owner: cluster.name,
                })),
            ).map(({ path, value, other }) => ({
                path,
                value,
                fix: `${other} uses the same context; correct one of them`,
            })),
    },
    {
        id: "unique-server",
        rule: "must have an API server of its own: Argo CD knows clusters by it",
        severity: "error",
        check: ({ estate }) =>
            repeated(
                Object.values(estate.clusters).map((cluster) => ({
                    key: cluster.server,
                    path: `clusters.${cluster.name}.server`,
                    value: cluster.server,
                    owner: cluster.name,
                })),
            ).map(({ path, value, other }) => ({
                path,
                value,
                fix: `${other} has the same; correct one of them`,
            })),
    },
    {
        id: "cluster-authority",
        rule: "must be cluster, public or a name in network.certificateAuthorities",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.clusters)
                .filter(
                    ([, { tls }]) =>
                        tls.certificateAuthority !== undefined &&
                        !["cluster", "public"].includes(tls.certificateAuthority) &&
                        spec.network.certificateAuthorities[tls.certificateAuthority] === undefined,
                )
                .map(([name, { tls }]) => ({
                    path: `clusters.${name}.tls.certificateAuthority`,
                    value: tls.certificateAuthority,
                    fix: `add network.certificateAuthorities.${tls.certificateAuthority} with its file`,
                })),
    },
    {
        id: "host-connection",
        rule: "has no effect on the host, which Argo CD reaches inside its cluster",
        severity: "warning",
        check: ({ spec }) =>
            Object.entries(spec.clusters)
                .filter(([, cluster]) => cluster.role === "host" && cluster.server === undefined)
                .flatMap(([name, { tls, proxyUrl }]) => [
                    ...Object.entries(tls).map(([key, value]) => ({
                        path: `clusters.${name}.tls.${key}`,
                        value,
                        fix: "remove it",
                    })),
                    ...(proxyUrl === undefined
                        ? []
                        : [{ path: `clusters.${name}.proxyUrl`, value: proxyUrl, fix: "remove it" }]),
                ]),
    },
    {
        id: "server-known",
        rule: "must be known for a member: Argo CD on the host reaches it there",
        severity: "warning",
        check: ({ spec, context }) =>
            Object.entries(spec.clusters)
                .filter(
                    ([name, cluster]) =>
                        cluster.role === "member" &&
                        cluster.server === undefined &&
                        context.servers?.[name] === undefined,
                )
                .map(([name, cluster]) => ({
                    path: `clusters.${name}.server`,
                    value: undefined,
                    severity: context.unknownServers ?? "warning",
                    fix: `write it, or make context ${cluster.access.context ?? name} readable in ${cluster.access.kubeconfig ?? "the kubeconfig"}`,
                })),
    },
];
