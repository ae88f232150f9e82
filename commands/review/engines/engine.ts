/** What a review says of an engine: words for its objects, and what it means that they change. Pure. */
import type { Properties } from "../change";
import type { Noun } from "../noun";
import type { RightChange, RightContext } from "../right";

/** What one of its objects delivers to. */
export interface Target {
    /** Name of the cluster, or its address; undefined where the object does not say. */
    readonly cluster?: string;
    readonly namespace: string;
    /** Whether what it delivered goes with it when it is deleted. */
    readonly takesAlong: boolean;
}

export interface EngineInReview {
    /** Nouns by the kind of its own objects. */
    readonly nouns: Readonly<Record<string, Noun>>;
    /** Names in the program of what it is installed and configured with; for all teams and clusters. */
    readonly shared: RegExp;
    /** What an object of a kind delivers to; undefined for one that delivers nothing. */
    readonly target: (kind: string, properties: Properties) => Target | undefined;
    /** What people and programs may do by its objects; absent: those give no rights. */
    readonly rights?: (context: RightContext) => RightChange[];
    /** The channel that an annotation of its objects sends messages to; absent: none does. */
    readonly channelOf?: (annotation: string) => string | undefined;
}
