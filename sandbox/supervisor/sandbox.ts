/** The sandbox as its commands and other tools use it: up, status, down. */
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { ensureTools, progressPrinter, type ToolName } from "../../toolchain";
import { engineOf, restartWorkload, withWorkloads } from "../workloads/status";
import { clusterWorks, registerNodes } from "../clusters/bootstrap";
import { ClusterClient } from "../clusters/client";
import { serverUrl } from "../clusters/kubeconfig";
import { serversAuthority } from "../clusters/pki";
import { clusterPart, clusterProcesses } from "../clusters/parts";
import { type SandboxLayout, logFile, sandboxDir, sandboxLayout, secretFile } from "../support/layout";
import { clusterPort, portBase, portOf } from "../support/ports";
import { isAlive } from "../../toolchain/processes";
import { residentBytes, tailLines } from "../support/process";
import { type SupervisorClient, type SupervisorStatus } from "./control";
import { SandboxError, problemSummary } from "./errors";
import { endSupervisor, ensureSupervisor, findSupervisor, supervisorLog } from "./launch";
import { type Plan, type PlannedCluster, neededTools, prepareFolder, preparePlan } from "./plan";
import { recordedParts, runningDaemon, withLock } from "./records";
import { type HarborName, chatUrl, gitlabUrl, harborNames, harborUrl } from "./servers";
import {
    type SandboxSettings,
    type WantedSettings,
    mergeSettings,
    readSettings,
    writeSettings,
} from "./settings";
import { type PartStatus } from "./supervisor";

export interface SandboxUpOptions extends WantedSettings {
    /** State folder; default: {@link sandboxDir}. */
    readonly dir?: string;
    /** Paths of programs that need not be looked for. For tests. */
    readonly tools?: ReadonlyMap<ToolName, string>;
}

/** Where everything of a running sandbox is. */
export interface SandboxInfo {
    readonly dir: string;
    readonly kubeconfig: string;
    readonly clusters: readonly {
        readonly name: string;
        readonly context: string;
        readonly server: string;
    }[];
    readonly gitlab: { readonly url: string; readonly tokenFile: string };
    readonly harbors: readonly {
        readonly name: HarborName;
        readonly url: string;
        readonly passwordFile: string;
    }[];
    /** The chat receivers and their page; the mail server beside them is on the same address. */
    readonly chat: { readonly url: string; readonly mailPort: number };
    /** File of the authority that these servers' certificates are of; undefined: they speak plain http. */
    readonly authority?: string;
}

/**
 * Makes the sandbox run: starts what is missing, leaves what runs, remembers what it consists of. May be called at any time,
 * also by two processes at once, and after a crash or a reboot.
 *
 * @param report gets progress, one line each, with the time since the call.
 * @throws SandboxError when a part does not come up, ToolchainError when a program cannot be built.
 */
export async function sandboxUp(
    options: SandboxUpOptions = {},
    report: (line: string) => void = () => undefined,
): Promise<SandboxInfo> {
    const began = Date.now();
    const say = (line: string): void => report(`${seconds(Date.now() - began).padStart(6)}  ${line}`);
    const layout = sandboxLayout(options.dir ?? sandboxDir());
    const settingsNow = (): SandboxSettings =>
        mergeSettings(readSettings(layout), options, sandboxPortBase(layout.dir));
    const tools = options.tools ?? (await findPrograms(neededTools(settingsNow())));
    prepareFolder(layout);
    const waiting = (pid: number): void => say(`process ${pid} is changing this sandbox; waiting for it`);
    return withLock(layout, waiting, async () => {
        const settings = settingsNow();
        const plan = await preparePlan(layout, settings, tools);
        writeSettings(layout, settings);
        const supervisor = await ensureSupervisor(layout, say);
        await supervisor.apply(plan.parts);
        await everythingReady(layout, supervisor, plan, say);
        say("the sandbox is ready");
        return describeSandbox(layout, settings);
    });
}

/** Where everything of the sandbox is, running or not; undefined before the first `up`. */
export function sandboxInfo(dir: string = sandboxDir()): SandboxInfo | undefined {
    const layout = sandboxLayout(dir);
    const settings = readSettings(layout);
    return settings === undefined ? undefined : describeSandbox(layout, settings);
}

/**
 * First port of the sandbox's block: what the environment says, else what it was at the last `up`, so that a shell without the
 * variable finds the sandbox that another one started.
 */
