/** Flux's notifications: the relay that makes cards of its events. */
import * as pulumi from "@pulumi/pulumi";
import type { App, Estate } from "../../../../estate/model";
import type { ChannelSecrets } from "../../../notifications/channels";
import type { RelayedCommits } from "../../../notifications/commits";
import {
    NotificationRelay,
    relayBeside,
    type Cards,
    type RelayHost,
    type RelayImageSecrets,
} from "../../../notifications/relay";
import { partOfFlux } from "../install/controllers";
import { channelsOf } from "./alerts";
import { cardsOf } from "./cards";

/** Inputs of {@link Notifications}. */
export interface NotificationsArgs {
    readonly estate: Pick<Estate, "flux" | "network" | "channels" | "relay">;
    /** Those that Flux delivers. */
    readonly apps: readonly App[];
    /** Secrets by channel name. */
    readonly secrets: Readonly<Record<string, ChannelSecrets>>;
    /** Of the engine, by place below `credentials`. */
    readonly engineSecrets?: RelayImageSecrets;
    /** What events are signed with. */
    readonly relayToken: pulumi.Input<string>;
    /** What is reported on GitLab; absent: nothing. */
    readonly commits?: RelayedCommits;
}

/** The relay beside Flux, where a channel or GitLab is notified of an app. */
export class Notifications extends pulumi.ComponentResource {
    constructor(name: string, args: NotificationsArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:flux:Notifications", name, {}, opts);
        const { estate, secrets, relayToken, commits } = args;
        const cards = usedCards(estate, args.apps);
        if (estate.relay !== undefined && (Object.keys(cards).length > 0 || commits !== undefined)) {
            new NotificationRelay(
                `${name}-relay`,
                {
                    host: relayHost(estate, args.engineSecrets),
                    channels: estate.channels,
                    relay: estate.relay,
                    cards,
                    secrets,
                    token: relayToken,
                    ...(commits && { commits }),
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}

/** Cards of the channels that some app is notified by. */
function usedCards({ channels }: Pick<Estate, "channels">, apps: readonly App[]): Cards {
    return Object.fromEntries(
        channelsOf(apps).flatMap((name) => {
            const channel = channels[name];
            const cards = channel && cardsOf(channel);
            return cards === undefined ? [] : [[name, cards]];
        }),
    );
}

/** The relay runs beside Flux, and only its notifications reach it. */
export function relayHost(
    { flux, network }: Pick<Estate, "flux" | "network">,
    secrets?: RelayImageSecrets,
): RelayHost {
    const own = { partOf: partOfFlux, senders: { app: "notification-controller" } };
    return relayBeside(flux, network, own, secrets);
}
