/**
 * Runs a delivery engine's workloads as processes: what a node's kubelet does with containers, for these few. A workload's program is
 * started as its pod template says, with the values of the ConfigMaps and Secrets that the template names and a token
 * of its service account; nothing else reaches it but addresses of this machine.
 */
import { spawn } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type ToolName } from "../../toolchain";
import { ClusterClient } from "../clusters/client";
import { callerOf, Informer, type ClusterAccess, type ClusterObject } from "../clusters/informer";
import { writePrivate, writePrivateIfChanged } from "../support/files";
import { Account, accountFiles } from "./account";
import { Child, endChild, type Command, type Wanted } from "./child";
import { relocate, resolveContainer, type PodSpec, type References, type Resolved } from "./container";
import { type Engine, type InitContainer, type Place, type Workload } from "./engine";
import { writeState } from "./state";

export interface KubeletOptions {
    readonly host: ClusterAccess;
    /** Folder for the processes' files; emptied at every start. */
    readonly dataDir: string;
    readonly logsDir: string;
    readonly stateFile: string;
    /** First port of the sandbox's block. */
    readonly portBase: number;
    /** Paths of the engine's programs, by the toolchain's names. */
    readonly tools: Readonly<Record<string, string>>;
}

interface PodTemplate {
    readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
    readonly spec: PodSpec;
}

interface WorkloadObject extends ClusterObject {
    readonly spec: { readonly replicas?: number; readonly template: PodTemplate };
}

interface DataObject extends ClusterObject {
    readonly data?: Readonly<Record<string, string>>;
}

/** A workload as it is in the cluster, and what its container comes to. */
interface Found {
    readonly object: WorkloadObject;
    readonly account: ClusterObject;
    readonly resolved: Resolved;
}

/** How often tokens are looked after, in milliseconds. */
const tokenRoundMs = 30_000;

export class Kubelet {
    private readonly client: ClusterClient;
    private readonly workloads: readonly Workload[];
    private readonly deployments: Informer<WorkloadObject>;
    private readonly statefulSets: Informer<WorkloadObject>;
    private readonly configMaps: Informer<DataObject>;
    private readonly secrets: Informer<DataObject>;
    private readonly accounts: Informer<ClusterObject>;
    private readonly children = new Map<string, Child>();
    private readonly tokens = new Map<string, Account>();
    private readonly timers: NodeJS.Timeout[] = [];
    private round: NodeJS.Timeout | undefined;
    private running: Promise<unknown> = Promise.resolve();

    constructor(
        private readonly engine: Engine,
        private readonly options: KubeletOptions,
        private readonly log: (line: string) => void,
    ) {
        const { host } = options;
        this.client = new ClusterClient(host.server, host.ca, callerOf(host));
        const informer = <T extends ClusterObject>(path: string): Informer<T> =>
            new Informer<T>(host, { path }, () => this.schedule(), log);
        this.deployments = informer("/apis/apps/v1/deployments");
        this.statefulSets = informer("/apis/apps/v1/statefulsets");
        this.configMaps = informer("/api/v1/configmaps");
        this.secrets = informer("/api/v1/secrets");
        this.accounts = informer("/api/v1/serviceaccounts");
        this.workloads = engine.workloads(options.portBase);
        for (const workload of this.workloads) {
            const child = new Child({
                name: workload.name,
                logFile: path.join(options.logsDir, `${workload.name}.log`),
                url: workload.url,
                graceMs: 8000,
                onChange: () => this.writeState(),
                log,
            });
            this.children.set(workload.name, child);
            this.tokens.set(workload.name, new Account(this.client, this.folder(workload)));
        }
    }

    /** Starts to watch and to run; returns at once. */
    start(): void {
        fs.rmSync(this.options.dataDir, { recursive: true, force: true });
        this.linkPrograms();
        const watches = this.informers().map((each) => each.run());
        const lives = [...this.children.values()].map((child) => child.run());
        this.running = Promise.all([...watches, ...lives]);
        this.timers.push(setInterval(() => void this.renewTokens(), tokenRoundMs));
        this.writeState();
    }

