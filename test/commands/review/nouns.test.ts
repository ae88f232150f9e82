/** What people call objects. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { knownNoun } from "../../../commands/review/nouns";
import { isOfProgram } from "../../../commands/support/urn";
import { checkoutDir } from "../../../toolchain/checkout";

test("every kind of object that an estate makes has a noun", () => {
    const folder = path.join(checkoutDir(), "test", "goldens");
    const types = fs.readdirSync(folder).flatMap((name) => {
        const golden = JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")) as object;
        return Object.keys(golden).flatMap((key) => /^(\w+:\S+:\w+) /.exec(key)?.[1] ?? []);
    });
    assert.ok(types.includes("gitlab:index/projectTag:ProjectTag"));
    const without = [...new Set(types)].filter((type) => !isOfProgram(type) && knownNoun(type) === undefined);
    assert.deepEqual(without, []);
});
