/** The one line with which a note begins: what changes, in the words of the spec, and whether anything is deleted. Pure. */
import { worstFirst, type Clause, type Weight } from "../clause";
import { automaticDeliveryClauses, sourceClauses } from "../deliveries";
import { lifetimeClauses } from "../lifetimes";
import { deliveryClauses } from "../manifests";
import { listed } from "../noun";
import { tally } from "../nouns";
import { pathClauses } from "../paths";
import { receiverClauses } from "../receivers";
import { keepsFewer, retentionClauses } from "../retention";
import { isRight } from "../rights";
import { settingClauses, type SettingContext } from "../settings";
import {
    appClauses,
    classClauses,
    engineClauses,
    environmentClauses,
    flowClauses,
    placementClauses,
    registryClauses,
} from "./apps";
import { channelClauses } from "./channels";
import { added, type HeadlineParts } from "./parts";
import {
    approvalClauses,
    loosenedClauses,
    passwordClauses,
    peopleClauses,
    teamClauses,
    tightenedClauses,
} from "./people";
import { pipelineClauses } from "./pipelines";
import { addressClauses, clusterClauses, connectionClauses, upgradeClauses } from "./servers";

/** Most clauses of a headline, beside what is deleted. */
const mostClauses = 4;

/** One line: what changes, and whether anything is deleted. */
export function headline(parts: HeadlineParts): string {
    const { language, changes, addresses, lost, restored, proposed, failed } = parts;
    const zh = language === "zh";
    if (failed) {
        return zh ? "预览失败：不会应用任何变更" : "The preview failed: this cannot be applied as it is";
    }
    const semicolon = zh ? "；" : "; ";
    const put =
        restored === 0
            ? []
            : [
                  zh
                      ? `恢复 ${restored} 处手工修改`
                      : `${restored} change${restored === 1 ? "" : "s"} made by hand ${restored === 1 ? "is" : "are"} undone`,
              ];
    if (proposed > 0) {
        put.push(
            zh
                ? `${proposed} 个仓库通过合并请求获得另一版本的流水线`
                : `${proposed === 1 ? "a repository is" : `${proposed} repositories are`} offered other pipelines by merge request`,
        );
    }
    if (changes.length === 0 && addresses.length === 0) {
        const nothing = parts.byInventory
            ? zh
                ? "与清单相比没有变更"
                : "Nothing differs from the inventory"
            : zh
              ? "没有变更"
              : "Nothing changes";
        return [...(put.length === 0 ? [nothing] : put)].map(capital).join(semicolon);
    }
    const told = changeClauses(parts);
    const clauses = [
        ...(told.length > 0 ? told : settingClauses(settingContext(parts), true)),
        ...put.map((text): Clause => ({ weight: "calm", text })),
    ];
    const heavy = clauses.filter(({ weight }) => weight !== "calm").length;
    const shown = clauses.slice(0, Math.max(mostClauses, heavy)).map(({ text }) => text);
    const more = clauses.length - shown.length;
    const rest = more > 0 ? [zh ? `另有 ${more} 项变化` : `${more} more change${more === 1 ? "" : "s"}`] : [];
    const gone = deletions(parts);
    const body = shown.length === 0 ? [tallied(parts)] : [...shown, ...rest];
    const all = lost.some(({ weight, type }) => weight === "data" && type !== undefined)
        ? [gone, ...body]
        : [...body, gone];
    const refused = parts.refused
        ? [zh ? "更新会拒绝此变更，否则" : "the update refuses this change; otherwise"]
        : [];
    return capital([...refused, all.join(semicolon)].join(zh ? "：" : ": "));
}

/** Where nothing has words of its own: the objects, by name where they are few. */
function tallied({ changes, names, language }: HeadlineParts): string {
    const zh = language === "zh";
    const one = changes.length === 1;
    const what =
        changes.length < 3
            ? listed(changes.map(names.titled), language)
            : tally(
                  changes.map(({ type }) => type),
                  language,
                  3,
              );
    return changes.every(({ kind }) => kind === "create")
        ? zh
            ? `新增 ${what}`
            : `${what} ${one ? "is" : "are"} new`
        : zh
          ? `${what} 有变化`
          : `${what} ${one ? "changes" : "change"}`;
}

