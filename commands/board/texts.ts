/** What the page says, in the languages that cards have too. Names of things stay as the systems write them. */
import type { Language } from "../../estate/model";
import type { CredentialKind } from "../../estate/madeCredentials";
import type { Health, Sync, Unknown } from "./found";
import type { EdgeKind, NodeKind } from "./map";
import type { Changes } from "./preview";

export interface Texts {
    /** Of the page, as BCP 47 has it. */
    readonly tag: string;
    readonly title: (estate: string) => string;
    readonly skip: string;
    readonly stack: (stack: string) => string;
    readonly readAt: (time: string) => string;
    readonly specOnly: string;
    readonly theme: { readonly auto: string; readonly light: string; readonly dark: string };
    readonly unknownTitle: string;
    readonly unknown: (unknown: Unknown) => string;
    readonly board: string;
    readonly filters: string;
    readonly search: string;
    readonly searchHint: string;
    readonly team: string;
    readonly environment: string;
    readonly cluster: string;
    readonly show: string;
    readonly all: string;
    readonly reset: string;
    /** With `{shown}` and `{all}`. */
    readonly count: string;
    readonly app: string;
    readonly notHere: string;
    readonly machine: (name: string) => string;
    readonly health: Readonly<Record<Health, string>>;
    readonly sync: Readonly<Record<Sync, string>>;
    /** Choices of the filter by state. */
    readonly states: Readonly<Record<State, string>>;
    readonly held: string;
    readonly pinned: (tag: string) => string;
    readonly waiting: (count: number) => string;
    readonly changes: (changes: Changes) => string;
    readonly differ: string;
    readonly details: string;
    readonly version: string;
    readonly digest: string;
    readonly commit: string;
    readonly configCommit: string;
    readonly delivered: string;
    readonly object: string;
    readonly namespace: string;
    readonly heldBecause: (reason: string) => string;
    readonly by: (author: string) => string;
    readonly hotfix: (branch: string, until: string | undefined) => string;
    readonly code: string;
    readonly config: string;
    readonly requests: string;
    readonly noRequests: string;
    readonly requestsUnknown: string;
    readonly request: string;
    readonly into: string;
    readonly apps: string;
    readonly since: string;
    readonly promotion: string;
    readonly change: string;
    readonly draft: string;
    readonly previewElsewhere: (changes: Changes) => string;
    readonly previewNothing: string;
    readonly credentials: string;
    readonly credentialsNote: (days: number) => string;
    readonly credential: string;
    readonly numberNotKnown: string;
    readonly holder: string;
    readonly number: string;
    readonly ends: string;
    readonly given: string;
    readonly optional: string;
    readonly made: Readonly<Record<CredentialKind, { readonly title: string; readonly holder: string }>>;
    readonly endNotKnown: string;
    readonly endRange: (first: string, last: string) => string;
    readonly endless: (count: number) => string;
    readonly soon: (count: number, names: string) => string;
    readonly teams: string;
    readonly maintainers: string;
    readonly developers: string;
    readonly nobody: string;
    readonly map: string;
    readonly mapLabel: string;
    readonly node: Readonly<Record<NodeKind, string>>;
    /** Several of them; of a registry the projects in it are counted. */
    readonly counted: (kind: NodeKind, count: number) => string;
    readonly edge: Readonly<Record<EdgeKind, string>>;
    /** What follows a number; it is `?` where nobody answered. */
    readonly summary: Readonly<
        Record<
            "apps" | "places" | "unhealthy" | "differs" | "paused" | "requests" | "unknown",
            (count: number | string) => string
        >
    >;
    readonly age: (seconds: number) => string;
    readonly and: string;
}

/** What places can be chosen by. */
export const states = ["unhealthy", "differs", "paused", "waiting", "changed", "unknown"] as const;
export type State = (typeof states)[number];

/** The greatest unit that fits. */
function ageIn(units: readonly [days: string, hours: string, minutes: string]): (seconds: number) => string {
    return (seconds) => {
        const minutes = Math.max(0, Math.floor(seconds / 60));
        return minutes >= 48 * 60
            ? `${Math.floor(minutes / 1440)} ${units[0]}`
            : minutes >= 120
              ? `${Math.floor(minutes / 60)} ${units[1]}`
              : `${minutes} ${units[2]}`;
    };
}

function changesIn(words: Readonly<Record<keyof Changes, string>>, start: string): (of: Changes) => string {
    return (changes) =>
        `${start}${(Object.keys(words) as (keyof Changes)[])
            .filter((key) => changes[key] > 0)
            .map((key) => `${changes[key]} ${words[key]}`)
            .join(", ")}`;
}

