import type * as pulumi from "@pulumi/pulumi";

/** Where GitLab reports a push, so that the engine need not wait for its next poll. */
export interface PushHook {
    /** Name of the engine as people know it. */
    readonly title: string;
    readonly url: pulumi.Input<string>;
    /** What proves to the engine that the push is real. */
    readonly token: pulumi.Input<string>;
    /** Whether there is a TLS certificate to verify. */
    readonly verify: boolean;
}
