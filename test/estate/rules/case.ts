/** What the cases of the rules have in common. */
import type { ParseContext, Problem } from "../../../estate";
import type { Overrides } from "../../support/estate";

/** A change of the fixture that breaks one rule. */
export interface Case {
    readonly rule: string;
    readonly title: string;
    readonly change: Overrides;
    readonly context?: ParseContext;
    /** Where, and what stands there, of each problem; all of them must be of the rule. */
    readonly found: readonly (readonly [path: string, value: unknown])[];
    readonly severity?: Problem["severity"];
    /** Somewhere in the fix of the first. */
    readonly fix: RegExp;
}

/** A GitLab with approvals and the like. */
export const premium = { gitlab: { tier: "premium" } };

/** A version of the image updater. */
export const updater = { argocd: { imageUpdaterVersion: "0.12.2" } };

/** The updater of app web with a further image. */
export const extra = (image: object): Overrides => ({
    ...updater,
    apps: { web: { updater: { images: { redis: image } } } },
});

/** Environment dev with one sync window. */
export const windows = (change: object): Overrides => ({
    environments: {
        dev: { syncWindows: [{ kind: "deny", schedule: "0 22 * * *", duration: "2h", ...change }] },
    },
});

/** Two environments that both follow test. */
export const regions = {
    environments: {
        prod: undefined,
        east: { clusters: ["member1"], promotesFrom: "test" },
        west: { clusters: ["member2"], promotesFrom: "test" },
    },
};
