/**
 * Roles people have in a team's group without a membership of the estate's: inherited from a group above, or because
 * GitLab makes whoever creates a group its Owner. GitLab refuses a membership below an inherited role, and a second one.
 */
import { hasRole } from "../../estate/accessRoles";
import type { GitLab, Team } from "../../estate/model";
import { groupMembers, tokenUser, type Lookup } from "./lookup";

/** GitLab's word for a role, by user name in lower case: GitLab compares user names without case. */
export type ExistingRoles = Readonly<Record<string, string>>;

/** Whether a person's role is at least `wanted` already. A role GitLab added later counts as none. */
export function hasAtLeast(
    existing: ExistingRoles,
    user: string,
    wanted: "developer" | "maintainer",
): boolean {
    return hasRole(existing[user.toLowerCase()], wanted);
}

/** What the server says about a team's group, for {@link existingRolesOf}. */
export interface FoundRoles {
    /** Everybody with a role in the closest group above that exists, inherited ones included. */
    readonly above: ExistingRoles;
    /** Whom the token belongs to. */
    readonly self: string;
    /** Members of the team's own group; absent: it is made in this run. */
    readonly own?: ExistingRoles;
}

/**
 * Who has which role in a team's group without a membership of the estate's. The estate makes nobody Owner, so the
 * token's user is one by having made the group. Anybody else who is Owner of just this group was made so by hand, which
 * a refresh mends.
 */
export function existingRolesOf({ above, self, own }: FoundRoles): ExistingRoles {
    const creator = own === undefined || own[self] === "owner";
    return creator ? { ...above, [self]: "owner" } : above;
}

/**
 * Looks up who has a role in the teams' groups already, by team. Asked in every run, so that who loses an inherited role
 * gets the membership in the next one.
 */
export async function existingRoles(
    server: Pick<GitLab, "group">,
    teams: Readonly<Record<string, Team>>,
    lookup: Lookup,
): Promise<Record<string, ExistingRoles>> {
    const people = ({ maintainers, developers }: Team): string[] =>
        [...maintainers, ...developers].map((user) => user.toLowerCase());
    if (Object.values(teams).every((team) => people(team).length === 0)) {
        return {};
    }
    const [above, self] = await Promise.all([rolesAbove(server.group, lookup), tokenUser(lookup)]);
    const found = await Promise.all(
        Object.values(teams).map(async (team): Promise<[string, ExistingRoles]> => {
            // Only of the token's user there is more to know than what is inherited.
            const own = people(team).includes(self) ? await groupMembers(team.group, false, lookup) : {};
            return [team.name, existingRolesOf({ above, self, ...(own === undefined ? {} : { own }) })];
        }),
    );
    return Object.fromEntries(found);
}

/** Of the estate's group, or, before it is made, of the closest one above. */
async function rolesAbove(group: string, lookup: Lookup): Promise<ExistingRoles> {
    const found = await groupMembers(group, true, lookup);
    const end = group.lastIndexOf("/");
    return found ?? (end < 0 ? {} : rolesAbove(group.slice(0, end), lookup));
}
