/** The relay between an engine and chat bots: see relay/ for what it does, docs/notifications.md for how it is run. */
import * as pulumi from "@pulumi/pulumi";
import { channelKinds, channelSecrets } from "../../estate/channels";
import { componentLabel, partOfLabel, programLabel, settingsAnnotation } from "../../estate/labels";
import { mirroredImage, namesRegistry, registryOf } from "../../estate/images";
import { allAuthorities } from "../../estate/network";
import type { Channel, Estate, Network, NotificationRelay as RelaySettings } from "../../estate/model";
import { refuse } from "../support/refuse";
import { KubeResource, type KubeObject } from "../support/kubeObject";
import { sortedEntries } from "../support/maps";
import type { Login } from "../support/login";
import { mirrorLoginName, registryLogin } from "../support/mirrorLogin";
import { settingsDigest } from "../support/settingsDigest";
import { throughProxy } from "../support/proxy";
import { trusting } from "../support/trust";
import { withoutSeccomp, withoutServiceAwait } from "../support/workloads";
import type { ChannelSecrets } from "./channels";
import { commitsFile, type RelayedCommits } from "./commits";

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
    /** Name of everything that belongs to it; absent: {@link relayName}. */
    readonly name?: string;
    /** Labels of the pods that may reach it, in the same namespace; absent: whatever an Ingress or Gateway leads there. */
    readonly senders?: Readonly<Record<string, string>>;
    /** Where an image without a registry host comes from; absent: from its own registry. */
    readonly imageMirror?: string;
    /** Secret with the login of the mirror; absent: images are pulled without. */
    readonly imagePullSecret?: string;
    /** Login of the relay's own registry; absent: it wants none, or is the mirror. */
    readonly imageLogin?: Login;
    /** PEM of private authorities, which are in the ConfigMap of components/support/trust.ts; absent: there are none. */
    readonly authorities?: string;
    /** For its proxy. */
    readonly network: Network;
    /** `remove`: for nodes whose runtime refuses `seccompProfile`. */
    readonly seccomp: "keep" | "remove";
    /** Requests and limits of its container; absent: small ones. */
    readonly resources?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Login of the relay's registry among an engine's secrets, by its place below `credentials`; none where it wants none. */
export type RelayImageSecrets = Readonly<Record<string, pulumi.Input<string>>>;

/** The relay beside an engine, with what the engine's part of the estate says of images and nodes. */
export function relayBeside(
    {
        namespace,
        imageMirror,
        imageMirrorLogin,
        seccomp,
        resources,
    }: {
        readonly namespace: string;
        readonly imageMirror?: string;
        readonly imageMirrorLogin: boolean;
        readonly seccomp: RelayHost["seccomp"];
        readonly resources: Readonly<Record<string, NonNullable<RelayHost["resources"]>>>;
    },
    network: Network,
    own: Pick<RelayHost, "name" | "partOf" | "senders">,
    secrets: RelayImageSecrets = {},
): RelayHost {
    const { "relayImage.username": username, "relayImage.password": password } = secrets;
    const sized = resources[own.name ?? relayName];
    const authorities = allAuthorities(network);
    return {
        namespace,
        ...own,
        ...(imageMirror === undefined ? {} : { imageMirror }),
        ...(imageMirrorLogin ? { imagePullSecret: mirrorLoginName } : {}),
        ...(username === undefined || password === undefined ? {} : { imageLogin: { username, password } }),
        ...(authorities === undefined ? {} : { authorities }),
        network,
        seccomp,
        ...(sized === undefined ? {} : { resources: sized }),
    };
}

/** Inputs of {@link NotificationRelay}. */
export interface NotificationRelayArgs {
    readonly host: RelayHost;
    /** All channels of the estate; those whose kind goes through a relay are its own. */
    readonly channels: Estate["channels"];
    readonly relay: RelaySettings;
    /** Secrets by channel name: `url`, and `secret` where the bot signs. */
    readonly secrets: Readonly<Record<string, ChannelSecrets>>;
    /** Messages by channel and event, for an engine that only says what happened; absent: it sends whole messages. */
    readonly cards?: Cards;
    /** What the engine shows to be let in. */
    readonly token: pulumi.Input<string>;
    /** Gates of merge requests that it runs again; absent: none. */
    readonly approvals?: RelayedApprovals;
    /** What it reports on GitLab; absent: nothing. */
    readonly commits?: RelayedCommits;
}

