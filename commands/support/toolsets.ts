/** Which tools a command needs: the sandbox's servers, the engine, the manifests the estate installs. */
import type { Estate } from "../../estate/model";
import {
    defaultParts,
    type EngineId,
    type ExtraId,
    isEngineId,
    isExtraId,
    neededTools,
    type PartGroup,
    partGroups,
} from "../../sandbox";
import type { ToolName } from "../../toolchain";
import { engineTools } from "./sandboxEngine";

/** The manifests that each engine is installed from. */
const manifests: Readonly<Record<EngineId, readonly ToolName[]>> = {
    argocd: ["argocd-manifests", "argocd-image-updater-manifests"],
    flux: ["flux-manifests"],
};

/** The same for what is added to an engine. */
const extraManifests: Readonly<Record<ExtraId, readonly ToolName[]>> = {
    "flux-operator": ["flux-operator-manifests"],
};

/**
 * Parts of the sandbox that an estate needs: all but the engines that none of its apps uses, what is added to them, and Docker
 * where nothing is on a machine.
 */
export function estateParts({
    engines,
    flux,
    machines,
}: Pick<Estate, "engines" | "flux" | "machines">): readonly PartGroup[] {
    const used: readonly string[] = [
        ...engines,
        ...(engines.includes("flux") && flux.operator !== undefined ? ["flux-operator"] : []),
        ...(Object.keys(machines).length > 0 ? ["docker"] : []),
    ];
    return partGroups.filter(
        (part) => !(isEngineId(part) || isExtraId(part) || part === "docker") || used.includes(part),
    );
}

/** What an estate on the sandbox needs, engine included: asked for at once, the count of what remains to be built is right. */
export function estateTools(env: NodeJS.ProcessEnv, parts: readonly PartGroup[] = defaultParts): ToolName[] {
    return [
        ...neededTools({ parts }),
        ...engineTools(env),
        ...parts.flatMap((part) =>
            isEngineId(part) ? manifests[part] : isExtraId(part) ? extraManifests[part] : [],
        ),
    ];
}
