/** What people call the objects of an estate, in both languages. Pure. */
import type { Language } from "../../estate/model";
import { kindOf } from "./change";

/** A noun: one and many in English; Chinese has one form. */
export interface Noun {
    readonly en: readonly [string, string];
    readonly zh: string;
}

const noun = (one: string, zh: string, many = `${one}s`): Noun => ({ en: [one, many], zh });

/** A kind that people call by its own name. */
const own = (kind: string): Noun => noun(kind, kind);

const nouns: Readonly<Record<string, Noun>> = {
    "gitlab:Group": noun("group", "群组"),
    "gitlab:GroupMembership": noun("membership", "成员身份"),
    "gitlab:ProjectMembership": noun("membership", "成员身份"),
    "gitlab:Project": noun("repository", "代码仓库", "repositories"),
    "gitlab:Branch": noun("branch", "分支", "branches"),
    "gitlab:BranchProtection": noun("branch protection", "分支保护"),
    "gitlab:TagProtection": noun("tag protection", "标签保护"),
    "gitlab:ProjectAccessToken": noun("access token", "访问令牌"),
    "gitlab:GroupAccessToken": noun("access token", "访问令牌"),
    "gitlab:ProjectDeployToken": noun("deploy token", "部署令牌"),
    "gitlab:GroupDeployToken": noun("deploy token", "部署令牌"),
    "gitlab:DeployKey": noun("deploy key", "部署密钥"),
    "gitlab:ProjectEnvironment": noun("GitLab environment", "GitLab 环境"),
    "gitlab:ProjectProtectedEnvironment": noun("environment protection", "环境保护"),
    "gitlab:ProjectHook": noun("webhook", "Webhook"),
    "gitlab:ProjectVariable": noun("CI variable", "CI 变量"),
    "gitlab:GroupVariable": noun("CI variable", "CI 变量"),
    "gitlab:RepositoryFile": noun("file", "文件"),
    "gitlab:ProjectLevelMrApprovals": noun(
        "set of approval settings",
        "审批设置",
        "sets of approval settings",
    ),
    "gitlab:ProjectApprovalRule": noun("approval rule", "审批规则"),
    "gitlab:ProjectPushRules": noun("set of push rules", "推送规则", "sets of push rules"),
    "gitlab:ProjectLabel": noun("label", "标记"),
    "gitlab:ProjectTag": noun("tag", "标签"),
    "gitlab:ProjectShareGroup": noun("share with a group", "与群组的共享", "shares with groups"),
    "gitlab:PipelineTrigger": noun("pipeline trigger", "流水线触发器"),
    "harbor:Project": noun("image project", "镜像项目"),
    "harbor:RobotAccount": noun("robot account", "机器人账号"),
    "harbor:RetentionPolicy": noun("retention rule", "镜像保留规则"),
    "harbor:ImmutableTagRule": noun(
        "rule against overwritten tags",
        "禁止覆盖标签的规则",
        "rules against overwritten tags",
    ),
    "harbor:ProjectWebhook": noun("registry webhook", "镜像仓库 Webhook"),
    "kubernetes:Namespace": noun("namespace", "命名空间"),
    "kubernetes:Secret": noun("Secret", "Secret"),
    "kubernetes:ServiceAccount": noun("service account", "服务账号"),
    "kubernetes:Role": noun("role", "角色"),
    "kubernetes:ClusterRole": noun("cluster role", "集群角色"),
    "kubernetes:RoleBinding": noun("role binding", "角色绑定"),
    "kubernetes:ClusterRoleBinding": noun("cluster role binding", "集群角色绑定"),
    "kubernetes:ResourceQuota": noun("quota", "资源配额"),
    "kubernetes:LimitRange": noun("set of default limits", "默认资源限制", "sets of default limits"),
    "kubernetes:NetworkPolicy": noun("network policy", "网络策略", "network policies"),
    "kubernetes:CustomResourceDefinition": noun(
        "kind of object (CRD)",
        "对象类型 (CRD)",
        "kinds of objects (CRDs)",
    ),
    "kubernetes:Application": noun("Argo CD Application", "Argo CD Application"),
    "kubernetes:ApplicationSet": noun("Argo CD ApplicationSet", "Argo CD ApplicationSet"),
    "kubernetes:AppProject": noun("Argo CD project", "Argo CD 项目"),
    "kubernetes:PersistentVolumeClaim": noun("volume claim", "存储卷声明"),
    "kubernetes:Deployment": own("Deployment"),
    "kubernetes:ConfigMap": own("ConfigMap"),
    "kubernetes:Service": own("Service"),
    "kubernetes:ImageUpdater": own("ImageUpdater"),
    "kubernetes:GitRepository": noun("Flux GitRepository", "Flux GitRepository", "Flux GitRepositories"),
    "kubernetes:HelmRelease": own("Flux HelmRelease"),
    "kubernetes:Kustomization": own("Flux Kustomization"),
    "kubernetes:ImagePolicy": noun("Flux ImagePolicy", "Flux ImagePolicy", "Flux ImagePolicies"),
    "kubernetes:ImageRepository": noun(
        "Flux ImageRepository",
        "Flux ImageRepository",
        "Flux ImageRepositories",
    ),
    "kubernetes:ImageUpdateAutomation": own("Flux ImageUpdateAutomation"),
    "kubernetes:Receiver": own("Flux Receiver"),
    "kubernetes:Alert": own("Flux Alert"),
    "kubernetes:Provider": noun(
        "receiver of Flux's messages",
        "Flux 消息接收方",
        "receivers of Flux's messages",
    ),
    "kubernetes:FluxReport": own("FluxReport"),
    "kubernetes:ResourceSet": own("Flux ResourceSet"),
    "kubernetes:ResourceSetInputProvider": own("Flux ResourceSetInputProvider"),
};

