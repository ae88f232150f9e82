/** A file that is put into a repository once. */
export interface SeedFile {
    /** Path from the repository's root. */
    readonly path: string;
    /** Text, ending in a newline. */
    readonly text: string;
}

/** Lines as the text of a file. */
export function lines(...content: readonly string[]): string {
    return `${content.join("\n")}\n`;
}
