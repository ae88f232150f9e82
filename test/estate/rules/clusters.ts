/** Cases of the rules about clusters and their use. */
import { type Case } from "./case";

export const clusterCases: readonly Case[] = [
    {
        rule: "one-host",
        title: "no host",
        change: { clusters: { host: undefined } },
        found: [["clusters", []]],
        fix: /role: host/,
    },
    {
        rule: "one-host",
        title: "two hosts",
        change: { clusters: { second: { role: "host", server: "https://second.test" } } },
        found: [["clusters", ["host", "second"]]],
        fix: /all but one of host, second/,
    },
    {
        rule: "environment-has-cluster",
        title: "an environment without a cluster",
        change: { environments: { dev: { clusters: [] } } },
        found: [["environments.dev.clusters", []]],
        fix: /name the clusters/,
    },
    {
        rule: "environment-has-cluster",
        title: "labels that no cluster has",
        change: { environments: { dev: { clusters: { labels: { region: "north" } } } } },
        found: [["environments.dev.clusters", { labels: { region: "north" } }]],
        fix: /give them to a cluster/,
    },
    {
        rule: "app-has-cluster",
        title: "an app by labels that no cluster of one of its environments has",
        change: { apps: { web: { clusters: { labels: { region: "west" } } } } },
        found: [
            ["apps.web.clusters", { labels: { region: "west" } }],
            ["apps.web.clusters", { labels: { region: "west" } }],
        ],
        fix: /choose of member1, or take the app out of dev: apps\.web\.environments\.dev: null/,
    },
    {
        rule: "app-has-cluster",
        title: "an app on no cluster of one environment",
        change: { apps: { web: { environments: { prod: { clusters: [] } } } } },
        found: [["apps.web.environments.prod.clusters", []]],
        fix: /choose of member1, member2/,
    },
    {
        rule: "app-cluster-used",
        title: "an app on a cluster that its environment has not",
        change: { apps: { web: { environments: { dev: { clusters: ["member1", "member2"] } } } } },
        found: [["apps.web.environments.dev.clusters", "member2"]],
        fix: /choose of member1, or add member2/,
    },
    {
        rule: "app-cluster-used",
        title: "an app on a cluster that none of its environments has",
        change: { apps: { web: { clusters: ["member1", "host"] } } },
        found: [["apps.web.clusters", "host"]],
        fix: /choose of member1, member2/,
    },
    {
        rule: "estate-has-environment",
        title: "no environment at all",
        change: {
            environments: { dev: undefined, test: undefined, prod: undefined },
            apps: { web: undefined, api: undefined },
            clusters: { member1: undefined, member2: undefined },
        },
        found: [["environments", {}]],
        fix: /environments\.dev/,
    },
    {
        rule: "cluster-used",
        title: "a member that no environment uses",
        change: { clusters: { spare: { server: "https://spare.test" } } },
        found: [["clusters.spare", "spare"]],
        severity: "warning",
        fix: /remove it/,
    },
    {
        rule: "unique-context",
        title: "two clusters with one context of one file",
        change: {
            clusters: {
                member1: { access: { context: "m", kubeconfig: "k" } },
                member2: { access: { context: "m", kubeconfig: "k" } },
            },
        },
        found: [["clusters.member2.access.context", "m"]],
        fix: /^member1 uses the same context/,
    },
    {
        rule: "unique-server",
        title: "two clusters with one API server",
        change: { clusters: { member2: { server: "https://member1.test:6443/" } } },
        found: [["clusters.member2.server", "https://member1.test:6443"]],
        fix: /^member1 has the same/,
    },
    {
        rule: "server-known",
        title: "a member whose API server is not known",
        change: { clusters: { member1: { server: undefined } } },
        found: [["clusters.member1.server", undefined]],
        severity: "warning",
        fix: /context member1 readable in the kubeconfig/,
    },
    {
        rule: "server-known",
        title: "the same in an update",
        change: { clusters: { member1: { server: undefined, access: { kubeconfig: "k" } } } },
        context: { unknownServers: "error" },
        found: [["clusters.member1.server", undefined]],
        fix: /context member1 readable in k$/,
    },
    {
        rule: "cluster-labels",
        title: "labels by which engines and the estate know a cluster",
        change: {
            clusters: {
                member1: {
                    labels: { "argocd.argoproj.io/secret-type": "repository", "gitops-estate/team": "a" },
                },
            },
        },
        found: [
            ["clusters.member1.labels.argocd.argoproj.io/secret-type", "repository"],
            ["clusters.member1.labels.gitops-estate/team", "a"],
        ],
        fix: /choose another key/,
    },
    {
        rule: "unique-server",
        title: "one API server by two spellings",
        change: {
            clusters: {
                member1: { server: "https://api.test" },
                member2: { server: "https://API.test:443/" },
            },
        },
        found: [["clusters.member2.server", "https://api.test"]],
        fix: /member1 has the same/,
    },
];
