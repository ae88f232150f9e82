import { effectiveGroupLevel, groupLevel, projectLevel } from "../access";
import type { Call, Routes } from "../call";
import { conflict, forbidden, invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Group, type Member, type Project, type Share } from "../model";
import { bool, day, int, ints, oneOf, oneOfNumbers, parse, required, text, stringList } from "../params";
import { basicUser, showGroupDetail } from "../present";

export const roles = [5, 10, 15, 20, 30, 40, 50];

/** Members and invited groups, of projects and groups alike. */
export function registerMembers(routes: Routes, gitlab: GitLab): void {
    for (const kind of ["projects", "groups"] as const) {
        const base = `/${kind}/:id`;
        routes.get(`${base}/members`, (call) => {
            const { space } = place(call, kind, Level.none);
            return call.page(filter(gitlab, call, activeMembers(gitlab, space)), (member) =>
                showMember(gitlab, member),
            );
        });
        routes.get(`${base}/members/all`, (call) => {
            const { space } = place(call, kind, Level.none);
            return call.page(filter(gitlab, call, allMembers(gitlab, space)), (member) =>
                showMember(gitlab, member),
            );
        });
        routes.get(`${base}/members/all/:user_id`, (call) => {
            const { space } = place(call, kind, Level.none);
            const found = allMembers(gitlab, space).find((each) => each.userId === call.number("user_id"));
            return showMember(gitlab, found ?? missing());
        });
        routes.get(`${base}/members/:user_id`, (call) => {
            const { space } = place(call, kind, Level.none);
            return showMember(gitlab, memberOf(call, space));
        });
        routes.post(`${base}/members`, (call) => {
            const { space, level } = place(call, kind, kind === "groups" ? Level.owner : Level.maintainer);
            return addMembers(gitlab, call, space, level);
        });
        routes.put(`${base}/members/:user_id`, (call) => {
            const { space, level } = place(call, kind, kind === "groups" ? Level.owner : Level.maintainer);
            const member = memberOf(call, space);
            const wanted = call.parse({ access_level: required(oneOfNumbers(...roles)), expires_at: day() });
            refuseAbove(level, Math.max(wanted.access_level, member.accessLevel));
            refuseLastOwner(gitlab, space, member, wanted.access_level);
            refuseBelowInherited(gitlab, space, member.userId, wanted.access_level);
            member.accessLevel = wanted.access_level;
            if (wanted.expires_at !== undefined) {
                member.expiresAt = wanted.expires_at;
            }
            return showMember(gitlab, member);
        });
        routes.delete(`${base}/members/:user_id`, (call) => {
            const self = Number(call.id("user_id")) === call.user.id;
            const needed = self ? Level.none : kind === "groups" ? Level.owner : Level.maintainer;
            const { space, level } = place(call, kind, needed);
            const member = memberOf(call, space);
            if (!self) {
                refuseAbove(level, member.accessLevel);
            }
            refuseLastOwner(gitlab, space, member, 0);
            space.members = space.members.filter((each) => each !== member);
        });

        routes.post(`${base}/share`, (call) => {
            const { space } = place(call, kind, kind === "groups" ? Level.owner : Level.maintainer);
            const share = addShare(gitlab, call, space);
            return kind === "groups"
                ? showGroupDetail(gitlab, space as Group, Level.owner)
                : showShare(share, space);
        });
        routes.delete(`${base}/share/:group_id`, (call) => {
            const { space } = place(call, kind, kind === "groups" ? Level.owner : Level.maintainer);
            const share = space.shares.find((each) => each.groupId === call.number("group_id"));
            if (!share) {
                throw notFound(kind === "groups" ? "Group Link" : "Group Link");
            }
            space.shares = space.shares.filter((each) => each !== share);
        });
    }
}

/** The group or project in the path and the asker's level in it. */
export function place(
    call: Call,
    kind: "projects" | "groups",
    level: number,
): { space: Group | Project; level: number } {
    if (kind === "groups") {
        const group = call.group(level);
        return { space: group, level: call.groupLevel(group) };
    }
    const project = call.project(level);
    return { space: project, level: call.projectLevel(project) };
}

function activeMembers(gitlab: GitLab, space: Group | Project): Member[] {
    const today = gitlab.today();
    return space.members.filter((member) => member.expiresAt === null || member.expiresAt > today);
}

/** Direct and inherited members, each once with the highest level. */
function allMembers(gitlab: GitLab, space: Group | Project): Member[] {
    const above = "namespaceId" in space ? gitlab.lineage(gitlab.groupOf(space)) : gitlab.lineage(space);
    const owner = "namespaceId" in space ? gitlab.namespaceOwner(space.namespaceId) : undefined;
    const best = new Map<number, Member>();
    const take = (member: Member): void => {
        const known = best.get(member.userId);
        if (!known || known.accessLevel < member.accessLevel) {
            best.set(member.userId, member);
        }
    };
    activeMembers(gitlab, space).forEach(take);
    for (const group of above) {
        activeMembers(gitlab, group).forEach(take);
    }
    for (const share of [space, ...above].flatMap((each) => each.shares)) {
        for (const group of gitlab.lineage(gitlab.group(share.groupId))) {
            for (const member of activeMembers(gitlab, group)) {
                take({ ...member, accessLevel: Math.min(member.accessLevel, share.accessLevel) });
            }
        }
    }
    if (owner) {
        take({
            userId: owner.id,
            accessLevel: Level.owner,
            createdAt: space.createdAt,
            createdById: owner.id,
            expiresAt: null,
        });
    }
    return [...best.values()];
}

