import type { Cluster, Estate } from "./model";

/** The cluster the delivery engine runs on. @throws Error when the model has none, which the spec's checks prevent. */
export function hostCluster(estate: Pick<Estate, "clusters">): Cluster {
    const host = Object.values(estate.clusters).find((cluster) => cluster.role === "host");
    if (host === undefined) {
        throw new Error("the estate has no host cluster");
    }
    return host;
}
