/** What is wrong with a spec, and how it is reported. No Pulumi here: commands and policies use it too. */

/** `error`: nothing is created. `warning`: printed, and the run goes on. */
export type Severity = "error" | "warning";

/** One thing wrong with a spec, complete enough to be mended without looking anything up. */
export interface Problem {
    /** Where, as dotted keys from the spec's root, e.g. `apps.web.environments.prod.namespace`; empty for the root. */
    readonly path: string;
    /** What was found there; undefined where something is missing. Never a secret. */
    readonly value: unknown;
    /** Id of the rule, e.g. `team-exists`. */
    readonly id: string;
    /** What must hold. */
    readonly rule: string;
    /** What to do. */
    readonly fix: string;
    readonly severity: Severity;
}

/** Errors before warnings, then by path, then by rule. The input is not changed. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
    const rank = (problem: Problem): number => (problem.severity === "error" ? 0 : 1);
    return [...problems].sort(
        (a, b) =>
            rank(a) - rank(b) ||
            compare(a.path, b.path) ||
            compare(a.id, b.id) ||
            compare(show(a.value), show(b.value)),
    );
}

/** Plain code unit order: the same on every machine and in every locale. */
export function compare(a: string, b: string): number {
    return a < b ? -1 : a > b ? 1 : 0;
}

export function hasErrors(problems: readonly Problem[]): boolean {
    return problems.some((problem) => problem.severity === "error");
}

/**
 * The text a person reads: a summary line, then path, value, rule and fix of each problem, in the order
 * of {@link sortProblems}. Empty for no problems.
 */
export function formatProblems(problems: readonly Problem[], subject = "the estate"): string {
    if (problems.length === 0) {
        return "";
    }
    const errors = problems.filter((problem) => problem.severity === "error").length;
    const counts = [count(errors, "error"), count(problems.length - errors, "warning")].filter(
        (part) => part !== "",
    );
    const blocks = sortProblems(problems).map(formatProblem);
    return [`${counts.join(" and ")} in ${subject}:`, ...blocks].join("\n\n");
}

/** One problem, four lines. */
export function formatProblem(problem: Problem): string {
    return [
        `  ${problem.severity} at ${problem.path === "" ? "the root" : problem.path}`,
        `    value: ${show(problem.value)}`,
        `    rule:  ${problem.rule} [${problem.id}]`,
        `    fix:   ${problem.fix}`,
    ]
        .map(oneLine)
        .join("\n");
}

/** Longest value printed in full. */
const valueLimit = 120;

/** A value on one line: JSON, `(nothing)` for undefined, cut where it is long. */
export function show(value: unknown): string {
    const text = value === undefined ? "(nothing)" : (JSON.stringify(value) ?? typeof value);
    return text.length > valueLimit ? `${text.slice(0, valueLimit - 1)}…` : text;
}

/** What a terminal would act on, or nobody would see, as escapes: what was written in a spec may be part of a message. */
function oneLine(text: string): string {
    return text.replace(
        unseen,
        (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
    );
}

/** Characters that move the cursor, change the direction of reading, or have no width. */
export const unseen = /[\u0000-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2066-\u2069\ufeff]/g;

function count(number: number, noun: string): string {
    return number === 0 ? "" : `${number} ${noun}${number === 1 ? "" : "s"}`;
}
