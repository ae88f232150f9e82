// Made by `npm run sdks`. Do not edit.
import * as pulumi from "@pulumi/pulumi";

/** The gitlab provider: where the server is and how to sign in. */
export declare class Provider extends pulumi.ProviderResource {
    static isInstance(obj: any): obj is Provider;
    /** Address of the API, such as `https://gitlab.example.com/api/v4/`. */
    readonly baseUrl: pulumi.Output<string | undefined>;
    /** File with certificate authorities to trust. */
    readonly cacertFile: pulumi.Output<string | undefined>;
    /** File with the client certificate. */
    readonly clientCert: pulumi.Output<string | undefined>;
    /** File with the client certificate's key. */
    readonly clientKey: pulumi.Output<string | undefined>;
    /** Settings file of the glab tool. */
    readonly configFile: pulumi.Output<string | undefined>;
    /** Context in configFile. */
    readonly context: pulumi.Output<string | undefined>;
    /** Access token to sign in with. Environment: GITLAB_TOKEN. */
    readonly token: pulumi.Output<string | undefined>;
    constructor(name: string, args?: ProviderArgs, opts?: pulumi.ResourceOptions);
}
/** Settings of the provider. */
export interface ProviderArgs {
    /** Address of the API, such as `https://gitlab.example.com/api/v4/`. */
    baseUrl?: pulumi.Input<string>;
    /** File with certificate authorities to trust. */
    cacertFile?: pulumi.Input<string>;
    /** File with the client certificate. */
    clientCert?: pulumi.Input<string>;
    /** File with the client certificate's key. */
    clientKey?: pulumi.Input<string>;
    /** Settings file of the glab tool. */
    configFile?: pulumi.Input<string>;
    /** Context in configFile. */
    context?: pulumi.Input<string>;
    /** Whether the token is tried out before anything else. */
    earlyAuthCheck?: pulumi.Input<boolean>;
    /** Whether settings are taken from GitLab's own CI variables. */
    enableAutoCiSupport?: pulumi.Input<boolean>;
    /** Headers sent with each request. */
    headers?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
    /** Whether certificates are not verified. */
    insecure?: pulumi.Input<boolean>;
    /** How often a failed request is tried again. */
    retries?: pulumi.Input<number>;
    /** Access token to sign in with. Environment: GITLAB_TOKEN. */
    token?: pulumi.Input<string>;
}

/** A group or subgroup: a namespace that holds projects, members, variables and hooks. */
export declare class Group extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GroupState, opts?: pulumi.CustomResourceOptions): Group;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is Group;
    /**
     * Whether a skipped pipeline counts as green.
     * Not in GitLab's free tier.
     */
    readonly allowMergeOnSkippedPipeline: pulumi.Output<boolean>;
    /** Mail domains members must have. */
    readonly allowedEmailDomainsLists: pulumi.Output<string[]>;
    /** Archive instead of delete. */
    readonly archiveOnDestroy: pulumi.Output<boolean | undefined>;
    /** Whether Auto DevOps builds pipelines without a file. */
    readonly autoDevopsEnabled: pulumi.Output<boolean>;
    /** Path of a local image file. */
    readonly avatar: pulumi.Output<string | undefined>;
    /** SHA-256 of the image file: a change uploads it again. */
    readonly avatarHash: pulumi.Output<string>;
    /** Name of the default branch. */
    readonly defaultBranch: pulumi.Output<string | undefined>;
    /**
     * Old form of the default branch's protection, as a number.
     * One of: `0`, `1`, `2`, `3`, `4`.
     * @deprecated
     */
    readonly defaultBranchProtection: pulumi.Output<number>;
    /** How the default branch of new projects is protected. */
    readonly defaultBranchProtectionDefaults: pulumi.Output<types.output.GroupDefaultBranchProtectionDefaults>;
    /** Free text for people. */
    readonly description: pulumi.Output<string | undefined>;
    /** Whether notifications are mailed. */
    readonly emailsEnabled: pulumi.Output<boolean>;
    /**
     * Bought compute minutes on top.
     * Not in GitLab's free tier.
     */
    readonly extraSharedRunnersMinutesLimit: pulumi.Output<number>;
    /** Address ranges that may reach it. */
    readonly ipRestrictionRanges: pulumi.Output<string[] | undefined>;
    /** Whether Git LFS is on. */
    readonly lfsEnabled: pulumi.Output<boolean>;
    /** Largest job artifact in megabytes. */
    readonly maxArtifactsSize: pulumi.Output<number>;
    /** Whether projects may have no members of their own. */
    readonly membershipLock: pulumi.Output<boolean>;
    /** Whether mentioning the whole group notifies nobody. */
    readonly mentionsDisabled: pulumi.Output<boolean>;
    /** Name. Made from the resource's name if left out. */
    readonly name: pulumi.Output<string>;
    /**
     * Whether merging needs all threads resolved.
     * Not in GitLab's free tier.
     */
    readonly onlyAllowMergeIfAllDiscussionsAreResolved: pulumi.Output<boolean>;
    /**
     * Whether merging needs a green pipeline.
     * Not in GitLab's free tier.
     */
    readonly onlyAllowMergeIfPipelineSucceeds: pulumi.Output<boolean>;
    /** Id of the parent group; none for a top-level group. */
    readonly parentId: pulumi.Output<number>;
    /** Last part of its address. */
    readonly path: pulumi.Output<string>;
    /** Whether a subgroup is removed at once instead of after the grace period. Takes effect only if applied before the delete. */
    readonly permanentlyRemoveOnDelete: pulumi.Output<boolean | undefined>;
    /** Whether forks must stay inside the group. */
    readonly preventForkingOutsideGroup: pulumi.Output<boolean>;
    /** Whether it may be shared only with groups of its own tree. */
    readonly preventSharingGroupsOutsideHierarchy: pulumi.Output<boolean>;
    /**
     * Lowest role that may create projects in it.
     * One of: `noone`, `owner`, `maintainer`, `developer`, `administrator`.
     */
    readonly projectCreationLevel: pulumi.Output<string>;
    /** What the server refuses in a push. Premium tier; use this or ProjectPushRules, not both. */
    readonly pushRules: pulumi.Output<types.output.GroupPushRules>;
    /** Whether people may ask to become members. */
    readonly requestAccessEnabled: pulumi.Output<boolean>;
    /** Whether members must use two factors. */
    readonly requireTwoFactorAuthentication: pulumi.Output<boolean>;
    /** Whether its projects may not be shared with other groups. */
    readonly shareWithGroupLock: pulumi.Output<boolean>;
    /**
     * Compute minutes per month on instance runners.
     * Not in GitLab's free tier.
     */
    readonly sharedRunnersMinutesLimit: pulumi.Output<number>;
    /**
     * Whether instance runners serve its projects.
     * One of: `enabled`, `disabled_and_overridable`, `disabled_and_unoverridable`, `disabled_with_override`.
     */
    readonly sharedRunnersSetting: pulumi.Output<string>;
    /**
     * Lowest role that may create subgroups in it.
     * One of: `owner`, `maintainer`.
     */
    readonly subgroupCreationLevel: pulumi.Output<string>;
    /** Hours until two factors are enforced. */
    readonly twoFactorGracePeriod: pulumi.Output<number>;
    /**
     * Who can see it.
     * One of: `private`, `internal`, `public`.
     */
    readonly visibilityLevel: pulumi.Output<string>;
    /**
     * Who can use the wiki.
     * Not in GitLab's free tier.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly wikiAccessLevel: pulumi.Output<string>;
    /** Whether customer relations are on. */
    readonly crmEnabled: pulumi.Output<boolean>;
    /** Address of the picture. */
    readonly avatarUrl: pulumi.Output<string>;
    /** Name with the names of all parents. */
    readonly fullName: pulumi.Output<string>;
    /** Path with the paths of all parents. */
    readonly fullPath: pulumi.Output<string>;
    /** Registration token for runners. */
    readonly runnersToken: pulumi.Output<string>;
    /** Address of its web page. */
    readonly webUrl: pulumi.Output<string>;
    constructor(name: string, args: GroupArgs, opts?: pulumi.CustomResourceOptions);
}
/** What Group.get can look for. */
export interface GroupState {
    /**
     * Whether a skipped pipeline counts as green.
     * Not in GitLab's free tier.
     */
    allowMergeOnSkippedPipeline?: pulumi.Input<boolean>;
    /** Mail domains members must have. */
    allowedEmailDomainsLists?: pulumi.Input<pulumi.Input<string>[]>;
    /** Archive instead of delete. */
    archiveOnDestroy?: pulumi.Input<boolean>;
    /** Whether Auto DevOps builds pipelines without a file. */
    autoDevopsEnabled?: pulumi.Input<boolean>;
    /** Path of a local image file. */
    avatar?: pulumi.Input<string>;
    /** SHA-256 of the image file: a change uploads it again. */
    avatarHash?: pulumi.Input<string>;
    /** Name of the default branch. */
    defaultBranch?: pulumi.Input<string>;
    /**
     * Old form of the default branch's protection, as a number.
     * One of: `0`, `1`, `2`, `3`, `4`.
     * @deprecated
     */
    defaultBranchProtection?: pulumi.Input<number>;
    /** How the default branch of new projects is protected. */
    defaultBranchProtectionDefaults?: pulumi.Input<types.input.GroupDefaultBranchProtectionDefaults>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Whether notifications are mailed. */
    emailsEnabled?: pulumi.Input<boolean>;
    /**
     * Bought compute minutes on top.
     * Not in GitLab's free tier.
     */
    extraSharedRunnersMinutesLimit?: pulumi.Input<number>;
    /** Address ranges that may reach it. */
    ipRestrictionRanges?: pulumi.Input<pulumi.Input<string>[]>;
    /** Whether Git LFS is on. */
    lfsEnabled?: pulumi.Input<boolean>;
    /** Largest job artifact in megabytes. */
    maxArtifactsSize?: pulumi.Input<number>;
    /** Whether projects may have no members of their own. */
    membershipLock?: pulumi.Input<boolean>;
    /** Whether mentioning the whole group notifies nobody. */
    mentionsDisabled?: pulumi.Input<boolean>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /**
     * Whether merging needs all threads resolved.
     * Not in GitLab's free tier.
     */
    onlyAllowMergeIfAllDiscussionsAreResolved?: pulumi.Input<boolean>;
    /**
     * Whether merging needs a green pipeline.
     * Not in GitLab's free tier.
     */
    onlyAllowMergeIfPipelineSucceeds?: pulumi.Input<boolean>;
    /** Id of the parent group; none for a top-level group. */
    parentId?: pulumi.Input<number>;
    /** Last part of its address. */
    path?: pulumi.Input<string>;
    /** Whether a subgroup is removed at once instead of after the grace period. Takes effect only if applied before the delete. */
    permanentlyRemoveOnDelete?: pulumi.Input<boolean>;
    /** Whether forks must stay inside the group. */
    preventForkingOutsideGroup?: pulumi.Input<boolean>;
    /** Whether it may be shared only with groups of its own tree. */
    preventSharingGroupsOutsideHierarchy?: pulumi.Input<boolean>;
    /**
     * Lowest role that may create projects in it.
     * One of: `noone`, `owner`, `maintainer`, `developer`, `administrator`.
     */
    projectCreationLevel?: pulumi.Input<string>;
    /** What the server refuses in a push. Premium tier; use this or ProjectPushRules, not both. */
    pushRules?: pulumi.Input<types.input.GroupPushRules>;
    /** Whether people may ask to become members. */
    requestAccessEnabled?: pulumi.Input<boolean>;
    /** Whether members must use two factors. */
    requireTwoFactorAuthentication?: pulumi.Input<boolean>;
    /** Whether its projects may not be shared with other groups. */
    shareWithGroupLock?: pulumi.Input<boolean>;
    /**
     * Compute minutes per month on instance runners.
     * Not in GitLab's free tier.
     */
    sharedRunnersMinutesLimit?: pulumi.Input<number>;
    /**
     * Whether instance runners serve its projects.
     * One of: `enabled`, `disabled_and_overridable`, `disabled_and_unoverridable`, `disabled_with_override`.
     */
    sharedRunnersSetting?: pulumi.Input<string>;
    /**
     * Lowest role that may create subgroups in it.
     * One of: `owner`, `maintainer`.
     */
    subgroupCreationLevel?: pulumi.Input<string>;
    /** Hours until two factors are enforced. */
    twoFactorGracePeriod?: pulumi.Input<number>;
    /**
     * Who can see it.
     * One of: `private`, `internal`, `public`.
     */
    visibilityLevel?: pulumi.Input<string>;
    /**
     * Who can use the wiki.
     * Not in GitLab's free tier.
     * One of: `disabled`, `private`, `enabled`.
     */
    wikiAccessLevel?: pulumi.Input<string>;
    /** Whether customer relations are on. */
    crmEnabled?: pulumi.Input<boolean>;
    /** Address of the picture. */
    avatarUrl?: pulumi.Input<string>;
    /** Name with the names of all parents. */
    fullName?: pulumi.Input<string>;
    /** Path with the paths of all parents. */
    fullPath?: pulumi.Input<string>;
    /** Registration token for runners. */
    runnersToken?: pulumi.Input<string>;
    /** Address of its web page. */
    webUrl?: pulumi.Input<string>;
}
/** What a Group is made of. */
export interface GroupArgs {
    /**
     * Whether a skipped pipeline counts as green.
     * Not in GitLab's free tier.
     */
    allowMergeOnSkippedPipeline?: pulumi.Input<boolean>;
    /** Mail domains members must have. */
    allowedEmailDomainsLists?: pulumi.Input<pulumi.Input<string>[]>;
    /** Archive instead of delete. */
    archiveOnDestroy?: pulumi.Input<boolean>;
    /** Whether Auto DevOps builds pipelines without a file. */
    autoDevopsEnabled?: pulumi.Input<boolean>;
    /** Path of a local image file. */
    avatar?: pulumi.Input<string>;
    /** SHA-256 of the image file: a change uploads it again. */
    avatarHash?: pulumi.Input<string>;
    /** Name of the default branch. */
    defaultBranch?: pulumi.Input<string>;
    /**
     * Old form of the default branch's protection, as a number.
     * One of: `0`, `1`, `2`, `3`, `4`.
     * @deprecated
     */
    defaultBranchProtection?: pulumi.Input<number>;
    /** How the default branch of new projects is protected. */
    defaultBranchProtectionDefaults?: pulumi.Input<types.input.GroupDefaultBranchProtectionDefaults>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Whether notifications are mailed. */
    emailsEnabled?: pulumi.Input<boolean>;
    /**
     * Bought compute minutes on top.
     * Not in GitLab's free tier.
     */
    extraSharedRunnersMinutesLimit?: pulumi.Input<number>;
    /** Address ranges that may reach it. */
    ipRestrictionRanges?: pulumi.Input<pulumi.Input<string>[]>;
    /** Whether Git LFS is on. */
    lfsEnabled?: pulumi.Input<boolean>;
    /** Largest job artifact in megabytes. */
    maxArtifactsSize?: pulumi.Input<number>;
    /** Whether projects may have no members of their own. */
    membershipLock?: pulumi.Input<boolean>;
    /** Whether mentioning the whole group notifies nobody. */
    mentionsDisabled?: pulumi.Input<boolean>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /**
     * Whether merging needs all threads resolved.
     * Not in GitLab's free tier.
     */
    onlyAllowMergeIfAllDiscussionsAreResolved?: pulumi.Input<boolean>;
    /**
     * Whether merging needs a green pipeline.
     * Not in GitLab's free tier.
     */
    onlyAllowMergeIfPipelineSucceeds?: pulumi.Input<boolean>;
    /** Id of the parent group; none for a top-level group. */
    parentId?: pulumi.Input<number>;
    /** Last part of its address. */
    path: pulumi.Input<string>;
    /** Whether a subgroup is removed at once instead of after the grace period. Takes effect only if applied before the delete. */
    permanentlyRemoveOnDelete?: pulumi.Input<boolean>;
    /** Whether forks must stay inside the group. */
    preventForkingOutsideGroup?: pulumi.Input<boolean>;
    /** Whether it may be shared only with groups of its own tree. */
    preventSharingGroupsOutsideHierarchy?: pulumi.Input<boolean>;
    /**
     * Lowest role that may create projects in it.
     * One of: `noone`, `owner`, `maintainer`, `developer`, `administrator`.
     */
    projectCreationLevel?: pulumi.Input<string>;
    /** What the server refuses in a push. Premium tier; use this or ProjectPushRules, not both. */
    pushRules?: pulumi.Input<types.input.GroupPushRules>;
    /** Whether people may ask to become members. */
    requestAccessEnabled?: pulumi.Input<boolean>;
    /** Whether members must use two factors. */
    requireTwoFactorAuthentication?: pulumi.Input<boolean>;
    /** Whether its projects may not be shared with other groups. */
    shareWithGroupLock?: pulumi.Input<boolean>;
    /**
     * Compute minutes per month on instance runners.
     * Not in GitLab's free tier.
     */
    sharedRunnersMinutesLimit?: pulumi.Input<number>;
    /**
     * Whether instance runners serve its projects.
     * One of: `enabled`, `disabled_and_overridable`, `disabled_and_unoverridable`, `disabled_with_override`.
     */
    sharedRunnersSetting?: pulumi.Input<string>;
    /**
     * Lowest role that may create subgroups in it.
     * One of: `owner`, `maintainer`.
     */
    subgroupCreationLevel?: pulumi.Input<string>;
    /** Hours until two factors are enforced. */
    twoFactorGracePeriod?: pulumi.Input<number>;
    /**
     * Who can see it.
     * One of: `private`, `internal`, `public`.
     */
    visibilityLevel?: pulumi.Input<string>;
    /**
     * Who can use the wiki.
     * Not in GitLab's free tier.
     * One of: `disabled`, `private`, `enabled`.
     */
    wikiAccessLevel?: pulumi.Input<string>;
    /** Whether customer relations are on. */
    crmEnabled?: pulumi.Input<boolean>;
}

