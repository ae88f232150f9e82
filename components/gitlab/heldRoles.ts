/**
 * Roles people have in a team's group without a membership of the estate's: inherited from a group above, or because
 * GitLab makes whoever creates a group its Owner. GitLab refuses a membership below an inherited role, and a second one.
 */
import { holdsRole } from "../../estate/accessRoles";
import type { GitLab, Team } from "../../estate/model";
import { groupMembers, tokenUser, type Lookup } from "./lookup";

/** GitLab's word for a role, by user name in lower case: GitLab compares user names without case. */
export type HeldRoles = Readonly<Record<string, string>>;

/** Whether a person's role is at least `wanted` already. A role GitLab added later counts as none. */
export function holdsAtLeast(held: HeldRoles, user: string, wanted: "developer" | "maintainer"): boolean {
    return holdsRole(held[user.toLowerCase()], wanted);
}

/** What the server says about a team's group, for {@link heldIn}. */
export interface FoundRoles {
    /** Everybody with a role in the closest group above that exists, inherited ones included. */
    readonly above: HeldRoles;
    /** Whom the token belongs to. */
    readonly self: string;
    /** Members of the team's own group; absent: it is made in this run. */
    readonly own?: HeldRoles;
}

/**
 * Who has which role in a team's group without a membership of the estate's. The estate makes nobody Owner, so the
 * token's user is one by having made the group. Anybody else who is Owner of just this group was made so by hand, which
 * a refresh mends.
 */
export function heldIn({ above, self, own }: FoundRoles): HeldRoles {
    const creator = own === undefined || own[self] === "owner";
    return creator ? { ...above, [self]: "owner" } : above;
}

/**
 * Looks up who has a role in the teams' groups already, by team. Asked in every run, so that who loses an inherited role
 * gets the membership in the next one.
 */
export async function heldRoles(
    server: Pick<GitLab, "group">,
    teams: Readonly<Record<string, Team>>,
    lookup: Lookup,
): Promise<Record<string, HeldRoles>> {
    const people = ({ maintainers, developers }: Team): string[] =>
        [...maintainers, ...developers].map((user) => user.toLowerCase());
    if (Object.values(teams).every((team) => people(team).length === 0)) {
        return {};
    }
    const [above, self] = await Promise.all([rolesAbove(server.group, lookup), tokenUser(lookup)]);
    const found = await Promise.all(
        Object.values(teams).map(async (team): Promise<[string, HeldRoles]> => {
            // Only of the token's user there is more to know than what is inherited.
            const own = people(team).includes(self) ? await groupMembers(team.group, false, lookup) : {};
            return [team.name, heldIn({ above, self, ...(own === undefined ? {} : { own }) })];
        }),
    );
    return Object.fromEntries(found);
}

/** Of the estate's group, or, before it is made, of the closest one above. */
async function rolesAbove(group: string, lookup: Lookup): Promise<HeldRoles> {
    const found = await groupMembers(group, true, lookup);
    const end = group.lastIndexOf("/");
    return found ?? (end < 0 ? {} : rolesAbove(group.slice(0, end), lookup));
}
