import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { PassThrough } from "node:stream";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { adviseOn } from "../../supervisor/advice";
import { problemSummary } from "../../supervisor/errors";
import { followLog, logOf } from "../../supervisor/logs";
import { type SandboxInfo, type SandboxStatus, partsNamed } from "../../supervisor/sandbox";
import { ensureSecrets } from "../../supervisor/secrets";
import { age, statusTable } from "../../supervisor/table";
import { secretFile } from "../../support/layout";
import { PortInUseError } from "../../support/ports";
import { sampleSandbox } from "./sample";
import { temporarySandbox } from "./fixture";

const layout = temporarySandbox();
after(() => fs.rmSync(path.dirname(layout.dir), { recursive: true, force: true }));

const now = Date.parse("2026-01-02T03:04:05Z");
const part = { kind: "", group: "", log: "" };
const status: SandboxStatus = {
    dir: layout.dir,
    supervisor: { pid: 10, startedAt: "2026-01-02T03:04:00Z", residentBytes: 50 * 1024 * 1024 },
    parts: [
        {
            ...part,
            name: "etcd",
            state: "ready",
            pid: 11,
            startedAt: "2026-01-02T01:00:00Z",
            residentBytes: 1024 * 1024,
        },
        {
            ...part,
            name: "host-apiserver",
            state: "crashed",
            url: "https://127.0.0.1:1",
            problem: "host-apiserver crashed (exit code 1)",
            problemAt: "2026-01-02T03:03:05Z",
        },
        { ...part, name: "host-kwok", state: "ready" },
    ],
};
const info: SandboxInfo = { ...sampleSandbox, kubeconfig: "/my box/kubeconfig" };

test("the status table has a line per part, the sum of memory and the last problems", () => {
    assert.equal(
        statusTable(status, now),
        [
            "PART            STATE    PID  UP     MEMORY  ADDRESS",
            "supervisor      ready    10   5s     50 MB",
            "etcd            ready    11   2h04m  1 MB",
            "host-apiserver  crashed                      https://127.0.0.1:1",
            "host-kwok       ready",
            "2 of 3 parts ready, 51 MB in all",
            "",
            "last problem of host-apiserver 1m ago: host-apiserver crashed (exit code 1)",
        ].join("\n"),
    );
    assert.match(
        statusTable({ dir: "/box", parts: [] }),
        /does not run; start it with: npm run sandbox -- up/,
    );
});

test("ages are shown in the two largest units", () => {
    assert.deepEqual([0, 59_000, 60_000, 3_900_000, 180_000_000].map(age), [
        "0s",
        "59s",
        "1m",
        "1h05m",
        "2d2h",
    ]);
});

test("a cluster is opened by lines that can be pasted into a shell", () => {
    assert.equal(
        adviseOn("host", info, status).text,
        "# https://127.0.0.1:1\nexport KUBECONFIG='/my box/kubeconfig'\nkubectl config use-context host",
    );
});

test("servers are opened by their address; their secrets are named by file, never shown", () => {
    assert.equal(adviseOn("gitlab", info, status).url, "http://127.0.0.1:2");
    assert.match(adviseOn("gitlab", info, status).text, /cat \/box\/secrets\/token/);
    assert.equal(adviseOn("harbor-main", info, status).url, "http://127.0.0.1:3");
    assert.match(adviseOn("host-kwok", info, status).text, /npm run sandbox -- logs host-kwok/);
    assert.throws(
        () => adviseOn("jira", info, status),
        /no "jira" to open; choose from host, gitlab, harbor-main/,
    );
    assert.throws(() => adviseOn("host", undefined, status), /there is no sandbox yet/);
});

test("a cluster's name means all of its processes", () => {
    assert.deepEqual(partsNamed("host", status.parts), ["host-apiserver", "host-kwok"]);
    assert.deepEqual(partsNamed("etcd", status.parts), ["etcd"]);
    assert.throws(
        () => partsNamed("jira", status.parts),
        /no part "jira"; the parts are etcd, host-apiserver, host-kwok/,
    );
});

test("logs are found by part or cluster, also of parts that do not run any more", () => {
    assert.throws(() => logOf("gitlab", status), /there are no logs/);
    fs.writeFileSync(path.join(layout.logs, "host-apiserver.log"), "");
    fs.writeFileSync(path.join(layout.logs, "gitlab.log"), "");

    assert.equal(logOf("gitlab", status), path.join(layout.logs, "gitlab.log"));
    assert.equal(logOf("host", status), path.join(layout.logs, "host-apiserver.log"));
    assert.throws(() => logOf("jira", status), /no log of "jira"; there are gitlab, host-apiserver/);
});

test("a followed log shows what is appended, also after it was cut", async () => {
    const file = path.join(layout.logs, "followed.log");
    fs.writeFileSync(file, "old\n");
    const output = new PassThrough();
    let seen = "";
    output.on("data", (chunk: Buffer) => (seen += chunk.toString()));
    const stop = new AbortController();
    const following = followLog(file, 4, output, stop.signal);
    const shows = async (text: string): Promise<void> => {
        for (let tries = 0; !seen.includes(text); tries++) {
            assert.ok(tries < 500, `"${text}" was never shown; seen: ${seen}`);
            await sleep(20);
        }
    };

    fs.appendFileSync(file, "new line\n");
    await shows("new line");
    fs.writeFileSync(file, "cut\n");
    await shows("cut");

    stop.abort();
    await following;
    assert.doesNotMatch(seen, /old/);
});

test("secrets are made once, look as their servers want them, and are readable by their owner only", () => {
    ensureSecrets(layout);
    const read = (): string[] =>
        (["gitlab-root-token", "harbor-admin-password", "passphrase"] as const).map((name) =>
            fs.readFileSync(secretFile(layout, name), "utf8"),
        );
    const [token, password, passphrase] = read();
    assert.match(token ?? "", /^glpat-[0-9A-Za-z_-]{20}\n$/);
    assert.match(password ?? "", /^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9]).{20}\n$/);
    assert.match(passphrase ?? "", /^[0-9A-Za-z]{32}\n$/);

    ensureSecrets(layout);

    assert.deepEqual(read(), [token, password, passphrase]);
    assert.equal(fs.statSync(secretFile(layout, "passphrase")).mode & 0o777, 0o600);
    assert.equal(fs.statSync(layout.secrets).mode & 0o777, 0o700);
});

test("where every part found its port in use, what to do about it is said once", () => {
    const taken = (name: string, port: number): { name: string; problem: string } => ({
        name,
        problem: new PortInUseError(port, name, undefined).message,
    });
    const waiting = { name: "host-apiserver", problem: "host-apiserver was not started: it needs etcd" };
    const text = problemSummary([taken("etcd", 8920), taken("gitlab", 8929), waiting]);
    assert.deepEqual(text.split("\n").slice(0, 2), [
        "port 8920, needed by etcd, is taken by another process.",
        "port 8929, needed by gitlab, is taken by another process.",
    ]);
    assert.equal(text.match(/ESTATE_SANDBOX_PORT_BASE=/g)?.length, 1);
    assert.doesNotMatch(text, /logs etcd|host-apiserver/);

    const both = problemSummary([
        taken("etcd", 8920),
        { name: "chat", problem: "chat crashed (exit code 1)" },
    ]);
    assert.match(both, /ESTATE_SANDBOX_PORT_BASE=[^]*chat crashed[^]*sandbox -- logs etcd/);
});
