/** Cases of the rules about pipelines and hotfixes. */
import { type Case } from "./case";

export const pipelineCases: readonly Case[] = [
    {
        rule: "hotfix-branch",
        title: "a hotfix on the branch that is delivered anyway",
        change: { apps: { web: { hotfix: { branch: "main" } } } },
        found: [["apps.web.hotfix.branch", "main"]],
        fix: /name the branch of the hotfix/,
    },
    {
        rule: "hotfix-without-pipeline",
        title: "a hotfix of an app without a pipeline",
        change: { apps: { web: { ci: "none", hotfix: { branch: "hotfix-1" } } } },
        found: [["apps.web.hotfix", "hotfix-1"]],
        severity: "warning",
        fix: /set ci/,
    },
    {
        rule: "hotfix-on",
        title: "a hotfix, for as long as it is on",
        change: { apps: { web: { hotfix: { branch: "hotfix-1" } } } },
        found: [["apps.web.hotfix", "hotfix-1"]],
        severity: "warning",
        fix: /so that main is delivered again/,
    },
    {
        rule: "hotfix-on",
        title: "a hotfix after its day",
        change: { apps: { web: { hotfix: { branch: "hotfix-1", until: "2026-01-31" } } } },
        context: { today: "2026-02-01" },
        found: [["apps.web.hotfix", "hotfix-1"]],
        severity: "warning",
        fix: /move the day/,
    },
];
