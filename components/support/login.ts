import type * as pulumi from "@pulumi/pulumi";

/** A user name and its password or token. */
export interface Login {
    readonly username: pulumi.Input<string>;
    readonly password: pulumi.Input<string>;
}