/** The noun for a type of object, where there is one. */
export function knownNoun(type: string): Noun | undefined {
    return nouns[`${type.split(":")[0]}:${kindOf(type)}`];
}

/** The noun for a type of object; one that is not known is called by its own name. */
export function nounOf(type: string): Noun {
    const kind = kindOf(type);
    return knownNoun(type) ?? { en: [kind, /s$/.test(kind) ? kind : `${kind}s`], zh: kind };
}

/** `2 namespaces`, `2 个命名空间`. */
export function counted(count: number, { en, zh }: Noun, language: Language): string {
    return language === "zh"
        ? `${count} 个${/^\w/.test(zh) ? " " : ""}${zh}`
        : `${count} ${en[count === 1 ? 0 : 1]}`;
}

/** A name as code. What is in it can end neither the code nor the line. */
export function code(name: string): string {
    return `\`${name.replace(/[`\p{Cc}\p{Zl}\p{Zp}]/gu, " ").trim() || " "}\``;
}

/** `a, b and 3 more`. */
export function listed(items: readonly string[], language: Language, most = 5): string {
    const shown = items.slice(0, items.length === most + 1 ? most + 1 : most);
    const more = items.length - shown.length;
    if (language === "zh") {
        return shown.join("、") + (more > 0 ? ` 等 ${items.length} 个` : "");
    }
    if (more > 0) {
        return `${shown.join(", ")} and ${more} more`;
    }
    return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1) ?? ""}`;
}

/** Counts of objects by their nouns, most first: `3 Secrets and 2 quotas`; of more kinds than `most`, how many objects are left. */
export function tally(types: readonly string[], language: Language, most = 6): string {
    const known = new Map<Noun["zh"], { noun: Noun; count: number }>();
    for (const type of types) {
        const each = nounOf(type);
        known.set(each.zh, { noun: each, count: (known.get(each.zh)?.count ?? 0) + 1 });
    }
    const counts = [...known.values()].sort(
        (a, b) => b.count - a.count || (a.noun.en[0] < b.noun.en[0] ? -1 : 1),
    );
    const parts = counts.map(({ noun: each, count }) => counted(count, each, language));
    // One kind more is shown rather than counted.
    if (parts.length <= most + 1) {
        return listed(parts, language, most + 1);
    }
    const left = counts.slice(most).reduce((sum, { count }) => sum + count, 0);
    return language === "zh"
        ? `${parts.slice(0, most).join("、")}，以及另外 ${left} 个对象`
        : `${parts.slice(0, most).join(", ")} and ${left} more object${left === 1 ? "" : "s"}`;
}
