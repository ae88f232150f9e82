import { z } from "zod";

import { defaultEvents, triggerNames, triggerOf } from "./events";
import { imageReference, url } from "./fields";

/** What a spec says about notifications: who is notified of what, and the relay that signs for bots. */

const trigger = z.enum(triggerNames);

/** Triggers of a channel. */
export const channelTriggers = z
    .array(trigger)
    .min(1)
    .default(defaultEvents.map(triggerOf))
    .describe("Triggers of the channel where a subscription names none.");

/** A list of channels, each by its name or with a choice of triggers. */
export const subscriptions = z.array(
    z.union([
        z.string().min(1),
        z.strictObject({
            channel: z.string().min(1).describe("Name of the channel."),
            triggers: z
                .array(trigger)
                .describe("Its triggers here, instead of its own `triggers`. `[]`: none."),
        }),
    ]),
);

/** An entry of a spec's list of channels. */
export type Subscription = z.output<typeof subscriptions>[number];

/** Name of the channel an entry is about. */
export function channelOf(entry: Subscription): string {
    return typeof entry === "string" ? entry : entry.channel;
}

const image = imageReference("harbor.example.com/platform/notification-relay:1.0.0");

/** The part `notifications`. */
export const notifications = z.strictObject({
    relay: z
        .strictObject({
            image: image.describe(
                "Image of the relay, see docs/notifications.md. One without a registry host comes from the engine's `imageMirror`.",
            ),
            imageLogin: z
                .boolean()
                .default(false)
                .describe(
                    "Whether the registry of `image` wants a login of its own: the stack secrets `credentials.relayImage.username` and `credentials.relayImage.password`. The relay of approvals pulls with it too. An image from the engine's `imageMirror` has the mirror's.",
                ),
            url: url
                .optional()
                .describe("Where the engine reaches the relay. Default: the Service that the estate makes."),
            dedupMinutes: z
                .int()
                .min(0)
                .max(1440)
                .default(30)
                .describe("Minutes for which the same message to the same channel counts as a repetition."),
            dryRun: z
                .boolean()
                .default(false)
                .describe("Write messages to the relay's log instead of sending them."),
            commits: z
                .boolean()
                .default(false)
                .describe(
                    "Report on GitLab too what became of a commit of a config repository: as a status of the commit, and in a note of the merge request that it came by. Baselines and merge requests of a release then wait until it is healthy. The relay has a token of role developer for each of these repositories.",
                ),
        })
        .optional()
        .describe(
            "A small server beside the engine that signs messages for bots and looks into their answers. Required where a channel has a signing secret; all channels but mail go through it.",
        ),
});
