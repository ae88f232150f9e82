/**
 * Scripts as part of the job that runs them. A job then needs no network, no git, no token and no allowlist to come by
 * them, in whatever image it runs; and they are of the version that the file with the job is of. Pure.
 */
import { scriptText, type Script } from "../scripts";

/** Ends each script; no line of them is this. */
const end = "END_OF_THIS_SCRIPT";

/**
 * Lines of a step that comes before the one that runs scripts: it reads the settings of the project, and puts the scripts
 * into the folder ESTATE_CI. A variable that a job has already is not set again: what a project or a job says of its own counts.
 *
 * @param scripts all that the job runs, with those that they call.
 */
export function embedded(scripts: readonly Script[]): string[] {
    return [
        "# Settings and scripts of the estate.",
        "ESTATE_CI=$(mktemp -d)",
        `trap 'rm -rf "$ESTATE_CI"' EXIT`,
        `for settings in $(env | sed -n 's/^\\(ESTATE_SETTINGS[A-Z0-9_]*\\)=.*/\\1/p'); do eval ". \\"\\$$settings\\""; done`,
        ...scripts.flatMap((script) => [
            `cat >"$ESTATE_CI/${script}" <<'${end}'`,
            ...scriptText(script).trimEnd().split("\n"),
            end,
        ]),
    ];
}
