/** Roles and the numbers GitLab's API uses for them. */
export const Level = {
    none: 0,
    minimal: 5,
    guest: 10,
    planner: 15,
    reporter: 20,
    developer: 30,
    maintainer: 40,
    owner: 50,
    admin: 60,
} as const;

export type Visibility = "private" | "internal" | "public";
export type Tier = "free" | "premium";

/** Which GitLab is installed. The Enterprise Edition (`ee`) exists without a licence too, as tier `free`; `ce` only so. */
export type Edition = "ce" | "ee";
/** Plain attributes that are kept and given back, and that nothing else in the stand-in depends on. */
export type Settings = Record<string, unknown>;

export interface User {
    id: number;
    namespaceId: number;
    username: string;
    name: string;
    email: string;
    state: "active" | "blocked" | "deactivated";
    admin: boolean;
    external: boolean;
    kind: "human" | "project_bot" | "service_account";
    createdAt: string;
    createdById: number | null;
    /** Group or project a bot belongs to. */
    ownerGroupId?: number;
    settings: Settings;
}

export type TokenKind = "personal" | "project" | "group";

export interface Token {
    id: number;
    kind: TokenKind;
    /** Project or group of a resource token. */
    sourceId: number | null;
    userId: number;
    name: string;
    description: string;
    scopes: string[];
    accessLevel: number;
    /** SHA-256 of the token, hex: the token itself is shown once and never stored. */
    hash: string;
    createdAt: string;
    /** Day on which it stops working, `YYYY-MM-DD`. */
    expiresAt: string | null;
    revoked: boolean;
    lastUsedAt: string | null;
    impersonation: boolean;
    /** First token of the chain this one continues by rotation. */
    familyId: number;
}

export interface DeployToken {
    id: number;
    kind: "project" | "group";
    sourceId: number;
    name: string;
    username: string;
    scopes: string[];
    hash: string;
    expiresAt: string | null;
    revoked: boolean;
    createdAt: string;
}

export interface Member {
    userId: number;
    accessLevel: number;
    createdAt: string;
    createdById: number | null;
    expiresAt: string | null;
}

/** Of somebody who has no account yet. */
export interface Invitation {
    id: number;
    email: string;
    accessLevel: number;
    createdAt: string;
    createdById: number;
    expiresAt: string | null;
}

/** A group invited to a project or to another group. */
export interface Share {
    id: number;
    groupId: number;
    accessLevel: number;
    expiresAt: string | null;
    createdAt: string;
}

export interface Variable {
    key: string;
    value: string;
    variableType: "env_var" | "file";
    protected: boolean;
    masked: boolean;
    hidden: boolean;
    raw: boolean;
    environmentScope: string;
    description: string | null;
}

export interface Hook {
    id: number;
    url: string;
    name: string | null;
    description: string | null;
    createdAt: string;
    /** Sent as `X-Gitlab-Token`; never given back. */
    token: string | null;
    /** Base64 key of the Standard Webhooks signature; never given back. */
    signingToken: string | null;
    enableSslVerification: boolean;
    events: Record<string, boolean>;
    pushEventsBranchFilter: string | null;
    branchFilterStrategy: string;
    customHeaders: { key: string; value: string }[];
    urlVariables: { key: string; value: string }[];
    customWebhookTemplate: string | null;
}

export interface HookLog {
    id: number;
    hookId: number;
    /** Id of the delivery, sent as `X-Gitlab-Event-UUID`. */
    deliveryId: string;
    url: string;
    trigger: string;
    requestHeaders: Record<string, string>;
    requestBody: string;
    responseStatus: string;
    responseBody: string;
    executionDuration: number;
    attempts: number;
    state: string;
    createdAt: string;
}

/** Who may do something to a protected branch, tag or environment. */
export interface Grant {
    id: number;
    accessLevel: number | null;
    userId: number | null;
    groupId: number | null;
    deployKeyId: number | null;
    requiredApprovals?: number;
    groupInheritanceType?: number;
}

export interface ProtectedBranch {
    id: number;
    name: string;
    push: Grant[];
    merge: Grant[];
    unprotect: Grant[];
    allowForcePush: boolean;
    codeOwnerApprovalRequired: boolean;
}

export interface ProtectedTag {
    name: string;
    create: Grant[];
}

export interface DeployKey {
    id: number;
    title: string;
    key: string;
    fingerprint: string;
    createdAt: string;
    expiresAt: string | null;
    userId: number;
}

