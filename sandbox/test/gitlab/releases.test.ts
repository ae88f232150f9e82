import assert from "node:assert/strict";
import { test } from "node:test";

import { field, receiver, Sandbox } from "./harness";

test("a release makes its tag, and stores its links and its day", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const { url, received } = await receiver(context);
    await root.call("POST", `/projects/${id}/hooks`, { url, push_events: false, releases_events: true });
    const base = `/projects/${id}/releases`;
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    assert.equal((await root.call("POST", base, { tag_name: "v1" })).status, 422);
    const made = await root.call("POST", base, {
        tag_name: "v1",
        ref: "main",
        released_at: tomorrow,
        assets: {
            links: [
                { name: "image", url: "https://example.com/i", link_type: "image", direct_asset_path: "/i" },
            ],
        },
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.deepEqual(
        [field(made.body, "upcoming_release"), field(made.body, "released_at")],
        [true, tomorrow],
    );
    const assets = field<{ count: number; links: Record<string, unknown>[] }>(made.body, "assets");
    assert.equal(assets.count, 5);
    assert.equal(assets.links[0]?.["direct_asset_url"], `${sandbox.url}/acme/web/-/releases/v1/downloads/i`);
    assert.equal((await root.call("GET", `/projects/${id}/repository/tags/v1`)).status, 200);
    assert.equal((await root.call("GET", `${base}/permalink/latest`)).status, 404, "it is not out yet");
    assert.equal((await root.call("POST", base, { tag_name: "v1" })).status, 409);

    const links = `${base}/v1/assets/links`;
    const link = { name: "chart", url: "https://example.com/c" };
    const added = await root.call("POST", links, link);
    assert.equal(added.status, 201, JSON.stringify(added.body));
    assert.equal((await root.call("POST", links, link)).status, 400, "names are there once");
    assert.equal((await root.call("POST", links, { name: "x", url: "nowhere" })).status, 400);
    const one = `${links}/${field<number>(added.body, "id")}`;
    const changed = await root.call("PUT", one, { url: "https://example.com/d" });
    assert.equal(field<string>(changed.body, "url"), "https://example.com/d");
    assert.equal((await root.call("DELETE", one)).status, 200);
    assert.equal(((await root.call("GET", links)).body as unknown[]).length, 1);

    assert.equal((await root.call("PUT", `${base}/v1`, {})).status, 400);
    await root.call("PUT", `${base}/v1`, { released_at: new Date(Date.now() - 1000).toISOString() });
    assert.equal((await root.call("GET", `${base}/permalink/latest`)).status, 200);
    assert.equal((await root.call("DELETE", `${base}/v1`)).status, 200);
    await sandbox.drainHooks();
    assert.deepEqual(
        received.map((each) => each.body["action"]),
        ["create", "update", "delete"],
    );
});

test("a release of a protected tag needs the right to make it", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const dora = await sandbox.newPerson("dora");
    await root.call("POST", `/projects/${id}/members`, { user_id: dora.id, access_level: 30 });
    await root.call("POST", `/projects/${id}/protected_tags`, { name: "v*", create_access_level: 40 });
    const refused = await dora.call("POST", `/projects/${id}/releases`, { tag_name: "v1", ref: "main" });
    assert.equal(refused.status, 403, JSON.stringify(refused.body));
    const free = await dora.call("POST", `/projects/${id}/releases`, { tag_name: "w1", ref: "main" });
    assert.equal(free.status, 201, JSON.stringify(free.body));
});
