/** The outputs of a stack. */
import * as pulumi from "@pulumi/pulumi";
import type { Estate } from "../estate/model";
import { unknownServer } from "../estate/resolve";
import type { AppSpace } from "./apps/app";
import type { Delivered } from "./engines/engine";
import { required, sortedEntries } from "./support/maps";

/** Outputs of the stack. Nothing in them is secret, but for `pipelines`. */
export interface EstateOutputs {
    readonly gitlab: pulumi.Output<string>;
    /** What the engines in use have to say of themselves, e.g. `argocd`: where it is. */
    readonly [ofAnEngine: string]: unknown;
    /** Web addresses of an app's repositories, by app. */
    readonly repositories: Record<
        string,
        { readonly source: pulumi.Output<string>; readonly config: pulumi.Output<string> }
    >;
    /** Where engines find the clusters that run apps, by cluster; without those whose address is not known. */
    readonly clusters: Readonly<Record<string, string>>;
    /** Names of what delivers an app, e.g. of Applications, by app, environment and cluster. */
    readonly applications: Readonly<Record<string, Delivered>>;
    /** Where delivery is paused: the tag an app is pinned to, and why nothing is applied by itself. By app and environment. */
    readonly paused: Record<string, Record<string, { readonly pin?: string; readonly hold?: string }>>;
    /** Apps that another branch than the usual one is delivered of, by app: the branch, and the day it is meant to end. */
    readonly hotfixes: Record<string, { readonly branch: string; readonly until?: string }>;
    /** What a destroy would leave on the servers, and for which apps and environments. */
    readonly protected: Record<string, string>;
    /** Variables of apps built by a CI system other than GitLab, to be put there by hand; secret. By app. */
    readonly pipelines: Record<string, pulumi.Output<Record<string, string>>>;
}

/** Where the clusters are that run apps. A preview needs it in the open: it says of a kubeconfig only that it is another. */
export function clusterAddresses(estate: Pick<Estate, "clusters">): EstateOutputs["clusters"] {
    return Object.fromEntries(
        sortedEntries(estate.clusters)
            .filter(([name, { role, server }]) => role === "member" && server !== unknownServer(name))
            .map(([name, { server }]) => [name, server.replace(/^(https?:\/\/)[^/@]*@/, "$1")]),
    );
}

/** Where delivery is paused, for the outputs. */
export function pausedApps(estate: Estate): EstateOutputs["paused"] {
    const paused: EstateOutputs["paused"] = {};
    for (const [name, app] of sortedEntries(estate.apps)) {
        for (const { environment, pin, hold } of app.environments) {
            if (pin !== undefined || hold !== undefined) {
                (paused[name] ??= {})[environment] = {
                    ...(pin === undefined ? {} : { pin }),
                    ...(hold === undefined ? {} : { hold }),
                };
            }
        }
    }
    return paused;
}

/** The hotfix lanes that are on. */
export function hotfixes(estate: Estate): EstateOutputs["hotfixes"] {
    return Object.fromEntries(
        sortedEntries(estate.apps).flatMap(([name, { hotfix }]) =>
            hotfix === undefined
                ? []
                : [
                      [
                          name,
                          {
                              branch: hotfix.branch,
                              ...(hotfix.until === undefined ? {} : { until: hotfix.until }),
                          },
                      ],
                  ],
        ),
    );
}

/** Variables of the apps whose CI system the estate has no access to. */
export function foreignPipelines(
    estate: Estate,
    apps: Readonly<Record<string, AppSpace>>,
): Record<string, pulumi.Output<Record<string, string>>> {
    const foreign = sortedEntries(estate.apps).filter(([, app]) => app.ci === "jenkins");
    return Object.fromEntries(
        foreign.map(([name]) => {
            const { build, promotion } = required(apps, name, "app").pipelines;
            return [
                name,
                pulumi.secret({ ...build.plain, ...promotion.plain, ...build.secret, ...promotion.secret }),
            ];
        }),
    );
}