/** Repositories whose gate the relay runs again, see relay/approvals.go. */
export interface RelayedApprovals {
    /** URL of GitLab as the host reaches it. */
    readonly gitlab: string;
    /** Name of the gate's job. */
    readonly job: string;
    /** Proves that an event is GitLab's. */
    readonly hookToken: pulumi.Input<string>;
    /** By full path: a name that is the same in every run, and a token that runs jobs of the repository again. */
    readonly projects: Readonly<
        Record<string, { readonly name: string; readonly token: pulumi.Input<string> }>
    >;
}

/** Messages with templates in their texts, by channel and event. */
export type Cards = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Name of everything that belongs to the relay of approvals, in its engine's namespace. */
const approvalRelayName = "approval-relay";

/** The relay that runs gates of merge requests again: the same program, in a place of its own, which GitLab reaches. */
export function approvalRelay(
    { senders: _, ...host }: RelayHost,
    image: string,
    approvals: RelayedApprovals,
    opts: pulumi.ComponentResourceOptions,
): NotificationRelay {
    return new NotificationRelay(
        approvalRelayName,
        {
            host: { ...host, name: approvalRelayName },
            channels: {},
            relay: { image, dedupMinutes: 0, dryRun: false, url: "" },
            secrets: {},
            token: approvals.hookToken,
            approvals,
        },
        opts,
    );
}

/** One replica: it remembers what it sent, and the bots' limits are per bot, not per sender. */
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
        if (host.imageLogin !== undefined) {
            needs.push(
                new KubeResource(
                    `${name}-image-login`,
                    {
                        apiVersion: "v1",
                        kind: "Secret",
                        metadata: { ...metadata(host), name: imageLoginName(host) },
                        type: "kubernetes.io/dockerconfigjson",
                        stringData: pulumi.secret({
                            ".dockerconfigjson": registryLogin(
                                registryOf(relayImage(host, args.relay)),
                                host.imageLogin,
                            ),
                        }),
                    },
                    { parent: this },
                ),
            );
        }
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
    static check({
        channels,
        secrets,
        cards,
    }: Pick<NotificationRelayArgs, "channels" | "secrets" | "cards">): string[] {
        return relayedChannels(channels, cards).flatMap(({ name, kind }) =>
            channelSecrets(kind)
                .filter(({ key, required }) => required && secrets[name]?.[key] === undefined)
                .map(({ key, purpose }) => `channel "${name}" needs its ${key}: ${purpose}.`),
        );
    }
}

function metadata({ namespace, partOf, name = relayName }: RelayHost): KubeObject["metadata"] {
    return {
        name,
        namespace,
        labels: {
            [programLabel]: name,
            [partOfLabel]: partOf,
            [componentLabel]: "notifications",
        },
    };
}

/** Channels whose messages go through the relay, sorted: those that it makes cards for, else those that it signs for. */
function relayedChannels(channels: Estate["channels"], cards: Cards | undefined): Channel[] {
    return sortedEntries(channels)
        .map(([, channel]) => channel)
        .filter(({ name, kind }) =>
            cards === undefined ? channelKinds[kind].relayed : cards[name] !== undefined,
        );
}

/** Files of the relay's Secret. */
function relaySecrets({
    channels,
    secrets,
    cards,
    token,
    approvals,
    commits,
}: NotificationRelayArgs): Record<string, pulumi.Input<string>> {
    const values: Record<string, pulumi.Input<string>> = { token };
    if (approvals !== undefined) {
        values["hook-token"] = approvals.hookToken;
        for (const [, project] of sortedEntries(approvals.projects)) {
            values[approvalsFile(project)] = project.token;
        }
    }
    for (const [, project] of sortedEntries(commits?.projects ?? {})) {
        values[commitsFile(project)] = project.token;
    }
    for (const { name } of relayedChannels(channels, cards)) {
        for (const [key, value] of Object.entries(secrets[name] ?? {})) {
            values[`${name}-${key}`] = value;
        }
    }
    return values;
}

