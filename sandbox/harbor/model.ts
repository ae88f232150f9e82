/**
 * What the Harbor stand-in remembers. Plain JSON, saved as one file. Times are ISO 8601 unless a name says otherwise.
 * Field names follow Harbor's API where a record is shown there as it is.
 */

export type RoleId = 1 | 2 | 3 | 4 | 5;

export interface User {
    user_id: number;
    username: string;
    email: string;
    realname: string;
    comment: string;
    sysadmin_flag: boolean;
    salt: string;
    /** Derived from the password; the password itself is never stored. */
    hash: string;
    creation_time: string;
    update_time: string;
}

export interface UserGroup {
    id: number;
    group_name: string;
    /** 1 LDAP, 2 HTTP, 3 OIDC. */
    group_type: number;
    ldap_group_dn: string;
    /** Users in the group. Harbor learns them at login from the identity provider; here they are stored. */
    members: number[];
}

export interface CveAllowlist {
    items: { cve_id: string }[];
    /** Seconds since 1970; null means never. */
    expires_at: number | null;
    creation_time: string;
    update_time: string;
}

export interface Project {
    project_id: number;
    name: string;
    owner_id: number;
    registry_id: number;
    metadata: Record<string, string>;
    cve_allowlist: CveAllowlist;
    /** Uuid of the project's own scanner. */
    scanner?: string;
    creation_time: string;
    update_time: string;
}

export interface Member {
    id: number;
    project_id: number;
    role_id: RoleId;
    /** "u" user, "g" group. */
    entity_type: "u" | "g";
    entity_id: number;
}

export interface Quota {
    id: number;
    project_id: number;
    /** Bytes; -1 means no limit. */
    storage: number;
    /** Set while the use is above the warning line, so that one warning is sent, not one per push. */
    warned?: boolean;
    creation_time: string;
    update_time: string;
}

export interface Repository {
    id: number;
    project_id: number;
    /** Full name: `<project>/<rest>`. */
    name: string;
    description: string;
    pull_count: number;
    creation_time: string;
    update_time: string;
}

export interface Reference {
    child_digest: string;
    platform?: Record<string, unknown>;
    annotations?: Record<string, string>;
}

export interface Artifact {
    id: number;
    project_id: number;
    repository_id: number;
    digest: string;
    /** Bytes: manifest, configuration and layers; for an index those of its children too. */
    size: number;
    type: string;
    media_type: string;
    manifest_media_type: string;
    artifact_type: string;
    annotations: Record<string, string>;
    extra_attrs: Record<string, unknown>;
    references: Reference[];
    /** Content this artifact keeps alive, itself included: what quota counts, once per project. */
    blobs: { digest: string; size: number }[];
    /** Digest of the artifact this one is an accessory of (a signature, an SBOM). */
    subject?: string;
    accessory_type?: string;
    labels: number[];
    push_time: string;
    pull_time: string;
}

export interface Tag {
    id: number;
    repository_id: number;
    artifact_id: number;
    name: string;
    push_time: string;
    pull_time: string;
}

export interface Access {
    resource: string;
    action: string;
    effect?: string;
}

export interface RobotPermission {
    kind: string;
    namespace: string;
    access: Access[];
}

export interface Robot {
    id: number;
    /** Without the prefix; a project robot's is `<project>+<name>`. */
    name: string;
    description: string;
    level: "system" | "project";
    /** 0 for a system robot. */
    project_id: number;
    /** Days; -1 means never. */
    duration: number;
    /** Seconds since 1970; -1 means never. */
    expires_at: number;
    disable: boolean;
    permissions: RobotPermission[];
    salt: string;
    hash: string;
    creator_type: "local" | "robot";
    creator_ref: number;
    creation_time: string;
    update_time: string;
}

export interface Registry {
    id: number;
    name: string;
    url: string;
    type: string;
    description: string;
    insecure: boolean;
    credential: { type: string; access_key: string; access_secret: string };
    status: string;
    creation_time: string;
    update_time: string;
}

export interface ReplicationFilter {
    type: string;
    value: unknown;
    decoration?: string;
}

export interface ReplicationPolicy {
    id: number;
    name: string;
    description: string;
    /** 0 means this Harbor. */
    src_registry: number;
    dest_registry: number;
    dest_namespace: string;
    dest_namespace_replace_count: number;
    trigger: { type: string; trigger_settings: { cron: string } };
    filters: ReplicationFilter[];
    replicate_deletion: boolean;
    override: boolean;
    enabled: boolean;
    speed: number;
    copy_by_chunk: boolean;
    single_active_replication: boolean;
    creation_time: string;
    update_time: string;
}

