/** The token by which Argo CD knows that a push came from this estate's GitLab. */
import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/**
 * Derived from the GitLab token, so that there is one secret less to make and keep: it cannot be turned back into the
 * GitLab token, is the same in every run, and changes with the GitLab token, on both ends in one `up`.
 */
export function webhookToken(gitlabToken: pulumi.Input<string>, estate: string): pulumi.Output<string> {
    return pulumi.secret(
        pulumi
            .output(gitlabToken)
            .apply((token) => createHmac("sha256", token).update(`argocd-webhook/${estate}`).digest("hex")),
    );
}
