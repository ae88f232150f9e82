/** Cards with places for facts, which others fill when something happened: the relay and `ci/card.mjs`. Pure. */
import { isWebhookKind, type WebhookKind } from "../../estate/channels";
import type { EventName } from "../../estate/events";
import type { Channel } from "../../estate/model";
import type { Encoding, MessageSource } from "./cardFacts";
import { webhookBody } from "./cardLayouts";
import { events } from "./cardTexts";

/** The place of a fact. Texts are encoded after they are filled, so only what chat systems read in them is replaced. */
export function factPlace(name: string, { replacements }: Encoding): string {
    const words = [name, ...replacements.flat()].map((word) => JSON.stringify(word));
    return `{{ fact ${words.join(" ")} }}`;
}

/** The cards of a channel about some events, by event; undefined for a mail address. */
export function filledCards(
    channel: Channel,
    source: MessageSource,
    names: readonly EventName[],
): Record<string, unknown> | undefined {
    return isPosted(channel)
        ? Object.fromEntries(
              names.map((name) => [
                  name,
                  JSON.parse(webhookBody(channel, events[name], source, false)) as unknown,
              ]),
          )
        : undefined;
}

function isPosted(channel: Channel): channel is Channel & { kind: WebhookKind } {
    return isWebhookKind(channel.kind);
}
