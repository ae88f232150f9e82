import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";

import { parse } from "yaml";

import { ciFiles } from "../../components/ci/flows";
import { gatedBranches, wantedApprovals } from "../../estate/approvals";
import type { BranchPlan } from "../../estate/flows/plan";

const branch = (name: string, required?: number): BranchPlan => ({
    name,
    push: "maintainer",
    merge: "maintainer",
    writers: [],
    temporary: false,
    ...(required === undefined ? {} : { approval: { name, required } }),
});
const plan = { branches: [branch("dev"), branch("prod", 2), branch("release-*", 1)] };

describe("approvals", () => {
    it("are wanted by branch", () => {
        assert.deepEqual(wantedApprovals(plan), { prod: 2, "release-*": 1 });
    });

    it("are enforced by a job only where nothing else does, and where one can run", () => {
        const free = { tier: "free", approvalGate: {} } as const;
        const built = [{ ci: "gitlab" }] as const;
        assert.deepEqual(gatedBranches(free, plan, built), { prod: 2, "release-*": 1 });
        assert.equal(gatedBranches({ tier: "free" }, plan, built), undefined, "switched off");
        assert.equal(gatedBranches({ ...free, tier: "premium" }, plan, built), undefined);
        assert.equal(gatedBranches(free, plan, [{ ci: "none" }, { ci: "jenkins" }]), undefined);
        assert.equal(gatedBranches(free, { branches: [branch("dev")] }, built), undefined);
    });
});

describe("the stage of the job that blocks merges", () => {
    for (const [flow, { app, config }] of Object.entries(ciFiles)) {
        for (const [kind, files] of Object.entries({ app, config })) {
            // One flow has the files of another's config repositories.
            const file = path.join(__dirname, "../../components/ci/flows", flow, `${kind}.gitlab-ci.yml`);
            if (files !== undefined && existsSync(file)) {
                it(`is the last of ${flow}, ${kind}`, () => {
                    const text = readFileSync(file, "utf8");
                    const { stages } = parse(text.replace(/__\w+__/g, "x")) as { stages: string[] };
                    assert.equal(stages.at(-1), files.lastStage);
                });
            }
        }
    }
});
