/**
 * What commands do when somebody asks for their end: Ctrl-C, a CI runner, a terminal that is gone. They are started as people
 * start them, by npm, with an engine that behaves as the real one does. Not proved here: what the real one writes then.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { checkoutDir } from "../../toolchain/checkout";
import { FakeEngine } from "../support/fakeEngine";

/** Polls. @throws with what was waited for. */
async function until(what: string, holds: () => boolean): Promise<void> {
    for (const end = Date.now() + 60_000; !holds(); await pause(50)) {
        assert.ok(Date.now() < end, `not within a minute: ${what}`);
    }
}

/** A command in a process group of its own, as a job or a terminal has it. */
class Command {
    output = "";
    private readonly child: ChildProcess;
    private code: number | undefined;

    constructor(
        context: TestContext,
        readonly engine: FakeEngine,
        program: string,
        args: readonly string[],
        more: NodeJS.ProcessEnv = {},
    ) {
        const { npm_lifecycle_event: _, ...env } = engine.environment(more);
        this.child = spawn(program, args, { cwd: checkoutDir(), detached: true, env });
        for (const stream of [this.child.stdout, this.child.stderr]) {
            stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
        }
        this.child.on("exit", (exit, signal) => {
            this.code = exit ?? 128 + (signal === null ? 0 : os.constants.signals[signal]);
        });
        context.after(() => this.signal("SIGKILL", "all"));
    }

    static npm(
        context: TestContext,
        engine: FakeEngine,
        args: string,
        more: NodeJS.ProcessEnv = {},
    ): Command {
        return new Command(context, engine, "npm", ["run", ...args.split(" ")], more);
    }

    signal(signal: NodeJS.Signals, to: "all" | "npm"): void {
        const { pid } = this.child;
        assert.ok(pid !== undefined, "the command was started");
        try {
            process.kill(to === "all" ? -pid : pid, signal);
        } catch (error) {
            assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
        }
    }

    type(text: string): void {
        this.child.stdin?.write(text);
    }

    /** Waits until the engine is in the middle of something. */
    async waits(): Promise<void> {
        await until(`the engine runs; ${this.output}`, () => this.engine.has("waits"));
    }

    /** Waits until the last process of the group has ended. */
    async ended(): Promise<number> {
        const { pid } = this.child;
        await until(`all processes end; ${this.output}`, () => {
            try {
                process.kill(-(pid as number), 0);
                return false;
            } catch {
                return this.code !== undefined;
            }
        });
        return this.code ?? -1;
    }
}

const destroy = "destroy -- --stack prod --yes";

/** The engine was allowed to let go, and nothing of the run is left. */
function assertLetGo(engine: FakeEngine, output: string): void {
    assert.equal(engine.has("terminating"), false, output);
    assert.equal(engine.state.written, true, output);
    assert.equal(engine.has("lock"), false, output);
    assert.deepEqual(engine.leftovers, []);
    assert.match(output, /pulumi destroy was interrupted\.\nOn the servers before it ended: 1 created\. /);
    assert.match(output, /the next destroy goes on from there/);
}

describe("an engine is asked once, whoever else asks it", () => {
    test("a runner's SIGTERM to all processes", async (context) => {
        const engine = FakeEngine.make(context);
        const command = Command.npm(context, engine, destroy);
        await command.waits();
        command.signal("SIGTERM", "all");
        await command.ended();
        assertLetGo(engine, command.output);
    });

    test("a SIGTERM to npm alone, which the shell between dies of", async (context) => {
        const engine = FakeEngine.make(context);
        const command = Command.npm(context, engine, destroy);
        await command.waits();
        command.signal("SIGTERM", "npm");
        await command.ended();
        assertLetGo(engine, command.output);
    });

    test("a SIGTERM to the command itself: 143", async (context) => {
        const engine = FakeEngine.make(context);
        const args = ["commands/run.mjs", "commands/pulumi.ts", "destroy", "--stack", "prod", "--yes"];
        const command = new Command(context, engine, process.execPath, args);
        await command.waits();
        command.signal("SIGTERM", "npm");
        assert.equal(await command.ended(), 143);
        assertLetGo(engine, command.output);
    });

    test("Ctrl-C in a terminal: 130", async (context) => {
        if (!fs.existsSync("/usr/bin/script")) {
            context.skip("there is no /usr/bin/script, which makes a terminal");
            return;
        }
        const engine = FakeEngine.make(context);
        const command = new Command(context, engine, "script", ["-qefc", `npm run ${destroy}`, "/dev/null"]);
        await command.waits();
        command.type("\u0003");
        assert.equal(await command.ended(), 130);
        assertLetGo(engine, command.output.replaceAll("\r", ""));
    });

    test("a terminal that is gone", async (context) => {
        if (!fs.existsSync("/proc/self/status")) {
            context.skip("the fake engine knows on Linux only what it was started with");
            return;
        }
        const engine = FakeEngine.make(context);
        const command = Command.npm(context, engine, destroy);
        await command.waits();
        command.signal("SIGHUP", "all");
        await command.ended();
        assertLetGo(engine, command.output);
    });
});

