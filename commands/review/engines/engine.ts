/** What a review says of an engine: words for its objects, and what it means that they change. Pure. */
import type { EventName } from "../../../estate/events";
import type { Delivery } from "../../../estate/model";
import type { Properties } from "../change";
import type { Noun } from "../noun";
import type { Receiver } from "../receivers";
import type { Settings } from "../settings/setting";
import type { RightChange, RightContext } from "../rights/right";

/** What one of its objects delivers to. */
export interface Target {
    /** Name of the cluster, or its address; undefined where the object does not say. */
    readonly cluster?: string;
    readonly namespace: string;
    /** Whether what it delivered goes with it when it is deleted. */
    readonly takesAlong: boolean;
}

/** Events by channel. */
export type Subscriptions = Readonly<Record<string, readonly EventName[]>>;

export interface EngineInReview {
    /** Nouns by the kind of its own objects. */
    readonly nouns: Readonly<Record<string, Noun>>;
    /** Names in the program of what it is installed and configured with; for all teams and clusters. */
    readonly shared: RegExp;
    /** What an object of a kind delivers to; undefined for one that delivers nothing. */
    readonly target: (kind: string, properties: Properties) => Target | undefined;
    /** What people and programs may do by its objects; absent: those give no rights. */
    readonly rights?: (context: RightContext) => RightChange[];
    /** What renders the manifests that one of its objects delivers; undefined where it does not say. */
    readonly deliveryOf: (kind: string, properties: Properties) => Delivery | undefined;
    /** Where its objects say that messages go, by channel; absent: the relay alone knows. */
    readonly receivers?: (kind: string, properties: Properties) => Readonly<Record<string, Receiver>>;
    /** The channel that an annotation of its objects sends messages to; absent: none does. */
    readonly channelOf?: (annotation: string) => string | undefined;
    /** The channels that one of its objects sends messages about its app to, and about which events; absent: none does. */
    readonly subscriptions?: (kind: string, properties: Properties) => Subscriptions;
    /**
     * What one of its objects, or of those that it is installed and configured with, says of settings; absent: nothing.
     *
     * @param other the same object before or after.
     */
    readonly settings?: (kind: string, properties: Properties, other: Properties) => Settings;
}
