/** What the variables and files of pipelines say, in words. Their keys are those of components/ci. Pure. */
import { parse } from "yaml";
import { laneSettingsKey, readSettings, settingsKey } from "../../../estate/ciSettings";
import { approvalsVariable } from "../../../estate/approvals";
import { estateFile } from "../../../estate/pipeline";
import { kindOf, listOf, mapOf, textOf, type Properties } from "../change";
import { code } from "../noun";
import {
    between,
    follows,
    settingsBy,
    toggled,
    type Rule,
    type Setting,
    type Settings,
    type Words,
} from "./setting";

const words = (texts: Readonly<Record<string, Words>>) => (value: string) => texts[value];

const starts = words({
    push: { en: "by the push", zh: "由推送启动" },
    person: { en: "by a person", zh: "由人启动" },
});

/** Images and addresses that are in a longer text of JSON; undefined: it is none. */
function images(value: string): Words | undefined {
    const found = [...value.matchAll(/"image":\s*"([^"]+)"/g)].map(([, image = ""]) => code(image));
    const all = [...new Set(found)];
    return all.length === 0 || all.length > 4 ? undefined : { en: all.join(", "), zh: all.join("、") };
}

/** What a lane delivers, its GitLab environment says. */
const ofLane = { follows: "in an environment" } as const;

