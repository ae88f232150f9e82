/** The life of groups and projects, and how lists and errors look. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { eventually, field, Sandbox } from "./harness";

test("the default branch is protected by itself, a moment after the project is there", async (context) => {
    const sandbox = await Sandbox.start(context, "free", { protectionDelayMs: 2000 });
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const before = await root.api.Branches.show(id, "main");
    assert.equal(before.protected, false, "GitLab answers before it protects");
    const after = await eventually("main is protected", async () => {
        const branch = await root.api.Branches.show(id, "main");
        return branch.protected && branch;
    });
    assert.equal(after.default, true);
    // As the provider does it: unprotect, then protect with own settings. Nothing protects it again behind that.
    assert.equal((await root.call("DELETE", `/projects/${id}/protected_branches/main`)).status, 204);
    const own = await root.call("POST", `/projects/${id}/protected_branches`, {
        name: "main",
        push_access_level: 0,
        merge_access_level: 40,
    });
    assert.equal(own.status, 201);
    const twice = await root.call("POST", `/projects/${id}/protected_branches`, { name: "main" });
    assert.deepEqual(
        [twice.status, twice.body],
        [409, { message: "Protected branch 'main' already exists" }],
    );
});

test("a group can say that default branches are not protected", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    await root.call("POST", "/groups", { name: "open", path: "open", default_branch_protection: 0 });
    const id = await sandbox.newProject("web", "open");
    assert.deepEqual(await root.api.ProtectedBranches.all(id), []);
});

test("a deleted project is marked, its path is free at once, and it can come back or go for good", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const early = await root.call("DELETE", `/projects/${id}?permanently_remove=true&full_path=acme/web`);
    assert.equal(early.status, 400, "only what is marked can be removed");
    const marked = await root.call("DELETE", `/projects/${id}`);
    assert.deepEqual([marked.status, marked.body], [202, { message: "202 Accepted" }]);
    const shown = await root.call("GET", `/projects/${id}`);
    assert.equal(field(shown.body, "marked_for_deletion_on"), new Date().toISOString().slice(0, 10));
    assert.equal(field(shown.body, "path"), `web-deletion_scheduled-${id}`);
    const next = await sandbox.newProject();
    assert.notEqual(next, id);
    const wrong = await root.call("DELETE", `/projects/${id}?permanently_remove=true&full_path=acme/web`);
    assert.equal(wrong.status, 400);
    const path = field<string>(shown.body, "path_with_namespace");
    const gone = await root.call(
        "DELETE",
        `/projects/${id}?permanently_remove=true&full_path=${encodeURIComponent(path)}`,
    );
    assert.equal(gone.status, 202);
    assert.equal((await root.call("GET", `/projects/${id}`)).status, 404);

    await root.call("DELETE", `/projects/${next}`);
    const restored = await root.call("POST", `/projects/${next}/restore`);
    assert.equal(field(restored.body, "path"), "web");
    assert.equal(field(restored.body, "marked_for_deletion_on"), null);
});

test("removing a group removes its subgroups, projects and tokens", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    const group = await root.api.Groups.show("acme");
    const sub = await root.call("POST", "/groups", { name: "Sub", path: "sub", parent_id: group.id });
    const token = await root.call("POST", `/projects/${id}/deploy_tokens`, {
        name: "t",
        scopes: ["read_repository"],
    });
    assert.equal(token.status, 201);
    await root.call("DELETE", `/groups/${group.id}`);
    const twice = await root.call("DELETE", `/groups/${group.id}`);
    assert.deepEqual(
        [twice.status, twice.body],
        [400, { message: "Group has been already marked for deletion" }],
    );
    const path = field<string>((await root.call("GET", `/groups/${group.id}`)).body, "full_path");
    const gone = await root.call("DELETE", `/groups/${group.id}`, {
        permanently_remove: true,
        full_path: path,
    });
    assert.equal(gone.status, 202);
    for (const missing of [
        `/groups/${group.id}`,
        `/groups/${field<number>(sub.body, "id")}`,
        `/projects/${id}`,
    ]) {
        assert.equal((await root.call("GET", missing)).status, 404, missing);
    }
    assert.deepEqual((await root.call("GET", "/deploy_tokens")).body, []);
});

test("groups and projects move, and are found by their encoded path", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    const target = await root.api.Groups.create("Target", "target");
    const acme = await root.api.Groups.show("acme");
    const moved = await root.call("PUT", `/projects/${id}/transfer`, { namespace: "target" });
    assert.equal(field(moved.body, "path_with_namespace"), "target/web");
    assert.equal((await root.call("GET", "/projects/target%2Fweb")).status, 200);
    assert.equal((await root.call("GET", "/projects/acme%2Fweb")).status, 404);
    await root.call("POST", `/groups/${target.id}/transfer`, { group_id: acme.id });
    assert.equal((await root.call("GET", "/groups/acme%2Ftarget")).status, 200);
    const loop = await root.call("POST", `/groups/${acme.id}/transfer`, { group_id: target.id });
    assert.equal(loop.status, 400);
    assert.equal((await root.call("GET", "/projects/acme%2Ftarget%2Fweb")).status, 200);
});

test("errors look as GitLab's do", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    const group = await root.api.Groups.show("acme");
    const cases: [string, string, unknown, number, unknown][] = [
        ["POST", "/groups", {}, 400, { error: "name is missing, path is missing" }],
        [
            "POST",
            "/groups",
            { name: "a", path: "a", visibility: "secret" },
            400,
            { error: "visibility does not have a valid value" },
        ],
        [
            "POST",
            "/groups",
            { name: "acme", path: "acme" },
            400,
            { message: 'Failed to save group {:path=>["has already been taken"]}' },
        ],
        [
            "POST",
            "/projects",
            { name: "web", namespace_id: group.id },
            400,
            {
                message: {
                    "project_namespace.path": ["has already been taken"],
                    path: ["has already been taken"],
                    "project_namespace.name": ["has already been taken"],
                    name: ["has already been taken"],
                },
            },
        ],
        ["GET", "/projects/0", undefined, 404, { message: "404 Project Not Found" }],
        ["GET", "/groups/none", undefined, 404, { message: "404 Group Not Found" }],
        [
            "GET",
            `/projects/${id}/repository/branches/none`,
            undefined,
            404,
            { message: "404 Branch Not Found" },
        ],
        ["GET", "/nonsense", undefined, 404, { error: "404 Not Found" }],
        [
            "POST",
            `/projects/${id}/repository/branches`,
            { branch: "main", ref: "main" },
            400,
            { message: "Branch already exists" },
        ],
        [
            "POST",
            `/projects/${id}/repository/branches`,
            { branch: "x", ref: "none" },
            400,
            { message: "Invalid reference name: none" },
        ],
    ];
    for (const [method, path, body, status, expected] of cases) {
        const answer = await root.call(method, path, body);
        assert.deepEqual([answer.status, answer.body], [status, expected], `${method} ${path}`);
    }
});

test("lists come in pages, with the headers clients follow", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    for (let index = 0; index < 7; index++) {
        await root.call("POST", `/projects/${id}/variables`, { key: `KEY_${index}`, value: "v" });
    }
    const page = await root.call("GET", `/projects/${id}/variables?per_page=3&page=2`);
    assert.deepEqual(
        (page.body as { key: string }[]).map(({ key }) => key),
        ["KEY_3", "KEY_4", "KEY_5"],
    );
    const headers = Object.fromEntries(
        ["x-total", "x-total-pages", "x-page", "x-per-page", "x-next-page", "x-prev-page"].map((name) => [
            name,
            page.headers.get(name),
        ]),
    );
    assert.deepEqual(headers, {
        "x-total": "7",
        "x-total-pages": "3",
        "x-page": "2",
        "x-per-page": "3",
        "x-next-page": "3",
        "x-prev-page": "1",
    });
    const links = page.headers.get("link") ?? "";
    for (const rel of ["prev", "next", "first", "last"]) {
        assert.match(links, new RegExp(`rel="${rel}"`));
    }
    const last = await root.call("GET", `/projects/${id}/variables?per_page=3&page=3`);
    assert.equal(last.headers.get("x-next-page"), "");
    const capped = await root.call("GET", `/projects/${id}/variables?per_page=5000`);
    assert.equal(capped.headers.get("x-per-page"), "100");
    // gitbeaker follows the Link header to the end.
    const all = await root.api.ProjectVariables.all(id, { perPage: 2 });
    assert.equal(all.length, 7);
});

test("an import runs through its states and brings the branches", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    await root.call("POST", "/projects", {
        name: "origin",
        visibility: "public",
        initialize_with_readme: true,
    });
    const made = await root.call("POST", "/projects", {
        name: "copy",
        import_url: `${sandbox.url}/root/origin.git`,
    });
    assert.equal(field(made.body, "import_status"), "scheduled");
    const id = field<number>(made.body, "id");
    await eventually("the import is finished", async () => {
        const { body } = await root.call("GET", `/projects/${id}/import`);
        return field(body, "import_status") === "finished";
    });
    assert.equal((await root.api.Branches.show(id, "main")).protected, true);

    const bad = await root.call("POST", "/projects", {
        name: "bad",
        import_url: `http://user:hunter2secret@127.0.0.1:1/none.git`,
    });
    const failed = await eventually("the import has failed", async () => {
        const { body } = await root.call("GET", `/projects/${field<number>(bad.body, "id")}/import`);
        return field(body, "import_status") === "failed" && body;
    });
    assert.doesNotMatch(JSON.stringify(failed), /hunter2secret/);
});

test("the pages for people show what is there and no secret", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    await root.call("POST", `/projects/${id}/variables`, { key: "PASSWORD", value: "very-secret-value" });
    await root.call("POST", `/projects/${id}/hooks`, {
        url: "http://127.0.0.1:1/path-secret",
        token: "tok-secret",
    });
    for (const path of ["//", "//acme", "//groups/acme", "//acme/web"]) {
        const page = await sandbox.call("", "GET", path);
        assert.equal(page.status, 200, path);
        assert.match(String(page.body), /acme/);
        assert.doesNotMatch(String(page.body), /secret/);
        assert.ok(!String(page.body).includes(root.token));
    }
    assert.match(String((await sandbox.call("", "GET", "//acme/web")).body), /PASSWORD/);
    assert.equal((await sandbox.call("", "GET", "//none")).status, 404);
});
