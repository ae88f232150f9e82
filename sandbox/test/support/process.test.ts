import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";

import { isAlive, isRunning, startTime } from "../../../toolchain/processes";
import {
    ProcessError,
    type ProcessSpec,
    endProcess,
    residentBytes,
    startProcess,
    tailLines,
} from "../../support/process";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "estate-process-"));
after(() => fs.rmSync(dir, { recursive: true, force: true }));

let count = 0;

/** A Node program as a process to supervise. */
function program(source: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
    count += 1;
    return {
        name: `part-${count}`,
        command: process.execPath,
        args: ["-e", source],
        logFile: path.join(dir, `part-${count}.log`),
        readiness: { kind: "log", pattern: "^ready " },
        readyTimeoutMs: 20_000,
        ...more,
    };
}

const forever = "console.log('ready now'); setInterval(() => undefined, 1000);";

test("a process is ready when its log says so, and ends on SIGTERM", async () => {
    const child = await startProcess(program(forever));
    await child.ready();
    assert.equal(isAlive(child.record), true);
    if (process.platform === "linux") {
        assert.ok(residentBytes(child.record) > 1024 * 1024);
    }

    await child.stop();

    assert.equal(isAlive(child.record), false);
    assert.equal(child.exit?.signal, "SIGTERM");
    assert.equal(residentBytes(child.record), 0);
});

test("a readiness line of an earlier run does not count", async () => {
    const spec = program("setInterval(() => undefined, 1000)", { readyTimeoutMs: 300 });
    fs.writeFileSync(spec.logFile, "ready long ago\n");
    const child = await startProcess(spec);

    await assert.rejects(child.ready(), /was not ready after 0 s \(its log has no line like/);

    await child.stop();
});

test("a process that ends before it is ready fails with its last lines", async () => {
    const child = await startProcess(program("console.error('no such database'); process.exit(3)"));

    await assert.rejects(child.ready(), (error: unknown) => {
        assert.ok(error instanceof ProcessError);
        assert.match(error.message, /^part-\d+ ended before it was ready \(exit code 3\); last lines of/);
        assert.deepEqual(error.lastLines, ["no such database"]);
        return true;
    });
});

test("a command that does not exist fails at the start", async () => {
    await assert.rejects(
        startProcess({ ...program(""), command: "/no/such/program" }),
        /cannot be started: .*ENOENT/,
    );
});

test("a process that ignores SIGTERM is ended by force after the grace time", async () => {
    const child = await startProcess(
        program(`process.on("SIGTERM", () => undefined); ${forever}`, { graceMs: 200 }),
    );
    await child.ready();

    await child.stop();

    assert.equal(child.exit?.signal, "SIGKILL");
});

test(
    "children of a process are ended with it, also after it died by itself",
    { skip: process.platform !== "linux" },
    async () => {
        const child = await startProcess(
            program(
                `const { spawn } = require("node:child_process");
             const inner = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"]);
             console.log("ready " + inner.pid); setInterval(() => undefined, 1000);`,
            ),
        );
        await child.ready();
        const inner = Number(/ready (\d+)/.exec(tailLines(child.spec.logFile, 1)[0] ?? "")?.[1]);
        process.kill(child.record.pid, "SIGKILL");
        await child.exited;
        assert.notEqual(startTime(inner), undefined, "the inner process outlives its parent");

        await endProcess(child.record, 5000);

        assert.equal(startTime(inner), undefined);
    },
);

test(
    "a killed process that nobody collected counts as gone",
    { skip: process.platform === "win32" },
    async () => {
        // Node takes bash's place, and collects no child that it did not start. It prints the id itself: a child that
        // ends while bash is still there is collected by bash.
        const parent = spawn(
            "bash",
            [
                "-c",
                'sleep 60 & exec "$0" -e "$1" $!',
                process.execPath,
                "console.log(process.argv[1]); setInterval(() => undefined, 1000)",
            ],
            { stdio: ["ignore", "pipe", "ignore"] },
        );
        const [line] = (await once(parent.stdout, "data")) as [Buffer];
        const pid = Number(line.toString());
        try {
            assert.equal(isRunning(pid), true);
            process.kill(pid, "SIGKILL");
            for (let tries = 0; isRunning(pid) && tries < 500; tries++) {
                await new Promise((resolve) => setTimeout(resolve, 10));
            }
            assert.equal(isRunning(pid), false);
            assert.doesNotThrow(() => process.kill(pid, 0), "there is a zombie to be told apart");
        } finally {
            parent.kill("SIGKILL");
        }
    },
);

test("a record does not match another process that has its pid", async () => {
    const stranger = { pid: process.pid, started: "some other boot:1" };

    assert.equal(isAlive(stranger), false);
    await endProcess(stranger, 100); // Would end this test's own process if it were taken for the recorded one.
    assert.equal(isAlive({ pid: process.pid, started: startTime(process.pid) ?? "" }), true);
});

test("only a few variables of the environment reach a process", async () => {
    process.env["ESTATE_TEST_SECRET"] = "hidden";
    try {
        const child = await startProcess(
            program(
                "console.log('ready ' + [process.env.ESTATE_TEST_SECRET, process.env.GIVEN, !!process.env.PATH])",
                {
                    env: { GIVEN: "yes" },
                },
            ),
        );
        await child.exited;
        assert.deepEqual(tailLines(child.spec.logFile, 1), ["ready ,yes,true"]);
    } finally {
        delete process.env["ESTATE_TEST_SECRET"];
    }
});

test("a TCP listener and an HTTP answer can be waited for", async () => {
    const server = http.createServer((request, response) => {
        response.statusCode = request.url === "/healthy" ? 200 : 503;
        response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as net.AddressInfo;
    try {
        const url = `http://127.0.0.1:${port}`;
        for (const readiness of [
            { kind: "tcp", port } as const,
            { kind: "http", url: `${url}/healthy` } as const,
        ]) {
            const child = await startProcess(program(forever, { readiness }));
            await child.ready();
            await child.stop();
        }
        const sick = await startProcess(
            program(forever, { readiness: { kind: "http", url: `${url}/sick` }, readyTimeoutMs: 200 }),
        );
        await assert.rejects(sick.ready(), /was not ready after 0 s \(http:.*\/sick answers 503\)/);
        await sick.stop();
    } finally {
        server.close();
    }
});

test("the end of a long log is read without its beginning", () => {
    const file = path.join(dir, "long.log");
    fs.writeFileSync(file, Array.from({ length: 50_000 }, (_, line) => `line ${line}\n`).join(""));

    assert.deepEqual(tailLines(file, 2), ["line 49998", "line 49999"]);
    assert.deepEqual(tailLines(path.join(dir, "none.log"), 2), []);
});
