/** Time and memory of an engine run: everything it starts counts. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { stackArguments, type PulumiEngine } from "../support/pulumiEngine";
import { CommandError } from "../support/console";

/** One run of the engine. */
export interface Measurement {
    readonly seconds: number;
    /** Processor time of all of them, in seconds, as of the last look; 0 where it is not known. */
    readonly processor: number;
    /** Highest memory of the CLI, the program and its plugins together, in bytes; 0 where it is not known. */
    readonly bytes: number;
}

/** The arguments of an update that only its time is wanted of. */
export const update = ["up", "--yes", "--skip-preview", "--suppress-outputs"];

/** Milliseconds between two looks. */
const interval = 500;

/** Ticks of the processor time in /proc per second; the same on every Linux. */
const ticksPerSecond = 100;

/**
 * Runs the CLI on the engine's stack and watches it.
 *
 * @throws CommandError with the end of what it printed, when it does not end well.
 */
export function measured(engine: PulumiEngine, args: readonly string[]): Promise<Measurement> {
    return measuredProgram(
        [engine.pulumi, ...args, ...stackArguments(engine)],
        { cwd: engine.root, env: engine.env },
        `pulumi ${args.join(" ")} on stack ${engine.stack}`,
    );
}

/**
 * The first update of a stack, which makes everything. The engine writes the state once, when it ends, instead of after each
 * resource: it is only there to be measured after, and with thousands of resources that would be the longest part.
 */
export function measuredFirstUp(engine: PulumiEngine): Promise<Measurement> {
    const atTheEnd = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
    return measured({ ...engine, env: { ...engine.env, ...atTheEnd } }, update);
}

/**
 * Runs a program and watches it, with all it starts.
 *
 * @param said what it is called when it fails.
 * @throws CommandError with the end of what it printed, when it does not end well.
 */
export async function measuredProgram(
    [program = "", ...args]: readonly string[],
    at: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
    said: string,
): Promise<Measurement> {
    const started = process.hrtime.bigint();
    const child = spawn(program, args, { ...at, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-20_000)));
    }
    let [bytes, processor] = [0, 0];
    const look = setInterval(() => {
        const tree = treeOf(child.pid ?? 0);
        bytes = Math.max(bytes, memoryOf(tree));
        processor = Math.max(processor, processorTimeOf(tree));
    }, interval);
    const code = await new Promise<number | null>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", resolve);
    }).finally(() => clearInterval(look));
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    if (code !== 0) {
        throw new CommandError(`${said} failed:\n${output.trim()}`);
    }
    return { seconds, processor, bytes };
}

/** A process and everything it started, as far as it still runs. Only itself where there is no /proc. */
export function treeOf(root: number, proc = "/proc"): number[] {
    const children = new Map<number, number[]>();
    for (const name of fs.existsSync(proc) ? fs.readdirSync(proc) : []) {
        const parent = /^\d+$/.test(name) ? parentOf(path.join(proc, name, "stat")) : undefined;
        if (parent !== undefined) {
            children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
        }
    }
    const tree = [root];
    for (let index = 0; index < tree.length; index++) {
        tree.push(...(children.get(tree[index] ?? 0) ?? []));
    }
    return tree;
}

/** Processor time of processes and of what they started that has ended, in seconds. 0 where it is not known. */
export function processorTimeOf(pids: readonly number[], proc = "/proc"): number {
    const ticks = pids.flatMap((pid) => fieldsOf(path.join(proc, String(pid), "stat"))?.slice(11, 15) ?? []);
    return ticks.reduce((sum, field) => sum + Number(field), 0) / ticksPerSecond;
}

function parentOf(file: string): number | undefined {
    const fields = fieldsOf(file);
    return fields === undefined ? undefined : Number(fields[1]);
}

/** Fields of a stat file from the third on: the second, the name, may hold spaces and brackets. */
function fieldsOf(file: string): string[] | undefined {
    const text = read(file);
    return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

/**
 * Memory of processes together, in bytes. What several of them share, such as the code of a plugin that runs four times,
 * is counted once (the kernel's proportional share). 0 where it is not known.
 */
export function memoryOf(pids: readonly number[], proc = "/proc"): number {
    return pids.reduce((sum, pid) => {
        const text = read(path.join(proc, String(pid), "smaps_rollup")) ?? "";
        return sum + Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
    }, 0);
}

/** Text of a file of /proc; undefined when the process ended meanwhile. */
function read(file: string): string | undefined {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}
