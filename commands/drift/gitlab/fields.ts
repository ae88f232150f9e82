/** Settings whose change lets somebody in, or changes what is delivered or checked. */
import type { Risk } from "../finding";

/** A property of the program, the field of the API, and what its change means. */
export type Field = readonly [property: string, field: string, risk: Risk];

/** Settings of a group that decide who gets in and what its projects may do. */
export const groupFields: readonly Field[] = [
    ["fullPath", "full_path", "delivery"],
    ["visibilityLevel", "visibility", "access"],
    ["requestAccessEnabled", "request_access_enabled", "access"],
    ["projectCreationLevel", "project_creation_level", "access"],
    ["subgroupCreationLevel", "subgroup_creation_level", "access"],
    ["shareWithGroupLock", "share_with_group_lock", "access"],
    ["membershipLock", "membership_lock", "access"],
    ["preventSharingGroupsOutsideHierarchy", "prevent_sharing_groups_outside_hierarchy", "access"],
    ["preventForkingOutsideGroup", "prevent_forking_outside_group", "data"],
    ["requireTwoFactorAuthentication", "require_two_factor_authentication", "access"],
    ["sharedRunnersSetting", "shared_runners_setting", "delivery"],
    ["autoDevopsEnabled", "auto_devops_enabled", "delivery"],
    ["defaultBranchProtection", "default_branch_protection", "review"],
    ["ipRestrictionRanges", "ip_restriction_ranges", "access"],
    ["allowedEmailDomainsLists", "allowed_email_domains_list", "access"],
    ["onlyAllowMergeIfPipelineSucceeds", "only_allow_merge_if_pipeline_succeeds", "review"],
    ["allowMergeOnSkippedPipeline", "allow_merge_on_skipped_pipeline", "review"],
];

/** Settings of a project that decide who gets in, what runs, and what is checked before it does. */
export const projectFields: readonly Field[] = [
    ["pathWithNamespace", "path_with_namespace", "delivery"],
    ["visibilityLevel", "visibility", "access"],
    ["requestAccessEnabled", "request_access_enabled", "access"],
    ["defaultBranch", "default_branch", "access"],
    ["repositoryAccessLevel", "repository_access_level", "access"],
    ["mergeRequestsAccessLevel", "merge_requests_access_level", "review"],
    ["forkingAccessLevel", "forking_access_level", "review"],
    ["publicJobs", "public_jobs", "review"],
    ["squashOption", "squash_option", "review"],
    ["mergeMethod", "merge_method", "review"],
    ["onlyAllowMergeIfPipelineSucceeds", "only_allow_merge_if_pipeline_succeeds", "review"],
    [
        "onlyAllowMergeIfAllDiscussionsAreResolved",
        "only_allow_merge_if_all_discussions_are_resolved",
        "review",
    ],
    ["allowMergeOnSkippedPipeline", "allow_merge_on_skipped_pipeline", "review"],
    ["removeSourceBranchAfterMerge", "remove_source_branch_after_merge", "review"],
    ["archived", "archived", "delivery"],
    ["autoDevopsEnabled", "auto_devops_enabled", "delivery"],
    ["buildsAccessLevel", "builds_access_level", "delivery"],
    ["sharedRunnersEnabled", "shared_runners_enabled", "delivery"],
    ["groupRunnersEnabled", "group_runners_enabled", "delivery"],
    ["ciForwardDeploymentEnabled", "ci_forward_deployment_enabled", "delivery"],
    ["ciForwardDeploymentRollbackAllowed", "ci_forward_deployment_rollback_allowed", "delivery"],
    ["ciPipelineVariablesMinimumOverrideRole", "ci_pipeline_variables_minimum_override_role", "delivery"],
    ["protectMergeRequestPipelines", "protect_merge_request_pipelines", "secret"],
    ["ciPushRepositoryForJobTokenAllowed", "ci_push_repository_for_job_token_allowed", "access"],
    ["ciRestrictPipelineCancellationRole", "ci_restrict_pipeline_cancellation_role", "delivery"],
    ["ciSeparatedCaches", "ci_separated_caches", "secret"],
    ["ciDisplayPipelineVariables", "ci_display_pipeline_variables", "secret"],
    ["preReceiveSecretDetectionEnabled", "pre_receive_secret_detection_enabled", "secret"],
    ["mergePipelinesEnabled", "merge_pipelines_enabled", "review"],
    ["mergeTrainsEnabled", "merge_trains_enabled", "review"],
    ["allowPipelineTriggerApproveDeployment", "allow_pipeline_trigger_approve_deployment", "review"],
    ["environmentsAccessLevel", "environments_access_level", "delivery"],
    ["resourceGroupDefaultProcessMode", "resource_group_default_process_mode", "delivery"],
    ["containerRegistryAccessLevel", "container_registry_access_level", "data"],
    ["packageRegistryAccessLevel", "package_registry_access_level", "data"],
    ["pagesAccessLevel", "pages_access_level", "data"],
];

/** Push rules: what of a push is refused. */
export const pushRuleFields: readonly (readonly [property: string, field: string])[] = [
    ["authorEmailRegex", "author_email_regex"],
    ["branchNameRegex", "branch_name_regex"],
    ["commitCommitterCheck", "commit_committer_check"],
    ["commitCommitterNameCheck", "commit_committer_name_check"],
    ["commitMessageNegativeRegex", "commit_message_negative_regex"],
    ["commitMessageRegex", "commit_message_regex"],
    ["denyDeleteTag", "deny_delete_tag"],
    ["fileNameRegex", "file_name_regex"],
    ["maxFileSize", "max_file_size"],
    ["memberCheck", "member_check"],
    ["preventSecrets", "prevent_secrets"],
    ["rejectNonDcoCommits", "reject_non_dco_commits"],
    ["rejectUnsignedCommits", "reject_unsigned_commits"],
];

/** Settings of approvals. */
export const approvalFields: readonly (readonly [property: string, field: string])[] = [
    ["resetApprovalsOnPush", "reset_approvals_on_push"],
    ["disableOverridingApproversPerMergeRequest", "disable_overriding_approvers_per_merge_request"],
    ["mergeRequestsAuthorApproval", "merge_requests_author_approval"],
    ["mergeRequestsDisableCommittersApproval", "merge_requests_disable_committers_approval"],
    ["requirePasswordToApprove", "require_password_to_approve"],
    ["requireReauthenticationToApprove", "require_reauthentication_to_approve"],
    ["selectiveCodeOwnerRemovals", "selective_code_owner_removals"],
];

export const hookEvents = [
    "pushEvents",
    "tagPushEvents",
    "mergeRequestsEvents",
    "issuesEvents",
    "confidentialIssuesEvents",
    "noteEvents",
    "confidentialNoteEvents",
    "pipelineEvents",
    "wikiPageEvents",
    "deploymentEvents",
    "jobEvents",
    "releasesEvents",
] as const;

export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
