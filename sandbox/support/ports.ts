/** The sandbox's ports: one block, each port with a name, and an answer to "who has this port?". */
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";

import { ExpectedError } from "../../toolchain/expected";

/** First port of the block when `ESTATE_SANDBOX_PORT_BASE` is not set. */
export const defaultPortBase = 8920;

/** Ports in a block. */
export const portBlockSize = 40;

/** Place of each named port in the block. API servers follow from {@link clusterPortOffset} on, one per cluster. */
const offsets = {
    "etcd-client": 0,
    "etcd-peer": 1,
    gitlab: 9,
    "harbor-main": 10,
    "harbor-main-registry": 11,
    "harbor-prod": 12,
    "harbor-prod-registry": 13,
    chat: 15,
    "notification-relay": 16,
    "chat-mail": 17,
    "argocd-server-metrics": 5,
    "argocd-repo-server-metrics": 6,
    "argocd-applicationset-metrics": 7,
    argocd: 20,
    "argocd-repo-server": 21,
    "argocd-redis": 22,
    "argocd-controller-metrics": 23,
    "argocd-applicationset-webhook": 24,
    "argocd-applicationset-probe": 25,
    "argocd-notifications-metrics": 26,
    "argocd-image-updater-webhook": 27,
    "approval-relay": 28,
    "flux-source": 2,
    "flux-kustomize-health": 3,
    "flux-helm-health": 4,
    "flux-events": 8,
    "flux-receiver": 14,
    "flux-relay": 18,
    "flux-operator-health": 19,
    "flux-approval-relay": 29,
} as const;

/** Place of the first cluster's API server in the block. */
const clusterPortOffset = 30;

/** Most clusters one block has room for. */
export const maxClusters = portBlockSize - clusterPortOffset;

/** A port with a fixed place in the block. */
export type PortName = keyof typeof offsets;

/** The address every part listens on. */
export const loopback = "127.0.0.1";

/** The port of `name` in the block that starts at `base`. */
export function portOf(base: number, name: PortName): number {
    return base + offsets[name];
}

/** The API server port of the cluster at `index` (its place in the list of clusters, from 0). */
export function clusterPort(base: number, index: number): number {
    if (!Number.isInteger(index) || index < 0 || index >= maxClusters) {
        throw new RangeError(`a sandbox has room for ${maxClusters} clusters; asked for number ${index + 1}`);
    }
    return base + clusterPortOffset + index;
}

/**
 * The block's first port: `ESTATE_SANDBOX_PORT_BASE` when set, else the one the sandbox had before, else
 * {@link defaultPortBase}.
 *
 * @param before the first port that the sandbox remembers.
 * @throws RangeError when the variable is not a port that leaves room for the whole block.
 */
export function portBase(env: NodeJS.ProcessEnv = process.env, before?: number): number {
    const text = env["ESTATE_SANDBOX_PORT_BASE"];
    if (text === undefined || text === "") {
        return before ?? defaultPortBase;
    }
    const base = Number(text);
    if (!Number.isInteger(base) || base < 1024 || base + portBlockSize > 65536) {
        throw new RangeError(
            `ESTATE_SANDBOX_PORT_BASE is "${text}"; give a whole number from 1024 to ${65536 - portBlockSize}`,
        );
    }
    return base;
}

/** A process that holds a port. */
export interface PortOwner {
    readonly pid: number;
    /** Its command line as far as it may be read, cut to 120 characters. */
    readonly command: string;
}

/** What to do about ports that are taken. */
export const portsInUseFix =
    "End that process, or move the whole block of ports, which the sandbox then remembers: " +
    "ESTATE_SANDBOX_PORT_BASE=18920 npm start";

/** A port that should have been free. The message names port, part and, where it is known, the process that holds it. */
export class PortInUseError extends ExpectedError {
    readonly port: number;
    readonly part: string;
    readonly holder: PortOwner | undefined;

    constructor(port: number, part: string, holder: PortOwner | undefined) {
        const by = holder === undefined ? "another process" : `process ${holder.pid} (${holder.command})`;
        super(`port ${port}, needed by ${part}, is taken by ${by}. ${portsInUseFix}`);
        this.port = port;
        this.part = part;
        this.holder = holder;
    }
}

/** Whether 127.0.0.1:`port` can be listened on at this moment. */
export function isPortFree(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = net.createServer();
        server.once("error", () => resolve(false));
        server.listen({ host: loopback, port, exclusive: true }, () => server.close(() => resolve(true)));
    });
}

/** @throws PortInUseError when `port` is in use; `part` is who needs it. */
export async function requireFreePort(port: number, part: string): Promise<void> {
    if (!(await isPortFree(port))) {
        throw new PortInUseError(port, part, portOwner(port));
    }
}

/** First port of a block of which every port is free now. For tests and throwaway sandboxes: the search starts at random. */
export async function freePortBase(size: number = portBlockSize): Promise<number> {
    // Below 32768, where Linux hands out ephemeral ports: an outgoing connection cannot land in the block.
    const lowest = 12000;
    // At multiples of the size: who searches at the same time finds another block or the same, never half of one.
    const blocks = Math.floor((32000 - lowest) / size);
    for (let attempt = 0; attempt < 100; attempt++) {
        const base = lowest + size * Math.floor(Math.random() * blocks);
        const free = await Promise.all(
            Array.from({ length: size }, (_, offset) => isPortFree(base + offset)),
        );
        if (free.every(Boolean)) {
            return base;
        }
    }
    throw new Error(`no block of ${size} free ports was found on ${loopback}`);
}

/** Who listens on `port`, as far as /proc shows: undefined without /proc, or when the process is another user's. */
export function portOwner(port: number, proc: string = "/proc"): PortOwner | undefined {
    const inodes = new Set<string>();
    for (const table of ["tcp", "tcp6"]) {
        for (const inode of listeningInodes(readOr(path.join(proc, "net", table), ""), port)) {
            inodes.add(inode);
        }
    }
    if (inodes.size === 0) {
        return undefined;
    }
    for (const entry of listOr(proc).filter((name) => /^\d+$/.test(name))) {
        const fds = path.join(proc, entry, "fd");
        for (const fd of listOr(fds)) {
            const match = /^socket:\[(\d+)\]$/.exec(linkOr(path.join(fds, fd)));
            if (match?.[1] !== undefined && inodes.has(match[1])) {
                return { pid: Number(entry), command: commandLine(path.join(proc, entry, "cmdline")) };
            }
        }
    }
    return undefined;
}

/** The socket inodes of the listeners on `port` in the text of /proc/net/tcp: state 0A is LISTEN, numbers are hexadecimal. */
export function listeningInodes(table: string, port: number): string[] {
    const wanted = port.toString(16).toUpperCase().padStart(4, "0");
    const inodes: string[] = [];
    for (const line of table.split("\n").slice(1)) {
        const fields = line.trim().split(/\s+/);
        const [, local, , state] = fields;
        const inode = fields[9];
        if (state === "0A" && local?.split(":")[1] === wanted && inode !== undefined) {
            inodes.push(inode);
        }
    }
    return inodes;
}

function commandLine(file: string): string {
    const words = readOr(file, "").split("\0").join(" ").trim();
    return words === "" ? "command unknown" : words.length > 120 ? `${words.slice(0, 119)}…` : words;
}

function readOr(file: string, otherwise: string): string {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        return otherwise;
    }
}

function listOr(dir: string): string[] {
    try {
        return fs.readdirSync(dir);
    } catch {
        return [];
    }
}

function linkOr(file: string): string {
    try {
        return fs.readlinkSync(file);
    } catch {
        return "";
    }
}
