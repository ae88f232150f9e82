import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, test } from "node:test";
import { Budget, endOf } from "../../commands/support/budget";
import { CommandError } from "../../commands/support/console";
import { checkoutDir } from "../../toolchain/checkout";

describe("the time that end-to-end tests have", () => {
    const minutes = (count: number): number => count * 60_000;

    test("has no limit unless one is set", () => {
        assert.equal(endOf(0), undefined);
        assert.equal(endOf(0, ""), undefined);
        assert.ok(new Budget(undefined).has(100_000, minutes(10_000)));
    });

    test("is counted from where the tests began, in whole minutes", () => {
        assert.equal(endOf(minutes(5), "75"), minutes(80));
        for (const text of ["0", "1.5", "-3", "an hour"]) {
            assert.throws(() => endOf(0, text), CommandError, text);
        }
    });

    test("suffices for a file that ends by then, and for no other", () => {
        const budget = new Budget(minutes(10));
        assert.ok(budget.has(300, minutes(5)));
        assert.ok(!budget.has(301, minutes(5)));
        assert.ok(budget.has(60, minutes(5)), "a shorter one still fits");
    });

    test("is less on a machine that has been slower so far, and not more on one that was faster", () => {
        const slow = new Budget(minutes(10));
        slow.ended({ expected: 100, taken: 200 });
        assert.ok(slow.has(150, minutes(5)));
        assert.ok(!slow.has(160, minutes(5)));
        const fast = new Budget(minutes(10));
        fast.ended({ expected: 100, taken: 10 });
        assert.ok(!fast.has(301, minutes(5)));
    });
});

test("each end-to-end file has its seconds", () => {
    const folder = path.join(checkoutDir(), "test", "e2e");
    const seconds = JSON.parse(fs.readFileSync(path.join(folder, "seconds.json"), "utf8")) as object;
    const files = fs
        .readdirSync(folder)
        .filter((file) => file.endsWith(".test.ts"))
        .map((file) => path.basename(file, ".test.ts"));
    assert.deepEqual(Object.keys(seconds).sort(), files.sort());
});
