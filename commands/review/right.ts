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

/** What a set has more than before and less, each as one right; more of everything loosens. @param words of what is more or less. */
export function setChanges(
    was: ReadonlySet<string>,
    is: ReadonlySet<string>,
    words: (kind: "gains" | "loses", items: readonly string[]) => string,
): RightChange[] {
    const more = [...is].filter((item) => !was.has(item));
    const less = [...was].filter((item) => !is.has(item));
    return [
        ...(more.length === 0
            ? []
            : [
                  {
                      kind: "gains" as const,
                      loosens: more.some((item) => item.includes("*")),
                      text: words("gains", more),
                  },
              ]),
        ...(less.length === 0
            ? []
            : [{ kind: "loses" as const, loosens: false, text: words("loses", less) }]),
    ];
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
