/** Argo CD as a part of the sandbox: one process that runs all of its workloads. */
import * as path from "node:path";

import { type ClusterAccess } from "../clusters/informer";
import { serverUrl } from "../clusters/kubeconfig";
import { clusterPart } from "../clusters/parts";
import { type ClusterPki } from "../clusters/pki";
import { writePrivateIfChanged } from "../support/files";
import { type SandboxLayout, checkoutDir } from "../support/layout";
import { loopback, portOf } from "../support/ports";
import { type PartSpec, digest } from "../supervisor/parts";
import { type KubeletOptions } from "./kubelet";
import { stateFile } from "./state";
import { type ArgoCdPorts, type ArgoCdTools } from "./argocd/table";

/** Name of the part; its workloads have names of their own below it. */
export const argoCdPart = "argocd";

/** Ports of Argo CD in the block that starts at `base`. */
export function argoCdPorts(base: number): ArgoCdPorts {
    return {
        server: portOf(base, "argocd"),
        serverMetrics: portOf(base, "argocd-server-metrics"),
        repoServer: portOf(base, "argocd-repo-server"),
        repoServerMetrics: portOf(base, "argocd-repo-server-metrics"),
        redis: portOf(base, "argocd-redis"),
        controllerMetrics: portOf(base, "argocd-controller-metrics"),
        applicationSetWebhook: portOf(base, "argocd-applicationset-webhook"),
        applicationSetProbe: portOf(base, "argocd-applicationset-probe"),
        applicationSetMetrics: portOf(base, "argocd-applicationset-metrics"),
        notificationsMetrics: portOf(base, "argocd-notifications-metrics"),
        imageUpdaterWebhook: portOf(base, "argocd-image-updater-webhook"),
        notificationRelay: portOf(base, "notification-relay"),
    };
}

/** Where Argo CD's API and pages are. */
export const argoCdUrl = (base: number): string => `http://${loopback}:${portOf(base, "argocd")}`;

/** The administrator's way into a cluster. */
export function adminAccess(pki: ClusterPki, port: number): ClusterAccess {
    return { server: serverUrl(port), ca: pki.ca.cert, credentials: pki.admin };
}

/** The part; writes its options. `port` is that of the host cluster's API server. */
export function argoCdSpec(
    layout: SandboxLayout,
    base: number,
    host: { readonly pki: ClusterPki; readonly port: number },
    tools: ArgoCdTools,
): PartSpec {
    const ports = argoCdPorts(base);
    const options: KubeletOptions = {
        host: adminAccess(host.pki, host.port),
        dataDir: path.join(layout.run, "argocd"),
        logsDir: layout.logs,
        stateFile: stateFile(layout),
        ports,
        tools,
    };
    const text = `${JSON.stringify(options, undefined, 2)}\n`;
    const optionsFile = path.join(layout.run, `${argoCdPart}.json`);
    writePrivateIfChanged(optionsFile, text);
    return {
        name: argoCdPart,
        kind: "argocd",
        group: "argocd",
        command: process.execPath,
        args: ["--require", require.resolve("tsx/cjs"), path.join(__dirname, "main.ts"), optionsFile],
        env: { NODE_ENV: "production" },
        cwd: checkoutDir(),
        ports: Object.values(ports),
        readiness: { kind: "log", pattern: "^ready " },
        // Argo CD's processes get eight seconds to end by themselves.
        graceMs: 12_000,
        after: [clusterPart(host.pki.cluster, "apiserver")],
        inputs: digest(text),
    };
}
