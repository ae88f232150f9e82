/** A file that a repository is to have, and comes to by a merge request. */
import * as pulumi from "@pulumi/pulumi";

/** Inputs of {@link Proposal}. */
export interface ProposalArgs {
    /** Id and full path of the repository. */
    readonly project: pulumi.Input<string>;
    readonly repository: pulumi.Input<string>;
    /** The branch that it is merged into. */
    readonly branch: string;
    readonly path: string;
    readonly text: string;
    /** Tag of the pipelines that the file includes. */
    readonly version: string;
    /** Title of the merge request, and of the commit on its branch. */
    readonly title: string;
    readonly commit: string;
}

/**
 * What a merge request is to bring. It is a wish in the state and nothing on a server: GitLab's provider has no merge
 * requests, and one that was merged or closed is no longer what a program could declare. `npm run up` opens it afterwards,
 * see commands/support/proposals.ts.
 */
export class Proposal extends pulumi.ComponentResource {
    constructor(name: string, args: ProposalArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:gitlab:Proposal", name, args, opts);
        this.registerOutputs({});
    }
}
