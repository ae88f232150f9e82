/** Patterns in which `*` is any text and everything else itself, as GitLab, Argo CD and the estate's own files have them. Pure. */

/** Whether a text is one of a name, or of a pattern with `*`. */
export function covers(pattern: string, text: string): boolean {
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`).test(text);
}
