/**
 * The map of an estate: repositories, registries, clusters and channels, and which credential leads from one to the next.
 * Pure: from the model alone, so that it is the same in the docs of an estate and on its board.
 */
import { channelKinds } from "../../estate/channels";
import { engineOf } from "../../estate/engines";
import { handedOver, versionOf } from "../../estate/flows/plan";
import { onMachine } from "../../estate/machines";
import type { App, Estate } from "../../estate/model";
import { compare } from "../../estate/problem";
import { placesOf } from "../../estate/previews";

export interface EstateMap {
    readonly nodes: readonly MapNode[];
    readonly edges: readonly MapEdge[];
}

/** What a node is; each kind has a look of its own. */
export const nodeKinds = ["code", "config", "registry", "engine", "cluster", "machine", "channel"] as const;
export type NodeKind = (typeof nodeKinds)[number];

export interface MapNode {
    /** Unique, of letters, digits and underscores. */
    readonly id: string;
    readonly kind: NodeKind;
    readonly title: string;
    /** How many objects the symbol represents; absent: one. */
    readonly count?: number;
    /** Names below the title: environments of a cluster, a machine or a registry. */
    readonly notes: readonly string[];
}

/**
 * Why something leads from one node to another: credentials of docs/credentials.md, a runner that is on the machine itself,
 * or cards.
 */
export const edgeKinds = [
    "push",
    "pull",
    "promotion",
    "reader",
    "writer",
    "release",
    "cluster",
    "key",
    "runner",
    "cards",
] as const;
export type EdgeKind = (typeof edgeKinds)[number];

export interface MapEdge {
    readonly from: string;
    readonly to: string;
    readonly kind: EdgeKind;
}

/** Up to so many apps each has nodes of its own; above, its team has, up to so many teams; above, all are one. */
const appsOfTheirOwn = 8;
const teamsOfTheirOwn = 8;
/** Up to so many channels each has a node of its own. */
const channelsOfTheirOwn = 8;

/** Draws it up. */
export function estateMap(estate: Estate): EstateMap {
    const apps = Object.values(estate.apps);
    const teams = new Set(apps.map(({ team }) => team)).size;
    const groupOf = (app: App): string =>
        apps.length <= appsOfTheirOwn ? app.name : teams <= teamsOfTheirOwn ? app.team : estate.name;
    const groups = [...new Set(apps.map(groupOf))].sort(compare);
    const nodes: MapNode[] = [];
    const edges = new Map<string, MapEdge>();
    const lead = (from: string, to: string, kind: EdgeKind): void =>
        void edges.set(`${from}>${to}>${kind}`, { from, to, kind });

    for (const group of groups) {
        const own = apps.filter((app) => groupOf(app) === group);
        const code = [...new Set(own.map(({ repository }) => repository.fullPath))].sort(compare);
        const config = [...new Set(own.flatMap(configsOf))].sort(compare);
        nodes.push(
            repositories(idOf("code", group), "code", code, group),
            repositories(idOf("config", group), "config", config, group),
        );
        for (const app of own) {
            appEdges(app, idOf("code", group), idOf("config", group), lead);
            machineEdges(estate, app, idOf("code", group), lead);
        }
    }
    for (const registry of Object.values(estate.registries)) {
        const projects = apps.flatMap(placesOf).filter((each) => each.registry === registry.name);
        nodes.push({
            id: idOf("registry", registry.name),
            kind: "registry",
            title: `Harbor ${registry.name}`,
            count: new Set(projects.map(({ project }) => project)).size,
            notes: environmentsOf(estate, (each) => each.registry === registry.name),
        });
    }
    for (const engine of estate.engines) {
        nodes.push({ id: idOf("engine", engine), kind: "engine", title: engineOf(engine).title, notes: [] });
    }
    for (const cluster of Object.values(estate.clusters)) {
        const runsApps = apps.flatMap(placesOf).some(({ clusters }) => clusters.includes(cluster.name));
        if (runsApps) {
            nodes.push({
                id: idOf("cluster", cluster.name),
                kind: "cluster",
                title: cluster.name,
                notes: environmentsOf(estate, (each) => each.clusters.includes(cluster.name)),
            });
        }
    }
    for (const name of Object.keys(estate.machines)) {
        const environments = environmentsOf(estate, ({ machine }) => machine === name);
        if (apps.some(({ environments: own }) => own.some(({ machine }) => machine === name))) {
            nodes.push({ id: idOf("machine", name), kind: "machine", title: name, notes: environments });
        }
    }
    channels(estate, nodes, groupOf, lead);
    return { nodes, edges: [...edges.values()] };
}

