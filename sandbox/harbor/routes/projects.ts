import { z } from "zod";

import type { Call, Routes } from "../api";
import { setting } from "../configuration";
import { badRequest, conflict, forbidden, HarborError, notFound, preconditionFailed } from "../errors";
import type { Harbor } from "../harbor";
import type { Project, RobotPermission, RoleId } from "../model";
import { addProject, firstAdmin } from "../projects";
import { checkLimit, quotaOf, usedStorage } from "../quota";
import { showRegistry } from "./registries";

const nameRule = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const maxNameLength = 255;

const allowlist = z.object({
    items: z.array(z.object({ cve_id: z.string() })).nullish(),
    expires_at: z.number().int().nullish(),
});

const projectRequest = z.object({
    project_name: z.string().max(maxNameLength).nullish(),
    public: z.boolean().nullish(),
    metadata: z.record(z.string(), z.string().nullable()).nullish(),
    cve_allowlist: allowlist.nullish(),
    storage_limit: z.number().nullish(),
    registry_id: z.number().int().nullish(),
});

/** Projects, their summary, and the scanner assigned to one. */
export function projectRoutes(routes: Routes): void {
    // Before the GET, for which the server would add a HEAD of its own.
    routes.head("/projects", (call) => {
        const name = call.query("project_name") ?? "";
        call.harbor.requireAuthenticated(call.principal);
        const project = call.harbor.findProject(name, true);
        if (!project) {
            throw notFound(`project ${name} not found`);
        }
        if (!call.harbor.can(call.principal, project, "project", "read")) {
            throw forbidden();
        }
    });

    routes.get("/projects", (call) => {
        const { harbor, principal } = call;
        const name = call.query("name");
        const owner = call.query("owner");
        const isPublic = call.query("public");
        const visible = harbor.state.projects.filter(
            (project) =>
                maySee(call, project) &&
                (name === undefined || project.name.includes(name)) &&
                (owner === undefined || ownerName(harbor, project) === owner) &&
                (isPublic === undefined || project.metadata["public"] === String(call.flag("public", false))),
        );
        return call.list(visible, (project) => show(harbor, principal, project), {
            name: (project) => project.name,
            public: (project) => project.metadata["public"],
            owner: (project) => ownerName(harbor, project),
            project_id: (project) => project.project_id,
            creation_time: (project) => project.creation_time,
            update_time: (project) => project.update_time,
        });
    });

    routes.post("/projects", create);

    routes.get("/projects/:project", (call) =>
        show(call.harbor, call.principal, call.project("project", "read")),
    );

    routes.put("/projects/:project", (call) => {
        const project = call.project("project", "update");
        const request = call.body(projectRequest);
        const retention = request.metadata?.["retention_id"];
        if (retention && retention !== project.metadata["retention_id"]) {
            throw badRequest(
                "the retention_id in the request's payload when updating a project should be omitted, " +
                    "alternatively passing the one that has already been associated to this project",
            );
        }
        if (request.public !== undefined && request.public !== null && !request.metadata?.["public"]) {
            project.metadata["public"] = String(request.public);
        }
        Object.assign(project.metadata, acceptedMetadata(request.metadata, project.registry_id !== 0));
        if (request.cve_allowlist) {
            changeAllowlist(call.harbor, project, request.cve_allowlist);
        }
        project.update_time = call.harbor.now();
        call.harbor.audit(call.principal, project.project_id, "update", "project", project.name);
    });

    routes.delete("/projects/:project", (call) => {
        const { harbor } = call;
        const project = call.project("project", "delete");
        const obstacle = deletionObstacle(harbor, project);
        if (obstacle !== undefined) {
            throw preconditionFailed(obstacle);
        }
        remove(harbor, project);
        harbor.audit(call.principal, project.project_id, "delete", "project", project.name);
    });

    routes.get("/projects/:project/_deletable", (call) => {
        const message = deletionObstacle(call.harbor, call.project("project", "delete"));
        return message === undefined ? { deletable: true, message: "" } : { deletable: false, message };
    });

    routes.get("/projects/:project/summary", (call) => summary(call));

    routes.get("/projects/:project/scanner", (call) => {
        const project = call.project("scanner", "read");
        const { scanners } = call.harbor.state;
        return (
            scanners.find((scanner) => scanner.uuid === project.scanner) ??
            scanners.find((scanner) => scanner.is_default) ??
            {}
        );
    });
    routes.put("/projects/:project/scanner", (call) => {
        const project = call.project("scanner", "create");
        const { uuid } = call.body(z.object({ uuid: z.string().min(1) }));
        if (!call.harbor.state.scanners.some((scanner) => scanner.uuid === uuid)) {
            throw notFound(`scanner ${uuid} not found`);
        }
        project.scanner = uuid;
    });
    routes.get("/projects/:project/scanner/candidates", (call) => {
        call.project("scanner", "create");
        return call.list([...call.harbor.state.scanners], (scanner) => ({
            ...scanner,
            access_credential: "",
        }));
    });
}

