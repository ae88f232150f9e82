/** Who may push to and merge into a branch, as GitLab's levels. Pure. */
import type { BranchPlan, RepositoryPlan, Role } from "../../estate/flows/plan";
import type { Tier } from "../../estate/model";

/** Who may change a branch. */
export interface BranchRules {
    readonly push: Role;
    readonly merge: Role;
    /** With `premium`, the config writer is named and `push` need not cover it. */
    readonly writer: boolean;
}

/**
 * What a planned branch comes to on a server.
 *
 * The free tier knows only roles, in either edition: where programs write, developers can push there too, as the config
 * writer is a developer; with premium the writer is named and developers are not. `starts`: the estate commits first
 * content to the branch, so maintainers can always push there: GitLab keeps everybody out of a branch that "no one"
 * pushes to, administrators too.
 */
export function branchRules(branch: BranchPlan, tier: Tier, starts: boolean): BranchRules {
    const writer = branch.writers.length > 0;
    const { merge } = branch;
    if (writer && tier === "free") {
        return { push: "developer", merge, writer };
    }
    return { push: starts && branch.push === "no one" ? "maintainer" : branch.push, merge, writer };
}

/** The branch a repository starts with, in a list of one, and the others: those wait for the first content. */
export function parted({ start, branches }: RepositoryPlan): [BranchPlan[], BranchPlan[]] {
    return [branches.filter(({ name }) => name === start), branches.filter(({ name }) => name !== start)];
}
