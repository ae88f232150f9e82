/** What is said of something that leaves a stack and stays on its server. Pure. */

/**
 * @param what leaves, and why.
 * @param where it stays, and with what.
 * @param deleted what an update deletes of it, in words.
 * @param writes whether it is done now.
 */
export function retainedLine(what: string, where: string, deleted: string, writes: boolean): string {
    const then = writes
        ? "; the stack knows it no longer."
        : `: up takes it out of the stack first, and deletes ${deleted}.`;
    return `${what}. Each stays ${where} until a person deletes it${then}`;
}
