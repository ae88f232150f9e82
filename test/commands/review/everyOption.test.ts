/**
 * Every option of the spec, changed by itself: the headline of a review says what that means, in words of its own. That some objects
 * change is not enough. The exceptions are listed, each with its reason, and an exception that is none any more is one too many.
 *
 * What it does not prove: that the words are the best ones; dayTwoCases.ts has those of what happens often.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as path from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { secretMarker } from "./changes";
import { enginesOf, optionChanges, optionOf, optionPaths, type EngineName } from "./optionChanges";
import type { Headlines } from "./optionHeadlines";

const seeded = "is in what repositories start with, which is the teams' from then on";
const reached = "says how a server is reached or where a file is, and nothing on it changes";
const installed = "is a place or a checksum; what it leads to is said where it differs";
const sample = "another version, of which the test's manifests say nothing";
const atOnce = "acts with another version of the pipelines, or with what else changes";

/** Options of which nothing is said, by engine where it is one's alone. */
const silent: Readonly<Record<string, string>> = {
    "gitlab.plainHttp": reached,
    "gitlab.caFile": reached,
    "network.certificateAuthorities.<name>.file":
        "the file is read by the program that is run, and this test has none",
    "network.certificateAuthorities.<name>.hosts":
        "the test's manifests have no place for certificates by host",
    "registries.<name>.plainHttp": reached,
    "clusters.<name>.access.context": reached,
    "clusters.<name>.access.kubeconfig": reached,
    "environments.<name>.channels": "the channel is the team's already",
    "teams.<name>.pipelines.move": atOnce,
    "pipelines.move": atOnce,
    "flows.<name>.description": "is for people who read the spec",
    "flows.<name>.environments.<env>.push": "the branch is the config repository's, where CI alone pushes",
    "apps.<name>.pipeline.images.test": seeded,
    "apps.<name>.pipeline.images.quality": seeded,
    "apps.<name>.hotfix.until": "is a day on which warnings begin",
    "apps.<name>.port": seeded,
    "apps.<name>.rolloutDeadlineSeconds [argocd]": seeded,
    "apps.<name>.config.sharedFolders [flux]": "Flux renders from the whole repository",
    "apps.<name>.updater.writeBack [flux]": "Flux writes where a marker is",
    "argocd.manifests.path": installed,
    "argocd.manifests.url": installed,
    "argocd.manifests.sha256": installed,
    "argocd.ha": sample,
    "argocd.sso.provider": "has one value",
    "argocd.imageUpdater.manifests.path": installed,
    "argocd.imageUpdater.manifests.url": installed,
    "argocd.imageUpdater.manifests.sha256": installed,
    "argocd.imageUpdater.webhookListener": "concerns versions of the updater without a listener",
    "flux.manifests.version": sample,
    "flux.manifests.path": installed,
    "flux.manifests.url": installed,
    "flux.manifests.sha256": installed,
    "flux.operator.version": sample,
    "flux.operator.path": installed,
    "flux.operator.url": installed,
    "flux.operator.sha256": installed,
    notSecrets: "is for the rules of the spec",
};

/** Options of which only the objects are named. */
const counted: Readonly<Record<string, string>> = {
    "gitlab.createGroup": "the rows say that the group stays on the server; it is done once, if ever",
    "gitlab.edition":
        "protections are written in another way, and the rows say that they let the same people in",
    "clusters.<name>.role": "the host moves: another estate, in effect, of which the lost parts are said",
    "apps.<name>.hotfix.from": "the new branch is named",
    "argocd.namespace": "Argo CD is made anew, and the lost parts are said",
    "argocd.previewWebhookUrl": "the new webhook is named",
    "flux.webhookUrl": "webhooks and their receivers are new",
    "argocd.imageUpdater.install": "what is installed goes, and the lost parts are said",
};

/** A clause that says only what objects change, or that none does. */
const bare =
    /^(?:Nothing changes|\d+ .* (?:changes?|(?:is|are) new)|(?!How )[A-Z][\w ]*(?: `.*)? (?:changes?|is new))$/;

/** Whether a headline has no other clause. */
function hasNoWords(headline: string): boolean {
    return headline
        .replace("The update refuses this change; otherwise: ", "")
        .split("; ")
        .filter((clause) => !/^(?:deletes |nothing .*deleted|\d+ settings? (?:is|are) deleted)/i.test(clause))
        .every((clause) => bare.test(clause) && !/^Addresses or secrets/.test(clause));
}

const headlines = new Map<string, Headlines>();

describe("a change of each option", () => {
    before(async () => {
        const script = path.join(__dirname, "optionHeadlines.ts");
        const { stdout } = await promisify(execFile)(process.execPath, ["--require", "tsx/cjs", script], {
            maxBuffer: 64 * 1024 * 1024,
        });
        for (const each of JSON.parse(stdout) as Headlines[]) {
            headlines.set(`${each.path} ${each.engine}`, each);
        }
    });

    test("is tried for all that the schema has", () => {
        const missing = optionPaths().filter((path) => optionChanges[optionOf(path)] === undefined);
        assert.deepEqual(missing, [], "add a change of it to optionChanges.ts");
        const known = new Set(optionPaths().map(optionOf));
        assert.deepEqual(
            [...Object.keys(optionChanges), ...Object.keys({ ...silent, ...counted })]
                .map((path) => path.replace(/ \[.*/, ""))
                .filter((path) => !known.has(path)),
            [],
            "the schema has no such option",
        );
    });

    for (const option of Object.keys(optionChanges)) {
        for (const engine of enginesOf(option)) {
            test(`says what it means: ${option} with ${engine}`, () => {
                assertWords(option, engine);
            });
        }
    }
});

function assertWords(path: string, engine: EngineName): void {
    const found = headlines.get(`${path} ${engine}`);
    assert.ok(found?.error === undefined, found?.error);
    const { en: headline, zh: chinese } = found ?? {};
    assert.ok(headline !== undefined && chinese !== undefined, "there is a headline");
    const of = (list: Readonly<Record<string, string>>): boolean =>
        list[path] !== undefined || list[`${path} [${engine}]`] !== undefined;
    for (const text of [headline, chinese]) {
        assert.ok(!text.includes(secretMarker), text);
        assert.doesNotMatch(text, /undefined|\[object|NaN|\$\d/);
    }
    assert.doesNotMatch(chinese, /[\u4e00-\u9fff][`\w]|`[\u4e00-\u9fff]|[\u4e00-\u9fff] [\u4e00-\u9fff]/);
    if (of(silent)) {
        assert.match(headline, /^Nothing changes/);
        return;
    }
    assert.equal(hasNoWords(headline), of(counted), headline);
}
