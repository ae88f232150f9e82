import { isNamed, type ClusterChoice } from "../clusterChoice";
import { engines } from "../engines";
import { sortedSet } from "../plain";
import { repeated } from "../repeated";
import type { Checked, Finding, Rule } from "./rule";

/** What engines and the estate know registrations of clusters by, whichever engine there is today. */
const ownLabels = [
    /^(?:gitops-estate\/|app\.kubernetes\.io\/managed-by$)/,
    ...Object.values(engines).map(({ clusterLabels }) => clusterLabels),
];

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
                            ? "set role: host on the cluster that the engine runs on"
                            : `set role: member on all but one of ${names.join(", ")}`,
                },
            ];
        },
    },
    {
        id: "environment-has-cluster",
        rule: "must name at least one cluster",
        severity: "error",
        check: ({ spec, estate }) =>
            estate.environments
                .filter(({ clusters, machine }) => clusters.length === 0 && machine === undefined)
                .map(({ name }) => {
                    const written = spec.environments[name]?.clusters;
                    return {
                        path: `environments.${name}.clusters`,
                        value: written,
                        ...(written === undefined || isNamed(written)
                            ? {
                                  fix: `name the clusters its apps run on, or environments.${name}.machine instead, or remove the environment`,
                              }
                            : {
                                  rule: "must be labels that some cluster has",
                                  fix: "correct them, or give them to a cluster in clusters.<name>.labels",
                              }),
                    };
                }),
    },
    {
        id: "app-has-cluster",
        rule: "must leave the app a cluster in each of its environments",
        severity: "error",
        check: ({ spec, estate }) =>
            Object.values(estate.apps).flatMap((app) =>
                app.environments
                    .filter(({ clusters, machine }) => clusters.length === 0 && machine === undefined)
                    .flatMap(({ environment }): Finding[] => {
                        const all =
                            estate.environments.find(({ name }) => name === environment)?.clusters ?? [];
                        const own = spec.apps[app.name]?.environments[environment]?.clusters;
                        const fix = `choose of ${all.join(", ")}, or take the app out of ${environment}: apps.${app.name}.environments.${environment}: null`;
                        return all.length === 0
                            ? [] // said of the environment
                            : [
                                  own === undefined
                                      ? {
                                            path: `apps.${app.name}.clusters`,
                                            value: spec.apps[app.name]?.clusters,
                                            rule: `must leave the app a cluster in ${environment}`,
                                            fix: `${fix}; or choose for this environment alone below it`,
                                        }
                                      : {
                                            path: `apps.${app.name}.environments.${environment}.clusters`,
                                            value: own,
                                            fix,
                                        },
                              ];
                    }),
            ),
    },
    {
        id: "app-cluster-used",
        rule: "must be clusters of the app's environments",
        severity: "error",
        check: ({ spec, estate }) =>
            Object.values(estate.apps).flatMap((app) => {
                const of = (environments: readonly string[]): string[] =>
                    estate.environments
                        .filter(({ name }) => environments.includes(name))
                        .flatMap(({ clusters }) => clusters);
                const idle = (
                    path: string,
                    choice: ClusterChoice | undefined,
                    environments: readonly string[],
                ): Finding[] => {
                    const reached = sortedSet(of(environments));
                    return choice === undefined || !isNamed(choice)
                        ? []
                        : choice
                              .filter(
                                  (cluster) =>
                                      estate.clusters[cluster] !== undefined && !reached.includes(cluster),
                              )
                              .map((value) => ({
                                  path,
                                  value,
                                  fix: `choose of ${reached.join(", ")}, or add ${value} to environments.<name>.clusters`,
                              }));
                };
                const written = spec.apps[app.name];
                const present = app.environments
                    .filter(({ machine }) => machine === undefined)
                    .map(({ environment }) => environment);
                return [
                    ...idle(`apps.${app.name}.clusters`, written?.clusters, present),
                    ...present.flatMap((environment) =>
                        idle(
                            `apps.${app.name}.environments.${environment}.clusters`,
                            written?.environments[environment]?.clusters,
                            [environment],
                        ),
                    ),
                ];
            }),
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
        rule: "must have an API server of its own: engines know clusters by it",
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
        id: "cluster-labels",
        rule: "must not be a label that the estate or an engine sets itself",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.clusters).flatMap(([name, { labels }]) =>
                Object.entries(labels)
                    .filter(([label]) => ownLabels.some((own) => own.test(label)))
                    .map(([label, value]) => ({
                        path: `clusters.${name}.labels.${label}`,
                        value,
                        fix: "choose another key, e.g. a word without a prefix",
                    })),
            ),
    },
    {
        id: "host-connection",
        rule: "has no effect on the host, which its engine reaches inside the cluster",
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
        rule: "must be known for a member: the engine on the host reaches it there",
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
