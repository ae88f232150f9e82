/** What a headline says of apps, and of the environments and clusters they are in. Pure. */
import { engineOf } from "../../../estate/engines";
import type { Estate, Language } from "../../../estate/model";
import { previewEnvironment } from "../../../estate/previews";
import { compare } from "../../../estate/problem";
import { kindOf, textOf, type Change } from "../change";
import type { Clause, Weight } from "../clause";
import { code, listed } from "../noun";
import { engineChanges, type Both, type Snapshot } from "../snapshot";
import { added, type HeadlineParts } from "./parts";

/** Apps that come and go. */
export function appClauses({ before, after }: Both<Snapshot>, language: Language): Clause[] {
    const zh = language === "zh";
    const some = (items: readonly string[]): string => listed(items.map(code), language, 3);
    const come = added(before.apps, after.apps);
    const go = added(after.apps, before.apps);
    if (before.apps.size === 0 && come.length > 0) {
        const text = zh
            ? `首次创建：${come.length} 个应用`
            : `the estate is made for the first time, with ${come.length} app${come.length === 1 ? "" : "s"}`;
        return [{ weight: "calm", text }];
    }
    const news = zh
        ? `新增应用 ${some(come)}`
        : `${come.length === 1 ? "app" : "apps"} ${some(come)} ${come.length === 1 ? "is" : "are"} new`;
    const ends = zh
        ? `移除应用 ${some(go)}`
        : `${go.length === 1 ? "app" : "apps"} ${some(go)} ${go.length === 1 ? "goes" : "go"} away`;
    return [
        ...(come.length === 0 ? [] : [{ weight: "calm" as const, text: news }]),
        ...(go.length === 0 ? [] : [{ weight: "outage" as const, text: ends }]),
    ];
}

export function environmentClauses(
    { before, after }: Both<Snapshot>,
    stay: readonly string[],
    again: ReadonlySet<string>,
    language: Language,
): Clause[] {
    const zh = language === "zh";
    const changed = new Map<string, string[]>();
    const environmentsOf = (side: Snapshot, app: string): Set<string> =>
        new Set([...(side.places.get(app)?.keys() ?? []), ...(side.registries.get(app)?.keys() ?? [])]);
    for (const app of stay) {
        const [was, is] = [environmentsOf(before, app), environmentsOf(after, app)];
        for (const name of is) {
            if (!was.has(name)) {
                const key = `${again.has(`${app} ${name}`) ? "<" : "+"}${name}`;
                changed.set(key, [...(changed.get(key) ?? []), app]);
            }
        }
        for (const name of was) {
            if (!is.has(name)) {
                changed.set(`-${name}`, [...(changed.get(`-${name}`) ?? []), app]);
            }
        }
    }
    return [...changed]
        .sort(([a], [b]) => compare(a, b))
        .map(([key, apps]): Clause => {
            const name = code(key.slice(1));
            const who = listed(apps.map(code), language, 3);
            const [gets, loses, has] = apps.length === 1 ? ["gets", "loses", "has"] : ["get", "lose", "have"];
            const [sign] = key;
            if (key.slice(1) === previewEnvironment) {
                return sign === "-"
                    ? {
                          weight: "outage",
                          text: zh
                              ? `${who} 不再有合并请求的预览，正在运行的预览也被移除`
                              : `${who} ${has} no previews of merge requests any more, and those that run are removed`,
                      }
                    : {
                          weight: "calm",
                          text: zh
                              ? `${who} 的合并请求开始有预览`
                              : `${who} ${gets} previews of merge requests`,
                      };
            }
            return sign === "<"
                ? {
                      weight: "calm",
                      text: zh
                          ? `${who} 重新获得环境 ${name}（沿用 Git 中原有的分支）`
                          : `${who} ${gets} environment ${name} back, with the branch that git still has`,
                  }
                : sign === "+"
                  ? {
                        weight: "calm",
                        text: zh
                            ? `${who} 新增环境 ${name}（为空）`
                            : `${who} ${gets} a new, empty environment ${name}`,
                    }
                  : {
                        weight: "outage",
                        text: zh ? `${who} 失去环境 ${name}` : `${who} ${loses} environment ${name}`,
                    };
        });
}

const ordinals = ["first", "second", "third", "fourth", "fifth"];

/** What is said of some apps whose environment runs on other clusters. */
interface Placement {
    readonly weight: Weight;
    readonly apps: string[];
    readonly text: (who: string, many: boolean) => string;
}

