/** What in a GitLab is not as a stack declares it. Pure. */
import { namedIds, namedIn, type Named } from "../../support/gitlabIds";
import type { Declared } from "../declared";
import type { Finding } from "../finding";
import { GroupLook } from "./group";
import { instanceDrift } from "./instance";
import type { GitLabInventory } from "./inventory";
import type { GitLabContext } from "./place";
import { ProjectLook } from "./project";
import { text } from "../../doctor/json";

/** Every difference, of everything the inventory knows. */
export function gitlabDrift(
    declared: readonly Declared[],
    inventory: GitLabInventory,
    context: GitLabContext,
): Finding[] {
    const naming = { ...context, ids: namedIds([...there(inventory), ...namedIn(declared)]) };
    const groups = inventory.groups.flatMap((group) =>
        new GroupLook(group, declared, inventory, naming).findings(),
    );
    const projects = inventory.projects.flatMap((project) =>
        new ProjectLook(project, declared, inventory, naming).findings(),
    );
    return [...groups, ...projects, ...instanceDrift(inventory, context)];
}

/** What the server itself says, tokens before the users that GitLab makes for them. */
function there({ groups, projects }: GitLabInventory): Named[] {
    const places = [...groups, ...projects];
    return [
        ...places.flatMap(({ id: place, accessTokens }) =>
            (accessTokens ?? []).map((token): Named => ({
                kind: "user",
                id: token["user_id"],
                name: text(token["name"]),
                noun: "accessToken",
                place,
            })),
        ),
        ...places.flatMap(({ members }) =>
            (members ?? []).map((each): Named => ({
                kind: "user",
                id: each["id"],
                name: text(each["username"]),
            })),
        ),
        ...groups.map(({ id, path }): Named => ({ kind: "group", id, name: path })),
        ...projects.flatMap(({ id: place, deployKeys, protectedBranches }) => [
            ...(deployKeys ?? []).map((key): Named => ({
                kind: "deployKey",
                id: key["id"],
                name: text(key["title"]),
                place,
            })),
            ...(protectedBranches ?? []).map((rule): Named => ({
                kind: "branch",
                id: rule["id"],
                name: text(rule["name"]),
                place,
            })),
        ]),
    ];
}
