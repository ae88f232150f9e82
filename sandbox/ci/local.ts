/** Runs gitlab-ci-local, the interpreter of `.gitlab-ci.yml` files, as a process of its own. */
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import * as path from "node:path";
import { createInterface } from "node:readline";

import { startTime, type ProcessRecord } from "../../toolchain/processes";
import { endProcess } from "../support/process";

/** Where programs are looked for. */
export interface Programs {
    /** Folders put in front of this machine's PATH: those of the tools that jobs call. */
    readonly path: readonly string[];
    /** Folder the interpreter's own helpers are written to; see {@link writeHelpers}. */
    readonly helpers: string;
}

/** One run of the interpreter. */
export interface LocalRun {
    readonly cwd: string;
    readonly args: readonly string[];
    /** Home and temporary folder, both thrown away after the run. */
    readonly home: string;
    readonly temporary: string;
    /** Lines of both streams as they come, without colours. */
    readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
    /** Called once the process has started. */
    readonly onStart?: (record: ProcessRecord) => void;
    /** Ends the process and all it started. */
    readonly signal?: AbortSignal;
}

export interface LocalResult {
    /** Exit code; null when it was ended by a signal. */
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
}

/**
 * Writes the one program that the interpreter wants and that a machine may not have: it copies the working tree with
 * `rsync` for jobs in containers, which there are none of here. That call does nothing; any other goes to the real rsync.
 */
export async function writeHelpers(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "rsync"), rsync, { mode: 0o755 });
}

const rsync = `#!/bin/sh
case "$*" in *"/builds/.docker/") exit 0 ;; esac
here=$(cd "$(dirname "$0")" && pwd)
IFS=:
for folder in $PATH; do
    if [ "$folder" != "$here" ] && [ -x "$folder/rsync" ]; then exec "$folder/rsync" "$@"; fi
done
echo "rsync: command not found" >&2
exit 127
`;

/**
 * All that a job's process inherits: where programs are, a home and a temporary folder of its own, the language.
 * Nothing else of this machine's environment reaches a job.
 */
export function environment(programs: Programs, home: string, temporary: string): Record<string, string> {
    return {
        PATH: [
            programs.helpers,
            ...programs.path,
            path.dirname(process.execPath),
            process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
        ].join(path.delimiter),
        HOME: home,
        TMPDIR: temporary,
        LANG: "C.UTF-8",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_TERMINAL_PROMPT: "0",
    };
}

const always = [
    "--no-color",
    "--max-job-name-padding",
    "0",
    "--force-shell-executor",
    "--no-shell-isolation",
];

/** Runs the interpreter to its end. @throws when it cannot be started. */
export async function runLocal(programs: Programs, run: LocalRun): Promise<LocalResult> {
    const folder = path.dirname(createRequire(__filename).resolve("gitlab-ci-local/package.json"));
    const child = spawn(
        process.execPath,
        [
            "--require",
            path.join(__dirname, "sets.cjs"),
            path.join(folder, "dist", "index.js"),
            ...run.args,
            ...always,
        ],
        {
            cwd: run.cwd,
            env: environment(programs, run.home, run.temporary),
            stdio: ["ignore", "pipe", "pipe"],
            // A group of its own, so that a job's processes can all be ended together.
            detached: true,
        },
    );
    const exited = new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => resolve(code));
    });
    const pid = child.pid;
    const record = pid === undefined ? undefined : { pid, started: startTime(pid) ?? "ended" };
    let ending: Promise<void> | undefined;
    const abort = (): void => {
        if (record !== undefined) {
            ending ??= endProcess(record, 3000);
        }
    };
    if (record !== undefined) {
        run.onStart?.(record);
    }
    run.signal?.addEventListener("abort", abort, { once: true });
    if (run.signal?.aborted) {
        abort();
    }
    const texts = { stdout: "", stderr: "" };
    const read = (stream: "stdout" | "stderr"): Promise<void> =>
        new Promise((resolve) => {
            const lines = createInterface({ input: child[stream], crlfDelay: Infinity });
            lines.on("line", (line) => {
                if (run.onLine) {
                    run.onLine(line, stream);
                } else {
                    texts[stream] += `${line}\n`;
                }
            });
            lines.on("close", resolve);
        });
    const streams = [read("stdout"), read("stderr")];
    try {
        const code = await exited;
        await Promise.all(streams);
        // What a job left running in the background ends with it.
        if (record !== undefined) {
            await (ending ?? endProcess(record, 1000));
        }
        return { code, ...texts };
    } finally {
        run.signal?.removeEventListener("abort", abort);
    }
}

/** What the interpreter says of an include that it could not get. */
const notFetched = /include could not be fetched/;

/**
 * Runs the interpreter for what it lists. It fetches all files that are included at once, also those of one project, which now
 * and then gets one of them in the way of another. What is really not there is not there the third time either.
 */
export async function listLocal(programs: Programs, run: LocalRun): Promise<LocalResult> {
    let listing = await runLocal(programs, run);
    for (let tries = 1; tries < 3 && listing.code !== 0 && notFetched.test(listing.stderr); tries++) {
        listing = await runLocal(programs, run);
    }
    return listing;
}
