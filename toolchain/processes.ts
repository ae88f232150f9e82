/** Which process is which: a pid alone is given to another process when the first one has ended. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";

/** A process; its start time distinguishes it from a later one with the same pid. */
export interface ProcessRecord {
    readonly pid: number;
    /** Opaque: clock ticks since boot with the boot's id on Linux, the start date elsewhere. Compare, never compute. */
    readonly started: string;
}

/** Whether this very process (not another one with its pid) still runs. A zombie counts as gone. */
export function isAlive(record: ProcessRecord): boolean {
    return startTime(record.pid) === record.started;
}

/** The start time of a running process, or undefined when there is none (or only a zombie). */
export function startTime(pid: number): string | undefined {
    if (process.platform === "linux") {
        const stat = readStat(pid);
        return stat === undefined || stat.state === "Z" ? undefined : `${bootId()}:${stat.started}`;
    }
    try {
        const text = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
        return text === "" ? undefined : text;
    } catch {
        return undefined;
    }
}

/** Whether some process has this pid. A zombie, killed but not yet collected by its parent, counts as gone. */
export function isRunning(pid: number): boolean {
    if (process.platform !== "win32") {
        return startTime(pid) !== undefined;
    }
    try {
        return process.kill(pid, 0);
    } catch {
        return false;
    }
}

/** What /proc reports about a process. */
export interface ProcessStat {
    readonly state: string;
    readonly group: number;
    readonly session: number;
    readonly started: number;
}

/** Linux only: undefined elsewhere, and when there is no such process. */
export function readStat(pid: number): ProcessStat | undefined {
    let text: string;
    try {
        text = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    } catch {
        return undefined;
    }
    // The command's name, in parentheses, may hold spaces and parentheses itself: fields are counted after the last one.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return {
        state: fields[0] ?? "",
        group: Number(fields[2]),
        session: Number(fields[3]),
        started: Number(fields[19]),
    };
}

let boot: string | undefined;

/** Start times count from boot, so a record of before a reboot must not match one of after it. */
export function bootId(): string {
    if (boot === undefined) {
        try {
            boot = fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
        } catch {
            boot = "boot";
        }
    }
    return boot;
}
