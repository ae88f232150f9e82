/** How an app reaches its clusters by Argo CD. */
import * as pulumi from "@pulumi/pulumi";
import { applications } from "../../../../estate/engines/argocd/names";
import type { ArgoCd } from "../../../../estate/engines/argocd/model";
import type { App, AppEnvironment } from "../../../../estate/model";
import { KubeResource } from "../../../support/kubeObject";
import type { Annotations } from "../../../support/kubeObject";
import type { Delivered } from "../../engine";
import { application } from "./application";

/** Inputs of {@link ArgoCdDelivery}. */
export interface DeliveryArgs {
    readonly argocd: ArgoCd;
    readonly app: App;
    /** Annotations for the app's objects in one environment: subscriptions, image updates. */
    readonly annotations?: (environment: AppEnvironment) => Annotations;
}

/**
 * One Argo CD Application per environment and cluster of an app. Make it depend on the AppProject, the namespaces and
 * the credentials: what Argo CD cannot reach yet, it reports as broken.
 */
export class ArgoCdDelivery extends pulumi.ComponentResource {
    /** Names of the Applications. */
    public readonly delivered: Delivered;

    constructor(name: string, args: DeliveryArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:delivery:ArgoCdDelivery", name, {}, opts);
        const { app } = args;
        for (const environment of app.environments) {
            const annotations = args.annotations?.(environment) ?? {};
            for (const cluster of environment.clusters) {
                new KubeResource(
                    `${name}-${environment.environment}-${cluster}`,
                    application(args, app, environment, cluster, annotations),
                    { parent: this },
                );
            }
        }
        this.delivered = Object.fromEntries(
            app.environments.map((each) => [each.environment, applications(app, each)]),
        );
        this.registerOutputs({ delivered: this.delivered });
    }
}
