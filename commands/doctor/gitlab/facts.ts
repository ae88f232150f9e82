/** What a GitLab says of itself and of what the estate needs there. Only reads. */
import { lookup } from "node:dns/promises";
import { levelOf } from "../../../estate/accessRoles";
import type { Estate } from "../../../estate/model";
import { given } from "../../../estate/plain";
import { unfulfilled, type Unfulfilled, type Wish } from "../../support/proposals";
import { enginesOf } from "../engines";
import { Unreachable, type Answer, type Ask } from "../http";
import { all, assertServing, essential, list, note, noting, record, text, type Unread } from "../json";

/** A group or a project, as far as it matters. */
export interface Place {
    readonly fullPath: string;
    /** Marked for deletion: it is there, and in nobody's way only later. */
    readonly deleted: boolean;
    readonly description: string;
    /** True: the token's user made it. */
    readonly own: boolean;
    /** Of a project, as far as it decides what holds its merge requests; absent where GitLab does not say. */
    readonly holds?: {
        /** "CI/CD configuration file"; empty: the usual one. */
        readonly pipeline: string;
        /** "Pipelines must succeed", and whether skipped ones count as that. */
        readonly mustSucceed: boolean;
        readonly skippedCount: boolean;
    };
    /** Groups that a project is shared with, and their level; for a project. */
    readonly sharedWith?: readonly { readonly group: string; readonly level: number }[];
}

export interface FoundGroup extends Place {
    readonly id: number;
    readonly visibility: string;
    /** Who makes projects in it, in GitLab's words; absent where it does not say. */
    readonly projectCreation?: string;
    /** How repositories in it are read: `ssh`, `http` or `all`; absent where it does not say. */
    readonly gitAccess?: string;
    /** Role of the token's user there, inherited ones included; 0 without one. */
    readonly level: number;
}

/** A person the spec names. */
export interface Person {
    readonly username: string;
    /** The name as GitLab has it; absent: there is nobody of that name. */
    readonly spelling?: string;
    /** GitLab's word, e.g. `active`; absent: there is nobody of that name. */
    readonly state?: string;
}

/** Instance settings that only administrators can read. */
export interface InstanceSettings {
    readonly localRequests: boolean;
    /** Hosts, addresses and networks that are reached all the same. */
    readonly localAllowed: readonly string[];
    /** Days an access token may be good for; absent: the server's own limit. */
    readonly tokenDays?: number;
    readonly restrictedVisibilities: readonly string[];
    readonly maintenance: boolean;
}

/** Where GitLab posts to, with the addresses that the name has from here. */
export interface HookTarget {
    readonly path: string;
    readonly url: string;
    readonly addresses: readonly string[];
}

export interface GitLabFacts {
    /** Why there is no answer; then nothing else is known. */
    readonly unreachable?: string;
    /** It answers, and not as GitLab's API does: what it said. */
    readonly notGitLab?: string;
    /** The token was refused; then nothing else is known. */
    readonly refused?: true;
    /** e.g. `19.4.0-ee`. */
    readonly version?: string;
    /** True: Enterprise Edition. */
    readonly enterprise?: boolean;
    readonly token?: { readonly scopes: readonly string[]; readonly ends?: string };
    readonly user?: {
        readonly username: string;
        /** Only known of administrators. */
        readonly admin: boolean;
        readonly mayCreateGroups: boolean;
        readonly webUrl: string;
    };
    /** The estate's group. */
    readonly group?: FoundGroup;
    /** The group above it, where its path has one. */
    readonly above?: FoundGroup;
    /** Somebody has the group's name, and this token does not see who. */
    readonly hiddenName?: boolean;
    /** Groups and projects below the estate's group. */
    readonly places: { readonly groups: readonly Place[]; readonly projects: readonly Place[] };
    /** Roles in the estate's group, or in the one above while there is none; by user name in lower case. */
    readonly roles: Readonly<Record<string, number>>;
    readonly people: readonly Person[];
    /** What was paid for: found, or undefined where no call says it. */
    readonly tier?: "free" | "premium";
    /** False: this server or group makes no access tokens of groups and projects. */
    readonly projectTokens?: boolean;
    /** Absent: this token may not read them. */
    readonly settings?: InstanceSettings;
    readonly hooks: readonly HookTarget[];
    /** Versions of pipelines that the spec names, and that are no tag of their project. */
    readonly missingVersions: readonly string[];
    /** Versions of pipelines that people keep from a repository. */
    readonly unfulfilled: readonly Unfulfilled[];
    /** Lists that could not be read to their end. */
    readonly unread: readonly Unread[];
}

