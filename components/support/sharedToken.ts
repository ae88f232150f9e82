/** The tokens by which servers of the estate know that a call came from another of its own. */
import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/**
 * Derived from the GitLab token, so that there is one secret less to make and keep: it cannot be turned back into the
 * GitLab token, is the same in every run, and changes with the GitLab token, on both ends in one `up`. Not random, because
 * that takes a plugin more; docs/credentials.md weighs the two.
 *
 * @param purpose what it is for: two servers that know one token do not know that of another purpose.
 */
export function sharedToken(
    gitlabToken: pulumi.Input<string>,
    purpose: string,
    estate: string,
): pulumi.Output<string> {
    return pulumi.secret(
        pulumi
            .output(gitlabToken)
            .apply((value) => createHmac("sha256", value).update(`${purpose}/${estate}`).digest("hex")),
    );
}
