/** What the commands say to a person: one way to run a program, one way to fail, one way to print a table. */
import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { ExpectedError } from "../../toolchain/expected";
import { onPath } from "../../toolchain/find";
import { endCodes, heedEnd, Interrupted, isAsked, onEnd } from "./ending";

/** A command cannot do what it is asked for. */
export class CommandError extends ExpectedError {
    constructor(
        message: string,
        /** Exit code of the command, 1 to 255. */
        readonly exitCode = 1,
    ) {
        super(message);
    }
}

/** Runs a command's main function; a failure is printed as {@link failureText} has it. Who asks for its end is heeded. */
export function runMain(main: () => void | Promise<void>): void {
    heedEnd();
    Promise.resolve()
        .then(main)
        .catch((error: unknown) => {
            // What fails because of its end is no fault of its own.
            const failure =
                isAsked() && !(error instanceof Interrupted) ? new Interrupted(failureText(error)) : error;
            process.stderr.write(`\n${failureText(failure)}\n`);
            process.exitCode =
                failure instanceof CommandError || failure instanceof Interrupted ? failure.exitCode : 1;
        });
}

/**
 * What is printed of a failure: an expected one as it is; what the system says (a file that cannot be written, a server
 * that does not answer) with its cause; only a mistake of the program itself with its stack.
 */
export function failureText(error: unknown): string {
    if (!(error instanceof Error)) {
        return String(error);
    }
    if (error instanceof ExpectedError) {
        return error.message;
    }
    const causes = [
        error,
        error.cause,
        ...(error instanceof AggregateError ? (error.errors as unknown[]) : []),
    ].filter((each): each is NodeJS.ErrnoException => each instanceof Error);
    const system = causes.find(
        ({ code, name }) => /^E[A-Z0-9]+$/.test(code ?? "") || name === "TimeoutError",
    );
    if (system === undefined) {
        return `A mistake of the program, please report it:\n${error.stack ?? error.message}`;
    }
    return system === error ? error.message : `${error.message}: ${system.message || (system.code ?? "")}`;
}

/**
 * The value that follows an option on the command line.
 *
 * @throws CommandError where there is none, or the next option stands in its place.
 */
export function optionValue(option: string, value: string | undefined): string {
    if (value === undefined || value === "" || value.startsWith("--")) {
        throw new CommandError(`${option} needs a value.`);
    }
    return value;
}

/** For a command that takes no arguments but these. @throws CommandError where it is given others. */
export function noArguments(argv: readonly string[], but: readonly string[] = []): void {
    const others = argv.filter((each) => !but.includes(each));
    if (others.length > 0) {
        const known = but.length === 0 ? "" : ` but ${but.join(", ")}`;
        throw new CommandError(`This command takes no arguments${known}: leave out ${others.join(" ")}.`);
    }
}

/** How a program is run. */
export interface RunOptions {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    /** Given on standard input; the way to hand over a secret. */
    readonly input?: string;
    /** `inherit` shows the output as it comes, `capture` returns it. Default `capture`. */
    readonly output?: "inherit" | "capture";
    /** Whether it goes on when the terminal is gone, until it is asked to end: it may be writing. Not on Windows. */
    readonly outlivesTerminal?: boolean;
}

/** What came of a program. */
export interface RunResult {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
    /** Whether somebody asked for its end while it ran: Ctrl-C, or a signal to end. */
    readonly interrupted?: true;
}

/** Where programs that people bring are from; what the toolchain builds is called by its path. */
const programAdvice: Readonly<Record<string, string>> = {
    pulumi:
        "How to get it: docs/your-own-estate.md. A preview that asks no server does without: " +
        "npm run preview -- --stack <stack> --sandbox",
};