/** A project with its repository and settings. Creation waits for an import and for the protection of the default branch. */
export declare class Project extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectState, opts?: pulumi.CustomResourceOptions): Project;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is Project;
    /** Whether a skipped pipeline counts as green. */
    readonly allowMergeOnSkippedPipeline: pulumi.Output<boolean>;
    /**
     * Whether the person who started a pipeline may approve its deployment.
     * Not in GitLab's free tier.
     */
    readonly allowPipelineTriggerApproveDeployment: pulumi.Output<boolean>;
    /**
     * Who can use analytics.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly analyticsAccessLevel: pulumi.Output<string>;
    /** Archive instead of delete. */
    readonly archiveOnDestroy: pulumi.Output<boolean | undefined>;
    /** Whether it is read-only. */
    readonly archived: pulumi.Output<boolean | undefined>;
    /** Whether a newer pipeline cancels older ones. */
    readonly autoCancelPendingPipelines: pulumi.Output<string>;
    /**
     * How Auto DevOps deploys.
     * One of: `continuous`, `manual`, `timed_incremental`.
     */
    readonly autoDevopsDeployStrategy: pulumi.Output<string>;
    /** Whether Auto DevOps builds pipelines without a file. */
    readonly autoDevopsEnabled: pulumi.Output<boolean>;
    /**
     * Whether GitLab Duo reviews merge requests.
     * Not in GitLab's free tier.
     */
    readonly autoDuoCodeReviewEnabled: pulumi.Output<boolean>;
    /** Whether merging closes the issues it names. */
    readonly autocloseReferencedIssues: pulumi.Output<boolean>;
    /** Path of a local image file. */
    readonly avatar: pulumi.Output<string | undefined>;
    /** SHA-256 of the image file: a change uploads it again. */
    readonly avatarHash: pulumi.Output<string>;
    /** Which branches a fork takes over; empty for all. */
    readonly branches: pulumi.Output<string | undefined>;
    /**
     * How jobs get the repository.
     * One of: `clone`, `fetch`.
     */
    readonly buildGitStrategy: pulumi.Output<string>;
    /** Seconds a job may take. */
    readonly buildTimeout: pulumi.Output<number>;
    /**
     * Who can use builds.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly buildsAccessLevel: pulumi.Output<string>;
    /** Path of the pipeline file, other than `.gitlab-ci.yml`. */
    readonly ciConfigPath: pulumi.Output<string | undefined>;
    /** How many commits jobs fetch; 0 for all. */
    readonly ciDefaultGitDepth: pulumi.Output<number>;
    /** Age in seconds after which pipelines are deleted. */
    readonly ciDeletePipelinesInSeconds: pulumi.Output<number>;
    /** Whether manual variables are shown on the pipeline page. */
    readonly ciDisplayPipelineVariables: pulumi.Output<boolean>;
    /** Whether an older deployment job is refused after a newer one. */
    readonly ciForwardDeploymentEnabled: pulumi.Output<boolean>;
    /** Whether an older deployment job may be run again for a rollback. */
    readonly ciForwardDeploymentRollbackAllowed: pulumi.Output<boolean>;
    /** Parts the `sub` claim of ID tokens is made of. */
    readonly ciIdTokenSubClaimComponents: pulumi.Output<string[]>;
    /**
     * Lowest role that may start pipelines with variables.
     * One of: `developer`, `maintainer`, `owner`, `no_one_allowed`.
     */
    readonly ciPipelineVariablesMinimumOverrideRole: pulumi.Output<string>;
    /** Whether job tokens may push to the repository. */
    readonly ciPushRepositoryForJobTokenAllowed: pulumi.Output<boolean>;
    /**
     * Who may cancel pipelines.
     * Not in GitLab's free tier.
     * One of: `developer`, `maintainer`, `no_one`.
     */
    readonly ciRestrictPipelineCancellationRole: pulumi.Output<string>;
    /** Whether protected branches have caches of their own. */
    readonly ciSeparatedCaches: pulumi.Output<boolean>;
    /** Which container tags are cleaned up. */
    readonly containerExpirationPolicy: pulumi.Output<types.output.ProjectContainerExpirationPolicy>;
    /**
     * Who can use the container registry.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly containerRegistryAccessLevel: pulumi.Output<string>;
    /** Name of the default branch. */
    readonly defaultBranch: pulumi.Output<string>;
    /** Free text for people. */
    readonly description: pulumi.Output<string | undefined>;
    /** Whether notifications are mailed. */
    readonly emailsEnabled: pulumi.Output<boolean>;
    /**
     * Who can use environments.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly environmentsAccessLevel: pulumi.Output<string>;
    /** Label for external authorization. */
    readonly externalAuthorizationClassificationLabel: pulumi.Output<string | undefined>;
    /**
     * Who can use feature flags.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly featureFlagsAccessLevel: pulumi.Output<string>;
    /** Id of the project to fork. */
    readonly forkedFromProjectId: pulumi.Output<number | undefined>;
    /**
     * Who can use forking.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly forkingAccessLevel: pulumi.Output<string>;
    /** Whether group runners take its jobs. */
    readonly groupRunnersEnabled: pulumi.Output<boolean>;
    /** Id of the group that holds the template. */
    readonly groupWithProjectTemplatesId: pulumi.Output<number | undefined>;
    /** Repository the content is copied from. */
    readonly importUrl: pulumi.Output<string>;
    /** Password for importUrl. GitLab never returns it. */
    readonly importUrlPassword: pulumi.Output<string | undefined>;
    /** User for importUrl. */
    readonly importUrlUsername: pulumi.Output<string | undefined>;
    /**
     * Who can use infrastructure.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly infrastructureAccessLevel: pulumi.Output<string>;
    /** Whether the repository starts with a README commit. */
    readonly initializeWithReadme: pulumi.Output<boolean | undefined>;
    /** Template of branch names made from issues. */
    readonly issueBranchTemplate: pulumi.Output<string | undefined>;
    /**
     * Who can use issues.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly issuesAccessLevel: pulumi.Output<string>;
    /** Default text of issues. */
    readonly issuesTemplate: pulumi.Output<string | undefined>;
    /** Whether the newest artifacts are kept for ever. */
    readonly keepLatestArtifact: pulumi.Output<boolean>;
    /** Whether Git LFS is on. */
    readonly lfsEnabled: pulumi.Output<boolean>;
    /** Largest job artifact in megabytes. */
    readonly maxArtifactsSize: pulumi.Output<number>;
    /** Template of merge commit messages. */
    readonly mergeCommitTemplate: pulumi.Output<string | undefined>;
    /**
     * How a merge request becomes part of its target.
     * One of: `merge`, `rebase_merge`, `ff`.
     */
    readonly mergeMethod: pulumi.Output<string>;
    /** Whether pipelines run on the merged result. */
    readonly mergePipelinesEnabled: pulumi.Output<boolean>;
    /** Pattern merge request titles must match. */
    readonly mergeRequestTitleRegex: pulumi.Output<string>;
    /** What people are told about the title pattern. */
    readonly mergeRequestTitleRegexDescription: pulumi.Output<string>;
    /**
     * Who can use merge requests.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly mergeRequestsAccessLevel: pulumi.Output<string>;
    /** Default text of merge requests. */
    readonly mergeRequestsTemplate: pulumi.Output<string | undefined>;
    /** Whether merge trains are on. */
    readonly mergeTrainsEnabled: pulumi.Output<boolean>;
    /** Whether a merge may skip the train. */
    readonly mergeTrainsSkipTrainAllowed: pulumi.Output<boolean>;
    /**
     * Who can use model experiments.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly modelExperimentsAccessLevel: pulumi.Output<string>;
    /**
     * Who can use model registry.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly modelRegistryAccessLevel: pulumi.Output<string>;
    /**
     * Who can use monitor.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly monitorAccessLevel: pulumi.Output<string>;
    /** Whether merge requests of a fork go to the fork itself. */
    readonly mrDefaultTargetSelf: pulumi.Output<boolean | undefined>;
    /** Name. Made from the resource's name if left out. */
    readonly name: pulumi.Output<string>;
    /** Id of the group or user it belongs to; the token's own user if left out. */
    readonly namespaceId: pulumi.Output<number>;
    /** Whether merging needs all threads resolved. */
    readonly onlyAllowMergeIfAllDiscussionsAreResolved: pulumi.Output<boolean>;
    /** Whether merging needs a green pipeline. */
    readonly onlyAllowMergeIfPipelineSucceeds: pulumi.Output<boolean>;
    /**
     * Who can use the package registry.
     * One of: `disabled`, `private`, `enabled`, `public`.
     */
    readonly packageRegistryAccessLevel: pulumi.Output<string>;
    /** Whether the package registry is on. */
    readonly packagesEnabled: pulumi.Output<boolean>;
    /**
     * Who can use pages.
     * One of: `public`, `private`, `enabled`, `disabled`.
     */
    readonly pagesAccessLevel: pulumi.Output<string>;
    /** Last part of its address. */
    readonly path: pulumi.Output<string | undefined>;
    /**
     * Whether deleting skips the grace period.
     * Not in GitLab's free tier.
     */
    readonly permanentlyDeleteOnDestroy: pulumi.Output<boolean | undefined>;
    /**
     * Whether pushes with secrets are refused.
     * Not in GitLab's free tier.
     * @deprecated
     */
    readonly preReceiveSecretDetectionEnabled: pulumi.Output<boolean>;
    /**
     * Whether merging needs a Jira issue.
     * Not in GitLab's free tier.
     */
    readonly preventMergeWithoutJiraIssue: pulumi.Output<boolean>;
    /** Whether a push prints a link for a merge request. */
    readonly printingMergeRequestLinkEnabled: pulumi.Output<boolean>;
    /** Whether merge request pipelines may use protected variables and runners. */
    readonly protectMergeRequestPipelines: pulumi.Output<boolean>;
    /**
     * Old name of publicJobs.
     * @deprecated
     */
    readonly publicBuilds: pulumi.Output<boolean>;
    /** Whether everybody who sees the project sees its jobs. */
    readonly publicJobs: pulumi.Output<boolean>;
    /**
     * What the server refuses in a push. Premium tier; use this or ProjectPushRules, not both.
     * @deprecated
     */
    readonly pushRules: pulumi.Output<types.output.ProjectPushRules>;
    /**
     * Who can use releases.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly releasesAccessLevel: pulumi.Output<string>;
    /** Whether the source branch is removed after a merge by default. */
    readonly removeSourceBranchAfterMerge: pulumi.Output<boolean>;
    /**
     * Who can use repository.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly repositoryAccessLevel: pulumi.Output<string>;
    /** Storage the repository lies on. */
    readonly repositoryStorage: pulumi.Output<string>;
    /** Whether people may ask to become members. */
    readonly requestAccessEnabled: pulumi.Output<boolean>;
    /**
     * Who can use requirements.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly requirementsAccessLevel: pulumi.Output<string>;
    /** Whether threads on changed lines are resolved. */
    readonly resolveOutdatedDiffDiscussions: pulumi.Output<boolean | undefined>;
    /** Order in which jobs of one resource group run. */
    readonly resourceGroupDefaultProcessMode: pulumi.Output<string>;
    /**
     * Who can use security and compliance.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly securityAndComplianceAccessLevel: pulumi.Output<string>;
    /** Whether instance runners take its jobs. */
    readonly sharedRunnersEnabled: pulumi.Output<boolean>;
    /** Do not wait until GitLab has protected the default branch. */
    readonly skipWaitForDefaultBranchProtection: pulumi.Output<boolean | undefined>;
    /**
     * Who can use snippets.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly snippetsAccessLevel: pulumi.Output<string>;
    /** Template of squash commit messages. */
    readonly squashCommitTemplate: pulumi.Output<string | undefined>;
    /**
     * Whether commits are squashed at merge.
     * One of: `never`, `always`, `default_on`, `default_off`.
     * @default "default_off"
     */
    readonly squashOption: pulumi.Output<string>;
    /** Message of commits that apply suggestions. */
    readonly suggestionCommitMessage: pulumi.Output<string | undefined>;
    /**
     * Built-in template to start from.
     * Changing it makes a new object.
     */
    readonly templateName: pulumi.Output<string | undefined>;
    /**
     * Id of the project to use as a template.
     * Changing it makes a new object.
     */
    readonly templateProjectId: pulumi.Output<number | undefined>;
    /** Topics people find it by. */
    readonly topics: pulumi.Output<string[]>;
    /** Whether the template is one of the instance's or group's own. */
    readonly useCustomTemplate: pulumi.Output<boolean | undefined>;
    /**
     * Who can see it.
     * One of: `private`, `internal`, `public`.
     */
    readonly visibilityLevel: pulumi.Output<string>;
    /**
     * Who can use the wiki.
     * One of: `disabled`, `private`, `enabled`.
     */
    readonly wikiAccessLevel: pulumi.Output<string>;
    /** Whether merge requests are rebased before merging. GitLab 19.4 or newer. */
    readonly automaticRebaseEnabled: pulumi.Output<boolean>;
    /** Template of merge request titles. */
    readonly mrDefaultTitleTemplate: pulumi.Output<string | undefined>;
    /** How reviewers are chosen. */
    readonly reviewerAssignmentStrategy: pulumi.Output<string>;
    /** Address of the picture. */
    readonly avatarUrl: pulumi.Output<string>;
    /** Whether the repository has no commit yet. */
    readonly emptyRepo: pulumi.Output<boolean>;
    /** Clone address over HTTP. */
    readonly httpUrlToRepo: pulumi.Output<string>;
    /** Full path, such as `acme/shop/web`. */
    readonly pathWithNamespace: pulumi.Output<string>;
    /** Registration token for runners. */
    readonly runnersToken: pulumi.Output<string>;
    /** Clone address over SSH. */
    readonly sshUrlToRepo: pulumi.Output<string>;
    /** Address of its web page. */
    readonly webUrl: pulumi.Output<string>;
    constructor(name: string, args?: ProjectArgs, opts?: pulumi.CustomResourceOptions);
}
/** What Project.get can look for. */
export interface ProjectState {
    /** Whether a skipped pipeline counts as green. */
    allowMergeOnSkippedPipeline?: pulumi.Input<boolean>;
    /**
     * Whether the person who started a pipeline may approve its deployment.
     * Not in GitLab's free tier.
     */
    allowPipelineTriggerApproveDeployment?: pulumi.Input<boolean>;
    /**
     * Who can use analytics.
     * One of: `disabled`, `private`, `enabled`.
     */
    analyticsAccessLevel?: pulumi.Input<string>;
    /** Archive instead of delete. */
    archiveOnDestroy?: pulumi.Input<boolean>;
    /** Whether it is read-only. */
    archived?: pulumi.Input<boolean>;
    /** Whether a newer pipeline cancels older ones. */
    autoCancelPendingPipelines?: pulumi.Input<string>;
    /**
     * How Auto DevOps deploys.
     * One of: `continuous`, `manual`, `timed_incremental`.
     */
    autoDevopsDeployStrategy?: pulumi.Input<string>;
    /** Whether Auto DevOps builds pipelines without a file. */
    autoDevopsEnabled?: pulumi.Input<boolean>;
    /**
     * Whether GitLab Duo reviews merge requests.
     * Not in GitLab's free tier.
     */
    autoDuoCodeReviewEnabled?: pulumi.Input<boolean>;
    /** Whether merging closes the issues it names. */
    autocloseReferencedIssues?: pulumi.Input<boolean>;
    /** Path of a local image file. */
    avatar?: pulumi.Input<string>;
    /** SHA-256 of the image file: a change uploads it again. */
    avatarHash?: pulumi.Input<string>;
    /** Which branches a fork takes over; empty for all. */
    branches?: pulumi.Input<string>;
    /**
     * How jobs get the repository.
     * One of: `clone`, `fetch`.
     */
    buildGitStrategy?: pulumi.Input<string>;
    /** Seconds a job may take. */
    buildTimeout?: pulumi.Input<number>;
    /**
     * Who can use builds.
     * One of: `disabled`, `private`, `enabled`.
     */
    buildsAccessLevel?: pulumi.Input<string>;
    /** Path of the pipeline file, other than `.gitlab-ci.yml`. */
    ciConfigPath?: pulumi.Input<string>;
    /** How many commits jobs fetch; 0 for all. */
    ciDefaultGitDepth?: pulumi.Input<number>;
    /** Age in seconds after which pipelines are deleted. */
    ciDeletePipelinesInSeconds?: pulumi.Input<number>;
    /** Whether manual variables are shown on the pipeline page. */
    ciDisplayPipelineVariables?: pulumi.Input<boolean>;
    /** Whether an older deployment job is refused after a newer one. */
    ciForwardDeploymentEnabled?: pulumi.Input<boolean>;
    /** Whether an older deployment job may be run again for a rollback. */
    ciForwardDeploymentRollbackAllowed?: pulumi.Input<boolean>;
    /** Parts the `sub` claim of ID tokens is made of. */
    ciIdTokenSubClaimComponents?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Lowest role that may start pipelines with variables.
     * One of: `developer`, `maintainer`, `owner`, `no_one_allowed`.
     */
    ciPipelineVariablesMinimumOverrideRole?: pulumi.Input<string>;
    /** Whether job tokens may push to the repository. */
    ciPushRepositoryForJobTokenAllowed?: pulumi.Input<boolean>;
    /**
     * Who may cancel pipelines.
     * Not in GitLab's free tier.
     * One of: `developer`, `maintainer`, `no_one`.
     */
    ciRestrictPipelineCancellationRole?: pulumi.Input<string>;
    /** Whether protected branches have caches of their own. */
    ciSeparatedCaches?: pulumi.Input<boolean>;
    /** Which container tags are cleaned up. */
    containerExpirationPolicy?: pulumi.Input<types.input.ProjectContainerExpirationPolicy>;
    /**
     * Who can use the container registry.
     * One of: `disabled`, `private`, `enabled`.
     */
    containerRegistryAccessLevel?: pulumi.Input<string>;
    /** Name of the default branch. */
    defaultBranch?: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Whether notifications are mailed. */
    emailsEnabled?: pulumi.Input<boolean>;
    /**
     * Who can use environments.
     * One of: `disabled`, `private`, `enabled`.
     */
    environmentsAccessLevel?: pulumi.Input<string>;
    /** Label for external authorization. */
    externalAuthorizationClassificationLabel?: pulumi.Input<string>;
    /**
     * Who can use feature flags.
     * One of: `disabled`, `private`, `enabled`.
     */
    featureFlagsAccessLevel?: pulumi.Input<string>;
    /** Id of the project to fork. */
    forkedFromProjectId?: pulumi.Input<number>;
    /**
     * Who can use forking.
     * One of: `disabled`, `private`, `enabled`.
     */
    forkingAccessLevel?: pulumi.Input<string>;
    /** Whether group runners take its jobs. */
    groupRunnersEnabled?: pulumi.Input<boolean>;
    /** Id of the group that holds the template. */
    groupWithProjectTemplatesId?: pulumi.Input<number>;
    /** Repository the content is copied from. */
    importUrl?: pulumi.Input<string>;
    /** Password for importUrl. GitLab never returns it. */
    importUrlPassword?: pulumi.Input<string>;
    /** User for importUrl. */
    importUrlUsername?: pulumi.Input<string>;
    /**
     * Who can use infrastructure.
     * One of: `disabled`, `private`, `enabled`.
     */
    infrastructureAccessLevel?: pulumi.Input<string>;
    /** Whether the repository starts with a README commit. */
    initializeWithReadme?: pulumi.Input<boolean>;
    /** Template of branch names made from issues. */
    issueBranchTemplate?: pulumi.Input<string>;
    /**
     * Who can use issues.
     * One of: `disabled`, `private`, `enabled`.
     */
    issuesAccessLevel?: pulumi.Input<string>;
    /** Default text of issues. */
    issuesTemplate?: pulumi.Input<string>;
    /** Whether the newest artifacts are kept for ever. */
    keepLatestArtifact?: pulumi.Input<boolean>;
    /** Whether Git LFS is on. */
    lfsEnabled?: pulumi.Input<boolean>;
    /** Largest job artifact in megabytes. */
    maxArtifactsSize?: pulumi.Input<number>;
    /** Template of merge commit messages. */
    mergeCommitTemplate?: pulumi.Input<string>;
    /**
     * How a merge request becomes part of its target.
     * One of: `merge`, `rebase_merge`, `ff`.
     */
    mergeMethod?: pulumi.Input<string>;
    /** Whether pipelines run on the merged result. */
    mergePipelinesEnabled?: pulumi.Input<boolean>;
    /** Pattern merge request titles must match. */
    mergeRequestTitleRegex?: pulumi.Input<string>;
    /** What people are told about the title pattern. */
    mergeRequestTitleRegexDescription?: pulumi.Input<string>;
    /**
     * Who can use merge requests.
     * One of: `disabled`, `private`, `enabled`.
     */
    mergeRequestsAccessLevel?: pulumi.Input<string>;
    /** Default text of merge requests. */
    mergeRequestsTemplate?: pulumi.Input<string>;
    /** Whether merge trains are on. */
    mergeTrainsEnabled?: pulumi.Input<boolean>;
    /** Whether a merge may skip the train. */
    mergeTrainsSkipTrainAllowed?: pulumi.Input<boolean>;
    /**
     * Who can use model experiments.
     * One of: `disabled`, `private`, `enabled`.
     */
    modelExperimentsAccessLevel?: pulumi.Input<string>;
    /**
     * Who can use model registry.
     * One of: `disabled`, `private`, `enabled`.
     */
    modelRegistryAccessLevel?: pulumi.Input<string>;
    /**
     * Who can use monitor.
     * One of: `disabled`, `private`, `enabled`.
     */
    monitorAccessLevel?: pulumi.Input<string>;
    /** Whether merge requests of a fork go to the fork itself. */
    mrDefaultTargetSelf?: pulumi.Input<boolean>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /** Id of the group or user it belongs to; the token's own user if left out. */
    namespaceId?: pulumi.Input<number>;
    /** Whether merging needs all threads resolved. */
    onlyAllowMergeIfAllDiscussionsAreResolved?: pulumi.Input<boolean>;
    /** Whether merging needs a green pipeline. */
    onlyAllowMergeIfPipelineSucceeds?: pulumi.Input<boolean>;
    /**
     * Who can use the package registry.
     * One of: `disabled`, `private`, `enabled`, `public`.
     */
    packageRegistryAccessLevel?: pulumi.Input<string>;
    /** Whether the package registry is on. */
    packagesEnabled?: pulumi.Input<boolean>;
    /**
     * Who can use pages.
     * One of: `public`, `private`, `enabled`, `disabled`.
     */
    pagesAccessLevel?: pulumi.Input<string>;
    /** Last part of its address. */
    path?: pulumi.Input<string>;
    /**
     * Whether deleting skips the grace period.
     * Not in GitLab's free tier.
     */
    permanentlyDeleteOnDestroy?: pulumi.Input<boolean>;
    /**
     * Whether pushes with secrets are refused.
     * Not in GitLab's free tier.
     * @deprecated
     */
    preReceiveSecretDetectionEnabled?: pulumi.Input<boolean>;
    /**
     * Whether merging needs a Jira issue.
     * Not in GitLab's free tier.
     */
    preventMergeWithoutJiraIssue?: pulumi.Input<boolean>;
    /** Whether a push prints a link for a merge request. */
    printingMergeRequestLinkEnabled?: pulumi.Input<boolean>;
    /** Whether merge request pipelines may use protected variables and runners. */
    protectMergeRequestPipelines?: pulumi.Input<boolean>;
    /**
     * Old name of publicJobs.
     * @deprecated
     */
    publicBuilds?: pulumi.Input<boolean>;
    /** Whether everybody who sees the project sees its jobs. */
    publicJobs?: pulumi.Input<boolean>;
    /**
     * What the server refuses in a push. Premium tier; use this or ProjectPushRules, not both.
     * @deprecated
     */
    pushRules?: pulumi.Input<types.input.ProjectPushRules>;
    /**
     * Who can use releases.
     * One of: `disabled`, `private`, `enabled`.
     */
    releasesAccessLevel?: pulumi.Input<string>;
    /** Whether the source branch is removed after a merge by default. */
    removeSourceBranchAfterMerge?: pulumi.Input<boolean>;
    /**
     * Who can use repository.
     * One of: `disabled`, `private`, `enabled`.
     */
    repositoryAccessLevel?: pulumi.Input<string>;
    /** Storage the repository lies on. */
    repositoryStorage?: pulumi.Input<string>;
    /** Whether people may ask to become members. */
    requestAccessEnabled?: pulumi.Input<boolean>;
    /**
     * Who can use requirements.
     * One of: `disabled`, `private`, `enabled`.
     */
    requirementsAccessLevel?: pulumi.Input<string>;
    /** Whether threads on changed lines are resolved. */
    resolveOutdatedDiffDiscussions?: pulumi.Input<boolean>;
    /** Order in which jobs of one resource group run. */
    resourceGroupDefaultProcessMode?: pulumi.Input<string>;
    /**
     * Who can use security and compliance.
     * One of: `disabled`, `private`, `enabled`.
     */
    securityAndComplianceAccessLevel?: pulumi.Input<string>;
    /** Whether instance runners take its jobs. */
    sharedRunnersEnabled?: pulumi.Input<boolean>;
    /** Do not wait until GitLab has protected the default branch. */
    skipWaitForDefaultBranchProtection?: pulumi.Input<boolean>;
    /**
     * Who can use snippets.
     * One of: `disabled`, `private`, `enabled`.
     */
    snippetsAccessLevel?: pulumi.Input<string>;
    /** Template of squash commit messages. */
    squashCommitTemplate?: pulumi.Input<string>;
    /**
     * Whether commits are squashed at merge.
     * One of: `never`, `always`, `default_on`, `default_off`.
     * @default "default_off"
     */
    squashOption?: pulumi.Input<string>;
    /** Message of commits that apply suggestions. */
    suggestionCommitMessage?: pulumi.Input<string>;
    /**
     * Built-in template to start from.
     * Changing it makes a new object.
     */
    templateName?: pulumi.Input<string>;
    /**
     * Id of the project to use as a template.
     * Changing it makes a new object.
     */
    templateProjectId?: pulumi.Input<number>;
    /** Topics people find it by. */
    topics?: pulumi.Input<pulumi.Input<string>[]>;
    /** Whether the template is one of the instance's or group's own. */
    useCustomTemplate?: pulumi.Input<boolean>;
    /**
     * Who can see it.
     * One of: `private`, `internal`, `public`.
     */
    visibilityLevel?: pulumi.Input<string>;
    /**
     * Who can use the wiki.
     * One of: `disabled`, `private`, `enabled`.
     */
    wikiAccessLevel?: pulumi.Input<string>;
    /** Whether merge requests are rebased before merging. GitLab 19.4 or newer. */
    automaticRebaseEnabled?: pulumi.Input<boolean>;
    /** Template of merge request titles. */
    mrDefaultTitleTemplate?: pulumi.Input<string>;
    /** How reviewers are chosen. */
    reviewerAssignmentStrategy?: pulumi.Input<string>;
    /** Address of the picture. */
    avatarUrl?: pulumi.Input<string>;
    /** Whether the repository has no commit yet. */
    emptyRepo?: pulumi.Input<boolean>;
    /** Clone address over HTTP. */
    httpUrlToRepo?: pulumi.Input<string>;
    /** Full path, such as `acme/shop/web`. */
    pathWithNamespace?: pulumi.Input<string>;
    /** Registration token for runners. */
    runnersToken?: pulumi.Input<string>;
    /** Clone address over SSH. */
    sshUrlToRepo?: pulumi.Input<string>;
    /** Address of its web page. */
    webUrl?: pulumi.Input<string>;
}
/** What a Project is made of. */
export interface ProjectArgs {
    /** Whether a skipped pipeline counts as green. */
    allowMergeOnSkippedPipeline?: pulumi.Input<boolean>;
    /**
     * Whether the person who started a pipeline may approve its deployment.
     * Not in GitLab's free tier.
     */
    allowPipelineTriggerApproveDeployment?: pulumi.Input<boolean>;
    /**
     * Who can use analytics.
     * One of: `disabled`, `private`, `enabled`.
     */
    analyticsAccessLevel?: pulumi.Input<string>;
    /** Archive instead of delete. */
    archiveOnDestroy?: pulumi.Input<boolean>;
    /** Whether it is read-only. */
    archived?: pulumi.Input<boolean>;
    /** Whether a newer pipeline cancels older ones. */
    autoCancelPendingPipelines?: pulumi.Input<string>;
    /**
     * How Auto DevOps deploys.
     * One of: `continuous`, `manual`, `timed_incremental`.
     */
    autoDevopsDeployStrategy?: pulumi.Input<string>;
    /** Whether Auto DevOps builds pipelines without a file. */
    autoDevopsEnabled?: pulumi.Input<boolean>;
    /**
     * Whether GitLab Duo reviews merge requests.
     * Not in GitLab's free tier.
     */
    autoDuoCodeReviewEnabled?: pulumi.Input<boolean>;
    /** Whether merging closes the issues it names. */
    autocloseReferencedIssues?: pulumi.Input<boolean>;
    /** Path of a local image file. */
    avatar?: pulumi.Input<string>;
    /** SHA-256 of the image file: a change uploads it again. */
    avatarHash?: pulumi.Input<string>;
    /** Which branches a fork takes over; empty for all. */
    branches?: pulumi.Input<string>;
    /**
     * How jobs get the repository.
     * One of: `clone`, `fetch`.
     */
    buildGitStrategy?: pulumi.Input<string>;
    /** Seconds a job may take. */
    buildTimeout?: pulumi.Input<number>;
    /**
     * Who can use builds.
     * One of: `disabled`, `private`, `enabled`.
     */
    buildsAccessLevel?: pulumi.Input<string>;
    /** Path of the pipeline file, other than `.gitlab-ci.yml`. */
    ciConfigPath?: pulumi.Input<string>;
    /** How many commits jobs fetch; 0 for all. */
    ciDefaultGitDepth?: pulumi.Input<number>;
    /** Age in seconds after which pipelines are deleted. */
    ciDeletePipelinesInSeconds?: pulumi.Input<number>;
    /** Whether manual variables are shown on the pipeline page. */
    ciDisplayPipelineVariables?: pulumi.Input<boolean>;
    /** Whether an older deployment job is refused after a newer one. */
    ciForwardDeploymentEnabled?: pulumi.Input<boolean>;
    /** Whether an older deployment job may be run again for a rollback. */
    ciForwardDeploymentRollbackAllowed?: pulumi.Input<boolean>;
    /** Parts the `sub` claim of ID tokens is made of. */
    ciIdTokenSubClaimComponents?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Lowest role that may start pipelines with variables.
     * One of: `developer`, `maintainer`, `owner`, `no_one_allowed`.
     */
    ciPipelineVariablesMinimumOverrideRole?: pulumi.Input<string>;
    /** Whether job tokens may push to the repository. */
    ciPushRepositoryForJobTokenAllowed?: pulumi.Input<boolean>;
    /**
     * Who may cancel pipelines.
     * Not in GitLab's free tier.
     * One of: `developer`, `maintainer`, `no_one`.
     */
    ciRestrictPipelineCancellationRole?: pulumi.Input<string>;
    /** Whether protected branches have caches of their own. */
    ciSeparatedCaches?: pulumi.Input<boolean>;
    /** Which container tags are cleaned up. */
    containerExpirationPolicy?: pulumi.Input<types.input.ProjectContainerExpirationPolicy>;
    /**
     * Who can use the container registry.
     * One of: `disabled`, `private`, `enabled`.
     */
    containerRegistryAccessLevel?: pulumi.Input<string>;
    /** Name of the default branch. */
    defaultBranch?: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Whether notifications are mailed. */
    emailsEnabled?: pulumi.Input<boolean>;
    /**
     * Who can use environments.
     * One of: `disabled`, `private`, `enabled`.
     */
    environmentsAccessLevel?: pulumi.Input<string>;
    /** Label for external authorization. */
    externalAuthorizationClassificationLabel?: pulumi.Input<string>;
    /**
     * Who can use feature flags.
     * One of: `disabled`, `private`, `enabled`.
     */
    featureFlagsAccessLevel?: pulumi.Input<string>;
    /** Id of the project to fork. */
    forkedFromProjectId?: pulumi.Input<number>;
    /**
     * Who can use forking.
     * One of: `disabled`, `private`, `enabled`.
     */
    forkingAccessLevel?: pulumi.Input<string>;
    /** Whether group runners take its jobs. */
    groupRunnersEnabled?: pulumi.Input<boolean>;
    /** Id of the group that holds the template. */
    groupWithProjectTemplatesId?: pulumi.Input<number>;
    /** Repository the content is copied from. */
    importUrl?: pulumi.Input<string>;
    /** Password for importUrl. GitLab never returns it. */
    importUrlPassword?: pulumi.Input<string>;
    /** User for importUrl. */
    importUrlUsername?: pulumi.Input<string>;
    /**
     * Who can use infrastructure.
     * One of: `disabled`, `private`, `enabled`.
     */
    infrastructureAccessLevel?: pulumi.Input<string>;
    /** Whether the repository starts with a README commit. */
    initializeWithReadme?: pulumi.Input<boolean>;
    /** Template of branch names made from issues. */
    issueBranchTemplate?: pulumi.Input<string>;
    /**
     * Who can use issues.
     * One of: `disabled`, `private`, `enabled`.
     */
    issuesAccessLevel?: pulumi.Input<string>;
    /** Default text of issues. */
    issuesTemplate?: pulumi.Input<string>;
    /** Whether the newest artifacts are kept for ever. */
    keepLatestArtifact?: pulumi.Input<boolean>;
    /** Whether Git LFS is on. */
    lfsEnabled?: pulumi.Input<boolean>;
    /** Largest job artifact in megabytes. */
    maxArtifactsSize?: pulumi.Input<number>;
    /** Template of merge commit messages. */
    mergeCommitTemplate?: pulumi.Input<string>;
    /**
     * How a merge request becomes part of its target.
     * One of: `merge`, `rebase_merge`, `ff`.
     */
    mergeMethod?: pulumi.Input<string>;
    /** Whether pipelines run on the merged result. */
    mergePipelinesEnabled?: pulumi.Input<boolean>;
    /** Pattern merge request titles must match. */
    mergeRequestTitleRegex?: pulumi.Input<string>;
    /** What people are told about the title pattern. */
    mergeRequestTitleRegexDescription?: pulumi.Input<string>;
    /**
     * Who can use merge requests.
     * One of: `disabled`, `private`, `enabled`.
     */
    mergeRequestsAccessLevel?: pulumi.Input<string>;
    /** Default text of merge requests. */
    mergeRequestsTemplate?: pulumi.Input<string>;
    /** Whether merge trains are on. */
    mergeTrainsEnabled?: pulumi.Input<boolean>;
    /** Whether a merge may skip the train. */
    mergeTrainsSkipTrainAllowed?: pulumi.Input<boolean>;
    /**
     * Who can use model experiments.
     * One of: `disabled`, `private`, `enabled`.
     */
    modelExperimentsAccessLevel?: pulumi.Input<string>;
    /**
     * Who can use model registry.
     * One of: `disabled`, `private`, `enabled`.
     */
    modelRegistryAccessLevel?: pulumi.Input<string>;
    /**
     * Who can use monitor.
     * One of: `disabled`, `private`, `enabled`.
     */
    monitorAccessLevel?: pulumi.Input<string>;
    /** Whether merge requests of a fork go to the fork itself. */
    mrDefaultTargetSelf?: pulumi.Input<boolean>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /** Id of the group or user it belongs to; the token's own user if left out. */
    namespaceId?: pulumi.Input<number>;
    /** Whether merging needs all threads resolved. */
    onlyAllowMergeIfAllDiscussionsAreResolved?: pulumi.Input<boolean>;
    /** Whether merging needs a green pipeline. */
    onlyAllowMergeIfPipelineSucceeds?: pulumi.Input<boolean>;
    /**
     * Who can use the package registry.
     * One of: `disabled`, `private`, `enabled`, `public`.
     */
    packageRegistryAccessLevel?: pulumi.Input<string>;
    /** Whether the package registry is on. */
    packagesEnabled?: pulumi.Input<boolean>;
    /**
     * Who can use pages.
     * One of: `public`, `private`, `enabled`, `disabled`.
     */
    pagesAccessLevel?: pulumi.Input<string>;
    /** Last part of its address. */
    path?: pulumi.Input<string>;
    /**
     * Whether deleting skips the grace period.
     * Not in GitLab's free tier.
     */
    permanentlyDeleteOnDestroy?: pulumi.Input<boolean>;
    /**
     * Whether pushes with secrets are refused.
     * Not in GitLab's free tier.
     * @deprecated
     */
    preReceiveSecretDetectionEnabled?: pulumi.Input<boolean>;
    /**
     * Whether merging needs a Jira issue.
     * Not in GitLab's free tier.
     */
    preventMergeWithoutJiraIssue?: pulumi.Input<boolean>;
    /** Whether a push prints a link for a merge request. */
    printingMergeRequestLinkEnabled?: pulumi.Input<boolean>;
    /** Whether merge request pipelines may use protected variables and runners. */
    protectMergeRequestPipelines?: pulumi.Input<boolean>;
    /**
     * Old name of publicJobs.
     * @deprecated
     */
    publicBuilds?: pulumi.Input<boolean>;
    /** Whether everybody who sees the project sees its jobs. */
    publicJobs?: pulumi.Input<boolean>;
    /**
     * What the server refuses in a push. Premium tier; use this or ProjectPushRules, not both.
     * @deprecated
     */
    pushRules?: pulumi.Input<types.input.ProjectPushRules>;
    /**
     * Who can use releases.
     * One of: `disabled`, `private`, `enabled`.
     */
    releasesAccessLevel?: pulumi.Input<string>;
    /** Whether the source branch is removed after a merge by default. */
    removeSourceBranchAfterMerge?: pulumi.Input<boolean>;
    /**
     * Who can use repository.
     * One of: `disabled`, `private`, `enabled`.
     */
    repositoryAccessLevel?: pulumi.Input<string>;
    /** Storage the repository lies on. */
    repositoryStorage?: pulumi.Input<string>;
    /** Whether people may ask to become members. */
    requestAccessEnabled?: pulumi.Input<boolean>;
    /**
     * Who can use requirements.
     * One of: `disabled`, `private`, `enabled`.
     */
    requirementsAccessLevel?: pulumi.Input<string>;
    /** Whether threads on changed lines are resolved. */
    resolveOutdatedDiffDiscussions?: pulumi.Input<boolean>;
    /** Order in which jobs of one resource group run. */
    resourceGroupDefaultProcessMode?: pulumi.Input<string>;
    /**
     * Who can use security and compliance.
     * One of: `disabled`, `private`, `enabled`.
     */
    securityAndComplianceAccessLevel?: pulumi.Input<string>;
    /** Whether instance runners take its jobs. */
    sharedRunnersEnabled?: pulumi.Input<boolean>;
    /** Do not wait until GitLab has protected the default branch. */
    skipWaitForDefaultBranchProtection?: pulumi.Input<boolean>;
    /**
     * Who can use snippets.
     * One of: `disabled`, `private`, `enabled`.
     */
    snippetsAccessLevel?: pulumi.Input<string>;
    /** Template of squash commit messages. */
    squashCommitTemplate?: pulumi.Input<string>;
    /**
     * Whether commits are squashed at merge.
     * One of: `never`, `always`, `default_on`, `default_off`.
     * @default "default_off"
     */
    squashOption?: pulumi.Input<string>;
    /** Message of commits that apply suggestions. */
    suggestionCommitMessage?: pulumi.Input<string>;
    /**
     * Built-in template to start from.
     * Changing it makes a new object.
     */
    templateName?: pulumi.Input<string>;
    /**
     * Id of the project to use as a template.
     * Changing it makes a new object.
     */
    templateProjectId?: pulumi.Input<number>;
    /** Topics people find it by. */
    topics?: pulumi.Input<pulumi.Input<string>[]>;
    /** Whether the template is one of the instance's or group's own. */
    useCustomTemplate?: pulumi.Input<boolean>;
    /**
     * Who can see it.
     * One of: `private`, `internal`, `public`.
     */
    visibilityLevel?: pulumi.Input<string>;
    /**
     * Who can use the wiki.
     * One of: `disabled`, `private`, `enabled`.
     */
    wikiAccessLevel?: pulumi.Input<string>;
    /** Whether merge requests are rebased before merging. GitLab 19.4 or newer. */
    automaticRebaseEnabled?: pulumi.Input<boolean>;
    /** Template of merge request titles. */
    mrDefaultTitleTemplate?: pulumi.Input<string>;
    /** How reviewers are chosen. */
    reviewerAssignmentStrategy?: pulumi.Input<string>;
}

/** A branch of a project's repository, made from a ref. */
export declare class Branch extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: BranchState, opts?: pulumi.CustomResourceOptions): Branch;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is Branch;
    /** Whether deleting the resource leaves it there. */
    readonly keepOnDestroy: pulumi.Output<boolean>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /**
     * Branch, tag or commit it starts from.
     * Changing it makes a new object.
     */
    readonly ref: pulumi.Output<string>;
    /** Whether it may push. */
    readonly canPush: pulumi.Output<boolean>;
    /** The newest commit, as a list of one. */
    readonly commits: pulumi.Output<types.output.BranchCommit[]>;
    /** Whether it is the default branch. */
    readonly default: pulumi.Output<boolean>;
    /** Whether developers may merge. */
    readonly developerCanMerge: pulumi.Output<boolean>;
    /** Whether developers may push. */
    readonly developerCanPush: pulumi.Output<boolean>;
    /** Whether it is merged into the default branch. */
    readonly merged: pulumi.Output<boolean>;
    /** Whether it is protected. */
    readonly protected: pulumi.Output<boolean>;
    /** Address of its web page. */
    readonly webUrl: pulumi.Output<string>;
    constructor(name: string, args: BranchArgs, opts?: pulumi.CustomResourceOptions);
}
/** What Branch.get can look for. */
export interface BranchState {
    /** Whether deleting the resource leaves it there. */
    keepOnDestroy?: pulumi.Input<boolean>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /**
     * Branch, tag or commit it starts from.
     * Changing it makes a new object.
     */
    ref?: pulumi.Input<string>;
    /** Whether it may push. */
    canPush?: pulumi.Input<boolean>;
    /** The newest commit, as a list of one. */
    commits?: pulumi.Input<pulumi.Input<types.input.BranchCommit>[]>;
    /** Whether it is the default branch. */
    default?: pulumi.Input<boolean>;
    /** Whether developers may merge. */
    developerCanMerge?: pulumi.Input<boolean>;
    /** Whether developers may push. */
    developerCanPush?: pulumi.Input<boolean>;
    /** Whether it is merged into the default branch. */
    merged?: pulumi.Input<boolean>;
    /** Whether it is protected. */
    protected?: pulumi.Input<boolean>;
    /** Address of its web page. */
    webUrl?: pulumi.Input<string>;
}
/** What a Branch is made of. */
export interface BranchArgs {
    /** Whether deleting the resource leaves it there. */
    keepOnDestroy?: pulumi.Input<boolean>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /**
     * Branch, tag or commit it starts from.
     * Changing it makes a new object.
     */
    ref: pulumi.Input<string>;
}

/** Who may push and merge to a branch, or to all branches that match a wildcard. GitLab protects the default branch on its own: that protection is taken over. */
export declare class BranchProtection extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: BranchProtectionState, opts?: pulumi.CustomResourceOptions): BranchProtection;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is BranchProtection;
    /**
     * Whether everybody who may push may also force push.
     * @default false
     */
    readonly allowForcePush: pulumi.Output<boolean>;
    /**
     * Roles, users and groups that may merge. Premium tier.
     * Not in GitLab's free tier.
     */
    readonly allowedToMerges: pulumi.Output<types.output.BranchProtectionAllowedToMerge[]>;
    /**
     * Roles, users, groups and deploy keys that may push. Premium tier.
     * Not in GitLab's free tier.
     */
    readonly allowedToPushes: pulumi.Output<types.output.BranchProtectionAllowedToPush[]>;
    /**
     * Roles, users and groups that may change the protection. Premium tier.
     * Not in GitLab's free tier.
     */
    readonly allowedToUnprotects: pulumi.Output<types.output.BranchProtectionAllowedToUnprotect[]>;
    /**
     * Name of the branch, or a wildcard such as `release/*`.
     * Changing it makes a new object.
     */
    readonly branch: pulumi.Output<string>;
    /**
     * Whether pushes need code owners' approval. Premium tier.
     * Not in GitLab's free tier.
     */
    readonly codeOwnerApprovalRequired: pulumi.Output<boolean>;
    /**
     * Lowest role that may merge.
     * One of: `no one`, `developer`, `maintainer`, `admin`.
     */
    readonly mergeAccessLevel: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /**
     * Lowest role that may push.
     * One of: `no one`, `developer`, `maintainer`, `admin`.
     */
    readonly pushAccessLevel: pulumi.Output<string>;
    /** Id of the protection. */
    readonly branchProtectionId: pulumi.Output<number>;
    constructor(name: string, args: BranchProtectionArgs, opts?: pulumi.CustomResourceOptions);
}
/** What BranchProtection.get can look for. */
export interface BranchProtectionState {
    /**
     * Whether everybody who may push may also force push.
     * @default false
     */
    allowForcePush?: pulumi.Input<boolean>;
    /**
     * Roles, users and groups that may merge. Premium tier.
     * Not in GitLab's free tier.
     */
    allowedToMerges?: pulumi.Input<pulumi.Input<types.input.BranchProtectionAllowedToMerge>[]>;
    /**
     * Roles, users, groups and deploy keys that may push. Premium tier.
     * Not in GitLab's free tier.
     */
    allowedToPushes?: pulumi.Input<pulumi.Input<types.input.BranchProtectionAllowedToPush>[]>;
    /**
     * Roles, users and groups that may change the protection. Premium tier.
     * Not in GitLab's free tier.
     */
    allowedToUnprotects?: pulumi.Input<pulumi.Input<types.input.BranchProtectionAllowedToUnprotect>[]>;
    /**
     * Name of the branch, or a wildcard such as `release/*`.
     * Changing it makes a new object.
     */
    branch?: pulumi.Input<string>;
    /**
     * Whether pushes need code owners' approval. Premium tier.
     * Not in GitLab's free tier.
     */
    codeOwnerApprovalRequired?: pulumi.Input<boolean>;
    /**
     * Lowest role that may merge.
     * One of: `no one`, `developer`, `maintainer`, `admin`.
     */
    mergeAccessLevel?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /**
     * Lowest role that may push.
     * One of: `no one`, `developer`, `maintainer`, `admin`.
     */
    pushAccessLevel?: pulumi.Input<string>;
    /** Id of the protection. */
    branchProtectionId?: pulumi.Input<number>;
}
/** What a BranchProtection is made of. */
export interface BranchProtectionArgs {
    /**
     * Whether everybody who may push may also force push.
     * @default false
     */
    allowForcePush?: pulumi.Input<boolean>;
    /**
     * Roles, users and groups that may merge. Premium tier.
     * Not in GitLab's free tier.
     */
    allowedToMerges?: pulumi.Input<pulumi.Input<types.input.BranchProtectionAllowedToMerge>[]>;
    /**
     * Roles, users, groups and deploy keys that may push. Premium tier.
     * Not in GitLab's free tier.
     */
    allowedToPushes?: pulumi.Input<pulumi.Input<types.input.BranchProtectionAllowedToPush>[]>;
    /**
     * Roles, users and groups that may change the protection. Premium tier.
     * Not in GitLab's free tier.
     */
    allowedToUnprotects?: pulumi.Input<pulumi.Input<types.input.BranchProtectionAllowedToUnprotect>[]>;
    /**
     * Name of the branch, or a wildcard such as `release/*`.
     * Changing it makes a new object.
     */
    branch: pulumi.Input<string>;
    /**
     * Whether pushes need code owners' approval. Premium tier.
     * Not in GitLab's free tier.
     */
    codeOwnerApprovalRequired?: pulumi.Input<boolean>;
    /**
     * Lowest role that may merge.
     * One of: `no one`, `developer`, `maintainer`, `admin`.
     */
    mergeAccessLevel?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /**
     * Lowest role that may push.
     * One of: `no one`, `developer`, `maintainer`, `admin`.
     */
    pushAccessLevel?: pulumi.Input<string>;
}

