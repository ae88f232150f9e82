/** What Argo CD's objects say of settings of the spec. Pure. */
import { listOf, mapOf, textOf, type Properties } from "../change";
import { code } from "../noun";
import { isHeld, pauseSettings } from "../settings/pause";
import {
    applied,
    follows,
    settingsBy,
    toggled,
    type Rule,
    type Setting,
    type Settings,
    type Words,
} from "../settings/setting";

/** Of an Application, and of what an ApplicationSet makes. */
const application: readonly Rule[] = [
    {
        at: /^spec\.syncPolicy\.retry\.limit$/,
        en: "attempts after a failed sync",
        zh: "同步失败后的重试次数",
    },
    { at: /^spec\.revisionHistoryLimit$/, en: "earlier syncs to roll back to", zh: "可回滚的历史同步数" },
    { at: /^spec\.ignoreDifferences/, en: "fields that others own", zh: "由其他程序管理的字段" },
    {
        at: /^spec\.source\.helm\.valuesObject\.(?:image|imagetag)$/,
        en: "image in the values",
        zh: "值中的镜像",
        more: follows,
    },
    { at: /^spec\.source\.helm\.valuesObject\.(.+)$/, en: "value $1", zh: "值 $1" },
    {
        at: /^spec\.source\.helm\.valueFiles/,
        en: "file with the version",
        zh: "写明版本的文件",
        more: follows,
    },
    { at: /^spec\.source\.kustomize\.replicas\.([^.]+)\.count$/, en: "replicas of $1", zh: "$1 的副本数" },
    {
        at: /^spec\.source\.kustomize\.patches/,
        en: "patches over the kustomization",
        zh: "对 kustomization 的补丁",
    },
    {
        at: /^spec\.source\.kustomize\.images/,
        en: "images of the kustomization",
        zh: "kustomization 的镜像",
        more: follows,
    },
    {
        at: /^spec\.source\.directory\.jsonnet\.tlas\.values\.value$/,
        en: "parameter `values`",
        zh: "参数 `values`",
    },
    {
        at: /^metadata\.annotations\.argocd\.argoproj\.io\/manifest-generate-paths$/,
        en: "folders whose changes count",
        zh: "变更有效的文件夹",
    },
    {
        at: /^spec\.destination\.namespace$/,
        en: "namespace",
        zh: "命名空间",
        more: { weight: () => "outage" },
    },
    { at: /^spec\.source\.path$/, en: "folder of the manifests", zh: "清单所在的文件夹", more: follows },
    { at: /^spec\.source\.targetRevision$/, en: "branch that is delivered", zh: "交付的分支", more: follows },
    {
        at: /^spec\.source\.repoURL$/,
        en: "address of the config repository for Argo CD",
        zh: "Argo CD 读取配置仓库的地址",
        more: follows,
    },
];

/** Says nothing of what acts only where commits are applied by themselves. */
function whileAutomated(on: Words, off: Words): NonNullable<Setting["sentence"]> {
    const said = toggled(on, off);
    return (was, is) =>
        [was, is].some((side) => side?.value === "manual") ? { en: "", zh: "" } : said(was, is);
}

const automated: readonly (readonly [key: string, setting: Setting])[] = [
    [
        "automated",
        {
            name: { en: "automated syncs", zh: "自动同步" },
            value: "true",
            sentence: toggled(
                { en: "new commits are applied by themselves", zh: "新提交会自动应用" },
                { en: "new commits wait until a person syncs them", zh: "新提交要由人同步才会应用" },
            ),
            weight: (_, is) => (is === undefined ? "calm" : "opens"),
        },
    ],
    [
        "prune",
        {
            name: { en: "pruning", zh: "清理" },
            value: "true",
            sentence: whileAutomated(applied.prunes, applied.keepsGone),
            weight: (_, is) => (is?.value === "true" ? "outage" : "calm"),
        },
    ],
    [
        "selfHeal",
        {
            name: { en: "self-healing", zh: "自动恢复" },
            value: "true",
            sentence: whileAutomated(applied.undoes, applied.keepsChanges),
        },
    ],
];

/** How it syncs; on hold it says nothing of that. */
function syncSettings(properties: Properties): Settings {
    const policy = mapOf(mapOf(properties["spec"])["syncPolicy"])["automated"];
    return Object.fromEntries(
        automated.flatMap(([key, setting]): [string, Setting][] => {
            if (key === "automated") {
                return policy !== undefined || isHeld(properties) ? [[key, setting]] : [];
            }
            const value = policy === undefined ? "manual" : String(mapOf(policy)[key] === true);
            return [[key, { ...setting, value }]];
        }),
    );
}

