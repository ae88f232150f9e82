/**
 * Repositories that include their pipelines have the jobs of those with copies, read by gitlab-ci-local. GitLab's own reading of
 * them, and who may read the project they are in, is not proved here.
 */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { test, type TestContext } from "node:test";

import { appEstateFile, appPipelineContent } from "../../../components/ci/content";
import { includedFiles } from "../../../components/ci/included";
import { buildSettings, ruleSettings } from "../../../components/ci/settings";
import type { App } from "../../../estate/model";
import { resolvePreviews } from "../../../estate/previews";
import type { SpecApp } from "../../../estate/schema";
import { listLocal, writeHelpers } from "../../../sandbox/ci/local";
import { sampleApp, sampleEstate } from "../../components/sample";
import { commit, folder, must, repository } from "../../support/pipelineScripts";

const from = { project: "acme/pipelines", version: "v1-0a" };

/** Files of an app repository. */
function filesOf(app: App): Record<string, string> {
    const estate = appEstateFile(app, from);
    return Object.fromEntries(
        [...appPipelineContent(app, {}), ...(estate === undefined ? [] : [estate])].map((file) => [
            file.path,
            file.text,
        ]),
    );
}

/** The estate's project for pipelines, with its tag. Its branch has something else by now. */
async function pipelines(context: TestContext): Promise<string> {
    const made = await repository(
        context,
        Object.fromEntries(includedFiles().map((file) => [file.path, file.text])),
    );
    await must(made, "git", "tag", from.version);
    await commit(
        made,
        Object.fromEntries(includedFiles().map((file) => [file.path, "later: { script: [later] }\n"])),
        "Another version",
    );
    return made;
}

interface Ref {
    readonly branch?: string;
    readonly tag?: string;
    readonly mergeRequest?: string;
    /** Branch that the merge request goes into. */
    readonly target?: string;
}

/** Jobs of the pipeline of a ref. */
async function jobs(
    context: TestContext,
    { cwd, project }: Checkout,
    settings: Readonly<Record<string, string>>,
    { branch = "", tag = "", mergeRequest = "", target = "" }: Ref,
): Promise<unknown[]> {
    const scratch = await folder(context);
    const [helpers, home, temporary] = ["bin", "home", "tmp"].map((name) => path.join(scratch, name));
    assert.ok(helpers !== undefined && home !== undefined && temporary !== undefined);
    await writeHelpers(helpers);
    await mkdir(home);
    // Instead of the server that they both are on.
    await writeFile(
        path.join(home, ".gitconfig"),
        `[url ${JSON.stringify(project)}]\n\tinsteadOf = http://gitlab.test/${from.project}.git\n`,
    );
    await mkdir(temporary);
    const variables: Record<string, string> = {
        ...settings,
        CI_DEFAULT_BRANCH: "main",
        CI_COMMIT_REF_PROTECTED: "true",
        CI_PIPELINE_SOURCE: mergeRequest === "" ? "push" : "merge_request_event",
        CI_COMMIT_BRANCH: mergeRequest === "" ? branch : "",
        CI_COMMIT_TAG: tag,
        CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: mergeRequest,
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME: target,
        CI_MERGE_REQUEST_PROJECT_ID: "7",
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "7",
    };
    const { code, stdout, stderr } = await listLocal(
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
                "--list-json",
            ],
        },
    );
    assert.equal(code, 0, stderr);
    return (JSON.parse(stdout) as { name: string; when: string; environment?: unknown }[])
        .filter(({ when }) => when !== "never")
        .map(({ name, when, environment }) => ({ name, when, environment }))
        .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Folders of an app repository, and of the project that it includes its pipelines from. */
interface Checkout {
    readonly cwd: string;
    readonly project: string;
}

