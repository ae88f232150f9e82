import { channelKinds } from "./channels";
import type { AppEnvironment, Channel, Estate, NotificationRelay } from "./model";
import { defaultEvents, eventOf, type EventName } from "./events";
import { channelOf, type Subscription } from "./notificationSchema";
import { compare } from "./problem";
import type { Spec, SpecApp } from "./schema";

/** The relay as the components need it, in the namespace of the engine it works for; undefined where the spec has none. */
export function resolveRelay(spec: Spec, namespace: string): NotificationRelay | undefined {
    const { relay } = spec.notifications;
    return (
        relay && {
            image: relay.image,
            ...(relay.imageLogin ? { imageLogin: true as const } : {}),
            url: (relay.url ?? `http://notification-relay.${namespace}.svc`).replace(/\/+$/, ""),
            dedupMinutes: relay.dedupMinutes,
            dryRun: relay.dryRun,
            ...(relay.commits ? { commits: true as const } : {}),
        }
    );
}

/** The relay that messages to a channel go through; undefined where they go straight to it. */
export function relayOf({ relay }: Pick<Estate, "relay">, { kind }: Channel): NotificationRelay | undefined {
    return channelKinds[kind].relayed ? relay : undefined;
}

/**
 * Which channels get messages about an app in an environment, and about which events. Team and environment add up; what the app says of a channel (in
 * this environment, or else in general) replaces what they say of it. A channel left without an event gets nothing.
 */
export function resolveSubscriptions(
    app: SpecApp,
    own: readonly Subscription[] | null | undefined,
    environment: string,
    spec: Spec,
): Pick<AppEnvironment, "channels" | "events"> {
    const stated = own === undefined ? app.channels : own;
    if (stated === null) {
        return { channels: [] };
    }
    const subscribed = chosen(
        [...(spec.teams[app.team]?.channels ?? []), ...(spec.environments[environment]?.channels ?? [])],
        spec,
    );
    for (const [channel, events] of chosen(stated ?? [], spec)) {
        subscribed.set(channel, events);
    }
    const names = [...subscribed].filter(([, events]) => events.size > 0).map(([channel]) => channel);
    const narrowed = names
        .map((channel): [string, EventName[]] => [
            channel,
            [...(subscribed.get(channel) ?? [])].sort(compare),
        ])
        .filter(([channel, events]) => !sameAs(events, channelEvents(channel, spec)));
    return {
        channels: names.sort(compare),
        ...(narrowed.length === 0
            ? {}
            : { events: Object.fromEntries(narrowed.sort(([left], [right]) => compare(left, right))) }),
    };
}

/** Events by channel, several entries of a channel together. */
function chosen(entries: readonly Subscription[], spec: Spec): Map<string, Set<EventName>> {
    const map = new Map<string, Set<EventName>>();
    for (const entry of entries) {
        const channel = channelOf(entry);
        const events =
            typeof entry === "string"
                ? (channelEvents(channel, spec) ?? defaultEvents)
                : entry.triggers.map(eventOf);
        map.set(channel, new Set([...(map.get(channel) ?? []), ...events]));
    }
    return map;
}

/** The events a channel gets in general; undefined for one that does not exist. */
function channelEvents(channel: string, spec: Spec): readonly EventName[] | undefined {
    // A name of every object, such as toString, is nobody's channel.
    return Object.hasOwn(spec.channels, channel) ? spec.channels[channel]?.triggers.map(eventOf) : undefined;
}

function sameAs(sorted: readonly EventName[], other: readonly EventName[] = []): boolean {
    return JSON.stringify(sorted) === JSON.stringify([...new Set(other)].sort(compare));
}
