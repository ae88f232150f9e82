import { argocd } from "./argocd";
import type { EngineDefinition, EngineRegistry } from "./engine";
import { flux } from "./flux";

/** Every engine, by the name a spec has for it. A new one is a file beside this one and a line here. */
export const engines = {
    argocd,
    flux,
} as const satisfies EngineRegistry;

/** What applies what an app's config repository holds. */
export type Engine = keyof typeof engines;

/** The engine of an estate that names none. */
export const defaultEngine: Engine = "argocd";

/** What each engine makes of its part of the spec, under its name. */
export type EngineSettings = {
    readonly [Each in Engine]: ReturnType<(typeof engines)[Each]["resolve"]>;
};

type Options = { readonly [Each in Engine]: (typeof engines)[Each]["options"] };

/** The part of each engine in the spec, under its name. */
export const engineOptions = Object.fromEntries(
    Object.entries<EngineDefinition>(engines).map(([name, { options }]) => [name, options]),
) as Options;

/** Kinds of the own objects of every engine in a registry. */
export function engineKinds(registry: EngineRegistry = engines): EngineDefinition["ownKinds"] {
    return Object.values(registry).flatMap(({ ownKinds }) => ownKinds);
}

/** An engine of a registry. @throws Error when it has none of this name. */
export function engineOf(name: string, registry: EngineRegistry = engines): EngineDefinition {
    const found: EngineDefinition | undefined = Object.hasOwn(registry, name) ? registry[name] : undefined;
    if (found === undefined) {
        throw new Error(`the registry has no engine ${name}`);
    }
    return found;
}

/** The cluster that an engine reaches by a Secret of this name in the program; undefined: it is no such Secret. */
export function clusterOfSecret(name: string, registry: EngineRegistry = engines): string | undefined {
    return Object.values(registry)
        .map(({ clusterSecrets }) => clusterSecrets.exec(name)?.[1])
        .find((cluster) => cluster !== undefined);
}
