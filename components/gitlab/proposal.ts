/** A file that a repository is to have, and comes to by a merge request. */
import * as pulumi from "@pulumi/pulumi";
import { proposalType, type ProposedFile } from "../../estate/pipeline";

/** Inputs of {@link Proposal}. */
export interface ProposalArgs extends ProposedFile {
    /** Id and full path of the repository. */
    readonly project: pulumi.Input<string>;
    readonly repository: pulumi.Input<string>;
}

/**
 * What a merge request is to bring. It is a wish in the state and nothing on a server: GitLab's provider has no merge
 * requests, and one that was merged or closed is no longer what a program could declare. `npm run up` opens it afterwards,
 * see commands/support/proposals.ts.
 */
export class Proposal extends pulumi.ComponentResource {
    constructor(name: string, args: ProposalArgs, opts: pulumi.ComponentResourceOptions) {
        super(proposalType, name, args, opts);
        this.registerOutputs({});
    }
}
