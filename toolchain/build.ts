import { createWriteStream, existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setInterval as every } from "node:timers";

import { type Key, linkerFlags, sizeOf, toolKey } from "./cache";
import { findBuilt } from "./find";
import { type Go, type RunResult, compiledWith, goEnvironment, run } from "./go";
import { isRunning } from "./processes";
import { withLock } from "./lock";
import { ToolchainError, explainFailure } from "./problem";
import type { ProgressEvent, Step } from "./progress";
import type { GoTool, ModuleFiles, SourceTool, ToolName } from "./tools";

/** One tool that has to be made. */
export interface Job {
    readonly name: ToolName;
    readonly spec: GoTool | SourceTool | ModuleFiles;
    /** Folder with the go.mod. */
    readonly folder: string;
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

/** Makes the tools one after the other (each `go build` uses all cores itself) and returns where each is. */
export async function buildAll(
    jobs: readonly Job[],
    context: BuildContext,
): Promise<ReadonlyMap<ToolName, string>> {
    const total = jobs.reduce((sum, job) => sum + job.spec.seconds, 0);
    context.report({ kind: "plan", tools: jobs.map((job) => job.name), expected: total });
    const paths = new Map<ToolName, string>();
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
        paths.set(job.name, await buildOne(job, step, context));
    }
    return paths;
}

/** Builds of sources that change under the compiler before it is given up. */
const ATTEMPTS = 5;

async function buildOne(job: Job, step: Step, context: BuildContext): Promise<string> {
    const { spec, name } = job;
    if (spec.kind === "module-files") {
        return timed(job, step, context, (doing) => download(job, spec, context, doing));
    }
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const key = await toolKey(spec, job.folder, job.go);
        const build = await withLock(
            join(context.root, name, `${key.full}.lock`),
            async () =>
                findBuilt(context.root, name, key) ??
                (await timed(job, step, context, (doing) => compile(job, spec, key, context, doing))),
            {
                onWait: (holder) => context.report({ kind: "wait", tool: name, pid: holder.pid }),
                ...(context.signal === undefined ? {} : { signal: context.signal }),
            },
        );
        if (build !== undefined) {
            return join(build, "bin", name);
        }
    }
    throw new ToolchainError("sources-changing", `The sources in ${job.folder} change while they are built.`);
}

/** Reports start, a tick every second, and the end of `work`, which returns the path of what it made. */
async function timed<T extends string | undefined>(
    job: Job,
    step: Step,
    context: BuildContext,
    work: (doing: (what: string) => void) => Promise<T>,
): Promise<T> {
    const started = Date.now();
    const elapsed = (): number => (Date.now() - started) / 1000;
    const after = step.remaining - job.spec.seconds;
    const left = (): number => after + Math.max(0, job.spec.seconds - elapsed());
    let current = job.spec.kind === "module-files" ? "downloading" : "compiling";
    context.report({ kind: "start", ...step });
    const timer = every(() => {
        context.report({ kind: "tick", ...step, remaining: left(), elapsed: elapsed(), doing: current });
    }, context.tick ?? 1000);
    let made: T;
    try {
        made = await work((what) => (current = what));
    } finally {
        clearInterval(timer);
    }
    const bytes = made === undefined ? 0 : await sizeOf(made);
    context.report({ kind: "done", ...step, remaining: after, elapsed: elapsed(), bytes });
    return made;
}

/** Returns the folder of the build, or undefined when the sources are not those of `key` any more. */
async function compile(
    job: Job,
    spec: GoTool | SourceTool,
    key: Key,
    context: BuildContext,
    doing: (what: string) => void,
): Promise<string | undefined> {
    const { name } = job;
    const home = join(context.root, name);
    const final = join(home, key.full);
    const temporary = join(home, `.building-${process.pid}-${key.full}`);
    await sweep(home, temporary);
    const program = join(temporary, "bin", name);
    await mkdir(dirname(program), { recursive: true });
    try {
        const target = spec.kind === "go" ? spec.package : ".";
        const added = spec.kind === "go" ? spec.added : undefined;
        const log = `${final}.log`;
        const source = join(temporary, "source");
        const flags = added === undefined ? [] : await complete(job, added, source, log, context, doing);
        const args = ["build", ...flags, "-ldflags", linkerFlags(spec), "-o", program, target];
        await runGo(args, job, log, context, doing);
        await rm(source, { recursive: true, force: true });
        if ((await toolKey(spec, job.folder, job.go)).full !== key.full) {
            return undefined;
        }
        const about = { tool: name, version: spec.version, package: target, go: job.go.version };
        await writeFile(join(temporary, "build.json"), `${JSON.stringify(about, undefined, 2)}\n`);
        // A folder of that name without the program in it is no build.
        await rm(final, { recursive: true, force: true });
        await rename(temporary, final);
        if (spec.kind === "source") {
            await pruneToNewest(home, SOURCE_BUILDS);
        }
    } finally {
        await rm(temporary, { recursive: true, force: true });
    }
    return final;
}

/**
 * Copies a module as it was verified, adds the file that it lacks, and returns the flags by which the copy is built.
 *
 * @param source folder to be made, for the copy and a go.mod that leads to it.
 */
