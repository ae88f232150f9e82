import { z } from "zod";

import { labels, name } from "./fields";
import { sortedSet } from "./plain";

/** Which clusters something runs on: by their names, or by labels that all of them have. */
export const clusterChoice = z.union([
    z.array(name),
    z.strictObject({
        labels: labels
            .refine((map) => Object.keys(map).length > 0, "must hold at least one label, e.g. {region: east}")
            .describe("Labels of the clusters, e.g. `{region: east}`; a cluster has to have all of them."),
    }),
]);

export type ClusterChoice = z.output<typeof clusterChoice>;

/** Clusters with their labels, as the spec has them. */
export type LabelledClusters = Readonly<
    Record<string, { readonly labels: Readonly<Record<string, string>> }>
>;

/** The clusters that a choice comes to, sorted. Names that lead nowhere stay: the rules report them. */
export function chosenClusters(choice: ClusterChoice, clusters: LabelledClusters): string[] {
    if (isNamed(choice)) {
        return sortedSet(choice);
    }
    const wanted = Object.entries(choice.labels);
    return sortedSet(
        Object.keys(clusters).filter((cluster) =>
            wanted.every(([key, value]) => clusters[cluster]?.labels[key] === value),
        ),
    );
}

/** Whether it says which, and not what they are like. */
export function isNamed(choice: ClusterChoice): choice is string[] {
    return Array.isArray(choice);
}