const enPlurals: Readonly<Record<NodeKind, string>> = {
    code: "code repositories",
    config: "config repositories",
    registry: "registries",
    engine: "engines",
    cluster: "clusters",
    machine: "machines",
    channel: "channels",
};

const en: Texts = {
    tag: "en",
    title: (estate) => `Estate ${estate}`,
    skip: "Skip to what runs where",
    stack: (stack) => `stack ${stack}`,
    readAt: (time) => `read from the servers at ${time}`,
    specOnly: "from the spec alone: no server was asked",
    theme: { auto: "Colours: automatic", light: "Colours: light", dark: "Colours: dark" },
    unknownTitle: "Not known",
    unknown: (unknown) => {
        switch (unknown.kind) {
            case "offline":
                return "unknown: no server was asked";
            case "unreachable":
                return `unknown: ${unknown.server} did not answer: ${unknown.detail}`;
            case "refused":
                return `unknown: ${unknown.server} refused with status ${unknown.status}`;
            case "absent":
                return `not there: ${unknown.server} does not have it`;
            case "unread":
                return `unknown: the board does not read ${unknown.engine}`;
            case "idle":
                return "nothing runs yet";
        }
    },
    board: "What runs where",
    filters: "Filter",
    search: "Search",
    searchHint: "app, version, commit, person; press / to come here, Esc to clear",
    team: "Team",
    environment: "Environment",
    cluster: "Cluster",
    show: "Show",
    all: "all",
    reset: "Show everything",
    count: "{shown} of {all} apps",
    app: "App",
    notHere: "not in this environment",
    machine: (name) => `machine ${name}: see GitLab`,
    health: {
        healthy: "healthy",
        progressing: "in progress",
        degraded: "degraded",
        suspended: "suspended",
        missing: "missing",
        unknown: "unknown health",
    },
    sync: { synced: "as in git", differs: "differs from git", unknown: "not compared with git" },
    states: {
        unhealthy: "not healthy",
        differs: "different from git",
        paused: "paused or pinned",
        waiting: "with open merge requests",
        changed: "changed by the preview",
        unknown: "not known",
    },
    held: "paused",
    pinned: (tag) => `pinned to ${tag}`,
    waiting: (count) => (count === 1 ? "1 merge request waits" : `${count} merge requests wait`),
    changes: changesIn(
        { create: "to create", update: "to change", replace: "to replace", delete: "to delete" },
        "preview: ",
    ),
    differ: "clusters differ",
    details: "details",
    version: "Version",
    digest: "Digest",
    commit: "Commit",
    configCommit: "Config commit",
    delivered: "Delivered",
    object: "Delivered by",
    namespace: "Namespace",
    heldBecause: (reason) => `Paused: ${reason}`,
    by: (author) => `by ${author}`,
    hotfix: (branch, until) => `hotfix from ${branch}${until === undefined ? "" : ` until ${until}`}`,
    code: "code",
    config: "config",
    requests: "Open merge requests",
    noRequests: "None.",
    requestsUnknown: "Whether there are some is not known.",
    request: "Merge request",
    into: "From, into",
    apps: "Apps, environments",
    since: "Open since",
    promotion: "promotion",
    change: "change",
    draft: "draft",
    previewElsewhere: changesIn(
        { create: "to create", update: "to change", replace: "to replace", delete: "to delete" },
        "The preview also has, outside the apps: ",
    ),
    previewNothing: "The preview changes nothing outside the apps.",
    credentials: "Credentials",
    credentialsNote: (days) => `Values are nowhere on this page. "Soon" is within ${days} days.`,
    credential: "Credential",
    numberNotKnown: "not known here",
    holder: "Who holds it",
    number: "Number",
    ends: "Ends",
    given: "the stack's secrets, encrypted",
    optional: "the stack's secrets, where it is there; else a file of whoever runs Pulumi",
    made: {
        push: { title: "push robot", holder: "CI variables of app repositories" },
        pull: { title: "pull robot", holder: "pull Secrets in the apps' namespaces" },
        promotion: { title: "promotion robot", holder: "CI variables of config repositories" },
        reader: { title: "config reader", holder: "repository Secrets of the engine on the host" },
        writer: { title: "config writer", holder: "CI variables of app repositories, or the image updater" },
        status: { title: "delivery status token", holder: "the relay's Secret on the host" },
        rollout: {
            title: "rollout reader",
            holder: "CI variables of the repositories whose releases wait until they are healthy",
        },
        mergeBack: { title: "merge-back token", holder: "CI variables of app repositories" },
        release: {
            title: "release starter and login",
            holder: "CI variables of app repositories, and of the config repositories that only maintainers see",
        },
        preview: {
            title: "preview robot and tokens",
            holder: "CI variables of preview environments, and a Secret on the host",
        },
        approvals: {
            title: "tokens of the approval gate",
            holder: "CI variables of gated repositories, and the relay's Secret on the host",
        },
        hook: {
            title: "webhook token",
            holder: "webhooks of GitLab and Harbor, and who receives them on the host",
        },
        cluster: { title: "cluster token", holder: "cluster Secrets of the engine on the host" },
    },
    endNotKnown: "end not known here",
    endRange: (first, last) => (first === last ? first : `${first} to ${last}`),
    endless: (count) => `${count} without a known end`,
    soon: (count, names) => `${count} soon or over: ${names}`,
    teams: "Teams",
    maintainers: "Maintainers",
    developers: "Developers",
    nobody: "nobody",
    map: "Map",
    mapLabel: "Map of the estate: repositories, registries, engines, clusters, machines and channels",
    node: {
        code: "code repository",
        config: "config repository",
        registry: "registry",
        engine: "engine on the host",
        cluster: "cluster",
        machine: "machine with Docker",
        channel: "channel",
    },
    counted: (kind, count) =>
        kind === "registry" ? `registry, ${count} projects` : `${count} ${enPlurals[kind]}`,
    edge: {
        push: "push robot",
        pull: "pull robot",
        promotion: "promotion robot",
        reader: "config reader",
        writer: "config writer",
        release: "release starter",
        cluster: "cluster token",
        key: "machine key",
        runner: "runner on it",
        cards: "cards",
    },
    summary: {
        apps: (count) => (count === 1 ? "app" : "apps"),
        places: (count) => (count === 1 ? "place" : "places"),
        unhealthy: () => "not healthy",
        differs: (count) => (count === 1 ? "differs from git" : "differ from git"),
        paused: () => "paused or pinned",
        requests: (count) => (count === 1 ? "open merge request" : "open merge requests"),
        unknown: () => "not known",
    },
    age: ageIn(["d", "h", "min"]),
    and: ", ",
};

