import { z } from "zod";

import type { Call, Routes } from "../api";
import { badRequest, conflict, notFound } from "../errors";
import type { Harbor } from "../harbor";
import { type Member, type Project, roleNames, type RoleId } from "../model";
import { ensureGroup } from "./users";

const memberRequest = z.object({
    role_id: z.number().int(),
    member_user: z.object({ user_id: z.number().int().nullish(), username: z.string().nullish() }).nullish(),
    member_group: z
        .object({
            id: z.number().int().nullish(),
            group_name: z.string().nullish(),
            group_type: z.number().int().nullish(),
            ldap_group_dn: z.string().nullish(),
        })
        .nullish(),
});

/** Users and groups in projects, with their role. */
export function memberRoutes(routes: Routes): void {
    routes.get("/projects/:project/members", (call) => {
        const project = call.project("member", "list");
        const entity = call.query("entityname");
        const members = call.harbor.state.members.filter(
            (member) =>
                member.project_id === project.project_id &&
                (entity === undefined || entityName(call.harbor, member).includes(entity)),
        );
        return call.list(members, (member) => show(call.harbor, member));
    });

    routes.post("/projects/:project/members", (call) => {
        const { harbor } = call;
        const project = call.project("member", "create");
        const request = call.body(memberRequest);
        const role_id = role(request.role_id);
        const target = entity(harbor, request);
        const exists = harbor.state.members.some(
            (member) =>
                member.project_id === project.project_id &&
                member.entity_type === target.entity_type &&
                member.entity_id === target.entity_id,
        );
        if (exists) {
            throw conflict("the project member is already exist");
        }
        const member: Member = {
            id: harbor.nextId("member"),
            project_id: project.project_id,
            role_id,
            ...target,
        };
        harbor.state.members.push(member);
        harbor.audit(call.principal, project.project_id, "create", "member", entityName(harbor, member));
        return call.created(member.id);
    });

    routes.get("/projects/:project/members/:id", (call) => {
        const project = call.project("member", "read");
        return show(call.harbor, find(call, project));
    });

    routes.put("/projects/:project/members/:id", (call) => {
        const project = call.project("member", "update");
        const { role_id } = call.body(z.object({ role_id: z.number().int() }));
        const member = find(call, project);
        member.role_id = role(role_id);
        const name = entityName(call.harbor, member);
        call.harbor.audit(call.principal, project.project_id, "update", "member", name);
    });

    routes.delete("/projects/:project/members/:id", (call) => {
        const { harbor } = call;
        const project = call.project("member", "delete");
        const member = find(call, project);
        harbor.state.members = harbor.state.members.filter((candidate) => candidate !== member);
        harbor.audit(call.principal, project.project_id, "delete", "member", entityName(harbor, member));
    });
}

function role(id: number): RoleId {
    if (!(id in roleNames)) {
        throw badRequest(`role id ${id} is invalid`);
    }
    return id as RoleId;
}

/** Who becomes a member. A group that is named with its type and not known yet is made, as Harbor does. */
function entity(
    harbor: Harbor,
    request: z.infer<typeof memberRequest>,
): { entity_type: "u" | "g"; entity_id: number } {
    const { member_user: user, member_group: group } = request;
    if (user?.user_id || user?.username) {
        const found = harbor.state.users.find((candidate) =>
            user.user_id ? candidate.user_id === user.user_id : candidate.username === user.username,
        );
        if (!found) {
            throw notFound(`the user ${user.username ?? user.user_id ?? ""} not found`);
        }
        return { entity_type: "u", entity_id: found.user_id };
    }
    if (group?.id) {
        const found = harbor.state.groups.find((candidate) => candidate.id === group.id);
        if (!found) {
            throw notFound(`the group ${group.id} not found`);
        }
        return { entity_type: "g", entity_id: found.id };
    }
    if (group?.group_name || group?.ldap_group_dn) {
        const made = ensureGroup(harbor, {
            group_name: group.group_name ?? "",
            group_type: group.group_type ?? (group.ldap_group_dn ? 1 : 0),
            ldap_group_dn: group.ldap_group_dn ?? "",
        });
        return { entity_type: "g", entity_id: made.id };
    }
    throw badRequest("the project member needs a user or a group");
}

function find(call: Call, project: Project): Member {
    const id = call.id("id");
    const member = call.harbor.state.members.find(
        (candidate) => candidate.id === id && candidate.project_id === project.project_id,
    );
    if (!member) {
        throw notFound(`project member ${id} not found`);
    }
    return member;
}

function entityName(harbor: Harbor, member: Member): string {
    return member.entity_type === "u"
        ? (harbor.state.users.find((user) => user.user_id === member.entity_id)?.username ?? "")
        : (harbor.state.groups.find((group) => group.id === member.entity_id)?.group_name ?? "");
}

function show(harbor: Harbor, member: Member): unknown {
    return {
        id: member.id,
        project_id: member.project_id,
        entity_name: entityName(harbor, member),
        role_name: roleNames[member.role_id],
        role_id: member.role_id,
        entity_id: member.entity_id,
        entity_type: member.entity_type,
    };
}
