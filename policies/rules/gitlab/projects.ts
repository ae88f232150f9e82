/** Rules about GitLab's groups and projects: who sees them, and what a merge request must have before it is merged. */
import { cisGitlab, slsaSource } from "../../references";
import { isProd, type Finding, type ResourceRule, type StackRule } from "../../rule";
import { isAbsent, isFalse, isTrue, number, objects, text } from "../../values";
import { sameProject } from "./sameProject";
import { group, project, repositoryFile } from "./types";

const approvals = "gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals";

const projectPrivate: ResourceRule = {
    name: "gitlab-project-private",
    area: "GitLab",
    severity: "high",
    description: "Repositories and groups are not public.",
    remedy: "Set visibilityLevel to private or internal.",
    types: [project, group],
    check: ({ props }) =>
        text(props, "visibilityLevel") === "public"
            ? ["visibilityLevel is public; use private or internal."]
            : [],
};

const checksPass: StackRule = {
    name: "gitlab-project-checks-pass",
    area: "GitLab",
    severity: "medium",
    description: "Nothing is merged whose pipeline failed, where the stack makes a pipeline.",
    remedy: "Set onlyAllowMergeIfPipelineSucceeds, and leave allowMergeOnSkippedPipeline out.",
    references: [cisGitlab("1.1.9")],
    check(resources) {
        // Without a pipeline GitLab would let nothing be merged at all.
        const pipelines = resources.filter(
            ({ type, props }) => type === repositoryFile && text(props, "filePath") === ".gitlab-ci.yml",
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
                    ...(open ? ["onlyAllowMergeIfPipelineSucceeds is not set; set it to true."] : []),
                    ...(isTrue(props, "allowMergeOnSkippedPipeline")
                        ? [
                              "allowMergeOnSkippedPipeline is true; leave it out, or a push with [skip ci] goes past the pipeline.",
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
    description: "Nothing is merged while somebody's comment is open.",
    remedy: "Set onlyAllowMergeIfAllDiscussionsAreResolved.",
    references: [cisGitlab("1.1.11")],
    types: [project],
    check: ({ props }) =>
        isFalse(props, "onlyAllowMergeIfAllDiscussionsAreResolved") ||
        isAbsent(props, "onlyAllowMergeIfAllDiscussionsAreResolved")
            ? ["onlyAllowMergeIfAllDiscussionsAreResolved is not set; set it to true."]
            : [],
};

const jobsPrivate: ResourceRule = {
    name: "gitlab-project-jobs-private",
    area: "GitLab",
    severity: "medium",
    description: "Logs and artifacts of jobs are for members: they say more than the code.",
    remedy: "Set publicJobs to false.",
    types: [project],
    check: ({ props }) =>
        ["publicJobs", "publicBuilds"]
            .filter((key) => isTrue(props, key))
            .map((key) => `${key} is true; set it to false.`),
};

const variablesFixed: ResourceRule = {
    name: "gitlab-project-variables-fixed",
    area: "GitLab",
    severity: "medium",
    description:
        "Who starts a pipeline by hand does not give its variables other values, such as where to deploy to.",
    remedy: "Set ciPipelineVariablesMinimumOverrideRole to no_one_allowed, or to maintainer at least.",
    types: [project],
    check: ({ props }) =>
        text(props, "ciPipelineVariablesMinimumOverrideRole") === "developer"
            ? [
                  "ciPipelineVariablesMinimumOverrideRole is developer; set it to no_one_allowed, or to maintainer.",
              ]
            : [],
};

const noAccessRequests: ResourceRule = {
    name: "gitlab-no-access-requests",
    area: "GitLab",
    severity: "low",
    description: "Who gets access is declared here, not granted by a click on a request.",
    remedy: "Set requestAccessEnabled to false.",
    types: [project, group],
    check: ({ props }) =>
        isTrue(props, "requestAccessEnabled") ? ["requestAccessEnabled is true; set it to false."] : [],
};

const approvedByOthers: ResourceRule = {
    name: "gitlab-approvals-by-others",
    area: "GitLab",
    severity: "high",
    description: "Nobody approves a merge request of their own.",
    remedy: "Set mergeRequestsAuthorApproval to false.",
    // SLSA: two trusted persons agree to a change.
    references: [slsaSource("L4")],
    types: [approvals],
    check: ({ props }) =>
        isTrue(props, "mergeRequestsAuthorApproval")
            ? ["mergeRequestsAuthorApproval is true; set it to false."]
            : [],
};

const approvalsReset: ResourceRule = {
    name: "gitlab-approvals-reset",
    area: "GitLab",
    severity: "medium",
    description: "A push takes back the approvals: what is merged is what was approved.",
    remedy: "Leave resetApprovalsOnPush out or set it to true.",
    references: [cisGitlab("1.1.4")],
    types: [approvals],
    check: ({ props }) =>
        isFalse(props, "resetApprovalsOnPush")
            ? ["resetApprovalsOnPush is false; leave it out or set it to true."]
            : [],
};

const approvalsNeeded: ResourceRule = {
    name: "gitlab-approvals-needed",
    area: "GitLab",
    severity: "medium",
    description: "A rule that asks for approvals asks for at least one.",
    remedy: "Set approvalsRequired to 1 or more, or take the rule away.",
    types: ["gitlab:index/projectApprovalRule:ProjectApprovalRule"],
    check: ({ props }) =>
        number(props, "approvalsRequired") === 0
            ? ["approvalsRequired is 0; set it to 1 or more, or take the rule away."]
            : [],
};

const pushRulesKeepSecretsOut: ResourceRule = {
    name: "gitlab-push-rules-no-secrets",
    area: "GitLab",
    severity: "medium",
    description: "Push rules keep files out that hold keys.",
    remedy: "Set preventSecrets to true.",
    types: ["gitlab:index/projectPushRules:ProjectPushRules"],
    check: ({ props }) =>
        isFalse(props, "preventSecrets") || isAbsent(props, "preventSecrets")
            ? ["preventSecrets is not set; set it to true."]
            : [],
};

const jobTokenLimited: ResourceRule = {
    name: "gitlab-job-token-limited",
    area: "GitLab",
    severity: "medium",
    description: "Jobs of other projects reach this one only where it names them.",
    remedy: "Leave enabled out or set it to true, and list the projects and groups.",
    types: ["gitlab:index/projectJobTokenScopes:ProjectJobTokenScopes"],
    check: ({ props }) =>
        isFalse(props, "enabled") ? ["enabled is false; set it to true and list who may come in."] : [],
};

const deployersOfProduction: ResourceRule = {
    name: "gitlab-environment-deployers",
    area: "GitLab",
    severity: "high",
    description: "Developers do not deploy to an environment of production by themselves.",
    remedy: "Name maintainers, a group or a user in deployAccessLevelsAttributes.",
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
                  .map(() => `developer may deploy to ${environment}; name maintainers, a group or a user.`)
            : [];
    },
};

const noAdministrator: ResourceRule = {
    name: "gitlab-user-no-administrator",
    area: "GitLab",
    severity: "high",
    description: "No account that a program makes is an administrator of GitLab.",
    remedy: "Leave isAdmin out, and give the account a role where it works.",
    types: ["gitlab:index/user:User"],
    check: ({ props }) =>
        isTrue(props, "isAdmin") ? ["isAdmin is true; give the account a role where it works."] : [],
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
