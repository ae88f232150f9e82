/** Where a team's accounts are on a cluster. */
import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { estateLabel, managedBy, teamLabel } from "../../estate/labels";

/** Inputs of {@link AccountNamespace}. */
export interface AccountNamespaceArgs {
    /** Name of the estate. */
    readonly estate: string;
    readonly team: string;
    readonly namespace: string;
}

/**
 * The namespace of a team's accounts, one for each environment, on a member. On the host it is also that of the objects of
 * the team's engine, and so the engine's to make: one that went over to another owner would be deleted by the first.
 */
export class AccountNamespace extends pulumi.ComponentResource {
    constructor(name: string, args: AccountNamespaceArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:clusters:AccountNamespace", name, {}, opts);
        new core.Namespace(
            `${name}-namespace`,
            {
                metadata: {
                    name: args.namespace,
                    labels: { ...managedBy, [estateLabel]: args.estate, [teamLabel]: args.team },
                },
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
