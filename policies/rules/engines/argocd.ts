/** What Argo CD has of its own in the pack: rules about its objects and settings. */
import { covers } from "../../../estate/wildcard";
import {
    isPlainHttp,
    isProd,
    type Finding,
    type ResourceRule,
    type Reviewed,
    type StackRule,
} from "../../rule";
import {
    isAbsent,
    isGiven,
    isKnown,
    isTrue,
    list,
    object,
    objects,
    text,
    textFields,
    type Props,
} from "../../values";
import { words, type Words } from "../../words";
import type { EnginePolicies } from "./engine";

const area = "Argo CD";
const application = "kubernetes:argoproj.io/v1alpha1:Application";
const applicationSet = "kubernetes:argoproj.io/v1alpha1:ApplicationSet";
const appProject = "kubernetes:argoproj.io/v1alpha1:AppProject";
const configMap = "kubernetes:core/v1:ConfigMap";
const secret = "kubernetes:core/v1:Secret";

const applicationProject: ResourceRule = {
    name: "argocd-application-project",
    area,
    severity: "high",
    description: words(
        "No Application lives in the default AppProject, which is open unless it is emptied.",
        "没有 Application 位于 AppProject default：除非清空，它是开放的。",
    ),
    remedy: words("Name an AppProject of the team's.", "写明团队的 AppProject。"),
    types: [application],
    check({ props }) {
        const spec = object(props, "spec");
        return isAbsent(spec, "project") || text(spec, "project") === "default"
            ? [
                  words(
                      "spec.project is default; name the team's AppProject.",
                      "spec.project 为 default，请写明团队的 AppProject。",
                  ),
              ]
            : [];
    },
};

const applicationPinned: ResourceRule = {
    name: "argocd-application-pinned",
    area,
    severity: "medium",
    description: words(
        "An Application names the branch, tag or version it follows.",
        "Application 写明跟随的分支、标签或版本。",
    ),
    remedy: words(
        "Set targetRevision to a branch, a tag, a commit or one version of a chart.",
        "将 targetRevision 设为分支、标签、提交或 chart 的一个版本。",
    ),
    types: [application],
    check: ({ props }) =>
        sourcesOf(object(props, "spec")).flatMap((source): Words[] => {
            if (!isAbsent(source, "targetRevision") && text(source, "targetRevision") === undefined) {
                return [];
            }
            const revision = text(source, "targetRevision") ?? "";
            if (!isAbsent(source, "chart")) {
                return /^v?\d+\.\d+\.\d+/.test(revision)
                    ? []
                    : [
                          words(
                              `chart version "${revision}" is open; pin one version such as 1.2.3.`,
                              `chart 版本 "${revision}" 是开放的，请固定一个版本，例如 1.2.3。`,
                          ),
                      ];
            }
            return revision === "" || revision === "HEAD"
                ? [
                      words(
                          `targetRevision "${revision}" follows whatever the default branch is; name the branch, tag or commit that is meant.`,
                          `targetRevision "${revision}" 会跟随任何默认分支，请写明所指的分支、标签或提交。`,
                      ),
                  ]
                : [];
        }),
};

const applicationNotEmptied: ResourceRule = {
    name: "argocd-application-not-emptied",
    area,
    severity: "high",
    description: words(
        "A source that is suddenly empty does not delete everything an Application runs.",
        "来源突然变空时，不会删除 Application 运行的一切。",
    ),
    remedy: words("Leave syncPolicy.automated.allowEmpty out.", "去掉 syncPolicy.automated.allowEmpty。"),
    types: [application],
    check: ({ props }) =>
        isTrue(object(object(object(props, "spec"), "syncPolicy"), "automated"), "allowEmpty")
            ? [
                  words(
                      "syncPolicy.automated.allowEmpty is true; leave it out.",
                      "syncPolicy.automated.allowEmpty 为 true，请去掉。",
                  ),
              ]
            : [],
};

const generatedProject: ResourceRule = {
    name: "argocd-applicationset-project",
    area,
    severity: "high",
    description: words(
        "Generated Applications are in one AppProject that is written down: who can change what they are generated from must not choose it.",
        "生成的 Application 属于一个写明的 AppProject：能改变生成来源的人不能选择项目。",
    ),
    remedy: words(
        "Write the AppProject's name into template.spec.project, without a placeholder.",
        "在 template.spec.project 中写明 AppProject 的名称，不用占位符。",
    ),
    types: [applicationSet],
    check({ props }) {
        const spec = object(object(object(props, "spec"), "template"), "spec");
        const project = text(spec, "project");
        return project === "default" || project?.includes("{{") === true
            ? [
                  words(
                      `template.spec.project is "${project}"; name one AppProject.`,
                      `template.spec.project 为 "${project}"，请写明一个 AppProject。`,
                  ),
              ]
            : [];
    },
};

