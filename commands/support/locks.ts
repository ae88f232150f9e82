/**
 * Locks that an engine left behind when it was killed. The file backend writes who holds a stack; where that process
 * is gone from this machine, nobody holds it, and the next run should not ask a person to find that out.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isRunning } from "../../toolchain/processes";
import { CommandError } from "./console";
import { runPulumi, stateFolder, type Engine } from "./engine";

/** What the file backend writes into a lock. */
interface Lock {
    readonly pid: number;
    readonly hostname: string;
}

/** Whether every lock is of a process of this machine that is no more. Pure but for `runs`. */
export function allStale(locks: readonly Lock[], hostname: string, runs: (pid: number) => boolean): boolean {
    return locks.length > 0 && locks.every((lock) => lock.hostname === hostname && !runs(lock.pid));
}

/** A deployment as `pulumi stack export` gives it, as far as it matters here. */
export interface Deployment {
    readonly deployment?: {
        readonly pending_operations?: readonly { readonly type?: string }[] | null;
    };
}

/**
 * A deployment without creations whose answer nobody waited for, or undefined if there is none. The sandbox's plugins
 * find what such a creation made when the next run asks for it again, so nobody has to look; the engine would warn of it
 * in each run until somebody did. Pure.
 */
export function withoutPendingCreates<T extends Deployment>(exported: T): T | undefined {
    const pending = exported.deployment?.pending_operations ?? [];
    const kept = pending.filter((operation) => operation.type !== "creating");
    return kept.length === pending.length
        ? undefined
        : { ...exported, deployment: { ...exported.deployment, pending_operations: kept } };
}

/** Releases the stack if only dead processes of this machine hold it. Says so by `report`. */
export async function releaseStaleLocks(engine: Engine, report: (line: string) => void): Promise<void> {
    if (engine.kind !== "sandbox") {
        return;
    }
    const folder = path.join(stateFolder(engine), ".pulumi", "locks");
    const locks = lockFiles(folder)
        .filter((file) => path.basename(path.dirname(file)) === engine.stack)
        .map((file) => JSON.parse(fs.readFileSync(file, "utf8")) as Lock);
    if (!allStale(locks, os.hostname(), isRunning)) {
        return;
    }
    report(
        `An earlier run of stack ${engine.stack} was killed (process ${locks.map((lock) => lock.pid).join(", ")}); going on from where it was.`,
    );
    const result = await runPulumi(engine, ["cancel", "--yes", "--stack", engine.stack]);
    if (result.code !== 0) {
        throw new CommandError(`The lock of a killed run could not be released:\n${result.stderr.trim()}`);
    }
    await dropPendingCreates(engine);
}

async function dropPendingCreates(engine: Engine): Promise<void> {
    const call = async (...args: string[]): Promise<string> => {
        const { code, stdout, stderr } = await runPulumi(engine, ["stack", ...args, "--stack", engine.stack]);
        if (code !== 0) {
            throw new CommandError(`pulumi stack ${args[0]} of a killed run failed:\n${stderr.trim()}`);
        }
        return stdout;
    };
    const repaired = withoutPendingCreates(JSON.parse(await call("export")) as Deployment);
    if (repaired === undefined) {
        return;
    }
    // Secrets are ciphertext in it, as in the state.
    const file = path.join(stateFolder(engine), `${engine.stack}-repaired.json`);
    fs.writeFileSync(file, JSON.stringify(repaired), { mode: 0o600 });
    try {
        await call("import", "--file", file);
    } finally {
        fs.rmSync(file, { force: true });
    }
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
