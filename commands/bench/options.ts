/** Options of the benches: counts with a default each. Pure. */
import { CommandError } from "../support/console";

/**
 * Reads `--<name> <count>` for the names in `defaults`.
 *
 * @throws CommandError on an option that is not one of them, or a count that is none.
 */
export function countsOf<T extends Readonly<Record<string, number>>>(
    argv: readonly string[],
    defaults: T,
): Record<keyof T, number> {
    const counts: Record<string, number> = { ...defaults };
    for (let index = 0; index < argv.length; index += 2) {
        const option = argv[index] ?? "";
        const name = option.slice(2);
        const value = Number(argv[index + 1]);
        if (!option.startsWith("--") || !(name in defaults) || !Number.isInteger(value) || value < 1) {
            const allowed = Object.keys(defaults).map((each) => `--${each} <count>`);
            throw new CommandError(
                `"${argv.slice(index, index + 2).join(" ")}" is not ${allowed.join(" or ")}.`,
            );
        }
        counts[name] = value;
    }
    return counts as Record<keyof T, number>;
}
