/**
 * `npm test [-- <part of a file name> ...]`: the Go tests of the plugins, then every test of Node's own runner.
 *
 * The toolchain is built first, because the tests under `sandbox/test` and `test/e2e` drive real servers. With names
 * given, only the test files whose path contains one of them run, and Go tests only for the name of their module. Where
 * `ESTATE_TEST_MINUTES` is set, end-to-end files that would end later than that are left out, and named.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { sandboxDown } from "../sandbox";
import { checkoutDir } from "../toolchain/checkout";
import { ensureTools, progressPrinter } from "../toolchain";
import { goEnvironment } from "../toolchain/go";
import { Budget, endOf } from "./support/budget";
import { CommandError, duration, run, runMain, type RunOptions, type RunResult } from "./support/console";
import { failuresIn } from "./support/failures";
import { estateTools } from "./support/toolsets";

/** Every `*.test.ts` below `folder`, sorted; cheap tests first, those of the running sandbox last. */
export function testFiles(folder: string): string[] {
    const files = fs
        .readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".test.ts"))
        .sort();
    const isE2e = (file: string): boolean => file.startsWith(`e2e${path.sep}`);
    return [...files.filter((file) => !isE2e(file)), ...files.filter(isE2e)].map((file) =>
        path.join(folder, file),
    );
}

async function main(): Promise<void> {
    const root = checkoutDir();
    const wanted = process.argv.slice(2);
    const files = [
        ...testFiles(path.join(root, "sandbox", "test")),
        ...testFiles(path.join(root, "test")),
    ].filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
    const goModules = [path.join("sandbox", "providers"), path.join("sandbox", "docker"), "relay"].filter(
        (module) => wanted.length === 0 || wanted.includes(path.basename(module)),
    );
    if (files.length === 0 && goModules.length === 0) {
        throw new CommandError(`No test file has ${wanted.join(" or ")} in its path.`);
    }
    const started = Date.now();
    const budget = new Budget(endOf(started, process.env["ESTATE_TEST_MINUTES"]));
    await ensureTools(estateTools(process.env), progressPrinter(process.stderr));
    const failed: string[] = [];
    const why: string[] = [];
    for (const module of goModules) {
        process.stdout.write(`Go tests of ${module}\n`);
        const go = await run("go", ["test", "./..."], {
            cwd: path.join(root, module),
            env: goEnvironment(process.env),
            output: "inherit",
        });
        if (go.code !== 0) {
            failed.push(`go test ${module}`);
        }
    }
    const isE2e = (file: string): boolean => file.startsWith(path.join(root, "test", "e2e"));
    const groups: readonly (readonly [string, (tests: readonly string[]) => Promise<Outcome>, string[]])[] = [
        ["unit and component tests", fastTests, files.filter((file) => !isE2e(file))],
        ["end-to-end tests", (tests) => endToEndTests(tests, budget), files.filter(isE2e)],
    ];
    for (const [name, runGroup, group] of groups) {
        const outcome = group.length > 0 ? await runGroup(group) : { passed: true, failures: [] };
        if (!outcome.passed) {
            failed.push(name);
            why.push(...outcome.failures);
        }
    }
    // Once more at the end: what an hour printed is more than many keep of it.
    if (why.length > 0) {
        process.stdout.write(`\n== what failed, and why\n${why.join("\n\n")}\n`);
    }
    process.stdout.write(`\n${duration((Date.now() - started) / 1000)} in all\n`);
    if (failed.length > 0) {
        throw new CommandError(`Failed: ${failed.join(", ")}.`);
    }
}

/** What came of a group of tests. */
interface Outcome {
    readonly passed: boolean;
    /** What Node's runner says of each that failed. */
    readonly failures: readonly string[];
}

function fastTests(files: readonly string[]): Promise<Outcome> {
    return withSharedSandbox(async (env) => {
        const { code, failures } = await nodeTests(files, 2, env, "inherit");
        return { passed: code === 0, failures: [failures] };
    });
}

/** Seconds of an end-to-end file that test/e2e/seconds.json does not have. */
const UNKNOWN = 240;

/**
 * The seconds that each end-to-end file takes beside another on two cores. Those with a sandbox of their own begin in this
 * order: without which nobody would trust a change first, then the longest; a file that is not in the list comes last.
 */
function expectedSeconds(root: string): Readonly<Record<string, number>> {
    const text = fs.readFileSync(path.join(root, "test", "e2e", "seconds.json"), "utf8");
    return JSON.parse(text) as Record<string, number>;
}