    /** Ends every process. */
    async close(): Promise<void> {
        [...this.timers, this.round].forEach((timer) => clearTimeout(timer));
        this.children.forEach((child) => child.close());
        this.informers().forEach((informer) => informer.stop());
        await this.running;
        this.client.close();
    }

    /** Starts a workload's process again, if it runs. */
    restart(name: string): void {
        this.children.get(name)?.restart();
    }

    /** A value of a Secret in the namespace of a workload, as the workload would get it; undefined where there is none. */
    secretValue(name: string, secret: string, key: string): string | undefined {
        const workload = this.workloads.find((each) => each.name === name);
        const found = workload === undefined ? "" : this.find(workload);
        if (typeof found === "string") {
            return undefined;
        }
        const { namespace = "" } = found.object.metadata;
        return this.references(namespace, found.object).secret(secret)?.[key];
    }

    private informers(): { readonly synced: boolean; run: () => Promise<void>; stop: () => void }[] {
        return [this.deployments, this.statefulSets, this.configMaps, this.secrets, this.accounts];
    }

    private writeState(): void {
        writeState(
            this.options.stateFile,
            [...this.children.values()].map((child) => child.status()),
        );
    }

    /** A burst of changes is looked at once. */
    private schedule(): void {
        this.round ??= setTimeout(() => {
            this.round = undefined;
            if (this.informers().every(({ synced }) => synced)) {
                this.workloads.forEach((workload) => this.reconcile(workload));
            }
        }, 50);
    }

    private reconcile(workload: Workload): void {
        this.children.get(workload.name)?.want(this.wanted(workload));
    }

    private wanted(workload: Workload): Wanted {
        const found = this.find(workload);
        if (typeof found === "string") {
            return { waiting: found };
        }
        // An init container may make what its container refers to.
        if (found.resolved.missing.length > 0 && workload.init === undefined) {
            return { waiting: `waits for ${found.resolved.missing.join(", ")}` };
        }
        this.updateFiles(workload, found.resolved);
        const { object, account } = found;
        const digest = crypto
            .createHash("sha256")
            .update(JSON.stringify([object.metadata.uid, object.spec.template, account.metadata.uid]))
            .digest("hex");
        return {
            digest,
            prepare: (signal) => this.prepare(workload, signal),
            probe: workload.probe,
        };
    }

    /** The object that a workload comes from; undefined where the estate made none. */
    private source({ sources, beside }: Workload): WorkloadObject | undefined {
        const neighbour = this.workloads.find(({ name }) => name === beside);
        const namespace = neighbour === undefined ? undefined : this.source(neighbour)?.metadata.namespace;
        return sources
            .map(({ kind, name }) =>
                (kind === "Deployment" ? this.deployments : this.statefulSets)
                    .values()
                    .find(
                        ({ metadata }) =>
                            metadata.name === name &&
                            (beside === undefined || metadata.namespace === namespace),
                    ),
            )
            .find((each) => each !== undefined && each.metadata.deletionTimestamp === undefined);
    }

    /** The workload in the cluster, or why it cannot run. */
    private find(workload: Workload): Found | string {
        const object = this.source(workload);
        if (object === undefined) {
            return "waits for the estate";
        }
        if (object.spec.replicas === 0) {
            return "scaled to 0 replicas";
        }
        const { namespace = "" } = object.metadata;
        const pod = object.spec.template.spec;
        const accountName = pod.serviceAccountName ?? "default";
        const account = this.accounts.get(namespace, accountName);
        if (account === undefined) {
            return `waits for ServiceAccount ${accountName}`;
        }
        const container = pod.containers.find(({ name }) => name === workload.name) ?? pod.containers[0];
        if (container === undefined) {
            return `${object.metadata.name} has no container`;
        }
        return {
            object,
            account,
            resolved: resolveContainer(pod, container, this.references(namespace, object)),
        };
    }

