/** The engines that the board can read, by their names in the spec. */
import type { Engine } from "../../../estate/engines";
import { argocd } from "./argocd";
import type { EngineReader } from "./engine";
import { flux } from "./flux";

export const readers: Readonly<Record<string, EngineReader>> = { argocd, flux } satisfies Record<
    Engine,
    EngineReader
>;
