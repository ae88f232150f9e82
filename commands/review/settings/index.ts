/** What settings of the spec change, read from the objects that state them, as sentences for a headline and for a row. Pure. */
import { clusterOfSecret, engineOf } from "../../../estate/engines";
import type { Language } from "../../../estate/model";
import { compare } from "../../../estate/problem";
import { kindOf, mapOf, textOf, type Change, type Properties } from "../change";
import type { Clause, Weight } from "../clause";
import { deletionSettings } from "./deletion";
import { enginesInReview } from "../engines";
import { code, listed } from "../noun";
import { gitlabSettings } from "./pipelines";
import {
    between,
    follows,
    settingsBy,
    shortValue,
    toggled,
    type Rule,
    type Setting,
    type Settings,
} from "./setting";
import { subscriptionSettings } from "./subscriptions";
import { engineOfObject, type Both, type Place, type Snapshot } from "../snapshot";

const severity = (setting: Setting | undefined): string => code(setting?.value ?? "");

const harbor: readonly Rule[] = [
    {
        at: /^storageQuota$/,
        en: "storage limit of the images",
        zh: "镜像的存储上限",
        more: {
            shown: (value) =>
                value === "-1"
                    ? { en: "none", zh: "无" }
                    : { en: code(`${value} GiB`), zh: code(`${value} GiB`) },
        },
    },
    {
        at: /^deploymentSecurity$/,
        en: "images that are handed out",
        zh: "可以拉取的镜像",
        more: {
            sentence: (was, is) =>
                is === undefined
                    ? {
                          en: `Harbor hands out images whatever vulnerabilities they have (none of severity ${severity(was)} or above before)`,
                          zh: `Harbor 不再因漏洞拒绝拉取镜像（原为拒绝严重程度 ${severity(was)} 及以上）`,
                      }
                    : {
                          en: `Harbor hands out no image with vulnerabilities of severity ${severity(is)} or above${was === undefined ? "" : ` (${severity(was)} before)`}`,
                          zh: `Harbor 拒绝拉取漏洞严重程度 ${severity(is)} 及以上的镜像${was === undefined ? "" : `（原为 ${severity(was)}）`}`,
                      },
            weight: (_, is) => (is === undefined ? "opens" : "outage"),
        },
    },
    {
        at: /^cveAllowlists$/,
        en: "vulnerabilities that do not count",
        zh: "不计入的漏洞",
        more: { weight: () => "opens" },
    },
];

const container = "spec\\.template\\.spec\\.(?:initC|c)ontainers\\.([^.]+)";

const mayDeliver: Rule = {
    at: /^rules/,
    en: "objects that an engine may handle",
    zh: "引擎可以处理的对象",
    more: {
        ...follows,
        sentence: () => ({
            en: "engines may handle other kinds of objects",
            zh: "引擎可以处理的对象类型有变化",
        }),
    },
};

/** Of Kubernetes' own kinds, by kind. */
const kubernetes: Readonly<Record<string, readonly Rule[]>> = {
    ResourceQuota: [{ at: /^spec\.hard\.(.+)$/, en: "quota $1", zh: "配额 $1" }],
    LimitRange: [
        { at: /^spec\.limits/, en: "default limits of the containers", zh: "容器的默认限制", more: follows },
    ],
    Deployment: [
        {
            at: new RegExp(`^${container}\\.resources\\.(requests|limits)\\.(.+)$`),
            en: "$2 $3 of container $1",
            zh: "容器 $1 的 $2 $3",
        },
        {
            at: new RegExp(`^${container}\\.env\\.((?:HTTPS?|NO)_PROXY)\\.value$`, "i"),
            en: "proxy of container $1",
            zh: "容器 $1 的代理",
            more: follows,
        },
        {
            at: new RegExp(`^${container}\\.image$`),
            en: "image of container $1",
            zh: "容器 $1 的镜像",
            more: follows,
        },
        {
            at: /\.imagePullSecrets/,
            en: "login for images",
            zh: "拉取镜像的登录",
            more: {
                ...follows,
                sentence: toggled(
                    { en: "its images are pulled with a login", zh: "拉取其镜像时需要登录" },
                    { en: "its images are pulled without a login", zh: "拉取其镜像时不需要登录" },
                ),
            },
        },
        { at: /\.seccompProfile\.type$/, en: "seccomp profile of the pods", zh: "Pod 的 seccomp 配置" },
    ],
    CustomResourceDefinition: [
        {
            at: /^spec\.versions/,
            en: "fields that the API server checks",
            zh: "API 服务器检查的字段",
            more: {
                ...follows,
                sentence: () => ({
                    en: "the API server checks other fields of its objects",
                    zh: "API 服务器检查其对象的字段有变化",
                }),
            },
        },
    ],
    ClusterRole: [mayDeliver],
    Role: [mayDeliver],
};

