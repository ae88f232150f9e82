/** How many images Harbor keeps, where that changes: what it deletes is deleted by no update. Pure. */
import type { Estate, Language } from "../../estate/model";
import { compare } from "../../estate/problem";
import { allImmutable } from "../../estate/tags";
import { kindOf, listOf, mapOf, textOf, type Change, type Properties } from "./change";
import type { Clause } from "./clause";
import { shown } from "./containers";
import type { Names } from "./names";
import { code, listed } from "./noun";
import type { Place } from "./snapshot";

/** The images of an app in an environment, of which another number of tags is kept. */
export interface KeptImages {
    readonly app: string;
    readonly environment: string;
    /** Name of the project in Harbor. */
    readonly project: string;
    readonly was: number;
    readonly is: number;
    /** Patterns of tags that are never deleted. */
    readonly immutable: readonly string[];
}

/** Where another number of tags is kept from then on. */
export function keptImages(
    changes: readonly Change[],
    placeOf: (each: Change) => Place,
    names: Names,
    estate: Estate,
): KeptImages[] {
    return changes.flatMap((each): KeptImages[] => {
        const [was, is] = [newest(each.before), newest(each.after)];
        const { app = "", environment = "" } = placeOf(each);
        const project = names.containerOf(each);
        return !isRetention(each) ||
            each.kind !== "update" ||
            was === undefined ||
            is === undefined ||
            was === is
            ? []
            : [
                  {
                      app,
                      environment,
                      project:
                          textOf(project === undefined ? undefined : shown(project)["name"]) ?? each.name,
                      was,
                      is,
                      immutable:
                          estate.apps[app]?.environments.find((one) => one.environment === environment)
                              ?.immutableTags ?? [],
                  },
              ];
    });
}

function isRetention({ type }: Change): boolean {
    return kindOf(type) === "RetentionPolicy";
}

/** How many of the newest tags a rule keeps. */
function newest(side: Properties | undefined): number | undefined {
    const [count] = listOf(side?.["rules"]).flatMap((rule) => {
        const found = mapOf(rule)["mostRecentlyPushed"];
        return typeof found === "number" ? [found] : [];
    });
    return count;
}

/** Whether images go that stayed before. */
export function keepsFewer({ was, is, immutable }: KeptImages): boolean {
    return is < was && !allImmutable({ immutableTags: immutable });
}

/** What differs in a retention rule, where it is the number of tags. */
export function keptText(each: Change, language: Language): string | undefined {
    const [was, is] = [newest(each.before), newest(each.after)];
    return !isRetention(each) || was === undefined || is === undefined || was === is
        ? undefined
        : language === "zh"
          ? `每个镜像仓库保留最新的 ${is} 个标签（原为 ${was} 个）`
          : `keeps the ${tags(is)} in each repository instead of ${was}`;
}

const tags = (count: number): string => (count === 1 ? "newest tag" : `${count} newest tags`);

/** Those of which the same is said. */
function alike(kept: readonly KeptImages[], keyOf: (each: KeptImages) => unknown): KeptImages[][] {
    const found = new Map<string, KeptImages[]>();
    for (const each of kept) {
        const key = JSON.stringify([each.was, each.is, each.immutable, keyOf(each)]);
        found.set(key, [...(found.get(key) ?? []), each]);
    }
    return [...found.values()];
}

/** For the headline. */
export function retentionClauses(kept: readonly KeptImages[], language: Language): Clause[] {
    const zh = language === "zh";
    return alike(kept, ({ environment }) => environment).flatMap((those): Clause[] => {
        const [first] = those;
        if (first === undefined) {
            return [];
        }
        const { was, is, environment, immutable } = first;
        const who = listed(those.map(({ app }) => code(app)).sort(compare), language, 3);
        const also = immutable.length === 0 ? "" : zh ? `及全部不可变标签` : ", and all that are immutable";
        return keepsFewer(first)
            ? [
                  {
                      weight: "data",
                      text: zh
                          ? `Harbor 将删除 ${who} 在 ${code(environment)} 的较旧镜像：只保留最新的 ${is} 个标签（原为 ${was} 个）${also}`
                          : `Harbor deletes older images of ${who} in ${code(environment)}: it keeps the ${tags(is)} instead of ${was}${also}`,
                  },
              ]
            : [
                  {
                      weight: "calm",
                      text: zh
                          ? `Harbor 保留 ${who} 在 ${code(environment)} 最新的 ${is} 个标签（原为 ${was} 个）${also}`
                          : `Harbor keeps the ${tags(is)} of ${who} in ${code(environment)} instead of ${was}${also}`,
                  },
              ];
    });
}

/** What goes that stayed before, as sentences. */
export function retentionLosses(kept: readonly KeptImages[], language: Language): string[] {
    const zh = language === "zh";
    return alike(kept.filter(keepsFewer), () => "").map((those) => {
        const [{ was, is, immutable } = { was: 0, is: 0, immutable: [] }] = those;
        const where = listed(those.map(({ project }) => code(project)).sort(compare), language, 6);
        const patterns = listed(immutable.map(code), language);
        return zh
            ? `Harbor 在 ${where} 的每个镜像仓库中只保留最新的 ${is} 个标签（原为 ${was} 个）${patterns === "" ? "" : `，以及标签 ${patterns}`}。其余镜像不是由更新删除，而是由 Harbor 每天一次的清理删除，无法恢复。正在运行其中某个镜像的 Pod 再次启动时会找不到镜像。`
            : `Harbor keeps the ${tags(is)} in each repository of ${where} instead of ${was}${patterns === "" ? "" : `, and tags ${patterns}`}. It deletes the other images itself, once a day and not with the update, and nothing brings them back. A pod that runs one of them finds no image when it starts again.`;
    });
}
