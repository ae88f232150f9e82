/** What a team may reach through Argo CD. Pure. */
import { configOf } from "../../flows/plan";
import { joinedKinds, usualKinds } from "../../kinds";
import { onMachine } from "../../machines";
import type { App, AppEnvironment, Environment, Estate, Team } from "../../model";
import { sortedSet } from "../../plain";
import { compare } from "../../problem";
import type { TeamProject } from "./model";
import { applications, appProject, guardedProject, previewProject } from "./names";

/** The AppProjects of a team: one per class of environments that its apps with this engine reach, sorted by class, one for what only maintainers see, and one for previews. */
export function teamProjects(
    { apps, environments }: Pick<Estate, "apps" | "environments">,
    team: Pick<Team, "name">,
): TeamProject[] {
    const own = Object.values(apps).filter((app) => app.team === team.name && app.engine === "argocd");
    const reached = own.flatMap((app) =>
        app.environments
            .filter((each) => !onMachine(each))
            .map((each) => {
                const { at, audience } = configOf(app, each);
                return { app, each, url: at.url, guarded: audience === "maintainers" };
            }),
    );
    const open = reached.filter(({ guarded }) => !guarded);
    const guarded = reached.filter((each) => each.guarded);
    const classes = sortedSet(open.map(({ each }) => each.class));
    const previews = own.flatMap((app) =>
        app.previews === undefined
            ? []
            : [
                  {
                      app,
                      each: app.previews.place,
                      url: configOf(app, { environment: app.previews.like }).at.url,
                  },
              ],
    );
    return [
        ...classes.map((each) => ({
            name: appProject(team.name, each),
            class: each,
            previews: false,
            guarded: false,
            ...contents(
                open.filter((one) => one.each.class === each),
                environments,
            ),
        })),
        ...(guarded.length === 0
            ? []
            : [
                  {
                      name: guardedProject(team.name),
                      class: "prod" as const,
                      previews: false,
                      guarded: true,
                      ...contents(guarded, environments),
                  },
              ]),
        ...(previews.length === 0
            ? []
            : [
                  {
                      name: previewProject(team.name),
                      class: "nonprod" as const,
                      previews: true,
                      guarded: false,
                      syncWindows: [],
                      ...reach(previews),
                  },
              ]),
    ];
}

/** An app where it is delivered to. */
interface Reached {
    readonly app: App;
    readonly each: AppEnvironment;
    /** Clone URL of the config repository. */
    readonly url: string;
}

function reach(reached: readonly Reached[]): Pick<TeamProject, "destinations" | "kinds" | "sourceRepos"> {
    const destinations = reached.flatMap(({ each }) =>
        each.clusters.map((cluster) => ({ cluster, namespace: each.namespace })),
    );
    return {
        destinations: destinations.sort(
            (a, b) => compare(a.cluster, b.cluster) || compare(a.namespace, b.namespace),
        ),
        kinds: joinedKinds([usualKinds, ...reached.map(({ each }) => each.kinds)]),
        sourceRepos: sortedSet(reached.map(({ url }) => url)),
    };
}

function contents(
    reached: readonly Reached[],
    environments: readonly Environment[],
): Pick<TeamProject, "destinations" | "kinds" | "sourceRepos" | "syncWindows"> {
    return {
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
        ...reach(reached),
    };
}
