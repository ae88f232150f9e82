import { z } from "zod";

import { omitEmpty, type Call, type Routes } from "../api";
import { generateSecret, hashSecret, isStrongSecret } from "../auth";
import { badRequest, conflict, forbidden, HarborError, notFound } from "../errors";
import type { Harbor } from "../harbor";
import type { Project, Robot, RobotPermission } from "../model";
import { grantable, listMatrix, projectMatrix, robotHasPermission, systemMatrix } from "../rights";

const nameRule = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const maxDuration = 2 ** 31 - 1;
const day = 24 * 60 * 60;

const robotRequest = z.object({
    name: z.string().nullish(),
    description: z.string().nullish(),
    level: z.string().nullish(),
    disable: z.boolean().nullish(),
    duration: z.number().int().nullish(),
    permissions: z
        .array(
            z.object({
                kind: z.string().nullish(),
                namespace: z.string().nullish(),
                access: z
                    .array(
                        z.object({
                            resource: z.string(),
                            action: z.string(),
                            effect: z.string().nullish(),
                        }),
                    )
                    .nullish(),
            }),
        )
        .nullish(),
});

type RobotRequest = z.infer<typeof robotRequest>;

/** Robots of the system and of projects, and the matrix of what they can be given. */
export function robotRoutes(routes: Routes): void {
    routes.get("/permissions", (call) => {
        call.harbor.requireAuthenticated(call.principal);
        const { principal } = call;
        if (principal.kind !== "user") {
            throw forbidden();
        }
        const admin =
            principal.admin ||
            call.harbor.state.members.some(
                (member) =>
                    member.role_id === 1 && member.entity_type === "u" && member.entity_id === principal.id,
            );
        if (!admin) {
            throw forbidden("only admins(system and project) can access permissions");
        }
        return { system: listMatrix(systemMatrix), project: listMatrix(projectMatrix) };
    });

    routes.get("/robots", (call) => {
        const { harbor } = call;
        harbor.requireAuthenticated(call.principal);
        const query = call.query("q") ?? "";
        const level = /(?:^|,)level=(\w+)/i.exec(query)?.[1] ?? "system";
        const projectId = /(?:^|,)projectid=(\d+)/i.exec(query)?.[1];
        if (level !== "system" && level !== "project") {
            throw badRequest("bad request error level input");
        }
        if (level === "project" && projectId === undefined) {
            throw badRequest("must with project ID when to query project robots");
        }
        requireAccess(call, level, Number(projectId ?? 0), "list");
        const robots = harbor.state.robots.filter(
            (robot) =>
                robot.level === level && (level === "system" || String(robot.project_id) === projectId),
        );
        return call.list(robots, (robot) => show(harbor, robot), {
            name: (robot) => robot.name,
            level: (robot) => robot.level,
            projectid: (robot) => robot.project_id,
            id: (robot) => robot.id,
            creation_time: (robot) => robot.creation_time,
            update_time: (robot) => robot.update_time,
        });
    });

    routes.post("/robots", create);

    routes.get("/robots/:id", (call) => {
        const robot = reachable(call, "read");
        return show(call.harbor, robot);
    });

    routes.put("/robots/:id", (call) => {
        const { harbor } = call;
        harbor.requireAuthenticated(call.principal);
        const robot = find(harbor, call.id("id"));
        const request = call.body(robotRequest);
        const { level, permissions, duration } = check(request);
        requireAccess(call, level, permissions[0]?.namespace ?? "", "update");
        if (level !== robot.level || request.name !== shownName(harbor, robot)) {
            throw badRequest("cannot update the level or name of robot");
        }
        requireSubset(call, permissions);
        resolveProjects(harbor, permissions);
        if (level === "project" && permissions[0]?.namespace !== harbor.project(robot.project_id).name) {
            throw badRequest("bad request permission: a project robot stays in its project");
        }
        if (duration !== robot.duration) {
            robot.duration = duration;
            robot.expires_at = expiry(robot.creation_time, duration);
        }
        robot.description = request.description ?? "";
        robot.disable = request.disable ?? false;
        robot.permissions = permissions;
        robot.update_time = harbor.now();
        harbor.audit(call.principal, robot.project_id, "update", "robot", shownName(harbor, robot));
    });

    routes.patch("/robots/:id", (call) => {
        const { harbor } = call;
        const robot = reachable(call, "update");
        const { secret } = call.body(z.object({ secret: z.string().nullish() }));
        const given = secret ?? "";
        if (given !== "" && !isStrongSecret(given)) {
            throw badRequest(
                "the secret must be 8-128, inclusively, characters long with at least 1 uppercase letter, 1 lowercase letter and 1 number",
            );
        }
        const made = given === "" ? generateSecret() : "";
        Object.assign(robot, hashSecret(given === "" ? made : given));
        robot.update_time = harbor.now();
        harbor.audit(call.principal, robot.project_id, "update", "robot", shownName(harbor, robot));
        return { secret: made };
    });

    routes.delete("/robots/:id", (call) => {
        const { harbor } = call;
        const robot = reachable(call, "delete");
        harbor.state.robots = harbor.state.robots.filter((candidate) => candidate !== robot);
        harbor.audit(call.principal, robot.project_id, "delete", "robot", shownName(harbor, robot));
    });
}

