/**
 * Merge requests that bring other pipelines, from the first to the last, on the GitLab stand-in with real pipelines. That
 * `npm run up` opens them is for test/e2e/trunk.test.ts.
 */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import type { Ask } from "../../../commands/doctor/http";
import { propose, type Wish } from "../../../commands/support/proposals";
import { appEstateFile } from "../../../components/ci/content";
import { includedFiles } from "../../../components/ci/included";
import { ruleSettings } from "../../../components/ci/settings";
import { commit, field, pipelines, startWithCi, until } from "../../../sandbox/test/ci/harness";
import { sampleApp } from "../../components/sample";

interface Request {
    readonly iid: number;
    readonly state: string;
    readonly author: { readonly username: string };
}

/** A repository that includes its pipelines, with a branch that work begins on, and versions v1 to v4 of them. */
async function scene(context: TestContext, flow: string, branch: string) {
    const sandbox = await startWithCi(context);
    const root = sandbox.root();
    const source = await sandbox.newProject("pipelines", "estate");
    await commit(
        root,
        source,
        "main",
        Object.fromEntries(includedFiles().map((file) => [file.path, file.text])),
    );
    for (const tag_name of ["v1", "v2", "v3", "v4"]) {
        await root.call("POST", `/projects/${source}/repository/tags`, { tag_name, ref: "main" });
    }
    const id = await sandbox.newProject("web");
    const of = `/projects/${id}`;
    const wishFor = (version: string): Wish => {
        const file = appEstateFile(sampleApp("web", { flow, included: { byMergeRequest: true, version } }), {
            project: "estate/pipelines",
            version,
        });
        assert.ok(file !== undefined);
        const title = "Include the pipelines that the estate names";
        return {
            project: String(id),
            repository: "acme/web",
            branch,
            path: file.path,
            text: file.text,
            version,
            title: file.quiet ? title : `${title} [skip ci]`,
            commit: title,
        };
    };
    await commit(
        root,
        id,
        "main",
        {
            "ci/estate.yml": wishFor("v1").text,
            ".gitlab-ci.yml":
                "include: ci/estate.yml\nunit: { extends: .tests, stage: test, script: [echo fine] }\n",
        },
        { message: "Begin [skip ci]" },
    );
    if (branch !== "main") {
        await root.call("POST", `${of}/repository/branches`, { branch, ref: "main" });
        await root.call("POST", `${of}/protected_branches`, { name: branch });
    }
    for (const [key, value] of Object.entries(ruleSettings(sampleApp("web", { flow, included: {} })))) {
        await root.call("POST", `${of}/variables`, { key, value, raw: true });
    }
    const mary = await sandbox.newPerson("mary");
    for (const project of [id, source]) {
        await root.call("POST", `/projects/${project}/members`, { user_id: mary.id, access_level: 40 });
    }
    await root.call("PUT", of, { only_allow_merge_if_pipeline_succeeds: true });
    const ask: Ask = async (method, path, body) => {
        const answer = await root.call(method, path, body);
        return { status: answer.status, headers: {}, body: answer.body };
    };
    const requests = async (): Promise<Request[]> =>
        (await mary.call("GET", `${of}/merge_requests?order_by=created_at&sort=desc`)).body as Request[];
    const text = async (ref: string): Promise<string> => {
        const { body } = await mary.call(
            "GET",
            `${of}/repository/files/${encodeURIComponent("ci/estate.yml")}?ref=${encodeURIComponent(ref)}`,
        );
        return Buffer.from(field<string>(body, "content"), "base64").toString();
    };
    const merged = async (iid: number): Promise<void> => {
        await until("a merge request that can be merged", async () => {
            const { status } = await mary.call("PUT", `${of}/merge_requests/${iid}/merge`, {
                should_remove_source_branch: true,
            });
            return status === 200;
        });
        await sandbox.idle();
    };
    return { sandbox, mary, id, of, wishFor, ask, requests, text, merged };
}