/** By the key of a variable. */
const variables: readonly Rule[] = [
    { at: /^BUILDER$/, en: "builder of images", zh: "镜像构建工具" },
    {
        at: /^REGISTRY_INSECURE$/,
        en: "insecure registry",
        zh: "不安全的镜像仓库",
        more: {
            sentence: toggled(
                {
                    en: "pipelines accept any certificate of the registry",
                    zh: "流水线接受镜像仓库的任何证书",
                },
                { en: "pipelines check the registry's certificate", zh: "流水线检查镜像仓库的证书" },
            ),
            weight: (_, is) => (is === undefined ? "calm" : "opens"),
        },
    },
    { at: /^DELIVERY_BRANCH$/, en: "branch that is delivered", zh: "交付的分支", more: ofLane },
    { at: /^DELIVERY_TAG$/, en: "tags that are delivered", zh: "交付的 Git 标签", more: ofLane },
    {
        at: /^DELIVERY_START$/,
        en: "start of deliveries",
        zh: "交付的启动方式",
        more: { ...follows, shown: starts },
    },
    { at: /^TAG_PREFIX$/, en: "beginning of image tags", zh: "镜像标签的开头", more: { sentence: between } },
    { at: /^TAG_OF$/, en: "source of image tags", zh: "镜像标签的来源" },
    {
        at: /^REUSE$/,
        en: "images that are taken before one is built",
        zh: "构建之前先取用的镜像",
        more: { shown: images },
    },
    {
        at: /^MERGE_BACK$/,
        en: "branches that what was delivered is merged back to",
        zh: "交付后合并回的分支",
    },
    {
        at: /^TAG_WRITER$/,
        en: "writer of image tags",
        zh: "写入镜像标签者",
        more: {
            shown: words({
                ci: { en: "CI", zh: "CI" },
                updater: { en: "the engine's image updater", zh: "引擎的镜像更新器" },
            }),
        },
    },
    {
        at: /^CONFIG_FOLDER$/,
        en: "folder of the config repository",
        zh: "配置仓库中的文件夹",
        more: { sentence: between },
    },
    { at: /^CONFIG_BRANCH$/, en: "branch of the config repository", zh: "配置仓库的分支", more: follows },
    { at: /^CONFIG_REPOSITORY$/, en: "config repository", zh: "配置仓库", more: follows },
    { at: /^CONFIG_FORMAT$/, en: "form of the manifests", zh: "清单的形式", more: follows },
    { at: /^(?:IMAGE|REGISTRY|REGISTRY_URL)$/, en: "place of the images", zh: "镜像的位置", more: follows },
    {
        at: /^\w+_USERNAME$/,
        en: "robot that pipelines use",
        zh: "流水线使用的机器人",
        more: {
            ...follows,
            sentence: (was, is) =>
                was === undefined || is === undefined
                    ? { en: "", zh: "" }
                    : { en: "the robots that pipelines use have other names", zh: "流水线使用的机器人改名" },
        },
    },
    {
        at: /^PREVIEW_LABEL$/,
        en: "label of merge requests that have a preview",
        zh: "有预览的合并请求的标记",
        more: { sentence: between },
    },
    {
        at: /^PREVIEW_MAXIMUM$/,
        en: "most previews at a time",
        zh: "同时存在的预览上限",
        more: { sentence: between },
    },
    {
        at: /^PREVIEW_EXPIRY$/,
        en: "time after which a preview goes",
        zh: "预览保留时间",
        more: { sentence: between },
    },
    {
        at: /^PREVIEW_URL_(?:START|END)$/,
        en: "address of previews",
        zh: "预览的地址",
        more: { sentence: between },
    },
    { at: /^PREVIEW_PAGE$/, en: "page of previews", zh: "预览的页面", more: follows },
    {
        at: /^PREVIEW_BRANCH$/,
        en: "branch whose merge requests can have previews",
        zh: "合并请求可以有预览的目标分支",
        more: { sentence: between },
    },
    {
        at: /^LANE_(\w+)_START$/,
        en: "start of deliveries to $1",
        zh: "交付到 $1 的启动方式",
        more: { ...follows, shown: starts },
    },
    {
        at: /^LANE_(\w+)$/,
        en: "branches or tags that are delivered to $1",
        zh: "交付到 $1 的分支或标签",
        more: follows,
    },
    { at: /^FIRST_BRANCH$/, en: "branch where promotions begin", zh: "升级起始的分支" },
    {
        at: /^PROMOTIONS(?:_\w+)?$/,
        en: "way of promotions",
        zh: "升级的路径",
        more: { ...follows, shown: images },
    },
    { at: /^RELEASE(?:_\w+)?$/, en: "way of releases", zh: "发布的路径", more: follows },
    { at: /^ROLLOUT$/, en: "what a delivery waits for", zh: "交付等待的内容", more: follows },
    {
        at: /^(BUILD|DELIVER|PROMOTE|MACHINE|PREVIEW_JOB)_IMAGE$/,
        en: "image of jobs ($1)",
        zh: "作业的镜像（$1）",
        more: { sentence: between },
    },
    {
        at: /^MACHINE$/,
        en: "machine",
        zh: "机器",
        more: {
            sentence: (was, is) =>
                is === undefined
                    ? {
                          en: `runs on machine ${code(was?.value ?? "")} no more`,
                          zh: `不再运行于机器 ${code(was?.value ?? "")}`,
                      }
                    : {
                          en: `runs on machine ${code(is.value)}${was === undefined ? "" : ` instead of ${code(was.value)}`}`,
                          zh: `运行于机器 ${code(is.value)}${was === undefined ? "" : `（原为 ${code(was.value)}）`}`,
                      },
            weight: () => "outage",
        },
    },
    { at: /^MACHINE_PROJECT$/, en: "name on the machine", zh: "机器上的名称", more: follows },
    { at: /^MACHINE_HOST$/, en: "address of the machine", zh: "机器的地址", more: { sentence: between } },
    {
        at: /^MACHINE_PORT$/,
        en: "SSH port of the machine",
        zh: "机器的 SSH 端口",
        more: { sentence: between },
    },
    { at: /^MACHINE_USER$/, en: "user on the machine", zh: "机器上的用户", more: { sentence: between } },
    {
        at: /^MACHINE_HOST_KEYS$/,
        en: "keys that the machine is known by",
        zh: "识别机器的主机密钥",
        more: { sentence: between, weight: () => "opens" },
    },
    {
        at: /^MACHINE_WAIT$/,
        en: "seconds that a rollout may take",
        zh: "上线允许的秒数",
        more: { sentence: between },
    },
    {
        at: /^MACHINE_VALUES$/,
        en: "variables of the containers",
        zh: "容器的变量",
        more: { sentence: between },
    },
    { at: /^DELIVERY_PIN$/, en: "tag that it is pinned to", zh: "固定的标签" },
    { at: /^DELIVERY_HOLD$/, en: "hold", zh: "暂停" },
    {
        at: /^CARD_CHANNELS$/,
        en: "channels that jobs notify",
        zh: "作业通知的通道",
        more: { sentence: between },
    },
    { at: /^CARD_\w+$/, en: "cards of jobs", zh: "作业发送的卡片", more: follows },
    { at: /^HTTPS?_PROXY$/i, en: "proxy of pipelines", zh: "流水线的代理" },
    {
        at: /^NO_PROXY$/i,
        en: "what pipelines reach without the proxy",
        zh: "流水线不经代理访问的地址",
        more: { sentence: between },
    },
    { at: /^PROMOTION_APPS$/, en: "apps that are promoted", zh: "参与升级的应用", more: follows },
    { at: /^APP$/, en: "name of the app", zh: "应用的名称", more: follows },
    { at: /^(\w+)$/, en: "pipeline setting $1", zh: "流水线设置 $1" },
];

