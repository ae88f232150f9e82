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
    readonly apps: readonly App[];
    /** Those its apps reach, in promotion order. */
    readonly environments: readonly Environment[];
}

/** The config repositories of an estate, sorted by path. */
export function configPlans(estate: Estate): ConfigPlan[] {
    const byPath: Record<string, App[]> = {};
    for (const [, app] of sortedEntries(estate.apps)) {
        (byPath[app.config.fullPath] ??= []).push(app);
    }
    return sortedEntries(byPath).flatMap(([fullPath, apps]) => {
        const [first] = apps;
        if (first === undefined) {
            return [];
        }
        const reached = new Set(apps.flatMap((app) => app.environments.map((each) => each.environment)));
        return [
            {
                name: first.config.scope === "team" ? `team-config-${first.team}` : `config-${first.name}`,
                fullPath,
                team: first.team,
                apps,
                environments: estate.environments.filter((environment) => reached.has(environment.name)),
            },
        ];
    });
}

/** The clusters that run apps, with the namespaces on each: only these are opened to Argo CD. By cluster name. */
export function usedClusters(estate: Estate): Record<string, { cluster: Cluster; namespaces: string[] }> {
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
