/**
 * Child processes that outlive nobody: each runs in a process group of its own, is known by pid and start time (so that a
 * reused pid is never mistaken for it), writes to a log file, and is ended gracefully first, by force after that.
 */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type ProcessRecord, bootId, isAlive, readStat, startTime } from "../../toolchain/processes";

/** How a part says that it is ready to be used. */
export type Readiness =
    /** An answer with status 200 at `url`; over TLS the server is verified by `caFile`, and a client certificate is shown. */
    | { kind: "http"; url: string; caFile?: string; certFile?: string; keyFile?: string }
    /** A listener at 127.0.0.1:`port`. */
    | { kind: "tcp"; port: number }
    /** A line that matches `pattern` (a regular expression) in what the process has written since its start. */
    | { kind: "log"; pattern: string }
    /** Still running `forMs` after its start. */
    | { kind: "alive"; forMs: number };

/** What to start. Secrets never belong into `args` or `env`: pass the path of a file. */
export interface ProcessSpec {
    /** For messages and the log's name. */
    readonly name: string;
    readonly command: string;
    readonly args: readonly string[];
    /** Added to a small set of inherited variables (PATH, HOME, TMPDIR, LANG), not to all. */
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
    readonly logFile: string;
    readonly readiness: Readiness;
    /** Default 60,000. */
    readonly readyTimeoutMs?: number;
    /** From SIGTERM to SIGKILL; default 10,000. */
    readonly graceMs?: number;
}

/** How a process ended: exactly one of the two is set. */
export interface ProcessExit {
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
}

/** A child did not come up, or ended. The message ends with the log's last lines. */
export class ProcessError extends Error {
    readonly part: string;
    readonly lastLines: readonly string[];

    constructor(part: string, what: string, lastLines: readonly string[], logFile: string) {
        const log =
            lastLines.length === 0
                ? `its log ${logFile} is empty`
                : `last lines of ${logFile}:\n${lastLines.map((line) => `    ${line}`).join("\n")}`;
        super(`${part} ${what}; ${log}`);
        this.name = "ProcessError";
        this.part = part;
        this.lastLines = lastLines;
    }
}

/** Lines of a log that messages show. */
export const lastLineCount = 12;

