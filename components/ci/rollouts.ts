/** Where pipelines read whether what they delivered is healthy; which of them wait for it, estate/rollouts.ts says. Pure. */
import { appIn, versionFile, versionOf, type Lane } from "../../estate/flows/plan";
import type { App, Estate } from "../../estate/model";
import { statusName } from "../notifications/commits";
import type { Place } from "./scripts/rollout.mjs" with { "resolution-mode": "import" };

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
