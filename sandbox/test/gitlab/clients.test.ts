/** What independent clients of GitLab rely on: pages by keys, names, features that are off, notes that command. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { field, Sandbox, type Answer, type Person } from "./harness";

const next = (answer: Answer): string | undefined =>
    /<[^>]*\/api\/v4([^>]*)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];

/** Follows the links of a list to its end; gives what `name` says of each. */
async function walk(person: Person, path: string, name: string): Promise<unknown[]> {
    const found: unknown[] = [];
    let at: string | undefined = path;
    for (let pages = 0; at !== undefined; pages++) {
        assert.ok(pages < 20, "the walk does not end");
        const answer: Answer = await person.call("GET", at);
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        assert.equal(answer.headers.get("x-total"), null);
        found.push(...(answer.body as unknown[]).map((each) => field(each, name)));
        at = next(answer);
    }
    return found;
}

test("lists are walked by keys where GitLab offers it, and refused in other orders", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const ids = [await sandbox.newProject("a"), await sandbox.newProject("b"), await sandbox.newProject("c")];
    const id = ids[0] ?? 0;
    for (const branch of ["one", "two"]) {
        await root.call("POST", `/projects/${id}/repository/branches`, { branch, ref: "main" });
    }
    const keyset = "pagination=keyset&per_page=1";
    assert.deepEqual(await walk(root, `/projects?${keyset}&order_by=id&sort=asc`, "id"), ids);
    assert.deepEqual(await walk(root, `/projects?${keyset}&order_by=id`, "id"), [...ids].reverse());
    assert.deepEqual(await walk(root, `/groups?${keyset}`, "path"), ["acme"]);
    assert.deepEqual(await walk(root, `/projects/${id}/repository/branches?${keyset}`, "name"), [
        "main",
        "one",
        "two",
    ]);
    assert.deepEqual(await walk(root, `/projects/${id}/repository/tree?${keyset}`, "name"), ["README.md"]);
    assert.deepEqual(await walk(root, `/projects/${id}/jobs?${keyset}`, "id"), []);
    for (const order of ["", "&order_by=name"]) {
        const refused = await root.call("GET", `/projects?${keyset}${order}`);
        assert.deepEqual(
            [refused.status, refused.body],
            [405, { error: "Keyset pagination is not yet available for this type of request" }],
        );
    }
    const unknown = await root.call(
        "GET",
        `/projects/${id}/repository/branches?${keyset}&page_token=nowhere`,
    );
    assert.equal(unknown.status, 422);
    const far = await root.call("GET", "/projects?per_page=100&page=502");
    assert.equal(far.status, 405);
});

