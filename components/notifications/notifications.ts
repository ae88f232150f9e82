/** Argo CD's notifications: services, templates and triggers in one ConfigMap, addresses in one Secret. */
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import type { AppEnvironment, Channel, Estate } from "../../estate/model";
import { settingsMetadata } from "../argocd/controlPlane";
import type { Settings } from "../argocd/settings";
import type { Annotations } from "../delivery/application";
import { KubeResource } from "../support/kubeObject";
import { mail, webhookBody } from "./cards";
import { defaultTriggers, events, triggers } from "./catalog";

/** Secret values of one channel, by name: `url` for bots; `host`, `port`, `from`, `username`, `password` for mail. */
export type ChannelSecrets = Readonly<Record<string, pulumi.Input<string>>>;

/** Inputs of {@link Notifications}. */
export interface NotificationsArgs {
    readonly estate: Estate;
    /** Secrets by channel name. */
    readonly secrets: Readonly<Record<string, ChannelSecrets>>;
}

/** The only writer of argocd-notifications-cm and argocd-notifications-secret. */
export class Notifications extends pulumi.ComponentResource {
    constructor(name: string, args: NotificationsArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:notifications:Notifications", name, {}, opts);
        const { estate } = args;
        new KubeResource(
            `${name}-settings`,
            {
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: settingsMetadata(estate, "argocd-notifications-cm"),
                data: notificationSettings(estate),
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
                stringData: pulumi.secret(addresses(estate, args.secrets)),
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}

/** Key of a channel's secret value in argocd-notifications-secret. */
export function secretKey(channel: string, value: string): string {
    return `${channel}-${value}`;
}

function addresses(
    estate: Estate,
    secrets: Readonly<Record<string, ChannelSecrets>>,
): Record<string, pulumi.Input<string>> {
    const keys: [string, pulumi.Input<string>][] = [];
    for (const channel of channels(estate)) {
        for (const [value, input] of Object.entries(secrets[channel.name] ?? {})) {
            keys.push([secretKey(channel.name, value), input]);
        }
    }
    return Object.fromEntries(keys);
}

/** `data` of argocd-notifications-cm. Pure. */
export function notificationSettings(estate: Estate): Settings {
    const settings: Settings = {
        context: yaml({
            argocdUrl: estate.argocd.url,
            estate: estate.name,
            ...(estate.argocd.clusterPageUrl === undefined
                ? {}
                : { clusterPageUrl: estate.argocd.clusterPageUrl }),
        }),
        defaultTriggers: yaml([...defaultTriggers]),
    };
    for (const channel of channels(estate)) {
        const type = channel.kind === "email" ? "email" : "webhook";
        settings[`service.${type}.${channel.name}`] = yaml(service(channel));
    }
    for (const event of Object.values(events)) {
        settings[`template.${event.template}`] = yaml(template(estate, event));
    }
    for (const trigger of triggers) {
        const { name, event, ...condition } = trigger;
        settings[`trigger.${name}`] = yaml([{ ...condition, send: [events[event].template] }]);
    }
    return settings;
}

function service(channel: Channel): unknown {
    const secret = (value: string): string => `$${secretKey(channel.name, value)}`;
    if (channel.kind === "email") {
        return {
            host: secret("host"),
            port: secret("port"),
            from: secret("from"),
            username: secret("username"),
            password: secret("password"),
        };
    }
    return {
        url: secret("url"),
        headers: [{ name: "Content-Type", value: "application/json" }],
        retryMax: 3,
        retryWaitMin: "1s",
        retryWaitMax: "5s",
    };
}

function template(estate: Estate, event: (typeof events)[keyof typeof events]): unknown {
    const workloadPage = estate.argocd.clusterPageUrl !== undefined;
    const webhooks: Record<string, unknown> = {};
    let email: unknown;
    for (const channel of channels(estate)) {
        const body = webhookBody(channel, event, workloadPage);
        if (body === undefined) {
            email ??= mail(event, channel.language);
        } else {
            webhooks[channel.name] = { method: "POST", body: JSON.stringify(body) };
        }
    }
    return {
        message: `{{ .app.metadata.name }}: ${event.title.en}`,
        ...(email === undefined ? {} : { email }),
        ...(Object.keys(webhooks).length === 0 ? {} : { webhook: webhooks }),
    };
}

/** The subscriptions of one app in one environment, as annotations of its Applications. Pure. */
export function subscriptions(estate: Estate, environment: AppEnvironment): Annotations {
    const annotations: Record<string, string> = {};
    for (const name of environment.channels) {
        const channel = estate.channels[name];
        for (const trigger of defaultTriggers) {
            annotations[`notifications.argoproj.io/subscribe.${trigger}.${name}`] = channel?.recipient ?? "";
        }
    }
    return annotations;
}

function channels(estate: Estate): Channel[] {
    return Object.values(estate.channels).sort((left, right) => (left.name < right.name ? -1 : 1));
}

function yaml(value: unknown): string {
    return stringify(value, { lineWidth: 0 });
}
