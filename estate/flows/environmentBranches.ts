import type { App } from "../model";
import { compare } from "../problem";
import { ancestors, promotionOrder } from "../environmentOrder";
import { repeated } from "../repeated";
import type { Checked, Finding } from "../rules/rule";
import { branchOf, branchPlaces, branchesConfigPlan } from "./branchLayout";
import { nestedIn } from "./nestedBranches";
import { onlyConfig } from "./plan";
import type { FlowDefinition, FlowFacts, FlowPlan, FlowRule, Lane, RepositoryPlan } from "./plan";

/**
 * Environment branches: one branch of the app repository is delivered, its tag is written to the branch of the first
 * environment in the config repository, and a version is promoted by merging that branch into the next one's.
 */
export const environmentBranches: FlowDefinition = {
    description: "a branch of the config repository is an environment, and a merge promotes",
    plan: (facts) => ({
        source: sourcePlan(facts),
        configs: onlyConfig(facts, { plan: branchesConfigPlan(facts, lanes(facts)), deploys: true }),
        versions: branchPlaces(facts),
        lanes: lanes(facts),
        reviewed: facts.app.repository.branch,
        promotions: promotions(facts),
        pipelines: "environment-branches",
    }),
    previews: true,
    rules: rules(),
};

/** Developers merge what was reviewed, maintainers may push in an emergency; version tags are the maintainers'. */
function sourcePlan({ app }: FlowFacts): RepositoryPlan {
    const delivered = { push: "maintainer", merge: "developer", writers: [] } as const;
    const { hotfix } = app;
    return {
        description: `Source of ${app.name}`,
        start: app.repository.branch,
        branches: [
            { name: app.repository.branch, ...delivered, temporary: false },
            ...(hotfix === undefined
                ? []
                : [
                      {
                          name: hotfix.branch,
                          ...(hotfix.from === undefined ? {} : { from: hotfix.from }),
                          // Protected like the usual one, so that its pipelines get the credentials.
                          ...delivered,
                          temporary: true,
                      },
                  ]),
        ],
        tags: { tags: { pattern: "v*", create: "maintainer" } },
        merges: {
            squash: "default_off",
            removeSource: true,
            // Without pipelines of GitLab's own this would block every merge.
            requirePipeline: app.ci === "gitlab",
        },
    };
}

/** One lane, into the first environment; a hotfix takes it over for a time. */
function lanes({ app, environments }: FlowFacts): Lane[] {
    const [first] = environments;
    if (first === undefined) {
        return [];
    }
    const updated = app.updater?.environments.includes(first.name) === true;
    const writer = updated ? "updater" : app.ci === "none" ? "nobody" : "ci";
    return [
        {
            ref: { kind: "branch", name: app.hotfix?.branch ?? app.repository.branch },
            environment: first.name,
            tag: {
                // Where the updater chooses among tags they name the branch that is usually delivered, also in a hotfix:
                // its images must match the same pattern.
                prefix: writer === "ci" ? "" : `${app.repository.branch.replace(/[^A-Za-z0-9_.-]/g, "-")}-`,
                of: "commit",
            },
            writer,
            start: "push",
            reuses: [],
            mergesBack: [],
        },
    ];
}

/** An environment the app has no part in passes nothing on. */
function promotions({ environments }: FlowFacts): FlowPlan["promotions"] {
    return environments.flatMap((target) => {
        const source = environments.find(({ name }) => name === target.promotesFrom);
        return source === undefined
            ? []
            : [
                  {
                      source: source.name,
                      target: target.name,
                      from: branchOf(source),
                      into: branchOf(target),
                  },
              ];
    });
}

/** One way through the environments, a step at a time. */
function rules(): FlowRule[] {
    return [
        {
            id: "promotion-start",
            rule: "must be there for every environment but one, the first, which CI fills",
            severity: "error",
            check: severalStarts,
        },
        {
            id: "promotion-gap",
            rule: "must be in every environment between its first and its last: versions are promoted one step at a time",
            severity: "error",
            check: gaps,
        },
        {
            id: "app-first-environment",
            rule: "must have one first environment: CI fills one",
            severity: "error",
            check: firstEnvironments,
        },
        {
            id: "lanes-unused",
            rule: "has no effect: a version comes to the first environment, and is promoted from there",
            severity: "error",
            check: unusedLanes,
        },
        {
            id: "unique-branch",
            rule: "must be a branch of its own: a branch of a config repository is one environment",
            severity: "error",
            check: sharedBranches,
        },
        {
            id: "nested-branch",
            rule: "must not be in another branch of the repository",
            severity: "error",
            check: nestedBranches,
        },
    ];
}