export interface Environment {
    id: number;
    name: string;
    slug: string;
    description: string | null;
    externalUrl: string | null;
    state: "available" | "stopping" | "stopped";
    tier: string;
    autoStopAt: string | null;
    autoStopSetting: string;
    clusterAgentId: number | null;
    kubernetesNamespace: string | null;
    fluxResourcePath: string | null;
    createdAt: string;
    updatedAt: string;
    /** Merge request whose pipeline made it. */
    mergeRequestIid?: number;
}

export interface Deployment {
    id: number;
    iid: number;
    environmentId: number;
    sha: string;
    ref: string;
    tag: boolean;
    status: string;
    userId: number;
    createdAt: string;
    updatedAt: string;
    /** Of a deployment to an environment whose deployments are approved. */
    approvals?: DeploymentApproval[];
}

/** What somebody said of a deployment that waits for approvals. */
export interface DeploymentApproval {
    userId: number;
    status: "approved" | "rejected";
    comment: string;
    createdAt: string;
    /** Rule it counts for; null with the older single number. */
    ruleId: number | null;
}

export interface ProtectedEnvironment {
    name: string;
    deploy: Grant[];
    approvals: Grant[];
    requiredApprovalCount: number;
}

export interface Job {
    id: number;
    name: string;
    stage: string;
    status: string;
    allowFailure: boolean;
    createdAt: string;
    startedAt: string | null;
    finishedAt: string | null;
    environment: string | null;
    trace: string;
    /** Of a job that is run; one that was only written down does not have it. */
    run?: JobRun;
}

/** What the runner needs to know of a job beside what the API shows. */
export interface JobRun {
    when: "on_success" | "on_failure" | "always" | "manual" | "delayed";
    /** Jobs it waits for; null: those of earlier stages. */
    needs: { job: string; artifacts: boolean; optional: boolean }[] | null;
    /** Exit codes that are no failure of the pipeline. */
    allowedExitCodes: number[];
    environmentAction: string;
    /** What the file says of the environment; not in jobs of an earlier version of the sandbox. */
    environmentTier?: string | null;
    environmentUrl?: string | null;
    environmentOnStop?: string | null;
    environmentAutoStopIn?: string | null;
    /** The archive that the job left. */
    artifacts?: { filename: string; size: number; expireAt: string | null };
    /** It reported tests. */
    junit?: boolean;
    erasedAt?: string;
    resourceGroup: string | null;
    interruptible: boolean;
    timeoutSeconds: number;
    retriesLeft: number;
    /** When a delayed job is due, and when any job became ready to run. */
    dueAt: string | null;
    queuedAt: string | null;
    failureReason: string | null;
    exitCode: number | null;
    /** A newer job of the same name replaces this one. */
    retried: boolean;
    /** Who started it, when it was not who started the pipeline. */
    userId: number | null;
    deploymentId: number | null;
    /** Of a job that starts another pipeline. */
    bridge?: {
        /** It ends as that pipeline does, and not once that is there. */
        waits: boolean;
        downstream?: { projectId: number; pipelineId: number };
    };
}

export interface Pipeline {
    id: number;
    iid: number;
    ref: string;
    tag: boolean;
    sha: string;
    beforeSha: string;
    source: string;
    status: string;
    createdAt: string;
    updatedAt: string;
    startedAt: string | null;
    finishedAt: string | null;
    userId: number;
    name: string | null;
    scheduleId?: number;
    /** Of a pipeline for a merge request. */
    mergeRequestIid?: number;
    /** Of one for merged results, whose commit is none of a branch: those of the source and target branches. */
    sourceSha?: string;
    targetSha?: string;
    /** The job that started it, of this project's pipeline or another's. */
    upstream?: { projectId: number; pipelineId: number; jobId: number };
    /** Why the file could not be used. */
    yamlErrors?: string;
    /** Stages in their order, of a pipeline that is run; one that was only written down does not have them. */
    stages?: string[];
    variables: { key: string; value: string; variableType: string }[];
    jobs: Job[];
}

export interface CommitStatus {
    id: number;
    sha: string;
    ref: string | null;
    name: string;
    status: string;
    targetUrl: string | null;
    description: string | null;
    coverage: number | null;
    createdAt: string;
    startedAt: string | null;
    finishedAt: string | null;
    authorId: number;
    pipelineId: number | null;
}

export interface Schedule {
    id: number;
    description: string;
    ref: string;
    cron: string;
    cronTimezone: string;
    active: boolean;
    ownerId: number;
    createdAt: string;
    updatedAt: string;
    nextRunAt: string;
    lastPipelineId: number | null;
    variables: { key: string; value: string; variableType: string }[];
    inputs: { name: string; value: unknown }[];
}

