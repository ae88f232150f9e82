/** The delivery engines whose workloads the sandbox runs. A further one is a folder here and a line below. */
import { type ToolName } from "../../toolchain";
import { argoCd } from "./argocd/engine";
import { type Engine } from "./engine";
import { flux } from "./flux/engine";

/** Their ids: names of parts of the sandbox, and of the commands `npm run sandbox -- <id>`. */
export const engineIds = ["argocd", "flux"] as const;
export type EngineId = (typeof engineIds)[number];

export const engines: Readonly<Record<EngineId, Engine>> = { argocd: argoCd, flux };

/** Parts of the sandbox that add workloads to an engine that is part of it. */
export const extraIds = ["flux-operator"] as const;
export type ExtraId = (typeof extraIds)[number];

/** Programs of an engine in a sandbox of these parts. */
export function toolsOf(id: EngineId, parts: readonly string[]): ToolName[] {
    const { tools, extras = {} } = engines[id];
    return [...tools, ...parts.flatMap((part) => extras[part] ?? [])];
}

export function isEngineId(name: string): name is EngineId {
    return (engineIds as readonly string[]).includes(name);
}

export function isExtraId(name: string): name is ExtraId {
    return (extraIds as readonly string[]).includes(name);
}
