/**
 * Pushes with the real git: who may, to which refs, and what git shows when not.
 * Does not prove anything about SSH, which the stand-in does not have.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { field, Sandbox, type GitResult, type Person } from "./harness";

async function commit(sandbox: Sandbox, folder: string, text: string, file = "file.txt"): Promise<void> {
    await writeFile(join(folder, file), text);
    await sandbox.git(folder, "add", "-A");
    const result = await sandbox.git(folder, "commit", "-qm", text);
    assert.equal(result.code, 0, result.output);
}

async function withDeveloper(
    context: TestContext,
): Promise<{ sandbox: Sandbox; id: number; developer: Person; folder: string }> {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const developer = await sandbox.newPerson("dev");
    await sandbox.root().api.ProjectMembers.add(id, 30, { userId: developer.id });
    const folder = await sandbox.clone("acme/web", developer.token);
    return { sandbox, id, developer, folder };
}

function refused(result: GitResult, message: string): void {
    assert.notEqual(result.code, 0, "git must fail");
    assert.match(result.output, new RegExp(message));
}

test("a developer pushes branches, but not to the protected default branch", async (context) => {
    const { sandbox, id, folder } = await withDeveloper(context);
    await commit(sandbox, folder, "change");
    refused(
        await sandbox.git(folder, "push", "origin", "main"),
        "remote: GitLab: You are not allowed to push code to protected branches on this project\\.",
    );
    const pushed = await sandbox.git(folder, "push", "origin", "HEAD:feature/one");
    assert.equal(pushed.code, 0, pushed.output);
    const branch = await sandbox.root().api.Branches.show(id, "feature/one");
    assert.equal(branch.commit.message.trim(), "change");
    assert.equal(branch.protected, false);
});

test("a maintainer pushes to the protected branch, but never by force, and cannot delete it by push", async (context) => {
    const { sandbox, id } = await withDeveloper(context);
    const maintainer = await sandbox.newPerson("maint");
    await sandbox.root().api.ProjectMembers.add(id, 40, { userId: maintainer.id });
    const folder = await sandbox.clone("acme/web", maintainer.token);
    await commit(sandbox, folder, "one");
    assert.equal((await sandbox.git(folder, "push", "origin", "main")).code, 0);
    await sandbox.git(folder, "commit", "-q", "--amend", "-m", "rewritten");
    refused(
        await sandbox.git(folder, "push", "--force", "origin", "main"),
        "You are not allowed to force push code to a protected branch on this project",
    );
    await sandbox.root().api.ProtectedBranches.protect(id, "env-*");
    assert.equal((await sandbox.git(folder, "push", "origin", "HEAD:env-test")).code, 0);
    refused(
        await sandbox.git(folder, "push", "origin", ":env-test"),
        "You can only delete protected branches using the web interface",
    );
    refused(
        await sandbox.git(folder, "push", "origin", ":main"),
        "The default branch of a project cannot be deleted",
    );
    assert.equal(
        (await maintainer.call("DELETE", `/projects/${id}/repository/branches/env-test`)).status,
        204,
    );
});

test("force push passes where the protection allows it", async (context) => {
    const { sandbox, id } = await withDeveloper(context);
    const root = sandbox.root();
    assert.equal(
        (await root.call("PATCH", `/projects/${id}/protected_branches/main`, { allow_force_push: true }))
            .status,
        200,
    );
    const folder = await sandbox.clone("acme/web", root.token);
    await sandbox.git(folder, "commit", "-q", "--amend", "-m", "rewritten");
    const result = await sandbox.git(folder, "push", "--force", "origin", "main");
    assert.equal(result.code, 0, result.output);
});

test("level 0 excludes everybody, administrators too, and wildcards protect branches before they exist", async (context) => {
    const { sandbox, id, folder } = await withDeveloper(context);
    const root = sandbox.root();
    await root.call("POST", `/projects/${id}/protected_branches`, {
        name: "prod",
        push_access_level: 0,
        merge_access_level: 40,
    });
    const mine = await sandbox.clone("acme/web", root.token);
    await commit(sandbox, mine, "new", "other.txt");
    refused(
        await sandbox.git(mine, "push", "origin", "HEAD:prod"),
        "not allowed to create protected branches",
    );
    await root.api.ProtectedBranches.protect(id, "release/*");
    await commit(sandbox, folder, "dev");
    refused(
        await sandbox.git(folder, "push", "origin", "HEAD:release/1"),
        "You are not allowed to create protected branches on this project",
    );
});

test("protected tags are made by whom the protection names, and are not moved", async (context) => {
    const { sandbox, id, folder } = await withDeveloper(context);
    const root = sandbox.root();
    await root.api.ProtectedTags.protect(id, "v*");
    await sandbox.git(folder, "tag", "v1.0.0");
    await sandbox.git(folder, "tag", "free");
    refused(
        await sandbox.git(folder, "push", "origin", "v1.0.0"),
        "You are not allowed to create this tag as it is protected",
    );
    assert.equal((await sandbox.git(folder, "push", "origin", "free")).code, 0);
    const mine = await sandbox.clone("acme/web", root.token);
    await sandbox.git(mine, "tag", "v1.0.0");
    assert.equal((await sandbox.git(mine, "push", "origin", "v1.0.0")).code, 0);
    await commit(sandbox, mine, "later");
    await sandbox.git(mine, "tag", "-f", "v1.0.0");
    refused(await sandbox.git(mine, "push", "-f", "origin", "v1.0.0"), "Protected tags cannot be updated");
    const tag = await root.api.Tags.show(id, "v1.0.0");
    assert.equal(tag.protected, true);
});

test("tokens open git by scope: read_repository clones, write_repository pushes, read_user does neither", async (context) => {
    const { sandbox, id } = await withDeveloper(context);
    const root = sandbox.root();
    const reader = await sandbox.newPerson("reader", ["read_repository"]);
    const writer = await sandbox.newPerson("writer", ["write_repository"]);
    const other = await sandbox.newPerson("other", ["read_user"]);
    for (const person of [reader, writer, other]) {
        await root.api.ProjectMembers.add(id, 40, { userId: person.id });
    }
    const clone = await sandbox.clone("acme/web", reader.token);
    await commit(sandbox, clone, "x");
    refused(
        await sandbox.git(clone, "push", "origin", "HEAD:b"),
        "You are not allowed to push code to this project",
    );
    const writing = await sandbox.clone("acme/web", writer.token);
    assert.equal((await sandbox.git(writing, "push", "origin", "HEAD:c")).code, 0);
    await assert.rejects(
        () => sandbox.clone("acme/web", other.token),
        /You are not allowed to download code from this project/,
    );
    await assert.rejects(() => sandbox.clone("acme/web", "glpat-nonsense"), /Access denied/);
});

test("strangers and guests get nothing from a private project, anybody clones a public one", async (context) => {
    const { sandbox, id } = await withDeveloper(context);
    const stranger = await sandbox.newPerson("stranger");
    await assert.rejects(() => sandbox.clone("acme/web", stranger.token), /could not be found/);
    await sandbox.root().api.ProjectMembers.add(id, 10, { userId: stranger.id });
    await assert.rejects(() => sandbox.clone("acme/web", stranger.token), /not allowed to download code/);

    const root = sandbox.root();
    const open = await root.call("POST", "/projects", {
        name: "open",
        visibility: "public",
        initialize_with_readme: true,
    });
    assert.equal(open.status, 201);
    const result = await sandbox.git(sandbox.dir, "clone", "-q", `${sandbox.url}/root/open.git`, "anonymous");
    assert.equal(result.code, 0, result.output);
});

test("a deploy token clones its project only, and pushes nothing", async (context) => {
    const { sandbox, id } = await withDeveloper(context);
    await sandbox.newProject("other");
    const root = sandbox.root();
    const made = await root.call("POST", `/projects/${id}/deploy_tokens`, {
        name: "argocd",
        scopes: ["read_repository"],
    });
    const token = field<string>(made.body, "token");
    const username = field<string>(made.body, "username");
    assert.match(token, /^gldt-/);
    const folder = await sandbox.clone("acme/web", token, username);
    refused(
        await sandbox.git(folder, "push", "origin", "HEAD:x"),
        "You are not allowed to push code to this project",
    );
    await assert.rejects(() => sandbox.clone("acme/other", token, username), /could not be found/);
    await assert.rejects(() => sandbox.clone("acme/web", token, "somebody"), /Access denied/);
    await root.call("DELETE", `/projects/${id}/deploy_tokens/${field<number>(made.body, "id")}`);
    await assert.rejects(() => sandbox.clone("acme/web", token, username), /Access denied/);
});

test("an archived project is read-only", async (context) => {
    const { sandbox, id, folder } = await withDeveloper(context);
    await sandbox.root().api.Projects.archive(id);
    await commit(sandbox, folder, "late");
    refused(await sandbox.git(folder, "push", "origin", "HEAD:late"), "You are not allowed to push code");
    await sandbox.root().api.Projects.unarchive(id);
    assert.equal((await sandbox.git(folder, "push", "origin", "HEAD:late")).code, 0);
});

test("the first push to an empty project makes its default branch and protects it", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const project = await root.api.Projects.create({ name: "empty" });
    assert.equal(project.empty_repo, true);
    assert.equal(project.default_branch, null);
    const folder = await sandbox.clone("root/empty", root.token);
    await sandbox.git(folder, "checkout", "-q", "-b", "trunk");
    await commit(sandbox, folder, "first");
    assert.equal((await sandbox.git(folder, "push", "origin", "trunk")).code, 0);
    const shown = await root.api.Projects.show(project.id);
    assert.equal(shown.default_branch, "trunk");
    const [protection] = await root.api.ProtectedBranches.all(project.id);
    assert.equal(protection?.name, "trunk");
});

test("git push -o merge_request.create opens a merge request", async (context) => {
    const { sandbox, id, folder } = await withDeveloper(context);
    await commit(sandbox, folder, "idea");
    const result = await sandbox.git(folder, "push", "-o", "merge_request.create", "origin", "HEAD:idea");
    assert.equal(result.code, 0, result.output);
    const [request] = await sandbox.root().api.MergeRequests.all({ projectId: id });
    assert.equal(request?.title, "idea");
    assert.equal(request?.target_branch, "main");
});

test("push options change the merge request that is open for the branch", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const folder = await sandbox.clone("acme/web", root.token);
    const push = async (...options: string[]): Promise<Record<string, unknown>> => {
        await sandbox.git(folder, "commit", "-q", "--allow-empty", "-m", "work");
        const arguments_ = options.flatMap((each) => ["-o", `merge_request.${each}`]);
        const pushed = await sandbox.git(folder, "push", "origin", "HEAD:feature", ...arguments_);
        assert.equal(pushed.code, 0, pushed.output);
        const { body } = await root.call("GET", `/projects/${id}/merge_requests?source_branch=feature`);
        return (body as Record<string, unknown>[])[0] ?? {};
    };
    assert.deepEqual(await push("title=none"), {}, "none is open, and none is asked for");
    const made = await push("create", "title=one", "label=a", "label=b");
    assert.deepEqual([made["title"], made["labels"]], ["one", ["a", "b"]]);
    const changed = await push("create", "title=two", "description=more", "unlabel=a", "draft");
    assert.deepEqual(
        [changed["iid"], changed["title"], changed["description"], changed["labels"]],
        [1, "Draft: two", "more", ["b"]],
    );
});
