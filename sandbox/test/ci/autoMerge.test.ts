/** Merge requests that are set to merge by themselves, and what hooks get of them and their pipelines. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { receiver, Sandbox, type Person } from "../gitlab/harness";
import { commit, field, startWithCi } from "./harness";

async function open(root: Person, id: number, title: string): Promise<string> {
    await commit(root, id, "feature", { "a.txt": title }, { start: "main" });
    const made = await root.call("POST", `/projects/${id}/merge_requests`, {
        source_branch: "feature",
        target_branch: "main",
        title,
        remove_source_branch: false,
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    return `/projects/${id}/merge_requests/${field<number>(made.body, "iid")}`;
}

const set = { auto_merge: true };

test("auto-merge waits for a draft to be ready, for threads and for approvals", async (context) => {
    const sandbox = await Sandbox.start(context, "premium");
    const id = await sandbox.newProject();
    const root = sandbox.root();
    await root.call("PUT", `/projects/${id}`, { only_allow_merge_if_all_discussions_are_resolved: true });
    const state = async (path: string): Promise<unknown> =>
        field((await root.call("GET", path)).body, "state");

    const draft = await open(root, id, "Draft: one");
    assert.equal((await root.call("PUT", `${draft}/merge`)).status, 405);
    const waits = await root.call("PUT", `${draft}/merge`, set);
    assert.equal(waits.status, 200, JSON.stringify(waits.body));
    assert.equal(field(waits.body, "merge_when_pipeline_succeeds"), true);
    await root.call("PUT", draft, { title: "one" });
    assert.equal(await state(draft), "merged");

    await root.call("DELETE", `/projects/${id}/repository/branches/feature`);
    const talked = await open(root, id, "two");
    const thread = await root.call("POST", `${talked}/discussions`, { body: "Why?" });
    assert.equal((await root.call("PUT", `${talked}/merge`, set)).status, 200);
    assert.equal(await state(talked), "opened");
    const route = `${talked}/discussions/${field<string>(thread.body, "id")}`;
    await root.call("PUT", route, { resolved: true });
    assert.equal(await state(talked), "merged");

    await root.call("DELETE", `/projects/${id}/repository/branches/feature`);
    const rule = { name: "all", approvals_required: 1, rule_type: "any_approver" };
    assert.equal((await root.call("POST", `/projects/${id}/approval_rules`, rule)).status, 201);
    const dora = await sandbox.newPerson("dora");
    await root.call("POST", `/projects/${id}/members`, { user_id: dora.id, access_level: 40 });
    const judged = await open(root, id, "three");
    assert.equal((await root.call("PUT", `${judged}/merge`, set)).status, 200);
    assert.equal((await dora.call("POST", `${judged}/approve`)).status, 201);
    assert.equal(await state(judged), "merged");
});

test("auto-merge does not wait for what never comes, and is off after a push", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const draft = await open(root, id, "Draft: one");
    assert.equal((await root.call("PUT", `${draft}/merge`, set)).status, 200);
    await commit(root, id, "feature", { "a.txt": "more" });
    const after = (await root.call("GET", draft)).body;
    assert.equal(field(after, "merge_when_pipeline_succeeds"), false);
    await root.call("DELETE", `/projects/${id}/protected_branches/main`);
    await commit(root, id, "main", { "a.txt": "other" });
    await root.call("PUT", draft, { title: "one" });
    assert.equal((await root.call("PUT", `${draft}/merge`, set)).status, 405, "conflicts stay");
});

test("hooks say what changed in a merge request, and whose pipeline it is", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const { url, received } = await receiver(context);
    await root.call("POST", `/projects/${id}/hooks`, {
        url,
        push_events: false,
        merge_requests_events: true,
        pipeline_events: true,
    });
    await commit(root, id, "main", {
        ".gitlab-ci.yml": `
gate:
  rules: [{ if: $CI_MERGE_REQUEST_IID }]
  environment: { name: live, action: verify }
  script: ['echo "<$CI_MERGE_REQUEST_DRAFT>"']
`,
    });
    const path = await open(root, id, "one");
    await sandbox.idle();
    await root.call("PUT", path, { title: "two", add_labels: "preview" });
    const shown = await root.call("GET", path);
    assert.equal(field(field(field(shown.body, "head_pipeline"), "detailed_status"), "label"), "passed");
    const labels = (await root.call("GET", `/projects/${id}/labels`)).body as { name: string }[];
    assert.deepEqual(
        labels.map((each) => each.name),
        ["preview"],
    );
    assert.equal((await root.call("PUT", `${path}/merge`)).status, 200);
    await sandbox.idle();
    await sandbox.drainHooks();

    const bodies = received.map((each) => each.body);
    const ofAction = (action: string): Record<string, unknown> | undefined =>
        bodies.find((each) => field(each["object_attributes"], "action") === action);
    const update = ofAction("update");
    const changes = update?.["changes"] as Record<string, { previous: unknown; current: unknown }>;
    assert.deepEqual(changes["title"], { previous: "one", current: "two" });
    assert.deepEqual(changes["labels"]?.previous, []);
    const [label] = changes["labels"].current as Record<string, unknown>[];
    assert.deepEqual([label?.["title"], label?.["type"]], ["preview", "ProjectLabel"]);
    assert.equal(typeof field(update?.["object_attributes"], "head_pipeline_id"), "number");
    assert.deepEqual((ofAction("merge")?.["changes"] as typeof changes)["state_id"], {
        previous: 1,
        current: 3,
    });

    const pipeline = bodies.find(
        (each) =>
            each["object_kind"] === "pipeline" && field(each["object_attributes"], "status") === "success",
    );
    assert.equal(field(pipeline?.["merge_request"], "iid"), 1);
    const attributes = pipeline?.["object_attributes"];
    assert.deepEqual([field(attributes, "ref"), field(attributes, "detailed_status")], ["feature", "passed"]);
    const [build] = pipeline?.["builds"] as Record<string, unknown>[];
    assert.deepEqual(
        [build?.["when"], build?.["manual"], build?.["environment"]],
        ["on_success", false, { name: "live", action: "verify", deployment_tier: "production" }],
    );
    assert.equal(typeof build?.["duration"], "number");
});
