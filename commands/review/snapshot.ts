/**
 * What a stack consists of before and after a change, in the words of the spec: apps, environments, clusters, registries,
 * people. It is read from the objects themselves, so that it holds for what is no longer in the spec too. Pure.
 */
import { channelKinds, type ChannelKind } from "../../estate/channels";
import { engines as engineRegistry } from "../../estate/engines";
import type { EngineDefinition } from "../../estate/engines/engine";
import { commitsTarget } from "../../estate/events";
import { appLabel, environmentLabel, teamLabel } from "../../estate/labels";
import type { Delivery, Estate } from "../../estate/model";
import { kindOf, mapOf, textOf, type Change, type Properties } from "./change";
import { enginesInReview } from "./engines";
import type { Receiver } from "./receivers";

/** One side of a change. */
export interface Snapshot {
    readonly apps: ReadonlySet<string>;
    readonly teams: ReadonlySet<string>;
    readonly clusters: ReadonlySet<string>;
    /** Clusters, by app and environment. */
    readonly places: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
    /** Team, by app. */
    readonly owners: ReadonlyMap<string, string>;
    /** Registry, by app and environment. */
    readonly registries: ReadonlyMap<string, ReadonlyMap<string, string>>;
    /** Engines that deliver, by app and environment. */
    readonly engines: ReadonlyMap<string, ReadonlyMap<string, string>>;
    /** Environments about which channels get messages, by app and channel. */
    readonly channels: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
    /** What renders the manifests, by app. */
    readonly deliveries: ReadonlyMap<string, Delivery>;
    /** Where messages go, by channel. */
    readonly receivers: ReadonlyMap<string, Receiver>;
    /** Roles by person, then by team. */
    readonly people: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Something before and after a change. */
export interface Both<T> {
    readonly before: T;
    readonly after: T;
}

type Side = keyof Both<unknown>;

/** The stack as it is, and as the change leaves it. */
export function snapshots(changes: readonly Change[], estate: Estate): Both<Snapshot> {
    return { before: snapshotOf(changes, estate, "before"), after: snapshotOf(changes, estate, "after") };
}

function snapshotOf(changes: readonly Change[], estate: Estate, side: Side): Snapshot {
    const there = changes.filter((each) => isThere(each, side));
    const named = (type: RegExp, prefix: string): Set<string> =>
        new Set(
            there
                .filter((each) => type.test(each.type) && each.name.startsWith(prefix))
                .map(({ name }) => name.slice(prefix.length)),
        );
    const apps = named(/:AppSpace$/, "app-");
    const places = new Map<string, Map<string, Set<string>>>();
    const owners = new Map<string, string>();
    const registries = new Map<string, Map<string, string>>();
    const engines = new Map<string, Map<string, string>>();
    const channels = new Map<string, Map<string, Set<string>>>();
    const deliveries = new Map<string, Delivery>();
    const receivers = new Map<string, Receiver>();
    const people = new Map<string, Map<string, string>>();
    const receive = (found: Readonly<Record<string, Receiver>>): void =>
        Object.entries(found).forEach(([name, receiver]) =>
            receivers.set(name, { ...receivers.get(name), ...receiver }),
        );
    for (const each of there) {
        const properties = each[side] ?? {};
        const provider = each.providers[side] ?? "";
        const engine = engineOfObject(each.type);
        if (engine !== undefined) {
            const [app, environment] = placeLabels(properties);
            if (app !== undefined && environment !== undefined) {
                within(engines, app, () => new Map<string, string>()).set(environment, engine);
                const delivery = enginesInReview[engine]?.deliveryOf(kindOf(each.type), properties);
                if (delivery !== undefined) {
                    deliveries.set(app, delivery);
                }
            }
        }
        Object.values(enginesInReview).forEach(({ receivers: found }) =>
            receive(found?.(kindOf(each.type), properties) ?? {}),
        );
        receive(relayedReceivers(each, properties));
        if (kindOf(each.type) === "Namespace") {
            const [app, environment] = placeLabels(properties);
            if (app !== undefined && environment !== undefined) {
                const ofApp = within(places, app, () => new Map<string, Set<string>>());
                const clusters = within(ofApp, environment, () => new Set<string>());
                clusters.add(provider.replace(/^cluster-/, ""));
                const team = textOf(mapOf(mapOf(properties["metadata"])["labels"])[teamLabel]);
                if (team !== undefined) {
                    owners.set(app, team);
                }
            }
        } else if (each.type === "harbor:index/project:Project") {
            const app = longest(apps, (name) => each.name.startsWith(`app-${name}-images-`));
            const environment = each.name.slice(`app-${app ?? ""}-images-`.length).replace(/-project$/, "");
            if (app !== undefined) {
                within(registries, app, () => new Map<string, string>()).set(
                    environment,
                    provider.replace(/^harbor-/, ""),
                );
            }
        } else if (engine !== undefined) {
            const [app, environment] = placeLabels(properties);
            const subscribed = Object.keys(
                enginesInReview[engine]?.subscriptions?.(kindOf(each.type), properties) ?? {},
            ).filter((channel) => channel !== commitsTarget);
            if (app !== undefined && environment !== undefined) {
                const ofApp = within(channels, app, () => new Map<string, Set<string>>());
                subscribed.forEach((channel) =>
                    within(ofApp, channel, () => new Set<string>()).add(environment),
                );
            }
        } else if (kindOf(each.type) === "GroupMembership") {
            const team = longest(teamNames(changes, estate), (name) =>
                each.name.startsWith(`team-${name}-member-`),
            );
            const role = textOf(properties["accessLevel"]);
            if (team !== undefined && role !== undefined) {
                const person = each.name.slice(`team-${team}-member-`.length);
                within(people, person, () => new Map<string, string>()).set(team, role);
            }
        }
    }
    return {
        apps,
        teams: named(/:TeamGroup$/, "team-"),
        clusters: named(/^pulumi:providers:kubernetes$/, "cluster-"),
        places,
        owners,
        registries,
        engines,
        channels,
        deliveries,
        receivers,
        people,
    };
}

/** The kinds of channels that the relay sends to, which engines know by its address alone. */
function relayedReceivers({ type, name }: Change, properties: Properties): Record<string, Receiver> {
    const text = textOf(mapOf(properties["data"])["config.json"]);
    if (kindOf(type) !== "ConfigMap" || text === undefined || !/relay/.test(name)) {
        return {};
    }
    try {
        const { channels } = mapOf(JSON.parse(text));
        return Object.fromEntries(
            Object.entries(mapOf(channels)).flatMap(([channel, settings]) => {
                const kind = textOf(mapOf(settings)["kind"]);
                return kind !== undefined && isChannelKind(kind) ? [[channel, { kind }]] : [];
            }),
        );
    } catch {
        return {};
    }
}

function isChannelKind(kind: string): kind is ChannelKind {
    return Object.hasOwn(channelKinds, kind);
}

/** App and environment that an object says it is of. */
function placeLabels(properties: Properties): [app: string | undefined, environment: string | undefined] {
    const labels = mapOf(mapOf(properties["metadata"])["labels"]);
    return [textOf(labels[appLabel]), textOf(labels[environmentLabel])];
}

/** The engine whose own object it is, by its type. */
export function engineOfObject(type: string): string | undefined {
    const [, group, kind] = /^kubernetes:([^/:]+)\/[^:]+:([^:]+)$/.exec(type) ?? [];
    return Object.entries<EngineDefinition>(engineRegistry).find(([, { ownKinds }]) =>
        ownKinds.some((own) => own.group === group && own.kind === kind),
    )?.[0];
}

/** Apps that another engine delivers from then on, with its name and that of the one before; by environment. */
export function engineChanges({ before, after }: Both<Snapshot>): Map<string, Map<string, Both<string>>> {
    const changes = new Map<string, Map<string, Both<string>>>();
    for (const [app, environments] of after.engines) {
        for (const [environment, is] of environments) {
            const was = before.engines.get(app)?.get(environment);
            if (was !== undefined && was !== is) {
                const own = within(changes, app, () => new Map<string, Both<string>>());
                own.set(environment, { before: was, after: is });
            }
        }
    }
    return changes;
}

/** The channel that an annotation of an engine's object sends messages to. */
export function channelOf(annotation: string): string | undefined {
    for (const { channelOf: found } of Object.values(enginesInReview)) {
        const channel = found?.(annotation);
        if (channel !== undefined) {
            return channel;
        }
    }
    return undefined;
}

/** Whether an object exists on that side. */
export function isThere({ kind }: Pick<Change, "kind">, side: Side): boolean {
    return side === "before" ? kind !== "create" && kind !== "adopt" : kind !== "delete" && kind !== "forget";
}

function teamNames(changes: readonly Change[], { teams }: Estate): string[] {
    const components = changes.filter(({ type }) => type.endsWith(":TeamGroup"));
    return [...Object.keys(teams), ...components.map(({ name }) => name.replace(/^team-/, ""))];
}

/** The longest of the names that fit: `shop-api` before `shop`. */
export function longest(names: Iterable<string>, fits: (name: string) => boolean): string | undefined {
    return [...names].filter(fits).sort((a, b) => b.length - a.length)[0];
}

function within<K, V>(map: Map<K, V>, key: K, make: () => V): V {
    const known = map.get(key) ?? make();
    map.set(key, known);
    return known;
}

/** Where an object belongs, as far as its name and labels say. */
export interface Place {
    readonly app?: string;
    readonly environment?: string;
    readonly cluster?: string;
    readonly team?: string;
}

/** Says where objects belong. */
export function placing(both: Both<Snapshot>, estate: Estate): (each: Change) => Place {
    const apps = new Set([...Object.keys(estate.apps), ...both.before.apps, ...both.after.apps]);
    const teams = new Set([...Object.keys(estate.teams), ...both.before.teams, ...both.after.teams]);
    const clusters = new Set([
        ...Object.keys(estate.clusters),
        ...both.before.clusters,
        ...both.after.clusters,
    ]);
    const environments = new Set(estate.environments.map(({ name }) => name));
    for (const side of [both.before, both.after]) {
        for (const map of [...side.places.values(), ...side.registries.values()]) {
            [...map.keys()].forEach((name) => environments.add(name));
        }
    }
    return (each) => {
        const labels = mapOf(mapOf((each.after ?? each.before ?? {})["metadata"])["labels"]);
        const cluster = /^cluster-(.+)$/.exec(each.providers.after ?? each.providers.before ?? "")?.[1];
        const [, kind = "", rest = ""] =
            /^(app|config|delivery|updates?|updater|updater-pull|webhook|previews?|registration|access|team|team-config|space)-(.+)$/.exec(
                each.name,
            ) ?? [];
        const named = (names: Iterable<string>): string | undefined =>
            longest(names, (name) => rest === name || rest.startsWith(`${name}-`));
        const ofTeam = kind === "team" || kind === "space";
        const app =
            textOf(labels[appLabel]) ??
            (ofTeam || kind === "registration" || kind === "access" ? undefined : named(apps));
        const team =
            app === undefined
                ? ofTeam
                    ? named([...teams].flatMap((name) => [name, `config-${name}`]))?.replace(
                          /^config-(?=.)/,
                          "",
                      )
                    : undefined
                : undefined;
        const left = app === undefined ? "" : `-${rest.slice(app.length)}-`;
        const environment =
            textOf(labels[environmentLabel]) ?? longest(environments, (name) => left.includes(`-${name}-`));
        // What lets an engine in is named after the cluster it lets into, wherever it lies.
        const ofCluster =
            kind === "registration" || kind === "access" ? (named(clusters) ?? cluster) : cluster;
        return {
            ...(app === undefined ? {} : { app }),
            ...(environment === undefined ? {} : { environment }),
            ...(ofCluster === undefined ? {} : { cluster: ofCluster }),
            ...(team === undefined ? {} : { team }),
        };
    };
}