/** Who may create a tag, or tags that match a wildcard. */
export declare class TagProtection extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: TagProtectionState, opts?: pulumi.CustomResourceOptions): TagProtection;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is TagProtection;
    /**
     * Roles, users, groups and deploy keys that may create the tag. Premium tier.
     * Changing it makes a new object.
     */
    readonly allowedToCreates: pulumi.Output<types.output.TagProtectionAllowedToCreate[] | undefined>;
    /**
     * Lowest role that may create the tag.
     * One of: `no one`, `developer`, `maintainer`, `admin`.
     * Changing it makes a new object.
     */
    readonly createAccessLevel: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /**
     * Name of the tag, or a wildcard.
     * Changing it makes a new object.
     */
    readonly tag: pulumi.Output<string>;
    constructor(name: string, args: TagProtectionArgs, opts?: pulumi.CustomResourceOptions);
}
/** What TagProtection.get can look for. */
export interface TagProtectionState {
    /**
     * Roles, users, groups and deploy keys that may create the tag. Premium tier.
     * Changing it makes a new object.
     */
    allowedToCreates?: pulumi.Input<pulumi.Input<types.input.TagProtectionAllowedToCreate>[]>;
    /**
     * Lowest role that may create the tag.
     * One of: `no one`, `developer`, `maintainer`, `admin`.
     * Changing it makes a new object.
     */
    createAccessLevel?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /**
     * Name of the tag, or a wildcard.
     * Changing it makes a new object.
     */
    tag?: pulumi.Input<string>;
}
/** What a TagProtection is made of. */
export interface TagProtectionArgs {
    /**
     * Roles, users, groups and deploy keys that may create the tag. Premium tier.
     * Changing it makes a new object.
     */
    allowedToCreates?: pulumi.Input<pulumi.Input<types.input.TagProtectionAllowedToCreate>[]>;
    /**
     * Lowest role that may create the tag.
     * One of: `no one`, `developer`, `maintainer`, `admin`.
     * Changing it makes a new object.
     */
    createAccessLevel?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /**
     * Name of the tag, or a wildcard.
     * Changing it makes a new object.
     */
    tag: pulumi.Input<string>;
}

/** An environment that a project deploys to. */
export declare class ProjectEnvironment extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectEnvironmentState, opts?: pulumi.CustomResourceOptions): ProjectEnvironment;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectEnvironment;
    /**
     * When it is stopped on its own.
     * One of: `always`, `with_action`.
     */
    readonly autoStopSetting: pulumi.Output<string>;
    /** Id of the cluster agent that serves it. */
    readonly clusterAgentId: pulumi.Output<number | undefined>;
    /** Free text for people. */
    readonly description: pulumi.Output<string>;
    /** Address where the deployed application is. */
    readonly externalUrl: pulumi.Output<string>;
    /** Path of the Flux resource shown on its page. */
    readonly fluxResourcePath: pulumi.Output<string>;
    /** Namespace shown on the environment's page. */
    readonly kubernetesNamespace: pulumi.Output<string>;
    /**
     * Name. Cannot be changed later.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Stop it before deleting: GitLab deletes only stopped environments. */
    readonly stopBeforeDestroy: pulumi.Output<boolean>;
    /**
     * Kind of environment.
     * One of: `production`, `staging`, `testing`, `development`, `other`.
     */
    readonly tier: pulumi.Output<string>;
    /** When it will be stopped. */
    readonly autoStopAt: pulumi.Output<string>;
    /** When it was made (RFC 3339). */
    readonly createdAt: pulumi.Output<string>;
    /** Name in a form that fits host names. */
    readonly slug: pulumi.Output<string>;
    /** Where it is in its life. */
    readonly state: pulumi.Output<string>;
    /** When it was last changed (RFC 3339). */
    readonly updatedAt: pulumi.Output<string>;
    constructor(name: string, args: ProjectEnvironmentArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectEnvironment.get can look for. */
export interface ProjectEnvironmentState {
    /**
     * When it is stopped on its own.
     * One of: `always`, `with_action`.
     */
    autoStopSetting?: pulumi.Input<string>;
    /** Id of the cluster agent that serves it. */
    clusterAgentId?: pulumi.Input<number>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Address where the deployed application is. */
    externalUrl?: pulumi.Input<string>;
    /** Path of the Flux resource shown on its page. */
    fluxResourcePath?: pulumi.Input<string>;
    /** Namespace shown on the environment's page. */
    kubernetesNamespace?: pulumi.Input<string>;
    /**
     * Name. Cannot be changed later.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Stop it before deleting: GitLab deletes only stopped environments. */
    stopBeforeDestroy?: pulumi.Input<boolean>;
    /**
     * Kind of environment.
     * One of: `production`, `staging`, `testing`, `development`, `other`.
     */
    tier?: pulumi.Input<string>;
    /** When it will be stopped. */
    autoStopAt?: pulumi.Input<string>;
    /** When it was made (RFC 3339). */
    createdAt?: pulumi.Input<string>;
    /** Name in a form that fits host names. */
    slug?: pulumi.Input<string>;
    /** Where it is in its life. */
    state?: pulumi.Input<string>;
    /** When it was last changed (RFC 3339). */
    updatedAt?: pulumi.Input<string>;
}
/** What a ProjectEnvironment is made of. */
export interface ProjectEnvironmentArgs {
    /**
     * When it is stopped on its own.
     * One of: `always`, `with_action`.
     */
    autoStopSetting?: pulumi.Input<string>;
    /** Id of the cluster agent that serves it. */
    clusterAgentId?: pulumi.Input<number>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Address where the deployed application is. */
    externalUrl?: pulumi.Input<string>;
    /** Path of the Flux resource shown on its page. */
    fluxResourcePath?: pulumi.Input<string>;
    /** Namespace shown on the environment's page. */
    kubernetesNamespace?: pulumi.Input<string>;
    /**
     * Name. Cannot be changed later.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Stop it before deleting: GitLab deletes only stopped environments. */
    stopBeforeDestroy?: pulumi.Input<boolean>;
    /**
     * Kind of environment.
     * One of: `production`, `staging`, `testing`, `development`, `other`.
     */
    tier?: pulumi.Input<string>;
}

/** Who may deploy to an environment and whose approval a deployment needs. Premium tier. */
export declare class ProjectProtectedEnvironment extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectProtectedEnvironmentState, opts?: pulumi.CustomResourceOptions): ProjectProtectedEnvironment;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectProtectedEnvironment;
    /** Whose approval is needed. */
    readonly approvalRules: pulumi.Output<types.output.ProjectProtectedEnvironmentApprovalRule[]>;
    /** Who may deploy. */
    readonly deployAccessLevelsAttributes: pulumi.Output<types.output.ProjectProtectedEnvironmentDeployAccessLevelsAttribute[] | undefined>;
    /**
     * Name of the environment.
     * Changing it makes a new object.
     */
    readonly environment: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    constructor(name: string, args: ProjectProtectedEnvironmentArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectProtectedEnvironment.get can look for. */
export interface ProjectProtectedEnvironmentState {
    /** Whose approval is needed. */
    approvalRules?: pulumi.Input<pulumi.Input<types.input.ProjectProtectedEnvironmentApprovalRule>[]>;
    /** Who may deploy. */
    deployAccessLevelsAttributes?: pulumi.Input<pulumi.Input<types.input.ProjectProtectedEnvironmentDeployAccessLevelsAttribute>[]>;
    /**
     * Name of the environment.
     * Changing it makes a new object.
     */
    environment?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
}
/** What a ProjectProtectedEnvironment is made of. */
export interface ProjectProtectedEnvironmentArgs {
    /** Whose approval is needed. */
    approvalRules?: pulumi.Input<pulumi.Input<types.input.ProjectProtectedEnvironmentApprovalRule>[]>;
    /** Who may deploy. */
    deployAccessLevelsAttributes?: pulumi.Input<pulumi.Input<types.input.ProjectProtectedEnvironmentDeployAccessLevelsAttribute>[]>;
    /**
     * Name of the environment.
     * Changing it makes a new object.
     */
    environment: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
}

/** A CI/CD variable of a project. The value is not secret by itself: wrap it with pulumi.secret. */
export declare class ProjectVariable extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectVariableState, opts?: pulumi.CustomResourceOptions): ProjectVariable;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectVariable;
    /** Free text for people. */
    readonly description: pulumi.Output<string>;
    /**
     * Environments it is for; `*` for all.
     * Changing it makes a new object.
     */
    readonly environmentScope: pulumi.Output<string>;
    /**
     * Whether the value can never be read again. Only at creation, and only if masked.
     * Changing it makes a new object.
     */
    readonly hidden: pulumi.Output<boolean>;
    /**
     * Name of the variable.
     * Changing it makes a new object.
     */
    readonly key: pulumi.Output<string>;
    /** Whether the value is blanked out in job logs. */
    readonly masked: pulumi.Output<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Whether only jobs of protected branches and tags get it. */
    readonly protected: pulumi.Output<boolean>;
    /** Whether `$` in the value stays as it is. */
    readonly raw: pulumi.Output<boolean>;
    /** Value. */
    readonly value: pulumi.Output<string>;
    /**
     * How a job gets the value: as environment variable or as path of a file.
     * One of: `env_var`, `file`.
     */
    readonly variableType: pulumi.Output<string>;
    constructor(name: string, args: ProjectVariableArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectVariable.get can look for. */
export interface ProjectVariableState {
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Environments it is for; `*` for all.
     * Changing it makes a new object.
     */
    environmentScope?: pulumi.Input<string>;
    /**
     * Whether the value can never be read again. Only at creation, and only if masked.
     * Changing it makes a new object.
     */
    hidden?: pulumi.Input<boolean>;
    /**
     * Name of the variable.
     * Changing it makes a new object.
     */
    key?: pulumi.Input<string>;
    /** Whether the value is blanked out in job logs. */
    masked?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Whether only jobs of protected branches and tags get it. */
    protected?: pulumi.Input<boolean>;
    /** Whether `$` in the value stays as it is. */
    raw?: pulumi.Input<boolean>;
    /** Value. */
    value?: pulumi.Input<string>;
    /**
     * How a job gets the value: as environment variable or as path of a file.
     * One of: `env_var`, `file`.
     */
    variableType?: pulumi.Input<string>;
}
/** What a ProjectVariable is made of. */
export interface ProjectVariableArgs {
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Environments it is for; `*` for all.
     * Changing it makes a new object.
     */
    environmentScope?: pulumi.Input<string>;
    /**
     * Whether the value can never be read again. Only at creation, and only if masked.
     * Changing it makes a new object.
     */
    hidden?: pulumi.Input<boolean>;
    /**
     * Name of the variable.
     * Changing it makes a new object.
     */
    key: pulumi.Input<string>;
    /** Whether the value is blanked out in job logs. */
    masked?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Whether only jobs of protected branches and tags get it. */
    protected?: pulumi.Input<boolean>;
    /** Whether `$` in the value stays as it is. */
    raw?: pulumi.Input<boolean>;
    /** Value. */
    value: pulumi.Input<string>;
    /**
     * How a job gets the value: as environment variable or as path of a file.
     * One of: `env_var`, `file`.
     */
    variableType?: pulumi.Input<string>;
}

/** A CI/CD variable of a group, inherited by its projects. The value is not secret by itself: wrap it with pulumi.secret. */
export declare class GroupVariable extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GroupVariableState, opts?: pulumi.CustomResourceOptions): GroupVariable;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is GroupVariable;
    /** Free text for people. */
    readonly description: pulumi.Output<string>;
    /**
     * Environments it is for; `*` for all.
     * Changing it makes a new object.
     */
    readonly environmentScope: pulumi.Output<string>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    readonly group: pulumi.Output<string>;
    /**
     * Whether the value can never be read again. Only at creation, and only if masked.
     * Changing it makes a new object.
     */
    readonly hidden: pulumi.Output<boolean>;
    /**
     * Name of the variable.
     * Changing it makes a new object.
     */
    readonly key: pulumi.Output<string>;
    /** Whether the value is blanked out in job logs. */
    readonly masked: pulumi.Output<boolean>;
    /** Whether only jobs of protected branches and tags get it. */
    readonly protected: pulumi.Output<boolean>;
    /** Whether `$` in the value stays as it is. */
    readonly raw: pulumi.Output<boolean>;
    /** Value. */
    readonly value: pulumi.Output<string>;
    /**
     * How a job gets the value: as environment variable or as path of a file.
     * One of: `env_var`, `file`.
     */
    readonly variableType: pulumi.Output<string>;
    constructor(name: string, args: GroupVariableArgs, opts?: pulumi.CustomResourceOptions);
}
/** What GroupVariable.get can look for. */
export interface GroupVariableState {
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Environments it is for; `*` for all.
     * Changing it makes a new object.
     */
    environmentScope?: pulumi.Input<string>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    group?: pulumi.Input<string>;
    /**
     * Whether the value can never be read again. Only at creation, and only if masked.
     * Changing it makes a new object.
     */
    hidden?: pulumi.Input<boolean>;
    /**
     * Name of the variable.
     * Changing it makes a new object.
     */
    key?: pulumi.Input<string>;
    /** Whether the value is blanked out in job logs. */
    masked?: pulumi.Input<boolean>;
    /** Whether only jobs of protected branches and tags get it. */
    protected?: pulumi.Input<boolean>;
    /** Whether `$` in the value stays as it is. */
    raw?: pulumi.Input<boolean>;
    /** Value. */
    value?: pulumi.Input<string>;
    /**
     * How a job gets the value: as environment variable or as path of a file.
     * One of: `env_var`, `file`.
     */
    variableType?: pulumi.Input<string>;
}
/** What a GroupVariable is made of. */
export interface GroupVariableArgs {
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Environments it is for; `*` for all.
     * Changing it makes a new object.
     */
    environmentScope?: pulumi.Input<string>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    group: pulumi.Input<string>;
    /**
     * Whether the value can never be read again. Only at creation, and only if masked.
     * Changing it makes a new object.
     */
    hidden?: pulumi.Input<boolean>;
    /**
     * Name of the variable.
     * Changing it makes a new object.
     */
    key: pulumi.Input<string>;
    /** Whether the value is blanked out in job logs. */
    masked?: pulumi.Input<boolean>;
    /** Whether only jobs of protected branches and tags get it. */
    protected?: pulumi.Input<boolean>;
    /** Whether `$` in the value stays as it is. */
    raw?: pulumi.Input<boolean>;
    /** Value. */
    value: pulumi.Input<string>;
    /**
     * How a job gets the value: as environment variable or as path of a file.
     * One of: `env_var`, `file`.
     */
    variableType?: pulumi.Input<string>;
}

/** A CI/CD variable of the whole instance. Administrators only. */
export declare class InstanceVariable extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: InstanceVariableState, opts?: pulumi.CustomResourceOptions): InstanceVariable;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is InstanceVariable;
    /** Free text for people. */
    readonly description: pulumi.Output<string>;
    /**
     * Name of the variable.
     * Changing it makes a new object.
     */
    readonly key: pulumi.Output<string>;
    /**
     * Whether the value is blanked out in job logs.
     * @default false
     */
    readonly masked: pulumi.Output<boolean>;
    /**
     * Whether only jobs of protected branches and tags get it.
     * @default false
     */
    readonly protected: pulumi.Output<boolean>;
    /** Whether `$` in the value stays as it is. */
    readonly raw: pulumi.Output<boolean>;
    /** Value. */
    readonly value: pulumi.Output<string>;
    /**
     * How a job gets the value: as environment variable or as path of a file.
     * One of: `env_var`, `file`.
     * @default "env_var"
     */
    readonly variableType: pulumi.Output<string>;
    constructor(name: string, args: InstanceVariableArgs, opts?: pulumi.CustomResourceOptions);
}
/** What InstanceVariable.get can look for. */
export interface InstanceVariableState {
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Name of the variable.
     * Changing it makes a new object.
     */
    key?: pulumi.Input<string>;
    /**
     * Whether the value is blanked out in job logs.
     * @default false
     */
    masked?: pulumi.Input<boolean>;
    /**
     * Whether only jobs of protected branches and tags get it.
     * @default false
     */
    protected?: pulumi.Input<boolean>;
    /** Whether `$` in the value stays as it is. */
    raw?: pulumi.Input<boolean>;
    /** Value. */
    value?: pulumi.Input<string>;
    /**
     * How a job gets the value: as environment variable or as path of a file.
     * One of: `env_var`, `file`.
     * @default "env_var"
     */
    variableType?: pulumi.Input<string>;
}
/** What a InstanceVariable is made of. */
export interface InstanceVariableArgs {
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Name of the variable.
     * Changing it makes a new object.
     */
    key: pulumi.Input<string>;
    /**
     * Whether the value is blanked out in job logs.
     * @default false
     */
    masked?: pulumi.Input<boolean>;
    /**
     * Whether only jobs of protected branches and tags get it.
     * @default false
     */
    protected?: pulumi.Input<boolean>;
    /** Whether `$` in the value stays as it is. */
    raw?: pulumi.Input<boolean>;
    /** Value. */
    value: pulumi.Input<string>;
    /**
     * How a job gets the value: as environment variable or as path of a file.
     * One of: `env_var`, `file`.
     * @default "env_var"
     */
    variableType?: pulumi.Input<string>;
}

/** A webhook of a project. */
export declare class ProjectHook extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectHookState, opts?: pulumi.CustomResourceOptions): ProjectHook;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectHook;
    /**
     * How pushEventsBranchFilter is read.
     * One of: `wildcard`, `regex`, `all_branches`.
     */
    readonly branchFilterStrategy: pulumi.Output<string>;
    /**
     * Called on changes of confidential issues.
     * @default false
     */
    readonly confidentialIssuesEvents: pulumi.Output<boolean>;
    /**
     * Called on confidential comments.
     * @default false
     */
    readonly confidentialNoteEvents: pulumi.Output<boolean>;
    /** Headers sent with each call. */
    readonly customHeaders: pulumi.Output<types.output.ProjectHookCustomHeader[] | undefined>;
    /** Template of the body that is sent. */
    readonly customWebhookTemplate: pulumi.Output<string>;
    /**
     * Called on deployments.
     * @default false
     */
    readonly deploymentEvents: pulumi.Output<boolean>;
    /** Free text for people. */
    readonly description: pulumi.Output<string>;
    /**
     * Called on reactions.
     * @default false
     */
    readonly emojiEvents: pulumi.Output<boolean>;
    /**
     * Whether the server's certificate must be valid.
     * @default true
     */
    readonly enableSslVerification: pulumi.Output<boolean>;
    /**
     * Called on feature flag changes.
     * @default false
     */
    readonly featureFlagEvents: pulumi.Output<boolean>;
    /**
     * Called on issue changes.
     * @default false
     */
    readonly issuesEvents: pulumi.Output<boolean>;
    /**
     * Called on job changes.
     * @default false
     */
    readonly jobEvents: pulumi.Output<boolean>;
    /**
     * Called on merge request changes.
     * @default false
     */
    readonly mergeRequestsEvents: pulumi.Output<boolean>;
    /**
     * Called on milestone changes.
     * @default false
     */
    readonly milestoneEvents: pulumi.Output<boolean>;
    /** Name. */
    readonly name: pulumi.Output<string>;
    /**
     * Called on comments.
     * @default false
     */
    readonly noteEvents: pulumi.Output<boolean>;
    /**
     * Called on pipeline changes.
     * @default false
     */
    readonly pipelineEvents: pulumi.Output<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /**
     * Called on pushes.
     * @default true
     */
    readonly pushEvents: pulumi.Output<boolean>;
    /** Branches whose pushes count; all if empty. */
    readonly pushEventsBranchFilter: pulumi.Output<string>;
    /**
     * Called on releases.
     * @default false
     */
    readonly releasesEvents: pulumi.Output<boolean>;
    /**
     * Called before access tokens expire.
     * @default false
     */
    readonly resourceAccessTokenEvents: pulumi.Output<boolean>;
    /**
     * Called before deploy tokens expire.
     * @default false
     */
    readonly resourceDeployTokenEvents: pulumi.Output<boolean>;
    /** Key that calls are signed with. GitLab 19.0 or newer; never returned. */
    readonly signingToken: pulumi.Output<string | undefined>;
    /**
     * Called on new and removed tags.
     * @default false
     */
    readonly tagPushEvents: pulumi.Output<boolean>;
    /** Sent in the X-Gitlab-Token header. Never returned. */
    readonly token: pulumi.Output<string>;
    /**
     * Address that is called.
     * Changing it makes a new object.
     */
    readonly url: pulumi.Output<string>;
    /** Parts of the address kept secret. */
    readonly urlVariables: pulumi.Output<types.output.ProjectHookUrlVariable[] | undefined>;
    /**
     * Called on vulnerabilities.
     * @default false
     */
    readonly vulnerabilityEvents: pulumi.Output<boolean>;
    /**
     * Called on wiki changes.
     * @default false
     */
    readonly wikiPageEvents: pulumi.Output<boolean>;
    /** Whether the hook is working. */
    readonly alertStatus: pulumi.Output<string>;
    /** When a failing hook is tried again. */
    readonly disabledUntil: pulumi.Output<string>;
    /** Id of the hook. */
    readonly hookId: pulumi.Output<number>;
    /** Id of the project. */
    readonly projectId: pulumi.Output<number>;
    /** Called once for each push, whatever it holds. */
    readonly repositoryUpdateEvents: pulumi.Output<boolean>;
    /** Whether a signing token is set. */
    readonly signingTokenPresent: pulumi.Output<boolean>;
    constructor(name: string, args: ProjectHookArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectHook.get can look for. */
export interface ProjectHookState {
    /**
     * How pushEventsBranchFilter is read.
     * One of: `wildcard`, `regex`, `all_branches`.
     */
    branchFilterStrategy?: pulumi.Input<string>;
    /**
     * Called on changes of confidential issues.
     * @default false
     */
    confidentialIssuesEvents?: pulumi.Input<boolean>;
    /**
     * Called on confidential comments.
     * @default false
     */
    confidentialNoteEvents?: pulumi.Input<boolean>;
    /** Headers sent with each call. */
    customHeaders?: pulumi.Input<pulumi.Input<types.input.ProjectHookCustomHeader>[]>;
    /** Template of the body that is sent. */
    customWebhookTemplate?: pulumi.Input<string>;
    /**
     * Called on deployments.
     * @default false
     */
    deploymentEvents?: pulumi.Input<boolean>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Called on reactions.
     * @default false
     */
    emojiEvents?: pulumi.Input<boolean>;
    /**
     * Whether the server's certificate must be valid.
     * @default true
     */
    enableSslVerification?: pulumi.Input<boolean>;
    /**
     * Called on feature flag changes.
     * @default false
     */
    featureFlagEvents?: pulumi.Input<boolean>;
    /**
     * Called on issue changes.
     * @default false
     */
    issuesEvents?: pulumi.Input<boolean>;
    /**
     * Called on job changes.
     * @default false
     */
    jobEvents?: pulumi.Input<boolean>;
    /**
     * Called on merge request changes.
     * @default false
     */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /**
     * Called on milestone changes.
     * @default false
     */
    milestoneEvents?: pulumi.Input<boolean>;
    /** Name. */
    name?: pulumi.Input<string>;
    /**
     * Called on comments.
     * @default false
     */
    noteEvents?: pulumi.Input<boolean>;
    /**
     * Called on pipeline changes.
     * @default false
     */
    pipelineEvents?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /**
     * Called on pushes.
     * @default true
     */
    pushEvents?: pulumi.Input<boolean>;
    /** Branches whose pushes count; all if empty. */
    pushEventsBranchFilter?: pulumi.Input<string>;
    /**
     * Called on releases.
     * @default false
     */
    releasesEvents?: pulumi.Input<boolean>;
    /**
     * Called before access tokens expire.
     * @default false
     */
    resourceAccessTokenEvents?: pulumi.Input<boolean>;
    /**
     * Called before deploy tokens expire.
     * @default false
     */
    resourceDeployTokenEvents?: pulumi.Input<boolean>;
    /** Key that calls are signed with. GitLab 19.0 or newer; never returned. */
    signingToken?: pulumi.Input<string>;
    /**
     * Called on new and removed tags.
     * @default false
     */
    tagPushEvents?: pulumi.Input<boolean>;
    /** Sent in the X-Gitlab-Token header. Never returned. */
    token?: pulumi.Input<string>;
    /**
     * Address that is called.
     * Changing it makes a new object.
     */
    url?: pulumi.Input<string>;
    /** Parts of the address kept secret. */
    urlVariables?: pulumi.Input<pulumi.Input<types.input.ProjectHookUrlVariable>[]>;
    /**
     * Called on vulnerabilities.
     * @default false
     */
    vulnerabilityEvents?: pulumi.Input<boolean>;
    /**
     * Called on wiki changes.
     * @default false
     */
    wikiPageEvents?: pulumi.Input<boolean>;
    /** Whether the hook is working. */
    alertStatus?: pulumi.Input<string>;
    /** When a failing hook is tried again. */
    disabledUntil?: pulumi.Input<string>;
    /** Id of the hook. */
    hookId?: pulumi.Input<number>;
    /** Id of the project. */
    projectId?: pulumi.Input<number>;
    /** Called once for each push, whatever it holds. */
    repositoryUpdateEvents?: pulumi.Input<boolean>;
    /** Whether a signing token is set. */
    signingTokenPresent?: pulumi.Input<boolean>;
}
/** What a ProjectHook is made of. */
export interface ProjectHookArgs {
    /**
     * How pushEventsBranchFilter is read.
     * One of: `wildcard`, `regex`, `all_branches`.
     */
    branchFilterStrategy?: pulumi.Input<string>;
    /**
     * Called on changes of confidential issues.
     * @default false
     */
    confidentialIssuesEvents?: pulumi.Input<boolean>;
    /**
     * Called on confidential comments.
     * @default false
     */
    confidentialNoteEvents?: pulumi.Input<boolean>;
    /** Headers sent with each call. */
    customHeaders?: pulumi.Input<pulumi.Input<types.input.ProjectHookCustomHeader>[]>;
    /** Template of the body that is sent. */
    customWebhookTemplate?: pulumi.Input<string>;
    /**
     * Called on deployments.
     * @default false
     */
    deploymentEvents?: pulumi.Input<boolean>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Called on reactions.
     * @default false
     */
    emojiEvents?: pulumi.Input<boolean>;
    /**
     * Whether the server's certificate must be valid.
     * @default true
     */
    enableSslVerification?: pulumi.Input<boolean>;
    /**
     * Called on feature flag changes.
     * @default false
     */
    featureFlagEvents?: pulumi.Input<boolean>;
    /**
     * Called on issue changes.
     * @default false
     */
    issuesEvents?: pulumi.Input<boolean>;
    /**
     * Called on job changes.
     * @default false
     */
    jobEvents?: pulumi.Input<boolean>;
    /**
     * Called on merge request changes.
     * @default false
     */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /**
     * Called on milestone changes.
     * @default false
     */
    milestoneEvents?: pulumi.Input<boolean>;
    /** Name. */
    name?: pulumi.Input<string>;
    /**
     * Called on comments.
     * @default false
     */
    noteEvents?: pulumi.Input<boolean>;
    /**
     * Called on pipeline changes.
     * @default false
     */
    pipelineEvents?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /**
     * Called on pushes.
     * @default true
     */
    pushEvents?: pulumi.Input<boolean>;
    /** Branches whose pushes count; all if empty. */
    pushEventsBranchFilter?: pulumi.Input<string>;
    /**
     * Called on releases.
     * @default false
     */
    releasesEvents?: pulumi.Input<boolean>;
    /**
     * Called before access tokens expire.
     * @default false
     */
    resourceAccessTokenEvents?: pulumi.Input<boolean>;
    /**
     * Called before deploy tokens expire.
     * @default false
     */
    resourceDeployTokenEvents?: pulumi.Input<boolean>;
    /** Key that calls are signed with. GitLab 19.0 or newer; never returned. */
    signingToken?: pulumi.Input<string>;
    /**
     * Called on new and removed tags.
     * @default false
     */
    tagPushEvents?: pulumi.Input<boolean>;
    /** Sent in the X-Gitlab-Token header. Never returned. */
    token?: pulumi.Input<string>;
    /**
     * Address that is called.
     * Changing it makes a new object.
     */
    url: pulumi.Input<string>;
    /** Parts of the address kept secret. */
    urlVariables?: pulumi.Input<pulumi.Input<types.input.ProjectHookUrlVariable>[]>;
    /**
     * Called on vulnerabilities.
     * @default false
     */
    vulnerabilityEvents?: pulumi.Input<boolean>;
    /**
     * Called on wiki changes.
     * @default false
     */
    wikiPageEvents?: pulumi.Input<boolean>;
}

/** A webhook of a group, called for events in all its projects. Premium tier. */
export declare class GroupHook extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GroupHookState, opts?: pulumi.CustomResourceOptions): GroupHook;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is GroupHook;
    /**
     * How pushEventsBranchFilter is read.
     * One of: `wildcard`, `regex`, `all_branches`.
     */
    readonly branchFilterStrategy: pulumi.Output<string>;
    /**
     * Called on changes of confidential issues.
     * @default false
     */
    readonly confidentialIssuesEvents: pulumi.Output<boolean>;
    /**
     * Called on confidential comments.
     * @default false
     */
    readonly confidentialNoteEvents: pulumi.Output<boolean>;
    /** Headers sent with each call. */
    readonly customHeaders: pulumi.Output<types.output.GroupHookCustomHeader[] | undefined>;
    /** Template of the body that is sent. */
    readonly customWebhookTemplate: pulumi.Output<string>;
    /**
     * Called on deployments.
     * @default false
     */
    readonly deploymentEvents: pulumi.Output<boolean>;
    /** Free text for people. */
    readonly description: pulumi.Output<string>;
    /**
     * Called on reactions.
     * @default false
     */
    readonly emojiEvents: pulumi.Output<boolean>;
    /**
     * Whether the server's certificate must be valid.
     * @default true
     */
    readonly enableSslVerification: pulumi.Output<boolean>;
    /**
     * Called on feature flag changes.
     * @default false
     */
    readonly featureFlagEvents: pulumi.Output<boolean>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    readonly group: pulumi.Output<string>;
    /**
     * Called on issue changes.
     * @default false
     */
    readonly issuesEvents: pulumi.Output<boolean>;
    /**
     * Called on job changes.
     * @default false
     */
    readonly jobEvents: pulumi.Output<boolean>;
    /**
     * Called on membership changes.
     * @default false
     */
    readonly memberEvents: pulumi.Output<boolean>;
    /**
     * Called on merge request changes.
     * @default false
     */
    readonly mergeRequestsEvents: pulumi.Output<boolean>;
    /**
     * Called on milestone changes.
     * @default false
     */
    readonly milestoneEvents: pulumi.Output<boolean>;
    /** Name. */
    readonly name: pulumi.Output<string>;
    /**
     * Called on comments.
     * @default false
     */
    readonly noteEvents: pulumi.Output<boolean>;
    /**
     * Called on pipeline changes.
     * @default false
     */
    readonly pipelineEvents: pulumi.Output<boolean>;
    /**
     * Called on new and removed projects.
     * @default false
     */
    readonly projectEvents: pulumi.Output<boolean>;
    /**
     * Called on pushes.
     * @default true
     */
    readonly pushEvents: pulumi.Output<boolean>;
    /** Branches whose pushes count; all if empty. */
    readonly pushEventsBranchFilter: pulumi.Output<string>;
    /**
     * Called on releases.
     * @default false
     */
    readonly releasesEvents: pulumi.Output<boolean>;
    /**
     * Called before access tokens expire.
     * @default false
     */
    readonly resourceAccessTokenEvents: pulumi.Output<boolean>;
    /** Key that calls are signed with. GitLab 19.0 or newer; never returned. */
    readonly signingToken: pulumi.Output<string | undefined>;
    /**
     * Called on new and removed subgroups.
     * @default false
     */
    readonly subgroupEvents: pulumi.Output<boolean>;
    /**
     * Called on new and removed tags.
     * @default false
     */
    readonly tagPushEvents: pulumi.Output<boolean>;
    /** Sent in the X-Gitlab-Token header. Never returned. */
    readonly token: pulumi.Output<string>;
    /**
     * Address that is called.
     * Changing it makes a new object.
     */
    readonly url: pulumi.Output<string>;
    /** Parts of the address kept secret. */
    readonly urlVariables: pulumi.Output<types.output.GroupHookUrlVariable[] | undefined>;
    /**
     * Called on vulnerabilities.
     * @default false
     */
    readonly vulnerabilityEvents: pulumi.Output<boolean>;
    /**
     * Called on wiki changes.
     * @default false
     */
    readonly wikiPageEvents: pulumi.Output<boolean>;
    /** Whether the hook is working. */
    readonly alertStatus: pulumi.Output<string>;
    /** When a failing hook is tried again. */
    readonly disabledUntil: pulumi.Output<string>;
    /** Id of the group. */
    readonly groupId: pulumi.Output<number>;
    /** Id of the hook. */
    readonly hookId: pulumi.Output<number>;
    /** Whether a signing token is set. */
    readonly signingTokenPresent: pulumi.Output<boolean>;
    constructor(name: string, args: GroupHookArgs, opts?: pulumi.CustomResourceOptions);
}
/** What GroupHook.get can look for. */
export interface GroupHookState {
    /**
     * How pushEventsBranchFilter is read.
     * One of: `wildcard`, `regex`, `all_branches`.
     */
    branchFilterStrategy?: pulumi.Input<string>;
    /**
     * Called on changes of confidential issues.
     * @default false
     */
    confidentialIssuesEvents?: pulumi.Input<boolean>;
    /**
     * Called on confidential comments.
     * @default false
     */
    confidentialNoteEvents?: pulumi.Input<boolean>;
    /** Headers sent with each call. */
    customHeaders?: pulumi.Input<pulumi.Input<types.input.GroupHookCustomHeader>[]>;
    /** Template of the body that is sent. */
    customWebhookTemplate?: pulumi.Input<string>;
    /**
     * Called on deployments.
     * @default false
     */
    deploymentEvents?: pulumi.Input<boolean>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Called on reactions.
     * @default false
     */
    emojiEvents?: pulumi.Input<boolean>;
    /**
     * Whether the server's certificate must be valid.
     * @default true
     */
    enableSslVerification?: pulumi.Input<boolean>;
    /**
     * Called on feature flag changes.
     * @default false
     */
    featureFlagEvents?: pulumi.Input<boolean>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    group?: pulumi.Input<string>;
    /**
     * Called on issue changes.
     * @default false
     */
    issuesEvents?: pulumi.Input<boolean>;
    /**
     * Called on job changes.
     * @default false
     */
    jobEvents?: pulumi.Input<boolean>;
    /**
     * Called on membership changes.
     * @default false
     */
    memberEvents?: pulumi.Input<boolean>;
    /**
     * Called on merge request changes.
     * @default false
     */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /**
     * Called on milestone changes.
     * @default false
     */
    milestoneEvents?: pulumi.Input<boolean>;
    /** Name. */
    name?: pulumi.Input<string>;
    /**
     * Called on comments.
     * @default false
     */
    noteEvents?: pulumi.Input<boolean>;
    /**
     * Called on pipeline changes.
     * @default false
     */
    pipelineEvents?: pulumi.Input<boolean>;
    /**
     * Called on new and removed projects.
     * @default false
     */
    projectEvents?: pulumi.Input<boolean>;
    /**
     * Called on pushes.
     * @default true
     */
    pushEvents?: pulumi.Input<boolean>;
    /** Branches whose pushes count; all if empty. */
    pushEventsBranchFilter?: pulumi.Input<string>;
    /**
     * Called on releases.
     * @default false
     */
    releasesEvents?: pulumi.Input<boolean>;
    /**
     * Called before access tokens expire.
     * @default false
     */
    resourceAccessTokenEvents?: pulumi.Input<boolean>;
    /** Key that calls are signed with. GitLab 19.0 or newer; never returned. */
    signingToken?: pulumi.Input<string>;
    /**
     * Called on new and removed subgroups.
     * @default false
     */
    subgroupEvents?: pulumi.Input<boolean>;
    /**
     * Called on new and removed tags.
     * @default false
     */
    tagPushEvents?: pulumi.Input<boolean>;
    /** Sent in the X-Gitlab-Token header. Never returned. */
    token?: pulumi.Input<string>;
    /**
     * Address that is called.
     * Changing it makes a new object.
     */
    url?: pulumi.Input<string>;
    /** Parts of the address kept secret. */
    urlVariables?: pulumi.Input<pulumi.Input<types.input.GroupHookUrlVariable>[]>;
    /**
     * Called on vulnerabilities.
     * @default false
     */
    vulnerabilityEvents?: pulumi.Input<boolean>;
    /**
     * Called on wiki changes.
     * @default false
     */
    wikiPageEvents?: pulumi.Input<boolean>;
    /** Whether the hook is working. */
    alertStatus?: pulumi.Input<string>;
    /** When a failing hook is tried again. */
    disabledUntil?: pulumi.Input<string>;
    /** Id of the group. */
    groupId?: pulumi.Input<number>;
    /** Id of the hook. */
    hookId?: pulumi.Input<number>;
    /** Whether a signing token is set. */
    signingTokenPresent?: pulumi.Input<boolean>;
}
/** What a GroupHook is made of. */
export interface GroupHookArgs {
    /**
     * How pushEventsBranchFilter is read.
     * One of: `wildcard`, `regex`, `all_branches`.
     */
    branchFilterStrategy?: pulumi.Input<string>;
    /**
     * Called on changes of confidential issues.
     * @default false
     */
    confidentialIssuesEvents?: pulumi.Input<boolean>;
    /**
     * Called on confidential comments.
     * @default false
     */
    confidentialNoteEvents?: pulumi.Input<boolean>;
    /** Headers sent with each call. */
    customHeaders?: pulumi.Input<pulumi.Input<types.input.GroupHookCustomHeader>[]>;
    /** Template of the body that is sent. */
    customWebhookTemplate?: pulumi.Input<string>;
    /**
     * Called on deployments.
     * @default false
     */
    deploymentEvents?: pulumi.Input<boolean>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Called on reactions.
     * @default false
     */
    emojiEvents?: pulumi.Input<boolean>;
    /**
     * Whether the server's certificate must be valid.
     * @default true
     */
    enableSslVerification?: pulumi.Input<boolean>;
    /**
     * Called on feature flag changes.
     * @default false
     */
    featureFlagEvents?: pulumi.Input<boolean>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    group: pulumi.Input<string>;
    /**
     * Called on issue changes.
     * @default false
     */
    issuesEvents?: pulumi.Input<boolean>;
    /**
     * Called on job changes.
     * @default false
     */
    jobEvents?: pulumi.Input<boolean>;
    /**
     * Called on membership changes.
     * @default false
     */
    memberEvents?: pulumi.Input<boolean>;
    /**
     * Called on merge request changes.
     * @default false
     */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /**
     * Called on milestone changes.
     * @default false
     */
    milestoneEvents?: pulumi.Input<boolean>;
    /** Name. */
    name?: pulumi.Input<string>;
    /**
     * Called on comments.
     * @default false
     */
    noteEvents?: pulumi.Input<boolean>;
    /**
     * Called on pipeline changes.
     * @default false
     */
    pipelineEvents?: pulumi.Input<boolean>;
    /**
     * Called on new and removed projects.
     * @default false
     */
    projectEvents?: pulumi.Input<boolean>;
    /**
     * Called on pushes.
     * @default true
     */
    pushEvents?: pulumi.Input<boolean>;
    /** Branches whose pushes count; all if empty. */
    pushEventsBranchFilter?: pulumi.Input<string>;
    /**
     * Called on releases.
     * @default false
     */
    releasesEvents?: pulumi.Input<boolean>;
    /**
     * Called before access tokens expire.
     * @default false
     */
    resourceAccessTokenEvents?: pulumi.Input<boolean>;
    /** Key that calls are signed with. GitLab 19.0 or newer; never returned. */
    signingToken?: pulumi.Input<string>;
    /**
     * Called on new and removed subgroups.
     * @default false
     */
    subgroupEvents?: pulumi.Input<boolean>;
    /**
     * Called on new and removed tags.
     * @default false
     */
    tagPushEvents?: pulumi.Input<boolean>;
    /** Sent in the X-Gitlab-Token header. Never returned. */
    token?: pulumi.Input<string>;
    /**
     * Address that is called.
     * Changing it makes a new object.
     */
    url: pulumi.Input<string>;
    /** Parts of the address kept secret. */
    urlVariables?: pulumi.Input<pulumi.Input<types.input.GroupHookUrlVariable>[]>;
    /**
     * Called on vulnerabilities.
     * @default false
     */
    vulnerabilityEvents?: pulumi.Input<boolean>;
    /**
     * Called on wiki changes.
     * @default false
     */
    wikiPageEvents?: pulumi.Input<boolean>;
}

