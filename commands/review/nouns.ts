/** What people call the objects of an estate, in both languages. Pure. */
import type { Language } from "../../estate/model";
import { kindOf } from "./change";
import { enginesInReview, type ReviewEngines } from "./engines";
import { counted, listed, noun, own, type Noun } from "./noun";

/** Of GitLab, Harbor and Kubernetes; those of engines' own objects are theirs. */
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
    "kubernetes:PersistentVolumeClaim": noun("volume claim", "存储卷声明"),
    "kubernetes:Deployment": own("Deployment"),
    "kubernetes:ConfigMap": own("ConfigMap"),
    "kubernetes:Service": own("Service"),
};

/** The noun for a type of object, where there is one. */
export function knownNoun(type: string, engines: ReviewEngines = enginesInReview): Noun | undefined {
    const [server] = type.split(":");
    const kind = kindOf(type);
    const known = nouns[`${server}:${kind}`];
    return known !== undefined || server !== "kubernetes"
        ? known
        : Object.values(engines).find((engine) => kind in engine.nouns)?.nouns[kind];
}

/** The noun for a type of object; one that is not known is called by its own name. */
export function nounOf(type: string): Noun {
    const kind = kindOf(type);
    return knownNoun(type) ?? { en: [kind, /s$/.test(kind) ? kind : `${kind}s`], zh: kind };
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
