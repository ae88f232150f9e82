import type { Checked, Finding, Rule } from "./rule";

/** Pipelines: the hotfix lane. */
export const pipelineRules: readonly Rule[] = [
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
                if (hotfix === undefined || hotfix.branch === app.repository.branch || app.ci === "none") {
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
                            ? "remove it, or move the day"
                            : `remove it when the hotfix is out, so that ${app.repository.branch} is delivered again`,
                    },
                ];
            }),
    },
];
