/** Waiting for what happens elsewhere: no fixed waits in tests. */

/**
 * Asks every 20 ms until the answer is something else than undefined or false.
 *
 * @param what is awaited, for the message.
 * @param seconds that a busy machine may take; whoever gets the answer waits no longer.
 * @throws Error when there is none in that time.
 */
export async function eventually<T>(
    what: string,
    probe: () => Promise<T | undefined | false> | T | undefined | false,
    seconds = 30,
): Promise<T> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        const answer = await probe();
        if (answer !== undefined && answer !== false) {
            return answer;
        }
        if (Date.now() > end) {
            throw new Error(`did not happen within ${seconds} s: ${what}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}
