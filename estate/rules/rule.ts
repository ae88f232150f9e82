import type { CheckContext } from "../check";
import type { Estate } from "../model";
import type { Severity } from "../problem";
import type { Spec } from "../schema";

/** What a rule looks at: the spec for paths and what was written, the model for what it comes to. */
export interface Checked {
    readonly spec: Spec;
    readonly estate: Estate;
    readonly context: CheckContext;
}

/** What a rule found at one place. */
export interface Finding {
    readonly path: string;
    readonly value: unknown;
    readonly fix: string;
    /** Where the rule's own words are too general. */
    readonly rule?: string;
    readonly severity?: Severity;
}

/** One thing that must hold over a whole spec. */
export interface Rule {
    readonly id: string;
    /** What must hold, in words. */
    readonly rule: string;
    readonly severity: Severity;
    readonly check: (checked: Checked) => Finding[];
}
