/** How Flux follows an app's images. */
import * as pulumi from "@pulumi/pulumi";
import { hookPath, imageName, teamNamespace } from "../../../../estate/engines/flux/names";
import type { AppEnvironment, Estate } from "../../../../estate/model";
import { namespaceName, shorten } from "../../../../estate/names";
import { dockerConfig } from "../../../clusters/appNamespace";
import type { PushReceiver } from "../../../harbor/pushWebhook";
import { childObject, KubeResource, type KubeObject } from "../../../support/kubeObject";
import type { Login } from "../../../support/login";
import { required } from "../../../support/maps";
import { teamMetadata } from "../team";
import { automation, imageObjects, pullSecret, trackedImages, type UpdatedApp } from "./objects";

/** Secret with what Harbor shows to be believed, in a team's namespace. */
export const imageTokenSecret = "image-token";

/** Inputs of {@link ImageUpdates}. */
export interface ImageUpdatesArgs extends Pick<Estate, "flux" | "registries"> {
    readonly app: UpdatedApp;
    readonly environment: AppEnvironment;
    /** The environment's pull robot. */
    readonly pull: Login;
}

/** Looks at the registry, chooses a tag and commits it, for one app in one environment. */
export class ImageUpdates extends pulumi.ComponentResource {
    constructor(name: string, args: ImageUpdatesArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:flux:ImageUpdates", name, {}, opts);
        const { app, environment, pull, flux } = args;
        const { host } = required(args.registries, environment.registry, "registry");
        const secret = new KubeResource(
            `${name}-pull`,
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: teamMetadata(app.team, pullSecret(app.name, environment.environment)),
                type: "kubernetes.io/dockerconfigjson",
                stringData: pulumi.secret({
                    ".dockerconfigjson": pulumi
                        .all([pull.username, pull.password])
                        .apply(([username, password]) => dockerConfig(host, username, password)),
                }),
            },
            { parent: this },
        );
        const objects = [
            ...imageObjects(args, app, environment),
            automation(args, app, environment),
            ...(flux.webhookUrl === undefined ? [] : [receiver(app, environment)]),
        ];
        for (const object of objects) {
            childObject(name, object, {
                parent: this,
                dependsOn: [secret],
            });
        }
        this.registerOutputs({});
    }
}

function receiverName(app: string, environment: string): string {
    return shorten(`harbor-${imageName(app, environment)}`, namespaceName.maximum);
}

function receiver(app: UpdatedApp, environment: AppEnvironment): KubeObject {
    return {
        apiVersion: "notification.toolkit.fluxcd.io/v1",
        kind: "Receiver",
        metadata: teamMetadata(app.team, receiverName(app.name, environment.environment)),
        spec: {
            type: "harbor",
            secretRef: { name: imageTokenSecret },
            resources: trackedImages(app, environment)
                .filter(({ own }) => own)
                .map(({ name }) => ({
                    apiVersion: "image.toolkit.fluxcd.io/v1",
                    kind: "ImageRepository",
                    name,
                })),
        },
    };
}

/** Flux as a receiver of pushes to an environment's project. @param token the one of {@link imageTokenSecret}. */
export function harborReceiver(
    webhookUrl: string,
    token: pulumi.Input<string>,
    app: UpdatedApp,
    environment: AppEnvironment,
): PushReceiver {
    const name = receiverName(app.name, environment.environment);
    return {
        policy: "flux",
        description: `Notifies Flux of pushes to ${environment.project}`,
        // The path is what the token comes to, and no secret: whoever calls has to show the token itself.
        address: pulumi
            .unsecret(pulumi.output(token))
            .apply((value) => `${webhookUrl}${hookPath(value, name, teamNamespace(app.team))}`),
        skipCertVerify: false,
    };
}
