import { nearest } from "./nearest";
import type { Finding } from "./rules/rule";

/**
 * Names in a map by workload that its manifests run nothing of: what is said of them would be dropped without a word.
 *
 * @param path of the map in the spec.
 * @param known what the manifests run.
 */
export function unknownWorkloads(
    path: string,
    written: Readonly<Record<string, unknown>>,
    known: readonly string[],
): Finding[] {
    return Object.keys(written)
        .filter((name) => !known.includes(name))
        .map((name) => {
            const near = nearest(name, known);
            return {
                path: `${path}.${name}`,
                value: name,
                fix: `${near === undefined ? "" : `did you mean ${near}? Otherwise `}use one of ${known.join(", ")}`,
            };
        });
}