function create(call: Call): unknown {
    const { harbor, principal } = call;
    harbor.requireAuthenticated(principal);
    const request = call.body(robotRequest);
    const name = request.name ?? "";
    if (!nameRule.test(name)) {
        throw badRequest("robot name is not in lower case or contains illegal characters");
    }
    const { level, permissions, duration } = check(request);
    requireAccess(call, level, permissions[0]?.namespace ?? "", "create");
    requireSubset(call, permissions);
    const projects = resolveProjects(harbor, permissions);
    const project = level === "project" ? projects[0] : undefined;
    const stored = project ? `${project.name}+${name}` : name;
    if (stored.length > 255) {
        // The database refuses it, not Harbor.
        throw new HarborError(500, "UNKNOWN", "internal server error");
    }
    if (harbor.state.robots.some((robot) => robot.name === stored)) {
        throw conflict(`robot account ${harbor.robotPrefix}${stored} already exists`);
    }
    const secret = generateSecret();
    const now = harbor.now();
    const robot: Robot = {
        id: harbor.nextId("robot"),
        name: stored,
        description: request.description ?? "",
        level,
        project_id: project?.project_id ?? 0,
        duration,
        expires_at: expiry(now, duration),
        // As in Harbor, a robot is made enabled; `disable` counts from the first update on.
        disable: false,
        permissions,
        ...hashSecret(secret),
        creator_type: principal.kind === "robot" ? "robot" : "local",
        creator_ref: principal.kind === "robot" || principal.kind === "user" ? principal.id : 0,
        creation_time: now,
        update_time: now,
    };
    harbor.state.robots.push(robot);
    harbor.audit(principal, robot.project_id, "create", "robot", shownName(harbor, robot));
    return call.created(robot.id, {
        id: robot.id,
        name: shownName(harbor, robot),
        secret,
        creation_time: now,
        expires_at: robot.expires_at,
    });
}

const expiry = (creation: string, duration: number): number =>
    duration === -1 ? -1 : Math.floor(Date.parse(creation) / 1000) + duration * day;