/** Runs a program to its end. Never rejects for a non-zero exit code, only when the program cannot be started. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const shown = options.output === "inherit";
    const env = options.env ?? process.env;
    return new Promise((resolve, reject) => {
        const child = spawn(...commandOf(program, args, options.outlivesTerminal === true, env), {
            cwd: options.cwd,
            env,
            stdio: [
                options.input === undefined ? (shown ? "inherit" : "ignore") : "pipe",
                shown ? "inherit" : "pipe",
                shown ? "inherit" : "pipe",
            ],
        });
        let stdout = "";
        let stderr = "";
        child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
        child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
        let interrupted = false;
        const asking = new Asking(child, args, () => stdout + stderr);
        const forget = onEnd((again) => {
            interrupted = true;
            asking.begin(again ? "terminating" : "cancelling");
        });
        const done = (): void => {
            forget();
            asking.end();
        };
        child.on("error", (error) => {
            done();
            const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
            const cause = missing ? "it is not installed, or not on the PATH" : error.message;
            const advice = missing ? programAdvice[program] : undefined;
            reject(
                new CommandError(
                    `${program} cannot be started: ${cause}.${advice === undefined ? "" : ` ${advice}`}`,
                ),
            );
        });
        child.on("close", (code, signal) => {
            done();
            resolve({
                code: code ?? endCodes[signal as keyof typeof endCodes] ?? 137,
                stdout,
                stderr,
                ...(interrupted ? { interrupted } : {}),
            });
        });
        if (options.input !== undefined) {
            child.stdin?.end(options.input);
        }
    });
}

/** The program, or a shell that has it go on without a terminal: the system's signal for that kills it otherwise. */
function commandOf(
    program: string,
    args: readonly string[],
    outlivesTerminal: boolean,
    env: NodeJS.ProcessEnv,
): [string, string[]] {
    const there = program.includes("/") ? fs.existsSync(program) : onPath(program, env) !== undefined;
    return outlivesTerminal && there && process.platform !== "win32"
        ? ["/bin/sh", ["-c", `trap '' HUP; exec "$0" "$@"`, program, ...args]]
        : [program, [...args]];
}

/**
 * Asks a program to end, where nobody else did. A terminal and most CI runners ask all of a job's processes, others npm alone,
 * and to the engine a second request means to end at once, with calls unanswered. Only its words tell: it says at each request
 * what it does, in its output and in its log of events.
 */
class Asking {
    private timer: NodeJS.Timeout | undefined;
    private readonly log: string | undefined;

    constructor(
        private readonly child: ChildProcess,
        args: readonly string[],
        private readonly said: () => string,
    ) {
        const at = args.indexOf("--event-log");
        this.log = at < 0 ? args.find((each) => each.startsWith("--event-log="))?.slice(12) : args[at + 1];
    }

    /** @param does what the engine says it does at this request. */
    begin(does: "cancelling" | "terminating"): void {
        this.end();
        const until = Date.now() + patience;
        this.timer = setInterval(() => {
            if (`${this.said()}${this.logged()}`.includes(`received; ${does}`)) {
                this.end();
            } else if (Date.now() >= until) {
                this.end();
                // What a CLI of any version, and Go with its compilers, take for "end in your own way".
                this.child.kill("SIGINT");
            }
        }, 100);
    }

    end(): void {
        clearInterval(this.timer);
    }

    /** The end of its log of events. */
    private logged(): string {
        if (this.log === undefined || !fs.existsSync(this.log)) {
            return "";
        }
        const file = fs.openSync(this.log, "r");
        try {
            const size = Math.min(fs.fstatSync(file).size, 1024 * 1024);
            const text = Buffer.alloc(size);
            fs.readSync(file, text, 0, size, fs.fstatSync(file).size - size);
            return text.toString("utf8");
        } finally {
            fs.closeSync(file);
        }
    }
}

/** How long a program has to say that it was asked already, in milliseconds. */
const patience = 2000;

/** A table with aligned columns, as text. Cells are cut to nothing: the last column may be as wide as it likes. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], indent = ""): string {
    const widths = head.map((cell, column) =>
        Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
    );
    const line = (cells: readonly string[]): string =>
        indent +
        cells
            .map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
            .join("  ")
            .trimEnd();
    return [line(head), ...rows.map(line)].join("\n");
}

/** `75` → `1 min 15 s`. */
export function duration(seconds: number): string {
    const whole = Math.round(seconds);
    return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
