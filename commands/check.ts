/** `npm run check`: formatter, linter without warnings, compiler, for TypeScript and Go. All are run, then it fails. */
import * as path from "node:path";
import { checkoutDir } from "../toolchain/checkout";
import { goEnvironment } from "../toolchain/go";
import { CommandError, noArguments, run, runMain, type RunResult } from "./support/console";

interface Check {
    readonly name: string;
    readonly program: string;
    readonly args: readonly string[];
    readonly cwd?: string;
    /** Fails when it prints anything, as gofmt does; default is the exit code alone. */
    readonly silent?: boolean;
    readonly env?: NodeJS.ProcessEnv;
}

function checks(root: string): Check[] {
    const bin = (name: string): string => path.join(root, "node_modules", ".bin", name);
    const modules = [
        path.join(root, "sandbox", "providers"),
        path.join(root, "sandbox", "docker"),
        path.join(root, "relay"),
    ];
    return [
        // The longest first.
        { name: "eslint", program: bin("eslint"), args: [".", "--max-warnings=0"] },
        { name: "prettier", program: bin("prettier"), args: ["--check", "--log-level", "warn", "."] },
        { name: "tsc", program: bin("tsc"), args: ["--noEmit"] },
        ...modules.flatMap((module): Check[] => [
            {
                name: `gofmt ${path.basename(module)}`,
                program: "gofmt",
                args: ["-l", "."],
                cwd: module,
                silent: true,
            },
            {
                name: `go vet ${path.basename(module)}`,
                program: "go",
                args: ["vet", "./..."],
                cwd: module,
                env: goEnvironment(process.env),
            },
        ]),
    ];
}

/** Runs a check and prints how it went; the name of one that failed. */
async function judge(check: Check, root: string): Promise<string[]> {
    const started = Date.now();
    const result: RunResult = await run(check.program, check.args, {
        cwd: check.cwd ?? root,
        env: check.env ?? process.env,
    });
    const good = result.code === 0 && (check.silent !== true || result.stdout.trim() === "");
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${good ? "ok    " : "FAILED"} ${check.name} (${seconds} s)\n`);
    if (good) {
        return [];
    }
    process.stdout.write(`${(result.stdout + result.stderr).trimEnd()}\n`);
    return [check.name];
}

async function main(): Promise<void> {
    noArguments(process.argv.slice(2));
    const root = checkoutDir();
    const waiting = checks(root);
    const failed: string[] = [];
    // Most use one core: two at a time take little more than half as long.
    const worker = async (): Promise<void> => {
        for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
            failed.push(...(await judge(check, root)));
        }
    };
    await Promise.all([worker(), worker()]);
    if (failed.length > 0) {
        throw new CommandError(`Not clean: ${failed.join(", ")}. "npm run format" repairs the formatting.`);
    }
}

runMain(main);
