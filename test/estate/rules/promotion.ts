/** Cases of the rules about the way from environment to environment. */
import { type Case, regions } from "./case";

export const promotionCases: readonly Case[] = [
    {
        rule: "promotion-cycle",
        title: "a circle",
        change: { environments: { dev: { promotesFrom: "prod" } } },
        found: [["environments.dev.promotesFrom", "prod"]],
        fix: /remove promotesFrom/,
    },
    {
        rule: "promotion-cycle",
        title: "an environment that promotes from itself",
        change: {
            environments: { dev: { clusters: ["member1"] }, prod: { promotesFrom: "prod" } },
            apps: { web: { environments: { prod: null } }, api: { environments: { prod: null } } },
        },
        found: [["environments.prod.promotesFrom", "prod"]],
        fix: /remove promotesFrom/,
    },
    {
        rule: "promotion-start",
        title: "two first environments",
        change: { environments: { prod: { promotesFrom: undefined } } },
        found: [
            ["environments.dev.promotesFrom", undefined],
            ["environments.prod.promotesFrom", undefined],
        ],
        fix: /give prod one/,
    },
    {
        rule: "promotion-gap",
        title: "an app in dev and prod, but not in test",
        change: { apps: { web: { environments: { test: null } } } },
        found: [["apps.web.environments.test", null]],
        fix: /remove this null, or set environments\.prod to null too/,
    },
    {
        rule: "app-first-environment",
        title: "an app whose versions would start in two regions",
        change: { ...regions, apps: { web: { environments: { dev: null, test: null } } } },
        found: [["apps.web.environments", ["east", "west"]]],
        fix: /the environment they promote from/,
    },
    {
        rule: "app-first-environment",
        title: "an app without any environment",
        change: { apps: { web: { environments: { dev: null, test: null, prod: null } } } },
        found: [["apps.web.environments", { dev: null, test: null, prod: null }]],
        fix: /remove the app/,
    },
    {
        rule: "unique-branch",
        title: "two environments with one branch",
        change: { environments: { test: { branch: "dev" } } },
        found: [["environments.test.branch", "dev"]],
        fix: /environment dev has it/,
    },
    {
        rule: "nested-branch",
        title: "an environment's branch in another one's",
        change: { environments: { dev: { branch: "env" }, prod: { branch: "env/prod" } } },
        found: [["environments.prod.branch", "env/prod"]],
        fix: /^environment dev has env; choose a branch beside it, e\.g\. env-prod$/,
    },
];
