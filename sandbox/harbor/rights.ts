import type { Project, RobotPermission, RoleId } from "./model";

/** Who asks. Made from the credentials of one request, see auth.ts. */
export type Principal =
    | { kind: "anonymous" }
    | { kind: "user"; id: number; name: string; admin: boolean }
    | { kind: "robot"; id: number; name: string; level: "system" | "project"; permissions: RobotPermission[] }
    /** The holder of a registry token: only what the token lists. */
    | { kind: "token"; name: string; access: TokenAccess[] };

/** One entry of a registry token. */
export interface TokenAccess {
    type: string;
    name: string;
    actions: string[];
}

type Table = Record<string, string>;

/** Parses "create read" texts into sets once. */
function expand(table: Table): Set<string> {
    const rights = new Set<string>();
    for (const [resource, actions] of Object.entries(table)) {
        for (const action of actions.split(" ")) {
            rights.add(`${resource}:${action}`);
        }
    }
    return rights;
}

const crudl = "create read update delete list";

const limitedGuest: Table = {
    project: "read",
    quota: "read",
    repository: "list pull",
    configuration: "read",
    scan: "read",
    scanner: "read",
    tag: "list",
    accessory: "list",
    artifact: "read list",
    "artifact-addition": "read",
};

const guest: Table = {
    ...limitedGuest,
    member: "read list",
    log: "list",
    label: "read list",
    repository: "read list pull",
    robot: "read list",
};

const developer: Table = {
    ...guest,
    repository: "create read update list push pull",
    "tag-retention": `${crudl} operate`,
    artifact: "create read list",
    tag: "list create",
    "artifact-label": "create delete",
};

const maintainer: Table = {
    ...developer,
    metadata: "create read update delete",
    label: crudl,
    repository: "create read update delete list push pull",
    "immutable-tag": "create update delete list",
    "notification-policy": "list",
    scan: "create read stop",
    artifact: "create read delete list",
    tag: "list create delete",
};

const projectAdmin: Table = {
    ...maintainer,
    project: "read update delete",
    member: crudl,
    configuration: "read update",
    robot: crudl,
    "notification-policy": crudl,
    scanner: "read create",
    "preheat-policy": crudl,
};

/** What each role may do in its project (Harbor 2.15, common/rbac/project). `project` is the project itself. */
export const roleRights: Record<RoleId, Set<string>> = {
    1: expand(projectAdmin),
    2: expand(developer),
    3: expand(guest),
    4: expand(maintainer),
    5: expand(limitedGuest),
};

/** What everybody may do in a public project, without any credentials. */
const publicRights = expand({
    project: "read",
    label: "read list",
    repository: "list pull",
    configuration: "read",
    scan: "read",
    scanner: "read",
    tag: "list",
    accessory: "list",
    artifact: "read list",
    "artifact-addition": "read",
});

/** What a robot can be given for the system. Shown by `GET /permissions`; anything else is refused. */
export const systemMatrix: Table = {
    "audit-log": "list",
    "preheat-instance": crudl,
    project: "list create",
    "replication-policy": crudl,
    replication: "read create list",
    "replication-adapter": "list",
    registry: crudl,
    "scan-all": "read update stop create",
    "system-volumes": "read",
    "garbage-collection": "create read list update stop",
    "purge-audit": "create read list update stop",
    "jobservice-monitor": "list stop",
    scanner: crudl,
    label: "create read delete update",
    "security-hub": "read list",
    catalog: "read",
    quota: "read list update",
    robot: "create read list delete",
    user: crudl,
    "ldap-user": "create list",
    "user-group": crudl,
};

/** What a robot can be given in a project. */
export const projectMatrix: Table = {
    log: "list",
    project: "read delete update",
    metadata: crudl,
    repository: "read update delete list pull push",
    artifact: "read create list delete",
    scan: "create read stop",
    sbom: "create stop read",
    tag: "create list delete",
    accessory: "list",
    "artifact-addition": "read",
    "artifact-label": "create delete",
    scanner: "create read",
    "preheat-policy": crudl,
    "immutable-tag": "create delete list update",
    "notification-policy": crudl,
    "tag-retention": crudl,
    label: crudl,
    quota: "read",
    robot: "create read list delete",
    "export-cve": "create read",
    member: crudl,
};

const matrixRights = { system: expand(systemMatrix), project: expand(projectMatrix) };

/** Whether a robot may be given this right at all. */
export function grantable(kind: string, resource: string, action: string): boolean {
    return (kind === "system" || kind === "project") && matrixRights[kind].has(`${resource}:${action}`);
}

/** The matrix as `GET /permissions` shows it. */
export function listMatrix(table: Table): { resource: string; action: string }[] {
    return Object.entries(table).flatMap(([resource, actions]) =>
        actions.split(" ").map((action) => ({ resource, action })),
    );
}

/** Whether permissions of a robot include a right in the project of this name, or in the system (`/`). */
export function robotHasPermission(
    permissions: RobotPermission[],
    namespace: string,
    resource: string,
    action: string,
): boolean {
    const kind = namespace === "/" ? "system" : "project";
    return permissions.some(
        (permission) =>
            permission.kind === kind &&
            (permission.namespace === namespace || (kind === "project" && permission.namespace === "*")) &&
            permission.access.some(
                (access) =>
                    access.resource === resource && access.action === action && access.effect !== "deny",
            ),
    );
}

/** Whether the caller may do this in the project. `roles` are the caller's roles there. */
export function allowedInProject(
    principal: Principal,
    project: Project,
    roles: RoleId[],
    resource: string,
    action: string,
): boolean {
    const right = `${resource}:${action}`;
    if (principal.kind === "token") {
        // Tokens name repositories, not projects: registry.ts reads them itself.
        return false;
    }
    if (principal.kind === "user" && principal.admin) {
        return true;
    }
    if (project.metadata["public"] === "true" && publicRights.has(right)) {
        return true;
    }
    if (principal.kind === "robot") {
        return robotHasPermission(principal.permissions, project.name, resource, action);
    }
    return roles.some((role) => roleRights[role].has(right));
}

/** Whether the caller may do this to the whole Harbor. */
export function allowedInSystem(principal: Principal, resource: string, action: string): boolean {
    if (principal.kind === "user") {
        return principal.admin;
    }
    return principal.kind === "robot" && robotHasPermission(principal.permissions, "/", resource, action);
}
