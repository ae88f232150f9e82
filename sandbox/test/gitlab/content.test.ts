/** Files, commits, trees and comparisons over REST, driven by gitbeaker. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { field, Sandbox } from "./harness";

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

test("commit statuses of other systems are kept per commit and name", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const tip = (await root.api.Branches.show(id, "main")).commit.id;
    for (const state of ["running", "success"]) {
        const made = await root.call("POST", `/projects/${id}/statuses/${tip}`, { state, name: "argocd" });
        assert.equal(made.status, 201);
    }
    const again = await root.call("POST", `/projects/${id}/statuses/${tip}`, {
        state: "success",
        name: "argocd",
    });
    assert.equal(again.status, 400);
    const statuses = (await root.call("GET", `/projects/${id}/repository/commits/${tip}/statuses`)).body;
    assert.deepEqual(
        (statuses as { status: string; name: string }[]).map(({ name, status }) => [name, status]),
        [["argocd", "success"]],
    );
});
