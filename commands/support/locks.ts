/**
 * Locks that an engine left behind when it was killed. The file backend writes who holds a stack; where that process
 * is gone from this machine, nobody holds it, and the next run should not ask a person to find that out.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isRunning } from "../../toolchain/processes";
import { CommandError } from "./console";
import { runPulumi, stateFolder, type PulumiEngine } from "./pulumiEngine";

/** What the file backend writes into a lock. */
interface Lock {
    readonly pid: number;
    readonly hostname: string;
}

/** Whether every lock is of a process of this machine that is no more. Pure but for `runs`. */
export function allStale(locks: readonly Lock[], hostname: string, runs: (pid: number) => boolean): boolean {
    return locks.length > 0 && locks.every((lock) => lock.hostname === hostname && !runs(lock.pid));
}

/** Releases the stack if only dead processes of this machine hold it. Says so by `report`, and whether it did. */
export async function releaseStaleLocks(
    engine: PulumiEngine,
    report: (line: string) => void,
): Promise<boolean> {
    if (engine.kind !== "sandbox") {
        return false;
    }
    const folder = path.join(stateFolder(engine), ".pulumi", "locks");
    const locks = lockFiles(folder)
        .filter((file) => path.basename(path.dirname(file)) === engine.stack)
        .map((file) => JSON.parse(fs.readFileSync(file, "utf8")) as Lock);
    if (!allStale(locks, os.hostname(), isRunning)) {
        return false;
    }
    report(
        `An earlier run of stack ${engine.stack} was killed (process ${locks.map((lock) => lock.pid).join(", ")}); going on from where it was.`,
    );
    const result = await runPulumi(engine, ["cancel", "--yes", "--stack", engine.stack]);
    if (result.code !== 0) {
        throw new CommandError(`The lock of a killed run could not be released:\n${result.stderr.trim()}`);
    }
    return true;
}

function lockFiles(folder: string): string[] {
    if (!fs.existsSync(folder)) {
        return [];
    }
    return fs
        .readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".json"))
        .map((file) => path.join(folder, file));
}
