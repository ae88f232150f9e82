/** Engines that move to another namespace, or lose what they hold otherwise. Pure. */
import { engineOf } from "../../../estate/engines";
import type { Estate } from "../../../estate/model";
import type { Refusal } from "../../doctor/finding";
import { enginesInWords } from "../engines";
import { liveResources, type ExportedStack } from "../exported";
import { finding } from "./refusal";
import type { StackSnapshot } from "./snapshot";

/**
 * A namespace has no other name: what an engine holds in its own goes with it, and what people gave it there. What apps run
 * stays, as nothing uninstalls it.
 */
export function otherEngineNamespace(estate: Estate, known: StackSnapshot): Refusal[] {
    return estate.engines.flatMap((name) => {
        const { title, namespace } = engineOf(name);
        const now = namespace(estate);
        const before = [...(known.engines.get(name) ?? [])].filter((each) => each !== now);
        return before.map((old) =>
            finding(
                "engine-moved",
                `${name}.namespace`,
                now,
                {
                    rule: `is another namespace than ${old}, in which ${title} runs: it would be installed anew and deleted there, with what is only there (sessions, tokens that people made, Secrets from elsewhere). Nothing is delivered meanwhile; what apps run stays`,
                    fix: `keep ${old}; or go on with --accept-outage, and make in ${now} what people had in ${old}`,
                },
                {
                    rule: `不是 ${title} 当前运行所在的命名空间 ${old}：会在新命名空间重新安装，原处连同只在那里的内容（会话、人员创建的令牌、外来的 Secret）一起被删除。其间不交付任何内容；应用运行的内容保留`,
                    fix: `保留 ${old}；或用 --accept-outage 继续，并在 ${now} 中重新创建人员在 ${old} 中的内容`,
                },
            ),
        );
    });
}

/** Changes of an engine's installation that take along what the spec goes on with. */
export function otherInstallation(estate: Estate, exported: ExportedStack): Refusal[] {
    const live = liveResources(exported);
    return estate.engines.flatMap((name) => enginesInWords[name].disruptive?.(estate, live) ?? []);
}