/** A deploy token of a project: reads the repository or registries without a user. The token is shown once, at creation. */
export declare class ProjectDeployToken extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectDeployTokenState, opts?: pulumi.CustomResourceOptions): ProjectDeployToken;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectDeployToken;
    /**
     * When it ends (RFC 3339); never if left out.
     * Changing it makes a new object.
     */
    readonly expiresAt: pulumi.Output<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /**
     * What it may do.
     * One of: `read_repository`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `read_package_registry`, `write_package_registry`.
     * Changing it makes a new object.
     */
    readonly scopes: pulumi.Output<string[]>;
    /**
     * User name to sign in with. GitLab makes one if left out.
     * Changing it makes a new object.
     */
    readonly username: pulumi.Output<string>;
    /** Whether a date in the past is an error. */
    readonly validatePastExpirationDate: pulumi.Output<boolean>;
    /** Whether its time is over. */
    readonly expired: pulumi.Output<boolean>;
    /** Whether it was revoked. */
    readonly revoked: pulumi.Output<boolean>;
    /** Secret token. */
    readonly token: pulumi.Output<string>;
    constructor(name: string, args: ProjectDeployTokenArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectDeployToken.get can look for. */
export interface ProjectDeployTokenState {
    /**
     * When it ends (RFC 3339); never if left out.
     * Changing it makes a new object.
     */
    expiresAt?: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /**
     * What it may do.
     * One of: `read_repository`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `read_package_registry`, `write_package_registry`.
     * Changing it makes a new object.
     */
    scopes?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * User name to sign in with. GitLab makes one if left out.
     * Changing it makes a new object.
     */
    username?: pulumi.Input<string>;
    /** Whether a date in the past is an error. */
    validatePastExpirationDate?: pulumi.Input<boolean>;
    /** Whether its time is over. */
    expired?: pulumi.Input<boolean>;
    /** Whether it was revoked. */
    revoked?: pulumi.Input<boolean>;
    /** Secret token. */
    token?: pulumi.Input<string>;
}
/** What a ProjectDeployToken is made of. */
export interface ProjectDeployTokenArgs {
    /**
     * When it ends (RFC 3339); never if left out.
     * Changing it makes a new object.
     */
    expiresAt?: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /**
     * What it may do.
     * One of: `read_repository`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `read_package_registry`, `write_package_registry`.
     * Changing it makes a new object.
     */
    scopes: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * User name to sign in with. GitLab makes one if left out.
     * Changing it makes a new object.
     */
    username?: pulumi.Input<string>;
    /** Whether a date in the past is an error. */
    validatePastExpirationDate?: pulumi.Input<boolean>;
}

/** A deploy token of a group. The token is shown once, at creation. */
export declare class GroupDeployToken extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GroupDeployTokenState, opts?: pulumi.CustomResourceOptions): GroupDeployToken;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is GroupDeployToken;
    /**
     * When it ends (RFC 3339); never if left out.
     * Changing it makes a new object.
     */
    readonly expiresAt: pulumi.Output<string>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    readonly group: pulumi.Output<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /**
     * What it may do.
     * One of: `read_repository`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `read_package_registry`, `write_package_registry`.
     * Changing it makes a new object.
     */
    readonly scopes: pulumi.Output<string[]>;
    /**
     * User name to sign in with. GitLab makes one if left out.
     * Changing it makes a new object.
     */
    readonly username: pulumi.Output<string>;
    /** Whether a date in the past is an error. */
    readonly validatePastExpirationDate: pulumi.Output<boolean>;
    /** Whether its time is over. */
    readonly expired: pulumi.Output<boolean>;
    /** Whether it was revoked. */
    readonly revoked: pulumi.Output<boolean>;
    /** Secret token. */
    readonly token: pulumi.Output<string>;
    constructor(name: string, args: GroupDeployTokenArgs, opts?: pulumi.CustomResourceOptions);
}
/** What GroupDeployToken.get can look for. */
export interface GroupDeployTokenState {
    /**
     * When it ends (RFC 3339); never if left out.
     * Changing it makes a new object.
     */
    expiresAt?: pulumi.Input<string>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    group?: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * What it may do.
     * One of: `read_repository`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `read_package_registry`, `write_package_registry`.
     * Changing it makes a new object.
     */
    scopes?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * User name to sign in with. GitLab makes one if left out.
     * Changing it makes a new object.
     */
    username?: pulumi.Input<string>;
    /** Whether a date in the past is an error. */
    validatePastExpirationDate?: pulumi.Input<boolean>;
    /** Whether its time is over. */
    expired?: pulumi.Input<boolean>;
    /** Whether it was revoked. */
    revoked?: pulumi.Input<boolean>;
    /** Secret token. */
    token?: pulumi.Input<string>;
}
/** What a GroupDeployToken is made of. */
export interface GroupDeployTokenArgs {
    /**
     * When it ends (RFC 3339); never if left out.
     * Changing it makes a new object.
     */
    expiresAt?: pulumi.Input<string>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    group: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * What it may do.
     * One of: `read_repository`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `read_package_registry`, `write_package_registry`.
     * Changing it makes a new object.
     */
    scopes: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * User name to sign in with. GitLab makes one if left out.
     * Changing it makes a new object.
     */
    username?: pulumi.Input<string>;
    /** Whether a date in the past is an error. */
    validatePastExpirationDate?: pulumi.Input<boolean>;
}

/** An SSH key with access to one project's repository. */
export declare class DeployKey extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: DeployKeyState, opts?: pulumi.CustomResourceOptions): DeployKey;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is DeployKey;
    /**
     * Whether it may push.
     * Changing it makes a new object.
     * @default false
     */
    readonly canPush: pulumi.Output<boolean | undefined>;
    /**
     * When it ends.
     * Changing it makes a new object.
     */
    readonly expiresAt: pulumi.Output<string | undefined>;
    /**
     * Public key in OpenSSH form.
     * Changing it makes a new object.
     */
    readonly key: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /**
     * Title.
     * Changing it makes a new object.
     */
    readonly title: pulumi.Output<string>;
    /** Id of the deploy key. */
    readonly deployKeyId: pulumi.Output<number>;
    constructor(name: string, args: DeployKeyArgs, opts?: pulumi.CustomResourceOptions);
}
/** What DeployKey.get can look for. */
export interface DeployKeyState {
    /**
     * Whether it may push.
     * Changing it makes a new object.
     * @default false
     */
    canPush?: pulumi.Input<boolean>;
    /**
     * When it ends.
     * Changing it makes a new object.
     */
    expiresAt?: pulumi.Input<string>;
    /**
     * Public key in OpenSSH form.
     * Changing it makes a new object.
     */
    key?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /**
     * Title.
     * Changing it makes a new object.
     */
    title?: pulumi.Input<string>;
    /** Id of the deploy key. */
    deployKeyId?: pulumi.Input<number>;
}
/** What a DeployKey is made of. */
export interface DeployKeyArgs {
    /**
     * Whether it may push.
     * Changing it makes a new object.
     * @default false
     */
    canPush?: pulumi.Input<boolean>;
    /**
     * When it ends.
     * Changing it makes a new object.
     */
    expiresAt?: pulumi.Input<string>;
    /**
     * Public key in OpenSSH form.
     * Changing it makes a new object.
     */
    key: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /**
     * Title.
     * Changing it makes a new object.
     */
    title: pulumi.Input<string>;
}

/** Gives an existing deploy key access to another project. */
export declare class DeployKeyEnable extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: DeployKeyEnableState, opts?: pulumi.CustomResourceOptions): DeployKeyEnable;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is DeployKeyEnable;
    /**
     * Whether it may push.
     * Changing it makes a new object.
     */
    readonly canPush: pulumi.Output<boolean>;
    /**
     * Id of the deploy key.
     * Changing it makes a new object.
     */
    readonly keyId: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Public key in OpenSSH form. */
    readonly key: pulumi.Output<string>;
    /** Title. */
    readonly title: pulumi.Output<string>;
    constructor(name: string, args: DeployKeyEnableArgs, opts?: pulumi.CustomResourceOptions);
}
/** What DeployKeyEnable.get can look for. */
export interface DeployKeyEnableState {
    /**
     * Whether it may push.
     * Changing it makes a new object.
     */
    canPush?: pulumi.Input<boolean>;
    /**
     * Id of the deploy key.
     * Changing it makes a new object.
     */
    keyId?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Public key in OpenSSH form. */
    key?: pulumi.Input<string>;
    /** Title. */
    title?: pulumi.Input<string>;
}
/** What a DeployKeyEnable is made of. */
export interface DeployKeyEnableArgs {
    /**
     * Whether it may push.
     * Changing it makes a new object.
     */
    canPush?: pulumi.Input<boolean>;
    /**
     * Id of the deploy key.
     * Changing it makes a new object.
     */
    keyId: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
}

/** An access token of a project, with a bot user of its own. The token is shown once, at creation or rotation. */
export declare class ProjectAccessToken extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectAccessTokenState, opts?: pulumi.CustomResourceOptions): ProjectAccessToken;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectAccessToken;
    /**
     * Role.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     * Changing it makes a new object.
     * @default "maintainer"
     */
    readonly accessLevel: pulumi.Output<string>;
    /**
     * Free text for people.
     * Changing it makes a new object.
     */
    readonly description: pulumi.Output<string>;
    /** Last day, as YYYY-MM-DD; use this or rotationConfiguration. */
    readonly expiresAt: pulumi.Output<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Renews the token before it expires, at the next update. */
    readonly rotationConfiguration: pulumi.Output<types.output.ProjectAccessTokenRotationConfiguration | undefined>;
    /**
     * What it may do.
     * One of: `api`, `read_api`, `read_registry`, `write_registry`, `read_repository`, `write_repository`, `create_runner`, `manage_runner`, `ai_features`, `k8s_proxy`, `read_observability`, `write_observability`, `self_rotate`.
     * Changing it makes a new object.
     */
    readonly scopes: pulumi.Output<string[]>;
    /** Whether a date in the past is an error. */
    readonly validatePastExpirationDate: pulumi.Output<boolean>;
    /** Whether it is in use. */
    readonly active: pulumi.Output<boolean>;
    /** When it was made (RFC 3339). */
    readonly createdAt: pulumi.Output<string>;
    /** Whether it was revoked. */
    readonly revoked: pulumi.Output<boolean>;
    /** Secret token. */
    readonly token: pulumi.Output<string>;
    /** Id of the user. */
    readonly userId: pulumi.Output<number>;
    constructor(name: string, args: ProjectAccessTokenArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectAccessToken.get can look for. */
export interface ProjectAccessTokenState {
    /**
     * Role.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     * Changing it makes a new object.
     * @default "maintainer"
     */
    accessLevel?: pulumi.Input<string>;
    /**
     * Free text for people.
     * Changing it makes a new object.
     */
    description?: pulumi.Input<string>;
    /** Last day, as YYYY-MM-DD; use this or rotationConfiguration. */
    expiresAt?: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Renews the token before it expires, at the next update. */
    rotationConfiguration?: pulumi.Input<types.input.ProjectAccessTokenRotationConfiguration>;
    /**
     * What it may do.
     * One of: `api`, `read_api`, `read_registry`, `write_registry`, `read_repository`, `write_repository`, `create_runner`, `manage_runner`, `ai_features`, `k8s_proxy`, `read_observability`, `write_observability`, `self_rotate`.
     * Changing it makes a new object.
     */
    scopes?: pulumi.Input<pulumi.Input<string>[]>;
    /** Whether a date in the past is an error. */
    validatePastExpirationDate?: pulumi.Input<boolean>;
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
    /** When it was made (RFC 3339). */
    createdAt?: pulumi.Input<string>;
    /** Whether it was revoked. */
    revoked?: pulumi.Input<boolean>;
    /** Secret token. */
    token?: pulumi.Input<string>;
    /** Id of the user. */
    userId?: pulumi.Input<number>;
}
/** What a ProjectAccessToken is made of. */
export interface ProjectAccessTokenArgs {
    /**
     * Role.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     * Changing it makes a new object.
     * @default "maintainer"
     */
    accessLevel?: pulumi.Input<string>;
    /**
     * Free text for people.
     * Changing it makes a new object.
     */
    description?: pulumi.Input<string>;
    /** Last day, as YYYY-MM-DD; use this or rotationConfiguration. */
    expiresAt?: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Renews the token before it expires, at the next update. */
    rotationConfiguration?: pulumi.Input<types.input.ProjectAccessTokenRotationConfiguration>;
    /**
     * What it may do.
     * One of: `api`, `read_api`, `read_registry`, `write_registry`, `read_repository`, `write_repository`, `create_runner`, `manage_runner`, `ai_features`, `k8s_proxy`, `read_observability`, `write_observability`, `self_rotate`.
     * Changing it makes a new object.
     */
    scopes: pulumi.Input<pulumi.Input<string>[]>;
    /** Whether a date in the past is an error. */
    validatePastExpirationDate?: pulumi.Input<boolean>;
}

/** An access token of a group, with a bot user of its own. The token is shown once, at creation or rotation. */
export declare class GroupAccessToken extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GroupAccessTokenState, opts?: pulumi.CustomResourceOptions): GroupAccessToken;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is GroupAccessToken;
    /**
     * Role.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     * Changing it makes a new object.
     * @default "maintainer"
     */
    readonly accessLevel: pulumi.Output<string>;
    /**
     * Free text for people.
     * Changing it makes a new object.
     */
    readonly description: pulumi.Output<string>;
    /** Last day, as YYYY-MM-DD; use this or rotationConfiguration. */
    readonly expiresAt: pulumi.Output<string>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    readonly group: pulumi.Output<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /** Renews the token before it expires, at the next update. */
    readonly rotationConfiguration: pulumi.Output<types.output.GroupAccessTokenRotationConfiguration | undefined>;
    /**
     * What it may do.
     * One of: `api`, `read_api`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `read_repository`, `write_repository`, `create_runner`, `manage_runner`, `ai_features`, `k8s_proxy`, `read_observability`, `write_observability`, `self_rotate`.
     * Changing it makes a new object.
     */
    readonly scopes: pulumi.Output<string[]>;
    /** Whether a date in the past is an error. */
    readonly validatePastExpirationDate: pulumi.Output<boolean>;
    /** Whether it is in use. */
    readonly active: pulumi.Output<boolean>;
    /** When it was made (RFC 3339). */
    readonly createdAt: pulumi.Output<string>;
    /** Whether it was revoked. */
    readonly revoked: pulumi.Output<boolean>;
    /** Secret token. */
    readonly token: pulumi.Output<string>;
    /** Id of the user. */
    readonly userId: pulumi.Output<number>;
    constructor(name: string, args: GroupAccessTokenArgs, opts?: pulumi.CustomResourceOptions);
}
/** What GroupAccessToken.get can look for. */
export interface GroupAccessTokenState {
    /**
     * Role.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     * Changing it makes a new object.
     * @default "maintainer"
     */
    accessLevel?: pulumi.Input<string>;
    /**
     * Free text for people.
     * Changing it makes a new object.
     */
    description?: pulumi.Input<string>;
    /** Last day, as YYYY-MM-DD; use this or rotationConfiguration. */
    expiresAt?: pulumi.Input<string>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    group?: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /** Renews the token before it expires, at the next update. */
    rotationConfiguration?: pulumi.Input<types.input.GroupAccessTokenRotationConfiguration>;
    /**
     * What it may do.
     * One of: `api`, `read_api`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `read_repository`, `write_repository`, `create_runner`, `manage_runner`, `ai_features`, `k8s_proxy`, `read_observability`, `write_observability`, `self_rotate`.
     * Changing it makes a new object.
     */
    scopes?: pulumi.Input<pulumi.Input<string>[]>;
    /** Whether a date in the past is an error. */
    validatePastExpirationDate?: pulumi.Input<boolean>;
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
    /** When it was made (RFC 3339). */
    createdAt?: pulumi.Input<string>;
    /** Whether it was revoked. */
    revoked?: pulumi.Input<boolean>;
    /** Secret token. */
    token?: pulumi.Input<string>;
    /** Id of the user. */
    userId?: pulumi.Input<number>;
}
/** What a GroupAccessToken is made of. */
export interface GroupAccessTokenArgs {
    /**
     * Role.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     * Changing it makes a new object.
     * @default "maintainer"
     */
    accessLevel?: pulumi.Input<string>;
    /**
     * Free text for people.
     * Changing it makes a new object.
     */
    description?: pulumi.Input<string>;
    /** Last day, as YYYY-MM-DD; use this or rotationConfiguration. */
    expiresAt?: pulumi.Input<string>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    group: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /** Renews the token before it expires, at the next update. */
    rotationConfiguration?: pulumi.Input<types.input.GroupAccessTokenRotationConfiguration>;
    /**
     * What it may do.
     * One of: `api`, `read_api`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `read_repository`, `write_repository`, `create_runner`, `manage_runner`, `ai_features`, `k8s_proxy`, `read_observability`, `write_observability`, `self_rotate`.
     * Changing it makes a new object.
     */
    scopes: pulumi.Input<pulumi.Input<string>[]>;
    /** Whether a date in the past is an error. */
    validatePastExpirationDate?: pulumi.Input<boolean>;
}

/** A user's membership in a project. */
export declare class ProjectMembership extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectMembershipState, opts?: pulumi.CustomResourceOptions): ProjectMembership;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectMembership;
    /**
     * Role.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     */
    readonly accessLevel: pulumi.Output<string>;
    /** Last day, as YYYY-MM-DD. */
    readonly expiresAt: pulumi.Output<string | undefined>;
    /**
     * Id of a custom role. Ultimate tier.
     * Not in GitLab's free tier.
     */
    readonly memberRoleId: pulumi.Output<number | undefined>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /**
     * Id of the user.
     * Changing it makes a new object.
     */
    readonly userId: pulumi.Output<number>;
    constructor(name: string, args: ProjectMembershipArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectMembership.get can look for. */
export interface ProjectMembershipState {
    /**
     * Role.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     */
    accessLevel?: pulumi.Input<string>;
    /** Last day, as YYYY-MM-DD. */
    expiresAt?: pulumi.Input<string>;
    /**
     * Id of a custom role. Ultimate tier.
     * Not in GitLab's free tier.
     */
    memberRoleId?: pulumi.Input<number>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /**
     * Id of the user.
     * Changing it makes a new object.
     */
    userId?: pulumi.Input<number>;
}
/** What a ProjectMembership is made of. */
export interface ProjectMembershipArgs {
    /**
     * Role.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     */
    accessLevel: pulumi.Input<string>;
    /** Last day, as YYYY-MM-DD. */
    expiresAt?: pulumi.Input<string>;
    /**
     * Id of a custom role. Ultimate tier.
     * Not in GitLab's free tier.
     */
    memberRoleId?: pulumi.Input<number>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /**
     * Id of the user.
     * Changing it makes a new object.
     */
    userId: pulumi.Input<number>;
}

/** A user's membership in a group. */
export declare class GroupMembership extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GroupMembershipState, opts?: pulumi.CustomResourceOptions): GroupMembership;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is GroupMembership;
    /**
     * Role.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     */
    readonly accessLevel: pulumi.Output<string>;
    /** Last day, as YYYY-MM-DD. */
    readonly expiresAt: pulumi.Output<string>;
    /**
     * Id of the group.
     * Changing it makes a new object.
     */
    readonly groupId: pulumi.Output<number>;
    /**
     * Id of a custom role. Ultimate tier.
     * Not in GitLab's free tier.
     */
    readonly memberRoleId: pulumi.Output<number | undefined>;
    /** Whether memberships further down stay when this one is deleted. */
    readonly skipSubresourcesOnDestroy: pulumi.Output<boolean>;
    /** Whether the user is unassigned from issues and merge requests. */
    readonly unassignIssuablesOnDestroy: pulumi.Output<boolean>;
    /**
     * Id of the user.
     * Changing it makes a new object.
     */
    readonly userId: pulumi.Output<number>;
    constructor(name: string, args: GroupMembershipArgs, opts?: pulumi.CustomResourceOptions);
}
/** What GroupMembership.get can look for. */
export interface GroupMembershipState {
    /**
     * Role.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     */
    accessLevel?: pulumi.Input<string>;
    /** Last day, as YYYY-MM-DD. */
    expiresAt?: pulumi.Input<string>;
    /**
     * Id of the group.
     * Changing it makes a new object.
     */
    groupId?: pulumi.Input<number>;
    /**
     * Id of a custom role. Ultimate tier.
     * Not in GitLab's free tier.
     */
    memberRoleId?: pulumi.Input<number>;
    /** Whether memberships further down stay when this one is deleted. */
    skipSubresourcesOnDestroy?: pulumi.Input<boolean>;
    /** Whether the user is unassigned from issues and merge requests. */
    unassignIssuablesOnDestroy?: pulumi.Input<boolean>;
    /**
     * Id of the user.
     * Changing it makes a new object.
     */
    userId?: pulumi.Input<number>;
}
/** What a GroupMembership is made of. */
export interface GroupMembershipArgs {
    /**
     * Role.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     */
    accessLevel: pulumi.Input<string>;
    /** Last day, as YYYY-MM-DD. */
    expiresAt?: pulumi.Input<string>;
    /**
     * Id of the group.
     * Changing it makes a new object.
     */
    groupId: pulumi.Input<number>;
    /**
     * Id of a custom role. Ultimate tier.
     * Not in GitLab's free tier.
     */
    memberRoleId?: pulumi.Input<number>;
    /** Whether memberships further down stay when this one is deleted. */
    skipSubresourcesOnDestroy?: pulumi.Input<boolean>;
    /** Whether the user is unassigned from issues and merge requests. */
    unassignIssuablesOnDestroy?: pulumi.Input<boolean>;
    /**
     * Id of the user.
     * Changing it makes a new object.
     */
    userId: pulumi.Input<number>;
}

/** Shares a project with a whole group. */
export declare class ProjectShareGroup extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectShareGroupState, opts?: pulumi.CustomResourceOptions): ProjectShareGroup;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectShareGroup;
    /**
     * When it ends.
     * Changing it makes a new object.
     */
    readonly expiresAt: pulumi.Output<string | undefined>;
    /**
     * Highest role the group's members get.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     * Changing it makes a new object.
     */
    readonly groupAccess: pulumi.Output<string>;
    /**
     * Id of the group that gets access.
     * Changing it makes a new object.
     */
    readonly groupId: pulumi.Output<number>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    constructor(name: string, args: ProjectShareGroupArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectShareGroup.get can look for. */
export interface ProjectShareGroupState {
    /**
     * When it ends.
     * Changing it makes a new object.
     */
    expiresAt?: pulumi.Input<string>;
    /**
     * Highest role the group's members get.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     * Changing it makes a new object.
     */
    groupAccess?: pulumi.Input<string>;
    /**
     * Id of the group that gets access.
     * Changing it makes a new object.
     */
    groupId?: pulumi.Input<number>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
}
/** What a ProjectShareGroup is made of. */
export interface ProjectShareGroupArgs {
    /**
     * When it ends.
     * Changing it makes a new object.
     */
    expiresAt?: pulumi.Input<string>;
    /**
     * Highest role the group's members get.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     * Changing it makes a new object.
     */
    groupAccess: pulumi.Input<string>;
    /**
     * Id of the group that gets access.
     * Changing it makes a new object.
     */
    groupId: pulumi.Input<number>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
}

/** Shares a group with another group. */
export declare class GroupShareGroup extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GroupShareGroupState, opts?: pulumi.CustomResourceOptions): GroupShareGroup;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is GroupShareGroup;
    /**
     * When it ends.
     * Changing it makes a new object.
     */
    readonly expiresAt: pulumi.Output<string | undefined>;
    /**
     * Highest role the group's members get.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     * Changing it makes a new object.
     */
    readonly groupAccess: pulumi.Output<string>;
    /**
     * Id or full path of the group to share.
     * Changing it makes a new object.
     */
    readonly groupId: pulumi.Output<string>;
    /**
     * Id of a custom role. Ultimate tier.
     * Not in GitLab's free tier.
     * Changing it makes a new object.
     */
    readonly memberRoleId: pulumi.Output<number | undefined>;
    /**
     * Id of the group that gets access.
     * Changing it makes a new object.
     */
    readonly shareGroupId: pulumi.Output<number>;
    constructor(name: string, args: GroupShareGroupArgs, opts?: pulumi.CustomResourceOptions);
}
/** What GroupShareGroup.get can look for. */
export interface GroupShareGroupState {
    /**
     * When it ends.
     * Changing it makes a new object.
     */
    expiresAt?: pulumi.Input<string>;
    /**
     * Highest role the group's members get.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     * Changing it makes a new object.
     */
    groupAccess?: pulumi.Input<string>;
    /**
     * Id or full path of the group to share.
     * Changing it makes a new object.
     */
    groupId?: pulumi.Input<string>;
    /**
     * Id of a custom role. Ultimate tier.
     * Not in GitLab's free tier.
     * Changing it makes a new object.
     */
    memberRoleId?: pulumi.Input<number>;
    /**
     * Id of the group that gets access.
     * Changing it makes a new object.
     */
    shareGroupId?: pulumi.Input<number>;
}
/** What a GroupShareGroup is made of. */
export interface GroupShareGroupArgs {
    /**
     * When it ends.
     * Changing it makes a new object.
     */
    expiresAt?: pulumi.Input<string>;
    /**
     * Highest role the group's members get.
     * One of: `no one`, `minimal`, `guest`, `planner`, `reporter`, `developer`, `maintainer`, `owner`.
     * Changing it makes a new object.
     */
    groupAccess: pulumi.Input<string>;
    /**
     * Id or full path of the group to share.
     * Changing it makes a new object.
     */
    groupId: pulumi.Input<string>;
    /**
     * Id of a custom role. Ultimate tier.
     * Not in GitLab's free tier.
     * Changing it makes a new object.
     */
    memberRoleId?: pulumi.Input<number>;
    /**
     * Id of the group that gets access.
     * Changing it makes a new object.
     */
    shareGroupId: pulumi.Input<number>;
}

