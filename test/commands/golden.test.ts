/** What `npm run golden` says has changed. That it writes the files is what it runs the stacks' tests for. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { changesBetween, textsOf } from "../../commands/golden";

test("files that are as they were are not named", () => {
    const files = new Map([["dev.json", "{}\n"]]);
    assert.deepEqual(changesBetween(files, new Map(files)), []);
});

test("new, removed and changed files are named, with the number of lines", () => {
    const before = new Map([
        ["a.json", "1\n2\n2\n3"],
        ["gone.json", ""],
    ]);
    const after = new Map([
        ["a.json", "1\n2\n4\n5"],
        ["b.json", ""],
    ]);
    assert.deepEqual(changesBetween(before, after), [
        "changed a.json (2 lines added, 2 removed)",
        "new     b.json",
        "removed gone.json",
    ]);
});

test("a folder that is not there counts as empty, a folder in it is no golden", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "estate-golden-"));
    try {
        fs.mkdirSync(path.join(folder, "sub"));
        fs.writeFileSync(path.join(folder, "dev.json"), "{}");
        assert.deepEqual([...textsOf(folder)], [["dev.json", "{}"]]);
        assert.deepEqual([...textsOf(path.join(folder, "absent"))], []);
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
});
