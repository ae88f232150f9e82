import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname, join, parse } from "node:path";
import { setInterval as every } from "node:timers";

import { BUILD_FLAGS, type Key, linkerFlags, sizeOf } from "./cache";
import { findBuilt } from "./find";
import { type Go, type RunResult, goEnvironment, run } from "./go";
import { isAlive, withLock } from "./lock";
import { ToolchainError, explainFailure, noSpace } from "./problem";
import type { ProgressEvent, Step } from "./progress";
import type { GoTool, ModuleFiles, SourceTool, ToolName } from "./tools";

/** One tool that has to be made. */
export interface Job {
    readonly name: ToolName;
    readonly spec: GoTool | SourceTool | ModuleFiles;
    /** Folder with the go.mod. */
    readonly folder: string;
    /** Where it goes in the cache; none for files of Go's module cache. */
    readonly key?: Key;
    readonly go: Go;
}

export interface BuildContext {
    readonly root: string;
    readonly env: NodeJS.ProcessEnv;
    readonly report: (event: ProgressEvent) => void;
    readonly signal?: AbortSignal | undefined;
    /** Milliseconds between progress events. Default 1,000. */
    readonly tick?: number;
}

/** Makes the tools one after the other (each `go build` uses all cores itself). */
export async function buildAll(jobs: readonly Job[], context: BuildContext): Promise<void> {
    const total = jobs.reduce((sum, job) => sum + job.spec.seconds, 0);
    context.report({ kind: "plan", tools: jobs.map((job) => job.name), expected: total });
    let remaining = total;
    for (const [i, job] of jobs.entries()) {
        const step: Step = {
            tool: job.name,
            version: job.spec.version,
            index: i + 1,
            count: jobs.length,
            expected: job.spec.seconds,
            remaining,
        };
        remaining -= job.spec.seconds;
        await buildOne(job, step, context);
    }
}

async function buildOne(job: Job, step: Step, context: BuildContext): Promise<void> {
    const { key } = job;
    if (key === undefined) {
        await timed(job, step, context, (doing) => download(job, context, doing));
        return;
    }
    const lock = join(context.root, job.name, `${key.full}.lock`);
    await withLock(
        lock,
        async () => {
            if (findBuilt(context.root, job.name, key) === undefined) {
                await timed(job, step, context, (doing) => compile(job, key, context, doing));
            }
        },
        {
            onWait: (holder) => context.report({ kind: "wait", tool: job.name, pid: holder.pid }),
            ...(context.signal === undefined ? {} : { signal: context.signal }),
        },
    );
}

/** Reports start, a tick every second, and the end of `work`, which returns the bytes it made. */
async function timed(
    job: Job,
    step: Step,
    context: BuildContext,
    work: (doing: (what: string) => void) => Promise<number>,
): Promise<void> {
    const started = Date.now();
    const elapsed = (): number => (Date.now() - started) / 1000;
    const after = step.remaining - job.spec.seconds;
    const left = (): number => after + Math.max(0, job.spec.seconds - elapsed());
    let current = "starting";
    context.report({ kind: "start", ...step });
    const timer = every(() => {
        context.report({ kind: "tick", ...step, remaining: left(), elapsed: elapsed(), doing: current });
    }, context.tick ?? 1000);
    let bytes: number;
    try {
        bytes = await work((what) => (current = what));
    } finally {
        clearInterval(timer);
    }
    context.report({ kind: "done", ...step, remaining: after, elapsed: elapsed(), bytes });
}

async function compile(
    job: Job,
    key: Key,
    context: BuildContext,
    doing: (what: string) => void,
): Promise<number> {
    const { spec, name } = job;
    if (spec.kind === "module-files") {
        throw new Error(`${name} is not a program`);
    }
    const home = join(context.root, name);
    const final = join(home, key.full);
    await sweep(home);
    const temporary = join(home, `.building-${process.pid}`);
    const program = join(temporary, "bin", name);
    await mkdir(dirname(program), { recursive: true });
    try {
        const target = spec.kind === "go" ? spec.package : ".";
        const args = ["build", ...BUILD_FLAGS, "-ldflags", linkerFlags(spec), "-o", program, target];
        await runGo(args, job, `${final}.log`, context, doing);
        await writeFile(
            join(temporary, "build.json"),
            `${JSON.stringify({ tool: name, version: spec.version, go: job.go.version, args: args.slice(0, -3) }, undefined, 2)}\n`,
        );
        // A folder of that name without the program in it is no build.
        await rm(final, { recursive: true, force: true });
        await rename(temporary, final);
        if (spec.kind === "source") {
            await keepNewest(home, SOURCE_BUILDS);
        }
    } finally {
        await rm(temporary, { recursive: true, force: true });
    }
    return sizeOf(join(final, "bin", name));
}

