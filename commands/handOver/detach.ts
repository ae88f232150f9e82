/**
 * Detaches running apps from their engine right before the update that gives them to another one, and reattaches them when
 * that update fails before it gets so far. Every step is idempotent: a run that was killed is finished by the next.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { engineOf } from "../../estate/engines";
import { pluralOf, usualKinds, type NamespacedKind } from "../../estate/kinds";
import type { Answer, Ask } from "../doctor/http";
import { list, record, text } from "../doctor/json";
import { CommandError } from "../support/console";
import { liveResources, type ExportedStack, type StateResource } from "../support/exported";
import type { Properties } from "./engine";
import { inHandOver, isTaken, objectOf, withObjects, withOwner, type HandOver } from "./places";

/** Where a hand-over reads and writes. */
export interface HandOverContext {
    /** Calls to a cluster's API. */
    readonly ask: (cluster: string) => Ask;
    /** Name of the host. */
    readonly host: string;
    readonly readState: () => Promise<ExportedStack>;
    readonly writeState: (state: ExportedStack) => Promise<void>;
    readonly report: (line: string) => void;
    /** Seconds for which the old engine may finish a sync or reconciliation that is under way. Default: 45. */
    readonly timeoutSeconds?: number;
}

const timeoutSeconds = 45;

/** Patches of Kubernetes. */
const merge = "application/merge-patch+json";
const apply = "application/apply-patch+yaml";

/** How often an object is read again that somebody wrote meanwhile. */
const tries = 4;

/**
 * Detaches every place: the old engine's object is paused, in the state first, so that no run takes it for an active one; its
 * finalizers that cascade are removed; and the new engine becomes the field manager of what was delivered.
 *
 * @throws CommandError when a cluster refuses; what was done by then is rolled back.
 */
export async function detach(places: readonly HandOver[], context: HandOverContext): Promise<void> {
    const { ask, host } = context;
    // Each cluster answers before anything is paused.
    for (const cluster of new Set([host, ...places.map((place) => place.cluster)])) {
        await answered(ask(cluster), cluster, "GET", "/version");
    }
    try {
        const paused = new Map(places.map((place) => [place.resource.urn, pausedObject(place)]));
        await context.writeState(withObjects(await context.readState(), paused));
        for (const place of places) {
            await pause(place, context);
        }
        await finished(places, context);
        for (const place of places) {
            await clear(place, context);
            await transferFields(place, context, inHandOver(place.from).managers, place.to);
        }
    } catch (error) {
        await reattach(places, context).catch(() => undefined); // the first error says why
        throw error;
    }
}

/** After an update that did not end well: what the new engine does not have is the old one's again. */
export async function reattach(places: readonly HandOver[], context: HandOverContext): Promise<void> {
    const state = await context.readState();
    const there = new Set(liveResources(state).map(({ urn }) => urn));
    const back = places
        .filter(({ resource }) => there.has(resource.urn))
        .filter((each) => !isTaken(each, state));
    if (back.length === 0) {
        return;
    }
    const objects = new Map(back.map(({ resource }) => [resource.urn, objectOf(resource)]));
    await context.writeState(withObjects(state, objects));
    for (const place of back) {
        await transferFields(place, context, inHandOver(place.to).managers, place.from);
        await put(place, objectOf(place.resource), context);
    }
    context.report(`As before, because the update did not come so far: ${names(back)}.`);
}

const names = (places: readonly HandOver[]): string =>
    places
        .map(({ app, environment, cluster }) => `${app.name} in ${environment.environment} on ${cluster}`)
        .join(", ");

/** The old engine's object, paused, with the reason for people who look at it meanwhile. */
function pausedObject({ from, to, resource }: HandOver): Properties {
    return inHandOver(from).paused(objectOf(resource), `is handed over to ${engineOf(to).title}`);
}

async function pause(place: HandOver, context: HandOverContext): Promise<void> {
    const live = await put(place, pausedObject(place), context);
    const finalizers = record(live?.["metadata"])["finalizers"];
    const kept = Array.isArray(finalizers)
        ? finalizers.filter((each) => !inHandOver(place.from).cascades(text(each)))
        : [];
    if (Array.isArray(finalizers) && kept.length < finalizers.length) {
        const path = pathOf(place.resource);
        const body = { metadata: { finalizers: kept } };
        await answered(context.ask(context.host), context.host, "PATCH", path, body, merge);
    }
}

/** Writes an object as the engine of the update would; undefined where it is gone, and stays so. */
async function put(
    place: HandOver,
    object: Properties,
    context: HandOverContext,
): Promise<Properties | undefined> {
    const ask = context.ask(context.host);
    const path = pathOf(place.resource);
    if ((await answered(ask, context.host, "GET", path)).status === 404) {
        return undefined;
    }
    // Under its name, so that the next update can take a field away again.
    const manager = text(place.resource.outputs?.["__fieldManager"]) || "pulumi-kubernetes";
    const query = `?fieldManager=${encodeURIComponent(manager)}&force=true`;
    const { body } = await answered(ask, context.host, "PATCH", `${path}${query}`, object, apply);
    return record(body);
}

