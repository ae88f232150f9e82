/** Deploy freezes: times, given by two cron texts, in which pipelines learn of `CI_DEPLOY_FREEZE`. */
import { Cron } from "croner";

import type { FreezePeriod } from "./model";

/** Whether a freeze is on: its end comes before it begins again. */
export function isFrozen(periods: readonly FreezePeriod[], at: Date): boolean {
    return periods.some((period) => {
        const [start, end] = [period.freezeStart, period.freezeEnd].map((cron) =>
            next(cron, period.cronTimezone, at),
        );
        return start !== undefined && end !== undefined && end < start;
    });
}

function next(cron: string, timezone: string, after: Date): Date | undefined {
    try {
        return new Cron(cron, { timezone, paused: true, mode: "5-part" }).nextRun(after) ?? undefined;
    } catch {
        return undefined;
    }
}
