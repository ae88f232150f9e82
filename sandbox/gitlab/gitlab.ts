import { rm } from "node:fs/promises";
import { join } from "node:path";

import type { Deliveries } from "../support/deliveries";
import type { Store } from "../support/store";
import type { PipelineRunner } from "./ci";
import { guessTier, slugOf } from "./environments";
import type { Git } from "./git";
import {
    Level,
    type DeployToken,
    type Environment,
    type Grant,
    type Group,
    type Project,
    type State,
    type Tier,
    type Edition,
    type Token,
    type User,
} from "./model";
import { groupSettings, initialSettings, projectSettings } from "./settings";

/** What the routes share: the state, the repositories, the webhooks and the lookups over them. */
export class GitLab {
    /** Base URL without a slash at its end; known once the server listens. */
    url = "";
    /** Folder of the package registries of projects. */
    packages = "";
    /** Runs pipelines; without it they are only written down. */
    ci: PipelineRunner | undefined;
    /** Signs ID tokens, with the key that `/oauth/discovery/keys` shows. */
    signToken: (claims: Readonly<Record<string, unknown>>) => string = () => "";
    private readonly locks = new Map<string, Promise<unknown>>();

    constructor(
        readonly store: Store<State>,
        readonly git: Git,
        readonly deliveries: Deliveries,
        readonly tier: Tier,
        readonly edition: Edition,
        /** How long GitLab takes to protect a new default branch, milliseconds. */
        readonly protectionDelayMs: number,
    ) {}

    get state(): State {
        return this.store.data;
    }

    save(): Promise<void> {
        return this.store.save();
    }

    nextId(kind: string): number {
        const id = this.state.nextIds[kind] ?? 1;
        this.state.nextIds[kind] = id + 1;
        return id;
    }

    now(): string {
        return new Date().toISOString();
    }

    today(): string {
        return this.now().slice(0, 10);
    }

    /** Runs one piece of work at a time per key, e.g. merges of one project. */
    async exclusive<T>(key: string, work: () => Promise<T>): Promise<T> {
        const before = this.locks.get(key) ?? Promise.resolve();
        const run = before.catch(() => undefined).then(work);
        this.locks.set(key, run);
        try {
            return await run;
        } finally {
            if (this.locks.get(key) === run) {
                this.locks.delete(key);
            }
        }
    }

    user(id: number | null | undefined): User | undefined {
        return this.state.users.find((user) => user.id === id);
    }

    userNamed(username: string): User | undefined {
        return this.state.users.find((user) => user.username.toLowerCase() === username.toLowerCase());
    }

    group(id: number | null | undefined): Group | undefined {
        return this.state.groups.find((group) => group.id === id);
    }

    project(id: number | null | undefined): Project | undefined {
        return this.state.projects.find((project) => project.id === id);
    }

    /** The user whose personal namespace this is. */
    namespaceOwner(namespaceId: number): User | undefined {
        return this.state.users.find((user) => user.namespaceId === namespaceId);
    }

    /** A group and those above it, nearest first. */
    lineage(group: Group | undefined): Group[] {
        const result: Group[] = [];
        for (let at = group; at && !result.includes(at); at = this.group(at.parentId)) {
            result.push(at);
        }
        return result;
    }

    groupPath(group: Group): string {
        return this.lineage(group)
            .map((each) => each.path)
            .reverse()
            .join("/");
    }

    groupName(group: Group): string {
        return this.lineage(group)
            .map((each) => each.name)
            .reverse()
            .join(" / ");
    }

    namespacePath(namespaceId: number): string {
        const group = this.group(namespaceId);
        return group ? this.groupPath(group) : (this.namespaceOwner(namespaceId)?.username ?? "");
    }

    projectPath(project: Project): string {
        return `${this.namespacePath(project.namespaceId)}/${project.path}`;
    }

    groupAt(path: string): Group | undefined {
        const wanted = path.toLowerCase();
        return this.state.groups.find((group) => this.groupPath(group).toLowerCase() === wanted);
    }

    projectAt(path: string): Project | undefined {
        const wanted = path.toLowerCase();
        return this.state.projects.find((project) => this.projectPath(project).toLowerCase() === wanted);
    }

    /** By number or by full path, as the API's `:id` allows. */
    findProject(idOrPath: string): Project | undefined {
        return /^\d+$/.test(idOrPath) ? this.project(Number(idOrPath)) : this.projectAt(idOrPath);
    }

    findGroup(idOrPath: string): Group | undefined {
        return /^\d+$/.test(idOrPath) ? this.group(Number(idOrPath)) : this.groupAt(idOrPath);
    }

