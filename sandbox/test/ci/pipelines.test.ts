import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { receiver } from "../gitlab/harness";
import { commit, jobs, pipelines, startWithCi, trace } from "./harness";

// What these tests do not prove: that images, services and caches do what they do on a real runner. Jobs run on this machine.

test("a push runs its pipeline: stages in order, artifacts and variables passed on, logs kept", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const hook = await receiver(context);
    await root.api.ProjectHooks.add(id, hook.url, {
        pushEvents: false,
        pipelineEvents: true,
        jobEvents: true,
    });
    await sandbox.idle();
    assert.deepEqual(await pipelines(root, id), [], "no file, no pipeline");

    process.env["ESTATE_SECRET_OF_HOST"] = "leaked";
    context.after(() => delete process.env["ESTATE_SECRET_OF_HOST"]);
    const sha = await commit(root, id, "main", {
        ".gitlab-ci.yml": `
stages: [build, test]
build:
  image: alpine
  stage: build
  script:
    - echo "built $CI_PROJECT_PATH at $CI_COMMIT_SHORT_SHA on $CI_COMMIT_BRANCH for $GITLAB_USER_LOGIN"
    - mkdir -p out/deep && echo content > out/deep/file.txt
    - echo "VERSION=1.2.3" > build.env
  artifacts:
    paths: [out/]
    reports: { dotenv: build.env }
test:
  stage: test
  script:
    - cat out/deep/file.txt
    - echo "version $VERSION"
    - git fetch -q origin main && git rev-parse FETCH_HEAD
    - echo "status <$(git status --porcelain | grep -v out/)>"
    - echo "host=\${ESTATE_SECRET_OF_HOST:-none} api=$CI_API_V4_URL"
    - if [ "$CI_PIPELINE_ID" = 1 ]; then echo "token $CI_JOB_TOKEN"; fi
`,
    });
    await sandbox.idle();
    const [pipeline] = await pipelines(root, id);
    assert.ok(pipeline);
    const [build, check] = await jobs(root, id, pipeline.id);
    assert.ok(build && check);
    const log = await trace(root, id, build.id);
    const second = await trace(root, id, check.id);
    assert.equal(pipeline.status, "success", `${log}\n${second}`);
    assert.deepEqual([pipeline.sha, pipeline.source], [sha, "push"]);
    assert.match(log, new RegExp(`^built acme/web at ${sha.slice(0, 8)} on main for root$`, "m"));
    assert.match(log, /Image alpine is not used/);
    assert.match(log, /Job succeeded\n$/);
    for (const line of [
        "content",
        "version 1.2.3",
        sha,
        "status <>",
        `host=none api=${sandbox.url}/api/v4`,
    ]) {
        assert.ok(second.split("\n").includes(line), `${line} is not in:\n${second}`);
    }
    assert.match(second, /^token \[MASKED\]$/m);
    assert.ok((check.duration ?? 0) > 0);
    assert.deepEqual(await readdir(join(sandbox.dir, "data", "ci", "work")), [], "no clone is left");
    await sandbox.drainHooks();
    const seen = hook.received.map(({ body }) =>
        body["object_kind"] === "build"
            ? `${String(body["build_name"])} ${String(body["build_status"])}`
            : `pipeline ${String((body["object_attributes"] as Record<string, unknown>)["status"])}`,
    );
    for (const event of [
        "build running",
        "build success",
        "test success",
        "pipeline running",
        "pipeline success",
    ]) {
        assert.ok(seen.includes(event), `${event} is not in ${seen.join(", ")}`);
    }
    const statuses = await root.call("GET", `/projects/${id}/repository/commits/${sha}/statuses`);
    assert.deepEqual(
        (statuses.body as { name: string; status: string }[])
            .map((each) => `${each.name} ${each.status}`)
            .sort(),
        ["build success", "test success"],
    );
    const page = await fetch(`${sandbox.url}/acme/web/-/jobs/${check.id}`);
    assert.match(await page.text(), /version 1\.2\.3/);
});

