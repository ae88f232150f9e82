/** What a GitLab has in the groups and projects of a stack. Only reads. */
import type { Tier } from "../../../estate/model";
import { textOf, type Declared } from "../declared";
import type { Raw, Reader } from "../reader";
import { contentOf, type EditedFile } from "./content";
import { types } from "./types";

/** `undefined`: could not be read, so nothing is known about it. */
export type Known<T> = T | undefined;
export type List = Known<readonly Raw[]>;

/** A group of the stack. */
export interface GroupInventory {
    readonly id: string;
    readonly path: string;
    /** `null`: it is gone. */
    readonly body: Known<Raw | null>;
    readonly members: List;
    /** Of people who have no account yet, or have not taken them up. */
    readonly invitations: List;
    /** Also those that are over: their users may still be members. */
    readonly accessTokens: List;
    readonly deployTokens: List;
    readonly variables: List;
    /** Its own, without those of the groups above. */
    readonly runners: List;
    readonly integrations: List;
    /** Premium. */
    readonly hooks: List;
    readonly samlLinks: List;
    readonly ldapLinks: List;
}

/** A project of the stack. */
export interface ProjectInventory {
    readonly id: string;
    readonly path: string;
    readonly body: Known<Raw | null>;
    readonly members: List;
    readonly invitations: List;
    /** Agents for Kubernetes, which connect clusters with this GitLab. */
    readonly agents: List;
    readonly hooks: List;
    readonly variables: List;
    readonly protectedBranches: List;
    readonly protectedTags: List;
    readonly deployTokens: List;
    /** Also those that are over. */
    readonly accessTokens: List;
    readonly deployKeys: List;
    readonly triggers: List;
    readonly schedules: List;
    /** Where pushes are sent on to. */
    readonly mirrors: List;
    /** With every project each of them works for, as far as the account sees them. */
    readonly runners: List;
    readonly integrations: List;
    readonly jobTokenScope: Known<Raw | null>;
    readonly jobTokenProjects: List;
    readonly jobTokenGroups: List;
    readonly environments: List;
    /** Names of declared branches that are gone. */
    readonly goneBranches: readonly string[];
    readonly files: readonly EditedFile[];
    /** Premium. */
    readonly approvalRules: List;
    readonly approvals: Known<Raw | null>;
    readonly pushRules: Known<Raw | null>;
    readonly protectedEnvironments: List;
}

export interface GitLabInventory {
    /** Number of the user whose token it is; without it nobody knows which member that is. */
    readonly self: Known<number>;
    readonly groups: readonly GroupInventory[];
    readonly projects: readonly ProjectInventory[];
    /** Of the whole server; empty where the token is no administrator's. */
    readonly systemHooks: List;
    readonly instanceRunners: List;
}

/** Reads everything that belongs to the groups and projects of the state. */
export async function gitlabInventory(
    reader: Reader,
    declared: readonly Declared[],
    tier: Tier,
): Promise<GitLabInventory> {
    const of = (type: string): Declared[] => declared.filter((each) => each.type === type);
    const user = await reader.object("/user");
    if (user === null) {
        reader.unread.push({ server: reader.server, what: "/user", why: "status 404" });
    }
    const details = runnerDetails(reader);
    // Administrators alone read these.
    const ofServer = (path: string): Promise<List> => reader.list(path, "per_page", [401, 403, 404]);
    const [systemHooks, instanceRunners, groups, projects] = await Promise.all([
        ofServer("/hooks"),
        ofServer("/runners/all?type=instance_type"),
        Promise.all(of(types.group).map((group) => groupInventory(reader, group, tier, details))),
        Promise.all(
            of(types.project).map((project) =>
                projectInventory(
                    reader,
                    project,
                    declared.filter((each) => textOf(each, "project") === project.id),
                    tier,
                    details,
                ),
            ),
        ),
    ]);
    return {
        self: user ? Number(user["id"]) : undefined,
        groups,
        projects,
        systemHooks,
        instanceRunners,
    };
}

/** A runner with the groups or projects it belongs to; `null`: this account may not see it. */
type RunnerDetails = (runner: Raw) => Promise<Known<Raw | null>>;

/** Each runner is read once, however many places list it. */
function runnerDetails(reader: Reader): RunnerDetails {
    const read = new Map<string, Promise<Known<Raw | null>>>();
    return ({ id }) => {
        const key = String(id);
        const known = read.get(key) ?? reader.object(`/runners/${key}`, true);
        read.set(key, known);
        return known;
    };
}

/**
 * A group's own runners: GitLab lists those of every group above it too. Who owns a group may read each runner of it, so
 * one that is refused belongs above.
 */
async function runnersOfGroup(list: List, { id, body }: Place, details: RunnerDetails): Promise<List> {
    const own = list?.filter((each) => each["runner_type"] === "group_type");
    if (own === undefined || !isThere(body) || typeof body["parent_id"] !== "number") {
        return own;
    }
    const looks = await Promise.all(
        own.map(async (each): Promise<Raw[]> => {
            const groups = (await details(each))?.["groups"];
            return Array.isArray(groups) && groups.some((group: Raw) => String(group["id"]) === id)
                ? [each]
                : [];
        }),
    );
    return looks.flat();
}

async function runnersOfProject(list: List, details: RunnerDetails): Promise<List> {
    const own = list?.filter((each) => each["runner_type"] === "project_type");
    return own === undefined
        ? undefined
        : Promise.all(own.map(async (each) => ({ ...each, projects: (await details(each))?.["projects"] })));
}

type Place = Pick<GroupInventory, "id" | "path" | "body">;

