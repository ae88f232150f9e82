import { z } from "zod";

import type { Call, Routes } from "../api";
import { hashSecret, isStrongSecret, secretMatches } from "../auth";
import { setting } from "../configuration";
import { badRequest, conflict, forbidden, notFound, preconditionFailed, unauthorized } from "../errors";
import type { Harbor } from "../harbor";
import type { User, UserGroup } from "../model";
import { roleRights } from "../rights";

const userRequest = z.object({
    username: z.string().nullish(),
    email: z.string().nullish(),
    realname: z.string().nullish(),
    comment: z.string().nullish(),
    password: z.string().nullish(),
});

const groupRequest = z.object({
    group_name: z.string().nullish(),
    group_type: z.number().int().nullish(),
    ldap_group_dn: z.string().nullish(),
});

const passwordRule =
    "the password or secret must be longer than 8 chars with at least 1 uppercase letter, 1 lowercase letter and 1 number";

/** Users and their rights on themselves. */
export function userRoutes(routes: Routes): void {
    routes.get("/users", (call) => {
        call.harbor.requireSystem(call.principal, "user", "list");
        const { username, email } = { username: call.query("username"), email: call.query("email") };
        const users = call.harbor.state.users.filter(
            (user) =>
                (username === undefined || user.username.includes(username)) &&
                (email === undefined || user.email.includes(email)),
        );
        return call.list(users, show, {
            username: (user) => user.username,
            email: (user) => user.email,
            user_id: (user) => user.user_id,
            creation_time: (user) => user.creation_time,
        });
    });
    routes.post("/users", create);
    routes.get("/users/current", (call) => show(self(call)));
    routes.get("/users/current/permissions", (call) => {
        const { harbor } = call;
        const user = self(call);
        const scope = /^\/project\/(\d+)$/.exec(call.query("scope") ?? "")?.[1];
        const project = scope === undefined ? undefined : harbor.findProject(Number(scope));
        if (!project) {
            return [];
        }
        const base = call.flag("relative", false) ? "" : `/project/${project.project_id}/`;
        const rights = user.sysadmin_flag
            ? [...roleRights[1]]
            : harbor.rolesIn(call.principal, project.project_id).flatMap((role) => [...roleRights[role]]);
        return [...new Set(rights)].map((right) => {
            const [resource = "", action = ""] = right.split(":");
            return { resource: `${base}${resource}`, action };
        });
    });
    routes.get("/users/search", (call) => {
        call.harbor.requireAuthenticated(call.principal);
        const name = call.query("username") ?? "";
        const users = call.harbor.state.users.filter((user) => user.username.includes(name));
        return call.list(users, (user) => ({ user_id: user.user_id, username: user.username }));
    });
    routes.get("/users/:id", (call) => show(reachable(call, "read")));
    routes.put("/users/:id", (call) => {
        const user = reachable(call, "update");
        const request = call.body(userRequest);
        const email = request.email ?? user.email;
        requireProfile(call.harbor, email, request.realname ?? user.realname, user);
        Object.assign(user, {
            email,
            realname: request.realname ?? user.realname,
            comment: request.comment ?? user.comment,
            update_time: call.harbor.now(),
        });
    });
    routes.delete("/users/:id", (call) => {
        const { harbor, principal } = call;
        harbor.requireSystem(principal, "user", "delete");
        const user = find(call);
        if (user.user_id === 1 || (principal.kind === "user" && principal.id === user.user_id)) {
            throw forbidden(`User with ID ${user.user_id} can not be deleted`);
        }
        const { state } = harbor;
        state.users = state.users.filter((candidate) => candidate !== user);
        state.members = state.members.filter(
            (member) => !(member.entity_type === "u" && member.entity_id === user.user_id),
        );
        state.groups.forEach((group) => {
            group.members = group.members.filter((id) => id !== user.user_id);
        });
        harbor.audit(principal, 0, "delete", "user", user.username);
    });
    routes.put("/users/:id/sysadmin", (call) => {
        call.harbor.requireSystem(call.principal, "user", "update");
        const { sysadmin_flag } = call.body(z.object({ sysadmin_flag: z.boolean() }));
        const user = find(call);
        if (user.user_id === 1 && !sysadmin_flag) {
            throw forbidden(`User with ID ${user.user_id} stays a system administrator`);
        }
        user.sysadmin_flag = sysadmin_flag;
        user.update_time = call.harbor.now();
    });
    routes.put("/users/:id/password", (call) => {
        const user = reachable(call, "update");
        const { old_password, new_password } = call.body(
            z.object({ old_password: z.string().nullish(), new_password: z.string() }),
        );
        const own = call.principal.kind === "user" && call.principal.id === user.user_id;
        const admin = call.principal.kind === "user" && call.principal.admin;
        if (!isStrongSecret(new_password)) {
            throw badRequest(passwordRule);
        }
        if (own && !admin && !secretMatches(old_password ?? "", user)) {
            throw forbidden("Current password is incorrect");
        }
        if (secretMatches(new_password, user)) {
            throw badRequest("the new password can not be same with the old one");
        }
        Object.assign(user, hashSecret(new_password), { update_time: call.harbor.now() });
    });
    routes.put("/users/:id/cli_secret", (call) => {
        call.harbor.requireAuthenticated(call.principal);
        throw preconditionFailed(
            `the auth mode is ${setting<string>(call.harbor.state, "auth_mode")}, which has no CLI secret`,
        );
    });
    groupRoutes(routes);
}

