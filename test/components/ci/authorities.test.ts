/** The authorities that jobs trust: the runner's and the estate's, beside those of the image. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { parse } from "yaml";
import { gateFiles } from "../../../components/ci/approvals";
import { scriptText, type Script } from "../../../components/ci/scripts";

const scripts = path.join(__dirname, "..", "..", "..", "components", "ci", "scripts");
const piece = path.join(scripts, "authorities.sh");

/** A folder that goes with the test, with a file for each variable that names one. */
function job(context: TestContext, authorities: Record<string, string>): Record<string, string> {
    const work = mkdtempSync(path.join(tmpdir(), "authorities-"));
    context.after(() => rmSync(work, { recursive: true }));
    const env: Record<string, string> = { PATH: process.env["PATH"] ?? "", work };
    for (const [key, text] of Object.entries(authorities)) {
        env[key] = path.join(work, `${key}.crt`);
        writeFileSync(env[key], text);
    }
    return env;
}

function shell(lines: string, env: Record<string, string>, cwd = env["work"]): string {
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-euc", lines], { cwd, env, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout;
}

/** What git and curl, what Node, and what programs in Go trust after it; empty: what they trust without more. */
function trusted(
    context: TestContext,
    authorities: Record<string, string>,
): { all: string; extra: string; folders: string; inFolder: string } {
    const shown = [
        'test "${CURL_CA_BUNDLE:-}" = "${GIT_SSL_CAINFO:-}"',
        'cat "${CURL_CA_BUNDLE:-/dev/null}"; echo =====',
        'cat "${NODE_EXTRA_CA_CERTS:-/dev/null}"; echo =====',
        'printf "%s" "${SSL_CERT_DIR:-}"; echo =====',
        'if [ -n "${SSL_CERT_DIR:-}" ]; then cat "${SSL_CERT_DIR##*:}"/*; fi',
    ].join("\n");
    const env = job(context, authorities);
    const [all = "", extra = "", folders = "", inFolder = ""] = shell(`. ${piece}\n${shown}`, env).split(
        "=====\n",
    );
    return { all, extra, folders: folders.replace(env["work"] ?? "", "."), inFolder };
}

test("the runner's and the estate's count both, beside the image's own", (context) => {
    const { all, extra, folders, inFolder } = trusted(context, {
        CURL_CA_BUNDLE: "public",
        CI_SERVER_TLS_CA_FILE: "runner",
        ESTATE_CA_FILE: "estate\n",
    });
    assert.equal(extra, "runner\nestate\n\n");
    assert.equal(all, "public\nrunner\nestate\n\n");
    assert.equal(folders, "/etc/ssl/certs:/etc/pki/tls/certs:./authorities");
    assert.equal(inFolder, extra);
});

test("one alone is enough, what a job has already goes on, and without any nothing is set", (context) => {
    assert.equal(trusted(context, { CI_SERVER_TLS_CA_FILE: "runner" }).extra, "runner\n");
    assert.equal(trusted(context, { ESTATE_CA_FILE: "estate" }).extra, "estate\n");
    assert.equal(
        trusted(context, { NODE_EXTRA_CA_CERTS: "job", ESTATE_CA_FILE: "estate" }).extra,
        "job\nestate\n",
    );
    assert.deepEqual(trusted(context, {}), { all: "", extra: "", folders: "", inFolder: "" });
});

test("a job that names authorities for curl, for git and for others has all of them", (context) => {
    const named = { CURL_CA_BUNDLE: "curl", GIT_SSL_CAINFO: "git", SSL_CERT_FILE: "others" };
    const { all } = trusted(context, { ...named, ESTATE_CA_FILE: "estate" });
    assert.equal(all, "curl\ngit\nothers\nestate\n");
});

