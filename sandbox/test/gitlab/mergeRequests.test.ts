/** Merge requests: real merges, real conflicts, and who may merge. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { field, Sandbox, type Person } from "./harness";

interface Scene {
    sandbox: Sandbox;
    id: number;
    root: Person;
    developer: Person;
}

async function scene(context: TestContext, tier: "free" | "premium" = "free"): Promise<Scene> {
    const sandbox = await Sandbox.start(context, tier);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const developer = await sandbox.newPerson("dev");
    await root.api.ProjectMembers.add(id, 30, { userId: developer.id });
    await root.api.RepositoryFiles.create(id, "values.yaml", "main", "tag: 1\nname: web\n", "Values");
    return { sandbox, id, root, developer };
}

async function branchWith({ id, root }: Scene, branch: string, content: string): Promise<void> {
    await root.api.Branches.create(id, branch, "main");
    await root.api.RepositoryFiles.edit(id, "values.yaml", branch, content, `Change on ${branch}`);
}

test("a merge request merges for real: merge commit, both parents, source branch removed", async (context) => {
    const all = await scene(context);
    const { id, root } = all;
    await branchWith(all, "bump", "tag: 2\nname: web\n");
    await root.api.RepositoryFiles.create(id, "other", "main", "x", "Meanwhile on main");
    const request = await root.api.MergeRequests.create(id, "bump", "main", "Bump");
    assert.equal(request.detailed_merge_status, "mergeable");
    assert.equal(request.state, "opened");
    const merged = await root.api.MergeRequests.accept(id, request.iid, { shouldRemoveSourceBranch: true });
    assert.equal(merged.state, "merged");
    const tip = (await root.api.Branches.show(id, "main")).commit;
    assert.equal(tip.id, merged.merge_commit_sha);
    assert.equal(tip.parent_ids?.length, 2);
    assert.match(tip.message, /^Merge branch 'bump' into 'main'\n\nBump\n\nSee merge request acme\/web!1/);
    assert.equal(await root.api.RepositoryFiles.showRaw(id, "values.yaml", "main"), "tag: 2\nname: web\n");
    assert.equal(await root.api.RepositoryFiles.showRaw(id, "other", "main"), "x");
    assert.equal((await root.call("GET", `/projects/${id}/repository/branches/bump`)).status, 404);
    const again = await root.call("PUT", `/projects/${id}/merge_requests/${request.iid}/merge`);
    assert.deepEqual([again.status, again.body], [405, { message: "405 Method Not Allowed" }]);
});

test("a conflict is seen and not merged", async (context) => {
    const all = await scene(context);
    const { id, root } = all;
    await branchWith(all, "left", "tag: left\nname: web\n");
    await root.api.RepositoryFiles.edit(id, "values.yaml", "main", "tag: right\nname: web\n", "Right");
    const request = await root.api.MergeRequests.create(id, "left", "main", "Left");
    assert.equal(request.detailed_merge_status, "conflict");
    assert.equal(request.has_conflicts, true);
    assert.equal(request.merge_status, "cannot_be_merged");
    const before = (await root.api.Branches.show(id, "main")).commit.id;
    const refused = await root.call("PUT", `/projects/${id}/merge_requests/1/merge`);
    assert.deepEqual([refused.status, refused.body], [405, { message: "405 Method Not Allowed" }]);
    assert.equal((await root.api.Branches.show(id, "main")).commit.id, before);
    const rebase = await root.call("PUT", `/projects/${id}/merge_requests/1/rebase`);
    assert.equal(rebase.status, 202);
    const shown = await root.call("GET", `/projects/${id}/merge_requests/1`);
    assert.match(field<string>(shown.body, "merge_error"), /Rebase failed/);
});

test("who may not push to the target may not merge into it, unless the protection says so", async (context) => {
    const all = await scene(context);
    const { id, root, developer } = all;
    await branchWith(all, "bump", "tag: 2\nname: web\n");
    const made = await developer.call("POST", `/projects/${id}/merge_requests`, {
        source_branch: "bump",
        target_branch: "main",
        title: "Bump",
    });
    assert.equal(made.status, 201);
    const refused = await developer.call("PUT", `/projects/${id}/merge_requests/1/merge`);
    assert.deepEqual([refused.status, refused.body], [401, { message: "401 Unauthorized" }]);
    await root.call("DELETE", `/projects/${id}/protected_branches/main`);
    await root.call("POST", `/projects/${id}/protected_branches`, {
        name: "main",
        push_access_level: 0,
        merge_access_level: 30,
    });
    const merged = await developer.call("PUT", `/projects/${id}/merge_requests/1/merge`);
    assert.equal(merged.status, 200);
    assert.equal(field(merged.body, "state"), "merged");
});

test("squash gives one commit, and a changed source is noticed", async (context) => {
    const all = await scene(context);
    const { id, root } = all;
    await branchWith(all, "many", "tag: 2\nname: web\n");
    await root.api.RepositoryFiles.edit(id, "values.yaml", "many", "tag: 3\nname: web\n", "And again");
    await root.api.MergeRequests.create(id, "many", "main", "Many", { squash: true });
    const stale = await root.call("PUT", `/projects/${id}/merge_requests/1/merge`, { sha: "0".repeat(40) });
    assert.equal(stale.status, 409);
    assert.match(field<string>(stale.body, "message"), /^SHA does not match HEAD of source branch/);
    const merged = await root.call("PUT", `/projects/${id}/merge_requests/1/merge`);
    assert.equal(merged.status, 200);
    const squash = await root.api.Commits.show(id, field<string>(merged.body, "squash_commit_sha"));
    assert.equal(squash.title, "Many");
    const titles = (await root.api.Commits.all(id, { refName: "main" })).map((commit) => commit.title);
    assert.ok(!titles.includes("And again"), titles.join(", "));
});

test("fast-forward only: a source that is behind must be rebased first", async (context) => {
    const all = await scene(context);
    const { id, root } = all;
    await root.call("PUT", `/projects/${id}`, { merge_method: "ff" });
    await branchWith(all, "bump", "tag: 2\nname: web\n");
    await root.api.RepositoryFiles.create(id, "other", "main", "x", "Meanwhile");
    const request = await root.api.MergeRequests.create(id, "bump", "main", "Bump");
    assert.equal(request.detailed_merge_status, "need_rebase");
    assert.equal((await root.call("PUT", `/projects/${id}/merge_requests/1/merge`)).status, 405);
    assert.equal((await root.call("PUT", `/projects/${id}/merge_requests/1/rebase`)).status, 202);
    const merged = await root.call("PUT", `/projects/${id}/merge_requests/1/merge`);
    assert.equal(merged.status, 200);
    const tip = (await root.api.Branches.show(id, "main")).commit;
    assert.equal(tip.parent_ids?.length, 1);
    assert.equal(tip.title, "Change on bump");
});

test("drafts, open discussions and missing pipelines block a merge when the project says so", async (context) => {
    const all = await scene(context);
    const { id, root } = all;
    await branchWith(all, "bump", "tag: 2\nname: web\n");
    await root.api.MergeRequests.create(id, "bump", "main", "Draft: Bump");
    const status = async (): Promise<string> =>
        field<string>(
            (await root.call("GET", `/projects/${id}/merge_requests/1`)).body,
            "detailed_merge_status",
        );
    assert.equal(await status(), "draft_status");
    assert.equal((await root.call("PUT", `/projects/${id}/merge_requests/1/merge`)).status, 405);
    await root.call("PUT", `/projects/${id}/merge_requests/1`, { title: "Bump" });

    await root.call("PUT", `/projects/${id}`, { only_allow_merge_if_all_discussions_are_resolved: true });
    const thread = await root.call("POST", `/projects/${id}/merge_requests/1/discussions`, { body: "Why?" });
    assert.equal(await status(), "discussions_not_resolved");
    await root.call(
        "PUT",
        `/projects/${id}/merge_requests/1/discussions/${field<string>(thread.body, "id")}`,
        { resolved: true },
    );

    await root.call("PUT", `/projects/${id}`, { only_allow_merge_if_pipeline_succeeds: true });
    assert.equal(await status(), "ci_must_pass");
    await root.api.RepositoryFiles.create(id, ".gitlab-ci.yml", "bump", "job: {script: [true]}", "CI");
    assert.equal(await status(), "ci_still_running");
    const waiting = await root.call("PUT", `/projects/${id}/merge_requests/1/merge`, { auto_merge: true });
    assert.equal(field(waiting.body, "merge_when_pipeline_succeeds"), true);
    assert.equal(field(waiting.body, "state"), "opened");
    const [pipeline] = await root.api.Pipelines.all(id, { ref: "bump" });
    await root.call("POST", `//__sandbox/projects/${id}/pipelines/${pipeline?.id}`, {
        status: "success",
        jobs: [{ name: "build", stage: "build", status: "success" }],
    });
    const merged = await root.call("GET", `/projects/${id}/merge_requests/1`);
    assert.equal(field(merged.body, "state"), "merged", "merged by itself once the pipeline succeeded");
});

test("creating: same branch, no branch, a second one", async (context) => {
    const all = await scene(context);
    const { id, root } = all;
    await branchWith(all, "bump", "tag: 2\nname: web\n");
    const create = (source: string, target: string): Promise<{ status: number; body: unknown }> =>
        root.call("POST", `/projects/${id}/merge_requests`, {
            source_branch: source,
            target_branch: target,
            title: "T",
        });
    assert.equal((await create("main", "main")).status, 422);
    assert.equal((await create("none", "main")).status, 400);
    assert.equal((await create("bump", "main")).status, 201);
    const second = await create("bump", "main");
    assert.deepEqual(
        [second.status, second.body],
        [409, { message: ["Another open merge request already exists for this source branch: !1"] }],
    );
});

test("a push updates the merge request; pushing its commits to the target merges it", async (context) => {
    const all = await scene(context);
    const { sandbox, id, root } = all;
    await branchWith(all, "bump", "tag: 2\nname: web\n");
    const request = await root.api.MergeRequests.create(id, "bump", "main", "Bump");
    await root.api.RepositoryFiles.edit(id, "values.yaml", "bump", "tag: 9\nname: web\n", "Nine");
    const moved = await root.api.MergeRequests.show(id, request.iid);
    assert.notEqual(moved.sha, request.sha);
    const folder = await sandbox.clone("acme/web", root.token);
    assert.equal((await sandbox.git(folder, "push", "origin", "origin/bump:main")).code, 0);
    assert.equal((await root.api.MergeRequests.show(id, request.iid)).state, "merged");
});

test("notes and discussions are stored, and only their author changes them", async (context) => {
    const all = await scene(context);
    const { id, root, developer } = all;
    await branchWith(all, "bump", "tag: 2\nname: web\n");
    const request = await root.api.MergeRequests.create(id, "bump", "main", "Bump");
    const note = await root.api.MergeRequestNotes.create(id, request.iid, "Preview: http://bump.example");
    const changed = await developer.call(
        "PUT",
        `/projects/${id}/merge_requests/${request.iid}/notes/${note.id}`,
        { body: "mine" },
    );
    assert.equal(changed.status, 403);
    const notes = await root.api.MergeRequestNotes.all(id, request.iid);
    assert.deepEqual(
        notes.map((each) => each.body),
        ["Preview: http://bump.example"],
    );
});

test("premium: required approvals block the merge, authors do not approve themselves, a push resets", async (context) => {
    const all = await scene(context, "premium");
    const { id, root, developer } = all;
    await branchWith(all, "bump", "tag: 2\nname: web\n");
    const rule = await root.call("POST", `/projects/${id}/approval_rules`, {
        name: "Team",
        approvals_required: 1,
        user_ids: [developer.id],
    });
    assert.equal(rule.status, 201);
    await root.api.MergeRequests.create(id, "bump", "main", "Bump");
    assert.equal((await root.call("PUT", `/projects/${id}/merge_requests/1/merge`)).status, 405);
    assert.equal((await root.call("POST", `/projects/${id}/merge_requests/1/approve`)).status, 401);
    assert.equal((await developer.call("POST", `/projects/${id}/merge_requests/1/approve`)).status, 201);
    await root.api.RepositoryFiles.edit(id, "values.yaml", "bump", "tag: 3\nname: web\n", "Three");
    const reset = await root.call("GET", `/projects/${id}/merge_requests/1`);
    assert.equal(field(reset.body, "detailed_merge_status"), "not_approved");
    await developer.call("POST", `/projects/${id}/merge_requests/1/approve`);
    assert.equal((await root.call("PUT", `/projects/${id}/merge_requests/1/merge`)).status, 200);
});

test("merge requests are filtered by what clients ask for", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const alice = await sandbox.newPerson("alice");
    await root.call("POST", `/projects/${id}/members`, { user_id: alice.id, access_level: 40 });
    const open = async (by: typeof root, branch: string, more: object): Promise<void> => {
        await root.call("POST", `/projects/${id}/repository/branches`, { branch, ref: "main" });
        const made = await by.call("POST", `/projects/${id}/merge_requests`, {
            source_branch: branch,
            target_branch: "main",
            title: branch,
            ...more,
        });
        assert.equal(made.status, 201, JSON.stringify(made.body));
    };
    await open(root, "one", { labels: "preview", assignee_ids: [alice.id] });
    await open(alice, "two", { title: "Draft: two" });
    await open(alice, "three", { labels: "preview,wait", reviewer_ids: [1] });
    const base = `/projects/${id}/merge_requests`;
    for (const [query, expected] of [
        ["labels=Any", "one three"],
        ["labels=None", "two"],
        ["labels=preview&not[labels]=wait", "one"],
        ["scope=created_by_me", "one"],
        ["scope=reviews_for_me", "three"],
        ["wip=yes", "two"],
        ["draft=False", "one three"],
        ["assignee_id=Any", "one"],
        ["reviewer_id=None", "one two"],
        ["milestone=Any", ""],
        ["created_after=2000-01-01", "one two three"],
        ["updated_before=2000-01-01", ""],
    ] as const) {
        const { body } = await root.call("GET", `${base}?${query}&sort=asc`);
        assert.equal(
            (body as { source_branch: string }[]).map((each) => each.source_branch).join(" "),
            expected,
            query,
        );
    }
    for (const query of ["scope=mine", "wip=maybe", "state=sleeping", "per_page=0", "created_after=soon"]) {
        assert.equal((await root.call("GET", `${base}?${query}`)).status, 400, query);
    }
    const nothing = await root.call("PUT", `${base}/1`, {});
    assert.equal(nothing.status, 400);
    const cancelled = await root.call("POST", `${base}/1/cancel_merge_when_pipeline_succeeds`);
    assert.deepEqual(cancelled.body, { status: "success" });
});
