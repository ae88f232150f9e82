import { isNamed, type ClusterChoice } from "../clusterChoice";
import { nearest } from "../nearest";
import { channelOf, type Subscription } from "../notificationSchema";
import { compare } from "../problem";
import type { Spec } from "../schema";
import type { Checked, Finding, Rule } from "./rule";

/** Names that must lead somewhere. */
export const referenceRules: readonly Rule[] = [
    {
        id: "cluster-exists",
        rule: "must name a cluster of the estate",
        severity: "error",
        check: ({ spec }) =>
            namedClusters(spec).flatMap(({ path, clusters }) =>
                missing(path, clusters, spec.clusters, "clusters"),
            ),
    },
    {
        id: "cluster-once",
        rule: "must name each cluster once",
        severity: "error",
        check: ({ spec }) =>
            namedClusters(spec)
                .filter(({ clusters }) => clusters.length !== new Set(clusters).size)
                .map(({ path, clusters }) => ({ path, value: clusters, fix: "remove the repetition" })),
    },
    {
        id: "machine-exists",
        rule: "must name a machine of the estate",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.environments).flatMap(([name, { machine }]) =>
                machine === undefined
                    ? []
                    : missing(`environments.${name}.machine`, [machine], spec.machines, "machines"),
            ),
    },
    {
        id: "registry-exists",
        rule: "must name a registry of the estate",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.environments).flatMap(([name, { registry }]) => {
                const path = `environments.${name}.registry`;
                if (registry !== undefined) {
                    return missing(path, [registry], spec.registries, "registries");
                }
                const known = Object.keys(spec.registries).sort(compare);
                return known.length === 1
                    ? []
                    : [
                          {
                              path,
                              value: undefined,
                              fix:
                                  known.length === 0
                                      ? "add a registry under registries"
                                      : `there are several: choose one of ${known.join(", ")}`,
                          },
                      ];
            }),
    },
    {
        id: "team-exists",
        rule: "must name a team of the estate",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.apps).flatMap(([name, app]) =>
                missing(`apps.${name}.team`, [app.team], spec.teams, "teams"),
            ),
    },
    {
        id: "environment-exists",
        rule: "must name an environment of the estate",
        severity: "error",
        check: ({ spec }) => [
            ...Object.entries(spec.environments).flatMap(([name, { promotesFrom }]) =>
                missing(
                    `environments.${name}.promotesFrom`,
                    promotesFrom === undefined ? [] : [promotesFrom],
                    spec.environments,
                    "environments",
                    name,
                ),
            ),
            ...Object.entries(spec.apps).flatMap(([name, app]) => [
                ...Object.keys(app.environments).flatMap((environment) =>
                    missing(
                        `apps.${name}.environments.${environment}`,
                        [environment],
                        spec.environments,
                        "environments",
                    ),
                ),
                ...missing(
                    `apps.${name}.updater.environments`,
                    app.updater?.environments ?? [],
                    spec.environments,
                    "environments",
                ),
            ]),
        ],
    },
    {
        id: "app-exists",
        rule: "must name an app of the estate",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.apps).flatMap(([name, app]) =>
                missing(`apps.${name}.dependsOn`, app.dependsOn, spec.apps, "apps", name),
            ),
    },
    {
        id: "channel-exists",
        rule: "must name a channel of the estate",
        severity: "error",
        check: ({ spec }: Checked): Finding[] => {
            const at = (path: string, channels: readonly Subscription[] | null | undefined): Finding[] =>
                missing(path, (channels ?? []).map(channelOf), spec.channels, "channels");
            return [
                ...Object.entries(spec.environments).flatMap(([name, each]) =>
                    at(`environments.${name}.channels`, each.channels),
                ),
                ...Object.entries(spec.teams).flatMap(([name, each]) =>
                    at(`teams.${name}.channels`, each.channels),
                ),
                ...Object.entries(spec.apps).flatMap(([name, each]) => [
                    ...at(`apps.${name}.channels`, each.channels),
                    ...Object.entries(each.environments).flatMap(([environment, own]) =>
                        at(`apps.${name}.environments.${environment}.channels`, own?.channels),
                    ),
                ]),
            ];
        },
    },
];

/** Every list of clusters in a spec. */
function namedClusters(spec: Spec): { path: string; clusters: readonly string[] }[] {
    const at = (path: string, clusters: ClusterChoice | undefined): { path: string; clusters: string[] }[] =>
        clusters !== undefined && isNamed(clusters) ? [{ path, clusters }] : [];
    return [
        ...Object.entries(spec.environments).flatMap(([name, { clusters }]) =>
            at(`environments.${name}.clusters`, clusters),
        ),
        ...Object.entries(spec.apps).flatMap(([name, app]) => [
            ...at(`apps.${name}.clusters`, app.clusters),
            ...Object.entries(app.environments).flatMap(([environment, own]) =>
                at(`apps.${name}.environments.${environment}.clusters`, own?.clusters),
            ),
        ]),
    ];
}

/** @param self name of the entry that refers, where it is one of the known: no choice for itself. */
function missing(
    path: string,
    names: readonly string[],
    known: Readonly<Record<string, unknown>>,
    section: string,
    self?: string,
): Finding[] {
    const candidates = Object.keys(known)
        .filter((name) => name !== self)
        .sort(compare);
    return names
        .filter((name) => !Object.hasOwn(known, name))
        .map((name) => {
            const near = nearest(name, candidates);
            const choice =
                near !== undefined
                    ? `did you mean ${near}?`
                    : candidates.length > 0
                      ? `use one of ${candidates.join(", ")}`
                      : `there are no ${section}`;
            return {
                path,
                value: name,
                fix: `${choice}${choice.endsWith("?") ? " Otherwise" : ", or"} add ${section}.${name}`,
            };
        });
}
