import type { EngineMarks } from "./engine";

export const argocd: EngineMarks = {
    partOf: "argocd",
    defines: (name) => ["applications.argoproj.io", "appprojects.argoproj.io"].includes(name),
    settings: ["argocd-cm", "argocd-cmd-params-cm", "argocd-rbac-cm"],
    writesAs: ["argocd-controller"],
};
