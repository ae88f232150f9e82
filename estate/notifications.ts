import { channelKinds } from "./channels";
import type { AppEnvironment, Channel, Estate, NotificationRelay } from "./model";
import { channelOf, defaultTriggers, type Subscription, type TriggerName } from "./notificationSchema";
import { compare } from "./problem";
import type { Spec, SpecApp } from "./schema";

/** The relay as the components need it; undefined where the spec has none. */
export function resolveRelay(spec: Spec): NotificationRelay | undefined {
    const { relay } = spec.notifications;
    return (
        relay && {
            image: relay.image,
            url: (relay.url ?? `http://notification-relay.${spec.argocd.namespace}.svc`).replace(/\/+$/, ""),
            dedupMinutes: relay.dedupMinutes,
            dryRun: relay.dryRun,
        }
    );
}

/** The relay that messages to a channel go through; undefined where they go straight to it. */
export function relayOf({ relay }: Pick<Estate, "relay">, { kind }: Channel): NotificationRelay | undefined {
    return channelKinds[kind].relayed ? relay : undefined;
}

/**
 * Who hears of an app in an environment, and of what. Team and environment add up; what the app says of a channel (in
 * this environment, or else in general) replaces what they say of it. A channel left without a trigger hears nothing.
 */
export function resolveSubscriptions(
    app: SpecApp,
    own: readonly Subscription[] | null | undefined,
    environment: string,
    spec: Spec,
): Pick<AppEnvironment, "channels" | "triggers"> {
    const stated = own === undefined ? app.channels : own;
    if (stated === null) {
        return { channels: [] };
    }
    const heard = chosen(
        [...(spec.teams[app.team]?.channels ?? []), ...(spec.environments[environment]?.channels ?? [])],
        spec,
    );
    for (const [channel, triggers] of chosen(stated ?? [], spec)) {
        heard.set(channel, triggers);
    }
    const names = [...heard].filter(([, triggers]) => triggers.size > 0).map(([channel]) => channel);
    const narrowed = names
        .map((channel): [string, TriggerName[]] => [channel, [...(heard.get(channel) ?? [])].sort(compare)])
        .filter(([channel, triggers]) => !sameAs(triggers, spec.channels[channel]?.triggers ?? []));
    return {
        channels: names.sort(compare),
        ...(narrowed.length === 0
            ? {}
            : { triggers: Object.fromEntries(narrowed.sort(([left], [right]) => compare(left, right))) }),
    };
}

/** Triggers by channel, several entries of a channel together. */
function chosen(entries: readonly Subscription[], spec: Spec): Map<string, Set<TriggerName>> {
    const map = new Map<string, Set<TriggerName>>();
    for (const entry of entries) {
        const channel = channelOf(entry);
        const triggers =
            typeof entry === "string"
                ? (spec.channels[channel]?.triggers ?? defaultTriggers)
                : entry.triggers;
        map.set(channel, new Set([...(map.get(channel) ?? []), ...triggers]));
    }
    return map;
}

function sameAs(sorted: readonly TriggerName[], other: readonly TriggerName[]): boolean {
    return JSON.stringify(sorted) === JSON.stringify([...new Set(other)].sort(compare));
}
