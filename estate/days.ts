/** Days of the calendar, as `YYYY-MM-DD` in UTC. Pure but for {@link today}. */

/** The day of a moment in ISO 8601, or of any text that begins with a day, as YAML's readers write dates. */
export function dayOf(text: string): string {
    return text.slice(0, "YYYY-MM-DD".length);
}

export function today(): string {
    return dayOf(new Date().toISOString());
}

/** Whether the calendar has such a day. */
export function isDay(day: string): boolean {
    const time = Date.parse(day);
    return !Number.isNaN(time) && dayOf(new Date(time).toISOString()) === day;
}

/** Days from one day to another; negative where the other is earlier. */
export function daysBetween(from: string, to: string): number {
    return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
