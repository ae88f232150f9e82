/**
 * Slack's incoming webhook and a receiver of one's own. Slack answers in plain text and with the status that fits, as
 * its documentation has it ("sending messages using incoming webhooks", "handling errors").
 */
import { isObject, isWebUrl, parseObject, type Delivery, type Rendered, type Verdict } from "./model";
import type { Limit } from "./rate";

/** One a second, short bursts allowed. */
export const slackLimits: readonly Limit[] = [
    { count: 5, perMs: 1000 },
    { count: 65, perMs: 60_000 },
];

/** Longest text in characters; longer ones are cut by Slack. */
const longestText = 40_000;
const mostAttachments = 100;

export const slackBusy: Verdict = {
    ...refused(429, "rate_limited"),
    headers: { "Retry-After": "1" },
};

export function receiveSlack(delivery: Delivery): Verdict {
    if (delivery.bot.disabled === true) {
        return refused(404, "no_service");
    }
    const body = parseObject(delivery.text);
    if (body === undefined) {
        return refused(400, "invalid_payload");
    }
    const { text, attachments, blocks } = body;
    if (attachments !== undefined && !Array.isArray(attachments)) {
        return refused(400, "invalid_attachments");
    }
    if (blocks !== undefined && !Array.isArray(blocks)) {
        return refused(400, "invalid_blocks");
    }
    const parts: unknown[] = attachments ?? [];
    if (parts.length > mostAttachments) {
        return refused(400, "too_many_attachments");
    }
    if (
        (typeof text !== "string" || text === "") &&
        parts.length === 0 &&
        (blocks === undefined || blocks.length === 0)
    ) {
        return refused(400, "no_text");
    }
    if (parts.some((part) => !isObject(part))) {
        return refused(400, "invalid_attachments");
    }
    const rendered = render(typeof text === "string" ? text.slice(0, longestText) : "", parts);
    return rendered === undefined
        ? refused(400, "invalid_attachments")
        : { status: 200, body: "ok", rendered };
}

const colorNames: Record<string, string> = {
    "#2eb67d": "green",
    good: "green",
    "#e01e5a": "red",
    danger: "red",
    "#ecb22e": "orange",
    warning: "orange",
    "#36c5f0": "blue",
};

function render(text: string, attachments: readonly unknown[]): Rendered | undefined {
    const lines: string[] = [];
    const buttons: { text: string; url: string }[] = [];
    let color = "grey";
    for (const part of attachments as Record<string, unknown>[]) {
        color = colorNames[String(part["color"])] ?? color;
        if (typeof part["text"] === "string") {
            lines.push(...part["text"].split("\n"));
        }
        for (const field of (part["fields"] ?? []) as Record<string, unknown>[]) {
            if (typeof field["title"] !== "string" || typeof field["value"] !== "string") {
                return undefined;
            }
            lines.push(`**${field["title"]}** ${field["value"]}`);
        }
        for (const action of (part["actions"] ?? []) as Record<string, unknown>[]) {
            if (
                action["type"] !== "button" ||
                typeof action["text"] !== "string" ||
                !isWebUrl(action["url"])
            ) {
                return undefined;
            }
            buttons.push({ text: action["text"], url: action["url"] });
        }
    }
    return { title: text, color, lines, buttons };
}

function refused(status: number, word: string): Verdict {
    return { status, body: word, refusal: { code: String(status), reason: word } };
}

/** A receiver of one's own takes any JSON object. */
export function receiveWebhook(delivery: Delivery): Verdict {
    const body = parseObject(delivery.text);
    if (delivery.bot.disabled === true || body === undefined) {
        const status = body === undefined ? 400 : 404;
        return {
            status,
            body: { message: status === 400 ? "not a JSON object" : "no such hook" },
            refusal: { code: String(status), reason: "" },
        };
    }
    const colors: Record<string, string> = {
        healthy: "green",
        succeeded: "green",
        degraded: "red",
        failed: "red",
        unknown: "orange",
        running: "blue",
    };
    return {
        status: 200,
        body: { received: true },
        rendered: {
            title: [body["title"], body["event"], "webhook"].find((each) => typeof each === "string") ?? "",
            color: colors[String(body["event"])] ?? "grey",
            lines: Object.entries(body).map(
                ([key, value]) => `**${key}** ${typeof value === "string" ? value : JSON.stringify(value)}`,
            ),
            buttons: [],
        },
    };
}
