import { badRequest } from "./errors";

const ranges: [number, number][] = [
    [0, 59],
    [0, 59],
    [0, 23],
    [1, 31],
    [1, 12],
    [0, 7],
];

/** The values each of the six fields (second, minute, hour, day, month, weekday) allows. */
type Fields = Set<number>[];

/**
 * Reads a cron text of six fields.
 * @throws HarborError 400 when it is none.
 */
export function parseCron(cron: string): Fields {
    const parts = cron.trim().split(/\s+/);
    if (parts.length !== 6) {
        throw badRequest(`invalid cron: "${cron}" (six fields are needed)`);
    }
    return parts.map((part, index) => {
        const [low, high] = ranges[index] ?? [0, 0];
        return field(part, low, high, cron);
    });
}

function field(text: string, low: number, high: number, cron: string): Set<number> {
    const values = new Set<number>();
    for (const item of text.split(",")) {
        const match = /^(\*|\?|\d+(?:-\d+)?)(?:\/(\d+))?$/.exec(item);
        if (!match?.[1]) {
            throw badRequest(`invalid cron: "${cron}"`);
        }
        const [from, to] = span(match[1], match[2] !== undefined, low, high);
        const step = Number(match[2] ?? 1);
        if (step < 1 || from < low || to > high || from > to) {
            throw badRequest(`invalid cron: "${cron}"`);
        }
        for (let value = from; value <= to; value += step) {
            values.add(high === 7 ? value % 7 : value);
        }
    }
    return values;
}

function span(text: string, stepped: boolean, low: number, high: number): [number, number] {
    if (text === "*" || text === "?") {
        return [low, high];
    }
    const [from = "", to] = text.split("-");
    return [Number(from), to === undefined ? (stepped ? high : Number(from)) : Number(to)];
}

/** Refuses a cron text that is none. @throws HarborError 400. */
export function checkCron(cron: string): void {
    parseCron(cron);
}

/**
 * Refuses what Harbor refuses for replications: the first field must be 0 and the minutes must not be `*`.
 * @throws HarborError 400.
 */
export function checkReplicationCron(cron: string): void {
    parseCron(cron);
    const [second, minute] = cron.trim().split(/\s+/);
    if (second !== "0") {
        throw badRequest(`the 1st field (indicating Seconds of time) of the cron setting must be 0`);
    }
    if (minute === "*") {
        throw badRequest(`* is not allowed for the Minutes field of the cron setting of replication policy`);
    }
}

/** Whether the cron text means this second (UTC, as Harbor counts). */
export function isDue(fields: Fields, at: Date): boolean {
    const now = [
        at.getUTCSeconds(),
        at.getUTCMinutes(),
        at.getUTCHours(),
        at.getUTCDate(),
        at.getUTCMonth() + 1,
        at.getUTCDay(),
    ];
    return fields.every((values, index) => values.has(now[index] ?? -1));
}

/** Whether the cron text means any second after `from` up to and with `to`. Longer gaps than a day are cut to one. */
export function dueBetween(cron: string, from: Date, to: Date): boolean {
    const fields = parseCron(cron);
    const last = Math.floor(to.getTime() / 1000);
    const first = Math.max(Math.floor(from.getTime() / 1000) + 1, last - 24 * 60 * 60);
    for (let second = first; second <= last; second++) {
        if (isDue(fields, new Date(second * 1000))) {
            return true;
        }
    }
    return false;
}

/** The next time the cron text means, within a year. */
export function nextDue(cron: string, after: Date): Date | undefined {
    const fields = parseCron(cron);
    const second = Math.min(...(fields[0] ?? [0]));
    const minute = Math.floor(after.getTime() / 60_000) + 1;
    for (let i = 0; i < 366 * 24 * 60; i++) {
        const at = new Date((minute + i) * 60_000 + second * 1000);
        if (isDue(fields, at)) {
            return at;
        }
    }
    return undefined;
}
