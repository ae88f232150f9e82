/**
 * Mirrors of both directions, between two projects of one stand-in and with git's own push and fetch: what is pushed to one
 * is in the other soon after. Does not prove anything about SSH, or how often a real GitLab pushes and pulls at most.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { field, Sandbox, type Person } from "./harness";

interface Mirrored {
    sandbox: Sandbox;
    root: Person;
    /** Of the API. */
    source: string;
    target: string;
    folder: string;
    push: (text: string, ...refs: string[]) => Promise<void>;
    /** Commit of a branch or tag at the mirror; undefined where there is none. */
    there: (ref: string) => Promise<string | undefined>;
    here: (ref: string) => Promise<string | undefined>;
}

async function mirrored(context: TestContext, tier: "free" | "premium" = "free"): Promise<Mirrored> {
    const sandbox = await Sandbox.start(context, tier);
    const root = sandbox.root();
    const source = `/projects/${await sandbox.newProject()}`;
    const made = await root.call("POST", "/projects", { name: "copy" });
    const target = `/projects/${String(field(made.body, "id"))}`;
    const folder = await sandbox.clone("acme/web", root.token);
    const commitOf = async (project: string, ref: string): Promise<string | undefined> => {
        const { status, body } = await root.call(
            "GET",
            `${project}/repository/commits/${encodeURIComponent(ref)}`,
        );
        return status === 200 ? String(field(body, "id")) : undefined;
    };
    return {
        sandbox,
        root,
        source,
        target,
        folder,
        push: async (text, ...refs) => {
            await writeFile(join(folder, "file.txt"), text);
            await sandbox.git(folder, "add", "-A");
            await sandbox.git(folder, "commit", "-qm", text);
            const result = await sandbox.git(folder, "push", "--force", "origin", ...refs);
            assert.equal(result.code, 0, result.output);
        },
        there: (ref) => commitOf(target, ref),
        here: (ref) => commitOf(source, ref),
    };
}

