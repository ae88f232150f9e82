/** What every check of the doctor may look at beside the facts of its server. */
import type { Estate } from "../../estate/model";
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

/** What to do where GitLab or a Harbor does not answer from here, by why it does not. */
export function fixOfSilence(unreachable: string): string {
    return unreachable.includes("certificate")
        ? "name the authority that signed it in network.certificateAuthorities, or mend the certificate"
        : "check address, network and proxy (https_proxy, no_proxy); then run it again";
}
