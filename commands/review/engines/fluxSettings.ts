/** What Flux's objects say of settings of the spec. Pure. */
import { mapOf, type Properties } from "../change";
import { isHeld, pauseSettings } from "../settings/pause";
import {
    applied,
    follows,
    settingsBy,
    toggled,
    type Rule,
    type Setting,
    type Settings,
} from "../settings/setting";

const interval: Rule = {
    at: /^spec\.(?:chart\.spec\.)?interval$/,
    en: "time between two looks at git",
    zh: "查看 Git 的间隔",
};

/** Of a HelmRelease or Kustomization. */
const delivery: readonly Rule[] = [
    interval,
    { at: /^spec\.timeout$/, en: "time that a rollout may take", zh: "上线允许的时间" },
    { at: /^spec\.dependsOn/, en: "apps that have to be ready first", zh: "须先就绪的应用" },
    { at: /^spec\.maxHistory$/, en: "earlier releases to roll back to", zh: "可回滚的历史发布数" },
    {
        at: /^spec\.upgrade\.remediation\.retries$/,
        en: "attempts after a failed upgrade",
        zh: "升级失败后的重试次数",
    },
    {
        at: /^spec\.driftDetection\.mode$/,
        en: "drift detection",
        zh: "偏移检测",
        more: {
            sentence: (_, is) => (is?.value === "enabled" ? applied.undoes : applied.keepsChanges),
        },
    },
    { at: /^spec\.(?:driftDetection\.)?ignore/, en: "fields that others own", zh: "由其他程序管理的字段" },
    {
        at: /^spec\.prune$/,
        en: "pruning",
        zh: "清理",
        more: {
            sentence: toggled(applied.prunes, applied.keepsGone),
            weight: (_, is) => (is?.value === "true" ? "outage" : "calm"),
        },
    },
    {
        at: /^spec\.values\.(?:image|imagetag)$/,
        en: "image in the values",
        zh: "值中的镜像",
        more: follows,
    },
    { at: /^spec\.values\.(.+)$/, en: "value $1", zh: "值 $1" },
    {
        at: /^spec\.upgrade\.force$/,
        en: "forced upgrades",
        zh: "强制升级",
        more: {
            sentence: toggled(
                {
                    en: "objects that cannot be changed in place are deleted and made anew",
                    zh: "无法就地修改的对象会被删除并重建",
                },
                {
                    en: "an upgrade of objects that cannot be changed in place fails",
                    zh: "无法就地修改的对象升级会失败",
                },
            ),
            weight: (_, is) => (is === undefined ? "calm" : "outage"),
        },
    },
    {
        at: /^spec\.(?:install|upgrade)\.serverSideApply$/,
        en: "server-side apply",
        zh: "服务端应用",
        more: follows,
    },
    {
        at: /^spec\.(?:path|chart\.spec\.chart)$/,
        en: "folder of the manifests",
        zh: "清单所在的文件夹",
        more: follows,
    },
    { at: /^spec\.targetNamespace$/, en: "namespace", zh: "命名空间", more: { weight: () => "outage" } },
    {
        at: /^spec\.patches/,
        en: "replicas and patches over the kustomization",
        zh: "对 kustomization 的副本数和补丁",
    },
    { at: /^spec\.images/, en: "images of the kustomization", zh: "kustomization 的镜像", more: follows },
];

const suspension: Omit<Setting, "value"> = {
    name: { en: "suspension", zh: "暂停" },
    sentence: toggled(
        { en: "nothing is applied any more", zh: "不再应用任何内容" },
        { en: "what git says is applied again", zh: "重新应用 Git 中的内容" },
    ),
};

/** Of one on hold, the hold is told; a Helm release on a cluster that is going to leave is suspended, too. */
function suspensionOf(properties: Properties): Settings {
    return mapOf(properties["spec"])["suspend"] === true
        ? { suspend: { ...suspension, ...(isHeld(properties) ? follows : {}), value: "true" } }
        : {};
}

const images: Rule = {
    at: /^spec\.interval$/,
    en: "time between two looks at the registry",
    zh: "查看镜像仓库的间隔",
};

const rules: Readonly<Record<string, readonly Rule[]>> = {
    HelmRelease: delivery,
    Kustomization: delivery,
    GitRepository: [
        interval,
        {
            at: /^spec\.url$/,
            en: "address of the config repository for Flux",
            zh: "Flux 读取配置仓库的地址",
            more: follows,
        },
    ],
    ImageRepository: [
        images,
        { at: /^spec\.image$/, en: "image that is followed", zh: "跟踪的镜像", more: follows },
    ],
    ImagePolicy: [
        {
            at: /^spec\.policy\.(?:semver\.range|(?:alphabetical|numerical)\.order)$/,
            en: "choice among tags",
            zh: "标签的选择方式",
        },
        { at: /^spec\.filterTags\.pattern$/, en: "tags that count", zh: "可用的标签" },
        {
            at: /^spec\.filterTags\.extract$/,
            en: "part of a tag that is compared",
            zh: "标签中参与比较的部分",
        },
        {
            at: /^spec\.(?:digestReflectionPolicy|interval)$/,
            en: "moving tags",
            zh: "移动的标签",
            more: follows,
        },
    ],
    ImageUpdateAutomation: [
        images,
        { at: /^spec\.git\.commit\.author\.name$/, en: "author of image updates", zh: "镜像更新的作者" },
        {
            at: /^spec\.git\.commit\.author\.email$/,
            en: "mail address of the author of image updates",
            zh: "镜像更新作者的邮箱",
        },
        {
            at: /^spec\.git\.commit\.messageTemplate$/,
            en: "message of image updates",
            zh: "镜像更新的提交说明",
        },
        {
            at: /^spec\.git\.push\.branch$/,
            en: "branch that image updates are committed to",
            zh: "提交镜像更新的分支",
        },
    ],
    Provider: [
        {
            at: /^spec\.address$/,
            en: "address that messages go to",
            zh: "消息发送的地址",
            more: {
                sentence: () => ({
                    en: "Flux sends its messages to another address",
                    zh: "Flux 把消息发往另一个地址",
                }),
            },
        },
    ],
    ResourceSetInputProvider: [
        {
            at: /^spec\.filter\./,
            en: "merge requests that have previews",
            zh: "有预览的合并请求",
            more: follows,
        },
    ],
    ResourceSet: [
        { at: /^spec\.resources/, en: "what a preview is made of", zh: "预览的组成", more: follows },
    ],
};

/** Settings that an object of Flux states. */
export function fluxSettings(kind: string, properties: Properties): Settings {
    return {
        ...settingsBy(
            rules[kind] ?? [],
            properties,
            `${kind === "HelmRelease" || kind === "Kustomization" ? "app" : kind}:`,
        ),
        ...suspensionOf(properties),
        ...pauseSettings(properties),
    };
}
