import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { type Holder, withLock } from "../../toolchain/lock";

let folder: string;
let path: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lock-"));
    path = join(folder, "deep", "a.lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(holder: Holder): void {
    rmSync(folder, { recursive: true, force: true });
    path = join(mkdtempSync(join(tmpdir(), "lock-")), "a.lock");
    folder = join(path, "..");
    writeFileSync(path, JSON.stringify(holder));
}

/** The id of a process that has ended. It could be given to a new one meanwhile, which is not seen in practice. */
function deadPid(): number {
    return spawnSync("true").pid;
}

test("two takers of one lock never work at the same time", async () => {
    let inside = 0;
    let most = 0;
    let waits = 0;
    const work = async (): Promise<void> => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside--;
    };
    const options = { poll: 2, onWait: () => void waits++ };
    await Promise.all(Array.from({ length: 5 }, () => withLock(path, work, options)));
    assert.equal(most, 1);
    assert.ok(waits >= 1 && waits <= 4, `${waits} of 5 said once that they wait`);
    assert.equal(existsSync(path), false);
});

test("the lock is given back when the work fails", async () => {
    await assert.rejects(
        withLock(path, () => Promise.reject(new Error("broken"))),
        /broken/,
    );
    assert.equal(existsSync(path), false);
});

test("the lock of a process that is gone is taken over without waiting", async () => {
    write({ pid: deadPid(), host: hostname() });
    let waited = false;
    assert.equal(await withLock(path, () => Promise.resolve(1), { onWait: () => (waited = true) }), 1);
    assert.equal(waited, false);
});

test("a lock of another machine is taken over only when nobody touched it for long", async () => {
    write({ pid: deadPid(), host: "elsewhere" });
    const waited: Holder[] = [];
    const options = { poll: 1, expires: 60_000, onWait: (holder: Holder) => void waited.push(holder) };
    const taken = withLock(path, () => Promise.resolve(waited.length), options);
    while (waited.length === 0) {
        await new Promise((resolve) => setImmediate(resolve));
    }
    const old = new Date(Date.now() - 61_000);
    utimesSync(path, old, old);
    assert.equal(await taken, 1);
});

test("a waiter stops when it is aborted", async () => {
    write({ pid: process.ppid, host: hostname() });
    const stop = new AbortController();
    const taken = withLock(path, () => Promise.resolve(), {
        poll: 1,
        signal: stop.signal,
        onWait: () => stop.abort(),
    });
    await assert.rejects(taken, { name: "ToolchainError", reason: "cancelled" });
    assert.equal(existsSync(path), true, "the holder keeps it");
});
