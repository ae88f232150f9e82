/** Which tools a command needs: the sandbox's servers, the engine, the manifests the estate installs. */
import { neededTools, partGroups } from "../../sandbox";
import type { ToolName } from "../../toolchain";
import { engineTools } from "./sandboxEngine";

/** What an estate on the sandbox needs, engine included: asked for at once, what remains to be built is told right. */
export function estateTools(env: NodeJS.ProcessEnv): ToolName[] {
    return [
        ...neededTools({ parts: partGroups }),
        ...engineTools(env),
        "argocd-manifests",
        "argocd-image-updater-manifests",
    ];
}
