/** What the sandbox brings for Argo CD: manifests of a release and of an image updater, and the application of its sign-in. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Document } from "yaml";
import { ensureTools, progressPrinter, type ToolName } from "../../../../toolchain";
import { TOOLS } from "../../../../toolchain/tools";
import { warnedAbout } from "../../stackSpec";
import type { SandboxedEngine } from "./engine";

const packages = [
    "argocd-manifests",
    "argocd-image-updater-manifests",
] as const satisfies readonly ToolName[];

export const argocd: SandboxedEngine = {
    version: TOOLS["argocd-manifests"].version,
    packages,
    extras: {},
    extrasOf: () => [],
    write: async (folder) => {
        const tools = await ensureTools(packages, progressPrinter(process.stderr));
        const from = tools.get("argocd-manifests")?.path ?? "";
        const updater = tools.get("argocd-image-updater-manifests")?.path ?? "";
        const files = {
            "install.yaml": path.join(from, "install.yaml"),
            [path.join("ha", "install.yaml")]: path.join(from, "ha", "install.yaml"),
            "image-updater.yaml": path.join(updater, "install.yaml"),
        };
        for (const [file, source] of Object.entries(files)) {
            const to = path.join(folder, file);
            fs.mkdirSync(path.dirname(to), { recursive: true });
            fs.copyFileSync(source, to);
            fs.chmodSync(to, 0o644);
        }
    },
    installFrom: (document, part, folder) => {
        const manifests = { version: TOOLS["argocd-manifests"].version, path: folder };
        document.setIn([...part, "manifests"], document.createNode(manifests));
        leaveOutUpdater(document, [...part, "imageUpdater"]);
    },
    leavesOut: "Argo CD's image updater",
    signIn: ({ argocd: { sso, url } }) =>
        sso && {
            issuer: sso.issuer,
            clientId: sso.clientId,
            name: "Argo CD",
            redirectUri: `${url}/auth/callback`,
        },
};

/**
 * Leaves out what the image updater is installed by, and all that has an effect only with it. What configures it stays that of
 * the stack's version.
 */
function leaveOutUpdater(document: Document, part: readonly string[]): void {
    const before = warnedAbout(document);
    document.setIn([...part, "install"], false);
    const prefix = "argocd.imageUpdater.";
    for (const at of warnedAbout(document)) {
        if (at.startsWith(prefix) && !before.has(at)) {
            document.deleteIn([...part, ...at.slice(prefix.length).split(".")]);
        }
    }
    // Also where nothing is said of it because something else is wrong.
    document.deleteIn([...part, "manifests"]);
}
