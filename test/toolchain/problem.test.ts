import assert from "node:assert/strict";
import { test } from "node:test";

import { explainFailure } from "../../toolchain/problem";

const run = { tool: "etcd", version: "3.7.3", log: "/cache/etcd/x.log" };

// Texts as Go prints them, with invented hosts.
const cases: [string, string, RegExp][] = [
    [
        "network",
        'go: a.example/b@v1.0.0: Get "https://proxy.example/a": dial tcp: lookup proxy.example: no such host',
        /Check the network\. Behind a firewall, set GOPROXY/,
    ],
    [
        "network",
        'Get "https://x.example": proxyconnect tcp: dial tcp 192.0.2.1:3128: i/o timeout',
        /HTTPS_PROXY/,
    ],
    ["network", "reading https://proxy.example/a/@v/v1.zip: 502 Bad Gateway", /could not be downloaded/],
    ["network", "a.example/b: module lookup disabled by GOPROXY=off", /GOPROXY/],
    [
        "network",
        'Get "https://x": tls: failed to verify certificate: x509: certificate signed by unknown',
        /GOPROXY/,
    ],
    [
        "checksum",
        "verifying a@v1: checksum mismatch\n\tdownloaded: h1:a\n\tgo.sum: h1:b\nSECURITY ERROR",
        /go\.sum/,
    ],
    [
        "disk",
        "write /tmp/go-build1/b001/_pkg_.a: no space left on device",
        /disk filled up[^]*go clean -cache/,
    ],
    [
        "go-old",
        "go: go.mod requires go >= 1.27 (running go 1.26.8; GOTOOLCHAIN=local)",
        /Go 1\.26\.8 is too old/,
    ],
    [
        "compile",
        "# a.example/b\nb/b.go:1:2: undefined: x",
        /does not build[^]* {4}b\/b\.go:1:2: undefined: x/,
    ],
];

for (const [reason, output, message] of cases) {
    test(`${reason}: ${output.split("\n")[0]?.slice(0, 60)}`, () => {
        const problem = explainFailure({ ...run, output });
        assert.equal(problem.reason, reason);
        assert.match(problem.message, message);
    });
}

test("a compiler's failure shows the last lines and the log, not all of it", () => {
    const output = Array.from({ length: 100 }, (_, i) => `line ${i}`).join("\n");
    const { message } = explainFailure({ ...run, output });
    assert.doesNotMatch(message, /line 84\b/);
    assert.match(message, /line 85\n[^]*line 99\nAll of it is in \/cache\/etcd\/x\.log$/);
});

test("a build that was killed says by what, and that memory is the likely cause", () => {
    assert.match(explainFailure({ ...run, output: "", signal: "SIGKILL" }).message, /ran out of memory/);
    assert.match(explainFailure({ ...run, output: "", signal: "SIGTERM" }).message, /ended by SIGTERM\. Run/);
});

test("no message names a module host", () => {
    for (const [, output] of cases) {
        const ours = explainFailure({ ...run, output }).message.replaceAll(/^ {4}.*$/gm, "");
        assert.doesNotMatch(ours, /\b[a-z]+\.(org|io|com|example)\b/);
    }
});