const projectNoWildcard: ResourceRule = {
    name: "argocd-project-no-wildcard",
    area,
    severity: "high",
    description: words(
        "An AppProject names its repositories, clusters, namespaces and kinds.",
        "AppProject 写明其仓库、集群、命名空间和资源种类。",
    ),
    remedy: words(
        "List sourceRepos, destinations and clusterResourceWhitelist.",
        "列出 sourceRepos、destinations 和 clusterResourceWhitelist。",
    ),
    types: [appProject],
    check({ props }) {
        const spec = object(props, "spec");
        const problems: Words[] = [];
        if (list(spec, "sourceRepos").includes("*")) {
            problems.push(
                words(
                    'sourceRepos has "*"; list the config repositories.',
                    'sourceRepos 含有 "*"，请列出配置仓库。',
                ),
            );
        }
        for (const destination of objects(spec, "destinations")) {
            for (const field of ["name", "server", "namespace"]) {
                if (text(destination, field) === "*") {
                    problems.push(
                        words(
                            `a destination has ${field} "*"; name it.`,
                            `某个目标的 ${field} 为 "*"，请写明。`,
                        ),
                    );
                }
            }
        }
        for (const kind of objects(spec, "clusterResourceWhitelist")) {
            if (text(kind, "kind") === "*" || text(kind, "group") === "*") {
                problems.push(
                    words(
                        "clusterResourceWhitelist has a wildcard; list the kinds, or none.",
                        "clusterResourceWhitelist 含有通配符，请列出资源种类，或留空。",
                    ),
                );
            }
        }
        return problems;
    },
};

const projectOneStage: ResourceRule = {
    name: "argocd-project-one-stage",
    area,
    severity: "high",
    description: words(
        "An AppProject is for production or for the rest: whoever may change an Application of a test must not turn it to production.",
        "一个 AppProject 只用于生产或只用于非生产：能修改测试 Application 的人不能让它指向生产。",
    ),
    remedy: words(
        "Make a second AppProject, and move the destinations of production there.",
        "再建一个 AppProject，把生产的目标移过去。",
    ),
    types: [appProject],
    check({ props }, settings) {
        const namespaces = objects(object(props, "spec"), "destinations")
            .map((destination) => text(destination, "namespace"))
            .filter((name) => name !== undefined && name !== "*");
        const production = namespaces.filter((name) => name !== undefined && isProd(name, settings));
        return production.length > 0 && production.length < namespaces.length
            ? [
                  words(
                      `destinations have ${production.join(", ")} beside namespaces that are not production; make an AppProject for each.`,
                      `destinations 同时含有 ${production.join(", ")} 和非生产的命名空间，请分成两个 AppProject。`,
                  ),
              ]
            : [];
    },
};

const noAnonymous: ResourceRule = {
    name: "argocd-settings-no-anonymous",
    area,
    severity: "critical",
    description: words(
        "Argo CD shows nothing to who is not signed in.",
        "Argo CD 不向未登录的人展示任何内容。",
    ),
    remedy: words('Set users.anonymous.enabled to "false".', '将 users.anonymous.enabled 设为 "false"。'),
    types: [configMap],
    check: ({ props }) =>
        ofName(props, "argocd-cm") && isTrue(object(props, "data"), "users.anonymous.enabled")
            ? [
                  words(
                      'users.anonymous.enabled is true; set it to "false".',
                      'users.anonymous.enabled 为 true，请设为 "false"。',
                  ),
              ]
            : [],
};

const noTerminal: ResourceRule = {
    name: "argocd-settings-no-terminal",
    area,
    severity: "medium",
    description: words(
        "Argo CD opens no shell in a running pod: what is done there is in no repository.",
        "Argo CD 不在运行中的 Pod 里打开 shell：在那里做的事不在任何仓库中。",
    ),
    remedy: words('Set exec.enabled to "false".', '将 exec.enabled 设为 "false"。'),
    types: [configMap],
    check: ({ props }) =>
        ofName(props, "argocd-cm") && isTrue(object(props, "data"), "exec.enabled")
            ? [words('exec.enabled is true; set it to "false".', 'exec.enabled 为 true，请设为 "false"。')]
            : [],
};

const noRightsByDefault: ResourceRule = {
    name: "argocd-rbac-no-default-administrator",
    area,
    severity: "critical",
    description: words(
        "Who signs in to Argo CD and is in no group is not its administrator.",
        "登录 Argo CD 而不属于任何群组的人不是管理员。",
    ),
    remedy: words(
        'Set policy.default to "" or to "role:readonly".',
        '将 policy.default 设为 "" 或 "role:readonly"。',
    ),
    types: [configMap],
    check: ({ props }) =>
        ofName(props, "argocd-rbac-cm") && text(object(props, "data"), "policy.default") === "role:admin"
            ? [
                  words(
                      'policy.default is role:admin; set it to "" or to role:readonly.',
                      'policy.default 为 role:admin，请设为 "" 或 role:readonly。',
                  ),
              ]
            : [],
};

