/** Files, commits, trees and comparisons over REST, driven by gitbeaker. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { field, Sandbox, type Answer } from "./harness";

test("files are created, updated, read and deleted, each as one commit", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const { api } = sandbox.root();
    const path = "deploy/values.yaml";
    await api.RepositoryFiles.create(id, path, "main", "tag: 1\n", "Add values");
    const file = await api.RepositoryFiles.show(id, path, "main");
    assert.equal(Buffer.from(file.content, "base64").toString(), "tag: 1\n");
    assert.equal(file.size, 7);
    await api.RepositoryFiles.edit(id, path, "main", Buffer.from("tag: 2\n").toString("base64"), "Move on", {
        encoding: "base64",
    });
    assert.equal(await api.RepositoryFiles.showRaw(id, path, "main"), "tag: 2\n");
    const commits = await api.Commits.all(id, { path });
    assert.deepEqual(
        commits.map((commit) => commit.title),
        ["Move on", "Add values"],
    );
    await api.RepositoryFiles.remove(id, path, "main", "Gone");
    const tree = await api.Repositories.allRepositoryTrees(id, { recursive: true });
    assert.deepEqual(
        tree.map((entry) => entry.path),
        ["README.md"],
    );
});

test("a commit whose author is blank is its user's", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const made = await root.call("POST", `/projects/${id}/repository/files/a`, {
        branch: "main",
        commit_message: "m",
        content: "x",
        author_name: "",
        author_email: "",
    });
    assert.equal(made.status, 201);
    const [commit] = await root.api.Commits.all(id);
    const user = (await root.call("GET", "/user")).body;
    assert.deepEqual(
        [commit?.author_name, commit?.author_email],
        [field(user, "name"), field(user, "email")],
    );
});

test("what the file calls refuse, and in which words", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const base = `/projects/${id}/repository/files`;
    const write = { branch: "main", commit_message: "m", content: "x" };
    const exists = await root.call("POST", `${base}/README.md`, write);
    assert.deepEqual(
        [exists.status, exists.body],
        [400, { message: "A file with this name already exists" }],
    );
    const missing = await root.call("PUT", `${base}/none.md`, write);
    assert.deepEqual(
        [missing.status, missing.body],
        [400, { message: "A file with this name doesn't exist" }],
    );
    assert.deepEqual((await root.call("GET", `${base}/none.md?ref=main`)).body, {
        message: "404 File Not Found",
    });
    const before = await root.call("GET", `${base}/README.md?ref=main`);
    await root.call("PUT", `${base}/README.md`, { ...write, content: "one" });
    const stale = await root.call("PUT", `${base}/README.md`, {
        ...write,
        content: "two",
        last_commit_id: field<string>(before.body, "last_commit_id"),
    });
    assert.equal(stale.status, 400);
    assert.match(field<string>(stale.body, "message"), /has changed since you started editing it/);
    for (const evil of ["..%2Fx", ".git%2Fconfig", "a%2F..%2Fb"]) {
        assert.equal((await root.call("POST", `${base}/${evil}`, write)).status, 400, evil);
    }
    const noBase64 = await root.call("POST", `${base}/x`, { ...write, content: "%%%", encoding: "base64" });
    assert.equal(noBase64.status, 400);
    const developer = await sandbox.newPerson("dev");
    await root.api.ProjectMembers.add(id, 30, { userId: developer.id });
    const refused = await developer.call("POST", `${base}/new.md`, write);
    assert.deepEqual(
        [refused.status, refused.body],
        [400, { message: "You are not allowed to push into this branch" }],
    );
    const commit = await developer.call("POST", `/projects/${id}/repository/commits`, {
        branch: "main",
        commit_message: "m",
        actions: [{ action: "create", file_path: "x", content: "x" }],
    });
    assert.deepEqual(
        [commit.status, commit.body],
        [403, { message: "403 Forbidden - You are not allowed to push into this branch" }],
    );
});

test("one commit with several actions, on a branch it starts", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const { api } = sandbox.root();
    await api.Commits.create(
        id,
        "env",
        "Lay out",
        [
            { action: "create", filePath: "a/one", content: "1" },
            { action: "create", filePath: "run.sh", content: "#!/bin/sh\n", execute_filemode: true },
            { action: "move", filePath: "docs/README.md", previousPath: "README.md" },
        ],
        { startBranch: "main" },
    );
    const tree = await api.Repositories.allRepositoryTrees(id, { ref: "env", recursive: true });
    const modes = new Map(tree.map((entry) => [entry.path, entry.mode]));
    assert.deepEqual([...modes.keys()].sort(), ["a", "a/one", "docs", "docs/README.md", "run.sh"]);
    assert.equal(modes.get("run.sh"), "100755");
    const comparison = await api.Repositories.compare(id, "main", "env");
    assert.equal(comparison.commits?.length, 1);
    const renamed = comparison.diffs?.find((diff) => diff.new_path === "docs/README.md");
    assert.equal(renamed?.renamed_file, true);
});

test("two writers at once: every write is one commit and none is lost", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const { api } = sandbox.root();
    await Promise.all(
        [...Array(8).keys()].map((index) =>
            api.RepositoryFiles.create(id, `file-${index}`, "main", "x", `Write ${index}`),
        ),
    );
    const commits = await api.Commits.all(id);
    assert.equal(commits.length, 9);
});

test("cherry-pick and revert are real, and say so when they cannot", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const { api } = root;
    await api.Branches.create(id, "env", "main");
    await api.RepositoryFiles.create(id, "tag", "main", "1\n", "One");
    const second = await api.Commits.create(id, "main", "Two", [
        { action: "update", filePath: "tag", content: "2\n" },
    ]);
    const conflict = await root.call("POST", `/projects/${id}/repository/commits/${second.id}/cherry_pick`, {
        branch: "env",
    });
    assert.equal(conflict.status, 400);
    assert.equal(field(conflict.body, "error_code"), "conflict");
    const reverted = await root.call("POST", `/projects/${id}/repository/commits/${second.id}/revert`, {
        branch: "main",
    });
    assert.equal(reverted.status, 201);
    assert.equal(await api.RepositoryFiles.showRaw(id, "tag", "main"), "1\n");
});

test("a status of another system moves a pipeline of its own, and the commit shows it", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const tip = (await root.api.Branches.show(id, "main")).commit.id;
    const post = (state: string, more: object = {}): Promise<Answer> =>
        root.call("POST", `/projects/${id}/statuses/${tip}`, { state, name: "argocd", ...more });
    const first = await post("pending");
    assert.equal(first.status, 201, JSON.stringify(first.body));
    assert.equal(field(first.body, "ref"), "main");
    const pipeline = field<number>(first.body, "pipeline_id");
    const shown = async (): Promise<[string, string]> => {
        const { body } = await root.call("GET", `/projects/${id}/pipelines/${pipeline}`);
        return [field(body, "source"), field(body, "status")];
    };
    assert.deepEqual(await shown(), ["external", "pending"]);
    const ids = [];
    // What Flux does: the end is reported again with each change of the description.
    for (const [state, status] of [
        ["running", 201],
        ["running", 400],
        ["pending", 400],
        ["success", 201],
        ["success", 201],
        ["failed", 201],
        ["failed", 201],
        ["pending", 201],
        ["pending", 400],
        ["success", 201],
    ] as const) {
        const answer = await post(state, { description: `now ${state}` });
        assert.equal(answer.status, status, `${state}: ${JSON.stringify(answer.body)}`);
        if (status === 201) {
            ids.push(field<number>(answer.body, "id"));
            assert.equal((await shown())[1], state);
        } else {
            assert.match(
                field(answer.body, "message"),
                /^Cannot transition status via :(run|enqueue) from :/,
            );
        }
    }
    assert.equal(ids[0], field(first.body, "id"), "a status that has not ended is the same one");
    assert.equal(new Set(ids).size, 5, "one that has ended makes room for a new one");
    const list = async (query: string): Promise<string[]> =>
        (
            (await root.call("GET", `/projects/${id}/repository/commits/${tip}/statuses${query}`)).body as {
                status: string;
            }[]
        ).map((each) => each.status);
    assert.deepEqual(await list(""), ["success"]);
    assert.equal((await list("?all=True")).length, 5);
    const commit = (await root.call("GET", `/projects/${id}/repository/commits/${tip}`)).body;
    assert.equal(field(commit, "status"), "success");
    assert.equal(field(field(commit, "last_pipeline"), "id"), pipeline);
    const other = await post("failed", { name: "flux" });
    assert.equal(field(other.body, "pipeline_id"), pipeline);
    assert.deepEqual(await shown(), ["external", "failed"]);
});

test("a status is refused without a commit, a pipeline, an address or the right to write to the branch", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const tip = (await root.api.Branches.show(id, "main")).commit.id;
    const developer = await sandbox.newPerson("dev");
    await root.call("POST", `/projects/${id}/members`, { user_id: developer.id, access_level: 30 });
    const post = async (by: typeof root, body: object, sha = tip): Promise<[number, unknown]> => {
        const answer = await by.call("POST", `/projects/${id}/statuses/${sha}`, {
            state: "success",
            ...body,
        });
        return [answer.status, field(answer.body, "message")];
    };
    assert.deepEqual(await post(root, {}, "0".repeat(40)), [404, "404 Commit Not Found"]);
    assert.deepEqual(await post(root, { pipeline_id: 99 }), [
        404,
        "404 Pipeline for pipeline_id, sha and ref Not Found",
    ]);
    assert.equal((await post(root, { target_url: "notaurl" }))[0], 400);
    // main is protected: a developer neither pushes nor merges there.
    assert.deepEqual(await post(developer, {}), [403, "403 Forbidden"]);
    await root.call("POST", `/projects/${id}/repository/branches`, { branch: "topic", ref: "main" });
    assert.equal((await post(developer, { ref: "topic" }))[0], 201);
});

test("a failed status of another system blocks a merge request", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    await root.call("PUT", `/projects/${id}`, { only_allow_merge_if_pipeline_succeeds: true });
    const commit = await root.call("POST", `/projects/${id}/repository/commits`, {
        branch: "topic",
        start_branch: "main",
        commit_message: "Topic",
        actions: [{ action: "create", file_path: "a", content: "a" }],
    });
    const sha = field<string>(commit.body, "id");
    await root.call("POST", `/projects/${id}/merge_requests`, {
        source_branch: "topic",
        target_branch: "main",
        title: "Topic",
    });
    const status = async (state: string): Promise<string> => {
        await root.call("POST", `/projects/${id}/statuses/${sha}`, { state, name: "argocd" });
        const { body } = await root.call("GET", `/projects/${id}/merge_requests/1`);
        return field(body, "detailed_merge_status");
    };
    assert.equal(await status("running"), "ci_still_running");
    assert.equal(await status("failed"), "ci_must_pass");
    assert.equal(await status("success"), "mergeable");
});
