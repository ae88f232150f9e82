/** Cron texts of six fields (second, minute, hour, day, month, weekday) in the dialect of Harbor's parser, robfig/cron. */
import { Cron } from "croner";

import { badRequest } from "./errors";

const simple = /^[\d*?,/-]+$/;
/** Names of months and weekdays have three letters: nothing is left for L, W and the like, which croner knows too. */
const named = /^(?:[\d*?,/-]|[A-Za-z]{3}(?![A-Za-z]))+$/;
/** Sunday is 0 only. */
const weekday7 = /(?<![/\d])7/;

/** @throws HarborError 400 when the text is none. */
function parse(cron: string): Cron {
    const fields = cron.trim().split(/\s+/);
    if (fields.length !== 6) {
        throw badRequest(`invalid cron: "${cron}" (six fields are needed)`);
    }
    if (
        !fields.every((field, index) => (index < 4 ? simple : named).test(field)) ||
        weekday7.test(fields[5] ?? "")
    ) {
        throw badRequest(`invalid cron: "${cron}"`);
    }
    try {
        // `5/15` is every 15 from 5 on. Harbor counts in UTC.
        return new Cron(fields.join(" "), {
            mode: "6-part",
            sloppyRanges: true,
            timezone: "UTC",
            paused: true,
        });
    } catch {
        throw badRequest(`invalid cron: "${cron}"`);
    }
}

/** Refuses a cron text that is none, or that does not start at a full minute. @throws HarborError 400. */
export function checkCron(cron: string): void {
    parse(cron);
    if (cron.trim().split(/\s+/)[0] !== "0") {
        throw badRequest(`the 1st field (indicating Seconds of time) of the cron setting must be 0`);
    }
}

/**
 * Refuses what Harbor refuses for replications: beside that, the minutes must not be `*`.
 * @throws HarborError 400.
 */
export function checkReplicationCron(cron: string): void {
    checkCron(cron);
    if (cron.trim().split(/\s+/)[1] === "*") {
        throw badRequest(`* is not allowed for the Minutes field of the cron setting of replication policy`);
    }
}

/** Whether the cron text means any second after `from` up to and with `to`. */
export function dueBetween(cron: string, from: Date, to: Date): boolean {
    const next = nextDue(cron, from);
    return next !== undefined && next <= to;
}

/** The next time the cron text means; undefined for one that never comes, as February 31. */
export function nextDue(cron: string, after: Date): Date | undefined {
    return parse(cron).nextRun(after) ?? undefined;
}