test("a script that another has started adds nothing twice to the bundle of curl and git", (context) => {
    const env = job(context, { CURL_CA_BUNDLE: "public", ESTATE_CA_FILE: "estate" });
    const inner = 'work=$work/inner; mkdir "$work"';
    const all = shell(`. ${piece}\n${inner}\n. ${piece}\ncat "$CURL_CA_BUNDLE"`, env);
    assert.equal(all.match(/public/g)?.length, 1);
});

const forNode = { program: "node", file: "$NODE_EXTRA_CA_CERTS" };

/** Scripts by the program they start that speaks TLS, and the file that this is given. */
const started: Readonly<Partial<Record<Script, { program: string; file: string; env?: object }>>> = {
    "preview.sh": forNode,
    "hand-over.sh": forNode,
    "card.sh": forNode,
    "release.sh": forNode,
    "image.sh": {
        program: "crane",
        file: "${SSL_CERT_DIR##*:}/private.pem",
        env: {
            CI_COMMIT_SHA: "0123456789abcdef",
            CI_COMMIT_BRANCH: "main",
            DELIVERY_BRANCH: "main",
            BUILDER: "crane",
            IMAGE: "harbor.test/web/web",
            REGISTRY: "harbor.test",
            REGISTRY_USERNAME: "robot",
            REGISTRY_PASSWORD: "fake-password",
        },
    },
};

for (const [script, { program, file, env: more }] of Object.entries(started)) {
    test(`${script} trusts both`, (context) => {
        const env = job(context, { CI_SERVER_TLS_CA_FILE: "runner", ESTATE_CA_FILE: "estate" });
        const { work = "" } = env;
        mkdirSync(path.join(work, "bin"));
        mkdirSync(path.join(work, "ci"));
        // It shows on another stream, since what crane says is read.
        writeFileSync(path.join(work, "bin", program), `#!/bin/sh\ncat "${file}" >>"$SHOWN"\n`, {
            mode: 0o755,
        });
        writeFileSync(path.join(work, "ci", script), scriptText(script as Script));
        const PATH = `${work}/bin:${env["PATH"] ?? ""}`;
        // The folder that the script makes goes with it.
        const shown = path.join(work, "shown");
        shell(`sh ci/${script}`, { ...env, ...more, PATH, TMPDIR: work, SHOWN: shown });
        assert.equal(readFileSync(shown, "utf8"), "runner\nestate\n");
        assert.deepEqual(
            readdirSync(work).filter((name) => name.startsWith("tmp.")),
            [],
        );
    });
}

test("the job that holds merge requests trusts both", (context) => {
    const text = gateFiles().find(({ path: name }) => name === "approvals/gate.yml")?.text ?? "";
    const [, body = ""] = text.split(/^---$/m);
    const { approvals } = parse(body) as { approvals: { script: string[] } };
    const env = job(context, { CI_SERVER_TLS_CA_FILE: "runner", ESTATE_CA_FILE: "estate" });
    const { work = "" } = env;
    mkdirSync(path.join(work, "bin"));
    writeFileSync(path.join(work, "bin", "node"), '#!/bin/sh\ncat "$NODE_EXTRA_CA_CERTS"\n', { mode: 0o755 });
    const PATH = `${work}/bin:${env["PATH"] ?? ""}`;
    assert.equal(shell(approvals.script.join("\n"), { ...env, PATH, TMPDIR: work }), "runner\nestate\n");
});

test("every script that starts git, curl, Node or a program in Go has it in it, and needs no file beside it", () => {
    // They run a program that reads the variables itself, start another script, or speak to the machine's Docker alone.
    const without = ["promote.sh", "compose.sh", "test.sh", "authorities.sh"];
    const names = readdirSync(scripts).filter((name) => name.endsWith(".sh") && !without.includes(name));
    for (const script of names as Script[]) {
        const text = scriptText(script);
        assert.ok(text.includes(readFileSync(piece, "utf8")), script);
        assert.doesNotMatch(text, /authorities\.sh/, script);
        // It needs the folder that the script makes.
        assert.ok(text.indexOf("work=$(mktemp -d)") < text.indexOf("private.pem"), script);
    }
});
