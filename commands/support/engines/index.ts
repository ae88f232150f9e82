/** The engines as people are told of them, by their names in the spec. */
import type { Engine } from "../../../estate/engines";
import { argocd } from "./argocd";
import type { EngineInWords } from "./engine";
import { flux } from "./flux";

export const enginesInWords: Readonly<Record<Engine, EngineInWords>> = { argocd, flux };
