/** What a run that did not end well says at last: what happened, and only what follows from it. Pure. */
import type { RunReport } from "./runReport";
import { nameOf } from "./urn";

/** Most names in one line. */
const shown = 5;

/**
 * Lines for after the engine's own output; none of them repeats its messages.
 *
 * @param interrupted whether somebody stopped it: what it was in the middle of has no fault that could be mended.
 */
export function hintsFor(operation: string, report: RunReport, interrupted = false): string[] {
    return [
        whatChanged(operation, report),
        ...(interrupted ? givenUp(operation, report) : failures(report)),
        ...protectedHint(report),
        ...policyHint(report),
        ...planHint(report),
        ...unreachableHint(operation, report),
        ...goneHint(operation, report),
    ];
}

const words: Readonly<Record<string, string>> = {
    create: "created",
    update: "changed",
    delete: "deleted",
    replace: "replaced",
};

function whatChanged(operation: string, { began, changed }: RunReport): string {
    const parts = Object.entries(changed).map(([op, count]) => `${count} ${words[op] ?? op}`);
    if (parts.length > 0) {
        return `On the servers before it ended: ${parts.join(", ")}. That stays; the next ${operation} goes on from there.`;
    }
    return began
        ? "Nothing was changed on the servers."
        : "It ended before it looked at any resource: nothing was changed.";
}

function failures({ failed }: RunReport): string[] {
    return failed.length === 0 ? [] : [`Failed: ${listed(failed)}. Why is above, under Diagnostics.`];
}

/** What a run that was stopped was doing at that moment. */
function givenUp(operation: string, { failed }: RunReport): string[] {
    return failed.length === 0 || operation === "preview"
        ? []
        : [`In the middle of: ${listed(failed)}. The next ${operation} asks the servers what became of it.`];
}

/** Names of resources, the first few. */
function listed(urns: readonly string[]): string {
    const names = urns.map(nameOf);
    const more = names.length - shown;
    return names.slice(0, shown).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

const refused = /cannot be deleted\s+because it is protected|currently marked for protection/;

function protectedHint({ errors }: RunReport): string[] {
    const urns = errors
        .filter(({ message }) => refused.test(message))
        .map(({ urn, message }) => /"?(urn:pulumi:[^"\s]+)"?/.exec(message)?.[1] ?? urn ?? "");
    return urns.length === 0
        ? []
        : [
              `Protected by deletionProtection: ${listed([...new Set(urns)])}. To let it go takes two steps: ` +
                  "docs/troubleshooting.md, Taking an app away.",
          ];
}

function policyHint({ violations }: RunReport): string[] {
    return violations === 0
        ? []
        : ["The policy pack refuses it: each policy and its fix are in docs/policies.md."];
}

function planHint({ errors }: RunReport): string[] {
    return errors.some(({ message }) =>
        /violates plan|expected resource operations for|resource violates plan/.test(message),
    )
        ? [
              "What is there no longer fits the reviewed plan, so the engine went no further. Preview again, and have the new plan reviewed: docs/review.md.",
          ]
        : [];
}

function unreachableHint(operation: string, { errors }: RunReport): string[] {
    if (!errors.some(({ message }) => /cluster\b.*\bunreachable/is.test(message))) {
        return [];
    }
    const forget =
        operation === "destroy"
            ? ": npm run destroy -- --forget-unreachable"
            : ": take it out, npm run up -- --forget-unreachable, see docs/troubleshooting.md";
    return [`Run it again when the cluster answers. For a cluster that will not come back${forget}.`];
}

/**
 * Most kinds of the published plugins cannot delete what somebody else has deleted or revoked; a refresh finds that it is gone.
 */
function goneHint(operation: string, { errors }: RunReport): string[] {
    const gone = errors.some(({ message }) =>
        [
            /\bdelet\w+\b.*\b404\b/is,
            /\bdelet\w+\b.*already revoked/is,
            /\/environments\/\d+\/stop\b.*\b404\b/is,
        ].some((known) => known.test(message)),
    );
    return gone
        ? [
              `What was to be deleted is gone from its server already, or was revoked there. To take it out of the state first: npm run ${operation} -- --refresh`,
          ]
        : [];
}
