/** What a message looks like in each chat system, with the engine's expressions in its texts. Pure. */
import type { WebhookKind } from "../../estate/channels";
import type { Channel, Language } from "../../estate/model";
import type { Event } from "./cardTexts";
import { factsOf, linksOf, type Encoding, type MessageSource } from "./cardFacts";

/** What a message is made for. */
interface Form {
    readonly event: Event;
    readonly language: Language;
    readonly source: MessageSource;
    /** Where in the chat system the message goes; absent: where its webhook says. */
    readonly recipient?: string;
}

/** `<at …>` would call people. */
const forLark: Encoding = { format: "json", replacements: [["<", "&#60;"]] };
/** Line breaks would end a list item, and Markdown's marks would hide text. */
const forMarkdown: Encoding = {
    format: "json",
    replacements: [
        ["<", "&lt;"],
        ["\n", " "],
    ],
};
/** `<!channel>` would call everybody; Slack wants these three escaped. */
const forSlack: Encoding = {
    format: "json",
    replacements: [
        ["&", "&amp;"],
        ["<", "&lt;"],
        [">", "&gt;"],
    ],
};
const asItIs: Encoding = { format: "json", replacements: [] };
const forMail: Encoding = { format: "text", replacements: [] };

/** How each kind of chat system takes a message. */
const cards: Readonly<Record<WebhookKind, (form: Form) => unknown>> = {
    feishu: feishuCard,
    dingtalk: dingtalkCard,
    slack: slackMessage,
    webhook: plainMessage,
};

/**
 * The body of a message to a channel of a webhook kind.
 *
 * @param relayed whether the relay gets it, and not the channel itself.
 */
export function webhookBody(
    { kind, language, recipient }: Channel & { kind: WebhookKind },
    event: Event,
    source: MessageSource,
    relayed: boolean,
): string {
    const card = cards[kind]({
        event,
        language,
        source,
        ...(recipient === undefined ? {} : { recipient }),
    });
    return JSON.stringify(relayed ? envelope(event, source, card) : card);
}

/** What the relay wants to know beside the message: enough to recognise a repetition. */
function envelope(event: Event, { occurrence }: MessageSource, message: unknown): unknown {
    return {
        event: event.name,
        app: occurrence.app(asItIs),
        revision: occurrence.revision(asItIs),
        operation: occurrence.operation(asItIs),
        message,
    };
}

/** Feishu's interactive card: https://open.feishu.cn, "custom bot", message type `interactive`. */
function feishuCard({ event, language, source }: Form): unknown {
    const cells = factsOf(event, source, forLark).map((fact) => ({
        is_short: !fact.long,
        text: { tag: "lark_md", content: `**${fact.label[language]}**\n${fact.value}` },
    }));
    return {
        msg_type: "interactive",
        card: {
            config: { wide_screen_mode: true },
            header: {
                template: event.color,
                title: { tag: "plain_text", content: title({ event, language, source }, asItIs) },
            },
            elements: [
                { tag: "div", fields: cells },
                { tag: "hr" },
                {
                    tag: "action",
                    actions: linksOf(source).map((button, index) => ({
                        tag: "button",
                        type: index === 0 ? "primary" : "default",
                        text: { tag: "plain_text", content: button.label[language] },
                        url: button.url,
                    })),
                },
            ],
        },
    };
}

/** DingTalk's action card with independent buttons. It has no colours; the title says how things are. */
function dingtalkCard({ event, language, source }: Form): unknown {
    const heading = title({ event, language, source }, forMarkdown);
    const lines = factsOf(event, source, forMarkdown).map(
        (fact) => `- **${fact.label[language]}**: ${fact.value}`,
    );
    return {
        msgtype: "actionCard",
        actionCard: {
            title: heading,
            text: [`### ${mark(event)} ${heading}`, ...lines].join("\n"),
            btnOrientation: "1",
            btns: linksOf(source).map((button) => ({
                title: button.label[language],
                actionURL: button.url,
            })),
        },
    };
}

/**
 * Slack's incoming webhook with one attachment, whose colour is the event's. Webhooks that belong to an app post to one channel
 * and pass over another; legacy ones follow it.
 */
function slackMessage({ event, language, source, recipient }: Form): unknown {
    const colors = { green: "#2eb67d", red: "#e01e5a", orange: "#ecb22e", blue: "#36c5f0", grey: "#868686" };
    return {
        ...(recipient === undefined ? {} : { channel: recipient }),
        text: title({ event, language, source }, forSlack),
        attachments: [
            {
                color: colors[event.color],
                fields: factsOf(event, source, forSlack).map((fact) => ({
                    title: fact.label[language],
                    value: fact.value,
                    short: !fact.long,
                })),
                actions: linksOf(source).map((button) => ({
                    type: "button",
                    text: button.label[language],
                    url: button.url,
                })),
            },
        ],
    };
}

/** For receivers of one's own: the facts under fixed English keys. */
function plainMessage({ event, source }: Form): unknown {
    const entries = factsOf(event, source, asItIs).map((fact) => [fact.name, fact.value]);
    return { event: event.name, ...(Object.fromEntries(entries) as Record<string, string>) };
}

/** Subject and text of a mail. One mail goes to all its receivers, so it is in all their languages. */
export function mail(
    event: Event,
    languages: readonly Language[],
    source: MessageSource,
): { subject: string; body: string } {
    return {
        subject: `${source.occurrence.app(forMail)}: ${languages.map((language) => event.title[language]).join(" / ")}`,
        body: [
            ...factsOf(event, source, forMail).map(
                (fact) => `${languages.map((language) => fact.label[language]).join(" / ")}: ${fact.value}`,
            ),
            "",
            linksOf(source)[0].url,
            "",
        ].join("\n"),
    };
}

function title({ event, language, source }: Form, encoding: Encoding): string {
    return `${source.occurrence.app(encoding)}: ${event.title[language]}`;
}

function mark(event: Event): string {
    return { green: "🟢", red: "🔴", orange: "🟠", blue: "🔵", grey: "⚪" }[event.color];
}
