import type { Finding } from "../rules/rule";

/** Every branch of `others` that is a folder of this one, as git would have to store them. */
export function nestedIn(
    path: string,
    value: string,
    others: readonly { readonly name: string; readonly owner: string }[],
): Finding[] {
    return others
        .filter(({ name }) => value.startsWith(`${name}/`))
        .map(({ name, owner }) => ({
            path,
            value,
            rule: `must not be in another branch of the repository: git has no branch ${name} beside ${value}`,
            fix: `${owner} has ${name}; choose a branch beside it, e.g. ${value.replaceAll("/", "-")}`,
        }));
}
