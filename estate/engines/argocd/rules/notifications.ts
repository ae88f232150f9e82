import { compare } from "../../../problem";
import type { Checked, Finding, Rule } from "../../../rules/rule";
import { longestChannel, subscriptionKey } from "../subscription";

/** What Argo CD's notifications can take. */
export const notificationRules: readonly Rule[] = [
    {
        id: "channel-name",
        rule: "must leave room for the trigger: an Application subscribes by an annotation, whose key has at most 63 characters after the slash",
        severity: "error",
        check: ({ estate }: Checked): Finding[] => {
            /** The longest trigger that somebody is notified of, by channel. */
            const longest = new Map<string, string>();
            for (const { channels, triggers } of Object.values(estate.apps).flatMap(
                ({ environments }) => environments,
            )) {
                for (const channel of channels) {
                    for (const trigger of triggers?.[channel] ?? estate.channels[channel]?.triggers ?? []) {
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
