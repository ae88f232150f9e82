import { badParameters } from "./errors";
import { bool, int, oneOf, text, stringList, type Field, type Input } from "./params";
import type { Settings, Tier } from "./model";

/** A plain attribute: how it is read, its value before anybody sets it, and the tier that has it. */
interface Setting {
    field: Field<unknown>;
    initial: unknown;
    tier?: Tier;
}

export type SettingTable = Record<string, Setting>;

const flag = (initial: boolean, tier?: Tier): Setting => entry(bool(), initial, tier);
const string = (initial: string | null, tier?: Tier): Setting => entry(text(), initial, tier);
const number = (initial: number | null, tier?: Tier): Setting => entry(int(), initial, tier);
const list = (initial: string[], tier?: Tier): Setting => entry(stringList(), initial, tier);
const access = (initial = "enabled"): Setting =>
    entry(oneOf("disabled", "private", "enabled", "public"), initial);

function entry(field: Field<unknown>, initial: unknown, tier?: Tier): Setting {
    return tier === undefined ? { field, initial } : { field, initial, tier };
}

/** Attributes of a project that are given back as they were set. */
export const projectSettings: SettingTable = {
    allow_merge_on_skipped_pipeline: flag(false),
    allow_pipeline_trigger_approve_deployment: flag(false, "premium"),
    analytics_access_level: access(),
    approvals_before_merge: number(0, "premium"),
    auto_cancel_pending_pipelines: entry(oneOf("disabled", "enabled"), "enabled"),
    auto_devops_deploy_strategy: entry(oneOf("continuous", "manual", "timed_incremental"), "continuous"),
    auto_devops_enabled: flag(false),
    auto_duo_code_review_enabled: flag(false, "premium"),
    autoclose_referenced_issues: flag(true),
    automatic_rebase_enabled: flag(false),
    build_git_strategy: entry(oneOf("fetch", "clone"), "fetch"),
    build_timeout: number(3600),
    builds_access_level: access(),
    ci_allow_fork_pipelines_to_run_in_parent_project: flag(true),
    ci_config_path: string(""),
    ci_default_git_depth: number(20),
    ci_delete_pipelines_in_seconds: number(null),
    ci_display_pipeline_variables: flag(false),
    ci_forward_deployment_enabled: flag(true),
    ci_forward_deployment_rollback_allowed: flag(true),
    ci_id_token_sub_claim_components: list(["project_path", "ref_type", "ref"]),
    ci_pipeline_variables_minimum_override_role: entry(
        oneOf("owner", "maintainer", "developer", "no_one_allowed"),
        "developer",
    ),
    ci_push_repository_for_job_token_allowed: flag(false),
    ci_restrict_pipeline_cancellation_role: entry(
        oneOf("developer", "maintainer", "no_one"),
        "developer",
        "premium",
    ),
    ci_separated_caches: flag(true),
    container_registry_access_level: access(),
    emails_enabled: flag(true),
    environments_access_level: access(),
    external_authorization_classification_label: string(""),
    feature_flags_access_level: access(),
    forking_access_level: access(),
    group_runners_enabled: flag(true),
    infrastructure_access_level: access(),
    issue_branch_template: string(null),
    issues_access_level: access(),
    issues_template: string(null, "premium"),
    keep_latest_artifact: flag(true),
    lfs_enabled: flag(true),
    max_artifacts_size: number(null),
    merge_commit_template: string(null),
    merge_method: entry(oneOf("merge", "rebase_merge", "ff"), "merge"),
    merge_pipelines_enabled: flag(false, "premium"),
    merge_request_title_regex: string(null),
    merge_request_title_regex_description: string(null),
    merge_requests_access_level: access(),
    merge_requests_template: string(null, "premium"),
    merge_trains_enabled: flag(false, "premium"),
    merge_trains_skip_train_allowed: flag(false, "premium"),
    mirror: flag(false, "premium"),
    mirror_trigger_builds: flag(false, "premium"),
    model_experiments_access_level: access(),
    model_registry_access_level: access(),
    monitor_access_level: access(),
    mr_default_target_self: flag(false),
    mr_default_title_template: string(null),
    only_allow_merge_if_all_discussions_are_resolved: flag(false),
    only_allow_merge_if_all_status_checks_passed: flag(false, "premium"),
    only_allow_merge_if_pipeline_succeeds: flag(false),
    package_registry_access_level: access(),
    packages_enabled: flag(true),
    pages_access_level: access("private"),
    pre_receive_secret_detection_enabled: flag(false, "premium"),
    prevent_merge_without_jira_issue: flag(false, "premium"),
    printing_merge_request_link_enabled: flag(true),
    protect_merge_request_pipelines: flag(true),
    public_jobs: flag(true),
    releases_access_level: access(),
    remove_source_branch_after_merge: flag(true),
    repository_access_level: access(),
    repository_storage: string("default"),
    request_access_enabled: flag(true),
    requirements_access_level: access(),
    resolve_outdated_diff_discussions: flag(false),
    resource_group_default_process_mode: string("unordered"),
    restrict_user_defined_variables: flag(false),
    reviewer_assignment_strategy: string(null, "premium"),
    runner_token_expiration_interval: number(null),
    security_and_compliance_access_level: access("private"),
    shared_runners_enabled: flag(true),
    snippets_access_level: access(),
    squash_commit_template: string(null),
    squash_option: entry(oneOf("never", "always", "default_on", "default_off"), "default_off"),
    suggestion_commit_message: string(null),
    wiki_access_level: access(),
};