/** Where an app and its environment stay, and another cluster comes or goes. */
export function placementClauses(
    { before, after }: Both<Snapshot>,
    stay: readonly string[],
    estate: Estate,
    language: Language,
): Clause[] {
    const zh = language === "zh";
    const grouped = new Map<string, Placement>();
    const names = (clusters: readonly string[]): string =>
        listed([...clusters].sort(compare).map(code), language);
    for (const app of stay) {
        for (const [environment, is] of after.places.get(app) ?? []) {
            const was = before.places.get(app)?.get(environment);
            if (was === undefined) {
                continue;
            }
            const production = estate.environments.find(({ name }) => name === environment)?.class === "prod";
            const what = zh
                ? `${production ? "生产" : ""}环境 ${code(environment)} `
                : production && environment === "prod"
                  ? "production"
                  : `${code(environment)}${production ? " (production)" : ""}`;
            const note = (key: string, weight: Weight, text: Placement["text"]): void => {
                const known = grouped.get(`${environment} ${key}`) ?? { weight, apps: [], text };
                known.apps.push(code(app));
                grouped.set(`${environment} ${key}`, known);
            };
            const joined = [...is].filter((name) => !was.has(name));
            const left = [...was].filter((name) => !is.has(name));
            const stays = [...is].filter((name) => was.has(name));
            if (stays.length === 0 && joined.length > 0 && left.length > 0) {
                const [from, to] = [names(left), names(joined)];
                note(`${from} ${to}`, "outage", (who, many) =>
                    zh
                        ? `${who} 的${what}从集群 ${from} 移到 ${to}（不带存储卷中的数据）`
                        : `${who} ${many ? "move" : "moves"} from ${left.length === 1 ? "cluster" : "clusters"} ${from} to ${to} in ${what}, without the data in volumes`,
                );
                continue;
            }
            for (const cluster of joined) {
                const nth = ordinals[is.size - 1];
                note(`+${cluster} ${is.size}`, "calm", (who, many) =>
                    zh
                        ? `${who} 的${what}增加集群 ${code(cluster)}（共 ${is.size} 个）`
                        : `${who} ${many ? "get" : "gets"} ${nth === undefined ? "another" : `a ${nth}`} ${what} cluster (${code(cluster)})`,
                );
            }
            for (const cluster of left) {
                note(`-${cluster} ${names(stays)}`, "outage", (who, many) =>
                    zh
                        ? `${who} 的${what}不再运行于集群 ${code(cluster)}（剩余 ${names(stays)}）`
                        : `${who} ${many ? "stop" : "stops"} running on ${code(cluster)} in ${what} (still on ${names(stays)})`,
                );
            }
        }
    }
    return [...grouped.values()].map(({ weight, apps, text }) => ({
        weight,
        text: text(listed(apps, language, 3), apps.length > 1),
    }));
}

export function registryClauses(
    { before, after }: Both<Snapshot>,
    stay: readonly string[],
    language: Language,
): string[] {
    const zh = language === "zh";
    const grouped = new Map<string, string[]>();
    for (const app of stay) {
        for (const [environment, is] of after.registries.get(app) ?? []) {
            const was = before.registries.get(app)?.get(environment);
            if (was !== undefined && was !== is) {
                const key = `${environment}\n${was}\n${is}`;
                grouped.set(key, [...(grouped.get(key) ?? []), app]);
            }
        }
    }
    return [...grouped].map(([key, apps]) => {
        const [environment = "", was = "", is = ""] = key.split("\n").map(code);
        const who = listed(apps.map(code), language, 3);
        return zh
            ? `${who} 在环境 ${environment} 的镜像项目从 Harbor ${was} 移到 ${is}（不带镜像）`
            : `the image projects of ${who} in ${environment} move from Harbor ${was} to ${is}, without the images`;
    });
}

/** Apps that another engine goes on with. */
export function engineClauses(both: Both<Snapshot>, language: Language): string[] {
    const zh = language === "zh";
    const grouped = new Map<string, string[]>();
    for (const [app, environments] of engineChanges(both)) {
        for (const { before, after } of environments.values()) {
            const [from, to] = [before, after].map((name) => engineOf(name).title);
            const key = `${from}\n${to}`;
            const known = grouped.get(key) ?? [];
            grouped.set(key, known.includes(app) ? known : [...known, app]);
        }
    }
    return [...grouped].map(([key, apps]) => {
        const [from = "", to = ""] = key.split("\n");
        const who = listed(apps.sort(compare).map(code), language, 3);
        return zh
            ? `${who} 改由 ${to} 交付（原为 ${from}），对象移交，Pod 不重启`
            : `${who} ${apps.length === 1 ? "is" : "are"} delivered by ${to} instead of ${from} (${apps.length === 1 ? "its" : "their"} objects are handed over, no pod restarts)`;
    });
}

/** Apps whose versions travel in another way. */
export function flowClauses(apps: HeadlineParts["flows"], language: Language): string[] {
    const flows = [...new Set(apps.map(({ flow }) => flow))].sort(compare);
    return flows.map((flow) => {
        const own = apps.filter((each) => each.flow === flow).map(({ name }) => code(name));
        const who = listed(own, language, 3);
        return language === "zh"
            ? `${who} 改用流程 ${code(flow)}`
            : `${who} ${own.length === 1 ? "goes" : "go"} over to flow ${code(flow)}`;
    });
}

/** Environments that begin or cease to be production. */
export function classClauses(changes: readonly Change[], language: Language): Clause[] {
    const zh = language === "zh";
    const moved = new Map<string, Clause>();
    for (const each of changes) {
        const [was, is] = [each.before?.["tier"], each.after?.["tier"]];
        const name = textOf(each.after?.["name"]);
        if (
            kindOf(each.type) === "ProjectEnvironment" &&
            name !== undefined &&
            was !== undefined &&
            was !== is
        ) {
            if (was === "production") {
                moved.set(name, {
                    // What protected it by default protects it no more.
                    weight: "opens",
                    text: zh
                        ? `${code(name)} 不再是生产环境`
                        : `${code(name)} is no longer treated as production`,
                });
            } else if (is === "production") {
                moved.set(name, {
                    weight: "calm",
                    text: zh ? `${code(name)} 成为生产环境` : `${code(name)} is treated as production`,
                });
            }
        }
    }
    return [...moved.values()];
}
