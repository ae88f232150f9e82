/** What a review says of the image updater's options where the updater reads annotations, and not objects of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { noteOf } from "../../../commands/review/note";
import type { SpecInput } from "../../../estate";
import { mergeInto } from "./cases";
import { changeBetween, modelOf } from "./changes";
import { optionCase, optionPaths } from "./optionChanges";
import { source } from "./steps";

/** Options that concern both lines, each with what it says in a place of its own. */
const options = optionPaths().filter(
    (path) => /^apps\.<name>\.updater\./.test(path) && !/\.(?:environments|extract|mergeRequest)$/.test(path),
);

/** The clauses of a headline, without whose they are: objects are one for each app, annotations one for each environment. */
async function said(path: string, imageUpdaterVersion: string, language: "en" | "zh"): Promise<string[]> {
    const manifests = { sha256: "3".repeat(64) };
    const change = optionCase(path, "argocd");
    const [before, after] = [change.before, change.after].map((spec) =>
        modelOf(
            mergeInto(spec, {
                argocd: { imageUpdaterVersion, imageUpdater: { manifests } },
            }) as SpecInput,
        ),
    );
    assert.ok(before && after);
    const note = noteOf({ ...source([]), ...(await changeBetween(before, after)), language });
    return note.headline
        .replace(/`web`(?: in `dev`|在 `dev`| 在 `dev`)?(?:: |：)/g, "")
        .split(/; |；|, |，/)
        .sort();
}

test("there are options of the updater", () => assert.ok(options.length > 10, options.join("\n")));

for (const path of options) {
    test(`an updater below 1.0 has the same words for ${path}`, async () => {
        const clauses = await said(path, "0.18.0", "en");
        assert.doesNotMatch(clauses.join(), /Argo CD Application .* changes/);
        assert.deepEqual(clauses, await said(path, "1.2.0", "en"));
        assert.deepEqual(await said(path, "0.18.0", "zh"), await said(path, "1.2.0", "zh"));
    });
}