export function sandboxPortBase(dir: string = sandboxDir()): number {
    return portBase(process.env, readSettings(sandboxLayout(dir))?.portBase);
}

/** State of a sandbox and its parts. */
export interface SandboxStatus {
    readonly dir: string;
    /** The supervisor; absent when none runs. */
    readonly supervisor?: {
        readonly pid: number;
        readonly startedAt: string;
        readonly residentBytes: number;
    };
    readonly parts: readonly PartStatus[];
}

/** What runs, and what went wrong last. Works without a supervisor too: its orphans are `unsupervised` then. */
export async function sandboxStatus(dir: string = sandboxDir()): Promise<SandboxStatus> {
    const layout = sandboxLayout(dir);
    const client = await findSupervisor(layout);
    if (client === undefined) {
        const parts = [...recordedParts(layout)].map(([name, record]): PartStatus => {
            const alive = isAlive(record);
            return {
                name,
                kind: record.kind,
                group: record.group,
                state: alive ? "unsupervised" : "stopped",
                log: logFile(layout, name),
                ...(record.url === undefined ? {} : { url: record.url }),
                ...(alive ? { pid: record.pid, residentBytes: residentBytes(record) } : {}),
            };
        });
        return { dir: layout.dir, parts };
    }
    const { pid, startedAt, parts } = await client.status();
    const record = runningDaemon(layout);
    return {
        dir: layout.dir,
        supervisor: { pid, startedAt, residentBytes: record === undefined ? 0 : residentBytes(record) },
        parts: withWorkloads(layout, parts),
    };
}

/**
 * Stops every process of the sandbox; with `purge`, deletes its folder too.
 *
 * @returns whether anything ran.
 * @throws Error when a folder that is no sandbox should be purged.
 */
export async function sandboxDown(
    dir: string = sandboxDir(),
    options: { purge?: boolean } = {},
    report: (line: string) => void = () => undefined,
): Promise<boolean> {
    const layout = sandboxLayout(dir);
    if (!fs.existsSync(layout.marker)) {
        if (options.purge === true && fs.existsSync(layout.dir) && fs.readdirSync(layout.dir).length > 0) {
            throw new Error(`${layout.dir} is no sandbox; nothing was deleted`);
        }
        return false;
    }
    const waiting = (pid: number): void => report(`process ${pid} is changing this sandbox; waiting for it`);
    return withLock(layout, waiting, async () => {
        const ran = await endSupervisor(layout);
        if (options.purge === true) {
            fs.rmSync(layout.dir, { recursive: true, force: true, maxRetries: 5 });
        }
        return ran;
    });
}

/**
 * Stops a part, or all parts of a cluster, and starts them again; waits until they are ready.
 *
 * @param name a part (`member1-apiserver`), or a cluster (`member1`) for all of its processes.
 * @throws SandboxError when there is no such part or it does not come up again.
 */
export async function sandboxRestart(name: string, dir: string = sandboxDir()): Promise<void> {
    const layout = sandboxLayout(dir);
    const client = await findSupervisor(layout);
    if (client === undefined) {
        throw new SandboxError("the sandbox does not run; start it with: npm run sandbox -- up");
    }
    const engine = engineOf(name);
    if (engine !== undefined) {
        return restartWorkload(layout, engine, name);
    }
    const names = partsNamed(name, (await client.status()).parts);
    for (const part of names) {
        await client.restart(part);
    }
    await settled(layout, client, names, () => undefined);
}

/** The parts that `name` means: itself, or the processes of the cluster of that name. Throws when there are none. */
export function partsNamed(name: string, parts: readonly PartStatus[]): string[] {
    const names = parts.map((part) => part.name);
    const found = names.includes(name)
        ? [name]
        : names.filter((part) => clusterProcesses.some((process) => part === clusterPart(name, process)));
    if (found.length === 0) {
        throw new SandboxError(
            `there is no part "${name}"; the parts are ${names.join(", ") || "none (run up)"}`,
        );
    }
    return found;
}

async function findPrograms(names: readonly ToolName[]): Promise<Map<ToolName, string>> {
    const found = await ensureTools(names, progressPrinter(process.stderr));
    return new Map(
        names.flatMap((name) => {
            const tool = found.get(name);
            return tool === undefined ? [] : [[name, tool.path] as const];
        }),
    );
}

