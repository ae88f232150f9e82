/** Which channel is notified of what about an app, as Flux's own objects. Pure. */
import { delivery, previewDelivery, sourceName, teamNamespace } from "../../../../estate/engines/flux/names";
import { commitsTarget, type EventName } from "../../../../estate/events";
import { versionOf } from "../../../../estate/flows/plan";
import { appLabel, environmentLabel } from "../../../../estate/labels";
import type { App, AppEnvironment, Estate, Previews } from "../../../../estate/model";
import { namespaceName, shorten } from "../../../../estate/names";
import { sortedSet } from "../../../../estate/plain";
import { numbered } from "../../../../estate/previews";
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
    return relayProvider(team, channel, `${flux.relayUrl}/flux/${channel}`);
}

/** Where they go for GitLab. */
export function commitsProvider({ flux }: Pick<Estate, "flux">, team: string): KubeObject {
    return relayProvider(team, commitsTarget, `${flux.relayUrl}/commits/flux`);
}

function relayProvider(team: string, name: string, address: string): KubeObject {
    return {
        apiVersion: "notification.toolkit.fluxcd.io/v1beta3",
        kind: "Provider",
        metadata: teamMetadata(team, name),
        spec: { type: "generic-hmac", address, secretRef: { name: relayTokenSecret } },
    };
}

/** For each cluster and environment of an app: what is reported on GitLab. */
export function commitAlerts(app: App): KubeObject[] {
    return app.environments.flatMap((environment) =>
        environment.clusters.map((cluster) => {
            const name = delivery(app.name, environment.environment, cluster);
            return alert(app, environment, {
                name: shorten(`${name}--${commitsTarget}`, namespaceName.maximum),
                channel: commitsTarget,
                sources: deliverySources(app, name),
                metadata: { application: name },
            });
        }),
    );
}

/** For each channel, cluster and environment of an app: what happens to it, and to the branch it runs from. */
export function alerts(estate: Pick<Estate, "gitlab" | "channels">, app: App): KubeObject[] {
    return app.environments.flatMap((environment) =>
        environment.clusters.flatMap((cluster) => {
            const name = delivery(app.name, environment.environment, cluster);
            const { repository, revision } = versionOf(app, environment);
            const branch = { kind: "GitRepository", name: sourceName(app.team, repository, revision) };
            return environment.channels.map((channel) =>
                alert(app, environment, {
                    name: shorten(`${name}--${channel}`, namespaceName.maximum),
                    channel,
                    sources: [...deliverySources(app, name), branch],
                    metadata: {
                        application: name,
                        cluster,
                        namespace: environment.namespace,
                        events: wantedEvents(estate, environment, channel).join(","),
                        page: `${estate.gitlab.url}/${repository}`,
                    },
                }),
            );
        }),
    );
}

/** What is true of a preview when Flux says it: nothing waits for its pods, so that it is well is not known. */
const previewEvents: readonly EventName[] = ["failed"];

/**
 * The same for a preview.
 *
 * @param number of the merge request, or what a generator has for it.
 */
export function previewAlerts(
    estate: Pick<Estate, "gitlab" | "channels" | "relay">,
    app: App,
    { place, like }: Previews,
    number: string,
): KubeObject[] {
    const name = previewDelivery(app.name, number);
    const [cluster = ""] = place.clusters;
    const repository = app.plan.versions[like]?.repository ?? app.config.fullPath;
    return (estate.relay === undefined ? [] : place.channels).flatMap((channel) => {
        const events = wantedEvents(estate, place, channel).filter((event) => previewEvents.includes(event));
        return events.length === 0
            ? []
            : [
                  alert(app, place, {
                      name: numbered(
                          `${app.name}-${place.environment}--${channel}`,
                          number,
                          namespaceName.maximum,
                      ),
                      channel,
                      sources: deliverySources(app, name),
                      metadata: {
                          application: name,
                          cluster,
                          namespace: place.namespace,
                          events: events.join(","),
                          page: `${estate.gitlab.url}/${repository}`,
                      },
                  }),
              ];
    });
}

function wantedEvents(
    { channels }: Pick<Estate, "channels">,
    { events }: AppEnvironment,
    channel: string,
): readonly EventName[] {
    return events?.[channel] ?? channels[channel]?.events ?? [];
}

function alert(
    app: App,
    { environment }: AppEnvironment,
    target: {
        readonly name: string;
        readonly channel: string;
        readonly sources: readonly object[];
        /** What the relay makes the card of, beside the event itself. */
        readonly metadata: Readonly<Record<string, string>>;
    },
): KubeObject {
    return {
        apiVersion: "notification.toolkit.fluxcd.io/v1beta3",
        kind: "Alert",
        metadata: teamMetadata(app.team, target.name, {
            [appLabel]: app.name,
            [environmentLabel]: environment,
        }),
        spec: {
            providerRef: { name: target.channel },
            eventSeverity: "info",
            eventSources: target.sources,
            eventMetadata: target.metadata,
        },
    };
}

/** A chart or values file that is broken is reported by the chart alone, which Flux names after the release. */
function deliverySources({ team, delivery: by }: App, name: string): { kind: string; name: string }[] {
    return by === "helm"
        ? [
              { kind: "HelmRelease", name },
              { kind: "HelmChart", name: `${teamNamespace(team)}-${name}` },
          ]
        : [{ kind: "Kustomization", name }];
}
