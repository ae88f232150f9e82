import { minimatch } from "minimatch";

import type { Selector } from "./model";

/**
 * Whether a name matches a pattern as Harbor's rules write them, in the language of Go's doublestar: `**` between
 * slashes is any text, `*` any text without a slash, `?` one character, `[ab]` one of, `{a,b}` alternatives, `\` takes
 * the next character as it is. An empty pattern and `**` match everything.
 */
export function matches(pattern: string, name: string): boolean {
    return pattern === "" || pattern === "**" || minimatch(name, pattern, dialect);
}

/** What minimatch knows and doublestar does not: hidden files, `!` in front, `#` comments, `+(…)`, one slash for two. */
const dialect = {
    dot: true,
    nonegate: true,
    nocomment: true,
    noext: true,
    preserveMultipleSlashes: true,
} as const;

/** Whether a repository (its name without the project) is in a rule's scope. */
export function inScope(selectors: Selector[] | undefined, repository: string): boolean {
    return (selectors ?? []).every((selector) =>
        selector.decoration === "repoExcludes"
            ? !matches(selector.pattern, repository)
            : matches(selector.pattern, repository),
    );
}

/** Whether one tag is meant by a rule. */
export function tagSelected(selectors: Selector[], tag: string): boolean {
    return selectors.every((selector) =>
        selector.decoration === "excludes" ? !matches(selector.pattern, tag) : matches(selector.pattern, tag),
    );
}