    /** Groups right below a group, or all levels down. */
    subgroups(group: Group, deep: boolean): Group[] {
        const direct = this.state.groups.filter((each) => each.parentId === group.id);
        return deep ? direct.flatMap((each) => [each, ...this.subgroups(each, true)]) : direct;
    }

    projectsOf(namespaceId: number): Project[] {
        return this.state.projects.filter((project) => project.namespaceId === namespaceId);
    }

    /** The group a project is in; undefined in a personal namespace. */
    groupOf(project: Project): Group | undefined {
        return this.group(project.namespaceId);
    }

    /** Puts a user and the personal namespace into the state. */
    addUser(fields: Partial<User> & Pick<User, "username" | "name" | "email">): User {
        const user: User = {
            id: this.nextId("user"),
            namespaceId: this.nextId("namespace"),
            state: "active",
            admin: false,
            external: false,
            kind: "human",
            createdAt: this.now(),
            createdById: null,
            settings: {},
            ...fields,
        };
        this.state.users.push(user);
        return user;
    }

    newGroup(fields: Partial<Group> & Pick<Group, "name" | "path" | "runnersToken">): Group {
        return {
            ...this.newSpace(),
            id: this.nextId("namespace"),
            parentId: null,
            settings: initialSettings(groupSettings),
            ...fields,
        };
    }

    newProject(
        fields: Partial<Project> &
            Pick<Project, "name" | "path" | "namespaceId" | "creatorId" | "runnersToken">,
    ): Project {
        const now = this.now();
        return {
            ...this.newSpace(),
            id: this.nextId("project"),
            settings: initialSettings(projectSettings),
            defaultBranch: null,
            lastActivityAt: now,
            updatedAt: now,
            topics: [],
            importStatus: "none",
            importUrl: null,
            importError: null,
            forkedFromId: null,
            pendingProtection: null,
            protectedBranches: [],
            protectedTags: [],
            deployKeys: [],
            environments: [],
            deployments: [],
            pipelines: [],
            commitStatuses: [],
            schedules: [],
            triggers: [],
            mergeRequests: [],
            approvals: {},
            approvalRules: [],
            jobTokenScope: { enabled: true, projectIds: [], groupIds: [] },
            agents: [],
            freezePeriods: [],
            registryRules: [],
            registryTagRules: [],
            pushMirrors: [],
            pullMirror: null,
            runnerIds: [],
            releases: [],
            ...fields,
        };
    }

    /** Adds an environment by its name, as the API does and as the first deployment to it does. */
    addEnvironment(project: Project, name: string): Environment {
        const now = this.now();
        const made: Environment = {
            id: this.nextId("environment"),
            name,
            slug: slugOf(name),
            description: null,
            externalUrl: null,
            state: "available",
            tier: guessTier(name),
            autoStopAt: null,
            autoStopSetting: "always",
            clusterAgentId: null,
            kubernetesNamespace: null,
            fluxResourcePath: null,
            createdAt: now,
            updatedAt: now,
        };
        project.environments.push(made);
        return made;
    }

    private newSpace(): Pick<
        Group,
        | "description"
        | "visibility"
        | "createdAt"
        | "members"
        | "shares"
        | "variables"
        | "hooks"
        | "labels"
        | "integrations"
        | "protectedEnvironments"
        | "pushRule"
        | "customAttributes"
        | "archived"
        | "markedForDeletion"
    > {
        return {
            description: "",
            visibility: "private",
            createdAt: this.now(),
            members: [],
            shares: [],
            variables: [],
            hooks: [],
            labels: [],
            integrations: [],
            protectedEnvironments: [],
            pushRule: null,
            customAttributes: {},
            archived: false,
            markedForDeletion: null,
        };
    }

    /** A grant to everybody from a level up. */
    levelGrant(accessLevel: number): Grant {
        return { id: this.nextId("grant"), accessLevel, userId: null, groupId: null, deployKeyId: null };
    }

    /**
     * What GitLab does by itself a moment after a project got its default branch: protects it as the group, or
     * else the instance, says. Called whenever a project is looked at, so no timer is needed.
     */
    settle(project: Project): void {
        const pending = project.pendingProtection;
        if (!pending || Date.now() < pending.at) {
            return;
        }
        project.pendingProtection = null;
        this.protectDefaultBranch(project, pending.branch);
    }

    protectDefaultBranch(project: Project, branch: string): void {
        if (project.protectedBranches.some((each) => each.name === branch)) {
            return;
        }
        const defaults = this.protectionDefaults(project);
        if (defaults.none) {
            return;
        }
        project.protectedBranches.push({
            id: this.nextId("protected_branch"),
            name: branch,
            push: [this.levelGrant(defaults.push)],
            merge: [this.levelGrant(defaults.merge)],
            unprotect: [],
            allowForcePush: defaults.allowForcePush,
            codeOwnerApprovalRequired: false,
        });
    }

