/** How parameters are read, whichever route they are for: spellings of truth values, null, nonsense. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { bool, clearable, int, parse, text, stringList } from "../../gitlab/params";
import { field, Sandbox, type Answer } from "./harness";

const spellings = {
    true: ["true", "True", "TRUE", "t", "T", "1", "on", "On", "ON", "y", "Y", "yes", "Yes", "YES"],
    false: ["false", "False", "FALSE", "f", "F", "0", "off", "Off", "OFF", "n", "N", "no", "No", "NO"],
};

test("truth values are read in every spelling, and nothing else is one", () => {
    for (const word of [true, 1, ...spellings.true]) {
        assert.deepEqual(parse({ flag: word }, { flag: bool() }), { flag: true }, String(word));
    }
    for (const word of [false, 0, ...spellings.false]) {
        assert.deepEqual(parse({ flag: word }, { flag: bool() }), { flag: false }, String(word));
    }
    assert.deepEqual(parse({ flag: "" }, { flag: bool() }), {});
    for (const word of ["maybe", "2", 2, [], {}]) {
        assert.throws(() => parse({ flag: word }, { flag: bool() }), /flag is invalid/);
    }
});

test("null counts as not given, but for an attribute that it empties", () => {
    const given = { name: null, count: null, flag: null, list: null, note: null };
    assert.deepEqual(
        parse(given, { name: text(), count: int(), flag: bool(), list: stringList(), note: clearable() }),
        { note: "" },
    );
});

test("queries, forms and JSON bodies accept the spellings that clients send", async (context) => {
    const sandbox = await Sandbox.start(context);
    const project = await sandbox.newProject();
    const root = sandbox.root();
    for (const word of [...spellings.true, ...spellings.false]) {
        const list = await root.call("GET", `/projects?owned=${word}&membership=${word}&simple=${word}`);
        assert.equal(list.status, 200, `${word}: ${JSON.stringify(list.body)}`);
    }
    const archived = await root.call("GET", "/projects?archived=True");
    assert.deepEqual(archived.body, []);
    const form = await fetch(`${sandbox.url}/api/v4/projects/${project}`, {
        method: "PUT",
        headers: { "PRIVATE-TOKEN": root.token },
        body: new URLSearchParams({ issues_enabled: "True", emails_disabled: "on", lfs_enabled: "OFF" }),
    });
    const body: unknown = await form.json();
    assert.equal(form.status, 200, JSON.stringify(body));
    assert.equal(field(body, "issues_access_level"), "enabled");
    assert.equal(field(body, "emails_disabled"), true);
    assert.equal(field(body, "lfs_enabled"), false);
});

test("a file is saved with the nulls that python-gitlab sends beside it", async (context) => {
    const sandbox = await Sandbox.start(context);
    const project = await sandbox.newProject();
    const root = sandbox.root();
    const saved = await root.call("PUT", `/projects/${project}/repository/files/README.md`, {
        branch: "main",
        start_branch: null,
        content: "image: 2\n",
        commit_message: "Bump the image",
        encoding: null,
        author_name: null,
        author_email: null,
        last_commit_id: null,
        execute_filemode: null,
    });
    assert.equal(saved.status, 200, JSON.stringify(saved.body));
    const commit = await root.call("POST", `/projects/${project}/repository/commits`, {
        branch: "main",
        start_branch: null,
        start_sha: null,
        commit_message: "Once more",
        actions: [{ action: "update", file_path: "README.md", content: "image: 3\n", encoding: null }],
    });
    assert.equal(commit.status, 201, JSON.stringify(commit.body));
});

test("who creates a group owns it, at any depth", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const alice = await sandbox.newPerson("alice");
    const make = async (by: typeof root, path: string, parent?: number): Promise<number> => {
        const made = await by.call("POST", "/groups", { name: path, path, parent_id: parent ?? null });
        assert.equal(made.status, 201, JSON.stringify(made.body));
        return field<number>(made.body, "id");
    };
    const top = await make(root, "top");
    const below = await make(root, "below", top);
    for (const id of [top, below]) {
        const members = await root.call("GET", `/groups/${id}/members`);
        assert.deepEqual(
            (members.body as { username: string; access_level: number }[]).map((each) => [
                each.username,
                each.access_level,
            ]),
            [["root", 50]],
        );
        const again = await root.call("POST", `/groups/${id}/members`, { user_id: 1, access_level: 40 });
        assert.deepEqual([again.status, again.body], [409, { message: "Member already exists" }]);
    }
    const owner = await root.call("POST", `/groups/${top}/members`, { user_id: alice.id, access_level: 50 });
    assert.equal(owner.status, 201);
    const lower: Answer = await root.call("POST", `/groups/${below}/members`, {
        user_id: alice.id,
        access_level: 40,
    });
    assert.deepEqual(
        [lower.status, lower.body],
        [
            400,
            {
                message: {
                    access_level: [
                        "should be greater than or equal to Owner inherited membership from group top",
                    ],
                },
            },
        ],
    );
});

test("a group's projects are filtered, and those shared with it are among them", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    const [web, api] = [await sandbox.newProject("web"), await sandbox.newProject("api")];
    await sandbox.newProject("shared", "other");
    await root.call("PUT", `/projects/${web}`, { topics: ["delivery"] });
    const acme = field<number>((await root.call("GET", "/groups/acme")).body, "id");
    const shared = await root.call("POST", "/projects/other%2Fshared/share", {
        group_id: acme,
        group_access: 30,
    });
    assert.equal(shared.status, 201, JSON.stringify(shared.body));
    const list = async (query: string): Promise<string> =>
        (
            (await root.call("GET", `/groups/acme/projects?order_by=path&sort=asc&${query}`)).body as {
                path: string;
            }[]
        )
            .map((each) => each.path)
            .join(" ");
    assert.equal(await list(""), "api shared web");
    assert.equal(await list("with_shared=False"), "api web");
    assert.equal(await list("topic=delivery"), "web");
    assert.equal(await list("visibility=public"), "");
    assert.ok(api);
});

test("settings of the instance are of the kind they are, however they are written", async (context) => {
    const sandbox = await Sandbox.start(context);
    const form = async (body: string): Promise<Response> =>
        fetch(`${sandbox.url}/api/v4/application/settings`, {
            method: "PUT",
            headers: { "PRIVATE-TOKEN": sandbox.root().token },
            body: new URLSearchParams(body),
        });
    const changed: unknown = await (await form("signup_enabled=True&deletion_adjourned_period=7")).json();
    assert.equal(field(changed, "signup_enabled"), true);
    assert.equal(field(changed, "deletion_adjourned_period"), 7);
    assert.equal((await form("signup_enabled=perhaps")).status, 400);
    assert.equal((await form("no_such_setting=1")).status, 400);
});

test("pipelines are listed by words that GitLab knows only", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const list = async (query: string): Promise<number> =>
        (await sandbox.root().call("GET", `/projects/${id}/pipelines?${query}`)).status;
    for (const query of [
        "status=waiting_for_resource",
        "scope=finished",
        "order_by=ref&sort=asc",
        "yaml_errors=T",
    ]) {
        assert.equal(await list(query), 200, query);
    }
    for (const query of ["status=good", "scope=all", "order_by=size", "sort=up", "yaml_errors=maybe"]) {
        assert.equal(await list(query), 400, query);
    }
});
