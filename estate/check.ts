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
import { updaterRules } from "./rules/updater";

/** What rules need besides the spec. */
export interface CheckContext {
    /** Today as `YYYY-MM-DD`; absent: nothing is said about dates. */
    readonly today?: string;
    /** API servers' URLs by cluster, from the kubeconfigs. */
    readonly servers?: Readonly<Record<string, string>>;
    /** How a member whose API server is not known counts. Default `warning`: good for looking at a spec, not for an update. */
    readonly unknownServers?: "error" | "warning";
}

/** Every rule over a spec as a whole, by id. The schema and `plain-secret` come before them. */
export const rules: readonly Rule[] = [
    ...referenceRules,
    ...clusterRules,
    ...promotionRules,
    ...nameRules,
    ...settingRules,
    ...pipelineRules,
    ...updaterRules,
    ...syncRules,
];

/** Everything the rules find, sorted. Pure. */
export function check(spec: Spec, estate: Estate, context: CheckContext = {}): Problem[] {
    return sortProblems(
        rules.flatMap((rule) =>
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
