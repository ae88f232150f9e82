/**
 * The files that repositories include, and what repositories have instead of copies. That a GitLab runs them is not proved
 * here.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";

import {
    appEstateFile,
    appPipelineContent,
    configEstateFile,
    configPipelineContent,
} from "../../../components/ci/content";
import { includedFiles, includedVersion } from "../../../components/ci/included";
import { embedded } from "../../../components/ci/included/embedded";
import { scriptText } from "../../../components/ci/scripts";
import { settingsFile } from "../../../components/ci/settings";
import type { SeedFile } from "../../../components/support/seed";
import { folder, run } from "../../support/pipelineScripts";
import { sampleApp } from "../sample";

const web = sampleApp("web", { included: {} });
const from = { project: "acme/pipelines", version: "v1-0a" };
const paths = (files: readonly SeedFile[]): string[] => files.map((file) => file.path);

test("a version says which files it is of, and nothing in them is taken for an input that is none", () => {
    assert.match(includedVersion(), /^v1-[0-9a-f]{8}$/);
    for (const { path, text } of includedFiles().filter((file) => file.path.endsWith(".yml"))) {
        const documents = parseAllDocuments(text).map((each) => each.toJS() as Record<string, unknown>);
        const inputs = Object.keys((documents[0]?.["spec"] as { inputs: object }).inputs);
        const used = [...text.matchAll(/\$\[\[ *([^\]]*?) *\]\]/g)].map(([, each = ""]) => each);
        assert.deepEqual([...new Set(used)].sort(), inputs.map((each) => `inputs.${each}`).sort(), path);
        assert.equal(documents.length, 2, path);
    }
});

test("a job has its scripts whole, beside each other, and no earlier setting is replaced", async (context) => {
    const cwd = await folder(context);
    const settings = settingsFile({ APP: "it's $HOME", IMAGE: "main", BUILD_IMAGE: "none" });
    const { code, output } = await run(
        cwd,
        "/bin/sh",
        [
            "-euc",
            [
                'printf %s "$TEXT" >settings.sh',
                'export ESTATE_SETTINGS="$PWD/settings.sh"',
                ...embedded(["deliver.sh", "copy.mjs"]),
                'cat "$ESTATE_CI/deliver.sh" >deliver.sh',
                'cat "$ESTATE_CI/copy.mjs" >copy.mjs',
                'printf "<%s> <%s> <%s>" "$APP" "$IMAGE" "${BUILD_IMAGE-unset}"',
            ].join("\n"),
        ],
        { TEXT: settings, IMAGE: "own" },
    );
    assert.equal(code, 0, output);
    assert.equal(output, "<it's $HOME> <own> <unset>");
    for (const script of ["deliver.sh", "copy.mjs"] as const) {
        const written = await run(cwd, "/bin/cat", [script]);
        assert.equal(written.output, scriptText(script));
    }
});

test("repositories have the few lines that include a version, and what is the team's own", () => {
    assert.deepEqual(paths(appPipelineContent(web, {})), ["ci/test.sh", "ci/quality.sh", ".gitlab-ci.yml"]);
    assert.deepEqual(paths(configPipelineContent([web], {})), [".gitlab-ci.yml"]);
    const file = appEstateFile(web, from);
    assert.equal(file?.path, "ci/estate.yml");
    assert.deepEqual(parse(file.text), {
        ".tests": { rules: [{ when: "on_success" }] },
        include: [
            {
                project: "acme/pipelines",
                ref: "v1-0a",
                file: "/environment-branches/app.yml",
                inputs: {
                    build_image: web.pipeline.images.build,
                    deliver_image: web.pipeline.images.deliver,
                },
            },
        ],
    });
});

test("an app that names a version includes that one, and its neighbours the newest", () => {
    const pinned = sampleApp("api", { included: { version: "v1-ff" } });
    assert.match(appEstateFile(pinned, from)?.text ?? "", /^ {4}ref: v1-ff$/m);
    assert.match(configEstateFile([pinned], from)?.text ?? "", /^ {4}ref: v1-ff$/m);
    assert.match(configEstateFile([web], from)?.text ?? "", /^ {4}ref: v1-0a$/m);
});

test("who has copies includes nothing, and a repository that Jenkins reads too has its scripts", () => {
    const copied = sampleApp("web");
    assert.equal(appEstateFile(copied, from), undefined);
    assert.equal(configEstateFile([copied], from), undefined);
    const jenkins = sampleApp("jenkins", { ci: "jenkins" });
    assert.deepEqual(paths(configPipelineContent([web, jenkins], {})), [
        "ci/promote.sh",
        "ci/promote.mjs",
        "ci/copy.mjs",
        ".gitlab-ci.yml",
        "Jenkinsfile",
    ]);
});

test("with lanes an app repository includes the jobs of each, but in pipelines of merge requests", () => {
    const released = sampleApp("web", { flow: "gitlab-flow", included: {} });
    assert.deepEqual(paths(appPipelineContent(released, {})), [
        "ci/test.sh",
        "ci/quality.sh",
        ".gitlab-ci.yml",
    ]);
    const { include, stages } = parse(appEstateFile(released, from)?.text ?? "") as {
        include: { file: string; rules: unknown; inputs: Record<string, string> }[];
        stages: string[];
    };
    assert.deepEqual(
        include.map(({ file, inputs }) => [file, inputs["environment"]]),
        [
            ["/lanes/app.yml", undefined],
            ["/lanes/lane.yml", "dev"],
            ["/lanes/reuse.yml", "test"],
            ["/lanes/lane.yml", "test"],
            ["/lanes/reuse.yml", "prod"],
            ["/lanes/lane.yml", "prod"],
            ["/lanes/merge-back.yml", "prod"],
        ],
    );
    for (const { rules } of include) {
        assert.deepEqual(rules, [{ if: '$CI_PIPELINE_SOURCE != "merge_request_event"' }]);
    }
    // Those of tests of any flow: jobs of a team whose app had another one go on.
    assert.deepEqual(stages, [
        ...["test", "quality", "build"],
        ...["reuse_image", "build_image", "deploy", "merge_back"],
    ]);
});

test("what the estate changes later starts no pipeline where it commits it, and keeps none from what is made of it", () => {
    for (const [flow, branch] of [
        ["trunk", "latest"],
        ["gitlab-flow", "develop"],
    ] as const) {
        const file = appEstateFile(sampleApp("web", { flow, included: {} }), from);
        assert.equal(file?.quiet, true);
        const { workflow } = parse(file.text) as { workflow: { rules: readonly unknown[] } };
        assert.deepEqual(workflow.rules[1], {
            if: `$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == "${branch}" && $CI_COMMIT_TITLE == "Include the pipelines that the estate names"`,
            when: "never",
        });
    }
    assert.equal(
        configEstateFile([web], from)?.quiet,
        true,
        "merge requests of the first branch have pipelines",
    );
    assert.equal(appEstateFile(web, from)?.quiet, false, "its rules are in the version that is included");
});

test("a config repository whose baselines a program tags has copies", () => {
    const trunk = sampleApp("web", { flow: "trunk", included: {} });
    const guarded = trunk.plan.configs.find(({ deploys }) => deploys)?.at.fullPath ?? "";
    assert.deepEqual(paths(configPipelineContent([trunk], {}, guarded)), [
        "ci/release.sh",
        "ci/release.mjs",
        "ci/rollout.mjs",
        "ci/copy.mjs",
        "ci/deliver.sh",
        ".gitlab-ci.yml",
    ]);
    assert.equal(configEstateFile([trunk], from, guarded), undefined);
});
