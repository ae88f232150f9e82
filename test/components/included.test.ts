/** What an app is in the stack whose repositories include their pipelines. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { declareEstate } from "../../components/program";
import type { App } from "../../estate/model";
import { record, registration, type Registration } from "../support/engine";
import { sampleApp, sampleCredentials, sampleEstate, samplePrepared } from "./sample";

async function made(included: boolean, besides: readonly App[] = []): Promise<readonly Registration[]> {
    const app = sampleApp("web", included ? { included: {} } : {});
    return (
        await record(() => declareEstate(sampleEstate([...besides, app]), sampleCredentials, samplePrepared))
    ).registrations;
}

const ofPipelines = (each: Registration): boolean =>
    /:(?:ProjectVariable|RepositoryFile)$/.test(each.type) && !each.name.startsWith("pipelines-");

test("an app has half the files and variables, and everything else as with copies", async () => {
    const [copied, included] = [await made(false), await made(true)];
    const count = (all: readonly Registration[]): number => all.filter(ofPipelines).length;
    assert.ok(count(included) <= 20, String(count(included)));
    assert.ok(count(included) * 2 <= count(copied), `${count(included)} and ${count(copied)}`);
    const others = (all: readonly Registration[]): string[] =>
        all
            .filter((each) => !ofPipelines(each) && each.name !== "config-web-variables")
            .map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual(others(included), others(copied));
});

test("an app in three environments is at most 70 objects on servers", async () => {
    const api = sampleApp("api", { included: {} });
    const { registrations: before } = await record(() =>
        declareEstate(sampleEstate([api]), sampleCredentials, samplePrepared),
    );
    const names = new Set(before.map(({ type, name }) => `${type} ${name}`));
    // Components are groups of objects.
    const own = (await made(true, [api])).filter(
        ({ type, name }) => !names.has(`${type} ${name}`) && !type.startsWith("gitops-estate:"),
    );
    assert.ok(own.length > 40 && own.length <= 70, String(own.length));
});

test("settings are one variable, credentials stay what they were, and first content is never deleted", async () => {
    const registrations = await made(true);
    const keys = registrations
        .filter(({ type }) => type.endsWith(":ProjectVariable"))
        .map(({ inputs }) => String(inputs["key"]));
    assert.deepEqual(keys.sort(), [
        "CONFIG_TOKEN",
        "ESTATE_SETTINGS",
        "ESTATE_SETTINGS",
        "PROMOTION_MAIN_PASSWORD",
        "REGISTRY_PASSWORD",
    ]);
    const settings = registration(
        { registrations, after: new Map(), result: undefined },
        "app-web-build-ESTATE_SETTINGS",
    );
    assert.equal(settings.inputs["variableType"], "file");
    assert.match(String(settings.inputs["value"]), /^\[ -n "\$\{IMAGE\+set\}" \] \|\| export IMAGE='/m);
    const file = registration(
        { registrations, after: new Map(), result: undefined },
        "app-web-repository-pipelines",
    );
    assert.equal(file.options.retainOnDelete, true);
    assert.equal(file.options.ignoreChanges, undefined);
});

for (const [flow, begins] of [
    ["trunk", "latest"],
    ["gitlab-flow", "develop"],
] as const) {
    test(`flow ${flow}: a version is committed where work begins, and the default branch has its first one`, async () => {
        const app = sampleApp("web", { flow, included: {} });
        const { registrations } = await record(() =>
            declareEstate(sampleEstate([app]), sampleCredentials, samplePrepared),
        );
        const seen = { registrations, after: new Map(), result: undefined };
        const first = registration(seen, "app-web-repository-pipelines");
        const later = registration(seen, `app-web-repository-pipelines-${begins}`);
        assert.deepEqual([first.inputs["branch"], later.inputs["branch"]], ["main", begins]);
        assert.equal(first.inputs["content"], later.inputs["content"]);
        assert.ok(first.options.ignoreChanges?.includes("content"));
        assert.equal(later.options.ignoreChanges, undefined);
        assert.deepEqual([first.options.retainOnDelete, later.options.retainOnDelete], [true, true]);
        assert.match(String(first.inputs["commitMessage"]), /\[skip ci\]/);
        assert.doesNotMatch(String(later.inputs["commitMessage"]), /skip/);
    });
}

test("with lanes only what rules need are variables, and jobs of an environment have a file of their own", async () => {
    const app = sampleApp("web", { flow: "gitlab-flow", included: {} });
    const { registrations } = await record(() =>
        declareEstate(sampleEstate([app]), sampleCredentials, samplePrepared),
    );
    const variables = registrations
        .filter(({ type, name }) => type.endsWith(":ProjectVariable") && name.startsWith("app-web-build"))
        .map(({ inputs }) => `${String(inputs["environmentScope"])} ${String(inputs["key"])}`);
    const lanes = ["DEV", "TEST", "PROD"].flatMap((key) => [`* LANE_${key}`, `* LANE_${key}_START`]);
    const ofLane = (environment: string, ...secrets: string[]): string[] =>
        ["CONFIG_TOKEN", "ESTATE_SETTINGS_LANE", "REGISTRY_PASSWORD", ...secrets].map(
            (key) => `${environment} ${key}`,
        );
    assert.deepEqual(
        variables.sort(),
        [
            "* ESTATE_SETTINGS",
            ...lanes,
            ...ofLane("dev"),
            ...ofLane("test", "REUSE_DEV_PASSWORD"),
            ...ofLane("prod", "MERGE_BACK_TOKEN", "REUSE_DEV_PASSWORD", "REUSE_TEST_PASSWORD"),
        ].sort(),
    );
});

test("by merge request: files are first content, and what they are to be is a wish in the state", async () => {
    const proposals = async (flow: string, move: object): Promise<readonly Registration[]> => {
        const app = sampleApp("web", { flow, included: move });
        return (await record(() => declareEstate(sampleEstate([app]), sampleCredentials, samplePrepared)))
            .registrations;
    };
    const isWish = ({ type }: Registration): boolean => type === "gitops-estate:gitlab:Proposal";
    assert.deepEqual((await proposals("environment-branches", {})).filter(isWish), []);
    for (const [flow, branches] of [
        ["environment-branches", ["dev", "main"]],
        ["trunk", ["latest"]],
        ["gitlab-flow", ["develop"]],
    ] as const) {
        const registrations = await proposals(flow, { byMergeRequest: true, version: "v1-other" });
        const wishes = registrations.filter(isWish);
        assert.deepEqual(wishes.map(({ inputs }) => inputs["branch"]).sort(), branches);
        for (const { name, inputs } of wishes) {
            const file = registration(
                { registrations, after: new Map(), result: undefined },
                name.replace(/-proposal$/, ""),
            );
            assert.deepEqual(
                [file.inputs["branch"], file.inputs["filePath"], file.inputs["content"]],
                [inputs["branch"], inputs["path"], inputs["text"]],
            );
            assert.ok(file.options.ignoreChanges?.includes("content"));
            assert.match(String(inputs["text"]), /ref: v1-other/);
            // A merge on a branch with pipelines has to be known: by GitLab, or by a rule of the file itself.
            const quiet = /\$CI_COMMIT_MESSAGE =~ \/\^Include the pipelines/.test(String(inputs["text"]));
            const byGitLab = /\[skip ci\]$/.test(String(inputs["title"]));
            assert.ok(quiet || byGitLab || inputs["branch"] === "dev", `${flow} ${String(inputs["branch"])}`);
        }
    }
});
