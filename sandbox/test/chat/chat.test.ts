/**
 * The chat stand-ins over HTTP and SMTP: what they take, what they refuse and with which words. The real bots'
 * behaviour is taken from their documentation; that they behave so today is not proven here.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { channelSecret, startChat, type Message, type RunningChat } from "../../chat";
import { parseMail } from "../../chat/mail";
import { dingtalkSign, feishuSign } from "../../chat/signature";

const seed = "test-only";
let dir: string;
let chat: RunningChat;
let now = Date.parse("2026-03-04T05:06:07Z");

const start = (): Promise<RunningChat> =>
    startChat({ host: "127.0.0.1", port: 0, mailPort: 0, dataDir: dir, secret: seed, now: () => now });

before(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "chat-"));
    chat = await start();
});
after(async () => {
    await chat.close();
    fs.rmSync(dir, { recursive: true, force: true });
});

interface Answer {
    readonly status: number;
    readonly text: string;
    readonly json: Readonly<Record<string, unknown>>;
}

async function post(route: string, body: unknown, contentType = "application/json"): Promise<Answer> {
    const response = await fetch(`${chat.url}${route}`, {
        method: "POST",
        headers: { "content-type": contentType },
        body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return {
        status: response.status,
        text,
        json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
}

async function messages(channel: string): Promise<Message[]> {
    return (await (await fetch(`${chat.url}/__sandbox/messages?channel=${channel}`)).json()) as Message[];
}

/** A signed Feishu message; `parts` replaces what it says. */
function feishu(channel: string, parts: object = {}, at = now): object {
    const timestamp = String(Math.floor(at / 1000));
    return {
        msg_type: "text",
        content: { text: "hello" },
        timestamp,
        sign: feishuSign(timestamp, channelSecret(seed, channel)),
        ...parts,
    };
}

/** Route of a signed DingTalk message. */
function dingtalk(channel: string, at = now): string {
    const sign = encodeURIComponent(dingtalkSign(String(at), channelSecret(seed, channel)));
    return `/dingtalk/${channel}?access_token=x&timestamp=${at}&sign=${sign}`;
}

const card = (parts: object = {}): object => ({
    msg_type: "interactive",
    card: {
        header: { template: "red", title: { tag: "plain_text", content: "Broken" } },
        elements: [
            { tag: "div", fields: [{ is_short: true, text: { tag: "lark_md", content: "**App**\nweb" } }] },
            {
                tag: "action",
                actions: [
                    {
                        tag: "button",
                        type: "primary",
                        text: { tag: "plain_text", content: "Open" },
                        url: "https://argocd.test/x",
                    },
                ],
            },
        ],
        ...parts,
    },
});

describe("signatures", () => {
    // Computed with openssl after the bots' documentation.
    test("are those of the documented recipes", () => {
        assert.equal(feishuSign("1700000000", "demo"), "8oT2n3SMKFfEnDoiwer8BUM/SjKLwe9SqoEIHlhDTKo=");
        assert.equal(dingtalkSign("1700000000000", "demo"), "xfnlAuOK5y01v9a1lNRpnLkBRS0dfla0aOWLQMANQuE=");
    });
});

