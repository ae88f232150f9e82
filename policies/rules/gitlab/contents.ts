/** Rules about what GitLab holds and sends: variables, files, hooks, mirrors. */
import { approvalsToken } from "../../../estate/approvals";
import { isPlainHttp, type ResourceRule } from "../../rule";
import { secretIn } from "../../secrets";
import { isAbsent, isFalse, isTrue, text } from "../../values";
import { words, type Words } from "../../words";
import { hooks, repositoryFile, variables } from "./types";

/** Keys of variables whose values open something. */
const secretKey = /(TOKEN|PASSWORD|PASSWD|SECRET|PRIVATE_KEY|CREDENTIALS?)$/i;

const hookToken: ResourceRule = {
    name: "gitlab-hook-token",
    area: "GitLab",
    severity: "high",
    description: words(
        "A webhook carries a token and verifies TLS, or anyone who finds the receiver can trigger it.",
        "Webhook 带令牌并验证 TLS，否则知道接收地址的人都能触发它。",
    ),
    remedy: words(
        "Set token to a random secret the receiver checks; give GitLab the CA instead of switching the check off.",
        "将 token 设为接收方会检查的随机机密；让 GitLab 信任该 CA，而不是关闭验证。",
    ),
    types: hooks,
    check({ props }) {
        const problems: Words[] = [];
        if (isAbsent(props, "token") && isAbsent(props, "signingToken")) {
            problems.push(
                words(
                    "the hook has neither token nor signingToken; set token to a random secret the receiver checks.",
                    "该 Webhook 既没有 token 也没有 signingToken，请将 token 设为接收方会检查的随机机密。",
                ),
            );
        }
        if (isFalse(props, "enableSslVerification") && text(props, "url")?.startsWith("https:") === true) {
            problems.push(
                words(
                    "enableSslVerification is false for an https url; give GitLab the CA instead.",
                    "https 地址的 enableSslVerification 为 false，请改为让 GitLab 信任该 CA。",
                ),
            );
        }
        return problems;
    },
};

const hookEncrypted: ResourceRule = {
    name: "gitlab-hook-encrypted",
    area: "GitLab",
    severity: "medium",
    description: words("A webhook's token does not travel in the clear.", "Webhook 的令牌不以明文传输。"),
    remedy: words(
        "Give an https url; hosts where http is meant are the setting plainHttpHosts.",
        "使用 https 地址；确实要用 http 的主机写入设置 plainHttpHosts。",
    ),
    types: hooks,
    check: ({ props }, settings) =>
        isPlainHttp(text(props, "url") ?? "", settings)
            ? [
                  words(
                      "url is http; use https, or name the host in plainHttpHosts.",
                      "url 使用 http，请改用 https，或在 plainHttpHosts 中列出该主机。",
                  ),
              ]
            : [],
};

const variableMasked: ResourceRule = {
    name: "gitlab-variable-masked",
    area: "GitLab",
    severity: "high",
    description: words(
        "CI variables that hold secrets are masked in job logs and reach protected branches only, but for those of previews and the token by which the gate of approvals reads, whose jobs run for merge requests.",
        "保存机密的 CI 变量在作业日志中被掩码，并且只提供给受保护的分支；预览环境的变量和审批门禁用于读取的令牌除外，其作业为合并请求运行。",
    ),
    remedy: words(
        "Set masked and protected; for environments preview/* and for APPROVALS_TOKEN masked alone.",
        "设置 masked 和 protected；环境为 preview/* 时以及 APPROVALS_TOKEN 只需 masked。",
    ),
    types: variables,
    check({ props }) {
        const key = text(props, "key") ?? "";
        if (!secretKey.test(key)) {
            return [];
        }
        const ofPreviews = text(props, "environmentScope")?.startsWith("preview/") === true;
        // What it opens is read alone, and the gate's job runs in whatever branch a merge request is from.
        const isOfGate = key === approvalsToken;
        return ["masked", ...(ofPreviews || isOfGate ? [] : ["protected"])]
            .filter((flag) => isFalse(props, flag) || isAbsent(props, flag))
            .map((flag) =>
                words(
                    `variable ${key} is not ${flag}; set ${flag}: true.`,
                    `变量 ${key} 没有设置 ${flag}，请设置 ${flag}: true。`,
                ),
            );
    },
};

const variableValueMasked: ResourceRule = {
    name: "gitlab-variable-value-masked",
    area: "GitLab",
    severity: "high",
    description: words(
        "A value that is a secret by its form is masked in job logs, whatever the variable is called.",
        "形式上是机密的值在作业日志中被掩码，无论变量叫什么。",
    ),
    remedy: words(
        "Set masked and protected, or take the secret out of the value.",
        "设置 masked 和 protected，或从值中去掉机密。",
    ),
    types: variables,
    check({ props }) {
        const key = text(props, "key") ?? "";
        const found =
            secretKey.test(key) || isTrue(props, "masked") ? undefined : secretIn(text(props, "value") ?? "");
        return found === undefined
            ? []
            : [
                  words(
                      `the value of ${key} looks like ${found.en}; set masked and protected.`,
                      `${key} 的值像是${found.zh}，请设置 masked 和 protected。`,
                  ),
              ];
    },
};

const fileWithoutSecret: ResourceRule = {
    name: "gitlab-file-no-secret",
    area: "GitLab",
    severity: "critical",
    description: words(
        "No secret is committed: everyone who may read the repository has it for good.",
        "不提交任何机密：能读仓库的人会永远拥有它。",
    ),
    remedy: words(
        "Put the secret into a masked variable or a Secret of the cluster, and renew it.",
        "把机密放入掩码变量或集群的 Secret，并更换它。",
    ),
    types: [repositoryFile],
    check({ props }) {
        const found = secretIn(decoded(text(props, "content") ?? "", text(props, "encoding")));
        return found === undefined
            ? []
            : [
                  words(
                      `content has what looks like ${found.en}; put it into a masked variable, and renew it.`,
                      `content 中有像是${found.zh}的内容，请放入掩码变量，并更换它。`,
                  ),
              ];
    },
};

/** A file's text; one that is not text is no place to look for words. */
function decoded(content: string, encoding: string | undefined): string {
    return encoding === "base64" ? Buffer.from(content, "base64").toString("utf8") : content;
}

export const contentRules: readonly ResourceRule[] = [
    hookToken,
    hookEncrypted,
    variableMasked,
    variableValueMasked,
    fileWithoutSecret,
];
