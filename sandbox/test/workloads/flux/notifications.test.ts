/** Which alerts an event sets off, what providers are sent, and what receivers believe. */
import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import { test } from "node:test";

import { type FluxEvent } from "../../../workloads/flux/standins/events";
import {
    type Alert,
    type AlertSpec,
    eventKey,
    matches,
    notificationOf,
} from "../../../workloads/flux/standins/notifications/alerts";
import {
    accepts,
    messageFor,
    onThisMachine,
    recipientOf,
    type Recipient,
} from "../../../workloads/flux/standins/notifications/providers";
import {
    faultOf,
    type Receiver,
    type ReceiverSpec,
    webhookPath,
} from "../../../workloads/flux/standins/notifications/receivers";

const group = "helm.toolkit.fluxcd.io";

const event: FluxEvent = {
    involvedObject: { kind: "HelmRelease", namespace: "shop", name: "web", apiVersion: `${group}/v2` },
    severity: "info",
    timestamp: "2026-11-29T00:00:00Z",
    message: "Helm upgrade succeeded",
    reason: "UpgradeSucceeded",
    metadata: {
        [`${group}/revision`]: "0.1.0",
        [`${group}/token`]: "t",
        "event.toolkit.fluxcd.io/app": "annotated",
    },
    reportingController: "helm-controller",
};

const alert = (change: Partial<AlertSpec> = {}): Alert => ({
    metadata: { name: "a", namespace: "shop" },
    spec: {
        providerRef: { name: "p" },
        eventSources: [{ kind: "HelmRelease", name: "web" }],
        ...change,
    },
});

test("an alert takes events of its sources, by name, namespace and labels", () => {
    const taken = (source: AlertSpec["eventSources"][number], labels: Record<string, string> = {}): boolean =>
        matches(alert({ eventSources: [source] }), event, labels);
    assert.ok(taken({ kind: "HelmRelease", name: "web" }));
    assert.ok(taken({ kind: "HelmRelease", name: "*" }));
    assert.ok(taken({ kind: "HelmRelease", name: "*", matchLabels: { app: "web" } }, { app: "web" }));
    assert.ok(!taken({ kind: "HelmRelease", name: "*", matchLabels: { app: "web" } }, { app: "api" }));
    assert.ok(!taken({ kind: "HelmRelease", name: "web", namespace: "other" }));
    assert.ok(!taken({ kind: "Kustomization", name: "web" }));
});

test("severity, suspension, inclusion and exclusion filter events", () => {
    const taken = (change: Partial<AlertSpec>, of: FluxEvent = event): boolean =>
        matches(alert(change), of, {});
    assert.ok(!taken({ eventSeverity: "error" }));
    assert.ok(taken({ eventSeverity: "error" }, { ...event, severity: "error" }));
    assert.ok(!taken({ suspend: true }));
    assert.ok(!taken({ exclusionList: ["upgrade.*succeeded"] }));
    assert.ok(!taken({ inclusionList: ["install"] }));
    assert.ok(taken({ inclusionList: ["install", "^Helm"] }));
    assert.ok(taken({ exclusionList: ["("] }), "a pattern that is none fits nothing");
});

test("metadata of a notification: the controller's over the alert's over annotations, without what is internal", () => {
    const { metadata } = notificationOf(
        event,
        alert({ eventMetadata: { app: "web", revision: "x" }, summary: "s" }),
    );
    assert.deepEqual(metadata, { app: "web", revision: "0.1.0", summary: "s" });
});

test("the same event twice has one key, another revision another", () => {
    assert.equal(eventKey(event), eventKey({ ...event, timestamp: "2026-11-29T00:01:00Z" }));
    const other = { ...event, metadata: { ...event.metadata, [`${group}/revision`]: "0.2.0" } };
    assert.notEqual(eventKey(event), eventKey(other));
});

const recipient = (type: string, change: Partial<Recipient> = {}): Recipient => ({
    type,
    address: "http://relay.test/flux/ops",
    uid: "0f1e-2d",
    token: "secret",
    headers: {},
    authority: undefined,
    timeout: 1000,
    ...change,
});

test("generic-hmac signs the body that it sends; generic adds the Secret's headers", () => {
    const signed = messageFor(recipient("generic-hmac"), event);
    const hmac = crypto
        .createHmac("sha256", "secret")
        .update(signed?.body ?? "")
        .digest("hex");
    assert.equal(signed?.headers["x-signature"], `sha256=${hmac}`);
    assert.deepEqual(JSON.parse(signed?.body ?? ""), event);
    assert.equal(messageFor(recipient("generic", { headers: { key: "1" } }), event)?.headers["key"], "1");
});

