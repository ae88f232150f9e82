// Made by `npm run sdks`. Do not edit.
"use strict";
const pulumi = require("@pulumi/pulumi");

const defaults = {"version":"10.4.0"};

const resources = {
    Group: {"token":"gitlab:index/group:Group","inputs":["allowMergeOnSkippedPipeline","allowedEmailDomainsLists","archiveOnDestroy","autoDevopsEnabled","avatar","avatarHash","defaultBranch","defaultBranchProtection","defaultBranchProtectionDefaults","description","emailsEnabled","extraSharedRunnersMinutesLimit","ipRestrictionRanges","lfsEnabled","maxArtifactsSize","membershipLock","mentionsDisabled","name","onlyAllowMergeIfAllDiscussionsAreResolved","onlyAllowMergeIfPipelineSucceeds","parentId","path","permanentlyRemoveOnDelete","preventForkingOutsideGroup","preventSharingGroupsOutsideHierarchy","projectCreationLevel","pushRules","requestAccessEnabled","requireTwoFactorAuthentication","shareWithGroupLock","sharedRunnersMinutesLimit","sharedRunnersSetting","subgroupCreationLevel","twoFactorGracePeriod","visibilityLevel","wikiAccessLevel","crmEnabled"],"outputs":["avatarUrl","fullName","fullPath","runnersToken","webUrl"],"required":["path"],"secretOutputs":["runnersToken"]},
    Project: {"token":"gitlab:index/project:Project","inputs":["allowMergeOnSkippedPipeline","allowPipelineTriggerApproveDeployment","analyticsAccessLevel","archiveOnDestroy","archived","autoCancelPendingPipelines","autoDevopsDeployStrategy","autoDevopsEnabled","autoDuoCodeReviewEnabled","autocloseReferencedIssues","avatar","avatarHash","branches","buildGitStrategy","buildTimeout","buildsAccessLevel","ciConfigPath","ciDefaultGitDepth","ciDeletePipelinesInSeconds","ciDisplayPipelineVariables","ciForwardDeploymentEnabled","ciForwardDeploymentRollbackAllowed","ciIdTokenSubClaimComponents","ciPipelineVariablesMinimumOverrideRole","ciPushRepositoryForJobTokenAllowed","ciRestrictPipelineCancellationRole","ciSeparatedCaches","containerExpirationPolicy","containerRegistryAccessLevel","defaultBranch","description","emailsEnabled","environmentsAccessLevel","externalAuthorizationClassificationLabel","featureFlagsAccessLevel","forkedFromProjectId","forkingAccessLevel","groupRunnersEnabled","groupWithProjectTemplatesId","importUrl","importUrlPassword","importUrlUsername","infrastructureAccessLevel","initializeWithReadme","issueBranchTemplate","issuesAccessLevel","issuesTemplate","keepLatestArtifact","lfsEnabled","maxArtifactsSize","mergeCommitTemplate","mergeMethod","mergePipelinesEnabled","mergeRequestTitleRegex","mergeRequestTitleRegexDescription","mergeRequestsAccessLevel","mergeRequestsTemplate","mergeTrainsEnabled","mergeTrainsSkipTrainAllowed","modelExperimentsAccessLevel","modelRegistryAccessLevel","monitorAccessLevel","mrDefaultTargetSelf","name","namespaceId","onlyAllowMergeIfAllDiscussionsAreResolved","onlyAllowMergeIfPipelineSucceeds","packageRegistryAccessLevel","packagesEnabled","pagesAccessLevel","path","permanentlyDeleteOnDestroy","preReceiveSecretDetectionEnabled","preventMergeWithoutJiraIssue","printingMergeRequestLinkEnabled","protectMergeRequestPipelines","publicBuilds","publicJobs","pushRules","releasesAccessLevel","removeSourceBranchAfterMerge","repositoryAccessLevel","repositoryStorage","requestAccessEnabled","requirementsAccessLevel","resolveOutdatedDiffDiscussions","resourceGroupDefaultProcessMode","securityAndComplianceAccessLevel","sharedRunnersEnabled","skipWaitForDefaultBranchProtection","snippetsAccessLevel","squashCommitTemplate","squashOption","suggestionCommitMessage","templateName","templateProjectId","topics","useCustomTemplate","visibilityLevel","wikiAccessLevel","automaticRebaseEnabled","mrDefaultTitleTemplate","reviewerAssignmentStrategy"],"outputs":["avatarUrl","emptyRepo","httpUrlToRepo","pathWithNamespace","runnersToken","sshUrlToRepo","webUrl"],"secretInputs":["importUrlPassword"],"secretOutputs":["importUrlPassword","runnersToken"]},
    Branch: {"token":"gitlab:index/branch:Branch","inputs":["keepOnDestroy","name","project","ref"],"outputs":["canPush","commits","default","developerCanMerge","developerCanPush","merged","protected","webUrl"],"required":["project","ref"]},
    BranchProtection: {"token":"gitlab:index/branchProtection:BranchProtection","inputs":["allowForcePush","allowedToMerges","allowedToPushes","allowedToUnprotects","branch","codeOwnerApprovalRequired","mergeAccessLevel","project","pushAccessLevel"],"outputs":["branchProtectionId"],"required":["branch","project"]},
    TagProtection: {"token":"gitlab:index/tagProtection:TagProtection","inputs":["allowedToCreates","createAccessLevel","project","tag"],"required":["project","tag"]},
    ProjectEnvironment: {"token":"gitlab:index/projectEnvironment:ProjectEnvironment","inputs":["autoStopSetting","clusterAgentId","description","externalUrl","fluxResourcePath","kubernetesNamespace","name","project","stopBeforeDestroy","tier"],"outputs":["autoStopAt","createdAt","slug","state","updatedAt"],"required":["project"]},
    ProjectProtectedEnvironment: {"token":"gitlab:index/projectProtectedEnvironment:ProjectProtectedEnvironment","inputs":["approvalRules","deployAccessLevelsAttributes","environment","project"],"required":["environment","project"]},
    ProjectVariable: {"token":"gitlab:index/projectVariable:ProjectVariable","inputs":["description","environmentScope","hidden","key","masked","project","protected","raw","value","variableType"],"required":["key","project","value"]},
    GroupVariable: {"token":"gitlab:index/groupVariable:GroupVariable","inputs":["description","environmentScope","group","hidden","key","masked","protected","raw","value","variableType"],"required":["group","key","value"]},
    InstanceVariable: {"token":"gitlab:index/instanceVariable:InstanceVariable","inputs":["description","key","masked","protected","raw","value","variableType"],"required":["key","value"]},
    ProjectHook: {"token":"gitlab:index/projectHook:ProjectHook","inputs":["branchFilterStrategy","confidentialIssuesEvents","confidentialNoteEvents","customHeaders","customWebhookTemplate","deploymentEvents","description","emojiEvents","enableSslVerification","featureFlagEvents","issuesEvents","jobEvents","mergeRequestsEvents","milestoneEvents","name","noteEvents","pipelineEvents","project","pushEvents","pushEventsBranchFilter","releasesEvents","resourceAccessTokenEvents","resourceDeployTokenEvents","signingToken","tagPushEvents","token","url","urlVariables","vulnerabilityEvents","wikiPageEvents"],"outputs":["alertStatus","disabledUntil","hookId","projectId","repositoryUpdateEvents","signingTokenPresent"],"required":["project","url"],"secretInputs":["signingToken","token"],"secretOutputs":["signingToken","token"]},
    GroupHook: {"token":"gitlab:index/groupHook:GroupHook","inputs":["branchFilterStrategy","confidentialIssuesEvents","confidentialNoteEvents","customHeaders","customWebhookTemplate","deploymentEvents","description","emojiEvents","enableSslVerification","featureFlagEvents","group","issuesEvents","jobEvents","memberEvents","mergeRequestsEvents","milestoneEvents","name","noteEvents","pipelineEvents","projectEvents","pushEvents","pushEventsBranchFilter","releasesEvents","resourceAccessTokenEvents","signingToken","subgroupEvents","tagPushEvents","token","url","urlVariables","vulnerabilityEvents","wikiPageEvents"],"outputs":["alertStatus","disabledUntil","groupId","hookId","signingTokenPresent"],"required":["group","url"],"secretInputs":["signingToken","token"],"secretOutputs":["signingToken","token"]},
    ProjectDeployToken: {"token":"gitlab:index/projectDeployToken:ProjectDeployToken","inputs":["expiresAt","name","project","scopes","username","validatePastExpirationDate"],"outputs":["expired","revoked","token"],"required":["project","scopes"],"secretOutputs":["token"]},
    GroupDeployToken: {"token":"gitlab:index/groupDeployToken:GroupDeployToken","inputs":["expiresAt","group","name","scopes","username","validatePastExpirationDate"],"outputs":["expired","revoked","token"],"required":["group","scopes"],"secretOutputs":["token"]},
    DeployKey: {"token":"gitlab:index/deployKey:DeployKey","inputs":["canPush","expiresAt","key","project","title"],"outputs":["deployKeyId"],"required":["key","project","title"]},
    DeployKeyEnable: {"token":"gitlab:index/deployKeyEnable:DeployKeyEnable","inputs":["canPush","keyId","project"],"outputs":["key","title"],"required":["keyId","project"]},
    ProjectAccessToken: {"token":"gitlab:index/projectAccessToken:ProjectAccessToken","inputs":["accessLevel","description","expiresAt","name","project","rotationConfiguration","scopes","validatePastExpirationDate"],"outputs":["active","createdAt","revoked","token","userId"],"required":["project","scopes"],"secretOutputs":["token"]},
    GroupAccessToken: {"token":"gitlab:index/groupAccessToken:GroupAccessToken","inputs":["accessLevel","description","expiresAt","group","name","rotationConfiguration","scopes","validatePastExpirationDate"],"outputs":["active","createdAt","revoked","token","userId"],"required":["group","scopes"],"secretOutputs":["token"]},
    ProjectMembership: {"token":"gitlab:index/projectMembership:ProjectMembership","inputs":["accessLevel","expiresAt","memberRoleId","project","userId"],"required":["accessLevel","project","userId"]},
    GroupMembership: {"token":"gitlab:index/groupMembership:GroupMembership","inputs":["accessLevel","expiresAt","groupId","memberRoleId","skipSubresourcesOnDestroy","unassignIssuablesOnDestroy","userId"],"required":["accessLevel","groupId","userId"]},
    ProjectShareGroup: {"token":"gitlab:index/projectShareGroup:ProjectShareGroup","inputs":["expiresAt","groupAccess","groupId","project"],"required":["groupAccess","groupId","project"]},
    GroupShareGroup: {"token":"gitlab:index/groupShareGroup:GroupShareGroup","inputs":["expiresAt","groupAccess","groupId","memberRoleId","shareGroupId"],"required":["groupAccess","groupId","shareGroupId"]},
    ProjectLevelMrApprovals: {"token":"gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals","inputs":["disableOverridingApproversPerMergeRequest","mergeRequestsAuthorApproval","mergeRequestsDisableCommittersApproval","project","requirePasswordToApprove","requireReauthenticationToApprove","resetApprovalsOnPush","selectiveCodeOwnerRemovals"],"required":["project"]},
    ProjectApprovalRule: {"token":"gitlab:index/projectApprovalRule:ProjectApprovalRule","inputs":["appliesToAllProtectedBranches","approvalsRequired","disableImportingDefaultAnyApproverRuleOnCreate","groupIds","name","project","protectedBranchIds","reportType","ruleType","userIds"],"required":["approvalsRequired","project"]},
    ProjectApprovalRules: {"token":"gitlab:index/projectApprovalRules:ProjectApprovalRules","inputs":["approvalRules","project"],"required":["approvalRules","project"]},
    RepositoryFile: {"token":"gitlab:index/repositoryFile:RepositoryFile","inputs":["authorEmail","authorName","branch","commitMessage","content","createCommitMessage","deleteCommitMessage","encoding","executeFilemode","filePath","overwriteOnCreate","project","startBranch","updateCommitMessage"],"outputs":["blobId","commitId","contentSha256","fileName","lastCommitId","ref","size"],"required":["branch","content","encoding","filePath","project"]},
    PipelineSchedule: {"token":"gitlab:index/pipelineSchedule:PipelineSchedule","inputs":["active","cron","cronTimezone","description","inputs","project","ref","takeOwnership"],"outputs":["owner","pipelineScheduleId"],"required":["cron","description","project","ref"]},
    PipelineScheduleVariable: {"token":"gitlab:index/pipelineScheduleVariable:PipelineScheduleVariable","inputs":["key","pipelineScheduleId","project","value","variableType"],"required":["key","pipelineScheduleId","project","value"]},
    PipelineTrigger: {"token":"gitlab:index/pipelineTrigger:PipelineTrigger","inputs":["description","project"],"outputs":["pipelineTriggerId","token"],"required":["description","project"],"secretOutputs":["token"]},
    ProjectPushRules: {"token":"gitlab:index/projectPushRules:ProjectPushRules","inputs":["authorEmailRegex","branchNameRegex","commitCommitterCheck","commitCommitterNameCheck","commitMessageNegativeRegex","commitMessageRegex","denyDeleteTag","fileNameRegex","maxFileSize","memberCheck","preventSecrets","project","rejectNonDcoCommits","rejectUnsignedCommits"],"required":["project"]},
    ProjectJobTokenScope: {"token":"gitlab:index/projectJobTokenScope:ProjectJobTokenScope","inputs":["project","targetGroupId","targetProjectId"],"required":["project"]},
    ProjectJobTokenScopes: {"token":"gitlab:index/projectJobTokenScopes:ProjectJobTokenScopes","inputs":["enabled","project","targetGroupIds","targetProjectIds"],"required":["project"]},
    ClusterAgent: {"token":"gitlab:index/clusterAgent:ClusterAgent","inputs":["name","project"],"outputs":["agentId","createdAt","createdByUserId"],"required":["project"]},
    ClusterAgentToken: {"token":"gitlab:index/clusterAgentToken:ClusterAgentToken","inputs":["agentId","description","name","project"],"outputs":["createdAt","createdByUserId","lastUsedAt","status","token","tokenId"],"required":["agentId","project"],"secretOutputs":["token"]},
    ProjectIntegrationHarbor: {"token":"gitlab:index/projectIntegrationHarbor:ProjectIntegrationHarbor","inputs":["password","project","projectName","url","useInheritedSettings","username"],"outputs":["active"],"required":["password","project","projectName","url","username"],"secretInputs":["password"],"secretOutputs":["password"]},
    GroupIntegrationHarbor: {"token":"gitlab:index/groupIntegrationHarbor:GroupIntegrationHarbor","inputs":["group","password","projectName","url","useInheritedSettings","username"],"outputs":["active"],"required":["group","password","projectName","url","username"],"secretInputs":["password"],"secretOutputs":["password"]},
    ProjectIntegrationJenkins: {"token":"gitlab:index/projectIntegrationJenkins:ProjectIntegrationJenkins","inputs":["enableSslVerification","jenkinsUrl","mergeRequestEvents","password","project","projectName","pushEvents","tagPushEvents","username"],"outputs":["active"],"required":["jenkinsUrl","project","projectName"],"secretInputs":["password"],"secretOutputs":["password"]},
    IntegrationSlack: {"token":"gitlab:index/integrationSlack:IntegrationSlack","inputs":["branchesToBeNotified","confidentialIssueChannel","confidentialIssuesEvents","confidentialNoteChannel","confidentialNoteEvents","issueChannel","issuesEvents","mergeRequestChannel","mergeRequestsEvents","noteChannel","noteEvents","notifyOnlyBrokenPipelines","pipelineChannel","pipelineEvents","project","pushChannel","pushEvents","tagPushChannel","tagPushEvents","username","webhook","wikiPageChannel","wikiPageEvents"],"outputs":["jobEvents"],"required":["project","webhook"]},
    ProjectIntegrationMicrosoftTeams: {"token":"gitlab:index/projectIntegrationMicrosoftTeams:ProjectIntegrationMicrosoftTeams","inputs":["branchesToBeNotified","confidentialIssuesEvents","confidentialNoteEvents","issuesEvents","mergeRequestsEvents","noteEvents","notifyOnlyBrokenPipelines","pipelineEvents","project","pushEvents","tagPushEvents","webhook","wikiPageEvents"],"outputs":["active","createdAt","updatedAt"],"required":["project","webhook"],"secretInputs":["webhook"],"secretOutputs":["webhook"]},
    ProjectIntegrationMattermost: {"token":"gitlab:index/projectIntegrationMattermost:ProjectIntegrationMattermost","inputs":["branchesToBeNotified","confidentialIssueChannel","confidentialIssuesEvents","confidentialNoteChannel","confidentialNoteEvents","issueChannel","issuesEvents","mergeRequestChannel","mergeRequestsEvents","noteChannel","noteEvents","notifyOnlyBrokenPipelines","pipelineChannel","pipelineEvents","project","pushChannel","pushEvents","tagPushChannel","tagPushEvents","username","webhook","wikiPageChannel","wikiPageEvents"],"required":["project","webhook"],"secretInputs":["webhook"],"secretOutputs":["webhook"]},
    ProjectIntegrationGoogleChat: {"token":"gitlab:index/projectIntegrationGoogleChat:ProjectIntegrationGoogleChat","inputs":["branchesToBeNotified","confidentialIssuesEvents","issuesEvents","mergeRequestsEvents","noteEvents","notifyOnlyBrokenPipelines","pipelineEvents","project","pushEvents","tagPushEvents","webhook","wikiPageEvents"],"outputs":["active"],"required":["project","webhook"],"secretInputs":["webhook"],"secretOutputs":["webhook"]},
    ProjectIntegrationTelegram: {"token":"gitlab:index/projectIntegrationTelegram:ProjectIntegrationTelegram","inputs":["branchesToBeNotified","confidentialIssuesEvents","confidentialNoteEvents","issuesEvents","mergeRequestsEvents","noteEvents","notifyOnlyBrokenPipelines","pipelineEvents","project","pushEvents","room","tagPushEvents","token","wikiPageEvents"],"required":["confidentialIssuesEvents","confidentialNoteEvents","issuesEvents","mergeRequestsEvents","noteEvents","pipelineEvents","project","pushEvents","room","tagPushEvents","token","wikiPageEvents"],"secretInputs":["token"],"secretOutputs":["token"]},
    ProjectIntegrationJira: {"token":"gitlab:index/projectIntegrationJira:ProjectIntegrationJira","inputs":["apiUrl","commentOnEventEnabled","commitEvents","issuesEnabled","jiraAuthType","jiraIssuePrefix","jiraIssueRegex","jiraIssueTransitionAutomatic","jiraIssueTransitionId","mergeRequestsEvents","password","project","projectKeys","url","useInheritedSettings","username"],"outputs":["active","createdAt","title","updatedAt"],"required":["password","project","url"],"secretInputs":["password"],"secretOutputs":["password"]},
    ProjectIntegrationPipelinesEmail: {"token":"gitlab:index/projectIntegrationPipelinesEmail:ProjectIntegrationPipelinesEmail","inputs":["branchesToBeNotified","notifyOnlyBrokenPipelines","project","recipients"],"required":["project","recipients"]},
    ProjectIntegrationEmailsOnPush: {"token":"gitlab:index/projectIntegrationEmailsOnPush:ProjectIntegrationEmailsOnPush","inputs":["branchesToBeNotified","disableDiffs","project","pushEvents","recipients","sendFromCommitterEmail","tagPushEvents"],"outputs":["active","createdAt","slug","title","updatedAt"],"required":["project","recipients"]},
    ProjectIntegrationExternalWiki: {"token":"gitlab:index/projectIntegrationExternalWiki:ProjectIntegrationExternalWiki","inputs":["externalWikiUrl","project"],"outputs":["active","createdAt","slug","title","updatedAt"],"required":["externalWikiUrl","project"]},
    GroupProtectedEnvironment: {"token":"gitlab:index/groupProtectedEnvironment:GroupProtectedEnvironment","inputs":["approvalRules","deployAccessLevels","environment","group"],"required":["deployAccessLevels","environment","group"]},
    ProjectFreezePeriod: {"token":"gitlab:index/projectFreezePeriod:ProjectFreezePeriod","inputs":["cronTimezone","freezeEnd","freezeStart","project"],"required":["freezeEnd","freezeStart","project"]},
    ProjectTag: {"token":"gitlab:index/projectTag:ProjectTag","inputs":["message","name","project","ref"],"outputs":["commits","protected","releases","target"],"required":["project","ref"]},
    ProjectLabel: {"token":"gitlab:index/projectLabel:ProjectLabel","inputs":["color","description","name","priority","project"],"outputs":["colorHex","labelId"],"required":["color","project"]},
    GroupLabel: {"token":"gitlab:index/groupLabel:GroupLabel","inputs":["color","description","group","name"],"outputs":["colorHex","labelId"],"required":["color","group"]},
    ProjectContainerRepositoryProtection: {"token":"gitlab:index/projectContainerRepositoryProtection:ProjectContainerRepositoryProtection","inputs":["minimumAccessLevelForDelete","minimumAccessLevelForPush","project","repositoryPathPattern"],"outputs":["protectionRuleId"],"required":["project","repositoryPathPattern"]},
    ProjectContainerTagProtection: {"token":"gitlab:index/projectContainerTagProtection:ProjectContainerTagProtection","inputs":["immutable","minimumAccessLevelForDelete","minimumAccessLevelForPush","project","tagNameRegex","timeouts"],"outputs":["protectionRuleId"],"required":["project","tagNameRegex"]},
    ProjectRunnerEnablement: {"token":"gitlab:index/projectRunnerEnablement:ProjectRunnerEnablement","inputs":["project","runnerId"],"required":["project","runnerId"]},
    UserRunner: {"token":"gitlab:index/userRunner:UserRunner","inputs":["accessLevel","description","groupId","locked","maintenanceNote","maximumTimeout","paused","projectId","runnerType","tagLists","untagged"],"outputs":["token"],"required":["runnerType"],"secretOutputs":["token"]},
    ProjectPushMirror: {"token":"gitlab:index/projectPushMirror:ProjectPushMirror","inputs":["authMethod","enabled","hostKeys","keepDivergentRefs","mirrorBranchRegex","onlyProtectedBranches","project","url"],"outputs":["mirrorId"],"required":["project","url"],"secretInputs":["url"],"secretOutputs":["url"]},
    ProjectPullMirror: {"token":"gitlab:index/projectPullMirror:ProjectPullMirror","inputs":["authPassword","authUser","enabled","mirrorBranchRegex","mirrorOverwritesDivergedBranches","mirrorTriggerBuilds","onlyMirrorProtectedBranches","project","url"],"outputs":["lastError","lastSuccessfulUpdateAt","lastUpdateAt","lastUpdateStartedAt","mirrorId","updateStatus"],"required":["project","url"],"secretInputs":["authPassword","url"],"secretOutputs":["authPassword","url"]},
    ProjectServiceAccount: {"token":"gitlab:index/projectServiceAccount:ProjectServiceAccount","inputs":["email","name","project","skipWaitForDeletion","timeouts","username"],"outputs":["serviceAccountId"],"required":["project"]},
    GroupServiceAccount: {"token":"gitlab:index/groupServiceAccount:GroupServiceAccount","inputs":["email","group","name","skipWaitForDeletion","timeouts","username"],"outputs":["serviceAccountId"],"required":["group"]},
    GroupServiceAccountAccessToken: {"token":"gitlab:index/groupServiceAccountAccessToken:GroupServiceAccountAccessToken","inputs":["description","expiresAt","group","name","rotationConfiguration","scopes","userId","validatePastExpirationDate"],"outputs":["active","createdAt","revoked","token"],"required":["group","scopes","userId"],"secretOutputs":["token"]},
    PersonalAccessToken: {"token":"gitlab:index/personalAccessToken:PersonalAccessToken","inputs":["description","expiresAt","name","rotationConfiguration","scopes","userId","validatePastExpirationDate"],"outputs":["active","createdAt","revoked","token"],"required":["scopes","userId"],"secretOutputs":["token"]},
    User: {"token":"gitlab:index/user:User","inputs":["canCreateGroup","email","forceRandomPassword","isAdmin","isExternal","name","namespaceId","note","password","projectsLimit","resetPassword","skipConfirmation","state","username","isAuditor"],"required":["email","username"],"secretInputs":["password"],"secretOutputs":["password"]},
    ProjectCicdCatalog: {"token":"gitlab:index/projectCicdCatalog:ProjectCicdCatalog","inputs":["enabled","keepSettingsOnDestroy","project"],"required":["enabled","project"]},
};