    private protectionDefaults(project: Project): {
        none: boolean;
        push: number;
        merge: number;
        allowForcePush: boolean;
    } {
        const group = this.groupOf(project);
        const from = this.lineage(group).find((each) => "default_branch_protection" in each.settings);
        const level = Number(
            from?.settings["default_branch_protection"] ??
                this.state.settings["default_branch_protection"] ??
                2,
        );
        const given = (from?.settings["default_branch_protection_defaults"] ?? {}) as {
            allowed_to_push?: { access_level: number }[];
            allowed_to_merge?: { access_level: number }[];
            allow_force_push?: boolean;
        };
        return {
            none: level === 0,
            push:
                given.allowed_to_push?.[0]?.access_level ??
                (level === 1 ? Level.developer : Level.maintainer),
            merge:
                given.allowed_to_merge?.[0]?.access_level ??
                (level === 3 ? Level.developer : Level.maintainer),
            allowForcePush: given.allow_force_push ?? false,
        };
    }

    tokenActive(token: Token): boolean {
        return !token.revoked && (token.expiresAt === null || token.expiresAt > this.today());
    }

    deployTokenActive(token: DeployToken): boolean {
        return !token.revoked && (token.expiresAt === null || token.expiresAt > this.now());
    }

    /** Takes a project and everything that hangs on it out of the state and off the disk. */
    async removeProject(project: Project): Promise<void> {
        const { state } = this;
        state.projects = state.projects.filter((each) => each !== project);
        this.deleteTokens("project", project.id);
        const hookIds = new Set(project.hooks.map((hook) => hook.id));
        state.hookLogs = state.hookLogs.filter((log) => !hookIds.has(log.hookId));
        const keysInUse = new Set(state.projects.flatMap((each) => each.deployKeys.map((key) => key.keyId)));
        state.deployKeys = state.deployKeys.filter((key) => keysInUse.has(key.id));
        for (const each of state.projects) {
            each.jobTokenScope.projectIds = each.jobTokenScope.projectIds.filter((id) => id !== project.id);
        }
        await this.ci?.forget(project.pipelines);
        await this.git.remove(project.id);
        await rm(join(this.packages, String(project.id)), { recursive: true, force: true });
    }

    /** Takes a group away with its subgroups and projects. */
    async removeGroup(group: Group): Promise<void> {
        for (const subgroup of this.subgroups(group, false)) {
            await this.removeGroup(subgroup);
        }
        for (const project of this.projectsOf(group.id)) {
            await this.removeProject(project);
        }
        const { state } = this;
        state.groups = state.groups.filter((each) => each !== group);
        this.deleteTokens("group", group.id);
        for (const space of [...state.groups, ...state.projects]) {
            space.shares = space.shares.filter((share) => share.groupId !== group.id);
        }
        for (const each of state.projects) {
            each.jobTokenScope.groupIds = each.jobTokenScope.groupIds.filter((id) => id !== group.id);
        }
    }

    /** Removes a user from everywhere. */
    deleteUser(user: User): void {
        const { state } = this;
        state.users = state.users.filter((each) => each !== user);
        state.tokens = state.tokens.filter((token) => token.userId !== user.id);
        for (const space of [...state.groups, ...state.projects]) {
            space.members = space.members.filter((member) => member.userId !== user.id);
        }
    }

    private deleteTokens(kind: "project" | "group", sourceId: number): void {
        const { state } = this;
        const owned = state.tokens.filter((token) => token.kind === kind && token.sourceId === sourceId);
        for (const userId of new Set(owned.map((token) => token.userId))) {
            const bot = this.user(userId);
            if (bot) {
                this.deleteUser(bot);
            }
        }
        state.deployTokens = state.deployTokens.filter(
            (token) => !(token.kind === kind && token.sourceId === sourceId),
        );
    }

    /**
     * Does what is due by date: removes what was marked for deletion long enough ago, and the bots' tokens and
     * memberships that expired. Called at start and once per listing of groups or projects.
     */
    async sweep(): Promise<void> {
        const days = Number(this.state.settings["deletion_adjourned_period"] ?? 30);
        const due = (mark: { on: string } | null): boolean =>
            mark !== null && Date.parse(mark.on) + days * 86_400_000 < Date.now();
        for (const group of this.state.groups.filter((each) => due(each.markedForDeletion))) {
            await this.removeGroup(group);
        }
        for (const project of this.state.projects.filter((each) => due(each.markedForDeletion))) {
            await this.removeProject(project);
        }
    }
}
