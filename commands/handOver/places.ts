/** Which apps go over to another engine while they run, what of it is refused, and how the state has the detached objects. Pure. */
import { engineOf } from "../../estate/engines";
import { versionOf } from "../../estate/flows/plan";
import type { Estate } from "../../estate/model";
import { compare } from "../../estate/problem";
import type { Refusal } from "../doctor/finding";
import { record, text } from "../doctor/json";
import { liveResources, type ExportedStack, type StateResource } from "../support/exported";
import type { Content, EngineInHandOver, Owner, Place, Properties } from "./engine";
import { enginesInHandOver } from "./engines";

/** An app in an environment on one cluster that another engine delivers from now on. */
export interface HandOver extends Place {
    /** Names of the engines. */
    readonly from: string;
    readonly to: string;
    /** What delivers it so far. */
    readonly resource: StateResource;
}

/** The engine of that name, as far as hand-overs go. @throws Error where there is none. */
export function inHandOver(name: string): EngineInHandOver {
    const found = enginesInHandOver[name];
    if (found === undefined) {
        throw new Error(`nothing is known of how engine ${name} hands over`);
    }
    return found;
}

/** The object as the program declares it. */
export function objectOf({ inputs = {} }: Pick<StateResource, "inputs">): Properties {
    return Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__")));
}

/** What is handed over between a stack and its spec. What was begun by a run that was killed is among it. */
export function handOvers({ apps }: Pick<Estate, "apps">, exported: ExportedStack): HandOver[] {
    const live = liveResources(exported);
    const delivering = Object.entries(enginesInHandOver).flatMap(([from, { delivers }]) =>
        live
            .filter(({ type }) => delivers.test(type.replace(/^kubernetes:/, "")))
            .map((resource) => ({ from, resource })),
    );
    return Object.values(apps).flatMap((app) =>
        app.environments.flatMap((environment) =>
            environment.clusters.flatMap((cluster) =>
                delivering
                    .filter(({ from, resource }) => {
                        const name = engineOf(from).delivered(app, environment)[cluster];
                        const object = objectOf(resource);
                        return (
                            from !== app.engine &&
                            record(object["metadata"])["name"] === name &&
                            inHandOver(from).target(object) === environment.namespace
                        );
                    })
                    .map((each) => ({ ...each, app, environment, cluster, to: app.engine })),
            ),
        ),
    );
}

/** Apps that are handed over, with the environments and engines, in words; one line each. */
export function handOverLines(places: readonly HandOver[]): string[] {
    const apps = [...new Set(places.map(({ app }) => app.name))].sort(compare);
    return apps.flatMap((name) => {
        const own = places.filter(({ app }) => app.name === name);
        const [first] = own;
        if (first === undefined) {
            return [];
        }
        const where = [...new Set(own.map(({ environment }) => environment.environment))];
        const [from, to] = [first.from, first.to].map((engine) => engineOf(engine).title);
        return [
            `${name} is delivered by ${to} instead of ${from} in ${where.join(", ")}: its objects are handed over, no pod restarts.`,
        ];
    });
}

/** What of a hand-over can be seen to be wrong without asking a server. */
export function refusedHandOvers(places: readonly HandOver[]): Refusal[] {
    const found = new Map<string, Refusal>();
    for (const { app, from, to, resource } of places) {
        const delivery = inHandOver(from).deliveryOf(objectOf(resource));
        if (delivery !== undefined && delivery !== app.delivery) {
            found.set(app.name, {
                id: "engine-and-delivery",
                path: `apps.${app.name}.engine`,
                value: to,
                rule: `comes with another delivery, ${app.delivery} instead of ${delivery}: what one engine hands over has to be what the other makes of the same files`,
                fix: `change one of both in an update of its own, and then the other: keep delivery ${delivery}, or engine ${from}, for now`,
                zh: {
                    rule: `同时更改了 delivery（由 ${delivery} 改为 ${app.delivery}）：一个引擎移交的内容，必须就是另一个引擎由同样的文件得到的内容`,
                    fix: `两者分两次更新更改：暂时保留 delivery ${delivery}，或保留引擎 ${from}`,
                },
                severity: "error",
            });
        }
    }
    return [...found.values()];
}

