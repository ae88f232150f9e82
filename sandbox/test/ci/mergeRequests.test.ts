import assert from "node:assert/strict";
import { test } from "node:test";

import { commit, field, jobs, pipelines, startWithCi, trace, until } from "./harness";

const protectedVariable = { key: "SECRET", value: "protected-value", protected: true };

test("a merge request's pipeline decides over its merge, and sees no protected variables", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    await root.call("PUT", `/projects/${id}`, { only_allow_merge_if_pipeline_succeeds: true });
    await root.call("POST", `/projects/${id}/variables`, protectedVariable);
    await commit(root, id, "main", {
        ".gitlab-ci.yml": `
workflow:
  rules: [{ if: $CI_PIPELINE_SOURCE == "merge_request_event" }]
gate:
  script:
    - echo "!$CI_MERGE_REQUEST_IID $CI_MERGE_REQUEST_SOURCE_BRANCH_NAME to $CI_MERGE_REQUEST_TARGET_BRANCH_NAME <$CI_COMMIT_BRANCH> <$SECRET>"
    - test ! -e broken
`,
    });
    const open = async (branch: string, files: Record<string, string>): Promise<number> => {
        await commit(root, id, branch, files, { start: "main" });
        const made = await root.call("POST", `/projects/${id}/merge_requests`, {
            source_branch: branch,
            target_branch: "main",
            title: branch,
        });
        assert.equal(made.status, 201, JSON.stringify(made.body));
        return field<number>(made.body, "iid");
    };
    const show = async (iid: number): Promise<Record<string, unknown>> =>
        (await root.call("GET", `/projects/${id}/merge_requests/${iid}`)).body as Record<string, unknown>;

    const good = await open("good", { "a.txt": "a" });
    assert.equal((await show(good))["detailed_merge_status"], "ci_still_running");
    const early = await root.call("PUT", `/projects/${id}/merge_requests/${good}/merge`);
    assert.equal(early.status, 405);
    const auto = await root.call("PUT", `/projects/${id}/merge_requests/${good}/merge`, { auto_merge: true });
    assert.equal(auto.status, 200, JSON.stringify(auto.body));
    assert.equal(field<string>(auto.body, "state"), "opened");
    await until(
        "it is merged when its pipeline succeeds",
        async () => (await show(good))["state"] === "merged",
    );

    const [pipeline] = await pipelines(root, id);
    assert.deepEqual(
        [pipeline?.ref, pipeline?.source, pipeline?.status],
        [`refs/merge-requests/${good}/head`, "merge_request_event", "success"],
    );
    const [job] = await jobs(root, id, pipeline?.id ?? 0);
    const log = await trace(root, id, job?.id ?? 0);
    assert.ok(log.includes(`!${good} good to main <> <>\n`), log);

    const bad = await open("bad", { broken: "" });
    await sandbox.idle();
    const shown = await show(bad);
    assert.equal(field<string>(shown["head_pipeline"], "status"), "failed");
    assert.equal(shown["detailed_merge_status"], "ci_must_pass");
    assert.equal((await root.call("PUT", `/projects/${id}/merge_requests/${bad}/merge`)).status, 405);
    const deleted = await root.call("DELETE", `/projects/${id}/repository/files/broken`, {
        branch: "bad",
        commit_message: "Mend",
    });
    assert.equal(deleted.status, 204);
    await sandbox.idle();
    const merged = await root.call("PUT", `/projects/${id}/merge_requests/${bad}/merge`);
    assert.equal(merged.status, 200, JSON.stringify(merged.body));
    assert.equal(field<string>(merged.body, "state"), "merged");
});

