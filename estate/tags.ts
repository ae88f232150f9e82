/** Tags of images: what an app's pipeline pushes, and how a spec says which of them count. Pure. */
import { createHash } from "node:crypto";
import { validRange } from "semver";
import type { Lane } from "./flows/plan";

/** How many characters of a commit are in a tag; components/ci/scripts cut them off. */
const commitLength = 10;

/** How many tags are looked at: of so many commits, several have digits alone, and all sixteen begin some. */
const samples = 1000;

/** Tags as commits of a lane get them, to find out whether an expression can match any; the same at each call. */
export function sampleTags({ tag }: Lane): string[] {
    return Array.from({ length: samples }, (_, index) => {
        const commit = createHash("sha256").update(String(index)).digest("hex");
        return `${tag.prefix}${commit.slice(0, commitLength)}`;
    });
}

/** Whether an `allowTags` is `any`, or an expression that Go's programs take. */
export function validTags(expression: string): boolean {
    if (expression === "any") {
        return true;
    }
    if (!expression.startsWith("regexp:") || expression === "regexp:") {
        return false;
    }
    const pattern = expression.slice("regexp:".length);
    return isExpression(pattern);
}

/** Names of the groups of an expression in Go's syntax. */
export function groupNames(pattern: string): string[] {
    return [...pattern.matchAll(/\(\?P?<([A-Za-z_]\w*)>/g)].map(([, name = ""]) => name);
}

/** An expression in Go's syntax, with `(?P<name>…)` as JavaScript writes it. @throws SyntaxError when it is none. */
export function goExpression(pattern: string): RegExp {
    return new RegExp(pattern.replace(/\(\?P</g, "(?<"));
}

/** Whether a text is an expression to Go, which has neither lookaround nor references back; nearly all else is common. */
export function isExpression(text: string): boolean {
    try {
        goExpression(text);
        return !/\(\?(?:[=!]|<[=!])|\\[1-9]/.test(text);
    } catch {
        return false;
    }
}

/**
 * Whether a text is a range to Go's Masterminds/semver: npm's ranges, and `!=`; but each alternative says something, and
 * nothing is compared by `==`. The schema has refused commas.
 */
export function isRange(constraint: string): boolean {
    return (
        constraint.split("||").every((each) => each.trim() !== "") &&
        !constraint.includes("==") &&
        validRange(constraint.replace(/!=/g, "=")) !== null
    );
}

/** Whether no tag of an environment can be overwritten or deleted. A tag has no slash, so one star is all of them too. */
export function allImmutable({ immutableTags }: { readonly immutableTags: readonly string[] }): boolean {
    return immutableTags.some((pattern) => /^\*+$/.test(pattern));
}
