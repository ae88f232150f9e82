import assert from "node:assert/strict";
import * as path from "node:path";
import { test } from "node:test";

import { logFile, sandboxDir, sandboxLayout, secretFile } from "../../support/layout";

test("everything of a sandbox lies below its folder", () => {
    const layout = sandboxLayout("/estate/box");

    for (const [name, value] of Object.entries(layout) as [string, string][]) {
        assert.ok(value.startsWith("/estate/box"), `${name} is ${value}`);
    }
    assert.equal(secretFile(layout, "passphrase"), "/estate/box/secrets/passphrase");
    assert.equal(logFile(layout, "etcd"), "/estate/box/logs/etcd.log");
});

test("a relative folder counts from where the command runs", () => {
    assert.equal(sandboxLayout("box").dir, path.resolve("box"));
});

test("the folder is .sandbox in the checkout unless the environment names one", () => {
    assert.equal(sandboxDir({}, "/checkout"), "/checkout/.sandbox");
    assert.equal(sandboxDir({ ESTATE_SANDBOX_DIR: "" }, "/checkout"), "/checkout/.sandbox");
    assert.equal(sandboxDir({ ESTATE_SANDBOX_DIR: "/elsewhere/box" }, "/checkout"), "/elsewhere/box");
    assert.ok(path.isAbsolute(sandboxDir({ ESTATE_SANDBOX_DIR: "box" }, "/checkout")));
});
