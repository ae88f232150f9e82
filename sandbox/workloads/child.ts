/** One process that is kept running while it is wanted: started, probed, started again when it ends, stopped. */
import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { loopback } from "../support/ports";
import { startTime } from "../../toolchain/processes";
import { describeExit, lastLineCount, tailLines, type ProcessExit } from "../support/process";
import { Backoff } from "./backoff";
import { type Probe } from "./engine";
import { type WorkloadState, type WorkloadStatus } from "./state";

/** What to run. `prepare` is called before each start and may reject: that counts as a failed start. */
export interface RunPlan {
    /** Another digest means another process: the old one is stopped. */
    readonly digest: string;
    readonly prepare: (signal: AbortSignal) => Promise<Command>;
    readonly probe: Probe;
}

export interface Command {
    readonly command: string;
    readonly args: readonly string[];
    /** The whole environment. May hold secrets, as a container's may; only this user can see it. */
    readonly env: Readonly<Record<string, string>>;
    readonly cwd: string;
}

/** Either something to run, or the reason why nothing is. */
export type Wanted = RunPlan | { readonly waiting: string };

export interface ChildSettings {
    readonly name: string;
    readonly logFile: string;
    readonly url?: string | undefined;
    /** From SIGTERM to SIGKILL, in milliseconds. */
    readonly graceMs: number;
    /** Called whenever {@link Child.status} may be another. */
    readonly onChange: () => void;
    readonly log: (line: string) => void;
}

/** How long a start may take before it counts as failed, in milliseconds. */
const startTimeoutMs = 60_000;

export class Child {
    private wanted: Wanted = { waiting: "the estate" };
    private state: WorkloadState = "waiting";
    private detail = "";
    private process: ChildProcess | undefined;
    private startedAt: Date | undefined;
    private problem: { readonly text: string; readonly at: Date } | undefined;
    private change = new AbortController();
    private readonly backoff = new Backoff();
    private closed = false;

    constructor(private readonly settings: ChildSettings) {}

    /** Says what is wanted from now on; returns at once. */
    want(wanted: Wanted): void {
        const before = identityOf(this.wanted);
        this.wanted = wanted;
        if (before !== identityOf(wanted)) {
            this.backoff.reset();
            this.change.abort();
        }
    }

    /** Runs until {@link close}. */
    async run(): Promise<void> {
        while (!this.closed) {
            this.change = new AbortController();
            const { wanted } = this;
            if ("waiting" in wanted) {
                this.enter("waiting", wanted.waiting);
                await changed(this.change.signal);
                continue;
            }
            await this.runOnce(wanted, this.change.signal);
        }
        this.enter("waiting", "stopped");
    }

    /** Ends the process, which is then started again at once; nothing where none runs. */
    restart(): void {
        if (
            this.process !== undefined &&
            this.process.exitCode === null &&
            this.process.signalCode === null
        ) {
            this.change.abort();
        }
    }

    /** Ends the process; {@link run} returns then. */
    close(): void {
        this.closed = true;
        this.change.abort();
    }

    status(): WorkloadStatus {
        const { name, url } = this.settings;
        const running = this.process;
        const pid = running?.exitCode === null && running.signalCode === null ? running.pid : undefined;
        const started = pid === undefined ? undefined : startTime(pid);
        return {
            name,
            state: this.state,
            ...(this.detail === "" ? {} : { detail: this.detail }),
            ...(pid === undefined || started === undefined ? {} : { pid, started }),
            ...(pid === undefined || this.startedAt === undefined
                ? {}
                : { startedAt: this.startedAt.toISOString() }),
            ...(url === undefined ? {} : { url }),
            ...(this.problem === undefined
                ? {}
                : { problem: this.problem.text, problemAt: this.problem.at.toISOString() }),
        };
    }

