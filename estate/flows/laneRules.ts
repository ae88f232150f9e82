/** Rules of flows whose environments have lanes of their own, for whichever of them an app has. */
import type { Finding } from "../rules/rule";
import type { FlowRule } from "./plan";

/** What differs between flows. */
export interface LaneWords {
    /** Beginning of the rules' names. */
    readonly prefix: string;
    /** Why something does not go with the flow. */
    readonly because: Readonly<Record<"ci" | "updater" | "hotfix", string>>;
    /** What to do instead of a hotfix lane. */
    readonly hotfix: string;
}

/** One lane for each environment, and nobody beside the pipelines who writes versions. */
export function laneRules({ prefix, because, hotfix }: LaneWords): FlowRule[] {
    return [
        {
            id: `${prefix}-environment`,
            rule: "must be exactly the environments the app is in: each has a lane of its own",
            severity: "error",
            check: ({ spec }, apps) =>
                apps.flatMap((app): Finding[] => {
                    const { lanes: written, name } = app;
                    if (written === undefined) {
                        return [];
                    }
                    const present = app.environments.map(({ environment }) => environment);
                    return [
                        ...present
                            .filter((environment) => written[environment] === undefined)
                            .map((environment) => ({
                                path: `apps.${name}.lanes.${environment}`,
                                value: undefined,
                                fix: `add it, or set apps.${name}.environments.${environment} to null`,
                            })),
                        ...Object.keys(written)
                            .filter((environment) => !present.includes(environment))
                            .map((environment) => ({
                                path: `apps.${name}.lanes.${environment}`,
                                value: spec.apps[name]?.lanes?.[environment],
                                fix:
                                    spec.environments[environment] === undefined
                                        ? `use one of ${present.join(", ")}`
                                        : `remove it, or the null of apps.${name}.environments.${environment}`,
                            })),
                    ];
                }),
        },
        {
            id: `${prefix}-ci`,
            rule: `must be gitlab: ${because.ci}`,
            severity: "error",
            check: ({ spec }, apps) =>
                apps
                    .filter(({ ci }) => ci !== "gitlab")
                    .map(({ name, ci }) => ({
                        path: spec.apps[name]?.ci === undefined ? "defaults.ci" : `apps.${name}.ci`,
                        value: ci,
                        fix: `set apps.${name}.ci to gitlab, or apps.${name}.flow to environment-branches, which has pipelines for ${ci === "none" ? "no CI at all too" : ci}`,
                    })),
        },
        {
            id: `${prefix}-updater`,
            rule: `must not be there: ${because.updater}`,
            severity: "error",
            check: (_checked, apps) =>
                apps
                    .filter(({ updater }) => updater !== undefined)
                    .map(({ name, updater }) => ({
                        path: `apps.${name}.updater`,
                        value: updater?.environments,
                        fix: `remove it, or set apps.${name}.flow to environment-branches, where it fits`,
                    })),
        },
        {
            id: `${prefix}-hotfix`,
            rule: `must not be there: ${because.hotfix}`,
            severity: "error",
            check: (_checked, apps) =>
                apps
                    .filter((app) => app.hotfix !== undefined)
                    .map((app) => ({
                        path: `apps.${app.name}.hotfix`,
                        value: app.hotfix?.branch,
                        fix: hotfix,
                    })),
        },
    ];
}
