import assert from "node:assert/strict";
import { test } from "node:test";

import { compareVersions } from "../../toolchain/version";

for (const [left, right, sign] of [
    ["1.2.3", "1.2.3", 0],
    ["1.10", "1.9", 1],
    ["1.9.9", "1.10.0", -1],
    ["20.19", "20.19.0", 0],
    ["v3.7.3", "3.7.2", 1],
    ["1.26rc1", "1.26", 0],
    ["", "0", 0],
] as const) {
    test(`compareVersions("${left}", "${right}") has the sign ${sign}`, () => {
        assert.equal(Math.sign(compareVersions(left, right)), sign);
    });
}
