import type { Deliveries } from "../support/deliveries";
import type { Store } from "../support/store";
import { authenticate, basicCredentials, type TokenKeys } from "./auth";
import type { Backend } from "./backend";
import { setting } from "./configuration";
import { forbidden, notFound, unauthorized } from "./errors";
import type { Execution, Project, RoleId, State } from "./model";
import { allowedInProject, allowedInSystem, type Principal } from "./rights";

/** Version the stand-in presents itself as. */
export const harborVersion = "v2.15.2";

/** A finished push, or a deletion. */
export interface ContentChange {
    kind: "push" | "delete";
    project: Project;
    /** Full name. */
    repository: string;
    digest: string;
    tags: string[];
}

/** What every part of one Harbor works with. */
export class Harbor {
    /** Base URL clients use; set before the first request is answered. */
    url = "";
    /** Called on every push and deletion; event-based replication subscribes. */
    contentChanged: (change: ContentChange) => void = () => undefined;

    constructor(
        readonly name: string,
        readonly store: Store<State>,
        readonly keys: TokenKeys,
        readonly backend: Backend,
        readonly deliveries: Deliveries,
        readonly log: (line: string) => void,
    ) {}

    get state(): State {
        return this.store.data;
    }

    /** `host:port`, the first part of image references. */
    get host(): string {
        return new URL(this.url).host;
    }

    now(): string {
        return new Date().toISOString();
    }

    /** The next number for records of this noun. Numbers are never used again. */
    nextId(noun: string): number {
        const id = (this.state.ids[noun] ?? 0) + 1;
        this.state.ids[noun] = id;
        return id;
    }

    /** Saves without making anybody wait; a failure is logged. */
    saveLater(): void {
        this.store.save().catch((error: unknown) => this.log(`state not saved: ${(error as Error).message}`));
    }

    get robotPrefix(): string {
        return setting<string>(this.state, "robot_name_prefix");
    }

    /** The principal of the `Authorization` header; wrong or missing credentials make an anonymous caller. */
    identify(header: string | undefined): Principal {
        const credentials = basicCredentials(header);
        if (credentials) {
            return (
                authenticate(this.state, this.robotPrefix, credentials, Date.now()) ?? { kind: "anonymous" }
            );
        }
        const bearer = /^bearer +(\S+)$/i.exec(header ?? "")?.[1];
        const claims = bearer ? this.keys.check(bearer, Date.now()) : undefined;
        return claims ? { kind: "token", name: claims.sub, access: claims.access } : { kind: "anonymous" };
    }

    /** Roles of the caller in the project, by own membership and by groups. */
    rolesIn(principal: Principal, projectId: number): RoleId[] {
        if (principal.kind !== "user") {
            return [];
        }
        const groups = this.state.groups
            .filter((group) => group.members.includes(principal.id))
            .map((group) => group.id);
        return this.state.members
            .filter(
                (member) =>
                    member.project_id === projectId &&
                    (member.entity_type === "u"
                        ? member.entity_id === principal.id
                        : groups.includes(member.entity_id)),
            )
            .map((member) => member.role_id);
    }

    can(principal: Principal, project: Project, resource: string, action: string): boolean {
        return allowedInProject(
            principal,
            project,
            this.rolesIn(principal, project.project_id),
            resource,
            action,
        );
    }

    canInSystem(principal: Principal, resource: string, action: string): boolean {
        return allowedInSystem(principal, resource, action);
    }

    /** @throws HarborError 401 for anonymous callers. Registry tokens are no credentials for the API. */
    requireAuthenticated(principal: Principal): void {
        if (principal.kind === "anonymous" || principal.kind === "token") {
            throw unauthorized();
        }
    }

    /** @throws HarborError 401 or 403 when the caller may not do this to the Harbor. */
    requireSystem(principal: Principal, resource: string, action: string): void {
        this.requireAuthenticated(principal);
        if (!this.canInSystem(principal, resource, action)) {
            throw forbidden();
        }
    }

    /** @throws HarborError unless the caller is a system administrator; robots never are. */
    requireAdmin(principal: Principal): void {
        this.requireAuthenticated(principal);
        if (!(principal.kind === "user" && principal.admin)) {
            throw forbidden();
        }
    }

    /**
     * The project, if the caller may do this in it. To callers who are not administrators a project that does not
     * exist looks like one they may not use.
     * @throws HarborError 401, 403 or 404.
     */
    requireProject(
        principal: Principal,
        nameOrId: string | number,
        resource: string,
        action: string,
        isName = false,
    ): Project {
        const project = this.findProject(nameOrId, isName);
        const admin = principal.kind === "user" && principal.admin;
        if (!project && admin) {
            throw notFound(`project ${nameOrId} not found`);
        }
        if (!project || !this.can(principal, project, resource, action)) {
            this.requireAuthenticated(principal);
            throw forbidden();
        }
        return project;
    }

    /** By number or name; a text of digits is a number unless `isName`. */
    findProject(nameOrId: string | number, isName = false): Project | undefined {
        const id = !isName && /^[0-9]+$/.test(String(nameOrId)) ? Number(nameOrId) : undefined;
        return this.state.projects.find((project) =>
            id === undefined ? project.name === nameOrId : project.project_id === id,
        );
    }

    /** The project with this number, which must exist. */
    project(id: number): Project {
        const project = this.state.projects.find((candidate) => candidate.project_id === id);
        if (!project) {
            throw notFound(`project ${id} not found`);
        }
        return project;
    }

    /** Remembers a run; of each kind the newest thousand are kept, as Harbor's own sweeper does. */
    addExecution(execution: Execution): void {
        const { state } = this;
        state.executions.push(execution);
        const same = state.executions.filter((other) => other.kind === execution.kind);
        if (same.length > 1200) {
            const gone = new Set(same.slice(0, 200).map((other) => other.id));
            state.executions = state.executions.filter((other) => !gone.has(other.id));
            state.tasks = state.tasks.filter((task) => !gone.has(task.execution_id));
        }
    }

    /** Remembers who did what. */
    audit(
        principal: Principal | string,
        projectId: number,
        operation: string,
        type: string,
        resource: string,
    ): void {
        if (setting<boolean>(this.state, "skip_audit_log_database")) {
            return;
        }
        this.state.auditLogs.push({
            id: this.nextId("audit"),
            project_id: projectId,
            username: typeof principal === "string" ? principal : nameOf(principal),
            resource,
            resource_type: type,
            operation,
            op_time: this.now(),
        });
        if (this.state.auditLogs.length > 2000) {
            this.state.auditLogs.splice(0, 500);
        }
    }
}

/** Name shown for a caller in events and logs. */
export function nameOf(principal: Principal): string {
    return principal.kind === "anonymous" ? "anonymous" : principal.name;
}