/** When nothing is applied, or alone something is; a window each. */
function windowSettings({ spec }: Properties): Settings {
    return Object.fromEntries(
        listOf(mapOf(spec)["syncWindows"]).map((each): [string, Setting] => {
            const { kind, schedule, duration, timeZone, applications } = mapOf(each);
            const [from, length, zone] = [schedule, duration, timeZone].map((value) =>
                code(textOf(value) ?? ""),
            ) as [string, string, string];
            const where = listOf(applications).map((value) => code(String(value)));
            const denies = kind === "deny";
            const about = where.length === 0 ? "" : ` (${where.join(", ")})`;
            const [en, zh] = [
                `${length} from ${from} on, ${zone}${about}`,
                `${from} 起的 ${length} 内，时区 ${zone}${about.replace("(", "（").replace(")", "）").replaceAll(", ", "、")}`,
            ];
            const setting: Setting = {
                name: { en: "sync window", zh: "同步窗口" },
                value: JSON.stringify(each),
                sentence: (_, is) =>
                    is === undefined
                        ? { en: `no longer a window: ${en}`, zh: `取消窗口：${zh}` }
                        : denies
                          ? { en: `nothing is applied for ${en}`, zh: `以下时间不应用任何内容：${zh}` }
                          : { en: `changes are applied for ${en} alone`, zh: `只在以下时间应用变更：${zh}` },
                weight: (_, is) => ((is === undefined) === denies ? "opens" : "calm"),
            };
            return [`window:${JSON.stringify(each)}`, setting];
        }),
    );
}

const updated: readonly Rule[] = [
    { at: /^refs$/, en: "Applications whose images are updated", zh: "自动更新镜像的 Application" },
    {
        at: /^images\.([^.]+)\.imageName$/,
        en: "image and range that are followed as $1",
        zh: "以 $1 跟踪的镜像和范围",
    },
    {
        at: /^images\.([^.]+)\.commonUpdateSettings\.updateStrategy$/,
        en: "choice among tags of $1",
        zh: "$1 标签的选择方式",
    },
    {
        at: /^images\.([^.]+)\.commonUpdateSettings\.allowTags$/,
        en: "tags of $1 that count",
        zh: "$1 可用的标签",
    },
    {
        at: /^images\.([^.]+)\.commonUpdateSettings\.ignoreTags$/,
        en: "tags of $1 that do not count",
        zh: "$1 忽略的标签",
    },
    { at: /^images\.([^.]+)\.commonUpdateSettings\.platforms$/, en: "platforms of $1", zh: "$1 的平台" },
    {
        at: /^images\.([^.]+)\.commonUpdateSettings\.pullSecret$/,
        en: "where the login for the registry of $1 is",
        zh: "$1 镜像仓库登录的位置",
    },
    {
        at: /^images\.([^.]+)\.manifestTargets/,
        en: "where the tag of $1 is written",
        zh: "$1 标签的写入位置",
    },
    {
        at: /^write\.gitConfig\.branch$/,
        en: "branch that image updates are committed to",
        zh: "提交镜像更新的分支",
    },
    {
        at: /^write\.gitConfig\.writeBackTarget$/,
        en: "file that image updates are written to",
        zh: "写入镜像更新的文件",
    },
    {
        at: /^write\.merge$/,
        en: "merge requests of image updates",
        zh: "镜像更新的合并请求",
        more: {
            sentence: toggled(
                { en: "image updates come by merge request", zh: "镜像更新通过合并请求提交" },
                {
                    en: "image updates are committed without a merge request",
                    zh: "镜像更新直接提交，不经合并请求",
                },
            ),
            weight: (_, is) => (is === undefined ? "opens" : "calm"),
        },
    },
];

/** Of annotations that the updater reads, below 1.0: the fields of an ImageUpdater that say the same of an image. */
const annotated: Readonly<Record<string, readonly [part: string, field: string]>> = {
    "update-strategy": ["commonUpdateSettings", "updateStrategy"],
    "allow-tags": ["commonUpdateSettings", "allowTags"],
    "ignore-tags": ["commonUpdateSettings", "ignoreTags"],
    platforms: ["commonUpdateSettings", "platforms"],
    "pull-secret": ["commonUpdateSettings", "pullSecret"],
    "helm.image-name": ["helm", "name"],
    "helm.image-tag": ["helm", "tag"],
    "helm.image-spec": ["helm", "spec"],
    "kustomize.image-name": ["kustomize", "name"],
};

