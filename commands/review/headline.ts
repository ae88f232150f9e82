/** The one line with which a note begins: what changes, in the words of the spec, and whether anything is deleted. Pure. */
import { clusterOfSecret, engineOf } from "../../estate/engines";
import type { App, Estate, Language } from "../../estate/model";
import { estateFile } from "../../estate/pipeline";
import { compare } from "../../estate/problem";
import { kindOf, textOf, type Change } from "./change";
import { worstFirst, type Clause, type Weight } from "./clause";
import { clusterOf } from "./containers";
import { lifetimeClauses } from "./lifetimes";
import { isSecretData } from "./hide";
import type { Loss } from "./losses";
import { code, listed } from "./noun";
import { tally } from "./nouns";
import { previewEnvironment } from "../../estate/previews";
import { deliveryClauses } from "./manifests";
import type { Names } from "./names";
import { pathClauses, type MovedPath } from "./paths";
import { otherVersions } from "./programs";
import { isAnyMoved, receiverClauses } from "./receivers";
import { keepsFewer, retentionClauses, type KeptImages } from "./retention";
import type { ApprovalCount, RightChange } from "./right";
import { isRight, moveOf, peopleChange } from "./rights";
import type { MovedServer } from "./servers";
import { isChannelSecret, isRelayToken } from "./secrets";
import { sourceClauses, automaticDeliveryClauses } from "./deliveries";
import { settingClauses, type SettingContext } from "./settings";
import { engineChanges, type Both, type Place, type Snapshot } from "./snapshot";

/** What a headline is made from. */
export interface HeadlineParts {
    readonly language: Language;
    /** As the spec has it now. */
    readonly estate: Estate;
    /** Whether the preview failed. */
    readonly failed: boolean;
    /** Whether an update refuses it. */
    readonly refused: boolean;
    /** Apps that go over to another flow. */
    readonly flows: readonly Pick<App, "name" | "flow">[];
    readonly lost: readonly Loss[];
    readonly rights: readonly RightChange[];
    readonly changes: readonly Change[];
    readonly both: Both<Snapshot>;
    /** App an object belongs to. */
    readonly appOf: (each: Change) => string | undefined;
    /** Where an object belongs. */
    readonly placeOf: (each: Change) => Place;
    readonly names: Pick<Names, "titled">;
    /** Whether an inventory says what there is, and no server. */
    readonly byInventory: boolean;
    /** Servers whose address changes. */
    readonly addresses: readonly MovedServer[];
    /** Groups and repositories of GitLab whose address changes with their path. */
    readonly paths: readonly MovedPath[];
    /** Where Harbor keeps another number of images. */
    readonly kept: readonly KeptImages[];
    /** Apps and environments, `web test`, whose branches are on GitLab from before. */
    readonly again: ReadonlySet<string>;
    /** How many objects the update puts back as they were. */
    readonly restored: number;
    /** How many repositories get a merge request with another version of their pipelines. */
    readonly proposed: number;
}

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
        ...(first ? [] : settingClauses(settingContext(parts), false)),
        ...all("calm", classClauses(changes, language)),
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

/** Names that are in the second set alone. */
function added(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
    return [...other].filter((name) => !one.has(name)).sort(compare);
}

