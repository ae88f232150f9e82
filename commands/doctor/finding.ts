/** What the doctor says: problems as the spec's own check has them, and notes of what could not be looked at. Pure. */
import { compare, show, type Problem } from "../../estate/problem";
import { table } from "../support/console";

/** One thing found. `note`: not a problem; something that could not be looked at, and why. */
export interface Finding extends Omit<Problem, "severity"> {
    readonly severity: Problem["severity"] | "note";
}

/** A rule and a fix in Chinese; both continue as the English ones do. */
export interface SaidInChinese {
    readonly rule: string;
    readonly fix: string;
}

/** What an update refuses. Notes of reviews say it, in their language. */
export interface Refusal extends Finding {
    readonly zh: SaidInChinese;
}

/** What a check says of one finding; the rest is the check's own. */
export interface Found {
    readonly path: string;
    /** What was found; never a secret. */
    readonly value: unknown;
    readonly fix: string;
    /** Default: the check's. */
    readonly rule?: string;
    /** Default: `error`. */
    readonly severity?: Finding["severity"];
}

/** A decision over what was found on one server. `Facts` are plain data, so that a check can be tried without a server. */
export interface Check<Facts, Context> {
    /** The check's name, in messages and docs. */
    readonly id: string;
    /** What must hold; continues the value, as in `"dan" must be a user of GitLab`. */
    readonly rule: string;
    /** True: also part of the look before the first write of an `up`. */
    readonly fast: boolean;
    readonly check: (facts: Facts, context: Context) => readonly Found[];
}

/** A table of checks, typed by the facts they are about. */
export function checkTable<Facts, Context>(
    ...checks: readonly Check<Facts, Context>[]
): readonly Check<Facts, Context>[] {
    return checks;
}

/** Runs a table of checks. Pure as they are. */
export function decide<Facts, Context>(
    checks: readonly Check<Facts, Context>[],
    facts: Facts,
    context: Context,
): Finding[] {
    return checks.flatMap(({ id, rule, check }) =>
        check(facts, context).map((found) => ({
            path: found.path,
            value: found.value,
            id,
            rule: found.rule ?? rule,
            fix: found.fix,
            severity: found.severity ?? "error",
        })),
    );
}

const ranks: Readonly<Record<Finding["severity"], number>> = { error: 0, warning: 1, note: 2 };

/** Errors, warnings, notes; each by path, then by check and value. What is said twice is said once. */
export function sortFindings<T extends Finding>(findings: readonly T[]): T[] {
    const keys = (each: T): string[] => [each.path, each.id, show(each.value)];
    const sorted = [...findings].sort(
        (a, b) =>
            ranks[a.severity] - ranks[b.severity] ||
            keys(a).reduce((order, key, index) => order || compare(key, keys(b)[index] ?? ""), 0),
    );
    const seen = new Set<string>();
    return sorted.filter((each) => {
        const key = JSON.stringify([...keys(each), each.rule]);
        return !seen.has(key) && seen.add(key);
    });
}

export function hasErrors(findings: readonly Finding[]): boolean {
    return findings.some(({ severity }) => severity === "error");
}

/** The table a person reads: where in the spec, what was found there, what to do. Empty for no findings. */
export function formatFindings(findings: readonly Finding[]): string {
    if (findings.length === 0) {
        return "";
    }
    return table(
        ["", "WHERE", "FOUND", "FIX"],
        sortFindings(findings).map((each) => [
            each.severity,
            each.path,
            `${each.value === undefined ? "" : `${show(each.value)} `}${each.rule} [${each.id}]`,
            each.fix,
        ]),
    );
}

/** How many of what, as a sentence; `Nothing to mend.` where there are neither errors nor warnings. */
export function summary(findings: readonly Finding[]): string {
    const count = (severity: Finding["severity"]): number =>
        sortFindings(findings).filter((each) => each.severity === severity).length;
    const parts = (["error", "warning"] as const).flatMap((severity) => {
        const number = count(severity);
        return number === 0 ? [] : [`${number} ${severity}${number === 1 ? "" : "s"}`];
    });
    return parts.length === 0 ? "Nothing to mend." : `${parts.join(" and ")}.`;
}
