/** The people of the teams, as GitLab knows them. */
import * as pulumi from "@pulumi/pulumi";
import type { Team } from "../../estate/model";
import { formatProblems, type Problem } from "../../estate/problem";
import { userIds, type Lookup } from "./lookup";

/** GitLab's numbers, by user name as the spec has it. */
export type People = Readonly<Record<string, number>>;

/** Everybody whom the teams name and GitLab does not have, at once. Pure. */
export function missingPeople(teams: Readonly<Record<string, Team>>, people: People): Problem[] {
    return Object.values(teams).flatMap((team) =>
        (["maintainers", "developers"] as const).flatMap((list) =>
            team[list]
                .filter((username) => people[username] === undefined)
                .map((username): Problem => ({
                    path: `teams.${team.name}.${list}`,
                    value: username,
                    id: "user-exists",
                    rule: "must be a user of GitLab",
                    fix: "correct the name, take it out, or have the user made",
                    severity: "error",
                })),
        ),
    );
}

/**
 * Looks everybody up. Who does not exist is an error of the run, told with all others in one message, and gets no
 * membership; everything else is made and updated all the same.
 */
export async function lookUpPeople(teams: Readonly<Record<string, Team>>, lookup: Lookup): Promise<People> {
    const names = Object.values(teams).flatMap(({ maintainers, developers }) => [
        ...maintainers,
        ...developers,
    ]);
    const people = await userIds([...new Set(names)], lookup);
    const problems = missingPeople(teams, people);
    if (problems.length > 0) {
        // Not thrown: the program goes on, and ends as failed.
        await pulumi.log.error(
            `${formatProblems(problems, "the teams")}\n\n` +
                "Without them the rest is made and updated; nothing is deleted in this run. " +
                "pulumi up --skip-preview goes on in spite of this error in the preview.",
        );
    }
    return people;
}
