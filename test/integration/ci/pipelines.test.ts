/**
 * The seeded `.gitlab-ci.yml` files, read by gitlab-ci-local: which jobs there are in which pipeline, and that they run.
 * GitLab's own reading of them is not proved here.
 */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { test, type TestContext } from "node:test";
import { parse, stringify } from "yaml";

import { appPipelineContent, configPipelineContent, deliveryNotes } from "../../../components/ci/content";
import { scriptText, type Script } from "../../../components/ci/scripts";
import { appContent, configContent } from "../../../components/content";
import type { SeedFile } from "../../../components/support/seed";
import { runLocal, writeHelpers, type LocalResult } from "../../../sandbox/ci/local";
import { sampleApp } from "../../components/sample";
import { commit, folder, must, repository, run, text } from "../../support/pipelineScripts";

const web = sampleApp("web");

const filesOf = (files: readonly SeedFile[]): Record<string, string> =>
    Object.fromEntries(files.map((file) => [file.path, file.text]));
const appFiles = filesOf([...appContent(web), ...appPipelineContent(web, {})]);
const configFiles = filesOf([...configContent(web), ...configPipelineContent([web], {})]);

/** A clone as a runner has it, on a branch. */
async function checkout(
    context: TestContext,
    files: Readonly<Record<string, string>>,
    branch: string,
): Promise<string> {
    const made = await repository(context, files);
    await must(made, "git", "branch", "-M", branch);
    await must(made, "git", "remote", "add", "origin", "http://gitlab.test/acme/shop/web.git");
    await must(made, "git", "update-ref", `refs/remotes/origin/${branch}`, "HEAD");
    await must(made, "git", "symbolic-ref", "refs/remotes/origin/HEAD", `refs/remotes/origin/${branch}`);
    return made;
}

/** Runs gitlab-ci-local as the sandbox does. */
async function local(
    context: TestContext,
    cwd: string,
    variables: Readonly<Record<string, string>>,
    ...args: string[]
): Promise<LocalResult> {
    const scratch = await folder(context);
    const helpers = path.join(scratch, "bin");
    await writeHelpers(helpers);
    const home = path.join(scratch, "home");
    const temporary = path.join(scratch, "tmp");
    await mkdir(home);
    await mkdir(temporary);
    return runLocal(
        { path: [], helpers },
        {
            cwd,
            home,
            temporary,
            args: [
                "--ignore-predefined-vars",
                Object.keys(variables).join(","),
                ...Object.entries(variables).flatMap(([key, value]) =>
                    value === "" ? ["--unset-variable", key] : ["--variable", `${key}=${value}`],
                ),
                ...args,
            ],
        },
    );
}

async function listed(
    context: TestContext,
    cwd: string,
    variables: Readonly<Record<string, string>>,
    ...args: string[]
): Promise<string[]> {
    const { code, stdout, stderr } = await local(context, cwd, variables, "--list-json", ...args);
    assert.equal(code, 0, stderr);
    return (JSON.parse(stdout) as { name: string; when: string }[])
        .filter((job) => job.when !== "never")
        .map((job) => job.name);
}

/** The jobs of a pipeline, in order; none where there is no pipeline. */
async function jobs(
    context: TestContext,
    cwd: string,
    variables: Readonly<Record<string, string>>,
): Promise<string[]> {
    // gitlab-ci-local reads the rules of the whole pipeline not in a listing; as those of a job it does.
    const { workflow } = parse(await text(path.join(cwd, ".gitlab-ci.yml"))) as { workflow: object };
    await writeFile(
        path.join(cwd, "workflow.yml"),
        stringify({ pipeline: { ...workflow, script: ["true"] } }),
    );
    const started = await listed(context, cwd, variables, "--file", "workflow.yml");
    return started.length === 0 ? [] : listed(context, cwd, variables);
}

const mergeRequest = { CI_PIPELINE_SOURCE: "merge_request_event", CI_COMMIT_BRANCH: "" };

test("the app's pipeline: merge requests are tested, delivered branches also built and delivered", async (context) => {
    const main = await checkout(context, appFiles, "main");
    const push = { CI_DEFAULT_BRANCH: "main", DELIVERY_BRANCH: "main", CI_PIPELINE_SOURCE: "push" };
    assert.deepEqual(await jobs(context, main, push), ["test", "quality", "build", "deliver"]);
    assert.deepEqual(await jobs(context, main, { ...push, ...mergeRequest }), ["test", "quality"]);
    // A hotfix is on: main is built all the same, and deliver says why it does nothing.
    const lane = { ...push, DELIVERY_BRANCH: "hotfix-1" };
    assert.deepEqual(await jobs(context, main, lane), ["test", "quality", "build", "deliver"]);
    const hotfix = await checkout(context, appFiles, "hotfix-1");
    assert.deepEqual(await jobs(context, hotfix, lane), ["test", "quality", "build", "deliver"]);
    assert.deepEqual(await jobs(context, hotfix, push), []);
});

test("the config repository's pipeline: before a merge, after it, and not where nothing is promoted to", async (context) => {
    const branch = { FIRST_BRANCH: "dev", CI_COMMIT_REF_PROTECTED: "true", CI_PIPELINE_SOURCE: "push" };
    const dev = await checkout(context, configFiles, "dev");
    assert.deepEqual(await jobs(context, dev, branch), []);
    assert.deepEqual(
        await jobs(context, dev, {
            ...branch,
            ...mergeRequest,
            CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "test",
        }),
        ["promote"],
    );
    const target = await checkout(context, configFiles, "test");
    assert.deepEqual(await jobs(context, target, branch), ["promoted"]);
    assert.deepEqual(await jobs(context, target, { ...branch, CI_COMMIT_REF_PROTECTED: "false" }), []);
});