/** A project's rules about merge request approvals as a whole. Premium tier. */
export declare class ProjectLevelMrApprovals extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectLevelMrApprovalsState, opts?: pulumi.CustomResourceOptions): ProjectLevelMrApprovals;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectLevelMrApprovals;
    /** Whether rules cannot be changed in a merge request. */
    readonly disableOverridingApproversPerMergeRequest: pulumi.Output<boolean>;
    /** Whether authors may approve their own merge requests. */
    readonly mergeRequestsAuthorApproval: pulumi.Output<boolean>;
    /** Whether committers may not approve. */
    readonly mergeRequestsDisableCommittersApproval: pulumi.Output<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /**
     * Old name of requireReauthenticationToApprove.
     * @deprecated
     */
    readonly requirePasswordToApprove: pulumi.Output<boolean>;
    /** Whether approving asks for the password again. */
    readonly requireReauthenticationToApprove: pulumi.Output<boolean>;
    /**
     * Whether new commits withdraw approvals.
     * @default true
     */
    readonly resetApprovalsOnPush: pulumi.Output<boolean>;
    /** Whether new commits withdraw only approvals of changed files' owners. */
    readonly selectiveCodeOwnerRemovals: pulumi.Output<boolean>;
    constructor(name: string, args: ProjectLevelMrApprovalsArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectLevelMrApprovals.get can look for. */
export interface ProjectLevelMrApprovalsState {
    /** Whether rules cannot be changed in a merge request. */
    disableOverridingApproversPerMergeRequest?: pulumi.Input<boolean>;
    /** Whether authors may approve their own merge requests. */
    mergeRequestsAuthorApproval?: pulumi.Input<boolean>;
    /** Whether committers may not approve. */
    mergeRequestsDisableCommittersApproval?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /**
     * Old name of requireReauthenticationToApprove.
     * @deprecated
     */
    requirePasswordToApprove?: pulumi.Input<boolean>;
    /** Whether approving asks for the password again. */
    requireReauthenticationToApprove?: pulumi.Input<boolean>;
    /**
     * Whether new commits withdraw approvals.
     * @default true
     */
    resetApprovalsOnPush?: pulumi.Input<boolean>;
    /** Whether new commits withdraw only approvals of changed files' owners. */
    selectiveCodeOwnerRemovals?: pulumi.Input<boolean>;
}
/** What a ProjectLevelMrApprovals is made of. */
export interface ProjectLevelMrApprovalsArgs {
    /** Whether rules cannot be changed in a merge request. */
    disableOverridingApproversPerMergeRequest?: pulumi.Input<boolean>;
    /** Whether authors may approve their own merge requests. */
    mergeRequestsAuthorApproval?: pulumi.Input<boolean>;
    /** Whether committers may not approve. */
    mergeRequestsDisableCommittersApproval?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /**
     * Old name of requireReauthenticationToApprove.
     * @deprecated
     */
    requirePasswordToApprove?: pulumi.Input<boolean>;
    /** Whether approving asks for the password again. */
    requireReauthenticationToApprove?: pulumi.Input<boolean>;
    /**
     * Whether new commits withdraw approvals.
     * @default true
     */
    resetApprovalsOnPush?: pulumi.Input<boolean>;
    /** Whether new commits withdraw only approvals of changed files' owners. */
    selectiveCodeOwnerRemovals?: pulumi.Input<boolean>;
}

/** One approval rule of a project's merge requests. Premium tier. */
export declare class ProjectApprovalRule extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectApprovalRuleState, opts?: pulumi.CustomResourceOptions): ProjectApprovalRule;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectApprovalRule;
    /** Whether it applies to all protected branches. */
    readonly appliesToAllProtectedBranches: pulumi.Output<boolean>;
    /** How many approvals are needed. */
    readonly approvalsRequired: pulumi.Output<number>;
    /** Do not take over the any_approver rule GitLab made. */
    readonly disableImportingDefaultAnyApproverRuleOnCreate: pulumi.Output<boolean>;
    /** Ids of groups whose members may approve. */
    readonly groupIds: pulumi.Output<number[]>;
    /** Name. Made from the resource's name if left out. */
    readonly name: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Ids of the branch protections it applies to; all branches if empty. */
    readonly protectedBranchIds: pulumi.Output<number[]>;
    /**
     * Report that makes the rule apply.
     * One of: `code_coverage`.
     * Changing it makes a new object.
     */
    readonly reportType: pulumi.Output<string>;
    /**
     * Kind of rule. GitLab has one any_approver rule per project.
     * One of: `regular`, `any_approver`, `report_approver`.
     * Changing it makes a new object.
     */
    readonly ruleType: pulumi.Output<string>;
    /** Ids of users who may approve. */
    readonly userIds: pulumi.Output<number[]>;
    constructor(name: string, args: ProjectApprovalRuleArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectApprovalRule.get can look for. */
export interface ProjectApprovalRuleState {
    /** Whether it applies to all protected branches. */
    appliesToAllProtectedBranches?: pulumi.Input<boolean>;
    /** How many approvals are needed. */
    approvalsRequired?: pulumi.Input<number>;
    /** Do not take over the any_approver rule GitLab made. */
    disableImportingDefaultAnyApproverRuleOnCreate?: pulumi.Input<boolean>;
    /** Ids of groups whose members may approve. */
    groupIds?: pulumi.Input<pulumi.Input<number>[]>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Ids of the branch protections it applies to; all branches if empty. */
    protectedBranchIds?: pulumi.Input<pulumi.Input<number>[]>;
    /**
     * Report that makes the rule apply.
     * One of: `code_coverage`.
     * Changing it makes a new object.
     */
    reportType?: pulumi.Input<string>;
    /**
     * Kind of rule. GitLab has one any_approver rule per project.
     * One of: `regular`, `any_approver`, `report_approver`.
     * Changing it makes a new object.
     */
    ruleType?: pulumi.Input<string>;
    /** Ids of users who may approve. */
    userIds?: pulumi.Input<pulumi.Input<number>[]>;
}
/** What a ProjectApprovalRule is made of. */
export interface ProjectApprovalRuleArgs {
    /** Whether it applies to all protected branches. */
    appliesToAllProtectedBranches?: pulumi.Input<boolean>;
    /** How many approvals are needed. */
    approvalsRequired: pulumi.Input<number>;
    /** Do not take over the any_approver rule GitLab made. */
    disableImportingDefaultAnyApproverRuleOnCreate?: pulumi.Input<boolean>;
    /** Ids of groups whose members may approve. */
    groupIds?: pulumi.Input<pulumi.Input<number>[]>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Ids of the branch protections it applies to; all branches if empty. */
    protectedBranchIds?: pulumi.Input<pulumi.Input<number>[]>;
    /**
     * Report that makes the rule apply.
     * One of: `code_coverage`.
     * Changing it makes a new object.
     */
    reportType?: pulumi.Input<string>;
    /**
     * Kind of rule. GitLab has one any_approver rule per project.
     * One of: `regular`, `any_approver`, `report_approver`.
     * Changing it makes a new object.
     */
    ruleType?: pulumi.Input<string>;
    /** Ids of users who may approve. */
    userIds?: pulumi.Input<pulumi.Input<number>[]>;
}

/** All approval rules of a project together: rules that are not listed are removed. Premium tier. */
export declare class ProjectApprovalRules extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectApprovalRulesState, opts?: pulumi.CustomResourceOptions): ProjectApprovalRules;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectApprovalRules;
    /** The rules; an empty list removes all. */
    readonly approvalRules: pulumi.Output<types.output.ProjectApprovalRulesApprovalRule[]>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    constructor(name: string, args: ProjectApprovalRulesArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectApprovalRules.get can look for. */
export interface ProjectApprovalRulesState {
    /** The rules; an empty list removes all. */
    approvalRules?: pulumi.Input<pulumi.Input<types.input.ProjectApprovalRulesApprovalRule>[]>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
}
/** What a ProjectApprovalRules is made of. */
export interface ProjectApprovalRulesArgs {
    /** The rules; an empty list removes all. */
    approvalRules: pulumi.Input<pulumi.Input<types.input.ProjectApprovalRulesApprovalRule>[]>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
}

/** A file in a repository. Each write is a commit. */
export declare class RepositoryFile extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: RepositoryFileState, opts?: pulumi.CustomResourceOptions): RepositoryFile;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is RepositoryFile;
    /** Mail address of the commits' author. */
    readonly authorEmail: pulumi.Output<string | undefined>;
    /** Name of the commits' author. */
    readonly authorName: pulumi.Output<string | undefined>;
    /**
     * Branch the file is on.
     * Changing it makes a new object.
     */
    readonly branch: pulumi.Output<string>;
    /** Message of each commit. */
    readonly commitMessage: pulumi.Output<string | undefined>;
    /** Content, in the given encoding. */
    readonly content: pulumi.Output<string>;
    /** Message of the creating commit. */
    readonly createCommitMessage: pulumi.Output<string | undefined>;
    /** Message of the deleting commit. */
    readonly deleteCommitMessage: pulumi.Output<string | undefined>;
    /**
     * How content is written.
     * One of: `base64`, `text`.
     */
    readonly encoding: pulumi.Output<string>;
    /** Whether the file is executable. */
    readonly executeFilemode: pulumi.Output<boolean | undefined>;
    /**
     * Path inside the repository, without a leading slash.
     * Changing it makes a new object.
     */
    readonly filePath: pulumi.Output<string>;
    /**
     * Whether a file that exists is overwritten instead of being an error.
     * @default false
     */
    readonly overwriteOnCreate: pulumi.Output<boolean | undefined>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Branch a missing branch starts from. */
    readonly startBranch: pulumi.Output<string | undefined>;
    /** Message of changing commits. */
    readonly updateCommitMessage: pulumi.Output<string | undefined>;
    /** Id of the content. */
    readonly blobId: pulumi.Output<string>;
    /** Id of the newest commit of the branch. */
    readonly commitId: pulumi.Output<string>;
    /** SHA-256 of the content. */
    readonly contentSha256: pulumi.Output<string>;
    /** Last part of the path. */
    readonly fileName: pulumi.Output<string>;
    /** Id of the newest commit that changed the file. */
    readonly lastCommitId: pulumi.Output<string>;
    /** Branch the file was read from. */
    readonly ref: pulumi.Output<string>;
    /** Size in bytes. */
    readonly size: pulumi.Output<number>;
    constructor(name: string, args: RepositoryFileArgs, opts?: pulumi.CustomResourceOptions);
}
/** What RepositoryFile.get can look for. */
export interface RepositoryFileState {
    /** Mail address of the commits' author. */
    authorEmail?: pulumi.Input<string>;
    /** Name of the commits' author. */
    authorName?: pulumi.Input<string>;
    /**
     * Branch the file is on.
     * Changing it makes a new object.
     */
    branch?: pulumi.Input<string>;
    /** Message of each commit. */
    commitMessage?: pulumi.Input<string>;
    /** Content, in the given encoding. */
    content?: pulumi.Input<string>;
    /** Message of the creating commit. */
    createCommitMessage?: pulumi.Input<string>;
    /** Message of the deleting commit. */
    deleteCommitMessage?: pulumi.Input<string>;
    /**
     * How content is written.
     * One of: `base64`, `text`.
     */
    encoding?: pulumi.Input<string>;
    /** Whether the file is executable. */
    executeFilemode?: pulumi.Input<boolean>;
    /**
     * Path inside the repository, without a leading slash.
     * Changing it makes a new object.
     */
    filePath?: pulumi.Input<string>;
    /**
     * Whether a file that exists is overwritten instead of being an error.
     * @default false
     */
    overwriteOnCreate?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Branch a missing branch starts from. */
    startBranch?: pulumi.Input<string>;
    /** Message of changing commits. */
    updateCommitMessage?: pulumi.Input<string>;
    /** Id of the content. */
    blobId?: pulumi.Input<string>;
    /** Id of the newest commit of the branch. */
    commitId?: pulumi.Input<string>;
    /** SHA-256 of the content. */
    contentSha256?: pulumi.Input<string>;
    /** Last part of the path. */
    fileName?: pulumi.Input<string>;
    /** Id of the newest commit that changed the file. */
    lastCommitId?: pulumi.Input<string>;
    /** Branch the file was read from. */
    ref?: pulumi.Input<string>;
    /** Size in bytes. */
    size?: pulumi.Input<number>;
}
/** What a RepositoryFile is made of. */
export interface RepositoryFileArgs {
    /** Mail address of the commits' author. */
    authorEmail?: pulumi.Input<string>;
    /** Name of the commits' author. */
    authorName?: pulumi.Input<string>;
    /**
     * Branch the file is on.
     * Changing it makes a new object.
     */
    branch: pulumi.Input<string>;
    /** Message of each commit. */
    commitMessage?: pulumi.Input<string>;
    /** Content, in the given encoding. */
    content: pulumi.Input<string>;
    /** Message of the creating commit. */
    createCommitMessage?: pulumi.Input<string>;
    /** Message of the deleting commit. */
    deleteCommitMessage?: pulumi.Input<string>;
    /**
     * How content is written.
     * One of: `base64`, `text`.
     */
    encoding: pulumi.Input<string>;
    /** Whether the file is executable. */
    executeFilemode?: pulumi.Input<boolean>;
    /**
     * Path inside the repository, without a leading slash.
     * Changing it makes a new object.
     */
    filePath: pulumi.Input<string>;
    /**
     * Whether a file that exists is overwritten instead of being an error.
     * @default false
     */
    overwriteOnCreate?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Branch a missing branch starts from. */
    startBranch?: pulumi.Input<string>;
    /** Message of changing commits. */
    updateCommitMessage?: pulumi.Input<string>;
}

/** A schedule that starts pipelines. It runs with its owner's rights. */
export declare class PipelineSchedule extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: PipelineScheduleState, opts?: pulumi.CustomResourceOptions): PipelineSchedule;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is PipelineSchedule;
    /** Whether it is in use. */
    readonly active: pulumi.Output<boolean>;
    /** When, in cron form. */
    readonly cron: pulumi.Output<string>;
    /** Time zone of the cron form. */
    readonly cronTimezone: pulumi.Output<string>;
    /** What the schedule is called. */
    readonly description: pulumi.Output<string>;
    /** Values for the pipeline's inputs. */
    readonly inputs: pulumi.Output<types.output.PipelineScheduleInput[] | undefined>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Branch or tag the pipeline runs on. */
    readonly ref: pulumi.Output<string>;
    /** Whether the token's user becomes the owner. */
    readonly takeOwnership: pulumi.Output<boolean>;
    /** Id of the owner. */
    readonly owner: pulumi.Output<number>;
    /** Id of the schedule. */
    readonly pipelineScheduleId: pulumi.Output<number>;
    constructor(name: string, args: PipelineScheduleArgs, opts?: pulumi.CustomResourceOptions);
}
/** What PipelineSchedule.get can look for. */
export interface PipelineScheduleState {
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
    /** When, in cron form. */
    cron?: pulumi.Input<string>;
    /** Time zone of the cron form. */
    cronTimezone?: pulumi.Input<string>;
    /** What the schedule is called. */
    description?: pulumi.Input<string>;
    /** Values for the pipeline's inputs. */
    inputs?: pulumi.Input<pulumi.Input<types.input.PipelineScheduleInput>[]>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Branch or tag the pipeline runs on. */
    ref?: pulumi.Input<string>;
    /** Whether the token's user becomes the owner. */
    takeOwnership?: pulumi.Input<boolean>;
    /** Id of the owner. */
    owner?: pulumi.Input<number>;
    /** Id of the schedule. */
    pipelineScheduleId?: pulumi.Input<number>;
}
/** What a PipelineSchedule is made of. */
export interface PipelineScheduleArgs {
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
    /** When, in cron form. */
    cron: pulumi.Input<string>;
    /** Time zone of the cron form. */
    cronTimezone?: pulumi.Input<string>;
    /** What the schedule is called. */
    description: pulumi.Input<string>;
    /** Values for the pipeline's inputs. */
    inputs?: pulumi.Input<pulumi.Input<types.input.PipelineScheduleInput>[]>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Branch or tag the pipeline runs on. */
    ref: pulumi.Input<string>;
    /** Whether the token's user becomes the owner. */
    takeOwnership?: pulumi.Input<boolean>;
}

/** A variable of a pipeline schedule. */
export declare class PipelineScheduleVariable extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: PipelineScheduleVariableState, opts?: pulumi.CustomResourceOptions): PipelineScheduleVariable;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is PipelineScheduleVariable;
    /**
     * Name of the variable.
     * Changing it makes a new object.
     */
    readonly key: pulumi.Output<string>;
    /**
     * Id of the schedule.
     * Changing it makes a new object.
     */
    readonly pipelineScheduleId: pulumi.Output<number>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Value. */
    readonly value: pulumi.Output<string>;
    /**
     * How a job gets the value: as environment variable or as path of a file.
     * @default "env_var"
     */
    readonly variableType: pulumi.Output<string>;
    constructor(name: string, args: PipelineScheduleVariableArgs, opts?: pulumi.CustomResourceOptions);
}
/** What PipelineScheduleVariable.get can look for. */
export interface PipelineScheduleVariableState {
    /**
     * Name of the variable.
     * Changing it makes a new object.
     */
    key?: pulumi.Input<string>;
    /**
     * Id of the schedule.
     * Changing it makes a new object.
     */
    pipelineScheduleId?: pulumi.Input<number>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Value. */
    value?: pulumi.Input<string>;
    /**
     * How a job gets the value: as environment variable or as path of a file.
     * @default "env_var"
     */
    variableType?: pulumi.Input<string>;
}
/** What a PipelineScheduleVariable is made of. */
export interface PipelineScheduleVariableArgs {
    /**
     * Name of the variable.
     * Changing it makes a new object.
     */
    key: pulumi.Input<string>;
    /**
     * Id of the schedule.
     * Changing it makes a new object.
     */
    pipelineScheduleId: pulumi.Input<number>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Value. */
    value: pulumi.Input<string>;
    /**
     * How a job gets the value: as environment variable or as path of a file.
     * @default "env_var"
     */
    variableType?: pulumi.Input<string>;
}

/** A token that starts pipelines by API. */
export declare class PipelineTrigger extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: PipelineTriggerState, opts?: pulumi.CustomResourceOptions): PipelineTrigger;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is PipelineTrigger;
    /** What the trigger is called. */
    readonly description: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Id of the trigger. */
    readonly pipelineTriggerId: pulumi.Output<number>;
    /** Secret token. */
    readonly token: pulumi.Output<string>;
    constructor(name: string, args: PipelineTriggerArgs, opts?: pulumi.CustomResourceOptions);
}
/** What PipelineTrigger.get can look for. */
export interface PipelineTriggerState {
    /** What the trigger is called. */
    description?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Id of the trigger. */
    pipelineTriggerId?: pulumi.Input<number>;
    /** Secret token. */
    token?: pulumi.Input<string>;
}
/** What a PipelineTrigger is made of. */
export interface PipelineTriggerArgs {
    /** What the trigger is called. */
    description: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
}

/** What a project's server refuses in a push. Premium tier. */
export declare class ProjectPushRules extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectPushRulesState, opts?: pulumi.CustomResourceOptions): ProjectPushRules;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectPushRules;
    /** Pattern commit authors' addresses must match. */
    readonly authorEmailRegex: pulumi.Output<string>;
    /** Pattern branch names must match. */
    readonly branchNameRegex: pulumi.Output<string>;
    /** Whether committers may push only their own verified addresses. */
    readonly commitCommitterCheck: pulumi.Output<boolean>;
    /** Whether the committer's name must be the user's. */
    readonly commitCommitterNameCheck: pulumi.Output<boolean>;
    /** Pattern commit messages must not match. */
    readonly commitMessageNegativeRegex: pulumi.Output<string>;
    /** Pattern commit messages must match. */
    readonly commitMessageRegex: pulumi.Output<string>;
    /** Whether tags cannot be removed by push. */
    readonly denyDeleteTag: pulumi.Output<boolean>;
    /** Pattern file names must not match. */
    readonly fileNameRegex: pulumi.Output<string>;
    /** Largest file in megabytes; 0 for any. */
    readonly maxFileSize: pulumi.Output<number>;
    /** Whether authors must be users. */
    readonly memberCheck: pulumi.Output<boolean>;
    /** Whether files that look like secrets are refused. */
    readonly preventSecrets: pulumi.Output<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Whether commits without sign-off are refused. */
    readonly rejectNonDcoCommits: pulumi.Output<boolean>;
    /** Whether unsigned commits are refused. */
    readonly rejectUnsignedCommits: pulumi.Output<boolean>;
    constructor(name: string, args: ProjectPushRulesArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectPushRules.get can look for. */
export interface ProjectPushRulesState {
    /** Pattern commit authors' addresses must match. */
    authorEmailRegex?: pulumi.Input<string>;
    /** Pattern branch names must match. */
    branchNameRegex?: pulumi.Input<string>;
    /** Whether committers may push only their own verified addresses. */
    commitCommitterCheck?: pulumi.Input<boolean>;
    /** Whether the committer's name must be the user's. */
    commitCommitterNameCheck?: pulumi.Input<boolean>;
    /** Pattern commit messages must not match. */
    commitMessageNegativeRegex?: pulumi.Input<string>;
    /** Pattern commit messages must match. */
    commitMessageRegex?: pulumi.Input<string>;
    /** Whether tags cannot be removed by push. */
    denyDeleteTag?: pulumi.Input<boolean>;
    /** Pattern file names must not match. */
    fileNameRegex?: pulumi.Input<string>;
    /** Largest file in megabytes; 0 for any. */
    maxFileSize?: pulumi.Input<number>;
    /** Whether authors must be users. */
    memberCheck?: pulumi.Input<boolean>;
    /** Whether files that look like secrets are refused. */
    preventSecrets?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Whether commits without sign-off are refused. */
    rejectNonDcoCommits?: pulumi.Input<boolean>;
    /** Whether unsigned commits are refused. */
    rejectUnsignedCommits?: pulumi.Input<boolean>;
}
/** What a ProjectPushRules is made of. */
export interface ProjectPushRulesArgs {
    /** Pattern commit authors' addresses must match. */
    authorEmailRegex?: pulumi.Input<string>;
    /** Pattern branch names must match. */
    branchNameRegex?: pulumi.Input<string>;
    /** Whether committers may push only their own verified addresses. */
    commitCommitterCheck?: pulumi.Input<boolean>;
    /** Whether the committer's name must be the user's. */
    commitCommitterNameCheck?: pulumi.Input<boolean>;
    /** Pattern commit messages must not match. */
    commitMessageNegativeRegex?: pulumi.Input<string>;
    /** Pattern commit messages must match. */
    commitMessageRegex?: pulumi.Input<string>;
    /** Whether tags cannot be removed by push. */
    denyDeleteTag?: pulumi.Input<boolean>;
    /** Pattern file names must not match. */
    fileNameRegex?: pulumi.Input<string>;
    /** Largest file in megabytes; 0 for any. */
    maxFileSize?: pulumi.Input<number>;
    /** Whether authors must be users. */
    memberCheck?: pulumi.Input<boolean>;
    /** Whether files that look like secrets are refused. */
    preventSecrets?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Whether commits without sign-off are refused. */
    rejectNonDcoCommits?: pulumi.Input<boolean>;
    /** Whether unsigned commits are refused. */
    rejectUnsignedCommits?: pulumi.Input<boolean>;
}

/** One entry of a project's job token allowlist: a project or a group whose jobs may reach it. */
export declare class ProjectJobTokenScope extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectJobTokenScopeState, opts?: pulumi.CustomResourceOptions): ProjectJobTokenScope;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectJobTokenScope;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /**
     * Id of the group to let in.
     * Changing it makes a new object.
     */
    readonly targetGroupId: pulumi.Output<number | undefined>;
    /**
     * Id of the project to let in.
     * Changing it makes a new object.
     */
    readonly targetProjectId: pulumi.Output<number | undefined>;
    constructor(name: string, args: ProjectJobTokenScopeArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectJobTokenScope.get can look for. */
export interface ProjectJobTokenScopeState {
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /**
     * Id of the group to let in.
     * Changing it makes a new object.
     */
    targetGroupId?: pulumi.Input<number>;
    /**
     * Id of the project to let in.
     * Changing it makes a new object.
     */
    targetProjectId?: pulumi.Input<number>;
}
/** What a ProjectJobTokenScope is made of. */
export interface ProjectJobTokenScopeArgs {
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /**
     * Id of the group to let in.
     * Changing it makes a new object.
     */
    targetGroupId?: pulumi.Input<number>;
    /**
     * Id of the project to let in.
     * Changing it makes a new object.
     */
    targetProjectId?: pulumi.Input<number>;
}

/** A project's whole job token allowlist. */
export declare class ProjectJobTokenScopes extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectJobTokenScopesState, opts?: pulumi.CustomResourceOptions): ProjectJobTokenScopes;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectJobTokenScopes;
    /** Whether it is on. */
    readonly enabled: pulumi.Output<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Ids of groups whose projects' jobs are let in. */
    readonly targetGroupIds: pulumi.Output<number[]>;
    /** Ids of projects whose jobs are let in. */
    readonly targetProjectIds: pulumi.Output<number[]>;
    constructor(name: string, args: ProjectJobTokenScopesArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectJobTokenScopes.get can look for. */
export interface ProjectJobTokenScopesState {
    /** Whether it is on. */
    enabled?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Ids of groups whose projects' jobs are let in. */
    targetGroupIds?: pulumi.Input<pulumi.Input<number>[]>;
    /** Ids of projects whose jobs are let in. */
    targetProjectIds?: pulumi.Input<pulumi.Input<number>[]>;
}
/** What a ProjectJobTokenScopes is made of. */
export interface ProjectJobTokenScopesArgs {
    /** Whether it is on. */
    enabled?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Ids of groups whose projects' jobs are let in. */
    targetGroupIds?: pulumi.Input<pulumi.Input<number>[]>;
    /** Ids of projects whose jobs are let in. */
    targetProjectIds?: pulumi.Input<pulumi.Input<number>[]>;
}

/** A registered agent for Kubernetes. */
export declare class ClusterAgent extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ClusterAgentState, opts?: pulumi.CustomResourceOptions): ClusterAgent;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ClusterAgent;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Id of the agent. */
    readonly agentId: pulumi.Output<number>;
    /** When it was made (RFC 3339). */
    readonly createdAt: pulumi.Output<string>;
    /** Id of the user who made it. */
    readonly createdByUserId: pulumi.Output<number>;
    constructor(name: string, args: ClusterAgentArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ClusterAgent.get can look for. */
export interface ClusterAgentState {
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Id of the agent. */
    agentId?: pulumi.Input<number>;
    /** When it was made (RFC 3339). */
    createdAt?: pulumi.Input<string>;
    /** Id of the user who made it. */
    createdByUserId?: pulumi.Input<number>;
}
/** What a ClusterAgent is made of. */
export interface ClusterAgentArgs {
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
}

/** A token an agent for Kubernetes connects with. It is shown once, at creation. */
export declare class ClusterAgentToken extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ClusterAgentTokenState, opts?: pulumi.CustomResourceOptions): ClusterAgentToken;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ClusterAgentToken;
    /**
     * Id of the agent.
     * Changing it makes a new object.
     */
    readonly agentId: pulumi.Output<number>;
    /**
     * Free text for people.
     * Changing it makes a new object.
     */
    readonly description: pulumi.Output<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** When it was made (RFC 3339). */
    readonly createdAt: pulumi.Output<string>;
    /** Id of the user who made it. */
    readonly createdByUserId: pulumi.Output<number>;
    /** When it was last used. */
    readonly lastUsedAt: pulumi.Output<string>;
    /** State. */
    readonly status: pulumi.Output<string>;
    /** Secret token. */
    readonly token: pulumi.Output<string>;
    /** Id of the token. */
    readonly tokenId: pulumi.Output<number>;
    constructor(name: string, args: ClusterAgentTokenArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ClusterAgentToken.get can look for. */
export interface ClusterAgentTokenState {
    /**
     * Id of the agent.
     * Changing it makes a new object.
     */
    agentId?: pulumi.Input<number>;
    /**
     * Free text for people.
     * Changing it makes a new object.
     */
    description?: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** When it was made (RFC 3339). */
    createdAt?: pulumi.Input<string>;
    /** Id of the user who made it. */
    createdByUserId?: pulumi.Input<number>;
    /** When it was last used. */
    lastUsedAt?: pulumi.Input<string>;
    /** State. */
    status?: pulumi.Input<string>;
    /** Secret token. */
    token?: pulumi.Input<string>;
    /** Id of the token. */
    tokenId?: pulumi.Input<number>;
}
/** What a ClusterAgentToken is made of. */
export interface ClusterAgentTokenArgs {
    /**
     * Id of the agent.
     * Changing it makes a new object.
     */
    agentId: pulumi.Input<number>;
    /**
     * Free text for people.
     * Changing it makes a new object.
     */
    description?: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
}

/** Hands a Harbor registry's address and credentials to a project's jobs. */
export declare class ProjectIntegrationHarbor extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectIntegrationHarborState, opts?: pulumi.CustomResourceOptions): ProjectIntegrationHarbor;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectIntegrationHarbor;
    /** Password. */
    readonly password: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Name of the project in Harbor. */
    readonly projectName: pulumi.Output<string>;
    /** Address of Harbor. */
    readonly url: pulumi.Output<string>;
    /** Whether the settings of the group or instance count. */
    readonly useInheritedSettings: pulumi.Output<boolean>;
    /** User name. */
    readonly username: pulumi.Output<string>;
    /** Whether it is in use. */
    readonly active: pulumi.Output<boolean>;
    constructor(name: string, args: ProjectIntegrationHarborArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectIntegrationHarbor.get can look for. */
export interface ProjectIntegrationHarborState {
    /** Password. */
    password?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Name of the project in Harbor. */
    projectName?: pulumi.Input<string>;
    /** Address of Harbor. */
    url?: pulumi.Input<string>;
    /** Whether the settings of the group or instance count. */
    useInheritedSettings?: pulumi.Input<boolean>;
    /** User name. */
    username?: pulumi.Input<string>;
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
}
/** What a ProjectIntegrationHarbor is made of. */
export interface ProjectIntegrationHarborArgs {
    /** Password. */
    password: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Name of the project in Harbor. */
    projectName: pulumi.Input<string>;
    /** Address of Harbor. */
    url: pulumi.Input<string>;
    /** Whether the settings of the group or instance count. */
    useInheritedSettings?: pulumi.Input<boolean>;
    /** User name. */
    username: pulumi.Input<string>;
}

/** Hands a Harbor registry's address and credentials to the jobs of a group's projects. */
export declare class GroupIntegrationHarbor extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GroupIntegrationHarborState, opts?: pulumi.CustomResourceOptions): GroupIntegrationHarbor;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is GroupIntegrationHarbor;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    readonly group: pulumi.Output<string>;
    /** Password. */
    readonly password: pulumi.Output<string>;
    /** Name of the project in Harbor. */
    readonly projectName: pulumi.Output<string>;
    /** Address of Harbor. */
    readonly url: pulumi.Output<string>;
    /** Whether the settings of the group or instance count. */
    readonly useInheritedSettings: pulumi.Output<boolean>;
    /** User name. */
    readonly username: pulumi.Output<string>;
    /** Whether it is in use. */
    readonly active: pulumi.Output<boolean>;
    constructor(name: string, args: GroupIntegrationHarborArgs, opts?: pulumi.CustomResourceOptions);
}
/** What GroupIntegrationHarbor.get can look for. */
export interface GroupIntegrationHarborState {
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    group?: pulumi.Input<string>;
    /** Password. */
    password?: pulumi.Input<string>;
    /** Name of the project in Harbor. */
    projectName?: pulumi.Input<string>;
    /** Address of Harbor. */
    url?: pulumi.Input<string>;
    /** Whether the settings of the group or instance count. */
    useInheritedSettings?: pulumi.Input<boolean>;
    /** User name. */
    username?: pulumi.Input<string>;
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
}
/** What a GroupIntegrationHarbor is made of. */
export interface GroupIntegrationHarborArgs {
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    group: pulumi.Input<string>;
    /** Password. */
    password: pulumi.Input<string>;
    /** Name of the project in Harbor. */
    projectName: pulumi.Input<string>;
    /** Address of Harbor. */
    url: pulumi.Input<string>;
    /** Whether the settings of the group or instance count. */
    useInheritedSettings?: pulumi.Input<boolean>;
    /** User name. */
    username: pulumi.Input<string>;
}

