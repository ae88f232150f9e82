import type { Selector } from "./model";

const cache = new Map<string, RegExp>();

/**
 * Whether a name matches a pattern as Harbor's rules write them: `**` any text, `*` any text without a slash,
 * `?` one character, `[ab]` one of, `{a,b}` alternatives, `\` takes the next character as it is.
 * An empty pattern matches everything.
 */
export function matches(pattern: string, name: string): boolean {
    if (pattern === "" || pattern === "**") {
        return true;
    }
    let compiled = cache.get(pattern);
    if (!compiled) {
        compiled = compile(pattern);
        cache.set(pattern, compiled);
    }
    return compiled.test(name);
}

function compile(pattern: string): RegExp {
    let source = "";
    let depth = 0;
    for (let i = 0; i < pattern.length; i++) {
        const c = pattern.charAt(i);
        if (c === "\\" && i + 1 < pattern.length) {
            source += escape(pattern.charAt(++i));
        } else if (c === "*" && pattern.charAt(i + 1) === "*") {
            i++;
            // `a/**/b` also matches `a/b`
            if (pattern.charAt(i + 1) === "/") {
                i++;
                source += "(?:.*/)?";
            } else {
                source += ".*";
            }
        } else if (c === "*") {
            source += "[^/]*";
        } else if (c === "?") {
            source += "[^/]";
        } else if (c === "[" && pattern.indexOf("]", i + 2) > 0) {
            const end = pattern.indexOf("]", i + 2);
            source += `[${pattern
                .slice(i + 1, end)
                .replace(/^!/, "^")
                .replace(/\\/g, "\\\\")}]`;
            i = end;
        } else if (c === "{") {
            depth++;
            source += "(?:";
        } else if (c === "}" && depth > 0) {
            depth--;
            source += ")";
        } else if (c === "," && depth > 0) {
            source += "|";
        } else {
            source += escape(c);
        }
    }
    return new RegExp(`^${source}${")".repeat(depth)}$`, "s");
}

function escape(c: string): string {
    return /[\\^$.*+?()[\]{}|/]/.test(c) ? `\\${c}` : c;
}

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
