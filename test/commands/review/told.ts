/** What a note must say of a change from one spec to another, in both languages. */
import assert from "node:assert/strict";
import type { Language } from "../../../estate/model";
import { noteOf, type Note } from "../../../commands/review/note";
import { html, markdown, terminal } from "../../../commands/review/render";
import type { ReviewCase } from "./cases";
import { changeBetween, modelOf, secretMarker } from "./changes";
import { source } from "./steps";

export const inMarkdown = (note: Note, limit?: number): string =>
    markdown(note, { marker: "m", ...(limit === undefined ? {} : { limit }) });

/** What somebody who knows neither the code nor Pulumi must be able to say from a note. */
export interface Told {
    /** The headline, whole. */
    readonly en: string;
    readonly zh: string;
    /** What the rest says, as a merge request has it. */
    readonly says: readonly RegExp[];
    readonly not?: readonly RegExp[];
    /** What the rest says in Chinese. */
    readonly saysInChinese?: readonly RegExp[];
}

/** What no Chinese note has: a sentence in English, a comma or colon of the other script. Properties and values are as on the servers. */
const foreignInChinese =
    /\b(?:is|are|was|has|gets?|may|with|from|to|the|read|pull|push|create)\b [a-z]|[\u4e00-\u9fff][,:;] |[,:;] [\u4e00-\u9fff]|应用 \w+, /;

/** The note of a change in English and Chinese, as a merge request has it. */
export async function assertTold({ before, after }: ReviewCase, told: Told): Promise<void> {
    const [from, to] = [modelOf(before), modelOf(after)];
    const all = { ...source([]), ...(await changeBetween(from, to)) };
    for (const language of ["en", "zh"] as const satisfies readonly Language[]) {
        const note = noteOf({ ...all, language });
        assert.equal(note.headline, told[language]);
        for (const text of [inMarkdown(note), html(note), terminal(note, true)]) {
            assert.ok(!text.includes(secretMarker), `a secret in ${text.slice(0, 200)}`);
        }
        assert.doesNotMatch(terminal(note, true), /undefined|\[object|NaN|null/);
        assert.ok(inMarkdown(note).length <= 60_000);
    }
    const chinese = noteOf({ ...all, language: "zh" });
    // Values of properties are as they are on the servers.
    const words = terminal(chinese, false)
        .split("\n")
        .filter((line) => !line.includes("→"))
        .join("\n");
    assert.doesNotMatch(words, foreignInChinese);
    const english = inMarkdown(noteOf(all));
    told.says.forEach((each) => assert.match(english, each));
    // Differences show objects and files as they are.
    const sentences = english.split("<details>")[0] ?? "";
    told.not?.forEach((each) => assert.doesNotMatch(sentences, each));
    told.saysInChinese?.forEach((each) => assert.match(inMarkdown(chinese), each));
}
