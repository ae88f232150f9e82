/** Cases of the rules about names that meet. */
import type { Overrides } from "../../support/estate";
import { type Case } from "./case";

export const nameCases: readonly Case[] = [
    {
        rule: "unique-namespace",
        title: "two apps in one namespace on one cluster",
        change: { apps: { web: { environments: { dev: { namespace: "api-dev" } } } } },
        found: [["apps.web.environments.dev.namespace", "api-dev on member1"]],
        fix: /^api in dev has it too: give one of them another namespace$/,
    },
    {
        rule: "unique-repository",
        title: "an app repository with the path of another app's config repository",
        change: { apps: { web: { repository: { path: "API-config" } } } },
        found: [["apps.web.repository.path", "acme/shop/API-config"]],
        fix: /^the config of app api has it too/,
    },
    {
        rule: "unique-pipelines",
        title: "the project for pipelines with the path of a team's group",
        change: { pipelines: { path: "Shop" } },
        found: [["pipelines.path", "Shop"]],
        fix: /^the group of team shop has it: give the project another path$/,
    },
    {
        rule: "reserved-name",
        title: "a route of GitLab as the project for pipelines",
        change: { pipelines: { path: "Wikis" } },
        found: [["pipelines.path", "Wikis"]],
        fix: /choose another path/,
    },
    {
        rule: "unique-folder",
        title: "two apps in one folder of a shared repository",
        change: {
            apps: {
                api: { config: { scope: "team", folder: "apps" } },
                web: { config: { scope: "team", folder: "apps/web" } },
            },
        },
        found: [["apps.web.config.folder", "apps/web"]],
        fix: /^app api has apps; choose a folder beside it$/,
    },
    {
        rule: "folder-file",
        title: "files that are there before the folder",
        change: {
            apps: {
                web: { config: { folder: "README.md" } },
                api: { config: { folder: ".gitlab-ci.yml/api" } },
            },
        },
        found: [
            ["apps.api.config.folder", ".gitlab-ci.yml/api"],
            ["apps.web.config.folder", "README.md"],
        ],
        fix: /^choose another folder, e\.g\. /,
    },
    {
        rule: "reserved-name",
        title: "a namespace of Kubernetes",
        change: { apps: { web: { environments: { dev: { namespace: "kube-system" } } } } },
        found: [["apps.web.environments.dev.namespace", "kube-system"]],
        fix: /choose another namespace/,
    },
    {
        rule: "reserved-name",
        title: "Argo CD's namespace for an app",
        change: { apps: { web: { environments: { dev: { namespace: "argocd" } } } } },
        found: [["apps.web.environments.dev.namespace", "argocd"]],
        fix: /choose another namespace/,
    },
    {
        rule: "reserved-name",
        title: "a namespace of Kubernetes for Argo CD",
        change: { argocd: { namespace: "default" } },
        found: [["argocd.namespace", "default"]],
        fix: /e\.g\. argocd/,
    },
    {
        rule: "reserved-name",
        title: "a route of GitLab as a repository",
        change: { apps: { web: { repository: { path: "wikis" } } } },
        found: [["apps.web.repository.path", "wikis"]],
        fix: /choose another path/,
    },
    {
        rule: "reserved-name",
        title: "a route of GitLab in other letters",
        change: { apps: { web: { repository: { path: "Wikis" } } } },
        found: [["apps.web.repository.path", "Wikis"]],
        fix: /choose another path/,
    },
    {
        rule: "reserved-name",
        title: "a team whose group would be a route of GitLab",
        change: { teams: { builds: { maintainers: ["alice"] } } },
        found: [["teams.builds", "builds"]],
        fix: /rename the team, e\.g\. team-builds/,
    },
    {
        rule: "reserved-name",
        title: "what GitLab itself serves as the estate's group",
        change: { gitlab: { group: "Dashboard" } },
        found: [["gitlab.group", "Dashboard"]],
        fix: /choose another group/,
    },
    {
        rule: "derived-name",
        title: "a group that GitLab would refuse",
        change: { gitlab: { group: "acme/del--ivery" } },
        found: [["gitlab.group", "del--ivery"]],
        fix: /rename/,
    },
    {
        rule: "reserved-name",
        title: "Argo CD's own account",
        change: { argocd: { accounts: { admin: {} } } },
        found: [["argocd.accounts.admin", "admin"]],
        fix: /adminEnabled/,
    },
    // Names that meet: app a-b in c, and app a in b-c.
    {
        rule: "unique-project",
        title: "two apps with one derived name on different clusters",
        change: {
            environments: {
                dev: undefined,
                test: undefined,
                prod: undefined,
                c: { clusters: ["member1"] },
                "b-c": { clusters: ["member2"], promotesFrom: "c" },
            },
            apps: {
                web: undefined,
                api: undefined,
                "a-b": { team: "shop", environments: { "b-c": null } },
                a: { team: "shop", environments: { c: null } },
            },
        },
        found: [["apps.a-b.environments.c", "a-b-c"]],
        fix: /^a in b-c has it too: rename one/,
    },
    {
        rule: "unique-application",
        title: "two apps with one Application, by the cluster's name",
        change: {
            clusters: { member1: undefined, member2: undefined, d: server("d"), "c-d": server("c-d") },
            registries: { other: { url: "https://other.test" } },
            environments: {
                dev: undefined,
                test: undefined,
                prod: undefined,
                b: { clusters: ["c-d"], registry: "main" },
                "b-c": { clusters: ["d"], registry: "other", promotesFrom: "b" },
            },
            apps: {
                web: undefined,
                api: undefined,
                a: { team: "shop" },
            },
        },
        found: [["apps.a.environments.b-c", "a-b-c-d"]],
        fix: /^a in b has it too: rename one/,
    },
    {
        rule: "reserved-name",
        title: "a group that is a number",
        change: { gitlab: { group: "2024", createGroup: false } },
        found: [["gitlab.group", "2024"]],
        fix: /^change the group's path/,
    },
    {
        rule: "reserved-name",
        title: "groups deeper than GitLab has them",
        change: { gitlab: { group: Array.from({ length: 20 }, (_, index) => `g${index}`).join("/") } },
        found: [["gitlab.group", Array.from({ length: 20 }, (_, index) => `g${index}`).join("/")]],
        fix: /further up/,
    },
];

function server(name: string): Overrides {
    return { server: `https://${name}.test` };
}
