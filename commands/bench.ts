/**
 * `npm run bench [-- --apps <count>] [-- --rounds <count>] [-- --plain]`: what the estate costs beside a bare program with as many
 * resources that do nothing, on the same engine, in the same run; and what the sandbox costs.
 * `npm run bench -- delivery`: how long changes take to arrive, see bench/delivery.ts; `-- engines`: both engines side by
 * side, see bench/engines.ts; `-- flows`: the same for each flow, with previews, see bench/flows.ts; `-- review`: what reviews and drift cost beside the engine alone, see bench/review.ts. docs/performance.md says how to read them. They use a throwaway sandbox in the temporary folder and take it away again.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Estate } from "../estate/model";
import {
    type PartGroup,
    isEngineId,
    isExtraId,
    partGroups,
    sandboxDir,
    sandboxDown,
    sandboxLayout,
    sandboxStatus,
    sandboxUp,
} from "../sandbox";
import { checkoutDir } from "../toolchain/checkout";
import { ensureTools, progressPrinter } from "../toolchain";
import { benchDelivery, parseDeliveryOptions } from "./bench/delivery";
import { benchEngines, parseEnginesOptions } from "./bench/engines";
import { benchFlows, parseFlowsOptions } from "./bench/flows";
import { largeStack } from "./bench/large";
import { measured, measuredFirstUp, memoryOf, treeOf, update, type Measurement } from "./bench/measure";
import { countsOf } from "./bench/options";
import { benchReview, parseReviewOptions } from "./bench/review";
import {
    comparedRuns,
    comparisonTable,
    figureTable,
    median,
    type Comparison,
    type Figure,
} from "./bench/report";
import { inThrowawaySandbox, machine, useStacks } from "./bench/throwaway";
import { CommandError, runMain } from "./support/console";
import { type PulumiEngine } from "./support/pulumiEngine";
import { engineHome, installPlugin, programEngine } from "./support/sandboxEngine";
import { bootSandbox, sandboxStack } from "./support/estateSandbox";
import { lastUpdate } from "./support/history";
import { committedStackFile, estateOf } from "./support/stack";
import { estateTools } from "./support/toolsets";

const megabyte = 1024 * 1024;

/** The engines' own processes would work on what the estate just made while Pulumi is measured. */
const measuredParts = partGroups.filter(
    (part): part is PartGroup => !isEngineId(part) && !isExtraId(part) && part !== "docker",
);

interface Options {
    readonly apps: number;
    readonly rounds: number;
    /** Measure the estate also with Pulumi as it comes, see cheaperPulumi.cjs. */
    readonly plain: boolean;
}

