/** What is said to people of an engine beside its definition. Pure. */
import type { App, Estate } from "../../../estate/model";
import type { Refusal } from "../../doctor/finding";
import type { StateResource } from "../exported";
import type { Right } from "../rights";

/** Objects that take along what they installed when they are deleted. */
export interface TakingAlong {
    readonly kind: string;
    /** The delivery of the apps that they are made for. */
    readonly delivery: App["delivery"];
    /** Whether one of the stack's state does so; `type` as Pulumi has it. */
    readonly acts: (type: string, inputs: Readonly<Record<string, unknown>>) => boolean;
}

/** An object of a cluster, as its API server has it. */
export type ClusterObject = Readonly<Record<string, unknown>>;

/** Where an engine says what became of an app on a cluster. */
export interface Delivery {
    /** Of the host's API, from the leading slash. */
    readonly path: string;
    /** Whether what is in git is applied and well. */
    readonly isWell: (object: ClusterObject) => boolean;
    /** Images that run by it; absent: it does not say, the workloads on the cluster do. */
    readonly images?: (object: ClusterObject) => readonly string[];
}

export interface EngineInWords {
    /** The object by which it delivers an app, by the name that it has. */
    readonly delivery: (estate: Estate, app: App, name: string) => Delivery;
    /**
     * Command that lists what it delivers in a sandbox, and what that shows.
     *
     * @param kubectl how kubectl is called for the host.
     */
    readonly list: (kubectl: string) => readonly [command: string, shows: string];
    /** What people may do with an app by it; absent: it knows nobody. */
    readonly rights?: (estate: Pick<Estate, "apps" | "environments">, app: App) => readonly Right[];
    /** How it knows people, in lines of docs/flow-rights.md; absent: it knows nobody. */
    readonly people?: readonly string[];
    /** Absent: what it delivered stays. */
    readonly takingAlong?: TakingAlong;
    /** Changes of its installation that take along what the spec goes on with; absent: there is none. */
    readonly disruptive?: (estate: Estate, live: readonly StateResource[]) => Refusal[];
}
