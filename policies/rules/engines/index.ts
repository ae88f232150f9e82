/** What each engine has of its own in the pack. A new one is a file beside this one and a line here. */
import type { Engine } from "../../../estate/engines";
import type { ResourceRule } from "../../rule";
import { argocd } from "./argocd";
import type { EnginePolicies } from "./engine";

/** By the name a spec has for the engine. An engine without an entry does not compile. */
const policies: Readonly<Record<Engine, EnginePolicies>> = { argocd };

/** The rules about the objects of every engine. */
export const engineRules: readonly ResourceRule[] = Object.values(policies).flatMap(({ rules }) => rules);

/** Whether a role or binding of this name is part of an engine's own manifests. */
export function isInstalledRole(name: string): boolean {
    return Object.values(policies).some(({ installedRoles }) => installedRoles.test(name));
}
