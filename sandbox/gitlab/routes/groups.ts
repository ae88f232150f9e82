import { effectiveGroupLevel, groupLevel, seesGroup, seesProject } from "../access";
import type { Call, Routes } from "../call";
import { ApiError, conflict, forbidden, invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Group } from "../model";
import {
    bool,
    clearable,
    day,
    filled,
    int,
    ints,
    object,
    oneOf,
    oneOfNumbers,
    required,
    text,
    parseBoolean,
    type Input,
} from "../params";
import { showGroup, showGroupDetail, showProject } from "../present";
import { randomText } from "../secrets";
import { groupSettings, readSettings } from "../settings";
import { pageOfProjects } from "./projectLists";

const visibility = oneOf("private", "internal", "public");
const order: Record<string, number> = { private: 0, internal: 1, public: 2 };

/** Groups and subgroups. */
export function registerGroups(routes: Routes, gitlab: GitLab): void {
    routes.get("/groups", async (call) => {
        await gitlab.sweep();
        const { order_by: order, sort } = call.parse({ order_by: text(), sort: text() });
        return call.page(
            filterGroups(gitlab, call, gitlab.state.groups),
            (group) => showGroup(gitlab, group),
            {
                keyset: {
                    by: "cursor",
                    key: (group) => group.id,
                    offered: (order === undefined || order === "name") && sort !== "desc",
                },
            },
        );
    });
    routes.post("/groups", (call) => createGroup(gitlab, call));
    routes.get("/groups/:id", (call) => {
        const group = call.group();
        const { with_projects: withProjects } = call.parse({
            with_projects: bool(),
            with_custom_attributes: bool(),
        });
        return {
            ...showGroupDetail(gitlab, group, call.groupLevel(group)),
            ...(withProjects === false
                ? {}
                : {
                      projects: gitlab
                          .projectsOf(group.id)
                          .filter((project) => seesProject(gitlab, call.maybeUser, project))
                          .slice(0, 100)
                          .map((project) => showProject(gitlab, project, call.maybeUser)),
                      shared_projects: [],
                  }),
        };
    });
    routes.put("/groups/:id", (call) => updateGroup(gitlab, call));
    routes.delete("/groups/:id", (call) => deleteGroup(gitlab, call));
    routes.post("/groups/:id/restore", (call) => {
        const group = call.group(Level.owner);
        if (!group.markedForDeletion) {
            throw invalid("Group has not been marked for deletion");
        }
        group.name = group.markedForDeletion.name;
        group.path = group.markedForDeletion.path;
        group.markedForDeletion = null;
        return showGroupDetail(gitlab, group, Level.owner);
    });
    for (const [action, archived] of [
        ["archive", true],
        ["unarchive", false],
    ] as const) {
        routes.post(`/groups/:id/${action}`, (call) => {
            const group = call.group(Level.owner);
            group.archived = archived;
            return showGroupDetail(gitlab, group, Level.owner);
        });
    }
    routes.post("/groups/:id/transfer", (call) => transferGroup(gitlab, call));
    routes.get("/groups/:id/subgroups", (call) =>
        call.page(filterGroups(gitlab, call, gitlab.subgroups(call.group(), false)), (group) =>
            showGroup(gitlab, group),
        ),
    );
    routes.get("/groups/:id/descendant_groups", (call) =>
        call.page(filterGroups(gitlab, call, gitlab.subgroups(call.group(), true)), (group) =>
            showGroup(gitlab, group),
        ),
    );
    routes.get("/groups/:id/projects", async (call) => {
        await gitlab.sweep();
        const group = call.group();
        const wanted = call.parse({
            include_subgroups: bool(),
            include_ancestor_groups: bool(),
            with_shared: bool(),
        });
        const groups = [
            group,
            ...(wanted.include_subgroups ? gitlab.subgroups(group, true) : []),
            ...(wanted.include_ancestor_groups ? gitlab.lineage(group).slice(1) : []),
        ];
        const own = groups.flatMap((each) => gitlab.projectsOf(each.id));
        const shared =
            wanted.with_shared === false
                ? []
                : gitlab.state.projects.filter((project) =>
                      project.shares.some((share) => share.groupId === group.id),
                  );
        return pageOfProjects(gitlab, call, [...new Set([...own, ...shared])]);
    });
}

