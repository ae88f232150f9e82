/** Argo CD's notifications: services, templates and triggers in one ConfigMap, addresses in one Secret. */
import * as pulumi from "@pulumi/pulumi";
import {
    channelKinds,
    isWebhookKind,
    type ChannelTraits,
    type WebhookKind,
} from "../../../../estate/channels";
import { subscriptionKey } from "../../../../estate/engines/argocd/subscription";
import { programLabel } from "../../../../estate/labels";
import type { AppEnvironment, Channel, Estate } from "../../../../estate/model";
import { commitsTarget, triggerOf, type EventName } from "../../../../estate/events";
import { relayOf } from "../../../../estate/notifications";
import { reportsCommits } from "../../../../estate/rollouts";
import type { ChannelSecrets } from "../../../notifications/channels";
import { settingsMetadata } from "../install/controlPlane";
import type { Settings } from "../install/settings";
import { KubeResource, type Annotations } from "../../../support/kubeObject";
import { yaml } from "../../../support/yaml";
import { mail, webhookBody } from "../../../notifications/cardLayouts";
import { events, type Event } from "../../../notifications/cardTexts";
import { commitEvents, type RelayedCommits } from "../../../notifications/commits";
import {
    NotificationRelay,
    relayBeside,
    type RelayHost,
    type RelayImageSecrets,
} from "../../../notifications/relay";
import type { Encoding, MessageSource } from "../../../notifications/cardFacts";
import { applicationMessages } from "./cardValues";
import { triggers } from "./triggers";

/** What notifications depend on. */
export type NotifiedEstate = Pick<Estate, "name" | "argocd" | "channels" | "network" | "relay">;

/** Inputs of {@link Notifications}. */
export interface NotificationsArgs {
    readonly estate: NotifiedEstate;
    /** Secrets by channel name. */
    readonly secrets: Readonly<Record<string, ChannelSecrets>>;
    /** What Argo CD shows to the relay, where there is one. */
    readonly relayToken: pulumi.Input<string>;
    /** Of the engine, by place below `credentials`. */
    readonly engineSecrets?: RelayImageSecrets;
    /** What is reported on GitLab; absent: nothing. */
    readonly commits?: RelayedCommits;
}

