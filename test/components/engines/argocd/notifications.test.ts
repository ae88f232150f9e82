/**
 * The notifications as data: what is reported, in which form, to whom. That Argo CD's engine takes it is proven in
 * rendering.test.ts.
 */
import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as k8s from "@pulumi/kubernetes";
import { parse } from "yaml";
import { events } from "../../../../components/notifications/cardTexts";
import { triggers } from "../../../../components/engines/argocd/notifications/triggers";
import {
    notificationSettings,
    Notifications,
    subscriptions,
} from "../../../../components/engines/argocd/notifications/notifications";
import { defaultEvents } from "../../../../estate/events";
import type { Channel } from "../../../../estate/model";
import { childrenOf, leaks, record, registration, secretValue } from "../../../support/engine";
import { sampleAppEnvironment, sampleEstate } from "../../sample";

const channel = (name: string, kind: Channel["kind"], overrides: Partial<Channel> = {}): Channel => ({
    name,
    kind,
    language: "en",
    events: defaultEvents,
    ...overrides,
});

const estate = sampleEstate(undefined, {
    channels: {
        ops: channel("ops", "feishu", { language: "zh" }),
        oncall: channel("oncall", "dingtalk"),
        general: channel("general", "slack", { recipient: "#general" }),
        audit: channel("audit", "webhook"),
        post: channel("post", "email", { recipient: "ops@example.com" }),
    },
});
const settings = notificationSettings(estate);

/** Fills template expressions with a word, so that what is around them can be parsed. */
const filled = (body: string): string => body.replace(/\{\{[^}]*\}\}/g, "x");

