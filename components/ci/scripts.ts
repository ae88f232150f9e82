/** The scripts that pipelines run: files beside this one, the same for every app; what differs are variables. */
import * as path from "node:path";
import { fileText } from "../support/template";

/** A script of the pipelines. `test.sh` and `quality.sh` are a beginning that teams replace. */
export type Script =
    | "test.sh"
    | "quality.sh"
    | "reuse.mjs"
    | "hand-over.sh"
    | "hand-over.mjs"
    | "release.sh"
    | "release.mjs"
    | "rollout.mjs"
    | "image.sh"
    | "deliver.sh"
    | "merge-back.sh"
    | "compose.sh"
    | "card.sh"
    | "card.mjs"
    | "preview.sh"
    | "preview.mjs"
    | "approvals.mjs"
    | "promote.sh"
    | "promote.mjs"
    | "copy.mjs";

/** Where a repository has the script. */
export function scriptPath(script: Script): string {
    return `ci/${script}`;
}

/** Lines by which a job trusts what is private, for a job that is no script. The folder `$work` is there before them. */
export function authorityLines(): string[] {
    return fileText(path.join(__dirname, "scripts", "authorities.sh"))
        .trimEnd()
        .split("\n");
}

/** The line by which a script has what several of them begin with. */
const shared = `. "$(dirname "$0")/authorities.sh"\n`;

/**
 * Text of a script, for /bin/sh or, where its name ends in mjs, for Node. What it shares with others is in it: a repository has
 * no file for that, and a team that changes its copy changes no other.
 */
export function scriptText(script: Script): string {
    const text = fileText(path.join(__dirname, "scripts", script));
    return text.replace(shared, () => `${authorityLines().join("\n")}\n`);
}
