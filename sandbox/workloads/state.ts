/** What the processes of a delivery engine are at, written down for `sandbox status`. */
import * as fs from "node:fs";
import * as path from "node:path";

import { writePrivateIfChanged } from "../support/files";
import { type SandboxLayout } from "../support/layout";

/** `waiting`: for what the estate has to make. `crashed`: ended by itself and waits for its next start. */
export type WorkloadState = "waiting" | "starting" | "ready" | "stopping" | "crashed";

/** One process at one moment. */
export interface WorkloadStatus {
    readonly name: string;
    readonly state: WorkloadState;
    /** What it waits for, in words. */
    readonly detail?: string;
    readonly pid?: number;
    /** Opaque start time, see ProcessRecord. */
    readonly started?: string;
    /** ISO 8601. */
    readonly startedAt?: string;
    readonly url?: string;
    /** How it last ended, with the last lines of its log. */
    readonly problem?: string;
    /** ISO 8601. */
    readonly problemAt?: string;
}

/** The file that the process which runs an engine's workloads writes. */
export function stateFile(layout: SandboxLayout, engine: string): string {
    return path.join(layout.run, `${engine}-state.json`);
}

export function writeState(file: string, workloads: readonly WorkloadStatus[]): void {
    writePrivateIfChanged(file, `${JSON.stringify(workloads, undefined, 1)}\n`);
}

/** What was written last; empty when nothing was. */
export function readState(layout: SandboxLayout, engine: string): WorkloadStatus[] {
    try {
        return JSON.parse(fs.readFileSync(stateFile(layout, engine), "utf8")) as WorkloadStatus[];
    } catch {
        return [];
    }
}
