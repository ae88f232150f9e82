/** The relay between an engine and chat bots: see relay/ for what it does, docs/notifications.md for how it is run. */
import * as pulumi from "@pulumi/pulumi";
import { channelKinds, channelSecrets } from "../../estate/channels";
import { componentLabel, partOfLabel, programLabel, settingsAnnotation } from "../../estate/labels";
import { mirroredImage, namesRegistry } from "../../estate/images";
import type { Channel, Estate, NotificationRelay as RelaySettings } from "../../estate/model";
import { refuse } from "../support/checks";
import { KubeResource, type KubeObject } from "../support/kubeObject";
import { sortedEntries } from "../support/maps";
import { settingsDigest } from "../support/settingsDigest";
import { trusting } from "../support/trust";
import { withoutSeccomp, withoutServiceAwait } from "../support/workloads";
import type { ChannelSecrets } from "./channels";

/** Name of everything that belongs to the relay, in its engine's namespace. */
export const relayName = "notification-relay";

/** Port inside the pod; the Service has 80. */
const port = 8080;

const settingsPath = "/etc/relay";
const secretsPath = "/run/relay-secrets";
const statePath = "/var/lib/relay";

/** Where the relay runs: beside the engine that sends it messages. */
export interface RelayHost {
    /** Namespace of the engine. */
    readonly namespace: string;
    /** Value of the label {@link partOfLabel}. */
    readonly partOf: string;
    /** Labels of the pods that may reach it, in the same namespace. */
    readonly senders: Readonly<Record<string, string>>;
    /** Where an image without a registry host comes from; absent: from its own registry. */
    readonly imageMirror?: string;
    /** Secret with the login of the mirror; absent: images are pulled without. */
    readonly imagePullSecret?: string;
    /** PEM of private authorities, which are in the ConfigMap of components/support/trust.ts; absent: there are none. */
    readonly authorities?: string;
    /** `remove`: for nodes whose runtime refuses `seccompProfile`. */
    readonly seccomp: "keep" | "remove";
    /** Requests and limits of its container; absent: small ones. */
    readonly resources?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Inputs of {@link NotificationRelay}. */
export interface NotificationRelayArgs {
    readonly host: RelayHost;
    /** All channels of the estate; those whose kind goes through a relay are its own. */
    readonly channels: Estate["channels"];
    readonly relay: RelaySettings;
    /** Secrets by channel name: `url`, and `secret` where the bot signs. */
    readonly secrets: Readonly<Record<string, ChannelSecrets>>;
    /** What the engine shows to be let in. */
    readonly token: pulumi.Input<string>;
}

/** One replica: it keeps what it told, and the bots' limits are per bot, not per sender. */
export class NotificationRelay extends pulumi.ComponentResource {
    constructor(name: string, args: NotificationRelayArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:notifications:NotificationRelay", name, {}, opts);
        refuse("NotificationRelay", name, NotificationRelay.check(args), this);
        const { host } = args;
        const secret = new KubeResource(
            `${name}-secret`,
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: metadata(host),
                type: "Opaque",
                stringData: pulumi.secret(relaySecrets(args)),
            },
            { parent: this },
        );
        const needs: pulumi.Resource[] = [secret];
        for (const object of relayObjects(args)) {
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
    static check({ channels, secrets }: Pick<NotificationRelayArgs, "channels" | "secrets">): string[] {
        return relayedChannels(channels).flatMap(({ name, kind }) =>
            channelSecrets(kind)
                .filter(({ key, required }) => required && secrets[name]?.[key] === undefined)
                .map(({ key, purpose }) => `channel "${name}" needs its ${key}: ${purpose}.`),
        );
    }
}

function metadata({ namespace, partOf }: RelayHost): KubeObject["metadata"] {
    return {
        name: relayName,
        namespace,
        labels: {
            [programLabel]: relayName,
            [partOfLabel]: partOf,
            [componentLabel]: "notifications",
        },
    };
}

/** Channels whose messages go through the relay, sorted. */
function relayedChannels(channels: Estate["channels"]): Channel[] {
    return sortedEntries(channels)
        .map(([, channel]) => channel)
        .filter(({ kind }) => channelKinds[kind].relayed);
}

/** Files of the relay's Secret. */
function relaySecrets({
    channels,
    secrets,
    token,
}: NotificationRelayArgs): Record<string, pulumi.Input<string>> {
    const values: Record<string, pulumi.Input<string>> = { token };
    for (const { name } of relayedChannels(channels)) {
        for (const [key, value] of Object.entries(secrets[name] ?? {})) {
            values[`${name}-${key}`] = value;
        }
    }
    return values;
}

/** The relay's settings file. Pure. */
export function relaySettings({
    channels,
    relay,
}: Pick<NotificationRelayArgs, "channels" | "relay">): string {
    const settings = {
        listen: `:${port}`,
        dedupMinutes: relay.dedupMinutes,
        dryRun: relay.dryRun,
        channels: Object.fromEntries(
            relayedChannels(channels).map(({ name, kind, language }) => [name, { kind, language }]),
        ),
    };
    return `${JSON.stringify(settings, undefined, 2)}\n`;
}

/** Everything but the Secret, in the order it is needed. Pure. */
export function relayObjects(args: Omit<NotificationRelayArgs, "secrets" | "token">): KubeObject[] {
    const { host, relay } = args;
    const settings = relaySettings(args);
    const objects = [
        {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: metadata(host),
            data: { "config.json": settings },
        },
        {
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: metadata(host),
            // It never speaks to the API server.
            automountServiceAccountToken: false,
        },
        networkPolicy(host),
        {
            apiVersion: "v1",
            kind: "Service",
            metadata: metadata(host),
            spec: {
                selector: { [programLabel]: relayName },
                ports: [{ name: "http", port: 80, targetPort: "http" }],
            },
        },
        trusting(deployment(host, relay, settings), host.authorities),
    ];
    return objects
        .map(withoutServiceAwait)
        .map((object) => (host.seccomp === "remove" ? withoutSeccomp(object) : object));
}

/** Only the engine's notifications come in; out it goes to wherever the bots are. */
function networkPolicy(host: RelayHost): KubeObject {
    return {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: metadata(host),
        spec: {
            podSelector: { matchLabels: { [programLabel]: relayName } },
            policyTypes: ["Ingress"],
            ingress: [
                {
                    from: [{ podSelector: { matchLabels: host.senders } }],
                    ports: [{ port: "http", protocol: "TCP" }],
                },
            ],
        },
    };
}

function deployment(host: RelayHost, relay: RelaySettings, settings: string): KubeObject {
    const probe = { httpGet: { path: "/healthz", port: "http" } };
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: metadata(host),
        spec: {
            replicas: 1,
            // Two at a time would tell everything twice.
            strategy: { type: "Recreate" },
            selector: { matchLabels: { [programLabel]: relayName } },
            template: {
                metadata: {
                    labels: metadata(host).labels,
                    // Settings are read when the process starts; secrets are read anew each time.
                    annotations: {
                        [settingsAnnotation]: settingsDigest(settings),
                    },
                },
                spec: {
                    serviceAccountName: relayName,
                    ...(host.imagePullSecret === undefined
                        ? {}
                        : { imagePullSecrets: [{ name: host.imagePullSecret }] }),
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
                            image: relayImage(host, relay),
                            command: ["/relay"],
                            args: ["-config", `${settingsPath}/config.json`],
                            env: [
                                { name: "RELAY_SECRETS", value: secretsPath },
                                { name: "RELAY_STATE", value: statePath },
                            ],
                            ports: [{ name: "http", containerPort: port }],
                            readinessProbe: { ...probe, periodSeconds: 5 },
                            livenessProbe: { ...probe, periodSeconds: 20, failureThreshold: 3 },
                            resources: host.resources ?? {
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
function relayImage({ imageMirror }: RelayHost, { image }: RelaySettings): string {
    return namesRegistry(image) ? image : mirroredImage(image, imageMirror);
}
