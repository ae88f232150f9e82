/** Where messages of a channel go, where that changes. Pure. */
import { channelKinds, type ChannelKind } from "../../estate/channels";
import type { Estate, Language } from "../../estate/model";
import { given } from "../../estate/plain";
import { compare } from "../../estate/problem";
import { code } from "./noun";
import type { Both, Snapshot } from "./snapshot";

/** What is known of where a channel's messages go. */
export interface Receiver {
    /** Absent: something that is posted to, nobody knows what. */
    readonly kind?: ChannelKind;
    /** Channel of Slack, or mail address; empty where there is none, absent where nobody says. */
    readonly recipient?: string;
}

const words: Readonly<Record<ChannelKind, Readonly<Record<Language, string>>>> = {
    feishu: { en: "Feishu", zh: "飞书" },
    dingtalk: { en: "DingTalk", zh: "钉钉" },
    slack: { en: "Slack", zh: "Slack" },
    webhook: { en: "a receiver of your own", zh: "自有接收方" },
    email: { en: "mail", zh: "邮件" },
};

function where({ kind, recipient }: Receiver, language: Language): string {
    const zh = language === "zh";
    if (kind === undefined) {
        return zh ? "聊天" : "a chat";
    }
    if (recipient === undefined || recipient === "") {
        return words[kind][language];
    }
    return channelKinds[kind].transport === "mail"
        ? `${zh ? "邮箱" : "mail address"} ${code(recipient)}`
        : `${words[kind][language]} ${zh ? "频道" : "channel"} ${code(recipient)}`;
}

/** Chinese puts a blank before Latin letters. */
function spaced(text: string): string {
    return /^\w/.test(text) ? ` ${text}` : text;
}

/** Channels that are there before and after, and whose messages go elsewhere. */
function movedReceivers(
    { before, after }: Both<Snapshot>,
    { channels }: Pick<Estate, "channels">,
): { readonly name: string; readonly was: Receiver; readonly is: Receiver }[] {
    return [...after.receivers.keys()].sort(compare).flatMap((name) => {
        const [was, now] = [before.receivers.get(name), after.receivers.get(name)];
        const channel = channels[name];
        if (was === undefined || now === undefined || channel === undefined) {
            return [];
        }
        const { kind, recipient } = channel;
        const is: Receiver = { kind, ...given("recipient", recipient) };
        const isMail = (receiver: Receiver): boolean =>
            receiver.kind !== undefined && channelKinds[receiver.kind].transport === "mail";
        // The objects of both sides are compared: which of them say the kind or the recipient is the engine's to know.
        const other =
            (was.kind === undefined || now.kind === undefined
                ? isMail(was) !== isMail(now)
                : was.kind !== now.kind) ||
            (was.recipient !== undefined && now.recipient !== undefined && was.recipient !== now.recipient);
        return other ? [{ name, was, is }] : [];
    });
}

/** Whether messages of some channel go elsewhere. */
export function isAnyMoved(both: Both<Snapshot>, estate: Pick<Estate, "channels">): boolean {
    return movedReceivers(both, estate).length > 0;
}

/** For the headline. */
export function receiverClauses(
    both: Both<Snapshot>,
    estate: Pick<Estate, "channels">,
    language: Language,
): string[] {
    return movedReceivers(both, estate).map(({ name, was, is }) =>
        language === "zh"
            ? `通道 ${code(name)} 的消息改发到${spaced(where(is, language))}（原为${spaced(where(was, language))}）`
            : `messages of channel ${code(name)} go to ${where(is, language)} instead of ${where(was, language)}`,
    );
}
