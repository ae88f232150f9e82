import { compare } from "../problem";
import { ancestors, promotionOrder } from "../promotion";
import { repeated } from "./clusters";
import type { Checked, Finding, Rule } from "./rule";

/** The way of a version from environment to environment. */
export const promotionRules: readonly Rule[] = [
    {
        id: "promotion-cycle",
        rule: "must not lead back to where it started",
        severity: "error",
        check: ({ spec }) =>
            promotionOrder(spec.environments).cycles.map((cycle) => ({
                path: `environments.${cycle[0] ?? ""}.promotesFrom`,
                value: spec.environments[cycle[0] ?? ""]?.promotesFrom,
                rule: `must not lead back to where it started: ${[...cycle, cycle[0]].join(" ← ")}`,
                fix: "remove promotesFrom from the environment that CI fills",
            })),
    },
    {
        id: "promotion-start",
        rule: "must be there for every environment but one, the first, which CI fills",
        severity: "error",
        check: ({ spec }: Checked): Finding[] => {
            const { first } = promotionOrder(spec.environments);
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
        },
    },
    {
        id: "promotion-gap",
        rule: "must be in every environment between its first and its last: versions move one step at a time",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.apps).flatMap(([name, app]) =>
                Object.keys(spec.environments)
                    .filter((environment) => app.environments[environment] !== null)
                    .flatMap((environment) => {
                        const { path, cyclic } = ancestors(environment, spec.environments);
                        const nearest = path.findIndex((other) => app.environments[other] !== null);
                        const skipped = nearest > 0 && !cyclic ? path.slice(0, nearest) : [];
                        return skipped.map((gap) => ({
                            path: `apps.${name}.environments.${gap}`,
                            value: null,
                            fix: `remove this null, or set environments.${environment} to null too`,
                        }));
                    }),
            ),
    },
    {
        id: "app-first-environment",
        rule: "must have one first environment: CI fills one",
        severity: "error",
        check: ({ spec, estate }) =>
            Object.values(estate.apps).flatMap((app): Finding[] => {
                const present = new Set(app.environments.map((each) => each.environment));
                // Environments that promote from none are told by promotion-start, from an unknown one by environment-exists.
                const first = app.environments
                    .map((each) => each.environment)
                    .filter(
                        (name) =>
                            !ancestors(name, spec.environments).path.some((other) => present.has(other)),
                    )
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
            }),
    },
    {
        id: "unique-branch",
        rule: "must be a branch of its own: a branch of a config repository is one environment",
        severity: "error",
        check: ({ estate }) =>
            repeated(
                estate.environments.map((environment) => ({
                    key: environment.branch,
                    path: `environments.${environment.name}.branch`,
                    value: environment.branch,
                    owner: environment.name,
                })),
            ).map(({ path, value, other }) => ({
                path,
                value,
                fix: `environment ${other} has it; choose another`,
            })),
    },
    {
        id: "updater-environment",
        rule: "must be environments the app is in",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.apps).flatMap(([name, app]) =>
                (app.updater?.environments ?? [])
                    .filter((environment) => app.environments[environment] === null)
                    .map((environment) => ({
                        path: `apps.${name}.updater.environments`,
                        value: environment,
                        fix: `remove it here, or remove the null of apps.${name}.environments.${environment}`,
                    })),
            ),
    },
    {
        id: "updater-approvals",
        rule: "should not act where merges need approvals: the updater commits past them",
        severity: "warning",
        check: ({ estate }) =>
            Object.values(estate.apps).flatMap((app) =>
                estate.environments
                    .filter(
                        (environment) =>
                            app.updater?.environments.includes(environment.name) === true &&
                            (environment.class === "prod" || environment.approvals > 0),
                    )
                    .map((environment) => ({
                        path: `apps.${app.name}.updater.environments`,
                        value: environment.name,
                        fix: "let it act in an earlier environment and promote from there",
                    })),
            ),
    },
];
