/** The accounts that engines deliver with on clusters. */
import type * as pulumi from "@pulumi/pulumi";
import type { EngineRegistry } from "../../estate/engines/engine";
import { accountKey } from "../../estate/accounts";
import type { App, Estate } from "../../estate/model";
import { placesOf } from "../../estate/previews";
import type { AppSpaceArgs } from "../apps/app";
import { accountPlans, type AccountPlan } from "../apps/plan";
import { ClusterAccess } from "../clusters/access";
import { AccountNamespace } from "../clusters/accountNamespace";
import { hostCluster } from "../../estate/host";
import type { Providers } from "../providers";
import { mapValues, required } from "../support/maps";

/**
 * The accounts that deliver on clusters that run apps, by key.
 *
 * @param onHost what a team's namespace on the host is part of.
 */
export function clusterAccesses(
    estate: Estate,
    { clusters }: Providers,
    definitions: EngineRegistry,
    onHost: (engine: string, team: string) => pulumi.Resource,
): Record<string, ClusterAccess> {
    const host = hostCluster(estate).name;
    const namespaces: Record<string, pulumi.Resource> = {};
    const namespaceOf = (
        cluster: string,
        { engine, team, namespace }: Pick<NonNullable<AccountPlan["own"]>, "engine" | "team" | "namespace">,
    ): pulumi.Resource =>
        cluster === host
            ? onHost(engine, team)
            : (namespaces[`${cluster}--${engine}--${team}`] ??= new AccountNamespace(
                  `accounts-${cluster}--${engine}--${team}`,
                  { estate: estate.name, team, namespace },
                  { providers: [required(clusters, cluster, "cluster")] },
              ));
    return mapValues(
        accountPlans(estate, definitions),
        ({ key, cluster, kinds, own }) =>
            new ClusterAccess(
                `access-${key}`,
                { estate: estate.name, kinds, ...(own && { own }) },
                {
                    providers: [required(clusters, cluster.name, "cluster")],
                    ...(own && { dependsOn: [namespaceOf(cluster.name, own)] }),
                },
            ),
    );
}

/** The accounts that deliver an app, by environment and cluster. */
export function accountsOf(
    estate: Estate,
    app: App,
    made: {
        readonly accesses: Readonly<Record<string, ClusterAccess>>;
        readonly definitions: EngineRegistry;
    },
): AppSpaceArgs["accounts"] {
    return Object.fromEntries(
        placesOf(app).map(({ environment }) => [
            environment,
            Object.fromEntries(
                Object.keys(estate.clusters).flatMap((cluster) => {
                    const access = made.accesses[accountKey(app, environment, cluster, made.definitions)];
                    return access === undefined ? [] : [[cluster, access.account]];
                }),
            ),
        ]),
    );
}

/** Keys of the accounts that an app is delivered by. */
export function accountsFor(app: App, definitions: EngineRegistry): string[] {
    const keys = placesOf(app).flatMap(({ environment, clusters }) =>
        clusters.map((cluster) => accountKey(app, environment, cluster, definitions)),
    );
    return [...new Set(keys)];
}
