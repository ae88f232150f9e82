/**
 * What the estate's project for pipelines holds: files that app and config repositories include by a version. The same for
 * every estate, so that a version says what is in it. Pure but for reading files.
 */
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import * as path from "node:path";
import type { SeedFile } from "../../support/seed";
import { fileText, render, type Values } from "../../support/template";
import { gateFiles } from "../approvals";
import { begin, embedded } from "./embedded";

/**
 * What a placeholder in a file stands for. A script stands in one file: one that jobs of several files run has a file of its
 * own in the folder `scripts`, which those include, with a job of its name that they refer to.
 */
const values: Values = {
    begin,
    copy: embedded(["copy.mjs"]),
    deliver: embedded(["deliver.sh"]),
    image: embedded(["image.sh"]),
    promote: embedded(["promote.sh", "promote.mjs"]),
    preview: embedded(["preview.sh", "preview.mjs"]),
    reuse: embedded(["reuse.mjs"]),
    mergeBack: embedded(["merge-back.sh", "rollout.mjs"]),
    compose: embedded(["compose.sh"]),
    card: embedded(["card.sh", "card.mjs"]),
    handOver: embedded(["hand-over.sh", "hand-over.mjs"]),
};

/**
 * The files of the project, sorted by path: all of this folder that are no code of the program. `gate`: with those that hold
 * merge requests until enough people have approved.
 */
export function includedFiles(gate = false): readonly SeedFile[] {
    const own = readdirSync(__dirname, { recursive: true, encoding: "utf8" })
        .filter((name) => /\.(yml|md)$/.test(name))
        .map((name) => ({ path: name.split(path.sep).join("/"), text: withScripts(name) }));
    return [...(gate ? gateFiles() : []), ...own].sort((one, other) => (one.path < other.path ? -1 : 1));
}

function withScripts(name: string): string {
    const text = fileText(path.join(__dirname, name));
    return render(
        text,
        Object.fromEntries(
            Object.entries(values).filter(([placeholder]) => text.includes(`__${placeholder}__`)),
        ),
    );
}

/** Rises when files that include an earlier version cannot include a later one: inputs or jobs have other names. */
const generation = 1;

/**
 * The version of these files, which is the tag that is made for them: their generation, and the beginning of a hash of all
 * files, so that a file that is changed is another version whoever changed it.
 */
export function includedVersion(files: readonly SeedFile[] = includedFiles()): string {
    const hash = createHash("sha256").update(JSON.stringify(files)).digest("hex");
    return `v${generation}-${hash.slice(0, 8)}`;
}
