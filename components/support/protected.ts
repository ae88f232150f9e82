/** What deletionProtection covers: it stays on the servers when its line of the spec, or the whole stack, is removed. Pure. */
import type { App, Estate } from "../../estate/model";
import { mapValues, sortedEntries } from "./maps";

/** Whether an app's repositories are protected: when one of its environments is, they are that environment's source. */
export function isAppProtected(app: App): boolean {
    return app.environments.some((environment) => environment.deletionProtection);
}

/** Whether a team's group is protected: a group goes with everything in it, so it is when one of its apps is. */
export function isTeamProtected(estate: Pick<Estate, "apps">, team: string): boolean {
    return Object.values(estate.apps).some((app) => app.team === team && isAppProtected(app));
}

/** Whether the estate's group is protected. */
export function isEstateProtected(estate: Pick<Estate, "apps">): boolean {
    return Object.values(estate.apps).some(isAppProtected);
}

/**
 * Everything a destroy leaves on the servers because of deletionProtection, in words, and the apps and environments it
 * is protected for: for the people who run the destroy, and for those who want it gone after all. A map, so that a preview shows
 * what is added and not how a list's order changed.
 */
export function protectedObjects(
    estate: Pick<Estate, "apps" | "teams" | "gitlab" | "pipelines">,
): Record<string, string> {
    const reasons: Record<string, string[]> = {};
    for (const [name, app] of sortedEntries(estate.apps)) {
        for (const { environment, project, registry } of app.environments.filter(
            (each) => each.deletionProtection,
        )) {
            for (const what of [
                `GitLab project ${app.repository.fullPath}`,
                ...app.plan.configs.map(({ at }) => `GitLab project ${at.fullPath}`),
                `GitLab group ${estate.teams[app.team]?.group ?? app.team}`,
                ...app.plan.configs
                    .filter(({ audience }) => audience === "maintainers")
                    .map(({ at }) => `GitLab group ${at.fullPath.slice(0, at.fullPath.lastIndexOf("/"))}`),
                `GitLab project ${estate.pipelines.fullPath}`,
                ...(estate.gitlab.createGroup ? [`GitLab group ${estate.gitlab.group}`] : []),
                `Harbor project ${project} in registry ${registry}`,
            ]) {
                (reasons[what] ??= []).push(`${name} ${environment}`);
            }
        }
    }
    return mapValues(reasons, (places) => places.join(", "));
}
