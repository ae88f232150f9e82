import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { cacheRoot, sizeOf, toolKey } from "../../toolchain/cache";
import type { GoTool, SourceTool } from "../../toolchain/tools";

const folder = mkdtempSync(join(tmpdir(), "cache-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(path: string, text: string): void {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
}

const tool: GoTool = {
    kind: "go",
    group: "estate",
    purpose: "",
    version: "1.2.3",
    module: "m",
    package: "example.org/m",
    seconds: 1,
    disk: 1,
};
const source: SourceTool = { ...tool, kind: "source", version: "source", folder: "s" };
const platform = { os: "linux", arch: "amd64", go: "1.26" };

test("the cache lies where ESTATE_CACHE, else XDG_CACHE_HOME, else the home folder says", () => {
    assert.equal(cacheRoot({ ESTATE_CACHE: "/e", XDG_CACHE_HOME: "/x" }), "/e/tools");
    assert.equal(cacheRoot({ XDG_CACHE_HOME: "/x" }), "/x/gitops-estate/tools");
    assert.equal(cacheRoot({ XDG_CACHE_HOME: "relative" }), cacheRoot({}));
    assert.equal(cacheRoot({ ESTATE_CACHE: "" }), join(homedir(), ".cache", "gitops-estate", "tools"));
});

test("a key changes with pins, link variables, platform and Go's minor version, and with nothing else", async () => {
    file("m/go.mod", "module m\n");
    file("m/go.sum", "a\n");
    const at = join(folder, "m");
    const key = async (change: Partial<GoTool> = {}, where: Partial<typeof platform> = {}): Promise<string> =>
        (await toolKey({ ...tool, ...change }, at, { ...platform, ...where })).full;
    const base = await key();
    assert.match(base, /^1\.2\.3-[0-9a-f]{12}-linux-amd64-go1\.26$/);
    assert.equal(await key({ seconds: 9, purpose: "other" }), base);
    const others = [
        await key({ version: "1.2.4" }),
        await key({ package: "example.org/m/cmd" }),
        await key({ variables: { "m.Version": "1" } }),
        await key({}, { arch: "arm64" }),
        await key({}, { os: "darwin" }),
        await key({}, { go: "1.27" }),
    ];
    file("m/go.sum", "b\n");
    others.push(await key());
    file("m/go.mod", "module n\n");
    others.push(await key());
    assert.equal(new Set([base, ...others]).size, others.length + 1);
});

test("without Go the key is the stem that every Go version's key begins with", async () => {
    file("m/go.mod", "module m\n");
    file("m/go.sum", "a\n");
    const at = join(folder, "m");
    const withGo = await toolKey(tool, at, platform);
    const without = await toolKey(tool, at, { ...platform, go: undefined });
    assert.deepEqual(without, { stem: withGo.stem, full: withGo.stem });
});

test("a source tool's key changes with what is compiled in, not with its tests", async () => {
    file("s/main.go", "package main\n");
    file("s/go.mod", "module s\n");
    const at = join(folder, "s");
    const key = async (): Promise<string> => (await toolKey(source, at, platform)).full;
    const base = await key();
    file("s/main_test.go", "package main\n");
    file("s/testdata/x.json", "{}");
    file("s/README.md", "text");
    assert.equal(await key(), base);
    file("s/schema/harbor.json", "{}");
    const withSchema = await key();
    file("s/inner/b.go", "package inner\n");
    const withPackage = await key();
    assert.equal(new Set([base, withSchema, withPackage]).size, 3);
});

test("sizeOf adds up a folder and is 0 for what is not there", async () => {
    file("z/a", "12345");
    file("z/b/c", "123");
    assert.equal(await sizeOf(join(folder, "z")), 8);
    assert.equal(await sizeOf(join(folder, "none")), 0);
});
