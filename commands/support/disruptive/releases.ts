/** Objects of an engine that take along what they installed. Pure. */
import { engineOf } from "../../../estate/engines";
import type { Estate } from "../../../estate/model";
import type { Refusal } from "../../doctor/finding";
import { enginesInWords } from "../engines";
import { finding } from "./refusal";
import type { StackSnapshot } from "./snapshot";

/**
 * An app whose releases go while its environments and its engine stay: each is uninstalled, at once and in all environments.
 * Those that are handed over to another engine are detached first, see commands/handOver.
 */
export function otherDelivery({ apps }: Pick<Estate, "apps">, known: StackSnapshot): Refusal[] {
    return Object.values(apps).flatMap(({ name, engine, delivery, environments }) => {
        const kept = new Set(environments.map(({ environment }) => environment));
        const gone = (known.releases.get(name) ?? []).filter(
            (release) => release.engine === engine && kept.has(release.environment),
        );
        const { takingAlong } = enginesInWords[engine];
        if (gone.length === 0 || takingAlong === undefined || takingAlong.delivery === delivery) {
            return [];
        }
        const { title } = engineOf(engine);
        const where = [...new Set(gone.map(({ environment }) => environment))];
        const releases = gone.map((release) => release.name);
        return [
            finding(
                "release-uninstalled",
                `apps.${name}.delivery`,
                delivery,
                {
                    rule: `deletes ${releases.join(", ")}: ${title} uninstalls a release that is deleted, so what ${name} runs in ${where.join(", ")} would go`,
                    fix: `first put ${name} on hold in ${where.join(", ")} (apps.${name}.environments.<environment>.hold) in an update of its own: a suspended release is deleted without being uninstalled. Then bring the files for ${delivery} to every branch that it runs from, and change delivery; end the hold at last`,
                },
                {
                    rule: `会删除 ${releases.join("、")}：${title} 会卸载被删除的 ${takingAlong.kind}，因此 ${name} 在 ${where.join("、")} 中运行的内容会消失`,
                    fix: `先单独用一次更新把 ${name} 在 ${where.join("、")} 中设为 hold（apps.${name}.environments.<environment>.hold）：暂停的 ${takingAlong.kind} 被删除时不会卸载。然后把 ${delivery} 所需的文件放到它运行所用的每个分支，再更改 delivery；最后解除 hold`,
                },
            ),
        ];
    });
}
