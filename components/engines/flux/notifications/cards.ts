/** What the relay makes of Flux's events, as templates of its own (relay/flux.go). Pure. */
import { eventNames } from "../../../../estate/events";
import type { Channel } from "../../../../estate/model";
import type { MessageSource } from "../../../notifications/cardFacts";
import { factPlace, filledCards } from "../../../notifications/filledCards";

/** Messages about HelmReleases and Kustomizations. Flux has no pages; GitLab's page of the commit says what was delivered. */
const source: MessageSource = {
    engine: "GitLab",
    fact: (name, _, encoding) => factPlace(name, encoding),
    // Flux says neither, and delivers to no machine.
    unknown: ["author", "image", "machine"],
    links: { app: '{{ fact "page" }}' },
    occurrence: {
        app: (encoding) => factPlace("application", encoding),
        revision: (encoding) => factPlace("commit", encoding),
        operation: () => "",
    },
};

/** The cards of a channel by event; undefined for a mail address. */
export function cardsOf(channel: Channel): Record<string, unknown> | undefined {
    return filledCards(channel, source, eventNames);
}
