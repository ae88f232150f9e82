/** What the chat stand-ins keep, and how a message looks to a person. */

/** Systems that receive messages. */
export const chatKinds = ["feishu", "dingtalk", "slack", "webhook"] as const;
export type ChatKind = (typeof chatKinds)[number];

/** A message as a person would see it, whatever system it was made for. */
export interface Rendered {
    readonly title: string;
    /** Word for the colour of the head or bar: green, red, orange, blue, grey, … */
    readonly color: string;
    /** Lines of the text, in a light Markdown. */
    readonly lines: readonly string[];
    readonly buttons: readonly { readonly text: string; readonly url: string }[];
}

/** A message that a stand-in took. */
export interface Message {
    readonly id: number;
    /** ISO 8601. */
    readonly at: string;
    readonly kind: ChatKind | "email";
    readonly channel: string;
    readonly rendered: Rendered;
    /** What came, without signatures and addresses. */
    readonly raw: unknown;
    /** Mail only. */
    readonly to?: readonly string[];
}

/** A message that a stand-in refused. */
export interface Refusal {
    readonly at: string;
    readonly kind: ChatKind | "email";
    readonly channel: string;
    readonly code: string;
    readonly reason: string;
}

/** How a bot is set up. Without a record: signed where the kind can sign, no keywords. */
export interface Bot {
    /** Whether signatures are asked for. */
    readonly signed?: boolean;
    /** One of them must be in the message; empty: none needed. */
    readonly keywords?: readonly string[];
    /** A bot its owner has switched off. */
    readonly disabled?: boolean;
}

export interface ChatState {
    nextId: number;
    messages: Message[];
    refusals: Refusal[];
    /** By `kind/channel`. */
    bots: Record<string, Bot>;
}

/** Most messages and refusals that are stored; older ones are dropped. */
export const maxMessages = 500;

export function emptyState(): ChatState {
    return { nextId: 1, messages: [], refusals: [], bots: {} };
}

/** What a stand-in says to a message. */
export interface Verdict {
    readonly status: number;
    /** Text is sent as it is, an object as JSON. */
    readonly body: unknown;
    readonly headers?: Readonly<Record<string, string>>;
    /** Absent when it was refused. */
    readonly rendered?: Rendered;
    /** With a refusal: for the page and tests. */
    readonly refusal?: { readonly code: string; readonly reason: string };
}

/** One request to a bot. */
export interface Delivery {
    readonly channel: string;
    readonly bot: Bot;
    /** Secret the bot signs with. */
    readonly secret: string;
    readonly query: Readonly<Record<string, string | undefined>>;
    readonly contentType: string;
    readonly text: string;
    /** Milliseconds since 1970. */
    readonly now: number;
}

/** Whether the object is one: neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The JSON object in a text, or undefined. */
export function parseObject(text: string): Record<string, unknown> | undefined {
    try {
        const value: unknown = JSON.parse(text);
        return isObject(value) ? value : undefined;
    } catch {
        return undefined;
    }
}

/** A text as people see it: the entities by which senders write what would be markup. */
export function withoutEntities(text: string): string {
    return text
        .replace(/&#60;|&lt;/g, "<")
        .replace(/&gt;/g, ">")
        .replace(/&amp;/g, "&");
}

/** Whether a text is an absolute http(s) URL. */
export function isWebUrl(value: unknown): value is string {
    return typeof value === "string" && /^https?:\/\/[^\s]+$/.test(value) && URL.canParse(value);
}

/** Whether the bot's keywords, if it has any, let this text through. */
export function hasKeyword(bot: Bot, text: string): boolean {
    const keywords = bot.keywords ?? [];
    return keywords.length === 0 || keywords.some((keyword) => text.includes(keyword));
}
