/** What every check of the doctor may look at beside the facts of its server. */
import type { Estate } from "../../estate/model";
import { tooLong } from "../support/pages";
import type { Found } from "./finding";
import type { Unread } from "./json";
import type { Made } from "./made";

export interface Look {
    readonly estate: Estate;
    readonly made: Made;
    readonly now: Date;
}

/** Milliseconds of a day. */
export const day = 86_400_000;

/** Whole days from `now` to a time; negative when it is past. */
export function daysUntil(time: Date, now: Date): number {
    return Math.floor((time.getTime() - now.getTime()) / day);
}

/** Lists that could not be read to their end: what is not in them may be there all the same. */
export function unreadLists(path: string, unread: readonly Unread[]): Found[] {
    return unread.map(({ list, status }) => ({
        path,
        value: list,
        severity: "note" as const,
        rule:
            status === tooLong
                ? "is too long to be read whole: names that are taken may be missing here"
                : `was not read to its end, it answered ${status}: names that are taken, and what is wrong there, may be missing here`,
        fix: status === tooLong ? "nothing; up says what is taken" : "run it again",
    }));
}

/** What to do where GitLab or a Harbor does not answer from here, by why it does not. */
export function fixOfSilence(unreachable: string): string {
    return unreachable.startsWith("it answers")
        ? "see whether it is overloaded or in maintenance, and the proxy before it; then run it again"
        : unreachable.includes("certificate")
          ? "name the authority that signed it in network.certificateAuthorities, or mend the certificate"
          : "check address, network and proxy (https_proxy, no_proxy); then run it again";
}
