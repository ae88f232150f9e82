/** The relay as objects of the host cluster. That its program works is for test/relay. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as k8s from "@pulumi/kubernetes";
import { parse } from "yaml";
import {
    notificationSettings,
    Notifications,
    relayHost,
} from "../../../components/engines/argocd/notifications/notifications";
import { NotificationRelay, relayObjects } from "../../../components/notifications/relay";
import type { KubeObject } from "../../../components/support/kubeObject";
import type { Channel, Estate, NotificationRelay as RelaySettings } from "../../../estate/model";
import { childrenOf, leaks, record, registration, secretValue } from "../../support/engine";
import { sampleEstate } from "../sample";

const relay: RelaySettings = {
    image: "harbor.test/platform/notification-relay:1",
    url: "http://notification-relay.argocd.svc",
    dedupMinutes: 30,
    dryRun: false,
};
const channel = (name: string, kind: Channel["kind"]): Channel => ({
    name,
    kind,
    language: "en",
    events: ["healthy"],
});
const estate = (overrides: Partial<Estate> = {}): Estate =>
    sampleEstate(undefined, {
        channels: { ops: channel("ops", "feishu"), post: channel("post", "email") },
        relay,
        ...overrides,
    });

interface Container {
    readonly image: string;
    readonly securityContext: unknown;
}

interface Pod {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    readonly spec: {
        readonly automountServiceAccountToken: boolean;
        readonly securityContext: Readonly<Record<string, unknown>>;
        readonly containers: readonly [Container];
    };
}

const objectsOf = (of: Estate): KubeObject[] =>
    relayObjects({ host: relayHost(of), channels: of.channels, relay: of.relay ?? relay });

const podOf = (of: Estate): Pod => {
    const found = objectsOf(of).find(({ kind }) => kind === "Deployment");
    return (found?.["spec"] as { template: Pod }).template;
};

describe("relay", () => {
    test("Argo CD gets the address of the relay, and only the relay those of the bots", async () => {
        const recording = await record(() => {
            new Notifications(
                "notifications",
                {
                    estate: estate(),
                    secrets: {
                        ops: { url: "https://fake.test/hook", secret: "fake-signing-secret" },
                        post: {
                            host: "mail.test",
                            port: "2525",
                            from: "a@b.test",
                            username: "u",
                            password: "p",
                        },
                    },
                    relayToken: "fake-token",
                },
                { providers: [new k8s.Provider("host")] },
            );
        });
        assert.deepEqual(childrenOf(recording, "notifications-relay"), [
            "kubernetes:apps/v1:Deployment notifications-relay-deployment",
            "kubernetes:core/v1:ConfigMap notifications-relay-configmap",
            "kubernetes:core/v1:Secret notifications-relay-secret",
            "kubernetes:core/v1:Service notifications-relay-service",
            "kubernetes:core/v1:ServiceAccount notifications-relay-serviceaccount",
            "kubernetes:networking.k8s.io/v1:NetworkPolicy notifications-relay-networkpolicy",
        ]);
        assert.deepEqual(leaks(recording), []);
        const of = (name: string): unknown => secretValue(registration(recording, name).inputs["stringData"]);
        assert.deepEqual(of("notifications-relay-secret"), {
            token: "fake-token",
            "ops-url": "https://fake.test/hook",
            "ops-secret": "fake-signing-secret",
        });
        assert.deepEqual(of("notifications-addresses"), {
            "post-host": "mail.test",
            "post-port": "2525",
            "post-from": "a@b.test",
            "post-username": "u",
            "post-password": "p",
            "notification-relay-token": "fake-token",
        });
    });

    test("a channel's service is the relay, with the token; a mail server's port is a number", () => {
        const settings = notificationSettings(estate(), { post: "2525" });
        assert.deepEqual(parse(settings["service.webhook.ops"] ?? ""), {
            url: "http://notification-relay.argocd.svc/notify/ops",
            headers: [
                { name: "Content-Type", value: "application/json" },
                { name: "Authorization", value: "Bearer $notification-relay-token" },
            ],
            retryMax: 5,
        });
        assert.equal((parse(settings["service.email.post"] ?? "") as { port: unknown }).port, 2525);
    });

    test("no relay where nothing goes through it", async () => {
        const recording = await record(() => {
            const channels = { post: channel("post", "email") };
            const args = { estate: estate({ channels }), secrets: {}, relayToken: "fake-token" };
            new Notifications("notifications", args, { providers: [new k8s.Provider("host")] });
        });
        assert.deepEqual(childrenOf(recording, "notifications"), [
            "kubernetes:core/v1:ConfigMap notifications-settings",
            "kubernetes:core/v1:Secret notifications-addresses",
        ]);
    });

    test("runs with no right it does not need", () => {
        const { spec } = podOf(estate());
        assert.equal(spec.automountServiceAccountToken, false);
        assert.equal(spec.securityContext["runAsNonRoot"], true);
        assert.deepEqual(spec.containers[0].securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        });
    });

    test("starts anew when its settings change", () => {
        const digest = (of: Estate): string | undefined =>
            podOf(of).metadata.annotations["gitops-estate/settings"];
        assert.equal(digest(estate()), digest(estate()));
        assert.notEqual(digest(estate()), digest(estate({ relay: { ...relay, dryRun: true } })));
    });

    test("each of its channels must have what its kind asks for; mail is none of them", () => {
        const { channels } = estate();
        const ops = { url: "https://fake.test/hook" };
        assert.deepEqual(NotificationRelay.check({ channels, secrets: { ops } }), []);
        assert.deepEqual(NotificationRelay.check({ channels, secrets: {} }), [
            'channel "ops" needs its url: webhook URL.',
        ]);
    });

    test("an image without a registry host comes from the mirror, another stays as it is", () => {
        const imageOf = (image: string): string =>
            podOf(
                estate({
                    relay: { ...relay, image },
                    argocd: { ...estate().argocd, imageMirror: "harbor.test/mirror" },
                }),
            ).spec.containers[0].image;
        assert.equal(imageOf("platform/relay:1"), "harbor.test/mirror/platform/relay:1");
        assert.equal(imageOf("registry.test/platform/relay:1"), "registry.test/platform/relay:1");
    });

    test("Services are not waited for, and seccomp profiles go where nodes refuse them", () => {
        const objects = objectsOf(estate({ argocd: { ...estate().argocd, seccomp: "remove" } }));
        const service = objects.find(({ kind }) => kind === "Service");
        assert.equal(service?.metadata.annotations?.["pulumi.com/skipAwait"], "true");
        assert.doesNotMatch(JSON.stringify(objects), /seccompProfile/);
    });
});
