import type { ToolName } from "./tools";

/** What happens while tools are made ready. All times are seconds. */
export type ProgressEvent =
    /** Comes first, and only when something has to be built or downloaded. */
    | { readonly kind: "plan"; readonly tools: readonly ToolName[]; readonly expected: number }
    | ({ readonly kind: "start" } & Step)
    /** Comes every second of a build. */
    | ({ readonly kind: "tick" } & Step & { readonly elapsed: number; readonly doing: string })
    | ({ readonly kind: "done" } & Step & { readonly elapsed: number; readonly bytes: number })
    /** Another process builds the same tool: its work is waited for. */
    | { readonly kind: "wait"; readonly tool: ToolName; readonly pid: number };

/** Where in the list of builds this is. */
export interface Step {
    readonly tool: ToolName;
    readonly version: string;
    /** First is 1. */
    readonly index: number;
    readonly count: number;
    /** What this one takes, by the table. */
    readonly expected: number;
    /** What all take from here on, by the table. */
    readonly remaining: number;
}

/** `75` as `1m15s`. */
export function duration(seconds: number): string {
    const whole = Math.max(0, Math.round(seconds));
    const rest = whole % 60;
    return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${String(rest).padStart(2, "0")}s`;
}

/** A number of bytes as `103 MB`. */
export function megabytes(bytes: number): string {
    return `${Math.max(1, Math.round(bytes / 1024 / 1024))} MB`;
}

/** One event as a line of text, without a line end. */
export function describe(event: ProgressEvent): string {
    switch (event.kind) {
        case "plan":
            return (
                `${event.tools.length === 1 ? "1 tool is" : `${event.tools.length} tools are`} built first, once: ` +
                `${event.tools.join(", ")} (about ${duration(event.expected)} on 2 cores)`
            );
        case "wait":
            return `${event.tool}: process ${event.pid} is building it, waiting for that`;
        case "start":
            return `${place(event)}: about ${duration(event.expected)}, ${left(event.remaining)}`;
        case "tick": {
            const time = `${duration(event.elapsed)} of about ${duration(event.expected)}`;
            const late = event.elapsed > event.expected * 1.2 ? ", longer than usual" : "";
            return `${place(event)}: ${event.doing}, ${time}${late}, ${left(event.remaining)}`;
        }
        case "done":
            return `${place(event)}: done in ${duration(event.elapsed)}, ${megabytes(event.bytes)}`;
    }
}

function place(step: Step): string {
    return `[${step.index}/${step.count}] ${step.tool} ${step.version}`;
}

function left(seconds: number): string {
    return seconds < 1 ? "then all is ready" : `about ${duration(seconds)} to go`;
}

/** Where progress is printed: process.stderr, or a test's own. */
export interface Screen {
    readonly isTTY?: boolean;
    readonly columns?: number;
    write(text: string): unknown;
}

/**
 * A printer of events: on a terminal a build's line is rewritten in place, elsewhere one is added every `every` seconds
 * of a build (default 10).
 */
export function progressPrinter(screen: Screen, every = 10): (event: ProgressEvent) => void {
    let unfinished = false;
    let printed = 0;
    return (event) => {
        const line = describe(event);
        if (screen.isTTY === true) {
            const width = screen.columns ?? 80;
            const open = event.kind === "tick" || event.kind === "start";
            // A line that wraps could not be cleared again.
            const text = open && line.length >= width ? line.slice(0, width - 1) : line;
            screen.write(`${unfinished ? "\r\u001b[2K" : ""}${text}${open ? "" : "\n"}`);
            unfinished = open;
            return;
        }
        if (event.kind === "start") {
            printed = 0;
        } else if (event.kind === "tick") {
            if (event.elapsed - printed < every) {
                return;
            }
            printed = event.elapsed;
        }
        screen.write(`${line}\n`);
    };
}
