import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";

import {
    type ProgressEvent,
    type Tool,
    type ToolName,
    type ToolchainOptions,
    ensureTools,
    findTools,
    pathWith,
} from "../../toolchain";
import { prune } from "../../toolchain/build";
import { FakeWorld } from "./support/fakeGo";

// These tests prove what is decided and how builds appear in the cache. That the modules compile is proved by building them.

let world: FakeWorld;
let events: ProgressEvent[];

function start(fakeGo: Record<string, string> = {}): void {
    world?.remove();
    world = new FakeWorld(fakeGo);
    events = [];
    for (const name of ["etcd", "kwok", "pulumi", "pulumi-language-nodejs", "argo-cd"]) {
        world.module(name);
    }
}
beforeEach(() => start());
afterEach(() => world.remove());

function ensure(names: readonly ToolName[], options: ToolchainOptions = {}): Promise<Map<ToolName, Tool>> {
    return ensureTools(names, (event) => events.push(event), {
        env: world.env,
        checkout: world.checkout,
        tick: 5,
        freeSpace: () => Promise.resolve({ device: 1, free: 1e12 }),
        ...options,
    });
}

const kinds = (): string[] => events.filter((each) => each.kind !== "tick").map((each) => each.kind);
const leftovers = (tool: string): string[] =>
    readdirSync(join(world.root, tool)).filter((entry) => !/go1\.26(\.log)?$/.test(entry));