const settings = {
    baseUrl: {"type":"string"},
    cacertFile: {"type":"string"},
    clientCert: {"type":"string"},
    clientKey: {"type":"string"},
    configFile: {"type":"string"},
    context: {"type":"string"},
    earlyAuthCheck: {"type":"boolean"},
    enableAutoCiSupport: {"type":"boolean"},
    headers: {"type":"map<string>"},
    insecure: {"type":"boolean"},
    retries: {"type":"integer"},
    token: {"type":"string","secret":true},
};

function isA(token) {
    return (obj) => obj !== undefined && obj !== null && obj["__pulumiType"] === token;
}

function define(name, spec) {
    const { token, inputs, outputs = [], required = [], secretInputs = [], secretOutputs = [] } = spec;
    const secrets = { additionalSecretOutputs: secretOutputs };
    // The computed key gives the class its name, which stack traces and messages show.
    const type = {
        [name]: class extends pulumi.CustomResource {
            constructor(resourceName, argsOrState, opts) {
                opts = opts || {};
                const props = {};
                if (opts.id) {
                    for (const key of inputs) {
                        props[key] = argsOrState?.[key];
                    }
                    for (const key of outputs) {
                        props[key] = argsOrState?.[key];
                    }
                } else {
                    for (const key of required) {
                        if (argsOrState?.[key] === undefined && !opts.urn) {
                            throw new Error(`Missing required property '${key}'`);
                        }
                    }
                    for (const key of inputs) {
                        const value = argsOrState?.[key];
                        props[key] = value !== undefined && secretInputs.includes(key) ? pulumi.secret(value) : value;
                    }
                    for (const key of outputs) {
                        props[key] = undefined;
                    }
                }
                opts = pulumi.mergeOptions(defaults, opts);
                if (secretOutputs.length > 0) {
                    opts = pulumi.mergeOptions(opts, secrets);
                }
                super(token, resourceName, props, opts);
            }
            static get(resourceName, id, state, opts) {
                return new type(resourceName, state, { ...opts, id });
            }
        },
    }[name];
    type.__pulumiType = token;
    type.isInstance = isA(token);
    return type;
}

