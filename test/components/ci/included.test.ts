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
import { begin, embedded } from "../../../components/ci/included/embedded";
import { authorityLines, scriptText, type Script } from "../../../components/ci/scripts";
import { settingsFile } from "../../../components/ci/settings";
import type { SeedFile } from "../../../components/support/seed";
import { folder, run } from "../../support/pipelineScripts";
import { sampleApp } from "../sample";

const web = sampleApp("web", { included: {} });
const from = { project: "acme/pipelines", version: "v1-0a" };
const paths = (files: readonly SeedFile[]): string[] => files.map((file) => file.path);

/** Files that are YAML, by path. */
const files = new Map(
    includedFiles()
        .filter(({ path }) => path.endsWith(".yml"))
        .map(({ path, text }) => [path, text]),
);

type Fields = Readonly<Record<string, unknown>>;

/** Documents of a file: what it may be given, if it may be given anything, and what is in it. */
function documents(path: string): Fields[] {
    const text = files.get(path);
    assert.ok(text !== undefined, `there is no ${path}`);
    return parseAllDocuments(text, { customTags: [reference] }).map((each) => {
        assert.deepEqual([...each.errors, ...each.warnings], [], path);
        return each.toJS() as Fields;
    });
}

/** GitLab's word for what another job has: the job's name, and a key of it. */
const reference = { tag: "!reference", collection: "seq" } as const;

test("a version says which files it is of, and nothing in them is taken for an input that is none", () => {
    assert.match(includedVersion(), /^v1-[0-9a-f]{8}$/);
    for (const [path, text] of files) {
        const [spec, ...others] = documents(path);
        const inputs = others.length === 0 ? {} : (spec?.["spec"] as { inputs: object }).inputs;
        const used = [...text.matchAll(/\$\[\[ *([^\]]*?) *\]\]/g)].map(([, each = ""]) => each);
        assert.deepEqual(
            [...new Set(used)].sort(),
            Object.keys(inputs)
                .map((each) => `inputs.${each}`)
                .sort(),
            path,
        );
        assert.equal(others.length, path.startsWith("scripts/") ? 0 : 1, path);
    }
});

test("a script is in one file, however many files have jobs that run it", () => {
    const written = [...files].flatMap(([path, text]) =>
        [...text.matchAll(/cat >"\$ESTATE_CI\/(\S+)"/g)].map(([, script = ""]) => ({ script, path })),
    );
    const scripts = written.map(({ script }) => script);
    assert.deepEqual([...new Set(scripts)].sort(), scripts.sort(), JSON.stringify(written));
    // Nor does a piece of it, by another way, but for the one that scripts share.
    const shared = authorityLines().join("\n");
    for (const script of scripts) {
        const line = `      ${
            scriptText(script as Script)
                .replace(shared, "")
                .split("\n")
                .sort(byLength)[0]
        }\n`;
        assert.equal([...files.values()].filter((text) => text.includes(line)).length, 1, script);
    }
});

const byLength = (one: string, other: string): number => other.length - one.length;

/** What a file has, with the files it includes and the one of its folder that it is included after, as GitLab merges them. */
function merged(path: string): Fields {
    const app = path.replace(/[^/]*$/, "app.yml");
    const before = path !== app && files.has(app) ? merged(app) : {};
    const content = documents(path).at(-1) ?? {};
    const includes = (content["include"] ?? []) as { local: string }[];
    return Object.assign(
        {},
        before,
        ...includes.map(({ local }) => merged(local.slice(1))),
        content,
    ) as Fields;
}

/** Steps of a job, with those that it refers to. */
function steps(jobs: Fields, name: string, key = "script"): string[] {
    return ((jobs[name] as Fields)[key] as (string | [job: string, key: string])[]).flatMap((step) =>
        typeof step === "string" ? [step] : steps(jobs, ...step),
    );
}

/** Scripts that a script runs or imports, beside itself. */
function called(script: string): string[] {
    const calls = /(?:from "\.|dirname "\$0"\))\/([a-z-]+\.\w+)/g;
    const direct = [...scriptText(script as Script).matchAll(calls)].map(([, each = ""]) => each);
    return direct.flatMap((each) => [each, ...called(each)]);
}

test("a job begins with its settings, and has the scripts that it runs and those that they call", () => {
    const ran = new Set<string>();
    for (const path of files.keys()) {
        const jobs = merged(path);
        const own = Object.keys(documents(path).at(-1) ?? {}).filter(
            (name) => Array.isArray((jobs[name] as Fields)["script"]) && !path.startsWith("scripts/"),
        );
        for (const name of own) {
            const lines = steps(jobs, name).join("\n");
            const has = [...lines.matchAll(/cat >"\$ESTATE_CI\/(\S+)"/g)].map(([, each = ""]) => each);
            const runs = [...lines.matchAll(/(?:sh|node) "\$ESTATE_CI\/(\S+)"/g)].map(
                ([, each = ""]) => each,
            );
            if (has.length + runs.length === 0) {
                continue;
            }
            assert.ok(lines.startsWith(begin.join("\n")), `${path}: ${name}`);
            assert.deepEqual(
                [...has].sort(),
                [...new Set(runs.flatMap((each) => [each, ...called(each)]))].sort(),
                `${path}: ${name}`,
            );
            runs.forEach((each) => ran.add(each));
        }
    }
    assert.ok(ran.size > 7, [...ran].join(" "));
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
                ...begin,
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
        ".preview-tests": { rules: [{ when: "never" }] },
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
