import { triggerOf } from "../../../events";
import type { App } from "../../../model";
import { compare } from "../../../problem";
import type { AppsRule, Checked, Finding } from "../../../rules/rule";
import { longestChannel, subscriptionKey } from "../subscription";

/** What Argo CD's notifications can take. */
export const notificationRules: readonly AppsRule[] = [
    {
        id: "channel-name",
        rule: "must leave room for the trigger: an Application subscribes by an annotation, whose key has at most 63 characters after the slash",
        severity: "error",
        check: ({ estate }: Checked, apps: readonly App[]): Finding[] => {
            /** The longest trigger that somebody is notified of, by channel. */
            const longest = new Map<string, string>();
            for (const { channels, events } of apps.flatMap(({ environments }) => environments)) {
                for (const channel of channels) {
                    for (const event of events?.[channel] ?? estate.channels[channel]?.events ?? []) {
                        const trigger = triggerOf(event);
                        if (trigger.length > (longest.get(channel)?.length ?? 0)) {
                            longest.set(channel, trigger);
                        }
                    }
                }
            }
            return [...longest]
                .filter(([channel, trigger]) => channel.length > longestChannel(trigger))
                .sort(([left], [right]) => compare(left, right))
                .map(([channel, trigger]) => ({
                    path: `channels.${channel}`,
                    value: channel,
                    fix: `with ${trigger} the key would be ${subscriptionKey(trigger, channel)}; the longest name that fits has ${longestChannel(trigger)} characters, e.g. ${shortened(channel, longestChannel(trigger))}`,
                }));
        },
    },
];

function shortened(name: string, length: number): string {
    return name.slice(0, length).replace(/-+$/, "");
}
