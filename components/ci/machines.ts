/** What pipelines that deliver to a machine know: where it is, what runs there beside the Compose file, and whom they notify. Pure. */
import type { EventName } from "../../estate/events";
import { onMachine, type MachinePlace } from "../../estate/machines";
import type { App, AppEnvironment, Estate, Machine } from "../../estate/model";
import { keyPart } from "../../estate/pipeline";
import type { MessageSource } from "../notifications/cardFacts";
import { factPlace, filledCards } from "../notifications/filledCards";
import { required } from "../support/maps";
import type { Settings } from "./keys";
import type { Channel as Notified } from "./scripts/card.mjs" with { "resolution-mode": "import" };

/** What of an estate is asked. */
type MachineFacts = Pick<Estate, "machines" | "channels">;

/** Settings of the jobs of an environment, beside those of its lane; nothing where it is on clusters. */
export function machineSettings(estate: MachineFacts, app: App, place: AppEnvironment): Settings {
    if (!onMachine(place)) {
        return {};
    }
    const channels = notifiedChannels(estate, place);
    const values = composeValues(app, place);
    return {
        CONFIG_FORMAT: "compose",
        MACHINE: place.machine,
        MACHINE_PROJECT: place.project,
        MACHINE_WAIT: String(app.rolloutDeadlineSeconds),
        ...sshSettings(required(estate.machines, place.machine, "machine")),
        ...(values === undefined ? {} : { MACHINE_VALUES: JSON.stringify(values) }),
        ...(place.pin === undefined ? {} : { DELIVERY_PIN: place.pin }),
        ...(place.hold === undefined ? {} : { DELIVERY_HOLD: place.hold }),
        ...(Object.keys(channels).length === 0 ? {} : { CARD_CHANNELS: Object.keys(channels).join(" ") }),
        ...Object.fromEntries(
            Object.entries(channels).map(([name, each]) => [cardKey(name), JSON.stringify(each)]),
        ),
    };
}

function sshSettings({ reached }: Machine): Settings {
    return reached.by === "runner"
        ? {}
        : {
              MACHINE_HOST: reached.host,
              MACHINE_PORT: String(reached.port),
              MACHINE_USER: reached.user,
              MACHINE_HOST_KEYS: reached.hostKeys.join(","),
          };
}

/**
 * What follows the spec beside the Compose file, which is the team's: the variables in `values.env`, as the seeded chart has
 * them. A dollar is one for Compose when there are two. Undefined where there is nothing to say.
 */
function composeValues({ name }: App, { values }: MachinePlace): unknown {
    const { env } = values;
    if (typeof env !== "object" || env === null || Array.isArray(env) || Object.keys(env).length === 0) {
        return undefined;
    }
    const environment = Object.fromEntries(
        Object.entries(env)
            // To Compose nothing is what the job has under that name.
            .filter(([, value]) => value !== null)
            .map(([key, value]) => [
                key,
                (typeof value === "object" ? JSON.stringify(value) : String(value)).replaceAll("$", "$$$$"),
            ]),
    );
    return { services: { [name]: { environment } } };
}

/** What a delivery to a machine can end in. */
const outcomes: readonly EventName[] = ["healthy", "succeeded", "degraded", "failed"];

/** Messages about what runs on a machine. GitLab's page of the pipeline says the rest. */
const source: MessageSource = {
    engine: "GitLab",
    fact: (name, _, encoding) => factPlace(name, encoding),
    unknown: ["cluster", "namespace"],
    links: { app: '{{ fact "page" }}' },
    occurrence: {
        app: (encoding) => factPlace("application", encoding),
        revision: (encoding) => factPlace("commit", encoding),
        operation: () => "",
    },
};

/** Channels that are notified of an environment, sorted, with their cards. A success is reported to each once. */
function notifiedChannels({ channels }: MachineFacts, place: MachinePlace): Record<string, Notified> {
    return Object.fromEntries(
        place.channels.flatMap((name): [string, Notified][] => {
            const channel = required(channels, name, "channel");
            const wanted = place.events?.[name] ?? channel.events;
            const names = outcomes.filter(
                (event) => wanted.includes(event) && !(event === "succeeded" && wanted.includes("healthy")),
            );
            const cards = filledCards(channel, source, names);
            return cards === undefined || channel.kind === "email" || names.length === 0
                ? []
                : [[name, { kind: channel.kind, cards }]];
        }),
    );
}

/** Names of the channels that jobs of an environment post to. */
export function cardChannels(estate: MachineFacts, place: AppEnvironment): string[] {
    return onMachine(place) ? Object.keys(notifiedChannels(estate, place)) : [];
}

/** Variable of a channel's cards; its address and signing secret have the same with an ending. */
export function cardKey(channel: string): string {
    return `CARD_${keyPart(channel)}`;
}