for (const [flow, branch] of [
    ["gitlab-flow", "develop"],
    ["environment-branches", "main"],
] as const) {
    test(`flow ${flow}: one merge request follows the spec, people add to it, and its merge starts no pipeline`, async (context) => {
        const { mary, id, of, wishFor, ask, requests, text, merged } = await scene(context, flow, branch);
        assert.match(String(await propose([wishFor("v2")], ask)), /a merge request brings version v2/);
        assert.match(String(await propose([wishFor("v2")], ask)), /version v2 .* waits to be merged/);
        await commit(mary, id, "estate/pipelines", { "ci/unit.sh": "true\n" }, { message: "Our part of it" });
        assert.match(String(await propose([wishFor("v3")], ask)), /brings version v3 of the pipelines now/);
        const [request, ...others] = await requests();
        assert.ok(request !== undefined);
        assert.deepEqual(others, []);

        await merged(request.iid);
        assert.equal(await text(branch), wishFor("v3").text);
        const kept = await mary.call("GET", `${of}/repository/files/ci%2Funit.sh?ref=${branch}`);
        assert.equal(kept.status, 200);
        const ran = (await pipelines(mary, id, `&ref=${branch}`)).filter(
            ({ status }) => status !== "skipped",
        );
        assert.deepEqual(ran, []);
        const gone = await mary.call("GET", `${of}/repository/branches/estate%2Fpipelines`);
        assert.equal(gone.status, 404);
        assert.deepEqual(await propose([wishFor("v3")], ask), []);
        assert.equal((await requests()).length, 1);

        // What is merged there otherwise has its pipeline.
        await commit(mary, id, "work", { "src.txt": "work\n" }, { start: branch });
        const opened = await mary.call("POST", `${of}/merge_requests`, {
            source_branch: "work",
            target_branch: branch,
            title: "Work",
        });
        await merged(field<number>(opened.body, "iid"));
        const next = (await pipelines(mary, id, `&ref=${branch}`)).filter(
            ({ status }) => status !== "skipped",
        );
        assert.equal(next.length, 1);
    });
}

test("closed by a person, edited by hand, taken back, in the way of each other", async (context) => {
    const { sandbox, mary, id, of, wishFor, ask, requests, text, merged } = await scene(
        context,
        "gitlab-flow",
        "develop",
    );
    const close = async (): Promise<void> => {
        const [newest] = await requests();
        await mary.call("PUT", `${of}/merge_requests/${String(newest?.iid)}`, { state_event: "close" });
    };
    await propose([wishFor("v2")], ask);
    await close();
    assert.match(String(await propose([wishFor("v2")], ask)), /v2 .* was declined/);
    assert.equal((await requests()).length, 1);
    assert.match(String(await propose([wishFor("v3")], ask)), /a merge request brings version v3/);
    assert.equal(await text("estate/pipelines"), wishFor("v3").text);

    // The spec is as the branch again, and then it is not.
    assert.match(
        String(await propose([wishFor("v1")], ask)),
        /has version v1 .*, the merge request is closed/,
    );
    assert.deepEqual(
        (await requests()).map(({ state }) => state),
        ["closed", "closed"],
    );
    assert.match(String(await propose([wishFor("v3")], ask)), /a merge request brings version v3/);

    // Somebody writes to the file itself: what is open cannot be merged as it is, and begins anew.
    await commit(mary, id, "develop", { "ci/estate.yml": "# by hand\n" });
    // The stand-in says of conflicts once nothing else is in the way.
    await sandbox.idle();
    assert.match(String(await propose([wishFor("v3")], ask)), /brings version v3 of the pipelines now/);
    const [open] = await requests();
    assert.equal(open?.state, "opened");
    await merged(open.iid);
    assert.equal(await text("develop"), wishFor("v3").text);

    // A merge request of somebody else's is left alone.
    await commit(mary, id, "estate/pipelines", { "ci/estate.yml": "# hers\n" }, { start: "develop" });
    await mary.call("POST", `${of}/merge_requests`, {
        source_branch: "estate/pipelines",
        target_branch: "develop",
        title: "Hers",
    });
    assert.deepEqual(await propose([wishFor("v3")], ask), []);
    assert.match(
        String(await propose([wishFor("v4")], ask)),
        /is not proposed: somebody else's merge request/,
    );
    assert.equal(await text("estate/pipelines"), "# hers\n");
});