/** Starts Jenkins builds from a project's events. */
export declare class ProjectIntegrationJenkins extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectIntegrationJenkinsState, opts?: pulumi.CustomResourceOptions): ProjectIntegrationJenkins;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectIntegrationJenkins;
    /**
     * Whether the server's certificate must be valid.
     * @default true
     */
    readonly enableSslVerification: pulumi.Output<boolean>;
    /** Address of Jenkins. */
    readonly jenkinsUrl: pulumi.Output<string>;
    /** Called on merge request changes. */
    readonly mergeRequestEvents: pulumi.Output<boolean>;
    /** Password. */
    readonly password: pulumi.Output<string | undefined>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Name of the Jenkins job. */
    readonly projectName: pulumi.Output<string>;
    /** Called on pushes. */
    readonly pushEvents: pulumi.Output<boolean>;
    /** Called on new and removed tags. */
    readonly tagPushEvents: pulumi.Output<boolean>;
    /** User name. */
    readonly username: pulumi.Output<string | undefined>;
    /** Whether it is in use. */
    readonly active: pulumi.Output<boolean>;
    constructor(name: string, args: ProjectIntegrationJenkinsArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectIntegrationJenkins.get can look for. */
export interface ProjectIntegrationJenkinsState {
    /**
     * Whether the server's certificate must be valid.
     * @default true
     */
    enableSslVerification?: pulumi.Input<boolean>;
    /** Address of Jenkins. */
    jenkinsUrl?: pulumi.Input<string>;
    /** Called on merge request changes. */
    mergeRequestEvents?: pulumi.Input<boolean>;
    /** Password. */
    password?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Name of the Jenkins job. */
    projectName?: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents?: pulumi.Input<boolean>;
    /** Called on new and removed tags. */
    tagPushEvents?: pulumi.Input<boolean>;
    /** User name. */
    username?: pulumi.Input<string>;
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
}
/** What a ProjectIntegrationJenkins is made of. */
export interface ProjectIntegrationJenkinsArgs {
    /**
     * Whether the server's certificate must be valid.
     * @default true
     */
    enableSslVerification?: pulumi.Input<boolean>;
    /** Address of Jenkins. */
    jenkinsUrl: pulumi.Input<string>;
    /** Called on merge request changes. */
    mergeRequestEvents?: pulumi.Input<boolean>;
    /** Password. */
    password?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Name of the Jenkins job. */
    projectName: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents?: pulumi.Input<boolean>;
    /** Called on new and removed tags. */
    tagPushEvents?: pulumi.Input<boolean>;
    /** User name. */
    username?: pulumi.Input<string>;
}

/** Posts a project's events to Slack. */
export declare class IntegrationSlack extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: IntegrationSlackState, opts?: pulumi.CustomResourceOptions): IntegrationSlack;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is IntegrationSlack;
    /** Branches whose events are posted. */
    readonly branchesToBeNotified: pulumi.Output<string>;
    /** Channel for confidential issue events. */
    readonly confidentialIssueChannel: pulumi.Output<string | undefined>;
    /** Called on changes of confidential issues. */
    readonly confidentialIssuesEvents: pulumi.Output<boolean>;
    /** Channel for confidential note events. */
    readonly confidentialNoteChannel: pulumi.Output<string>;
    /** Called on confidential comments. */
    readonly confidentialNoteEvents: pulumi.Output<boolean>;
    /** Channel for issue events. */
    readonly issueChannel: pulumi.Output<string | undefined>;
    /** Called on issue changes. */
    readonly issuesEvents: pulumi.Output<boolean>;
    /** Channel for merge request events. */
    readonly mergeRequestChannel: pulumi.Output<string | undefined>;
    /** Called on merge request changes. */
    readonly mergeRequestsEvents: pulumi.Output<boolean>;
    /** Channel for note events. */
    readonly noteChannel: pulumi.Output<string | undefined>;
    /** Called on comments. */
    readonly noteEvents: pulumi.Output<boolean>;
    /** Whether only failed pipelines are posted. */
    readonly notifyOnlyBrokenPipelines: pulumi.Output<boolean>;
    /** Channel for pipeline events. */
    readonly pipelineChannel: pulumi.Output<string | undefined>;
    /** Called on pipeline changes. */
    readonly pipelineEvents: pulumi.Output<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Channel for push events. */
    readonly pushChannel: pulumi.Output<string | undefined>;
    /** Called on pushes. */
    readonly pushEvents: pulumi.Output<boolean>;
    /** Channel for tag push events. */
    readonly tagPushChannel: pulumi.Output<string | undefined>;
    /** Called on new and removed tags. */
    readonly tagPushEvents: pulumi.Output<boolean>;
    /** Name the messages come from. */
    readonly username: pulumi.Output<string | undefined>;
    /** Webhook address of Slack. Not secret by itself: wrap it with pulumi.secret. */
    readonly webhook: pulumi.Output<string>;
    /** Channel for wiki page events. */
    readonly wikiPageChannel: pulumi.Output<string | undefined>;
    /** Called on wiki changes. */
    readonly wikiPageEvents: pulumi.Output<boolean>;
    /** Called on job changes. */
    readonly jobEvents: pulumi.Output<boolean>;
    constructor(name: string, args: IntegrationSlackArgs, opts?: pulumi.CustomResourceOptions);
}
/** What IntegrationSlack.get can look for. */
export interface IntegrationSlackState {
    /** Branches whose events are posted. */
    branchesToBeNotified?: pulumi.Input<string>;
    /** Channel for confidential issue events. */
    confidentialIssueChannel?: pulumi.Input<string>;
    /** Called on changes of confidential issues. */
    confidentialIssuesEvents?: pulumi.Input<boolean>;
    /** Channel for confidential note events. */
    confidentialNoteChannel?: pulumi.Input<string>;
    /** Called on confidential comments. */
    confidentialNoteEvents?: pulumi.Input<boolean>;
    /** Channel for issue events. */
    issueChannel?: pulumi.Input<string>;
    /** Called on issue changes. */
    issuesEvents?: pulumi.Input<boolean>;
    /** Channel for merge request events. */
    mergeRequestChannel?: pulumi.Input<string>;
    /** Called on merge request changes. */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /** Channel for note events. */
    noteChannel?: pulumi.Input<string>;
    /** Called on comments. */
    noteEvents?: pulumi.Input<boolean>;
    /** Whether only failed pipelines are posted. */
    notifyOnlyBrokenPipelines?: pulumi.Input<boolean>;
    /** Channel for pipeline events. */
    pipelineChannel?: pulumi.Input<string>;
    /** Called on pipeline changes. */
    pipelineEvents?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Channel for push events. */
    pushChannel?: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents?: pulumi.Input<boolean>;
    /** Channel for tag push events. */
    tagPushChannel?: pulumi.Input<string>;
    /** Called on new and removed tags. */
    tagPushEvents?: pulumi.Input<boolean>;
    /** Name the messages come from. */
    username?: pulumi.Input<string>;
    /** Webhook address of Slack. Not secret by itself: wrap it with pulumi.secret. */
    webhook?: pulumi.Input<string>;
    /** Channel for wiki page events. */
    wikiPageChannel?: pulumi.Input<string>;
    /** Called on wiki changes. */
    wikiPageEvents?: pulumi.Input<boolean>;
    /** Called on job changes. */
    jobEvents?: pulumi.Input<boolean>;
}
/** What a IntegrationSlack is made of. */
export interface IntegrationSlackArgs {
    /** Branches whose events are posted. */
    branchesToBeNotified?: pulumi.Input<string>;
    /** Channel for confidential issue events. */
    confidentialIssueChannel?: pulumi.Input<string>;
    /** Called on changes of confidential issues. */
    confidentialIssuesEvents?: pulumi.Input<boolean>;
    /** Channel for confidential note events. */
    confidentialNoteChannel?: pulumi.Input<string>;
    /** Called on confidential comments. */
    confidentialNoteEvents?: pulumi.Input<boolean>;
    /** Channel for issue events. */
    issueChannel?: pulumi.Input<string>;
    /** Called on issue changes. */
    issuesEvents?: pulumi.Input<boolean>;
    /** Channel for merge request events. */
    mergeRequestChannel?: pulumi.Input<string>;
    /** Called on merge request changes. */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /** Channel for note events. */
    noteChannel?: pulumi.Input<string>;
    /** Called on comments. */
    noteEvents?: pulumi.Input<boolean>;
    /** Whether only failed pipelines are posted. */
    notifyOnlyBrokenPipelines?: pulumi.Input<boolean>;
    /** Channel for pipeline events. */
    pipelineChannel?: pulumi.Input<string>;
    /** Called on pipeline changes. */
    pipelineEvents?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Channel for push events. */
    pushChannel?: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents?: pulumi.Input<boolean>;
    /** Channel for tag push events. */
    tagPushChannel?: pulumi.Input<string>;
    /** Called on new and removed tags. */
    tagPushEvents?: pulumi.Input<boolean>;
    /** Name the messages come from. */
    username?: pulumi.Input<string>;
    /** Webhook address of Slack. Not secret by itself: wrap it with pulumi.secret. */
    webhook: pulumi.Input<string>;
    /** Channel for wiki page events. */
    wikiPageChannel?: pulumi.Input<string>;
    /** Called on wiki changes. */
    wikiPageEvents?: pulumi.Input<boolean>;
}

/** Posts a project's events to Microsoft Teams. */
export declare class ProjectIntegrationMicrosoftTeams extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectIntegrationMicrosoftTeamsState, opts?: pulumi.CustomResourceOptions): ProjectIntegrationMicrosoftTeams;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectIntegrationMicrosoftTeams;
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    readonly branchesToBeNotified: pulumi.Output<string>;
    /** Called on changes of confidential issues. */
    readonly confidentialIssuesEvents: pulumi.Output<boolean>;
    /** Called on confidential comments. */
    readonly confidentialNoteEvents: pulumi.Output<boolean>;
    /** Called on issue changes. */
    readonly issuesEvents: pulumi.Output<boolean>;
    /** Called on merge request changes. */
    readonly mergeRequestsEvents: pulumi.Output<boolean>;
    /** Called on comments. */
    readonly noteEvents: pulumi.Output<boolean>;
    /** Whether only failed pipelines are posted. */
    readonly notifyOnlyBrokenPipelines: pulumi.Output<boolean>;
    /** Called on pipeline changes. */
    readonly pipelineEvents: pulumi.Output<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Called on pushes. */
    readonly pushEvents: pulumi.Output<boolean>;
    /** Called on new and removed tags. */
    readonly tagPushEvents: pulumi.Output<boolean>;
    /** Webhook address. It holds a secret. */
    readonly webhook: pulumi.Output<string>;
    /** Called on wiki changes. */
    readonly wikiPageEvents: pulumi.Output<boolean>;
    /** Whether it is in use. */
    readonly active: pulumi.Output<boolean>;
    /** When it was made (RFC 3339). */
    readonly createdAt: pulumi.Output<string>;
    /** When it was last changed (RFC 3339). */
    readonly updatedAt: pulumi.Output<string>;
    constructor(name: string, args: ProjectIntegrationMicrosoftTeamsArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectIntegrationMicrosoftTeams.get can look for. */
export interface ProjectIntegrationMicrosoftTeamsState {
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    branchesToBeNotified?: pulumi.Input<string>;
    /** Called on changes of confidential issues. */
    confidentialIssuesEvents?: pulumi.Input<boolean>;
    /** Called on confidential comments. */
    confidentialNoteEvents?: pulumi.Input<boolean>;
    /** Called on issue changes. */
    issuesEvents?: pulumi.Input<boolean>;
    /** Called on merge request changes. */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /** Called on comments. */
    noteEvents?: pulumi.Input<boolean>;
    /** Whether only failed pipelines are posted. */
    notifyOnlyBrokenPipelines?: pulumi.Input<boolean>;
    /** Called on pipeline changes. */
    pipelineEvents?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents?: pulumi.Input<boolean>;
    /** Called on new and removed tags. */
    tagPushEvents?: pulumi.Input<boolean>;
    /** Webhook address. It holds a secret. */
    webhook?: pulumi.Input<string>;
    /** Called on wiki changes. */
    wikiPageEvents?: pulumi.Input<boolean>;
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
    /** When it was made (RFC 3339). */
    createdAt?: pulumi.Input<string>;
    /** When it was last changed (RFC 3339). */
    updatedAt?: pulumi.Input<string>;
}
/** What a ProjectIntegrationMicrosoftTeams is made of. */
export interface ProjectIntegrationMicrosoftTeamsArgs {
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    branchesToBeNotified?: pulumi.Input<string>;
    /** Called on changes of confidential issues. */
    confidentialIssuesEvents?: pulumi.Input<boolean>;
    /** Called on confidential comments. */
    confidentialNoteEvents?: pulumi.Input<boolean>;
    /** Called on issue changes. */
    issuesEvents?: pulumi.Input<boolean>;
    /** Called on merge request changes. */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /** Called on comments. */
    noteEvents?: pulumi.Input<boolean>;
    /** Whether only failed pipelines are posted. */
    notifyOnlyBrokenPipelines?: pulumi.Input<boolean>;
    /** Called on pipeline changes. */
    pipelineEvents?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents?: pulumi.Input<boolean>;
    /** Called on new and removed tags. */
    tagPushEvents?: pulumi.Input<boolean>;
    /** Webhook address. It holds a secret. */
    webhook: pulumi.Input<string>;
    /** Called on wiki changes. */
    wikiPageEvents?: pulumi.Input<boolean>;
}

/** Posts a project's events to Mattermost. */
export declare class ProjectIntegrationMattermost extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectIntegrationMattermostState, opts?: pulumi.CustomResourceOptions): ProjectIntegrationMattermost;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectIntegrationMattermost;
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    readonly branchesToBeNotified: pulumi.Output<string>;
    /** Channel for confidential issue events. */
    readonly confidentialIssueChannel: pulumi.Output<string>;
    /** Called on changes of confidential issues. */
    readonly confidentialIssuesEvents: pulumi.Output<boolean>;
    /** Channel for confidential note events. */
    readonly confidentialNoteChannel: pulumi.Output<string>;
    /** Called on confidential comments. */
    readonly confidentialNoteEvents: pulumi.Output<boolean>;
    /** Channel for issue events. */
    readonly issueChannel: pulumi.Output<string>;
    /** Called on issue changes. */
    readonly issuesEvents: pulumi.Output<boolean>;
    /** Channel for merge request events. */
    readonly mergeRequestChannel: pulumi.Output<string>;
    /** Called on merge request changes. */
    readonly mergeRequestsEvents: pulumi.Output<boolean>;
    /** Channel for note events. */
    readonly noteChannel: pulumi.Output<string>;
    /** Called on comments. */
    readonly noteEvents: pulumi.Output<boolean>;
    /** Whether only failed pipelines are posted. */
    readonly notifyOnlyBrokenPipelines: pulumi.Output<boolean>;
    /** Channel for pipeline events. */
    readonly pipelineChannel: pulumi.Output<string>;
    /** Called on pipeline changes. */
    readonly pipelineEvents: pulumi.Output<boolean>;
    /** Id or full path of the project. */
    readonly project: pulumi.Output<string>;
    /** Channel for push events. */
    readonly pushChannel: pulumi.Output<string>;
    /** Called on pushes. */
    readonly pushEvents: pulumi.Output<boolean>;
    /** Channel for tag push events. */
    readonly tagPushChannel: pulumi.Output<string>;
    /** Called on new and removed tags. */
    readonly tagPushEvents: pulumi.Output<boolean>;
    /** User name. */
    readonly username: pulumi.Output<string>;
    /** Webhook address. It holds a secret. */
    readonly webhook: pulumi.Output<string>;
    /** Channel for wiki page events. */
    readonly wikiPageChannel: pulumi.Output<string>;
    /** Called on wiki changes. */
    readonly wikiPageEvents: pulumi.Output<boolean>;
    constructor(name: string, args: ProjectIntegrationMattermostArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectIntegrationMattermost.get can look for. */
export interface ProjectIntegrationMattermostState {
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    branchesToBeNotified?: pulumi.Input<string>;
    /** Channel for confidential issue events. */
    confidentialIssueChannel?: pulumi.Input<string>;
    /** Called on changes of confidential issues. */
    confidentialIssuesEvents?: pulumi.Input<boolean>;
    /** Channel for confidential note events. */
    confidentialNoteChannel?: pulumi.Input<string>;
    /** Called on confidential comments. */
    confidentialNoteEvents?: pulumi.Input<boolean>;
    /** Channel for issue events. */
    issueChannel?: pulumi.Input<string>;
    /** Called on issue changes. */
    issuesEvents?: pulumi.Input<boolean>;
    /** Channel for merge request events. */
    mergeRequestChannel?: pulumi.Input<string>;
    /** Called on merge request changes. */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /** Channel for note events. */
    noteChannel?: pulumi.Input<string>;
    /** Called on comments. */
    noteEvents?: pulumi.Input<boolean>;
    /** Whether only failed pipelines are posted. */
    notifyOnlyBrokenPipelines?: pulumi.Input<boolean>;
    /** Channel for pipeline events. */
    pipelineChannel?: pulumi.Input<string>;
    /** Called on pipeline changes. */
    pipelineEvents?: pulumi.Input<boolean>;
    /** Id or full path of the project. */
    project?: pulumi.Input<string>;
    /** Channel for push events. */
    pushChannel?: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents?: pulumi.Input<boolean>;
    /** Channel for tag push events. */
    tagPushChannel?: pulumi.Input<string>;
    /** Called on new and removed tags. */
    tagPushEvents?: pulumi.Input<boolean>;
    /** User name. */
    username?: pulumi.Input<string>;
    /** Webhook address. It holds a secret. */
    webhook?: pulumi.Input<string>;
    /** Channel for wiki page events. */
    wikiPageChannel?: pulumi.Input<string>;
    /** Called on wiki changes. */
    wikiPageEvents?: pulumi.Input<boolean>;
}
/** What a ProjectIntegrationMattermost is made of. */
export interface ProjectIntegrationMattermostArgs {
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    branchesToBeNotified?: pulumi.Input<string>;
    /** Channel for confidential issue events. */
    confidentialIssueChannel?: pulumi.Input<string>;
    /** Called on changes of confidential issues. */
    confidentialIssuesEvents?: pulumi.Input<boolean>;
    /** Channel for confidential note events. */
    confidentialNoteChannel?: pulumi.Input<string>;
    /** Called on confidential comments. */
    confidentialNoteEvents?: pulumi.Input<boolean>;
    /** Channel for issue events. */
    issueChannel?: pulumi.Input<string>;
    /** Called on issue changes. */
    issuesEvents?: pulumi.Input<boolean>;
    /** Channel for merge request events. */
    mergeRequestChannel?: pulumi.Input<string>;
    /** Called on merge request changes. */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /** Channel for note events. */
    noteChannel?: pulumi.Input<string>;
    /** Called on comments. */
    noteEvents?: pulumi.Input<boolean>;
    /** Whether only failed pipelines are posted. */
    notifyOnlyBrokenPipelines?: pulumi.Input<boolean>;
    /** Channel for pipeline events. */
    pipelineChannel?: pulumi.Input<string>;
    /** Called on pipeline changes. */
    pipelineEvents?: pulumi.Input<boolean>;
    /** Id or full path of the project. */
    project: pulumi.Input<string>;
    /** Channel for push events. */
    pushChannel?: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents?: pulumi.Input<boolean>;
    /** Channel for tag push events. */
    tagPushChannel?: pulumi.Input<string>;
    /** Called on new and removed tags. */
    tagPushEvents?: pulumi.Input<boolean>;
    /** User name. */
    username?: pulumi.Input<string>;
    /** Webhook address. It holds a secret. */
    webhook: pulumi.Input<string>;
    /** Channel for wiki page events. */
    wikiPageChannel?: pulumi.Input<string>;
    /** Called on wiki changes. */
    wikiPageEvents?: pulumi.Input<boolean>;
}

/** Posts a project's events to Google Chat. */
export declare class ProjectIntegrationGoogleChat extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectIntegrationGoogleChatState, opts?: pulumi.CustomResourceOptions): ProjectIntegrationGoogleChat;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectIntegrationGoogleChat;
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    readonly branchesToBeNotified: pulumi.Output<string>;
    /** Called on changes of confidential issues. */
    readonly confidentialIssuesEvents: pulumi.Output<boolean>;
    /** Called on issue changes. */
    readonly issuesEvents: pulumi.Output<boolean>;
    /** Called on merge request changes. */
    readonly mergeRequestsEvents: pulumi.Output<boolean>;
    /** Called on comments. */
    readonly noteEvents: pulumi.Output<boolean>;
    /** Whether only failed pipelines are posted. */
    readonly notifyOnlyBrokenPipelines: pulumi.Output<boolean>;
    /** Called on pipeline changes. */
    readonly pipelineEvents: pulumi.Output<boolean>;
    /** Id or full path of the project. */
    readonly project: pulumi.Output<string>;
    /** Called on pushes. */
    readonly pushEvents: pulumi.Output<boolean>;
    /** Called on new and removed tags. */
    readonly tagPushEvents: pulumi.Output<boolean>;
    /** Webhook address. It holds a secret. */
    readonly webhook: pulumi.Output<string>;
    /** Called on wiki changes. */
    readonly wikiPageEvents: pulumi.Output<boolean>;
    /** Whether it is in use. */
    readonly active: pulumi.Output<boolean>;
    constructor(name: string, args: ProjectIntegrationGoogleChatArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectIntegrationGoogleChat.get can look for. */
export interface ProjectIntegrationGoogleChatState {
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    branchesToBeNotified?: pulumi.Input<string>;
    /** Called on changes of confidential issues. */
    confidentialIssuesEvents?: pulumi.Input<boolean>;
    /** Called on issue changes. */
    issuesEvents?: pulumi.Input<boolean>;
    /** Called on merge request changes. */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /** Called on comments. */
    noteEvents?: pulumi.Input<boolean>;
    /** Whether only failed pipelines are posted. */
    notifyOnlyBrokenPipelines?: pulumi.Input<boolean>;
    /** Called on pipeline changes. */
    pipelineEvents?: pulumi.Input<boolean>;
    /** Id or full path of the project. */
    project?: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents?: pulumi.Input<boolean>;
    /** Called on new and removed tags. */
    tagPushEvents?: pulumi.Input<boolean>;
    /** Webhook address. It holds a secret. */
    webhook?: pulumi.Input<string>;
    /** Called on wiki changes. */
    wikiPageEvents?: pulumi.Input<boolean>;
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
}
/** What a ProjectIntegrationGoogleChat is made of. */
export interface ProjectIntegrationGoogleChatArgs {
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    branchesToBeNotified?: pulumi.Input<string>;
    /** Called on changes of confidential issues. */
    confidentialIssuesEvents?: pulumi.Input<boolean>;
    /** Called on issue changes. */
    issuesEvents?: pulumi.Input<boolean>;
    /** Called on merge request changes. */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /** Called on comments. */
    noteEvents?: pulumi.Input<boolean>;
    /** Whether only failed pipelines are posted. */
    notifyOnlyBrokenPipelines?: pulumi.Input<boolean>;
    /** Called on pipeline changes. */
    pipelineEvents?: pulumi.Input<boolean>;
    /** Id or full path of the project. */
    project: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents?: pulumi.Input<boolean>;
    /** Called on new and removed tags. */
    tagPushEvents?: pulumi.Input<boolean>;
    /** Webhook address. It holds a secret. */
    webhook: pulumi.Input<string>;
    /** Called on wiki changes. */
    wikiPageEvents?: pulumi.Input<boolean>;
}

/** Posts a project's events to Telegram. */
export declare class ProjectIntegrationTelegram extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectIntegrationTelegramState, opts?: pulumi.CustomResourceOptions): ProjectIntegrationTelegram;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectIntegrationTelegram;
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    readonly branchesToBeNotified: pulumi.Output<string>;
    /** Called on changes of confidential issues. */
    readonly confidentialIssuesEvents: pulumi.Output<boolean>;
    /** Called on confidential comments. */
    readonly confidentialNoteEvents: pulumi.Output<boolean>;
    /** Called on issue changes. */
    readonly issuesEvents: pulumi.Output<boolean>;
    /** Called on merge request changes. */
    readonly mergeRequestsEvents: pulumi.Output<boolean>;
    /** Called on comments. */
    readonly noteEvents: pulumi.Output<boolean>;
    /** Whether only failed pipelines are posted. */
    readonly notifyOnlyBrokenPipelines: pulumi.Output<boolean>;
    /** Called on pipeline changes. */
    readonly pipelineEvents: pulumi.Output<boolean>;
    /** Id or full path of the project. */
    readonly project: pulumi.Output<string>;
    /** Called on pushes. */
    readonly pushEvents: pulumi.Output<boolean>;
    /** Chat the messages go to. */
    readonly room: pulumi.Output<string>;
    /** Called on new and removed tags. */
    readonly tagPushEvents: pulumi.Output<boolean>;
    /** Secret token. */
    readonly token: pulumi.Output<string>;
    /** Called on wiki changes. */
    readonly wikiPageEvents: pulumi.Output<boolean>;
    constructor(name: string, args: ProjectIntegrationTelegramArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectIntegrationTelegram.get can look for. */
export interface ProjectIntegrationTelegramState {
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    branchesToBeNotified?: pulumi.Input<string>;
    /** Called on changes of confidential issues. */
    confidentialIssuesEvents?: pulumi.Input<boolean>;
    /** Called on confidential comments. */
    confidentialNoteEvents?: pulumi.Input<boolean>;
    /** Called on issue changes. */
    issuesEvents?: pulumi.Input<boolean>;
    /** Called on merge request changes. */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /** Called on comments. */
    noteEvents?: pulumi.Input<boolean>;
    /** Whether only failed pipelines are posted. */
    notifyOnlyBrokenPipelines?: pulumi.Input<boolean>;
    /** Called on pipeline changes. */
    pipelineEvents?: pulumi.Input<boolean>;
    /** Id or full path of the project. */
    project?: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents?: pulumi.Input<boolean>;
    /** Chat the messages go to. */
    room?: pulumi.Input<string>;
    /** Called on new and removed tags. */
    tagPushEvents?: pulumi.Input<boolean>;
    /** Secret token. */
    token?: pulumi.Input<string>;
    /** Called on wiki changes. */
    wikiPageEvents?: pulumi.Input<boolean>;
}
/** What a ProjectIntegrationTelegram is made of. */
export interface ProjectIntegrationTelegramArgs {
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    branchesToBeNotified?: pulumi.Input<string>;
    /** Called on changes of confidential issues. */
    confidentialIssuesEvents: pulumi.Input<boolean>;
    /** Called on confidential comments. */
    confidentialNoteEvents: pulumi.Input<boolean>;
    /** Called on issue changes. */
    issuesEvents: pulumi.Input<boolean>;
    /** Called on merge request changes. */
    mergeRequestsEvents: pulumi.Input<boolean>;
    /** Called on comments. */
    noteEvents: pulumi.Input<boolean>;
    /** Whether only failed pipelines are posted. */
    notifyOnlyBrokenPipelines?: pulumi.Input<boolean>;
    /** Called on pipeline changes. */
    pipelineEvents: pulumi.Input<boolean>;
    /** Id or full path of the project. */
    project: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents: pulumi.Input<boolean>;
    /** Chat the messages go to. */
    room: pulumi.Input<string>;
    /** Called on new and removed tags. */
    tagPushEvents: pulumi.Input<boolean>;
    /** Secret token. */
    token: pulumi.Input<string>;
    /** Called on wiki changes. */
    wikiPageEvents: pulumi.Input<boolean>;
}

/** Links a project with Jira issues. */
export declare class ProjectIntegrationJira extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectIntegrationJiraState, opts?: pulumi.CustomResourceOptions): ProjectIntegrationJira;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectIntegrationJira;
    readonly apiUrl: pulumi.Output<string>;
    readonly commentOnEventEnabled: pulumi.Output<boolean>;
    readonly commitEvents: pulumi.Output<boolean>;
    readonly issuesEnabled: pulumi.Output<boolean>;
    readonly jiraAuthType: pulumi.Output<number>;
    readonly jiraIssuePrefix: pulumi.Output<string>;
    readonly jiraIssueRegex: pulumi.Output<string>;
    readonly jiraIssueTransitionAutomatic: pulumi.Output<boolean | undefined>;
    readonly jiraIssueTransitionId: pulumi.Output<string>;
    /** Called on merge request changes. */
    readonly mergeRequestsEvents: pulumi.Output<boolean>;
    /** Password. */
    readonly password: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    readonly projectKeys: pulumi.Output<string[] | undefined>;
    /** Address that is called. */
    readonly url: pulumi.Output<string>;
    /** Whether the settings of the group or instance count. */
    readonly useInheritedSettings: pulumi.Output<boolean>;
    /** User name. */
    readonly username: pulumi.Output<string>;
    /** Whether it is in use. */
    readonly active: pulumi.Output<boolean>;
    /** When it was made (RFC 3339). */
    readonly createdAt: pulumi.Output<string>;
    /** Title. */
    readonly title: pulumi.Output<string>;
    /** When it was last changed (RFC 3339). */
    readonly updatedAt: pulumi.Output<string>;
    constructor(name: string, args: ProjectIntegrationJiraArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectIntegrationJira.get can look for. */
export interface ProjectIntegrationJiraState {
    apiUrl?: pulumi.Input<string>;
    commentOnEventEnabled?: pulumi.Input<boolean>;
    commitEvents?: pulumi.Input<boolean>;
    issuesEnabled?: pulumi.Input<boolean>;
    jiraAuthType?: pulumi.Input<number>;
    jiraIssuePrefix?: pulumi.Input<string>;
    jiraIssueRegex?: pulumi.Input<string>;
    jiraIssueTransitionAutomatic?: pulumi.Input<boolean>;
    jiraIssueTransitionId?: pulumi.Input<string>;
    /** Called on merge request changes. */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /** Password. */
    password?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    projectKeys?: pulumi.Input<pulumi.Input<string>[]>;
    /** Address that is called. */
    url?: pulumi.Input<string>;
    /** Whether the settings of the group or instance count. */
    useInheritedSettings?: pulumi.Input<boolean>;
    /** User name. */
    username?: pulumi.Input<string>;
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
    /** When it was made (RFC 3339). */
    createdAt?: pulumi.Input<string>;
    /** Title. */
    title?: pulumi.Input<string>;
    /** When it was last changed (RFC 3339). */
    updatedAt?: pulumi.Input<string>;
}
/** What a ProjectIntegrationJira is made of. */
export interface ProjectIntegrationJiraArgs {
    apiUrl?: pulumi.Input<string>;
    commentOnEventEnabled?: pulumi.Input<boolean>;
    commitEvents?: pulumi.Input<boolean>;
    issuesEnabled?: pulumi.Input<boolean>;
    jiraAuthType?: pulumi.Input<number>;
    jiraIssuePrefix?: pulumi.Input<string>;
    jiraIssueRegex?: pulumi.Input<string>;
    jiraIssueTransitionAutomatic?: pulumi.Input<boolean>;
    jiraIssueTransitionId?: pulumi.Input<string>;
    /** Called on merge request changes. */
    mergeRequestsEvents?: pulumi.Input<boolean>;
    /** Password. */
    password: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    projectKeys?: pulumi.Input<pulumi.Input<string>[]>;
    /** Address that is called. */
    url: pulumi.Input<string>;
    /** Whether the settings of the group or instance count. */
    useInheritedSettings?: pulumi.Input<boolean>;
    /** User name. */
    username?: pulumi.Input<string>;
}

/** Mails the result of pipelines. */
export declare class ProjectIntegrationPipelinesEmail extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectIntegrationPipelinesEmailState, opts?: pulumi.CustomResourceOptions): ProjectIntegrationPipelinesEmail;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectIntegrationPipelinesEmail;
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     * @default "default"
     */
    readonly branchesToBeNotified: pulumi.Output<string>;
    /** Whether only failed pipelines are posted. */
    readonly notifyOnlyBrokenPipelines: pulumi.Output<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Mail addresses. */
    readonly recipients: pulumi.Output<string[]>;
    constructor(name: string, args: ProjectIntegrationPipelinesEmailArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectIntegrationPipelinesEmail.get can look for. */
export interface ProjectIntegrationPipelinesEmailState {
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     * @default "default"
     */
    branchesToBeNotified?: pulumi.Input<string>;
    /** Whether only failed pipelines are posted. */
    notifyOnlyBrokenPipelines?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Mail addresses. */
    recipients?: pulumi.Input<pulumi.Input<string>[]>;
}
/** What a ProjectIntegrationPipelinesEmail is made of. */
export interface ProjectIntegrationPipelinesEmailArgs {
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     * @default "default"
     */
    branchesToBeNotified?: pulumi.Input<string>;
    /** Whether only failed pipelines are posted. */
    notifyOnlyBrokenPipelines?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Mail addresses. */
    recipients: pulumi.Input<pulumi.Input<string>[]>;
}

/** Mails the commits of each push. */
export declare class ProjectIntegrationEmailsOnPush extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectIntegrationEmailsOnPushState, opts?: pulumi.CustomResourceOptions): ProjectIntegrationEmailsOnPush;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectIntegrationEmailsOnPush;
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    readonly branchesToBeNotified: pulumi.Output<string>;
    readonly disableDiffs: pulumi.Output<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Called on pushes. */
    readonly pushEvents: pulumi.Output<boolean>;
    /** Mail addresses. */
    readonly recipients: pulumi.Output<string>;
    readonly sendFromCommitterEmail: pulumi.Output<boolean>;
    /** Called on new and removed tags. */
    readonly tagPushEvents: pulumi.Output<boolean>;
    /** Whether it is in use. */
    readonly active: pulumi.Output<boolean>;
    /** When it was made (RFC 3339). */
    readonly createdAt: pulumi.Output<string>;
    /** Name in a form that fits host names. */
    readonly slug: pulumi.Output<string>;
    /** Title. */
    readonly title: pulumi.Output<string>;
    /** When it was last changed (RFC 3339). */
    readonly updatedAt: pulumi.Output<string>;
    constructor(name: string, args: ProjectIntegrationEmailsOnPushArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectIntegrationEmailsOnPush.get can look for. */
export interface ProjectIntegrationEmailsOnPushState {
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    branchesToBeNotified?: pulumi.Input<string>;
    disableDiffs?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents?: pulumi.Input<boolean>;
    /** Mail addresses. */
    recipients?: pulumi.Input<string>;
    sendFromCommitterEmail?: pulumi.Input<boolean>;
    /** Called on new and removed tags. */
    tagPushEvents?: pulumi.Input<boolean>;
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
    /** When it was made (RFC 3339). */
    createdAt?: pulumi.Input<string>;
    /** Name in a form that fits host names. */
    slug?: pulumi.Input<string>;
    /** Title. */
    title?: pulumi.Input<string>;
    /** When it was last changed (RFC 3339). */
    updatedAt?: pulumi.Input<string>;
}
/** What a ProjectIntegrationEmailsOnPush is made of. */
export interface ProjectIntegrationEmailsOnPushArgs {
    /**
     * Branches whose events are posted.
     * One of: `all`, `default`, `protected`, `default_and_protected`.
     */
    branchesToBeNotified?: pulumi.Input<string>;
    disableDiffs?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /** Called on pushes. */
    pushEvents?: pulumi.Input<boolean>;
    /** Mail addresses. */
    recipients: pulumi.Input<string>;
    sendFromCommitterEmail?: pulumi.Input<boolean>;
    /** Called on new and removed tags. */
    tagPushEvents?: pulumi.Input<boolean>;
}

/** Points a project's wiki link elsewhere. */
export declare class ProjectIntegrationExternalWiki extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectIntegrationExternalWikiState, opts?: pulumi.CustomResourceOptions): ProjectIntegrationExternalWiki;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectIntegrationExternalWiki;
    /** Address of the wiki. */
    readonly externalWikiUrl: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Whether it is in use. */
    readonly active: pulumi.Output<boolean>;
    /** When it was made (RFC 3339). */
    readonly createdAt: pulumi.Output<string>;
    /** Name in a form that fits host names. */
    readonly slug: pulumi.Output<string>;
    /** Title. */
    readonly title: pulumi.Output<string>;
    /** When it was last changed (RFC 3339). */
    readonly updatedAt: pulumi.Output<string>;
    constructor(name: string, args: ProjectIntegrationExternalWikiArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectIntegrationExternalWiki.get can look for. */
export interface ProjectIntegrationExternalWikiState {
    /** Address of the wiki. */
    externalWikiUrl?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
    /** When it was made (RFC 3339). */
    createdAt?: pulumi.Input<string>;
    /** Name in a form that fits host names. */
    slug?: pulumi.Input<string>;
    /** Title. */
    title?: pulumi.Input<string>;
    /** When it was last changed (RFC 3339). */
    updatedAt?: pulumi.Input<string>;
}
/** What a ProjectIntegrationExternalWiki is made of. */
export interface ProjectIntegrationExternalWikiArgs {
    /** Address of the wiki. */
    externalWikiUrl: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
}

/** Who may deploy to a tier of environments in a group. Premium tier. */
export declare class GroupProtectedEnvironment extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GroupProtectedEnvironmentState, opts?: pulumi.CustomResourceOptions): GroupProtectedEnvironment;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is GroupProtectedEnvironment;
    /** Whose approval is needed. */
    readonly approvalRules: pulumi.Output<types.output.GroupProtectedEnvironmentApprovalRule[]>;
    /** Who may deploy. */
    readonly deployAccessLevels: pulumi.Output<types.output.GroupProtectedEnvironmentDeployAccessLevel[]>;
    /**
     * Tier of the environments.
     * One of: `production`, `staging`, `testing`, `development`, `other`.
     */
    readonly environment: pulumi.Output<string>;
    /** Id or full path of the group. */
    readonly group: pulumi.Output<string>;
    constructor(name: string, args: GroupProtectedEnvironmentArgs, opts?: pulumi.CustomResourceOptions);
}
/** What GroupProtectedEnvironment.get can look for. */
export interface GroupProtectedEnvironmentState {
    /** Whose approval is needed. */
    approvalRules?: pulumi.Input<pulumi.Input<types.input.GroupProtectedEnvironmentApprovalRule>[]>;
    /** Who may deploy. */
    deployAccessLevels?: pulumi.Input<pulumi.Input<types.input.GroupProtectedEnvironmentDeployAccessLevel>[]>;
    /**
     * Tier of the environments.
     * One of: `production`, `staging`, `testing`, `development`, `other`.
     */
    environment?: pulumi.Input<string>;
    /** Id or full path of the group. */
    group?: pulumi.Input<string>;
}
/** What a GroupProtectedEnvironment is made of. */
export interface GroupProtectedEnvironmentArgs {
    /** Whose approval is needed. */
    approvalRules?: pulumi.Input<pulumi.Input<types.input.GroupProtectedEnvironmentApprovalRule>[]>;
    /** Who may deploy. */
    deployAccessLevels: pulumi.Input<pulumi.Input<types.input.GroupProtectedEnvironmentDeployAccessLevel>[]>;
    /**
     * Tier of the environments.
     * One of: `production`, `staging`, `testing`, `development`, `other`.
     */
    environment: pulumi.Input<string>;
    /** Id or full path of the group. */
    group: pulumi.Input<string>;
}

