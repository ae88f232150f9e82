/** Which tools a command needs: the sandbox's servers, the engine, and what only tests use. */
import { argoCdTools } from "../../sandbox/argocd/workloads";
import type { ToolName } from "../../toolchain";

/** What runs in the sandbox. */
export function sandboxTools(): ToolName[] {
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

/** Everything the tests drive. */
export function testTools(): ToolName[] {
    return [
        ...sandboxTools(),
        "pulumi",
        "pulumi-language-nodejs",
        "providers",
        "argocd-manifests",
        "argocd-image-updater-manifests",
    ];
}
