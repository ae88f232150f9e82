/** Who is told what of an app, as Flux's own objects. Pure. */
import { delivery, sourceName, teamNamespace } from "../../../../estate/engines/flux/names";
import { versionOf } from "../../../../estate/flows/plan";
import { appLabel, environmentLabel } from "../../../../estate/labels";
import type { App, AppEnvironment, Estate } from "../../../../estate/model";
import { namespaceName, shorten } from "../../../../estate/names";
import { sortedSet } from "../../../../estate/plain";
import type { KubeObject } from "../../../support/kubeObject";
import { teamMetadata } from "../team";

/** Secret with what events are signed with on their way to the relay, in a team's namespace. */
export const relayTokenSecret = "relay-token";

/** Channels that some app is notified by, sorted. */
export function channelsOf(apps: readonly App[]): string[] {
    return sortedSet(apps.flatMap(({ environments }) => environments.flatMap(({ channels }) => channels)));
}

/** Where a team's events go for a channel. */
export function provider({ flux }: Pick<Estate, "flux">, team: string, channel: string): KubeObject {
    return {
        apiVersion: "notification.toolkit.fluxcd.io/v1beta3",
        kind: "Provider",
        metadata: teamMetadata(team, channel),
        spec: {
            type: "generic-hmac",
            address: `${flux.relayUrl}/flux/${channel}`,
            secretRef: { name: relayTokenSecret },
        },
    };
}

/** For each channel, cluster and environment of an app: what happens to it, and to the branch it runs from. */
export function alerts(estate: Pick<Estate, "gitlab" | "channels">, app: App): KubeObject[] {
    return app.environments.flatMap((environment) =>
        environment.clusters.flatMap((cluster) =>
            environment.channels.map((channel) => alert(estate, app, environment, cluster, channel)),
        ),
    );
}

function alert(
    { gitlab, channels }: Pick<Estate, "gitlab" | "channels">,
    app: App,
    environment: AppEnvironment,
    cluster: string,
    channel: string,
): KubeObject {
    const name = delivery(app.name, environment.environment, cluster);
    const { repository, revision } = versionOf(app, environment);
    const told = environment.events?.[channel] ?? channels[channel]?.events ?? [];
    return {
        apiVersion: "notification.toolkit.fluxcd.io/v1beta3",
        kind: "Alert",
        metadata: teamMetadata(app.team, shorten(`${name}--${channel}`, namespaceName.maximum), {
            [appLabel]: app.name,
            [environmentLabel]: environment.environment,
        }),
        spec: {
            providerRef: { name: channel },
            eventSeverity: "info",
            eventSources: [
                ...deliverySources(app, name),
                {
                    kind: "GitRepository",
                    name: sourceName(app.team, repository, revision),
                },
            ],
            // What the relay makes the card of, beside the event itself.
            eventMetadata: {
                application: name,
                cluster,
                namespace: environment.namespace,
                events: told.join(","),
                page: `${gitlab.url}/${repository}`,
            },
        },
    };
}

/** A chart or values file that is broken is told by the chart alone, which Flux names after the release. */
function deliverySources({ team, delivery: by }: App, name: string): { kind: string; name: string }[] {
    return by === "helm"
        ? [
              { kind: "HelmRelease", name },
              { kind: "HelmChart", name: `${teamNamespace(team)}-${name}` },
          ]
        : [{ kind: "Kustomization", name }];
}
