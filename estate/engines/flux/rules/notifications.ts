import { channelKinds } from "../../../channels";
import { triggerOf } from "../../../events";
import type { App } from "../../../model";
import { sortedSet } from "../../../plain";
import type { AppsRule, Checked, Finding } from "../../../rules/rule";

/** What Flux's notifications can do: they speak to the relay, which makes the cards. */
export const fluxNotificationRules: readonly AppsRule[] = [
    {
        id: "flux-mail",
        rule: "must not be a mail address: Flux sends no mail",
        severity: "error",
        check: ({ estate }, apps) =>
            notified(apps)
                .filter(({ channel }) => {
                    const kind = estate.channels[channel]?.kind;
                    return kind !== undefined && channelKinds[kind].transport === "mail";
                })
                .map(({ app, channel }) => ({
                    path: `apps.${app}.channels`,
                    value: channel,
                    fix: `take ${channel} away from app ${app} ({channel: ${channel}, triggers: []}), or let the mail server be fed by a channel of kind webhook`,
                })),
    },
    {
        id: "flux-relay",
        rule: "is required: Flux's events become cards in the relay",
        severity: "error",
        check: ({ estate }: Checked, apps: readonly App[]): Finding[] => {
            const channels = sortedSet(notified(apps).map(({ channel }) => channel));
            return estate.relay !== undefined || channels.length === 0
                ? []
                : [
                      {
                          path: "notifications.relay",
                          value: undefined,
                          fix: `write the relay's image (docs/notifications.md says how it is built), or take ${channels.join(", ")} away from the apps of Flux`,
                      },
                  ];
        },
    },
    {
        id: "flux-running",
        rule: "never comes of a Helm app: Flux only says how it ended",
        severity: "warning",
        check: ({ estate }, apps) =>
            apps
                .filter(({ delivery }) => delivery === "helm")
                .flatMap(({ name, environments }) =>
                    environments.flatMap(({ environment, channels, events }) =>
                        channels
                            .filter((channel) =>
                                (events?.[channel] ?? estate.channels[channel]?.events ?? []).includes(
                                    "running",
                                ),
                            )
                            .map((channel) => ({
                                path: `apps.${name}.environments.${environment}.channels`,
                                value: channel,
                                fix: `take ${triggerOf("running")} away from ${channel} here`,
                            })),
                    ),
                ),
    },
];

/** Channels that are notified of an app, each once. */
function notified(apps: readonly App[]): { app: string; channel: string }[] {
    return apps.flatMap(({ name, environments }) =>
        sortedSet(environments.flatMap(({ channels }) => channels)).map((channel) => ({
            app: name,
            channel,
        })),
    );
}