    /** One life of the process, and the wait after it when it ended by itself. */
    private async runOnce(plan: RunPlan, signal: AbortSignal): Promise<void> {
        const began = Date.now();
        let text: string;
        try {
            this.enter("starting", "");
            const exit = await this.live(plan, signal);
            if (exit === undefined) {
                return;
            }
            if (exit.code === 0 || exit.signal === "SIGTERM") {
                this.settings.log(`${this.settings.name} ended (${describeExit(exit)}) and is started again`);
                return;
            }
            text = `ended (${describeExit(exit)})`;
        } catch (error) {
            if (signal.aborted) {
                return;
            }
            text = (error as Error).message;
        }
        const pause = this.backoff.next(Date.now() - began);
        const lines = tailLines(this.settings.logFile, lastLineCount).map((line) => `    ${line}`);
        this.problem = {
            text: [`${this.settings.name} ${text}; last lines of its log:`, ...lines].join("\n"),
            at: new Date(),
        };
        this.settings.log(`${this.settings.name} ${text}; it is started again in ${pause / 1000} s`);
        this.enter("crashed", `${text}; starts again in ${pause / 1000} s`);
        await sleep(pause, undefined, { signal }).catch(() => undefined);
    }

    /** Starts the process and waits for its end; undefined when it was stopped because something else is wanted. */
    private async live(plan: RunPlan, signal: AbortSignal): Promise<ProcessExit | undefined> {
        const { command, args, env, cwd } = await plan.prepare(signal);
        if (signal.aborted) {
            return undefined;
        }
        const output = fs.openSync(this.settings.logFile, "a", 0o600);
        // In the process group of this process: whoever ends the group ends the process too.
        const child = spawn(command, [...args], { cwd, env, stdio: ["ignore", output, output] });
        fs.closeSync(output);
        this.process = child;
        this.startedAt = new Date();
        const exited = new Promise<ProcessExit>((resolve, reject) => {
            child.once("exit", (code, how) => resolve({ code, signal: how }));
            child.once("error", reject);
        });
        const stop = new AbortController();
        const watched = AbortSignal.any([signal, stop.signal]);
        const ready = this.becomeReady(plan.probe, watched).catch(() => "never" as const);
        const aborted = changed(signal).then(() => undefined);
        try {
            const first = await Promise.race([exited, aborted, ready]);
            if (first === "never" && !signal.aborted) {
                throw new Error(`was not ready after ${startTimeoutMs / 1000} s`);
            }
            if (first === "ready") {
                this.enter("ready", "");
            }
            return await Promise.race([exited, aborted]);
        } finally {
            stop.abort();
            if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
                this.enter("stopping", "");
                await endChild(child, this.settings.graceMs);
            }
        }
    }

    private async becomeReady(probe: Probe, signal: AbortSignal): Promise<"ready" | "never"> {
        const until = Date.now() + startTimeoutMs;
        for (let pause = 50; Date.now() < until; pause = Math.min(pause * 1.5, 500)) {
            await sleep(pause, undefined, { signal });
            if (await answers(probe)) {
                return "ready";
            }
        }
        return "never";
    }

    private enter(state: WorkloadState, detail: string): void {
        this.state = state;
        this.detail = detail;
        this.settings.onChange();
    }
}

function identityOf(wanted: Wanted): string {
    return "waiting" in wanted ? `waiting ${wanted.waiting}` : wanted.digest;
}

function changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
        if (signal.aborted) {
            resolve();
        }
        signal.addEventListener("abort", () => resolve(), { once: true });
    });
}

/** SIGTERM, and SIGKILL after the grace time. */
export async function endChild(child: ChildProcess, graceMs: number): Promise<void> {
    const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    if (child.exitCode !== null || child.signalCode !== null) {
        return;
    }
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    await exited;
    clearTimeout(timer);
}

async function answers(probe: Probe): Promise<boolean> {
    switch (probe.kind) {
        case "alive":
            return true;
        case "tcp":
            return new Promise((resolve) => {
                const socket = net.connect({ host: loopback, port: probe.port });
                socket.setTimeout(2000, () => socket.destroy(new Error("no answer")));
                socket.once("connect", () => {
                    socket.destroy();
                    resolve(true);
                });
                socket.once("error", () => resolve(false));
            });
        case "http":
            return new Promise((resolve) => {
                const request = http.get(
                    { host: loopback, port: probe.port, path: probe.path, agent: false, timeout: 2000 },
                    (response) => {
                        response.resume();
                        // A server that wants TLS sends a plain question elsewhere: it is up.
                        resolve((response.statusCode ?? 500) < 400);
                    },
                );
                request.once("timeout", () => request.destroy(new Error("no answer")));
                request.once("error", () => resolve(false));
            });
    }
}
