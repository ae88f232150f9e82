/** What changes where: by app and environment, then by team, cluster and what is shared. Pure. */
import { isDeepStrictEqual } from "node:util";
import { engineOf } from "../../estate/engines";
import type { Language } from "../../estate/model";
import { compare } from "../../estate/problem";
import { kindOf, mapOf, textOf, type Change, type Properties } from "./change";
import { enginesInReview } from "./engines";
import { hideIn, hideSecrets } from "./hide";
import type { Names } from "./names";
import { lifetimeShort } from "./lifetimes";
import { keptText } from "./retention";
import { approvalsShort } from "./rights/approvals";
import { protectionChange } from "./rights/protections";
import { code, listed } from "./noun";
import { tally } from "./nouns";
import { contentOf } from "./secrets";
import { deletionText } from "./settings/deletion";
import { settingTexts } from "./settings";
import { channelOf, type Place } from "./snapshot";

/** Where something changes, and what. */
export interface Row {
    readonly where: readonly string[];
    readonly what: readonly string[];
}

/** Most changed objects that one row names. */
const mostPerRow = 8;

/** By app and environment, then by team, cluster and what is shared. */
export function rows(
    changes: readonly Change[],
    placeOf: (each: Change) => Place,
    names: Names,
    language: Language,
): Row[] {
    const zh = language === "zh";
    const groups = new Map<string, { where: string[]; order: string; changes: Change[] }>();
    for (const each of changes) {
        const { app, environment, cluster, team } = placeOf(each);
        const where =
            app !== undefined
                ? [
                      zh ? `应用 ${code(app)}` : `app ${code(app)}`,
                      environment === undefined ? "" : code(environment),
                  ]
                : team !== undefined
                  ? [zh ? `团队 ${code(team)}` : `team ${code(team)}`, ""]
                  : cluster !== undefined && sharedPart(each, zh) === undefined
                    ? [zh ? `集群 ${code(cluster)}` : `cluster ${code(cluster)}`, ""]
                    : [sharedPart(each, zh) ?? serverPart(each, zh), ""];
        const rank = app !== undefined ? "1" : team !== undefined ? "2" : cluster !== undefined ? "3" : "4";
        const key = where.join("\n");
        const group = groups.get(key) ?? { where, order: `${rank}${key}`, changes: [] };
        group.changes.push(each);
        groups.set(key, group);
    }
    return [...groups.values()]
        .sort((a, b) => compare(a.order, b.order))
        .map(({ where, changes: here }) => ({ where, what: whatChanges(here, names, language) }));
}

function tallyOf(changes: readonly Change[], language: Language): string {
    return tally(
        changes.map(({ type }) => type),
        language,
    );
}

/** What an object is of that is there for all teams and clusters: an engine, or the messages; undefined for every other. */
function sharedPart({ name }: Change, zh: boolean): string | undefined {
    const engine = Object.entries(enginesInReview).find(([, { shared }]) => shared.test(name))?.[0];
    return engine !== undefined
        ? engineOf(engine).title
        : /^notifications/.test(name)
          ? zh
              ? "通知"
              : "notifications"
          : undefined;
}

function serverPart({ type }: Change, zh: boolean): string {
    return type.startsWith("gitlab:")
        ? "GitLab"
        : type.startsWith("harbor:")
          ? "Harbor"
          : zh
            ? "其他"
            : "everything else";
}

function whatChanges(changes: readonly Change[], names: Names, language: Language): string[] {
    const zh = language === "zh";
    const colon = zh ? "：" : ": ";
    const group = (kind: Change["kind"], word: string): string[] => {
        const found = changes.filter((each) => each.kind === kind);
        if (found.length === 0) {
            return [];
        }
        return found.length <= 2
            ? [`${word}${colon}${listed(found.map(names.titled), language)}`]
            : [
                  `${word}${colon}${tally(
                      found.map(({ type }) => type),
                      language,
                  )}`,
              ];
    };
    const updates = changes.filter(({ kind }) => kind === "update");
    const byText = new Map<string, Change[]>();
    for (const each of updates) {
        const key = `${each.type}\n${propertyChanges(each, language)}`;
        byText.set(key, [...(byText.get(key) ?? []), each]);
    }
    const same = [...byText.values()];
    const shown = same.slice(0, mostPerRow).map((all) => {
        const [first] = all;
        const text = first === undefined ? "" : propertyChanges(first, language);
        return `${listed(all.map(names.titled), language, 3)}${colon}${text}`;
    });
    const left = same.slice(mostPerRow).flat();
    return [
        ...group("delete", zh ? "删除" : "deleted"),
        ...group("replace", zh ? "重建" : "made anew"),
        ...group("create", zh ? "新建" : "new"),
        ...group("adopt", zh ? "沿用服务器上原有的" : "taken up as on the server"),
        ...group("forget", zh ? "保留在服务器上" : "left on the server"),
        ...shown,
        ...(left.length > 0
            ? [zh ? `另外修改 ${tallyOf(left, language)}` : `and ${tallyOf(left, language)} changed`]
            : []),
    ];
}

