import type { EngineMarks } from "./engine";

export const flux: EngineMarks = {
    partOf: "flux",
    defines: (name) => name.endsWith(".toolkit.fluxcd.io"),
    settings: [],
    writesAs: ["flux", "helm-controller", "kustomize-controller"],
};
