import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stringify } from "yaml";
import { connectionOf } from "../../estate/kubeconfig";

const kubeconfig = stringify({
    contexts: [
        { name: "one", context: { cluster: "a", user: "u" } },
        { name: "lost", context: { cluster: "gone" } },
        { name: "bare" },
    ],
    clusters: [{ name: "a", cluster: { server: "https://a.test:6443" } }],
});

describe("a kubeconfig", () => {
    it("says where a context's API server is", () => {
        assert.equal(connectionOf(kubeconfig, "one")?.server, "https://a.test:6443");
    });

    it("says nothing of what it does not hold, and never throws", () => {
        for (const context of ["two", "lost", "bare", ""]) {
            assert.equal(connectionOf(kubeconfig, context)?.server, undefined);
        }
        for (const text of ["", "[]", "7", "a: [", "contexts: 5", "contexts: [null]"]) {
            assert.equal(connectionOf(text, "one")?.server, undefined);
        }
    });
});
