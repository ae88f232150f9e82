/** The server as a whole: restarts, faults, unknown paths, the page for people, and the process of its own. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { after, before, describe, it } from "node:test";

import { isAlive, type ProcessRecord } from "../../../toolchain/processes";
import { ensureTools } from "../../../toolchain";
import { admin, codeOf, TestHarbor, until } from "./fixture";

let harbor: TestHarbor;

before(async () => {
    harbor = await TestHarbor.start();
    await harbor.project("web");
});
after(() => harbor.stop());

describe("a restart", () => {
    it("loses nothing: projects, robots, images, tokens' key", async () => {
        const digest = await harbor.push("web/app:v1", "kept");
        const robot = await harbor.robot("web", "r", ["repository:pull", "project:read"]);
        const before = await harbor.expect(200, "GET", "/projects/web/repositories/app/artifacts");
        const token = (
            await harbor.fetch<{ token: string }>(
                "GET",
                "/service/token?service=harbor-registry&scope=repository:web/app:pull",
            )
        ).body.token;
        await harbor.restart();
        const after = await harbor.expect(200, "GET", "/projects/web/repositories/app/artifacts");
        assert.deepEqual(after.body, before.body);
        assert.equal((await harbor.crane(robot.login, "digest", `${harbor.host}/web/app:v1`)).trim(), digest);
        const manifest = await harbor.fetch("GET", "/v2/web/app/manifests/v1", undefined, "anonymous", {
            authorization: `Bearer ${token}`,
        });
        assert.equal(manifest.status, 200, "a token from before still counts");
    });

    it("brings the registry back when it was killed", async () => {
        const file = path.join(harbor.dir, "data/registry/registry.process.json");
        const record = JSON.parse(await readFile(file, "utf8")) as ProcessRecord;
        process.kill(record.pid, "SIGKILL");
        await until("the registry to be gone", () => (isAlive(record) ? undefined : true));
        await until("the registry to be back", async () => {
            const health = await harbor.expect<{ status: string }>(200, "GET", "/health");
            return health.body.status === "healthy" ? true : undefined;
        });
        await harbor.crane(admin, "manifest", `${harbor.host}/web/app:v1`);
    });
});

describe("faults", () => {
    const fault = (rule: object): Promise<unknown> => harbor.fetch("POST", "/__sandbox/faults", rule);

    it("are shown in Harbor's form and end by themselves", async () => {
        await fault({ method: "GET", path: "/projects/web$", status: 503, retryAfter: 2, times: 1 });
        const broken = await harbor.api("GET", "/projects/web");
        assert.equal(broken.status, 503);
        assert.equal(broken.headers.get("retry-after"), "2");
        assert.ok(codeOf(broken));
        await harbor.expect(200, "GET", "/projects/web");
    });

    it("can cut the answer of a request that was carried out", async () => {
        await fault({ method: "POST", path: "/projects", dropResponse: true, times: 1 });
        await assert.rejects(harbor.api("POST", "/projects", { project_name: "half" }));
        await harbor.expect(409, "POST", "/projects", { project_name: "half" });
    });

    it("reach the registry path as well, where crane tries again", async () => {
        await fault({ path: "/v2/web/app/manifests", status: 503, times: 1 });
        await harbor.crane(admin, "manifest", `${harbor.host}/web/app:v1`);
        assert.deepEqual((await harbor.fetch("GET", "/__sandbox/faults")).body, []);
    });
});

describe("what is not there", () => {
    it("is 404 for an unknown path and 405 for a known one with another method", async () => {
        const unknown = await harbor.api("GET", "/p2p/preheat/instances");
        assert.deepEqual([unknown.status, codeOf(unknown)], [404, "NOT_FOUND"]);
        const method = await harbor.api("PATCH", "/projects/web");
        assert.deepEqual([method.status, codeOf(method)], [405, "METHOD_NOT_ALLOWED"]);
    });

    it("is 422 for a body that is no JSON, is not there or has another form", async () => {
        const response = await fetch(`${harbor.url}/api/v2.0/projects`, {
            method: "POST",
            body: "{",
            headers: { "content-type": "application/json" },
        });
        assert.equal(response.status, 422);
        assert.equal((await harbor.api("POST", "/projects")).status, 422);
        assert.equal((await harbor.api("POST", "/projects", { project_name: 7 })).status, 422);
    });

    it("is refused in read-only mode, which can be ended", async () => {
        await harbor.expect(200, "PUT", "/configurations", { read_only: true });
        await harbor.expect(403, "POST", "/projects", { project_name: "late" });
        await assert.rejects(harbor.push("web/app:v9", "late"), /read only/);
        await harbor.expect(200, "PUT", "/configurations", { read_only: false });
        await harbor.expect(201, "POST", "/projects", { project_name: "late" });
    });
});

describe("the page", () => {
    it("shows projects, digests and robots, escaped and without secrets", async () => {
        const digest = await harbor.push("web/page:v1", "page");
        const robot = await harbor.robot("web", "seen", ["repository:pull"], {
            description: "<script>",
        });
        const page = await harbor.fetch("GET", "/", undefined, "anonymous");
        assert.equal(page.status, 200);
        assert.match(page.headers.get("content-type") ?? "", /text\/html/);
        for (const text of ["web/page", digest, robot.login[0], "repository:pull"]) {
            assert.ok(page.text.includes(text), text);
        }
        assert.ok(!page.text.includes(robot.login[1]));
        assert.ok(!page.text.includes("<script>"));
    });

    it("and the files on disk contain no robot secret or password", async () => {
        const robot = await harbor.robot("web", "quiet", ["repository:pull"]);
        const state = await readFile(path.join(harbor.dir, "data/state.json"), "utf8");
        assert.ok(state.includes("web+quiet"));
        assert.ok(!state.includes(robot.login[1]) && !state.includes("Harbor12345"));
    });
});

describe("the process", () => {
    it("prints where it is ready, and ends with its registry on SIGTERM", async () => {
        const dataDir = path.join(harbor.dir, "process");
        const registry = (await ensureTools(["registry"], () => undefined)).get("registry");
        const options = path.join(harbor.dir, "options.json");
        const file = {
            name: "main",
            host: "127.0.0.1",
            port: 0,
            dataDir,
            passwordFile: path.join(harbor.dir, "password"),
            registryBinary: registry?.path,
            registryPort: 0,
        };
        await writeFile(options, JSON.stringify(file));
        const main = path.join(__dirname, "../../../sandbox/harbor/main.ts");
        const child = spawn(process.execPath, ["--require", "tsx/cjs", main, options], {
            stdio: ["ignore", "pipe", "ignore"],
        });
        let out = "";
        child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString("utf8")));
        const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
        const url = await until("the line with the address", () => /^ready (\S+)$/m.exec(out)?.[1]);
        assert.equal((await fetch(`${url}/api/v2.0/health`)).status, 200);
        const record = JSON.parse(
            await readFile(path.join(dataDir, "registry/registry.process.json"), "utf8"),
        ) as ProcessRecord;
        assert.ok(isAlive(record));
        child.kill("SIGTERM");
        assert.equal(await ended, 0);
        assert.ok(!isAlive(record));
    });
});
