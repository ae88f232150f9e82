import type { Finding } from "./rules/rule";

interface Keyed {
    readonly key: string;
    readonly path: string;
    readonly value: unknown;
    /** Who has it, for messages. */
    readonly owner: string;
}

/** Everything whose key somebody before it has, with the first who has it. */
export function repeated(items: readonly Keyed[]): (Keyed & { readonly other: string })[] {
    const first = new Map<string, Keyed>();
    return items.flatMap((item) => {
        const before = first.get(item.key);
        if (before === undefined) {
            first.set(item.key, item);
            return [];
        }
        return [{ ...item, other: before.owner }];
    });
}

/** The same as findings; `fix` says what to do about it. */
export function clashes(items: Parameters<typeof repeated>[0], fix: string): Finding[] {
    return repeated(items).map(({ path, value, other }) => ({
        path,
        value,
        fix: `${other} has it too: ${fix}`,
    }));
}
