/**
 * Scripts as part of the job that runs them. A job then needs no network, no git, no token and no allowlist to come by
 * them, in whatever image it runs; and they are of the version that the file with the job is of. Pure.
 */
import { scriptText, type Script } from "../scripts";

/** Ends each script; no line of them is this. */
const end = "END_OF_THIS_SCRIPT";

/**
 * Lines that a job with scripts begins with: they read the settings of the project, and make the folder ESTATE_CI for the
 * scripts. A variable that a job has already is not set again: what a project or a job says of its own counts.
 */
export const begin: readonly string[] = [
    "# Settings and scripts of the estate.",
    "ESTATE_CI=$(mktemp -d)",
    `trap 'rm -rf "$ESTATE_CI"' EXIT`,
    `for settings in $(env | sed -n 's/^\\(ESTATE_SETTINGS[A-Z0-9_]*\\)=.*/\\1/p'); do eval ". \\"\\$$settings\\""; done`,
];

/** Lines that put scripts into that folder. They run there beside each other, so a job has those that its scripts call, too. */
export function embedded(scripts: readonly Script[]): string[] {
    return scripts.flatMap((script) => [
        `cat >"$ESTATE_CI/${script}" <<'${end}'`,
        ...scriptText(script).trimEnd().split("\n"),
        end,
    ]);
}