/** Waits until no sync or reconciliation is under way, or the timeout is over: then the update goes on all the same. */
async function finished(places: readonly HandOver[], context: HandOverContext): Promise<void> {
    const ask = context.ask(context.host);
    const end = Date.now() + (context.timeoutSeconds ?? timeoutSeconds) * 1000;
    for (const place of places) {
        const isBusy = async (): Promise<boolean> => {
            const { status, body } = await answered(ask, context.host, "GET", pathOf(place.resource));
            return status !== 404 && inHandOver(place.from).isBusy(record(body));
        };
        while ((await isBusy()) && Date.now() < end) {
            await sleep(500);
        }
    }
}

/** Deletes what the old engine leaves when it is no longer asked to tidy up. */
async function clear(place: HandOver, { ask, host }: HandOverContext): Promise<void> {
    const { host: onHost, cluster } = inHandOver(place.from).leftovers(place, objectOf(place.resource));
    for (const path of onHost) {
        await answered(ask(host), host, "DELETE", path);
    }
    for (const path of cluster) {
        await deleteAll(ask(place.cluster), place.cluster, path);
    }
}

async function deleteAll(ask: Ask, cluster: string, path: string): Promise<void> {
    const { body } = await answered(ask, cluster, "GET", path);
    for (const { metadata } of list(record(body)["items"])) {
        const name = text(record(metadata)["name"]);
        await answered(ask, cluster, "DELETE", `${path.replace(/\?.*$/, "")}/${name}`);
    }
}

/** Makes the new engine the field manager of what the old one delivered. */
async function transferFields(
    { app, environment, cluster }: HandOver,
    context: HandOverContext,
    from: readonly string[],
    to: string,
): Promise<void> {
    const ask = context.ask(cluster);
    const owner = inHandOver(to).owner(app);
    const bases = new Map<string, string | undefined>();
    for (const { group, resource } of deliveredKinds(environment.kinds)) {
        const base = bases.has(group) ? bases.get(group) : await baseOf(ask, cluster, group);
        bases.set(group, base);
        if (base === undefined) {
            continue; // nobody has defined it there
        }
        const path = `${base}/namespaces/${environment.namespace}/${resource}`;
        const { body } = await answered(ask, cluster, "GET", path);
        for (const object of list(record(body)["items"])) {
            await transferObject(
                ask,
                cluster,
                `${path}/${text(record(object["metadata"])["name"])}`,
                object,
                (entries) => withOwner(entries, from, owner),
            );
        }
    }
}

/** The kinds that engines write, each once. */
function deliveredKinds(further: readonly NamespacedKind[]): NamespacedKind[] {
    return [...usualKinds, ...further].filter(({ written }) => written);
}

async function baseOf(ask: Ask, cluster: string, group: string): Promise<string | undefined> {
    if (group === "") {
        return "/api/v1";
    }
    const { status, body } = await answered(ask, cluster, "GET", `/apis/${group}`);
    const version = text(record(record(body)["preferredVersion"])["groupVersion"]);
    return status === 404 || version === "" ? undefined : `/apis/${version}`;
}

async function transferObject(
    ask: Ask,
    cluster: string,
    path: string,
    found: Properties,
    change: (entries: readonly Properties[]) => Properties[] | undefined,
): Promise<void> {
    let object = found;
    for (let count = 1; count <= tries; count++) {
        const { managedFields: entries, resourceVersion } = record(object["metadata"]);
        const managedFields = change(list(entries));
        if (managedFields === undefined) {
            return;
        }
        const body = { metadata: { managedFields, resourceVersion } };
        const { status } = await answered(ask, cluster, "PATCH", path, body, merge, [409]);
        if (status !== 409) {
            return;
        }
        object = record((await answered(ask, cluster, "GET", path)).body);
    }
    throw new CommandError(
        `Cluster ${cluster}: ${path} is written by others all the time. Nothing was handed over; run it again.`,
    );
}

function pathOf(resource: StateResource): string {
    const { apiVersion, kind, metadata } = objectOf(resource);
    const { name, namespace } = record(metadata);
    return `/apis/${text(apiVersion)}/namespaces/${text(namespace)}/${pluralOf(text(kind))}/${text(name)}`;
}

/** An answer that is one: what is not there is an answer too. @throws CommandError */
async function answered(
    ask: Ask,
    cluster: string,
    method: string,
    path: string,
    body?: unknown,
    type?: string,
    expected: readonly number[] = [],
): Promise<Answer> {
    const answer = await ask(method, path, body, type);
    if (answer.status < 300 || answer.status === 404 || expected.includes(answer.status)) {
        return answer;
    }
    const rights = answer.status === 403 ? ". What a hand-over needs beside: docs/rights.md, Clusters" : "";
    throw new CommandError(
        `Cluster ${cluster} answers ${answer.status} to ${method} ${path.replace(/\?.*$/, "")}: ${text(record(answer.body)["message"])}${rights}`,
    );
}