const zhNodes: Readonly<Record<NodeKind, string>> = {
    code: "代码仓库",
    config: "配置仓库",
    registry: "镜像库",
    engine: "主集群上的引擎",
    cluster: "集群",
    machine: "Docker 机器",
    channel: "通道",
};

const zh: Texts = {
    tag: "zh-CN",
    title: (estate) => `交付资产 ${estate}`,
    skip: "跳到运行总览",
    stack: (stack) => `栈 ${stack}`,
    readAt: (time) => `于 ${time} 从服务器读取`,
    specOnly: "仅来自配置文件：没有询问任何服务器",
    theme: { auto: "配色：自动", light: "配色：浅色", dark: "配色：深色" },
    unknownTitle: "未知",
    unknown: (unknown) => {
        switch (unknown.kind) {
            case "offline":
                return "未知：没有询问任何服务器";
            case "unreachable":
                return `未知：${unknown.server} 没有应答：${unknown.detail}`;
            case "refused":
                return `未知：${unknown.server} 拒绝，状态码 ${unknown.status}`;
            case "absent":
                return `不存在：${unknown.server} 中没有`;
            case "unread":
                return `未知：总览不读取 ${unknown.engine}`;
            case "idle":
                return "尚未运行";
        }
    },
    board: "运行总览",
    filters: "筛选",
    search: "搜索",
    searchHint: "应用、版本、提交、人员；按 / 跳到这里，Esc 清空",
    team: "团队",
    environment: "环境",
    cluster: "集群",
    show: "显示",
    all: "全部",
    reset: "显示全部",
    count: "{shown} / {all} 个应用",
    app: "应用",
    notHere: "不在此环境",
    machine: (name) => `机器 ${name}：见 GitLab`,
    health: {
        healthy: "健康",
        progressing: "进行中",
        degraded: "异常",
        suspended: "已挂起",
        missing: "缺失",
        unknown: "健康状况未知",
    },
    sync: { synced: "与 git 一致", differs: "与 git 不一致", unknown: "未与 git 比较" },
    states: {
        unhealthy: "不健康",
        differs: "与 git 不一致",
        paused: "已暂停或固定版本",
        waiting: "有待处理的合并请求",
        changed: "预览会改变",
        unknown: "未知",
    },
    held: "已暂停",
    pinned: (tag) => `固定为 ${tag}`,
    waiting: (count) => `${count} 个合并请求待处理`,
    changes: changesIn({ create: "个新建", update: "个修改", replace: "个替换", delete: "个删除" }, "预览："),
    differ: "各集群版本不同",
    details: "详情",
    version: "版本",
    digest: "摘要",
    commit: "提交",
    configCommit: "配置提交",
    delivered: "交付时间",
    object: "由谁交付",
    namespace: "命名空间",
    heldBecause: (reason) => `暂停原因：${reason}`,
    by: (author) => `作者 ${author}`,
    hotfix: (branch, until) => `热修复分支 ${branch}${until === undefined ? "" : `，至 ${until}`}`,
    code: "代码",
    config: "配置",
    requests: "未合并的合并请求",
    noRequests: "没有。",
    requestsUnknown: "是否有待处理的请求未知。",
    request: "合并请求",
    into: "从，到",
    apps: "应用，环境",
    since: "打开时间",
    promotion: "晋级",
    change: "变更",
    draft: "草稿",
    previewElsewhere: changesIn(
        { create: "个新建", update: "个修改", replace: "个替换", delete: "个删除" },
        "预览在应用之外还有：",
    ),
    previewNothing: "预览在应用之外没有变化。",
    credentials: "凭据",
    credentialsNote: (days) => `本页不含任何凭据的值。“即将到期”指 ${days} 天之内。`,
    credential: "凭据",
    numberNotKnown: "此处未知",
    holder: "持有者",
    number: "数量",
    ends: "到期",
    given: "栈的机密，已加密",
    optional: "如已设置，则在栈的机密中；否则在运行 Pulumi 的人的文件里",
    made: {
        push: { title: "推送机器人", holder: "应用仓库的 CI 变量" },
        pull: { title: "拉取机器人", holder: "应用命名空间中的拉取 Secret" },
        promotion: { title: "晋级机器人", holder: "配置仓库的 CI 变量" },
        reader: { title: "配置读取令牌", holder: "主集群上引擎的仓库 Secret" },
        writer: { title: "配置写入令牌", holder: "应用仓库的 CI 变量，或镜像更新器" },
        status: { title: "交付状态令牌", holder: "主集群上中继的 Secret" },
        rollout: { title: "发布状态读取令牌", holder: "等待版本健康的仓库的 CI 变量" },
        mergeBack: { title: "回合并令牌", holder: "应用仓库的 CI 变量" },
        release: {
            title: "发布触发令牌与登录",
            holder: "应用仓库的 CI 变量，以及仅维护者可见的配置仓库的 CI 变量",
        },
        preview: { title: "预览的机器人与令牌", holder: "预览环境的 CI 变量，以及主集群上的 Secret" },
        approvals: { title: "审批门禁的令牌", holder: "受其把关的仓库的 CI 变量，以及主集群上中继的 Secret" },
        hook: { title: "Webhook 令牌", holder: "GitLab 和 Harbor 的 Webhook，以及主集群上的接收方" },
        cluster: { title: "集群令牌", holder: "主集群上引擎的集群 Secret" },
    },
    endNotKnown: "到期日未知",
    endRange: (first, last) => (first === last ? first : `${first} 至 ${last}`),
    endless: (count) => `${count} 个到期日未知`,
    soon: (count, names) => `${count} 个即将到期或已到期：${names}`,
    teams: "团队",
    maintainers: "维护者",
    developers: "开发者",
    nobody: "无",
    map: "地图",
    mapLabel: "交付资产地图：仓库、镜像库、引擎、集群、机器和通道",
    node: zhNodes,
    counted: (kind, count) =>
        kind === "registry" ? `镜像库，${count} 个项目` : `${count} 个${zhNodes[kind]}`,
    edge: {
        push: "推送机器人",
        pull: "拉取机器人",
        promotion: "晋级机器人",
        reader: "配置读取令牌",
        writer: "配置写入令牌",
        release: "发布触发令牌",
        cluster: "集群令牌",
        key: "机器密钥",
        runner: "机器上的 runner",
        cards: "卡片",
    },
    summary: {
        apps: () => "个应用",
        places: () => "个部署位置",
        unhealthy: () => "个不健康",
        differs: () => "个与 git 不一致",
        paused: () => "个已暂停或固定版本",
        requests: () => "个未合并的合并请求",
        unknown: () => "个未知",
    },
    age: ageIn(["天", "小时", "分钟"]),
    and: "、",
};

/** The texts of a language. */
export const texts: Readonly<Record<Language, Texts>> = { en, zh };