/** Harbor's checks of a robot in the order it makes them. @throws HarborError 400. */
function check(request: RobotRequest): {
    level: "system" | "project";
    permissions: RobotPermission[];
    duration: number;
} {
    const duration = request.duration ?? 0;
    if (!(duration === -1 || (duration >= 1 && duration < maxDuration))) {
        throw badRequest(
            `bad request error duration input: ${duration}, duration must be either -1(Never) or a positive integer`,
        );
    }
    const { level } = request;
    if (level !== "system" && level !== "project") {
        throw badRequest(`bad request error level input: ${level ?? ""}`);
    }
    const permissions = (request.permissions ?? []).map((permission): RobotPermission => ({
        kind: permission.kind ?? "",
        namespace: permission.namespace ?? "",
        access: distinct(
            (permission.access ?? []).map(({ resource, action, effect }) => ({
                resource,
                action,
                ...(effect ? { effect } : {}),
            })),
        ),
    }));
    if (permissions.length === 0) {
        throw badRequest("bad request empty permission");
    }
    for (const permission of permissions) {
        if (permission.access.length === 0) {
            throw badRequest("bad request empty access");
        }
        if (permission.kind === "system" ? permission.namespace !== "/" : permission.namespace === "/") {
            throw badRequest("bad request permission: the namespace of kind system is /");
        }
        for (const { resource, action } of permission.access) {
            if (!grantable(permission.kind, resource, action)) {
                throw badRequest(`bad request permission: ${resource}:${action}`);
            }
        }
    }
    const first = permissions[0];
    if (
        level === "project" &&
        (permissions.length > 1 || first?.kind !== "project" || first.namespace === "*")
    ) {
        throw badRequest("bad request permission");
    }
    return { level, permissions, duration };
}

/** Harbor stores each right once. */
function distinct<T>(rights: T[]): T[] {
    return [...new Map(rights.map((right) => [JSON.stringify(right), right])).values()];
}

/** Projects the permissions name. @throws HarborError 404 when one does not exist. */
function resolveProjects(harbor: Harbor, permissions: RobotPermission[]): Project[] {
    return permissions
        .filter((permission) => permission.kind === "project" && permission.namespace !== "*")
        .map((permission) => {
            const project = harbor.findProject(permission.namespace, true);
            if (!project) {
                throw notFound(`project ${permission.namespace} not found`);
            }
            return project;
        });
}

function requireAccess(
    call: Call,
    level: "system" | "project",
    project: string | number,
    action: string,
): void {
    if (level === "system") {
        call.harbor.requireSystem(call.principal, "robot", action);
    } else {
        call.harbor.requireProject(call.principal, project, "robot", action, typeof project === "string");
    }
}

/** A robot can hand on only what it holds. @throws HarborError 403. */
function requireSubset({ principal }: Call, permissions: RobotPermission[]): void {
    if (principal.kind !== "robot") {
        return;
    }
    const missing = permissions.flatMap((permission) =>
        permission.access
            .filter(
                ({ resource, action }) =>
                    !robotHasPermission(principal.permissions, permission.namespace, resource, action),
            )
            .map(({ resource, action }) => `${permission.namespace}:${resource}:${action}`),
    );
    if (missing.length > 0) {
        throw forbidden(`the robot cannot give permissions it does not have: ${missing.join(", ")}`);
    }
}

function find(harbor: Harbor, id: number): Robot {
    const robot = harbor.state.robots.find((candidate) => candidate.id === id);
    if (!robot) {
        throw notFound(`robot ${id} not found`);
    }
    return robot;
}

/** The robot of the path, if the caller may do this with it. */
function reachable(call: Call, action: string): Robot {
    call.harbor.requireAuthenticated(call.principal);
    const robot = find(call.harbor, call.id("id"));
    requireAccess(call, robot.level, robot.project_id, action);
    return robot;
}

/** The name a robot logs in with. */
export const shownName = (harbor: Harbor, robot: Robot): string => `${harbor.robotPrefix}${robot.name}`;

function show(harbor: Harbor, robot: Robot): unknown {
    return {
        id: robot.id,
        name: shownName(harbor, robot),
        ...omitEmpty({ description: robot.description }, "description"),
        level: robot.level,
        duration: robot.duration,
        editable: true,
        disable: robot.disable,
        expires_at: robot.expires_at,
        permissions: robot.permissions,
        creator_type: robot.creator_type,
        creator_ref: robot.creator_ref,
        creation_time: robot.creation_time,
        update_time: robot.update_time,
    };
}
