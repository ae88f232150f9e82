/** What stays on the servers when its line of the spec, or the whole stack, is removed. Pure. */
import type { App, Estate } from "../../estate/model";
import { mapValues, sortedEntries } from "./maps";

/** Whether an app's repositories stay: when one of its environments is protected, they are that environment's source. */
export function keepsApp(app: App): boolean {
    return app.environments.some((environment) => environment.deletionProtection);
}

/** Whether a team's group stays: a group goes with everything in it, so it stays when one of its apps does. */
export function keepsTeam(estate: Pick<Estate, "apps">, team: string): boolean {
    return Object.values(estate.apps).some((app) => app.team === team && keepsApp(app));
}

/** Whether the estate's group stays. */
export function keepsEstate(estate: Pick<Estate, "apps">): boolean {
    return Object.values(estate.apps).some(keepsApp);
}

/**
 * Everything a destroy leaves on the servers because of deletionProtection, in words, and the apps and environments it
 * stays for: for the people who run the destroy, and for those who want it gone after all. A map, so that a preview shows
 * what is added and not how a list moved.
 */
export function keptObjects(estate: Pick<Estate, "apps" | "teams" | "gitlab">): Record<string, string> {
    const kept: Record<string, string[]> = {};
    for (const [name, app] of sortedEntries(estate.apps)) {
        for (const { environment, project, registry } of app.environments.filter(
            (each) => each.deletionProtection,
        )) {
            for (const what of [
                `GitLab project ${app.repository.fullPath}`,
                `GitLab project ${app.config.fullPath}`,
                `GitLab group ${estate.teams[app.team]?.group ?? app.team}`,
                ...(estate.gitlab.createGroup ? [`GitLab group ${estate.gitlab.group}`] : []),
                `Harbor project ${project} in registry ${registry}`,
            ]) {
                (kept[what] ??= []).push(`${name} ${environment}`);
            }
        }
    }
    return mapValues(kept, (reasons) => reasons.join(", "));
}
