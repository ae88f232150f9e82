/**
 * The kinds of channel a message can go to. What is here is all that spec, credentials, rules, docs and commands know
 * of a kind. A new kind is an entry here and a card in components/notifications; in relay/kinds.go too, where it is
 * relayed. Pure.
 */

/** A value below `gitops-estate:credentials.channels.<name>`. */
export interface ChannelSecret {
    /** What it is, in words. */
    readonly purpose: string;
    /** False: a channel may do without. */
    readonly required: boolean;
    /** What it must look like; absent: any text. */
    readonly form?: Form;
    /** It signs messages, which only the relay can do. */
    readonly signs?: true;
}

/** What a text must look like. */
export interface Form {
    readonly pattern: RegExp;
    /** Continues "must be ". */
    readonly words: string;
}

/** All that is known of one kind of channel. */
export interface ChannelTraits {
    /** What people call it. */
    readonly title: string;
    /** `webhook`: a JSON document is posted to a URL. `mail`: a mail is handed to a mail server. */
    readonly transport: "webhook" | "mail";
    /** Whether messages go through the relay, where the estate has one. */
    readonly relayed: boolean;
    /** Stack secrets, by key. */
    readonly secrets: Readonly<Record<string, ChannelSecret>>;
    /** What `recipient` means in the spec; absent: refused, the URL says where messages go. */
    readonly recipient?: {
        readonly purpose: string;
        readonly required: boolean;
        readonly form?: Form;
    };
    /** How its webhook URL is recognised in plain text, and what it is called then. */
    readonly leak?: readonly [RegExp, string];
    /** Largest message it takes, in bytes. */
    readonly maximumBytes?: number;
}

const url: ChannelSecret = {
    purpose: "webhook URL",
    required: true,
    form: { pattern: /^https?:\/\/[^\s/?#]+\S*$/, words: "an http or https URL" },
};

const signingSecret: ChannelSecret = { purpose: "signing secret", required: false, signs: true };

const kinds = {
    feishu: {
        title: "Feishu",
        transport: "webhook",
        relayed: true,
        secrets: { url, secret: signingSecret },
        leak: [/\/open-apis\/bot\/v2\/hook\/[0-9a-f-]{16,}/i, "a bot's webhook URL"],
        maximumBytes: 20 * 1024,
    },
    dingtalk: {
        title: "DingTalk",
        transport: "webhook",
        relayed: true,
        secrets: { url, secret: signingSecret },
        leak: [/\baccess_token=[0-9a-f]{16,}/i, "a bot's access token"],
        maximumBytes: 20_000,
    },
    slack: {
        title: "Slack",
        transport: "webhook",
        relayed: true,
        secrets: { url },
        recipient: {
            purpose:
                "Slack channel, e.g. `#ops`, where the webhook may choose one: legacy ones may, those of Slack apps may not",
            required: false,
            form: {
                pattern: /^[#@]?[^\s#@{}<>]+$/,
                words: "the name of one channel, e.g. #ops, or its id",
            },
        },
        leak: [/\bhooks\.slack\.com\/services\/T[0-9A-Z]+\/B[0-9A-Z]+\/\w+/, "a bot's webhook URL"],
    },
    webhook: {
        title: "a receiver of your own",
        transport: "webhook",
        relayed: true,
        secrets: { url },
    },
    email: {
        title: "mail",
        transport: "mail",
        relayed: false,
        secrets: {
            host: {
                purpose: "mail server's host",
                required: true,
                form: { pattern: /^[^\s/@]+$/, words: "a host name or address, without scheme and user" },
            },
            port: {
                purpose: "mail server's port",
                required: true,
                form: {
                    pattern: /^(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/,
                    words: "a port, 1 to 65535",
                },
            },
            from: { purpose: "sender's address", required: true },
            username: { purpose: "mail account", required: true },
            password: { purpose: "mail password", required: true },
        },
        recipient: {
            purpose: "mail address",
            required: true,
            form: { pattern: /^[^\s@]+@\S+$/, words: "a mail address" },
        },
    },
} as const satisfies Readonly<Record<string, ChannelTraits>>;

export type ChannelKind = keyof typeof kinds;

/** Kinds that are posted to a URL, and so need a card. */
export type WebhookKind = {
    [Kind in ChannelKind]: (typeof kinds)[Kind]["transport"] extends "webhook" ? Kind : never;
}[ChannelKind];

type KeysOf<T> = T extends unknown ? keyof T : never;

/** Keys a channel of any kind may have below `credentials.channels.<name>`. */
export type ChannelSecretKey = KeysOf<(typeof kinds)[ChannelKind]["secrets"]>;

export const channelKinds: Readonly<Record<ChannelKind, ChannelTraits>> = kinds;

export const channelKindNames = Object.keys(kinds) as readonly ChannelKind[];

/** Whether messages to such a channel are posted to a URL. */
export function isWebhookKind(kind: ChannelKind): kind is WebhookKind {
    return channelKinds[kind].transport === "webhook";
}

/** The stack secrets of a kind, in the order of the table. */
export function channelSecrets(
    kind: ChannelKind,
): readonly (ChannelSecret & { readonly key: ChannelSecretKey })[] {
    return Object.entries(channelKinds[kind].secrets).map(([key, secret]) => ({
        key: key as ChannelSecretKey,
        ...secret,
    }));
}

/** Whether some kind has a stack secret of this name. */
export function isChannelSecretKey(key: string): key is ChannelSecretKey {
    return channelKindNames.some((kind) => Object.hasOwn(channelKinds[kind].secrets, key));
}
