/** What must hold of the people of teams. Pure: one table. */
import { levelOf } from "../../../../estate/accessRoles";
import type { Team } from "../../../../estate/model";
import type { Look } from "../../check";
import { titlesOf } from "../../engines";
import { checkTable, type Found } from "../../finding";
import type { GitLabFacts } from "../facts";
import { roleTitle } from "./roles";

const owner = levelOf("owner");

/** States in which nobody can sign in, and GitLab gives no role. */
const lockedOut = ["blocked", "ldap_blocked", "banned", "blocked_pending_approval"];

export const peopleChecks = checkTable<GitLabFacts, Look>(
    { id: "gitlab-person", rule: "must be a user of GitLab", fast: true, check: missingPeople },
    {
        id: "gitlab-person-blocked",
        rule: "must not be blocked",
        fast: true,
        check: ({ people }, { estate }) =>
            people.flatMap(({ username, state }) =>
                state === undefined || !lockedOut.includes(state)
                    ? []
                    : placesOf(estate.teams, username).map(({ path }) => ({
                          path,
                          value: username,
                          rule: `must not be ${state}`,
                          severity: "warning" as const,
                          fix: "take the name out, or have an administrator unblock the user",
                      })),
            ),
    },
    {
        id: "gitlab-person-spelling",
        rule: "must be spelt as GitLab has it",
        fast: true,
        check: ({ people }, { estate }) => {
            const engine = titlesOf(estate, ({ knowsPeople }) => knowsPeople);
            return people.flatMap(({ username, spelling = username }) =>
                spelling === username || engine === undefined
                    ? []
                    : placesOf(estate.teams, username).map(({ path }) => ({
                          path,
                          value: username,
                          rule: `should be spelt as GitLab has it, ${spelling}: that is the name in ${engine}'s roles`,
                          severity: "warning" as const,
                          fix: `write ${spelling}`,
                      })),
            );
        },
    },
    { id: "gitlab-person-role", rule: "already has a role", fast: true, check: higherRoles },
);

/** Where in the spec a person is named. */
function placesOf(teams: Readonly<Record<string, Team>>, username: string): { path: string; team: Team }[] {
    return Object.values(teams).flatMap((team) =>
        (["maintainers", "developers"] as const)
            .filter((list) => team[list].includes(username))
            .map((list) => ({ path: `teams.${team.name}.${list}`, team })),
    );
}

function missingPeople({ people }: GitLabFacts, { estate, made }: Look): Found[] {
    return people
        .filter(({ state }) => state === undefined)
        .flatMap(({ username }) =>
            placesOf(estate.teams, username).map(({ path, team }): Found =>
                made.members.has(`${team.name}/${username}`)
                    ? {
                          path,
                          value: username,
                          severity: "warning",
                          rule: "is no user of GitLab any more",
                          fix: "take the name out",
                      }
                    : { path, value: username, fix: "correct the name, take it out, or have the user made" },
            ),
        );
}

/** People who hold a role in the estate's group: a team below it cannot give them less. */
function higherRoles({ roles, group, above, user }: GitLabFacts, { estate }: Look): Found[] {
    const where = (group ?? above)?.fullPath ?? "the groups it makes";
    return Object.values(estate.teams).flatMap((team) =>
        (["maintainers", "developers"] as const).flatMap((list) =>
            team[list].flatMap((username) => {
                // GitLab makes whoever makes a group its Owner.
                const makes = username.toLowerCase() === user?.username.toLowerCase();
                const held = makes ? owner : (roles[username.toLowerCase()] ?? 0);
                const wanted = levelOf(list === "maintainers" ? "maintainer" : "developer");
                return held <= wanted
                    ? []
                    : [
                          {
                              path: `teams.${team.name}.${list}`,
                              value: username,
                              severity: "warning" as const,
                              rule: makes
                                  ? "is the token's user, whom GitLab makes Owner of the groups it makes: the team can give no less"
                                  : `is ${roleTitle(held) ?? "more"} of ${where} already: the team can give no less, and taking the name out takes nothing away`,
                              fix: makes
                                  ? "take the name out, or use the token of a service account"
                                  : `take the name out, or the role in ${where}`,
                          },
                      ];
            }),
        ),
    );
}
