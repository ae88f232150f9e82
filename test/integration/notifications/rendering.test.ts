/**
 * The templates and conditions in Argo CD's own engine. Proves that every template renders for every channel in both
 * languages, whatever the Application lacks or holds, and what the triggers count by. It does not prove that the
 * author of a commit is found: for that a repo-server is asked, which the end-to-end tests have.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { events } from "../../../components/notifications/cardTexts";
import { triggers } from "../../../components/engines/argocd/notifications/triggers";
import { notificationSettings } from "../../../components/engines/argocd/notifications/notifications";
import { channelKindNames, channelKinds, isWebhookKind, type WebhookKind } from "../../../estate/channels";
import type { Channel, Estate } from "../../../estate/model";
import { receiveDingtalk } from "../../../sandbox/chat/dingtalk";
import { receiveFeishu } from "../../../sandbox/chat/feishu";
import { chatKinds, type Delivery, type Rendered, type Verdict } from "../../../sandbox/chat/model";
import { receiveSlack, receiveWebhook } from "../../../sandbox/chat/slack";
import { sampleEstate } from "../../components/sample";
import { application, nastyApplication, neverSynced, unseen, type State } from "./support/applications";
import { NotificationEngine, type Application } from "./support/engine";

const channel = (kind: Channel["kind"], language: Channel["language"]): Channel => ({
    name: `${kind}-${language}`,
    kind,
    language,
    events: ["healthy"],
});
const channels = Object.fromEntries(
    channelKindNames
        .flatMap((kind) => [channel(kind, "en"), channel(kind, "zh")])
        .map((each): [string, Channel] => [each.name, each]),
);
const direct = sampleEstate(undefined, { channels });
const relayed: Estate = {
    ...direct,
    relay: { image: "relay:1", url: "http://relay.test", dedupMinutes: 30, dryRun: false },
};

const receivers: Readonly<Record<WebhookKind, (delivery: Delivery) => Verdict>> = {
    feishu: receiveFeishu,
    dingtalk: receiveDingtalk,
    slack: receiveSlack,
    webhook: receiveWebhook,
};

/** How the receiving system shows the message. */
function shown(name: string, body: string): Rendered {
    const kind = channels[name]?.kind ?? "email";
    assert.ok(isWebhookKind(kind), name);
    assert.ok(Buffer.byteLength(body) <= (channelKinds[kind].maximumBytes ?? Infinity), name);
    const verdict = receivers[kind]({
        channel: name,
        bot: { signed: false },
        secret: "",
        query: {},
        contentType: "application/json",
        text: body,
        now: 0,
    });
    assert.ok(verdict.rendered, `${name} refuses: ${JSON.stringify(verdict.body)}\n${body}`);
    return verdict.rendered;
}

const applications: Readonly<Record<string, Application>> = {
    "a healthy one": application(),
    "a degraded one": application({
        health: "Degraded",
        resources: [
            { kind: "Deployment", name: "web", health: { status: "Degraded", message: "no progress" } },
        ],
    }),
    "one whose repository is out of reach": application({
        sync: "Unknown",
        revision: "0123456789012345678901234567890123456789",
        conditions: [{ type: "ComparisonError", message: "connection refused" }],
    }),
    "one that never synced": neverSynced,
    "one nobody looked at": unseen,
    "one full of nasty texts": nastyApplication,
};

test("the sandbox has a receiver for every kind that is posted", () => {
    assert.deepEqual([...chatKinds].sort(), channelKindNames.filter(isWebhookKind).sort());
});