function describeSandbox(layout: SandboxLayout, settings: SandboxSettings): SandboxInfo {
    const { portBase: base, parts } = settings;
    const harbors = harborNames.filter((name) => parts.includes(name === "main" ? "harbor" : "harbor-prod"));
    return {
        dir: layout.dir,
        kubeconfig: layout.kubeconfig,
        clusters: parts.includes("clusters")
            ? settings.clusters.map((name, index) => ({
                  name,
                  context: name,
                  server: serverUrl(clusterPort(base, index)),
              }))
            : [],
        gitlab: { url: gitlabUrl(settings), tokenFile: secretFile(layout, "gitlab-root-token") },
        harbors: harbors.map((name) => ({
            name,
            url: harborUrl(settings, name),
            passwordFile: secretFile(layout, "harbor-admin-password"),
        })),
        chat: { url: chatUrl(settings), mailPort: portOf(base, "chat-mail") },
        ...(settings.tls === true ? { authority: serversAuthority(layout) } : {}),
    };
}

/** Waits for every part of the plan, and for each cluster to do its work as soon as its processes run. */
async function everythingReady(
    layout: SandboxLayout,
    supervisor: SupervisorClient,
    plan: Plan,
    say: (line: string) => void,
): Promise<void> {
    const stop = new AbortController();
    const work: Promise<void>[] = [];
    const failures: string[] = [];
    const ready = new Set<string>();
    const onReady = (part: string): void => {
        ready.add(part);
        for (const cluster of plan.clusters) {
            const parts = clusterProcesses.map((process) => clusterPart(cluster.name, process));
            if (parts.includes(part) && parts.every((each) => ready.has(each))) {
                work.push(
                    bootstrap(cluster, stop.signal, say).catch((error: unknown) => {
                        failures.push(error instanceof Error ? error.message : String(error));
                    }),
                );
            }
        }
    };
    const names = plan.parts.map(({ name }) => name);
    try {
        await settled(layout, supervisor, names, say, onReady);
    } finally {
        // On the way out with an error nobody waits for the clusters any more.
        if (ready.size < names.length) {
            stop.abort();
        }
        await Promise.all(work);
    }
    if (failures.length > 0) {
        throw new SandboxError(failures.join("\n"));
    }
}

async function bootstrap(
    cluster: PlannedCluster,
    signal: AbortSignal,
    say: (line: string) => void,
): Promise<void> {
    const { name, port, pki } = cluster;
    const client = new ClusterClient(serverUrl(port), pki.ca.cert, { certificate: pki.admin });
    try {
        await registerNodes(client, name);
        await clusterWorks(client, name, 60_000, signal);
        say(`cluster ${name} works: nodes ready, controllers running`);
    } finally {
        client.close();
    }
}

/** Polls until all of the named parts are ready. Throws at the first that will not be. */
async function settled(
    layout: SandboxLayout,
    supervisor: SupervisorClient,
    names: readonly string[],
    say: (line: string) => void,
    onReady: (part: string) => void = () => undefined,
): Promise<void> {
    const seen = new Map<string, string>();
    for (;;) {
        const { parts } = await statusOf(layout, supervisor);
        const wanted = parts.filter(({ name }) => names.includes(name));
        for (const part of wanted) {
            if (seen.get(part.name) !== part.state) {
                if (part.state === "ready") {
                    // A part that ran already is not worth a line.
                    if (seen.has(part.name)) {
                        say(`${part.name} ready${part.url === undefined ? "" : ` at ${part.url}`}`);
                    }
                    onReady(part.name);
                }
                seen.set(part.name, part.state);
            }
        }
        const broken = wanted.filter(({ state }) => state === "failed" || state === "crashed");
        if (broken.length > 0) {
            throw new SandboxError(problemSummary(broken));
        }
        if (wanted.length === names.length && wanted.every(({ state }) => state === "ready")) {
            return;
        }
        await sleep(100);
    }
}

async function statusOf(layout: SandboxLayout, supervisor: SupervisorClient): Promise<SupervisorStatus> {
    try {
        return await supervisor.status();
    } catch (error) {
        if (runningDaemon(layout) !== undefined) {
            throw error;
        }
        const log = logFile(layout, supervisorLog);
        const lines = tailLines(log, 12).map((line) => `    ${line}`);
        throw new SandboxError(
            `the sandbox's supervisor ended; last lines of ${log}:\n${lines.join("\n")}\nTry again with \`npm run sandbox -- up\`.`,
        );
    }
}

function seconds(ms: number): string {
    return `${(ms / 1000).toFixed(1)}s`;
}
