/** Where a relay reports what becomes of commits, and which pipelines wait until it says that they are healthy. Pure. */
import { appIn, versionOf, type Lane } from "./flows/plan";
import { onMachine } from "./machines";
import type { App, Estate } from "./model";

/** Whether what became of commits is reported on GitLab. */
export function reportsCommits(estate: Pick<Estate, "relay">): boolean {
    return estate.relay?.commits === true;
}

/** Whether it is reported in a config repository of these apps: a machine has no engine that would say it. */
export function reportsIn(estate: Pick<Estate, "relay">, apps: readonly App[]): boolean {
    return (
        reportsCommits(estate) &&
        apps.some(({ environments }) => environments.some((place) => !onMachine(place)))
    );
}

/**
 * Whether jobs of a lane wait: those that tag what is released, and those that bring it back. Where no relay reports what
 * becomes of commits, or only writes into its log, they do not; a job that delivers to a machine looks at health itself.
 */
export function awaits(estate: Pick<Estate, "relay">, app: App, lane: Lane): boolean {
    return (
        reportsCommits(estate) &&
        estate.relay?.dryRun !== true &&
        app.ci === "gitlab" &&
        (lane.handsOver === true || lane.mergesBack.length > 0) &&
        !onMachine(appIn(app, lane.environment))
    );
}

/** Whether jobs wait for commits of a config repository. */
export function awaited(estate: Pick<Estate, "relay">, apps: readonly App[], fullPath: string): boolean {
    return apps.some((app) =>
        app.plan.lanes.some(
            (lane) => awaits(estate, app, lane) && versionOf(app, lane).repository === fullPath,
        ),
    );
}