type Lead = (from: string, to: string, kind: EdgeKind) => void;

function configsOf(app: App): string[] {
    return app.environments.map((environment) => versionOf(app, environment).repository);
}

function repositories(id: string, kind: "code" | "config", paths: readonly string[], group: string): MapNode {
    const [only] = paths;
    return paths.length === 1 && only !== undefined
        ? { id, kind, title: only, notes: [] }
        : { id, kind, title: group, count: paths.length, notes: [] };
}

function appEdges(app: App, code: string, config: string, lead: Lead): void {
    const places = placesOf(app);
    const registryOf = (environment: string): string | undefined =>
        places.find((each) => each.environment === environment)?.registry;
    const handed = new Set(configsOf(app).flatMap((fullPath) => handedOver(app, fullPath)));
    for (const lane of app.plan.lanes) {
        const registry = registryOf(lane.environment);
        // Where prod's own pipelines deliver, they have its robots, and the app repository only starts them.
        const pusher = handed.has(lane) ? config : code;
        if (registry !== undefined && app.ci !== "none") {
            lead(pusher, idOf("registry", registry), "push");
        }
        if (handed.has(lane)) {
            lead(code, config, "release");
        } else if (lane.writer === "ci") {
            lead(code, config, "writer");
        } else if (lane.writer === "updater") {
            lead(idOf("engine", app.engine), config, "writer");
        }
    }
    for (const { source, target } of app.plan.promotions) {
        const [from, to] = [registryOf(source), registryOf(target)];
        if (from !== undefined && to !== undefined && app.ci !== "none") {
            lead(idOf("registry", from), idOf("registry", to), "promotion");
        }
    }
    lead(config, idOf("engine", app.engine), "reader");
    for (const { registry, clusters } of places) {
        for (const cluster of clusters) {
            lead(idOf("engine", app.engine), idOf("cluster", cluster), "cluster");
            lead(idOf("registry", registry), idOf("cluster", cluster), "pull");
        }
    }
}

/** What the pipelines of an app deliver to by themselves, and what is pulled there. */
function machineEdges({ machines }: Estate, app: App, code: string, lead: Lead): void {
    for (const { machine, registry } of app.environments.filter(onMachine)) {
        lead(code, idOf("machine", machine), machines[machine]?.reached.by === "ssh" ? "key" : "runner");
        lead(idOf("registry", registry), idOf("machine", machine), "pull");
    }
}

/** Environments of which something holds, in promotion order. */
function environmentsOf(
    estate: Estate,
    holds: (environment: Estate["environments"][number]) => boolean,
): string[] {
    return estate.environments.filter(holds).map(({ name }) => name);
}

function channels(estate: Estate, nodes: MapNode[], groupOf: (app: App) => string, lead: Lead): void {
    const all = Object.values(estate.channels);
    const groups: [string, readonly string[]][] =
        all.length <= channelsOfTheirOwn
            ? all.map(({ name, kind }) => [`${channelKinds[kind].title} ${name}`, [name]])
            : [...new Set(all.map(({ kind }) => kind))].map((kind) => [
                  channelKinds[kind].title,
                  all.filter((each) => each.kind === kind).map(({ name }) => name),
              ]);
    for (const [title, names] of groups) {
        const id = idOf("channel", names.join(" "));
        nodes.push({
            id,
            kind: "channel",
            title,
            ...(names.length === 1 ? {} : { count: names.length }),
            notes: [],
        });
        // Nothing watches a machine: the job that delivers reports. It sends no mail.
        const byJobs = names.some((name) => (estate.channels[name]?.kind ?? "email") !== "email");
        for (const app of Object.values(estate.apps)) {
            const notified = app.environments.filter((each) =>
                each.channels.some((name) => names.includes(name)),
            );
            if (notified.some((each) => !onMachine(each))) {
                lead(idOf("engine", app.engine), id, "cards");
            }
            if (byJobs && notified.some(onMachine)) {
                lead(idOf("code", groupOf(app)), id, "cards");
            }
        }
    }
}

/** A name is of letters, digits and hyphens; two that differ stay apart. */
function idOf(kind: NodeKind, name: string): string {
    return `${kind}_${name.replace(/[^A-Za-z0-9]/g, (character) => (character === "-" ? "_" : `_${character.charCodeAt(0)}_`))}`;
}
