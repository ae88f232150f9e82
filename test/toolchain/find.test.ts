import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { findBuilt, findOnPath, onPath } from "../../toolchain/find";
import type { PathProbe } from "../../toolchain/tools";
import { FakeWorld } from "./support/fakeGo";

let world: FakeWorld;
beforeEach(() => (world = new FakeWorld()));
afterEach(() => world.remove());

const probe: PathProbe = {
    args: ["--version"],
    pattern: /^etcd Version: (\S+)/m,
    minimum: "3.6.0",
    below: "4.0.0",
};
const says = (text: string): string => `#!/bin/sh\n[ "$1" = --version ] && printf '%b\\n' "${text}"\n`;

for (const [text, version] of [
    ["etcd Version: 3.6.0\\nGit SHA: x", "3.6.0"],
    ["etcd Version: 3.10.1", "3.10.1"],
    ["etcd Version: 3.5.21", undefined],
    ["etcd Version: 4.0.0", undefined],
    ["another program 9.9.9", undefined],
    ["", undefined],
] as const) {
    test(`a program that says "${text}" is ${version === undefined ? "not " : ""}taken`, async () => {
        const path = world.program("etcd", says(text));
        const found = await findOnPath("etcd", probe, world.env);
        assert.deepEqual(found, version === undefined ? undefined : { version, path });
    });
}

test("a version on stderr counts, and a failing exit code does not matter", async () => {
    world.program("etcd", "#!/bin/sh\necho 'etcd Version: 3.7.0' >&2\nexit 1\n");
    assert.equal((await findOnPath("etcd", probe, world.env))?.version, "3.7.0");
});

test("what cannot be run is passed over", async () => {
    world.program("etcd", "#!/nowhere/sh\n");
    assert.equal(await findOnPath("etcd", probe, world.env), undefined);
    assert.equal(onPath("kwok", world.env), undefined);
    mkdirSync(join(world.bin, "kwok"));
    assert.equal(onPath("kwok", world.env), undefined, "a folder of that name is no program");
    writeFileSync(join(world.bin, "crane"), "text");
    assert.equal(onPath("crane", world.env), undefined, "a file without the right to run is no program");
});

test("the language host is taken with the engine beside it, and only if that one is new enough", async () => {
    const besides: PathProbe = { besides: "pulumi" };
    const name = "pulumi-language-nodejs";
    const host = world.program(name, "#!/bin/sh\n");
    assert.equal(await findOnPath(name, besides, world.env), undefined, "no engine");
    world.program("pulumi", "#!/bin/sh\necho v3.100.0\n");
    assert.equal(await findOnPath(name, besides, world.env), undefined, "old engine");
    world.program("pulumi", "#!/bin/sh\necho v3.300.0\n");
    assert.deepEqual(await findOnPath(name, besides, world.env), { version: "3.300.0", path: host });
    const elsewhere = join(world.folder, "elsewhere");
    world.program(name, "#!/bin/sh\n", elsewhere);
    const env = { ...world.env, PATH: `${elsewhere}:${world.env["PATH"]}` };
    assert.equal(await findOnPath(name, besides, env), undefined, "an engine in another folder");
});

test("the engine is asked for its version without side effects", async () => {
    world.program(
        "pulumi",
        '#!/bin/sh\necho "v3.300.0 $PULUMI_SKIP_UPDATE_CHECK $PULUMI_HOME" | tee "$0.said"\n',
    );
    const found = await findOnPath(
        "pulumi",
        {
            args: [],
            pattern: /v\S+ (true .*)/,
            minimum: "0",
            env: { PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_HOME: "x" },
        },
        world.env,
    );
    assert.equal(found?.version, "true x");
});

test("a build counts when the program is in it; without Go the newest Go's build is taken", () => {
    const build = (key: string): void => {
        const folder = join(world.root, "etcd", key, "bin");
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "etcd"), "");
    };
    mkdirSync(join(world.root, "etcd", "1-a-go1.27", "bin"), { recursive: true });
    assert.equal(findBuilt(world.root, "etcd", { stem: "1-a", full: "1-a-go1.27" }), undefined);
    build("1-a-go1.9");
    build("1-a-go1.26");
    build("1-b-go1.99");
    const root = join(world.root, "etcd");
    assert.equal(findBuilt(world.root, "etcd", { stem: "1-a", full: "1-a-go1.9" }), join(root, "1-a-go1.9"));
    assert.equal(findBuilt(world.root, "etcd", { stem: "1-a", full: "1-a" }), join(root, "1-a-go1.26"));
    assert.equal(findBuilt(world.root, "kwok", { stem: "1-a", full: "1-a" }), undefined);
});