test("gitlab gets a commit status for the revision, named after object and provider", () => {
    const sha = "a".repeat(40);
    const told = { ...event, severity: "error" as const, metadata: { revision: `main@sha1:${sha}` } };
    const message = messageFor(recipient("gitlab", { address: "http://gitlab.test/acme/web.git" }), told);
    assert.equal(message?.url, `http://gitlab.test/api/v4/projects/acme%2Fweb/statuses/${sha}`);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(message?.body)), {
        state: "failed",
        name: "helmrelease/web/0f1e",
        description: "upgrade succeeded",
    });
    assert.equal(messageFor(recipient("gitlab"), { ...told, reason: "Progressing" }), undefined);
    assert.throws(() => messageFor(recipient("gitlab"), { ...event, metadata: {} }), /missing revision/);
});

test("an update of a commit status is for gitlab alone, and a type that nobody knows is refused by name", () => {
    const update = { ...event, metadata: { [`${group}/commit_status`]: "update" } };
    assert.ok(accepts("gitlab", update));
    assert.ok(!accepts("generic-hmac", update));
    assert.ok(accepts("generic-hmac", event));
    assert.throws(() => messageFor(recipient("slack"), event), /type slack/);
});

test("the Secret's address counts, a proxy is refused, and no address is an error", () => {
    const provider = (spec: object): never =>
        ({
            metadata: { name: "p", namespace: "shop", uid: "u" },
            spec: { type: "generic", ...spec },
        }) as never;
    assert.equal(
        recipientOf(provider({ address: "http://a" }), { address: "http://b\n" }, {}, 1).address,
        "http://b",
    );
    assert.throws(() => recipientOf(provider({}), {}, {}, 1), /no address/);
    assert.throws(
        () => recipientOf(provider({ address: "http://a", proxy: "http://p" }), {}, {}, 1),
        /proxy/,
    );
});

test("the relay's name in the cluster means its port on this machine, other addresses stay", () => {
    for (const name of ["notification-relay", "notification-relay.flux-system.svc.cluster.local.:8080"]) {
        assert.equal(onThisMachine(`http://${name}/flux/ops`, 18938), "http://127.0.0.1:18938/flux/ops");
    }
    assert.equal(onThisMachine("http://relay.test/a", 1), "http://relay.test/a");
});

const receiver = (spec: Partial<ReceiverSpec>): Receiver => ({
    metadata: { name: "r", namespace: "shop" },
    spec: { type: "gitlab", resources: [], ...spec },
});

test("a receiver's path is a digest of token, name and namespace", () => {
    const digest = crypto.createHash("sha256").update("tokenrshop").digest("hex");
    assert.equal(webhookPath("token", "r", "shop"), `/hook/${digest}`);
});

test("gitlab shows the token and an event that is listed, harbor the token as it is", () => {
    const body = Buffer.from("{}");
    const fault = (spec: Partial<ReceiverSpec>, headers: Record<string, string>): string | undefined =>
        faultOf(receiver(spec), "token", { headers, body });
    const gitlab = { "x-gitlab-token": "token", "x-gitlab-event": "Push Hook" };
    assert.equal(fault({}, gitlab), undefined);
    assert.equal(fault({ events: ["push hook"] }, gitlab), undefined);
    assert.match(fault({ events: ["Tag Push Hook"] }, gitlab) ?? "", /'Push Hook' is not authorised/);
    assert.match(fault({}, { ...gitlab, "x-gitlab-token": "other" }) ?? "", /does not match/);
    assert.equal(fault({ type: "harbor" }, { authorization: "token" }), undefined);
    assert.match(fault({ type: "harbor" }, { authorization: "Bearer token" }) ?? "", /does not match/);
    const signature = crypto.createHmac("sha256", "token").update(body).digest("hex");
    assert.equal(fault({ type: "generic-hmac" }, { "x-signature": `sha256=${signature}` }), undefined);
    assert.match(fault({ type: "generic-hmac" }, { "x-signature": `md5=${signature}` }) ?? "", /HMAC/);
    assert.match(fault({ type: "quay" }, {}) ?? "", /does not know receivers of type quay/);
});
