import { promotionOrder } from "../environmentOrder";
import type { Rule } from "./rule";

/** The order of environments, whatever the flow; what a flow asks of them are rules of its own. */
export const promotionRules: readonly Rule[] = [
    {
        id: "promotion-cycle",
        rule: "must not lead back to where it started",
        severity: "error",
        check: ({ spec }) =>
            promotionOrder(spec.environments).cycles.map((cycle) => ({
                path: `environments.${cycle[0] ?? ""}.promotesFrom`,
                value: spec.environments[cycle[0] ?? ""]?.promotesFrom,
                rule: `must not lead back to where it started: ${[...cycle, cycle[0]].join(" ← ")}`,
                fix: "remove promotesFrom from the environment that CI fills",
            })),
    },
    {
        id: "updater-environment",
        rule: "must be environments the app is in",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.apps).flatMap(([name, app]) =>
                (app.updater?.environments ?? [])
                    .filter((environment) => app.environments[environment] === null)
                    .map((environment) => ({
                        path: `apps.${name}.updater.environments`,
                        value: environment,
                        fix: `remove it here, or remove the null of apps.${name}.environments.${environment}`,
                    })),
            ),
    },
    {
        id: "updater-approvals",
        rule: "should not act where merges need approvals: the updater commits past them",
        severity: "warning",
        check: ({ estate }) =>
            Object.values(estate.apps).flatMap((app) =>
                estate.environments
                    .filter(
                        (environment) =>
                            app.updater?.environments.includes(environment.name) === true &&
                            (environment.class === "prod" || environment.approvals > 0),
                    )
                    .map((environment) => ({
                        path: `apps.${app.name}.updater.environments`,
                        value: environment.name,
                        fix: "let it act in an earlier environment and promote from there",
                    })),
            ),
    },
];