/** The names a child inherits from the environment: enough to find programs and a home, nothing that carries credentials. */
const inherited = ["PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "USER", "LOGNAME"];

/** A running child. Start one with {@link startProcess}. */
export class SupervisedProcess {
    readonly spec: ProcessSpec;
    readonly record: ProcessRecord;
    readonly startedAt: Date;
    /** Resolves once, when the child has ended for whatever reason. Never rejects. */
    readonly exited: Promise<ProcessExit>;
    exit: ProcessExit | undefined;
    /** Set while {@link stop} is at work: an exit then is no crash. */
    stopping = false;

    private readonly logStart: number;

    constructor(spec: ProcessSpec, record: ProcessRecord, exited: Promise<ProcessExit>, logStart: number) {
        this.spec = spec;
        this.record = record;
        this.startedAt = new Date();
        this.logStart = logStart;
        this.exited = exited.then((exit) => (this.exit = exit));
    }

    /**
     * Waits until the child is ready.
     *
     * @throws ProcessError when it ends before that or is not ready in time; it is not stopped in the latter case.
     */
    async ready(): Promise<void> {
        const timeout = this.spec.readyTimeoutMs ?? 60_000;
        const until = Date.now() + timeout;
        let reason = "";
        for (let pause = 25; ; pause = Math.min(pause * 1.5, 250)) {
            if (this.exit !== undefined) {
                throw this.problem(`ended before it was ready (${describeExit(this.exit)})`);
            }
            const answer = await probe(this.spec, this.startedAt, this.logStart);
            if (answer === "ready") {
                return;
            }
            reason = answer;
            if (Date.now() > until) {
                throw this.problem(`was not ready after ${Math.round(timeout / 1000)} s (${reason})`);
            }
            await Promise.race([sleep(pause), this.exited]);
        }
    }

    /** SIGTERM to the child's group, SIGKILL after the grace time. Resolves when all of the group is gone. */
    async stop(): Promise<void> {
        this.stopping = true;
        await endProcess(this.record, this.spec.graceMs ?? 10_000);
        await this.exited;
    }

    /** An error that says `what` happened, with the log's last lines. */
    problem(what: string): ProcessError {
        return new ProcessError(
            this.spec.name,
            what,
            tailLines(this.spec.logFile, lastLineCount),
            this.spec.logFile,
        );
    }
}

/**
 * Starts a child in a process group (and session) of its own, its output appended to the log file.
 *
 * @throws ProcessError when the command cannot be run at all.
 */
export async function startProcess(spec: ProcessSpec): Promise<SupervisedProcess> {
    fs.mkdirSync(path.dirname(spec.logFile), { recursive: true });
    const log = fs.openSync(spec.logFile, "a", 0o600);
    const logStart = fs.fstatSync(log).size;
    const env: Record<string, string> = { ...spec.env };
    for (const name of inherited) {
        const value = process.env[name];
        if (value !== undefined && env[name] === undefined) {
            env[name] = value;
        }
    }
    const child = spawn(spec.command, [...spec.args], {
        cwd: spec.cwd,
        env,
        detached: true,
        stdio: ["ignore", log, log],
    });
    fs.closeSync(log);
    const exited = new Promise<ProcessExit>((resolve) => {
        child.once("exit", (code, signal) => resolve({ code, signal }));
        child.once("error", () => resolve({ code: null, signal: null }));
    });
    try {
        await new Promise<void>((resolve, reject) => {
            child.once("spawn", resolve);
            child.once("error", reject);
        });
    } catch (error) {
        throw new ProcessError(
            spec.name,
            `cannot be started: ${(error as Error).message}`,
            tailLines(spec.logFile, lastLineCount),
            spec.logFile,
        );
    }
    const pid = child.pid as number;
    // A child that is gone already has no start time; its exit reports the rest.
    const record = { pid, started: startTime(pid) ?? "ended" };
    return new SupervisedProcess(spec, record, exited, logStart);
}

/** "exit code 1" or "signal SIGKILL". */
export function describeExit(exit: ProcessExit): string {
    return exit.signal !== null ? `signal ${exit.signal}` : `exit code ${exit.code ?? "unknown"}`;
}

/**
 * Ends a process and all of its group: SIGTERM, and SIGKILL after `graceMs`. Also ends members of the group that outlived
 * their leader. Does nothing to a process that merely has the same pid now.
 */
export async function endProcess(record: ProcessRecord, graceMs: number): Promise<void> {
    const until = Date.now() + graceMs;
    signalGroup(record, "SIGTERM");
    for (let pause = 10; membersOf(record).length > 0; pause = Math.min(pause * 1.5, 200)) {
        if (Date.now() > until) {
            signalGroup(record, "SIGKILL");
            for (let tries = 0; membersOf(record).length > 0 && tries < 100; tries++) {
                await sleep(20);
            }
            return;
        }
        await sleep(pause);
    }
}

/** Resident memory of a process and its group, in bytes; 0 where it cannot be measured (no /proc, or gone). */
export function residentBytes(record: ProcessRecord): number {
    return membersOf(record).reduce((sum, pid) => sum + residentOf(pid), 0);
}

/** Resident memory of one process without its group, in bytes; 0 where it cannot be measured. */
export function ownResidentBytes(pid: number): number {
    return residentOf(pid);
}

/** The last `count` lines of a file, without reading more than its last 64 KiB; none when it cannot be read. */
export function tailLines(file: string, count: number): string[] {
    return readFrom(file, -65_536)
        .split("\n")
        .map((line) => line.trimEnd())
        .filter((line) => line !== "")
        .slice(-count);
}

/** The living members of the group `record` leads or led, itself included. */
function membersOf(record: ProcessRecord): number[] {
    if (process.platform !== "linux") {
        return isAlive(record) ? [record.pid] : [];
    }
    const [ofBoot, ticks] = splitStarted(record.started);
    const leader = startTime(record.pid);
    if (
        (leader !== undefined && leader !== record.started) ||
        (ofBoot !== undefined && ofBoot !== bootId())
    ) {
        return []; // The pid belongs to someone else now, so the group cannot be ours any more.
    }
    return fs
        .readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .filter((pid) => {
            const stat = readStat(pid);
            return (
                stat !== undefined &&
                stat.state !== "Z" &&
                stat.group === record.pid &&
                stat.session === record.pid &&
                stat.started >= ticks
            );
        });
}

function splitStarted(started: string): [string | undefined, number] {
    const colon = started.lastIndexOf(":");
    return colon < 0 ? [undefined, 0] : [started.slice(0, colon), Number(started.slice(colon + 1))];
}

function signalGroup(record: ProcessRecord, signal: NodeJS.Signals): void {
    for (const pid of membersOf(record)) {
        try {
            process.kill(pid, signal);
        } catch {
            // It ended by itself in the meantime.
        }
    }
}

/**
 * A process's share of the memory: what it has alone, and of the pages it shares (the program itself, above all) its part. So
 * the sum over processes is what they take together, however often one program runs.
 */
function residentOf(pid: number): number {
    const kilobytes = (file: string, field: RegExp): number | undefined => {
        try {
            const match = field.exec(fs.readFileSync(`/proc/${pid}/${file}`, "utf8"));
            return match?.[1] === undefined ? undefined : Number(match[1]);
        } catch {
            return undefined;
        }
    };
    return (
        (kilobytes("smaps_rollup", /^Pss:\s+(\d+) kB$/m) ??
            kilobytes("status", /^VmRSS:\s+(\d+) kB$/m) ??
            0) * 1024
    );
}

/** The text of a file from byte `position` on, or its last `-position` bytes; empty when it cannot be read. */
function readFrom(file: string, position: number): string {
    let handle: number;
    try {
        handle = fs.openSync(file, "r");
    } catch {
        return "";
    }
    try {
        const size = fs.fstatSync(handle).size;
        const start = position < 0 ? Math.max(0, size + position) : Math.min(position, size);
        const bytes = new Uint8Array(size - start);
        const read = fs.readSync(handle, bytes, 0, bytes.length, start);
        return new TextDecoder().decode(bytes.subarray(0, read));
    } finally {
        fs.closeSync(handle);
    }
}

/** "ready", or why not yet. */
async function probe(spec: ProcessSpec, startedAt: Date, logStart: number): Promise<string> {
    const { readiness } = spec;
    switch (readiness.kind) {
        case "http":
            return probeHttp(readiness);
        case "tcp":
            return probeTcp(readiness.port);
        case "log":
            return new RegExp(readiness.pattern, "m").test(readFrom(spec.logFile, logStart))
                ? "ready"
                : `its log has no line like /${readiness.pattern}/ yet`;
        case "alive":
            return Date.now() - startedAt.getTime() >= readiness.forMs ? "ready" : "just started";
    }
}

function probeTcp(port: number): Promise<string> {
    return new Promise((resolve) => {
        const socket = net.connect({ host: "127.0.0.1", port });
        socket.setTimeout(2000, () => socket.destroy(new Error("no answer within 2 s")));
        socket.once("connect", () => {
            socket.destroy();
            resolve("ready");
        });
        socket.once("error", (error) => resolve(`127.0.0.1:${port}: ${error.message}`));
    });
}

function probeHttp(probe: Extract<Readiness, { kind: "http" }>): Promise<string> {
    const read = (file: string | undefined): Buffer | undefined =>
        file === undefined ? undefined : fs.readFileSync(file);
    const client = probe.url.startsWith("https:") ? https : http;
    return new Promise((resolve) => {
        const request = client.get(
            probe.url,
            {
                agent: false,
                timeout: 5000,
                ca: read(probe.caFile),
                cert: read(probe.certFile),
                key: read(probe.keyFile),
            } as https.RequestOptions,
            (response) => {
                response.resume();
                const { statusCode } = response;
                resolve(statusCode === 200 ? "ready" : `${probe.url} answers ${statusCode ?? "nothing"}`);
            },
        );
        request.once("timeout", () => request.destroy(new Error("no answer within 5 s")));
        request.once("error", (error) => resolve(`${probe.url}: ${error.message}`));
    });
}