function setting(spec, given) {
    let value = given;
    if (value === undefined || value === null) {
        const text = spec.env === undefined ? undefined : process.env[spec.env];
        if (text === undefined || text === "") {
            value = spec.default;
        } else {
            value = spec.type === "boolean" ? ["1", "t", "true"].includes(text.toLowerCase()) : text;
        }
    }
    if (value === undefined) {
        return undefined;
    }
    // Settings travel as text; what is not a string goes as JSON.
    const text = spec.type === "string" ? value : pulumi.output(value).apply(JSON.stringify);
    return spec.secret ? pulumi.secret(text) : text;
}

class Provider extends pulumi.ProviderResource {
    constructor(resourceName, args, opts) {
        const props = {};
        for (const [key, spec] of Object.entries(settings)) {
            props[key] = setting(spec, args?.[key]);
        }
        const secrets = { additionalSecretOutputs: Object.keys(settings).filter((key) => settings[key].secret) };
        super("gitlab", resourceName, props, pulumi.mergeOptions(pulumi.mergeOptions(defaults, opts), secrets));
    }
}
Provider.__pulumiType = "gitlab";
Provider.isInstance = isA("pulumi:providers:gitlab");
exports.Provider = Provider;

// Classes are made when they are first asked for. The names are listed for tools that read exports without running them.
0 && (module.exports = {
    Provider,
    Group,
    Project,
    Branch,
    BranchProtection,
    TagProtection,
    ProjectEnvironment,
    ProjectProtectedEnvironment,
    ProjectVariable,
    GroupVariable,
    InstanceVariable,
    ProjectHook,
    GroupHook,
    ProjectDeployToken,
    GroupDeployToken,
    DeployKey,
    DeployKeyEnable,
    ProjectAccessToken,
    GroupAccessToken,
    ProjectMembership,
    GroupMembership,
    ProjectShareGroup,
    GroupShareGroup,
    ProjectLevelMrApprovals,
    ProjectApprovalRule,
    ProjectApprovalRules,
    RepositoryFile,
    PipelineSchedule,
    PipelineScheduleVariable,
    PipelineTrigger,
    ProjectPushRules,
    ProjectJobTokenScope,
    ProjectJobTokenScopes,
    ClusterAgent,
    ClusterAgentToken,
    ProjectIntegrationHarbor,
    GroupIntegrationHarbor,
    ProjectIntegrationJenkins,
    IntegrationSlack,
    ProjectIntegrationMicrosoftTeams,
    ProjectIntegrationMattermost,
    ProjectIntegrationGoogleChat,
    ProjectIntegrationTelegram,
    ProjectIntegrationJira,
    ProjectIntegrationPipelinesEmail,
    ProjectIntegrationEmailsOnPush,
    ProjectIntegrationExternalWiki,
    GroupProtectedEnvironment,
    ProjectFreezePeriod,
    ProjectTag,
    ProjectLabel,
    GroupLabel,
    ProjectContainerRepositoryProtection,
    ProjectContainerTagProtection,
    ProjectRunnerEnablement,
    UserRunner,
    ProjectPushMirror,
    ProjectPullMirror,
    ProjectServiceAccount,
    GroupServiceAccount,
    GroupServiceAccountAccessToken,
    PersonalAccessToken,
    User,
    ProjectCicdCatalog,
});
for (const [name, spec] of Object.entries(resources)) {
    let made;
    Object.defineProperty(exports, name, {
        enumerable: true,
        get: () => (made ??= define(name, spec)),
    });
}
exports.types = { input: {}, output: {} };