/** The variable whose file has the private certificate authorities that pipelines trust. */
const authorities = "ESTATE_CA_FILE";

const trusts: Omit<Setting, "value"> = {
    name: { en: "certificate authorities of pipelines", zh: "流水线的证书颁发机构" },
    sentence: (was, is) =>
        is === undefined
            ? {
                  en: "pipelines trust no private certificate authorities any more",
                  zh: "流水线不再信任私有证书颁发机构",
              }
            : was === undefined
              ? {
                    en: "pipelines trust private certificate authorities",
                    zh: "流水线开始信任私有证书颁发机构",
                }
              : {
                    en: "pipelines trust other private certificate authorities",
                    zh: "流水线信任的私有证书颁发机构有变化",
                },
};

/** The variable by which pipelines push images. */
const pushPassword = "REGISTRY_PASSWORD";

const pushes: Setting = {
    name: { en: "pipelines", zh: "流水线" },
    value: "true",
    sentence: toggled(
        { en: "GitLab's pipelines build and push images", zh: "GitLab 的流水线构建并推送镜像" },
        { en: "GitLab's pipelines push no image any more", zh: "GitLab 的流水线不再推送镜像" },
    ),
    weight: (_, is) => (is === undefined ? "outage" : "calm"),
};

/** What a CI variable in the open says; nothing of one that holds a credential. */
export function variableSettings({
    key,
    value,
    masked,
    variableType,
    environmentScope,
}: Properties): Settings {
    const [name, text] = [textOf(key), textOf(value)];
    if (name === pushPassword) {
        return textOf(environmentScope)?.startsWith("preview") === true ? {} : { "ci:push": pushes };
    }
    if (name === authorities && text !== undefined) {
        return { "ci:authorities": { ...trusts, value: text } };
    }
    // What approvals are wanted is a right.
    if (name === undefined || text === undefined || masked === true || name.startsWith(approvalsVariable)) {
        return {};
    }
    if (name === laneSettingsKey || name.startsWith(settingsKey)) {
        return settingsBy(variables, readSettings(text), "ci:");
    }
    return variableType === "file" ? {} : settingsBy(variables, { [name]: text }, "ci:");
}

const included: readonly Rule[] = [
    { at: /^ref$/, en: "version of the pipelines", zh: "流水线的版本", more: { sentence: between } },
    { at: /^project$/, en: "project of the pipelines", zh: "流水线所在的项目", more: follows },
    {
        at: /^inputs\.((?:\w+_)?image)$/,
        en: "image of jobs ($1)",
        zh: "作业的镜像（$1）",
        more: { sentence: between },
    },
    { at: /^inputs\.branch$/, en: "branch of previews", zh: "预览的分支", more: follows },
    { at: /^inputs\.([\w-]+)$/, en: "pipeline input $1", zh: "流水线输入 $1", more: { sentence: between } },
    { at: /^jobs\.(\.?[^.]+)\.tags$/, en: "runners of job $1", zh: "作业 $1 的 Runner" },
    { at: /^jobs\.(\.?[^.]+)\.(.+)$/, en: "$2 of job $1", zh: "作业 $1 的 $2", more: { sentence: between } },
];

/** What a repository includes: the version of its pipelines, and what their jobs run in. */
export function includedSettings({ filePath, content }: Properties): Settings {
    const text = filePath === estateFile ? textOf(content) : undefined;
    if (text === undefined) {
        return {};
    }
    let file: Properties;
    try {
        file = mapOf(parse(text));
    } catch {
        return {};
    }
    const { include, ...jobs } = file;
    const parts = listOf(include);
    return Object.assign(
        settingsBy(included, { jobs }, "include:"),
        ...parts.map((each): Settings => {
            const { ref, project, file: from, inputs } = mapOf(each);
            // A file may be included for each environment.
            const part = `include:${JSON.stringify([from, mapOf(inputs)["environment"]])}:`;
            return settingsBy(included, { ref, project, inputs }, part);
        }),
    ) as Settings;
}

/** Settings that GitLab's objects state. */
export function gitlabSettings(type: string, properties: Properties): Record<string, Setting> {
    return {
        ...(kindOf(type) === "ProjectVariable" ? variableSettings(properties) : {}),
        ...(kindOf(type) === "RepositoryFile" ? includedSettings(properties) : {}),
        ...(kindOf(type) === "Project" ? settingsBy(project, properties, "project:") : {}),
    };
}

const project: readonly Rule[] = [{ at: /^defaultBranch$/, en: "default branch", zh: "默认分支" }];
