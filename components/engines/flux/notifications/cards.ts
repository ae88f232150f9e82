/** What the relay makes of Flux's events, as templates of its own (relay/flux.go). Pure. */
import { isWebhookKind, type WebhookKind } from "../../../../estate/channels";
import { eventNames } from "../../../../estate/events";
import type { Channel } from "../../../../estate/model";
import type { Encoding, MessageSource } from "../../../notifications/cardFacts";
import { webhookBody } from "../../../notifications/cardLayouts";
import { events } from "../../../notifications/cardTexts";

/** The value of a fact. The relay encodes texts after it filled them, so only what chat systems read in them is replaced. */
function fact(name: string, { replacements }: Encoding): string {
    const words = [name, ...replacements.flat()].map((word) => JSON.stringify(word));
    return `{{ fact ${words.join(" ")} }}`;
}

/** Messages about HelmReleases and Kustomizations. Flux has no pages; GitLab's page of the commit says what was delivered. */
const source: MessageSource = {
    engine: "GitLab",
    fact: (name, _, encoding) => fact(name, encoding),
    // Flux says neither.
    unknown: ["author", "image"],
    links: { app: '{{ fact "page" }}' },
    occurrence: {
        app: (encoding) => fact("application", encoding),
        revision: (encoding) => fact("commit", encoding),
        operation: () => "",
    },
};

/** The cards of a channel by event; undefined for a mail address. */
export function cardsOf(channel: Channel): Record<string, unknown> | undefined {
    return isPosted(channel)
        ? Object.fromEntries(
              eventNames.map((name) => [
                  name,
                  JSON.parse(webhookBody(channel, events[name], source, false)) as unknown,
              ]),
          )
        : undefined;
}

function isPosted(channel: Channel): channel is Channel & { kind: WebhookKind } {
    return isWebhookKind(channel.kind);
}
