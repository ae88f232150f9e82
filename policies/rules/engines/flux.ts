/** What Flux has of its own in the pack: rules about its objects. Facts: the API references on fluxcd.io. */
import { isPlainHttp, isProd, type ResourceRule } from "../../rule";
import { secretIn } from "../../secrets";
import { isAbsent, isGiven, isTrue, object, text, value } from "../../values";
import { words } from "../../words";
import type { EnginePolicies } from "./engine";

const area = "Flux";
const gitRepository = "kubernetes:source.toolkit.fluxcd.io/*:GitRepository";
const kustomization = "kubernetes:kustomize.toolkit.fluxcd.io/*:Kustomization";
const helmRelease = "kubernetes:helm.toolkit.fluxcd.io/*:HelmRelease";

const sourceEncrypted: ResourceRule = {
    name: "flux-source-encrypted",
    area,
    severity: "high",
    description: words(
        "What is applied comes over an encrypted connection from a server whose certificate is verified.",
        "应用的内容通过加密连接来自证书经过验证的服务器。",
    ),
    remedy: words(
        "Leave insecure out, and give an https, ssh or oci address.",
        "去掉 insecure，使用 https、ssh 或 oci 地址。",
    ),
    types: [
        gitRepository,
        "kubernetes:source.toolkit.fluxcd.io/*:HelmRepository",
        "kubernetes:source.toolkit.fluxcd.io/*:OCIRepository",
        "kubernetes:source.toolkit.fluxcd.io/*:Bucket",
        "kubernetes:image.toolkit.fluxcd.io/*:ImageRepository",
        "kubernetes:fluxcd.controlplane.io/*:ResourceSetInputProvider",
    ],
    check({ props }, settings) {
        const spec = object(props, "spec");
        return [
            ...(isTrue(spec, "insecure")
                ? [words("spec.insecure is true; leave it out.", "spec.insecure 为 true，请去掉。")]
                : []),
            ...(isPlainHttp(text(spec, "url") ?? "", settings)
                ? [
                      words(
                          "spec.url is http; use https or ssh, or name the host in plainHttpHosts.",
                          "spec.url 使用 http，请改用 https 或 ssh，或在 plainHttpHosts 中列出该主机。",
                      ),
                  ]
                : []),
        ];
    },
};

const sourcePinned: ResourceRule = {
    name: "flux-source-pinned",
    area,
    severity: "medium",
    description: words(
        "A GitRepository names the branch, tag or commit it follows; without one it is master.",
        "GitRepository 写明跟随的分支、标签或提交；不写则是 master。",
    ),
    remedy: words("Set spec.ref.", "设置 spec.ref。"),
    types: [gitRepository],
    check({ props }) {
        const spec = object(props, "spec");
        const ref = object(spec, "ref");
        const named = ["branch", "tag", "semver", "name", "commit"].some((field) => isGiven(ref, field));
        return isAbsent(spec, "ref") || !named
            ? [
                  words(
                      "spec.ref names nothing; set a branch, tag or commit.",
                      "spec.ref 没有写明任何引用，请设置分支、标签或提交。",
                  ),
              ]
            : [];
    },
};

const chartPinned: ResourceRule = {
    name: "flux-helmrelease-pinned",
    area,
    severity: "medium",
    description: words(
        "A HelmRelease names one version of a chart from a Helm repository; a range follows what is published next.",
        "HelmRelease 写明 Helm 仓库中 chart 的一个版本；版本范围会跟随之后发布的内容。",
    ),
    remedy: words("Set spec.chart.spec.version to one version.", "将 spec.chart.spec.version 设为一个版本。"),
    types: [helmRelease],
    check({ props }) {
        const chart = object(object(object(props, "spec"), "chart"), "spec");
        const version = text(chart, "version");
        // A chart out of a Git repository has the version of its commit.
        return text(object(chart, "sourceRef"), "kind") !== "HelmRepository" ||
            (version === undefined ? !isAbsent(chart, "version") : /^v?\d+\.\d+\.\d+([-+].*)?$/.test(version))
            ? []
            : [
                  words(
                      `chart version "${version ?? "*"}" is open; pin one version such as 1.2.3.`,
                      `chart 版本 "${version ?? "*"}" 是开放的，请固定一个版本，例如 1.2.3。`,
                  ),
              ];
    },
};

const ownAccount: ResourceRule = {
    name: "flux-apply-as-account",
    area,
    severity: "high",
    description: words(
        "What is applied for a team is applied as a service account of its namespace: otherwise as the controller, which is cluster-admin as Flux is installed.",
        "为团队应用的内容以其命名空间的服务账户身份应用，否则就是以控制器的身份，而 Flux 安装后控制器是 cluster-admin。",
    ),
    remedy: words(
        "Set spec.serviceAccountName, or spec.kubeConfig for another cluster.",
        "设置 spec.serviceAccountName；另一个集群则设置 spec.kubeConfig。",
    ),
    types: [kustomization, helmRelease, "kubernetes:fluxcd.controlplane.io/*:ResourceSet"],
    check({ props }) {
        const spec = object(props, "spec");
        return isAbsent(spec, "serviceAccountName") && isAbsent(spec, "kubeConfig")
            ? [
                  words(
                      "spec.serviceAccountName is not set; name a service account of the namespace.",
                      "spec.serviceAccountName 没有设置，请写明该命名空间的服务账户。",
                  ),
              ]
            : [];
    },
};