/** What of the config repositories the new engine would not read as the old one does. */
export function misread(place: HandOver, content: Content): Refusal[] {
    const { app, environment, to } = place;
    const { revision } = versionOf(app, environment);
    return inHandOver(to)
        .misreads(place, content)
        .map(({ id, value, rule, fix, zh }) => ({
            id,
            path: `apps.${app.name}.engine`,
            // The same file of another branch is another one.
            value: `${String(value)} (${revision})`,
            rule,
            fix,
            zh,
            severity: "error",
        }));
}

/** An object of the state, and what it is to be there. */
export type Edited = ReadonlyMap<string, Properties>;

/**
 * The state with other objects in the place of some, as if an update had made them so. Whatever the next update does with
 * them, it compares with this: what is not handed over in the end gets back what it had.
 */
export function withObjects(exported: ExportedStack, edited: Edited): ExportedStack {
    const resources = (exported.deployment?.resources ?? []).map((each) => {
        const object = edited.get(each.urn);
        if (object === undefined || each.delete === true) {
            return each;
        }
        const { outputs = {}, inputs = {} } = each;
        const kept = Object.entries(inputs).filter(([key]) => key.startsWith("__"));
        const own = { ...object, ...Object.fromEntries(kept) };
        const metadata = {
            ...record(outputs["metadata"]),
            annotations: record(record(object["metadata"])["annotations"]),
        };
        return {
            ...each,
            inputs: own,
            outputs: {
                ...outputs,
                metadata,
                spec: object["spec"],
                ...("__inputs" in outputs ? { __inputs: own } : {}),
            },
        };
    });
    return { ...exported, deployment: { ...exported.deployment, resources } };
}

/**
 * An object's owners of fields, with another one in the place of some; undefined where none of them owns anything. Whoever
 * owns a field takes it away once it no longer applies it: so the new engine undoes what the old one marked, and what git
 * drops later goes, as if it had made the object itself.
 */
export function withOwner(
    entries: readonly Properties[],
    from: readonly string[],
    to: Owner,
): Properties[] | undefined {
    const [moving, result] = [true, false].map((moves) =>
        entries.filter(
            (each) => (from.includes(text(each["manager"])) && text(each["subresource"]) === "") === moves,
        ),
    ) as [Properties[], Properties[]];
    if (moving.length === 0) {
        return undefined;
    }
    for (const entry of moving) {
        const own = { ...entry, ...to };
        const index = result.findIndex(
            (each) =>
                ["manager", "operation", "apiVersion"].every(
                    (key) => text(each[key]) === text((own as Properties)[key]),
                ) && text(each["subresource"]) === "",
        );
        const known = result[index];
        if (known === undefined) {
            result.push(own);
        } else {
            result[index] = {
                ...known,
                fieldsV1: joined(record(known["fieldsV1"]), record(entry["fieldsV1"])),
            };
        }
    }
    return result;
}

/** Both trees of fields in one. */
function joined(one: Properties, other: Properties): Properties {
    return Object.fromEntries(
        [...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => [
            key,
            joined(record(one[key]), record(other[key])),
        ]),
    );
}

/** Whether the new engine has its object already: then the app is its, whatever became of the update. */
export function isTaken({ to, app, environment, cluster }: HandOver, exported: ExportedStack): boolean {
    const { delivers, target } = inHandOver(to);
    const name = engineOf(to).delivered(app, environment)[cluster];
    return liveResources(exported).some(
        (each) =>
            delivers.test(each.type.replace(/^kubernetes:/, "")) &&
            record(objectOf(each)["metadata"])["name"] === name &&
            target(objectOf(each)) === environment.namespace,
    );
}
