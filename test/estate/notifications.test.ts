/** Who is notified of what, from the spec to the model. What Argo CD makes of it is tested with the notifications. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkCredentials } from "../../estate/credentials";
import { defaultEvents } from "../../estate/events";
import { model, type Overrides } from "../support/estate";

const heard = (overrides: Overrides): { channels: readonly string[]; events?: unknown } => {
    const { channels, events } = model(overrides).apps["web"]?.environments[0] ?? {
        channels: [],
        events: undefined,
    };
    return { channels, ...(events === undefined ? {} : { events }) };
};

describe("subscriptions", () => {
    test("a channel is subscribed to its own events, by default the end of every story and every problem", () => {
        assert.deepEqual(heard({}), { channels: ["ops"] });
        assert.deepEqual(model({}).channels["ops"]?.events, [...defaultEvents].sort());
    });
    test("team and environment add up, also in what they choose", () => {
        assert.deepEqual(
            heard({
                teams: { shop: { channels: [{ channel: "ops", triggers: ["on-sync-failed"] }] } },
                environments: {
                    dev: { channels: [{ channel: "ops", triggers: ["on-sync-running"] }, "oncall"] },
                },
            }),
            { channels: ["oncall", "ops"], events: { ops: ["failed", "running"] } },
        );
    });
    test("what the app says of a channel replaces what team and environment say of it", () => {
        assert.deepEqual(
            heard({ apps: { web: { channels: [{ channel: "ops", triggers: ["on-deployed"] }] } } }),
            { channels: ["ops"], events: { ops: ["healthy"] } },
        );
    });
    test("an app can unsubscribe a channel, or all of them", () => {
        const none = { channels: [] };
        assert.deepEqual(heard({ apps: { web: { channels: [{ channel: "ops", triggers: [] }] } } }), none);
        assert.deepEqual(heard({ apps: { web: { channels: null } } }), none);
    });
});

describe("relay", () => {
    const relay = (own: Overrides): unknown => model({ notifications: { relay: own } }).relay;
    test("is reached at its Service unless the spec says where", () => {
        assert.deepEqual(relay({ image: "harbor.test/relay:1" }), {
            image: "harbor.test/relay:1",
            url: "http://notification-relay.argocd.svc",
            dedupMinutes: 30,
            dryRun: false,
        });
        assert.equal(
            (relay({ image: "relay:1", url: "http://127.0.0.1:8936/" }) as { url: string }).url,
            "http://127.0.0.1:8936",
        );
    });
    test("is absent unless asked for", () => {
        assert.equal(model({ notifications: { relay: undefined } }).relay, undefined);
    });
    test("is needed where a bot has a signing secret", () => {
        const credentials = { channels: { ops: { url: "https://chat.test/hook", secret: "fake" } } };
        const found = (own: Overrides): string[] =>
            checkCredentials(model({ notifications: own }), credentials)
                .filter(({ id }) => id === "credential-relay")
                .map(({ path }) => path);
        assert.deepEqual(found({ relay: undefined }), ["credentials.channels.ops.secret"]);
        assert.deepEqual(found({}), []);
    });
});
