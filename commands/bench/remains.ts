/** What is on the servers of an estate, by kind, and what is more of it than before. Pure. */

/** Names by what they are of, e.g. `image tags`. */
export type Inventory = Readonly<Record<string, readonly string[]>>;

/** What is in `after` and was not in `before`; kinds of which nothing is left out. */
export function remains(before: Inventory, after: Inventory): Inventory {
    return Object.fromEntries(
        Object.entries(after).flatMap(([kind, names]) => {
            const known = new Set(before[kind]);
            const more = names.filter((name) => !known.has(name)).sort();
            return more.length === 0 ? [] : [[kind, more]];
        }),
    );
}

/** How many there are. */
export function countOf(inventory: Inventory): number {
    return Object.values(inventory).reduce((sum, names) => sum + names.length, 0);
}

/** e.g. `0`, or `3: 2 image tags (mr-4-ab, mr-7-cd), 1 labels (!9)`; of each kind the first few names. */
export function remainsText(left: Inventory): string {
    const shown = 3;
    const kinds = Object.entries(left).map(([kind, names]) => {
        const more = names.length > shown ? ", …" : "";
        return `${names.length} ${kind} (${names.slice(0, shown).join(", ")}${more})`;
    });
    return kinds.length === 0 ? "0" : `${countOf(left)}: ${kinds.join(", ")}`;
}
