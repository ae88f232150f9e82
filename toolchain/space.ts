import { stat, statfs } from "node:fs/promises";
import { dirname, parse } from "node:path";

import type { Job } from "./build";
import { noSpace } from "./problem";

/** Free bytes for this user on the file system that holds, or will hold, `folder`, and that file system's id. */
export async function freeSpace(folder: string): Promise<{ readonly device: number; readonly free: number }> {
    let existing = folder;
    for (;;) {
        try {
            const { dev } = await stat(existing);
            const { bavail, bsize } = await statfs(existing);
            return { device: dev, free: bavail * bsize };
        } catch (error) {
            if (existing === parse(existing).root) {
                throw error;
            }
            existing = dirname(existing);
        }
    }
}

/**
 * Throws if a file system cannot hold what the builds leave. The shares of compiled packages, modules and programs are those
 * measured when all of the estate's tools were built with empty caches.
 */
export async function checkSpace(
    jobs: readonly Job[],
    root: string,
    measure: typeof freeSpace = freeSpace,
): Promise<void> {
    const go = jobs[0]?.go;
    if (go === undefined) {
        return;
    }
    const bytes = jobs.reduce((sum, job) => sum + job.spec.disk, 0);
    const shares: [string, number][] = [
        [go.buildCache, 0.56],
        [go.moduleCache, 0.36],
        [root, 0.08],
    ];
    const disks = new Map<number, { free: number; needed: number; folders: string[] }>();
    for (const [folder, share] of shares) {
        const { device, free } = await measure(folder);
        const disk = disks.get(device) ?? { free, needed: 0, folders: [] };
        disk.needed += bytes * share;
        disk.folders.push(folder);
        disks.set(device, disk);
    }
    for (const disk of disks.values()) {
        if (disk.free < disk.needed) {
            throw noSpace(disk.needed, disk.free, disk.folders);
        }
    }
}
