/** What an estate consists of beyond its apps one by one: shared repositories and used clusters. Pure. */
import { joinedKinds, type NamespacedKind } from "../../estate/kinds";
import type { App, Cluster, Environment, Estate } from "../../estate/model";
import { sortedSet } from "../../estate/plain";
import { sortedEntries } from "../support/maps";

/** A config repository and the apps it serves. */
export interface ConfigPlan {
    /** Name of the component; the same in every run, whatever the order in the spec. */
    readonly name: string;
    readonly fullPath: string;
    readonly team: string;
    /** Sorted by name. */
    readonly apps: readonly [App, ...App[]];
    /** Those its apps reach, in promotion order. */
    readonly environments: readonly Environment[];
}

/** The config repositories of an estate, sorted by path. */
export function configPlans(estate: Pick<Estate, "apps" | "environments">): ConfigPlan[] {
    const byPath: Record<string, [App, ...App[]]> = {};
    for (const [, app] of sortedEntries(estate.apps)) {
        const others = byPath[app.config.fullPath];
        byPath[app.config.fullPath] = others === undefined ? [app] : [...others, app];
    }
    return sortedEntries(byPath).map(([fullPath, apps]) => {
        const [first] = apps;
        const reached = new Set(apps.flatMap((app) => app.environments.map((each) => each.environment)));
        return {
            name: first.config.scope === "team" ? `team-config-${first.team}` : `config-${first.name}`,
            fullPath,
            team: first.team,
            apps,
            environments: estate.environments.filter((environment) => reached.has(environment.name)),
        };
    });
}

/** A cluster that runs apps. */
export interface UsedCluster {
    readonly cluster: Cluster;
    /** Of its apps, sorted; only these are opened to engines. */
    readonly namespaces: readonly string[];
    /** Kinds that one of its apps has beside the usual ones, sorted. */
    readonly kinds: readonly NamespacedKind[];
}

/** The clusters that run apps, by name. */
export function usedClusters(estate: Pick<Estate, "apps" | "clusters">): Record<string, UsedCluster> {
    const used: Record<string, UsedCluster> = {};
    for (const [name, cluster] of sortedEntries(estate.clusters)) {
        const here = Object.values(estate.apps).flatMap((app) =>
            app.environments.filter((each) => each.clusters.includes(name)),
        );
        if (here.length > 0) {
            used[name] = {
                cluster,
                namespaces: sortedSet(here.map((each) => each.namespace)),
                kinds: joinedKinds(here.map((each) => each.kinds)),
            };
        }
    }
    return used;
}
