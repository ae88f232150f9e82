/** Cases of the rules about previews of merge requests. */
import type { Overrides } from "../../support/estate";
import { type Case } from "./case";

const inWeb = (previews: Overrides, web: Overrides = {}): Overrides => ({
    apps: { web: { previews, ...web } },
});

export const previewCases: readonly Case[] = [
    {
        rule: "previews-ci",
        title: "previews of an app that Jenkins builds",
        change: inWeb({}, { ci: "jenkins" }),
        found: [["apps.web.previews", "ci jenkins"]],
        fix: /set ci to gitlab, or remove previews/,
    },
    {
        rule: "previews-flow",
        title: "previews in a flow whose pipelines have none",
        change: inWeb(
            {},
            {
                flow: "gitlab-flow",
                lanes: { dev: { branch: "develop" }, test: { branch: "release-*" }, prod: { tag: "v*" } },
            },
        ),
        found: [["apps.web.previews", "flow gitlab-flow"]],
        fix: /choose environment-branches or trunk as its flow/,
    },
    {
        rule: "previews-delivery",
        title: "previews of plain manifests",
        change: { apps: { web: { delivery: "plain", previews: {} } } },
        found: [["apps.web.previews", "delivery plain"]],
        fix: /helm, kustomize or jsonnet/,
    },
    {
        rule: "previews-environment",
        title: "previews like prod",
        change: inWeb({ environment: "prod" }),
        found: [["apps.web.previews.environment", "prod"]],
        fix: /name an environment of class nonprod/,
    },
    {
        rule: "previews-environment",
        title: "previews like an environment that nobody has",
        change: inWeb({ environment: "tset" }),
        found: [["apps.web.previews.environment", "tset"]],
        fix: /that the app is in/,
    },
    {
        rule: "previews-cluster",
        title: "previews on a cluster of another environment",
        change: inWeb({ cluster: "member2" }),
        found: [["apps.web.previews.cluster", "member2"]],
        fix: /name one of member1/,
    },
    {
        rule: "previews-name",
        title: "an environment called preview beside previews",
        change: {
            ...inWeb({}, { environments: { preview: null } }),
            environments: { preview: { clusters: ["member1"], promotesFrom: "dev", class: "nonprod" } },
        },
        found: [["environments.preview", "preview"]],
        fix: /rename the environment/,
    },
];