export interface Trigger {
    id: number;
    description: string;
    /** The whole token: the owner sees it again and again. */
    token: string;
    ownerId: number;
    createdAt: string;
    lastUsed: string | null;
    expiresAt: string | null;
}

export interface Note {
    id: number;
    discussionId: string;
    body: string;
    authorId: number;
    system: boolean;
    resolvable: boolean;
    resolved: boolean;
    resolvedById: number | null;
    createdAt: string;
    updatedAt: string;
    /** Of a note in a diff. */
    position?: DiffPosition;
}

/** A place in a diff, in the form that the API takes and gives. */
export type DiffPosition = Readonly<Record<string, unknown>>;

/** That a label came or went, or a state changed. */
export interface ResourceEvent {
    id: number;
    kind: "label" | "state";
    userId: number;
    createdAt: string;
    /** `add` or `remove` of a label; the new state. */
    action: string;
    label: string | null;
}

export interface MergeRequest {
    id: number;
    iid: number;
    title: string;
    description: string;
    state: "opened" | "closed" | "merged" | "locked";
    sourceBranch: string;
    targetBranch: string;
    sourceSha: string;
    /** Target's tip when the merge request was opened or merged: fixes the diff once the branches are gone. */
    startSha: string;
    baseSha: string;
    authorId: number;
    assigneeIds: number[];
    reviewerIds: number[];
    labels: string[];
    createdAt: string;
    updatedAt: string;
    mergedAt: string | null;
    mergedById: number | null;
    closedAt: string | null;
    closedById: number | null;
    mergeCommitSha: string | null;
    squashCommitSha: string | null;
    squash: boolean;
    forceRemoveSourceBranch: boolean;
    autoMerge: { userId: number; message: string | null; squash: boolean; removeSource: boolean } | null;
    approvedBy: { userId: number; at: string }[];
    notes: Note[];
    mergeError: string | null;
    /** Its commits as they were after each push; not in merge requests of an earlier version of the sandbox. */
    versions?: MergeRequestVersion[];
    awards?: Award[];
    events?: ResourceEvent[];
}

export interface MergeRequestVersion {
    id: number;
    headSha: string;
    baseSha: string;
    startSha: string;
    createdAt: string;
}

/** An emoji that somebody gave. */
export interface Award {
    id: number;
    name: string;
    userId: number;
    createdAt: string;
}

export interface Issue {
    id: number;
    iid: number;
    title: string;
    description: string;
    state: "opened" | "closed";
    labels: string[];
    assigneeIds: number[];
    authorId: number;
    confidential?: boolean;
    createdAt: string;
    updatedAt: string;
    closedAt: string | null;
}

export interface Label {
    id: number;
    name: string;
    color: string;
    description: string | null;
    priority: number | null;
}

export interface ApprovalRule {
    id: number;
    name: string;
    ruleType: string;
    approvalsRequired: number;
    userIds: number[];
    groupIds: number[];
    protectedBranchIds: number[];
    appliesToAllProtectedBranches: boolean;
    reportType: string | null;
}

export interface Integration {
    slug: string;
    active: boolean;
    createdAt: string;
    updatedAt: string;
    /** Sent properties; those that are secrets are stored apart and never returned. */
    properties: Settings;
    secrets: Record<string, string>;
    events: Record<string, boolean>;
}

export interface AgentToken {
    id: number;
    name: string;
    description: string | null;
    hash: string;
    status: "active" | "revoked";
    createdAt: string;
    createdById: number;
    lastUsedAt: string | null;
}

export interface ClusterAgent {
    id: number;
    name: string;
    createdAt: string;
    createdById: number;
    tokens: AgentToken[];
}

export interface FreezePeriod {
    id: number;
    freezeStart: string;
    freezeEnd: string;
    cronTimezone: string;
    createdAt: string;
    updatedAt: string;
}

/** A record the stand-in keeps for the API alone, e.g. a registry protection rule or a push mirror. */
export interface PlainRecord {
    id: number;
    [name: string]: unknown;
}

