/** Rules about GitLab's groups and projects: who sees them, and what a merge request must have before it is merged. */
import { cisGitlab, slsaSource } from "../../references";
import { isProd, type Finding, type ResourceRule, type StackRule } from "../../rule";
import { isKnown, isAbsent, isFalse, isTrue, number, objects, text } from "../../values";
import { words } from "../../words";
import { sameProject } from "./sameProject";
import { group, project, repositoryFile } from "./types";

const approvals = "gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals";

const projectPrivate: ResourceRule = {
    name: "gitlab-project-private",
    area: "GitLab",
    severity: "high",
    description: words("Repositories and groups are not public.", "仓库和群组不公开。"),
    remedy: words(
        "Set visibilityLevel to private or internal.",
        "将 visibilityLevel 设为 private 或 internal。",
    ),
    types: [project, group],
    check: ({ props }) =>
        text(props, "visibilityLevel") === "public"
            ? [
                  words(
                      "visibilityLevel is public; use private or internal.",
                      "visibilityLevel 为 public，请改为 private 或 internal。",
                  ),
              ]
            : [],
};

/** A rule of a workflow that lets in no push to a branch and no merge request: it is about tags, or about another source. */
const elsewhere =
    /^\s*(?:\$CI_COMMIT_TAG\s*$|\$CI_PIPELINE_SOURCE\s*==\s*(["'])(?!push\1|merge_request_event\1)\w+\1)(?!.*\|\|)/;

/** Whether a merge request can have one of the pipelines that a file describes. */
function runsForMerges(content: string): boolean {
    // A file in base64, or that cannot be read, may say anything.
    const workflow = /^workflow:\n((?:[ \t]+.*\n|#.*\n|\n)*)/m.exec(`${content}\n`)?.[1] ?? "";
    const conditions = [...workflow.matchAll(/^\s*- if:\s*(.+)$/gm)].map(([, condition = ""]) => condition);
    return conditions.length === 0 || !conditions.every((condition) => elsewhere.test(condition));
}

const checksPass: StackRule = {
    name: "gitlab-project-checks-pass",
    area: "GitLab",
    severity: "medium",
    description: words(
        "Nothing is merged whose pipeline failed, where the stack makes a pipeline.",
        "stack 创建了流水线的地方，流水线失败的内容不会被合并。",
    ),
    remedy: words(
        "Set onlyAllowMergeIfPipelineSucceeds, and leave allowMergeOnSkippedPipeline out.",
        "设置 onlyAllowMergeIfPipelineSucceeds，并去掉 allowMergeOnSkippedPipeline。",
    ),
    references: [cisGitlab("1.1.9")],
    check(resources) {
        // Without a pipeline GitLab would let nothing be merged at all.
        const pipelines = resources.filter(
            ({ type, props }) =>
                type === repositoryFile &&
                text(props, "filePath") === ".gitlab-ci.yml" &&
                // What a preview does not know may say anything.
                (isAbsent(props, "content") || isKnown(props, "content")) &&
                runsForMerges(text(props, "content") ?? ""),
        );
        return resources
            .filter(
                (each) => each.type === project && pipelines.some((pipeline) => sameProject(pipeline, each)),
            )
            .flatMap((resource): Finding[] => {
                const { props } = resource;
                const open =
                    isFalse(props, "onlyAllowMergeIfPipelineSucceeds") ||
                    isAbsent(props, "onlyAllowMergeIfPipelineSucceeds");
                return [
                    ...(open
                        ? [
                              words(
                                  "onlyAllowMergeIfPipelineSucceeds is not set; set it to true.",
                                  "onlyAllowMergeIfPipelineSucceeds 没有设置，请设为 true。",
                              ),
                          ]
                        : []),
                    ...(isTrue(props, "allowMergeOnSkippedPipeline")
                        ? [
                              words(
                                  "allowMergeOnSkippedPipeline is true; leave it out, or a push with [skip ci] goes past the pipeline.",
                                  "allowMergeOnSkippedPipeline 为 true，请去掉，否则带 [skip ci] 的推送会绕过流水线。",
                              ),
                          ]
                        : []),
                ].map((said) => ({ resource, text: said }));
            });
    },
};

const discussionsResolved: ResourceRule = {
    name: "gitlab-project-discussions-resolved",
    area: "GitLab",
    severity: "low",
    description: words("Nothing is merged while somebody's comment is open.", "还有未解决的评论时不合并。"),
    remedy: words(
        "Set onlyAllowMergeIfAllDiscussionsAreResolved.",
        "设置 onlyAllowMergeIfAllDiscussionsAreResolved。",
    ),
    references: [cisGitlab("1.1.11")],
    types: [project],
    check: ({ props }) =>
        isFalse(props, "onlyAllowMergeIfAllDiscussionsAreResolved") ||
        isAbsent(props, "onlyAllowMergeIfAllDiscussionsAreResolved")
            ? [
                  words(
                      "onlyAllowMergeIfAllDiscussionsAreResolved is not set; set it to true.",
                      "onlyAllowMergeIfAllDiscussionsAreResolved 没有设置，请设为 true。",
                  ),
              ]
            : [],
};

const jobsPrivate: ResourceRule = {
    name: "gitlab-project-jobs-private",
    area: "GitLab",
    severity: "medium",
    description: words(
        "Logs and artifacts of jobs are for members: they say more than the code.",
        "作业的日志和产物只给成员看：它们透露的比代码更多。",
    ),
    remedy: words("Set publicJobs to false.", "将 publicJobs 设为 false。"),
    types: [project],
    check: ({ props }) =>
        ["publicJobs", "publicBuilds"]
            .filter((key) => isTrue(props, key))
            .map((key) => words(`${key} is true; set it to false.`, `${key} 为 true，请设为 false。`)),
};

const variablesFixed: ResourceRule = {
    name: "gitlab-project-variables-fixed",
    area: "GitLab",
    severity: "medium",
    description: words(
        "Who starts a pipeline by hand does not give its variables other values, such as where to deploy to.",
        "手动启动流水线的人不能改变其变量的值，例如部署到哪里。",
    ),
    remedy: words(
        "Set ciPipelineVariablesMinimumOverrideRole to no_one_allowed, or to maintainer at least.",
        "将 ciPipelineVariablesMinimumOverrideRole 设为 no_one_allowed，或至少 maintainer。",
    ),
    types: [project],
    check: ({ props }) =>
        text(props, "ciPipelineVariablesMinimumOverrideRole") === "developer"
            ? [
                  words(
                      "ciPipelineVariablesMinimumOverrideRole is developer; set it to no_one_allowed, or to maintainer.",
                      "ciPipelineVariablesMinimumOverrideRole 为 developer，请设为 no_one_allowed 或 maintainer。",
                  ),
              ]
            : [],
};

const noAccessRequests: ResourceRule = {
    name: "gitlab-no-access-requests",
    area: "GitLab",
    severity: "low",
    description: words(
        "Who gets access is declared here, not granted by a click on a request.",
        "谁获得访问权限在这里声明，而不是点一下申请就给。",
    ),
    remedy: words("Set requestAccessEnabled to false.", "将 requestAccessEnabled 设为 false。"),
    types: [project, group],
    check: ({ props }) =>
        isTrue(props, "requestAccessEnabled")
            ? [
                  words(
                      "requestAccessEnabled is true; set it to false.",
                      "requestAccessEnabled 为 true，请设为 false。",
                  ),
              ]
            : [],
};

const approvedByOthers: ResourceRule = {
    name: "gitlab-approvals-by-others",
    area: "GitLab",
    severity: "high",
    description: words("Nobody approves a merge request of their own.", "没有人批准自己的合并请求。"),
    remedy: words("Set mergeRequestsAuthorApproval to false.", "将 mergeRequestsAuthorApproval 设为 false。"),
    // SLSA: two trusted persons agree to a change.
    references: [slsaSource("L4")],
    types: [approvals],
    check: ({ props }) =>
        isTrue(props, "mergeRequestsAuthorApproval")
            ? [
                  words(
                      "mergeRequestsAuthorApproval is true; set it to false.",
                      "mergeRequestsAuthorApproval 为 true，请设为 false。",
                  ),
              ]
            : [],
};

const approvalsReset: ResourceRule = {
    name: "gitlab-approvals-reset",
    area: "GitLab",
    severity: "medium",
    description: words(
        "A push takes back the approvals: what is merged is what was approved.",
        "新的推送会撤销批准：合并的就是批准过的内容。",
    ),
    remedy: words(
        "Leave resetApprovalsOnPush out or set it to true.",
        "去掉 resetApprovalsOnPush，或设为 true。",
    ),
    references: [cisGitlab("1.1.4")],
    types: [approvals],
    check: ({ props }) =>
        isFalse(props, "resetApprovalsOnPush")
            ? [
                  words(
                      "resetApprovalsOnPush is false; leave it out or set it to true.",
                      "resetApprovalsOnPush 为 false，请去掉或设为 true。",
                  ),
              ]
            : [],
};

const approvalsNeeded: ResourceRule = {
    name: "gitlab-approvals-needed",
    area: "GitLab",
    severity: "medium",
    description: words(
        "A rule that asks for approvals asks for at least one.",
        "要求批准的规则至少要求一个批准。",
    ),
    remedy: words(
        "Set approvalsRequired to 1 or more, or take the rule away.",
        "将 approvalsRequired 设为 1 或更多，或去掉该规则。",
    ),
    types: ["gitlab:index/projectApprovalRule:ProjectApprovalRule"],
    check: ({ props }) =>
        number(props, "approvalsRequired") === 0
            ? [
                  words(
                      "approvalsRequired is 0; set it to 1 or more, or take the rule away.",
                      "approvalsRequired 为 0，请设为 1 或更多，或去掉该规则。",
                  ),
              ]
            : [],
};

const pushRulesKeepSecretsOut: ResourceRule = {
    name: "gitlab-push-rules-no-secrets",
    area: "GitLab",
    severity: "medium",
    description: words("Push rules keep files out that hold keys.", "推送规则拦住含有密钥的文件。"),
    remedy: words("Set preventSecrets to true.", "将 preventSecrets 设为 true。"),
    types: ["gitlab:index/projectPushRules:ProjectPushRules"],
    check: ({ props }) =>
        isFalse(props, "preventSecrets") || isAbsent(props, "preventSecrets")
            ? [words("preventSecrets is not set; set it to true.", "preventSecrets 没有设置，请设为 true。")]
            : [],
};

const jobTokenLimited: ResourceRule = {
    name: "gitlab-job-token-limited",
    area: "GitLab",
    severity: "medium",
    description: words(
        "Jobs of other projects reach this one only where it names them.",
        "其他项目的作业只有被列出时才能访问本项目。",
    ),
    remedy: words(
        "Leave enabled out or set it to true, and list the projects and groups.",
        "去掉 enabled 或设为 true，并列出项目和群组。",
    ),
    types: ["gitlab:index/projectJobTokenScopes:ProjectJobTokenScopes"],
    check: ({ props }) =>
        isFalse(props, "enabled")
            ? [
                  words(
                      "enabled is false; set it to true and list who may come in.",
                      "enabled 为 false，请设为 true 并列出允许访问者。",
                  ),
              ]
            : [],
};

const deployersOfProduction: ResourceRule = {
    name: "gitlab-environment-deployers",
    area: "GitLab",
    severity: "high",
    description: words(
        "Developers do not deploy to an environment of production by themselves.",
        "开发者不能自行部署到生产环境。",
    ),
    remedy: words(
        "Name maintainers, a group or a user in deployAccessLevelsAttributes.",
        "在 deployAccessLevelsAttributes 中写明 maintainer、某个群组或用户。",
    ),
    types: [
        "gitlab:index/projectProtectedEnvironment:ProjectProtectedEnvironment",
        "gitlab:index/groupProtectedEnvironment:GroupProtectedEnvironment",
    ],
    check({ props }, settings) {
        const environment = text(props, "environment") ?? "";
        return isProd(environment, settings)
            ? ["deployAccessLevelsAttributes", "deployAccessLevels"]
                  .flatMap((key) => objects(props, key))
                  .filter((entry) => text(entry, "accessLevel") === "developer")
                  .map(() =>
                      words(
                          `developer may deploy to ${environment}; name maintainers, a group or a user.`,
                          `developer 可以部署到 ${environment}，请改为 maintainer、某个群组或用户。`,
                      ),
                  )
            : [];
    },
};

const noAdministrator: ResourceRule = {
    name: "gitlab-user-no-administrator",
    area: "GitLab",
    severity: "high",
    description: words(
        "No account that a program makes is an administrator of GitLab.",
        "程序创建的账号都不是 GitLab 管理员。",
    ),
    remedy: words(
        "Leave isAdmin out, and give the account a role where it works.",
        "去掉 isAdmin，在账号工作的地方授予角色。",
    ),
    types: ["gitlab:index/user:User"],
    check: ({ props }) =>
        isTrue(props, "isAdmin")
            ? [
                  words(
                      "isAdmin is true; give the account a role where it works.",
                      "isAdmin 为 true，请在账号工作的地方授予角色。",
                  ),
              ]
            : [],
};

export const projectRules: readonly ResourceRule[] = [
    projectPrivate,
    discussionsResolved,
    jobsPrivate,
    variablesFixed,
    noAccessRequests,
    approvedByOthers,
    approvalsReset,
    approvalsNeeded,
    pushRulesKeepSecretsOut,
    jobTokenLimited,
    deployersOfProduction,
    noAdministrator,
];

export const projectStackRules: readonly StackRule[] = [checksPass];
