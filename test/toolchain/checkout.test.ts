import assert from "node:assert/strict";
import * as path from "node:path";
import { test } from "node:test";

import { checkoutDir } from "../../toolchain/checkout";

test("the checkout is the folder with this package's package.json", () => {
    assert.equal(checkoutDir(), path.resolve(__dirname, "..", ".."));
});
