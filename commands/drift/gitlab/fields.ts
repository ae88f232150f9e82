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
    ["containerRegistryAccessLevel", "container_registry_access_level", "data"],
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