test("a second request ends the engine at once, also where only npm gets it", async (context) => {
    const engine = FakeEngine.make(context);
    const slow = { FAKE_ENGINE_CALL: "600000" };
    const args = ["commands/run.mjs", "commands/pulumi.ts", "destroy", "--stack", "prod", "--yes"];
    const command = new Command(context, engine, process.execPath, args, slow);
    await command.waits();
    command.signal("SIGTERM", "npm");
    await until("the engine cancels", () => engine.has("cancelling"));
    command.signal("SIGTERM", "npm");
    assert.equal(await command.ended(), 143);
    assert.equal(engine.has("terminating"), true, command.output);
    assert.deepEqual(engine.leftovers, []);
});

test("of a preview that somebody stopped no report and no note is left, which would lack the rest", async (context) => {
    const engine = FakeEngine.make(context);
    const report = path.join(engine.dir, "report.html");
    const command = Command.npm(context, engine, `preview -- --stack prod --report ${report}`);
    await command.waits();
    command.signal("SIGTERM", "all");
    await command.ended();
    assert.match(command.output, /pulumi preview was interrupted\./);
    assert.equal(engine.state.written, true);
    assert.equal(fs.existsSync(report), false);
});

test("a command that only reads ends with what it has to say, and not with a failure of what it called", async (context) => {
    const engine = FakeEngine.make(context);
    const command = Command.npm(context, engine, "doctor -- --stack prod", {
        FAKE_ENGINE_HANGS: "config --show-secrets",
    });
    await command.waits();
    command.signal("SIGINT", "all");
    assert.equal(await command.ended(), 130, command.output);
    assert.match(
        command.output,
        /pulumi (config|stack) \S+ was interrupted\.\nStopped; nothing was changed\./,
    );
    assert.doesNotMatch(command.output, /failed|at .*\.ts:/);
});

test("a destroy that is stopped before the engine begins takes its marks back", async (context) => {
    const project = { urn: "urn:p", type: "gitlab:index/project:Project", protect: true };
    const setting = {
        urn: "urn:s",
        type: "gitlab:index/branchProtection:BranchProtection",
        deletedWith: "urn:p",
    };
    const engine = FakeEngine.make(context, [project, setting]);
    const command = Command.npm(context, engine, destroy, { FAKE_ENGINE_HANGS: "state protect" });
    await command.waits();
    assert.equal(engine.state.deployment.resources[1]?.protect, true);
    command.signal("SIGINT", "all");
    assert.equal(await command.ended(), 130, command.output);
    assert.deepEqual(
        engine.state.deployment.resources.map(({ protect }) => protect),
        [true, false],
    );
    assert.equal(
        engine.calls.some((call) => call.startsWith("destroy")),
        false,
    );
    assert.match(command.output, /Stopped: destroy had not begun\. Run it again\./);
});

describe("between calls", () => {
    const support = path.join(checkoutDir(), "commands", "support");
    /** A program with these lines after what it keeps for a moment. */
    const program = (context: TestContext, ...lines: string[]): Command => {
        const text = [
            `const { heedEnd, unbroken, whenStopped, stopIfAsked } = require(${JSON.stringify(path.join(support, "ending.ts"))});`,
            `const { runMain } = require(${JSON.stringify(path.join(support, "console.ts"))});`,
            `const { privateFolder } = require(${JSON.stringify(path.join(support, "privateFolder.ts"))});`,
            'const fs = require("node:fs");',
            'const mark = (name) => fs.writeFileSync(process.env.FAKE_ENGINE + "/" + name, "");',
            "const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));",
            "runMain(async () => {",
            'whenStopped("Stopped in the middle.");',
            'fs.writeFileSync(privateFolder("state") + "/state.json", "secret");',
            ...lines,
            "});",
        ].join("\n");
        const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "ending-")), "program.cjs");
        context.after(() => fs.rmSync(path.dirname(file), { recursive: true }));
        fs.writeFileSync(file, text);
        const engine = FakeEngine.make(context);
        return new Command(context, engine, process.execPath, ["--require", "tsx/cjs", file]);
    };

    for (const [signal, code] of [
        ["SIGHUP", 129],
        ["SIGINT", 130],
        ["SIGTERM", 143],
    ] as const) {
        test(`${signal} removes what is kept for a moment, and ends with ${code}`, async (context) => {
            const command = program(context, 'mark("waits");', "await wait(600000);");
            await command.waits();
            assert.equal(command.engine.leftovers.length, 1);
            command.signal(signal, "all");
            assert.equal(await command.ended(), code);
            assert.match(command.output, /Stopped in the middle\./);
            assert.deepEqual(command.engine.leftovers, []);
        });
    }

    test("a step that must not be left half done is finished, and what comes after it is not begun", async (context) => {
        const command = program(
            context,
            'await unbroken(async () => { mark("waits"); while (!fs.existsSync(process.env.FAKE_ENGINE + "/go")) await wait(20); mark("finished"); });',
            "stopIfAsked();",
            'mark("after");',
        );
        const { engine } = command;
        await command.waits();
        command.signal("SIGINT", "all");
        await until("it says so", () => command.output.includes("once more ends it at once"));
        fs.writeFileSync(path.join(engine.dir, "go"), "");
        assert.equal(await command.ended(), 130);
        assert.deepEqual([engine.has("finished"), engine.has("after")], [true, false]);
        assert.deepEqual(engine.leftovers, []);
    });
});