    private references(namespace: string, object: WorkloadObject): References {
        return {
            configMap: (name) => {
                const found = this.configMaps.get(namespace, name);
                return found === undefined ? undefined : (found.data ?? {});
            },
            secret: (name) => {
                const found = this.secrets.get(namespace, name);
                return found === undefined
                    ? undefined
                    : Object.fromEntries(
                          Object.entries(found.data ?? {}).map(([key, value]) => [
                              key,
                              Buffer.from(value, "base64").toString("utf8"),
                          ]),
                      );
            },
            fields: {
                "metadata.namespace": namespace,
                "metadata.name": `${object.metadata.name}-0`,
                "spec.serviceAccountName": object.spec.template.spec.serviceAccountName ?? "default",
                "status.podIP": "127.0.0.1",
            },
        };
    }

    /** What is to be run right now: references are read at each start, as for a container. */
    private async prepare(workload: Workload, signal: AbortSignal): Promise<Command> {
        const first = this.mustFind(workload);
        const place = this.place(workload);
        await this.refreshToken(workload, first);
        this.makeFolders(workload, first.resolved);
        fs.rmSync(place.socket, { force: true });
        if (workload.init !== undefined) {
            await this.runInit(workload, first, workload.init, signal);
        }
        const { resolved } = await this.complete(workload, signal);
        this.updateFiles(workload, resolved);
        const files = workload.files?.(resolved.env) ?? {};
        Object.entries(files).forEach(([file, text]) => writePrivate(`${place.root}${file}`, text));
        return this.command(workload, resolved, place);
    }

    /** Waits a moment for what an init container has just made to be seen here. */
    private async complete(workload: Workload, signal: AbortSignal): Promise<Found> {
        const until = Date.now() + 10_000;
        for (;;) {
            const found = this.mustFind(workload);
            if (found.resolved.missing.length === 0) {
                return found;
            }
            if (Date.now() > until) {
                throw new Error(`cannot start without ${found.resolved.missing.join(", ")}`);
            }
            await sleep(100, undefined, { signal });
        }
    }

    private mustFind(workload: Workload): Found {
        const found = this.find(workload);
        if (typeof found === "string") {
            throw new Error(found);
        }
        return found;
    }

    private command(workload: Workload, resolved: Resolved, place: Place): Command {
        const env = Object.fromEntries(
            Object.entries(resolved.env).map(([name, value]) => [
                name,
                relocate(value, resolved.mounts, place.root),
            ]),
        );
        const [program, ...words] = this.launch(workload.program);
        return {
            command: program,
            args: [
                ...words,
                ...(workload.ownProgram
                    ? this.engine.image
                          .argumentsOf(resolved.words)
                          .map((word) => relocate(word, resolved.mounts, place.root))
                    : []),
                ...workload.flags(place),
            ],
            env: {
                ...this.machineEnv(place),
                GOGC: "60",
                GOMEMLIMIT: `${workload.memoryMiB}MiB`,
                ...(workload.ownProgram ? env : {}),
                ...workload.env(place),
            },
            cwd: place.root,
        };
    }

    /** What every process gets of this machine: programs to find, a home and a place for temporary files of its own. */
    private machineEnv(place: Place): Record<string, string> {
        return {
            PATH: [this.programs(), process.env["PATH"] ?? "/usr/bin:/bin"].join(path.delimiter),
            HOME: `${place.root}${this.engine.image.home}`,
            TMPDIR: path.join(place.root, "tmp"),
            LANG: process.env["LANG"] ?? "C.UTF-8",
            // git shall neither ask anybody nor read settings of this machine.
            GIT_TERMINAL_PROMPT: "0",
            GIT_CONFIG_NOSYSTEM: "1",
        };
    }

