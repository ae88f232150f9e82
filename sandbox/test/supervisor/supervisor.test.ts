import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { after, afterEach, test } from "node:test";

import { recordedParts } from "../../supervisor/records";
import { Supervisor, trimLog } from "../../supervisor/supervisor";
import { isAlive, startTime } from "../../../toolchain/processes";
import { tailLines } from "../../support/process";
import { fakePart, forever, ready, temporarySandbox, untilStatus } from "./fixture";

const layout = temporarySandbox();
let supervisor = new Supervisor(layout);
afterEach(async () => {
    await supervisor.stop();
    supervisor = new Supervisor(layout);
});
after(async () => {
    await supervisor.stop();
    fs.rmSync(path.dirname(layout.dir), { recursive: true, force: true });
});

const status = (): ReturnType<Supervisor["status"]> => supervisor.status();

test("a part is started after those it needs, and stopped before them", async () => {
    const note = path.join(layout.dir, "order.txt");
    const noting = (name: string): string =>
        `const note = (what) => require("fs").appendFileSync(${JSON.stringify(note)}, what + "\\n");
         note("start ${name}");
         process.on("SIGTERM", () => { note("stop ${name}"); process.exit(); });
         ${forever}`;
    supervisor.apply([
        fakePart("second", noting("second"), { after: ["first"] }),
        fakePart("first", noting("first")),
    ]);
    const parts = await untilStatus(status, ready("first", "second"), "both ready");
    assert.ok((parts.get("first")?.residentBytes ?? 0) > 0 || process.platform !== "linux");

    await supervisor.stop();

    assert.deepEqual(tailLines(note, 9), ["start first", "start second", "stop second", "stop first"]);
    assert.equal(recordedParts(layout).size, 0);
});

test("a crash is noticed and reported with the last log lines; apply starts the part again", async () => {
    const part = fakePart(
        "fragile",
        `process.on("SIGUSR2", () => { console.error("disk on fire"); process.exit(7); }); ${forever}`,
    );
    supervisor.apply([part]);
    const { pid } = (await untilStatus(status, ready("fragile"), "ready")).get("fragile") ?? {};
    process.kill(pid as number, "SIGUSR2");

    const crashed = await untilStatus(
        status,
        (all) => all.get("fragile")?.state === "crashed",
        "crash noticed",
    );

    const problem = crashed.get("fragile")?.problem ?? "";
    assert.match(problem, /^fragile crashed \(exit code 7\); last lines of .*fragile\.log:/);
    assert.match(problem, /disk on fire/);

    supervisor.apply([part]);
    const again = await untilStatus(status, ready("fragile"), "ready again");
    assert.notEqual(again.get("fragile")?.pid, pid);
    assert.match(again.get("fragile")?.problem ?? "", /disk on fire/, "the last problem stays readable");
});

test("applying the same table again leaves everything alone; a changed part is restarted", async () => {
    const table = [fakePart("kept"), fakePart("changed")];
    supervisor.apply(table);
    const before = await untilStatus(status, ready("kept", "changed"), "ready");

    supervisor.apply(table);
    supervisor.apply([fakePart("changed", forever, { inputs: "new" })]);

    const now = await untilStatus(
        status,
        (all) => ready("kept", "changed")(all) && all.get("changed")?.pid !== before.get("changed")?.pid,
        "changed part restarted",
    );
    assert.equal(now.get("kept")?.pid, before.get("kept")?.pid);
    assert.equal(startTime(before.get("changed")?.pid as number), undefined);
});

test("a port in use is named, and parts that need the part are not started", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as net.AddressInfo;
    try {
        supervisor.apply([
            fakePart("wants-port", forever, { ports: [port] }),
            fakePart("needs-it", forever, { after: ["wants-port"] }),
        ]);
        const parts = await untilStatus(
            status,
            (all) => all.get("needs-it")?.state === "failed",
            "both failed",
        );

        assert.match(
            parts.get("wants-port")?.problem ?? "",
            new RegExp(`port ${port}, needed by wants-port, is taken by (process ${process.pid}|another)`),
        );
        assert.equal(
            parts.get("needs-it")?.problem,
            "needs-it was not started: it needs wants-port, which is failed",
        );
        await new Promise<void>((resolve) => server.close(() => resolve()));

        supervisor.apply([
            fakePart("wants-port", forever, { ports: [port] }),
            fakePart("needs-it", forever, { after: ["wants-port"] }),
        ]);
        const later = await untilStatus(
            status,
            ready("wants-port", "needs-it"),
            "both ready once the port is free",
        );

        assert.match(
            later.get("wants-port")?.problem ?? "",
            /is taken by/,
            "the last problem stays readable",
        );
        assert.equal(later.get("needs-it")?.problem, undefined, "it never had one of its own");
    } finally {
        server.close();
    }
});

test("a part that never gets ready is stopped and reported", async () => {
    supervisor.apply([fakePart("slow", "setInterval(() => undefined, 1000)", { readyTimeoutMs: 300 })]);

    const parts = await untilStatus(status, (all) => all.get("slow")?.state === "failed", "given up");

    assert.match(parts.get("slow")?.problem ?? "", /slow was not ready after/);
    assert.equal(parts.get("slow")?.pid, undefined);
    assert.equal(recordedParts(layout).size, 0);
});

test("a restart gives a part a new process, and the parts that need it keep theirs", async () => {
    supervisor.apply([fakePart("base"), fakePart("top", forever, { after: ["base"] })]);
    const before = await untilStatus(status, ready("base", "top"), "ready");

    supervisor.restart("base");

    const now = await untilStatus(
        status,
        (all) => ready("base")(all) && all.get("base")?.pid !== before.get("base")?.pid,
        "restarted",
    );
    assert.equal(now.get("top")?.pid, before.get("top")?.pid);
    assert.throws(() => supervisor.restart("nobody"), /there is no part "nobody" here/);
});

test("stopping while parts start ends them and starts no more", async () => {
    supervisor.apply([
        fakePart("endless", "setInterval(() => undefined, 1000)"),
        fakePart("later", forever, { after: ["endless"] }),
    ]);
    await untilStatus(status, (all) => all.get("endless")?.pid !== undefined, "started");
    const records = [...recordedParts(layout).values()];

    await supervisor.stop();

    assert.equal(records.length, 1);
    assert.deepEqual(records.map(isAlive), [false]);
    assert.throws(() => supervisor.apply([]), /is being stopped/);
});

test("a table with problems starts nothing", () => {
    assert.throws(() => supervisor.apply([fakePart("a", forever, { after: ["b"] })]), /a waits for "b"/);
    assert.deepEqual(supervisor.status(), []);
});

test("a log that grew too large keeps its end", () => {
    const file = path.join(layout.logs, "large.log");
    fs.writeFileSync(file, `${"x".repeat(4000)}the end`);

    trimLog(file, 4096);
    assert.equal(fs.statSync(file).size, 4007, "small enough: left alone");
    trimLog(file, 2000);

    assert.equal(fs.statSync(file).size, 500);
    assert.match(fs.readFileSync(file, "utf8"), /the end$/);
});