const clusterLabels: readonly Rule[] = [{ at: /^metadata\.labels\.(.+)$/, en: "label $1", zh: "标签 $1" }];

const relay: readonly Rule[] = [
    {
        at: /^dedupMinutes$/,
        en: "minutes in which the same message is sent once",
        zh: "相同消息只发一次的分钟数",
    },
    {
        at: /^dryRun$/,
        en: "dry run",
        zh: "试运行",
        more: {
            sentence: toggled(
                {
                    en: "no messages are sent any more: the relay writes them to its log alone",
                    zh: "不再发送任何消息：中继只把消息写入自己的日志",
                },
                { en: "messages are sent again", zh: "重新发送消息" },
            ),
            weight: (_, is) => (is?.value === "true" ? "outage" : "calm"),
        },
    },
    {
        at: /^channels\.([^.]+)\.language$/,
        en: "language of messages to channel $1",
        zh: "发往通道 $1 的消息的语言",
        more: { sentence: between },
    },
    {
        // A card for each event, and the same in all of them.
        at: /^channels\.([^.]+)\.cards\.[^.]+\.channel$/,
        en: "Slack channel of messages to $1",
        zh: "发往 $1 的消息的 Slack 频道",
        more: { sentence: (_, is) => (is === undefined ? { en: "", zh: "" } : undefined) },
    },
];

/** The relay's settings, which are a file in its ConfigMap. */
function relaySettings({ data, metadata }: Properties): Settings {
    const text = textOf(mapOf(data)["config.json"]);
    if (text === undefined || !/relay$/.test(textOf(mapOf(metadata)["name"]) ?? "")) {
        return {};
    }
    try {
        return settingsBy(relay, JSON.parse(text), "relay:");
    } catch {
        return {};
    }
}

/** What an object says of the spec's settings. @param other the same object before or after. */
function settingsOf(
    { type, name }: Pick<Change, "type" | "name">,
    properties: Properties,
    other: Properties,
): Settings {
    const [server] = type.split(":");
    const kind = kindOf(type);
    if (server === "gitlab") {
        return gitlabSettings(type, properties);
    }
    if (server === "harbor") {
        return kind === "Project" ? settingsBy(harbor, properties, "images:") : {};
    }
    const rules = kubernetes[kind] ?? [];
    const engine = engineOfObject(type);
    const engines = Object.entries(enginesInReview).filter(([id]) => engine === undefined || engine === id);
    return {
        ...settingsBy(rules, properties, `${rules.length === 0 ? kind : name}:`),
        ...(kind === "Secret" && clusterOfSecret(name) !== undefined
            ? settingsBy(clusterLabels, properties, "cluster:")
            : {}),
        ...(kind === "ConfigMap" ? relaySettings(properties) : {}),
        ...(Object.assign(
            {},
            ...engines.flatMap(([, { settings, subscriptions }]) => [
                settings?.(kind, properties, other) ?? {},
                engine === undefined ? {} : subscriptionSettings(subscriptions?.(kind, properties) ?? {}),
            ]),
        ) as Settings),
    };
}

/** One setting that differs. */
interface SettingChange {
    readonly key: string;
    readonly was?: Setting;
    readonly is?: Setting;
}

