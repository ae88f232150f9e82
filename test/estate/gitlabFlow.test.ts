/** What GitLab flow's plan comes to: lanes by the order of environments and by name, and what follows from them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEstate } from "../../estate";
import type { App } from "../../estate/model";
import { model, spec } from "../support/estate";

const web = (change: object = {}, environments: object = {}): App => {
    const app = model({ environments, apps: { web: { flow: "gitlab-flow", ...change } } }).apps["web"];
    assert.ok(app !== undefined);
    return app;
};

const lanesOf = ({ plan }: App): unknown[] =>
    plan.lanes.map(({ environment, ref, start, reuses }) => [environment, ref.name, start, reuses]);

describe("GitLab flow", () => {
    it("gives refs out by the order of environments", () => {
        assert.deepEqual(lanesOf(web()), [
            ["dev", "develop", "push", []],
            ["test", "release-*", "push", ["dev"]],
            ["prod", "v*", "person", ["test", "dev"]],
        ]);
        assert.deepEqual(lanesOf(web({ environments: { test: null } })), [
            ["dev", "develop", "push", []],
            ["prod", "v*", "person", ["dev"]],
        ]);
        const regions = {
            prod: undefined,
            east: { clusters: ["member1"], promotesFrom: "test" },
            west: { clusters: ["member2"], promotesFrom: "test" },
        };
        assert.deepEqual(
            web({}, regions).plan.lanes.map(({ ref }) => ref.name),
            ["develop", "release-*", "v*", "v*"],
        );
    });

    it("takes the lanes of the spec, and reuses images by how far a ref is on its way", () => {
        const lanes = {
            dev: { branch: "main" },
            prod: { tag: "release/*", start: "push" },
            test: { branch: "rc/*", start: "person" },
        };
        const app = web({ lanes });
        assert.deepEqual(lanesOf(app), [
            ["dev", "main", "push", []],
            ["test", "rc/*", "person", ["dev"]],
            ["prod", "release/*", "push", ["test", "dev"]],
        ]);
        assert.deepEqual(app.plan.lanes.at(-1)?.mergesBack, ["main"], "which is the default branch too");
        assert.deepEqual(
            app.plan.source.branches.map(({ name, from, push, merge }) => [name, from, push, merge]),
            [
                ["main", undefined, "maintainer", "developer"],
                ["rc/*", undefined, "maintainer", "developer"],
            ],
        );
        assert.deepEqual(app.plan.source.tags, {
            "tags-prod": { pattern: "release/*", create: "maintainer" },
        });
    });

    it("has protected branches, which the estate makes where they have a name, and folders in one branch", () => {
        const { source, configs, versions, base } = web({ repository: { branch: "master" } }).plan;
        const { plan: config } = configs[0];
        assert.deepEqual(
            source.branches.map(({ name, from, merge }) => [name, from, merge]),
            [
                ["master", undefined, "maintainer"],
                ["develop", "master", "developer"],
                ["release-*", undefined, "developer"],
            ],
        );
        assert.deepEqual(
            [config.start, config.writerRole, config.branches.map(({ name, push }) => [name, push])],
            ["main", "maintainer", [["main", "maintainer"]]],
        );
        assert.deepEqual([base, versions["prod"]?.folder], ["web/chart", "web/chart"]);
        assert.equal(versions["prod"]?.file, "../environments/prod/values.yaml");
        const kustomize = web({ delivery: "kustomize" }).plan;
        assert.deepEqual(
            [kustomize.base, kustomize.versions["prod"]?.folder],
            ["web/base", "web/overlays/prod"],
        );
    });

    it("lives beside environment branches, whose rules are about their own environments", () => {
        const mixed = {
            environments: {
                dev: { clusters: ["member1"] },
                integration: { clusters: ["member2"], class: "nonprod" },
                test: { clusters: ["member1"], promotesFrom: "dev" },
                prod: { clusters: ["member1", "member2"], promotesFrom: "test" },
            },
            apps: {
                api: { environments: { integration: null } },
                web: {
                    flow: "gitlab-flow",
                    environments: { dev: null, test: null },
                    lanes: { integration: { branch: "develop" }, prod: { tag: "v*" } },
                },
            },
        };
        assert.deepEqual(parseEstate(spec(mixed)).problems, []);
        const both = { ...mixed, apps: { ...mixed.apps, api: {} } };
        assert.deepEqual(
            [...new Set(parseEstate(spec(both)).problems.map(({ id }) => id))],
            ["promotion-start"],
        );
    });
});
