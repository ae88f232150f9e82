/** The words of the report, in each of its languages. Pure. */

export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];

type Texts = Readonly<Record<Language, string>>;

const text = (en: string, zh: string): Texts => ({ en, zh });

/** Things on the servers. Kinds of Kubernetes have one name in every language. */
export const nouns = {
    group: text("group", "群组"),
    project: text("project", "项目"),
    member: text("member", "成员"),
    invitation: text("invitation by mail", "邮件邀请"),
    agent: text("agent for Kubernetes", "Kubernetes 代理"),
    sharedGroup: text("invited group", "受邀群组"),
    samlLink: text("SAML group link", "SAML 群组链接"),
    ldapLink: text("LDAP group link", "LDAP 群组链接"),
    deployToken: text("deploy token", "部署令牌"),
    accessToken: text("access token", "访问令牌"),
    deployKey: text("deploy key", "部署密钥"),
    hook: text("webhook", "Webhook"),
    variable: text("CI variable", "CI 变量"),
    trigger: text("pipeline trigger", "流水线触发器"),
    schedule: text("pipeline schedule", "流水线计划"),
    branch: text("branch", "分支"),
    protectedBranch: text("branch protection", "分支保护"),
    protectedTag: text("tag protection", "标签保护"),
    environment: text("environment", "环境"),
    protectedEnvironment: text("environment protection", "环境保护"),
    approvalRule: text("approval rule", "审批规则"),
    approvals: text("approval settings", "审批设置"),
    pushRules: text("push rules", "推送规则"),
    file: text("pipeline file", "流水线文件"),
    mirror: text("mirror", "镜像同步"),
    runner: text("runner", "Runner"),
    integration: text("integration", "集成"),
    jobTokens: text("access by job tokens", "作业令牌访问"),
    tag: text("image tag", "镜像标签"),
    imageProject: text("image project", "镜像项目"),
    quota: text("quota", "配额"),
    retention: text("retention policy", "保留策略"),
    immutableRule: text("rule for immutable tags", "不可变标签规则"),
    robot: text("robot", "机器人账户"),
    replication: text("replication policy", "复制策略"),
    scanner: text("vulnerability scanner", "漏洞扫描器"),
    Application: text("Application", "Application"),
    ApplicationSet: text("ApplicationSet", "ApplicationSet"),
    AppProject: text("AppProject", "AppProject"),
    ConfigMap: text("ConfigMap", "ConfigMap"),
    Secret: text("Secret", "Secret"),
    Namespace: text("Namespace", "Namespace"),
    RoleBinding: text("RoleBinding", "RoleBinding"),
    ClusterRoleBinding: text("ClusterRoleBinding", "ClusterRoleBinding"),
    Role: text("Role", "Role"),
    ClusterRole: text("ClusterRole", "ClusterRole"),
    ServiceAccount: text("ServiceAccount", "ServiceAccount"),
    NetworkPolicy: text("NetworkPolicy", "NetworkPolicy"),
    ResourceQuota: text("ResourceQuota", "ResourceQuota"),
    LimitRange: text("LimitRange", "LimitRange"),
    Deployment: text("Deployment", "Deployment"),
    StatefulSet: text("StatefulSet", "StatefulSet"),
    MutatingAdmissionPolicy: text("MutatingAdmissionPolicy", "MutatingAdmissionPolicy"),
    MutatingWebhookConfiguration: text("MutatingWebhookConfiguration", "MutatingWebhookConfiguration"),
    ValidatingWebhookConfiguration: text("ValidatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    CertificateSigningRequest: text("CertificateSigningRequest", "CertificateSigningRequest"),
    administrator: text("system administrator", "系统管理员"),
    administrators: text("group of system administrators", "系统管理员组"),
    serverRunners: text("runners of the whole server", "整个服务器的 Runner"),
    systemHook: text("system hook", "系统 Webhook"),
    engineToken: text("token of an AppProject's role", "AppProject 角色的令牌"),
    object: text("object", "对象"),
} as const satisfies Readonly<Record<string, Texts>>;

export type Noun = keyof typeof nouns;

/** What a finding means, where the difference alone does not say it. */
export const remarks = {
    opensBranch: text(
        "it matches a protected branch of the estate, and GitLab takes the most permissive rule",
        "它匹配了受保护的环境分支，而 GitLab 采用最宽松的规则",
    ),
    givesVariables: text(
        "jobs on what it matches get the protected variables",
        "匹配到的分支或标签上的作业可以读取受保护的变量",
    ),
    opensTag: text(
        "it matches protected tags of the estate, and GitLab takes the most permissive rule",
        "它匹配了受保护的标签，而 GitLab 采用最宽松的规则",
    ),
    runsJobs: text("its jobs run there, with their variables", "作业及其变量会在那里运行"),
    connectsCluster: text(
        "it connects a cluster with GitLab: a program there gets in, and jobs of projects that its file names get into that cluster",
        "它把一个集群接入 GitLab：集群中的程序可以进入，其配置文件所列项目的作业也可以进入该集群",
    ),
    pulls: text("somebody else's repository replaces this one's content", "该仓库的内容会被外部仓库覆盖"),
    otherDigest: text(
        "the same tag is another image in another environment, where promotion copies by digest",
        "同一标签在不同环境中是不同的镜像，而晋级按摘要复制",
    ),
    overrides: text("it takes the place of a declared variable", "它会覆盖已声明的变量"),
    otherValue: text("the value differs", "值不同"),
    revoked: text("it was revoked", "已被吊销"),
    edited: text(
        "somebody edited it after it was made; read the commit: what is checked may be checked no more",
        "创建之后被人修改过；请查看该提交：原有的检查可能不再执行",
    ),
    unseen: text("a refresh does not see this", "refresh 看不到这一差异"),
    everything: text("it may do everything there", "它在那里拥有全部权限"),
    account: text("it gives rights to an account of the estate", "它把权限授予了本交付体系的账户"),
    stopped: text("it is stopped", "它已停止运行"),
    impersonates: text(
        "it may act as any user or account, and so do whatever that one may",
        "它可以冒充任何用户或账户，从而做对方能做的一切",
    ),
    widens: text("it may give itself every right", "它可以授予自己任何权限"),
    makesTokens: text(
        "it may make tokens of any account, and so do whatever that one may",
        "它可以创建任何账户的令牌，从而做对方能做的一切",
    ),
    approves: text("it may approve certificates for any user", "它可以批准任何用户的证书"),
    aggregates: text(
        "whoever has the role admin, edit or view has its rights too",
        "拥有 admin、edit 或 view 角色的人也会得到它的权限",
    ),
    changesObjects: text(
        "it may change every such object in namespaces of the estate before it is stored",
        "它可以在存储之前修改本交付体系各命名空间中的每个此类对象",
    ),
    seesObjects: text(
        "it is sent every such object in namespaces of the estate, and may refuse it",
        "本交付体系各命名空间中的每个此类对象都会发给它，它也可以拒绝",
    ),
    certificate: text(
        "no certificate can be revoked: it opens the cluster until its end; take the rights of its user and groups away",
        "证书无法吊销，到期之前一直可以进入集群；请撤销其用户和组的权限",
    ),
    seesImages: text(
        "it takes the place of the scanner that the server uses: it reads every image, and says which vulnerabilities are known",
        "它取代了服务器默认的扫描器：它会读取每个镜像，并决定报告哪些漏洞",
    ),
    administrates: text("it may do everything in every project there", "它可以在那里的所有项目中做任何事"),
    runsJobsForAll: text(
        "whoever runs the server made them, and the estate did not; jobs of its projects run there, with their variables",
        "由服务器的管理方创建，而不是本交付体系；各项目的作业及其变量会在那里运行",
    ),
    seesAll: text(
        "it gets events of every project of the server, with names and authors of what is pushed",
        "服务器上所有项目的事件都会发给它，包括推送内容的名称和作者",
    ),
    openProject: text(
        "it is in an AppProject that is not the estate's",
        "它属于不由本交付体系管理的 AppProject",
    ),
} as const satisfies Readonly<Record<string, Texts>>;

export type Remark = keyof typeof remarks;

/** Everything else that is said. */
export const phrases = {
    quiet: text("Everything is as the stack declares it.", "一切与堆栈声明一致。"),
    quietExceptUnread: text("Nothing else differs.", "除此之外没有差异。"),
    title: text("Drift of stack", "堆栈漂移"),
    changed: text("Changed", "已更改"),
    missing: text("Missing", "缺失"),
    undeclared: text("Undeclared", "未声明"),
    unread: text("Could not be read", "无法读取"),
    gone: text("is gone", "已不存在"),
    mend: text("mend", "修复"),
    adopt: text("or keep it", "或保留"),
    by: text("by", "操作者"),
    access: text("access", "访问权限"),
    secret: text("secret", "机密"),
    delivery: text("delivery", "交付"),
    data: text("data", "数据"),
    review: text("review", "审查"),
    risk: text("risk", "风险"),
    where: text("where", "位置"),
    what: text("what", "内容"),
    when: text("who and when", "操作者和时间"),
    compared: text("compared", "已比较"),
    accepted: text("Kept by decision", "已决定保留"),
    unused: text("Decisions about what is not there any more", "对应内容已不存在的决定"),
    cut: text("More is in the job's report.", "其余内容见作业报告。"),
} as const satisfies Readonly<Record<string, Texts>>;