describe("templates", () => {
    let engine: NotificationEngine;
    before(async () => {
        engine = await NotificationEngine.open(notificationSettings(direct, {}));
    });
    after(() => engine.close());

    for (const [what, app] of Object.entries(applications)) {
        for (const event of Object.values(events)) {
            test(`${event.name} of ${what}: every channel accepts it`, () => {
                const { webhook = {}, email } = engine.render(`app-${event.name}`, app);
                assert.equal(Object.keys(webhook).length, 2 * channelKindNames.filter(isWebhookKind).length);
                for (const [name, { method, body }] of Object.entries(webhook)) {
                    assert.equal(method, "POST");
                    const { title, lines } = shown(name, body);
                    const all = [title, ...lines].join("\n");
                    for (const fact of ["web-dev", "member1"]) {
                        assert.ok(all.includes(fact), `${name} does not tell ${fact}: ${all}`);
                    }
                    assert.doesNotMatch(all, /<no value>|<nil>|%!/, name);
                    assert.doesNotMatch(body, /<at|<!channel/, name);
                    assert.ok(Buffer.byteLength(body) < 15_000, `${name}: ${body.length} characters`);
                }
                assert.match(email?.subject ?? "", /^web-dev: .* \/ .*[^ -~]/);
                assert.doesNotMatch(email?.body ?? "", /<no value>|<nil>/);
            });
        }
    }

    test("cards say what happened, in which colour and language", () => {
        const { webhook = {} } = engine.render("app-healthy", applications["a healthy one"] ?? {});
        const en = shown("feishu-en", webhook["feishu-en"]?.body ?? "");
        assert.equal(en.color, "green");
        assert.equal(en.title, "web-dev: Deployed and healthy");
        assert.match(en.lines.join("\n"), /\*\*Commit\*\* abc123/);
        assert.match(en.lines.join("\n"), /\*\*Image\*\* harbor\.test\/web-dev\/web:0123456789/);
        assert.deepEqual(
            en.buttons.map(({ url }) => url),
            [
                "https://argocd.test/applications/argocd/web-dev",
                "https://argocd.test/applications/argocd/web-dev?view=tree&resource=kind:Deployment",
            ],
        );
        const zh = shown("dingtalk-zh", webhook["dingtalk-zh"]?.body ?? "");
        assert.equal(zh.color, "green");
        assert.match(zh.title, /部署成功/);
    });

    test("problems come with Argo CD's own words", () => {
        const text = (template: string, what: string): string => {
            const { webhook = {} } = engine.render(template, applications[what] ?? {});
            return shown("slack-en", webhook["slack-en"]?.body ?? "").lines.join("\n");
        };
        assert.match(text("app-degraded", "a degraded one"), /Deployment web: no progress/);
        assert.match(text("app-unknown", "one whose repository is out of reach"), /connection refused/);
        assert.match(text("app-failed", "one full of nasty texts"), /say "no"[^]*中文🙂/);
    });
});

test("through a relay, the message is in an envelope that says what it is about", async () => {
    const engine = await NotificationEngine.open(notificationSettings(relayed));
    const { webhook = {} } = engine.render("app-failed", nastyApplication);
    engine.close();
    for (const [name, { body }] of Object.entries(webhook)) {
        const { message, ...about } = JSON.parse(body) as Record<string, unknown>;
        assert.deepEqual(about, {
            event: "failed",
            app: "web-dev",
            revision: "abc123",
            operation: "2026-03-04T05:06:07Z",
        });
        shown(name, JSON.stringify(message));
    }
});

describe("conditions", () => {
    let engine: NotificationEngine;
    before(async () => {
        engine = await NotificationEngine.open({
            "trigger.all": JSON.stringify(triggers.map(({ when }) => ({ when, send: [] }))),
        });
    });
    after(() => engine.close());

    const cases: readonly [string, Application, readonly string[]][] = [
        ["a healthy deployment", application(), ["on-deployed", "on-sync-succeeded"]],
        [
            "a sync that runs, over old health",
            application({ phase: "Running", health: "Degraded" }),
            ["on-sync-running"],
        ],
        ["a rollout in progress", application({ health: "Progressing" }), ["on-sync-succeeded"]],
        [
            "a broken rollout",
            application({ health: "Degraded" }),
            ["on-health-degraded", "on-sync-succeeded"],
        ],
        ["a failed sync", application({ phase: "Failed", sync: "OutOfSync" }), ["on-sync-failed"]],
        [
            "a repository out of reach",
            application({ sync: "Unknown" }),
            ["on-sync-status-unknown", "on-sync-succeeded"],
        ],
        [
            "a cluster out of reach: one message, not two",
            application({ sync: "Unknown", health: "Unknown" }),
            ["on-sync-status-unknown", "on-sync-succeeded"],
        ],
        [
            "drift that was looked at after the sync",
            application({ sync: "OutOfSync" }),
            ["on-deployed", "on-sync-succeeded"],
        ],
        [
            "health that may be older than the sync",
            application({ sync: "OutOfSync", reconciledAt: "2026-03-04T05:06:09Z" }),
            ["on-sync-succeeded"],
        ],
        ["never synced", neverSynced, []],
        ["not looked at", unseen, []],
    ];
    for (const [what, app, expected] of cases) {
        test(`${what}: ${expected.length === 0 ? "nothing" : expected.join(", ")}`, () => {
            const holds = engine.conditions("all", app);
            const held = triggers.map(({ name }) => name).filter((_name, index) => holds[index]);
            assert.deepEqual(held.sort(), expected);
        });
    }
});

