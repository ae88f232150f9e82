/** The relay between Argo CD and chat bots: see relay/ for what it does, docs/notifications.md for how it is run. */
import * as pulumi from "@pulumi/pulumi";
import { channelSecrets } from "../../estate/channels";
import { mirroredImage, namesRegistry } from "../../estate/images";
import type { Channel, Estate, NotificationRelay as RelaySettings } from "../../estate/model";
import { relayOf } from "../../estate/notifications";
import { withoutSeccomp, withoutServiceAwait } from "../engines/argocd/install/patches";
import { refuse } from "../support/checks";
import { KubeResource, type KubeObject } from "../support/kubeObject";
import { sortedEntries } from "../support/maps";
import { settingsDigest } from "../support/settingsDigest";
import type { ChannelSecrets } from "./channels";

/** Name of everything that belongs to the relay, in Argo CD's namespace. */
export const relayName = "notification-relay";

/** Port inside the pod; the Service has 80. */
const port = 8080;

const settingsPath = "/etc/relay";
const secretsPath = "/run/relay-secrets";
const statePath = "/var/lib/relay";

/** What the relay is made for: its channels, and the Argo CD beside which it runs. */
export interface RelayHost extends Pick<Estate, "channels" | "relay"> {
    readonly argocd: Pick<Estate["argocd"], "namespace" | "imageMirror" | "seccomp" | "resources">;
}

/** Inputs of {@link NotificationRelay}. */
export interface NotificationRelayArgs {
    readonly estate: RelayHost;
    readonly relay: RelaySettings;
    /** Secrets by channel name: `url`, and `secret` where the bot signs. */
    readonly secrets: Readonly<Record<string, ChannelSecrets>>;
    /** What Argo CD shows to be let in. */
    readonly token: pulumi.Input<string>;
}

/** One replica: it keeps what it told, and the bots' limits are per bot, not per sender. */
export class NotificationRelay extends pulumi.ComponentResource {
    constructor(name: string, args: NotificationRelayArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:notifications:NotificationRelay", name, {}, opts);
        refuse("NotificationRelay", name, NotificationRelay.check(args), this);
        const { estate, relay } = args;
        const secret = new KubeResource(
            `${name}-secret`,
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: metadata(estate),
                type: "Opaque",
                stringData: pulumi.secret(relaySecrets(estate, args.secrets, args.token)),
            },
            { parent: this },
        );
        const needs: pulumi.Resource[] = [secret];
        for (const object of relayObjects(estate, relay)) {
            needs.push(
                new KubeResource(
                    `${name}-${object.kind.toLowerCase()}`,
                    { ...object },
                    { parent: this, ...(object.kind === "Deployment" ? { dependsOn: [...needs] } : {}) },
                ),
            );
        }
        this.registerOutputs({});
    }

    /** Every reason these args cannot work; empty when they can. */
    static check({ estate, secrets }: Pick<NotificationRelayArgs, "estate" | "secrets">): string[] {
        return relayedChannels(estate).flatMap(({ name, kind }) =>
            channelSecrets(kind)
                .filter(({ key, required }) => required && secrets[name]?.[key] === undefined)
                .map(({ key, purpose }) => `channel "${name}" needs its ${key}: ${purpose}.`),
        );
    }
}

function metadata(estate: RelayHost): KubeObject["metadata"] {
    return {
        name: relayName,
        namespace: estate.argocd.namespace,
        labels: {
            "app.kubernetes.io/name": relayName,
            "app.kubernetes.io/part-of": "argocd",
            "app.kubernetes.io/component": "notifications",
        },
    };
}

/** Channels whose messages go through the relay, sorted. */
function relayedChannels(estate: RelayHost): Channel[] {
    return sortedEntries(estate.channels).flatMap(([, channel]) =>
        relayOf(estate, channel) === undefined ? [] : [channel],
    );
}

/** Files of the relay's Secret. */
function relaySecrets(
    estate: RelayHost,
    secrets: Readonly<Record<string, ChannelSecrets>>,
    token: pulumi.Input<string>,
): Record<string, pulumi.Input<string>> {
    const values: Record<string, pulumi.Input<string>> = { token };
    for (const { name } of relayedChannels(estate)) {
        for (const [key, value] of Object.entries(secrets[name] ?? {})) {
            values[`${name}-${key}`] = value;
        }
    }
    return values;
}