test("one promotion at a time into each branch, and one delivery of an app", () => {
    const config = parse(configFiles[".gitlab-ci.yml"] ?? "") as Record<string, { resource_group?: string }>;
    assert.equal(config["promote"]?.resource_group, "promotion-$CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
    assert.equal(config["promoted"]?.resource_group, "promotion-$CI_COMMIT_BRANCH");
    const app = parse(appFiles[".gitlab-ci.yml"] ?? "") as Record<
        string,
        { resource_group?: string; image: unknown; variables?: Record<string, string> }
    >;
    assert.equal(app["deliver"]?.resource_group, "delivery");
    assert.equal(app["deliver"]?.variables?.["GIT_DEPTH"], "0");
    assert.equal(app["test"]?.image, "mirror.test/alpine:1");
});

test("the jobs run as they are seeded, and a red test stops the pipeline", async (context) => {
    const cwd = await checkout(context, appFiles, "main");
    const variables = {
        APP: "web",
        CI_DEFAULT_BRANCH: "main",
        DELIVERY_BRANCH: "other",
        BUILDER: "crane",
        IMAGE: "harbor.test/web-dev/web",
    };
    const green = await local(context, cwd, variables);
    assert.equal(green.code, 0, green.stdout);
    assert.match(green.stdout, /public\/index\.html is a page with a title/);
    assert.match(green.stdout, /No conflict markers, no private keys, scripts are valid/);
    assert.match(green.stdout, /Built, but not pushed: this is main, and deliveries come from other/);
    assert.match(green.stdout, /Not delivered: deliveries of web come from other now, and this is main/);
    await commit(cwd, { "public/index.html": "no title" }, "Break");
    const red = await local(context, cwd, variables);
    assert.notEqual(red.code, 0, red.stdout);
    assert.match(red.stdout + red.stderr, /public\/index\.html has no title/);
    assert.doesNotMatch(red.stdout, /Not delivered/);
});

test("the seeded quality gate refuses what no repository should contain", async (context) => {
    const cwd = await repository(context, appFiles);
    const cases: [string, string, RegExp][] = [
        ["a.txt", "<<<<<<< HEAD\n", /conflict markers of a merge are left in: \.\/a\.txt/],
        ["key.pem", `-----BEGIN ${"RSA PRIVATE"} KEY-----\n`, /private keys are in: \.\/key\.pem/],
        ["ci/bad.sh", "if then\n", /ci\/bad\.sh is not a valid shell script/],
    ];
    assert.equal((await run(cwd, "/bin/sh", ["ci/quality.sh"])).code, 0);
    for (const [file, content, message] of cases) {
        const each = await repository(context, { ...appFiles, [file]: content });
        const { code, output } = await run(each, "/bin/sh", ["ci/quality.sh"]);
        assert.equal(code, 1, file);
        assert.match(output, message);
    }
});

test("apps without CI have no pipeline files, and repositories of both kinds have both", () => {
    const none = sampleApp("none", { ci: "none" });
    const jenkins = sampleApp("jenkins", { ci: "jenkins" });
    assert.deepEqual(appPipelineContent(none, {}), []);
    assert.deepEqual(configPipelineContent([none], {}), []);
    const names = (files: readonly SeedFile[]): string[] => files.map((file) => file.path);
    assert.deepEqual(names(appPipelineContent(jenkins, {})), [
        "ci/test.sh",
        "ci/quality.sh",
        "ci/image.sh",
        "ci/deliver.sh",
        "Jenkinsfile",
    ]);
    assert.deepEqual(names(configPipelineContent([web, none, jenkins], {})), [
        "ci/promote.sh",
        "ci/promote.mjs",
        "ci/copy.mjs",
        ".gitlab-ci.yml",
        "Jenkinsfile",
    ]);
});

test("the notes say who writes the tag", () => {
    assert.match(deliveryNotes(web), /writes the tag into `web\/` on branch `dev`/);
    assert.match(deliveryNotes(sampleApp("web", { ci: "none" })), /Whatever builds web pushes its image/);
});

test("scripts are for any /bin/sh and name no app, server or credential", async (context) => {
    const cwd = await folder(context);
    for (const script of [
        "test.sh",
        "quality.sh",
        "image.sh",
        "deliver.sh",
        "promote.sh",
    ] satisfies Script[]) {
        const content = scriptText(script);
        assert.match(content, /^#!\/bin\/sh\n/);
        assert.match(content, /^set -eu$/m);
        assert.doesNotMatch(content, /\[\[|\blocal |https?:\/\//);
        assert.equal((await run(cwd, "/bin/sh", ["-n", "-c", content])).code, 0, script);
    }
});

test("the job that promotes runs the program of the repository, or the one that its image brings", async (context) => {
    const cwd = await checkout(context, configFiles, "test");
    const variables = { CI_COMMIT_REF_PROTECTED: "true", CI_PIPELINE_SOURCE: "push" };
    const seeded = await local(context, cwd, variables);
    assert.equal(seeded.code, 0, seeded.stderr);
    assert.match(seeded.stdout, /Nothing is promoted into test/);
    const own = path.join(await folder(context), "own.mjs");
    await writeFile(own, 'console.log("this one is the image\'s");');
    const brought = await local(context, cwd, { ...variables, PROMOTE_PROGRAM: own });
    assert.equal(brought.code, 0, brought.stderr);
    assert.match(brought.stdout, /this one is the image's/);
});