/** A time in which deployments are held back. */
export declare class ProjectFreezePeriod extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectFreezePeriodState, opts?: pulumi.CustomResourceOptions): ProjectFreezePeriod;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectFreezePeriod;
    /** Time zone of the cron form. */
    readonly cronTimezone: pulumi.Output<string>;
    /** When it ends, in cron form. */
    readonly freezeEnd: pulumi.Output<string>;
    /** When it starts, in cron form. */
    readonly freezeStart: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    constructor(name: string, args: ProjectFreezePeriodArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectFreezePeriod.get can look for. */
export interface ProjectFreezePeriodState {
    /** Time zone of the cron form. */
    cronTimezone?: pulumi.Input<string>;
    /** When it ends, in cron form. */
    freezeEnd?: pulumi.Input<string>;
    /** When it starts, in cron form. */
    freezeStart?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
}
/** What a ProjectFreezePeriod is made of. */
export interface ProjectFreezePeriodArgs {
    /** Time zone of the cron form. */
    cronTimezone?: pulumi.Input<string>;
    /** When it ends, in cron form. */
    freezeEnd: pulumi.Input<string>;
    /** When it starts, in cron form. */
    freezeStart: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
}

/** A tag of a project's repository. */
export declare class ProjectTag extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectTagState, opts?: pulumi.CustomResourceOptions): ProjectTag;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectTag;
    /**
     * Message of an annotated tag.
     * Changing it makes a new object.
     */
    readonly message: pulumi.Output<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /**
     * Branch, tag or commit it starts from.
     * Changing it makes a new object.
     */
    readonly ref: pulumi.Output<string>;
    /** The newest commit, as a list of one. */
    readonly commits: pulumi.Output<types.output.ProjectTagCommit[]>;
    /** Whether it is protected. */
    readonly protected: pulumi.Output<boolean>;
    /** The release made of the tag, if any. */
    readonly releases: pulumi.Output<types.output.ProjectTagRelease[]>;
    /** Id of the commit it points to. */
    readonly target: pulumi.Output<string>;
    constructor(name: string, args: ProjectTagArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectTag.get can look for. */
export interface ProjectTagState {
    /**
     * Message of an annotated tag.
     * Changing it makes a new object.
     */
    message?: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /**
     * Branch, tag or commit it starts from.
     * Changing it makes a new object.
     */
    ref?: pulumi.Input<string>;
    /** The newest commit, as a list of one. */
    commits?: pulumi.Input<pulumi.Input<types.input.ProjectTagCommit>[]>;
    /** Whether it is protected. */
    protected?: pulumi.Input<boolean>;
    /** The release made of the tag, if any. */
    releases?: pulumi.Input<pulumi.Input<types.input.ProjectTagRelease>[]>;
    /** Id of the commit it points to. */
    target?: pulumi.Input<string>;
}
/** What a ProjectTag is made of. */
export interface ProjectTagArgs {
    /**
     * Message of an annotated tag.
     * Changing it makes a new object.
     */
    message?: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /**
     * Branch, tag or commit it starts from.
     * Changing it makes a new object.
     */
    ref: pulumi.Input<string>;
}

/** A label for a project's issues and merge requests. */
export declare class ProjectLabel extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectLabelState, opts?: pulumi.CustomResourceOptions): ProjectLabel;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectLabel;
    /** Colour, as `#rrggbb` or by name. */
    readonly color: pulumi.Output<string>;
    /** Free text for people. */
    readonly description: pulumi.Output<string>;
    /**
     * Name of the label.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /** Place in the order of priority. */
    readonly priority: pulumi.Output<number | undefined>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /** Colour as `#rrggbb`. */
    readonly colorHex: pulumi.Output<string>;
    /** Id of the label. */
    readonly labelId: pulumi.Output<number>;
    constructor(name: string, args: ProjectLabelArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectLabel.get can look for. */
export interface ProjectLabelState {
    /** Colour, as `#rrggbb` or by name. */
    color?: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Name of the label.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /** Place in the order of priority. */
    priority?: pulumi.Input<number>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /** Colour as `#rrggbb`. */
    colorHex?: pulumi.Input<string>;
    /** Id of the label. */
    labelId?: pulumi.Input<number>;
}
/** What a ProjectLabel is made of. */
export interface ProjectLabelArgs {
    /** Colour, as `#rrggbb` or by name. */
    color: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Name of the label.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /** Place in the order of priority. */
    priority?: pulumi.Input<number>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
}

/** A label for issues and merge requests of a group's projects. */
export declare class GroupLabel extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GroupLabelState, opts?: pulumi.CustomResourceOptions): GroupLabel;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is GroupLabel;
    /** Colour, as `#rrggbb` or by name. */
    readonly color: pulumi.Output<string>;
    /** Free text for people. */
    readonly description: pulumi.Output<string>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    readonly group: pulumi.Output<string>;
    /**
     * Name of the label.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /** Colour as `#rrggbb`. */
    readonly colorHex: pulumi.Output<string>;
    /** Id of the label. */
    readonly labelId: pulumi.Output<number>;
    constructor(name: string, args: GroupLabelArgs, opts?: pulumi.CustomResourceOptions);
}
/** What GroupLabel.get can look for. */
export interface GroupLabelState {
    /** Colour, as `#rrggbb` or by name. */
    color?: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    group?: pulumi.Input<string>;
    /**
     * Name of the label.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /** Colour as `#rrggbb`. */
    colorHex?: pulumi.Input<string>;
    /** Id of the label. */
    labelId?: pulumi.Input<number>;
}
/** What a GroupLabel is made of. */
export interface GroupLabelArgs {
    /** Colour, as `#rrggbb` or by name. */
    color: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Id or full path of the group.
     * Changing it makes a new object.
     */
    group: pulumi.Input<string>;
    /**
     * Name of the label.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
}

/** Who may push to or delete container repositories that match a pattern. */
export declare class ProjectContainerRepositoryProtection extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectContainerRepositoryProtectionState, opts?: pulumi.CustomResourceOptions): ProjectContainerRepositoryProtection;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectContainerRepositoryProtection;
    /** One of: `maintainer`, `owner`, `admin`. */
    readonly minimumAccessLevelForDelete: pulumi.Output<string | undefined>;
    /** One of: `maintainer`, `owner`, `admin`. */
    readonly minimumAccessLevelForPush: pulumi.Output<string | undefined>;
    /** Id or full path of the project. */
    readonly project: pulumi.Output<string>;
    readonly repositoryPathPattern: pulumi.Output<string>;
    /** Id of the rule. */
    readonly protectionRuleId: pulumi.Output<number>;
    constructor(name: string, args: ProjectContainerRepositoryProtectionArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectContainerRepositoryProtection.get can look for. */
export interface ProjectContainerRepositoryProtectionState {
    /** One of: `maintainer`, `owner`, `admin`. */
    minimumAccessLevelForDelete?: pulumi.Input<string>;
    /** One of: `maintainer`, `owner`, `admin`. */
    minimumAccessLevelForPush?: pulumi.Input<string>;
    /** Id or full path of the project. */
    project?: pulumi.Input<string>;
    repositoryPathPattern?: pulumi.Input<string>;
    /** Id of the rule. */
    protectionRuleId?: pulumi.Input<number>;
}
/** What a ProjectContainerRepositoryProtection is made of. */
export interface ProjectContainerRepositoryProtectionArgs {
    /** One of: `maintainer`, `owner`, `admin`. */
    minimumAccessLevelForDelete?: pulumi.Input<string>;
    /** One of: `maintainer`, `owner`, `admin`. */
    minimumAccessLevelForPush?: pulumi.Input<string>;
    /** Id or full path of the project. */
    project: pulumi.Input<string>;
    repositoryPathPattern: pulumi.Input<string>;
}

/** Who may push or delete container tags that match a pattern. */
export declare class ProjectContainerTagProtection extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectContainerTagProtectionState, opts?: pulumi.CustomResourceOptions): ProjectContainerTagProtection;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectContainerTagProtection;
    readonly immutable: pulumi.Output<boolean>;
    /** One of: `MAINTAINER`, `OWNER`, `ADMIN`. */
    readonly minimumAccessLevelForDelete: pulumi.Output<string>;
    /** One of: `MAINTAINER`, `OWNER`, `ADMIN`. */
    readonly minimumAccessLevelForPush: pulumi.Output<string>;
    /** Id or full path of the project. */
    readonly project: pulumi.Output<string>;
    readonly tagNameRegex: pulumi.Output<string>;
    /** How long operations may take. */
    readonly timeouts: pulumi.Output<types.output.ProjectContainerTagProtectionTimeouts | undefined>;
    /** Id of the rule. */
    readonly protectionRuleId: pulumi.Output<number>;
    constructor(name: string, args: ProjectContainerTagProtectionArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectContainerTagProtection.get can look for. */
export interface ProjectContainerTagProtectionState {
    immutable?: pulumi.Input<boolean>;
    /** One of: `MAINTAINER`, `OWNER`, `ADMIN`. */
    minimumAccessLevelForDelete?: pulumi.Input<string>;
    /** One of: `MAINTAINER`, `OWNER`, `ADMIN`. */
    minimumAccessLevelForPush?: pulumi.Input<string>;
    /** Id or full path of the project. */
    project?: pulumi.Input<string>;
    tagNameRegex?: pulumi.Input<string>;
    /** How long operations may take. */
    timeouts?: pulumi.Input<types.input.ProjectContainerTagProtectionTimeouts>;
    /** Id of the rule. */
    protectionRuleId?: pulumi.Input<number>;
}
/** What a ProjectContainerTagProtection is made of. */
export interface ProjectContainerTagProtectionArgs {
    immutable?: pulumi.Input<boolean>;
    /** One of: `MAINTAINER`, `OWNER`, `ADMIN`. */
    minimumAccessLevelForDelete?: pulumi.Input<string>;
    /** One of: `MAINTAINER`, `OWNER`, `ADMIN`. */
    minimumAccessLevelForPush?: pulumi.Input<string>;
    /** Id or full path of the project. */
    project: pulumi.Input<string>;
    tagNameRegex: pulumi.Input<string>;
    /** How long operations may take. */
    timeouts?: pulumi.Input<types.input.ProjectContainerTagProtectionTimeouts>;
}

/** Lets a project use an existing runner. */
export declare class ProjectRunnerEnablement extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectRunnerEnablementState, opts?: pulumi.CustomResourceOptions): ProjectRunnerEnablement;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectRunnerEnablement;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /**
     * Id of the runner.
     * Changing it makes a new object.
     */
    readonly runnerId: pulumi.Output<number>;
    constructor(name: string, args: ProjectRunnerEnablementArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectRunnerEnablement.get can look for. */
export interface ProjectRunnerEnablementState {
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /**
     * Id of the runner.
     * Changing it makes a new object.
     */
    runnerId?: pulumi.Input<number>;
}
/** What a ProjectRunnerEnablement is made of. */
export interface ProjectRunnerEnablementArgs {
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /**
     * Id of the runner.
     * Changing it makes a new object.
     */
    runnerId: pulumi.Input<number>;
}

/** A runner registered by a user. */
export declare class UserRunner extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: UserRunnerState, opts?: pulumi.CustomResourceOptions): UserRunner;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is UserRunner;
    /**
     * Role.
     * One of: `not_protected`, `ref_protected`.
     */
    readonly accessLevel: pulumi.Output<string>;
    /** Free text for people. */
    readonly description: pulumi.Output<string>;
    /** Id of the group. */
    readonly groupId: pulumi.Output<number | undefined>;
    /** Whether other projects cannot use it. */
    readonly locked: pulumi.Output<boolean>;
    readonly maintenanceNote: pulumi.Output<string>;
    readonly maximumTimeout: pulumi.Output<number>;
    /** Whether it takes no jobs. */
    readonly paused: pulumi.Output<boolean>;
    /** Id of the project. */
    readonly projectId: pulumi.Output<number | undefined>;
    /**
     * What it serves.
     * One of: `instance_type`, `group_type`, `project_type`.
     */
    readonly runnerType: pulumi.Output<string>;
    /** Tags of jobs it takes. */
    readonly tagLists: pulumi.Output<string[]>;
    readonly untagged: pulumi.Output<boolean>;
    /** Secret token. */
    readonly token: pulumi.Output<string>;
    constructor(name: string, args: UserRunnerArgs, opts?: pulumi.CustomResourceOptions);
}
/** What UserRunner.get can look for. */
export interface UserRunnerState {
    /**
     * Role.
     * One of: `not_protected`, `ref_protected`.
     */
    accessLevel?: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Id of the group. */
    groupId?: pulumi.Input<number>;
    /** Whether other projects cannot use it. */
    locked?: pulumi.Input<boolean>;
    maintenanceNote?: pulumi.Input<string>;
    maximumTimeout?: pulumi.Input<number>;
    /** Whether it takes no jobs. */
    paused?: pulumi.Input<boolean>;
    /** Id of the project. */
    projectId?: pulumi.Input<number>;
    /**
     * What it serves.
     * One of: `instance_type`, `group_type`, `project_type`.
     */
    runnerType?: pulumi.Input<string>;
    /** Tags of jobs it takes. */
    tagLists?: pulumi.Input<pulumi.Input<string>[]>;
    untagged?: pulumi.Input<boolean>;
    /** Secret token. */
    token?: pulumi.Input<string>;
}
/** What a UserRunner is made of. */
export interface UserRunnerArgs {
    /**
     * Role.
     * One of: `not_protected`, `ref_protected`.
     */
    accessLevel?: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Id of the group. */
    groupId?: pulumi.Input<number>;
    /** Whether other projects cannot use it. */
    locked?: pulumi.Input<boolean>;
    maintenanceNote?: pulumi.Input<string>;
    maximumTimeout?: pulumi.Input<number>;
    /** Whether it takes no jobs. */
    paused?: pulumi.Input<boolean>;
    /** Id of the project. */
    projectId?: pulumi.Input<number>;
    /**
     * What it serves.
     * One of: `instance_type`, `group_type`, `project_type`.
     */
    runnerType: pulumi.Input<string>;
    /** Tags of jobs it takes. */
    tagLists?: pulumi.Input<pulumi.Input<string>[]>;
    untagged?: pulumi.Input<boolean>;
}

/** Copies a repository to another server after each push. */
export declare class ProjectPushMirror extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectPushMirrorState, opts?: pulumi.CustomResourceOptions): ProjectPushMirror;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectPushMirror;
    /** One of: `ssh_public_key`, `password`. */
    readonly authMethod: pulumi.Output<string>;
    /** Whether it is on. */
    readonly enabled: pulumi.Output<boolean>;
    readonly hostKeys: pulumi.Output<string[] | undefined>;
    readonly keepDivergentRefs: pulumi.Output<boolean>;
    /** Not in GitLab's free tier. */
    readonly mirrorBranchRegex: pulumi.Output<string>;
    readonly onlyProtectedBranches: pulumi.Output<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    /**
     * Address of the repository to copy to. May hold a password.
     * Changing it makes a new object.
     */
    readonly url: pulumi.Output<string>;
    /** Id of the mirror. */
    readonly mirrorId: pulumi.Output<number>;
    constructor(name: string, args: ProjectPushMirrorArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectPushMirror.get can look for. */
export interface ProjectPushMirrorState {
    /** One of: `ssh_public_key`, `password`. */
    authMethod?: pulumi.Input<string>;
    /** Whether it is on. */
    enabled?: pulumi.Input<boolean>;
    hostKeys?: pulumi.Input<pulumi.Input<string>[]>;
    keepDivergentRefs?: pulumi.Input<boolean>;
    /** Not in GitLab's free tier. */
    mirrorBranchRegex?: pulumi.Input<string>;
    onlyProtectedBranches?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
    /**
     * Address of the repository to copy to. May hold a password.
     * Changing it makes a new object.
     */
    url?: pulumi.Input<string>;
    /** Id of the mirror. */
    mirrorId?: pulumi.Input<number>;
}
/** What a ProjectPushMirror is made of. */
export interface ProjectPushMirrorArgs {
    /** One of: `ssh_public_key`, `password`. */
    authMethod?: pulumi.Input<string>;
    /** Whether it is on. */
    enabled?: pulumi.Input<boolean>;
    hostKeys?: pulumi.Input<pulumi.Input<string>[]>;
    keepDivergentRefs?: pulumi.Input<boolean>;
    /** Not in GitLab's free tier. */
    mirrorBranchRegex?: pulumi.Input<string>;
    onlyProtectedBranches?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
    /**
     * Address of the repository to copy to. May hold a password.
     * Changing it makes a new object.
     */
    url: pulumi.Input<string>;
}

/** Keeps a repository equal to one on another server. Premium tier. */
export declare class ProjectPullMirror extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectPullMirrorState, opts?: pulumi.CustomResourceOptions): ProjectPullMirror;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectPullMirror;
    readonly authPassword: pulumi.Output<string | undefined>;
    readonly authUser: pulumi.Output<string | undefined>;
    /**
     * Whether it is on.
     * @default true
     */
    readonly enabled: pulumi.Output<boolean>;
    /** Not in GitLab's free tier. */
    readonly mirrorBranchRegex: pulumi.Output<string>;
    readonly mirrorOverwritesDivergedBranches: pulumi.Output<boolean>;
    readonly mirrorTriggerBuilds: pulumi.Output<boolean>;
    readonly onlyMirrorProtectedBranches: pulumi.Output<boolean>;
    /** Id or full path of the project. */
    readonly project: pulumi.Output<string>;
    /** Address of the repository to follow. May hold a password. */
    readonly url: pulumi.Output<string>;
    /** What went wrong last. */
    readonly lastError: pulumi.Output<string>;
    readonly lastSuccessfulUpdateAt: pulumi.Output<string>;
    readonly lastUpdateAt: pulumi.Output<string>;
    readonly lastUpdateStartedAt: pulumi.Output<string>;
    /** Id of the mirror. */
    readonly mirrorId: pulumi.Output<number>;
    readonly updateStatus: pulumi.Output<string>;
    constructor(name: string, args: ProjectPullMirrorArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectPullMirror.get can look for. */
export interface ProjectPullMirrorState {
    authPassword?: pulumi.Input<string>;
    authUser?: pulumi.Input<string>;
    /**
     * Whether it is on.
     * @default true
     */
    enabled?: pulumi.Input<boolean>;
    /** Not in GitLab's free tier. */
    mirrorBranchRegex?: pulumi.Input<string>;
    mirrorOverwritesDivergedBranches?: pulumi.Input<boolean>;
    mirrorTriggerBuilds?: pulumi.Input<boolean>;
    onlyMirrorProtectedBranches?: pulumi.Input<boolean>;
    /** Id or full path of the project. */
    project?: pulumi.Input<string>;
    /** Address of the repository to follow. May hold a password. */
    url?: pulumi.Input<string>;
    /** What went wrong last. */
    lastError?: pulumi.Input<string>;
    lastSuccessfulUpdateAt?: pulumi.Input<string>;
    lastUpdateAt?: pulumi.Input<string>;
    lastUpdateStartedAt?: pulumi.Input<string>;
    /** Id of the mirror. */
    mirrorId?: pulumi.Input<number>;
    updateStatus?: pulumi.Input<string>;
}
/** What a ProjectPullMirror is made of. */
export interface ProjectPullMirrorArgs {
    authPassword?: pulumi.Input<string>;
    authUser?: pulumi.Input<string>;
    /**
     * Whether it is on.
     * @default true
     */
    enabled?: pulumi.Input<boolean>;
    /** Not in GitLab's free tier. */
    mirrorBranchRegex?: pulumi.Input<string>;
    mirrorOverwritesDivergedBranches?: pulumi.Input<boolean>;
    mirrorTriggerBuilds?: pulumi.Input<boolean>;
    onlyMirrorProtectedBranches?: pulumi.Input<boolean>;
    /** Id or full path of the project. */
    project: pulumi.Input<string>;
    /** Address of the repository to follow. May hold a password. */
    url: pulumi.Input<string>;
}

/** A user for machines that belongs to a project. */
export declare class ProjectServiceAccount extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectServiceAccountState, opts?: pulumi.CustomResourceOptions): ProjectServiceAccount;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectServiceAccount;
    /** Mail address. */
    readonly email: pulumi.Output<string>;
    /** Name. Made from the resource's name if left out. */
    readonly name: pulumi.Output<string>;
    /** Id or full path of the project. */
    readonly project: pulumi.Output<string>;
    /** @default false */
    readonly skipWaitForDeletion: pulumi.Output<boolean | undefined>;
    /** How long operations may take. */
    readonly timeouts: pulumi.Output<types.output.ProjectServiceAccountTimeouts | undefined>;
    /** User name. */
    readonly username: pulumi.Output<string>;
    /** Id of the service account. */
    readonly serviceAccountId: pulumi.Output<string>;
    constructor(name: string, args: ProjectServiceAccountArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectServiceAccount.get can look for. */
export interface ProjectServiceAccountState {
    /** Mail address. */
    email?: pulumi.Input<string>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /** Id or full path of the project. */
    project?: pulumi.Input<string>;
    /** @default false */
    skipWaitForDeletion?: pulumi.Input<boolean>;
    /** How long operations may take. */
    timeouts?: pulumi.Input<types.input.ProjectServiceAccountTimeouts>;
    /** User name. */
    username?: pulumi.Input<string>;
    /** Id of the service account. */
    serviceAccountId?: pulumi.Input<string>;
}
/** What a ProjectServiceAccount is made of. */
export interface ProjectServiceAccountArgs {
    /** Mail address. */
    email?: pulumi.Input<string>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /** Id or full path of the project. */
    project: pulumi.Input<string>;
    /** @default false */
    skipWaitForDeletion?: pulumi.Input<boolean>;
    /** How long operations may take. */
    timeouts?: pulumi.Input<types.input.ProjectServiceAccountTimeouts>;
    /** User name. */
    username?: pulumi.Input<string>;
}

/** A user for machines that belongs to a group. */
export declare class GroupServiceAccount extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GroupServiceAccountState, opts?: pulumi.CustomResourceOptions): GroupServiceAccount;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is GroupServiceAccount;
    /** Mail address. */
    readonly email: pulumi.Output<string>;
    /** Id or full path of the group. */
    readonly group: pulumi.Output<string>;
    /** Name. Made from the resource's name if left out. */
    readonly name: pulumi.Output<string>;
    /** @default false */
    readonly skipWaitForDeletion: pulumi.Output<boolean | undefined>;
    /** How long operations may take. */
    readonly timeouts: pulumi.Output<types.output.GroupServiceAccountTimeouts | undefined>;
    /** User name. */
    readonly username: pulumi.Output<string>;
    /** Id of the service account. */
    readonly serviceAccountId: pulumi.Output<string>;
    constructor(name: string, args: GroupServiceAccountArgs, opts?: pulumi.CustomResourceOptions);
}
/** What GroupServiceAccount.get can look for. */
export interface GroupServiceAccountState {
    /** Mail address. */
    email?: pulumi.Input<string>;
    /** Id or full path of the group. */
    group?: pulumi.Input<string>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /** @default false */
    skipWaitForDeletion?: pulumi.Input<boolean>;
    /** How long operations may take. */
    timeouts?: pulumi.Input<types.input.GroupServiceAccountTimeouts>;
    /** User name. */
    username?: pulumi.Input<string>;
    /** Id of the service account. */
    serviceAccountId?: pulumi.Input<string>;
}
/** What a GroupServiceAccount is made of. */
export interface GroupServiceAccountArgs {
    /** Mail address. */
    email?: pulumi.Input<string>;
    /** Id or full path of the group. */
    group: pulumi.Input<string>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /** @default false */
    skipWaitForDeletion?: pulumi.Input<boolean>;
    /** How long operations may take. */
    timeouts?: pulumi.Input<types.input.GroupServiceAccountTimeouts>;
    /** User name. */
    username?: pulumi.Input<string>;
}

/** An access token of a group's service account. It is shown once. */
export declare class GroupServiceAccountAccessToken extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GroupServiceAccountAccessTokenState, opts?: pulumi.CustomResourceOptions): GroupServiceAccountAccessToken;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is GroupServiceAccountAccessToken;
    /** Free text for people. */
    readonly description: pulumi.Output<string>;
    /** When it ends. */
    readonly expiresAt: pulumi.Output<string>;
    /** Id or full path of the group. */
    readonly group: pulumi.Output<string>;
    /** Name. Made from the resource's name if left out. */
    readonly name: pulumi.Output<string>;
    /** Renews the token before it expires, at the next update. */
    readonly rotationConfiguration: pulumi.Output<types.output.GroupServiceAccountAccessTokenRotationConfiguration | undefined>;
    /**
     * What it may do.
     * One of: `api`, `read_user`, `read_api`, `read_repository`, `write_repository`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `sudo`, `admin_mode`, `create_runner`, `manage_runner`, `ai_features`, `k8s_proxy`, `self_rotate`, `read_service_ping`.
     */
    readonly scopes: pulumi.Output<string[]>;
    /** Id of the user. */
    readonly userId: pulumi.Output<number>;
    /** Whether a date in the past is an error. */
    readonly validatePastExpirationDate: pulumi.Output<boolean>;
    /** Whether it is in use. */
    readonly active: pulumi.Output<boolean>;
    /** When it was made (RFC 3339). */
    readonly createdAt: pulumi.Output<string>;
    /** Whether it was revoked. */
    readonly revoked: pulumi.Output<boolean>;
    /** Secret token. */
    readonly token: pulumi.Output<string>;
    constructor(name: string, args: GroupServiceAccountAccessTokenArgs, opts?: pulumi.CustomResourceOptions);
}
/** What GroupServiceAccountAccessToken.get can look for. */
export interface GroupServiceAccountAccessTokenState {
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** When it ends. */
    expiresAt?: pulumi.Input<string>;
    /** Id or full path of the group. */
    group?: pulumi.Input<string>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /** Renews the token before it expires, at the next update. */
    rotationConfiguration?: pulumi.Input<types.input.GroupServiceAccountAccessTokenRotationConfiguration>;
    /**
     * What it may do.
     * One of: `api`, `read_user`, `read_api`, `read_repository`, `write_repository`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `sudo`, `admin_mode`, `create_runner`, `manage_runner`, `ai_features`, `k8s_proxy`, `self_rotate`, `read_service_ping`.
     */
    scopes?: pulumi.Input<pulumi.Input<string>[]>;
    /** Id of the user. */
    userId?: pulumi.Input<number>;
    /** Whether a date in the past is an error. */
    validatePastExpirationDate?: pulumi.Input<boolean>;
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
    /** When it was made (RFC 3339). */
    createdAt?: pulumi.Input<string>;
    /** Whether it was revoked. */
    revoked?: pulumi.Input<boolean>;
    /** Secret token. */
    token?: pulumi.Input<string>;
}
/** What a GroupServiceAccountAccessToken is made of. */
export interface GroupServiceAccountAccessTokenArgs {
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** When it ends. */
    expiresAt?: pulumi.Input<string>;
    /** Id or full path of the group. */
    group: pulumi.Input<string>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /** Renews the token before it expires, at the next update. */
    rotationConfiguration?: pulumi.Input<types.input.GroupServiceAccountAccessTokenRotationConfiguration>;
    /**
     * What it may do.
     * One of: `api`, `read_user`, `read_api`, `read_repository`, `write_repository`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `sudo`, `admin_mode`, `create_runner`, `manage_runner`, `ai_features`, `k8s_proxy`, `self_rotate`, `read_service_ping`.
     */
    scopes: pulumi.Input<pulumi.Input<string>[]>;
    /** Id of the user. */
    userId: pulumi.Input<number>;
    /** Whether a date in the past is an error. */
    validatePastExpirationDate?: pulumi.Input<boolean>;
}