function filterGroups(gitlab: GitLab, call: Call, groups: Group[]): Group[] {
    const wanted = call.parse({
        search: text(),
        top_level_only: bool(),
        owned: bool(),
        all_available: bool(),
        min_access_level: oneOfNumbers(5, 10, 15, 20, 30, 40, 50),
        visibility,
        skip_groups: ints(),
        statistics: bool(),
        with_custom_attributes: bool(),
        archived: bool(),
        active: bool(),
        marked_for_deletion_on: day(),
        sort: oneOf("asc", "desc"),
        order_by: oneOf("name", "path", "id", "similarity"),
    });
    const user = call.maybeUser;
    const search = wanted.search?.toLowerCase() ?? "";
    const found = groups.filter(
        (group) =>
            seesGroup(gitlab, user, group) &&
            wanted.skip_groups?.includes(group.id) !== true &&
            (wanted.archived === undefined || group.archived === wanted.archived) &&
            (wanted.active === undefined ||
                (!group.archived && group.markedForDeletion === null) === wanted.active) &&
            (!wanted.marked_for_deletion_on ||
                group.markedForDeletion?.on === wanted.marked_for_deletion_on) &&
            (wanted.top_level_only !== true || group.parentId === null) &&
            (wanted.owned !== true || (user && groupLevel(gitlab, user, group) >= Level.owner)) &&
            (wanted.all_available !== false || (user && effectiveGroupLevel(gitlab, user, group) > 0)) &&
            (wanted.min_access_level === undefined ||
                (user && effectiveGroupLevel(gitlab, user, group) >= wanted.min_access_level)) &&
            (wanted.visibility === undefined || group.visibility === wanted.visibility) &&
            `${group.name} ${gitlab.groupPath(group)}`.toLowerCase().includes(search),
    );
    const key = wanted.order_by ?? "name";
    found.sort((a, b) =>
        key === "id"
            ? a.id - b.id
            : key === "path"
              ? a.path.localeCompare(b.path)
              : a.name.localeCompare(b.name),
    );
    return wanted.sort === "desc" ? found.reverse() : found;
}

/** @throws ApiError 400 for a path GitLab would not take. */
export function checkPath(path: string, attribute = "path"): void {
    if (
        !/^[a-zA-Z0-9_.][a-zA-Z0-9_.-]*$/.test(path) ||
        /(\.git|\.atom|\.)$/.test(path) ||
        path.length > 255
    ) {
        throw invalid({
            [attribute]: [
                "can only include non-accented letters, digits, '_', '-' and '.'. It must not start with '-', " +
                    "end in '.', '.git' or '.atom'.",
            ],
        });
    }
}

/** Names of routes of GitLab, which a project or a subgroup would hide. */
const reserved =
    "- badges blame blob builds commits create create_dir edit files find_file new preview raw refs tree update wikis".split(
        " ",
    );

/** Names at the top of GitLab's routes. */
const reservedAtTop = [
    ...reserved,
    ...(
        ".well-known 404.html 422.html 500.html 502.html 503.html admin api apple-touch-icon.png assets dashboard " +
        "deploy.html explore favicon.ico favicon.png files groups health_check help import jwt login oauth profile " +
        "projects public robots.txt s search sitemap sitemap.xml sitemap.xml.gz slash-command-logo.png snippets " +
        "unsubscribes uploads users v2"
    ).split(" "),
];

/** @throws ApiError 400 for a path that one of GitLab's own routes has. */
export function refuseReserved(path: string, kind: "project" | "subgroup" | "top"): void {
    if ((kind === "top" ? reservedAtTop : reserved).includes(path.toLowerCase())) {
        throw invalid({
            path: [`${path} is a reserved name`],
            ...(kind === "project" ? { "project_namespace.path": [`${path} is a reserved name`] } : {}),
        });
    }
}

/** @throws ApiError 400 for a name that GitLab does not take for a group. */
function checkGroupName(name: string): void {
    if (
        !/^[\p{L}\p{N}\p{Emoji_Presentation}\p{Extended_Pictographic}_][\p{L}\p{N}\p{Pd}\p{Emoji_Presentation}\p{Extended_Pictographic}\uFE0F_. ()-]*$/u.test(
            name,
        )
    ) {
        throw invalid({
            name: [
                "can contain only letters, digits, emoji, '_', '.', dash, space, or parenthesis. " +
                    "It must start with letter, digit, emoji, or '_'.",
            ],
        });
    }
}

/** A new group's mistakes come in one sentence, not by attribute as those of a change. */
function saving(check: () => void): void {
    try {
        check();
    } catch (error) {
        const message = (error as ApiError).body as { message?: Record<string, string[]> };
        const pairs = Object.entries(message.message ?? {}).map(
            ([name, problems]) => `:${name}=>${JSON.stringify(problems)}`,
        );
        throw invalid(`Failed to save group {${pairs.join(", ")}}`);
    }
}

