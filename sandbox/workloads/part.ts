/** A delivery engine as a part of the sandbox: one process that runs all of its workloads. */
import * as path from "node:path";

import { type ClusterAccess } from "../clusters/informer";
import { serverUrl } from "../clusters/kubeconfig";
import { clusterPart } from "../clusters/parts";
import { type ClusterPki } from "../clusters/pki";
import { writePrivateIfChanged } from "../support/files";
import { type ToolName } from "../../toolchain";
import { checkoutDir } from "../../toolchain/checkout";
import { type SandboxLayout } from "../support/layout";
import { type PartSpec, digest } from "../supervisor/parts";
import { type EngineId, engines, toolsOf } from "./engines";
import { type KubeletOptions } from "./kubelet";
import { stateFile } from "./state";

/** Options of the part's process. */
export interface PartOptions extends KubeletOptions {
    readonly engine: EngineId;
}

/** The file with {@link PartOptions}. */
export function optionsFile(layout: SandboxLayout, engine: EngineId): string {
    return path.join(layout.run, `${engine}.json`);
}

/** The administrator's way into a cluster. */
export function adminAccess(pki: ClusterPki, port: number): ClusterAccess {
    return { server: serverUrl(port), ca: pki.ca.cert, credentials: pki.admin };
}

/**
 * The part; writes its options. `port` is that of the host cluster's API server, `tool` gives a program's path, `parts` are
 * those of the sandbox.
 */
export function engineSpec(
    layout: SandboxLayout,
    base: number,
    host: { readonly pki: ClusterPki; readonly port: number },
    id: EngineId,
    tool: (name: ToolName) => string,
    parts: readonly string[],
): PartSpec {
    const engine = engines[id];
    const options: PartOptions = {
        engine: id,
        host: adminAccess(host.pki, host.port),
        dataDir: path.join(layout.run, id),
        logsDir: layout.logs,
        stateFile: stateFile(layout, id),
        portBase: base,
        tools: Object.fromEntries(toolsOf(id, parts).map((name) => [name, tool(name)])),
    };
    const text = `${JSON.stringify(options, undefined, 2)}\n`;
    const file = optionsFile(layout, id);
    writePrivateIfChanged(file, text);
    return {
        name: id,
        kind: id,
        group: id,
        command: process.execPath,
        args: ["--require", require.resolve("tsx/cjs"), path.join(__dirname, "main.ts"), file],
        env: { NODE_ENV: "production" },
        cwd: checkoutDir(),
        ports: Object.values(engine.ports(base)),
        readiness: { kind: "log", pattern: "^ready " },
        // The workloads' processes get eight seconds to end by themselves.
        graceMs: 12_000,
        after: [clusterPart(host.pki.cluster, "apiserver")],
        inputs: digest(text),
    };
}