describe("once per", () => {
    /** Says whether `trigger` would count two states as the same thing told. */
    async function keys(trigger: string, states: readonly (State | Application)[]): Promise<string[]> {
        const { oncePer = "" } = triggers.find(({ name }) => name === trigger) ?? {};
        const found: string[] = [];
        // The engine tells whether a condition holds, not what it counts by: so it is asked.
        const candidates = [
            "abc123@0",
            "abc123@100",
            "abc123@200",
            "abc123@0#0",
            "abc123@100#0",
            "abc123@0#1",
            "def456@0",
            "none@0",
            "abc123#0",
            "abc123#1",
            "2026-03-04T05:06:07Z",
        ];
        const conditions = candidates.map((key) => ({
            when: oncePer.replace(/((?:let [^;]*; )*)(.*)/s, `$1($2) == '${key}'`),
            send: [],
        }));
        const engine = await NotificationEngine.open({ "trigger.keys": JSON.stringify(conditions) });
        for (const state of states) {
            const app = "metadata" in state ? state : application(state);
            const place = engine.conditions("keys", app).indexOf(true);
            found.push(candidates[place] ?? "something else");
        }
        engine.close();
        return found;
    }
    const red = { "abc123@0:on-health-degraded:[0].h:ops:": 100 };
    const green = { "abc123@0#0:on-deployed:[0].h:ops:": 200 };

    test("health: the deployment, and each problem that was notified of this commit", async () => {
        assert.deepEqual(
            await keys("on-deployed", [
                {},
                { told: green },
                { history: 1 },
                { told: red },
                { told: { ...red, ...green } },
                { told: { "fff@0:on-health-degraded:[0].h:ops:": 300 } },
                { told: { "abc123@0:on-sync-status-unknown:[0].h:ops:": 100 } },
                { told: { "abc123@0:on-sync-failed:[0].h:ops:": 100 } },
            ]),
            [
                "abc123@0#0",
                "abc123@0#0",
                "abc123@0#1",
                "abc123@100#0",
                "abc123@100#0",
                "abc123@0#0",
                "abc123@100#0",
                "abc123@100#0",
            ],
        );
    });
    test("a problem: the commit, and each time health was notified of it", async () => {
        for (const trigger of ["on-health-degraded", "on-sync-failed", "on-sync-status-unknown"]) {
            assert.deepEqual(
                await keys(trigger, [
                    {},
                    { told: red },
                    { told: { ...red, ...green } },
                    { revision: "def456" },
                ]),
                ["abc123@0", "abc123@0", "abc123@200", "def456@0"],
                trigger,
            );
        }
    });
    test("a problem before any commit: once, and a sync that failed early by the commit it wanted", async () => {
        assert.deepEqual(
            await keys("on-sync-failed", [neverSynced, unseen, { revision: "", wanted: "def456" }]),
            ["none@0", "none@0", "def456@0"],
        );
    });
    test("success: the deployment; a running sync: when it began", async () => {
        assert.deepEqual(await keys("on-sync-succeeded", [{}, { history: 1 }]), ["abc123#0", "abc123#1"]);
        assert.deepEqual(await keys("on-sync-running", [{ phase: "Running" }]), ["2026-03-04T05:06:07Z"]);
    });
});