function create(call: Call): unknown {
    const { harbor, principal } = call;
    const { state } = harbor;
    const entitled = harbor.canInSystem(principal, "user", "create");
    if (!entitled && !setting<boolean>(state, "self_registration")) {
        harbor.requireAuthenticated(principal);
        throw forbidden("Registration is disabled or only admin can create user");
    }
    const request = call.body(userRequest);
    const username = request.username ?? "";
    if (username.length < 1 || username.length > 255 || /[,~#$%]/.test(username)) {
        throw badRequest("username is empty, longer than 255 characters, or contains one of ,~#$%");
    }
    if (!isStrongSecret(request.password ?? "")) {
        throw badRequest(passwordRule);
    }
    requireProfile(harbor, request.email ?? "", request.realname ?? "");
    if (state.users.some((user) => user.username === username)) {
        throw conflict(`user ${username} or its email already exists`);
    }
    const now = harbor.now();
    const user: User = {
        user_id: harbor.nextId("user"),
        username,
        email: request.email ?? "",
        realname: request.realname ?? "",
        comment: request.comment ?? "",
        sysadmin_flag: false,
        ...hashSecret(request.password ?? ""),
        creation_time: now,
        update_time: now,
    };
    state.users.push(user);
    harbor.audit(principal, 0, "create", "user", username);
    return call.created(user.user_id);
}

function requireProfile(harbor: Harbor, email: string, realname: string, self?: User): void {
    if (realname.length < 1 || realname.length > 255 || /[,~#$%]/.test(realname)) {
        throw badRequest("realname is empty, longer than 255 characters, or contains one of ,~#$%");
    }
    if (!/^[^@\s]+@[^@\s]+$/.test(email)) {
        throw badRequest("email is not in the right form");
    }
    if (harbor.state.users.some((user) => user.email === email && user !== self)) {
        throw conflict(`the email ${email} is used by another user`);
    }
}

/** The logged-in user; robots are none. @throws HarborError 401. */
function self(call: Call): User {
    const { principal } = call;
    const user =
        principal.kind === "user"
            ? call.harbor.state.users.find((candidate) => candidate.user_id === principal.id)
            : undefined;
    if (!user) {
        throw unauthorized();
    }
    return user;
}

function find(call: Call): User {
    const id = call.id("id");
    const user = call.harbor.state.users.find((candidate) => candidate.user_id === id);
    if (!user) {
        throw notFound(`user ${id} not found`);
    }
    return user;
}

/** The user of the path: everybody reaches themselves, others need the right. */
function reachable(call: Call, action: string): User {
    const { harbor, principal } = call;
    harbor.requireAuthenticated(principal);
    if (!(principal.kind === "user" && principal.id === call.id("id"))) {
        harbor.requireSystem(principal, "user", action);
    }
    return find(call);
}

function show(user: User): unknown {
    const { user_id, username, email, realname, comment, sysadmin_flag, creation_time, update_time } = user;
    return {
        user_id,
        username,
        email,
        realname,
        comment,
        sysadmin_flag,
        admin_role_in_auth: false,
        creation_time,
        update_time,
    };
}

function groupRoutes(routes: Routes): void {
    routes.get("/usergroups", (call) => {
        call.harbor.requireSystem(call.principal, "user-group", "list");
        const name = call.query("group_name");
        const groups = call.harbor.state.groups.filter(
            (group) => name === undefined || group.group_name.includes(name),
        );
        return call.list(groups, showGroup, { group_name: (group) => group.group_name });
    });
    routes.get("/usergroups/search", (call) => {
        call.harbor.requireAuthenticated(call.principal);
        const name = call.query("groupname") ?? "";
        const groups = call.harbor.state.groups.filter((group) => group.group_name.includes(name));
        return call.list(groups, ({ id, group_name, group_type }) => ({ id, group_name, group_type }));
    });
    routes.post("/usergroups", (call) => {
        const { harbor } = call;
        harbor.requireSystem(call.principal, "user-group", "create");
        const request = call.body(groupRequest);
        const wanted = {
            group_name: request.group_name ?? "",
            group_type: request.group_type ?? 0,
            ldap_group_dn: request.ldap_group_dn ?? "",
        };
        if (findGroup(harbor, wanted)) {
            throw conflict(`the user group ${wanted.group_name} already exists`);
        }
        return call.created(ensureGroup(harbor, wanted).id);
    });
    routes.get("/usergroups/:id", (call) => {
        call.harbor.requireSystem(call.principal, "user-group", "read");
        return showGroup(groupOfPath(call));
    });
    routes.put("/usergroups/:id", (call) => {
        call.harbor.requireSystem(call.principal, "user-group", "update");
        const { group_name } = call.body(groupRequest);
        if (!group_name) {
            throw badRequest("the group name is empty");
        }
        groupOfPath(call).group_name = group_name;
    });
    routes.delete("/usergroups/:id", (call) => {
        const { harbor } = call;
        harbor.requireSystem(call.principal, "user-group", "delete");
        const group = groupOfPath(call);
        harbor.state.groups = harbor.state.groups.filter((candidate) => candidate !== group);
        harbor.state.members = harbor.state.members.filter(
            (member) => !(member.entity_type === "g" && member.entity_id === group.id),
        );
    });
}

type GroupSpec = Omit<UserGroup, "id" | "members">;

function findGroup(harbor: Harbor, spec: GroupSpec): UserGroup | undefined {
    return harbor.state.groups.find((group) =>
        spec.ldap_group_dn === ""
            ? group.group_name === spec.group_name && group.group_type === spec.group_type
            : group.ldap_group_dn.toLowerCase() === spec.ldap_group_dn.toLowerCase(),
    );
}

/** The group, made when Harbor does not know it yet. @throws HarborError 400 for a group that cannot be. */
export function ensureGroup(harbor: Harbor, spec: GroupSpec): UserGroup {
    const found = findGroup(harbor, spec);
    if (found) {
        return found;
    }
    if (![1, 2, 3].includes(spec.group_type)) {
        throw badRequest(`invalid group type: ${spec.group_type}`);
    }
    if (spec.group_type === 1 && spec.ldap_group_dn === "") {
        throw badRequest("the LDAP group DN is empty");
    }
    const name = spec.group_name || (/^cn=([^,]+)/i.exec(spec.ldap_group_dn)?.[1] ?? "");
    if (name === "" || name.length > 255) {
        throw badRequest("the group name is empty or longer than 255 characters");
    }
    const group: UserGroup = { ...spec, group_name: name, id: harbor.nextId("group"), members: [] };
    harbor.state.groups.push(group);
    return group;
}

function groupOfPath(call: Call): UserGroup {
    const id = call.id("id");
    const group = call.harbor.state.groups.find((candidate) => candidate.id === id);
    if (!group) {
        throw notFound(`user group ${id} not found`);
    }
    return group;
}

const showGroup = ({ members: _members, ...group }: UserGroup): unknown => group;
