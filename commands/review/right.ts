/** What the sentences about rights are made of, and what they are. */
import type { Language } from "../../estate/model";
import type { Change } from "./change";
import type { Names } from "./names";
import type { Both, Snapshot } from "./snapshot";

/** One right that somebody gets or loses, as a sentence. */
export interface RightChange {
    readonly kind: "gains" | "loses" | "changes";
    /** Whether it takes a protection away. */
    readonly loosens: boolean;
    readonly text: string;
}

/** What they are made from. */
export interface RightContext {
    readonly changes: readonly Change[];
    readonly both: Both<Snapshot>;
    readonly names: Names;
    readonly language: Language;
    /** App an object belongs to. */
    readonly appOf: (each: Change) => string | undefined;
}