const receiverVerified: ResourceRule = {
    name: "flux-receiver-verified",
    area,
    severity: "high",
    description: words(
        "A Receiver checks who calls: one of type generic takes every call that knows its path.",
        "Receiver 检查调用者：generic 类型接受任何知道其路径的调用。",
    ),
    remedy: words(
        "Use the type of the server that calls, such as gitlab, harbor or generic-hmac.",
        "使用调用方服务器的类型，例如 gitlab、harbor 或 generic-hmac。",
    ),
    types: ["kubernetes:notification.toolkit.fluxcd.io/*:Receiver"],
    check: ({ props }) =>
        text(object(props, "spec"), "type") === "generic"
            ? [
                  words(
                      "spec.type is generic; use gitlab, harbor or generic-hmac.",
                      "spec.type 为 generic，请改用 gitlab、harbor 或 generic-hmac。",
                  ),
              ]
            : [],
};

const automationAwayFromProduction: ResourceRule = {
    name: "flux-automation-not-to-production",
    area,
    severity: "high",
    description: words(
        "Image automation writes no branch of production: what runs there arrives by a merge request that somebody saw.",
        "镜像自动更新不写入生产分支：生产运行的内容来自有人看过的合并请求。",
    ),
    remedy: words(
        "Push to a branch of its own, and open a merge request from it.",
        "推送到自己的分支，再从中发起合并请求。",
    ),
    types: ["kubernetes:image.toolkit.fluxcd.io/*:ImageUpdateAutomation"],
    check({ props }, settings) {
        const git = object(object(props, "spec"), "git");
        const branch =
            text(object(git, "push"), "branch") ??
            text(object(object(git, "checkout"), "ref"), "branch") ??
            "";
        return isProd(branch, settings)
            ? [
                  words(
                      `it pushes to ${branch}; push to a branch of its own and open a merge request.`,
                      `它推送到 ${branch}，请推送到自己的分支，再发起合并请求。`,
                  ),
              ]
            : [];
    },
};

const imagesBounded: ResourceRule = {
    name: "flux-image-policy-bounded",
    area,
    severity: "medium",
    description: words(
        "An ImagePolicy says which tags it means: any version, or any tag in order, is also the one that was pushed by mistake.",
        "ImagePolicy 写明所指的标签：不限版本或只按顺序时，误推的标签也会被采用。",
    ),
    remedy: words("Give a range with an upper end, or filterTags.", "写明有上限的范围，或 filterTags。"),
    types: ["kubernetes:image.toolkit.fluxcd.io/*:ImagePolicy"],
    check({ props }) {
        const spec = object(props, "spec");
        const policy = object(spec, "policy");
        if (isGiven(object(spec, "filterTags"), "pattern")) {
            return [];
        }
        const range = text(object(policy, "semver"), "range");
        const open = range !== undefined && /^\s*(\*|x|>=?\s*v?[\d.]+(-0)?)\s*$/.test(range);
        return open
            ? [
                  words(
                      `policy.semver.range "${range}" has no upper end; give one, or filterTags.`,
                      `policy.semver.range "${range}" 没有上限，请写明上限，或使用 filterTags。`,
                  ),
              ]
            : ["alphabetical", "numerical"]
                  .filter((order) => value(policy, order) !== undefined && isAbsent(spec, "filterTags"))
                  .map((order) =>
                      words(
                          `policy.${order} is without filterTags; say which tags are meant.`,
                          `policy.${order} 没有 filterTags，请写明所指的标签。`,
                      ),
                  );
    },
};

const providerWithoutSecret: ResourceRule = {
    name: "flux-provider-no-secret",
    area: "Notifications",
    severity: "high",
    description: words(
        "The address of a chat is a secret, and is in a Secret.",
        "聊天机器人的地址是机密，放在 Secret 中。",
    ),
    remedy: words(
        "Put the address into a Secret, and name it in spec.secretRef.",
        "把地址放入 Secret，并在 spec.secretRef 中写明。",
    ),
    types: ["kubernetes:notification.toolkit.fluxcd.io/*:Provider"],
    check({ props }) {
        const found = secretIn(text(object(props, "spec"), "address") ?? "");
        return found === undefined
            ? []
            : [
                  words(
                      `spec.address looks like ${found.en}; use spec.secretRef.`,
                      `spec.address 像是${found.zh}，请使用 spec.secretRef。`,
                  ),
              ];
    },
};

/** Its controllers are installed with cluster-admin and roles for its own kinds. */
export const flux: EnginePolicies = {
    area,
    rules: [
        sourceEncrypted,
        sourcePinned,
        chartPinned,
        ownAccount,
        receiverVerified,
        automationAwayFromProduction,
        imagesBounded,
        providerWithoutSecret,
    ],
    installedRoles: /^(cluster-reconciler|crd-controller|flux-(edit|view|operator))(-|$)/,
    sources: (type, props) =>
        type.endsWith(":GitRepository") ? [text(object(props, "spec"), "url") ?? ""].filter(Boolean) : [],
};
