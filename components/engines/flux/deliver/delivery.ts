/** How an app reaches its clusters by Flux. */
import * as pulumi from "@pulumi/pulumi";
import { deliveries } from "../../../../estate/engines/flux/names";
import type { App } from "../../../../estate/model";
import { KubeResource, type KubeObject } from "../../../support/kubeObject";
import type { Delivered } from "../../engine";
import { deliveryObject, type FluxShare } from "./objects";

/** Inputs of {@link FluxDelivery}. */
export interface DeliveryArgs extends FluxShare {
    readonly app: App;
    /** Whom it notifies. */
    readonly alerts: readonly KubeObject[];
}

/** One HelmRelease or Kustomization per environment and cluster of an app. */
export class FluxDelivery extends pulumi.ComponentResource {
    /** Names of the objects. */
    public readonly delivered: Delivered;

    constructor(name: string, args: DeliveryArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:delivery:FluxDelivery", name, {}, opts);
        const { app } = args;
        for (const environment of app.environments) {
            for (const cluster of environment.clusters) {
                new KubeResource(
                    `${name}-${environment.environment}-${cluster}`,
                    deliveryObject(args, app, environment, cluster),
                    { parent: this },
                );
            }
        }
        for (const object of args.alerts) {
            new KubeResource(`${name}-alert-${object.metadata.name}`, object, { parent: this });
        }
        this.delivered = Object.fromEntries(
            app.environments.map((each) => [each.environment, deliveries(app, each)]),
        );
        this.registerOutputs({ delivered: this.delivered });
    }
}
