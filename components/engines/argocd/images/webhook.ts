/** Harbor tells the image updater of a push, so that it need not wait for its next look. */
import * as harbor from "@pulumi/harbor";
import * as pulumi from "@pulumi/pulumi";
import type { AppEnvironment, Estate } from "../../../../estate/model";

/** Inputs of {@link PushWebhook}. */
export interface PushWebhookArgs {
    readonly environment: AppEnvironment;
    /** Harbor's id of the environment's project, in the form of its resource. */
    readonly projectId: pulumi.Input<string>;
    /** URL of the updater's webhook server, without path. */
    readonly url: string;
    /** What Harbor sends as the Authorization header. */
    readonly token: pulumi.Input<string>;
    /** Accept any TLS certificate of the updater; it makes one of its own where it is given none. */
    readonly skipCertVerify: boolean;
}

/** A webhook policy of a Harbor project: pushed artifacts only. */
export class PushWebhook extends pulumi.ComponentResource {
    constructor(name: string, args: PushWebhookArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:images:PushWebhook", name, {}, opts);
        new harbor.ProjectWebhook(
            `${name}-policy`,
            {
                name: "argocd-image-updater",
                description: `Tells the image updater of pushes to ${args.environment.project}`,
                projectId: args.projectId,
                notifyType: "http",
                eventsTypes: ["PUSH_ARTIFACT"],
                address: harborWebhookUrl(args.url),
                authHeader: pulumi.secret(args.token),
                skipCertVerify: args.skipCertVerify,
                enabled: true,
            },
            { parent: this, additionalSecretOutputs: ["authHeader"] },
        );
        this.registerOutputs({});
    }
}

/** Where the updater listens for Harbor. */
export function harborWebhookUrl(url: string): string {
    return `${url}/webhook?type=harbor`;
}

/** Whether the updater of this estate can be told of pushes. */
export function hasWebhook(estate: Estate): boolean {
    return (
        estate.argocd.imageUpdaterVersion !== undefined && estate.argocd.imageUpdater.webhookUrl !== undefined
    );
}
