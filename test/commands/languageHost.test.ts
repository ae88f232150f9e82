/** The launcher of the sandbox's language host. Not proved here: that the host heeds its argument (`npm run bench` shows it). */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { languageHostLauncher } from "../../commands/support/languageHost";

test("the language host is started without ts-node, wherever it lies, and written anew by each command", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "estate-host-"));
    try {
        const host = path.join(folder, "it's the host");
        fs.writeFileSync(host, '#!/bin/sh\nprintf "%s|" "$@"\n', { mode: 0o755 });
        const bin = path.join(folder, "bin");
        assert.equal(languageHostLauncher(bin, "/nowhere"), bin);
        assert.equal(languageHostLauncher(bin, host), bin);
        assert.deepEqual(fs.readdirSync(bin), ["pulumi-language-nodejs"]);
        const text = execFileSync(path.join(bin, "pulumi-language-nodejs"), ["127.0.0.1:1", "a b"], {
            encoding: "utf8",
        });
        assert.equal(text, "-typescript=false|127.0.0.1:1|a b|");
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
});
