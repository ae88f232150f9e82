/** Which tools a command needs: the sandbox's servers, the engine, the manifests the estate installs. */
import type { Estate } from "../../estate/model";
import { defaultParts, isEngineId, isExtraId, neededTools, type PartGroup, partGroups } from "../../sandbox";
import type { ToolName } from "../../toolchain";
import { sandboxedEngines } from "./engines/sandbox";
import { engineTools } from "./sandboxEngine";

/**
 * Parts of the sandbox that an estate needs: all but the engines that none of its apps uses, what is added to them, and Docker
 * where nothing is on a machine.
 */
export function estateParts(estate: Estate): readonly PartGroup[] {
    const used: readonly string[] = [
        ...estate.engines.flatMap((name) => [name, ...sandboxedEngines[name].extrasOf(estate)]),
        ...(Object.keys(estate.machines).length > 0 ? ["docker"] : []),
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
        ...Object.entries(sandboxedEngines)
            .filter(([name]) => (parts as readonly string[]).includes(name))
            .flatMap(([, { packages, extras }]) => [
                ...packages,
                ...parts.flatMap((part) => (isExtraId(part) ? (extras[part] ?? []) : [])),
            ]),
    ];
}