async function checkout(
    context: TestContext,
    project: string,
    files: Readonly<Record<string, string>>,
): Promise<Checkout> {
    const made = await repository(context, files);
    await must(made, "git", "branch", "-M", "main");
    await must(made, "git", "remote", "add", "origin", "http://gitlab.test/acme/shop/web.git");
    await must(made, "git", "update-ref", "refs/remotes/origin/main", "HEAD");
    await must(made, "git", "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
    return { cwd: made, project };
}

const cases: readonly { readonly flow: string; readonly refs: readonly Ref[] }[] = [
    {
        flow: "gitlab-flow",
        refs: [
            { branch: "develop" },
            { branch: "release-1.2" },
            { branch: "else" },
            { tag: "v1.0.0" },
            { mergeRequest: "topic" },
            { mergeRequest: "merge-back/v1.0.0-into-develop" },
        ],
    },
    {
        flow: "trunk",
        refs: [{ branch: "latest" }, { branch: "main" }, { branch: "else" }, { mergeRequest: "topic" }],
    },
];

for (const { flow, refs } of cases) {
    test(`flow ${flow}: each ref has the same jobs, included or copied`, async (context) => {
        const copied = sampleApp("web", { flow });
        const included = sampleApp("web", { flow, included: {} });
        const settings = buildSettings(sampleEstate([copied]), copied);
        const project = await pipelines(context);
        const [copies, includes] = [
            await checkout(context, project, filesOf(copied)),
            await checkout(context, project, filesOf(included)),
        ];
        const seen: unknown[] = [];
        for (const ref of refs) {
            const expected = await jobs(context, copies, settings, ref);
            // What rules need, and no more, are variables.
            assert.deepEqual(
                await jobs(context, includes, ruleSettings(included), ref),
                expected,
                JSON.stringify(ref),
            );
            seen.push(expected);
        }
        assert.ok(new Set(seen.map((each) => JSON.stringify(each))).size > 2, "the refs have different jobs");
    });
}

const flows = ["environment-branches", "gitlab-flow", "trunk"] as const;

for (const from of flows) {
    test(`a team's own file of flow ${from} has its tests in every other one`, async (context) => {
        const own = filesOf(sampleApp("web", { flow: from, included: {} }))[".gitlab-ci.yml"] ?? "";
        const project = await pipelines(context);
        for (const flow of flows.filter((each) => each !== from)) {
            const app = sampleApp("web", { flow, included: {} });
            const made = await checkout(context, project, { ...filesOf(app), ".gitlab-ci.yml": own });
            const names = (await jobs(context, made, ruleSettings(app), { mergeRequest: "topic" })).map(
                (job) => (job as { name: string }).name,
            );
            assert.deepEqual(names, ["quality", "test"], flow);
        }
    });
}

function withPreviews(app: App): App {
    const previews = resolvePreviews(app, {
        previews: { label: "preview", maximum: 5, days: 7 },
    } as SpecApp);
    assert.ok(previews !== undefined);
    return { ...app, previews };
}

const functional = `
functional:
  extends: .preview-tests
  image: alpine
  script: [echo "$PREVIEW_URL"]
`;

for (const flow of flows) {
    test(`a job that tries the preview is in merge requests that have one, and breaks no other pipeline: ${flow}`, async (context) => {
        const project = await pipelines(context);
        const names = async (app: App, ref: Ref): Promise<string[]> => {
            const files = filesOf(app);
            const text = `${files[".gitlab-ci.yml"] ?? ""}${functional}`;
            const made = await checkout(context, project, { ...files, ".gitlab-ci.yml": text });
            const settings =
                app.included === undefined ? buildSettings(sampleEstate([app]), app) : ruleSettings(app);
            return (await jobs(context, made, settings, ref)).map((job) => (job as { name: string }).name);
        };
        const refs = (into: string): Record<string, Ref> => ({
            "into the branch that is delivered": { mergeRequest: "topic", target: into },
            "into another one": { mergeRequest: "topic", target: "else" },
            "of a program": { mergeRequest: "merge-back/v1.0.0-into-latest", target: "else" },
            "no merge request": { branch: into },
        });
        const tried = async (app: App, into: string): Promise<string[]> => {
            const found: string[] = [];
            for (const [title, ref] of Object.entries(refs(into))) {
                if ((await names(app, ref)).includes("functional")) {
                    found.push(title);
                }
            }
            return found;
        };
        assert.deepEqual(await tried(sampleApp("web", { flow, included: {} }), "main"), []);
        if (flow !== "gitlab-flow") {
            for (const included of [undefined, {}]) {
                const app = withPreviews(sampleApp("web", { flow, ...(included && { included }) }));
                assert.deepEqual(await tried(app, app.repository.branch), [
                    "into the branch that is delivered",
                ]);
            }
        }
    });
}