function approvalsFile({ name }: RelayedApprovals["projects"][string]): string {
    return `approvals-${name}`;
}

/** The relay's settings file. Pure. */
export function relaySettings({
    channels,
    relay,
    cards,
    approvals,
    commits,
}: Pick<NotificationRelayArgs, "channels" | "relay" | "cards" | "approvals" | "commits">): string {
    const settings = {
        listen: `:${port}`,
        dedupMinutes: relay.dedupMinutes,
        dryRun: relay.dryRun,
        channels: Object.fromEntries(
            relayedChannels(channels, cards).map(({ name, kind, language }) => [
                name,
                { kind, language, ...(cards === undefined ? {} : { cards: cards[name] }) },
            ]),
        ),
        ...(commits === undefined ? {} : { commits: { gitlab: commits.gitlab } }),
        ...(approvals === undefined
            ? {}
            : {
                  approvals: {
                      gitlab: approvals.gitlab,
                      job: approvals.job,
                      projects: Object.fromEntries(
                          sortedEntries(approvals.projects).map(([path, project]) => [
                              path,
                              approvalsFile(project),
                          ]),
                      ),
                  },
              }),
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
            data: {
                "config.json": settings,
                // Read anew each time: another app is no reason to start anew.
                ...(args.commits === undefined
                    ? {}
                    : { "deliveries.json": `${JSON.stringify(args.commits.deliveries, undefined, 2)}\n` }),
            },
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
                selector: { [programLabel]: metadata(host).name },
                ports: [{ name: "http", port: 80, targetPort: "http" }],
            },
        },
        throughProxy(trusting(deployment(host, relay, settings), host.authorities), host.network),
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
            podSelector: { matchLabels: { [programLabel]: metadata(host).name } },
            policyTypes: ["Ingress"],
            ingress: [
                {
                    ...(host.senders === undefined
                        ? {}
                        : { from: [{ podSelector: { matchLabels: host.senders } }] }),
                    ports: [{ port: "http", protocol: "TCP" }],
                },
            ],
        },
    };
}

function deployment(host: RelayHost, relay: RelaySettings, settings: string): KubeObject {
    const probe = { httpGet: { path: "/healthz", port: "http" } };
    const { name } = metadata(host);
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: metadata(host),
        spec: {
            replicas: 1,
            // Two at a time would send everything twice.
            strategy: { type: "Recreate" },
            selector: { matchLabels: { [programLabel]: name } },
            template: {
                metadata: {
                    labels: metadata(host).labels,
                    // Settings are read when the process starts; secrets are read anew each time.
                    annotations: {
                        [settingsAnnotation]: settingsDigest(settings),
                    },
                },
                spec: {
                    serviceAccountName: name,
                    ...pullSecrets(host),
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
                            name,
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
                        { name: "settings", configMap: { name } },
                        { name: "secrets", secret: { secretName: name, defaultMode: 0o440 } },
                        // Outlives the process, not the pod.
                        { name: "state", emptyDir: { sizeLimit: "16Mi" } },
                    ],
                },
            },
        },
    };
}

/** Secret with the login of the relay's own registry, one for each relay. */
function imageLoginName(host: RelayHost): string {
    return `${metadata(host).name}-image`;
}

function pullSecrets(host: RelayHost): { imagePullSecrets?: { name: string }[] } {
    const names = [
        ...(host.imagePullSecret === undefined ? [] : [host.imagePullSecret]),
        ...(host.imageLogin === undefined ? [] : [imageLoginName(host)]),
    ];
    return names.length === 0 ? {} : { imagePullSecrets: names.map((name) => ({ name })) };
}

/** An image with a registry host is taken as it is written; one without comes from the mirror, where there is one. */
function relayImage({ imageMirror }: RelayHost, { image }: RelaySettings): string {
    return namesRegistry(image) ? image : mirroredImage(image, imageMirror);
}
