/** Files that repositories start with. Written once, never overwritten: from then on they are the team's. */

/** A file that is put into a repository once. */
export interface SeedFile {
    /** Path from the repository's root. */
    readonly path: string;
    /** Text, ending in a newline. */
    readonly text: string;
}