/**
 * Two files at a time, so that ports and memory suffice: those that share a sandbox one after the other, and beside them
 * those with one of their own, until both workers are out of files. What a file printed comes when it has ended, and the sum
 * of all closing lines at the end. Files for which there is no time are named, and are no failure.
 */
async function endToEndTests(files: readonly string[], budget: Budget): Promise<Outcome> {
    const seconds = expectedSeconds(checkoutDir());
    const order = Object.keys(seconds);
    const place = (file: string): number => {
        const at = order.indexOf(path.basename(file, ".test.ts"));
        return at < 0 ? order.length : at;
    };
    const shares = (file: string): boolean => fs.readFileSync(file, "utf8").includes("World.shared(");
    // What one leaves behind the next finds, so their order stays.
    const shared = files.filter(shares);
    const others = files.filter((file) => !shares(file)).sort((one, other) => place(one) - place(other));
    const sums = new Map<string, number>();
    const failed: string[] = [];
    const why: string[] = [];
    const leftOut: string[] = [];
    await withSharedSandbox(async (env) => {
        const worker = async (...queues: string[][]): Promise<void> => {
            for (const queue of queues) {
                for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
                    const name = path.relative(checkoutDir(), file);
                    const expected = seconds[path.basename(file, ".test.ts")] ?? UNKNOWN;
                    const began = Date.now();
                    if (!budget.has(expected, began)) {
                        leftOut.push(name);
                        continue;
                    }
                    process.stdout.write(`${name} has begun\n`);
                    const { code, stdout, stderr, failures } = await nodeTests([file], 1, env, "capture");
                    process.stdout.write(`\n== ${name}\n${stdout}${stderr}`);
                    budget.ended({ expected, taken: (Date.now() - began) / 1000 });
                    for (const [, what = "", count] of stdout.matchAll(/^ℹ (\w+) ([\d.]+)$/gm)) {
                        sums.set(what, (sums.get(what) ?? 0) + Number(count));
                    }
                    if (code !== 0) {
                        failed.push(name);
                        why.push(`${name}\n${failures}`);
                    }
                }
            }
        };
        await Promise.all([worker(shared, others), worker(others)]);
    });
    process.stdout.write("\n== end-to-end tests, all together\n");
    sums.forEach((count, what) => process.stdout.write(`ℹ ${what} ${count}\n`));
    failed.forEach((name) => process.stdout.write(`✖ ${name}\n`));
    if (leftOut.length > 0) {
        process.stdout.write(
            `Not run, as ESTATE_TEST_MINUTES leaves no time on this machine: ${leftOut.join(", ")}. Run them by their names.\n`,
        );
    }
    return { passed: failed.length === 0, failures: why };
}

async function nodeTests(
    files: readonly string[],
    concurrency: number,
    env: NodeJS.ProcessEnv,
    output: NonNullable<RunOptions["output"]>,
): Promise<RunResult & { readonly failures: string }> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "estate-report-"));
    const report = path.join(folder, "report.txt");
    const options = ["stdout", report].flatMap((place) => [
        "--test-reporter=spec",
        `--test-reporter-destination=${place}`,
    ]);
    try {
        const result = await run(
            process.execPath,
            ["--require", "tsx/cjs", "--test", ...options, `--test-concurrency=${concurrency}`, ...files],
            { cwd: checkoutDir(), env, output },
        );
        const text = fs.existsSync(report) ? fs.readFileSync(report, "utf8") : "";
        return { ...result, failures: failuresIn(text) };
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

/**
 * Runs tests with the environment they are to see. Those that share a sandbox (test/e2e/support/world.ts) make it when the
 * first of them needs it; it is deleted at the end.
 */
async function withSharedSandbox<T>(tests: (env: NodeJS.ProcessEnv) => Promise<T>): Promise<T> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "estate-e2e-"));
    // What the tests see must not depend on the shell they are started from.
    const env: NodeJS.ProcessEnv = { ...process.env, ESTATE_E2E_SHARED: folder };
    for (const name of Object.keys(env)) {
        if (name.startsWith("PULUMI_") || name.startsWith("NODE_TEST") || name === "KUBECONFIG") {
            delete env[name];
        }
    }
    try {
        return await tests(env);
    } finally {
        await sandboxDown(path.join(folder, "sandbox"), { purge: true }, () => undefined);
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

runMain(main);