async function groupInventory(
    reader: Reader,
    group: Declared,
    tier: Tier,
    details: RunnerDetails,
): Promise<GroupInventory> {
    const at = `/groups/${group.id}`;
    const list = (path: string): Promise<List> => reader.list(`${at}/${path}`, "per_page");
    const body = await reader.object(`${at}?with_projects=false`);
    const empty = { id: group.id, path: textOf(group, "fullPath"), body };
    if (!isThere(body)) {
        return {
            ...empty,
            members: undefined,
            invitations: undefined,
            accessTokens: undefined,
            deployTokens: undefined,
            variables: undefined,
            runners: undefined,
            integrations: undefined,
            hooks: undefined,
            samlLinks: undefined,
            ldapLinks: undefined,
        };
    }
    const [
        members,
        invitations,
        accessTokens,
        deployTokens,
        variables,
        runners,
        integrations,
        hooks,
        samlLinks,
        ldapLinks,
    ] = await Promise.all([
        list("members"),
        list("invitations"),
        list("access_tokens"),
        list("deploy_tokens?active=true"),
        list("variables"),
        list("runners?type=group_type"),
        // Younger than the projects' list, and than the oldest GitLab that an estate can have.
        reader.list(`${at}/integrations`, "per_page", [404]),
        tier === "premium" ? list("hooks") : undefined,
        // Who may read all of the above is refused only where the server, or the group, has no sign-in by SAML.
        tier === "premium" ? reader.list(`${at}/saml_group_links`, "per_page", [401, 403, 404]) : undefined,
        // GitLab answers with 404 where there are none.
        tier === "premium" ? reader.list(`${at}/ldap_group_links`, "per_page", [404]) : undefined,
    ]);
    return {
        ...empty,
        members,
        invitations,
        accessTokens,
        deployTokens,
        variables,
        runners: await runnersOfGroup(runners, empty, details),
        integrations,
        hooks,
        samlLinks,
        ldapLinks,
    };
}

/** Whether a group or project is there and not marked for deletion. */
export function isThere(body: Known<Raw | null>): body is Raw {
    return (
        body !== undefined &&
        body !== null &&
        !body["marked_for_deletion_on"] &&
        !body["marked_for_deletion_at"]
    );
}

const unknownProject = {
    members: undefined,
    invitations: undefined,
    agents: undefined,
    hooks: undefined,
    variables: undefined,
    protectedBranches: undefined,
    protectedTags: undefined,
    deployTokens: undefined,
    accessTokens: undefined,
    deployKeys: undefined,
    triggers: undefined,
    schedules: undefined,
    mirrors: undefined,
    runners: undefined,
    integrations: undefined,
    jobTokenScope: undefined,
    jobTokenProjects: undefined,
    jobTokenGroups: undefined,
    environments: undefined,
    goneBranches: [],
    files: [],
    approvalRules: undefined,
    approvals: undefined,
    pushRules: undefined,
    protectedEnvironments: undefined,
} as const;

async function projectInventory(
    reader: Reader,
    project: Declared,
    inside: readonly Declared[],
    tier: Tier,
    details: RunnerDetails,
): Promise<ProjectInventory> {
    const at = `/projects/${project.id}`;
    const list = (path: string): Promise<List> => reader.list(`${at}/${path}`, "per_page");
    const body = await reader.object(at);
    const empty = { id: project.id, path: textOf(project, "pathWithNamespace"), body };
    if (!isThere(body)) {
        return { ...empty, ...unknownProject };
    }
    const premium = tier === "premium";
    const [
        members,
        invitations,
        agents,
        hooks,
        variables,
        protectedBranches,
        protectedTags,
        deployTokens,
        accessTokens,
        deployKeys,
        triggers,
        schedules,
        mirrors,
        runners,
        integrations,
        jobTokenScope,
        jobTokenProjects,
        jobTokenGroups,
        environments,
        content,
        approvalRules,
        approvals,
        pushRules,
        protectedEnvironments,
    ] = await Promise.all([
        list("members"),
        list("invitations"),
        // Before 14.9 GitLab did not list them.
        reader.list(`${at}/cluster_agents`, "per_page", [404]),
        list("hooks"),
        list("variables"),
        list("protected_branches"),
        list("protected_tags"),
        list("deploy_tokens?active=true"),
        list("access_tokens"),
        list("deploy_keys"),
        list("triggers"),
        list("pipeline_schedules"),
        list("remote_mirrors"),
        list("runners?type=project_type"),
        list("integrations"),
        reader.object(`${at}/job_token_scope`),
        // Before 16.0 GitLab had no such lists.
        reader.list(`${at}/job_token_scope/allowlist`, "per_page", [404]),
        reader.list(`${at}/job_token_scope/groups_allowlist`, "per_page", [404]),
        inside.some(({ type }) => type === types.environment) ? list("environments") : undefined,
        contentOf(reader, at, inside),
        premium ? list("approval_rules") : undefined,
        premium ? reader.object(`${at}/approvals`) : undefined,
        premium ? reader.object(`${at}/push_rule`) : undefined,
        premium ? list("protected_environments") : undefined,
    ]);
    return {
        ...empty,
        members,
        invitations,
        agents,
        hooks,
        variables,
        protectedBranches,
        protectedTags,
        deployTokens,
        accessTokens,
        deployKeys,
        triggers,
        schedules,
        mirrors,
        runners: await runnersOfProject(runners, details),
        integrations,
        jobTokenScope,
        jobTokenProjects,
        jobTokenGroups,
        environments,
        ...content,
        approvalRules,
        approvals,
        pushRules,
        protectedEnvironments,
    };
}