/** `spec.hard: 4 → 8`: the places where an object differs, as deep as they go. */
function propertyChanges(each: Change, language: Language): string {
    const zh = language === "zh";
    if (/^(Branch|Tag)Protection$/.test(kindOf(each.type))) {
        const same = zh ? "写法改变，允许的人不变" : "is written in another way, and lets the same people in";
        return protectionChange(each, language)?.text ?? same;
    }
    const [only] = each.changed.length === 1 ? each.changed : [];
    const told =
        only === "rules"
            ? keptText(each, language)
            : only === "duration" || only === "rotationConfiguration"
              ? lifetimeShort(each, language)
              : only === "approvalRules" || only === "approvalsRequired"
                ? approvalsShort(each, language)
                : undefined;
    if (told !== undefined) {
        return told;
    }
    const variable = /^gitlab:.*:ProjectVariable$/.test(each.type) && only === "value";
    const settings = variable || only === "content" ? settingTexts(each, language) : undefined;
    if (settings !== undefined) {
        return settings.join(zh ? "；" : "; ");
    }
    const [before, after] = [each.before ?? {}, each.after ?? {}].map((side) => hideIn(side, each.type)) as [
        Properties,
        Properties,
    ];
    const all = each.changed
        // Words of a commit are no part of the file.
        .filter((key) => key !== "commitMessage" || each.changed.length === 1)
        .flatMap((key) => deep([key], before[key], after[key]));
    const found = all.filter(({ path }) => channelOf(path.at(-1) ?? "") === undefined);
    const channels = [...new Set(all.flatMap(({ path }) => channelOf(path.at(-1) ?? "") ?? []))].map(code);
    const messages =
        channels.length === 0
            ? []
            : [
                  zh
                      ? `发往 ${listed(channels, language)} 的消息有变化`
                      : `messages to ${listed(channels, language)} change`,
              ];
    const shown = found.slice(0, 4).map(({ path, was, is }) => {
        const name = code(path.join("."));
        const isSecretContent =
            kindOf(each.type) === "Secret" && path.length === 1 && /^(stringData|data)$/.test(path[0] ?? "");
        if (path.join() === "path" && /^gitlab:.*:(Group|Project)$/.test(each.type)) {
            return zh
                ? `地址改变，${short(was, language)} → ${short(is, language)}，其中的一切随之改变`
                : `another address, ${short(was, language)} → ${short(is, language)}, and so for all that is in it`;
        }
        if (path.join() === "namespaceId" && kindOf(each.type) === "Project") {
            return zh
                ? "从另一个群组移到这里，其中的一切随之移动"
                : "moves here from another group, with all that is in it";
        }
        return was === undefined && is === undefined && isSecretContent
            ? contentChange(each.name, language)
            : was === undefined && is === undefined
              ? zh
                  ? `${name} 换成另一个不显示的值`
                  : `${name} gets another value, which is not shown`
              : isLong(was) || isLong(is)
                ? zh
                    ? `${name} 有变化`
                    : `${name} changes`
                : `${name} ${short(was, language)} → ${short(is, language)}`;
    });
    const more = found.length - shown.length;
    const fate = deletionText(each, language);
    return (
        [...(fate === undefined ? [] : [fate]), ...messages, ...shown].join(zh ? "；" : "; ") +
        (more > 0 ? (zh ? `；另有 ${more} 处` : `; ${more} more`) : "")
    );
}

/** A Secret whose content changes. */
function contentChange(name: string, language: Language): string {
    const what = contentOf(name, language);
    return language === "zh"
        ? `其内容${what === undefined ? "" : `（${what}）`}有变化，不显示`
        : `what it holds${what === undefined ? "" : ` (${what})`} changes, and is not shown`;
}

interface PathChange {
    readonly path: readonly string[];
    readonly was?: unknown;
    readonly is?: unknown;
}

function deep(path: readonly string[], was: unknown, is: unknown): PathChange[] {
    if (JSON.stringify(was) === JSON.stringify(is)) {
        // What was hidden differs, or only the provider can see what does.
        return path.length === 1 ? [{ path }] : [];
    }
    const isMap = (value: unknown): boolean =>
        typeof value === "object" && value !== null && !Array.isArray(value);
    if (isMap(was) && isMap(is)) {
        const [a, b] = [mapOf(was), mapOf(is)];
        return [...new Set([...Object.keys(a), ...Object.keys(b)])]
            .sort(compare)
            .flatMap((key) => deep([...path, key], a[key], b[key]));
    }
    const [a, b] = [byName(was), byName(is)];
    if (a !== undefined && b !== undefined && isDeepStrictEqual(Object.keys(a), Object.keys(b))) {
        return Object.keys(a).flatMap((key) => deep([...path, key], a[key], b[key]));
    }
    return [{ path, was, is }];
}

/** A list of things with names, such as containers, by these; undefined where it is none. */
function byName(value: unknown): Readonly<Record<string, unknown>> | undefined {
    if (!Array.isArray(value) || value.length === 0) {
        return undefined;
    }
    const things = value.flatMap((each: unknown): [string, unknown][] => {
        const name = textOf(mapOf(each)["name"]);
        return name === undefined ? [] : [[name, each]];
    });
    const named = new Map(things);
    return named.size === value.length ? Object.fromEntries(named) : undefined;
}

/** Most characters of a value in a line. */
const longestValue = 70;

function valueText(value: unknown): string {
    return hideSecrets(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
}

/** Whether a value is for the differences, not for a line. */
function isLong(value: unknown): boolean {
    const text = valueText(value);
    return text.includes("\n") || text.length > longestValue;
}

function short(value: unknown, language: Language): string {
    return value === undefined || value === null || value === ""
        ? language === "zh"
            ? "（无）"
            : "(nothing)"
        : code(valueText(value));
}
