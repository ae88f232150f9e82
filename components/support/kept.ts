/** What stays on the servers when its line of the spec, or the whole stack, is removed. Pure. */
import type { App, Estate } from "../../estate/model";
import { mapValues, sortedEntries } from "./maps";

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
 * Everything a destroy leaves on the servers because of deletionProtection, in words, and the apps and environments it
 * stays for: for the people who run the destroy, and for those who want it gone after all. A map, so that a preview shows
 * what is added and not how a list moved.
 */
export function keptObjects(estate: Estate): Record<string, string> {
    const kept = new Map<string, string[]>();
    const keep = (what: string, reasons: readonly string[]): void => {
        kept.set(what, [...(kept.get(what) ?? []), ...reasons]);
    };
    for (const [name, app] of sortedEntries(estate.apps)) {
        const environments = app.environments.filter((each) => each.deletionProtection);
        const reasons = environments.map(({ environment }) => `${name} ${environment}`);
        if (reasons.length === 0) {
            continue;
        }
        keep(`GitLab project ${app.repository.fullPath}`, reasons);
        keep(`GitLab project ${app.config.fullPath}`, reasons);
        keep(`GitLab group ${estate.teams[app.team]?.group ?? app.team}`, reasons);
        if (estate.gitlab.createGroup) {
            keep(`GitLab group ${estate.gitlab.group}`, reasons);
        }
        for (const { environment, project, registry } of environments) {
            keep(`Harbor project ${project} in registry ${registry}`, [`${name} ${environment}`]);
        }
    }
    return mapValues(Object.fromEntries(kept), (reasons) => reasons.join(", "));
}