/** Where a repository is brought up to date from. */
export interface PullMirror extends PlainRecord {
    enabled: boolean;
    /** Whose pushes its updates are: who turned it on. Absent in states of before, as the target is. */
    userId?: number;
    target?: MirrorTarget;
    update_status: "none" | "scheduled" | "started" | "finished" | "failed";
    last_error: string | null;
    last_update_at: string | null;
    last_update_started_at: string | null;
    last_successful_update_at: string | null;
    mirror_trigger_builds: boolean;
    only_mirror_protected_branches: boolean | null;
    mirror_overwrites_diverged_branches: boolean | null;
    mirror_branch_regex: string | null;
}

/** Where a mirror is, and its login, which is never given back. */
export interface MirrorTarget {
    /** Without login. */
    readonly url: string;
    readonly username: string;
    readonly password: string;
}

/** What groups and projects have in common. */
export interface Space {
    id: number;
    name: string;
    path: string;
    description: string;
    visibility: Visibility;
    createdAt: string;
    settings: Settings;
    members: Member[];
    shares: Share[];
    variables: Variable[];
    hooks: Hook[];
    labels: Label[];
    integrations: Integration[];
    /** Absent in states of before. */
    invitations?: Invitation[];
    protectedEnvironments: ProtectedEnvironment[];
    pushRule: PlainRecord | null;
    customAttributes: Record<string, string>;
    archived: boolean;
    /** Day of the request to delete, `YYYY-MM-DD`; the path it had is kept for a restore. */
    markedForDeletion: { on: string; name: string; path: string } | null;
}

export interface Group extends Space {
    parentId: number | null;
    runnersToken: string;
}

export interface Project extends Space {
    /** A group's id or a user's namespace id. */
    namespaceId: number;
    creatorId: number;
    defaultBranch: string | null;
    lastActivityAt: string;
    updatedAt: string;
    topics: string[];
    importStatus: "none" | "scheduled" | "started" | "finished" | "failed";
    importUrl: string | null;
    importError: string | null;
    forkedFromId: number | null;
    runnersToken: string;
    /** The default branch that becomes protected at a time (ms since 1970), as GitLab does a moment later. */
    pendingProtection: { branch: string; at: number } | null;
    protectedBranches: ProtectedBranch[];
    protectedTags: ProtectedTag[];
    deployKeys: { keyId: number; canPush: boolean }[];
    environments: Environment[];
    deployments: Deployment[];
    pipelines: Pipeline[];
    commitStatuses: CommitStatus[];
    schedules: Schedule[];
    triggers: Trigger[];
    mergeRequests: MergeRequest[];
    approvals: Settings;
    approvalRules: ApprovalRule[];
    jobTokenScope: { enabled: boolean; projectIds: number[]; groupIds: number[] };
    agents: ClusterAgent[];
    freezePeriods: FreezePeriod[];
    registryRules: PlainRecord[];
    registryTagRules: PlainRecord[];
    pushMirrors: PlainRecord[];
    /** Where they push to, by id; absent in states of before. */
    mirrorTargets?: Record<string, MirrorTarget>;
    pullMirror: PullMirror | null;
    runnerIds: number[];
    releases: Release[];
    issues?: Issue[];
    packages?: Package[];
    /** Of resource groups that somebody set one for, by their keys. */
    processModes?: Record<string, string>;
}

/** A generic package; its files' content lies beside the state. */
export interface Package {
    id: number;
    name: string;
    version: string;
    createdAt: string;
    creatorId: number;
    /** The newest last; several may have one name. */
    files: PackageFile[];
}

export interface PackageFile {
    id: number;
    name: string;
    size: number;
    sha256: string;
    createdAt: string;
}

export interface Release {
    tag: string;
    name: string;
    description: string;
    createdAt: string;
    authorId: number;
    /** Not in releases of an earlier version of the sandbox, as the two below. */
    releasedAt?: string;
    sha?: string;
    links?: ReleaseLink[];
}

export interface ReleaseLink {
    id: number;
    name: string;
    url: string;
    linkType: string;
    /** Path below the release's downloads under which the link is reached, with a slash before it. */
    filePath: string | null;
}

export interface Runner extends PlainRecord {
    description: string;
    runnerType: "instance_type" | "group_type" | "project_type";
    hash: string;
    createdById: number;
    sourceId: number | null;
}

/** All that GitLab knows, but for the repositories, which lie beside it as bare git repositories. */
export interface State {
    version: 1;
    /** Next id by kind of object. */
    nextIds: Record<string, number>;
    settings: Settings;
    users: User[];
    tokens: Token[];
    deployTokens: DeployToken[];
    deployKeys: DeployKey[];
    groups: Group[];
    projects: Project[];
    variables: Variable[];
    runners: Runner[];
    hookLogs: HookLog[];
}
