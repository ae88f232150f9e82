import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";

import type { Platform } from "./cache";

/** What a program printed and how it ended. */
export interface RunResult {
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly stdout: string;
    readonly stderr: string;
}

export interface RunOptions {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    /** Milliseconds until it is killed. Default: none. */
    readonly timeout?: number;
    /** Interrupts it, as Ctrl-C would. */
    readonly signal?: AbortSignal | undefined;
    /** Gets each piece of stderr as it comes. */
    readonly onStderr?: (text: string) => void;
}

// One listener for all: Node warns when each child adds its own.
const running = new Set<() => void>();

function interruptAll(): void {
    for (const interrupt of running) {
        interrupt();
    }
}

/** Runs a program to its end; undefined if there is no such program. It does not outlive this process. */
export async function run(
    command: string,
    args: readonly string[],
    options: RunOptions = {},
): Promise<RunResult | undefined> {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, {
            cwd: options.cwd,
            env: options.env ?? process.env,
            stdio: ["ignore", "pipe", "pipe"],
        });
        let [stdout, stderr] = ["", ""];
        // Go stops its compilers on an interrupt; on any other signal it would leave them running.
        const interrupt = (): void => void child.kill("SIGINT");
        const timer =
            options.timeout === undefined
                ? undefined
                : setTimeout(() => child.kill("SIGKILL"), options.timeout);
        options.signal?.addEventListener("abort", interrupt);
        running.add(interrupt);
        process.off("exit", interruptAll).on("exit", interruptAll);
        const settle = (): void => {
            clearTimeout(timer);
            options.signal?.removeEventListener("abort", interrupt);
            running.delete(interrupt);
        };
        child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
            stderr += text;
            options.onStderr?.(text);
        });
        child.on("error", (error: NodeJS.ErrnoException) => {
            settle();
            if (error.code === "ENOENT" || error.code === "EACCES") {
                resolve(undefined);
            } else {
                reject(error);
            }
        });
        child.on("close", (code, signal) => {
            settle();
            resolve({ code, signal, stdout, stderr });
        });
        if (options.signal?.aborted === true) {
            interrupt();
        }
    });
}

/**
 * Settings of every build, vet and test of Go, so that each finds in Go's cache what another has compiled. Debugging tables
 * take a tenth of a build, and the programs are linked without them.
 */
export const GO_FLAGS: readonly string[] = [
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    "-gcflags=all=-dwarf=false",
];

/**
 * Environment of every `go` run: no C compiler is needed, no module file is ever changed, and no workspace around the
 * checkout has a say. GOFLAGS of the user is not used: it can hold `-mod=mod`; nor is what the user builds other programs for.
 * Compilers collect no garbage until they reach their share of the memory, which saves a fifth of their time.
 */
export function goEnvironment(env: NodeJS.ProcessEnv, machine: Machine = thisMachine()): NodeJS.ProcessEnv {
    const own = Object.entries(env).filter(
        ([name]) => !/^GO(?:OS|ARCH|ARM|ARM64|AMD64|386|RISCV64|111MODULE|EXPERIMENT)$/.test(name),
    );
    return {
        ...Object.fromEntries(own),
        CGO_ENABLED: "0",
        GOFLAGS: GO_FLAGS.join(" "),
        GOWORK: "off",
        GOGC: "off",
        GOMEMLIMIT: `${memoryShare(machine)}MiB`,
    };
}

/** What compilers share. */
export interface Machine {
    readonly cores: number;
    /** Bytes. */
    readonly memory: number;
}

function thisMachine(): Machine {
    return { cores: availableParallelism(), memory: totalmem() };
}

/** MiB from which on one of the compilers, of which Go runs one per core, collects garbage: together half of the memory. */
function memoryShare({ cores, memory }: Machine): number {
    return Math.max(256, Math.floor(memory / 2 ** 20 / 2 / cores));
}

/** What `go` says about itself. */
export interface Go extends Platform {
    /** Full version, `1.26.2`. */
    readonly version: string;
    readonly buildCache: string;
    readonly moduleCache: string;
}

/** Asks the `go` on PATH, as it would run in `folder` (it may switch to the newer toolchain that the go.mod asks for). */
export async function askGo(folder: string, env: NodeJS.ProcessEnv): Promise<Go | RunResult | undefined> {
    const result = await run("go", ["env", "-json", "GOVERSION", "GOOS", "GOARCH", "GOCACHE", "GOMODCACHE"], {
        cwd: folder,
        env: goEnvironment(env),
    });
    if (result === undefined || result.code !== 0) {
        return result;
    }
    const about = JSON.parse(result.stdout) as Record<string, string>;
    const version = (about["GOVERSION"] ?? "").replace(/^go/, "");
    return {
        version,
        go: version.split(".").slice(0, 2).join("."),
        os: about["GOOS"] ?? "",
        arch: about["GOARCH"] ?? "",
        buildCache: about["GOCACHE"] ?? "",
        moduleCache: about["GOMODCACHE"] ?? "",
    };
}

/**
 * What `go` says about itself where it builds with another version of Go than its own, whether that one was fetched or not.
 *
 * @param folder without a go.mod, which could ask for yet another one.
 */
export async function askGoFor(
    compiler: string,
    folder: string,
    env: NodeJS.ProcessEnv,
): ReturnType<typeof askGo> {
    const go = await askGo(folder, env);
    return go === undefined || !("version" in go)
        ? go
        : { ...go, version: compiler, go: compiler.split(".").slice(0, 2).join(".") };
}

/** The environment with which `go` is that version of Go; it fetches and verifies the one it is not. */
export function compiledWith(compiler: string | undefined, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    return compiler === undefined ? env : { ...env, GOTOOLCHAIN: `go${compiler}` };
}

/** The Go version that the go.mod in `folder` asks for. */
export async function neededGo(folder: string): Promise<string> {
    const text = await readFile(join(folder, "go.mod"), "utf8");
    return /^go (\S+)/m.exec(text)?.[1] ?? "1.21";
}

/** This machine in Go's words, for when there is no Go to ask. */
export function platformOfNode(): Platform {
    const arch = process.arch === "x64" ? "amd64" : process.arch;
    return { os: process.platform === "win32" ? "windows" : process.platform, arch, go: undefined };
}
