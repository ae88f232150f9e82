/** What a hand-over needs to know of an engine: how its objects are paused and detached, and how it owns fields. Pure. */
import type { App, AppEnvironment } from "../../estate/model";
import type { Refusal } from "../doctor/finding";

/** An object, or a part of one. */
export type Properties = Readonly<Record<string, unknown>>;

/** An app in an environment on one cluster. */
export interface Place {
    readonly app: App;
    readonly environment: AppEnvironment;
    readonly cluster: string;
}

/** Whom a cluster has as the owner of an object's fields. */
export interface Owner {
    readonly manager: string;
    readonly operation: "Apply" | "Update";
}

/** What an environment's branch holds of an app. */
export interface Content {
    /** Paths of the files in the folders of the chart or manifests and of the version. */
    readonly files: ReadonlySet<string>;
    /** The file with the version; empty where there is none. */
    readonly version: string;
}

/** An engine as the commands hand apps over to it and from it. */
export interface EngineInHandOver {
    /** Its objects that deliver an app, by the end of their type: `helm.toolkit.fluxcd.io/v2:HelmRelease`. */
    readonly delivers: RegExp;
    /** Namespace that such an object delivers into. */
    readonly target: (object: Properties) => unknown;
    /** How it delivers; undefined where the object does not say. */
    readonly deliveryOf: (object: Properties) => App["delivery"] | undefined;
    /** The object paused: its engine applies nothing, reverts nothing, follows no image and notifies nobody. */
    readonly paused: (object: Properties, reason: string) => Properties;
    /** Whether a sync or reconciliation is under way. */
    readonly isBusy: (live: Properties) => boolean;
    /** Whether a finalizer cascades: with it, deleting the object deletes what it delivered. */
    readonly cascades: (finalizer: string) => boolean;
    /** What a detached object leaves behind: objects on the host, and lists on the cluster that it delivered to; paths of the API. */
    readonly leftovers: (
        place: Place,
        object: Properties,
    ) => { readonly host: readonly string[]; readonly cluster: readonly string[] };
    /** Under which names it ever writes what it delivers. */
    readonly managers: readonly string[];
    /** What it writes it as. */
    readonly owner: (app: App) => Owner;
    /** What of an app's content it would read otherwise than the engine before, or not at all. */
    readonly misreads: (place: Place, content: Content) => readonly Misread[];
}

/** Something in a config repository that has to change before the engine does. */
export type Misread = Pick<Refusal, "id" | "value" | "rule" | "fix" | "zh">;