/** Older truth values that stand for an access level, kept in step with it. */
export const featureFlags: Record<string, string> = {
    issues_enabled: "issues_access_level",
    merge_requests_enabled: "merge_requests_access_level",
    wiki_enabled: "wiki_access_level",
    jobs_enabled: "builds_access_level",
    snippets_enabled: "snippets_access_level",
    container_registry_enabled: "container_registry_access_level",
};

/** Attributes of a group that are given back as they were set. */
export const groupSettings: SettingTable = {
    allowed_email_domains_list: string(null, "premium"),
    auto_devops_enabled: flag(false),
    auto_ban_user_on_excessive_projects_download: flag(false, "premium"),
    crm_enabled: flag(true),
    default_branch: string(null),
    emails_enabled: flag(true),
    extra_shared_runners_minutes_limit: number(null, "premium"),
    ip_restriction_ranges: string(null, "premium"),
    lfs_enabled: flag(true),
    math_rendering_limits_enabled: flag(true),
    lock_math_rendering_limits_enabled: flag(false),
    max_artifacts_size: number(null),
    membership_lock: flag(false, "premium"),
    mentions_disabled: flag(false),
    prevent_forking_outside_group: flag(false, "premium"),
    prevent_sharing_groups_outside_hierarchy: flag(false),
    project_creation_level: entry(
        oneOf("noone", "administrator", "owner", "maintainer", "developer"),
        "developer",
    ),
    request_access_enabled: flag(true),
    require_two_factor_authentication: flag(false),
    share_with_group_lock: flag(false),
    shared_runners_minutes_limit: number(null, "premium"),
    shared_runners_setting: entry(
        oneOf("enabled", "disabled_and_overridable", "disabled_and_unoverridable"),
        "enabled",
    ),
    subgroup_creation_level: entry(oneOf("owner", "maintainer"), "maintainer"),
    two_factor_grace_period: number(48),
    unique_project_download_limit: number(0, "premium"),
    unique_project_download_limit_interval_in_seconds: number(0, "premium"),
    unique_project_download_limit_allowlist: list([], "premium"),
    wiki_access_level: entry(oneOf("disabled", "private", "enabled"), "enabled", "premium"),
    allow_merge_on_skipped_pipeline: flag(false, "premium"),
    only_allow_merge_if_all_discussions_are_resolved: flag(false, "premium"),
    only_allow_merge_if_pipeline_succeeds: flag(false, "premium"),
};

/** The values before anybody sets one. */
export function initialSettings(table: SettingTable): Settings {
    return Object.fromEntries(Object.entries(table).map(([name, setting]) => [name, setting.initial]));
}

/** The attributes of the table that the request sends and the tier has. @throws ApiError 400. */
export function readSettings(input: Input, table: SettingTable, tier: Tier): Settings {
    const result: Settings = {};
    const problems: string[] = [];
    for (const [name, setting] of Object.entries(table)) {
        if (!(name in input) || !offered(setting, tier)) {
            continue;
        }
        const value = input[name];
        if (value === null) {
            result[name] = setting.initial;
            continue;
        }
        const outcome = setting.field.read(value);
        if ("problem" in outcome) {
            problems.push(`${name} ${outcome.problem}`);
        } else {
            result[name] = outcome.value ?? setting.initial;
        }
    }
    if (problems.length > 0) {
        throw badParameters(problems);
    }
    return result;
}

/** The attributes as the API gives them: those of the tier, with initial values for what was never set. */
export function shownSettings(values: Settings, table: SettingTable, tier: Tier): Settings {
    return Object.fromEntries(
        Object.entries(table)
            .filter(([, setting]) => offered(setting, tier))
            .map(([name, setting]) => [name, name in values ? values[name] : setting.initial]),
    );
}

function offered(setting: Setting, tier: Tier): boolean {
    return setting.tier !== "premium" || tier === "premium";
}