test("between protected branches protected variables go to pipelines of those who may merge, if the project allows it", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const dora = await sandbox.newPerson("dora");
    await root.call("POST", `/projects/${id}/members`, { user_id: dora.id, access_level: 30 });
    await root.call("POST", `/projects/${id}/variables`, protectedVariable);
    await commit(root, id, "main", {
        ".gitlab-ci.yml": `
workflow:
  rules: [{ if: $CI_PIPELINE_SOURCE == "merge_request_event" }]
look:
  script: ['echo "$GITLAB_USER_LOGIN <$SECRET>"']
`,
    });
    await commit(root, id, "dev", { "a.txt": "a" }, { start: "main" });
    for (const [name, push, merge] of [
        ["main", 0, 40],
        ["dev", 30, 30],
    ] as const) {
        await root.call("DELETE", `/projects/${id}/protected_branches/${name}`);
        const made = await root.call("POST", `/projects/${id}/protected_branches`, {
            name,
            push_access_level: push,
            merge_access_level: merge,
        });
        assert.equal(made.status, 201, JSON.stringify(made.body));
    }
    const opened = await dora.call("POST", `/projects/${id}/merge_requests`, {
        source_branch: "dev",
        target_branch: "main",
        title: "Promote",
    });
    const iid = field<number>(opened.body, "iid");
    /** What the newest pipeline's job said. */
    const said = async (): Promise<string> => {
        await sandbox.idle();
        const [newest] = await pipelines(root, id);
        const [job] = await jobs(root, id, newest?.id ?? 0);
        return trace(root, id, job?.id ?? 0);
    };
    assert.match(await said(), /^dora <>$/m);
    await commit(dora, id, "dev", { "a.txt": "b" });
    assert.match(await said(), /^dora <>$/m);
    const run = `/projects/${id}/merge_requests/${iid}/pipelines`;
    assert.equal((await root.call("POST", run)).status, 200);
    assert.match(await said(), /^root <protected-value>$/m);
    await root.call("PUT", `/projects/${id}`, { protect_merge_request_pipelines: false });
    assert.equal((await root.call("POST", run)).status, 200);
    assert.match(await said(), /^root <>$/m);
});

test("a merged-results pipeline runs on what the merge would give, and counts for the source branch's commit", async (context) => {
    const sandbox = await startWithCi(context, "premium");
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const at = `/projects/${id}`;
    await root.call("PUT", at, {
        merge_pipelines_enabled: true,
        only_allow_merge_if_pipeline_succeeds: true,
    });
    await commit(root, id, "main", {
        ".gitlab-ci.yml": `
workflow:
  rules: [{ if: $CI_PIPELINE_SOURCE == "merge_request_event" }]
both:
  rules: [{ changes: [ours.txt] }]
  script:
    - echo "$CI_MERGE_REQUEST_EVENT_TYPE $CI_MERGE_REQUEST_REF_PATH <$CI_COMMIT_BRANCH> $CI_COMMIT_REF_NAME"
    - echo "$CI_COMMIT_SHA $CI_MERGE_REQUEST_SOURCE_BRANCH_SHA $CI_MERGE_REQUEST_TARGET_BRANCH_SHA"
    - cat ours.txt theirs.txt
of-target:
  rules: [{ changes: [theirs.txt] }]
  script: ["false"]
`,
    });
    const source = await commit(root, id, "topic", { "ours.txt": "ours\n" }, { start: "main" });
    const target = await commit(root, id, "main", { "theirs.txt": "theirs\n" });
    const opened = await root.call("POST", `${at}/merge_requests`, {
        source_branch: "topic",
        target_branch: "main",
        title: "Topic",
    });
    const iid = field<number>(opened.body, "iid");
    const show = async (): Promise<Record<string, unknown>> =>
        (await root.call("GET", `${at}/merge_requests/${iid}`)).body as Record<string, unknown>;
    assert.equal((await show())["detailed_merge_status"], "ci_still_running");
    await sandbox.idle();
    const [pipeline] = await pipelines(root, id);
    assert.deepEqual(
        [pipeline?.ref, pipeline?.status],
        [`refs/merge-requests/${iid}/merge`, "success"],
        JSON.stringify(pipeline),
    );
    assert.notEqual(pipeline?.sha, source);
    const all = await jobs(root, id, pipeline?.id ?? 0);
    assert.deepEqual(
        all.map(({ name }) => name),
        ["both"],
        "what only the target changed is not the merge request's",
    );
    const log = await trace(root, id, all[0]?.id ?? 0);
    assert.ok(log.includes(`merged_result refs/merge-requests/${iid}/merge <> topic\n`), log);
    assert.ok(log.includes(`${pipeline?.sha} ${source} ${target}\n`), log);
    assert.match(log, /^ours\ntheirs$/m);
    const shown = await show();
    assert.equal(field<number>(shown["head_pipeline"], "id"), pipeline?.id);
    assert.equal(shown["detailed_merge_status"], "mergeable");
    const listed = await root.call("GET", `${at}/merge_requests/${iid}/pipelines`);
    assert.deepEqual(
        (listed.body as { id: number }[]).map((each) => each.id),
        [pipeline?.id],
    );

    // A conflict has no result: the pipeline is about the source branch alone.
    await commit(root, id, "main", { "ours.txt": "other\n" });
    assert.equal((await root.call("POST", `${at}/merge_requests/${iid}/pipelines`)).status, 200);
    await sandbox.idle();
    const [newest] = await pipelines(root, id);
    assert.deepEqual([newest?.ref, newest?.sha], [`refs/merge-requests/${iid}/head`, source]);
});
