/** Which pipelines wait until an engine says that what they delivered is healthy, and where they read that. Pure. */
import { versionFile, versionOf, appIn, type Lane } from "../../estate/flows/plan";
import { onMachine } from "../../estate/machines";
import type { App, Estate } from "../../estate/model";
import { statusName, reportsCommits } from "../notifications/commits";
import type { Place } from "./scripts/rollout.mjs" with { "resolution-mode": "import" };

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

/** What `rollout.mjs` reads. @param token the variable with what reads the statuses. */
export function rolloutPlace(
    { gitlab }: Pick<Estate, "gitlab">,
    app: App,
    { environment }: Pick<Lane, "environment">,
    token: string,
): Place {
    const version = versionOf(app, { environment });
    return {
        api: `${gitlab.url}/api/v4/projects/${encodeURIComponent(version.repository)}`,
        branch: version.revision,
        file: versionFile(version),
        statuses: appIn(app, environment).clusters.map((cluster) =>
            statusName({ app: app.name, environment, cluster }),
        ),
        token,
    };
}
