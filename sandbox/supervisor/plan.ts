/** From settings to the table of parts: makes the files they need (certificates, kubeconfigs, options) on the way. */
import * as fs from "node:fs";
import * as path from "node:path";

import { type ToolName } from "../../toolchain";
import { engineIds, toolsOf } from "../workloads/engines";
import { engineSpec } from "../workloads/part";
import { writePrivate } from "../support/files";
import { nodeImagesSpec } from "../clusters/images/part";
import { adminEntry, serverUrl, writeKubeconfig } from "../clusters/kubeconfig";
import { clusterSpecs, clusterTools, componentKubeconfigs, etcdSpec } from "../clusters/parts";
import { type ClusterPki, ensureClusterPki, ensureEtcdPki, ensureServersPki } from "../clusters/pki";
import { type SandboxLayout } from "../support/layout";
import { clusterPort } from "../support/ports";
import { type PartSpec, startOrder } from "./parts";
import { ensureSecrets } from "./secrets";
import { chatSpec, gitlabSpec, harborSpec } from "./servers";
import { type SandboxSettings } from "./settings";

/** Programs that pipelines find on their PATH, as far as the sandbox has them. */
const jobTools = ["crane", "helm", "kustomize", "docker"] as const;

/** Names of the programs that `settings` needs. */
export function neededTools(settings: Pick<SandboxSettings, "parts">): ToolName[] {
    const { parts } = settings;
    return [
        ...(parts.includes("clusters") ? clusterTools : []),
        ...(parts.includes("gitlab") ? (["crane"] as const) : []),
        ...(parts.includes("docker") ? (["docker"] as const) : []),
        ...(parts.includes("harbor") || parts.includes("harbor-prod") ? (["registry"] as const) : []),
        ...engineIds.filter((id) => parts.includes(id)).flatMap((id) => toolsOf(id, parts)),
    ];
}

/** One cluster of a plan. */
export interface PlannedCluster {
    readonly name: string;
    readonly port: number;
    readonly pki: ClusterPki;
}

export interface Plan {
    readonly parts: readonly PartSpec[];
    readonly clusters: readonly PlannedCluster[];
}

/**
 * Folders a sandbox's state folder may hold before the first `up`, put there by other commands; one per engine for the
 * manifests that an estate installs.
 */
const expected = new Set<string>([...engineIds, "pulumi", "state", "secrets"]);

/**
 * Makes the state folder, marked as one.
 *
 * @throws Error when the folder holds something else: `down --purge` would delete it.
 */
export function prepareFolder(layout: SandboxLayout): void {
    if (!fs.existsSync(layout.marker)) {
        const strangers = fs.existsSync(layout.dir)
            ? fs.readdirSync(layout.dir).filter((name) => !expected.has(name))
            : [];
        if (strangers.length > 0) {
            throw new Error(
                `${layout.dir} is not empty (${strangers.slice(0, 5).join(", ")}) and no sandbox: ` +
                    `give ESTATE_SANDBOX_DIR a folder of its own`,
            );
        }
        fs.mkdirSync(layout.dir, { recursive: true, mode: 0o700 });
        writePrivate(
            layout.marker,
            "The state of a gitops-estate sandbox; deleted by `sandbox -- down --purge`.\n",
        );
    }
    for (const dir of [layout.secrets, layout.pki, layout.run, layout.logs, layout.etcd]) {
        fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
    }
}

/** Secrets, certificates, kubeconfigs and option files, and the table of parts that read them. */
export async function preparePlan(
    layout: SandboxLayout,
    settings: SandboxSettings,
    tools: ReadonlyMap<ToolName, string>,
): Promise<Plan> {
    ensureSecrets(layout);
    const tool = (name: ToolName): string => {
        const found = tools.get(name);
        if (found === undefined) {
            throw new Error(`the sandbox needs the program ${name}, which was not found`);
        }
        return found;
    };
    const { portBase: base, parts: groups } = settings;
    const pki = settings.tls === true ? await ensureServersPki(layout) : undefined;
    const clusters: PlannedCluster[] = [];
    const parts: (PartSpec | undefined)[] = [];
    if (groups.includes("clusters")) {
        const programs = Object.fromEntries(clusterTools.map((name) => [name, tool(name)])) as Record<
            (typeof clusterTools)[number],
            string
        >;
        parts.push(etcdSpec(layout, base, await ensureEtcdPki(layout), programs));
        for (const [index, name] of settings.clusters.entries()) {
            const cluster = {
                name,
                port: clusterPort(base, index),
                pki: await ensureClusterPki(layout, name),
            };
            writeComponentKubeconfigs(cluster);
            clusters.push(cluster);
            parts.push(...clusterSpecs(layout, base, index, cluster.pki, programs));
        }
        parts.push(nodeImagesSpec(layout, clusters, pki?.ca.cert));
        writeKubeconfig(
            layout.kubeconfig,
            clusters.map(({ pki, port }) => adminEntry(pki, port)),
        );
    }
    const servers = {
        layout,
        portBase: base,
        tier: settings.tier,
        edition: settings.edition,
        pki,
        gitlabPath: settings.gitlabPath ?? "",
        registryBinary: tools.get("registry") ?? "",
        jobPath: jobTools.flatMap((name) => {
            const found = tools.get(name);
            return found === undefined ? [] : [path.dirname(found)];
        }),
    };
    if (groups.includes("gitlab")) {
        parts.push(gitlabSpec(servers));
    }
    if (groups.includes("chat")) {
        parts.push(chatSpec(servers));
    }
    if (groups.includes("harbor")) {
        parts.push(harborSpec({ ...servers, registryBinary: tool("registry") }, "main"));
    }
    if (groups.includes("harbor-prod")) {
        parts.push(harborSpec({ ...servers, registryBinary: tool("registry") }, "prod"));
    }
    const host = clusters.find(({ name }) => name === settings.host) ?? clusters[0];
    if (host !== undefined) {
        parts.push(
            ...engineIds
                .filter((id) => groups.includes(id))
                .map((id) => engineSpec(layout, base, host, id, tool, groups)),
        );
    }
    return { parts: startOrder(parts.filter((part) => part !== undefined)), clusters };
}

function writeComponentKubeconfigs({ name, port, pki }: PlannedCluster): void {
    const files = componentKubeconfigs(pki);
    const entry = { cluster: name, server: serverUrl(port), ca: pki.ca.cert };
    writeKubeconfig(files.controllerManager, [
        { ...entry, user: "controller-manager", credentials: pki.controllerManager },
    ]);
    writeKubeconfig(files.scheduler, [{ ...entry, user: "scheduler", credentials: pki.scheduler }]);
    writeKubeconfig(files.kwok, [{ ...entry, user: "kwok", credentials: pki.kwok }]);
}
