/** What trunk's plan comes to: two branches, two config repositories, and what only maintainers see. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { configPlans } from "../../components/apps/plan";
import { declareEstate } from "../../components/program";
import { teamRules } from "../../components/engines/argocd/install/settings";
import { teamProjects } from "../../estate/engines/argocd/projects";
import type { App, Estate } from "../../estate/model";
import { sampleCredentials, samplePrepared } from "../components/sample";
import { record } from "../support/engine";
import { model } from "../support/estate";

const estate = (change: object = {}): Estate =>
    model({
        apps: {
            web: {
                flow: "trunk",
                repository: { branch: "master" },
                environments: { dev: null },
                ...change,
            },
        },
    });

const web = (change: object = {}): App => {
    const app = estate(change).apps["web"];
    assert.ok(app !== undefined);
    return app;
};

describe("trunk", () => {
    it("builds for the first environment alone, and hands prod over", () => {
        const lanes = ({ plan }: App): unknown[] =>
            plan.lanes.map(({ environment, ref, handsOver, reuses }) => [
                environment,
                ref.name,
                handsOver,
                reuses,
            ]);
        assert.deepEqual(lanes(web()), [
            ["test", "latest", false, []],
            ["prod", "master", true, ["test"]],
        ]);
        const named = { test: { branch: "next" }, prod: { branch: "stable", start: "person" } };
        const other = web({ lanes: named });
        assert.deepEqual(lanes(other), [
            ["test", "next", false, []],
            ["prod", "stable", true, ["test"]],
        ]);
        assert.deepEqual(
            other.plan.source.branches.map(({ name, from }) => [name, from]),
            [
                ["master", undefined],
                ["next", "master"],
                ["stable", "master"],
            ],
        );
    });

    it("lets only maintainers push and merge where it delivers from", () => {
        const { source, configs } = web().plan;
        for (const branch of [source, ...configs.map(({ plan }) => plan)].flatMap(
            ({ branches }) => branches,
        )) {
            assert.deepEqual([branch.push, branch.merge], ["maintainer", "maintainer"], branch.name);
        }
    });

    it("has prod's config repository beside the team's group, with the same path", () => {
        const { configs, versions } = web().plan;
        assert.deepEqual(
            configs.map(({ at, environments, deploys, audience }) => [
                at.fullPath,
                at.url,
                environments,
                deploys,
                audience,
            ]),
            [
                [
                    "acme/shop/web-config",
                    "https://gitlab.test/acme/shop/web-config.git",
                    ["test"],
                    false,
                    "team",
                ],
                [
                    "acme/shop-prod/web-config",
                    "https://gitlab.test/acme/shop-prod/web-config.git",
                    ["prod"],
                    true,
                    "maintainers",
                ],
            ],
        );
        assert.equal(versions["prod"]?.repository, "acme/shop-prod/web-config");
        assert.deepEqual(
            configPlans(estate())
                .filter(({ team }) => team === "shop")
                .map(({ name, environments }) => [name, environments.map((each) => each.name)]),
            [
                ["guarded-config-web", ["prod"]],
                ["config-api", ["dev", "test", "prod"]],
                ["config-web", ["test"]],
            ],
        );
    });

    it("shares prod's config repository where a team's apps share one, with variables of each app", async () => {
        const app = {
            flow: "trunk",
            repository: { branch: "master" },
            environments: { dev: null },
            config: { scope: "team" },
        };
        const shared = model({ apps: { web: app, api: app } });
        const channels = Object.fromEntries(
            Object.keys(shared.channels).map((name) => [name, { url: "https://chat.test/fake-hook" }]),
        );
        const { registrations } = await record(() =>
            declareEstate(shared, { ...sampleCredentials, channels }, samplePrepared),
        );
        const named = (type: string): string[] =>
            registrations
                .filter((each) => each.type === type)
                .map(({ name }) => name)
                .filter((name) => name.includes("guarded"));
        assert.deepEqual(named("gitlab:index/project:Project"), ["guarded-team-config-shop-project"]);
        assert.deepEqual(named("gitlab:index/pipelineTrigger:PipelineTrigger"), [
            "guarded-team-config-shop-starter-g1",
        ]);
        const releases = registrations
            .filter(({ inputs }) => /^RELEASE_(WEB|API)$/.test(String(inputs["key"])))
            .map(({ inputs }) => (JSON.parse(String(inputs["value"])) as { app: string }).app);
        assert.deepEqual(releases.sort(), ["api", "web"]);
    });

    it("has one group of what only maintainers see for all apps of a team, each with a repository of its own in it", async () => {
        const app = { flow: "trunk", repository: { branch: "master" }, environments: { dev: null } };
        const two = model({ apps: { web: app, api: app } });
        const channels = Object.fromEntries(
            Object.keys(two.channels).map((name) => [name, { url: "https://chat.test/fake-hook" }]),
        );
        // Fails where a resource is declared twice, as the engine does.
        const { registrations } = await record(() =>
            declareEstate(two, { ...sampleCredentials, channels }, samplePrepared),
        );
        const named = (type: string): string[] =>
            registrations
                .filter((each) => each.type === type)
                .map(({ name }) => name)
                .filter((name) => name.includes("guarded"));
        assert.deepEqual(named("gitlab:index/group:Group"), ["guarded-shop-group"]);
        assert.deepEqual(named("gitlab:index/project:Project").sort(), [
            "guarded-config-api-project",
            "guarded-config-web-project",
        ]);
    });

    it("has previews of merge requests into the first branch", () => {
        assert.equal(web({ previews: {} }).previews?.into, "latest");
        assert.equal(
            web({ previews: {}, lanes: { test: { branch: "next" }, prod: { branch: "master" } } }).previews
                ?.into,
            "next",
        );
    });

    it("keeps prod's AppProject out of developers' sight, and leaves other apps' where it was", () => {
        const whole = estate();
        const team = whole.teams["shop"];
        assert.ok(team !== undefined);
        const projects = teamProjects(whole, team);
        const of = (app: string): string => `https://gitlab.test/acme/shop/${app}-config.git`;
        assert.deepEqual(
            projects.map(({ name, guarded, sourceRepos }) => [name, guarded, sourceRepos]),
            [
                ["shop-nonprod", false, [of("api"), of("web")]],
                ["shop-prod", false, [of("api")]],
                ["shop-guarded", true, ["https://gitlab.test/acme/shop-prod/web-config.git"]],
            ],
        );
        const rules = teamRules(team, projects);
        const about = rules.filter((rule) => rule.includes("shop-guarded"));
        assert.ok(about.length > 0);
        assert.deepEqual(
            about.filter((rule) => /developer|deployer/.test(rule)),
            [],
        );
    });
});
