/** What an estate consists of beyond its apps one by one: shared repositories and used clusters. Pure. */
import type { App, Cluster, Environment, Estate } from "../../estate/model";
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

/** The clusters that run apps, with the namespaces on each: only these are opened to engines. By cluster name. */
export function usedClusters(
    estate: Pick<Estate, "apps" | "clusters">,
): Record<string, { cluster: Cluster; namespaces: string[] }> {
    const used: Record<string, { cluster: Cluster; namespaces: string[] }> = {};
    for (const [name, cluster] of sortedEntries(estate.clusters)) {
        const namespaces = Object.values(estate.apps).flatMap((app) =>
            app.environments.filter((each) => each.clusters.includes(name)).map((each) => each.namespace),
        );
        if (namespaces.length > 0) {
            used[name] = { cluster, namespaces: [...new Set(namespaces)].sort() };
        }
    }
    return used;
}
