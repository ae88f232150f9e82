/** Commands that people copy into a shell. Pure. */

/** A text as one word of a POSIX shell, whatever is in it: names on servers are whoever's who made them. */
export function word(text: string): string {
    return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