test("a failing job fails the pipeline and skips what follows, with the reason in its log", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    await commit(root, id, "main", {
        ".gitlab-ci.yml": `
stages: [one, two, three]
tolerated: { stage: one, script: [echo may fail, exit 5], allow_failure: { exit_codes: [5] } }
broken:
  stage: two
  script: [echo before, "false", echo after]
  after_script: [echo cleaned up]
slow: { stage: two, script: [sleep 60], timeout: 2s, allow_failure: true }
last: { stage: three, script: [echo never] }
always: { stage: three, when: always, script: [echo anyway] }
`,
    });
    await sandbox.idle();
    const [pipeline] = await pipelines(root, id);
    assert.ok(pipeline);
    assert.equal(pipeline.status, "failed");
    const found = new Map((await jobs(root, id, pipeline.id)).map((job) => [job.name, job]));
    assert.deepEqual(
        [...found.values()].map((job) => `${job.name} ${job.status} ${job.failure_reason ?? "-"}`),
        [
            "tolerated failed script_failure",
            "broken failed script_failure",
            "slow failed job_execution_timeout",
            "last skipped -",
            "always success -",
        ],
    );
    assert.equal(found.get("tolerated")?.allow_failure, true);
    const log = await trace(root, id, found.get("broken")?.id ?? 0);
    assert.match(log, /^before$/m);
    assert.doesNotMatch(log, /^after$/m);
    assert.match(log, /^cleaned up$/m);
    assert.match(log, /ERROR: Job failed: exit code 1\n$/);

    await commit(root, id, "main", { ".gitlab-ci.yml": "a: {script: 5" });
    await sandbox.idle();
    const [invalid] = await pipelines(root, id);
    assert.equal(invalid?.status, "failed");
    const detail = await root.call("GET", `/projects/${id}/pipelines/${invalid?.id}`);
    assert.notEqual((detail.body as { yaml_errors: string | null }).yaml_errors, null);
    assert.deepEqual(await jobs(root, id, invalid?.id ?? 0), []);
});

test("commits that say so are skipped, rules decide over refs and calls of the API", async (context) => {
    const sandbox = await startWithCi(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const file = {
        ".gitlab-ci.yml": `
workflow:
  rules:
    - if: $CI_COMMIT_BRANCH == "main" || $CI_COMMIT_TAG
    - if: $CI_PIPELINE_SOURCE == "api" && $WANTED == "yes"
job:
  rules:
    - if: $CI_COMMIT_TAG
      variables: { KIND: tag }
    - when: on_success
      variables: { KIND: other }
  script: [echo "$KIND $CI_COMMIT_REF_NAME $CI_PIPELINE_SOURCE <$CI_COMMIT_BRANCH> <$CI_COMMIT_TAG> $WANTED"]
`,
    };
    await commit(root, id, "main", file, { message: "Add pipeline [skip ci]" });
    await commit(root, id, "feature", { "a.txt": "a" }, { start: "main" });
    const clone = await sandbox.clone("acme/web", root.token);
    await sandbox.git(clone, "commit", "-q", "--allow-empty", "-m", "Nothing");
    const pushed = await sandbox.git(clone, "push", "-q", "-o", "ci.skip", "origin", "HEAD:main");
    assert.equal(pushed.code, 0, pushed.output);
    await sandbox.idle();
    assert.deepEqual(
        (await pipelines(root, id)).map((each) => `${each.ref} ${each.status}`),
        ["main skipped", "main skipped"],
        "the feature branch is filtered out",
    );
    await root.api.Tags.create(id, "v1", "main");
    const refused = await root.call("POST", `/projects/${id}/pipeline`, { ref: "feature" });
    assert.equal(refused.status, 400);
    assert.match(JSON.stringify(refused.body), /filtered out by workflow rules/);
    const made = await root.call("POST", `/projects/${id}/pipeline`, {
        ref: "feature",
        variables: [{ key: "WANTED", value: "yes" }],
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    await sandbox.idle();
    const logs = new Map<string, string>();
    for (const pipeline of await pipelines(root, id, "&status=success")) {
        const [job] = await jobs(root, id, pipeline.id);
        logs.set(pipeline.ref, await trace(root, id, job?.id ?? 0));
    }
    assert.match(logs.get("v1") ?? "", /^tag v1 push <> <v1> $/m);
    assert.match(logs.get("feature") ?? "", /^other feature api <feature> <> yes$/m);
});
