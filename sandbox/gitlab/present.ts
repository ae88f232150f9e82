import { createHash } from "node:crypto";

import { effectiveProjectLevel, groupLevel, projectLevel } from "./access";
import type { Commit } from "./git";
import type { GitLab } from "./gitlab";
import { Level, type Grant, type Group, type Project, type User } from "./model";
import { featureFlags, groupSettings, projectSettings, shownSettings } from "./settings";

type Shown = Record<string, unknown>;

/** A user as other objects embed it. */
export function basicUser(gitlab: GitLab, user: User | undefined): Shown | null {
    if (!user) {
        return null;
    }
    return {
        id: user.id,
        username: user.username,
        public_email: "",
        name: user.name,
        state: user.state,
        locked: false,
        avatar_url: null,
        web_url: `${gitlab.url}/${user.username}`,
    };
}

/** The digest hooks use instead of an avatar or an address. */
export function digest(value: string): string {
    return createHash("sha256").update(value).digest("hex");
}

const levelNames: Record<number, string> = {
    0: "No one",
    5: "Minimal Access",
    10: "Guest",
    15: "Planner",
    20: "Reporter",
    30: "Developers + Maintainers",
    40: "Maintainers",
    50: "Owners",
    60: "Administrator",
};

/** A protection's grant as the API shows it; the Community Edition has levels only. */
export function showGrant(gitlab: GitLab, grant: Grant): Shown {
    const who =
        grant.userId !== null
            ? gitlab.user(grant.userId)?.name
            : grant.groupId !== null
              ? gitlab.group(grant.groupId)?.name
              : grant.deployKeyId !== null
                ? gitlab.state.deployKeys.find((key) => key.id === grant.deployKeyId)?.title
                : levelNames[grant.accessLevel ?? 0];
    return {
        id: grant.id,
        access_level: grant.accessLevel ?? (grant.userId !== null || grant.groupId !== null ? 40 : null),
        access_level_description: who ?? "",
        ...(grant.deployKeyId === null ? {} : { deploy_key_id: grant.deployKeyId }),
        ...(gitlab.edition === "ee" ? { user_id: grant.userId, group_id: grant.groupId } : {}),
    };
}

export function showCommit(gitlab: GitLab, project: Project, commit: Commit): Shown {
    const [title = ""] = commit.message.split("\n");
    return {
        id: commit.id,
        short_id: commit.id.slice(0, 8),
        created_at: commit.committedDate,
        parent_ids: commit.parents,
        title,
        message: commit.message,
        author_name: commit.authorName,
        author_email: commit.authorEmail,
        authored_date: commit.authoredDate,
        committer_name: commit.committerName,
        committer_email: commit.committerEmail,
        committed_date: commit.committedDate,
        trailers: {},
        extended_trailers: {},
        web_url: `${gitlab.url}/${gitlab.projectPath(project)}/-/commit/${commit.id}`,
    };
}

export function projectUrls(gitlab: GitLab, project: Project): { web: string; http: string; ssh: string } {
    const path = gitlab.projectPath(project);
    const web = `${gitlab.url}/${path}`;
    return { web, http: `${web}.git`, ssh: `git@${new URL(gitlab.url).hostname}:${path}.git` };
}

/** A project as other objects embed it. */
export function identityOf(gitlab: GitLab, project: Project): Shown {
    const path = gitlab.projectPath(project);
    return {
        id: project.id,
        description: project.description === "" ? null : project.description,
        name: project.name,
        name_with_namespace: `${namespaceName(gitlab, project.namespaceId)} / ${project.name}`,
        path: project.path,
        path_with_namespace: path,
        created_at: project.createdAt,
    };
}

export function namespaceName(gitlab: GitLab, namespaceId: number): string {
    const group = gitlab.group(namespaceId);
    return group ? gitlab.groupName(group) : (gitlab.namespaceOwner(namespaceId)?.name ?? "");
}

export function showNamespace(gitlab: GitLab, namespaceId: number): Shown {
    const group = gitlab.group(namespaceId);
    if (group) {
        const fullPath = gitlab.groupPath(group);
        return {
            id: group.id,
            name: group.name,
            path: group.path,
            kind: "group",
            full_path: fullPath,
            parent_id: group.parentId,
            avatar_url: null,
            web_url: `${gitlab.url}/groups/${fullPath}`,
        };
    }
    const owner = gitlab.namespaceOwner(namespaceId);
    return {
        id: namespaceId,
        name: owner?.name ?? "",
        path: owner?.username ?? "",
        kind: "user",
        full_path: owner?.username ?? "",
        parent_id: null,
        avatar_url: null,
        web_url: `${gitlab.url}/${owner?.username ?? ""}`,
    };
}

