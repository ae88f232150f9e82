/**
 * Feishu's custom bot. Answers and codes as its documentation has them ("custom bot usage guide"): refusals come with
 * status 200 and a code. Cards are checked in what the documentation requires of version 1 cards.
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
import { feishuSign, isTimely, sameText } from "./signature";

/** 100 a minute and 5 a second. */
export const feishuLimits: readonly Limit[] = [
    { count: 5, perMs: 1000 },
    { count: 100, perMs: 60_000 },
];

/** Largest request in bytes. */
const largest = 20 * 1024;

export const feishuBusy: Verdict = refused(11232, "frequency limited");

export function receiveFeishu(delivery: Delivery): Verdict {
    const { bot, text, secret, now } = delivery;
    const body = parseObject(text);
    if (Buffer.byteLength(text) > largest) {
        return refused(9499, "Bad Request: request body is larger than 20 KB");
    }
    if (!delivery.contentType.includes("json") || body === undefined) {
        return refused(9499, "Bad Request");
    }
    if (bot.disabled === true) {
        return refused(19001, "param invalid: incoming webhook access token invalid");
    }
    if (bot.signed !== false) {
        const { timestamp, sign } = body;
        const seconds = String(timestamp);
        if (
            (typeof timestamp !== "string" && typeof timestamp !== "number") ||
            typeof sign !== "string" ||
            !isTimely(Number(seconds) * 1000, now) ||
            !sameText(sign, feishuSign(seconds, secret))
        ) {
            return refused(19021, "sign match fail or timestamp is not within one hour from current time");
        }
    }
    if (!hasKeyword(bot, text)) {
        return refused(19024, "Key Words Not Found");
    }
    const rendered = render(body);
    return typeof rendered === "string"
        ? refused(rendered.startsWith("params error") ? 19002 : 9499, rendered)
        : {
              status: 200,
              body: { code: 0, data: {}, msg: "success", StatusCode: 0, StatusMessage: "success" },
              rendered,
          };
}

/** How the message looks, or what is wrong with it. */
function render(body: Record<string, unknown>): Rendered | string {
    switch (body["msg_type"]) {
        case "text": {
            const content = isObject(body["content"]) ? body["content"]["text"] : undefined;
            return typeof content === "string" && content !== ""
                ? { title: "", color: "grey", lines: content.split("\n"), buttons: [] }
                : "Bad Request: text is empty";
        }
        case "post":
            return isObject(body["content"]) && isObject(body["content"]["post"])
                ? { title: "post", color: "grey", lines: [JSON.stringify(body["content"])], buttons: [] }
                : "Bad Request: post is missing";
        case "interactive": {
            const card = typeof body["card"] === "string" ? parseObject(body["card"]) : body["card"];
            return isObject(card) ? renderCard(card) : "Bad Request: card is missing";
        }
        case undefined:
            return "params error, msg_type need";
        default:
            return `params error, msg_type ${String(body["msg_type"])} is not supported`;
    }
}

/** Colours of a card's head. */
const templates =
    "blue wathet turquoise green yellow orange red carmine violet purple indigo grey default".split(" ");

function renderCard(card: Record<string, unknown>): Rendered | string {
    const { header, elements } = card;
    let title = "";
    let color = "default";
    if (header !== undefined) {
        if (!isObject(header) || !isObject(header["title"])) {
            return "card: header needs a title";
        }
        const wrong = textProblem(header["title"], "header.title");
        if (wrong !== undefined) {
            return wrong;
        }
        title = String(header["title"]["content"]);
        const template = header["template"] ?? "default";
        if (typeof template !== "string" || !templates.includes(template)) {
            return "card: header.template is not a colour";
        }
        color = template;
    }
    if (!Array.isArray(elements) || elements.length === 0) {
        return "card: elements are missing";
    }
    const lines: string[] = [];
    const buttons: { text: string; url: string }[] = [];
    for (const [index, element] of elements.entries()) {
        const wrong = renderElement(element, `elements[${index}]`, lines, buttons);
        if (wrong !== undefined) {
            return `card: ${wrong}`;
        }
    }
    return { title, color, lines, buttons };
}