describe("building", () => {
    test("a tool is built once, into the cache, and found after that", async () => {
        const first = (await ensure(["etcd"])).get("etcd");
        assert.ok(first !== undefined);
        assert.equal(first.source, "built");
        assert.equal(first.version, "3.7.3");
        assert.ok(first.bytes > 0);
        assert.match(
            first.path.slice(world.root.length),
            /^\/etcd\/3\.7\.3-\w{12}-linux-amd64-go1\.26\/bin\/etcd$/,
        );
        assert.equal(spawnSync(first.path, { encoding: "utf8" }).stdout, "built\n");
        assert.deepEqual(kinds(), ["plan", "start", "done"]);
        events = [];
        assert.deepEqual((await ensure(["etcd"])).get("etcd"), first);
        assert.deepEqual(events, []);
        assert.equal(world.goRuns().length, 1);
        assert.deepEqual(leftovers("etcd"), []);
    });

    test("go runs in the tool's module, reads only, without a C compiler, whatever the user's GOFLAGS", async () => {
        start({ GOFLAGS: "-mod=mod" });
        await ensure(["etcd"]);
        const [run = ""] = world.goRuns();
        assert.ok(
            run.startsWith(
                `${join(world.checkout, "toolchain", "etcd")} GOFLAGS=-mod=readonly -trimpath -buildvcs=false `,
            ),
            run,
        );
        assert.match(
            run,
            / CGO_ENABLED=0 build -ldflags -s -w -o \S+\/bin\/etcd go\.etcd\.io\/etcd\/server\/v3$/,
        );
    });

    test("a tool that wants a newer Go than this one is built with it; finding out fetches nothing", async () => {
        world.module("flux-operator", "module m/flux-operator\n\ngo 1.27.0\n");
        writeFileSync(join(world.checkout, "toolchain", "flux-operator", "index.html"), "<p>none</p>");
        const found = await findTools(["flux-operator"], { env: world.env, checkout: world.checkout });
        assert.equal(found.size, 0);
        assert.deepEqual(world.goRuns(), []);
        const tool = (await ensure(["flux-operator"])).get("flux-operator");
        assert.match(tool?.path ?? "", /-linux-amd64-go1\.27\/bin\/flux-operator$/);
        assert.ok(world.goRuns().every((run) => run.includes(" GOTOOLCHAIN=go1.27.4 ")));
    });

    test("a module that lacks a file is built from a copy of what was verified, with the file; of the copy nothing stays", async () => {
        start({ FAKE_GO_COPIES: "yes" });
        world.module("flux-operator", "module m/flux-operator\n\ngo 1.27.0\n");
        writeFileSync(join(world.checkout, "toolchain", "flux-operator", "index.html"), "<p>none</p>");
        const tool = (await ensure(["flux-operator"])).get("flux-operator");
        const [download = "", build = ""] = world.goRuns();
        assert.match(download, / mod download -json github\.com\/controlplaneio-fluxcd\/flux-operator$/);
        assert.match(
            build,
            / GOFLAGS=-mod=readonly .* build -modfile=\S+\/source\/go\.mod .* github\.com\/controlplaneio-fluxcd\/flux-operator\/cmd\/operator$/,
        );
        assert.equal(
            readFileSync(join(world.folder, "copy", "module", "web", "dist", "index.html"), "utf8"),
            "<p>none</p>",
        );
        assert.match(
            readFileSync(join(world.folder, "copy", "module", "manifests", "install.yaml"), "utf8"),
            /Thing/,
        );
        assert.match(
            readFileSync(join(world.folder, "copy", "go.mod"), "utf8"),
            /^module m\/flux-operator\n[^]*\nreplace github\.com\/controlplaneio-fluxcd\/flux-operator => \S+\/source\/module\n$/,
        );
        assert.deepEqual(readdirSync(dirname(dirname(tool?.path ?? ""))).sort(), ["bin", "build.json"]);
    });

    test("versions that a program learns at link time are given", async () => {
        await ensure(["pulumi"]);
        assert.match(world.goRuns()[0] ?? "", /-X github\.com\/pulumi\/.*\.Version=v3\.256\.0/);
    });

    test("several tools are built one after the other, the longest first, each once", async () => {
        const tools = await ensure(["etcd", "pulumi", "etcd", "kwok"]);
        assert.deepEqual([...tools.keys()], ["pulumi", "kwok", "etcd"]);
        const steps = events.flatMap((each) => (each.kind === "start" ? [each] : []));
        assert.deepEqual(
            steps.map((each) => [each.tool, each.index, each.count]),
            [
                ["pulumi", 1, 3],
                ["kwok", 2, 3],
                ["etcd", 3, 3],
            ],
        );
        const [one, two, three] = steps;
        assert.ok(one !== undefined && two !== undefined && three !== undefined);
        assert.equal(one.remaining, one.expected + two.expected + three.expected);
        assert.equal(three.remaining, three.expected);
    });

    test("a changed pin is built anew", async () => {
        const before = (await ensure(["etcd"])).get("etcd");
        world.module("etcd", undefined, "another sum\n");
        const after = (await ensure(["etcd"])).get("etcd");
        assert.notEqual(after?.path, before?.path);
        assert.equal(world.goRuns().length, 2);
    });

    test("progress says what is being done", async () => {
        start({ FAKE_GO_STDERR: "go: downloading a.example/b v1.0.0" });
        const gate = join(world.folder, "gate");
        world.env["FAKE_GO_WAIT"] = gate;
        const report = (event: ProgressEvent): void => {
            // The build ends only because this is reported.
            if (event.kind === "tick" && event.doing === "downloading modules") {
                writeFileSync(gate, "");
            }
        };
        await ensureTools(["etcd"], report, { env: world.env, checkout: world.checkout, tick: 5 });
    });

    test("the language host is put beside the engine, which looks for it there", async () => {
        const tools = await ensure(["pulumi", "pulumi-language-nodejs"]);
        const engine = tools.get("pulumi")?.path ?? "";
        const launcher = join(dirname(engine), "pulumi-language-nodejs");
        const host = tools.get("pulumi-language-nodejs")?.path ?? "";
        // An engine that finds this file starts the host that was built, told what Pulumi.yaml says.
        assert.equal(readFileSync(launcher, "utf8"), `#!/bin/sh\nexec '${host}' '-typescript=false' "$@"\n`);
        assert.equal(statSync(launcher).mode & 0o111, 0o111);
        assert.equal(pathWith(tools, "/usr/bin"), `${dirname(engine)}:/usr/bin`);
        await ensure(["pulumi", "pulumi-language-nodejs"]);
        assert.deepEqual(readdirSync(dirname(engine)).sort(), ["pulumi", "pulumi-language-nodejs"]);

        // A copy that an earlier checkout put there is replaced.
        rmSync(launcher);
        writeFileSync(launcher, "x".repeat(20_000));
        await ensure(["pulumi", "pulumi-language-nodejs"]);
        assert.match(readFileSync(launcher, "utf8"), /^#!/);
    });

    test("files of a module are downloaded into Go's own cache", async () => {
        const tool = (await ensure(["argocd-manifests"])).get("argocd-manifests");
        assert.ok(tool !== undefined);
        assert.ok(tool.path.endsWith("/gomod/github.com/argoproj/argo-cd/v3@v3.2.11/manifests"));
        assert.ok(existsSync(join(tool.path, "install.yaml")));
        assert.match(world.goRuns()[0] ?? "", /mod download -json github\.com\/argoproj\/argo-cd\/v3$/);
        await ensure(["argocd-manifests"]);
        assert.equal(world.goRuns().length, 1);
        assert.equal(pathWith(new Map<ToolName, Tool>([["argocd-manifests", tool]]), "/usr/bin"), "/usr/bin");
    });

    test("sources of the checkout are built again when they change", async () => {
        const folder = join(world.checkout, "sandbox", "providers");
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "go.mod"), "module estate/providers\n\ngo 1.26\n");
        writeFileSync(join(folder, "main.go"), "package main\n");
        const before = (await ensure(["providers"])).get("providers");
        assert.match(world.goRuns()[0] ?? "", /\/sandbox\/providers .* \.$/);
        await ensure(["providers"]);
        assert.equal(world.goRuns().length, 1);
        writeFileSync(join(folder, "main.go"), "package main\n\nfunc main() {}\n");
        assert.notEqual((await ensure(["providers"])).get("providers")?.path, before?.path);
    });
});

