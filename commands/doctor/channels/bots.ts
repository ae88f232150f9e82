/**
 * How each kind of bot takes a test card, where its signature goes, and what it answers; as the relay does it for the
 * estate's messages (relay/kinds.go), from the bots' documentation. Pure.
 */
import { createHmac } from "node:crypto";
import type { WebhookKind } from "../../../estate/channels";
import { record, text } from "../json";

interface Post {
    readonly url: string;
    readonly body: Readonly<Record<string, unknown>>;
}

interface Bot {
    readonly card: (title: string, words: string) => Post["body"];
    /** The message with its signature; a bot without a secret gets it as it is. */
    readonly signed: (post: Post, secret: string, now: Date) => Post;
    /** Why an answer of status 2xx is a refusal all the same; undefined when the message was taken. */
    readonly refusal: (answer: unknown) => string | undefined;
}

const asItIs = (post: Post): Post => post;
const hmac = (key: string, message: string): string =>
    createHmac("sha256", key).update(message).digest("base64");

export const bots: Readonly<Record<WebhookKind, Bot>> = {
    feishu: {
        card: (title, words) => ({
            msg_type: "interactive",
            card: {
                header: { template: "blue", title: { tag: "plain_text", content: title } },
                elements: [{ tag: "div", text: { tag: "lark_md", content: words } }],
            },
        }),
        // Seconds and secret are the key, and the message is empty.
        signed: ({ url, body }, secret, now) => {
            const timestamp = String(Math.floor(now.getTime() / 1000));
            return { url, body: { ...body, timestamp, sign: hmac(`${timestamp}\n${secret}`, "") } };
        },
        // Older bots answer in the longer names.
        refusal: (answer) => {
            const { code, msg, StatusCode, StatusMessage } = record(answer);
            return said(code ?? StatusCode, code === undefined ? StatusMessage : msg);
        },
    },
    dingtalk: {
        card: (title, words) => ({
            msgtype: "markdown",
            markdown: { title, text: `### ${title}\n${words}` },
        }),
        // The secret is the key; milliseconds and secret are the message.
        signed: ({ url, body }, secret, now) => {
            const timestamp = String(now.getTime());
            const address = new URL(url);
            address.searchParams.set("timestamp", timestamp);
            address.searchParams.set("sign", hmac(secret, `${timestamp}\n${secret}`));
            return { url: address.href, body };
        },
        refusal: (answer) => said(record(answer)["errcode"], record(answer)["errmsg"]),
    },
    slack: {
        card: (title, words) => ({ text: `*${title}*\n${words}` }),
        signed: asItIs,
        refusal: () => undefined,
    },
    webhook: {
        card: (title, words) => ({ event: "test", title, message: words }),
        signed: asItIs,
        refusal: () => undefined,
    },
};

function said(code: unknown, reason: unknown): string | undefined {
    return typeof code !== "number"
        ? "the answer is not a bot's"
        : code === 0
          ? undefined
          : `${code} ${text(reason)}`.trim();
}
