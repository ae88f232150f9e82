import type { App, AppEnvironment } from "../../../model";
import { isExpression } from "../../../tags";
import type { AppsRule, Finding } from "../../../rules/rule";

/** What Flux does otherwise with what an app may ask for. */
export const fluxDeliveryRules: readonly AppsRule[] = [
    {
        id: "flux-prune",
        rule: "is what Helm does in any case: an upgrade deletes what its chart no longer has",
        severity: "error",
        check: (_, apps) =>
            places(apps)
                .filter(
                    ({ app, place: { sync } }) => app.delivery === "helm" && sync.automated && !sync.prune,
                )
                .map(({ path }) => ({
                    path: `${path}.sync.prune`,
                    value: false,
                    fix: "remove it; an object with the annotation helm.sh/resource-policy: keep stays",
                })),
    },
    {
        id: "flux-self-heal",
        rule: "is what a Kustomization of Flux does in any case: it applies git again at each interval",
        severity: "error",
        check: (_, apps) =>
            places(apps)
                .filter(
                    ({ app, place: { sync } }) => app.delivery !== "helm" && sync.automated && !sync.selfHeal,
                )
                .map(({ path }) => ({
                    path: `${path}.sync.selfHeal`,
                    value: false,
                    fix: "remove it; name the fields that others own in ignoreDifferences, or hold the app while hands are on it",
                })),
    },
    {
        id: "flux-depends-on",
        rule: "must be other apps of the team that Flux delivers by the same kind of object, in an environment and on a cluster of this one",
        severity: "error",
        check: ({ estate }, apps) =>
            apps.flatMap((app) =>
                app.dependsOn.flatMap((name): Finding[] => {
                    const other = estate.apps[name];
                    const fault = other === undefined ? undefined : dependencyFault(app, other);
                    return fault === undefined
                        ? []
                        : [
                              {
                                  path: `apps.${app.name}.dependsOn`,
                                  value: name,
                                  fix: `${fault}: remove it, and let the pods wait for what they need`,
                              },
                          ];
                }),
            ),
    },
    {
        id: "flux-depends-on-itself",
        rule: "must not lead back to the app: none of them would ever begin",
        severity: "error",
        check: ({ estate }, apps) =>
            apps.flatMap(({ name, dependsOn }) => {
                const way = wayBack(name, dependsOn, estate.apps);
                return way === undefined
                    ? []
                    : [
                          {
                              path: `apps.${name}.dependsOn`,
                              value: dependsOn,
                              fix: `take one out of ${[name, ...way].join(" -> ")}`,
                          },
                      ];
            }),
    },
    {
        id: "flux-ignore-differences",
        rule: "must be JSON pointers: Flux knows no other form",
        severity: "error",
        check: (_, apps) =>
            places(apps).flatMap(({ path, place: { sync } }) =>
                sync.ignoreDifferences.flatMap((difference, index): Finding[] =>
                    (["jqPathExpressions", "managedFieldsManagers"] as const)
                        .filter((form) => difference[form].length > 0)
                        .map((form) => ({
                            path: `${path}.sync.ignoreDifferences.${index}.${form}`,
                            value: difference[form],
                            fix: "write the fields in jsonPointers",
                        })),
                ),
            ),
    },
    {
        id: "flux-ignore-target",
        rule: "must be a name or an expression: Flux reads a bare * as none",
        severity: "error",
        check: (_, apps) =>
            places(apps).flatMap(({ path, place: { sync } }) =>
                sync.ignoreDifferences.flatMap((difference, index): Finding[] =>
                    (["group", "kind", "name"] as const)
                        .map((key) => ({ key, value: difference[key] ?? "" }))
                        .filter(({ value }) => value.search(bareWildcard) >= 0 || !isExpression(value))
                        .map(({ key, value }) => ({
                            path: `${path}.sync.ignoreDifferences.${index}.${key}`,
                            value,
                            fix:
                                value.search(bareWildcard) >= 0
                                    ? `write ${value.replace(bareWildcard, ".*")}`
                                    : "write a name, or an expression whose brackets are closed, e.g. web-.*",
                        })),
                ),
            ),
    },
];

/** `*` as patterns have it: after nothing, or after what stands for itself. */
const bareWildcard = /(?<![.)\]}\\*?+])\*/g;

/** Why an app cannot wait for another; undefined where it can. */
function dependencyFault(app: App, other: App): string | undefined {
    if (other.engine !== app.engine) {
        return `another engine delivers ${other.name}`;
    }
    if (other.team !== app.team) {
        return `${other.name} is team ${other.team}'s, whose objects this team's may not name`;
    }
    if (kindOf(other) !== kindOf(app)) {
        return `${other.name} is delivered by ${other.delivery}, and ${kindOf(app)}s wait for their like only`;
    }
    const meets = app.environments.some(({ environment, clusters }) =>
        other.environments.some(
            (place) =>
                place.environment === environment && place.clusters.some((each) => clusters.includes(each)),
        ),
    );
    return meets ? undefined : `${other.name} runs nowhere beside it`;
}

function kindOf({ delivery }: App): string {
    return delivery === "helm" ? "HelmRelease" : "Kustomization";
}

/** The apps on the way from an app over those that it depends on back to it; undefined where there is none. */
function wayBack(
    target: string,
    dependsOn: readonly string[],
    apps: Readonly<Record<string, App>>,
): string[] | undefined {
    const seen = new Set<string>();
    const search = (names: readonly string[]): string[] | undefined => {
        for (const name of names) {
            if (name === target) {
                return [name];
            }
            if (!seen.has(name)) {
                seen.add(name);
                const rest = search(apps[name]?.dependsOn ?? []);
                if (rest !== undefined) {
                    return [name, ...rest];
                }
            }
        }
        return undefined;
    };
    return search(dependsOn);
}

/** Every app in every environment, with where the spec has it. */
function places(apps: readonly App[]): { app: App; place: AppEnvironment; path: string }[] {
    return apps.flatMap((app) =>
        app.environments.map((place) => ({
            app,
            place,
            path: `apps.${app.name}.environments.${place.environment}`,
        })),
    );
}
