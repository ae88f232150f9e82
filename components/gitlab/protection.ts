/** Who may push to, merge into and tag a repository, as data. Pure: policies read the same answers. */
import type { Tier } from "../../estate/model";

/** GitLab's words for roles in protections. */
export type AccessLevel = "no one" | "developer" | "maintainer";

/** Who may change a branch. */
export interface BranchRules {
    readonly push: AccessLevel;
    readonly merge: AccessLevel;
    /** With `premium`, the config writer is named and `push` need not cover it. */
    readonly writer: boolean;
}

/** Trigger branch of an app repository: developers merge what was reviewed, maintainers may push in an emergency. */
export const triggerBranchRules: BranchRules = { push: "maintainer", merge: "developer", writer: false };

/**
 * A branch of a config repository.
 *
 * `written`: something writes tags to it. The free tier knows only roles, in either edition, so developers can push there too, as the
 * config writer is a developer; with premium the writer is named and developers are not.
 * Any other branch is reached by merging only, and only maintainers merge. `starts`: the repository begins with the
 * branch, and the estate commits first content to it, so maintainers can always push there: GitLab keeps everybody out
 * of a branch that "no one" pushes to, administrators too.
 */
export function environmentBranchRules(written: boolean, tier: Tier, starts: boolean): BranchRules {
    if (!written) {
        return { push: starts ? "maintainer" : "no one", merge: "maintainer", writer: false };
    }
    return tier === "premium"
        ? { push: "maintainer", merge: "developer", writer: true }
        : { push: "developer", merge: "developer", writer: true };
}