describe("settings", () => {
    test("a service per channel, its address by reference only", () => {
        const names = Object.keys(settings).filter((key) => key.startsWith("service."));
        assert.deepEqual(names.sort(), [
            "service.email.post",
            "service.webhook.audit",
            "service.webhook.general",
            "service.webhook.oncall",
            "service.webhook.ops",
        ]);
        const ops = parse(settings["service.webhook.ops"] ?? "") as Record<string, unknown>;
        assert.equal(ops["url"], "$ops-url");
        const post = parse(settings["service.email.post"] ?? "") as Record<string, unknown>;
        assert.equal(post["password"], "$post-password");
    });

    test("each trigger sends the template of its event, once per what it says", () => {
        for (const trigger of triggers) {
            const [written] = parse(settings[`trigger.${trigger.name}`] ?? "") as Record<string, unknown>[];
            assert.deepEqual(written?.["send"], [`app-${trigger.event}`]);
            assert.equal(written?.["when"], trigger.when);
            assert.equal(written?.["oncePer"], trigger.oncePer);
            assert.ok(settings[`template.app-${trigger.event}`] !== undefined);
        }
    });

    test("a message to Slack names the channel of the spec, others name none", () => {
        const { webhook } = parse(settings["template.app-degraded"] ?? "") as {
            webhook: Record<string, { body: string }>;
        };
        const bodies = Object.entries(webhook).map(([name, { body }]) => {
            const whole = JSON.parse(filled(body)) as Record<string, unknown>;
            return [name, ((whole["message"] ?? whole) as Record<string, unknown>)["channel"]];
        });
        assert.deepEqual(Object.fromEntries(bodies), {
            audit: undefined,
            general: "#general",
            oncall: undefined,
            ops: undefined,
        });
    });

    test("conditions guard against an Application that was never synced", () => {
        for (const trigger of triggers) {
            assert.doesNotMatch(trigger.when, /operationState\.(?!\?)/, trigger.name);
        }
    });

    for (const event of Object.values(events)) {
        test(`${event.name}: a valid body for every bot, with app, cluster, namespace and commit`, () => {
            const template = parse(settings[`template.app-${event.name}`] ?? "") as {
                webhook: Record<string, { method: string; body: string }>;
                email: { subject: string; body: string };
            };
            assert.deepEqual(Object.keys(template.webhook).sort(), ["audit", "general", "oncall", "ops"]);
            for (const [name, { method, body }] of Object.entries(template.webhook)) {
                assert.equal(method, "POST");
                assert.doesNotThrow(() => JSON.parse(filled(body)), `${name}: ${body}`);
                assert.doesNotMatch(
                    body,
                    /\{\{[^}]*\\"[^}]*\}\}/,
                    "an escaped quote inside an expression breaks it",
                );
                for (const part of [
                    ".app.metadata.name",
                    ".app.spec.destination.name",
                    ".app.spec.destination.namespace",
                    ".revision",
                ]) {
                    assert.ok(body.includes(part), `${name} does not tell ${part}`);
                }
            }
            assert.match(template.email.subject, /\.app\.metadata\.name/);
        });
    }

    test("Feishu's card has the event's colour and its channel's language", () => {
        const { webhook } = parse(settings["template.app-degraded"] ?? "") as {
            webhook: Record<string, { body: string }>;
        };
        const card = JSON.parse(webhook["ops"]?.body ?? "") as {
            msg_type: string;
            card: { header: { template: string; title: { content: string } } };
        };
        assert.equal(card.msg_type, "interactive");
        assert.equal(card.card.header.template, "red");
        assert.match(card.card.header.title.content, /应用状态异常/);
    });

    test("the workload's button leads to the estate's page, where it names one", () => {
        assert.doesNotMatch(JSON.stringify(settings), /clusterPageUrl/);
        const paged = sampleEstate(undefined, {
            channels: estate.channels,
            argocd: { ...estate.argocd, clusterPageUrl: "https://pages.test" },
        });
        assert.match(notificationSettings(paged)["template.app-healthy"] ?? "", /clusterPageUrl/);
    });
});

test("an app's Applications subscribe its channels in that environment", () => {
    const environment = sampleAppEnvironment("web", "dev", { channels: ["ops", "post"] });
    const annotations = subscriptions(estate, environment);
    assert.equal(annotations["notifications.argoproj.io/subscribe.on-deployed.ops"], "");
    assert.equal(annotations["notifications.argoproj.io/subscribe.on-deployed.post"], "ops@example.com");
    assert.deepEqual(subscriptions(estate, sampleAppEnvironment("web", "dev")), {});
});

test("where commits are reported on GitLab, every Application notifies the relay, which has no channel for it", () => {
    const relay = {
        image: "relay:1",
        url: "http://relay.test",
        dedupMinutes: 30,
        dryRun: false,
        commits: true,
    } as const;
    assert.deepEqual(Object.keys(subscriptions({ ...estate, relay }, sampleAppEnvironment("web", "dev"))), [
        "notifications.argoproj.io/subscribe.on-deployed.gitlab--commits",
        "notifications.argoproj.io/subscribe.on-health-degraded.gitlab--commits",
        "notifications.argoproj.io/subscribe.on-sync-failed.gitlab--commits",
        "notifications.argoproj.io/subscribe.on-sync-status-unknown.gitlab--commits",
    ]);
    const settings = notificationSettings({ ...estate, relay });
    assert.match(settings["service.webhook.gitlab--commits"] ?? "", /url: http:\/\/relay\.test\/commits\n/);
    for (const [event, reported] of Object.entries({ healthy: true, unknown: true, running: false })) {
        assert.equal((settings[`template.app-${event}`] ?? "").includes("gitlab--commits"), reported, event);
    }
    assert.doesNotMatch(JSON.stringify(notificationSettings(estate)), /gitlab--commits/);
});

test("one ConfigMap, and one Secret whose content is secret", async () => {
    const recording = await record(() => {
        const args = { estate, secrets: { ops: { url: "https://fake.test/hook" } }, relayToken: "unused" };
        new Notifications("notifications", args, { providers: [new k8s.Provider("host")] });
    });
    assert.deepEqual(childrenOf(recording, "notifications"), [
        "kubernetes:core/v1:ConfigMap notifications-settings",
        "kubernetes:core/v1:Secret notifications-addresses",
    ]);
    assert.deepEqual(leaks(recording), []);
    const secret = registration(recording, "notifications-addresses").inputs["stringData"];
    assert.deepEqual(secretValue(secret), { "ops-url": "https://fake.test/hook" });
});
