/** What a message looks like in each chat system: JSON with template expressions in its strings. Pure. */
import type { WebhookKind } from "../../estate/channels";
import type { Channel, Estate, Language } from "../../estate/model";
import { relayOf } from "../../estate/notifications";
import type { Event } from "./catalog";
import {
    buttons,
    factsOf,
    jsonText,
    plainText,
    revision,
    type Escape,
} from "../engines/argocd/notifications/facts";

/** What a message is made for. */
interface Form {
    readonly event: Event;
    readonly language: Language;
    /** Whether the estate names a page about workloads. */
    readonly workloadPage: boolean;
}

/** `<at …>` would call people. */
const forLark = jsonText([["<", "&#60;"]]);
/** Line breaks would end a list item, and Markdown's marks would hide text. */
const forMarkdown = jsonText([
    ["<", "&lt;"],
    ["\n", " "],
]);
/** `<!channel>` would call everybody; Slack wants these three escaped. */
const forSlack = jsonText([
    ["&", "&amp;"],
    ["<", "&lt;"],
    [">", "&gt;"],
]);
const asItIs = jsonText([]);

/** How each kind of chat system takes a message. */
const cards: Readonly<Record<WebhookKind, (form: Form) => unknown>> = {
    feishu: feishuCard,
    dingtalk: dingtalkCard,
    slack: slackMessage,
    webhook: plainMessage,
};

/** What a card depends on beside its channel and event. */
export interface CardSurroundings extends Pick<Estate, "relay"> {
    readonly argocd: Pick<Estate["argocd"], "clusterPageUrl">;
}

/** The body of a message to a channel of a webhook kind, as a template. */
export function webhookBody(
    estate: CardSurroundings,
    channel: Channel & { kind: WebhookKind },
    event: Event,
): string {
    const card = cards[channel.kind]({
        event,
        language: channel.language,
        workloadPage: estate.argocd.clusterPageUrl !== undefined,
    });
    return JSON.stringify(relayOf(estate, channel) === undefined ? card : envelope(event, card));
}

/** What the relay wants to know beside the message: enough to tell a repetition from news. */
function envelope(event: Event, message: unknown): unknown {
    return {
        event: event.name,
        app: asItIs(".app.metadata.name"),
        revision: asItIs(revision),
        operation: asItIs("(((.app.status).operationState).startedAt | default ``)"),
        message,
    };
}

/** Feishu's interactive card: https://open.feishu.cn, "custom bot", message type `interactive`. */
function feishuCard({ event, language, workloadPage }: Form): unknown {
    const cells = factsOf(event, forLark).map((fact) => ({
        is_short: fact.long !== true,
        text: { tag: "lark_md", content: `**${fact.label[language]}**\n${fact.value}` },
    }));
    return {
        msg_type: "interactive",
        card: {
            config: { wide_screen_mode: true },
            header: {
                template: event.color,
                title: { tag: "plain_text", content: title(event, language, asItIs) },
            },
            elements: [
                { tag: "div", fields: cells },
                { tag: "hr" },
                {
                    tag: "action",
                    actions: buttons(workloadPage).map((button, index) => ({
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
function dingtalkCard({ event, language, workloadPage }: Form): unknown {
    const heading = title(event, language, forMarkdown);
    const lines = factsOf(event, forMarkdown).map((fact) => `- **${fact.label[language]}**: ${fact.value}`);
    return {
        msgtype: "actionCard",
        actionCard: {
            title: heading,
            text: [`### ${mark(event)} ${heading}`, ...lines].join("\n"),
            btnOrientation: "1",
            btns: buttons(workloadPage).map((button) => ({
                title: button.label[language],
                actionURL: button.url,
            })),
        },
    };
}

/** Slack's incoming webhook with one attachment, whose colour is the event's. */
function slackMessage({ event, language, workloadPage }: Form): unknown {
    const colors = { green: "#2eb67d", red: "#e01e5a", orange: "#ecb22e", blue: "#36c5f0", grey: "#868686" };
    return {
        text: title(event, language, forSlack),
        attachments: [
            {
                color: colors[event.color],
                fields: factsOf(event, forSlack).map((fact) => ({
                    title: fact.label[language],
                    value: fact.value,
                    short: fact.long !== true,
                })),
                actions: buttons(workloadPage).map((button) => ({
                    type: "button",
                    text: button.label[language],
                    url: button.url,
                })),
            },
        ],
    };
}

/** For receivers of one's own: the facts under fixed English keys. */
function plainMessage({ event }: Form): unknown {
    const entries = factsOf(event, asItIs).map((fact) => [fact.key, fact.value]);
    return { event: event.name, ...(Object.fromEntries(entries) as Record<string, string>) };
}

/** Subject and text of a mail. A template has one mail for all its receivers, so it is in all their languages. */
export function mail(event: Event, languages: readonly Language[]): { subject: string; body: string } {
    return {
        subject: `{{ .app.metadata.name }}: ${languages.map((language) => event.title[language]).join(" / ")}`,
        body: [
            ...factsOf(event, plainText).map(
                (fact) => `${languages.map((language) => fact.label[language]).join(" / ")}: ${fact.value}`,
            ),
            "",
            buttons(false)[0]?.url ?? "",
            "",
        ].join("\n"),
    };
}

function title(event: Event, language: Language, escape: Escape): string {
    return `${escape(".app.metadata.name")}: ${event.title[language]}`;
}

function mark(event: Event): string {
    return { green: "🟢", red: "🔴", orange: "🟠", blue: "🔵", grey: "⚪" }[event.color];
}
