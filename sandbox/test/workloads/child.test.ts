/** One process kept running: with real processes of a few lines. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";

import { Child, type RunPlan } from "../../workloads/child";
import { isAlive } from "../../../toolchain/processes";
import { until } from "../clusters/support/fakeApi";

/** A child in a folder of its own, and everything it logged. */
async function withChild(
    run: (child: Child, plan: (script: string, digest?: string) => RunPlan, dir: string) => Promise<void>,
): Promise<void> {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "estate-child-"));
    const child = new Child({
        name: "argocd-server",
        logFile: path.join(dir, "log"),
        graceMs: 500,
        onChange: () => undefined,
        log: () => undefined,
    });
    const plan = (script: string, digest = script): RunPlan => ({
        digest,
        prepare: () =>
            Promise.resolve({
                command: process.execPath,
                args: ["-e", script],
                env: { PATH: process.env["PATH"] ?? "" },
                cwd: dir,
            }),
        probe: { kind: "alive" },
    });
    const life = child.run();
    try {
        await run(child, plan, dir);
    } finally {
        child.close();
        await life;
        fs.rmSync(dir, { recursive: true, force: true });
    }
}

/** Waits for a running process other than the one with this pid. Never 0: a signal to that reaches ourselves. */
async function anotherPid(child: Child, before?: number): Promise<number> {
    let found: number | undefined;
    await until("a running process", () => {
        const { state, pid } = child.status();
        found = state === "ready" && pid !== before ? pid : undefined;
        return found !== undefined;
    });
    assert.ok(found !== undefined && found > 0);
    return found;
}

const forever = "setInterval(() => {}, 1000)";

test("nothing runs until something is wanted, and nothing when it is wanted no more", () =>
    withChild(async (child, plan) => {
        child.want({ waiting: "waits for the estate" });
        await until("the reason", () => child.status().detail === "waits for the estate");
        assert.equal(child.status().pid, undefined);
        child.want(plan(forever));
        await until("the start", () => child.status().state === "ready");
        const { pid = 0, started = "" } = child.status();
        child.want({ waiting: "waits for the estate" });
        await until("the end", () => child.status().state === "waiting");
        assert.equal(isAlive({ pid, started }), false);
        assert.equal(child.status().problem, undefined, "an end that was wanted is no problem");
    }));

test("the same plan again changes nothing, another one is another process", () =>
    withChild(async (child, plan) => {
        child.want(plan(forever, "1"));
        await until("the start", () => child.status().state === "ready");
        const { pid } = child.status();
        child.want(plan(forever, "1"));
        await new Promise((resolve) => setTimeout(resolve, 50));
        assert.equal(child.status().pid, pid);
        child.want(plan(forever, "2"));
        await anotherPid(child, pid);
    }));

test("a process that crashes is started again, and its last lines are reported", () =>
    withChild(async (child, plan, dir) => {
        const marker = path.join(dir, "second");
        const script = `
            const fs = require("node:fs");
            if (fs.existsSync(${JSON.stringify(marker)})) { setInterval(() => {}, 1000); }
            else { fs.writeFileSync(${JSON.stringify(marker)}, ""); console.log("out of luck"); process.exit(3); }`;
        child.want(plan(script));
        await until("the crash", () => child.status().state === "crashed");
        assert.match(child.status().detail ?? "", /ended \(exit code 3\); starts again in 0\.5 s/);
        assert.match(child.status().problem ?? "", /out of luck/);
        await until("the second start", () => child.status().state === "ready");
        assert.match(child.status().problem ?? "", /out of luck/, "what went wrong stays known");
    }));

test("a process that is ended from outside is started again at once and is no problem", () =>
    withChild(async (child, plan) => {
        child.want(plan(forever));
        const first = await anotherPid(child);
        process.kill(first, "SIGTERM");
        const second = await anotherPid(child, first);
        assert.equal(child.status().problem, undefined);
        process.kill(second, "SIGKILL");
        await until("the crash", () => child.status().state === "crashed");
        assert.match(child.status().problem ?? "", /signal SIGKILL/);
    }));

test("a process that does not listen is killed", () =>
    withChild(async (child, plan) => {
        child.want(plan(`process.on("SIGTERM", () => {}); console.log("deaf"); ${forever}`));
        await until("the start", () => child.status().state === "ready");
        await new Promise((resolve) => setTimeout(resolve, 200));
        const { pid = 0, started = "" } = child.status();
        child.close();
        await until("the end", () => !isAlive({ pid, started }), 5);
    }));

test("a start that cannot be prepared is tried again", () =>
    withChild(async (child, plan) => {
        let tries = 0;
        const { prepare, ...rest } = plan(forever);
        child.want({
            ...rest,
            prepare: (signal) => (++tries === 1 ? Promise.reject(new Error("no token")) : prepare(signal)),
        });
        await until("the failure", () => child.status().state === "crashed");
        assert.match(child.status().detail ?? "", /no token/);
        await until("the start", () => child.status().state === "ready");
        assert.equal(tries, 2);
    }));
