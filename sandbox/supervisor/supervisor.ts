/** Starts, watches and stops the parts of one sandbox. Runs in the supervisor process; tests run it in theirs. */
import * as fs from "node:fs";

import { type SandboxLayout, logFile } from "../support/layout";
import { requireFreePort } from "../support/ports";
import {
    ProcessError,
    type SupervisedProcess,
    describeExit,
    residentBytes,
    startProcess,
} from "../support/process";
import { type PartSpec, checkParts, sameSpec, startOrder } from "./parts";
import { removePartRecord, recordPart } from "./records";

/**
 * `waiting`: for another part. `failed`: did not come up. `crashed`: was ready and ended by itself. `stopped`: on request.
 * `unsupervised`: runs, but its supervisor is gone (only reported by the status of a dead supervisor's sandbox).
 */
export type PartState =
    "waiting" | "starting" | "ready" | "stopping" | "stopped" | "failed" | "crashed" | "unsupervised";

/** What there is to know about a part at one moment. */
export interface PartStatus {
    readonly name: string;
    readonly kind: string;
    readonly group: string;
    readonly state: PartState;
    readonly pid?: number;
    /** ISO 8601. */
    readonly startedAt?: string;
    /** Resident memory of its process group, bytes. */
    readonly residentBytes?: number;
    readonly url?: string;
    /** What it waits for, or what it is at, in a few words. */
    readonly detail?: string;
    /** The last thing that went wrong, with the log's last lines; kept after a restart that worked. */
    readonly problem?: string;
    /** When that was, ISO 8601. */
    readonly problemAt?: string;
    readonly log: string;
}

/** A log that grew beyond this is cut to its last quarter. */
const maxLogBytes = 32 * 1024 * 1024;

interface Managed {
    spec: PartSpec;
    state: PartState;
    process?: SupervisedProcess;
    problem?: string;
    problemAt?: Date;
    /** The problem is another part's: forgotten as soon as this one runs. */
    blocked?: boolean;
    /** What happens to one part happens one after the other. */
    work: Promise<void>;
}

export class Supervisor {
    private readonly parts = new Map<string, Managed>();
    private readonly trimmer: NodeJS.Timeout;
    private closed = false;

    constructor(private readonly layout: SandboxLayout) {
        this.trimmer = setInterval(() => this.trimLogs(), 30_000);
        this.trimmer.unref();
    }

    /**
     * Makes the table real: starts what is missing, failed or crashed, restarts what is described differently now, and leaves
     * the rest alone. Parts that are not in the table are left as they are. Returns at once; see {@link status} for the rest.
     *
     * @throws Error that lists every problem of the table; nothing is started then.
     */
    apply(specs: readonly PartSpec[]): void {
        const others = [...this.parts.values()].map(({ spec }) => spec);
        const names = new Set(specs.map(({ name }) => name));
        const problems = checkParts([...specs, ...others.filter(({ name }) => !names.has(name))]);
        if (problems.length > 0) {
            throw new Error(`the sandbox's parts do not fit together:\n${problems.join("\n")}`);
        }
        if (this.closed) {
            throw new Error("the sandbox is being stopped");
        }
        for (const spec of startOrder([...specs, ...others.filter(({ name }) => !names.has(name))]).filter(
            ({ name }) => names.has(name),
        )) {
            const part = this.parts.get(spec.name) ?? this.add(spec);
            this.queue(part, () => this.converge(part, spec));
        }
    }

    /** Stops a part and starts it again as it was described last. The parts that need it are left running. */
    restart(name: string): void {
        const part = this.parts.get(name);
        if (part === undefined) {
            throw new Error(`there is no part "${name}" here`);
        }
        this.queue(part, async () => {
            await this.halt(part);
            await this.converge(part, part.spec);
        });
    }

    /** Stops everything, each part after those that need it. */
    async stop(): Promise<void> {
        this.closed = true;
        clearInterval(this.trimmer);
        const stopped = new Map<string, Promise<void>>();
        const order = startOrder([...this.parts.values()].map(({ spec }) => spec)).reverse();
        for (const { name } of order) {
            const part = this.parts.get(name) as Managed;
            const dependants = order.flatMap((spec) => {
                const done = stopped.get(spec.name);
                return spec.after.includes(name) && done !== undefined ? [done] : [];
            });
            stopped.set(
                name,
                Promise.all(dependants).then(async () => {
                    // A part on its way up is ended at once; its start then fails, which ends its work.
                    await this.halt(part);
                    await part.work;
                    await this.halt(part);
                }),
            );
        }
        await Promise.all(stopped.values());
    }

