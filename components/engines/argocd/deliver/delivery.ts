/** How an app reaches its clusters, whatever engine does it. */
import * as pulumi from "@pulumi/pulumi";
import { applications } from "../../../../estate/engines/argocd/names";
import type { App, AppEnvironment, Estate } from "../../../../estate/model";
import { KubeResource } from "../../../support/kubeObject";
import type { Annotations } from "../../../support/kubeObject";
import { application } from "./application";

/** Inputs of every delivery. */
export interface DeliveryArgs {
    readonly estate: Estate;
    readonly app: App;
    /** Annotations for the app's objects in one environment: subscriptions, image updates. */
    readonly annotations?: (environment: AppEnvironment) => Annotations;
}

/** What every delivery of an app offers. */
export interface Delivery {
    /** Names of the delivered objects, by environment and cluster. */
    readonly delivered: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * One Argo CD Application per environment and cluster of an app. Make it depend on the AppProject, the namespaces and
 * the credentials: what Argo CD cannot reach yet, it reports as broken.
 */
export class ArgoCdDelivery extends pulumi.ComponentResource implements Delivery {
    public readonly delivered: Readonly<Record<string, Readonly<Record<string, string>>>>;

    constructor(name: string, args: DeliveryArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:delivery:ArgoCdDelivery", name, {}, opts);
        const { estate, app } = args;
        for (const environment of app.environments) {
            const annotations = args.annotations?.(environment) ?? {};
            for (const cluster of environment.clusters) {
                new KubeResource(
                    `${name}-${environment.environment}-${cluster}`,
                    application(estate, app, environment, cluster, annotations),
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