function differing(each: Change): SettingChange[] {
    const { before = {}, after = {} } = each;
    const [was, is] = [
        { ...settingsOf(each, before, after), ...deletionSettings(each, "before") },
        { ...settingsOf(each, after, before), ...deletionSettings(each, "after") },
    ] as [Settings, Settings];
    return [...new Set([...Object.keys(was), ...Object.keys(is)])]
        .sort(compare)
        .map((key): SettingChange => {
            const [then, now] = [was[key], is[key]];
            return {
                key,
                ...(then === undefined ? {} : { was: then }),
                ...(now === undefined ? {} : { is: now }),
            };
        })
        .filter(({ was: then, is: now }) => then?.value !== now?.value);
}

/** A sentence, without whose setting it is; empty where there is nothing to say. */
function textOfChange({ key, was, is }: SettingChange, language: Language): string {
    const zh = language === "zh";
    const setting = is ?? was;
    const own = setting?.sentence?.(was, is)?.[language];
    const name = setting?.name[language] ?? "";
    if (own !== undefined) {
        return own;
    }
    const [then, now] = [was, is].map((side) => side && shortValue(side, key, language));
    if ((was !== undefined && then === undefined) || (is !== undefined && now === undefined)) {
        return zh ? `${name}有变化` : `changed: ${name}`;
    }
    return then === undefined
        ? zh
            ? `${name}设为 ${now ?? ""}（原来没有）`
            : `${name} ${now ?? ""} (none before)`
        : now === undefined
          ? zh
              ? `不再有${name}（原为 ${then}）`
              : `no ${name} any more (${then} before)`
          : zh
            ? `${name}改为 ${now}（原为 ${then}）`
            : `${name} ${now} instead of ${then}`;
}

/** Chinese puts blanks around names, and none between its own words. */
function spaced(text: string): string {
    return text
        .replace(/(?<=[\u4e00-\u9fff])(?=[`\w])/g, " ")
        .replace(/(?<=`)(?=[\u4e00-\u9fff])/g, " ")
        .replace(/(`[^`]*`)/g, (name) => name.replace(/^` (?=[\u4e00-\u9fff])/, "`"));
}

/** What of an object is said in a row; undefined: nothing that has words of its own. */
export function settingTexts(each: Change, language: Language): string[] | undefined {
    const texts = differing(each)
        .map((one) => textOfChange(one, language))
        .filter((text) => text !== "");
    return texts.length === 0 ? undefined : [...new Set(texts)];
}

/** What a headline's settings are read from. */
export interface SettingContext {
    readonly changes: readonly Change[];
    readonly both: Both<Snapshot>;
    readonly placeOf: (each: Change) => Place;
    readonly language: Language;
    /** Apps that go over to another flow or delivery: that says more. */
    readonly apart: ReadonlySet<string>;
}

/** Whose setting it is, as a key: an app and an environment, or something of all. */
interface Whose {
    readonly app?: string;
    readonly environment?: string;
    readonly other?: string;
}

/** Kinds that are there only while something is set. */
const switched = /^(?:ResourceQuota|ProjectVariable|Alert)$/;

/**
 * The clauses of a headline.
 *
 * @param alone whether nothing else is there to say, so that what follows from other settings is said, too.
 */
