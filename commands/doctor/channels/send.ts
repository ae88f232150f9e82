/** A test card to every chat channel, when somebody asks for it: the only thing the doctor ever sends. No mail is sent. */
import type { WebhookKind } from "../../../estate/channels";
import type { Estate } from "../../../estate/model";
import type { ConnectionContext } from "../connections";
import type { Finding } from "../finding";
import { isWebhook, postCard } from "./post";

const texts = {
    en: (estate: string) => ({
        title: `Test of the channels of ${estate}`,
        words: "Somebody has the doctor try this channel. There is nothing to do.",
    }),
    zh: (estate: string) => ({ title: `${estate} 通知渠道测试`, words: "这是一条测试消息，无需处理。" }),
} as const;

/** What the answer to a test card is found by. */
export const cardCheck = "channel-card";

/** Sends one card to each channel that is a webhook. What became of it is a finding: a note when it was taken. */
export function sendTestCards(
    estate: Estate,
    context: ConnectionContext,
    now: Date,
    end: AbortSignal,
): Promise<Finding[]> {
    return Promise.all(
        Object.values(estate.channels)
            .filter(isWebhook)
            .map(async (channel): Promise<Finding> => {
                const path = `channels.${channel.name}`;
                const [fault, value] = await postCard(
                    channel,
                    texts[channel.language](estate.name),
                    estate,
                    context,
                    now,
                    end,
                );
                return fault === undefined
                    ? {
                          path,
                          value,
                          id: cardCheck,
                          severity: "note",
                          rule: "took a test card",
                          fix: "look whether it is there",
                      }
                    : {
                          path,
                          value,
                          id: cardCheck,
                          severity: "error",
                          rule: `must take a test card: ${fault}`,
                          fix: fixes[channel.kind],
                      };
            }),
    );
}

const ofBot =
    "check the URL and the signing secret in the stack's secrets, and the bot's keywords and allowed addresses";
const fixes: Readonly<Record<WebhookKind, string>> = {
    feishu: ofBot,
    dingtalk: ofBot,
    slack: "check the URL in the stack's secrets, and that the app is still installed",
    webhook: "check the URL in the stack's secrets, and what the receiver says in its log",
};
