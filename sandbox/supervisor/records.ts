/** What is written down of running processes, so that a later command finds them even when nobody supervises them any more. */
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { writePrivate } from "../clusters/files";
import { type SandboxLayout } from "../support/layout";
import { type ProcessRecord, endProcess, isAlive, startTime } from "../support/process";

function partsDir(layout: SandboxLayout): string {
    return path.join(layout.run, "parts");
}

/** Writes down a part's process. */
export function recordPart(layout: SandboxLayout, part: string, record: ProcessRecord): void {
    writeRecord(path.join(partsDir(layout), `${part}.json`), record);
}

export function forgetPart(layout: SandboxLayout, part: string): void {
    fs.rmSync(path.join(partsDir(layout), `${part}.json`), { force: true });
}

/** The processes written down, by part; dead ones among them. */
export function recordedParts(layout: SandboxLayout): Map<string, ProcessRecord> {
    const found = new Map<string, ProcessRecord>();
    let names: string[] = [];
    try {
        names = fs.readdirSync(partsDir(layout));
    } catch {
        // No part was ever started.
    }
    for (const name of names.filter((file) => file.endsWith(".json"))) {
        const record = readRecord(path.join(partsDir(layout), name));
        if (record !== undefined) {
            found.set(name.slice(0, -".json".length), record);
        }
    }
    return found;
}

/** Ends whatever a supervisor that died left running. Returns the names of the parts that did run. */
export async function endOrphans(layout: SandboxLayout): Promise<string[]> {
    const ended: string[] = [];
    await Promise.all(
        [...recordedParts(layout)].map(async ([part, record]) => {
            if (isAlive(record)) {
                ended.push(part);
            }
            await endProcess(record, 10_000);
            forgetPart(layout, part);
        }),
    );
    return ended.sort();
}

function daemonFile(layout: SandboxLayout): string {
    return path.join(layout.run, "supervisor.json");
}

/** Writes down the process that supervises: this one. */
export function recordDaemon(layout: SandboxLayout): void {
    writeRecord(daemonFile(layout), selfRecord());
}

export function forgetDaemon(layout: SandboxLayout): void {
    fs.rmSync(daemonFile(layout), { force: true });
}

/** The supervisor that runs now, or undefined. */
export function runningDaemon(layout: SandboxLayout): ProcessRecord | undefined {
    const record = readRecord(daemonFile(layout));
    return record !== undefined && isAlive(record) ? record : undefined;
}

/**
 * Runs `work` while no other process changes this sandbox. A lock whose owner has died is taken over.
 *
 * @param waiting called once when another process holds the lock, with its pid.
 */
export async function withLock<T>(
    layout: SandboxLayout,
    waiting: (pid: number) => void,
    work: () => Promise<T>,
): Promise<T> {
    const file = path.join(layout.run, "lock.json");
    fs.mkdirSync(layout.run, { recursive: true, mode: 0o700 });
    let told = false;
    for (;;) {
        const mine = `${file}.${process.pid}`;
        fs.writeFileSync(mine, JSON.stringify(selfRecord()), { mode: 0o600 });
        try {
            // A link appears whole or not at all, unlike a file that is made first and filled then.
            fs.linkSync(mine, file);
            break;
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
                throw error;
            }
        } finally {
            fs.rmSync(mine, { force: true });
        }
        const owner = readRecord(file);
        if (owner === undefined || !isAlive(owner)) {
            fs.rmSync(file, { force: true });
            continue;
        }
        if (!told) {
            waiting(owner.pid);
            told = true;
        }
        await sleep(200);
    }
    try {
        return await work();
    } finally {
        fs.rmSync(file, { force: true });
    }
}

function selfRecord(): ProcessRecord {
    return { pid: process.pid, started: startTime(process.pid) ?? "unknown" };
}

function writeRecord(file: string, record: ProcessRecord): void {
    writePrivate(file, `${JSON.stringify(record)}\n`);
}

function readRecord(file: string): ProcessRecord | undefined {
    try {
        const { pid, started } = JSON.parse(fs.readFileSync(file, "utf8")) as Partial<ProcessRecord>;
        return typeof pid === "number" && typeof started === "string" ? { pid, started } : undefined;
    } catch {
        return undefined;
    }
}