const updaterPrefix = "argocd-image-updater.argoproj.io/";

/** An Application's annotations for the updater, without the prefix; undefined where it has none. */
function updaterAnnotations({ metadata }: Properties): ReadonlyMap<string, string> | undefined {
    const found = Object.entries(mapOf(mapOf(metadata)["annotations"])).flatMap(
        ([key, value]): [string, string][] =>
            key.startsWith(updaterPrefix) ? [[key.slice(updaterPrefix.length), String(value)]] : [],
    );
    return found.length === 0 ? undefined : new Map(found);
}

/** What an updater that reads annotations does for an Application, in the words for ImageUpdaters. */
function annotatedUpdates(properties: Properties, other: Properties): Settings {
    const annotations = updaterAnnotations(properties);
    if (annotations === undefined) {
        return {};
    }
    const on: Settings = {
        "updater:annotations": {
            name: { en: "annotations for the image updater", zh: "供镜像更新器读取的注解" },
            value: "true",
            sentence: toggled(
                { en: "it has annotations for the image updater", zh: "加上供镜像更新器读取的注解" },
                {
                    en: "it has no annotations for the image updater any more",
                    zh: "不再有供镜像更新器读取的注解",
                },
            ),
            // A hold, other environments or another version of the updater.
            follows: true,
        },
    };
    // Where all of them come or go, that is what there is to say.
    if (updaterAnnotations(other) === undefined) {
        return on;
    }
    const images = (annotations.get("image-list") ?? "").split(",").map((listed): [string, object] => {
        const [alias = "", imageName = ""] = listed.split(/=(.*)/s);
        const fields: Record<string, Record<string, unknown>> = {};
        for (const [key, [part, field]] of Object.entries(annotated)) {
            const value = annotations.get(`${alias}.${key}`);
            if (value !== undefined) {
                const list = key === "ignore-tags" || key === "platforms";
                (fields[part] ??= {})[field] = list ? value.split(",") : value;
            }
        }
        const { commonUpdateSettings, ...manifestTargets } = fields;
        return [alias, { imageName, commonUpdateSettings, manifestTargets }];
    });
    const gitConfig = {
        branch: annotations.get("git-branch"),
        writeBackTarget: annotations.get("write-back-target"),
    };
    return {
        ...on,
        ...settingsBy(updated, { images: Object.fromEntries(images), write: { gitConfig } }, "updater:"),
    };
}

/** What the updater does for an app: the same in all environments, but for the branch. */
function updaterSettings({ spec }: Properties): Settings {
    const refs = listOf(mapOf(spec)["applicationRefs"]).map(mapOf);
    const [first = {}] = refs;
    const write = mapOf(first["writeBackConfig"]);
    return settingsBy(
        updated,
        {
            refs: refs.map(({ namePattern }) => namePattern),
            images: Object.fromEntries(
                listOf(first["images"])
                    .map(mapOf)
                    .map(({ alias, ...image }) => [String(alias), image]),
            ),
            write: {
                ...write,
                ...(mapOf(write["gitConfig"])["pullRequest"] === undefined ? {} : { merge: true }),
            },
        },
        "updater:",
    );
}