/** The relay's settings file. Pure. */
export function relaySettings(estate: RelayHost, relay: RelaySettings): string {
    const settings = {
        listen: `:${port}`,
        dedupMinutes: relay.dedupMinutes,
        dryRun: relay.dryRun,
        channels: Object.fromEntries(
            relayedChannels(estate).map(({ name, kind, language }) => [name, { kind, language }]),
        ),
    };
    return `${JSON.stringify(settings, undefined, 2)}\n`;
}

/** Everything but the Secret, in the order it is needed. Pure. */
export function relayObjects(estate: RelayHost, relay: RelaySettings): KubeObject[] {
    const settings = relaySettings(estate, relay);
    const objects = [
        {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: metadata(estate),
            data: { "config.json": settings },
        },
        {
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: metadata(estate),
            // It never speaks to the API server.
            automountServiceAccountToken: false,
        },
        networkPolicy(estate),
        {
            apiVersion: "v1",
            kind: "Service",
            metadata: metadata(estate),
            spec: {
                selector: { "app.kubernetes.io/name": relayName },
                ports: [{ name: "http", port: 80, targetPort: "http" }],
            },
        },
        deployment(estate, relay, settings),
    ];
    return objects
        .map(withoutServiceAwait)
        .map((object) => (estate.argocd.seccomp === "remove" ? withoutSeccomp(object) : object));
}

/** Only Argo CD's notifications come in; out it goes to wherever the bots are. */
function networkPolicy(estate: RelayHost): KubeObject {
    return {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: metadata(estate),
        spec: {
            podSelector: { matchLabels: { "app.kubernetes.io/name": relayName } },
            policyTypes: ["Ingress"],
            ingress: [
                {
                    from: [
                        {
                            podSelector: {
                                matchLabels: {
                                    "app.kubernetes.io/name": "argocd-notifications-controller",
                                },
                            },
                        },
                    ],
                    ports: [{ port: "http", protocol: "TCP" }],
                },
            ],
        },
    };
}

function deployment(estate: RelayHost, relay: RelaySettings, settings: string): KubeObject {
    const probe = { httpGet: { path: "/healthz", port: "http" } };
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: metadata(estate),
        spec: {
            replicas: 1,
            // Two at a time would tell everything twice.
            strategy: { type: "Recreate" },
            selector: { matchLabels: { "app.kubernetes.io/name": relayName } },
            template: {
                metadata: {
                    labels: metadata(estate).labels,
                    // Settings are read when the process starts; secrets are read anew each time.
                    annotations: {
                        "gitops-estate/settings": settingsDigest(settings),
                    },
                },
                spec: {
                    serviceAccountName: relayName,
                    automountServiceAccountToken: false,
                    enableServiceLinks: false,
                    securityContext: {
                        runAsNonRoot: true,
                        runAsUser: 65532,
                        runAsGroup: 65532,
                        fsGroup: 65532,
                        seccompProfile: { type: "RuntimeDefault" },
                    },
                    containers: [
                        {
                            name: relayName,
                            image: relayImage(estate, relay),
                            command: ["/relay"],
                            args: ["-config", `${settingsPath}/config.json`],
                            env: [
                                { name: "RELAY_SECRETS", value: secretsPath },
                                { name: "RELAY_STATE", value: statePath },
                            ],
                            ports: [{ name: "http", containerPort: port }],
                            readinessProbe: { ...probe, periodSeconds: 5 },
                            livenessProbe: { ...probe, periodSeconds: 20, failureThreshold: 3 },
                            resources: estate.argocd.resources[relayName] ?? {
                                requests: { cpu: "10m", memory: "32Mi" },
                                limits: { memory: "64Mi" },
                            },
                            securityContext: {
                                allowPrivilegeEscalation: false,
                                readOnlyRootFilesystem: true,
                                capabilities: { drop: ["ALL"] },
                            },
                            volumeMounts: [
                                { name: "settings", mountPath: settingsPath, readOnly: true },
                                { name: "secrets", mountPath: secretsPath, readOnly: true },
                                { name: "state", mountPath: statePath },
                            ],
                        },
                    ],
                    volumes: [
                        { name: "settings", configMap: { name: relayName } },
                        { name: "secrets", secret: { secretName: relayName, defaultMode: 0o440 } },
                        // Outlives the process, not the pod.
                        { name: "state", emptyDir: { sizeLimit: "16Mi" } },
                    ],
                },
            },
        },
    };
}

/** An image with a registry host is taken as it is written; one without comes from the mirror, where there is one. */
function relayImage({ argocd }: RelayHost, { image }: RelaySettings): string {
    return namesRegistry(image) ? image : mirroredImage(image, argocd.imageMirror);
}
