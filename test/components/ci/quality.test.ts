/**
 * ci/quality.sh against a server that answers as SonarQube's API does, and its own few checks with programs that know no
 * more than those of a small image. That the real ones behave so is not proved here.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test, type TestContext } from "node:test";

import { pathWith, repository, runScript, toolPath } from "../../support/pipelineScripts";

interface Sonar {
    readonly url: string;
    readonly asked: string[];
}

/** Answers calls by their path, in order; the last answer stays. */
async function sonar(context: TestContext, answers: Record<string, object[]>): Promise<Sonar> {
    const asked: string[] = [];
    const server = createServer((request: IncomingMessage, response) => {
        const url = request.url ?? "";
        asked.push(`${request.headers.authorization ?? "nobody"} ${url}`);
        const queue = answers[url.split("?")[0] ?? ""] ?? [];
        const answer = queue.length > 1 ? queue.shift() : queue[0];
        response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
        response.end(JSON.stringify(answer ?? { errors: [] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    context.after(() => server.close());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const gate = (status: string): object => ({
    projectStatus: { status, conditions: [{ status: "OK", metricKey: "coverage" }] },
});
const task = (status: string): object => ({ task: { id: "t1", type: "REPORT", status, analysisId: "a1" } });
const report = { ".scannerwork/report-task.txt": "projectKey=web\nceTaskId=t1\n" };

test("the gate of the analysis that was just made counts, once the server has finished it", async (context) => {
    const cwd = await repository(context, report);
    const server = await sonar(context, {
        "/api/ce/task": [task("PENDING"), task("IN_PROGRESS"), task("SUCCESS")],
        "/api/qualitygates/project_status": [gate("OK")],
    });
    const { code, output } = await runScript("quality.sh", cwd, {
        APP: "web",
        SONAR_HOST_URL: `${server.url}/`,
        SONAR_TOKEN: "fake-token",
        SONAR_INTERVAL: "0",
    });
    assert.equal(code, 0, output);
    assert.deepEqual(server.asked, [
        ...Array.from({ length: 3 }, () => "Bearer fake-token /api/ce/task?id=t1"),
        "Bearer fake-token /api/qualitygates/project_status?analysisId=a1",
    ]);
    assert.equal(output.includes("fake-token"), false);
});

test("a red gate, a failed analysis, one that never ends and a server that is away stop the pipeline", async (context) => {
    const cwd = await repository(context, report);
    const cases: [Record<string, object[]>, RegExp][] = [
        [
            {
                "/api/ce/task": [task("SUCCESS")],
                "/api/qualitygates/project_status": [gate("ERROR")],
            },
            /quality gate is ERROR, not OK; see http\S+\/dashboard\?id=web/,
        ],
        [{ "/api/ce/task": [task("FAILED")] }, /could not finish analysis t1/],
        [{ "/api/ce/task": [task("PENDING")] }, /has not finished analysis t1 after 3 looks/],
        [{}, /SonarQube does not answer/],
    ];
    for (const [answers, message] of cases) {
        const server = await sonar(context, answers);
        const { code, output } = await runScript("quality.sh", cwd, {
            APP: "web",
            SONAR_HOST_URL: server.url,
            SONAR_TOKEN: "fake-token",
            SONAR_INTERVAL: "0",
            SONAR_ATTEMPTS: "3",
        });
        assert.equal(code, 1, output);
        assert.match(output, message);
    }
});

test("without an analysis of its own it asks for the project's gate", async (context) => {
    const cwd = await repository(context, { "README.md": "web" });
    const server = await sonar(context, { "/api/qualitygates/project_status": [gate("OK")] });
    const { code, output } = await runScript("quality.sh", cwd, {
        APP: "web",
        SONAR_HOST_URL: server.url,
        SONAR_TOKEN: "fake-token",
    });
    assert.equal(code, 0, output);
    assert.deepEqual(server.asked, ["Bearer fake-token /api/qualitygates/project_status?projectKey=web"]);
});

test("a server behind a private authority of the estate is trusted", async (context) => {
    const folder = mkdtempSync(path.join(tmpdir(), "certificate-"));
    context.after(() => rmSync(folder, { recursive: true }));
    const [key, cert] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
    const options = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=sonar -addext subjectAltName=IP:127.0.0.1 -keyout ${key} -out ${cert}`;
    execFileSync("openssl", options.split(" "), { stdio: "pipe" });
    const server = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
        response.end(JSON.stringify(gate("OK"))),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    context.after(() => server.close());
    const ask = async (env: Record<string, string>): Promise<{ code: number; output: string }> =>
        runScript("quality.sh", await repository(context, { "README.md": "web" }), {
            APP: "web",
            SONAR_HOST_URL: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
            SONAR_TOKEN: "fake-token",
            ...env,
        });
    assert.match((await ask({})).output, /SonarQube does not report/);
    const { code, output } = await ask({ ESTATE_CA_FILE: cert });
    assert.equal(code, 0, output);
});

/** A program that takes no long options, as BusyBox's without them: it says how it is used and ends with 2. */
const shortOptionsOnly = (program: string, PATH: string): string =>
    `for word in "$@"; do case "$word" in --*) echo "${program}: unrecognized option: $word" >&2; exit 2 ;; esac; done
PATH='${PATH}' exec ${program} "$@"`;

test("with a grep that takes no long options it finds what no repository should contain", async (context) => {
    const env = { PATH: await pathWith(context, { grep: shortOptionsOnly("grep", await toolPath()) }) };
    const clean = { "ci/ok.sh": "true\n", "a b/notes.txt": "a <<<<<<< b\n" };
    const key = `-----BEGIN ${"RSA PRIVATE"} KEY-----\n`;
    const cases: [Record<string, string>, number, RegExp][] = [
        [{}, 0, /No conflict markers, no private keys/],
        [{ "a b/c.txt": "x\n<<<<<<< HEAD\n" }, 1, /conflict markers of a merge are left in: \.\/a b\/c\.txt/],
        [{ "c.txt": ">>>>>>> theirs\n" }, 1, /conflict markers of a merge are left in: \.\/c\.txt/],
        [{ "key.pem": key }, 1, /private keys are in: \.\/key\.pem/],
        [{ "node_modules/a/key.pem": key }, 0, /no private keys/],
    ];
    for (const [files, expected, message] of cases) {
        const { code, output } = await runScript(
            "quality.sh",
            await repository(context, { ...clean, ...files }),
            env,
        );
        assert.equal(code, expected, `${JSON.stringify(files)}: ${output}`);
        assert.match(output, message);
    }
});

test("a search that fails is no search that found nothing", async (context) => {
    const cwd = await repository(context, { "ci/ok.sh": "true\n" });
    for (const program of ["grep", "find"]) {
        const env = {
            PATH: await pathWith(context, { [program]: `echo "${program} is broken" >&2\nexit 2` }),
        };
        const { code, output } = await runScript("quality.sh", cwd, env);
        assert.equal(code, 1, output);
        assert.match(output, new RegExp(`the files cannot be searched: ${program} is broken`));
    }
});
