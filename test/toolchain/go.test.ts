import assert from "node:assert/strict";
import { test } from "node:test";

import { GO_FLAGS, goEnvironment } from "../../toolchain/go";

test("programs are built for this machine, as modules, whatever the caller builds others for", () => {
    const caller = {
        PATH: "/bin",
        GOPROXY: "https://proxy.example.com",
        GOOS: "windows",
        GOARCH: "arm64",
        GO111MODULE: "off",
        GOFLAGS: "-mod=mod",
    };
    assert.deepEqual(goEnvironment(caller, { cores: 2, memory: 24 * 2 ** 30 }), {
        PATH: "/bin",
        GOPROXY: "https://proxy.example.com",
        CGO_ENABLED: "0",
        GOFLAGS: GO_FLAGS.join(" "),
        GOWORK: "off",
        GOGC: "off",
        GOMEMLIMIT: "6144MiB",
    });
});
