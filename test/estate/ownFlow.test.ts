/** Flows that a spec describes become plans as the built-in ones do. That pipelines do what these say is for e2e. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { appPipelineContent, configPipelineContent } from "../../components/ci/content";
import { buildSettings } from "../../components/ci/settings";
import type { App } from "../../estate/model";
import { model, type Overrides } from "../support/estate";

const described = (flow: object, change: Overrides = {}): { app: App; estate: ReturnType<typeof model> } => {
    const estate = model({
        flows: { ours: flow },
        apps: { api: undefined, web: { flow: "ours", ...change } },
    });
    const { web } = estate.apps;
    assert.ok(web);
    return { app: web, estate };
};

const tagged = {
    environments: {
        dev: { branch: "next", image: "branch" },
        test: { merge: "maintainer" },
        prod: { tag: "release-*", create: "developer", mergesBack: ["next"] },
    },
};
const train = {
    config: "branches",
    environments: { dev: {}, test: { promotes: "dev" }, prod: { promotes: "test" } },
};

describe("a flow of the spec's own", () => {
    it("has a lane for each branch and tag, by a person for tags, with images of what comes before", () => {
        const { plan } = described(tagged).app;
        assert.deepEqual(
            plan.lanes.map(({ environment, ref, tag, start, reuses, mergesBack }) => [
                environment,
                `${ref.kind} ${ref.name}`,
                tag.of,
                start,
                reuses.join(),
                mergesBack.join(),
            ]),
            [
                ["dev", "branch next", "branch", "push", "", ""],
                ["test", "branch main", "commit", "push", "", ""],
                ["prod", "tag release-*", "ref", "person", "dev,test", "next"],
            ],
        );
        assert.deepEqual(plan.promotions, []);
        assert.equal(plan.versions["prod"]?.revision, "main");
        assert.equal(plan.configs[0].deploys, false);
    });

    it("protects its refs for those it names", () => {
        const { branches, tags } = described(tagged).app.plan.source;
        assert.deepEqual(
            branches.map(({ name, push, merge, from }) => [name, push, merge, from]),
            [
                ["main", "maintainer", "maintainer", undefined],
                ["next", "maintainer", "developer", "main"],
            ],
        );
        assert.deepEqual(tags, { "tags-prod": { pattern: "release-*", create: "developer" } });
    });

    it("has a branch for each environment and promotions between them where it says so", () => {
        const { plan } = described(train).app;
        assert.deepEqual(
            plan.promotions.map(({ source, target, from, into }) => [source, target, from, into]),
            [
                ["dev", "test", "dev", "test"],
                ["test", "prod", "test", "prod"],
            ],
        );
        assert.deepEqual(
            plan.configs[0].plan.branches.map(({ name, merge, writers }) => [name, merge, writers.join()]),
            [
                ["dev", "developer", "ci"],
                ["test", "maintainer", ""],
                ["prod", "maintainer", ""],
            ],
        );
        assert.equal(plan.configs[0].deploys, true);
        assert.equal(plan.lanes.length, 1);
    });

    it("has pipelines of generic parts, whose variables are there also for a single lane", () => {
        for (const flow of [tagged, train]) {
            const { app, estate } = described(flow, { pipelines: { use: "copied" } });
            const settings = buildSettings(estate, app);
            const text =
                appPipelineContent(app, settings).find(({ path }) => path === ".gitlab-ci.yml")?.text ?? "";
            for (const [, key = ""] of text.matchAll(/\$(LANE_\w+)/g)) {
                assert.ok(key in settings, key);
            }
            for (const { environment } of app.plan.lanes) {
                assert.match(text, new RegExp(`^deploy ${environment}:$|^"deploy ${environment}":$`, "m"));
            }
            const promotes = configPipelineContent([app], {}).some(({ text: each }) =>
                /^promote:$/m.test(each),
            );
            assert.equal(promotes, flow === train);
        }
    });

    it("has previews of merge requests into the branch that it names", () => {
        const { app } = described({ ...tagged, reviewed: "next" }, { previews: {} });
        assert.equal(app.previews?.into, "next");
    });

    it("lets pipelines write to the branches of its lanes, and nobody to those that are promoted into", () => {
        const { app } = described({
            config: "branches",
            environments: { dev: {}, test: { promotes: "dev" }, prod: { tag: "v*" } },
        });
        assert.deepEqual(
            app.plan.configs[0].plan.branches.map(({ name, writers }) => [name, writers.join()]),
            [
                ["dev", "ci"],
                ["test", ""],
                ["prod", "ci"],
            ],
        );
    });
});
