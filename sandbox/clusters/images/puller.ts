/**
 * Pulls images for the simulated nodes of one cluster: a pod with an image of a registry on this machine starts once that
 * registry has given out the image's manifest to one of the pod's pull secrets. Nothing is stored: every new pod asks.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { ClusterClient } from "../client";
import { callerOf, Informer, type ClusterAccess } from "../informer";
import { loginsFor, type Login } from "./keyring";
import { imagesToPull, statusPatch, type Pod, type PullState } from "./pods";
import { PullError, pullImage } from "./registry";

/** Waits between tries, in milliseconds: a kubelet's rule (doubling, with a limit), but sooner. */
export interface PullBackoff {
    readonly firstMs: number;
    readonly mostMs: number;
}

export const defaultPullBackoff: PullBackoff = { firstMs: 2000, mostMs: 30_000 };

/** The wait after the try number `tries` (from 1) has failed. */
export function pullPause(tries: number, { firstMs, mostMs }: PullBackoff): number {
    return Math.min(firstMs * 2 ** (tries - 1), mostMs);
}

/** What the options file of the process holds. */
export interface PullerOptions {
    readonly clusters: readonly { readonly name: string; readonly access: ClusterAccess }[];
    /** What the registries of this machine speak. */
    readonly scheme: "http" | "https";
}

export class Puller {
    private readonly client: ClusterClient;
    private readonly pods: Informer<Pod>;
    /** Pulls under way, by uid of their pod. */
    private readonly jobs = new Map<string, AbortController>();
    private running: Promise<void> = Promise.resolve();

    constructor(
        private readonly cluster: string,
        access: ClusterAccess,
        private readonly log: (line: string) => void,
        private readonly backoff: PullBackoff = defaultPullBackoff,
        private readonly scheme: PullerOptions["scheme"] = "http",
    ) {
        this.client = new ClusterClient(access.server, access.ca, callerOf(access));
        this.pods = new Informer<Pod>(
            access,
            { path: "/api/v1/pods" },
            (pod) => (pod === undefined ? this.pullAll() : this.pullFor(pod)),
            log,
        );
    }

    start(): void {
        this.running = this.pods.run();
    }

    async close(): Promise<void> {
        this.pods.stop();
        this.jobs.forEach((job) => job.abort());
        await this.running;
        this.client.close();
    }

    private pullAll(): void {
        const pods = this.pods.values();
        const uids = new Set(pods.map(({ metadata }) => metadata.uid));
        for (const [uid, job] of this.jobs) {
            if (!uids.has(uid)) {
                job.abort();
            }
        }
        pods.forEach((pod) => this.pullFor(pod));
    }

    private pullFor(pod: Pod): void {
        const { uid = "", namespace = "", name } = pod.metadata;
        const job = this.jobs.get(uid);
        const gone = this.pods.get(namespace, name)?.metadata.uid !== uid;
        if (gone || imagesToPull(pod).length === 0) {
            job?.abort();
            return;
        }
        if (job === undefined) {
            const started = new AbortController();
            this.jobs.set(uid, started);
            void this.pull(pod, started.signal)
                .catch((error: unknown) => {
                    if (!started.signal.aborted) {
                        this.log(`${this.cluster}: pod ${namespace}/${name}: ${(error as Error).message}`);
                    }
                })
                .finally(() => this.jobs.delete(uid));
        }
    }

    /** Tries until all images of the pod were given out. */
    private async pull(pod: Pod, signal: AbortSignal): Promise<void> {
        for (let tries = 1; !signal.aborted; tries++) {
            const state = await this.tryOnce(pod);
            if (!signal.aborted) {
                await this.patch(pod, state);
            }
            if (state.problems.size === 0) {
                return;
            }
            await this.report(pod, state, tries);
            const pause = pullPause(tries, this.backoff);
            // As a kubelet: the failure shows for a moment, the waiting for the rest of the time.
            await sleep(Math.min(1000, pause / 2), undefined, { signal });
            await this.patch(pod, { ...state, backingOff: true });
            await sleep(pause, undefined, { signal });
        }
    }

    private async tryOnce(pod: Pod): Promise<PullState> {
        const digests = new Map<string, string>();
        const problems = new Map<string, string>();
        const configs = await this.dockerConfigs(pod);
        const logins = (registry: string): Login[] => configs.flatMap((text) => loginsFor(registry, text));
        for (const image of imagesToPull(pod)) {
            try {
                digests.set(image, await pullImage(image, logins, this.scheme));
            } catch (error) {
                if (!(error instanceof PullError)) {
                    throw error;
                }
                problems.set(image, error.message);
            }
        }
        return { digests, problems, backingOff: false };
    }

    /** Pull secrets of the pod, and of its service account by way of the admission that put them into the pod. */
    private async dockerConfigs(pod: Pod): Promise<string[]> {
        const texts: string[] = [];
        for (const { name } of pod.spec.imagePullSecrets ?? []) {
            const answer = await this.client.request(
                "GET",
                `/api/v1/namespaces/${pod.metadata.namespace}/secrets/${name}`,
            );
            const data = (answer.body as { data?: Record<string, string> } | undefined)?.data ?? {};
            texts.push(Buffer.from(data[".dockerconfigjson"] ?? "", "base64").toString("utf8"));
        }
        return texts;
    }

    private async patch(pod: Pod, state: PullState): Promise<void> {
        const { namespace, name } = pod.metadata;
        const answer = await this.client.request(
            "PATCH",
            `/api/v1/namespaces/${namespace}/pods/${name}/status`,
            statusPatch(pod, state, new Date()),
            "application/strategic-merge-patch+json",
        );
        if (answer.status !== 200 && answer.status !== 404) {
            throw new Error(`its status was refused (${answer.status}): ${JSON.stringify(answer.body)}`);
        }
    }

    /** An event for `kubectl describe pod`, and a line in the log the first time. */
    private async report(pod: Pod, state: PullState, tries: number): Promise<void> {
        const { namespace, name, uid } = pod.metadata;
        const message = [...state.problems.values()].join("; ");
        if (tries === 1) {
            this.log(`${this.cluster}: pod ${namespace}/${name}: ${message}`);
        }
        const time = new Date().toISOString();
        await this.client.request("POST", `/api/v1/namespaces/${namespace}/events`, {
            apiVersion: "v1",
            kind: "Event",
            metadata: { generateName: `${name}.`, namespace },
            involvedObject: { apiVersion: "v1", kind: "Pod", namespace, name, uid },
            type: "Warning",
            reason: "Failed",
            message: `Failed to pull image: ${message}`.slice(0, 1000),
            source: { component: "kubelet", host: pod.spec.nodeName },
            firstTimestamp: time,
            lastTimestamp: time,
            count: 1,
        });
    }
}
