/** `npm run board` as it is called: options, files, mistakes. What servers say: read.test.ts and test/e2e. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import { parseBoardCall } from "../../../commands/board";
import { checkoutDir } from "../../../toolchain/checkout";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "board-"));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const run = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
    const call = ["--require", "tsx/cjs", path.join(checkoutDir(), "commands", "board.ts"), ...args];
    try {
        return { code: 0, ...(await promisify(execFile)(process.execPath, call, { cwd: checkoutDir() })) };
    } catch (error) {
        return error as { code: number; stdout: string; stderr: string };
    }
};

describe("options", () => {
    test("have defaults, and a page is written where nothing else is asked for", () => {
        const call = { stack: "dev", language: "en", offline: false, json: false };
        assert.deepEqual(parseBoardCall([]), { ...call, out: "board.html" });
        assert.deepEqual(parseBoardCall(["--json"]), { ...call, json: true });
        assert.deepEqual(parseBoardCall(["--map=a.svg", "-s", "prod", "--lang", "zh", "--offline"]), {
            ...call,
            stack: "prod",
            language: "zh",
            offline: true,
            map: "a.svg",
        });
        assert.deepEqual(parseBoardCall(["--serve", "--port", "9000"]), { ...call, serve: 9000 });
    });
    for (const [argv, message] of [
        [["--stak", "dev"], /"--stak" is no option of the board/],
        [["board.html"], /"board.html" is no option/],
        [["--out"], /"--out" needs a value/],
        [["--out", "--json"], /"--out" needs a value/],
        [["--json=yes"], /"--json=yes" is no option/],
        [["--lang", "fr"], /en or zh/],
        [["--port", "80"], /goes with --serve/],
        [["--serve", "--port", "x"], /is a number/],
        [["--serve", "--json"], /writes nothing/],
        [["--serve", "--out", "a.html"], /writes nothing/],
    ] as const) {
        test(`${argv.join(" ")} is refused in words`, () => {
            assert.throws(() => parseBoardCall(argv), message);
        });
    }
});

describe("offline", () => {
    test("writes page and maps, and prints nothing but the board as JSON", async () => {
        const file = (name: string): string => path.join(folder, "deep", name);
        const { code, stdout, stderr } = await run(
            ...["--offline", "--stack", "prod", "--json", "--out", file("board.html")],
            ...["--map", file("map.svg"), "--mermaid", file("map.mmd")],
        );
        assert.equal(code, 0, stderr);
        const board = JSON.parse(stdout) as { live: boolean; apps: unknown[] };
        assert.equal(board.live, false);
        assert.ok(board.apps.length > 0);
        assert.match(fs.readFileSync(file("board.html"), "utf8"), /^<!doctype html>/);
        assert.match(fs.readFileSync(file("map.svg"), "utf8"), /^<svg .*<\/svg>\n$/s);
        assert.match(fs.readFileSync(file("map.mmd"), "utf8"), /^flowchart LR\n/);
        assert.match(stderr, /written: .*board\.html, .*map\.svg, .*map\.mmd/);
    });
    test("a stack that is not there, and a preview that is none, are one message each and no file", async () => {
        const out = path.join(folder, "none.html");
        const broken = path.join(folder, "broken.json");
        fs.writeFileSync(broken, "{");
        for (const [args, message] of [
            [["--stack", "nope"], /There is no stack "nope"/],
            [["--preview", broken], /cannot be used: it is not JSON/],
            [["--preview", path.join(folder, "missing.json")], /cannot be used: ENOENT/],
        ] as const) {
            const { code, stdout, stderr } = await run("--offline", "--out", out, ...args);
            assert.equal(code, 1);
            assert.equal(stdout, "");
            assert.match(stderr, message);
            assert.doesNotMatch(stderr, /\n\s+at /);
            assert.equal(fs.existsSync(out), false);
        }
    });
});
