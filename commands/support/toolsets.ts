/** Which tools a command needs: the sandbox's servers, the engine, the manifests the estate installs. */
import { argoCdTools } from "../../sandbox/workloads/argocd/table";
import type { ToolName } from "../../toolchain";
import { engineTools } from "./engine";

/** What runs in the sandbox. */
function sandboxTools(): ToolName[] {
    return [
        "etcd",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kwok",
        "registry",
        "crane",
        ...argoCdTools,
    ];
}

/** What an estate on the sandbox needs, engine included: asked for at once, what remains to be built is told right. */
export function estateTools(env: NodeJS.ProcessEnv): ToolName[] {
    return [...sandboxTools(), ...engineTools(env), "argocd-manifests", "argocd-image-updater-manifests"];
}
