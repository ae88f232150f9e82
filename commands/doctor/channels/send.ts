/** A test card to every chat channel, when somebody asks for it: the only thing the doctor ever sends. No mail is sent. */
import { channelKinds, type WebhookKind } from "../../../estate/channels";
import { at } from "../../../estate/credentials";
import type { Channel, Estate } from "../../../estate/model";
import { proxied, trusted, type ConnectionContext } from "../connections";
import type { Finding } from "../finding";
import { client, unreachable } from "../http";
import { text } from "../json";
import { bots } from "./bots";

type WebhookChannel = Channel & { readonly kind: WebhookKind };

function isWebhook(channel: Channel): channel is WebhookChannel {
    return channelKinds[channel.kind].transport === "webhook";
}

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
                const [fault, value] = await sent(channel, estate, context, now, end);
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

/** Why it was not taken, if it was not, and the host; nothing in it is secret. */
async function sent(
    channel: WebhookChannel,
    estate: Estate,
    context: ConnectionContext,
    now: Date,
    end: AbortSignal,
): Promise<readonly [fault: string | undefined, host: string]> {
    const value = (key: string): string => text(at(context.credentials, ["channels", channel.name, key]));
    const { title, words } = texts[channel.language](estate.name);
    const { kind } = channel;
    const url = value("url");
    if (!URL.canParse(url)) {
        return ["its URL is none", ""];
    }
    const { origin, host } = new URL(url);
    const secret = value("secret");
    const bare = { url, body: bots[kind].card(title, words) };
    const post = secret === "" ? bare : bots[kind].signed(bare, secret, now);
    const { ask, close } = client(
        {
            url: origin,
            headers: {},
            ...trusted(estate.network, origin, context),
            ...proxied(origin, context.env),
        },
        end,
    );
    try {
        const { status, body } = await ask("POST", post.url.slice(origin.length), post.body);
        const refusal = bots[kind].refusal(body);
        return [status < 200 || status > 299 ? `it answers ${status}` : refusal, host];
    } catch (error) {
        return [unreachable(error).message, host];
    } finally {
        close();
    }
}
