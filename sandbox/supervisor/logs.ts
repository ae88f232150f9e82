/** Finds and follows the logs of the sandbox's parts. */
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { clusterPart } from "../clusters/parts";
import { logFile, sandboxLayout } from "../support/layout";
import { type SandboxStatus } from "./sandbox";

/**
 * The log of a part; a cluster's name means its API server. Logs of parts that do not run any more are found too.
 *
 * @throws Error that lists the logs there are.
 */
export function logOf(name: string, status: SandboxStatus): string {
    const layout = sandboxLayout(status.dir);
    const logs = fs.existsSync(layout.logs)
        ? fs.readdirSync(layout.logs).filter((file) => file.endsWith(".log"))
        : [];
    for (const part of [name, clusterPart(name, "apiserver")]) {
        if (logs.includes(`${part}.log`)) {
            return logFile(layout, part);
        }
    }
    const names = logs.map((file) => file.slice(0, -".log".length)).sort();
    throw new Error(
        names.length === 0
            ? `there are no logs in ${layout.logs}: the sandbox was not started yet`
            : `there is no log of "${name}"; there are ${names.join(", ")}`,
    );
}

/** Copies what is appended to `file` after byte `from`, until the signal or for good. A log that was cut is read from its start. */
export async function followLog(
    file: string,
    from: number,
    output: NodeJS.WritableStream,
    signal?: AbortSignal,
): Promise<void> {
    let position = from;
    while (signal?.aborted !== true) {
        let size: number;
        try {
            size = fs.statSync(file).size;
        } catch {
            return; // Purged.
        }
        if (size < position) {
            position = 0;
        }
        if (size > position) {
            const handle = fs.openSync(file, "r");
            const bytes = new Uint8Array(size - position);
            position += fs.readSync(handle, bytes, 0, bytes.length, position);
            fs.closeSync(handle);
            output.write(bytes);
        }
        await sleep(200);
    }
}
