/** Cases of the rules about names of things that do not exist. */
import { type Case, updater } from "./case";

export const referenceCases: readonly Case[] = [
    {
        rule: "cluster-exists",
        title: "an environment on a cluster that does not exist",
        change: { environments: { dev: { clusters: ["membr1"] } } },
        found: [["environments.dev.clusters", "membr1"]],
        fix: /^did you mean member1\? Otherwise add clusters\.membr1$/,
    },
    {
        rule: "cluster-exists",
        title: "an app on a cluster that does not exist",
        change: { apps: { web: { clusters: ["member1", "membr2"] } } },
        found: [["apps.web.clusters", "membr2"]],
        fix: /^did you mean member2\?/,
    },
    {
        rule: "app-exists",
        title: "an app that waits for one that does not exist",
        change: {
            defaults: { engine: "flux" },
            flux: { manifests: { path: "manifests/flux" } },
            apps: { web: { dependsOn: ["ap"] } },
        },
        found: [["apps.web.dependsOn", "ap"]],
        fix: /did you mean api\?/,
    },
    {
        rule: "cluster-once",
        title: "an environment that names a cluster twice",
        change: { environments: { dev: { clusters: ["member1", "member1"] } } },
        found: [["environments.dev.clusters", ["member1", "member1"]]],
        fix: /remove the repetition/,
    },
    {
        rule: "registry-exists",
        title: "a registry that does not exist",
        change: { environments: { dev: { registry: "harbor" } } },
        found: [["environments.dev.registry", "harbor"]],
        fix: /^use one of main, or add registries\.harbor$/,
    },
    {
        rule: "registry-exists",
        title: "no choice among several registries",
        change: {
            registries: { prod: { url: "https://prod.test" } },
            environments: { dev: { registry: "main" }, test: { registry: "main" } },
        },
        found: [["environments.prod.registry", undefined]],
        fix: /choose one of main, prod/,
    },
    {
        rule: "team-exists",
        title: "an app of a team that does not exist",
        change: { apps: { web: { team: "shopp" } } },
        found: [["apps.web.team", "shopp"]],
        fix: /did you mean shop\?/,
    },
    {
        rule: "environment-exists",
        title: "an app's overrides for an environment that does not exist",
        change: { apps: { web: { environments: { stage: {} } } } },
        found: [["apps.web.environments.stage", "stage"]],
        fix: /environments\.stage/,
    },
    {
        rule: "environment-exists",
        title: "an updater in an environment that does not exist",
        change: { ...updater, apps: { web: { updater: { environments: ["dve"] } } } },
        found: [["apps.web.updater.environments", "dve"]],
        fix: /did you mean dev\?/,
    },
    {
        rule: "environment-exists",
        title: "promotion from an environment that does not exist",
        change: { environments: { test: { promotesFrom: "de" } } },
        found: [["environments.test.promotesFrom", "de"]],
        fix: /did you mean dev\?/,
    },
    {
        rule: "environment-exists",
        title: "promotion from an environment that is spelt almost as its own name",
        change: { environments: { test: { promotesFrom: "tests" } } },
        found: [["environments.test.promotesFrom", "tests"]],
        fix: /^use one of dev, prod, or add environments\.tests$/,
    },
    {
        rule: "channel-exists",
        title: "channels that do not exist, wherever they are named",
        change: {
            environments: { dev: { channels: ["a"] } },
            teams: { shop: { channels: ["b"] } },
            apps: { web: { channels: ["c"], environments: { dev: { channels: ["d"] } } } },
        },
        found: [
            ["apps.web.channels", "c"],
            ["apps.web.environments.dev.channels", "d"],
            ["environments.dev.channels", "a"],
            ["teams.shop.channels", "b"],
        ],
        fix: /^use one of oncall, ops, or add channels\.c$/,
    },
];
