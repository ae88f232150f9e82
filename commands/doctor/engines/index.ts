/** The engines that the doctor can find on a host, by their names in the spec. */
import type { Engine } from "../../../estate/engines";
import { argocd } from "./argocd";
import type { EngineMarks } from "./engine";
import { flux } from "./flux";

export const marks: Readonly<Record<Engine, EngineMarks>> = { argocd, flux };
