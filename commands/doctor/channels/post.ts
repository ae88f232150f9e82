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
        return [status < 200 || status > 299 ? `it answers ${status}` : refusal, host];
    } catch (error) {
        return [unreachable(error).message, host];
    } finally {
        close();
    }
}
