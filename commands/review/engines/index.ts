/** The engines as a review speaks of them, by their names in the spec. */
import type { Engine } from "../../../estate/engines";
import { argocd } from "./argocd";
import type { EngineInReview } from "./engine";
import { flux } from "./flux";

/** Engines by name. */
export type ReviewEngines = Readonly<Record<string, EngineInReview>>;

export const enginesInReview: ReviewEngines = { argocd, flux } satisfies Record<Engine, EngineInReview>;