const nothing = {
    places: { groups: [], projects: [] },
    roles: {},
    people: [],
    hooks: [],
    missingVersions: [],
    unfulfilled: [],
    unread: [],
} as const;

/** Names GitLab gives to what was paid for. */
const paid = ["premium", "ultimate", "gold", "silver", "ultimate_trial", "premium_trial"];

/** What else is looked at beside the estate. */
interface Beside {
    /** Addresses of a host name, from here; empty where it has none. */
    readonly addressesOf?: (host: string) => Promise<readonly string[]>;
    /** Of the stack's state: which of them people keep from coming true. Each takes a few calls. */
    readonly wishes?: readonly Wish[];
}

/** Asks a GitLab. What one call does not answer is left out; a server that does not answer is one fact. */
export async function gitlabFacts(
    ask: Ask,
    estate: Estate,
    { addressesOf = resolveHere, wishes = [] }: Beside = {},
): Promise<GitLabFacts> {
    try {
        const metadata = await first(ask);
        assertServing(metadata, "GET /metadata");
        if (metadata.status === 401) {
            return { ...nothing, refused: true };
        }
        const { version, enterprise } = record(metadata.body);
        if (typeof version !== "string" && metadata.status !== 403) {
            return { ...nothing, notGitLab: described(metadata) };
        }
        return {
            ...(typeof version === "string"
                ? { version, enterprise: enterprise === true || version.endsWith("-ee") }
                : {}),
            ...(await withToken(ask, estate, wishes)),
            hooks: await hookTargets(estate, addressesOf),
        };
    } catch (error) {
        if (error instanceof Unreachable) {
            return { ...nothing, unreachable: error.message };
        }
        throw error;
    }
}

async function first(ask: Ask): Promise<Answer> {
    const metadata = await ask("GET", "/metadata");
    // Before 15.2 there was only this; a token without scopes for one has none for the other.
    return metadata.status === 404 ? ask("GET", "/version") : metadata;
}

function described({ status, headers }: Answer): string {
    return headers.location === undefined ? `${status}` : `${status}, elsewhere: ${headers.location}`;
}

async function withToken(
    ask: Ask,
    estate: Estate,
    wishes: readonly Wish[],
): Promise<Omit<GitLabFacts, "hooks">> {
    const { gitlab, teams } = estate;
    const above = gitlab.group.includes("/")
        ? gitlab.group.slice(0, gitlab.group.lastIndexOf("/"))
        : undefined;
    const names = [
        ...new Set(Object.values(teams).flatMap((team) => [...team.maintainers, ...team.developers])),
    ];
    const unread: Unread[] = [];
    const [sure, noted] = [essential(ask), noting(ask, unread)];
    const [self, user, settings, license, people, missingVersions, held] = await Promise.all([
        sure("GET", "/personal_access_tokens/self"),
        sure("GET", "/user"),
        noted("GET", "/application/settings"),
        noted("GET", "/license"),
        Promise.all(names.map((username) => person(ask, username, unread))),
        versionsMissing(noted, estate),
        unfulfilled(wishes, noted),
    ]);
    const me = record(user.body);
    const id = Number(me["id"] ?? 0);
    const admin = me["is_admin"] === true;
    const [group, parent] = await Promise.all([
        groupAt(sure, gitlab.group, id, admin),
        above === undefined ? undefined : groupAt(sure, above, id, admin),
    ]);
    const hidden =
        group === undefined && above === undefined
            ? await noted("GET", `/namespaces/${encodeURIComponent(gitlab.group)}/exists`)
            : undefined;
    const [inGroup, roles] = await Promise.all([
        group === undefined ? undefined : insideGroup(ask, group, id, unread),
        // A group that is still to be made inherits those of the group above.
        rolesIn(ask, group ?? parent, unread),
    ]);
    const tier = tierOf(license, inGroup ?? {});
    return {
        ...(self.status === 200 ? { token: tokenOf(record(self.body)) } : {}),
        ...(user.status === 200
            ? {
                  user: {
                      username: text(me["username"]),
                      admin,
                      mayCreateGroups: me["can_create_group"] !== false,
                      webUrl: text(me["web_url"]),
                  },
              }
            : {}),
        ...(settings.status === 200 ? { settings: settingsOf(record(settings.body)) } : {}),
        ...(group === undefined ? {} : { group }),
        ...(parent === undefined ? {} : { above: parent }),
        ...(hidden === undefined ? {} : { hiddenName: record(hidden.body)["exists"] === true }),
        ...(tier === undefined ? {} : { tier }),
        ...(inGroup === undefined ? {} : { projectTokens: ![401, 403].includes(inGroup.tokens.status) }),
        places: inGroup?.places ?? nothing.places,
        roles,
        people: people.flat(),
        missingVersions,
        unfulfilled: held,
        unread,
    };
}

