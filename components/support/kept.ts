/** What stays on the servers when its line of the spec, or the whole stack, is removed. Pure. */
import type { App, Estate } from "../../estate/model";

/** Whether an app's repositories stay: when one of its environments is protected, they are that environment's source. */
export function keepsApp(app: App): boolean {
    return app.environments.some((environment) => environment.deletionProtection);
}

/** Whether a team's group stays: a group goes with everything in it, so it stays when one of its apps does. */
export function keepsTeam(estate: Estate, team: string): boolean {
    return Object.values(estate.apps).some((app) => app.team === team && keepsApp(app));
}

/** Whether the estate's group stays. */
export function keepsEstate(estate: Estate): boolean {
    return Object.values(estate.apps).some(keepsApp);
}

/**
 * Everything a destroy leaves on the servers because of deletionProtection, in words, sorted: for the people who run
 * the destroy, and for those who want it gone after all.
 */
export function keptObjects(estate: Estate): string[] {
    const kept = new Set<string>();
    for (const app of Object.values(estate.apps).filter(keepsApp)) {
        kept.add(`GitLab project ${app.repository.fullPath}`);
        kept.add(`GitLab project ${app.config.fullPath}`);
        kept.add(`GitLab group ${estate.teams[app.team]?.group ?? app.team}`);
        if (estate.gitlab.createGroup) {
            kept.add(`GitLab group ${estate.gitlab.group}`);
        }
        for (const environment of app.environments.filter((each) => each.deletionProtection)) {
            kept.add(`Harbor project ${environment.project} in registry ${environment.registry}`);
        }
    }
    return [...kept].sort();
}
