/** Stack files for previews on a machine that has the sandbox's manifests only. Pure: text in, text out. */
import { isMap, isScalar, type Document } from "yaml";
import { unknownServer } from "../../estate/resolve";
import type { Engine } from "../../estate/engines";
import { sandboxedEngines } from "./engines/sandbox";
import { parseStackFile } from "./stackFile";
import { mapOf, specOf, specPath } from "./stackSpec";

/**
 * A stack file for a preview on a machine that has these manifests and no others, by engine the folder, and no kubeconfig. What would
 * be warned about only because of what they do not install is left out too.
 */
export function withManifestsAtHand(
    committed: string,
    folders: Readonly<Partial<Record<Engine, string>>>,
): string {
    const document = parseStackFile("The stack file", committed);
    for (const [name, { installFrom }] of Object.entries(sandboxedEngines)) {
        const folder = folders[name as Engine];
        if (folder !== undefined) {
            installFrom(document, [...specPath, name], folder);
        }
    }
    nameUnknownServers(document);
    return document.toString({ lineWidth: 0 });
}

/** Writes of each member that only a kubeconfig of elsewhere knows the address of what counts for it without one. */
function nameUnknownServers(document: Document): void {
    const clusters = mapOf(specOf(document)["clusters"]);
    for (const [name, value] of Object.entries(clusters)) {
        const { role, server, access } = mapOf(value);
        const place = [...specPath, "clusters", name];
        const node = document.getIn(place, true);
        if (
            role !== "host" &&
            server === undefined &&
            mapOf(access)["kubeconfig"] === undefined &&
            (isMap(node) || isScalar(node))
        ) {
            document.setIn(place, document.createNode({ ...mapOf(value), server: unknownServer(name) }));
        }
    }
}