async function download(job: Job, context: BuildContext, doing: (what: string) => void): Promise<number> {
    if (job.spec.kind !== "module-files") {
        throw new Error(`${job.name} has to be compiled`);
    }
    const log = join(context.root, job.name, `${job.spec.version}.log`);
    // -x makes Go tell on stderr what it fetches; -json makes it put errors where they can be read.
    const result = await runGo(["mod", "download", "-json", job.spec.path], job, log, context, doing);
    const about = JSON.parse(result.stdout) as { Dir?: string };
    return sizeOf(join(about.Dir ?? "", job.spec.folder));
}

/** Runs `go` in the job's module, keeps what it prints in `log`, and throws the one message for a failure. */
async function runGo(
    args: readonly string[],
    job: Job,
    log: string,
    context: BuildContext,
    doing: (what: string) => void,
): Promise<RunResult> {
    await mkdir(dirname(log), { recursive: true });
    const file = createWriteStream(log);
    file.on("error", () => undefined);
    let quiet: NodeJS.Timeout | undefined;
    const result = await run("go", args, {
        cwd: job.folder,
        env: goEnvironment(context.env),
        signal: context.signal,
        onStderr: (text) => {
            file.write(text);
            if (text.includes("go: downloading")) {
                doing("downloading modules");
                clearTimeout(quiet);
                quiet = setTimeout(() => doing("compiling"), 3000);
                quiet.unref();
            }
        },
    }).finally(() => clearTimeout(quiet));
    if (result !== undefined && result.code !== 0) {
        file.write(result.stdout);
    }
    await new Promise<void>((resolve) => file.end(resolve));
    if (context.signal?.aborted === true) {
        throw new ToolchainError(
            "cancelled",
            `Cancelled while ${job.name} was built; what was compiled is kept.`,
        );
    }
    if (result === undefined) {
        throw new Error("go disappeared from PATH");
    }
    if (result.code !== 0) {
        throw explainFailure({
            tool: job.name,
            version: job.spec.version,
            output: result.stderr + result.stdout,
            log,
            ...(result.signal === null ? {} : { signal: result.signal }),
        });
    }
    return result;
}

/** Builds kept of a program whose sources change with every commit. */
const SOURCE_BUILDS = 4;

/** Deletes all but the newest builds of one tool, and their logs. Who still needs one builds it again. */
async function keepNewest(home: string, count: number): Promise<void> {
    const builds = await findBuilds(home);
    for (const build of builds.slice(count)) {
        await deleteBuild(build.path);
    }
}

async function findBuilds(home: string): Promise<{ path: string; made: number }[]> {
    const entries = await readdir(home, { withFileTypes: true }).catch(() => []);
    const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
    const builds = await Promise.all(
        folders.map(async ({ name }) => ({
            path: join(home, name),
            made: (await stat(join(home, name))).mtimeMs,
        })),
    );
    return builds.sort((left, right) => right.made - left.made);
}

async function deleteBuild(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
    await rm(`${path}.log`, { force: true });
}

/** Deletes the builds that are not among `used` (their folders), and returns how many bytes that freed. */
export async function prune(root: string, used: ReadonlySet<string>): Promise<number> {
    let freed = 0;
    for (const tool of await readdir(root).catch(() => [])) {
        for (const build of await findBuilds(join(root, tool))) {
            if (!used.has(build.path)) {
                freed += await sizeOf(build.path);
                await deleteBuild(build.path);
            }
        }
    }
    return freed;
}

/** Deletes what interrupted builds left behind; called with the lock of one build of the tool held. */
async function sweep(home: string): Promise<void> {
    for (const entry of await readdir(home)) {
        const pid = /^\.building-(\d+)$/.exec(entry)?.[1];
        if (pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid)))) {
            await rm(join(home, entry), { recursive: true, force: true });
        }
    }
}

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
 * Throws if a file system cannot hold what the builds leave: of a build's bytes about half are compiled packages, a
 * quarter is the modules' sources, the rest room for linking and the program.
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
        [go.buildCache, 0.5],
        [go.moduleCache, 0.25],
        [root, 0.25],
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