function createGroup(gitlab: GitLab, call: Call): unknown {
    const { user } = call;
    const wanted = call.parse({
        name: required(filled()),
        path: required(filled()),
        parent_id: int(),
        description: clearable(),
        visibility,
        default_branch_protection: oneOfNumbers(0, 1, 2, 3, 4),
        default_branch_protection_defaults: object(),
    });
    saving(() => {
        checkPath(wanted.path);
        refuseReserved(wanted.path, wanted.parent_id === undefined ? "top" : "subgroup");
        checkGroupName(wanted.name);
    });
    const parent = wanted.parent_id === undefined ? undefined : gitlab.group(wanted.parent_id);
    if (wanted.parent_id !== undefined) {
        if (!parent || !seesGroup(gitlab, user, parent)) {
            throw notFound("Group");
        }
        const needed =
            parent.settings["subgroup_creation_level"] === "owner" ? Level.owner : Level.maintainer;
        if (effectiveGroupLevel(gitlab, user, parent) < needed) {
            throw forbidden();
        }
        if (parent.markedForDeletion) {
            throw invalid({ base: ["Parent group is marked for deletion"] });
        }
    } else if (user.kind !== "human" || user.settings["can_create_group"] === false || user.external) {
        throw forbidden();
    }
    requireFreeGroupPath(gitlab, parent?.id ?? null, wanted.path);
    const visible = wanted.visibility ?? parent?.visibility ?? "private";
    if (parent && (order[visible] ?? 0) > (order[parent.visibility] ?? 0)) {
        throw invalid({
            visibility_level: [
                `${visible} is not allowed since the parent group has a ${parent.visibility} visibility.`,
            ],
        });
    }
    const group = gitlab.newGroup({
        name: wanted.name,
        path: wanted.path,
        parentId: parent?.id ?? null,
        description: wanted.description ?? "",
        visibility: visible,
        runnersToken: `GR1348941${randomText(20)}`,
    });
    keepSettings(gitlab, group, call.input, wanted);
    // Also where the creator inherits a role from above: GitLab adds an owner to every new group.
    group.members.push({
        userId: user.id,
        accessLevel: Level.owner,
        createdAt: gitlab.now(),
        createdById: user.id,
        expiresAt: null,
    });
    gitlab.state.groups.push(group);
    return showGroupDetail(gitlab, group, Level.owner);
}

function keepSettings(
    gitlab: GitLab,
    group: Group,
    input: Input,
    wanted: { default_branch_protection?: number; default_branch_protection_defaults?: Input },
): void {
    Object.assign(group.settings, readSettings(input, groupSettings, gitlab.tier));
    if (wanted.default_branch_protection !== undefined) {
        group.settings["default_branch_protection"] = wanted.default_branch_protection;
    }
    const defaults = wanted.default_branch_protection_defaults;
    if (defaults !== undefined) {
        const levels = (name: string): { access_level: number }[] => {
            const list = Object.values((defaults[name] ?? []) as Record<string, { access_level?: unknown }>);
            const read = list.map((each) => ({ access_level: Number(each.access_level) }));
            return read.length > 0 ? read : [{ access_level: Level.maintainer }];
        };
        const push = levels("allowed_to_push");
        const merge = levels("allowed_to_merge");
        group.settings["default_branch_protection_defaults"] = {
            allowed_to_push: push,
            allow_force_push: parseBoolean(defaults["allow_force_push"]) ?? false,
            allowed_to_merge: merge,
            developer_can_initial_push: parseBoolean(defaults["developer_can_initial_push"]) ?? false,
        };
        if (wanted.default_branch_protection === undefined) {
            group.settings["default_branch_protection"] =
                push[0]?.access_level === Level.developer
                    ? 1
                    : merge[0]?.access_level === Level.developer
                      ? 3
                      : 2;
        }
    }
}

/** @throws ApiError 400 when a group, project or user has this path already. */
export function requireFreeGroupPath(
    gitlab: GitLab,
    parentId: number | null,
    path: string,
    except?: Group,
): void {
    const lower = path.toLowerCase();
    const taken =
        gitlab.state.groups.some(
            (group) => group !== except && group.parentId === parentId && group.path.toLowerCase() === lower,
        ) ||
        (parentId === null
            ? gitlab.userNamed(path) !== undefined
            : gitlab.projectsOf(parentId).some((project) => project.path.toLowerCase() === lower));
    if (taken) {
        throw new ApiError(400, {
            message: `Failed to save group {:path=>["has already been taken"]}`,
        });
    }
}

