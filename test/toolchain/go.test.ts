import assert from "node:assert/strict";
import { test } from "node:test";

import { goEnvironment } from "../../toolchain/go";

test("programs are built for this machine, as modules, whatever the caller builds others for", () => {
    const caller = {
        PATH: "/bin",
        GOPROXY: "https://proxy.example.com",
        GOOS: "windows",
        GOARCH: "arm64",
        GO111MODULE: "off",
        GOFLAGS: "-mod=mod",
    };
    assert.deepEqual(goEnvironment(caller), {
        PATH: "/bin",
        GOPROXY: "https://proxy.example.com",
        CGO_ENABLED: "0",
        GOFLAGS: "",
        GOWORK: "off",
    });
});
