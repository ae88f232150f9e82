/** How the board reads what an engine delivers. */
import type { Estate } from "../../../estate/model";
import type { Ask } from "../../doctor/http";
import type { Fact, Running } from "../found";

/** Where a reader may look. */
export interface Clusters {
    /** Calls to the host cluster's API. */
    readonly host: Ask;
    /** Images of the workloads on a cluster, by namespace; asked once for all readers. */
    readonly images: (cluster: string) => Promise<Fact<ReadonlyMap<string, readonly string[]>>>;
}

export interface EngineReader {
    /**
     * Everything that the engine delivers, by the name that `delivered` of its definition gives.
     *
     * @throws Refused or Unreachable where the host does not say it
     */
    readonly read: (clusters: Clusters, estate: Estate) => Promise<Readonly<Record<string, Running>>>;
}
