/** What a team may reach through Argo CD. Pure. */
import { joinedKinds, usualKinds } from "../../kinds";
import type { App, Environment, EnvironmentClass, Estate, Team } from "../../model";
import { sortedSet } from "../../plain";
import { compare } from "../../problem";
import type { TeamProject } from "./model";
import { applications, appProject } from "./names";

/** The AppProjects of a team: one per class of environments that its apps with this engine reach, sorted by class. */
export function teamProjects(
    { apps, environments }: Pick<Estate, "apps" | "environments">,
    team: Pick<Team, "name">,
): TeamProject[] {
    const own = Object.values(apps).filter((app) => app.team === team.name && app.engine === "argocd");
    const classes = sortedSet(own.flatMap((app) => app.environments.map((each) => each.class)));
    return classes.map((each) => teamProject(team.name, each, own, environments));
}

function teamProject(
    team: string,
    kind: EnvironmentClass,
    apps: readonly App[],
    environments: readonly Environment[],
): TeamProject {
    const reached = apps.flatMap((app) =>
        app.environments.filter((each) => each.class === kind).map((each) => ({ app, each })),
    );
    const destinations = reached.flatMap(({ each }) =>
        each.clusters.map((cluster) => ({ cluster, namespace: each.namespace })),
    );
    return {
        name: appProject(team, kind),
        class: kind,
        syncWindows: environments.flatMap((environment) => {
            const delivered = reached
                .filter(({ each }) => each.environment === environment.name)
                .flatMap(({ app, each }) => Object.values(applications(app, each)));
            // A window without applications would be one for all of the project.
            return delivered.length === 0
                ? []
                : environment.syncWindows.map((window) => ({
                      ...window,
                      applications: sortedSet(delivered),
                  }));
        }),
        destinations: destinations.sort(
            (a, b) => compare(a.cluster, b.cluster) || compare(a.namespace, b.namespace),
        ),
        kinds: joinedKinds([usualKinds, ...reached.map(({ each }) => each.kinds)]),
        sourceRepos: sortedSet(reached.map(({ app }) => app.config.url)),
    };
}