const configMaps: Readonly<Record<string, readonly Rule[]>> = {
    "argocd-cm": [
        { at: /^data\.url$/, en: "address", zh: "地址" },
        {
            at: /^data\.admin\.enabled$/,
            en: "built-in admin",
            zh: "内置管理员",
            more: {
                sentence: toggled(
                    { en: "the built-in admin may sign in", zh: "内置管理员可以登录" },
                    { en: "the built-in admin may no longer sign in", zh: "内置管理员不再可以登录" },
                ),
                weight: (_, is) => (is?.value === "true" ? "opens" : "calm"),
            },
        },
        {
            at: /^data\.timeout\.reconciliation$/,
            en: "time between polls of the config repositories",
            zh: "轮询配置仓库的间隔",
        },
        {
            at: /^data\.timeout\.reconciliation\.jitter$/,
            en: "spread of the polls",
            zh: "轮询的随机偏移",
            more: follows,
        },
        { at: /^data\.accounts\.(.+)$/, en: "ways in for account $1", zh: "账号 $1 的登录方式" },
        { at: /^data\.oidc\.config$/, en: "single sign-on", zh: "单点登录" },
        { at: /^data\.installationID$/, en: "name of the estate", zh: "平台名称" },
        {
            at: /^data\.resource\./,
            en: "kinds of objects that are looked at",
            zh: "查看的对象类型",
            more: follows,
        },
        { at: /^data\.(.+)$/, en: "setting $1", zh: "设置 $1" },
    ],
    "argocd-cmd-params-cm": [
        {
            at: /^data\.server\.insecure$/,
            en: "end of TLS",
            zh: "TLS 终止",
            more: {
                sentence: toggled(
                    {
                        en: "its server speaks plain http, and TLS ends before it",
                        zh: "服务端使用明文 HTTP，TLS 在其前方终止",
                    },
                    { en: "its server speaks https itself", zh: "服务端自行使用 HTTPS" },
                ),
            },
        },
        {
            at: /^data\.applicationsetcontroller\./,
            en: "where previews look for merge requests",
            zh: "预览查找合并请求的地址",
            more: follows,
        },
        { at: /^data\.(.+)$/, en: "start-up setting $1", zh: "启动设置 $1" },
    ],
    "argocd-notifications-cm": [
        { at: /^data\.context$/, en: "addresses on cards", zh: "卡片上的地址", more: follows },
        { at: /^data\.(?:template|trigger)\./, en: "texts of cards", zh: "卡片的文字", more: follows },
        { at: /^data\.service\./, en: "address that messages go to", zh: "消息发送的地址", more: follows },
    ],
    "argocd-image-updater-config": [
        { at: /^data\.git\.user$/, en: "author of image updates", zh: "镜像更新的作者" },
        {
            at: /^data\.git\.email$/,
            en: "mail address of the author of image updates",
            zh: "镜像更新作者的邮箱",
        },
        {
            at: /^data\.git\.commit-message-template$/,
            en: "message of image updates",
            zh: "镜像更新的提交说明",
        },
        { at: /^data\.interval$/, en: "time between two looks at the registries", zh: "查看镜像仓库的间隔" },
        {
            at: /^data\.webhook\.enable$/,
            en: "webhook",
            zh: "Webhook",
            more: {
                sentence: toggled(
                    {
                        en: "Harbor notifies the image updater of new images at once",
                        zh: "Harbor 立即通知镜像更新器有新镜像",
                    },
                    { en: "Harbor no longer notifies the image updater", zh: "Harbor 不再通知镜像更新器" },
                ),
            },
        },
        { at: /^data\.disable-tls$/, en: "TLS of the webhook", zh: "Webhook 的 TLS", more: follows },
        { at: /^data\.(.+)$/, en: "image updater setting $1", zh: "镜像更新器设置 $1" },
    ],
};

const previews: readonly Rule[] = application.map((rule) => ({
    ...rule,
    en: `${rule.en} in previews`,
    zh: `预览的${rule.zh}`,
}));

/** Settings that an object of Argo CD, or of its installation, states. */
export function argocdSettings(kind: string, properties: Properties, other: Properties): Settings {
    switch (kind) {
        case "Application":
            return {
                ...settingsBy(application, properties, "app:"),
                ...syncSettings(properties),
                ...pauseSettings(properties),
                ...annotatedUpdates(properties, other),
            };
        case "ApplicationSet":
            return {
                ...settingsBy(
                    [
                        {
                            at: /^generators/,
                            en: "merge requests that have previews",
                            zh: "有预览的合并请求",
                            more: follows,
                        },
                    ],
                    { generators: mapOf(properties["spec"])["generators"] },
                    "previews:",
                ),
                ...settingsBy(
                    previews.map(({ more: { follows: _, ...more } = {}, ...rule }) => ({ ...rule, more })),
                    mapOf(mapOf(properties["spec"])["template"]),
                    "previews:",
                ),
            };
        case "AppProject":
            return windowSettings(properties);
        case "ImageUpdater":
            return updaterSettings(properties);
        case "ConfigMap": {
            const name = textOf(mapOf(properties["metadata"])["name"]) ?? "";
            return settingsBy(configMaps[name] ?? [], properties, `${name}:`);
        }
        default:
            return {};
    }
}