describe("Feishu", () => {
    test("accepts a signed card and shows it", async () => {
        const answer = await post("/feishu/cards", feishu("cards", card()));
        assert.deepEqual([answer.status, answer.json["code"]], [200, 0]);
        const [message] = await messages("cards");
        assert.deepEqual(message?.rendered, {
            title: "Broken",
            color: "red",
            lines: ["**App** web"],
            buttons: [{ text: "Open", url: "https://argocd.test/x" }],
        });
        assert.equal(JSON.stringify(message).includes("sign"), false, "signatures are not kept");
    });

    const refusals: readonly [string, () => unknown, number][] = [
        ["no JSON", () => "{", 9499],
        ["no signature", () => ({ msg_type: "text", content: { text: "x" } }), 19021],
        ["another secret's signature", () => feishu("others"), 19021],
        ["a signature over an hour old", () => feishu("refusals", {}, now - 3_700_000), 19021],
        ["no type", () => feishu("refusals", { msg_type: undefined }), 19002],
        ["an empty text", () => feishu("refusals", { content: { text: "" } }), 9499],
        ["more than 20 KB", () => feishu("refusals", { content: { text: "x".repeat(21_000) } }), 9499],
        ["a card without elements", () => feishu("refusals", card({ elements: [] })), 9499],
        ["an unknown element", () => feishu("refusals", card({ elements: [{ tag: "video" }] })), 9499],
        [
            "a text of another kind",
            () => feishu("refusals", card({ elements: [{ tag: "div", text: { tag: "md", content: "" } }] })),
            9499,
        ],
        [
            "a colour that is none",
            () =>
                feishu(
                    "refusals",
                    card({ header: { template: "pink", title: { tag: "plain_text", content: "" } } }),
                ),
            9499,
        ],
    ];
    for (const [what, body, code] of refusals) {
        test(`refuses ${what}, with status 200`, async () => {
            now += 60_000;
            const answer = await post("/feishu/refusals", body());
            assert.deepEqual([answer.status, answer.json["code"]], [200, code]);
        });
    }

    test("wants one of its keywords", async () => {
        await fetch(`${chat.url}/__sandbox/bots/feishu/words`, {
            method: "PUT",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ signed: false, keywords: ["Argo"] }),
        });
        const say = (text: string): Promise<Answer> =>
            post("/feishu/words", { msg_type: "text", content: { text } });
        assert.equal((await say("hello")).json["code"], 19024);
        assert.equal((await say("hello Argo")).json["code"], 0);
    });

    test("accepts five a second", async () => {
        const codes = [];
        for (let index = 0; index < 6; index++) {
            codes.push((await post("/feishu/fast", feishu("fast"))).json["code"]);
        }
        assert.deepEqual(codes, [0, 0, 0, 0, 0, 11232]);
        now += 1000;
        assert.equal((await post("/feishu/fast", feishu("fast"))).json["code"], 0);
    });
});

describe("DingTalk", () => {
    const actionCard = {
        msgtype: "actionCard",
        actionCard: {
            title: "t",
            text: "### 🟢 t\n- **App**: web",
            btnOrientation: "1",
            btns: [{ title: "Open", actionURL: "https://argocd.test" }],
        },
    };
    test("accepts a signed card; its mark is its colour", async () => {
        assert.equal((await post(dingtalk("cards2"), actionCard)).json["errcode"], 0);
        assert.equal((await messages("cards2"))[0]?.rendered.color, "green");
    });
    test("refuses with status 200 and its own codes", async () => {
        const codes = [
            await post("/dingtalk/r", actionCard),
            await post(dingtalk("other").replace("/other", "/r"), actionCard),
            await post(dingtalk("r", now - 3_700_000), actionCard),
            await post(dingtalk("r"), { msgtype: "actionCard", actionCard: { title: "t" } }),
            await post(dingtalk("r"), "{"),
            await post(dingtalk("r"), actionCard, "text/plain"),
        ].map(({ status, json }) => [status, json["errcode"]]);
        assert.deepEqual(codes, [
            [200, 310000],
            [200, 310000],
            [200, 310000],
            [200, 40035],
            [200, 40035],
            [200, 43004],
        ]);
    });
    test("accepts twenty a minute", async () => {
        for (let index = 0; index < 20; index++) {
            assert.equal((await post(dingtalk("fast2"), actionCard)).json["errcode"], 0);
        }
        assert.equal((await post(dingtalk("fast2"), actionCard)).json["errcode"], 130101);
    });
});

describe("Slack", () => {
    test("answers in words, with the status that fits", async () => {
        const answers = [
            await post("/slack/talk", { text: "hello" }),
            await post("/slack/talk", "{"),
            await post("/slack/talk", {}),
            await post("/slack/talk", { text: "x", attachments: "none" }),
            await post("/slack/talk", { attachments: Array.from({ length: 101 }, () => ({})) }),
        ].map(({ status, text }) => `${status} ${text}`);
        assert.deepEqual(answers, [
            "200 ok",
            "400 invalid_payload",
            "400 no_text",
            "400 invalid_attachments",
            "400 too_many_attachments",
        ]);
    });
});