/** Of the versions that apps include by name. */
async function versionsMissing(ask: Ask, { apps, pipelines }: Estate): Promise<string[]> {
    const named = [...new Set(Object.values(apps).flatMap(({ included }) => included?.version ?? []))];
    const tags = `/projects/${encodeURIComponent(pipelines.fullPath)}/repository/tags`;
    const looks = await Promise.all(
        named.map(async (version) => {
            const { status } = await ask("GET", `${tags}/${encodeURIComponent(version)}`);
            return status === 404 ? [version] : [];
        }),
    );
    return looks.flat();
}

/** The user whom a name is of, however it is spelt; `answered`: whether GitLab says who has it, `status`: of its answer. */
export async function userNamed(
    ask: Ask,
    username: string,
): Promise<{
    readonly answered: boolean;
    readonly status: number;
    readonly found: Readonly<Record<string, unknown>> | undefined;
}> {
    const answer = await ask("GET", `/users?username=${encodeURIComponent(username)}`);
    const found = list(answer.body).find(
        (each) => text(each["username"]).toLowerCase() === username.toLowerCase(),
    );
    // A page in its place, with a status of success, says nothing of anybody.
    return { answered: answer.status === 200 && Array.isArray(answer.body), status: answer.status, found };
}

/** None where GitLab does not say whether there is somebody of that name. */
async function person(ask: Ask, username: string, unread: Unread[]): Promise<Person[]> {
    const { answered, status, found } = await userNamed(ask, username);
    if (!answered) {
        note(unread, "/users", status);
        return [];
    }
    return found === undefined
        ? [{ username }]
        : [{ username, spelling: text(found["username"]), state: text(found["state"]) }];
}

async function groupAt(
    ask: Ask,
    path: string,
    user: number,
    admin: boolean,
): Promise<FoundGroup | undefined> {
    const { status, body } = await ask("GET", `/groups/${encodeURIComponent(path)}?with_projects=false`);
    if (status !== 200) {
        return undefined;
    }
    const group = record(body);
    const id = Number(group["id"]);
    const member = await ask("GET", `/groups/${id}/members/all/${user}`);
    return {
        ...place(group, "full_path", user),
        id,
        visibility: text(group["visibility"]),
        ...given("projectCreation", wordOf(group["project_creation_level"])),
        ...given("gitAccess", wordOf(group["enabled_git_access_protocol"])),
        level: admin ? levelOf("owner") : Number(record(member.body)["access_level"] ?? 0),
    };
}

function wordOf(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}

async function insideGroup(
    ask: Ask,
    { id, fullPath }: FoundGroup,
    me: number,
    unread: Unread[],
): Promise<Pick<GitLabFacts, "places"> & { tokens: Answer; events: Answer; namespace: Answer }> {
    const noted = noting(ask, unread);
    const [groups, projects, tokens, events, namespace] = await Promise.all([
        all(ask, `/groups/${id}/descendant_groups`, "per_page", unread),
        all(ask, `/groups/${id}/projects?include_subgroups=true&simple=false`, "per_page", unread),
        noted("GET", `/groups/${id}/access_tokens?per_page=1`),
        noted("GET", `/groups/${id}/audit_events?per_page=1`),
        noted("GET", `/namespaces/${encodeURIComponent(fullPath)}`),
    ]);
    return {
        places: {
            groups: groups.map((each) => place(each, "full_path", me)),
            projects: projects.map((each) => place(each, "path_with_namespace", me)),
        },
        tokens,
        events,
        namespace,
    };
}

