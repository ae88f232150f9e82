/** What jobs leave and are given: artifacts, test reports, tokens of their own, variables. */
import assert from "node:assert/strict";
import { createPublicKey, verify, type JsonWebKey } from "node:crypto";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

import { commit, field, jobs, pipelines, startWithCi, trace, type Sandbox } from "./harness";

const junit = `<?xml version="1.0"?>
<testsuites><testsuite name="unit">
  <testcase classname="a" name="adds &amp; takes" time="0.5"/>
  <testcase classname="a" name="breaks" time="0.25"><failure message="no">expected 1 &lt; 0</failure></testcase>
  <testcase classname="b" name="waits"><skipped/></testcase>
</testsuite></testsuites>`;

async function bytes(sandbox: Sandbox, path: string): Promise<Buffer> {
    const answer = await fetch(`${sandbox.url}/api/v4${path}`, {
        headers: { "PRIVATE-TOKEN": sandbox.root().token },
    });
    assert.equal(answer.status, 200, await answer.clone().text());
    return Buffer.from(await answer.arrayBuffer());
}

/** The files of an archive, found from its end as programs do, with their checksums checked. */
function unzip(archive: Buffer): Record<string, string> {
    const end = archive.lastIndexOf(Buffer.from("PK\x05\x06"));
    const files: Record<string, string> = {};
    let at = archive.readUInt32LE(end + 16);
    for (let count = archive.readUInt16LE(end + 10); count > 0; count--) {
        assert.equal(archive.readUInt32LE(at), 0x02014b50);
        const name = archive.subarray(at + 46, at + 46 + archive.readUInt16LE(at + 28)).toString();
        const local = archive.readUInt32LE(at + 42);
        const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
        const packed = archive.subarray(start, start + archive.readUInt32LE(at + 20));
        // A gzip file holds the same checksum in the same form, and is refused where it is wrong.
        const head = Buffer.from("1f8b08000000000000ff", "hex");
        const tail = Buffer.concat([archive.subarray(at + 16, at + 20), archive.subarray(at + 24, at + 28)]);
        files[name] = gunzipSync(Buffer.concat([head, packed, tail])).toString();
        at += 46 + archive.readUInt16LE(at + 28);
    }
    return files;
}

test("artifacts are downloaded, file by file or as an archive, kept and erased; tests are counted", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    await commit(root, id, "main", {
        "report.xml": junit,
        ".gitlab-ci.yml": `
build:
  script: ["mkdir -p out/deep", "echo content > out/deep/file.txt", "printf '#!/bin/sh' > out/run; chmod +x out/run"]
  artifacts: { name: "$CI_JOB_NAME-files", paths: [out/], expire_in: 1 day, reports: { junit: report.xml } }
plain: { script: ["true"] }
`,
    });
    await sandbox.idle();
    const [pipeline] = await pipelines(root, id);
    const made = await jobs(root, id, pipeline?.id ?? 0);
    const build = made.find((each) => each.name === "build");
    assert.ok(build);
    const shown = build as unknown as Record<string, unknown>;
    assert.equal(field(shown["artifacts_file"], "filename"), "build-files.zip");
    assert.ok(Date.parse(String(shown["artifacts_expire_at"])) > Date.now() + 80_000_000);

    const job = `/projects/${id}/jobs/${build.id}`;
    assert.equal((await bytes(sandbox, `${job}/artifacts/out/deep/file.txt`)).toString(), "content\n");
    const newest = `/projects/${id}/jobs/artifacts/main`;
    assert.equal((await bytes(sandbox, `${newest}/raw/out/deep/file.txt?job=build`)).toString(), "content\n");
    const archive = await bytes(sandbox, `${newest}/download?job=build`);
    assert.deepEqual(unzip(archive), { "out/deep/file.txt": "content\n", "out/run": "#!/bin/sh" });

    for (const path of [
        `${job}/artifacts/out/gone`,
        `${newest}/download?job=plain`,
        `/projects/${id}/jobs/artifacts/other/download?job=build`,
    ]) {
        assert.equal((await root.call("GET", path)).status, 404, path);
    }
    assert.notEqual((await sandbox.call("", "GET", `${job}/artifacts`)).status, 200);

    const { body: report } = await root.call("GET", `/projects/${id}/pipelines/${pipeline?.id}/test_report`);
    const counts = ["total_count", "success_count", "failed_count", "skipped_count", "total_time"];
    assert.deepEqual(
        counts.map((each) => field(report, each)),
        [3, 1, 1, 1, 0.75],
    );
    const [suite] = field<{ name: string; test_cases: Record<string, unknown>[] }[]>(report, "test_suites");
    assert.equal(suite?.name, "build");
    assert.deepEqual(
        suite.test_cases.map((each) => [each["name"], each["status"], each["system_output"]]),
        [
            ["adds & takes", "success", null],
            ["breaks", "failed", "expected 1 < 0"],
            ["waits", "skipped", null],
        ],
    );
    const summary = await root.call("GET", `/projects/${id}/pipelines/${pipeline?.id}/test_report_summary`);
    assert.equal(field<number>(field(summary.body, "total"), "failed"), 1);

    const kept = await root.call("POST", `${job}/artifacts/keep`);
    assert.deepEqual([kept.status, field(kept.body, "artifacts_expire_at")], [200, null]);
    const erased = await root.call("POST", `${job}/erase`);
    assert.equal(erased.status, 201);
    assert.ok(field(erased.body, "erased_at"));
    assert.equal((await root.call("GET", `${job}/artifacts`)).status, 404);
    assert.equal((await root.call("POST", `${job}/erase`)).status, 403);
});