function maySee({ harbor, principal }: Call, project: Project): boolean {
    return (
        project.metadata["public"] === "true" ||
        (principal.kind === "user" && harbor.rolesIn(principal, project.project_id).length > 0) ||
        (principal.kind === "robot" && names(principal.permissions, project.name)) ||
        harbor.canInSystem(principal, "project", "list") ||
        harbor.can(principal, project, "project", "read")
    );
}

/** A robot finds every project its permissions name, whatever it may do there. */
const names = (permissions: RobotPermission[], project: string): boolean =>
    permissions.some(
        ({ kind, namespace }) => kind === "project" && (namespace === "*" || namespace === project),
    );

function create(call: Call): unknown {
    const { harbor, principal } = call;
    const { state } = harbor;
    harbor.requireAuthenticated(principal);
    const entitled = harbor.canInSystem(principal, "project", "create");
    if (principal.kind === "robot" && principal.level !== "system") {
        throw forbidden("Only system level robot can create project");
    }
    if (setting<string>(state, "project_creation_restriction") === "adminonly" && !entitled) {
        throw forbidden("Only system admin can create project");
    }
    // Robots hold rights one by one, also where every user may create projects.
    if (principal.kind === "robot" && !entitled) {
        throw forbidden();
    }
    const request = call.body(projectRequest);
    const name = request.project_name ?? "";
    if (request.registry_id !== null && request.registry_id !== undefined) {
        if (!entitled) {
            throw forbidden("Only system admin can create proxy cache project");
        }
        if (!state.registries.some((registry) => registry.id === request.registry_id)) {
            // The database refuses it, not Harbor.
            throw new HarborError(500, "UNKNOWN", "internal server error");
        }
        throw badRequest("this Harbor stand-in has no proxy cache projects");
    }
    if (name === "") {
        throw badRequest(`project name ${name} is illegal, it must be 1 to ${maxNameLength} characters long`);
    }
    if (!nameRule.test(name)) {
        throw badRequest(`project name ${name} is not in lower case or contains illegal characters`);
    }
    if (request.metadata?.["retention_id"]) {
        throw badRequest(
            "the retention_id in the request's payload when creating a project should be omitted, " +
                "alternatively passing an empty string",
        );
    }
    const metadata = acceptedMetadata(request.metadata, false);
    metadata["public"] ??= String(request.public ?? false);
    if (metadata["public"] !== "true" && metadata["public"] !== "false") {
        throw badRequest(
            `metadata.public should only be 'true' or 'false', but got: '${metadata["public"]}'`,
        );
    }
    let limit = request.storage_limit ?? 0;
    if (limit === 0 || !entitled) {
        limit = setting<number>(state, "storage_per_project");
    }
    checkLimit(limit);
    if (harbor.findProject(name, true)) {
        throw conflict(`The project named ${name} already exists`);
    }
    const project = addProject(harbor, {
        name,
        ownerId: principal.kind === "user" ? principal.id : firstAdmin(harbor),
        metadata,
        storageLimit: limit,
    });
    if (request.cve_allowlist) {
        changeAllowlist(harbor, project, request.cve_allowlist);
    }
    harbor.audit(principal, project.project_id, "create", "project", name);
    const byName = call.request.headers["x-resource-name-in-location"] === "true";
    return call.created(byName ? name : project.project_id);
}

const proxyOnly = ["proxy_speed_kb", "max_upstream_conn", "proxy_cache_local_on_not_found"];