/** Adds what an element shows; returns what is wrong with it. */
function renderElement(
    element: unknown,
    at: string,
    lines: string[],
    buttons: { text: string; url: string }[],
): string | undefined {
    if (!isObject(element)) {
        return `${at} is no object`;
    }
    switch (element["tag"]) {
        case "hr":
        case "img":
            return undefined;
        case "markdown":
            if (typeof element["content"] !== "string") {
                return `${at}.content is missing`;
            }
            lines.push(...element["content"].split("\n"));
            return undefined;
        case "div":
            return renderDiv(element, at, lines);
        case "note":
            return each(element["elements"], `${at}.elements`, (part, place) => {
                const wrong = textProblem(part, place);
                if (wrong === undefined) {
                    lines.push(String((part as Record<string, unknown>)["content"]));
                }
                return wrong;
            });
        case "column_set":
            return each(element["columns"], `${at}.columns`, (column, place) =>
                isObject(column) && column["tag"] === "column"
                    ? each(column["elements"], `${place}.elements`, (part, inner) =>
                          renderElement(part, inner, lines, buttons),
                      )
                    : `${place} is no column`,
            );
        case "action":
            return each(element["actions"], `${at}.actions`, (action, place) =>
                button(action, place, buttons),
            );
        default:
            return `${at}.tag ${String(element["tag"])} is not known`;
    }
}

function renderDiv(element: Record<string, unknown>, at: string, lines: string[]): string | undefined {
    const { text, fields } = element;
    if (text === undefined && fields === undefined) {
        return `${at} needs text or fields`;
    }
    const texts = [
        ...(text === undefined ? [] : [text]),
        ...(Array.isArray(fields)
            ? fields.map((field: unknown) => (isObject(field) ? field["text"] : undefined))
            : []),
    ];
    for (const part of texts) {
        const wrong = textProblem(part, at);
        if (wrong !== undefined) {
            return wrong;
        }
        lines.push(String((part as Record<string, unknown>)["content"]).replace("\n", " "));
    }
    return undefined;
}

function textProblem(value: unknown, at: string): string | undefined {
    if (!isObject(value) || typeof value["content"] !== "string") {
        return `${at} has no content`;
    }
    return value["tag"] === "plain_text" || value["tag"] === "lark_md"
        ? undefined
        : `${at}.tag must be plain_text or lark_md`;
}

function button(action: unknown, at: string, buttons: { text: string; url: string }[]): string | undefined {
    if (!isObject(action) || action["tag"] !== "button") {
        return `${at} is no button`;
    }
    const wrong = textProblem(action["text"], `${at}.text`);
    if (wrong !== undefined) {
        return wrong;
    }
    const multi = isObject(action["multi_url"]) ? action["multi_url"]["url"] : undefined;
    const url = action["url"] ?? multi;
    if (url !== undefined && !isWebUrl(url)) {
        return `${at}.url is no URL`;
    }
    if (!["default", "primary", "danger", undefined].includes(action["type"] as string | undefined)) {
        return `${at}.type is not known`;
    }
    buttons.push({
        text: String((action["text"] as Record<string, unknown>)["content"]),
        url: typeof url === "string" ? url : "",
    });
    return undefined;
}

function each(
    list: unknown,
    at: string,
    check: (value: unknown, at: string) => string | undefined,
): string | undefined {
    if (!Array.isArray(list) || list.length === 0) {
        return `${at} is empty`;
    }
    for (const [index, value] of list.entries()) {
        const wrong = check(value, `${at}[${index}]`);
        if (wrong !== undefined) {
            return wrong;
        }
    }
    return undefined;
}

function refused(code: number, msg: string): Verdict {
    return { status: 200, body: { code, data: {}, msg }, refusal: { code: String(code), reason: msg } };
}
