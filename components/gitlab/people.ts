/** The people of the teams, as GitLab knows them. */
import * as pulumi from "@pulumi/pulumi";
import type { Team } from "../../estate/model";
import { formatProblems, type Problem } from "../../estate/problem";
import { mapValues } from "../support/maps";
import { usersOf, type FoundUser, type Lookup } from "./lookup";

/** Users, by name as the spec has it. */
export type People = Readonly<Record<string, FoundUser>>;

/**
 * The teams with everybody's name as GitLab has it, for what compares names with capitals: GitLab takes any, and signs people
 * in under its own. Pure.
 */
export function asGitLabHasThem(
    teams: Readonly<Record<string, Team>>,
    people: People,
): Readonly<Record<string, Team>> {
    const own = (names: readonly string[]): string[] => names.map((name) => people[name]?.username ?? name);
    return mapValues(teams, (team) => ({
        ...team,
        maintainers: own(team.maintainers),
        developers: own(team.developers),
    }));
}

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

/** Looks everybody up. Who does not exist is not in the answer; {@link refuseMissing} speaks of them. */
export function lookUpPeople(teams: Readonly<Record<string, Team>>, lookup: Lookup): Promise<People> {
    const names = Object.values(teams).flatMap(({ maintainers, developers }) => [
        ...maintainers,
        ...developers,
    ]);
    return usersOf([...new Set(names)], lookup);
}

/**
 * Ends the run as failed when somebody does not exist. Called once everything is declared: that is made and updated all the
 * same, and the engine deletes nothing after a program that failed.
 *
 * @throws pulumi.RunError one, with everybody who is missing.
 */
export function refuseMissing(teams: Readonly<Record<string, Team>>, people: People): void {
    const problems = missingPeople(teams, people);
    if (problems.length > 0) {
        throw new pulumi.RunError(
            `${formatProblems(problems, "the teams")}\n\n` +
                "Without them the rest is made and updated; nothing is deleted in this run. " +
                "pulumi up --skip-preview goes on in spite of this error in the preview.",
        );
    }
}
