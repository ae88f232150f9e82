/** The supervisor as a process of its own, with parts that pretend. That the real parts start so is shown in test/e2e. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { SandboxError } from "../../supervisor/errors";
import { SupervisorClient, socketPath } from "../../supervisor/control";
import { endSupervisor, ensureSupervisor, findSupervisor } from "../../supervisor/launch";
import { prepareFolder } from "../../supervisor/plan";
import { recordedParts, runningDaemon, withLock } from "../../supervisor/records";
import { sandboxDown, sandboxStatus } from "../../supervisor/sandbox";
import { statusTable } from "../../supervisor/table";
import { type SandboxLayout, sandboxLayout } from "../../support/layout";
import { type ProcessRecord, isAlive } from "../../../toolchain/processes";
import { fakePart, ready, temporarySandbox, untilStatus } from "./fixture";

const layouts: SandboxLayout[] = [];
function newSandbox(): SandboxLayout {
    const layout = temporarySandbox();
    layouts.push(layout);
    return layout;
}
after(async () => {
    for (const layout of layouts) {
        await endSupervisor(layout);
        fs.rmSync(path.dirname(layout.dir), { recursive: true, force: true });
    }
});

/** Starts the supervisor and two parts, of which one needs the other. */
async function upWithFakes(layout: SandboxLayout): Promise<Map<string, number | undefined>> {
    const client = await ensureSupervisor(layout, () => undefined);
    await client.apply([fakePart("store"), fakePart("server", undefined, { after: ["store"] })]);
    const parts = await untilStatus(
        async () => (await client.status()).parts,
        ready("store", "server"),
        "both parts ready",
    );
    return new Map([...parts].map(([name, { pid }]) => [name, pid]));
}

test("a second up finds the supervisor and its parts, and starts nothing", async () => {
    const layout = newSandbox();
    const first = await upWithFakes(layout);
    const daemon = runningDaemon(layout);

    const second = await upWithFakes(layout);

    assert.deepEqual(second, first);
    assert.deepEqual(runningDaemon(layout), daemon);
    const status = await sandboxStatus(layout.dir);
    assert.equal(status.supervisor?.pid, daemon?.pid);
    assert.match(statusTable(status), /^server +ready +\d+ +\d+s/m);
});

test("after kill -9 of the supervisor its parts are reported as unsupervised, and up ends them and starts anew", async () => {
    const layout = newSandbox();
    const first = await upWithFakes(layout);
    const orphans = [...recordedParts(layout).values()];
    const killed = runningDaemon(layout) as ProcessRecord;
    process.kill(killed.pid, "SIGKILL");
    while (isAlive(killed)) {
        await sleep(10);
    }
    const status = await sandboxStatus(layout.dir);
    assert.deepEqual(status.parts.map(({ name, state, pid }) => [name, state, pid]).sort(), [
        ["server", "unsupervised", first.get("server")],
        ["store", "unsupervised", first.get("store")],
    ]);
    assert.match(statusTable(status), /Nobody supervises these parts/);

    const second = await upWithFakes(layout);

    assert.deepEqual(orphans.map(isAlive), [false, false]);
    assert.notEqual(second.get("server"), first.get("server"));
});

test("records of before a reboot stop nothing and harm nobody", async () => {
    const layout = newSandbox();
    fs.mkdirSync(path.join(layout.run, "parts"), { recursive: true });
    // This very process, as if its pid had belonged to a part of an earlier boot.
    const stale = { pid: process.pid, started: "an earlier boot:1", kind: "", group: "", after: [] };
    fs.writeFileSync(path.join(layout.run, "parts", "store.json"), JSON.stringify(stale));
    fs.writeFileSync(path.join(layout.run, "supervisor.json"), JSON.stringify(stale));

    assert.equal(await findSupervisor(layout), undefined);
    const parts = await upWithFakes(layout);

    assert.equal(parts.size, 2);
});

test("down keeps the state, and with purge nothing is left: no process, no file", async () => {
    const layout = newSandbox();
    await upWithFakes(layout);
    const processes = [runningDaemon(layout) as ProcessRecord, ...recordedParts(layout).values()];

    assert.equal(await sandboxDown(layout.dir), true);
    assert.deepEqual(processes.map(isAlive), [false, false, false]);
    assert.equal(fs.existsSync(layout.logs), true);
    assert.equal(await sandboxDown(layout.dir), false, "nothing ran any more");

    await upWithFakes(layout);
    const again = [runningDaemon(layout) as ProcessRecord, ...recordedParts(layout).values()];
    await sandboxDown(layout.dir, { purge: true });

    assert.deepEqual(again.map(isAlive), [false, false, false]);
    assert.equal(fs.existsSync(layout.dir), false);
    assert.equal(fs.existsSync(socketPath(layout)), false);
    assert.equal(await sandboxDown(layout.dir, { purge: true }), false, "purging twice is no error");
});

test("a folder that is no sandbox is neither used nor purged", async () => {
    const layout = sandboxLayout(path.dirname(newSandbox().dir));
    fs.writeFileSync(path.join(layout.dir, "thesis.txt"), "years of work");

    assert.throws(() => prepareFolder(layout), /is not empty \(box, thesis\.txt\) and no sandbox/);
    await assert.rejects(sandboxDown(layout.dir, { purge: true }), /is no sandbox; nothing was deleted/);
    assert.equal(fs.existsSync(path.join(layout.dir, "thesis.txt")), true);
});

test("the lock is held by one at a time and taken over from the dead", async () => {
    const layout = newSandbox();
    fs.writeFileSync(
        path.join(layout.run, "lock.json"),
        JSON.stringify({ pid: process.pid, started: "dead:1" }),
    );
    const order: string[] = [];
    const waited: number[] = [];
    const work = (name: string) => async (): Promise<void> => {
        order.push(`${name} begins`);
        await sleep(50);
        order.push(`${name} ends`);
    };

    await Promise.all([
        withLock(layout, (pid) => waited.push(pid), work("one")),
        withLock(layout, (pid) => waited.push(pid), work("two")),
    ]);

    assert.deepEqual(order, ["one begins", "one ends", "two begins", "two ends"]);
    assert.deepEqual(waited, [process.pid]);
});

test("a socket of a sandbox that lies deep is put where its path is short enough", () => {
    assert.equal(socketPath(sandboxLayout("/b")), "/b/run/control.sock");
    const deep = socketPath(sandboxLayout(`/${"deep/".repeat(30)}box`));
    assert.ok(Buffer.byteLength(deep) <= 100, deep);
});

test("a supervisor that is slow to answer is asked again; one that never does is named with what to do", async () => {
    const layout = newSandbox();
    fs.mkdirSync(path.dirname(socketPath(layout)), { recursive: true });
    let unanswered = 2;
    const server = http.createServer((_, response) => {
        if (unanswered-- <= 0) {
            response.end(JSON.stringify({ pid: 1, startedAt: "", parts: [] }));
        }
    });
    server.listen(socketPath(layout));
    try {
        const client = new SupervisorClient(layout, 50);
        assert.deepEqual((await client.status()).parts, []);

        unanswered = Infinity;
        await assert.rejects(client.status(), (error) => {
            assert.ok(error instanceof SandboxError);
            assert.match(error.message, /does not answer.*npm run sandbox -- down/);
            return true;
        });
    } finally {
        server.closeAllConnections();
        server.close();
    }
});
