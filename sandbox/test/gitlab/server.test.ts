/** The server itself: restart, faults, and its life as a process. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { eventually, field, Sandbox } from "./harness";

test("everything is there again after a restart, and tokens still work", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const before = sandbox.root();
    await before.call("POST", `/projects/${id}/variables`, { key: "A", value: "b" });
    await before.api.Branches.create(id, "dev", "main");
    const person = await sandbox.newPerson("alice");
    await sandbox.restart();
    const root = sandbox.root();
    assert.equal(field((await root.call("GET", `/projects/${id}/variables/A`)).body, "value"), "b");
    assert.deepEqual(
        (await root.api.Branches.all(id)).map((branch) => branch.name),
        ["dev", "main"],
    );
    assert.equal((await sandbox.call(person.token, "GET", "/user")).status, 200);
    const next = await root.call("POST", "/projects", { name: "next" });
    assert.equal(field(next.body, "id"), id + 1, "ids are not used twice");
});

test("a server killed between git and its state finds its way back", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    await root.api.Branches.create(id, "bump", "main");
    await root.api.RepositoryFiles.create(id, "a", "bump", "x", "A");
    await root.api.MergeRequests.create(id, "bump", "main", "Bump");
    const empty = await root.api.Projects.create({ name: "empty" });
    const file = join(sandbox.options.dataDir, "state.json");
    const before = await readFile(file, "utf8");
    await root.api.MergeRequests.accept(id, 1);
    const folder = await sandbox.clone("root/empty", root.token);
    await sandbox.git(folder, "commit", "-q", "--allow-empty", "-m", "first");
    await sandbox.git(folder, "push", "origin", "HEAD:main");
    // What a kill leaves: the repositories are ahead of the state.
    await sandbox.restart(() => writeFile(file, before));
    assert.equal((await sandbox.root().api.MergeRequests.show(id, 1)).state, "merged");
    assert.equal((await sandbox.root().api.Projects.show(empty.id)).default_branch, "main");
});

test("neither state nor repositories contain a token in clear, and both secrets are for the owner only", async (context) => {
    const sandbox = await Sandbox.start(context);
    await sandbox.newProject();
    const person = await sandbox.newPerson("alice");
    const file = join(sandbox.options.dataDir, "state.json");
    const state = await readFile(file, "utf8");
    assert.ok(!state.includes(person.token));
    assert.ok(!state.includes(sandbox.root().token));
    assert.equal((await stat(file)).mode & 0o077, 0);
    assert.equal((await stat(sandbox.options.rootTokenFile)).mode & 0o077, 0);
});

test("faults: a status for some calls, 429 with Retry-After, an answer that is cut after the work", async (context) => {
    const sandbox = await Sandbox.start(context);
    const root = sandbox.root();
    await root.call("POST", "//__sandbox/faults", { method: "GET", path: "/user$", status: 500, times: 1 });
    assert.equal((await root.call("GET", "/user")).status, 500);
    assert.equal((await root.call("GET", "/user")).status, 200);

    await root.call("POST", "//__sandbox/faults", { path: "/version", status: 429, retryAfter: 1, times: 1 });
    const limited = await root.call("GET", "/version");
    assert.equal(limited.status, 429);
    assert.equal(limited.headers.get("retry-after"), "1");
    assert.equal(limited.headers.get("ratelimit-remaining"), "0");
    assert.equal(limited.body, "Retry later\n");

    await root.call("POST", "//__sandbox/faults", { method: "POST", path: "/groups$", dropResponse: true });
    await assert.rejects(() => root.call("POST", "/groups", { name: "Lost", path: "lost" }), /fetch failed/);
    await root.call("DELETE", "//__sandbox/faults");
    assert.equal((await root.call("GET", "/groups/lost")).status, 200, "the work was done");
    const bad = await root.call("POST", "//__sandbox/faults", { status: 200 });
    assert.equal(bad.status, 400);
});

test("faults: a cut push has landed, and a hanging call ends with the client's patience", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const folder = await sandbox.clone("acme/web", root.token);
    await sandbox.git(folder, "commit", "-q", "--allow-empty", "-m", "lost");
    await root.call("POST", "//__sandbox/faults", {
        path: "git-receive-pack$",
        dropResponse: true,
        method: "POST",
    });
    assert.notEqual((await sandbox.git(folder, "push", "origin", "main")).code, 0);
    assert.equal((await root.api.Branches.show(id, "main")).commit.title, "lost");
    await root.call("DELETE", "//__sandbox/faults");

    await root.call("POST", "//__sandbox/faults", { path: "/version", hang: true });
    await assert.rejects(() => fetch(`${sandbox.url}/api/v4/version`, { signal: AbortSignal.timeout(200) }), {
        name: "TimeoutError",
    });
});

test("as a process it prints where it is, serves, and stops on SIGTERM", async (context) => {
    const sandbox = await Sandbox.start(context);
    const options = join(sandbox.dir, "options.json");
    const tokenFile = join(sandbox.dir, "process-token");
    await writeFile(
        options,
        JSON.stringify({
            host: "127.0.0.1",
            port: 0,
            dataDir: join(sandbox.dir, "process-data"),
            tokenFile,
            tier: "free",
        }),
    );
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "sandbox/gitlab/main.ts", options]);
    context.after(() => child.kill("SIGKILL"));
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const end = new Promise<number | null>((resolve) => child.on("close", resolve));
    // Starting a process that compiles its sources takes longer than other things here.
    let url: string | undefined;
    for (let round = 0; round < 10 && url === undefined; round++) {
        url = await eventually("ready", () => /^ready (\S+)$/m.exec(output)?.[1]).catch(() => undefined);
    }
    assert.ok(url, `no ready line: ${output}`);
    const token = (await readFile(tokenFile, "utf8")).trim();
    const answer = await fetch(`${url}/api/v4/user`, { headers: { "PRIVATE-TOKEN": token } });
    assert.equal(answer.status, 200);
    assert.ok(!output.includes(token));
    child.kill("SIGTERM");
    assert.equal(await end, 0);
});