    /** Runs an init container's command to its end. */
    private async runInit(
        workload: Workload,
        { object }: Found,
        init: InitContainer,
        signal: AbortSignal,
    ): Promise<void> {
        const pod = object.spec.template.spec;
        const container = pod.initContainers?.find(({ name }) => name === init.container);
        if (container === undefined) {
            return;
        }
        const place = this.place(workload);
        const log = fs.openSync(path.join(this.options.logsDir, `${workload.name}.log`), "a", 0o600);
        const child = spawn(this.program(init.tool), [...init.args(place, object.metadata.namespace ?? "")], {
            cwd: place.root,
            env: { ...this.machineEnv(place), ...init.env },
            stdio: ["ignore", log, log],
        });
        fs.closeSync(log);
        const stop = (): void => void endChild(child, 2000);
        signal.addEventListener("abort", stop, { once: true });
        const code = await new Promise<number | null>((resolve, reject) => {
            child.once("exit", resolve);
            child.once("error", reject);
        });
        signal.removeEventListener("abort", stop);
        if (code !== 0 && !signal.aborted) {
            throw new Error(`init container ${init.container} of ${workload.name} ended with code ${code}`);
        }
    }

    private async refreshToken(workload: Workload, { object, account }: Found): Promise<void> {
        const { host } = this.options;
        await this.tokens.get(workload.name)?.refresh({
            server: host.server,
            ca: host.ca,
            namespace: object.metadata.namespace ?? "",
            serviceAccount: account.metadata.name,
            uid: account.metadata.uid ?? "",
        });
    }

    private async renewTokens(): Promise<void> {
        for (const workload of this.workloads) {
            const found = this.find(workload);
            if (typeof found !== "string" && this.children.get(workload.name)?.status().pid !== undefined) {
                await this.refreshToken(workload, found).catch((error: unknown) =>
                    this.log(`${workload.name}: ${(error as Error).message}`),
                );
            }
        }
    }

    /** Volumes start empty, as for a new pod. */
    private makeFolders(workload: Workload, { mounts }: Resolved): void {
        const { root } = this.place(workload);
        fs.rmSync(root, { recursive: true, force: true });
        const { home, folders } = this.engine.image;
        for (const mount of [home, ...folders, ...mounts]) {
            fs.mkdirSync(`${root}${mount}`, { recursive: true, mode: 0o700 });
        }
    }

    /** Mounted ConfigMaps and Secrets follow their objects while the process runs. */
    private updateFiles(workload: Workload, { files }: Resolved): void {
        const { root } = this.place(workload);
        if (fs.existsSync(root)) {
            files.forEach((text, file) => writePrivateIfChanged(`${root}${file}`, text));
        }
    }

    private folder(workload: Workload): string {
        return path.join(this.options.dataDir, workload.name);
    }

    private place(workload: Workload): Place {
        const folder = this.folder(workload);
        return {
            root: path.join(folder, "root"),
            kubeconfig: accountFiles(folder).kubeconfig,
            socket: socketPath(folder),
        };
    }

    private programs(): string {
        return path.join(this.options.dataDir, "bin");
    }

    /** The programs that the engine calls by name. */
    private linkPrograms(): void {
        const folder = this.programs();
        fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
        const { programs, scripts } = this.engine.image;
        Object.entries(programs).forEach(([name, tool]) =>
            fs.symlinkSync(this.program(tool), path.join(folder, name)),
        );
        Object.entries(scripts).forEach(([name, text]) =>
            fs.writeFileSync(path.join(folder, name), text, { mode: 0o700 }),
        );
    }

    /** A program's path, and the words it is started with before all others. */
    private launch(program: Workload["program"]): [string, ...string[]] {
        return typeof program === "string"
            ? [this.program(program)]
            : [process.execPath, "--require", require.resolve("tsx/cjs"), program.entry, ...program.words];
    }

    /** Path of a program. @throws Error when the part does not know where it is. */
    private program(tool: ToolName): string {
        const found = this.options.tools[tool];
        if (found === undefined) {
            throw new Error(`${this.engine.title} needs the program ${tool}, which was not found`);
        }
        return found;
    }
}

/** A Unix socket's path may have about a hundred bytes; the folder of a sandbox may lie deeper. */
function socketPath(folder: string): string {
    const near = path.join(folder, "process.sock");
    if (Buffer.byteLength(near) <= 100) {
        return near;
    }
    const name = crypto.createHash("sha256").update(folder).digest("hex").slice(0, 16);
    return path.join(os.tmpdir(), `gitops-estate-${name}.sock`);
}
