/**
 * The Pulumi engine as the commands use it, in one of two ways:
 *
 * - `own`: the user's CLI, login, backend and plugins, exactly as if `pulumi` had been typed.
 * - `sandbox`: see sandboxEngine.ts.
 */
import { checkoutDir } from "../../toolchain/checkout";
import { CommandError, run, type RunOptions, type RunResult } from "./console";
import { interrupted } from "./ending";
import { pulumiFix } from "./pulumiErrors";

/** A value of the stack's credentials: the path below the key, and the value itself. */
export interface Credential {
    readonly path: readonly string[];
    readonly value: string;
}

/** One stack on one engine. */
export interface PulumiEngine {
    readonly kind: "sandbox" | "own";
    readonly root: string;
    readonly stack: string;
    /** Environment of every engine run. */
    readonly env: NodeJS.ProcessEnv;
    /** Stack file, when it is not the committed one. */
    readonly configFile?: string;
    /** The CLI. */
    readonly pulumi: string;
    /** Whether the language host runs policy packs; the one built by the toolchain does not. */
    readonly hostRunsPolicies: boolean;
}

/** The user's own engine for `stack`. */
export function ownEngine(stack: string): PulumiEngine {
    return {
        kind: "own",
        root: checkoutDir(),
        stack,
        env: process.env,
        pulumi: "pulumi",
        hostRunsPolicies: true,
    };
}

/** Runs the CLI. @throws CommandError with what it says when it fails. */
export async function succeed(
    engine: PulumiEngine,
    args: readonly string[],
    options: RunOptions,
): Promise<RunResult> {
    const result = await run(engine.pulumi, args, options);
    if (result.code !== 0 && result.interrupted === true) {
        throw interrupted(`pulumi ${args.slice(0, 2).join(" ")} was interrupted.`);
    }
    if (result.code !== 0) {
        const said = result.stderr.trim();
        throw new CommandError(
            [`pulumi ${args.slice(0, 2).join(" ")} failed:`, said, ...pulumiFix(said, engine.stack)].join(
                "\n",
            ),
        );
    }
    return result;
}

/** Folder of the file backend. */
export function stateFolder(engine: PulumiEngine): string {
    return (engine.env["PULUMI_BACKEND_URL"] ?? "").replace(/^file:\/\//, "").replace(/\?.*$/, "");
}

/** Arguments that name stack and stack file. */
export function stackArguments(engine: PulumiEngine): string[] {
    return [
        "--stack",
        engine.stack,
        ...(engine.configFile === undefined ? [] : ["--config-file", engine.configFile]),
    ];
}

/** Runs the CLI on the stack, in the project folder. */
export function runPulumi(
    engine: PulumiEngine,
    args: readonly string[],
    options: RunOptions = {},
): Promise<RunResult> {
    return run(engine.pulumi, args, {
        cwd: engine.root,
        env: engine.env,
        outlivesTerminal: true,
        ...options,
    });
}

/** What a command of the CLI that takes no stack file prints about the stack. @throws CommandError with what Pulumi says */
export async function onStack(engine: PulumiEngine, args: readonly string[]): Promise<string> {
    const { stdout } = await succeed(engine, [...args, "--stack", engine.stack], {
        cwd: engine.root,
        env: engine.env,
    });
    return stdout;
}

/** An output of the stack, or undefined; secrets are not shown. */
export async function stackOutputs(engine: PulumiEngine): Promise<Record<string, unknown>> {
    return JSON.parse(await onStack(engine, ["stack", "output", "--json"])) as Record<string, unknown>;
}
