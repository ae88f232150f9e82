/** A chat channel of an estate, and what a card to it says. Pure but for the call. */
import { channelKinds, type WebhookKind } from "../../../estate/channels";
import { at } from "../../../estate/credentials";
import type { Channel, Estate } from "../../../estate/model";
import { openConnection, type ConnectionContext } from "../connections";
import { client, unreachable } from "../http";
import { text } from "../json";
import { bots } from "./bots";

/** A channel that cards are posted to. */
export type WebhookChannel = Channel & { readonly kind: WebhookKind };

export function isWebhook(channel: Channel): channel is WebhookChannel {
    return channelKinds[channel.kind].transport === "webhook";
}

/** What a card says. */
export interface CardText {
    readonly title: string;
    readonly words: string;
}

/** A receiver's words without what it got in secret, should it say that back: its URL, parts of it, the signing secret. */
function withoutSecrets(words: string, urls: readonly string[], secret: string): string {
    const parts = urls.flatMap((each) => {
        const { pathname, search, searchParams } = new URL(each);
        // Words such as "services" are no secret, and in what receivers say.
        const segments = [...pathname.split("/"), ...searchParams.values()].filter((part) =>
            /[^a-z-]/.test(part),
        );
        return [each, `${pathname}${search}`, pathname, search, ...segments];
    });
    return [...parts, secret]
        .filter((part) => part.length >= 6)
        .sort((one, other) => other.length - one.length)
        .reduce((text, part) => text.replaceAll(part, "(hidden)"), words);
}

/** Posts a card, signed as the bot wants it. Why it was not taken, if it was not, and the host; nothing in it is secret. */
export async function postCard(
    channel: WebhookChannel,
    { title, words }: CardText,
    estate: Pick<Estate, "network">,
    context: ConnectionContext,
    now: Date,
    end: AbortSignal,
): Promise<readonly [fault: string | undefined, host: string]> {
    const value = (key: string): string => text(at(context.credentials, ["channels", channel.name, key]));
    const { kind } = channel;
    const url = value("url");
    if (!URL.canParse(url)) {
        return ["its URL is none", ""];
    }
    const { origin, host } = new URL(url);
    const secret = value("secret");
    const bare = { url, body: bots[kind].card(title, words) };
    const post = secret === "" ? bare : bots[kind].signed(bare, secret, now);
    const { ask, close } = client(openConnection(origin, estate, context), end);
    try {
        const { status, body } = await ask("POST", post.url.slice(origin.length), post.body);
        const refusal = bots[kind].refusal(body);
        const words = refusal === undefined ? undefined : withoutSecrets(refusal, [url, post.url], secret);
        return [status < 200 || status > 299 ? `it answers ${status}` : words, host];
    } catch (error) {
        return [unreachable(error).message, host];
    } finally {
        close();
    }
}