describe("old builds", () => {
    test("of changing sources only the newest few are kept", async () => {
        const folder = join(world.checkout, "sandbox", "providers");
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "go.mod"), "module estate/providers\n\ngo 1.26\n");
        const paths: string[] = [];
        for (let i = 0; i < 6; i++) {
            writeFileSync(join(folder, "main.go"), `package main // ${i}\n`);
            paths.push((await ensure(["providers"])).get("providers")?.path ?? "");
        }
        assert.deepEqual(paths.map(existsSync), [false, false, true, true, true, true]);
        assert.equal(readdirSync(join(world.root, "providers")).length, 8, "4 builds and their logs");
    });

    test("prune deletes what is not used", async () => {
        const old = (await ensure(["etcd"])).get("etcd")?.path ?? "";
        world.module("etcd", undefined, "another sum\n");
        const used = (await ensure(["etcd"])).get("etcd")?.path ?? "";
        assert.ok((await prune(world.root, new Set([dirname(dirname(used))]))) > 0);
        assert.deepEqual([old, used].map(existsSync), [false, true]);
        assert.equal(await prune(join(world.root, "nowhere"), new Set()), 0);
    });
});

describe("sources that change under the compiler", () => {
    // The fake go changes them itself, as an editor would, until it has been run FAKE_GO_EDITS times.
    const begin = (edits: number): void => {
        start({ FAKE_GO_EDITS: String(edits) });
        const folder = join(world.checkout, "sandbox", "providers");
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "go.mod"), "module estate/providers\n\ngo 1.26\n");
        writeFileSync(join(folder, "main.go"), "package main\n");
    };

    test("are built again, so that a build is what its key says", async () => {
        begin(2);
        const tool = (await ensure(["providers"])).get("providers");
        assert.equal(world.goRuns().length, 3);
        assert.deepEqual((await ensure(["providers"])).get("providers"), tool);
        assert.equal(world.goRuns().length, 3);
    });

    test("are given up when they never rest", async () => {
        begin(1000);
        await assert.rejects(ensure(["providers"]), { reason: "sources-changing" });
    });
});

