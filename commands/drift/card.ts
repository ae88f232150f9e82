/** The card about drift: that there is an issue, and that it is over. What the issue says is confidential, and not in it. */
import type { Estate } from "../../estate/model";
import { isWebhook, postCard, type CardText, type WebhookChannel } from "../doctor/channels/post";
import type { ConnectionContext } from "../doctor/connections";
import { CommandError } from "../support/console";
import { risks, type DriftReport } from "./finding";
import type { NotifyChannel } from "./issue";
import { summary } from "./report";
import { phrases, type Language } from "./words";

/** Longest wait for a channel's answer, in milliseconds. */
const callTimeout = 30_000;

/** @throws CommandError when the estate has no such channel, or it takes mail and no cards. */
export function chatChannel({ channels }: Pick<Estate, "channels">, name: string): WebhookChannel {
    const channel = channels[name];
    if (channel === undefined || !isWebhook(channel)) {
        const known = Object.values(channels).filter(isWebhook);
        throw new CommandError(
            `--card ${name}: the estate has no chat channel of that name. There ${known.length === 1 ? "is" : "are"}: ${known.map((each) => each.name).join(", ") || "none"}.`,
        );
    }
    return channel;
}

/** What a card says, without names of what differs. Pure. */
export function driftCard(
    news: "begins" | "ends",
    report: DriftReport,
    address: string,
    language: Language,
): CardText {
    const stack = report.stack;
    if (news === "ends") {
        return {
            title: `${phrases.title[language]} ${stack}`,
            words: `${phrases.quiet[language]} ${address}`,
        };
    }
    const worst = risks.filter((risk) => report.findings.some((each) => each.risk === risk));
    const about = worst.map((risk) => phrases[risk][language]).join(", ");
    return {
        title: `${phrases.title[language]} ${stack} (${summary(report, language)})`,
        words: [...(about === "" ? [] : [about]), address].join(": "),
    };
}

/** Sends cards to a channel of the estate, in its language. */
export function cardTo(
    estate: Estate,
    name: string,
    report: DriftReport,
    context: ConnectionContext,
): NotifyChannel {
    const channel = chatChannel(estate, name);
    return async (news, address) => {
        const [fault] = await postCard(
            channel,
            driftCard(news, report, address, channel.language),
            estate,
            context,
            new Date(),
            AbortSignal.timeout(callTimeout),
        );
        if (fault !== undefined) {
            throw new CommandError(
                `Channel ${name} does not take the card about drift: ${fault}. The next run sends it again.`,
                2,
            );
        }
    };
}
