/**
 * program.cjs as Pulumi would load it, each time in a process of its own. Not proved here: that an engine gets on with it
 * (test/e2e), and what it saves (`npm run bench`).
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { test } from "node:test";

const root = path.dirname(__dirname);

/** What is different once program.cjs was loaded. */
function afterLoading(env: NodeJS.ProcessEnv = {}): Record<string, unknown> {
    const script = `
        const log = require("@pulumi/pulumi/log");
        const before = log.debug;
        require("./program.cjs");
        const loaded = (name) => Object.keys(require.cache).some((file) => file.includes("/node_modules/" + name + "/"));
        console.log(JSON.stringify({
            ownDebug: log.debug === before,
            arborist: loaded("@npmcli/arborist"),
            compiler: loaded("typescript"),
            lines: Error.stackTraceLimit,
        }));`;
    const text = execFileSync(process.execPath, ["-e", script], {
        cwd: root,
        env: { ...process.env, ...env },
        encoding: "utf8",
    });
    return JSON.parse(text) as Record<string, unknown>;
}

test("debug messages stay in the program, traces are short, npm's machinery and the compiler wait for their first use", () => {
    // The log module itself loads no more of Pulumi than it needs; the program loads the rest.
    assert.deepEqual(afterLoading(), { ownDebug: false, arborist: false, compiler: false, lines: 2 });
});

test("the compiler is there at its first use: functions are serialised as ever", () => {
    const script = `
        const { loadCheaply } = require("./cheaperPulumi.cjs");
        const { runtime } = loadCheaply(() => require("@pulumi/pulumi"));
        void runtime.serializeFunction(() => 42).then(({ text }) => console.log(text.includes("return 42") || text.includes("=> 42")));`;
    const text = execFileSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" });
    assert.equal(text, "true\n");
});

test("npm's machinery is there at its first use", () => {
    const script = `
        const { loadCheaply } = require("./cheaperPulumi.cjs");
        const later = loadCheaply(() => require("@npmcli/arborist"));
        const made = new later.Arborist({ path: "." });
        console.log(made instanceof require("@npmcli/arborist").Arborist);`;
    const text = execFileSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" });
    assert.equal(text, "true\n");
});

test("debug messages are Pulumi's own when they are asked for", () => {
    assert.equal(afterLoading({ ESTATE_DEBUG: "true" })["ownDebug"], true);
});

test("one variable leaves Pulumi as it comes", () => {
    assert.deepEqual(afterLoading({ ESTATE_PLAIN_PULUMI: "true" }), {
        ownDebug: true,
        arborist: true,
        compiler: true,
        lines: 10,
    });
});

test("a mistake of the program is shown with its trace and without colours, what people can mend as it is", () => {
    const script = `
        const { mappedWhenFailed } = require("./cheaperPulumi.cjs");
        const { RunError } = require("@pulumi/pulumi");
        const shown = (error) => mappedWhenFailed(() => Promise.reject(error)).catch((caught) => caught);
        Promise.all([shown(new TypeError("oops")), shown(new RunError("mend this"))]).then((errors) =>
            console.log(JSON.stringify(errors.map((e) => [RunError.isInstance(e), e.message]))));`;
    const text = execFileSync(process.execPath, ["-e", script], {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, FORCE_COLOR: "1" },
    });
    const [[expected, mistake = ""] = [], plain] = JSON.parse(text) as [boolean, string][];
    assert.equal(expected, true);
    assert.match(mistake, /^A mistake of the program, please report it:\nTypeError: oops\n/);
    assert.ok(!mistake.includes("\u001b"));
    assert.deepEqual(plain, [true, "mend this"]);
});