/** Polls until it holds. */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + 20_000;
    while (!(await holds())) {
        assert.ok(Date.now() < end, what);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

async function mirror({ sandbox, root, source }: Mirrored, more: object = {}): Promise<string> {
    const url = `${sandbox.url.replace("//", `//oauth2:${root.token}@`)}/root/copy.git`;
    const made = await root.call("POST", `${source}/remote_mirrors`, { url, enabled: true, ...more });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.ok(!JSON.stringify(made.body).includes(root.token), "the login is not shown");
    return `${source}/remote_mirrors/${String(field(made.body, "id"))}`;
}

test("what is pushed, and what the API changes, is at the mirror soon after, and the mirror says so", async (context) => {
    const all = await mirrored(context);
    const { root, push, there, here, source } = all;
    const at = await mirror(all);
    await push("one", "HEAD:main", "HEAD:feature", "HEAD:refs/tags/v1");
    for (const ref of ["main", "feature", "v1"]) {
        await eventually(`${ref} at the mirror`, async () => (await there(ref)) === (await here(ref)));
    }
    await eventually("the mirror says so", async () => {
        const { body } = await root.call("GET", at);
        return field(body, "update_status") === "finished" && field(body, "last_error") === null;
    });
    const removed = await root.call("DELETE", `${source}/repository/branches/feature`);
    assert.equal(removed.status, 204);
    await eventually("a merged branch goes there too", async () => (await there("feature")) === undefined);
});

test("only protected branches, only a pattern, and diverged branches that are preserved", async (context) => {
    const all = await mirrored(context);
    const { root, push, there, here } = all;
    const at = await mirror(all, { only_protected_branches: true });
    await push("one", "HEAD:main", "HEAD:other");
    await eventually("main", async () => (await there("main")) === (await here("main")));
    assert.equal(await there("other"), undefined);
    await root.call("PUT", at, {
        only_protected_branches: false,
        mirror_branch_regex: "^rel",
        keep_divergent_refs: true,
    });
    await push("two", "HEAD:release");
    await eventually("release", async () => (await there("release")) === (await here("release")));
    assert.equal(await there("other"), undefined);
    const before = await there("release");
    await all.sandbox.git(all.folder, "commit", "-q", "--amend", "-m", "rewritten");
    await push("three", "HEAD:release", "HEAD:refs/tags/v3");
    await eventually("v3", async () => (await there("v3")) !== undefined);
    assert.equal(await there("release"), before, "kept");
    await root.call("PUT", at, { keep_divergent_refs: false });
    assert.equal((await root.call("POST", `${at}/sync`)).status, 204);
    await eventually("overwritten", async () => (await there("release")) === (await here("release")));
});

test("a mirror that is off is not pushed to, and one that fails says why", async (context) => {
    const all = await mirrored(context);
    const { root, source } = all;
    const off = await mirror(all, { enabled: false });
    const refused = await root.call("POST", `${off}/sync`);
    assert.equal(refused.status, 400);
    assert.match(JSON.stringify(refused.body), /Please verify your mirror configuration/);
    for (const [url, error] of [
        [
            `${all.sandbox.url.replace("//", "//oauth2:wrong-token@")}/root/copy.git`,
            /Authentication failed|Access denied/i,
        ],
        ["https://user:secret@example.com/x.git", /of this machine only/],
    ] as const) {
        const made = await root.call("POST", `${source}/remote_mirrors`, { url, enabled: true });
        const at = `${source}/remote_mirrors/${String(field(made.body, "id"))}`;
        assert.equal((await root.call("POST", `${at}/sync`)).status, 204);
        await eventually("it failed", async () => {
            const { body } = await root.call("GET", at);
            return field(body, "update_status") === "failed" && error.test(String(field(body, "last_error")));
        });
        assert.doesNotMatch(JSON.stringify((await root.call("GET", at)).body), /wrong-token|secret/);
    }
    assert.equal((await root.call("POST", `${source}/remote_mirrors/4711/sync`)).status, 404);
});

/** Has the copy pull from the project that is pushed to. */
async function pulling(all: Mirrored, more: object = {}): Promise<() => Promise<Record<string, unknown>>> {
    const { root, target, sandbox } = all;
    const made = await root.call("PUT", `${target}/mirror/pull`, {
        url: `${sandbox.url}/acme/web.git`,
        enabled: true,
        auth_user: "oauth2",
        auth_password: root.token,
        ...more,
    });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    assert.ok(!JSON.stringify(made.body).includes(root.token), "the login is not shown");
    assert.match(String(field(made.body, "url")), /\/\/\*\*\*\*\*:\*\*\*\*\*@.*acme\/web\.git$/);
    return async () => (await root.call("GET", `${target}/mirror/pull`)).body as Record<string, unknown>;
}

const start = async ({ root, target }: Mirrored): Promise<void> => {
    assert.equal((await root.call("POST", `${target}/mirror/pull`)).status, 202);
};

test("a pull mirror takes branches and tags, and says when it did", async (context) => {
    const all = await mirrored(context, "premium");
    const { push, there, here, root, target } = all;
    await push("one", "HEAD:aside", "HEAD:main", "HEAD:refs/tags/v1");
    const shown = await pulling(all);
    for (const ref of ["main", "aside", "v1"]) {
        await eventually(`${ref} is pulled`, async () => (await there(ref)) === (await here(ref)));
    }
    await eventually("it says so", async () => (await shown())["update_status"] === "finished");
    assert.equal((await shown())["last_error"], null);
    const { body } = await root.call("GET", target);
    assert.deepEqual([field(body, "default_branch"), field(body, "mirror")], ["main", true]);
    await push("two", "HEAD:main");
    const before = await there("main");
    await start(all);
    await eventually("the next commit", async () => (await there("main")) === (await here("main")));
    assert.notEqual(await there("main"), before);
    // What is deleted over there stays here.
    await root.call("DELETE", `${all.source}/repository/branches/aside`);
    await push("three", "HEAD:main");
    await start(all);
    await eventually("one more", async () => (await there("main")) === (await here("main")));
    assert.notEqual(await there("aside"), undefined);
    // And nothing of how it was done is for those who clone.
    const refs = await all.sandbox.git(
        all.folder,
        "ls-remote",
        `${all.sandbox.url.replace("//", `//oauth2:${root.token}@`)}/root/copy.git`,
    );
    assert.doesNotMatch(refs.output, /upstream/);
});

test("a pull mirror leaves branches alone that have commits of their own, and says so of the default branch", async (context) => {
    const all = await mirrored(context, "premium");
    const { push, there, here, sandbox, folder } = all;
    await push("one", "HEAD:main", "HEAD:feature");
    const shown = await pulling(all);
    await eventually("feature", async () => (await there("feature")) === (await here("feature")));
    await eventually("main", async () => (await there("main")) === (await here("main")));
    const before = await there("main");
    await all.root.call("DELETE", `${all.source}/protected_branches/main`);
    await sandbox.git(folder, "commit", "-q", "--amend", "-m", "rewritten");
    await push("two", "HEAD:main", "HEAD:feature");
    await start(all);
    await eventually("it failed", async () => (await shown())["update_status"] === "failed");
    assert.match(
        String((await shown())["last_error"]),
        /^The default branch \(main\) has diverged from its upstream counterpart/,
    );
    assert.equal(await there("main"), before);
    await pulling(all, { mirror_overwrites_diverged_branches: true });
    await eventually("overwritten", async () => (await there("main")) === (await here("main")));
});

test("a pull mirror takes protected branches alone, or those of a pattern", async (context) => {
    const all = await mirrored(context, "premium");
    const { push, there, here } = all;
    await push("one", "HEAD:main", "HEAD:release-1", "HEAD:other");
    await pulling(all, { mirror_branch_regex: "^release" });
    await eventually("release-1", async () => (await there("release-1")) === (await here("release-1")));
    assert.deepEqual([await there("main"), await there("other")], [undefined, undefined]);
});

test("a pull mirror is what GitLab says: premium, with a URL, on, and by the project's attributes too", async (context) => {
    const free = await mirrored(context);
    assert.equal((await free.root.call("PUT", `${free.target}/mirror/pull`, { enabled: true })).status, 404);
    const all = await mirrored(context, "premium");
    const { root, target, push, there, here, sandbox } = all;
    const off = await root.call("POST", `${target}/mirror/pull`);
    assert.deepEqual([off.status, field(off.body, "message")], [400, "The project is not mirrored"]);
    assert.equal((await root.call("PUT", `${target}/mirror/pull`, { enabled: true })).status, 400);
    assert.equal((await root.call("PUT", `${target}/mirror/pull`, { url: "file:///etc" })).status, 400);
    await push("one", "HEAD:main");
    const import_url = `${sandbox.url.replace("//", `//oauth2:${root.token}@`)}/acme/web.git`;
    const set = await root.call("PUT", target, { mirror: true, import_url });
    assert.equal(set.status, 200, JSON.stringify(set.body));
    await eventually("main", async () => (await there("main")) === (await here("main")));
    assert.equal((await root.call("PUT", target, { mirror: false })).status, 200);
    assert.equal((await root.call("POST", `${target}/mirror/pull`)).status, 400);
});
