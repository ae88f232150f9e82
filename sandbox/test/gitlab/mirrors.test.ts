/**
 * Push mirrors, between two projects of one stand-in and with git's own push: what is pushed here is there soon after.
 * Does not prove anything about SSH, about pull mirrors, or how often a real GitLab pushes at most.
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

async function mirrored(context: TestContext): Promise<Mirrored> {
    const sandbox = await Sandbox.start(context);
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