async function rolesIn(
    ask: Ask,
    group: FoundGroup | undefined,
    unread: Unread[],
): Promise<Record<string, number>> {
    const members =
        group === undefined ? [] : await all(ask, `/groups/${group.id}/members/all`, "per_page", unread);
    return Object.fromEntries(
        members.map((each) => [text(each["username"]).toLowerCase(), Number(each["access_level"] ?? 0)]),
    );
}

/** The licence says it to administrators, the namespace on GitLab.com; audit events of groups come with Premium. */
function tierOf(license: Answer, inGroup: { events?: Answer; namespace?: Answer }): GitLabFacts["tier"] {
    const plan =
        license.status === 200
            ? text(record(license.body)["plan"])
            : text(record(inGroup.namespace?.body)["plan"]);
    if (paid.includes(plan)) {
        return license.status === 200 && record(license.body)["expired"] === true ? "free" : "premium";
    }
    if (plan === "free") {
        return "free";
    }
    const events = inGroup.events?.status;
    return events === 200 ? "premium" : events === 403 ? "free" : undefined;
}

function tokenOf(self: Record<string, unknown>): NonNullable<GitLabFacts["token"]> {
    const ends = self["expires_at"];
    const scopes = self["scopes"];
    return {
        scopes: Array.isArray(scopes) ? scopes.map(String) : [],
        ...(typeof ends === "string" ? { ends } : {}),
    };
}

function settingsOf(settings: Record<string, unknown>): InstanceSettings {
    const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
    const days = settings["max_personal_access_token_lifetime"];
    return {
        localRequests: settings["allow_local_requests_from_web_hooks_and_services"] !== false,
        localAllowed: [
            ...texts(settings["outbound_local_requests_whitelist"]),
            ...texts(settings["outbound_local_requests_allowlist"]),
        ],
        ...(typeof days === "number" && days > 0 ? { tokenDays: days } : {}),
        restrictedVisibilities: texts(settings["restricted_visibility_levels"]),
        maintenance: settings["maintenance_mode"] === true,
    };
}

async function hookTargets(
    estate: Estate,
    addressesOf: (host: string) => Promise<readonly string[]>,
): Promise<HookTarget[]> {
    const targets = enginesOf(estate).flatMap(([, { hooks }]) => hooks(estate));
    return Promise.all(
        targets.map(async ({ path, url }) => ({
            path,
            url,
            addresses: await addressesOf(new URL(url).hostname.replace(/^\[|\]$/g, "")),
        })),
    );
}

/** Longest wait for a name, in milliseconds. */
const lookupTimeout = 2000;

async function resolveHere(host: string): Promise<readonly string[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<readonly string[]>((resolve) => {
        timer = setTimeout(() => resolve([]), lookupTimeout);
    });
    const found = lookup(host, { all: true }).then(
        (addresses) => addresses.map(({ address }) => address),
        () => [],
    );
    return Promise.race([found, late]).finally(() => clearTimeout(timer));
}

function place(value: Record<string, unknown>, key: string, me: number): Place {
    const deleted = value["marked_for_deletion_on"] ?? value["marked_for_deletion_at"];
    return {
        fullPath: text(value[key]),
        deleted: typeof deleted === "string",
        description: text(value["description"]),
        own: Number(value["creator_id"] ?? -1) === me,
        ...(typeof value["only_allow_merge_if_pipeline_succeeds"] === "boolean"
            ? {
                  holds: {
                      pipeline: text(value["ci_config_path"]),
                      mustSucceed: value["only_allow_merge_if_pipeline_succeeds"],
                      skippedCount: value["allow_merge_on_skipped_pipeline"] === true,
                  },
              }
            : {}),
        ...(Array.isArray(value["shared_with_groups"])
            ? {
                  sharedWith: list(value["shared_with_groups"]).map((each) => ({
                      group: text(each["group_full_path"]),
                      level: Number(each["group_access_level"]),
                  })),
              }
            : {}),
    };
}
