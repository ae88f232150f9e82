/** What a new cluster needs before it is of use: simulated nodes, and proof that its controllers work. */
import { setTimeout as sleep } from "node:timers/promises";

import { type ClusterClient } from "./client";

/** Simulated nodes per cluster. Three: a highly available install asks that its replicas lie on different nodes. */
export const nodesPerCluster = 3;

/** The Node objects of a cluster. Their status comes from the simulated kubelets (stages.yaml). */
export function nodeObjects(cluster: string, count: number = nodesPerCluster): Record<string, unknown>[] {
    return Array.from({ length: count }, (_, index) => {
        const name = `${cluster}-node-${index + 1}`;
        return {
            apiVersion: "v1",
            kind: "Node",
            metadata: {
                name,
                labels: {
                    "kubernetes.io/hostname": name,
                    "kubernetes.io/os": "linux",
                    "kubernetes.io/arch": "amd64",
                    "topology.kubernetes.io/region": cluster,
                    "topology.kubernetes.io/zone": `${cluster}-${index + 1}`,
                },
            },
        };
    });
}

/** Registers the nodes that are missing. Whoever deleted or labelled one by hand meanwhile finds only the missing come back. */
export async function registerNodes(client: ClusterClient, cluster: string): Promise<void> {
    for (const node of nodeObjects(cluster)) {
        const answer = await client.request("POST", "/api/v1/nodes", node);
        if (answer.status !== 201 && answer.status !== 409) {
            throw new Error(
                `${cluster}: a node was refused (${answer.status}): ${JSON.stringify(answer.body)}`,
            );
        }
    }
}

/**
 * Waits until the cluster does its work: nodes are Ready and open for pods (kwok and the node controllers), and namespaces
 * get their service account (the controller manager).
 *
 * @throws Error that names what is still missing after `timeoutMs`.
 */
export async function clusterWorks(
    client: ClusterClient,
    cluster: string,
    timeoutMs: number,
    signal?: AbortSignal,
): Promise<void> {
    const until = Date.now() + timeoutMs;
    for (let pause = 50; ; pause = Math.min(pause * 1.5, 500)) {
        signal?.throwIfAborted();
        const missing = await whatIsMissing(client);
        if (missing === undefined) {
            return;
        }
        if (Date.now() > until) {
            throw new Error(`${cluster} runs but does not work: ${missing}`);
        }
        await sleep(pause);
    }
}

interface NodeList {
    readonly items?: readonly {
        readonly metadata: { readonly name: string };
        readonly spec?: { readonly taints?: readonly { readonly key: string }[] };
        readonly status?: {
            readonly conditions?: readonly { readonly type: string; readonly status: string }[];
        };
    }[];
}

async function whatIsMissing(client: ClusterClient): Promise<string | undefined> {
    const nodes = ((await client.request("GET", "/api/v1/nodes")).body as NodeList).items ?? [];
    if (nodes.length === 0) {
        return "it has no node";
    }
    for (const node of nodes) {
        const { name } = node.metadata;
        const ready = node.status?.conditions?.find(({ type }) => type === "Ready")?.status;
        if (ready !== "True") {
            return `node ${name} is not Ready (see the log of kwok)`;
        }
        if (!(await isHeartBeating(client, name))) {
            return `node ${name} has sent no heartbeat for a minute (see the log of kwok)`;
        }
        if (node.spec?.taints?.some(({ key }) => key === "node.kubernetes.io/not-ready") === true) {
            return `node ${name} is not open for pods (see the log of the controller manager)`;
        }
    }
    const account = await client.request("GET", "/api/v1/namespaces/default/serviceaccounts/default");
    return account.status === 200
        ? undefined
        : "namespace default has no service account (see the log of the controller manager)";
}

/** Readiness is what was stored last; only a lease renewed since shows that the simulated kubelet lives. */
async function isHeartBeating(client: ClusterClient, node: string): Promise<boolean> {
    const lease = await client.request(
        "GET",
        `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node}`,
    );
    const renewed = (lease.body as { spec?: { renewTime?: string } } | undefined)?.spec?.renewTime;
    return lease.status === 200 && renewed !== undefined && Date.now() - Date.parse(renewed) < 60_000;
}