describe("tools that are there", () => {
    test("a copy on PATH that is new enough is used, and Go is not needed", async () => {
        const path = world.program("etcd", "#!/bin/sh\necho 'etcd Version: 3.6.9'\n");
        rmSync(join(world.bin, "go"));
        const tool = (await ensure(["etcd"])).get("etcd");
        assert.deepEqual(
            { ...tool, bytes: 0 },
            { name: "etcd", version: "3.6.9", path, source: "path", bytes: 0 },
        );
    });

    test("an old copy on PATH is passed over", async () => {
        world.program("etcd", "#!/bin/sh\necho 'etcd Version: 3.5.0'\n");
        assert.equal((await ensure(["etcd"])).get("etcd")?.source, "built");
    });

    test("what was built serves without Go too", async () => {
        const built = await ensure(["etcd"]);
        rmSync(join(world.bin, "go"));
        // Node and Go name this platform alike on the machines the fake Go speaks of.
        if (process.platform === "linux" && process.arch === "x64") {
            assert.deepEqual(await ensure(["etcd"]), built);
        }
    });

    test("findTools builds nothing", async () => {
        const options = { env: world.env, checkout: world.checkout };
        assert.equal((await findTools(["etcd", "argocd-manifests"], options)).size, 0);
        await ensure(["etcd"]);
        assert.deepEqual([...(await findTools(["etcd", "kwok"], options)).keys()], ["etcd"]);
        assert.equal(world.goRuns().length, 1);
    });
});

describe("two runs at once, and interrupted ones", () => {
    test("the second waits for the first and uses its build", async () => {
        const gate = join(world.folder, "gate");
        world.env["FAKE_GO_WAIT"] = gate;
        const report = (event: ProgressEvent): void => {
            events.push(event);
            if (event.kind === "wait") {
                writeFileSync(gate, "");
            }
        };
        const options = { env: world.env, checkout: world.checkout };
        const [one, two] = await Promise.all([
            ensureTools(["etcd"], report, options),
            ensureTools(["etcd"], report, options),
        ]);
        assert.deepEqual(one, two);
        assert.equal(world.goRuns().length, 1);
        assert.equal(kinds().filter((kind) => kind === "done").length, 1);
        assert.deepEqual(leftovers("etcd"), []);
    });

    test("a cancelled build leaves nothing that looks finished, and the next one succeeds", async () => {
        const gate = join(world.folder, "gate");
        world.env["FAKE_GO_WAIT"] = gate;
        const stop = new AbortController();
        const building = ensureTools(["etcd"], (event) => event.kind === "tick" && stop.abort(), {
            env: world.env,
            checkout: world.checkout,
            signal: stop.signal,
            tick: 5,
        });
        await assert.rejects(building, { reason: "cancelled", message: /Cancelled while etcd was built/ });
        assert.deepEqual(leftovers("etcd"), []);
        delete world.env["FAKE_GO_WAIT"];
        assert.equal((await ensure(["etcd"])).size, 1);
    });

    test("what a killed run left behind is taken over and swept away", async () => {
        const path = (await ensure(["etcd"])).get("etcd")?.path ?? "";
        const build = dirname(dirname(path));
        rmSync(build, { recursive: true });
        const dead = spawnSync("true").pid;
        const host = spawnSync("hostname", { encoding: "utf8" }).stdout.trim();
        writeFileSync(`${build}.lock`, JSON.stringify({ pid: dead, host }));
        mkdirSync(join(world.root, "etcd", `.building-${dead}-x`, "bin"), { recursive: true });
        // A build folder without the program: made by hand, or half deleted.
        mkdirSync(join(build, "bin"), { recursive: true });
        events = [];
        assert.equal((await ensure(["etcd"])).get("etcd")?.path, path);
        assert.deepEqual(kinds(), ["plan", "start", "done"]);
        assert.deepEqual(leftovers("etcd"), []);
    });

    test("the temporary folder of a run that is alive is left alone", async () => {
        const other = spawn("sleep", ["60"]);
        try {
            const folder = join(world.root, "etcd", `.building-${other.pid}-x`);
            mkdirSync(folder, { recursive: true });
            await ensure(["etcd"]);
            assert.ok(existsSync(folder));
        } finally {
            other.kill();
        }
    });
});

