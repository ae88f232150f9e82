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
        { name: "prettier", program: bin("prettier"), args: ["--check", "--log-level", "warn", "."] },
        { name: "eslint", program: bin("eslint"), args: [".", "--max-warnings=0"] },
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

async function main(): Promise<void> {
    noArguments(process.argv.slice(2));
    const root = checkoutDir();
    const failed: string[] = [];
    for (const check of checks(root)) {
        const started = Date.now();
        const result: RunResult = await run(check.program, check.args, {
            cwd: check.cwd ?? root,
            env: check.env ?? process.env,
        });
        const good = result.code === 0 && (check.silent !== true || result.stdout.trim() === "");
        const seconds = ((Date.now() - started) / 1000).toFixed(1);
        process.stdout.write(`${good ? "ok    " : "FAILED"} ${check.name} (${seconds} s)\n`);
        if (!good) {
            failed.push(check.name);
            process.stdout.write(`${(result.stdout + result.stderr).trimEnd()}\n`);
        }
    }
    if (failed.length > 0) {
        throw new CommandError(`Not clean: ${failed.join(", ")}. "npm run format" repairs the formatting.`);
    }
}

runMain(main);
