/** Cases of the rules about image updaters. */
import { type Case, updater } from "./case";

export const imageUpdaterCases: readonly Case[] = [
    {
        rule: "updater-environment",
        title: "an updater where its app is not",
        change: {
            ...updater,
            apps: { web: { updater: { environments: ["prod"] }, environments: { prod: null } } },
        },
        found: [["apps.web.updater.environments", "prod"]],
        fix: /remove the null of apps\.web\.environments\.prod/,
    },
    {
        rule: "updater-approvals",
        title: "an updater in prod",
        change: { ...updater, apps: { web: { updater: { environments: ["prod"] } } } },
        found: [["apps.web.updater.environments", "prod"]],
        severity: "warning",
        fix: /promote from there/,
    },
    ...(
        [
            ["dev", /^remove it to commit/],
            ["dev/updates", /e\.g\. dev-updates$/],
            ["dev/{{.SHA256}}", /^choose one that is in no other/],
        ] as const
    ).map(([writeBranch, fix]): Case => ({
        rule: "updater-branch",
        title: `the branch ${writeBranch} of an updater`,
        change: { ...updater, apps: { web: { updater: { writeBranch } } } },
        found: [["apps.web.updater.writeBranch", writeBranch]],
        fix,
    })),
];