describe("failures are one message that says what to do", () => {
    const rejects = (work: Promise<unknown>, reason: string, message: RegExp): Promise<void> =>
        assert.rejects(work, { name: "ToolchainError", reason, message });

    test("Go is missing", async () => {
        rmSync(join(world.bin, "go"));
        world.env["PATH"] = world.bin;
        world.module("kwok", "module m\n\ngo 1.27\n");
        await rejects(
            ensure(["etcd", "kwok"]),
            "go-missing",
            /Go is needed to build kwok, etcd, and there is no `go` on PATH\.\nInstall Go 1\.27 or newer/,
        );
    });

    test("Go is too old and says so itself", async () => {
        start({
            FAKE_GO_ENV_ERROR: "go: go.mod requires go >= 1.26.0 (running go 1.24.1; GOTOOLCHAIN=local)",
        });
        await rejects(
            ensure(["etcd"]),
            "go-old",
            /^Go 1\.24\.1 is too old for etcd 3\.7\.3: Go 1\.26\.0 or newer/,
        );
    });

    test("Go is so old that it does not say so", async () => {
        start({ FAKE_GO_VERSION: "1.20.3" });
        await rejects(ensure(["etcd"]), "go-old", /^Go 1\.20\.3 is too old for etcd 3\.7\.3/);
        assert.deepEqual(world.goRuns(), []);
    });

    test("Node.js is too old", async () => {
        await rejects(
            ensure([], { node: "18.20.4" }),
            "node-old",
            /Node\.js 18\.20\.4 is too old: Node\.js 20\.19/,
        );
        await ensure([], { node: "20.19.0" });
    });

    test("the disk has no room, before anything is built", async () => {
        const freeSpace = (): Promise<{ device: number; free: number }> =>
            Promise.resolve({ device: 1, free: 1e6 });
        await rejects(
            ensure(["pulumi", "etcd"], { freeSpace }),
            "disk",
            /^Building needs about \d\.\d GB on the disk of .*gocache, .*gomod, .*tools; 0\.0 GB are free\.\nFree some/,
        );
        assert.deepEqual(world.goRuns(), []);
    });

    test("each disk is asked only for its share", async () => {
        const freeSpace = (folder: string): Promise<{ device: number; free: number }> =>
            Promise.resolve(folder.endsWith("gomod") ? { device: 2, free: 1 } : { device: 1, free: 1e12 });
        await rejects(ensure(["etcd"], { freeSpace }), "disk", /on the disk of \S+gomod; 0\.0 GB/);
    });

    test("no network", async () => {
        const line = "go: a@v1: dial tcp: lookup proxy.example: no such host";
        start({ FAKE_GO_STDERR: line, FAKE_GO_EXIT: "1" });
        await rejects(
            ensure(["etcd"]),
            "network",
            /modules of etcd 3\.7\.3 could not be downloaded:\n {4}go: a@v1/,
        );
    });

    test("no network for a module's files", async () => {
        start({ FAKE_GO_STDERR: "go: a@v1: dial tcp: i/o timeout", FAKE_GO_EXIT: "1" });
        await rejects(ensure(["argocd-manifests"]), "network", /modules of argocd-manifests 3\.2\.11/);
    });

    test("a compiler's error, with the log that is named", async () => {
        start({ FAKE_GO_STDERR: "go: downloading x v1\\n# x\\nx.go:1: undefined: y", FAKE_GO_EXIT: "1" });
        const error = await ensure(["etcd"]).catch((reason: unknown) => reason as Error);
        assert.ok(error instanceof Error);
        const log = /All of it is in (\S+)$/.exec(error.message)?.[1] ?? "";
        assert.equal(readFileSync(log, "utf8"), "go: downloading x v1\n# x\nx.go:1: undefined: y\n");
        assert.deepEqual(leftovers("etcd"), []);
        assert.equal((await findTools(["etcd"], { env: world.env, checkout: world.checkout })).size, 0);
    });

    test("the build was killed", async () => {
        start({ FAKE_GO_KILL: "1" });
        await rejects(
            ensure(["etcd"]),
            "killed",
            /ended by SIGKILL: most likely the machine ran out of memory/,
        );
    });

    test("a module is missing from the checkout", async () => {
        rmSync(join(world.checkout, "toolchain", "etcd"), { recursive: true });
        await rejects(ensure(["etcd"]), "sources-missing", /etcd.* is the checkout complete\?/);
    });
});
