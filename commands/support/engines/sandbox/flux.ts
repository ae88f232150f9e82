/** What the sandbox brings for Flux: its release's manifests, and those of Flux Operator. */
import * as fs from "node:fs";
import * as path from "node:path";
import { ensureTools, progressPrinter } from "../../../../toolchain";
import { TOOLS } from "../../../../toolchain/tools";
import type { SandboxedEngine } from "./engine";
import { fluxInstallYaml, operatorInstallYaml } from "./fluxRelease";

/** Flux's version that the sandbox installs. */
export const fluxVersion = TOOLS["flux-manifests"].version;

/** Flux Operator's version that the sandbox installs. */
export const operatorVersion = TOOLS["flux-operator-manifests"].version;

const operatorFile = "operator.yaml";

export const flux: SandboxedEngine = {
    version: fluxVersion,
    packages: ["flux-manifests"],
    extras: { "flux-operator": ["flux-operator-manifests"] },
    extrasOf: ({ flux: { operator } }) => (operator === undefined ? [] : ["flux-operator"]),
    write: async (folder, extras) => {
        fs.mkdirSync(folder, { recursive: true });
        fs.writeFileSync(path.join(folder, "install.yaml"), await installYaml());
        if (extras.includes("flux-operator")) {
            fs.writeFileSync(path.join(folder, operatorFile), await operatorYaml());
        }
    },
    installFrom: (document, part, folder) => {
        document.setIn([...part, "manifests"], document.createNode({ version: fluxVersion, path: folder }));
        if (document.hasIn([...part, "operator"])) {
            const file = { version: operatorVersion, path: `${folder}/${operatorFile}` };
            document.setIn([...part, "operator"], document.createNode(file));
        }
    },
};

async function installYaml(): Promise<string> {
    const tools = await ensureTools(["flux-manifests"], progressPrinter(process.stderr));
    const from = tools.get("flux-manifests")?.path ?? "";
    const parts = fs.readdirSync(from).filter((name) => name.endsWith(".yaml"));
    return fluxInstallYaml(
        Object.fromEntries(parts.map((name) => [name, fs.readFileSync(path.join(from, name), "utf8")])),
    );
}

async function operatorYaml(): Promise<string> {
    const tools = await ensureTools(["flux-operator-manifests"], progressPrinter(process.stderr));
    const from = tools.get("flux-operator-manifests")?.path ?? "";
    const definitions = fs.readdirSync(path.join(from, "crd", "bases")).sort();
    const parts = [
        ...definitions.map((file) => path.join("crd", "bases", file)),
        ...["account.yaml", "deployment.yaml", "service.yaml"].map((file) => path.join("manager", file)),
        path.join("default", "rbac.yaml"),
    ];
    return operatorInstallYaml(
        parts.map((file) => fs.readFileSync(path.join(from, file), "utf8")),
        operatorVersion,
    );
}
