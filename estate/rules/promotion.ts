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
];
