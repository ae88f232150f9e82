/**
 * `npm run bench -- review [--apps <count>] [--rounds <count>]`: what a review costs beside what the engine alone says of the
 * same stack: a preview with policies and the report beside a bare preview, and drift beside a refresh. docs/performance.md
 * says how to read it.
 */
import * as path from "node:path";
import { checkoutDir } from "../../toolchain/checkout";
import { bootSandbox, sandboxStack } from "../support/estateSandbox";
import { committedStackFile, estateOf } from "../support/stack";
import { largeStack } from "./large";
import { measured, measuredFirstUp, measuredProgram, type Measurement } from "./measure";
import { countsOf } from "./options";
import { comparedRuns, comparisonTable } from "./report";
import { machine, useStacks } from "./throwaway";

/** What is measured. */
export interface ReviewOptions {
    readonly apps: number;
    readonly rounds: number;
}

/** @throws CommandError on an option that is not one, or a count that is none. */
export function parseReviewOptions(argv: readonly string[]): ReviewOptions {
    return countsOf(argv, { apps: 50, rounds: 3 });
}

/** Most that a review may take, in previews; and drift, in refreshes. */
const [reviewAim, driftAim] = [1.5, 2];

const stack = "dev";

/** Measures in the sandbox of this process's environment; `folder` is for files of its own. */
export async function benchReview({ apps, rounds }: ReviewOptions, folder: string): Promise<void> {
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const text = largeStack(committedStackFile(stack), apps);
    useStacks(folder, { [stack]: text });
    process.stdout.write(`${machine()}, ${apps} apps\n`);
    say("booting a sandbox");
    await bootSandbox(estateOf(stack, text), () => undefined);
    const { engine } = await sandboxStack(stack, () => undefined, true);
    say("first up");
    await measuredFirstUp(engine);
    const command = (file: string, ...args: string[]): Promise<Measurement> =>
        measuredProgram(
            [process.execPath, "commands/run.mjs", `commands/${file}.ts`, ...args],
            { cwd: checkoutDir(), env: process.env },
            `npm run ${file === "pulumi" ? "preview" : file}`,
        );
    const report = path.join(folder, "review.html");
    const runs = {
        preview: () => measured(engine, ["preview", "--suppress-outputs"]),
        review: () => command("pulumi", "preview", "--stack", stack, "--policy", "--report", report),
        refresh: () => measured(engine, ["refresh", "--preview-only", "--suppress-outputs"]),
        drift: () => command("drift", "--stack", stack),
    };
    const found: Record<keyof typeof runs, Measurement[]> = {
        preview: [],
        review: [],
        refresh: [],
        drift: [],
    };
    for (let round = 1; round <= rounds; round++) {
        say(`round ${round} of ${rounds}`);
        for (const name of ["preview", "review", "refresh", "drift"] as const) {
            found[name].push(await runs[name]());
        }
    }
    process.stdout.write(
        `\n${comparisonTable(
            [
                ...comparedRuns(
                    "",
                    "preview, policies and report, beside a bare preview",
                    found.review,
                    found.preview,
                    reviewAim,
                ),
                ...comparedRuns("", "drift, beside a refresh", found.drift, found.refresh, driftAim),
            ],
            ["REVIEW", "ENGINE"],
        )}\n`,
    );
}
