import { mkdir, open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { isRunning } from "./processes";
import { ToolchainError } from "./problem";

/** Who holds a lock. */
export interface Holder {
    readonly pid: number;
    readonly host: string;
}

export interface LockOptions {
    /** Called once when somebody else holds the lock and it has to be waited for. */
    readonly onWait?: (holder: Holder) => void;
    readonly signal?: AbortSignal;
    /** Milliseconds between two looks. Default 500. */
    readonly poll?: number;
    /** Milliseconds after which a lock nobody touched is taken over. Default 120,000. */
    readonly expires?: number;
}

/**
 * Takes the lock `path`, runs `work`, and gives the lock back. A lock whose process is gone, or that was not touched for
 * `expires`, is taken over. Two processes that take the same dead lock over in the same instant may both go on: what the
 * lock guards must therefore be right without it, only wasteful, and it is (a finished build appears by one rename).
 */
export async function withLock<T>(
    path: string,
    work: () => Promise<T>,
    options: LockOptions = {},
): Promise<T> {
    const expires = options.expires ?? 120_000;
    await mkdir(dirname(path), { recursive: true });
    await acquire(path, expires, options);
    const beat = setInterval(() => {
        const now = new Date();
        utimes(path, now, now).catch(() => undefined);
    }, expires / 6);
    beat.unref();
    try {
        return await work();
    } finally {
        clearInterval(beat);
        const holder = await readHolder(path);
        if (holder === undefined || (holder.pid === process.pid && holder.host === hostname())) {
            await rm(path, { force: true });
        }
    }
}

async function acquire(path: string, expires: number, options: LockOptions): Promise<void> {
    let waited = false;
    for (;;) {
        if (options.signal?.aborted === true) {
            throw new ToolchainError("cancelled", "Cancelled.");
        }
        if (await create(path)) {
            return;
        }
        const holder = await readHolder(path);
        if (await isStale(path, holder, expires)) {
            await discard(path, holder);
            continue;
        }
        if (!waited && holder !== undefined) {
            waited = true;
            options.onWait?.(holder);
        }
        await delay(options.poll ?? 500);
    }
}

async function create(path: string): Promise<boolean> {
    try {
        const file = await open(path, "wx");
        try {
            await file.writeFile(JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder));
        } finally {
            await file.close();
        }
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") {
            return false;
        }
        throw error;
    }
}

async function readHolder(path: string): Promise<Holder | undefined> {
    try {
        const parsed = JSON.parse(await readFile(path, "utf8")) as Partial<Holder>;
        return typeof parsed.pid === "number" && typeof parsed.host === "string"
            ? { pid: parsed.pid, host: parsed.host }
            : undefined;
    } catch {
        // Gone, or made this instant and not written yet.
        return undefined;
    }
}

async function isStale(path: string, holder: Holder | undefined, expires: number): Promise<boolean> {
    if (holder?.host === hostname() && !isRunning(holder.pid)) {
        return true;
    }
    try {
        return Date.now() - (await stat(path)).mtimeMs > expires;
    } catch {
        return false;
    }
}

/** Moves the dead lock aside before deleting it, so that a lock somebody else made meanwhile is noticed. */
async function discard(path: string, dead: Holder | undefined): Promise<void> {
    const aside = `${path}.${process.pid}`;
    try {
        await rename(path, aside);
    } catch {
        return;
    }
    const taken = await readHolder(aside);
    if (taken !== undefined && dead !== undefined && taken.pid !== dead.pid) {
        await rename(aside, path);
        return;
    }
    await rm(aside, { force: true });
}
