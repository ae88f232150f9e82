/** The delivery engines whose workloads the sandbox runs. A further one is a folder here and a line below. */
import { argoCd } from "./argocd/engine";
import { type Engine } from "./engine";
import { flux } from "./flux/engine";

/** Their ids: names of parts of the sandbox, and of the commands `npm run sandbox -- <id>`. */
export const engineIds = ["argocd", "flux"] as const;
export type EngineId = (typeof engineIds)[number];

export const engines: Readonly<Record<EngineId, Engine>> = { argocd: argoCd, flux };

export function isEngineId(name: string): name is EngineId {
    return (engineIds as readonly string[]).includes(name);
}
