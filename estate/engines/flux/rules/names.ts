import type { App, Estate } from "../../../model";
import { namespaceName } from "../../../names";
import { placesOf } from "../../../previews";
import { sortedSet } from "../../../plain";
import { clashes } from "../../../repeated";
import type { AppsRule, Finding } from "../../../rules/rule";
import type { EngineName } from "../../engine";
import {
    clusterSecret,
    deliveries,
    deliveryAccount,
    deliveryName,
    imageName,
    previewDelivery,
    previewRelease,
    previewSecret,
    previewSet,
    recordsNamespace,
    teamNamespace,
} from "../names";

/** Names that must not meet. */
export const fluxNameRules: readonly AppsRule[] = [
    {
        id: "unique-release",
        rule: "must be a HelmRelease or Kustomization of its own in the team's namespace",
        severity: "error",
        check: (_, apps) =>
            clashes(
                delivered(apps).map(({ team, value, path, owner }) => ({
                    key: `${teamNamespace(team)}/${value}`,
                    path,
                    value,
                    owner,
                })),
                "rename one of the apps, environments or clusters",
            ),
    },
];

function delivered(apps: readonly App[]): { team: string; path: string; value: string; owner: string }[] {
    return apps.flatMap((app) =>
        app.environments.flatMap((each) =>
            Object.values(deliveries(app, each)).map((value) => ({
                team: app.team,
                path: `apps.${app.name}.environments.${each.environment}`,
                value,
                owner: `${app.name} in ${each.environment}`,
            })),
        ),
    );
}

function ownApps(estate: Estate): App[] {
    return Object.values(estate.apps).filter(({ engine }) => engine === "flux");
}

/** Every name Flux gets. */
export function fluxNames(estate: Estate): EngineName[] {
    const apps = ownApps(estate);
    return [
        ...sortedSet(apps.map(({ team }) => team)).map((team) => ({
            path: `teams.${team}`,
            value: teamNamespace(team),
            form: namespaceName,
        })),
        ...delivered(apps).map(({ path, value }) => ({ path, value, form: deliveryName })),
        ...apps.flatMap((app) =>
            placesOf(app).flatMap(({ environment, clusters }) => {
                const path = app.environments.some((each) => each.environment === environment)
                    ? `apps.${app.name}.environments.${environment}`
                    : `apps.${app.name}.previews`;
                return [
                    {
                        path,
                        value: deliveryAccount(environment),
                        form: { ...namespaceName, what: "ServiceAccount" },
                    },
                    ...clusters.map((cluster) => ({
                        path,
                        value: clusterSecret(environment, cluster),
                        form: { ...namespaceName, what: "Secret" },
                    })),
                ];
            }),
        ),
        ...apps
            .filter(({ previews }) => previews !== undefined)
            .flatMap(({ name }) => [
                ...[
                    previewDelivery(name, "99999999"),
                    previewRelease(name, "99999999"),
                    previewSet(name),
                ].map((value) => ({ path: `apps.${name}.previews`, value, form: deliveryName })),
                {
                    path: `apps.${name}.previews`,
                    value: previewSecret(name),
                    form: { ...namespaceName, what: "Secret" },
                },
            ]),
        ...apps.flatMap(({ name, updater }) =>
            (updater?.environments ?? []).flatMap((environment) =>
                [undefined, ...Object.keys(updater?.images ?? {})].map((alias) => ({
                    path: `apps.${name}.updater`,
                    value: imageName(name, environment, alias),
                    form: { ...namespaceName, what: "ImagePolicy" },
                })),
            ),
        ),
    ];
}

/** Namespaces that are Flux's or a team's own. */
export function fluxReserved(estate: Estate): Finding[] {
    const apps = ownApps(estate);
    const own = new Set(
        apps.flatMap((app) => [
            teamNamespace(app.team),
            ...placesOf(app).map(({ environment }) => recordsNamespace(app.team, environment)),
        ]),
    );
    const rule = "must not be a namespace in which Flux has a team's own objects";
    return [
        ...Object.values(estate.apps).flatMap((app) =>
            app.environments
                .filter(({ namespace }) => own.has(namespace))
                .map(({ environment, namespace }) => ({
                    path: `apps.${app.name}.environments.${environment}.namespace`,
                    value: namespace,
                    rule,
                    fix: "choose another namespace",
                })),
        ),
        ...(own.has(estate.flux.namespace)
            ? [
                  {
                      path: "flux.namespace",
                      value: estate.flux.namespace,
                      rule,
                      fix: "choose another namespace",
                  },
              ]
            : []),
    ];
}
