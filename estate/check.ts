import { engines } from "./engines";
import type { EngineRegistry } from "./engines/engine";
import { flows } from "./flows";
import type { FlowRegistry } from "./flows/plan";
import type { Estate } from "./model";
import { hasErrors, sortProblems, type Problem } from "./problem";
import type { Spec } from "./schema";
import { clusterRules } from "./rules/clusters";
import { deliveryRules } from "./rules/delivery";
import { engineRules } from "./rules/engines";
import { flowRules } from "./rules/flows";
import { machineRules } from "./rules/machines";
import { networkRules } from "./rules/network";
import { nameRules } from "./rules/names";
import { pipelineRules } from "./rules/pipelines";
import { previewRules } from "./rules/previews";
import { promotionRules } from "./rules/promotion";
import { referenceRules } from "./rules/references";
import { settingRules } from "./rules/settings";
import { unusedRules } from "./rules/unused";
import { updaterRules } from "./rules/updaters";
import type { AppsRule, CheckContext, Checked, Rule } from "./rules/rule";

export type { CheckContext };

/** Every rule over a spec as a whole. The schema and `plain-secret` come before them. */
function allRules(ways: FlowRegistry, controllers: EngineRegistry): readonly Rule[] {
    return [
        ...referenceRules,
        ...clusterRules,
        ...machineRules,
        ...promotionRules,
        ...updaterRules,
        ...nameRules,
        ...settingRules,
        ...networkRules,
        ...pipelineRules,
        ...deliveryRules,
        ...engineRules,
        ...previewRules,
        ...flowRules,
        ...unusedRules,
        ...ownRules("flow", ways, ({ spec }, name) => spec.defaults.flow === name),
        ...ownRules("engine", controllers, ({ estate }, name) =>
            estate.engines.some((engine) => engine === name),
        ),
    ];
}

/** The rules that flows or engines bring, each for the estates in which its flow or engine is used. */
function ownRules(
    part: "flow" | "engine",
    registry: Readonly<Record<string, { readonly rules: readonly AppsRule[] }>>,
    isUsed: (checked: Checked, name: string) => boolean,
): Rule[] {
    return Object.entries(registry).flatMap(([name, { rules: own }]) =>
        own.map((rule) => ({
            ...rule,
            check: (checked) => {
                const apps = Object.values(checked.estate.apps).filter((app) => app[part] === name);
                return apps.length > 0 || isUsed(checked, name) ? rule.check(checked, apps) : [];
            },
        })),
    );
}

/** The rules, with those of the built-in flows and engines. */
export const rules = allRules(flows, engines);

/** Everything the rules find, sorted. Pure. */
export function check(spec: Spec, estate: Estate, context: CheckContext = {}): Problem[] {
    const problemsOf = (asked: readonly Rule[]): Problem[] =>
        asked.flatMap((rule) =>
            rule.check({ spec, estate, context }).map((finding) => ({
                path: finding.path,
                value: finding.value,
                id: rule.id,
                rule: finding.rule ?? rule.rule,
                fix: finding.fix,
                severity: finding.severity ?? rule.severity,
            })),
        );
    const all = allRules(context.flows ?? flows, context.engines ?? engines);
    const first = problemsOf(all.filter(({ afterErrors }) => afterErrors !== true));
    return sortProblems(
        hasErrors(first)
            ? first
            : [...first, ...problemsOf(all.filter(({ afterErrors }) => afterErrors === true))],
    );
}
