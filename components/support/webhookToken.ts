/** The tokens by which servers of the estate know that a call came from another of its own. */
import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/**
 * Derived from the GitLab token, so that there is one secret less to make and keep: it cannot be turned back into the
 * GitLab token, is the same in every run, and changes with the GitLab token, on both ends in one `up`. Not random, because
 * that takes a plugin more; docs/credentials.md weighs the two.
 */
export function webhookToken(gitlabToken: pulumi.Input<string>, estate: string): pulumi.Output<string> {
    return derived(gitlabToken, `argocd-webhook/${estate}`);
}

/** The same for Harbor and the image updater; another token, as another server knows it. */
export function pushWebhookToken(gitlabToken: pulumi.Input<string>, estate: string): pulumi.Output<string> {
    return derived(gitlabToken, `updater-webhook/${estate}`);
}

/** The same for Argo CD's notifications and the relay. */
export function relayToken(gitlabToken: pulumi.Input<string>, estate: string): pulumi.Output<string> {
    return derived(gitlabToken, `notification-relay/${estate}`);
}

function derived(secret: pulumi.Input<string>, purpose: string): pulumi.Output<string> {
    return pulumi.secret(
        pulumi.output(secret).apply((value) => createHmac("sha256", value).update(purpose).digest("hex")),
    );
}
