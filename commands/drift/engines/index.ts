/** The engines whose objects drift looks at, by their names in the spec. */
import type { Engine } from "../../../estate/engines";
import { argocd } from "./argocd";
import type { EngineInDrift } from "./engine";
import { flux } from "./flux";

/** Engines by name. */
export type DriftEngines = Readonly<Record<string, EngineInDrift>>;

export const enginesInDrift: DriftEngines = { argocd, flux } satisfies Record<Engine, EngineInDrift>;
