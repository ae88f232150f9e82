/** What the sentences about rights are made of, and what they are. */
import type { Language } from "../../../estate/model";
import type { Change } from "../change";
import type { Names } from "../names";
import type { Both, Snapshot } from "../snapshot";

/** One right that somebody gets or loses, as a sentence. */
export interface RightChange {
    readonly kind: "gains" | "loses" | "changes";
    /** Whether it takes a protection away. */
    readonly loosens: boolean;
    /** Whether it holds back more than before; what was not there has nothing to hold back. */
    readonly tightens?: boolean;
    /** How many approvals a merge needs, where that alone changes: a headline says it instead of counting it. */
    readonly approvals?: ApprovalCount;
    /** About the people of the estate, and not about programs. */
    readonly ofPeople?: true;
    readonly text: string;
}

/** Approvals that a merge into a place of an app needs; none is 0. */
export interface ApprovalCount {
    /** The environment that the merge leads to, or the branch. */
    readonly place: string;
    /** Absent: a repository of several apps. */
    readonly app?: string;
    readonly was: number;
    readonly is: number;
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

/** Whether a switch is off that was on. */
export const turnedOff = (was: unknown, is: unknown): boolean => was === true && is !== true;

/** Whether a switch is on that was off. */
export const turnedOn = (was: unknown, is: unknown): boolean => was !== true && is === true;
