/** A webhook of a Harbor project. */
import * as harbor from "@pulumi/harbor";
import * as pulumi from "@pulumi/pulumi";

/** Who receives webhooks about pushes. */
export interface PushReceiver {
    /** Name of the webhook policy. */
    readonly policy: string;
    readonly description: string;
    /** URL that Harbor posts to. */
    readonly address: pulumi.Input<string>;
    /** Accept any TLS certificate of the receiver. */
    readonly skipCertVerify: boolean;
}

/** Inputs of {@link PushWebhook}. */
export interface PushWebhookArgs {
    /** Harbor's id of the project, in the form of its resource. */
    readonly projectId: pulumi.Input<string>;
    readonly receiver: PushReceiver;
    /** What Harbor sends as the Authorization header. */
    readonly token: pulumi.Input<string>;
}

/** A webhook policy of a Harbor project: pushed artifacts only. */
export class PushWebhook extends pulumi.ComponentResource {
    constructor(name: string, args: PushWebhookArgs, opts: pulumi.ComponentResourceOptions) {
        // The type is part of every URN; it says where the component was before.
        super("gitops-estate:images:PushWebhook", name, {}, opts);
        const { policy, description, address, skipCertVerify } = args.receiver;
        new harbor.ProjectWebhook(
            `${name}-policy`,
            {
                name: policy,
                description,
                projectId: args.projectId,
                notifyType: "http",
                eventsTypes: ["PUSH_ARTIFACT"],
                address,
                authHeader: pulumi.secret(args.token),
                skipCertVerify,
                enabled: true,
            },
            { parent: this, additionalSecretOutputs: ["authHeader"] },
        );
        this.registerOutputs({});
    }
}