/** The only writer of argocd-notifications-cm and argocd-notifications-secret; with a relay, of the relay too. */
export class Notifications extends pulumi.ComponentResource {
    constructor(name: string, args: NotificationsArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:notifications:Notifications", name, {}, opts);
        const { estate, secrets } = args;
        const relay = usedRelay(estate);
        const token = relay === undefined ? undefined : args.relayToken;
        new KubeResource(
            `${name}-settings`,
            {
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: settingsMetadata(estate, "argocd-notifications-cm"),
                data: pulumi
                    .unsecret(pulumi.output(mailPorts(estate, secrets)))
                    .apply((ports) => notificationSettings(estate, ports)),
            },
            { parent: this },
        );
        new KubeResource(
            `${name}-addresses`,
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: settingsMetadata(estate, "argocd-notifications-secret"),
                type: "Opaque",
                stringData: pulumi.secret(addresses(estate, secrets, token)),
            },
            { parent: this },
        );
        if (relay !== undefined) {
            new NotificationRelay(
                `${name}-relay`,
                {
                    host: relayHost(estate, args.engineSecrets),
                    channels: estate.channels,
                    relay,
                    secrets,
                    token: args.relayToken,
                    ...(args.commits && { commits: args.commits }),
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}

/** Key of a channel's secret value in argocd-notifications-secret. */
export function secretKey(channel: string, value: string): string {
    return `${channel}-${value}`;
}

/** Key of the relay's token there. */
const relayTokenKey = "notification-relay-token";

/** The estate's relay, where a channel goes through it or GitLab gets statuses. */
function usedRelay(estate: NotifiedEstate): Estate["relay"] {
    if (reportsCommits(estate)) {
        return estate.relay;
    }
    return channels(estate)
        .map((channel) => relayOf(estate, channel))
        .find((relay) => relay !== undefined);
}

/** The relay runs beside Argo CD, and only its notifications reach it. */
export function relayHost(
    { argocd, network }: Pick<Estate, "argocd" | "network">,
    secrets?: RelayImageSecrets,
): RelayHost {
    const own = {
        partOf: "argocd",
        senders: { [programLabel]: "argocd-notifications-controller" },
    };
    return relayBeside(argocd, network, own, secrets);
}

/** What argocd-notifications-secret holds: only what Argo CD uses itself. */
function addresses(
    estate: NotifiedEstate,
    secrets: Readonly<Record<string, ChannelSecrets>>,
    token: pulumi.Input<string> | undefined,
): Record<string, pulumi.Input<string>> {
    const keys: [string, pulumi.Input<string>][] = [];
    for (const channel of channels(estate)) {
        if (relayOf(estate, channel) === undefined) {
            for (const [value, input] of Object.entries(secrets[channel.name] ?? {})) {
                keys.push([secretKey(channel.name, value), input]);
            }
        }
    }
    return Object.fromEntries(token === undefined ? keys : [...keys, [relayTokenKey, token]]);
}

/** Ports of the mail servers, by channel. */
function mailPorts(
    estate: NotifiedEstate,
    secrets: Readonly<Record<string, ChannelSecrets>>,
): Record<string, pulumi.Input<string>> {
    return Object.fromEntries(
        channels(estate)
            .filter(isMail)
            .map((channel) => [channel.name, secrets[channel.name]?.["port"] ?? String(submissionPort)]),
    );
}

/** What Argo CD calls the service that a message is sent by. */
const serviceTypes: Readonly<Record<ChannelTraits["transport"], string>> = {
    webhook: "webhook",
    mail: "email",
};

/** Where mail programs hand in mail (RFC 6409). */
const submissionPort = 587;

/** `data` of argocd-notifications-cm. `ports` are the mail servers', by channel. Pure. */
export function notificationSettings(
    estate: NotifiedEstate,
    ports: Readonly<Record<string, string>> = {},
): Settings {
    const settings: Settings = {
        context: yaml({
            argocdUrl: estate.argocd.url,
            estate: estate.name,
            ...(estate.argocd.clusterPageUrl === undefined
                ? {}
                : { clusterPageUrl: estate.argocd.clusterPageUrl }),
        }),
        // No `defaultTriggers`: with them Argo CD takes every other annotation of an Application for a subscription of a
        // service without a name, and fails to send to it each minute.
    };
    for (const channel of channels(estate)) {
        const type = serviceTypes[channelKinds[channel.kind].transport];
        settings[`service.${type}.${channel.name}`] = yaml(
            isMail(channel)
                ? mailService(channel, Number(ports[channel.name] ?? submissionPort))
                : webhookService(estate, channel),
        );
    }
    if (estate.relay !== undefined && reportsCommits(estate)) {
        settings[`service.webhook.${commitsTarget}`] = yaml(relayService(`${estate.relay.url}/commits`));
    }
    for (const event of Object.values(events)) {
        settings[`template.${templateOf(event.name)}`] = yaml(template(estate, event));
    }
    for (const trigger of triggers) {
        const { name, event, ...condition } = trigger;
        settings[`trigger.${name}`] = yaml([{ ...condition, send: [templateOf(event)] }]);
    }
    return settings;
}

/** What Argo CD calls the template of an event's messages. */
function templateOf(event: EventName): string {
    return `app-${event}`;
}

/** A reference to a secret value; Argo CD puts it into texts only, so numbers have to be written out. */
function reference(channel: Channel, value: string): string {
    return `$${secretKey(channel.name, value)}`;
}

function mailService(channel: Channel, port: number): unknown {
    return {
        host: reference(channel, "host"),
        port,
        from: reference(channel, "from"),
        username: reference(channel, "username"),
        password: reference(channel, "password"),
    };
}

const json = { name: "Content-Type", value: "application/json" };

function webhookService(estate: NotifiedEstate, channel: Channel): unknown {
    const relay = relayOf(estate, channel);
    return relay === undefined
        ? { url: reference(channel, "url"), headers: [json], retryMax: 3 }
        : relayService(`${relay.url}/notify/${channel.name}`);
}

function relayService(url: string): unknown {
    return {
        url,
        headers: [json, { name: "Authorization", value: `Bearer $${relayTokenKey}` }],
        // The relay repeats what may be repeated; this is for the moments in which it is restarted.
        retryMax: 5,
    };
}

function template(estate: NotifiedEstate, event: Event): unknown {
    const source = applicationMessages(estate.argocd.clusterPageUrl !== undefined);
    const webhooks: Record<string, unknown> = {};
    for (const channel of channels(estate).filter(isPosted)) {
        const relayed = relayOf(estate, channel) !== undefined;
        webhooks[channel.name] = { method: "POST", body: webhookBody(channel, event, source, relayed) };
    }
    if (reportsCommits(estate) && commitEvents.some((name) => name === event.name)) {
        webhooks[commitsTarget] = { method: "POST", body: commitBody(event, source) };
    }
    const languages = channels(estate)
        .filter(isMail)
        .map((channel) => channel.language);
    return {
        message: `{{ .app.metadata.name }}: ${event.title.en}`,
        ...(languages.length === 0 ? {} : { email: mail(event, [...new Set(languages)].sort(), source) }),
        ...(Object.keys(webhooks).length === 0 ? {} : { webhook: webhooks }),
    };
}

/** What the relay makes a status of, see relay/commits.go. */
function commitBody(event: Event, source: MessageSource): string {
    const encoding: Encoding = { format: "json", replacements: [] };
    return JSON.stringify({
        app: source.occurrence.app(encoding),
        event: event.name,
        revision: source.occurrence.revision(encoding),
        message: event.name === "healthy" ? "" : source.fact("message", event, encoding),
    });
}

/** The subscriptions of one app in one environment, as annotations of its Applications. Pure. */
export function subscriptions(
    estate: Pick<Estate, "channels" | "relay">,
    environment: AppEnvironment,
): Annotations {
    const annotations: Record<string, string> = {};
    if (reportsCommits(estate)) {
        for (const event of commitEvents) {
            annotations[subscriptionKey(triggerOf(event), commitsTarget)] = "";
        }
    }
    for (const name of environment.channels) {
        const channel = estate.channels[name];
        for (const event of environment.events?.[name] ?? channel?.events ?? []) {
            annotations[subscriptionKey(triggerOf(event), name)] = channel?.recipient ?? "";
        }
    }
    return annotations;
}

/** Argo CD's own page of an Application. */
export function applicationPage({ url, namespace }: Estate["argocd"], name: string): string {
    return `${url}/applications/${namespace}/${name}`;
}

function isPosted(channel: Channel): channel is Channel & { kind: WebhookKind } {
    return isWebhookKind(channel.kind);
}

function isMail(channel: Channel): boolean {
    return channelKinds[channel.kind].transport === "mail";
}

function channels(estate: NotifiedEstate): Channel[] {
    return Object.values(estate.channels).sort((left, right) => (left.name < right.name ? -1 : 1));
}
