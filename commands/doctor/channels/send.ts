/** A test card or mail to every channel, when somebody asks for it: the only thing the doctor ever sends. */
import type { ChannelKind } from "../../../estate/channels";
import type { Channel, Estate } from "../../../estate/model";
import { secret, trusted, type ConnectionContext } from "../connections";
import type { Finding } from "../finding";
import { sendMail } from "./mail";
import { isWebhook, postCard } from "./post";

const texts = {
    en: (estate: string) => ({
        title: `Test of the channels of ${estate}`,
        words: "Somebody has the doctor try this channel. There is nothing to do.",
    }),
    zh: (estate: string) => ({ title: `${estate} 通知通道测试`, words: "这是一条测试消息，无需处理。" }),
} as const;

/** What the answer to a test card is found by. */
export const cardCheck = "channel-card";

/** Sends one to each channel. What became of it is a finding: a note when it was taken. */
export function sendTestCards(
    estate: Estate,
    context: ConnectionContext,
    now: Date,
    end: AbortSignal,
): Promise<Finding[]> {
    return Promise.all(
        Object.values(estate.channels).map(async (channel): Promise<Finding> => {
            const words = texts[channel.language](estate.name);
            const what = isWebhook(channel) ? "card" : "mail";
            const [fault, value] = isWebhook(channel)
                ? await postCard(channel, words, estate, context, now, end)
                : await mailed(channel, words, estate, context, now, end);
            return {
                path: `channels.${channel.name}`,
                value,
                id: cardCheck,
                ...(fault === undefined
                    ? { severity: "note", rule: `took a test ${what}`, fix: "look whether it is there" }
                    : {
                          severity: "error",
                          rule: `must take a test ${what}: ${fault}`,
                          fix: fixes[channel.kind],
                      }),
            };
        }),
    );
}

/** Why the mail was not taken, if it was not, and where it went. */
async function mailed(
    { name, recipient = "" }: Channel,
    words: { readonly title: string; readonly words: string },
    { network }: Pick<Estate, "network">,
    context: ConnectionContext,
    at: Date,
    end: AbortSignal,
): Promise<readonly [fault: string | undefined, server: string]> {
    const of = (key: string): string => secret(context, "channels", name, key);
    const [host, port] = [of("host"), of("port")];
    const { ca } = trusted(network, `https://${host.includes(":") ? `[${host}]` : host}`, context);
    const fault = await sendMail(
        {
            host,
            port: Number(port),
            username: of("username"),
            password: of("password"),
            ...(ca === undefined ? {} : { ca }),
        },
        { from: of("from"), to: recipient, ...words, at },
        end,
    );
    return [fault, `${host}:${port}`];
}

const ofBot =
    "check the URL and the signing secret in the stack's secrets, and the bot's keywords and allowed addresses";
const fixes: Readonly<Record<ChannelKind, string>> = {
    feishu: ofBot,
    dingtalk: ofBot,
    slack: "check the URL in the stack's secrets, and that the app is still installed",
    webhook: "check the URL in the stack's secrets, and what the receiver says in its log",
    email: "check host, port, account and sender in the stack's secrets, and that the account may send as that sender",
};
