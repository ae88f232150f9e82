/** What must hold of the names that the estate makes. Pure: one table. */
import type { Look } from "../../check";
import { checkTable, type Found } from "../../finding";
import type { GitLabFacts, Place } from "../facts";

/** How the estate describes the groups it makes. */
export const groupMark = ", managed by Pulumi";

export const nameChecks = checkTable<GitLabFacts, Look>({
    id: "gitlab-name",
    rule: "must be free",
    fast: true,
    check: nameConflicts,
});

/** Names the estate makes that somebody else has. */
function nameConflicts({ places }: GitLabFacts, { estate, made }: Look): Found[] {
    const at = (list: readonly Place[]): Map<string, Place> =>
        new Map(list.map((place) => [place.fullPath.toLowerCase(), place]));
    const groups = at(places.groups);
    const projects = at(places.projects);
    const taken = (
        path: string,
        fullPath: string,
        own: ReadonlySet<string>,
        isOurs: (place: Place) => boolean,
    ): Found[] => {
        const key = fullPath.toLowerCase();
        const place = groups.get(key) ?? projects.get(key);
        if (place === undefined || own.has(key)) {
            return [];
        }
        return [
            place.deleted
                ? scheduled(path, fullPath)
                : isOurs(place)
                  ? forgotten(path, fullPath)
                  : {
                        path,
                        value: fullPath,
                        rule: `must be free: there is a ${groups.has(key) ? "group" : "project"} of that path`,
                        fix: "choose another name, or take it over: docs/troubleshooting.md, Taking over what exists",
                    },
        ];
    };
    return [
        ...Object.values(estate.teams).flatMap(({ name, group }) =>
            taken(`teams.${name}`, group, made.groups, ({ description }) => description.endsWith(groupMark)),
        ),
        ...[...guardedGroups(estate)].flatMap(([group, team]) =>
            taken(`teams.${team}`, group, made.groups, ({ description }) => description.endsWith(groupMark)),
        ),
        ...Object.values(estate.apps).flatMap(({ name, repository, plan }) => [
            ...taken(
                `apps.${name}.repository.path`,
                repository.fullPath,
                made.projects,
                describedAs(plan.source.description),
            ),
            ...plan.configs.flatMap((config) =>
                taken(
                    `apps.${name}.config.path`,
                    config.at.fullPath,
                    made.projects,
                    describedAs(config.plan.description),
                ),
            ),
        ]),
    ];
}

/** Groups of config repositories that only maintainers see, with the team of each. */
function guardedGroups({ apps }: Look["estate"]): Map<string, string> {
    return new Map(
        Object.values(apps).flatMap(({ team, plan }) =>
            plan.configs
                .filter(({ audience }) => audience === "maintainers")
                .map(({ at: { fullPath } }) => [fullPath.slice(0, fullPath.lastIndexOf("/")), team] as const),
        ),
    );
}

function describedAs(wanted: string): (place: Place) => boolean {
    return ({ own, description }) => own && description === wanted;
}

export function scheduled(path: string, value: string): Found {
    return {
        path,
        value,
        rule: "must be free: what has the name is marked for deletion, and has it until then",
        fix: "delete it at once (Settings > General > Advanced), restore it, or choose another name",
    };
}

/** Made as the estate makes it, and not in the state: a run was killed in that moment, or the state is lost. */
export function forgotten(path: string, value: string): Found {
    return {
        path,
        value,
        severity: "warning",
        rule: "is there as this estate makes it, and the stack's state does not know it: a run was killed, or the state is another's",
        fix: "import it: docs/troubleshooting.md, Taking over what exists",
    };
}
