import { flows } from "./flows";
import type { FlowRegistry } from "./flows/plan";
import type { Estate } from "./model";
import { sortProblems, type Problem } from "./problem";
import type { Spec } from "./schema";
import { clusterRules } from "./rules/clusters";
import { nameRules } from "./rules/names";
import { pipelineRules } from "./rules/pipelines";
import { promotionRules } from "./rules/promotion";
import { referenceRules } from "./rules/references";
import { settingRules } from "./rules/settings";
import type { Rule } from "./rules/rule";
import { syncRules } from "./rules/sync";
import { notificationRules } from "./engines/argocd/rules/notifications";
import { updaterRules } from "./engines/argocd/rules/updater";

/** What rules need besides the spec. */
export interface CheckContext {
    /** Today as `YYYY-MM-DD`; absent: nothing is said about dates. */
    readonly today?: string;
    /** API servers' URLs by cluster, from the kubeconfigs. */
    readonly servers?: Readonly<Record<string, string>>;
    /** How a member whose API server is not known counts. Default `warning`: good for looking at a spec, not for an update. */
    readonly unknownServers?: "error" | "warning";
    /** Default: those of estate/flows. */
    readonly flows?: FlowRegistry;
}

/** Every rule over a spec as a whole. The schema and `plain-secret` come before them. */
function allRules(registry: FlowRegistry): readonly Rule[] {
    return [
        ...referenceRules,
        ...clusterRules,
        ...promotionRules,
        ...Object.entries(registry).flatMap(([flow, definition]) => flowRules(flow, definition)),
        ...nameRules,
        ...settingRules,
        ...pipelineRules,
        ...updaterRules,
        ...notificationRules,
        ...syncRules,
    ];
}

/** A flow's own rules, for estates in which it is used. */
function flowRules(flow: string, { rules: own }: FlowRegistry[string]): Rule[] {
    return own.map((rule) => ({
        ...rule,
        check: (checked) => {
            const apps = Object.values(checked.estate.apps).filter((app) => app.flow === flow);
            const used = apps.length > 0 || checked.spec.defaults.flow === flow;
            return used ? rule.check(checked, apps) : [];
        },
    }));
}

/** The rules, with those of the built-in flows. */
export const rules = allRules(flows);

/** Everything the rules find, sorted. Pure. */
export function check(spec: Spec, estate: Estate, context: CheckContext = {}): Problem[] {
    return sortProblems(
        (context.flows === undefined ? rules : allRules(context.flows)).flatMap((rule) =>
            rule.check({ spec, estate, context }).map((finding) => ({
                path: finding.path,
                value: finding.value,
                id: rule.id,
                rule: finding.rule ?? rule.rule,
                fix: finding.fix,
                severity: finding.severity ?? rule.severity,
            })),
        ),
    );
}
