/** Who may push to and merge into a branch, as GitLab's levels. Pure. */
import type { BranchPlan, RepositoryPlan, Role } from "./plan";
import type { Tier } from "../model";

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
 * The free tier knows only roles, in either edition: where programs write, everybody of their account's role can push too;
 * with premium the account is named and its role is not. The estate commits first content to the branch that a repository
 * starts with, and what it changes later to the one that work begins on, so maintainers can always push there: GitLab keeps everybody out of a branch that "no one" pushes to,
 * administrators too.
 */
export function branchRules(
    branch: BranchPlan,
    { start, begins, writerRole = "developer" }: Pick<RepositoryPlan, "start" | "begins" | "writerRole">,
    tier: Tier,
): BranchRules {
    const writer = branch.writers.length > 0;
    // Without a licence a status of a developer can stand in for a job (docs/access.md): those who merge are not they.
    const merge = tier === "free" && branch.approval !== undefined ? "maintainer" : branch.merge;
    if (writer && tier === "free") {
        return { push: writerRole, merge, writer };
    }
    const estates = [start, begins].includes(branch.name);
    const push = estates && branch.push === "no one" ? "maintainer" : branch.push;
    return { push, merge, writer };
}

/** The branch a repository starts with, in a list of one, and the others: those wait for the first content. */
export function parted({ start, branches }: RepositoryPlan): [BranchPlan[], BranchPlan[]] {
    return [branches.filter(({ name }) => name === start), branches.filter(({ name }) => name !== start)];
}
