/** What an estate consists of beyond its apps one by one: shared repositories and used clusters. Pure. */
import { accountKey } from "../../estate/accounts";
import { engineOf } from "../../estate/engines";
import type { EngineRegistry } from "../../estate/engines/engine";
import type { Audience } from "../../estate/flows/plan";
import { joinedKinds, type NamespacedKind } from "../../estate/kinds";
import type { App, AppEnvironment, Cluster, ConfigRepository, Environment, Estate } from "../../estate/model";
import { sortedSet } from "../../estate/plain";
import { placesOf } from "../../estate/previews";
import { sortedEntries } from "../support/maps";

/** A config repository and the apps it serves. */
export interface ConfigPlan {
    /** Name of the component; the same in every run, whatever the order in the spec. */
    readonly name: string;
    readonly at: ConfigRepository;
    readonly audience: Audience;
    readonly team: string;
    /** Sorted by name. */
    readonly apps: readonly [App, ...App[]];
    /** Those whose versions its apps have there, in promotion order. */
    readonly environments: readonly Environment[];
}

/** The config repositories of an estate, sorted by path. */
export function configPlans(estate: Pick<Estate, "apps" | "environments">): ConfigPlan[] {
    const byPath: Record<string, [Share, ...Share[]]> = {};
    for (const [, app] of sortedEntries(estate.apps)) {
        for (const { at, audience, environments } of app.plan.configs) {
            const share = { app, at, audience, environments };
            const others = byPath[at.fullPath];
            byPath[at.fullPath] = others === undefined ? [share] : [...others, share];
        }
    }
    return sortedEntries(byPath).map(([, shares]) => {
        const [{ at, audience, app: first }, ...others] = shares;
        const name = at.scope === "team" ? `team-config-${first.team}` : `config-${first.name}`;
        const reached = new Set(shares.flatMap(({ environments }) => environments));
        return {
            name: audience === "team" ? name : `guarded-${name}`,
            at,
            audience,
            team: first.team,
            apps: [first, ...others.map(({ app }) => app)],
            environments: estate.environments.filter((environment) => reached.has(environment.name)),
        };
    });
}

/** What an app has in one repository. */
type Share = Pick<App["plan"]["configs"][number], "at" | "audience" | "environments"> & { readonly app: App };

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
        const here = placesOn(estate, name);
        if (here.length > 0) {
            used[name] = usedBy(
                cluster,
                here.map(({ place }) => place),
            );
        }
    }
    return used;
}

/** An app where it runs. */
interface Place {
    readonly app: App;
    readonly place: AppEnvironment;
}

function placesOn({ apps }: Pick<Estate, "apps">, cluster: string): Place[] {
    return Object.values(apps).flatMap((app) =>
        placesOf(app)
            .filter(({ clusters }) => clusters.includes(cluster))
            .map((place) => ({ app, place })),
    );
}

function usedBy(cluster: Cluster, places: readonly AppEnvironment[]): UsedCluster {
    return {
        cluster,
        namespaces: sortedSet(places.map(({ namespace }) => namespace)),
        kinds: joinedKinds(places.map(({ kinds }) => kinds)),
    };
}

/** An account that delivers on a cluster, and the apps it is for. */
export interface AccountPlan extends UsedCluster {
    /** Unique; the ending of the component's name. */
    readonly key: string;
    /** Where it is a team's own; absent: for all apps here whose engines share one. */
    readonly own?: {
        readonly engine: string;
        readonly team: string;
        /** The one environment it delivers. */
        readonly environment: string;
        readonly name: string;
        readonly namespace: string;
        /** Namespaces on the cluster in which the engine has records, sorted. */
        readonly records: readonly string[];
    };
}

/** The accounts of an estate, by key. */
export function accountPlans(
    estate: Pick<Estate, "apps" | "clusters">,
    definitions: EngineRegistry,
): Record<string, AccountPlan> {
    const plans: Record<string, AccountPlan> = {};
    for (const [name, cluster] of sortedEntries(estate.clusters)) {
        const shares: Record<string, [Place, ...Place[]]> = {};
        for (const each of placesOn(estate, name)) {
            const key = accountKey(each.app, each.place.environment, name, definitions);
            const others = shares[key];
            shares[key] = others === undefined ? [each] : [...others, each];
        }
        for (const [key, share] of sortedEntries(shares)) {
            const used = usedBy(
                cluster,
                share.map(({ place }) => place),
            );
            plans[key] = { key, ...used, ...ownAccount(share, definitions) };
        }
    }
    return plans;
}

/** @param share what shares an account on one cluster. */
function ownAccount(
    share: readonly [Place, ...Place[]],
    definitions: EngineRegistry,
): Pick<AccountPlan, "own"> {
    const [{ app, place }] = share;
    const accounts = engineOf(app.engine, definitions).teamAccounts;
    return accounts === undefined
        ? {}
        : {
              own: {
                  engine: app.engine,
                  team: app.team,
                  environment: place.environment,
                  name: accounts.name(place.environment),
                  namespace: accounts.namespace(app.team),
                  records: sortedSet(share.flatMap((each) => accounts.records(each.app, each.place) ?? [])),
              },
          };
}
