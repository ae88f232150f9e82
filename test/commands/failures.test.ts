/** What `npm test` says once more at its end, from what this Node's own runner prints. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { run } from "../../commands/support/console";
import { failuresIn } from "../../commands/support/failures";

async function reportOf(body: string): Promise<string> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "failures-"));
    try {
        const file = path.join(folder, "some.test.cjs");
        fs.writeFileSync(file, `const { test } = require("node:test");\n${body}\n`);
        const env = { ...process.env };
        delete env["NODE_TEST_CONTEXT"];
        const result = await run(process.execPath, ["--test", "--test-reporter=spec", file], { env });
        return result.stdout;
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

test("a test that failed is named with its reason, and those that passed are not", async () => {
    const said = failuresIn(
        await reportOf(
            'test("the good one", () => {});\ntest("the bad one", () => { throw new Error("no server"); });',
        ),
    );
    assert.match(said, /✖ the bad one/);
    assert.match(said, /no server/);
    assert.doesNotMatch(said, /the good one|ℹ/);
});

test("a file that cannot be loaded is named, too", async () => {
    assert.match(failuresIn(await reportOf('require("./not-there.cjs");')), /some\.test\.cjs/);
});

test("where all passed, nothing is said", async () => {
    assert.equal(failuresIn(await reportOf('test("the good one", () => {});')), "");
});