const repositoryVerified: ResourceRule = {
    name: "argocd-repository-verified",
    area,
    severity: "high",
    description: words(
        "Manifests come from servers whose certificate or host key is verified, over an encrypted connection.",
        "清单通过加密连接来自证书或主机密钥经过验证的服务器。",
    ),
    remedy: words(
        "Leave insecure out, give an https or ssh url, and make the CA known in argocd-tls-certs-cm.",
        "去掉 insecure，使用 https 或 ssh 地址，并在 argocd-tls-certs-cm 中登记 CA。",
    ),
    types: [secret],
    check({ props }, settings) {
        const fields = object(props, "stringData");
        return ["repository", "repo-creds"].includes(kindOfSecret(props) ?? "")
            ? [
                  ...["insecure", "insecureIgnoreHostKey"]
                      .filter((field) => isTrue(fields, field))
                      .map((field) =>
                          words(
                              `${field} is true; make the CA or host key known instead.`,
                              `${field} 为 true，请改为登记 CA 或主机密钥。`,
                          ),
                      ),
                  ...(isPlainHttp(text(fields, "url") ?? "", settings)
                      ? [
                            words(
                                "url is http; use https or ssh, or name the host in plainHttpHosts.",
                                "url 使用 http，请改用 https 或 ssh，或在 plainHttpHosts 中列出该主机。",
                            ),
                        ]
                      : []),
              ]
            : [];
    },
};

const clusterVerified: ResourceRule = {
    name: "argocd-cluster-verified",
    area,
    severity: "high",
    description: words(
        "Argo CD verifies the certificate of a cluster before it sends its token there.",
        "Argo CD 先验证集群的证书，再发送令牌。",
    ),
    remedy: words(
        "Leave tlsClientConfig.insecure out, and give the cluster's caData.",
        "去掉 tlsClientConfig.insecure，并提供集群的 caData。",
    ),
    types: [secret],
    check: ({ props }) =>
        kindOfSecret(props) === "cluster" &&
        // The config is JSON with a token in it: it is looked into, and nothing of it is repeated.
        /"insecure"\s*:\s*true/.test(text(object(props, "stringData"), "config") ?? "")
            ? [
                  words(
                      "tlsClientConfig.insecure is true; give caData instead.",
                      "tlsClientConfig.insecure 为 true，请改为提供 caData。",
                  ),
              ]
            : [],
};

const destinationAllowed: StackRule = {
    name: "argocd-application-allowed",
    area: "Whole stack",
    severity: "medium",
    description: words(
        "An Application goes where its AppProject lets it: otherwise nothing is synced, and no preview reports it.",
        "Application 的目标在其 AppProject 允许的范围内，否则不会同步，预览也不会报告。",
    ),
    remedy: words(
        "Add the destination to the AppProject, or move the Application.",
        "把该目标加入 AppProject，或移动 Application。",
    ),
    check(resources): Finding[] {
        const projects = resources.filter(({ type }) => type === appProject);
        return resources
            .filter(({ type }) => type === application)
            .flatMap((resource): Finding[] => {
                const spec = object(resource.props, "spec");
                const to = object(spec, "destination");
                const project = projects.find(
                    (each) =>
                        nameOf(each.props) === text(spec, "project") && each.provider === resource.provider,
                );
                const namespace = text(to, "namespace");
                if (project === undefined || namespace === undefined) {
                    return [];
                }
                const allowed = objects(object(project.props, "spec"), "destinations");
                return allowed.some((destination) => admits(destination, to))
                    ? []
                    : [
                          {
                              resource,
                              text: words(
                                  `AppProject ${nameOf(project.props)} has no destination for ${namespace} on ${text(to, "name") ?? text(to, "server") ?? "its cluster"}; add it there, or move the Application.`,
                                  `AppProject ${nameOf(project.props)} 没有集群 ${text(to, "name") ?? text(to, "server") ?? "（未知）"} 上命名空间 ${namespace} 的目标，请在其中添加，或移动 Application。`,
                              ),
                          },
                      ];
            });
    },
};

/** Whether an AppProject's destination lets an Application's through; its fields are patterns with `*`. */
function admits(destination: Props, wanted: Props): boolean {
    return ["namespace", "name", "server"].every((field) => {
        const [pattern, value] = [text(destination, field), text(wanted, field)];
        // A cluster goes by name or by server; the one that is not given on either side says nothing.
        return pattern === undefined || value === undefined || covers(pattern, value);
    });
}

