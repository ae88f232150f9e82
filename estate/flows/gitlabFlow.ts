import type { App, Environment } from "../model";
import { given } from "../plain";
import type { Finding } from "../rules/rule";
import { ancestors } from "../environmentOrder";
import { baseFolder, folderConfigPlan, folderPlace } from "./folderLayout";
import { laneRules } from "./laneRules";
import { lanesSource, waysToLanes } from "./lanes";
import { onlyConfig } from "./plan";
import type { FlowDefinition, FlowFacts, FlowPlan, FlowRule, Lane } from "./plan";

/**
 * GitLab flow: what is merged into a branch is delivered from it, and a tag releases. Each environment has a lane of its own
 * and a folder of its own in one branch of the config repository, which pipelines of the app repository write.
 */
export const gitlabFlow: FlowDefinition = {
    description:
        "branches of the app repository are delivered, `develop` to the first environment and `release-*` to the next, and a tag `v*` releases to the last when a person says so",
    plan: (facts) => ({
        source: lanesSource(facts, lanes(facts), ways(facts)),
        configs: onlyConfig(facts, {
            plan: folderConfigPlan(facts.app, facts.shared, "What runs where: each environment is a folder"),
            deploys: false,
        }),
        versions: versionPlaces(facts),
        ...given("base", baseFolder(facts.app)),
        lanes: lanes(facts),
        promotions: [],
        pipelines: "gitlab-flow",
        laneJobs: true,
    }),
    machines: true,
    rules: rules(),
};

/** What feeds an environment that `lanes` does not name. */
const usual = {
    first: { branch: "develop" },
    middle: { branch: "release-*" },
    last: { tag: "v*" },
} as const satisfies Readonly<Record<string, Way>>;

type Way = NonNullable<App["lanes"]>[string];

/** The refs of each environment that has some: those of the spec, or the usual ones by the order of environments. */
function ways({ app, environments }: Pick<FlowFacts, "app" | "environments">): Record<string, Way> {
    const { lanes: written } = app;
    const promoted = new Set(environments.map(({ promotesFrom }) => promotesFrom));
    return Object.fromEntries(
        environments.flatMap(({ name }, index) => {
            const byOrder = index === 0 ? usual.first : promoted.has(name) ? usual.middle : usual.last;
            const way: Way | undefined = written === undefined ? byOrder : written[name];
            return way === undefined ? [] : [[name, way] as const];
        }),
    );
}

/** Tags are images' names for good, branches go on; what was released goes back into the branches that are delivered. */
function lanes(facts: FlowFacts): Lane[] {
    return waysToLanes(facts, ways(facts), { branches: "branch", mergesBack: true });
}

function versionPlaces({ app, environments }: FlowFacts): FlowPlan["versions"] {
    return Object.fromEntries(environments.map(({ name }) => [name, folderPlace(app, app.config, name)]));
}

/** One lane for each environment, and nobody beside the pipelines who writes versions. */
function rules(): FlowRule[] {
    return [
        {
            id: "lane-order",
            rule: "must say which refs come to each environment: without promotesFrom there is no first and no last one",
            severity: "error",
            check: ({ spec, estate }, apps) =>
                apps.flatMap((app): Finding[] => {
                    const own = environmentsOf(app, estate.environments);
                    const first = own.filter(({ name }) => {
                        const { path } = ancestors(name, spec.environments);
                        return own.every((other) => !path.includes(other.name));
                    });
                    return app.lanes !== undefined || first.length < 2
                        ? []
                        : [
                              {
                                  path: `apps.${app.name}.lanes`,
                                  value: undefined,
                                  fix: `write e.g. {${example(own)}}, or give all of ${first.map(({ name }) => name).join(", ")} but the first a promotesFrom`,
                              },
                          ];
                }),
        },
        {
            id: "lane-ref",
            rule: "must be a branch or a tag, not both",
            severity: "error",
            check: (_checked, apps) =>
                apps.flatMap(({ name, lanes: written = {} }) =>
                    Object.entries(written)
                        .filter(([, { branch, tag }]) => (branch === undefined) === (tag === undefined))
                        .map(([environment, way]) => ({
                            path: `apps.${name}.lanes.${environment}`,
                            value: way,
                            fix: "write e.g. {branch: release-*}, or {tag: v*}",
                        })),
                ),
        },
        ...laneRules({
            prefix: "lane",
            because: {
                ci: "a lane is a job of GitLab's pipelines, which a person starts there for a release",
                updater:
                    "pipelines write the version of each lane, and the image updater would override a release",
                hotfix: "a hotfix is a commit on its release branch and a tag such as v1.0.0-hotfix1",
            },
            hotfix: "remove it, and tag the fix",
        }),
    ];
}

function environmentsOf(app: App, all: readonly Environment[]): Environment[] {
    return all.filter(({ name }) => app.environments.some(({ environment }) => environment === name));
}

/** Lanes as a spec could have them for these environments. */
function example(environments: readonly Environment[]): string {
    const texts = ["{branch: develop}", "{branch: release-*}", "{tag: v*}"];
    return environments
        .map(({ name }, index) => `${name}: ${texts[Math.min(index, texts.length - 1)] ?? ""}`)
        .join(", ");
}
