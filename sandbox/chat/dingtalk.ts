/**
 * DingTalk's custom robot. Answers and codes as its documentation has them ("custom robot"): always status 200, with
 * `errcode`. Markdown and action cards are checked in what the documentation requires.
 */
import {
    hasKeyword,
    isObject,
    isWebUrl,
    parseObject,
    type Delivery,
    type Rendered,
    type Verdict,
} from "./model";
import type { Limit } from "./rate";
import { dingtalkSign, isTimely, sameText } from "./signature";

/** 20 a minute. Who sends more is shut out for ten minutes in earnest; here only until the minute is over. */
export const dingtalkLimits: readonly Limit[] = [{ count: 20, perMs: 60_000 }];

/** Largest request in bytes. */
const largest = 20_000;

export const dingtalkBusy: Verdict = refused(130101, "send too fast, exceed 20 times per minute");

export function receiveDingtalk(delivery: Delivery): Verdict {
    const { bot, text, secret, query, now } = delivery;
    if (!delivery.contentType.includes("json")) {
        return refused(43004, "invalid HTTP Content-Type header");
    }
    const body = parseObject(text);
    if (body === undefined || Buffer.byteLength(text) > largest) {
        return refused(40035, "the json parameter is missing or not valid");
    }
    if (bot.disabled === true) {
        return refused(300005, "token is not exist");
    }
    if (bot.signed !== false) {
        const timestamp = query["timestamp"] ?? "";
        if (timestamp === "" || query["sign"] === undefined) {
            return refused(310000, "sign not match: timestamp or sign is missing");
        }
        if (!isTimely(Number(timestamp), now)) {
            return refused(310000, "invalid timestamp");
        }
        if (!sameText(query["sign"], dingtalkSign(timestamp, secret))) {
            return refused(310000, "sign not match");
        }
    }
    if (!hasKeyword(bot, text)) {
        return refused(310000, "keywords not in content");
    }
    const rendered = render(body);
    return typeof rendered === "string"
        ? refused(40035, rendered)
        : { status: 200, body: { errcode: 0, errmsg: "ok" }, rendered };
}

/** How the message looks, or what is wrong with it. */
function render(body: Record<string, unknown>): Rendered | string {
    const type = body["msgtype"];
    const part = typeof type === "string" ? body[type] : undefined;
    if (!isObject(part)) {
        return `param error: ${String(type)} is missing`;
    }
    switch (type) {
        case "text":
            return filled(part["content"])
                ? { title: "", color: "grey", lines: part["content"].split("\n"), buttons: [] }
                : "param error: text.content is empty";
        case "markdown":
            return filled(part["title"]) && filled(part["text"])
                ? {
                      title: part["title"],
                      color: colorOf(part["text"]),
                      lines: part["text"].split("\n"),
                      buttons: [],
                  }
                : "param error: markdown needs title and text";
        case "link":
            return filled(part["title"]) && filled(part["text"]) && isWebUrl(part["messageUrl"])
                ? {
                      title: part["title"],
                      color: "grey",
                      lines: [part["text"]],
                      buttons: [{ text: part["title"], url: part["messageUrl"] }],
                  }
                : "param error: link needs title, text and messageUrl";
        case "actionCard":
            return renderCard(part);
        default:
            return `param error: msgtype ${String(type)} is not supported`;
    }
}

function renderCard(card: Record<string, unknown>): Rendered | string {
    const { title, text, btns, singleTitle, singleURL, btnOrientation } = card;
    if (!filled(title) || !filled(text)) {
        return "param error: actionCard needs title and text";
    }
    if (btnOrientation !== undefined && btnOrientation !== "0" && btnOrientation !== "1") {
        return "param error: btnOrientation must be 0 or 1";
    }
    const buttons: { text: string; url: string }[] = [];
    if (filled(singleTitle)) {
        if (!isWebUrl(singleURL)) {
            return "param error: singleURL is no URL";
        }
        buttons.push({ text: singleTitle, url: singleURL });
    } else if (Array.isArray(btns) && btns.length > 0) {
        for (const each of btns as unknown[]) {
            if (!isObject(each) || !filled(each["title"]) || !isWebUrl(each["actionURL"])) {
                return "param error: each of btns needs title and actionURL";
            }
            buttons.push({ text: each["title"], url: each["actionURL"] });
        }
    } else {
        return "param error: actionCard needs singleTitle or btns";
    }
    return { title, color: colorOf(text), lines: text.split("\n"), buttons };
}

/** DingTalk's cards have no colour; the marks in their texts do. */
function colorOf(text: string): string {
    const marks: Record<string, string> = { "🟢": "green", "🔴": "red", "🟠": "orange", "🔵": "blue" };
    return Object.entries(marks).find(([mark]) => text.includes(mark))?.[1] ?? "grey";
}

function filled(value: unknown): value is string {
    return typeof value === "string" && value !== "";
}

function refused(errcode: number, errmsg: string): Verdict {
    return { status: 200, body: { errcode, errmsg }, refusal: { code: String(errcode), reason: errmsg } };
}
