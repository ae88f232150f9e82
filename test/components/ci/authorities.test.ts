/** The authorities that scripts of jobs trust: the runner's and the estate's, beside those of the image. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { scriptText } from "../../../components/ci/scripts";

const piece = path.join(__dirname, "..", "..", "..", "components", "ci", "scripts", "authorities.sh");

/** What git and curl, and what Node, trust after it; empty: what they trust without more. */
function trusted(context: TestContext, authorities: Record<string, string>): { all: string; extra: string } {
    const work = mkdtempSync(path.join(tmpdir(), "authorities-"));
    context.after(() => rmSync(work, { recursive: true }));
    const env: Record<string, string> = { PATH: process.env["PATH"] ?? "", work };
    for (const [key, text] of Object.entries(authorities)) {
        env[key] = path.join(work, `${key}.crt`);
        writeFileSync(env[key], text);
    }
    const shown = `test "\${CURL_CA_BUNDLE:-}" = "\${GIT_SSL_CAINFO:-}"; cat "\${CURL_CA_BUNDLE:-/dev/null}"; echo =====; cat "\${NODE_EXTRA_CA_CERTS:-/dev/null}"`;
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-euc", `. ${piece}\n${shown}`], {
        env,
        encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    const [all = "", extra = ""] = stdout.split("=====\n");
    return { all, extra };
}

test("the runner's and the estate's count both, beside the image's own", (context) => {
    const { all, extra } = trusted(context, {
        CURL_CA_BUNDLE: "public",
        CI_SERVER_TLS_CA_FILE: "runner",
        ESTATE_CA_FILE: "estate\n",
    });
    assert.equal(extra, "runner\nestate\n\n");
    assert.equal(all, "public\nrunner\nestate\n\n");
});

test("one alone is enough, what a job has already goes on, and without any nothing is set", (context) => {
    assert.equal(trusted(context, { CI_SERVER_TLS_CA_FILE: "runner" }).extra, "runner\n");
    assert.equal(trusted(context, { ESTATE_CA_FILE: "estate" }).extra, "estate\n");
    assert.equal(
        trusted(context, { NODE_EXTRA_CA_CERTS: "job", ESTATE_CA_FILE: "estate" }).extra,
        "job\nestate\n",
    );
    assert.deepEqual(trusted(context, {}), { all: "", extra: "" });
});

test("scripts have it in them, and need no file beside them", () => {
    for (const script of ["quality.sh", "deliver.sh", "release.sh", "merge-back.sh"] as const) {
        const text = scriptText(script);
        assert.ok(text.includes(readFileSync(piece, "utf8")), script);
        assert.doesNotMatch(text, /authorities\.sh/, script);
        // It needs the folder that the script makes.
        assert.ok(text.indexOf("work=$(mktemp -d)") < text.indexOf("private.pem"), script);
    }
});