describe("all", () => {
    test("a fault cuts the answer off after the message was accepted", async () => {
        await fetch(`${chat.url}/__sandbox/faults`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ path: "/webhook/cut", dropResponse: true, times: 1 }),
        });
        await assert.rejects(post("/webhook/cut", { event: "healthy" }));
        assert.equal((await messages("cut")).length, 1);
    });
    test("the page shows cards and refusals, and nothing of a message acts in it", async () => {
        await post("/webhook/page", { event: "degraded", title: "<script>alert(1)</script>" });
        const page = await (await fetch(`${chat.url}/?channel=page`)).text();
        assert.match(page, /&lt;script&gt;/);
        assert.doesNotMatch(page, /<script/);
        assert.match(page, /too_many_attachments/);
    });
    test("what was accepted survives a restart", async () => {
        const count = (await messages("cards")).length;
        await chat.close();
        chat = await start();
        assert.equal((await messages("cards")).length, count);
    });
});

describe("mail", () => {
    /** Speaks SMTP: sends each line after the answer to the one before; returns the codes. */
    function talk(lines: readonly string[]): Promise<string[]> {
        return new Promise((resolve, reject) => {
            const codes: string[] = [];
            const waiting = [...lines];
            const socket = net.connect(chat.mailPort, "127.0.0.1");
            socket.setTimeout(10_000, () => socket.destroy(new Error("the mail server is silent")));
            socket.on("error", reject).on("close", () => resolve(codes));
            socket.setEncoding("utf8").on("data", (text: string) => {
                const last = text.trim().split("\r\n").at(-1) ?? "";
                if (/^\d{3} /.test(last)) {
                    codes.push(last.slice(0, 3));
                    const next = waiting.shift();
                    if (next === undefined) {
                        socket.end();
                    } else {
                        socket.write(`${next}\r\n`);
                    }
                }
            });
        });
    }
    const signIn = (account: string, password: string): string =>
        `AUTH PLAIN ${Buffer.from(`\0${account}\0${password}`).toString("base64")}`;

    test("accepts a mail of a channel's account", async () => {
        const codes = await talk([
            "EHLO me",
            signIn("post", channelSecret(seed, "post")),
            "MAIL FROM:<argocd@test.invalid>",
            "RCPT TO:<releases@example.com>",
            "DATA",
            "Subject: =?UTF-8?q?web:_=E5=90=8C=E6=AD=A5?=\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCommit: abc=\r\ndef =E5=A5=BD\r\n.",
            "QUIT",
        ]);
        assert.deepEqual(codes, ["220", "250", "235", "250", "250", "354", "250", "221"]);
        const [message] = await messages("post");
        assert.equal(message?.rendered.title, "web: 同步");
        assert.deepEqual(message.rendered.lines, ["Commit: abcdef 好"]);
        assert.deepEqual(message.to, ["releases@example.com"]);
    });
    test("refuses a wrong password, and mail without an account", async () => {
        assert.deepEqual(await talk(["EHLO me", signIn("post", "wrong"), "MAIL FROM:<a@b.test>", "QUIT"]), [
            "220",
            "250",
            "535",
            "530",
            "221",
        ]);
    });
    test("refuses commands out of their order, and ways to sign in that it does not offer", async () => {
        const codes = await talk([
            "EHLO me",
            "AUTH CRAM-MD5",
            signIn("post", channelSecret(seed, "post")),
            "RCPT TO:<releases@example.com>",
            "MAIL FROM:<argocd@test.invalid>",
            "DATA",
            "RCPT TO:<releases@example.com>",
            "RCPT TO:<nobody>",
            "DATA",
            "Subject: one\r\n\r\ntext\r\n.",
            "DATA",
            "QUIT",
        ]);
        const answers = ["504", "235", "503", "250", "503", "250", "501", "354", "250", "503", "221"];
        assert.deepEqual(codes, ["220", "250", ...answers]);
    });
    test("reads base64, and subjects in several words", async () => {
        assert.deepEqual(
            await parseMail(
                "Subject: =?UTF-8?b?5ZCM?=\r\n =?UTF-8?b?5q2l?=\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=",
            ),
            { subject: "同步", text: "hello" },
        );
    });
});
