/** ci/promote.mjs: what it reads and decides. Copying is in copy.test.ts, both with servers in test/integration/ci/promote.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { pipelineOf, promotionsOf, run, versionIn } from "../../../components/ci/scripts/promote.mjs";
import { promotionSettings } from "../../../components/ci/settings";
import { versionKeys } from "../../../estate/delivery";
import { sampleApp, sampleEstate } from "../sample";

const app = sampleApp("web");
const settings = promotionSettings(sampleEstate([app]), app);

test("the version in a chart's values", () => {
    const version = (text: string): string | undefined => versionIn(text, versionKeys.helm.key);
    for (const line of ["imagetag: a1", 'imagetag: "a1" # now', "imagetag: 'a1'\r", '"imagetag":   a1  ']) {
        assert.equal(version(`port: 1\n${line}\nmore: true\n`), "a1", line);
    }
    for (const text of ["", "imagetag:\n", 'imagetag: ""\n', "imagetag: none\n", "# imagetag: a1\n"]) {
        assert.equal(version(text), undefined, text);
    }
    assert.equal(version("other:\n  imagetag: a1\n"), undefined);
    assert.equal(version("imagetags: a1\n"), undefined);
});

test("the version in a kustomization, of the image app and no other", () => {
    const version = (text: string): string | undefined => versionIn(text, versionKeys.kustomize.key);
    const proxy = "- name: proxy\n  newTag: b2\n";
    const own = "- name: app\n  newName: harbor.test/web/web\n  newTag: a1 # now\n";
    for (const text of [
        `images:\n${own}${proxy}`,
        `resources:\n- a.yaml\nimages:\n${proxy}${own}labels: {}\n`,
    ]) {
        assert.equal(version(text), "a1");
        assert.equal(version(text.replace(/^(- | {2})/gm, "  $1")), "a1", "indented");
    }
    assert.equal(version(`images:\n${proxy}`), undefined);
    assert.equal(version(`patches:\n${own}`), undefined);
    assert.equal(version(`images:\n- name: app\nreplicas:\n- name: x\n  newTag: c3\n`), undefined);
    assert.equal(version(`images:\n${own.replace("a1", "none")}`), undefined);
    assert.equal(version(`images:\n${own.replace("a1", "'0123456789'")}`), "0123456789");
});

test("the version in plain manifests, of the image with the comment, and in an object of Jsonnet", () => {
    const plain = (text: string): string | undefined => versionIn(text, versionKeys.plain.key);
    const side = "    - image: harbor.test/x/side:2\n";
    for (const image of [
        "harbor.test:8443/x/web:a1",
        '"harbor.test/x/web:a1"',
        `harbor.test/x/web:a1@sha256:${"0".repeat(64)}`,
    ]) {
        assert.equal(plain(`spec:\n${side}      image: ${image} # version\n${side}`), "a1", image);
        assert.equal(plain(`${side}    - image: ${image}  # version \r\n`), "a1", image);
    }
    for (const text of [
        "",
        side,
        "image: x:none # version\n",
        "# image: x:a1 # version\n",
        "a: x:a1 # version\n",
    ]) {
        assert.equal(plain(text), undefined, text);
    }
    const jsonnet = (text: string): string | undefined => versionIn(text, versionKeys.jsonnet.key);
    for (const line of ["imagetag: 'a1',", '  imagetag: "a1"', "\timagetag: 'a1', // now"]) {
        assert.equal(jsonnet(`// Pipelines write it.\n{\n${line}\n}\n`), "a1", line);
    }
    assert.equal(jsonnet("{\n  imagetag: '',\n}\n"), undefined);
});

test("GitLab and Jenkins say in variables of their own what a pipeline is about", () => {
    const merge = { merging: true, from: "dev", into: "test", foreign: false };
    const gitlab = {
        CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "dev",
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "test",
        CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: "acme/web-config",
        CI_MERGE_REQUEST_PROJECT_PATH: "acme/web-config",
    };
    assert.deepEqual(pipelineOf(gitlab), merge);
    const fork = { ...gitlab, CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: "mallory/web-config" };
    assert.deepEqual(pipelineOf(fork), { ...merge, foreign: true });
    const jenkins = { CHANGE_BRANCH: "dev", CHANGE_TARGET: "test", BRANCH_NAME: "MR-1" };
    assert.deepEqual(pipelineOf(jenkins), merge);
    assert.deepEqual(pipelineOf({ ...jenkins, CHANGE_FORK: "mallory" }), { ...merge, foreign: true });
    assert.deepEqual(pipelineOf({ CI_COMMIT_BRANCH: "test" }), { merging: false, into: "test" });
    assert.deepEqual(pipelineOf({ BRANCH_NAME: "test" }), { merging: false, into: "test" });
    assert.throws(() => pipelineOf({}), /neither a merge request nor a branch/);
});

test("what the estate sets is what the program reads, of one app or of several", () => {
    const [web] = promotionsOf(settings);
    assert.deepEqual(
        web?.steps.map(({ from, into, file }) => [from, into, file]),
        [
            ["dev", "test", "web/values.yaml"],
            ["test", "prod", "web/values.yaml"],
        ],
    );
    const config = { ...app.config, scope: "team" as const };
    const shared = ["web-ui", "api"].map((name) => sampleApp(name, { config }));
    const all = Object.fromEntries(
        shared.flatMap((each) => Object.entries(promotionSettings(sampleEstate(shared), each))),
    );
    const read = promotionsOf({ ...all, PROMOTION_MAIN_USERNAME_API: "robot" });
    assert.deepEqual(
        read.map((each) => each.app),
        ["api", "web-ui"],
    );
    assert.deepEqual(promotionsOf({ PROMOTION_APPS: "x", PROMOTIONS: "" }), []);
});

test("an input with mistakes is refused with all of them and where they are", () => {
    const document = JSON.parse(settings["PROMOTIONS"] ?? "") as {
        registries: Record<string, object>;
        steps: Record<string, unknown>[];
    };
    const { registries, steps } = document;
    const change = (changes: object): Record<string, string> => ({
        PROMOTIONS: JSON.stringify({ ...document, ...changes }),
    });
    const wrong = change({
        app: 7,
        registries: { main: { ...registries["main"], url: undefined, insecure: "yes" } },
        steps: [{ ...steps[0], source: null }],
    });
    assert.throws(
        () => promotionsOf({ ...wrong, PROMOTIONS_API: "{" }),
        (error: Error) => {
            assert.match(error.message, /^PROMOTIONS\.app must be a string, and is 7; /);
            assert.match(
                error.message,
                /PROMOTIONS\.registries\.main\.url must be a string, and is undefined; /,
            );
            assert.match(
                error.message,
                /PROMOTIONS\.registries\.main\.insecure must be a boolean, and is "yes"; /,
            );
            assert.match(error.message, /PROMOTIONS\.steps\[0\]\.source must be an object, and is null; /);
            assert.match(error.message, /PROMOTIONS_API is not JSON: .*The estate sets these variables/);
            return true;
        },
    );
    assert.throws(() => promotionsOf(change({ steps: {} })), /PROMOTIONS\.steps must be a list, and is \{\}/);
    assert.throws(() => promotionsOf(change({ registries: {} })), /PROMOTIONS\.registries has no main/);
});

test("an app without a version, and a branch into which nothing is promoted, end well and ask nobody", async () => {
    const lines: string[] = [];
    const report = (line: string): number => lines.push(line);
    assert.equal(await run({ ...settings, CI_COMMIT_BRANCH: "dev" }, report, assert.fail), true);
    assert.equal(await run({ ...settings, CI_COMMIT_BRANCH: "test" }, report, assert.fail), true);
    assert.deepEqual(lines, ["Nothing is promoted into dev.", "web: no version is written in web yet."]);
});