test("names that GitLab does not accept are refused, in its words", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    const project = `/projects/${id}`;
    const ask = async (
        path: string,
        body: Record<string, unknown>,
        status: number,
        words: RegExp,
    ): Promise<void> => {
        const answer = await root.call("POST", path, body);
        assert.equal(answer.status, status, `${path} ${JSON.stringify(body)} ${JSON.stringify(answer.body)}`);
        assert.match(JSON.stringify(answer.body), words);
    };
    await ask("/projects", { name: "-bad" }, 400, /must start with a letter, digit, emoji/);
    await ask("/projects", { name: "ok", path: "new" }, 400, /new is a reserved name/);
    await ask("/groups", { name: "api", path: "api" }, 400, /Failed to save group .*reserved name/);
    await ask("/groups", { name: "a<b>", path: "ab" }, 400, /Failed to save group .*:name/);
    const branches = `${project}/repository/branches`;
    await ask(branches, { branch: "refs/heads/x", ref: "main" }, 400, /Branch name is invalid/);
    await ask(
        `${project}/deploy_tokens`,
        { name: "t", scopes: ["read_repository"], username: "bad name!" },
        400,
        /can contain only letters, digits/,
    );
    await ask(`${project}/labels`, { name: "x", color: "nocolor" }, 400, /must be a valid color code/);
    await ask(`${project}/labels`, { name: "x,y", color: "#fff" }, 400, /"title":\["is invalid"\]/);
    await ask(`${project}/hooks`, { url: "http://x.y", token: "a\nb" }, 422, /"token":\["is invalid"\]/);
    await ask(
        `${project}/hooks`,
        { url: "http://x.y", push_events_branch_filter: "a b" },
        422,
        /is not a valid branch name/,
    );
    await ask(
        `${project}/deployments`,
        { environment: "e", sha: "main", ref: "nowhere", tag: false, status: "success" },
        400,
        /The branch or tag does not exist/,
    );
    await ask(`${project}/remote_mirrors`, { url: "invalid-scheme://x" }, 400, /Only allowed schemes are/);
    const red = await root.call("POST", `${project}/labels`, { name: "red", color: "red" });
    assert.deepEqual([field(red.body, "color"), field(red.body, "text_color")], ["#FF0000", "#FFFFFF"]);
    const fine = await root.call("POST", "/projects", { name: "Web 🚀 a+b", path: "web2", namespace_id: 2 });
    assert.equal(fine.status, 201, JSON.stringify(fine.body));
    const plain = await fetch(`${sandbox.url}/api/v4${project}/labels`, {
        method: "POST",
        headers: { "PRIVATE-TOKEN": root.token, "content-type": "text/plain" },
        body: "name=x",
    });
    assert.deepEqual(
        [plain.status, await plain.json()],
        [415, { error: "The provided content-type 'text/plain' is not supported." }],
    );
});

test("a feature that is switched off is closed to everybody, git included", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    const status = async (path: string): Promise<number> =>
        (await root.call("GET", `/projects/${id}/${path}`)).status;
    const set = (name: string, value: string): Promise<Answer> =>
        root.call("PUT", `/projects/${id}`, { [`${name}_access_level`]: value });
    await set("merge_requests", "disabled");
    assert.deepEqual([await status("merge_requests"), await status("repository/branches")], [403, 200]);
    await set("builds", "disabled");
    assert.deepEqual([await status("jobs"), await status("environments")], [403, 403]);
    await set("builds", "enabled");
    await set("environments", "disabled");
    assert.deepEqual([await status("jobs"), await status("deployments")], [200, 403]);
    await set("repository", "disabled");
    for (const path of ["merge_requests", "repository/tree", "pipelines", "releases"]) {
        assert.equal(await status(path), 403, path);
    }
    await assert.rejects(sandbox.clone("acme/web", root.token), /not allowed to download code/);
    await root.call("PUT", `/projects/${id}`, { visibility: "private" });
    await set("repository", "private");
    assert.equal(await status("repository/tree"), 200);
});

