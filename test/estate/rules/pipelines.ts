/** Cases of the rules about pipelines and hotfixes. */
import type { Overrides } from "../../support/estate";
import { type Case } from "./case";

/** Both apps in the config repository of their team, each with a change of its own. */
function shared(api: Overrides, web: Overrides): Overrides {
    const config = { scope: "team" };
    return { apps: { api: { config, ...api }, web: { config, ...web } } };
}

export const pipelineCases: readonly Case[] = [
    {
        rule: "pipelines-included",
        title: "included pipelines for an app that Jenkins builds",
        change: { apps: { web: { ci: "jenkins", pipelines: { use: "included" } } } },
        severity: "warning",
        found: [["apps.web.pipelines.use", "included"]],
        fix: /^remove it: GitLab does not build this app, or it has copies$/,
    },
    {
        rule: "pipelines-included",
        title: "a version of pipelines that nobody includes, at each level",
        change: {
            pipelines: { use: "copied", version: "v1-0123abcd" },
            teams: { shop: { pipelines: { move: "mergeRequest" } } },
            apps: { web: { pipelines: { version: "v1-0123abcd" } } },
        },
        severity: "warning",
        found: [
            ["apps.web.pipelines.version", "v1-0123abcd"],
            ["pipelines.version", "v1-0123abcd"],
            ["teams.shop.pipelines.move", "mergeRequest"],
        ],
        fix: /or it has copies$/,
    },
    {
        rule: "shared-config",
        title: "the image of a job that runs once for both apps",
        change: shared(
            { pipeline: { images: { promote: "harbor.test/ci/node:1", deliver: "harbor.test/ci/git:1" } } },
            {},
        ),
        found: [["apps.web.pipeline.images.promote", "docker.io/library/node:24.21.0-bookworm"]],
        fix: /^app api has harbor\.test\/ci\/node:1: write the same for both, or set apps\.web\.config\.scope to app$/,
    },
    {
        rule: "shared-config",
        title: "two paths for the repository of one team",
        change: shared({ config: { scope: "team", path: "deploy" } }, {}),
        found: [["apps.web.config.path", "shop-config"]],
        fix: /^app api has deploy/,
    },
    {
        rule: "pipelines-proposed",
        title: "versions by merge request, where a lane's pattern covers their branch",
        change: {
            flows: {
                wide: {
                    environments: { dev: { branch: "e*" }, test: {}, prod: { tag: "v*" } },
                },
            },
            apps: { web: { flow: "wide", pipelines: { use: "included", move: "mergeRequest" } } },
        },
        found: [["apps.web.pipelines.move", "mergeRequest"]],
        fix: /give the flow another pattern than e\*/,
    },
    {
        rule: "shared-config",
        title: "versions by commit and by merge request, for one repository",
        change: shared({ pipelines: { move: "mergeRequest" } }, {}),
        found: [["apps.web.pipelines.move", "commit"]],
        fix: /app api has mergeRequest/,
    },
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
        fix: /set a later day/,
    },
];