/** A project in full, as far as the user may see it. */
export function showProject(gitlab: GitLab, project: Project, user: User | undefined): Shown {
    const urls = projectUrls(gitlab, project);
    const level = user ? effectiveProjectLevel(gitlab, user, project) : 0;
    const shown: Shown = {
        ...identityOf(gitlab, project),
        default_branch: project.defaultBranch,
        tag_list: project.topics,
        topics: project.topics,
        ssh_url_to_repo: urls.ssh,
        http_url_to_repo: urls.http,
        web_url: urls.web,
        readme_url: null,
        forks_count: gitlab.state.projects.filter((each) => each.forkedFromId === project.id).length,
        avatar_url: null,
        star_count: 0,
        last_activity_at: project.lastActivityAt,
        visibility: project.visibility,
        namespace: showNamespace(gitlab, project.namespaceId),
        empty_repo: project.defaultBranch === null,
        archived: project.archived,
        creator_id: project.creatorId,
        updated_at: project.updatedAt,
        open_issues_count: 0,
        repository_object_format: "sha1",
        service_desk_enabled: false,
        emails_disabled: project.settings["emails_enabled"] === false,
        marked_for_deletion_at: project.markedForDeletion?.on ?? null,
        marked_for_deletion_on: project.markedForDeletion?.on ?? null,
        import_status: project.importStatus,
        import_type: project.importUrl === null ? null : "git",
        import_url: project.importUrl,
        import_error: project.importError,
        shared_with_groups: project.shares.map((share) => {
            const group = gitlab.group(share.groupId);
            return {
                group_id: share.groupId,
                group_name: group?.name ?? "",
                group_full_path: group ? gitlab.groupPath(group) : "",
                group_access_level: share.accessLevel,
                expires_at: share.expiresAt,
            };
        }),
        container_registry_image_prefix: gitlab.projectPath(project),
        can_create_merge_request_in: level >= Level.developer,
        _links: {
            self: `${gitlab.url}/api/v4/projects/${project.id}`,
            merge_requests: `${gitlab.url}/api/v4/projects/${project.id}/merge_requests`,
            repo_branches: `${gitlab.url}/api/v4/projects/${project.id}/repository/branches`,
            labels: `${gitlab.url}/api/v4/projects/${project.id}/labels`,
            members: `${gitlab.url}/api/v4/projects/${project.id}/members`,
        },
        ...shownSettings(project.settings, projectSettings, gitlab.tier),
        public_builds: project.settings["public_jobs"] ?? true,
        ...Object.fromEntries(
            Object.entries(featureFlags).map(([old, name]) => [old, project.settings[name] !== "disabled"]),
        ),
        container_expiration_policy: project.settings["container_expiration_policy"] ?? {
            cadence: "1d",
            enabled: false,
            keep_n: 10,
            older_than: "90d",
            name_regex: ".*",
            name_regex_keep: null,
            next_run_at: project.createdAt,
        },
        ci_job_token_scope_enabled: project.jobTokenScope.enabled,
        permissions: {
            project_access: memberAccess(project.members, user),
            group_access: groupAccess(gitlab, gitlab.groupOf(project), user),
        },
    };
    if (project.forkedFromId !== null) {
        const origin = gitlab.project(project.forkedFromId);
        shown["forked_from_project"] = origin ? identityOf(gitlab, origin) : null;
    }
    const owner = gitlab.namespaceOwner(project.namespaceId);
    if (owner) {
        shown["owner"] = basicUser(gitlab, owner);
    }
    if (level >= Level.maintainer) {
        shown["runners_token"] = project.runnersToken;
    }
    return shown;
}

function memberAccess(members: Project["members"], user: User | undefined): Shown | null {
    const member = members.find((each) => each.userId === user?.id);
    return member ? { access_level: member.accessLevel, notification_level: 3 } : null;
}

function groupAccess(gitlab: GitLab, group: Group | undefined, user: User | undefined): Shown | null {
    const level = group && user ? groupLevel(gitlab, user, group) : 0;
    return level > 0 ? { access_level: level, notification_level: 3 } : null;
}

/** A group as it stands in lists. */
export function showGroup(gitlab: GitLab, group: Group): Shown {
    const fullPath = gitlab.groupPath(group);
    return {
        id: group.id,
        web_url: `${gitlab.url}/groups/${fullPath}`,
        name: group.name,
        path: group.path,
        description: group.description,
        visibility: group.visibility,
        ...shownSettings(group.settings, groupSettings, gitlab.tier),
        default_branch_protection: group.settings["default_branch_protection"] ?? 2,
        default_branch_protection_defaults: group.settings["default_branch_protection_defaults"] ?? {
            allowed_to_push: [{ access_level: 40 }],
            allow_force_push: false,
            allowed_to_merge: [{ access_level: 40 }],
            developer_can_initial_push: false,
        },
        emails_disabled: group.settings["emails_enabled"] === false,
        avatar_url: null,
        full_name: gitlab.groupName(group),
        full_path: fullPath,
        created_at: group.createdAt,
        parent_id: group.parentId,
        organization_id: 1,
        archived: group.archived,
        marked_for_deletion_on: group.markedForDeletion?.on ?? null,
    };
}

/** A group in full: with who it is shared with and, for owners, the runner token. */
export function showGroupDetail(gitlab: GitLab, group: Group, level: number): Shown {
    return {
        ...showGroup(gitlab, group),
        shared_with_groups: group.shares.map((share) => {
            const other = gitlab.group(share.groupId);
            return {
                group_id: share.groupId,
                group_name: other?.name ?? "",
                group_full_path: other ? gitlab.groupPath(other) : "",
                group_access_level: share.accessLevel,
                expires_at: share.expiresAt,
                member_role_id: null,
            };
        }),
        ...(level >= Level.owner ? { runners_token: group.runnersToken } : {}),
    };
}

/** The highest level a user has, for lists filtered by it. */
export function levelIn(gitlab: GitLab, user: User, project: Project): number {
    return projectLevel(gitlab, user, project);
}
