import type { App, Environment } from "../model";
import * as names from "../names";
import { given } from "../plain";
import type { Finding } from "../rules/rule";
import { baseFolder, folderConfigPlan, folderPlace } from "./folderLayout";
import { laneRules } from "./laneRules";
import { approvalOf, beginsAt, handedOver } from "./plan";
import type {
    BranchPlan,
    ConfigRepositoryPlan,
    FlowDefinition,
    FlowFacts,
    FlowPlan,
    FlowRule,
    Lane,
    RepositoryPlan,
} from "./plan";

/**
 * Trunk: work is merged into one branch, which the first environment runs; merged on into the stable branch, prod runs it,
 * with the image that was built for the first. Prod's config repository is in a group that only maintainers see, and its
 * own pipeline delivers there.
 */
export const trunk: FlowDefinition = {
    description:
        "branches of the app repository are delivered, `latest` to staging and the default branch to prod by the image that staging has; merge requests into the first have previews, and prod has a config repository that only maintainers see",
    plan: (facts) => ({
        source: sourcePlan(facts),
        configs: configPlans(facts),
        versions: versionPlaces(facts),
        ...given("base", baseFolder(facts.app)),
        lanes: lanes(facts),
        reviewed: branches(facts)[0]?.branch ?? usual,
        promotions: [],
        pipelines: "trunk",
        laneJobs: true,
    }),
    previews: true,
    rules: rules(),
};

/** What the first environment runs where `lanes` does not say. */
const usual = "latest";

/** The branch of each environment that has one: as the spec has it, or the usual one for the first, the default branch for prod. */
function branches({ app, environments }: Pick<FlowFacts, "app" | "environments">): {
    readonly environment: Environment;
    readonly branch: string;
}[] {
    const { lanes: written, repository } = app;
    return environments.flatMap((environment, index) => {
        const branch =
            written === undefined
                ? index === 0
                    ? usual
                    : repository.branch
                : written[environment.name]?.branch;
        return branch === undefined ? [] : [{ environment, branch }];
    });
}

/** The first environment's images are built; all others take theirs from those before. */
function lanes(facts: FlowFacts): Lane[] {
    const { app } = facts;
    const own = branches(facts);
    return own.map(({ environment, branch }, index) => ({
        ref: { kind: "branch", name: branch },
        environment: environment.name,
        tag: { prefix: "", of: "commit" },
        writer: app.ci === "none" ? "nobody" : "ci",
        start: app.lanes?.[environment.name]?.start ?? "push",
        handsOver: isGuarded(environment),
        reuses: own
            .slice(0, index)
            .map((earlier) => earlier.environment.name)
            .reverse(),
        mergesBack: [],
    }));
}

/** Whether developers are kept from seeing an environment's config. */
function isGuarded(environment: Environment): boolean {
    return environment.class === "prod";
}

/** Developers push branches of their own and open merge requests; maintainers merge, which is the release. */
function sourcePlan(facts: FlowFacts): RepositoryPlan {
    const { app } = facts;
    const start = app.repository.branch;
    const delivered = branches(facts);
    const protection = (name: string): Omit<BranchPlan, "name" | "from"> => {
        const places = delivered.filter(({ branch }) => branch === name);
        return {
            push: "maintainer",
            merge: "maintainer",
            writers: [],
            ...approvalOf(places.map(({ environment }) => environment)),
            temporary: false,
        };
    };
    return {
        description: `Source of ${app.name}`,
        start,
        ...beginsAt(facts, lanes(facts)),
        branches: [
            { name: start, ...protection(start) },
            ...[...new Set(delivered.map(({ branch }) => branch))]
                .filter((name) => name !== start)
                .map((name): BranchPlan => ({ name, from: start, ...protection(name) })),
        ],
        tags: { tags: { pattern: "v*", create: "maintainer" } },
        // A squashed or rebased release would have no commit in common with what was tested.
        merges: { squash: "default_off", removeSource: true, requirePipeline: app.ci === "gitlab" },
    };
}

/** One repository for what developers see, one for prod. */
function configPlans(facts: FlowFacts): FlowPlan["configs"] {
    const { app, environments } = facts;
    const named = (guarded: boolean): string[] =>
        environments.filter((each) => isGuarded(each) === guarded).map(({ name }) => name);
    // The same for all apps that share the repository.
    const places = (guarded: boolean): Environment[] =>
        facts.shared.filter((each) => isGuarded(each) === guarded);
    const open: ConfigRepositoryPlan = {
        at: app.config,
        plan: folderConfigPlan(
            facts.app,
            places(false),
            "What runs where, but for prod: each environment is a folder",
        ),
        environments: named(false),
        deploys: false,
        audience: "team",
    };
    const guarded = named(true);
    return guarded.length === 0
        ? [open]
        : [
              open,
              {
                  at: guardedAt(facts),
                  plan: folderConfigPlan(
                      facts.app,
                      places(true),
                      "What runs in prod; only maintainers see it",
                  ),
                  environments: guarded,
                  deploys: true,
                  audience: "maintainers",
              },
          ];
}

