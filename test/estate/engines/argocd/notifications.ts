/** Cases of the rules about notifications. */
import type { Case } from "../../rules/case";

/** 35 characters. */
const long = "a-channel-for-everybody-in-the-shop";

export const notificationCases: readonly Case[] = [
    {
        rule: "channel-name",
        title: "a channel whose subscriptions have too long a key",
        change: { channels: { [long]: { kind: "webhook" } }, teams: { shop: { channels: [long] } } },
        found: [[`channels.${long}`, long]],
        fix: /on-sync-status-unknown.*the longest name that fits has 30 characters, e\.g\. a-channel-for-everybody-in-the$/,
    },
];
