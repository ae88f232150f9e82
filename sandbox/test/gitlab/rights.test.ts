/** Who may do what over REST: by role, by scope, by the state of the token. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { field, Sandbox } from "./harness";

const day = 86_400_000;
const date = (offset: number): string => new Date(Date.now() + offset * day).toISOString().slice(0, 10);

test("every role gets exactly its own answers", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const stranger = await sandbox.newPerson("stranger");
    const people = new Map([["stranger", stranger]]);
    for (const [role, level] of [
        ["guest", 10],
        ["reporter", 20],
        ["developer", 30],
        ["maintainer", 40],
        ["owner", 50],
    ] as const) {
        const person = await sandbox.newPerson(role);
        await root.call("POST", `/projects/${id}/members`, { user_id: person.id, access_level: level });
        people.set(role, person);
    }
    const matrix: [string, string, unknown, Record<string, number>][] = [
        ["GET", `/projects/${id}`, undefined, { stranger: 404, guest: 200, reporter: 200 }],
        [
            "GET",
            `/projects/${id}/repository/branches`,
            undefined,
            { stranger: 404, guest: 403, reporter: 200, developer: 200 },
        ],
        [
            "POST",
            `/projects/${id}/repository/branches`,
            { branch: "x-ROLE", ref: "main" },
            { stranger: 404, guest: 403, reporter: 403, developer: 201, maintainer: 201 },
        ],
        [
            "GET",
            `/projects/${id}/variables`,
            undefined,
            { stranger: 404, guest: 403, reporter: 403, developer: 403, maintainer: 200, owner: 200 },
        ],
        [
            "POST",
            `/projects/${id}/hooks`,
            { url: "http://127.0.0.1:1/hook" },
            { stranger: 404, developer: 403, maintainer: 201 },
        ],
        [
            "POST",
            `/projects/${id}/protected_branches`,
            { name: "p-ROLE" },
            { stranger: 404, developer: 403, maintainer: 201 },
        ],
        ["POST", `/projects/${id}/archive`, {}, { stranger: 404, developer: 403, maintainer: 403 }],
        ["DELETE", `/projects/${id}`, undefined, { stranger: 404, developer: 403, maintainer: 403 }],
        ["GET", "/application/settings", undefined, { owner: 403 }],
        ["POST", "/users", { username: "x" }, { owner: 403 }],
    ];
    for (const [method, path, body, expected] of matrix) {
        for (const [role, status] of Object.entries(expected)) {
            const text = body === undefined ? undefined : JSON.stringify(body).replace("ROLE", role);
            const person = people.get(role);
            const answer = await person?.call(
                method,
                path,
                text === undefined ? undefined : JSON.parse(text),
            );
            assert.equal(
                answer?.status,
                status,
                `${role}: ${method} ${path}: ${JSON.stringify(answer?.body)}`,
            );
            if (status === 404) {
                assert.deepEqual(answer?.body, { message: "404 Project Not Found" });
            }
            if (status === 403) {
                assert.deepEqual(answer?.body, { message: "403 Forbidden" });
            }
        }
    }
});

test("nobody gives a role above their own, and memberships are inherited", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const maintainer = await sandbox.newPerson("maint");
    const other = await sandbox.newPerson("other");
    await root.api.GroupMembers.add("acme", 40, { userId: maintainer.id });
    assert.equal(
        (await maintainer.call("POST", `/projects/${id}/members`, { user_id: other.id, access_level: 50 }))
            .status,
        403,
    );
    const added = await maintainer.call("POST", `/projects/${id}/members`, {
        user_id: other.id,
        access_level: 30,
    });
    assert.equal(added.status, 201);
    const again = await maintainer.call("POST", `/projects/${id}/members`, {
        user_id: other.id,
        access_level: 30,
    });
    assert.deepEqual([again.status, again.body], [409, { message: "Member already exists" }]);

    const direct = await root.api.ProjectMembers.all(id);
    assert.deepEqual(
        direct.map((member) => member.username),
        ["other"],
    );
    const all = await root.api.ProjectMembers.all(id, { includeInherited: true });
    assert.deepEqual(all.map((member) => [member.username, member.access_level]).sort(), [
        ["maint", 40],
        ["other", 30],
        ["root", 50],
    ]);
    const below = await root.call("POST", `/projects/${id}/members`, {
        user_id: maintainer.id,
        access_level: 20,
    });
    assert.equal(below.status, 400);
});

test("a group invited to a project brings its members at no more than the invited level", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const person = await sandbox.newPerson("guesty");
    const team = await root.api.Groups.create("Team", "team");
    await root.api.GroupMembers.add(team.id, 50, { userId: person.id });
    assert.equal((await person.call("GET", `/projects/${id}`)).status, 404);
    const share = await root.call("POST", `/projects/${id}/share`, { group_id: team.id, group_access: 30 });
    assert.equal(share.status, 201);
    assert.equal((await person.call("GET", `/projects/${id}/repository/branches`)).status, 200);
    assert.equal((await person.call("GET", `/projects/${id}/hooks`)).status, 403);
    assert.equal((await root.call("DELETE", `/projects/${id}/share/${team.id}`)).status, 204);
    assert.equal((await person.call("GET", `/projects/${id}`)).status, 404);
});

test("scopes: read_api reads only, read_user only the user, none of it without a token", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const reader = await sandbox.newPerson("reader", ["read_api"]);
    await sandbox.root().api.ProjectMembers.add(id, 50, { userId: reader.id });
    assert.equal((await reader.call("GET", `/projects/${id}`)).status, 200);
    const refused = await reader.call("PUT", `/projects/${id}`, { description: "x" });
    assert.equal(refused.status, 403);
    assert.equal(field(refused.body, "error"), "insufficient_scope");

    const user = await sandbox.newPerson("user", ["read_user"]);
    assert.equal((await user.call("GET", "/user")).status, 200);
    assert.equal((await user.call("GET", "/projects")).status, 403);

    const nobody = await sandbox.call("", "GET", "/user");
    assert.deepEqual([nobody.status, nobody.body], [401, { message: "401 Unauthorized" }]);
    const wrong = await sandbox.call("glpat-wrong", "GET", "/projects");
    assert.equal(wrong.status, 401);
    const bearer = await fetch(`${sandbox.url}/api/v4/user`, {
        headers: { authorization: `Bearer ${user.token}` },
    });
    assert.equal(bearer.status, 200);
});

test("project access tokens are bots with a role; rotation ends the old one; reuse ends the family", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const made = await root.api.ProjectAccessTokens.create(id, "writer", ["api"], date(30), {
        accessLevel: 30,
    });
    assert.match(made.token, /^glpat-.{20}$/);
    const bot = sandbox.person(made.user_id, "bot", made.token);
    const self = await bot.call("GET", "/user");
    assert.equal(field(self.body, "bot"), true);
    assert.match(field<string>(self.body, "username"), new RegExp(`^project_${id}_bot_`));
    assert.equal((await bot.call("GET", `/projects/${id}/repository/branches`)).status, 200);
    assert.equal((await bot.call("GET", `/projects/${id}/variables`)).status, 403);
    assert.equal((await bot.call("GET", "/personal_access_tokens/self")).status, 200);

    const rotated = await bot.call("POST", `/projects/${id}/access_tokens/self/rotate`, {
        expires_at: date(60),
    });
    assert.equal(rotated.status, 200);
    const next = sandbox.person(made.user_id, "bot", field<string>(rotated.body, "token"));
    assert.equal(field(rotated.body, "expires_at"), date(60));
    const old = await bot.call("GET", "/user");
    assert.deepEqual([old.status, field(old.body, "error")], [401, "invalid_token"]);
    assert.equal((await next.call("GET", `/projects/${id}`)).status, 200);
    const reuse = await root.call("POST", `/projects/${id}/access_tokens/${made.id}/rotate`);
    assert.equal(reuse.status, 401);
    await root.call("GET", "/user");

    const shown = await root.call("GET", `/projects/${id}/access_tokens/${made.id}`);
    assert.equal(field(shown.body, "revoked"), true);
    assert.equal(field(shown.body, "token"), undefined);
});

test("revoked and expired tokens answer 401; expiry is checked when a token is made", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const made = await root.call("POST", `/projects/${id}/access_tokens`, {
        name: "t",
        scopes: ["api"],
        expires_at: date(0),
    });
    assert.equal(made.status, 201);
    const expired = await sandbox.call(field<string>(made.body, "token"), "GET", "/user");
    assert.equal(expired.status, 401);
    assert.match(field<string>(expired.body, "error_description"), /^Token is expired/);
    for (const body of [
        { name: "t", scopes: ["api"], expires_at: date(-1) },
        { name: "t", scopes: ["api"], expires_at: date(400) },
        { name: "t", scopes: ["nonsense"], expires_at: date(1) },
        { name: "t", scopes: ["sudo"], expires_at: date(1) },
        { scopes: ["api"], expires_at: date(1) },
    ]) {
        assert.equal((await root.call("POST", `/projects/${id}/access_tokens`, body)).status, 400);
    }
    const live = await root.call("POST", `/projects/${id}/access_tokens`, { name: "t", scopes: ["api"] });
    const token = field<string>(live.body, "token");
    assert.equal(field(live.body, "expires_at"), date(365));
    assert.equal((await sandbox.call(token, "GET", `/projects/${id}`)).status, 200);
    const revoked = await root.call(
        "DELETE",
        `/projects/${id}/access_tokens/${field<number>(live.body, "id")}`,
    );
    assert.equal(revoked.status, 204);
    assert.match(
        field<string>((await sandbox.call(token, "GET", "/user")).body, "error_description"),
        /^Token was revoked/,
    );
});

test("group access tokens reach the projects of their group and no others", async (context) => {
    const sandbox = await Sandbox.start(context);
    const web = await sandbox.newProject();
    const other = await sandbox.newProject("other", "elsewhere");
    const made = await sandbox.root().call("POST", "/groups/acme/access_tokens", {
        name: "ci",
        scopes: ["api"],
        access_level: 40,
    });
    const token = field<string>(made.body, "token");
    assert.equal((await sandbox.call(token, "GET", `/projects/${web}/hooks`)).status, 200);
    assert.equal((await sandbox.call(token, "GET", `/projects/${other}`)).status, 404);
    const nested = await sandbox.call(token, "POST", `/projects/${web}/access_tokens`, {
        name: "x",
        scopes: ["api"],
    });
    assert.equal(nested.status, 400, "a bot must not make tokens");
});

test("administrators act for others with the Sudo header; nobody else does", async (context) => {
    const sandbox = await Sandbox.start(context);
    const person = await sandbox.newPerson("alice");
    const as = async (token: string, name: string): Promise<Response> =>
        fetch(`${sandbox.url}/api/v4/user`, { headers: { "PRIVATE-TOKEN": token, Sudo: name } });
    const shown = (await (await as(sandbox.root().token, "alice")).json()) as { id: number };
    assert.equal(shown.id, person.id);
    assert.equal((await as(person.token, "root")).status, 403);
});

test("a blocked user is out at once, over REST and over git, and back when unblocked", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const person = await sandbox.newPerson("alice");
    await root.api.ProjectMembers.add(id, 30, { userId: person.id });
    const blocked = await root.call("POST", `/users/${person.id}/block`);
    assert.deepEqual([blocked.status, blocked.body], [201, true]);
    assert.equal((await person.call("GET", "/user")).status, 403);
    await assert.rejects(() => sandbox.clone("acme/web", person.token), /Access denied/);
    await root.call("POST", `/users/${person.id}/unblock`);
    assert.equal((await person.call("GET", "/user")).status, 200);
    const search = await root.call("GET", "/users?username=ALICE");
    assert.deepEqual(
        (search.body as { id: number }[]).map((each) => each.id),
        [person.id],
    );
    assert.equal((await root.call("DELETE", `/users/${person.id}?hard_delete=true`)).status, 204);
    assert.equal((await person.call("GET", "/user")).status, 401);
    assert.equal((await root.call("GET", `/projects/${id}/members/${person.id}`)).status, 404);
});