const productionNotified: StackRule = {
    name: "argocd-production-notified",
    area: "Notifications",
    severity: "medium",
    description: words(
        "A degraded Application of production, or one that fails to sync, is reported to a channel.",
        "生产的 Application 状态异常或同步失败时，会通知到通道。",
    ),
    remedy: words(
        "Subscribe a channel to on-health-degraded or on-sync-failed on the Application or its AppProject.",
        "在 Application 或其 AppProject 上为通道订阅 on-health-degraded 或 on-sync-failed。",
    ),
    check(resources, settings): Finding[] {
        const subscribed = new Set(
            resources
                .filter(({ type, props }) => type === appProject && isSubscribed(props))
                .map(({ props }) => nameOf(props)),
        );
        // A stack without any subscription has not set notifications up, or does it elsewhere.
        const notifies = (each: Reviewed): boolean => each.type === application && isSubscribed(each.props);
        return subscribed.size === 0 && !resources.some(notifies)
            ? []
            : resources
                  .filter((each) => each.type === application && !isSubscribed(each.props))
                  .filter(({ props }) => {
                      const spec = object(props, "spec");
                      return (
                          isProd(text(object(spec, "destination"), "namespace") ?? "", settings) &&
                          !subscribed.has(text(spec, "project") ?? "")
                      );
                  })
                  .map((resource) => ({
                      resource,
                      text: words(
                          "nobody is notified when it fails; subscribe a channel to on-health-degraded or on-sync-failed.",
                          "失败时没有人收到通知，请为通道订阅 on-health-degraded 或 on-sync-failed。",
                      ),
                  }));
    },
};

/** Whether a channel is notified when it fails; perhaps, where a preview does not know. */
function isSubscribed(props: Props): boolean {
    const metadata = object(props, "metadata");
    return (
        !isKnown(metadata, "annotations") ||
        Object.keys(object(metadata, "annotations")).some((key) =>
            /^notifications\.argoproj\.io\/subscribe\.(.*(degraded|failed|unknown)|[^.]+$)/.test(key),
        )
    );
}

const notificationsEncrypted: ResourceRule = {
    name: "argocd-notifications-encrypted",
    area: "Notifications",
    severity: "medium",
    description: words(
        "Messages and the tokens they are sent with do not leave the cluster in the clear.",
        "消息及发送所用的令牌不以明文离开集群。",
    ),
    remedy: words(
        "Give https urls; hosts where http is meant are the setting plainHttpHosts.",
        "使用 https 地址；确实要用 http 的主机写入设置 plainHttpHosts。",
    ),
    types: [configMap],
    check: ({ props }, settings) =>
        ofName(props, "argocd-notifications-cm")
            ? textFields(props, "data")
                  .filter(([key]) => key.startsWith("service."))
                  .filter(([, value]) =>
                      [...value.matchAll(/\b(?:url|apiURL)\s*:\s*["']?(\S+)/gi)].some(([, url]) =>
                          isPlainHttp(url ?? "", settings),
                      ),
                  )
                  .map(([key]) =>
                      words(
                          `${key} sends to an http address; use https, or name the host in plainHttpHosts.`,
                          `${key} 发往 http 地址，请改用 https，或在 plainHttpHosts 中列出该主机。`,
                      ),
                  )
            : [],
};

function sourcesOf(spec: Props): readonly Props[] {
    return [...objects(spec, "sources"), ...(isGiven(spec, "source") ? [object(spec, "source")] : [])];
}

/** Addresses of the repositories an Application reads. */
function repositoriesOf(props: Props): string[] {
    return sourcesOf(object(props, "spec")).flatMap((source) => text(source, "repoURL") ?? []);
}

/** What Argo CD takes a Secret for, by its label. */
function kindOfSecret(props: Props): string | undefined {
    return text(object(object(props, "metadata"), "labels"), "argocd.argoproj.io/secret-type");
}

function ofName(props: Props, name: string): boolean {
    return nameOf(props) === name;
}

function nameOf(props: Props): string {
    return text(object(props, "metadata"), "name") ?? "";
}

/** Its controllers on the host need what its manifests give them. */
export const argocd: EnginePolicies = {
    area,
    rules: [
        applicationProject,
        applicationPinned,
        applicationNotEmptied,
        generatedProject,
        projectNoWildcard,
        projectOneStage,
        noAnonymous,
        noTerminal,
        noRightsByDefault,
        repositoryVerified,
        clusterVerified,
        productionNotified,
        notificationsEncrypted,
        destinationAllowed,
    ],
    installedRoles: /^argocd-/,
    sources: (type, props) => (type === application ? repositoriesOf(props) : []),
};