async function complete(
    job: Job,
    added: NonNullable<GoTool["added"]>,
    source: string,
    log: string,
    context: BuildContext,
    doing: (what: string) => void,
): Promise<string[]> {
    const { stdout } = await runGo(["mod", "download", "-json", added.module], job, log, context, doing);
    const { Dir = "" } = JSON.parse(stdout) as { Dir?: string };
    const copy = join(source, "module");
    await copyWritable(Dir, copy);
    await mkdir(dirname(join(copy, added.path)), { recursive: true });
    await writeFile(join(copy, added.path), await readFile(join(job.folder, added.file)));
    const pins = await readFile(join(job.folder, "go.mod"), "utf8");
    const modFile = join(source, "go.mod");
    await writeFile(modFile, `${pins}\nreplace ${added.module} => ${copy}\n`);
    await writeFile(join(source, "go.sum"), await readFile(join(job.folder, "go.sum")));
    return [`-modfile=${modFile}`];
}

/** Go keeps modules in folders that nobody may write to, and a copy of them could not be deleted. */
async function copyWritable(from: string, to: string): Promise<void> {
    await mkdir(to, { recursive: true });
    for (const entry of await readdir(from, { withFileTypes: true })) {
        const [source, copy] = [join(from, entry.name), join(to, entry.name)];
        await (entry.isDirectory()
            ? copyWritable(source, copy)
            : readFile(source).then((bytes) => writeFile(copy, bytes)));
    }
}

async function download(
    job: Job,
    spec: ModuleFiles,
    context: BuildContext,
    doing: (what: string) => void,
): Promise<string> {
    const log = join(context.root, job.name, `${spec.version}.log`);
    if (spec.sum !== undefined) {
        return downloadAlone(job, spec, spec.sum, log, context, doing);
    }
    const result = await runGo(["mod", "download", "-json", spec.path], job, log, context, doing);
    const about = JSON.parse(result.stdout) as { Dir?: string };
    return join(about.Dir ?? "", spec.folder);
}

/** Fetches a module that no go.mod requires. Go unpacks it and only then says that its programs want a newer Go. */
async function downloadAlone(
    job: Job,
    spec: ModuleFiles,
    sum: string,
    log: string,
    context: BuildContext,
    doing: (what: string) => void,
): Promise<string> {
    const folder = moduleFolder(spec, job.go.moduleCache);
    const unpacked = (stdout: string): boolean => sumIn(stdout) === sum && existsSync(folder);
    // Else Go would fetch that newer Go to do the same.
    const env = { ...context.env, GOTOOLCHAIN: "local" };
    const args = ["mod", "download", "-json", `${spec.path}@v${moduleVersion(spec)}`];
    const { stdout } = await runGo(args, job, log, { ...context, env }, doing, ({ stdout: text }) =>
        unpacked(text),
    );
    if (!unpacked(stdout)) {
        throw new ToolchainError(
            "checksum",
            `${spec.path} ${moduleVersion(spec)} is not the module this checkout pins in toolchain/tools.ts: ` +
                `its sum is ${sumIn(stdout) ?? "unknown"}, not ${sum}. Nothing of it was used.`,
        );
    }
    return folder;
}

function sumIn(stdout: string): string | undefined {
    try {
        return (JSON.parse(stdout) as { Sum?: string }).Sum;
    } catch {
        return undefined;
    }
}

/** Where a module's files lie once Go has fetched it: Go writes an upper-case letter as `!` and the lower-case one. */
export function moduleFolder(spec: ModuleFiles, moduleCache: string): string {
    const escaped = spec.path.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
    return join(moduleCache, `${escaped}@v${moduleVersion(spec)}`, spec.folder);
}

function moduleVersion({ version, moduleVersion: own = version }: ModuleFiles): string {
    return own;
}

/** Runs `go` in the job's module, keeps what it prints in `log`, and throws the one message for a failure. */
async function runGo(
    args: readonly string[],
    job: Job,
    log: string,
    context: BuildContext,
    doing: (what: string) => void,
    succeeded: (result: RunResult) => boolean = ({ code }) => code === 0,
): Promise<RunResult> {
    await mkdir(dirname(log), { recursive: true });
    const file = createWriteStream(log);
    file.on("error", () => undefined);
    let quiet: NodeJS.Timeout | undefined;
    const result = await run("go", args, {
        cwd: job.folder,
        env: goEnvironment(compiledWith(job.spec.kind === "go" ? job.spec.compiler : undefined, context.env)),
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
    if (result.code !== 0 && !succeeded(result)) {
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
async function pruneToNewest(home: string, count: number): Promise<void> {
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

/** Deletes `own` and what interrupted builds left behind. */
async function sweep(home: string, own: string): Promise<void> {
    for (const entry of await readdir(home)) {
        const path = join(home, entry);
        const pid = /^\.building-(\d+)-/.exec(entry)?.[1];
        if (pid !== undefined && (path === own || !isRunning(Number(pid)))) {
            await rm(path, { recursive: true, force: true });
        }
    }
}
