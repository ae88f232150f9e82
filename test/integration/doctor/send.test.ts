/**
 * The doctor's test cards, on the sandbox's chat: each kind of bot takes its card with its signature, and what a bot says
 * against it is told. That the real ones take these cards is not proved here.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, test } from "node:test";
import { sendTestCards } from "../../../commands/doctor/channels/send";
import type { Finding } from "../../../commands/doctor/finding";
import { channelSecret, startChat, type Message, type RunningChat } from "../../../sandbox/chat";
import { model } from "../../support/estate";

const seed = "test-only";
let folder: string;
let chat: RunningChat;

before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "doctor-send-"));
    chat = await startChat({ host: "127.0.0.1", port: 0, mailPort: 0, dataDir: folder, secret: seed });
});
after(async () => {
    await chat.close();
    fs.rmSync(folder, { recursive: true, force: true });
});

const routes = {
    lark: "/feishu/lark",
    ding: "/dingtalk/ding",
    slack: "/slack/slack",
    own: "/webhook/own",
};

async function send(wrong: readonly string[] = []): Promise<Finding[]> {
    const estate = model({
        channels: {
            lark: { kind: "feishu", language: "zh" },
            ding: { kind: "dingtalk" },
            slack: { kind: "slack" },
            own: { kind: "webhook" },
            post: { kind: "email", recipient: "a@b.test", language: "zh" },
        },
    });
    const secretOf = (name: string): string =>
        wrong.includes(name) ? "another-secret" : channelSecret(seed, name);
    const credentials = {
        channels: {
            ...Object.fromEntries(
                Object.entries(routes).map(([name, route]) => [
                    name,
                    {
                        url: `${chat.url}${route}`,
                        ...(name === "lark" || name === "ding" ? { secret: secretOf(name) } : {}),
                    },
                ]),
            ),
            post: {
                host: "127.0.0.1",
                port: String(chat.mailPort),
                from: "Estate <estate@acme.test>",
                username: "post",
                password: secretOf("post"),
            },
        },
    };
    const findings = await sendTestCards(
        { ...estate, channels: pick(estate.channels, [...Object.keys(routes), "post"]) },
        { credentials, folder: ".", env: {} },
        new Date(),
        AbortSignal.timeout(20_000),
    );
    assert.doesNotMatch(JSON.stringify(findings), /another-secret|\/lark|\/ding/);
    return findings;
}

function pick<T>(all: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
    return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

async function messages(): Promise<Message[]> {
    return (await (await fetch(`${chat.url}/__sandbox/messages`)).json()) as Message[];
}

test("each channel takes one card or mail, in its language", async () => {
    const findings = await send();
    assert.deepEqual(
        findings.map(({ severity, path: at, rule }) => [severity, at, rule]).sort(),
        ["ding", "lark", "own", "post", "slack"].map((name) => [
            "note",
            `channels.${name}`,
            `took a test ${name === "post" ? "mail" : "card"}`,
        ]),
    );
    const found = await messages();
    assert.deepEqual(found.map(({ channel }) => channel).sort(), ["ding", "lark", "own", "post", "slack"]);
    for (const name of ["lark", "post"]) {
        assert.match(found.find(({ channel }) => channel === name)?.rendered.title ?? "", /测试/, name);
    }
});

test("a wrong signature is reported in the bot's words", async () => {
    const faults = (await send(["lark", "ding"])).filter(({ severity }) => severity === "error");
    assert.deepEqual(faults.map(({ path: at }) => at).sort(), ["channels.ding", "channels.lark"]);
    const rule = (name: string): string =>
        faults.find(({ path: at }) => at === `channels.${name}`)?.rule ?? "";
    assert.match(rule("ding"), /310000 sign not match/);
    assert.match(rule("lark"), /sign match fail/);
});

test("a wrong password of the mail account is reported in the server's words", async () => {
    const [fault, ...others] = (await send(["post"])).filter(({ severity }) => severity === "error");
    assert.deepEqual(others, []);
    assert.equal(fault?.path, "channels.post");
    assert.match(fault?.rule ?? "", /must take a test mail: it refuses the account: 535/);
});
