/**
 * What jobs begin with that try a preview: they wait until it answers, with the tools that their image has. That pipelines have
 * these jobs, and what comes of them: test/integration/ci/previewTests.test.ts.
 */
import assert from "node:assert/strict";
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test, type TestContext } from "node:test";
import { parse, parseAllDocuments } from "yaml";

interface Job {
    readonly before_script: readonly string[];
    readonly allow_failure: unknown;
    readonly needs: unknown;
}

const ci = path.join(__dirname, "..", "..", "..", "components", "ci");
const copied = parse(readFileSync(path.join(ci, "previews", "preview.gitlab-ci.yml"), "utf8")) as Record<
    ".preview-tests",
    Job
>;
const [, included] = parseAllDocuments(
    readFileSync(path.join(ci, "included", "previews", "preview.yml"), "utf8"),
).map((each) => each.toJS() as typeof copied);
const job = copied[".preview-tests"];
const [wait = ""] = job.before_script;

/** A preview that answers so, one answer after the other, and the last from then on. */
async function preview(context: TestContext, answers: [status: number, text: string][]) {
    const asked: string[] = [];
    const server = http.createServer((request, response) => {
        asked.push(request.url ?? "");
        const [status, text] = answers[Math.min(asked.length, answers.length) - 1] ?? [500, ""];
        response.writeHead(status).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    context.after(() => server.close());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Runs it with these tools alone, and what the job says after it. */
function begin(
    context: TestContext,
    variables: Record<string, string>,
    tools: readonly string[],
): Promise<{ code: number | null; output: string }> {
    const bin = mkdtempSync(path.join(tmpdir(), "tools-"));
    context.after(() => rmSync(bin, { recursive: true }));
    for (const tool of [...tools, "date", "true"]) {
        symlinkSync(
            execFileSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).trim(),
            path.join(bin, tool),
        );
    }
    // Nobody waits here.
    const script = `set -e; sleep() { :; }\n${wait}\necho the tests run`;
    const child = spawn("/bin/sh", ["-c", script], {
        env: { PATH: bin, CI_COMMIT_SHORT_SHA: "01234567", ...variables },
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.stderr.on("data", (chunk) => (output += String(chunk)));
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

test("copied and included pipelines have the same", () => {
    assert.deepEqual(included?.[".preview-tests"], job);
    assert.deepEqual([job.needs, job.allow_failure], [["preview"], { exit_codes: 75 }]);
});

for (const tool of ["curl", "node"]) {
    describe(`with ${tool}`, () => {
        test("a job begins once the preview answers", async (context) => {
            const { url, asked } = await preview(context, [
                [503, ""],
                [404, ""],
                [200, "hello"],
            ]);
            const { code, output } = await begin(context, { PREVIEW_URL: `${url}/` }, [tool]);
            assert.equal(code, 0, output);
            assert.equal(output, "the tests run\n");
            assert.deepEqual(asked, ["/", "/", "/"]);
        });

        test("with a path that names the version, the one before is not tried", async (context) => {
            const { url, asked } = await preview(context, [
                [200, "mr-3-fedcba9876"],
                [200, "mr-3-0123456789"],
            ]);
            const { code, output } = await begin(
                context,
                { PREVIEW_URL: url, PREVIEW_VERSION_PATH: "/version" },
                [tool],
            );
            assert.equal(code, 0, output);
            assert.deepEqual(asked, ["/version", "/version"]);
        });

        test("in a merged-results pipeline the version may be the source branch's commit or the merged one", async (context) => {
            for (const answer of ["mr-3-abcdef0123", "built from 01234567"]) {
                const { url, asked } = await preview(context, [
                    [200, "mr-3-fedcba9876"],
                    [200, answer],
                ]);
                const { code, output } = await begin(
                    context,
                    {
                        PREVIEW_URL: url,
                        PREVIEW_VERSION_PATH: "/version",
                        CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: "abcdef0123456789abcdef0123456789abcdef01",
                    },
                    [tool],
                );
                assert.equal(code, 0, output);
                assert.equal(asked.length, 2);
            }
        });

        test("one that does not come up in time blocks nothing", async (context) => {
            const { url } = await preview(context, [[200, "mr-3-fedcba9876"]]);
            const { code, output } = await begin(
                context,
                { PREVIEW_URL: url, PREVIEW_VERSION_PATH: "/version", PREVIEW_PATIENCE: "1" },
                [tool],
            );
            assert.equal(code, 75, output);
            assert.match(
                output,
                /did not answer in 1 seconds with 01234567 at \/version: nothing is tried\.$/m,
            );
            assert.doesNotMatch(output, /the tests run/);
        });
    });
}

test("without an address nothing is tried, and an image without tools says so", async (context) => {
    const none = await begin(context, {}, ["curl"]);
    assert.equal(none.code, 75, none.output);
    assert.match(
        none.output,
        /no preview of this commit, or the estate has no address of it \(previews\.url\)/,
    );
    const bare = await begin(context, { PREVIEW_URL: "http://127.0.0.1:9" }, []);
    assert.equal(bare.code, 1, bare.output);
    assert.match(bare.output, /neither curl nor node nor wget/);
});