function updateGroup(gitlab: GitLab, call: Call): unknown {
    const group = call.group(Level.owner);
    const wanted = call.parse({
        name: filled(),
        path: filled(),
        description: clearable(),
        visibility,
        default_branch_protection: oneOfNumbers(0, 1, 2, 3, 4),
        default_branch_protection_defaults: object(),
    });
    if (wanted.path !== undefined && wanted.path !== group.path) {
        checkPath(wanted.path);
        refuseReserved(wanted.path, group.parentId === null ? "top" : "subgroup");
        requireFreeGroupPath(gitlab, group.parentId, wanted.path, group);
        group.path = wanted.path;
    }
    if (wanted.name !== undefined) {
        checkGroupName(wanted.name);
    }
    if (wanted.visibility !== undefined && wanted.visibility !== group.visibility) {
        const level = order[wanted.visibility] ?? 0;
        const parent = gitlab.group(group.parentId);
        const inside = [...gitlab.subgroups(group, false), ...gitlab.projectsOf(group.id)];
        if (parent && level > (order[parent.visibility] ?? 0)) {
            throw invalid({
                visibility_level: [
                    `${wanted.visibility} is not allowed since the parent group has a ${parent.visibility} visibility.`,
                ],
            });
        }
        if (inside.some((each) => (order[each.visibility] ?? 0) > level)) {
            throw invalid({
                visibility_level: [
                    `${wanted.visibility} is not allowed since this group contains projects with higher visibility.`,
                ],
            });
        }
        group.visibility = wanted.visibility;
    }
    group.name = wanted.name ?? group.name;
    group.description = wanted.description ?? group.description;
    keepSettings(gitlab, group, call.input, wanted);
    return showGroupDetail(gitlab, group, Level.owner);
}

/**
 * The first DELETE marks the group and frees its path; what is marked goes for good when the adjourned period is
 * over, or at once with `permanently_remove` and the right `full_path`.
 */
async function deleteGroup(gitlab: GitLab, call: Call): Promise<unknown> {
    const group = call.group(Level.owner);
    const wanted = call.parse({ permanently_remove: bool(), full_path: text() });
    if (wanted.permanently_remove) {
        if (!group.markedForDeletion) {
            throw invalid("Group must be marked for deletion first.");
        }
        if (wanted.full_path !== gitlab.groupPath(group)) {
            throw invalid("`full_path` is incorrect. You must enter the complete path for the subgroup.");
        }
        await gitlab.removeGroup(group);
    } else {
        if (group.markedForDeletion) {
            throw invalid("Group has been already marked for deletion");
        }
        if (gitlab.lineage(group).some((each) => each.markedForDeletion)) {
            throw conflict("Group is inside a group that is marked for deletion");
        }
        markForDeletion(gitlab, group);
    }
    call.status(202);
    return { message: "202 Accepted" };
}

/** Marks a group or project, and moves its name and path out of the way of a new one. */
export function markForDeletion(
    gitlab: GitLab,
    space: { id: number; name: string; path: string; markedForDeletion: Group["markedForDeletion"] },
): void {
    space.markedForDeletion = { on: gitlab.today(), name: space.name, path: space.path };
    space.name = `${space.name}-deletion_scheduled-${space.id}`;
    space.path = `${space.path}-deletion_scheduled-${space.id}`;
}

function transferGroup(gitlab: GitLab, call: Call): unknown {
    const group = call.group(Level.owner);
    const { group_id: targetId } = call.parse({ group_id: int() });
    const target = targetId === undefined ? undefined : gitlab.group(targetId);
    if (targetId !== undefined) {
        if (!target || !seesGroup(gitlab, call.user, target)) {
            throw notFound("Group");
        }
        if (effectiveGroupLevel(gitlab, call.user, target) < Level.maintainer) {
            throw forbidden();
        }
        if (gitlab.lineage(target).includes(group)) {
            throw invalid("Transfer failed: The group is already a parent of the new parent group.");
        }
        if ((order[group.visibility] ?? 0) > (order[target.visibility] ?? 0)) {
            throw invalid("Transfer failed: Visibility level is higher than the parent group's.");
        }
    }
    if ((target?.id ?? null) === group.parentId) {
        throw invalid(
            group.parentId === null
                ? "Transfer failed: Group is already a root group."
                : "Transfer failed: Group is already associated to the parent group.",
        );
    }
    requireFreeGroupPath(gitlab, target?.id ?? null, group.path);
    group.parentId = target?.id ?? null;
    return showGroupDetail(gitlab, group, Level.owner);
}
