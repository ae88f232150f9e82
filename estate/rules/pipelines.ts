import { proposalBranch } from "../names";
import { sharedSettings } from "../pipeline";
import { covers } from "../wildcard";
import type { Checked, Finding, Rule } from "./rule";

/** Pipelines: the hotfix lane, and what apps of one config repository have in common. */
export const pipelineRules: readonly Rule[] = [
    {
        id: "shared-config",
        rule: "must be the same for all apps that share their team's config repository",
        severity: "error",
        check: ({ estate }: Checked): Finding[] => {
            const sharing = Object.values(estate.apps).filter(({ config }) => config.scope === "team");
            return Object.entries(sharedSettings).flatMap(([path, valueOf]) =>
                sharing.flatMap((app) => {
                    const first = sharing.find(
                        (other) => other.team === app.team && valueOf(other) !== undefined,
                    );
                    const [value, expected] = [valueOf(app), first && valueOf(first)];
                    return first === undefined || value === undefined || value === expected
                        ? []
                        : [
                              {
                                  path: `apps.${app.name}.${path}`,
                                  value,
                                  fix: `app ${first.name} has ${expected}: write the same for both, or set apps.${app.name}.config.scope to app`,
                              },
                          ];
                }),
            );
        },
    },
    {
        id: "pipelines-included",
        rule: "has no effect: there are no pipelines to include",
        severity: "warning",
        check: ({ spec, estate }: Checked): Finding[] => {
            const apps = Object.values(estate.apps);
            const including = apps.filter(({ included }) => included !== undefined);
            const places = [
                ...apps.map(({ name, included }) => ({
                    path: `apps.${name}.pipelines`,
                    written: spec.apps[name]?.pipelines,
                    used: included !== undefined,
                })),
                ...Object.keys(estate.teams).map((name) => ({
                    path: `teams.${name}.pipelines`,
                    written: spec.teams[name]?.pipelines,
                    // A team that has no apps yet says it for those to come.
                    used:
                        including.some(({ team }) => team === name) ||
                        !apps.some(({ team }) => team === name),
                })),
                {
                    path: "pipelines",
                    // The rest has a default.
                    written: { version: spec.pipelines.version },
                    used: including.length > 0 || apps.length === 0,
                },
            ];
            return places
                .filter(({ used }) => !used)
                .flatMap(({ path, written }) =>
                    Object.entries(written ?? {})
                        .filter(([, value]) => value !== undefined && value !== "copied")
                        .map(([key, value]) => ({
                            path: `${path}.${key}`,
                            value,
                            fix: path.startsWith("apps.")
                                ? "remove it: GitLab does not build this app, or it has copies"
                                : "remove it: GitLab builds none of these apps, or they have copies",
                        })),
                );
        },
    },
    {
        id: "pipelines-proposed",
        rule: "must leave the branch of the estate's own merge requests alone",
        severity: "error",
        check: ({ estate }: Checked): Finding[] =>
            Object.values(estate.apps)
                .filter(({ included }) => included?.byMergeRequest === true)
                .flatMap((app) => {
                    const covering = [app.plan.source, ...app.plan.configs.map(({ plan }) => plan)]
                        .flatMap(({ branches }) => branches)
                        .find(({ name }) => covers(name, proposalBranch));
                    return covering === undefined
                        ? []
                        : [
                              {
                                  path: `apps.${app.name}.pipelines.move`,
                                  value: "mergeRequest",
                                  rule: `needs branch ${proposalBranch} for itself, and ${covering.name} covers it: what is on it would be protected, and delivered`,
                                  fix: `give the flow another pattern than ${covering.name}, or set pipelines.move: commit`,
                              },
                          ];
                }),
    },
    {
        id: "hotfix-branch",
        rule: "must be another branch than the one usually delivered",
        severity: "error",
        check: ({ estate }: Checked): Finding[] =>
            Object.values(estate.apps)
                .filter((app) => app.hotfix?.branch === app.repository.branch)
                .map((app) => ({
                    path: `apps.${app.name}.hotfix.branch`,
                    value: app.hotfix?.branch,
                    fix: "name the branch of the hotfix, or remove hotfix",
                })),
    },
    {
        id: "hotfix-without-pipeline",
        rule: "has no effect: the app has no pipeline",
        severity: "warning",
        check: ({ estate }: Checked): Finding[] =>
            Object.values(estate.apps)
                .filter((app) => app.hotfix !== undefined && app.ci === "none")
                .map((app) => ({
                    path: `apps.${app.name}.hotfix`,
                    value: app.hotfix?.branch,
                    fix: "remove it, or set ci",
                })),
    },
    {
        id: "hotfix-on",
        rule: "is on",
        severity: "warning",
        check: ({ estate, context }: Checked): Finding[] =>
            Object.values(estate.apps).flatMap((app) => {
                const { hotfix } = app;
                const delivered = app.plan.lanes.some(({ ref }) => ref.name === hotfix?.branch);
                if (
                    hotfix === undefined ||
                    !delivered ||
                    hotfix.branch === app.repository.branch ||
                    app.ci === "none"
                ) {
                    return [];
                }
                const over =
                    hotfix.until !== undefined && context.today !== undefined && context.today > hotfix.until;
                return [
                    {
                        path: `apps.${app.name}.hotfix`,
                        value: hotfix.branch,
                        rule:
                            `is on: ${hotfix.branch} is delivered, and ${app.repository.branch} is not` +
                            (hotfix.until === undefined
                                ? ""
                                : `; it ${over ? "was" : "is"} meant until ${hotfix.until}`),
                        fix: over
                            ? "remove it, or set a later day"
                            : `remove it when the hotfix is out, so that ${app.repository.branch} is delivered again`,
                    },
                ];
            }),
    },
];
