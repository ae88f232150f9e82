/** Rules about what GitLab holds and sends: variables, files, hooks, mirrors. */
import { isPlainHttp, type ResourceRule } from "../../rule";
import { secretIn } from "../../secrets";
import { isAbsent, isFalse, isTrue, text } from "../../values";
import { hooks, repositoryFile, variables } from "./types";

/** Keys of variables whose values open something. */
const secretKey = /(TOKEN|PASSWORD|PASSWD|SECRET|PRIVATE_KEY|CREDENTIALS?)$/i;

const hookToken: ResourceRule = {
    name: "gitlab-hook-token",
    area: "GitLab",
    severity: "high",
    description:
        "A webhook carries a token and verifies TLS, or anyone who finds the receiver can trigger it.",
    remedy: "Set token to a random secret the receiver checks; give GitLab the CA instead of switching the check off.",
    types: hooks,
    check({ props }) {
        const problems: string[] = [];
        if (isAbsent(props, "token") && isAbsent(props, "signingToken")) {
            problems.push(
                "the hook has neither token nor signingToken; set token to a random secret the receiver checks.",
            );
        }
        if (isFalse(props, "enableSslVerification") && text(props, "url")?.startsWith("https:") === true) {
            problems.push("enableSslVerification is false for an https url; give GitLab the CA instead.");
        }
        return problems;
    },
};

const hookEncrypted: ResourceRule = {
    name: "gitlab-hook-encrypted",
    area: "GitLab",
    severity: "medium",
    description: "A webhook's token does not travel in the clear.",
    remedy: "Give an https url; hosts where http is meant are the setting plainHttpHosts.",
    types: hooks,
    check: ({ props }, settings) =>
        isPlainHttp(text(props, "url") ?? "", settings)
            ? ["url is http; use https, or name the host in plainHttpHosts."]
            : [],
};

const variableMasked: ResourceRule = {
    name: "gitlab-variable-masked",
    area: "GitLab",
    severity: "high",
    description:
        "CI variables that hold secrets are masked in job logs and reach protected branches only, but for those of previews, whose jobs run for merge requests.",
    remedy: "Set masked and protected; for environments preview/* masked alone.",
    types: variables,
    check({ props }) {
        const key = text(props, "key") ?? "";
        if (!secretKey.test(key)) {
            return [];
        }
        const ofPreviews = text(props, "environmentScope")?.startsWith("preview/") === true;
        return ["masked", ...(ofPreviews ? [] : ["protected"])]
            .filter((flag) => isFalse(props, flag) || isAbsent(props, flag))
            .map((flag) => `variable ${key} is not ${flag}; set ${flag}: true.`);
    },
};

const variableValueMasked: ResourceRule = {
    name: "gitlab-variable-value-masked",
    area: "GitLab",
    severity: "high",
    description:
        "A value that is a secret by its form is masked in job logs, whatever the variable is called.",
    remedy: "Set masked and protected, or take the secret out of the value.",
    types: variables,
    check({ props }) {
        const key = text(props, "key") ?? "";
        const found =
            secretKey.test(key) || isTrue(props, "masked") ? undefined : secretIn(text(props, "value") ?? "");
        return found === undefined
            ? []
            : [`the value of ${key} looks like ${found}; set masked and protected.`];
    },
};

const fileWithoutSecret: ResourceRule = {
    name: "gitlab-file-no-secret",
    area: "GitLab",
    severity: "critical",
    description: "No secret is committed: everyone who may read the repository has it for good.",
    remedy: "Put the secret into a masked variable or a Secret of the cluster, and renew it.",
    types: [repositoryFile],
    check({ props }) {
        const found = secretIn(decoded(text(props, "content") ?? "", text(props, "encoding")));
        return found === undefined
            ? []
            : [`content has what looks like ${found}; put it into a masked variable, and renew it.`];
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
