/** A delivery engine's processes among the parts of the sandbox: children of one part, and shown as parts of their own. */
import { setTimeout as sleep } from "node:timers/promises";

import { logFile, type SandboxLayout } from "../support/layout";
import { isAlive, type ProcessRecord } from "../../toolchain/processes";
import { ownResidentBytes } from "../support/process";
import { type PartState, type PartStatus } from "../supervisor/supervisor";
import { type EngineId, engineIds, engines, isEngineId } from "./engines";
import { readState, type WorkloadStatus } from "./state";

/** The parts, with an engine's processes behind the one that runs them. Its memory is then its own alone. */
export function withWorkloads(layout: SandboxLayout, parts: readonly PartStatus[]): PartStatus[] {
    return parts.flatMap((part) => {
        const { name } = part;
        if (!isEngineId(name) || part.pid === undefined) {
            return [part];
        }
        const processes = readState(layout, name).map((workload) => partOf(layout, name, workload));
        const theirs = processes.reduce((sum, { residentBytes = 0 }) => sum + residentBytes, 0);
        const own = Math.max(0, (part.residentBytes ?? 0) - theirs);
        return [{ ...part, residentBytes: own }, ...processes];
    });
}

function partOf(layout: SandboxLayout, engine: EngineId, workload: WorkloadStatus): PartStatus {
    const { name, pid, started, startedAt, detail, url, problem, problemAt } = workload;
    const record: ProcessRecord | undefined =
        pid === undefined || started === undefined ? undefined : { pid, started };
    const alive = record !== undefined && isAlive(record);
    return {
        name,
        kind: engine,
        group: engine,
        state: workload.state satisfies PartState,
        log: logFile(layout, name),
        ...(alive ? { pid: record.pid, residentBytes: ownResidentBytes(record.pid) } : {}),
        ...(alive && startedAt !== undefined ? { startedAt } : {}),
        ...(detail === undefined ? {} : { detail }),
        ...(url === undefined ? {} : { url }),
        ...(problem === undefined ? {} : { problem }),
        ...(problemAt === undefined ? {} : { problemAt }),
    };
}

/** The engine that has a workload of this name. */
export function engineOf(workload: string): EngineId | undefined {
    return engineIds.find((id) => engines[id].workloads(0).some(({ name }) => name === workload));
}

/**
 * Ends one of an engine's processes, which is started again at once, and waits until it is ready.
 *
 * @throws Error when it does not run, or is not ready again within a minute.
 */
export async function restartWorkload(layout: SandboxLayout, engine: EngineId, name: string): Promise<void> {
    const find = (): WorkloadStatus | undefined =>
        readState(layout, engine).find((each) => each.name === name);
    const before = find();
    if (before?.pid === undefined || before.started === undefined) {
        throw new Error(
            `${name} does not run: ${before?.detail ?? `${engines[engine].title} is not part of this sandbox`}`,
        );
    }
    if (isAlive({ pid: before.pid, started: before.started })) {
        process.kill(before.pid, "SIGTERM");
    }
    for (const until = Date.now() + 60_000; Date.now() < until; await sleep(100)) {
        const now = find();
        if (now?.state === "ready" && now.pid !== before.pid) {
            return;
        }
    }
    throw new Error(
        `${name} is not ready again: ${find()?.problem ?? find()?.detail ?? "it is still starting"}`,
    );
}
