/** Finds the supervisor of a sandbox, starts it when there is none, and ends it. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { checkoutDir } from "../../toolchain/checkout";
import { type SandboxLayout, logFile } from "../support/layout";
import { isAlive } from "../../toolchain/processes";
import { endProcess, tailLines } from "../support/process";
import { SupervisorClient, socketPath } from "./control";
import { endOrphans, removeDaemonRecord, runningDaemon } from "./records";

/** The supervisor's own log is `supervisor.log`. */
export const supervisorLog = "supervisor";

/** A client of the running supervisor, or undefined when none runs or it does not answer. */
export async function findSupervisor(layout: SandboxLayout): Promise<SupervisorClient | undefined> {
    if (runningDaemon(layout) === undefined) {
        return undefined;
    }
    const client = new SupervisorClient(layout);
    try {
        await client.status();
        return client;
    } catch {
        return undefined;
    }
}

/**
 * A client of the supervisor; starts one when there is none, which first ends what an earlier one left behind.
 *
 * @throws Error with the last lines of its log when it does not come up within half a minute.
 */
export async function ensureSupervisor(
    layout: SandboxLayout,
    report: (line: string) => void,
): Promise<SupervisorClient> {
    const running = await findSupervisor(layout);
    if (running !== undefined) {
        return running;
    }
    const stuck = runningDaemon(layout);
    if (stuck !== undefined) {
        report(`the supervisor (process ${stuck.pid}) does not answer; it is ended and started anew`);
        await endProcess(stuck, 2000);
    }
    const log = logFile(layout, supervisorLog);
    const output = fs.openSync(log, "a", 0o600);
    const child = spawn(
        process.execPath,
        ["--require", require.resolve("tsx/cjs"), path.join(__dirname, "daemon.ts"), layout.dir],
        { cwd: checkoutDir(), detached: true, stdio: ["ignore", output, output] },
    );
    fs.closeSync(output);
    let ended: number | null | undefined;
    child.once("exit", (code) => (ended = code));
    child.once("error", () => (ended = 127));
    child.unref();
    // Ending orphans may take their grace time.
    const until = Date.now() + 30_000;
    while (Date.now() < until && ended === undefined) {
        const client = await findSupervisor(layout);
        if (client !== undefined) {
            return client;
        }
        await sleep(50);
    }
    const lines = tailLines(log, 12).map((line) => `    ${line}`);
    throw new Error(`the sandbox's supervisor did not start; last lines of ${log}:\n${lines.join("\n")}`);
}

/** Ends supervisor and parts, also when the supervisor is dead or deaf. Returns whether anything ran. */
export async function endSupervisor(layout: SandboxLayout): Promise<boolean> {
    const record = runningDaemon(layout);
    if (record !== undefined) {
        const client = await findSupervisor(layout);
        await client?.stop().catch(() => undefined);
        // Parts get 10 s each to end, API servers one after etcd's clients and so on.
        const until = Date.now() + (client === undefined ? 0 : 45_000);
        while (isAlive(record) && Date.now() < until) {
            await sleep(50);
        }
        await endProcess(record, 2000);
    }
    const orphans = await endOrphans(layout);
    removeDaemonRecord(layout);
    fs.rmSync(socketPath(layout), { force: true });
    return record !== undefined || orphans.length > 0;
}
