/** What the bench prints. Pure. */
import { table } from "../support/console";
import type { Measurement } from "./measure";

/** How often the bare engine's time or memory the estate may take. */
export const ratioAim = 1.25;

/** A measure of the estate beside the same of what it is compared with, the bare program for most. */
export interface Comparison {
    readonly what: string;
    readonly unit: "s" | "MB";
    readonly estate: number;
    readonly bare: number;
    /** Most that the ratio may be; {@link ratioAim} where nothing is said. */
    readonly aim?: number;
    /** There to explain the others: without an aim of its own. */
    readonly aimless?: true;
}

/** A measure that has a limit of its own, or none. */
export interface Figure {
    readonly what: string;
    readonly unit: "s" | "MB" | "";
    readonly value: number;
    readonly aim?: number;
}

/** The middle value; of an even number the lower of the two in the middle. 0 of none. */
export function median(values: readonly number[]): number {
    return [...values].sort((left, right) => left - right)[Math.floor((values.length - 1) / 2)] ?? 0;
}

/**
 * Runs beside others: their time, processor time and memory, by the middle of each.
 *
 * @param aim of the time; memory then has none. {@link ratioAim} for both where nothing is said.
 */
export function comparedRuns(
    prefix: string,
    what: string,
    runs: readonly Measurement[],
    others: readonly Measurement[],
    aim?: number,
): Comparison[] {
    const of = (pick: (one: Measurement) => number): Pick<Comparison, "estate" | "bare"> => ({
        estate: median(runs.map(pick)),
        bare: median(others.map(pick)),
    });
    return [
        {
            what: `${prefix}${what}`,
            unit: "s",
            ...(aim === undefined ? {} : { aim }),
            ...of(({ seconds }) => seconds),
        },
        {
            what: `${prefix}processor time of it`,
            unit: "s",
            aimless: true,
            ...of(({ processor }) => processor),
        },
        {
            what: `${prefix}memory of it`,
            unit: "MB",
            ...(aim === undefined ? {} : { aimless: true }),
            ...of(({ bytes }) => bytes / 1024 ** 2),
        },
    ];
}

/** The comparisons as a table with ratio, aim and whether it is met. */
export function comparisonTable(
    rows: readonly Comparison[],
    [estateTitle, bareTitle]: readonly [string, string] = ["ESTATE", "BARE"],
): string {
    return table(
        ["MEASURE", estateTitle, bareTitle, "RATIO", "AIM", ""],
        rows.map(({ what, unit, estate, bare, aim = ratioAim, aimless }) => {
            const ratio = bare === 0 ? Number.NaN : estate / bare;
            return [
                what,
                amount(estate, unit),
                amount(bare, unit),
                Number.isNaN(ratio) ? "?" : ratio.toFixed(2),
                aimless ? "" : `<= ${aim}`,
                Number.isNaN(ratio) ? "not measured" : aimless ? "" : verdict(ratio <= aim),
            ];
        }),
    );
}

/** The other figures as a table. */
export function figureTable(rows: readonly Figure[]): string {
    return table(
        ["MEASURE", "VALUE", "AIM", ""],
        rows.map(({ what, unit, value, aim }) => [
            what,
            amount(value, unit),
            aim === undefined ? "" : `<= ${amount(aim, unit)}`,
            aim === undefined ? "" : verdict(value <= aim),
        ]),
    );
}

function verdict(met: boolean): string {
    return met ? "ok" : "MISSED";
}

function amount(value: number, unit: "s" | "MB" | ""): string {
    return unit === "s" ? `${value.toFixed(1)} s` : `${Math.round(value)}${unit === "" ? "" : ` ${unit}`}`;
}