/** An access token of a user, made by an administrator. It is shown once. */
export declare class PersonalAccessToken extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: PersonalAccessTokenState, opts?: pulumi.CustomResourceOptions): PersonalAccessToken;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is PersonalAccessToken;
    /** Free text for people. */
    readonly description: pulumi.Output<string>;
    /** When it ends. */
    readonly expiresAt: pulumi.Output<string>;
    /** Name. Made from the resource's name if left out. */
    readonly name: pulumi.Output<string>;
    /** Renews the token before it expires, at the next update. */
    readonly rotationConfiguration: pulumi.Output<types.output.PersonalAccessTokenRotationConfiguration | undefined>;
    /**
     * What it may do.
     * One of: `api`, `read_user`, `read_api`, `read_repository`, `write_repository`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `sudo`, `admin_mode`, `create_runner`, `manage_runner`, `ai_features`, `k8s_proxy`, `self_rotate`, `read_service_ping`.
     */
    readonly scopes: pulumi.Output<string[]>;
    /** Id of the user. */
    readonly userId: pulumi.Output<number>;
    /** Whether a date in the past is an error. */
    readonly validatePastExpirationDate: pulumi.Output<boolean>;
    /** Whether it is in use. */
    readonly active: pulumi.Output<boolean>;
    /** When it was made (RFC 3339). */
    readonly createdAt: pulumi.Output<string>;
    /** Whether it was revoked. */
    readonly revoked: pulumi.Output<boolean>;
    /** Secret token. */
    readonly token: pulumi.Output<string>;
    constructor(name: string, args: PersonalAccessTokenArgs, opts?: pulumi.CustomResourceOptions);
}
/** What PersonalAccessToken.get can look for. */
export interface PersonalAccessTokenState {
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** When it ends. */
    expiresAt?: pulumi.Input<string>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /** Renews the token before it expires, at the next update. */
    rotationConfiguration?: pulumi.Input<types.input.PersonalAccessTokenRotationConfiguration>;
    /**
     * What it may do.
     * One of: `api`, `read_user`, `read_api`, `read_repository`, `write_repository`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `sudo`, `admin_mode`, `create_runner`, `manage_runner`, `ai_features`, `k8s_proxy`, `self_rotate`, `read_service_ping`.
     */
    scopes?: pulumi.Input<pulumi.Input<string>[]>;
    /** Id of the user. */
    userId?: pulumi.Input<number>;
    /** Whether a date in the past is an error. */
    validatePastExpirationDate?: pulumi.Input<boolean>;
    /** Whether it is in use. */
    active?: pulumi.Input<boolean>;
    /** When it was made (RFC 3339). */
    createdAt?: pulumi.Input<string>;
    /** Whether it was revoked. */
    revoked?: pulumi.Input<boolean>;
    /** Secret token. */
    token?: pulumi.Input<string>;
}
/** What a PersonalAccessToken is made of. */
export interface PersonalAccessTokenArgs {
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** When it ends. */
    expiresAt?: pulumi.Input<string>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /** Renews the token before it expires, at the next update. */
    rotationConfiguration?: pulumi.Input<types.input.PersonalAccessTokenRotationConfiguration>;
    /**
     * What it may do.
     * One of: `api`, `read_user`, `read_api`, `read_repository`, `write_repository`, `read_registry`, `write_registry`, `read_virtual_registry`, `write_virtual_registry`, `sudo`, `admin_mode`, `create_runner`, `manage_runner`, `ai_features`, `k8s_proxy`, `self_rotate`, `read_service_ping`.
     */
    scopes: pulumi.Input<pulumi.Input<string>[]>;
    /** Id of the user. */
    userId: pulumi.Input<number>;
    /** Whether a date in the past is an error. */
    validatePastExpirationDate?: pulumi.Input<boolean>;
}

/** A user of the instance. Administrators only. */
export declare class User extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: UserState, opts?: pulumi.CustomResourceOptions): User;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is User;
    /** Whether the user may make top-level groups. */
    readonly canCreateGroup: pulumi.Output<boolean | undefined>;
    /** Mail address. */
    readonly email: pulumi.Output<string>;
    /**
     * Whether a random password is set.
     * Changing it makes a new object.
     */
    readonly forceRandomPassword: pulumi.Output<boolean | undefined>;
    /** Whether the user is an administrator. */
    readonly isAdmin: pulumi.Output<boolean | undefined>;
    /** Whether the user sees only what is shared with them. */
    readonly isExternal: pulumi.Output<boolean | undefined>;
    /** Full name. */
    readonly name: pulumi.Output<string>;
    /** Id of the user's own namespace. */
    readonly namespaceId: pulumi.Output<number>;
    /** Note for administrators. */
    readonly note: pulumi.Output<string | undefined>;
    /**
     * Password.
     * Changing it makes a new object.
     */
    readonly password: pulumi.Output<string | undefined>;
    /** How many personal projects are allowed. */
    readonly projectsLimit: pulumi.Output<number | undefined>;
    /**
     * Whether a link to set a password is mailed.
     * Changing it makes a new object.
     */
    readonly resetPassword: pulumi.Output<boolean | undefined>;
    /**
     * Whether the mail address counts as confirmed.
     * Changing it makes a new object.
     */
    readonly skipConfirmation: pulumi.Output<boolean | undefined>;
    /**
     * `active`, `deactivated` or `blocked`.
     * One of: `active`, `deactivated`, `blocked`.
     */
    readonly state: pulumi.Output<string | undefined>;
    /** Name to sign in with. */
    readonly username: pulumi.Output<string>;
    /** Whether the user may read everything. */
    readonly isAuditor: pulumi.Output<boolean | undefined>;
    constructor(name: string, args: UserArgs, opts?: pulumi.CustomResourceOptions);
}
/** What User.get can look for. */
export interface UserState {
    /** Whether the user may make top-level groups. */
    canCreateGroup?: pulumi.Input<boolean>;
    /** Mail address. */
    email?: pulumi.Input<string>;
    /**
     * Whether a random password is set.
     * Changing it makes a new object.
     */
    forceRandomPassword?: pulumi.Input<boolean>;
    /** Whether the user is an administrator. */
    isAdmin?: pulumi.Input<boolean>;
    /** Whether the user sees only what is shared with them. */
    isExternal?: pulumi.Input<boolean>;
    /** Full name. */
    name?: pulumi.Input<string>;
    /** Id of the user's own namespace. */
    namespaceId?: pulumi.Input<number>;
    /** Note for administrators. */
    note?: pulumi.Input<string>;
    /**
     * Password.
     * Changing it makes a new object.
     */
    password?: pulumi.Input<string>;
    /** How many personal projects are allowed. */
    projectsLimit?: pulumi.Input<number>;
    /**
     * Whether a link to set a password is mailed.
     * Changing it makes a new object.
     */
    resetPassword?: pulumi.Input<boolean>;
    /**
     * Whether the mail address counts as confirmed.
     * Changing it makes a new object.
     */
    skipConfirmation?: pulumi.Input<boolean>;
    /**
     * `active`, `deactivated` or `blocked`.
     * One of: `active`, `deactivated`, `blocked`.
     */
    state?: pulumi.Input<string>;
    /** Name to sign in with. */
    username?: pulumi.Input<string>;
    /** Whether the user may read everything. */
    isAuditor?: pulumi.Input<boolean>;
}
/** What a User is made of. */
export interface UserArgs {
    /** Whether the user may make top-level groups. */
    canCreateGroup?: pulumi.Input<boolean>;
    /** Mail address. */
    email: pulumi.Input<string>;
    /**
     * Whether a random password is set.
     * Changing it makes a new object.
     */
    forceRandomPassword?: pulumi.Input<boolean>;
    /** Whether the user is an administrator. */
    isAdmin?: pulumi.Input<boolean>;
    /** Whether the user sees only what is shared with them. */
    isExternal?: pulumi.Input<boolean>;
    /** Full name. */
    name?: pulumi.Input<string>;
    /** Id of the user's own namespace. */
    namespaceId?: pulumi.Input<number>;
    /** Note for administrators. */
    note?: pulumi.Input<string>;
    /**
     * Password.
     * Changing it makes a new object.
     */
    password?: pulumi.Input<string>;
    /** How many personal projects are allowed. */
    projectsLimit?: pulumi.Input<number>;
    /**
     * Whether a link to set a password is mailed.
     * Changing it makes a new object.
     */
    resetPassword?: pulumi.Input<boolean>;
    /**
     * Whether the mail address counts as confirmed.
     * Changing it makes a new object.
     */
    skipConfirmation?: pulumi.Input<boolean>;
    /**
     * `active`, `deactivated` or `blocked`.
     * One of: `active`, `deactivated`, `blocked`.
     */
    state?: pulumi.Input<string>;
    /** Name to sign in with. */
    username: pulumi.Input<string>;
    /** Whether the user may read everything. */
    isAuditor?: pulumi.Input<boolean>;
}

/** Publishes a project in the CI/CD catalog. */
export declare class ProjectCicdCatalog extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectCicdCatalogState, opts?: pulumi.CustomResourceOptions): ProjectCicdCatalog;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectCicdCatalog;
    /** Whether it is on. */
    readonly enabled: pulumi.Output<boolean>;
    readonly keepSettingsOnDestroy: pulumi.Output<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    readonly project: pulumi.Output<string>;
    constructor(name: string, args: ProjectCicdCatalogArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectCicdCatalog.get can look for. */
export interface ProjectCicdCatalogState {
    /** Whether it is on. */
    enabled?: pulumi.Input<boolean>;
    keepSettingsOnDestroy?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project?: pulumi.Input<string>;
}
/** What a ProjectCicdCatalog is made of. */
export interface ProjectCicdCatalogArgs {
    /** Whether it is on. */
    enabled: pulumi.Input<boolean>;
    keepSettingsOnDestroy?: pulumi.Input<boolean>;
    /**
     * Id or full path of the project.
     * Changing it makes a new object.
     */
    project: pulumi.Input<string>;
}

/** Shapes of nested values: `input` as a program gives them, `output` as they come back. */
export declare namespace types {
    namespace input {
        interface BranchCommit {
            /** Mail address of the commits' author. */
            authorEmail?: pulumi.Input<string>;
            /** Name of the commits' author. */
            authorName?: pulumi.Input<string>;
            /** When it was written. */
            authoredDate?: pulumi.Input<string>;
            /** When it was committed. */
            committedDate?: pulumi.Input<string>;
            /** Mail address of the committer. */
            committerEmail?: pulumi.Input<string>;
            /** Name of the committer. */
            committerName?: pulumi.Input<string>;
            /** Id. */
            id?: pulumi.Input<string>;
            /** Text. */
            message?: pulumi.Input<string>;
            /** Ids of the parents. */
            parentIds?: pulumi.Input<pulumi.Input<string>[]>;
            /** First characters of the id. */
            shortId?: pulumi.Input<string>;
            /** First line of the message. */
            title?: pulumi.Input<string>;
        }
        interface BranchProtectionAllowedToMerge {
            /** Role. */
            accessLevel?: pulumi.Input<string>;
            /** The role in words. */
            accessLevelDescription?: pulumi.Input<string>;
            /** Id of the group. */
            groupId?: pulumi.Input<number>;
            /** Id of the user. */
            userId?: pulumi.Input<number>;
        }
        interface BranchProtectionAllowedToPush {
            /** Role. */
            accessLevel?: pulumi.Input<string>;
            /** The role in words. */
            accessLevelDescription?: pulumi.Input<string>;
            /** Id of the deploy key. */
            deployKeyId?: pulumi.Input<number>;
            /** Id of the group. */
            groupId?: pulumi.Input<number>;
            /** Id of the user. */
            userId?: pulumi.Input<number>;
        }
        interface BranchProtectionAllowedToUnprotect {
            /** Role. */
            accessLevel?: pulumi.Input<string>;
            /** The role in words. */
            accessLevelDescription?: pulumi.Input<string>;
            /** Id of the group. */
            groupId?: pulumi.Input<number>;
            /** Id of the user. */
            userId?: pulumi.Input<number>;
        }
        interface GroupAccessTokenRotationConfiguration {
            /** Days a new token lives. */
            expirationDays: pulumi.Input<number>;
            /** Days before its end at which the token is renewed. */
            rotateBeforeDays: pulumi.Input<number>;
        }
        interface GroupDefaultBranchProtectionDefaults {
            /** Whether everybody who may push may also force push. */
            allowForcePush?: pulumi.Input<boolean>;
            /** Roles that may merge. */
            allowedToMerges?: pulumi.Input<pulumi.Input<string>[]>;
            /** Roles that may push. */
            allowedToPushes?: pulumi.Input<pulumi.Input<string>[]>;
            /** Whether pushes need code owners' approval. Premium tier. */
            codeOwnerApprovalRequired?: pulumi.Input<boolean>;
            /** Whether developers may make the first push. */
            developerCanInitialPush?: pulumi.Input<boolean>;
        }
        interface GroupHookCustomHeader {
            /** Name. */
            key: pulumi.Input<string>;
            /** Value. */
            value: pulumi.Input<string>;
        }
        interface GroupHookUrlVariable {
            /** Name. */
            key: pulumi.Input<string>;
            /** Value. */
            value: pulumi.Input<string>;
        }
        interface GroupProtectedEnvironmentApprovalRule {
            /** Role. */
            accessLevel?: pulumi.Input<string>;
            /** The role in words. */
            accessLevelDescription?: pulumi.Input<string>;
            /** Id of the group. */
            groupId?: pulumi.Input<number>;
            /** 0: only direct members count. 1: inherited ones too. */
            groupInheritanceType?: pulumi.Input<number>;
            /** Id. */
            id?: pulumi.Input<number>;
            /** How many approvals are needed. */
            requiredApprovals?: pulumi.Input<number>;
            /** Id of the user. */
            userId?: pulumi.Input<number>;
        }
        interface GroupProtectedEnvironmentDeployAccessLevel {
            /** Role. */
            accessLevel?: pulumi.Input<string>;
            /** The role in words. */
            accessLevelDescription?: pulumi.Input<string>;
            /** Id of the group. */
            groupId?: pulumi.Input<number>;
            /** 0: only direct members count. 1: inherited ones too. */
            groupInheritanceType?: pulumi.Input<number>;
            /** Id. */
            id?: pulumi.Input<number>;
            /** Id of the user. */
            userId?: pulumi.Input<number>;
        }
        interface GroupPushRules {
            /** Pattern commit authors' addresses must match. */
            authorEmailRegex?: pulumi.Input<string>;
            /** Pattern branch names must match. */
            branchNameRegex?: pulumi.Input<string>;
            /** Whether committers may push only their own verified addresses. */
            commitCommitterCheck?: pulumi.Input<boolean>;
            /** Whether the committer's name must be the user's. */
            commitCommitterNameCheck?: pulumi.Input<boolean>;
            /** Pattern commit messages must not match. */
            commitMessageNegativeRegex?: pulumi.Input<string>;
            /** Pattern commit messages must match. */
            commitMessageRegex?: pulumi.Input<string>;
            /** Whether tags cannot be removed by push. */
            denyDeleteTag?: pulumi.Input<boolean>;
            /** Pattern file names must not match. */
            fileNameRegex?: pulumi.Input<string>;
            /** Largest file in megabytes; 0 for any. */
            maxFileSize?: pulumi.Input<number>;
            /** Whether authors must be users. */
            memberCheck?: pulumi.Input<boolean>;
            /** Whether files that look like secrets are refused. */
            preventSecrets?: pulumi.Input<boolean>;
            /** Whether commits without sign-off are refused. */
            rejectNonDcoCommits?: pulumi.Input<boolean>;
            /** Whether unsigned commits are refused. */
            rejectUnsignedCommits?: pulumi.Input<boolean>;
        }
        interface GroupServiceAccountAccessTokenRotationConfiguration {
            /** Days a new token lives. */
            expirationDays?: pulumi.Input<number>;
            /** Days before its end at which the token is renewed. */
            rotateBeforeDays: pulumi.Input<number>;
        }
        interface GroupServiceAccountTimeouts {
            /** How long deleting may take, such as `10m`. */
            delete?: pulumi.Input<string>;
        }
        interface PersonalAccessTokenRotationConfiguration {
            /** Days a new token lives. */
            expirationDays: pulumi.Input<number>;
            /** Days before its end at which the token is renewed. */
            rotateBeforeDays: pulumi.Input<number>;
        }
        interface PipelineScheduleInput {
            /** Name. */
            name: pulumi.Input<string>;
            /** Value. */
            value: pulumi.Input<string>;
        }
        interface ProjectAccessTokenRotationConfiguration {
            /** Days a new token lives. */
            expirationDays: pulumi.Input<number>;
            /** Days before its end at which the token is renewed. */
            rotateBeforeDays: pulumi.Input<number>;
        }
        interface ProjectApprovalRulesApprovalRule {
            /** How many approvals are needed. */
            approvalsRequired: pulumi.Input<number>;
            /** Name. */
            name: pulumi.Input<string>;
            /** Whether it applies to all protected branches. */
            appliesToAllProtectedBranches?: pulumi.Input<boolean>;
            /** Ids of groups whose members may approve. */
            groupIds?: pulumi.Input<pulumi.Input<number>[]>;
            /** Id. */
            id?: pulumi.Input<number>;
            /** Ids of the branch protections it applies to; all branches if empty. */
            protectedBranchIds?: pulumi.Input<pulumi.Input<number>[]>;
            /** Report that makes the rule apply. */
            reportType?: pulumi.Input<string>;
            /** Kind of rule. GitLab has one any_approver rule per project. */
            ruleType?: pulumi.Input<string>;
            /** Ids of users who may approve. */
            userIds?: pulumi.Input<pulumi.Input<number>[]>;
        }
        interface ProjectContainerExpirationPolicy {
            /** How often it runs, such as `1d`. */
            cadence?: pulumi.Input<string>;
            /** Whether it is on. */
            enabled?: pulumi.Input<boolean>;
            /** How many tags of each image are kept. */
            keepN?: pulumi.Input<number>;
            /** Pattern of tags to remove. */
            nameRegexDelete?: pulumi.Input<string>;
            /** Pattern of tags to keep. */
            nameRegexKeep?: pulumi.Input<string>;
            /** When it runs next. */
            nextRunAt?: pulumi.Input<string>;
            /** Only tags older than this, such as `14d`. */
            olderThan?: pulumi.Input<string>;
        }
        interface ProjectContainerTagProtectionTimeouts {
            /** How long creating may take, such as `10m`. */
            create?: pulumi.Input<string>;
        }
        interface ProjectHookCustomHeader {
            /** Name. */
            key: pulumi.Input<string>;
            /** Value. */
            value: pulumi.Input<string>;
        }
        interface ProjectHookUrlVariable {
            /** Name. */
            key: pulumi.Input<string>;
            /** Value. */
            value: pulumi.Input<string>;
        }
        interface ProjectProtectedEnvironmentApprovalRule {
            /** Role. */
            accessLevel?: pulumi.Input<string>;
            /** The role in words. */
            accessLevelDescription?: pulumi.Input<string>;
            /** Id of the group. */
            groupId?: pulumi.Input<number>;
            /** 0: only direct members count. 1: inherited ones too. */
            groupInheritanceType?: pulumi.Input<number>;
            /** Id. */
            id?: pulumi.Input<number>;
            /** How many approvals are needed. */
            requiredApprovals?: pulumi.Input<number>;
            /** Id of the user. */
            userId?: pulumi.Input<number>;
        }
        interface ProjectProtectedEnvironmentDeployAccessLevelsAttribute {
            /** Role. */
            accessLevel?: pulumi.Input<string>;
            /** The role in words. */
            accessLevelDescription?: pulumi.Input<string>;
            /** Id of the group. */
            groupId?: pulumi.Input<number>;
            /** 0: only direct members count. 1: inherited ones too. */
            groupInheritanceType?: pulumi.Input<number>;
            /** Id. */
            id?: pulumi.Input<number>;
            /** Id of the user. */
            userId?: pulumi.Input<number>;
        }
        interface ProjectPushRules {
            /** Pattern commit authors' addresses must match. */
            authorEmailRegex?: pulumi.Input<string>;
            /** Pattern branch names must match. */
            branchNameRegex?: pulumi.Input<string>;
            /** Whether committers may push only their own verified addresses. */
            commitCommitterCheck?: pulumi.Input<boolean>;
            /** Whether the committer's name must be the user's. */
            commitCommitterNameCheck?: pulumi.Input<boolean>;
            /** Pattern commit messages must not match. */
            commitMessageNegativeRegex?: pulumi.Input<string>;
            /** Pattern commit messages must match. */
            commitMessageRegex?: pulumi.Input<string>;
            /** Whether tags cannot be removed by push. */
            denyDeleteTag?: pulumi.Input<boolean>;
            /** Pattern file names must not match. */
            fileNameRegex?: pulumi.Input<string>;
            /** Largest file in megabytes; 0 for any. */
            maxFileSize?: pulumi.Input<number>;
            /** Whether authors must be users. */
            memberCheck?: pulumi.Input<boolean>;
            /** Whether files that look like secrets are refused. */
            preventSecrets?: pulumi.Input<boolean>;
            /** Whether commits without sign-off are refused. */
            rejectNonDcoCommits?: pulumi.Input<boolean>;
            /** Whether unsigned commits are refused. */
            rejectUnsignedCommits?: pulumi.Input<boolean>;
        }
        interface ProjectServiceAccountTimeouts {
            /** How long deleting may take, such as `10m`. */
            delete?: pulumi.Input<string>;
        }
        interface ProjectTagCommit {
            /** Mail address of the commits' author. */
            authorEmail?: pulumi.Input<string>;
            /** Name of the commits' author. */
            authorName?: pulumi.Input<string>;
            /** When it was written. */
            authoredDate?: pulumi.Input<string>;
            /** When it was committed. */
            committedDate?: pulumi.Input<string>;
            /** Mail address of the committer. */
            committerEmail?: pulumi.Input<string>;
            /** Name of the committer. */
            committerName?: pulumi.Input<string>;
            /** Id. */
            id?: pulumi.Input<string>;
            /** Text. */
            message?: pulumi.Input<string>;
            /** Ids of the parents. */
            parentIds?: pulumi.Input<pulumi.Input<string>[]>;
            /** First characters of the id. */
            shortId?: pulumi.Input<string>;
            /** First line of the message. */
            title?: pulumi.Input<string>;
        }
        interface ProjectTagRelease {
            /** Free text for people. */
            description?: pulumi.Input<string>;
            /** Name of the tag. */
            tagName?: pulumi.Input<string>;
        }
        interface TagProtectionAllowedToCreate {
            /** Role. */
            accessLevel?: pulumi.Input<string>;
            /** The role in words. */
            accessLevelDescription?: pulumi.Input<string>;
            /** Id of the deploy key. */
            deployKeyId?: pulumi.Input<number>;
            /** Id of the group. */
            groupId?: pulumi.Input<number>;
            /** Id of the user. */
            userId?: pulumi.Input<number>;
        }
    }
    namespace output {
        interface BranchCommit {
            /** Mail address of the commits' author. */
            authorEmail: string;
            /** Name of the commits' author. */
            authorName: string;
            /** When it was written. */
            authoredDate: string;
            /** When it was committed. */
            committedDate: string;
            /** Mail address of the committer. */
            committerEmail: string;
            /** Name of the committer. */
            committerName: string;
            /** Id. */
            id: string;
            /** Text. */
            message: string;
            /** Ids of the parents. */
            parentIds: string[];
            /** First characters of the id. */
            shortId: string;
            /** First line of the message. */
            title: string;
        }
        interface BranchProtectionAllowedToMerge {
            /** Role. */
            accessLevel: string;
            /** The role in words. */
            accessLevelDescription: string;
            /** Id of the group. */
            groupId?: number;
            /** Id of the user. */
            userId?: number;
        }
        interface BranchProtectionAllowedToPush {
            /** Role. */
            accessLevel: string;
            /** The role in words. */
            accessLevelDescription: string;
            /** Id of the deploy key. */
            deployKeyId?: number;
            /** Id of the group. */
            groupId?: number;
            /** Id of the user. */
            userId?: number;
        }
        interface BranchProtectionAllowedToUnprotect {
            /** Role. */
            accessLevel: string;
            /** The role in words. */
            accessLevelDescription: string;
            /** Id of the group. */
            groupId?: number;
            /** Id of the user. */
            userId?: number;
        }
        interface GroupAccessTokenRotationConfiguration {
            /** Days a new token lives. */
            expirationDays: number;
            /** Days before its end at which the token is renewed. */
            rotateBeforeDays: number;
        }
        interface GroupDefaultBranchProtectionDefaults {
            /** Whether everybody who may push may also force push. */
            allowForcePush: boolean;
            /** Roles that may merge. */
            allowedToMerges: string[];
            /** Roles that may push. */
            allowedToPushes: string[];
            /** Whether pushes need code owners' approval. Premium tier. */
            codeOwnerApprovalRequired: boolean;
            /** Whether developers may make the first push. */
            developerCanInitialPush: boolean;
        }
        interface GroupHookCustomHeader {
            /** Name. */
            key: string;
            /** Value. */
            value: string;
        }
        interface GroupHookUrlVariable {
            /** Name. */
            key: string;
            /** Value. */
            value: string;
        }
        interface GroupProtectedEnvironmentApprovalRule {
            /** Role. */
            accessLevel?: string;
            /** The role in words. */
            accessLevelDescription: string;
            /** Id of the group. */
            groupId?: number;
            /** 0: only direct members count. 1: inherited ones too. */
            groupInheritanceType: number;
            /** Id. */
            id: number;
            /** How many approvals are needed. */
            requiredApprovals: number;
            /** Id of the user. */
            userId?: number;
        }
        interface GroupProtectedEnvironmentDeployAccessLevel {
            /** Role. */
            accessLevel?: string;
            /** The role in words. */
            accessLevelDescription: string;
            /** Id of the group. */
            groupId?: number;
            /** 0: only direct members count. 1: inherited ones too. */
            groupInheritanceType: number;
            /** Id. */
            id: number;
            /** Id of the user. */
            userId?: number;
        }
        interface GroupPushRules {
            /** Pattern commit authors' addresses must match. */
            authorEmailRegex: string;
            /** Pattern branch names must match. */
            branchNameRegex: string;
            /** Whether committers may push only their own verified addresses. */
            commitCommitterCheck: boolean;
            /** Whether the committer's name must be the user's. */
            commitCommitterNameCheck: boolean;
            /** Pattern commit messages must not match. */
            commitMessageNegativeRegex: string;
            /** Pattern commit messages must match. */
            commitMessageRegex: string;
            /** Whether tags cannot be removed by push. */
            denyDeleteTag: boolean;
            /** Pattern file names must not match. */
            fileNameRegex: string;
            /** Largest file in megabytes; 0 for any. */
            maxFileSize: number;
            /** Whether authors must be users. */
            memberCheck: boolean;
            /** Whether files that look like secrets are refused. */
            preventSecrets: boolean;
            /** Whether commits without sign-off are refused. */
            rejectNonDcoCommits: boolean;
            /** Whether unsigned commits are refused. */
            rejectUnsignedCommits: boolean;
        }
        interface GroupServiceAccountAccessTokenRotationConfiguration {
            /** Days a new token lives. */
            expirationDays?: number;
            /** Days before its end at which the token is renewed. */
            rotateBeforeDays: number;
        }
        interface GroupServiceAccountTimeouts {
            /** How long deleting may take, such as `10m`. */
            delete?: string;
        }
        interface PersonalAccessTokenRotationConfiguration {
            /** Days a new token lives. */
            expirationDays: number;
            /** Days before its end at which the token is renewed. */
            rotateBeforeDays: number;
        }
        interface PipelineScheduleInput {
            /** Name. */
            name: string;
            /** Value. */
            value: string;
        }
        interface ProjectAccessTokenRotationConfiguration {
            /** Days a new token lives. */
            expirationDays: number;
            /** Days before its end at which the token is renewed. */
            rotateBeforeDays: number;
        }
        interface ProjectApprovalRulesApprovalRule {
            /** How many approvals are needed. */
            approvalsRequired: number;
            /** Name. */
            name: string;
            /** Whether it applies to all protected branches. */
            appliesToAllProtectedBranches?: boolean;
            /** Ids of groups whose members may approve. */
            groupIds?: number[];
            /** Id. */
            id?: number;
            /** Ids of the branch protections it applies to; all branches if empty. */
            protectedBranchIds?: number[];
            /** Report that makes the rule apply. */
            reportType?: string;
            /** Kind of rule. GitLab has one any_approver rule per project. */
            ruleType?: string;
            /** Ids of users who may approve. */
            userIds?: number[];
        }
        interface ProjectContainerExpirationPolicy {
            /** How often it runs, such as `1d`. */
            cadence: string;
            /** Whether it is on. */
            enabled: boolean;
            /** How many tags of each image are kept. */
            keepN: number;
            /** Pattern of tags to remove. */
            nameRegexDelete: string;
            /** Pattern of tags to keep. */
            nameRegexKeep: string;
            /** When it runs next. */
            nextRunAt: string;
            /** Only tags older than this, such as `14d`. */
            olderThan: string;
        }
        interface ProjectContainerTagProtectionTimeouts {
            /** How long creating may take, such as `10m`. */
            create?: string;
        }
        interface ProjectHookCustomHeader {
            /** Name. */
            key: string;
            /** Value. */
            value: string;
        }
        interface ProjectHookUrlVariable {
            /** Name. */
            key: string;
            /** Value. */
            value: string;
        }
        interface ProjectProtectedEnvironmentApprovalRule {
            /** Role. */
            accessLevel?: string;
            /** The role in words. */
            accessLevelDescription: string;
            /** Id of the group. */
            groupId?: number;
            /** 0: only direct members count. 1: inherited ones too. */
            groupInheritanceType: number;
            /** Id. */
            id: number;
            /** How many approvals are needed. */
            requiredApprovals: number;
            /** Id of the user. */
            userId?: number;
        }
        interface ProjectProtectedEnvironmentDeployAccessLevelsAttribute {
            /** Role. */
            accessLevel?: string;
            /** The role in words. */
            accessLevelDescription: string;
            /** Id of the group. */
            groupId?: number;
            /** 0: only direct members count. 1: inherited ones too. */
            groupInheritanceType: number;
            /** Id. */
            id: number;
            /** Id of the user. */
            userId?: number;
        }
        interface ProjectPushRules {
            /** Pattern commit authors' addresses must match. */
            authorEmailRegex?: string;
            /** Pattern branch names must match. */
            branchNameRegex?: string;
            /** Whether committers may push only their own verified addresses. */
            commitCommitterCheck?: boolean;
            /** Whether the committer's name must be the user's. */
            commitCommitterNameCheck?: boolean;
            /** Pattern commit messages must not match. */
            commitMessageNegativeRegex?: string;
            /** Pattern commit messages must match. */
            commitMessageRegex?: string;
            /** Whether tags cannot be removed by push. */
            denyDeleteTag?: boolean;
            /** Pattern file names must not match. */
            fileNameRegex?: string;
            /** Largest file in megabytes; 0 for any. */
            maxFileSize?: number;
            /** Whether authors must be users. */
            memberCheck?: boolean;
            /** Whether files that look like secrets are refused. */
            preventSecrets?: boolean;
            /** Whether commits without sign-off are refused. */
            rejectNonDcoCommits?: boolean;
            /** Whether unsigned commits are refused. */
            rejectUnsignedCommits?: boolean;
        }
        interface ProjectServiceAccountTimeouts {
            /** How long deleting may take, such as `10m`. */
            delete?: string;
        }
        interface ProjectTagCommit {
            /** Mail address of the commits' author. */
            authorEmail: string;
            /** Name of the commits' author. */
            authorName: string;
            /** When it was written. */
            authoredDate: string;
            /** When it was committed. */
            committedDate: string;
            /** Mail address of the committer. */
            committerEmail: string;
            /** Name of the committer. */
            committerName: string;
            /** Id. */
            id: string;
            /** Text. */
            message: string;
            /** Ids of the parents. */
            parentIds: string[];
            /** First characters of the id. */
            shortId: string;
            /** First line of the message. */
            title: string;
        }
        interface ProjectTagRelease {
            /** Free text for people. */
            description: string;
            /** Name of the tag. */
            tagName: string;
        }
        interface TagProtectionAllowedToCreate {
            /** Role. */
            accessLevel: string;
            /** The role in words. */
            accessLevelDescription: string;
            /** Id of the deploy key. */
            deployKeyId?: number;
            /** Id of the group. */
            groupId?: number;
            /** Id of the user. */
            userId?: number;
        }
    }
}