/** @throws CommandError on an option that is not one, or a count that is none. */
export function parseOptions(argv: readonly string[]): Options {
    const counts = countsOf(
        argv.filter((word) => word !== "--plain"),
        { apps: 50, rounds: 5 },
    );
    return { ...counts, plain: argv.includes("--plain") };
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Boots a new sandbox; seconds until its clusters are ready, and until all of it is. */
async function boot(estate: Estate): Promise<{ clusters: number; all: number }> {
    const started = Date.now();
    const passed = (): number => (Date.now() - started) / 1000;
    await sandboxUp({ clusters: Object.keys(estate.clusters), parts: ["clusters"] });
    const ready = passed();
    await bootSandbox(estate, () => undefined, measuredParts);
    return { clusters: ready, all: passed() };
}

/** A bare program's stack with `count` resources, made. */
async function bareStack(folder: string, count: number): Promise<PulumiEngine> {
    const project = path.join(folder, `bare-${count}`);
    fs.cpSync(path.join(checkoutDir(), "commands", "bench", "bare"), project, { recursive: true });
    fs.symlinkSync(path.join(checkoutDir(), "node_modules"), path.join(project, "node_modules"));
    const layout = sandboxLayout(sandboxDir());
    const home = await engineHome(layout);
    await installPlugin(layout, "noop", "1.0.0");
    const env = { ...home.env, ESTATE_BENCH_RESOURCES: String(count) };
    return programEngine({ ...home, env }, project, `bare-${count}`);
}

/** Both stacks made, then previewed and updated without a change, in turn; the middle of the rounds counts. */
async function compare(
    name: string,
    estate: PulumiEngine,
    folder: string,
    { rounds, plain }: Options,
): Promise<{ rows: Comparison[]; figures: Figure[] }> {
    say(`${name}: first up`);
    const first = await measuredFirstUp(estate);
    const { changed, same } = await lastUpdate(estate);
    const count = changed + same;
    say(`${name}: ${count} resources in ${first.seconds.toFixed(1)} s; the same number of bare ones`);
    const bare = await bareStack(folder, count);
    const bareFirst = await measuredFirstUp(bare);
    const series = (): Record<"estate" | "plain" | "bare", Measurement[]> => ({
        estate: [],
        plain: [],
        bare: [],
    });
    const runs = { preview: series(), up: series() };
    const plainEstate = { ...estate, env: { ...estate.env, ESTATE_PLAIN_PULUMI: "true" } };
    for (let round = 1; round <= rounds; round++) {
        say(`${name}: round ${round} of ${rounds}`);
        for (const [operation, args] of [
            ["preview", ["preview", "--suppress-outputs"]],
            ["up", update],
        ] as const) {
            runs[operation].estate.push(await measured(estate, args));
            if (plain) {
                runs[operation].plain.push(await measured(plainEstate, args));
            }
            runs[operation].bare.push(await measured(bare, args));
        }
    }
    const after = await lastUpdate(estate);
    if (after.changed > 0) {
        throw new CommandError(`An up that should change nothing changed ${after.changed} resources.`);
    }
    const row = (operation: "preview" | "up", label: string, by: "estate" | "plain"): Comparison[] =>
        comparedRuns(`${name}: `, label, runs[operation][by], runs[operation].bare);
    const plainRows = [
        ...row("preview", "preview, plain Pulumi", "plain"),
        ...row("up", "up without a change, plain Pulumi", "plain"),
    ];
    return {
        rows: [
            ...row("preview", "preview", "estate"),
            ...row("up", "up without a change", "estate"),
            ...(plain ? plainRows : []),
        ],
        figures: [
            { what: `${name}: resources`, unit: "", value: count },
            { what: `${name}: first up`, unit: "s", value: first.seconds },
            { what: `${name}: first up of the bare program`, unit: "s", value: bareFirst.seconds },
        ],
    };
}

/** Memory of every process of the sandbox, in MB. */
async function sandboxMemory(): Promise<number> {
    const { parts, supervisor } = await sandboxStatus();
    const roots = [supervisor?.pid, ...parts.map((part) => part.pid)].filter((pid) => pid !== undefined);
    const pids = new Set(roots.flatMap((pid) => treeOf(pid)));
    return memoryOf([...pids]) / megabyte;
}

async function bench(options: Options, folder: string): Promise<void> {
    const dev = committedStackFile("dev");
    const clusters = Object.keys(estateOf("dev", dev).clusters);
    useStacks(folder, { dev, large: largeStack(dev, options.apps) });
    await ensureTools(estateTools(process.env), progressPrinter(process.stderr));
    const boots: { clusters: number; all: number }[] = [];
    const figures: Figure[] = [];
    process.stdout.write(`${machine()}\n`);
    for (const [name, stack] of [
        ["dev", "dev"],
        [`${options.apps} apps`, "large"],
    ] as const) {
        say(`booting a sandbox for ${name}`);
        boots.push(await boot(estateOf(stack, committedStackFile(stack))));
        const { engine } = await sandboxStack(stack, () => undefined, true);
        const result = await compare(name, engine, folder, options);
        // At once: who interrupts the long part keeps the short one's figures.
        process.stdout.write(`\n${comparisonTable(result.rows)}\n\n`);
        figures.push(...result.figures);
        if (stack === "dev") {
            await bootSandbox(estateOf(stack, dev), () => undefined);
            figures.push({
                what: "sandbox of dev: memory, Argo CD included",
                unit: "MB",
                value: await sandboxMemory(),
                aim: 3072,
            });
        }
        await sandboxDown(sandboxDir(), { purge: true });
    }
    figures.push(
        {
            what: `sandbox: ${clusters.length} clusters ready`,
            unit: "s",
            value: median(boots.map((one) => one.clusters)),
            aim: 30,
        },
        {
            what: "sandbox: everything ready",
            unit: "s",
            value: median(boots.map((one) => one.all)),
        },
    );
    process.stdout.write(`\n${figureTable(figures)}\n`);
}

async function main(): Promise<void> {
    const [word, ...rest] = process.argv.slice(2);
    if (word === "delivery") {
        const options = parseDeliveryOptions(rest);
        await inThrowawaySandbox(() => benchDelivery(options));
        return;
    }
    if (word === "engines") {
        const options = parseEnginesOptions(rest);
        await inThrowawaySandbox((folder) => benchEngines(options, folder));
        return;
    }
    if (word === "flows") {
        await benchFlows(parseFlowsOptions(rest));
        return;
    }
    if (word === "review") {
        const options = parseReviewOptions(rest);
        await inThrowawaySandbox((folder) => benchReview(options, folder));
        return;
    }
    const options = parseOptions(process.argv.slice(2));
    await inThrowawaySandbox((folder) => bench(options, folder));
    process.stdout.write("\nHow long a change takes to arrive: npm run bench -- delivery [--runs 10]\n");
}

if (path.basename(process.argv[1] ?? "") === path.basename(__filename)) {
    runMain(main);
}