function filter(gitlab: GitLab, call: Call, members: Member[]): Member[] {
    const wanted = call.parse({
        query: text(),
        user_ids: ints(),
        skip_users: ints(),
        show_seat_info: bool(),
        with_saml_identity: bool(),
        state: oneOf("awaiting", "active"),
    });
    const query = wanted.query?.toLowerCase();
    return members.filter((member) => {
        const user = gitlab.user(member.userId);
        return (
            user !== undefined &&
            (wanted.user_ids === undefined || wanted.user_ids.includes(user.id)) &&
            wanted.skip_users?.includes(user.id) !== true &&
            wanted.state !== "awaiting" &&
            (query === undefined ||
                [user.name, user.username, user.email].some((each) => each.toLowerCase().includes(query)))
        );
    });
}

function missing(): never {
    throw notFound();
}

function memberOf(call: Call, space: Group | Project): Member {
    const id = call.number("user_id");
    return space.members.find((each) => each.userId === id) ?? missing();
}

function addMembers(gitlab: GitLab, call: Call, space: Group | Project, level: number): unknown {
    const wanted = call.parse({
        user_id: stringList(),
        username: stringList(),
        access_level: required(oneOfNumbers(...roles)),
        expires_at: day(),
    });
    refuseAbove(level, wanted.access_level);
    const ids = (wanted.user_id ?? []).map(Number);
    const names = wanted.username ?? [];
    if (ids.length + names.length === 0) {
        throw invalid("user_id or username is missing");
    }
    const users = [...ids.map((id) => gitlab.user(id)), ...names.map((name) => gitlab.userNamed(name))];
    const added: Member[] = [];
    for (const user of users) {
        if (!user) {
            throw notFound("User");
        }
        if (user.kind === "project_bot") {
            throw invalid({ user: ["Project bots cannot be added to other groups / projects"] });
        }
        if (space.members.some((each) => each.userId === user.id)) {
            throw conflict("Member already exists");
        }
        refuseBelowInherited(gitlab, space, user.id, wanted.access_level);
        added.push({
            userId: user.id,
            accessLevel: wanted.access_level,
            createdAt: gitlab.now(),
            createdById: call.user.id,
            expiresAt: wanted.expires_at ?? null,
        });
    }
    space.members.push(...added);
    const [only] = added;
    return added.length === 1 && only ? showMember(gitlab, only) : { status: "success" };
}

/** Nobody gives or takes a role above their own. */
export function refuseAbove(own: number, wanted: number): void {
    if (wanted > own) {
        throw forbidden();
    }
}

function refuseLastOwner(gitlab: GitLab, space: Group | Project, member: Member, next: number): void {
    if ("namespaceId" in space || next >= Level.owner || member.accessLevel < Level.owner) {
        return;
    }
    const owners = activeMembers(gitlab, space).filter((each) => each.accessLevel >= Level.owner);
    if (owners.length === 1 && space.parentId === null) {
        throw forbidden("The last owner of a top-level group cannot be removed or demoted");
    }
}

function refuseBelowInherited(gitlab: GitLab, space: Group | Project, userId: number, wanted: number): void {
    const user = gitlab.user(userId);
    const parent = "namespaceId" in space ? gitlab.groupOf(space) : gitlab.group(space.parentId);
    const inherited = user && parent ? groupLevel(gitlab, user, parent) : 0;
    if (wanted < inherited) {
        throw invalid({
            access_level: [
                `should be greater than or equal to ${levelName(inherited)} inherited membership from group ${parent?.name ?? ""}`,
            ],
        });
    }
}

function levelName(level: number): string {
    return (
        { 10: "Guest", 15: "Planner", 20: "Reporter", 30: "Developer", 40: "Maintainer", 50: "Owner" }[
            level
        ] ?? String(level)
    );
}

function showMember(gitlab: GitLab, member: Member): unknown {
    return {
        ...basicUser(gitlab, gitlab.user(member.userId)),
        access_level: member.accessLevel,
        created_at: member.createdAt,
        created_by: basicUser(gitlab, gitlab.user(member.createdById)),
        expires_at: member.expiresAt,
        membership_state: "active",
    };
}

function addShare(gitlab: GitLab, call: Call, space: Group | Project): Share {
    const wanted = parse(call.input, {
        group_id: required(int()),
        group_access: required(oneOfNumbers(...roles.filter((role) => role >= 10))),
        expires_at: day(),
    });
    const group = gitlab.group(wanted.group_id);
    if (!group || effectiveGroupLevel(gitlab, call.user, group) < Level.guest) {
        throw notFound("Group");
    }
    const ancestors = "namespaceId" in space ? gitlab.lineage(gitlab.groupOf(space)) : gitlab.lineage(space);
    // A subgroup may be shared with a group above it, a project may not.
    const refused = "namespaceId" in space ? ancestors : [space];
    if (refused.some((each) => each.id === group.id)) {
        throw invalid({ group: ["is an ancestor or the same group"] });
    }
    if (ancestors.some((each) => each.settings["share_with_group_lock"] === true)) {
        throw invalid({ base: ["The project sharing with group is disabled"] });
    }
    if (space.shares.some((each) => each.groupId === group.id)) {
        throw conflict({ base: ["already shared with this group"] });
    }
    const own =
        "namespaceId" in space
            ? projectLevel(gitlab, call.user, space)
            : groupLevel(gitlab, call.user, space);
    if (!call.isAdmin && wanted.group_access > own) {
        throw forbidden();
    }
    const share: Share = {
        id: gitlab.nextId("share"),
        groupId: group.id,
        accessLevel: wanted.group_access,
        expiresAt: wanted.expires_at ?? null,
        createdAt: gitlab.now(),
    };
    space.shares.push(share);
    return share;
}

function showShare(share: Share, space: Group | Project): unknown {
    return {
        id: share.id,
        project_id: space.id,
        group_id: share.groupId,
        group_access: share.accessLevel,
        expires_at: share.expiresAt,
    };
}
