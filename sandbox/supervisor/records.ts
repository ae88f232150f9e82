/** What is written down of running processes, so that a later command finds them even when nobody supervises them any more. */
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { writePrivate } from "../support/files";
import { type SandboxLayout } from "../support/layout";
import { type PartSpec } from "./parts";
import { type ProcessRecord, isAlive, startTime } from "../../toolchain/processes";
import { endProcess } from "../support/process";

function partsDir(layout: SandboxLayout): string {
    return path.join(layout.run, "parts");
}

/** A part's process, with what a command needs to know of it when its supervisor is dead. */
export interface PartRecord extends ProcessRecord {
    readonly kind: string;
    readonly group: string;
    /** The parts it needs; they are ended after it. */
    readonly after: readonly string[];
    readonly url?: string;
}

/** Writes down a part's process. */
export function recordPart(layout: SandboxLayout, part: PartSpec, { pid, started }: ProcessRecord): void {
    const { kind, group, after, url } = part;
    const record: PartRecord = { pid, started, kind, group, after, ...(url === undefined ? {} : { url }) };
    writePrivate(path.join(partsDir(layout), `${part.name}.json`), `${JSON.stringify(record)}\n`);
}

export function removePartRecord(layout: SandboxLayout, part: string): void {
    fs.rmSync(path.join(partsDir(layout), `${part}.json`), { force: true });
}

/** The processes written down, by part; dead ones among them. */
export function recordedParts(layout: SandboxLayout): Map<string, PartRecord> {
    const found = new Map<string, PartRecord>();
    let names: string[] = [];
    try {
        names = fs.readdirSync(partsDir(layout));
    } catch {
        // No part was ever started.
    }
    for (const name of names.filter((file) => file.endsWith(".json"))) {
        const record = readJson<PartRecord>(path.join(partsDir(layout), name));
        if (record !== undefined) {
            found.set(name.slice(0, -".json".length), record);
        }
    }
    return found;
}

/** Ends whatever a supervisor that died left running, what is needed last. Returns the names of the parts that did run. */
export async function endOrphans(layout: SandboxLayout): Promise<string[]> {
    const records = recordedParts(layout);
    const alive = [...records].filter(([, record]) => isAlive(record)).map(([part]) => part);
    const ends = new Map<string, Promise<void>>();
    const end = (part: string, record: PartRecord): Promise<void> => {
        const known = ends.get(part);
        if (known !== undefined) {
            return known;
        }
        const dependants = [...records].filter(([, other]) => other.after.includes(part));
        const ending = Promise.all(dependants.map((other) => end(...other))).then(async () => {
            await endProcess(record, 10_000);
            removePartRecord(layout, part);
        });
        ends.set(part, ending);
        return ending;
    };
    await Promise.all([...records].map((each) => end(...each)));
    return alive.sort();
}

function daemonFile(layout: SandboxLayout): string {
    return path.join(layout.run, "supervisor.json");
}

/** Writes down the process that supervises: this one. */
export function recordDaemon(layout: SandboxLayout): void {
    writeRecord(daemonFile(layout), selfRecord());
}

export function removeDaemonRecord(layout: SandboxLayout): void {
    fs.rmSync(daemonFile(layout), { force: true });
}

/** The supervisor that runs now, or undefined. */
export function runningDaemon(layout: SandboxLayout): ProcessRecord | undefined {
    const record = readJson<ProcessRecord>(daemonFile(layout));
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
    let reported = false;
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
        const owner = readJson<ProcessRecord>(file);
        if (owner === undefined || !isAlive(owner)) {
            fs.rmSync(file, { force: true });
            continue;
        }
        if (!reported) {
            waiting(owner.pid);
            reported = true;
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

/** A record, or undefined when there is none or it cannot be read: writes are whole, so that happens to strangers' files only. */
function readJson<T extends ProcessRecord>(file: string): T | undefined {
    try {
        const record = JSON.parse(fs.readFileSync(file, "utf8")) as T;
        return typeof record.pid === "number" && typeof record.started === "string" ? record : undefined;
    } catch {
        return undefined;
    }
}