/** One run of something: a replication, a retention policy, a webhook delivery, a garbage collection. */
export interface Execution {
    id: number;
    kind: "REPLICATION" | "RETENTION" | "WEBHOOK" | "GARBAGE_COLLECTION" | "PURGE_AUDIT_LOG";
    /** Id of the policy it belongs to; 0 when there is none. */
    policy_id: number;
    status: string;
    status_text: string;
    trigger: string;
    dry_run?: boolean;
    extra: Record<string, unknown>;
    start_time: string;
    end_time: string;
}

export interface Task {
    id: number;
    execution_id: number;
    status: string;
    operation: string;
    resource_type: string;
    src_resource: string;
    dst_resource: string;
    repository: string;
    total: number;
    retained: number;
    run_count: number;
    log: string[];
    extra: Record<string, unknown>;
    start_time: string;
    end_time: string;
}

export interface Selector {
    kind: string;
    decoration: string;
    pattern: string;
    extras?: string;
}

export interface RetentionRule {
    id: number;
    priority: number;
    disabled: boolean;
    action: string;
    template: string;
    params: Record<string, unknown>;
    tag_selectors: Selector[];
    scope_selectors: { repository?: Selector[] };
}

export interface RetentionPolicy {
    id: number;
    algorithm: string;
    rules: RetentionRule[];
    trigger: { kind: string; settings: Record<string, unknown>; references?: Record<string, unknown> };
    scope: { level: string; ref: number };
}

export interface ImmutableRule {
    id: number;
    project_id: number;
    priority: number;
    disabled: boolean;
    action: string;
    template: string;
    params: Record<string, unknown>;
    tag_selectors: Selector[];
    scope_selectors: { repository?: Selector[] };
}

export interface WebhookTarget {
    type: string;
    address: string;
    auth_header: string;
    skip_cert_verify: boolean;
    payload_format: string;
}

export interface WebhookPolicy {
    id: number;
    project_id: number;
    name: string;
    description: string;
    targets: WebhookTarget[];
    event_types: string[];
    creator: string;
    enabled: boolean;
    creation_time: string;
    update_time: string;
}

export interface Label {
    id: number;
    name: string;
    description: string;
    color: string;
    /** "g" global, "p" of a project. */
    scope: "g" | "p";
    project_id: number;
    creation_time: string;
    update_time: string;
}

export interface Schedule {
    id: number;
    type: string;
    cron: string;
    parameters: Record<string, unknown>;
    creation_time: string;
    update_time: string;
}

export type ScheduleName = "gc" | "purgeaudit" | "scanAll";

export interface Scanner {
    uuid: string;
    name: string;
    description: string;
    url: string;
    disabled: boolean;
    is_default: boolean;
    auth: string;
    access_credential: string;
    skip_certVerify: boolean;
    use_internal_addr: boolean;
    create_time: string;
    update_time: string;
}

export interface AuditLog {
    id: number;
    project_id: number;
    username: string;
    resource: string;
    resource_type: string;
    operation: string;
    op_time: string;
}

/** Everything of one Harbor. */
export interface State {
    /** Last number given out, by noun. */
    ids: Record<string, number>;
    users: User[];
    groups: UserGroup[];
    projects: Project[];
    members: Member[];
    quotas: Quota[];
    repositories: Repository[];
    artifacts: Artifact[];
    tags: Tag[];
    robots: Robot[];
    registries: Registry[];
    replicationPolicies: ReplicationPolicy[];
    retentions: RetentionPolicy[];
    immutableRules: ImmutableRule[];
    webhooks: WebhookPolicy[];
    executions: Execution[];
    tasks: Task[];
    labels: Label[];
    scanners: Scanner[];
    schedules: Partial<Record<ScheduleName, Schedule>>;
    cveAllowlist: CveAllowlist;
    /** Settings that differ from the defaults. */
    configuration: Record<string, string | number | boolean>;
    auditLogs: AuditLog[];
}

/** A Harbor with nothing in it. */
export function emptyState(): State {
    const now = new Date().toISOString();
    return {
        ids: {},
        users: [],
        groups: [],
        projects: [],
        members: [],
        quotas: [],
        repositories: [],
        artifacts: [],
        tags: [],
        robots: [],
        registries: [],
        replicationPolicies: [],
        retentions: [],
        immutableRules: [],
        webhooks: [],
        executions: [],
        tasks: [],
        labels: [],
        scanners: [],
        schedules: {},
        cveAllowlist: { items: [], expires_at: null, creation_time: now, update_time: now },
        configuration: {},
        auditLogs: [],
    };
}

/** Harbor's zero time, shown for "never". */
export const never = "0001-01-01T00:00:00.000Z";

/** The roles of project members, by number. */
export const roleNames: Record<RoleId, string> = {
    1: "projectAdmin",
    2: "developer",
    3: "guest",
    4: "maintainer",
    5: "limitedGuest",
};