/** Environments that nothing promotes into, where there are several. */
function severalStarts({ spec }: Checked, apps: readonly App[]): Finding[] {
    // Environments in which only apps of other flows are have an order of their own, or none.
    const reached = new Set(
        apps.flatMap(({ environments }) => environments.map(({ environment }) => environment)),
    );
    const first = promotionOrder(spec.environments).first.filter(
        (name) => apps.length === 0 || reached.has(name),
    );
    const { dev } = spec.environments;
    return first.length < 2
        ? []
        : first.map((name) => ({
              path: `environments.${name}.promotesFrom`,
              value: undefined,
              fix:
                  dev !== undefined && name !== "dev" && first.includes("dev")
                      ? "name the environment whose versions come here, e.g. dev; the order in the file has no meaning"
                      : `name the environment whose versions come here, or let this be the first and give ${first.filter((other) => other !== name).join(", ")} one`,
          }));
}

/** Environments that an app has no part in, between two that it has. */
function gaps({ spec }: Checked, apps: readonly App[]): Finding[] {
    return apps.flatMap(({ name }) => {
        const own = spec.apps[name]?.environments ?? {};
        return Object.keys(spec.environments)
            .filter((environment) => own[environment] !== null)
            .flatMap((environment) => {
                const { path, cyclic } = ancestors(environment, spec.environments);
                const nearest = path.findIndex((other) => own[other] !== null);
                const skipped = nearest > 0 && !cyclic ? path.slice(0, nearest) : [];
                return skipped.map((gap) => ({
                    path: `apps.${name}.environments.${gap}`,
                    value: null,
                    fix: `remove this null, or set environments.${environment} to null too`,
                }));
            });
    });
}

/** Apps that CI would have to fill several environments of, or none. */
function firstEnvironments({ spec }: Checked, apps: readonly App[]): Finding[] {
    return apps.flatMap((app): Finding[] => {
        const present = new Set(app.environments.map((each) => each.environment));
        // Environments that promote from none are reported by promotion-start, from an unknown one by environment-exists.
        const first = app.environments
            .map((each) => each.environment)
            .filter((name) => !ancestors(name, spec.environments).path.some((other) => present.has(other)))
            .sort(compare);
        const roots = Object.entries(spec.environments)
            .filter(([, each]) => spec.environments[each.promotesFrom ?? ""] === undefined)
            .map(([name]) => name);
        if (present.size === 0) {
            return [
                {
                    path: `apps.${app.name}.environments`,
                    value: spec.apps[app.name]?.environments,
                    rule: "must be in at least one environment",
                    fix: "remove a null, or remove the app",
                },
            ];
        }
        return first.length < 2 || first.every((name) => roots.includes(name))
            ? []
            : [
                  {
                      path: `apps.${app.name}.environments`,
                      value: first,
                      fix: "put the app into the environment they promote from, or leave it in one of them",
                  },
              ];
    });
}

/** Lanes, which this flow does not read. */
function unusedLanes(_checked: Checked, apps: readonly App[]): Finding[] {
    return apps
        .filter(({ lanes: written }) => written !== undefined)
        .map(({ name, lanes: written }) => ({
            path: `apps.${name}.lanes`,
            value: written,
            fix: `remove it, or set apps.${name}.flow to gitlab-flow`,
        }));
}

/** Environments whose branch another one has. */
function sharedBranches({ estate }: Checked): Finding[] {
    return repeated(
        estate.environments.map((environment) => ({
            key: branchOf(environment),
            path: `environments.${environment.name}.branch`,
            value: branchOf(environment),
            owner: environment.name,
        })),
    ).map(({ path, value, other }) => ({
        path,
        value,
        fix: `environment ${other} has it; choose another`,
    }));
}

/** Branches that git would have to store inside another one, as a folder. */
function nestedBranches({ estate }: Checked, apps: readonly App[]): Finding[] {
    return [
        ...estate.environments.flatMap((environment) =>
            nestedIn(
                `environments.${environment.name}.branch`,
                branchOf(environment),
                estate.environments.map((other) => ({
                    name: branchOf(other),
                    owner: `environment ${other.name}`,
                })),
            ),
        ),
        ...apps.flatMap(({ name, repository, hotfix }) => {
            const usual = { name: repository.branch, owner: "the delivered branch" };
            return hotfix === undefined
                ? []
                : [
                      ...nestedIn(`apps.${name}.hotfix.branch`, hotfix.branch, [usual]),
                      ...nestedIn(`apps.${name}.repository.branch`, repository.branch, [
                          { name: hotfix.branch, owner: "the hotfix" },
                      ]),
                  ];
        }),
    ];
}