/** Apps that come and go. */
function appClauses({ before, after }: Both<Snapshot>, language: Language): Clause[] {
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

/** People who lose or get access, or have another role. */
function peopleClauses(both: Both<Snapshot>, language: Language): string[] {
    const { left, joined, moved } = peopleChange(both);
    const clause = (count: number, zh: string, one: string, many: string): string[] =>
        counted(
            count,
            language,
            count === 1 ? `1 person ${one}` : `${count} people ${many}`,
            `${count} 人${zh}`,
        );
    const [only] = moved.length === 1 ? moved : [];
    return [
        ...clause(left.length, "失去访问权限", "loses access", "lose access"),
        ...clause(joined.length, "获得访问权限", "gets access", "get access"),
        // Of one person there is room to say what happens.
        ...(only === undefined ? [] : [moveOf(both, only, language, "short")]),
        ...clause(
            only === undefined ? moved.length : 0,
            "的角色变化",
            "has another role or team",
            "have another role or team",
        ),
    ];
}

/** A clause of the headline about so many; none of nothing. */
function counted(count: number, language: Language, en: string, zh: string): string[] {
    return count === 0 ? [] : [language === "zh" ? zh : en];
}

function loosenedClauses({ rights, language }: HeadlineParts): Clause[] {
    const count = rights.filter(({ loosens, approvals }) => loosens && approvals === undefined).length;
    const en = count === 1 ? "1 protection is" : `${count} protections are`;
    return counted(count, language, `${en} loosened`, `放宽 ${count} 项保护`).map((text) => ({
        weight: "opens",
        text,
    }));
}

function tightenedClauses({ rights, language }: HeadlineParts): string[] {
    const count = rights.filter(
        ({ tightens, approvals }) => tightens === true && approvals === undefined,
    ).length;
    const en = count === 1 ? "1 protection is" : `${count} protections are`;
    return counted(count, language, `${en} tightened`, `收紧 ${count} 项保护`);
}

/** How many approvals merges need from now on, by where they lead to. */
function approvalClauses({ rights, both, language }: HeadlineParts): Clause[] {
    const zh = language === "zh";
    const grouped = new Map<string, { count: ApprovalCount; apps: Set<string> }>();
    for (const { approvals: count } of rights) {
        // Those of a new app come with it.
        if (count === undefined || (count.app !== undefined && !both.before.apps.has(count.app))) {
            continue;
        }
        const key = JSON.stringify([count.place, count.was, count.is]);
        const known = grouped.get(key) ?? { count, apps: new Set<string>() };
        grouped.set(key, known);
        if (count.app !== undefined) {
            known.apps.add(count.app);
        }
    }
    return [...grouped.values()].map(({ count: { place, was, is }, apps }) => {
        const who = listed([...apps].sort(compare).map(code), language, 3);
        const en = `merges into ${code(place)}${who === "" ? "" : ` of ${who}`} need`;
        const chinese = `${who === "" ? "" : `${who} `}合并到 ${code(place)}`;
        const many = `${is} approval${is === 1 ? "" : "s"}`;
        const text =
            is === 0
                ? zh
                    ? `${chinese} 不再需要批准（原为 ${was} 人）`
                    : `${en} no approval any more (${was} before)`
                : was === 0
                  ? zh
                      ? `${chinese} 开始需要 ${is} 人批准`
                      : `${en} ${many} from now on`
                  : zh
                    ? `${chinese} 需要 ${is} 人批准（原为 ${was} 人）`
                    : `${en} ${many} instead of ${was}`;
        return { weight: is < was ? "opens" : "calm", text };
    });
}

function passwordClauses(changes: readonly Change[], language: Language): string[] {
    const count = changes.filter(
        ({ kind, type }) => kind === "replace" && /RobotAccount|Token$/.test(kindOf(type)),
    ).length;
    return counted(
        count,
        language,
        `${count} password${count === 1 ? "" : "s"} of programs ${count === 1 ? "is" : "are"} renewed`,
        `更换 ${count} 个密码`,
    );
}

/** Teams that come and go, and apps that another team has. */
function teamClauses({ before, after }: Both<Snapshot>, language: Language): string[] {
    const zh = language === "zh";
    const grouped = new Map<string, string[]>();
    for (const [app, is] of after.owners) {
        const was = before.owners.get(app);
        if (was !== undefined && was !== is) {
            grouped.set(`${was}\n${is}`, [...(grouped.get(`${was}\n${is}`) ?? []), app]);
        }
    }
    const transfers = [...grouped].map(([key, apps]) => {
        const [from = "", to = ""] = key.split("\n").map(code);
        const who = listed(apps.sort(compare).map(code), language, 3);
        const one = apps.length === 1;
        return zh
            ? `${who} 从团队 ${from} 移到团队 ${to}，代码仓库随之改变地址`
            : `${who} ${one ? "goes" : "go"} from team ${from} to team ${to}, and ${one ? "its" : "their"} repositories get another address with it`;
    });
    const named = new Set([...grouped.keys()].flatMap((key) => key.split("\n")));
    const alone = (one: ReadonlySet<string>, other: ReadonlySet<string>): string[] =>
        [...one].filter((name) => !other.has(name) && !named.has(name)).sort(compare);
    return [
        ...transfers,
        ...alone(after.teams, before.teams).map((name) =>
            zh ? `新增团队 ${code(name)}` : `team ${code(name)} is new`,
        ),
        ...alone(before.teams, after.teams).map((name) =>
            zh ? `移除团队 ${code(name)}` : `team ${code(name)} goes away`,
        ),
    ];
}

/** Clusters that are reached in another way, and channels: what changes there is secret, and no part of the engine's report. */
function connectionClauses({ changes, both, addresses, estate, language }: HeadlineParts): string[] {
    const zh = language === "zh";
    // Labels of a Secret are no part of what it says.
    const updated = changes.filter(
        ({ kind, type, changed }) =>
            kind === "update" && kindOf(type) === "Secret" && changed.some((key) => isSecretData(type, key)),
    );
    const placesOn = (side: Snapshot, cluster: string): string =>
        JSON.stringify(
            [...side.places].map(([app, environments]) => [
                app,
                [...environments]
                    .filter(([, clusters]) => clusters.has(cluster))
                    .map(([name]) => [name, side.engines.get(app)?.get(name)]),
            ]),
        );
    const namespaces = new Set(
        changes.flatMap((each) =>
            kindOf(each.type) === "Namespace" && each.kind !== "update" && each.kind !== "same"
                ? [clusterOf(each)]
                : [],
        ),
    );
    const found = updated
        .flatMap(({ name }) => clusterOfSecret(name) ?? [])
        // Another namespace is another content too, and so is one that another engine looks after.
        .filter((cluster) => placesOn(both.before, cluster) === placesOn(both.after, cluster))
        .filter((cluster) => !namespaces.has(cluster))
        .filter((cluster) => !addresses.some(({ server }) => server.en === `cluster ${code(cluster)}`));
    const clusters = [...new Set(found)].sort(compare);
    const listedClusters = listed(clusters.map(code), language, 3);
    // The relay's own tokens are in the same Secret as what it needs for channels.
    const renewed = changes.some(isRelayToken);
    const channels = !renewed && updated.some(({ name }) => isChannelSecret(name));
    return [
        ...(clusters.length === 0
            ? []
            : [
                  zh
                      ? `连接集群 ${listedClusters} 的方式改变（地址、证书或令牌）`
                      : `how ${clusters.length === 1 ? "cluster" : "clusters"} ${listedClusters} ${clusters.length === 1 ? "is" : "are"} reached changes (address, certificate or token)`,
              ]),
        ...(channels && isSame(both.before.channels, both.after.channels) && !isAnyMoved(both, estate)
            ? [zh ? "通道的地址或密钥改变" : "addresses or secrets of channels change"]
            : []),
    ];
}

function isSame(one: Snapshot["channels"], other: Snapshot["channels"]): boolean {
    const text = (side: Snapshot["channels"]): string =>
        JSON.stringify(
            [...side]
                .flatMap(([app, channels]) =>
                    [...channels].flatMap(([name, environments]) =>
                        [...environments].map((environment) => [app, name, environment]),
                    ),
                )
                .sort(),
        );
    return text(one) === text(other);
}

/** Servers that are looked for in another place. */
function addressClauses(addresses: HeadlineParts["addresses"], language: Language): string[] {
    return addresses.map(({ server, was, is, kind }) => {
        const nothing = {
            images: { en: "no image is copied there", zh: "不复制任何镜像" },
            repositories: { en: "no repository is copied there", zh: "不复制任何代码仓库" },
            cluster: { en: "nothing is moved there", zh: "不搬移任何内容" },
        }[kind];
        return language === "zh"
            ? `${server.zh} 的地址由 ${code(was)} 改为 ${code(is)}，${nothing.zh}`
            : `${server.en} is looked for at ${code(is)} instead of ${code(was)}, and ${nothing.en}`;
    });
}

function clusterClauses({ before, after }: Both<Snapshot>, language: Language): Clause[] {
    const zh = language === "zh";
    const joined = [...after.clusters].filter((name) => !before.clusters.has(name)).sort(compare);
    const left = [...before.clusters].filter((name) => !after.clusters.has(name)).sort(compare);
    return [
        ...joined.map((name): Clause => ({
            weight: "calm",
            text: zh ? `集群 ${code(name)} 加入` : `cluster ${code(name)} joins`,
        })),
        ...left.map((name): Clause => ({
            weight: "outage",
            text: zh ? `集群 ${code(name)} 退出` : `cluster ${code(name)} leaves`,
        })),
    ];
}

function environmentClauses(
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
function placementClauses(
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

function registryClauses(
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
function engineClauses(both: Both<Snapshot>, language: Language): string[] {
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
function flowClauses(apps: HeadlineParts["flows"], language: Language): string[] {
    const flows = [...new Set(apps.map(({ flow }) => flow))].sort(compare);
    return flows.map((flow) => {
        const own = apps.filter((each) => each.flow === flow).map(({ name }) => code(name));
        const who = listed(own, language, 3);
        return language === "zh"
            ? `${who} 改用流程 ${code(flow)}`
            : `${who} ${own.length === 1 ? "goes" : "go"} over to flow ${code(flow)}`;
    });
}

/** Repositories whose jobs come from another place. */
function pipelineClauses(changes: readonly Change[], language: Language): string[] {
    const zh = language === "zh";
    const of = (wanted: (file: string) => boolean, ...kinds: Change["kind"][]): Set<unknown> =>
        new Set(
            changes
                .filter(({ type, kind }) => kindOf(type) === "RepositoryFile" && kinds.includes(kind))
                .map((each) => each.after ?? each.before ?? {})
                .filter(({ filePath }) => wanted(textOf(filePath) ?? ""))
                .map(({ project }) => project),
        );
    const isCopy = (file: string): boolean => /^ci\//.test(file) && file !== estateFile;
    const isIncluding = (file: string): boolean => file === estateFile;
    const [comes, goes] = [of(isIncluding, "create"), of(isIncluding, "delete", "forget")];
    // The same file on another branch is no other way.
    const count = (here: Set<unknown>, there: Set<unknown>, copies: Set<unknown>): number =>
        [...here].filter((project) => !there.has(project) && copies.has(project)).length;
    const now = count(comes, goes, of(isCopy, "delete", "forget"));
    const before = count(goes, comes, of(isCopy, "create"));
    const repositories = (many: number): string => `${many} ${many === 1 ? "repository" : "repositories"}`;
    return [
        ...(now === 0
            ? []
            : [
                  zh
                      ? `${now} 个仓库的流水线作业改为引用平台项目，不再使用副本`
                      : `the jobs of ${repositories(now)} are included from the estate's project, and no longer copies`,
              ]),
        ...(before === 0
            ? []
            : [
                  zh
                      ? `${before} 个仓库的流水线作业改为副本，不再引用平台项目`
                      : `the jobs of ${repositories(before)} are copies, and no longer included from the estate's project`,
              ]),
    ];
}

/** Channels that are subscribed to an app from now on, and those that are no longer. */
function channelClauses(
    { before, after }: Both<Snapshot>,
    stay: readonly string[],
    language: Language,
): string[] {
    const zh = language === "zh";
    const grouped = new Map<string, Set<string>>();
    const note = (sign: "+" | "-", name: string, app: string, environments: readonly string[]): void => {
        const key = JSON.stringify([sign, name, [...environments].sort(compare)]);
        grouped.set(key, (grouped.get(key) ?? new Set<string>()).add(app));
    };
    for (const app of stay) {
        const [was, is] = [before, after].map((side) => side.channels.get(app) ?? new Map()) as [
            ReadonlyMap<string, ReadonlySet<string>>,
            ReadonlyMap<string, ReadonlySet<string>>,
        ];
        for (const name of new Set([...was.keys(), ...is.keys()])) {
            const [then, now] = [was.get(name), is.get(name)];
            if (then === undefined || now === undefined) {
                note(now === undefined ? "-" : "+", name, app, []);
                continue;
            }
            // An environment that comes or goes is told by itself.
            const there = (side: Snapshot, environment: string): boolean =>
                side.places.get(app)?.has(environment) === true;
            const more = [...now].filter((each) => !then.has(each) && there(before, each));
            const less = [...then].filter((each) => !now.has(each) && there(after, each));
            [["+", more] as const, ["-", less] as const].forEach(([sign, those]) => {
                if (those.length > 0) {
                    note(sign, name, app, those);
                }
            });
        }
    }
    return [...grouped]
        .sort(([a], [b]) => compare(a, b))
        .map(([key, apps]) => {
            const [sign, channel, environments] = JSON.parse(key) as [string, string, string[]];
            const name = code(channel);
            const who = listed([...apps].map(code), language, 3);
            const where = listed(environments.map(code), language, 3);
            const more = sign === "+";
            return zh
                ? `通道 ${name} ${more ? "开始" : "不再"}接收 ${who}${where === "" ? "" : ` 在 ${where}`} 的消息`
                : `channel ${name} ${more ? "gets messages" : "gets no more messages"} about ${who}${where === "" ? "" : ` in ${where}`}`;
        });
}

/** Environments that begin or cease to be production. */
function classClauses(changes: readonly Change[], language: Language): string[] {
    const zh = language === "zh";
    const moved = new Map<string, string>();
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
                moved.set(
                    name,
                    zh ? `${code(name)} 不再是生产环境` : `${code(name)} is no longer treated as production`,
                );
            } else if (is === "production") {
                moved.set(name, zh ? `${code(name)} 成为生产环境` : `${code(name)} is treated as production`);
            }
        }
    }
    return [...moved.values()];
}

/** Engines and other programs whose image changes. */
function upgradeClauses(changes: readonly Change[], estate: Estate, language: Language): string[] {
    const zh = language === "zh";
    const clauses = otherVersions(changes).map(({ program, was, is }) => {
        const engine = estate.engines
            .map((id) => engineOf(id))
            .find(
                ({ title }) => title.toLowerCase().replace(/[^a-z]/g, "") === program.replace(/[^a-z]/g, ""),
            );
        const title = engine?.title ?? code(program);
        return zh
            ? `${title} 从 ${code(was)} 换成 ${code(is)}（只重启它自己的 Pod）`
            : `${title} goes from ${code(was)} to ${code(is)} (its own pods restart, and no others)`;
    });
    return [...new Set(clauses)];
}
