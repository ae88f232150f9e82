/** What each engine has of its own in the pack. A new one is a file beside this one and a line here. */
import type { Engine } from "../../../estate/engines";
import type { ResourceRule, StackRule } from "../../rule";
import type { Props } from "../../values";
import { argocd } from "./argocd";
import type { EnginePolicies } from "./engine";
import { flux } from "./flux";

/** By the name a spec has for the engine. An engine without an entry does not compile. */
const policies: Readonly<Record<Engine, EnginePolicies>> = { argocd, flux };

/** The rules about the objects of every engine. */
export const engineRules: readonly (ResourceRule | StackRule)[] = Object.values(policies).flatMap(
    ({ rules }) => rules,
);

/** The areas of these rules; they also have rules in the areas of all. */
export const engineAreas: readonly string[] = Object.values(policies).map(({ area }) => area);

/** Whether a role or binding of this name is part of an engine's own manifests. */
export function isInstalledRole(name: string): boolean {
    return Object.values(policies).some(({ installedRoles }) => installedRoles.test(name));
}

/** Addresses of the Git repositories that an object of any engine is read from; none for every other resource. */
export function deliveredFrom(type: string, props: Props): readonly string[] {
    return Object.values(policies).flatMap(({ sources }) => sources(type, props));
}
