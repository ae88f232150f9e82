/** How long tests may take. Pure. */
import { CommandError } from "./console";

/**
 * Which files there is time for. A machine may be slower than the one that was measured: how much is known from the files
 * that have ended.
 */
export class Budget {
    private expected = 0;
    private taken = 0;

    /** @param end when everything must have ended, in milliseconds; undefined: there is no limit. */
    constructor(private readonly end: number | undefined) {}

    ended(seconds: { readonly expected: number; readonly taken: number }): void {
        this.expected += seconds.expected;
        this.taken += seconds.taken;
    }

    /** Whether a file would end in time. */
    has(seconds: number, now: number): boolean {
        const pace = this.expected === 0 ? 1 : Math.max(1, this.taken / this.expected);
        return this.end === undefined || now + seconds * pace * 1000 <= this.end;
    }
}

/**
 * When tests must have ended, in milliseconds. @param text of `ESTATE_TEST_MINUTES`: how long after they began.
 * @throws CommandError for anything but whole minutes.
 */
export function endOf(started: number, text = ""): number | undefined {
    if (text === "") {
        return undefined;
    }
    if (!/^[1-9]\d*$/.test(text)) {
        throw new CommandError(`ESTATE_TEST_MINUTES is "${text}": give whole minutes, or leave it out.`);
    }
    return started + Number(text) * 60_000;
}
