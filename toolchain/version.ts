/**
 * Compares two dotted versions number by number; what follows the numbers is ignored. Negative: left is older. Ours, not
 * semver's: Go's versions, as 1.26 and 1.26rc1, are none to it.
 */
export function compareVersions(left: string, right: string): number {
    const numbers = (text: string): number[] =>
        (/\d+(?:\.\d+)*/.exec(text)?.[0] ?? "0").split(".").map((part) => Number(part));
    const [a, b] = [numbers(left), numbers(right)];
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
        const difference = (a[i] ?? 0) - (b[i] ?? 0);
        if (difference !== 0) {
            return difference;
        }
    }
    return 0;
}