test("notes command, point into diffs, and leave a trace; merge requests are found by all of it", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const id = await sandbox.newProject();
    const developer = await sandbox.newPerson("dev");
    await root.api.ProjectMembers.add(id, 20, { userId: developer.id });
    await root.api.Branches.create(id, "bump", "main");
    await root.api.RepositoryFiles.create(id, "tag", "bump", "1\n2\n", "Tag");
    await root.call("POST", `/projects/${id}/labels`, { name: "ready to go", color: "#00ff00" });
    const made = await root.call("POST", `/projects/${id}/merge_requests`, {
        source_branch: "bump",
        target_branch: "main",
        title: "Bump",
        description: 'Words.\n/label ~"ready to go"\n```\n/close\n```',
    });
    assert.deepEqual(field(made.body, "labels"), ["ready to go"]);
    assert.equal(field(made.body, "description"), "Words.\n```\n/close\n```");
    assert.equal(field(made.body, "state"), "opened");
    const one = `/projects/${id}/merge_requests/1`;
    const draft = await root.call("POST", `${one}/notes`, { body: "/draft" });
    assert.deepEqual(
        [draft.status, draft.body],
        [
            202,
            {
                commands_changes: { wip_event: "draft" },
                summary: ["Marked this merge request as a draft."],
            },
        ],
    );
    const mixed = await root.call("POST", `${one}/notes`, { body: "Fine.\n/assign me\n/nonsense x" });
    assert.equal(mixed.status, 201);
    assert.equal(field(mixed.body, "body"), "Fine.\n/nonsense x");
    assert.deepEqual(field(mixed.body, "commands_changes"), { assignee_ids: [1] });
    const forbidden = await developer.call("POST", `${one}/notes`, { body: "/close" });
    assert.deepEqual(
        [forbidden.status, forbidden.body],
        [400, { message: "400 Bad request - Failed to apply commands." }],
    );
    const refs = field<Record<string, string>>((await root.call("GET", one)).body, "diff_refs");
    const position = { position_type: "text", ...refs, new_path: "tag", new_line: 2 };
    const thread = await root.call("POST", `${one}/discussions`, { body: "Why?", position });
    const [note] = field<Record<string, unknown>[]>(thread.body, "notes");
    assert.deepEqual([note?.["type"], field(note?.["position"], "new_line")], ["DiffNote", 2]);
    const beyond = { ...position, new_line: 99 };
    const wrong = await root.call("POST", `${one}/discussions`, { body: "Why?", position: beyond });
    assert.equal(wrong.status, 400);
    assert.match(field<string>(wrong.body, "message"), /must be a valid line code/);
    const notes = await root.call("GET", `${one}/notes?activity_filter=only_activity&sort=asc`);
    assert.deepEqual(
        (notes.body as unknown[]).map((each) => field(each, "body")),
        ["marked this merge request as **draft**", "assigned to @root"],
    );
    const events = await root.call("GET", `${one}/resource_label_events`);
    assert.deepEqual(
        (events.body as unknown[]).map((each) => field(each, "action")),
        ["add"],
    );
    const count = async (query: string): Promise<number> =>
        ((await root.call("GET", `/projects/${id}/merge_requests?${query}`)).body as unknown[]).length;
    for (const [query, found] of [
        ["approved=yes", 0],
        ["approved=no", 1],
        ["assignee_id=Any", 1],
        ["assignee_username=dev", 0],
        ["author_username=nobody", 0],
        ["not[author_username]=root", 0],
        ["not[assignee_username]=dev", 1],
        ["in=title&search=words", 0],
        ["search=words", 1],
        ["environment=prod", 0],
        ["source_project_id=99", 0],
    ] as const) {
        assert.equal(await count(query), found, query);
    }
    for (const query of ["assignee_id=me", "approved=maybe", "with_labels_details=perhaps", "order_by=age"]) {
        assert.equal((await root.call("GET", `/projects/${id}/merge_requests?${query}`)).status, 400, query);
    }
    const inFull = await root.call("GET", `/projects/${id}/merge_requests?with_labels_details=true`);
    assert.equal(field(field<unknown[]>((inFull.body as unknown[])[0], "labels")[0], "color"), "#00ff00");
    assert.equal(((await developer.call("GET", "/merge_requests")).body as unknown[]).length, 0);
    assert.equal(((await developer.call("GET", "/merge_requests?scope=all")).body as unknown[]).length, 1);
});

test("whoever pushes a branch gets the link of its merge request, or is made", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    await sandbox.newProject();
    const folder = await sandbox.clone("acme/web", root.token);
    await sandbox.git(folder, "checkout", "-q", "-b", "bump/1");
    await sandbox.git(folder, "commit", "-q", "--allow-empty", "-m", "Bump");
    const first = await sandbox.git(folder, "push", "origin", "bump/1");
    assert.match(first.output, /remote: To create a merge request for bump\/1, visit:/);
    assert.match(first.output, /merge_requests\/new\?merge_request%5Bsource_branch%5D=bump%2F1/);
    await sandbox.git(folder, "commit", "-q", "--allow-empty", "-m", "More");
    const second = await sandbox.git(folder, "push", "-o", "merge_request.create", "origin", "bump/1");
    assert.match(
        second.output,
        /remote: View merge request for bump\/1:\s+remote: {3}\S+\/acme\/web\/-\/merge_requests\/1/,
    );
});
