/** What the project for pipelines consists of. What GitLab makes of a pipeline that includes it is for test/e2e. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import * as gitlab from "@pulumi/gitlab";
import { PipelinesProject, type PipelinesProjectArgs } from "../../../components/gitlab/pipelinesProject";
import { leaks, record, registration, type Recording } from "../../support/engine";
import { sampleGitLab } from "../sample";

function recordProject(overrides: Partial<PipelinesProjectArgs> = {}): Promise<Recording<unknown>> {
    return record(() => {
        const args = {
            pipelines: { path: "ci", fullPath: "acme/ci" },
            gitlab: sampleGitLab(),
            parentId: 7,
            teams: { shop: 8, pay: 9 },
            files: [{ path: "one/app.yml", text: "a: 1\n" }],
            version: "v1-0a",
            deletionProtection: false,
            ...overrides,
        };
        new PipelinesProject("pipelines", args, { providers: [new gitlab.Provider("gitlab")] });
    });
}

const named = ({ registrations }: Recording<unknown>, type: string): string[] =>
    registrations.filter((each) => each.type.endsWith(`:${type}`)).map(({ name }) => name);

test("all teams read it, and only maintainers of the estate's group change it", async () => {
    const recording = await recordProject();
    const { visibilityLevel, path } = registration(recording, "pipelines-project").inputs;
    assert.deepEqual([path, visibilityLevel], ["ci", "private"]);
    assert.deepEqual(named(recording, "ProjectShareGroup"), [
        "pipelines-readers-pay",
        "pipelines-readers-shop",
    ]);
    const { groupId, groupAccess } = registration(recording, "pipelines-readers-shop").inputs;
    assert.deepEqual([groupId, groupAccess], [8, "reporter"]);
    const { branch, pushAccessLevel, mergeAccessLevel } = registration(recording, "pipelines-branch").inputs;
    assert.deepEqual([branch, pushAccessLevel, mergeAccessLevel], ["main", "maintainer", "maintainer"]);
    const { tag, createAccessLevel } = registration(recording, "pipelines-versions").inputs;
    assert.deepEqual([tag, createAccessLevel], ["v*", "maintainer"]);
    assert.deepEqual(leaks(recording), []);
});

test("who can sign in reads an internal one: it is shared with nobody", async () => {
    const recording = await recordProject({ gitlab: sampleGitLab({ visibility: "internal" }) });
    assert.deepEqual(named(recording, "ProjectShareGroup"), []);
});

test("a version is a tag of its own, and an earlier one stays on the server", async () => {
    const recording = await recordProject();
    const { inputs, options } = registration(recording, "pipelines-v1-0a");
    assert.deepEqual([inputs["name"], inputs["ref"]], ["v1-0a", "main"]);
    assert.equal(options.retainOnDelete, true);
});

test("files follow the program, and are no commit where only the version is another one", async () => {
    const recording = await recordProject();
    const { inputs, options } = registration(recording, "pipelines-file-one/app.yml");
    assert.deepEqual([inputs["content"], inputs["overwriteOnCreate"]], ["a: 1\n", true]);
    assert.deepEqual(options.ignoreChanges, ["commitMessage"]);
});

test("it stays where repositories that include it do", async () => {
    const recording = await recordProject({ deletionProtection: true });
    const { protect, retainOnDelete } = registration(recording, "pipelines-project").options;
    assert.deepEqual([protect, retainOnDelete], [true, true]);
});
