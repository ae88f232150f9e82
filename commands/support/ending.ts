/**
 * Somebody asks a command to end: Ctrl-C, a CI runner that stops its job (SIGTERM), a terminal that is gone (SIGHUP). What it is
 * in the middle of is finished or let go of first, and what a run keeps for a moment goes with it, which a process that dies of
 * the signal would leave behind. A process has one of these.
 *
 * One request comes several times: a terminal and a runner send it to all of the job's processes, and npm and `run.mjs` pass it
 * on. What comes within {@link together} is one request.
 */
import { ExpectedError } from "../../toolchain/expected";

/** Signals that ask for an end. */
export type EndSignal = "SIGHUP" | "SIGINT" | "SIGTERM";

/** What a command ends with that was asked to, as shells have it. */
export const endCodes: Readonly<Record<EndSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Milliseconds. */
const together = 2000;

/** The command ended because somebody asked for it. */
export class Interrupted extends ExpectedError {
    /** Exit code of the command. */
    readonly exitCode: number;

    constructor(message: string) {
        super(message);
        this.exitCode = endCodes[request?.signal ?? "SIGINT"];
    }
}

interface EndRequest {
    readonly signal: EndSignal;
    /** In milliseconds since 1970. */
    last: number;
}

let request: EndRequest | undefined;
let installed = false;
let unbrokenParts = 0;
let standing = "Stopped.";
const listeners = new Set<(again: boolean) => void>();

/** From now on such a signal does not simply kill this process. */
export function heedEnd(): void {
    if (installed) {
        return;
    }
    installed = true;
    for (const signal of Object.keys(endCodes) as EndSignal[]) {
        process.on(signal, () => asked(signal));
    }
    // A terminal that is gone takes no more words, and a reader may have enough.
    for (const stream of [process.stdout, process.stderr]) {
        stream.on("error", () => undefined);
    }
}

function asked(signal: EndSignal): void {
    const now = Date.now();
    if (request !== undefined && now - request.last < together) {
        return;
    }
    const again = request !== undefined;
    request ??= { signal, last: now };
    request.last = now;
    if (listeners.size > 0) {
        listeners.forEach((listener) => listener(again));
    } else if (unbrokenParts > 0 && !again) {
        process.stderr.write(
            "\nStopping, after a step that must not be left half done; once more ends it at once.\n",
        );
    } else {
        leave();
    }
}

function leave(): void {
    process.stderr.write(`\n${standing}\n`);
    // Whatever has to go with the process listens to its exit.
    process.exit(endCodes[request?.signal ?? "SIGINT"]);
}

/** What is to be said when the command is stopped from now on: what is done by then, and how to go on. */
export function whenStopped(text: string): void {
    standing = text;
}

/** Whether somebody has asked for the end. */
export function isAsked(): boolean {
    return request !== undefined;
}

/** @throws Interrupted when somebody has asked for the end, with what is to be said then. */
export function stopIfAsked(): void {
    if (request !== undefined) {
        throw new Interrupted(standing);
    }
}

/** What a command was doing that somebody stopped, with what is to be said then. */
export function interrupted(what: string): Interrupted {
    return new Interrupted(`${what}\n${standing}`);
}

/**
 * Hears of requests, and takes care of them: the process goes on meanwhile. `again`: it was asked for before.
 *
 * @returns what ends that.
 */
export function onEnd(listener: (again: boolean) => void): () => void {
    heedEnd();
    listeners.add(listener);
    return () => void listeners.delete(listener);
}

/** A step that must not be left half done: the first request waits for it. What comes after it asks {@link stopIfAsked}. */
export async function unbroken<T>(step: () => Promise<T>): Promise<T> {
    heedEnd();
    unbrokenParts++;
    try {
        return await step();
    } finally {
        unbrokenParts--;
    }
}