    status(): PartStatus[] {
        return [...this.parts.values()].map((part) => {
            const { spec, process } = part;
            const running = process !== undefined && process.exit === undefined ? process : undefined;
            return {
                name: spec.name,
                kind: spec.kind,
                group: spec.group,
                state: part.state,
                log: logFile(this.layout, spec.name),
                ...(spec.url === undefined ? {} : { url: spec.url }),
                ...(part.problem === undefined ? {} : { problem: part.problem }),
                ...(part.problemAt === undefined ? {} : { problemAt: part.problemAt.toISOString() }),
                ...(running === undefined
                    ? {}
                    : {
                          pid: running.record.pid,
                          startedAt: running.startedAt.toISOString(),
                          residentBytes: residentBytes(running.record),
                      }),
            };
        });
    }

    private add(spec: PartSpec): Managed {
        const part: Managed = { spec, state: "waiting", work: Promise.resolve() };
        this.parts.set(spec.name, part);
        return part;
    }

    private queue(part: Managed, work: () => Promise<void>): void {
        part.work = part.work.then(work).catch((error: unknown) => this.fail(part, "failed", error));
    }

    private async converge(part: Managed, spec: PartSpec): Promise<void> {
        if (part.state === "ready" && sameSpec(part.spec, spec)) {
            return;
        }
        await this.halt(part);
        part.spec = spec;
        part.state = "waiting";
        for (const name of spec.after) {
            const needed = this.parts.get(name) as Managed;
            await needed.work;
            if (needed.state !== "ready") {
                part.blocked = true;
                throw new Error(`${spec.name} was not started: it needs ${name}, which is ${needed.state}`);
            }
        }
        if (this.closed) {
            part.state = "stopped";
            return;
        }
        part.state = "starting";
        for (const port of spec.ports) {
            await requireFreePort(port, spec.name);
        }
        await this.start(part, spec);
    }

    private async start(part: Managed, spec: PartSpec): Promise<void> {
        const process = await startProcess({ ...spec, logFile: logFile(this.layout, spec.name) });
        recordPart(this.layout, spec, process.record);
        part.process = process;
        void process.exited.then(async () => {
            if (part.process === process && part.state === "ready" && !process.stopping) {
                this.fail(part, "crashed", process.problem(`crashed (${this.exitOf(process)})`));
                await process.stop(); // Children that it left behind.
                removePartRecord(this.layout, spec.name);
            }
        });
        try {
            await process.ready();
        } catch (error) {
            await process.stop();
            removePartRecord(this.layout, spec.name);
            if (this.closed) {
                part.state = "stopped";
                return;
            }
            throw error;
        }
        part.state = "ready";
        if (part.blocked === true) {
            delete part.problem;
            delete part.problemAt;
            part.blocked = false;
        }
        if (process.exit !== undefined) {
            throw process.problem(`ended at once (${this.exitOf(process)})`);
        }
    }

    private async halt(part: Managed): Promise<void> {
        const { process } = part;
        if (process !== undefined && process.exit === undefined) {
            part.state = "stopping";
            await process.stop();
            removePartRecord(this.layout, part.spec.name);
        }
        if (part.state === "stopping" || part.state === "ready") {
            part.state = "stopped";
        }
    }

    private fail(part: Managed, state: "failed" | "crashed", error: unknown): void {
        part.state = state;
        part.problem = error instanceof Error ? error.message : String(error);
        part.problemAt = new Date();
        const what = error instanceof ProcessError ? (error.message.split("\n")[0] ?? "") : part.problem;
        console.log(`${part.problemAt.toISOString()} ${part.spec.name} ${state}: ${what}`);
    }

    private exitOf(process: SupervisedProcess): string {
        return process.exit === undefined ? "still running" : describeExit(process.exit);
    }

    private trimLogs(): void {
        for (const { spec } of this.parts.values()) {
            trimLog(logFile(this.layout, spec.name), maxLogBytes);
        }
    }
}

/** Cuts a log that is larger than `max` bytes to its last quarter. The writer may go on: it appends. */
export function trimLog(file: string, max: number): void {
    let size = 0;
    try {
        size = fs.statSync(file).size;
    } catch {
        return;
    }
    if (size <= max) {
        return;
    }
    const keep = new Uint8Array(Math.floor(max / 4));
    const handle = fs.openSync(file, "r+");
    try {
        const read = fs.readSync(handle, keep, 0, keep.length, size - keep.length);
        fs.ftruncateSync(handle, 0);
        fs.writeSync(handle, keep, 0, read, 0);
    } finally {
        fs.closeSync(handle);
    }
}