/** What of a request's metadata is taken over; the retention policy's number is Harbor's own. */
function acceptedMetadata(
    metadata: Record<string, string | null> | null | undefined,
    proxy: boolean,
): Record<string, string> {
    const accepted: Record<string, string> = {};
    for (const [key, value] of Object.entries(metadata ?? {})) {
        const ignored = key === "retention_id" || (!proxy && proxyOnly.includes(key));
        if (value !== null && value !== "" && !ignored) {
            accepted[key] = value;
        }
    }
    return accepted;
}

function changeAllowlist(harbor: Harbor, project: Project, change: z.infer<typeof allowlist>): void {
    const items = change.items ?? [];
    if (new Set(items.map((item) => item.cve_id)).size !== items.length) {
        throw badRequest("duplicate CVE ids in the allowlist");
    }
    project.cve_allowlist = {
        ...project.cve_allowlist,
        items,
        expires_at: change.expires_at ?? null,
        update_time: harbor.now(),
    };
}

function deletionObstacle(harbor: Harbor, project: Project): string | undefined {
    const repositories = harbor.state.repositories.some(
        (repository) => repository.project_id === project.project_id,
    );
    return repositories ? "the project contains repositories, can not be deleted" : undefined;
}

/** A project goes with everything that only has a meaning in it. */
function remove(harbor: Harbor, project: Project): void {
    const { state } = harbor;
    const id = project.project_id;
    const elsewhere = (record: { project_id: number }): boolean => record.project_id !== id;
    state.projects = state.projects.filter(elsewhere);
    state.members = state.members.filter(elsewhere);
    state.quotas = state.quotas.filter(elsewhere);
    state.robots = state.robots.filter((robot) => robot.level === "system" || robot.project_id !== id);
    for (const robot of state.robots) {
        robot.permissions = robot.permissions.filter(
            ({ kind, namespace }) => kind !== "project" || namespace !== project.name,
        );
    }
    state.immutableRules = state.immutableRules.filter(elsewhere);
    state.webhooks = state.webhooks.filter(elsewhere);
    state.labels = state.labels.filter((label) => label.scope === "g" || label.project_id !== id);
    state.retentions = state.retentions.filter((retention) => retention.scope.ref !== id);
}

const ownerName = (harbor: Harbor, project: Project): string =>
    harbor.state.users.find((user) => user.user_id === project.owner_id)?.username ?? "";

const repositoryCount = (harbor: Harbor, project: Project): number =>
    harbor.state.repositories.filter((repository) => repository.project_id === project.project_id).length;

/** A project as the API shows it to this caller. */
function show(harbor: Harbor, principal: Call["principal"], project: Project): unknown {
    const roles = [...new Set(harbor.rolesIn(principal, project.project_id))];
    const order: RoleId[] = [1, 4, 2, 3, 5];
    const strongest = order.find((role) => roles.includes(role));
    return {
        project_id: project.project_id,
        owner_id: project.owner_id,
        name: project.name,
        ...(project.registry_id === 0 ? {} : { registry_id: project.registry_id }),
        creation_time: project.creation_time,
        update_time: project.update_time,
        owner_name: ownerName(harbor, project),
        ...(strongest ? { current_user_role_id: strongest, current_user_role_ids: roles } : {}),
        repo_count: repositoryCount(harbor, project),
        metadata: project.metadata,
        cve_allowlist: { id: project.project_id, project_id: project.project_id, ...project.cve_allowlist },
    };
}

function summary(call: Call): unknown {
    const { harbor, principal } = call;
    const project = call.project("project", "read");
    const members = harbor.state.members.filter((member) => member.project_id === project.project_id);
    const count = (role: RoleId): number => members.filter((member) => member.role_id === role).length;
    const quota = quotaOf(harbor, project.project_id);
    const registry = harbor.state.registries.find((candidate) => candidate.id === project.registry_id);
    return {
        repo_count: repositoryCount(harbor, project),
        ...(harbor.can(principal, project, "member", "list")
            ? {
                  project_admin_count: count(1),
                  maintainer_count: count(4),
                  developer_count: count(2),
                  guest_count: count(3),
                  limited_guest_count: count(5),
              }
            : {}),
        ...(quota && harbor.can(principal, project, "quota", "read")
            ? {
                  quota: {
                      hard: { storage: quota.storage },
                      used: { storage: usedStorage(harbor, project.project_id) },
                  },
              }
            : {}),
        ...(registry ? { registry: showRegistry(registry) } : {}),
    };
}