/** The same path in the group that developers do not see. */
function guardedAt({ app, gitlab }: FlowFacts): App["config"] {
    const fullPath = `${names.guardedGroup(gitlab.group, app.team)}/${app.config.path}`;
    return { ...app.config, fullPath, url: `${gitlab.clusterUrl}/${fullPath}.git` };
}

function versionPlaces(facts: FlowFacts): FlowPlan["versions"] {
    return Object.fromEntries(
        configPlans(facts).flatMap(({ at, environments }) =>
            environments.map((name) => [name, folderPlace(facts.app, at, name)] as const),
        ),
    );
}

/** Environments with branches of their own, the first of them not prod. */
function rules(): FlowRule[] {
    return [
        {
            id: "trunk-places",
            rule: "must be one environment of class nonprod, whose images prod takes, and environments of class prod after it",
            severity: "error",
            check: ({ estate }, apps) =>
                apps
                    .filter((app) => !fits(environmentsOf(app, estate.environments)))
                    .map((app) => ({
                        path: `apps.${app.name}.environments`,
                        value: app.environments.map(({ environment }) => environment),
                        fix: `leave it in one environment before prod and in prod, or set apps.${app.name}.flow to environment-branches, which has as many as you like`,
                    })),
        },
        {
            id: "trunk-branch",
            rule: "must be the name of one branch: prod takes what was built for another branch, by its content",
            severity: "error",
            check: (_checked, apps) =>
                apps.flatMap(({ name, lanes: written = {} }) =>
                    Object.entries(written)
                        .filter(
                            ([, { branch, tag }]) =>
                                branch === undefined || branch.includes("*") || tag !== undefined,
                        )
                        .map(([environment, way]) => ({
                            path: `apps.${name}.lanes.${environment}`,
                            value: way,
                            fix: `write e.g. {branch: ${usual}}, or set apps.${name}.flow to gitlab-flow, where tags and patterns release`,
                        })),
                ),
        },
        {
            id: "trunk-same-branch",
            rule: "must not be the branch of an environment of class nonprod: its merge is what releases",
            severity: "error",
            check: ({ estate }, apps) =>
                apps.flatMap((app): Finding[] => {
                    const places = environmentsOf(app, estate.environments);
                    const own = fits(places) ? branches({ app, environments: places }) : [];
                    const open = own.filter(({ environment }) => !isGuarded(environment));
                    const clash = own.filter(
                        ({ environment, branch }) =>
                            isGuarded(environment) && open.some((other) => other.branch === branch),
                    );
                    return clash.map(({ environment, branch }) => ({
                        path:
                            app.lanes === undefined
                                ? `apps.${app.name}.repository.branch`
                                : `apps.${app.name}.lanes.${environment.name}`,
                        value: branch,
                        fix: "name another branch, e.g. master",
                    }));
                }),
        },
        {
            id: "trunk-start",
            rule: "must not be person where the config repository of prod takes more releases than this one: each of them starts its pipeline, which delivers whatever is due there",
            severity: "error",
            check: (_checked, apps) =>
                apps.flatMap((app) =>
                    app.plan.lanes
                        .filter(({ start, handsOver }) => start === "person" && handsOver === true)
                        .flatMap(({ environment, start }): Finding[] => {
                            const at = app.plan.versions[environment]?.repository ?? "";
                            const others = apps
                                .filter((each) => each !== app && handedOver(each, at).length > 0)
                                .map(({ name }) => name);
                            const alone = handedOver(app, at).length === 1;
                            return alone && others.length === 0
                                ? []
                                : [
                                      {
                                          path: `apps.${app.name}.lanes.${environment}.start`,
                                          value: start,
                                          fix: `remove it, so that the merge into the branch of ${environment} is what releases${alone ? `; or set apps.${app.name}.config.scope to app, for a repository without ${others.join(", ")}` : ""}`,
                                      },
                                  ];
                        }),
                ),
        },
        {
            id: "trunk-group",
            rule: "must not be the group of prod's config repositories of another team",
            severity: "error",
            check: ({ estate }, apps) => {
                const guarded = new Map(
                    apps.map(({ team }) => [names.guardedGroup(estate.gitlab.group, team), team]),
                );
                return Object.values(estate.teams)
                    .filter(({ group }) => guarded.has(group))
                    .map(({ name, group }) => ({
                        path: `teams.${name}`,
                        value: group,
                        fix: `rename the team: prod of team ${guarded.get(group) ?? ""} is there`,
                    }));
            },
        },
        ...laneRules({
            prefix: "trunk",
            because: {
                ci: "a merge is delivered by GitLab's pipelines",
                updater: "pipelines write the version of each lane, and prod runs what staging had",
                hotfix: "a hotfix is a merge request into the first branch, merged on at once",
            },
            hotfix: "remove it",
        }),
    ];
}

/** One environment of class nonprod, and then some of class prod. */
function fits([first, ...others]: readonly Environment[]): boolean {
    return first?.class === "nonprod" && others.length > 0 && others.every(isGuarded);
}

function environmentsOf(app: Pick<App, "environments">, all: readonly Environment[]): Environment[] {
    return all.filter(({ name }) => app.environments.some(({ environment }) => environment === name));
}
