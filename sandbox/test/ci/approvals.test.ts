/** What a gate of merge requests lives on, and what could get around it: approvals without a licence, statuses, another target. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { commit, field, jobs, pipelines, startWithCi, until, type Sandbox } from "./harness";

const file = {
    ".gitlab-ci.yml":
        'workflow: { rules: [{ if: $CI_PIPELINE_SOURCE == "merge_request_event" }] }\n' +
        'gate: { script: ["test $CI_MERGE_REQUEST_TARGET_BRANCH_NAME = main"] }\n',
};

/** A project with two branches, and a merge request of dora's into one of them. */
async function scene(context: Parameters<typeof startWithCi>[0], target: string) {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    await commit(root, id, "main", file);
    await root.call("POST", `/projects/${id}/repository/branches`, { branch: "prod", ref: "main" });
    await root.call("PUT", `/projects/${id}`, { only_allow_merge_if_pipeline_succeeds: true });
    const dora = await sandbox.newPerson("dora");
    await root.call("POST", `/projects/${id}/members`, { user_id: dora.id, access_level: 30 });
    await commit(dora, id, "work", { "a.txt": "a" }, { start: "main" });
    const made = await dora.call("POST", `/projects/${id}/merge_requests`, {
        source_branch: "work",
        target_branch: target,
        title: "work",
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    await sandbox.idle();
    return { sandbox, id, root, dora, request: `/projects/${id}/merge_requests/1` };
}

async function status(sandbox: Sandbox, path: string): Promise<string> {
    return field(await (await sandbox.root().call("GET", path)).body, "detailed_merge_status");
}

test("a status takes the place of the job of its name", async (context) => {
    const { sandbox, id, dora, request } = await scene(context, "prod");
    const [pipeline] = await pipelines(dora, id);
    assert.equal(pipeline?.status, "failed");
    assert.equal(await status(sandbox, request), "ci_must_pass");
    const [gate] = await jobs(dora, id, pipeline.id);
    const said = { state: "success", name: "gate", pipeline_id: pipeline.id };
    assert.equal((await dora.call("POST", `/projects/${id}/statuses/${pipeline.sha}`, said)).status, 201);
    assert.equal(await status(sandbox, request), "mergeable");
    const again = await dora.call("POST", `/projects/${id}/jobs/${gate?.id}/retry`);
    assert.equal(again.status, 403, "what was replaced is not run again");
});

test("another target is another diff, with a pipeline of its own", async (context) => {
    const { sandbox, id, dora, root, request } = await scene(context, "main");
    assert.equal(await status(sandbox, request), "mergeable");
    await dora.call("POST", `${request}/approve`);
    const auto = await root.call("PUT", `${request}/merge`, { auto_merge: true, sha: "0".repeat(40) });
    assert.equal(auto.status, 409);
    assert.equal((await dora.call("PUT", request, { target_branch: "prod" })).status, 200);
    assert.equal(await status(sandbox, request), "ci_still_running");
    await until("it has ended", async () => (await status(sandbox, request)) === "ci_must_pass");
    const versions = (await root.call("GET", `${request}/versions`)).body as { created_at: string }[];
    const { body } = await root.call("GET", `${request}/approvals`);
    const [approval] = field<{ approved_at: string }[]>(body, "approved_by");
    assert.equal(versions.length, 2);
    assert.ok((versions[0]?.created_at ?? "") > (approval?.approved_at ?? ""), "approved before");
    assert.equal((await pipelines(root, id)).length, 2);
});

test("approving leaves its time in the activity, and needs no licence", async (context) => {
    const { dora, root, request } = await scene(context, "main");
    await dora.call("POST", `${request}/approve`);
    await dora.call("POST", `${request}/unapprove`);
    const notes = (await root.call("GET", `${request}/notes?sort=asc`)).body as Record<string, unknown>[];
    assert.deepEqual(
        notes.map(({ body, system }) => [body, system]),
        [
            ["approved this merge request", true],
            ["unapproved this merge request", true],
        ],
    );
    assert.equal(field((await root.call("GET", request)).body, "user_notes_count"), 0);
});

test("GraphQL returns who committed, by the addresses of commits", async (context) => {
    const { sandbox, id, root } = await scene(context, "main");
    const mary = await sandbox.newPerson("mary", ["read_api"]);
    const ask = async (token: string, query: string): Promise<Record<string, unknown>> => {
        const answer = await fetch(`${sandbox.url}/api/graphql`, {
            method: "POST",
            headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
            body: JSON.stringify({ query, variables: { path: "acme/web", iid: "1" } }),
        });
        return (await answer.json()) as Record<string, unknown>;
    };
    const query =
        "query($path: ID!, $iid: String!) { project(fullPath: $path) { mergeRequest(iid: $iid) { author { username } committers { nodes { username } } } } }";
    assert.deepEqual(await ask(mary.token, query), { data: { project: null } });
    await root.call("POST", `/projects/${id}/members`, { user_id: mary.id, access_level: 20 });
    await commit(root, id, "work", { "b.txt": "b" });
    const { data } = await ask(mary.token, query);
    assert.deepEqual(JSON.parse(JSON.stringify(data)), {
        project: {
            mergeRequest: {
                author: { username: "dora" },
                committers: { nodes: [{ username: "root" }, { username: "dora" }] },
            },
        },
    });
    assert.match(JSON.stringify(await ask(mary.token, "{ group { id } }")), /Cannot query field/);
});
