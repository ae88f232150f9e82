/** The table of channel kinds, and that what cannot be typed against it says the same: the relay and the manual. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, test } from "node:test";
import { channelKindNames, channelKinds, channelSecrets, isWebhookKind } from "../../estate/channels";
import { checkCredentials } from "../../estate/credentials";
import { model } from "../support/estate";

const read = (file: string): string => fs.readFileSync(path.join(__dirname, "../..", file), "utf8");

describe("the table of channel kinds", () => {
    test("the relay knows the kinds that go through it, and no other", () => {
        const [, table = ""] =
            /var kinds = map\[string\]Kind\{\n([\s\S]*?)\n\}\n/.exec(read("relay/kinds.go")) ?? [];
        const known = [...table.matchAll(/^\t"(\w+)": \{$/gm)].map(([, kind]) => kind);
        assert.deepEqual(known.sort(), channelKindNames.filter((kind) => channelKinds[kind].relayed).sort());
    });

    test("the manual names each kind with its secrets", () => {
        const rows = new Map(
            [...read("docs/notifications.md").matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm)].map(
                ([, kind, secrets = ""]) => [kind, [...secrets.matchAll(/`(\w+)`/g)].map(([, key]) => key)],
            ),
        );
        for (const kind of channelKindNames) {
            assert.deepEqual(
                rows.get(kind),
                channelSecrets(kind).map(({ key }) => key),
                kind,
            );
        }
    });

    test("what signs is relayed, and what is posted has a URL", () => {
        for (const kind of channelKindNames) {
            const secrets = channelSecrets(kind);
            assert.ok(channelKinds[kind].relayed || secrets.every(({ signs }) => signs !== true), kind);
            assert.equal(
                secrets.some(({ key, required }) => key === "url" && required),
                isWebhookKind(kind),
                kind,
            );
        }
    });
});

describe("credentials of a channel", () => {
    const channels = {
        ops: { kind: "slack" },
        oncall: { kind: "dingtalk" },
        mail: { kind: "email", recipient: "all@example.test" },
    };
    const url = "https://chat.test/hook";
    const mail = { host: "mail.test", port: "587", from: "a@b.test", username: "u", password: "p" };
    const found = (own: Record<string, Record<string, unknown>>): string[] =>
        checkCredentials(model({ channels }), { channels: { ops: { url }, oncall: { url }, mail, ...own } })
            .filter(({ path: at }) => at.startsWith("credentials.channels"))
            .map(({ id, path: at, rule }) => `${id} ${at} ${rule}`);

    test("that are what the kind asks for are accepted", () => {
        assert.deepEqual(found({}), []);
        assert.deepEqual(found({ oncall: { url, secret: "fake" } }), []);
    });

    test("are asked for by kind", () => {
        assert.deepEqual(found({ ops: {} }), [
            "credential-missing credentials.channels.ops.url is required: webhook URL of channel ops",
        ]);
    });

    test("of another kind are not used", () => {
        assert.deepEqual(found({ ops: { url, secret: "fake" } }), [
            "credential-unknown credentials.channels.ops.secret is not used by this estate",
        ]);
    });

    const misshapen: [string, string, RegExp][] = [
        ["url", "chat.test/hook", /an http or https URL$/],
        ["url", `${url}\n`, /an http or https URL$/],
        ["host", "smtp://mail.test", /a host name/],
        ["port", "smtp", /a port, 1 to 65535$/],
        ["port", "65536", /a port, 1 to 65535$/],
        ["port", "0", /a port, 1 to 65535$/],
    ];
    for (const [key, value, rule] of misshapen) {
        test(`must have their form: ${key} ${JSON.stringify(value)}`, () => {
            const [problem = "", ...others] = found(
                key === "url" ? { ops: { url: value } } : { mail: { ...mail, [key]: value } },
            );
            assert.deepEqual(others, []);
            assert.match(problem, /^credential-form /);
            assert.match(problem, rule);
        });
    }
});
