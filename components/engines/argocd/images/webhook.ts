/** Harbor notifies the image updater of a push, so that it need not wait for its next poll. Pure. */
import type { AppEnvironment, Estate } from "../../../../estate/model";
import type { PushReceiver } from "../../../harbor/pushWebhook";
import { required } from "../../../support/maps";

/** The updater as a receiver of pushes to an environment's project; undefined where it cannot receive them. */
export function pushReceiver(
    estate: Pick<Estate, "argocd" | "registries">,
    environment: AppEnvironment,
): PushReceiver | undefined {
    const { webhookUrl } = estate.argocd.imageUpdater;
    if (webhookUrl === undefined || !hasWebhook(estate)) {
        return undefined;
    }
    return {
        policy: "argocd-image-updater",
        description: `Notifies the image updater of pushes to ${environment.project}`,
        address: `${webhookUrl}/webhook?type=harbor`,
        // The updater makes a certificate of its own where it is given none.
        skipCertVerify: required(estate.registries, environment.registry, "registry").insecure,
    };
}

/** Whether the updater of this estate can receive webhooks. */
export function hasWebhook(estate: Pick<Estate, "argocd">): boolean {
    return (
        estate.argocd.imageUpdaterVersion !== undefined && estate.argocd.imageUpdater.webhookUrl !== undefined
    );
}
