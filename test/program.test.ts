/**
 * program.cjs as Pulumi would load it, each time in a process of its own. Not proved here: that an engine gets on with it
 * (test/e2e), and what it saves (`npm run bench`).
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { test } from "node:test";

const root = path.dirname(__dirname);

/** What `script` prints as JSON, run after program.cjs was loaded. */
function afterLoading(script: string, env: NodeJS.ProcessEnv = {}): unknown {
    const text = execFileSync(
        process.execPath,
        ["-e", `const before = require("@pulumi/pulumi/log").debug; require("./program.cjs"); ${script}`],
        { cwd: root, env: { ...process.env, ...env }, encoding: "utf8" },
    );
    return JSON.parse(text);
}

const debugIsPulumis = `console.log(require("@pulumi/pulumi/log").debug === before);`;

test("debug messages stay in the program", () => {
    assert.equal(afterLoading(debugIsPulumis), false);
});

test("debug messages are Pulumi's own when they are asked for", () => {
    assert.equal(afterLoading(debugIsPulumis, { ESTATE_DEBUG: "true" }), true);
});

test("npm's machinery is loaded when a function is serialised, not before", () => {
    const [loaded, then, packages] = afterLoading(`
        const loaded = () => Object.keys(require.cache).some((file) => file.includes("/@npmcli/arborist/"));
        const before2 = loaded();
        require("@pulumi/pulumi/runtime").computeCodePaths().then((paths) =>
            console.log(JSON.stringify([before2, loaded(), [...paths.keys()].filter((one) => one.includes("js-yaml"))])));
    `) as [boolean, boolean, string[]];
    assert.equal(loaded, false);
    assert.equal(then, true);
    assert.ok(packages.length > 0, "the packages a function would need are found");
});