test("a job has a token for the API, ID tokens that others can check, and knows of freezes", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const other = await sandbox.newProject("other");
    const root = sandbox.root();
    const now = new Date();
    const day = (offset: number): number => new Date(now.getTime() + offset * 86_400_000).getUTCDay();
    const frozen = { freeze_start: `0 0 * * ${day(-1)}`, freeze_end: `0 0 * * ${day(2)}` };
    assert.equal((await root.call("POST", `/projects/${id}/freeze_periods`, frozen)).status, 201);
    await commit(root, id, "main", {
        ".gitlab-ci.yml": `
call:
  environment: { name: live, deployment_tier: production }
  id_tokens: { VAULT: { aud: "https://vault.example.com/$CI_PROJECT_NAME" } }
  script:
    - 'echo "freeze <$CI_DEPLOY_FREEZE> $CI_ENVIRONMENT_TIER $CI_ENVIRONMENT_ACTION $CI_SERVER_VERSION_MAJOR"'
    - 'ask() { node -e "fetch(process.argv[2], { method: process.argv[1], headers: { [process.argv[3]]: process.argv[4] + process.env.CI_JOB_TOKEN, \\"content-type\\": \\"application/json\\" }, body: process.argv[5] }).then(async (r) => console.log(\\"answer\\", r.status, (await r.text()).slice(0, 40)))" "$@"; }'
    - ask GET $CI_API_V4_URL/job JOB-TOKEN ""
    - ask GET $CI_API_V4_URL/projects/$CI_PROJECT_ID/releases authorization "Bearer "
    - 'ask POST $CI_API_V4_URL/projects/$CI_PROJECT_ID/releases JOB-TOKEN "" "{\\"tag_name\\": \\"v1\\", \\"ref\\": \\"$CI_COMMIT_SHA\\"}"'
    - ask GET $CI_API_V4_URL/projects/$CI_PROJECT_ID/variables JOB-TOKEN ""
    - ask GET $CI_API_V4_URL/projects/${other}/releases JOB-TOKEN ""
    - printf %s "$VAULT" > token
  artifacts: { paths: [token] }
`,
    });
    await sandbox.idle();
    const [pipeline] = (await pipelines(root, id)).filter((each) => each.ref === "main");
    const [job] = await jobs(root, id, pipeline?.id ?? 0);
    const log = await trace(root, id, job?.id ?? 0);
    assert.match(log, /^freeze <true> production start 19$/m);
    const answers = [...log.matchAll(/^answer (\d+) /gm)].map((each) => Number(each[1]));
    assert.deepEqual(answers, [200, 200, 201, 404, 403], log);

    const token = (await bytes(sandbox, `/projects/${id}/jobs/${job?.id}/artifacts/token`)).toString();
    assert.ok(!log.includes(token));
    const [head = "", claims = "", signature = ""] = token.split(".");
    const { keys } = (await sandbox.call("", "GET", "//oauth/discovery/keys")).body as { keys: JsonWebKey[] };
    assert.ok(
        verify(
            "sha256",
            Buffer.from(`${head}.${claims}`),
            createPublicKey({ key: keys[0] ?? {}, format: "jwk" }),
            Buffer.from(signature, "base64url"),
        ),
    );
    const said = JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, unknown>;
    assert.deepEqual(
        ["iss", "aud", "sub", "project_path", "ref_protected", "environment", "deployment_tier"].map(
            (each) => said[each],
        ),
        [
            sandbox.url,
            "https://vault.example.com/web",
            "project_path:acme/web:ref_type:branch:ref:main",
            "acme/web",
            "true",
            "live",
            "production",
        ],
    );
});
