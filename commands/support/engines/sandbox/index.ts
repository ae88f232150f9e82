/** What the sandbox brings for each engine, by its name in the spec. */
import type { Engine } from "../../../../estate/engines";
import { argocd } from "./argocd";
import type { SandboxedEngine } from "./engine";
import { flux } from "./flux";

export const sandboxedEngines: Readonly<Record<Engine, SandboxedEngine>> = { argocd, flux };