export function settingClauses(context: SettingContext, alone: boolean): Clause[] {
    const { changes, placeOf, language, both, apart } = context;
    const found = new Map<string, { text: string; weight: Weight; whose: Map<string, Whose> }>();
    for (const each of changes) {
        const place = placeOf(each);
        const { app, environment } = place;
        const stays =
            app === undefined || (both.before.apps.has(app) && both.after.apps.has(app) && !apart.has(app));
        const comesOrGoes =
            switched.test(kindOf(each.type)) &&
            app !== undefined &&
            (environment === undefined ||
                [both.before, both.after].every((side) => side.places.get(app)?.has(environment) === true)) &&
            (kindOf(each.type) !== "ProjectVariable" ||
                /(?:PROXY|REGISTRY_PASSWORD|ESTATE_CA_FILE)$/i.test(each.name));
        if (!stays || !(each.kind === "update" || (comesOrGoes && /^(create|delete)$/.test(each.kind)))) {
            continue;
        }
        for (const one of differing(each)) {
            const setting = one.is ?? one.was;
            const text = textOfChange(one, language);
            if (text === "" || setting === undefined || (!alone && comesOfOther(setting, place))) {
                continue;
            }
            const weight = setting.weight?.(one.was, one.is) ?? "calm";
            const key = JSON.stringify([weight, text]);
            const known = found.get(key) ?? { text, weight, whose: new Map<string, Whose>() };
            const whose = whoseOf(each, place, language);
            known.whose.set(JSON.stringify(whose), whose);
            found.set(key, known);
        }
    }
    const grouped = new Map<string, { weight: Weight; who: string; texts: string[] }>();
    for (const { text, weight, whose } of found.values()) {
        const who = subject([...whose.values()], both, language);
        const key = JSON.stringify([weight, who]);
        const known = grouped.get(key) ?? { weight, who, texts: [] };
        known.texts.push(text);
        grouped.set(key, known);
    }
    const zh = language === "zh";
    return [...grouped.values()].map(({ weight, who, texts }) => {
        const shown = texts.slice(0, texts.length === 4 ? 4 : 3);
        const left = texts.length - shown.length;
        const more = left === 0 ? [] : [zh ? `另有 ${left} 项设置` : `${left} more settings`];
        const list = [...shown, ...more].join(zh ? "，" : ", ");
        const text = who === "" ? list : `${who}${zh ? "：" : ": "}${list}`;
        return { weight, text: zh ? spaced(text) : text };
    });
}

function comesOfOther({ follows: always }: Setting, { environment }: Place): boolean {
    return always === true || (always === "in an environment" && environment !== undefined);
}

function whoseOf(
    { name, type }: Change,
    { app, environment, team, cluster }: Place,
    language: Language,
): Whose {
    const zh = language === "zh";
    const reached = clusterOfSecret(name);
    if (reached !== undefined) {
        return { other: zh ? `集群 ${code(reached)}` : `cluster ${code(reached)}` };
    }
    // What becomes of namespaces is the cluster's to say.
    if (kindOf(type) === "Namespace" && cluster !== undefined) {
        return { other: zh ? `集群 ${code(cluster)}` : `cluster ${code(cluster)}` };
    }
    if (app !== undefined) {
        return { app, ...(environment === undefined ? {} : { environment }) };
    }
    if (team !== undefined) {
        return { other: zh ? `团队 ${code(team)}` : `team ${code(team)}` };
    }
    // Channels say by themselves what it is about.
    const engine = /notifications|relay/.test(name)
        ? undefined
        : Object.entries(enginesInReview).find(([, { shared }]) => shared.test(name))?.[0];
    return engine !== undefined
        ? { other: engineOf(engine).title }
        : /^kubernetes:/.test(type) && cluster !== undefined && !/notifications|relay/.test(name)
          ? { other: zh ? `集群 ${code(cluster)}` : `cluster ${code(cluster)}` }
          : {};
}

/** `web` and `api` in `test`; an app alone where it is of all its environments. */
function subject(whose: readonly Whose[], { after }: Both<Snapshot>, language: Language): string {
    const others = [...new Set(whose.flatMap(({ other }) => other ?? []))].sort(compare);
    const apps = new Map<string, Set<string>>();
    for (const { app, environment } of whose) {
        if (app !== undefined) {
            const environments = apps.get(app) ?? new Set<string>();
            apps.set(app, environments);
            if (environment !== undefined) {
                environments.add(environment);
            }
        }
    }
    const byEnvironments = new Map<string, string[]>();
    for (const [app, environments] of [...apps].sort(([a], [b]) => compare(a, b))) {
        const all = [...(after.places.get(app)?.keys() ?? [])];
        const isWhole = all.length > 1 && all.every((each) => environments.has(each));
        const key = JSON.stringify(isWhole ? [] : [...environments].sort(compare));
        byEnvironments.set(key, [...(byEnvironments.get(key) ?? []), app]);
    }
    const parts = [...byEnvironments].map(([key, names]) => {
        const where = listed((JSON.parse(key) as string[]).map(code), language, 3);
        const who = listed(names.map(code), language, 3);
        return where === "" ? who : language === "zh" ? `${who} 在 ${where}` : `${who} in ${where}`;
    });
    return [...parts, ...others].join(language === "zh" ? "、" : ", ");
}
