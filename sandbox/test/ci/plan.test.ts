import assert from "node:assert/strict";
import { test } from "node:test";

import { jobFile, PlanError, probeRuns, readPlan, seconds } from "../../ci/plan";

const resolved = `
stages: [.pre, build, deploy, .post]
variables: { A: "1" }
workflow: { name: "of $CI_COMMIT_REF_NAME", auto_cancel: { on_new_commit: interruptible } }
build:
  stage: build
  image: { name: "alpine" }
  script: [make]
  timeout: 10m
  retry: { max: 1 }
  interruptible: true
  artifacts: { name: site, expire_in: 1 week, paths: [out/], reports: { dotenv: b.env, junit: t.xml } }
"deploy":
  stage: deploy
  script: [ship]
  environment: { name: "prod/$CI_COMMIT_REF_SLUG" }
  resource_group: prod
  when: manual
  needs: [{ job: build }]
`;
const listing = `a remark [with brackets]
[
  {"name": "build", "stage": "build", "when": "on_success", "allow_failure": {"exit_codes": [3]}},
  {"name": "deploy", "stage": "deploy", "when": "manual", "allow_failure": false, "needs": [{"job": "build"}]},
  {"name": "gone", "stage": "build", "when": "never", "allow_failure": false}
]
`;
const push = { source: "push", ref: "main", tag: false };

test("a plan is read from the interpreter's listing and the resolved file", () => {
    const plan = readPlan(listing, resolved, push);
    assert.deepEqual(
        plan.jobs.map((job) => job.name),
        ["build", "deploy"],
    );
    const [build, deploy] = plan.jobs;
    assert.ok(build && deploy);
    assert.deepEqual(build.allowFailure, [3]);
    assert.deepEqual(
        [build.timeoutSeconds, build.retries, build.interruptible, build.image],
        [600, 1, true, "alpine"],
    );
    assert.deepEqual(build.artifacts, {
        paths: ["out/"],
        exclude: [],
        dotenv: ["b.env"],
        junit: ["t.xml"],
        name: "site",
        expireIn: "1 week",
        when: "on_success",
    });
    assert.equal(deploy.allowFailure, true, "a manual job without rules is optional");
    assert.equal(deploy.environment, "prod/$CI_COMMIT_REF_SLUG");
    assert.equal(deploy.resourceGroup, "prod");
    assert.deepEqual(deploy.needs, [{ job: "build", artifacts: true, optional: false }]);
    assert.deepEqual([plan.name, plan.autoCancel], ["of $CI_COMMIT_REF_NAME", "interruptible"]);
    const file = JSON.parse(jobFile(plan, build)) as Record<string, unknown>;
    assert.deepEqual(file["build"], { stage: "build", script: ["make"] });
});

test("only and except are applied; jobs without rules stay out of merge request pipelines", () => {
    const file = (extra: string): string => `stages: [test]\na: {stage: test, script: [x]${extra}}\n`;
    const list = `[\n{"name": "a", "stage": "test", "when": "on_success", "allow_failure": false}\n]\n`;
    const runs = (extra: string, facts: typeof push): boolean =>
        readPlan(list, file(extra), facts).jobs.length === 1;
    const request = { source: "merge_request_event", ref: "refs/merge-requests/1/head", tag: false };
    assert.equal(runs("", push), true);
    assert.equal(runs("", request), false);
    assert.equal(runs(", rules: [{when: always}]", request), true);
    assert.equal(runs(", only: [merge_requests]", request), true);
    assert.equal(runs(", only: [main]", push), true);
    assert.equal(runs(", only: [dev]", push), false);
    assert.equal(runs(", only: ['/^ma/']", push), true);
    assert.equal(runs(", except: [main]", push), false);
    assert.equal(runs(", only: {refs: [tags]}", { ...push, ref: "v1", tag: true }), true);
    assert.throws(() => runs(", only: {changes: [x]}", push), PlanError);
});

test("times are read as GitLab writes them", () => {
    assert.deepEqual(
        ["90", "1h 30m", "2 minutes", "1 day", 45, "soon"].map((each) => seconds(each)),
        [90, 5400, 120, 86_400, 45, null],
    );
});

test("the workflow's rules count as a job's", () => {
    assert.equal(probeRuns(`[\n{"name": "workflow_probe", "when": "never"}\n]`), false);
    assert.equal(probeRuns(`[\n{"name": "workflow_probe", "when": "on_success"}\n]`), true);
});
