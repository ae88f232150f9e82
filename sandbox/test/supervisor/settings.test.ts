import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { test } from "node:test";

import { SandboxError, sandboxPortBase } from "../../supervisor";
import { defaultSettings, mergeSettings, writeSettings } from "../../supervisor/settings";
import { temporarySandbox } from "./fixture";

const base = 8920;

test("the first up makes three clusters, GitLab and both Harbors", () => {
    assert.deepEqual(mergeSettings(undefined, {}, base), {
        portBase: base,
        clusters: ["host", "member1", "member2"],
        parts: ["clusters", "gitlab", "harbor", "harbor-prod", "argocd", "chat"],
        tier: "free",
        edition: "ce",
    });
});

test("what was asked for once stays, in its place, and new clusters come last", () => {
    const first = mergeSettings(
        undefined,
        { clusters: ["host", "east"], parts: ["clusters"], tier: "premium" },
        base,
    );
    const second = mergeSettings(first, { clusters: ["west", "host"], parts: ["gitlab"] }, base);

    assert.deepEqual(second.clusters, ["host", "east", "west"]);
    assert.deepEqual(second.parts, ["clusters", "gitlab"]);
    assert.equal(second.tier, "premium");
    assert.deepEqual(mergeSettings(second, {}, base), second);
});

test("a shell without the variable finds the ports that the sandbox was started with", (t) => {
    const layout = temporarySandbox();
    t.after(() => fs.rmSync(path.dirname(layout.dir), { recursive: true, force: true }));
    const set = process.env["ESTATE_SANDBOX_PORT_BASE"];
    t.after(() => {
        if (set !== undefined) {
            process.env["ESTATE_SANDBOX_PORT_BASE"] = set;
        }
    });
    delete process.env["ESTATE_SANDBOX_PORT_BASE"];

    assert.equal(sandboxPortBase(layout.dir), base);
    fs.mkdirSync(layout.run, { recursive: true });
    writeSettings(layout, { ...defaultSettings, portBase: 9920 });
    assert.equal(sandboxPortBase(layout.dir), 9920);
});

test("TLS and GitLab's path stay until something else is asked for", () => {
    const first = mergeSettings(undefined, { tls: true, gitlabPath: "/gitlab" }, base);
    assert.deepEqual([first.tls, first.gitlabPath], [true, "/gitlab"]);
    assert.deepEqual(mergeSettings(first, {}, base), first);
    const back = mergeSettings(first, { tls: false, gitlabPath: "" }, base);
    assert.deepEqual([back.tls, back.gitlabPath], [undefined, undefined]);
    for (const gitlabPath of ["gitlab", "/gitlab/", "/git lab"]) {
        assert.throws(() => mergeSettings(undefined, { gitlabPath }, base), /write it as \/gitlab/);
    }
});

test("premium is always the Enterprise Edition, which stays when the licence is gone and until another is asked for", () => {
    const licensed = mergeSettings(undefined, { tier: "premium" }, base);
    assert.equal(licensed.edition, "ee");
    const unlicensed = mergeSettings(licensed, { tier: "free" }, base);
    assert.deepEqual([unlicensed.tier, unlicensed.edition], ["free", "ee"]);
    assert.equal(mergeSettings(unlicensed, { edition: "ce" }, base).edition, "ce");
    const { edition: _, ...old } = licensed;
    assert.equal(
        mergeSettings(old as typeof licensed, {}, base).edition,
        "ee",
        "settings of an earlier version",
    );
    assert.throws(
        () => mergeSettings(undefined, { tier: "premium", edition: "ce" }, base),
        /edition ce: with tier premium GitLab is ee/,
    );
});

test("every invalid name is reported", () => {
    const wanted = { clusters: ["host", "Member_1", "etcd"], parts: ["jenkins" as "gitlab"] };

    assert.throws(
        () => mergeSettings(undefined, wanted, base),
        /cluster "Member_1": use.*\n.*cluster "etcd".*\n.*part "jenkins": choose from clusters, gitlab, harbor, harbor-prod/,
    );
    assert.throws(
        () => mergeSettings(undefined, { clusters: "abcdefghijk".split("") }, base),
        /11 clusters: a sandbox has room for 10/,
    );
});

test("a part that another version started is reported as an expected failure, with the way out", () => {
    const earlier = { ...defaultSettings, portBase: base, parts: ["gitlab", "jenkins" as "gitlab"] as const };

    assert.throws(
        () => mergeSettings(earlier, {}, base),
        (error) => {
            assert.ok(error instanceof SandboxError, "shown without a stack trace");
            assert.match(
                error.message,
                /^ {2}part "jenkins": .*this version does not know it .*down --purge/m,
            );
            assert.doesNotMatch(error.message, /part "gitlab"/);
            return true;
        },
    );
});