function capital(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1);
}

function deletions({ lost, changes, language, byInventory, kept }: HeadlineParts): string {
    const zh = language === "zh";
    const heavy = lost.filter(
        ({ weight, type }) => (weight === "data" || weight === "runs") && type !== undefined,
    );
    if (heavy.length > 0) {
        const what = tally(
            heavy.flatMap(({ type }) => type ?? []),
            language,
            4,
        );
        return zh ? `删除 ${what}` : `deletes ${what}`;
    }
    // Memberships and protections are reported as rights.
    const count = changes.filter((each) => each.kind === "delete" && !isRight(each)).length;
    if (count > 0) {
        return zh
            ? `只删除 ${count} 个设置类对象，不删除数据，也不停止任何运行中的内容`
            : `${count} setting${count === 1 ? "" : "s"} ${count === 1 ? "is" : "are"} deleted, no data and nothing that runs`;
    }
    // What is said to go before: rights, and images that Harbor deletes.
    const rightsGo = changes.some((each) => each.kind === "delete") || kept.some(keepsFewer);
    if (byInventory && !rightsGo) {
        return zh ? "清单中的内容都不会被删除" : "nothing of the inventory is deleted";
    }
    return rightsGo
        ? zh
            ? "不删除其他内容"
            : "nothing else is deleted"
        : zh
          ? "不删除任何内容"
          : "nothing is deleted";
}

/** The clauses about what changes, in words of the spec, what hurts most first. */
function changeClauses(parts: HeadlineParts): Clause[] {
    const { both, changes, language, estate } = parts;
    const { before, after } = both;
    const first = before.apps.size === 0;
    const newApps = added(before.apps, after.apps);
    const stay = [...after.apps].filter((name) => before.apps.has(name));
    const all = (weight: Weight, texts: readonly string[]): Clause[] =>
        texts.map((text) => ({ weight, text }));
    const own = new Set(parts.flows.map(({ name }) => name));
    const clauses = [
        ...retentionClauses(parts.kept, language),
        ...loosenedClauses(parts),
        ...appClauses(both, language),
        ...(first && newApps.length > 0 ? [] : clusterClauses(both, language)),
        ...all("calm", first ? [] : teamClauses(both, language)),
        ...all("calm", first ? [] : pathClauses(parts.paths, language)),
        ...all("outage", addressClauses(parts.addresses, language)),
        ...all("calm", connectionClauses(parts)),
        ...environmentClauses(both, stay, parts.again, language),
        ...placementClauses(both, stay, estate, language),
        ...all("outage", registryClauses(both, stay, language)),
        ...all("calm", engineClauses(both, language)),
        ...all("outage", deliveryClauses(both, estate, language)),
        ...all("calm", flowClauses(parts.flows, language)),
        ...all("calm", sourceClauses(parts, own)),
        ...all("opens", automaticDeliveryClauses(parts)),
        ...all("calm", newApps.length > 0 ? [] : pipelineClauses(changes, language)),
        ...all("calm", channelClauses(both, stay, language)),
        ...all("calm", receiverClauses(both, estate, language)),
        ...classClauses(changes, language),
        ...(first ? [] : settingClauses(settingContext(parts), false)),
        ...all("calm", first ? [] : peopleClauses(both, language)),
        ...all("calm", tightenedClauses(parts)),
        ...(first ? [] : approvalClauses(parts)),
        ...lifetimeClauses(changes, language),
        ...all("calm", first ? [] : upgradeClauses(changes, estate, language)),
        ...all("calm", first ? [] : passwordClauses(changes, language)),
    ];
    return worstFirst(clauses);
}

function settingContext({ changes, both, placeOf, language, flows }: HeadlineParts): SettingContext {
    const { before, after } = both;
    const rendered = [...after.deliveries].flatMap(([name, is]) =>
        before.deliveries.get(name) === is ? [] : [name],
    );
    return {
        changes,
        both,
        placeOf,
        language,
        apart: new Set([...flows.map(({ name }) => name), ...rendered]),
    };
}
