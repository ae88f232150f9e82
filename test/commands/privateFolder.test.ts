/**
 * What a run keeps for a moment is its user's alone and does not outlive it, however it ends. Not proved: what happens on
 * systems whose folders have no modes.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";
import { privateFolder, removeLeftovers } from "../../commands/support/privateFolder";
import { checkoutDir } from "../../toolchain/checkout";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "private-folder-"));
after(() => fs.rmSync(root, { recursive: true }));

/** Runs a program that keeps an event log with a secret in it, and ends as told. What is left of it, by name. */
function leftBy(place: string, end: string): string[] {
    const { signal, stderr } = spawnSync(
        process.execPath,
        [
            "--import",
            "tsx",
            "--eval",
            `void require("./commands/support/runReport.ts").withEvents((args) => {
                require("node:fs").writeFileSync(args[1], "a-secret");
                ${end};
                return Promise.resolve();
            });`,
        ],
        { cwd: checkoutDir(), env: { ...process.env, TMPDIR: place }, encoding: "utf8" },
    );
    assert.ok(signal === "SIGKILL" || stderr === "", stderr);
    return fs.readdirSync(place).filter((name) => name.startsWith("gitops-estate-run-"));
}

test("lie in a folder of the process, which nobody else may look into", () => {
    const [one, other] = [privateFolder("state"), privateFolder("state")];
    assert.notEqual(one, other);
    assert.equal(path.dirname(one), path.dirname(other));
    for (const folder of [one, path.dirname(one)]) {
        assert.equal(fs.statSync(folder).mode & 0o777, 0o700);
    }
});

test("what a killed run left goes with the next run, and a run that ends in any other way leaves nothing", () => {
    const place = path.join(root, "ended");
    fs.mkdirSync(place);
    assert.deepEqual(leftBy(place, "process.exit(1)"), []);
    const left = leftBy(place, 'process.kill(process.pid, "SIGKILL")');
    assert.equal(left.length, 1);
    assert.equal(fs.statSync(path.join(place, left[0] ?? "")).mode & 0o777, 0o700);
    assert.deepEqual(leftBy(place, "process.exit(1)"), []);
});

test("only what dead processes of this machine left is removed", () => {
    const place = path.join(root, "listed");
    fs.mkdirSync(place);
    const host = os.hostname().replace(/[^\w.]/g, "_");
    const mine = `gitops-estate-run-${host}-123-abc`;
    const others = [
        `gitops-estate-run-${host}-456-abc`,
        `gitops-estate-run-elsewhere-${host}-123-abc`,
        `gitops-estate-run-${host}-x-abc`,
        "gitops-estate-npm-123-abc",
    ];
    [mine, ...others].forEach((name) => fs.mkdirSync(path.join(place, name)));
    fs.symlinkSync(path.join(place, others[0] ?? ""), path.join(place, `gitops-estate-run-${host}-789-abc`));
    removeLeftovers(place, (pid) => pid === 456);
    assert.deepEqual(fs.readdirSync(place).sort(), [...others, `gitops-estate-run-${host}-789-abc`].sort());
    removeLeftovers(path.join(place, "not-there"));
});
