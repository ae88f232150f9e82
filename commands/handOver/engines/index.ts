/** The engines that apps are handed over between, by their names in the spec. */
import type { Engine } from "../../../estate/engines";
import type { EngineInHandOver } from "../engine";
import { argocd } from "./argocd";
import { flux } from "./flux";

export const enginesInHandOver: Readonly<Record<string, EngineInHandOver>> = {
    argocd,
    flux,
} satisfies Record<Engine, EngineInHandOver>;
