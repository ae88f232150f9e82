/**
 * `npm start`: from nothing to a finished estate. Tools, sandbox, stack, `pulumi up`; then what is where, and what to
 * try next. Running it again changes nothing and says so.
 */
import { CommandError, duration, runMain } from "./support/console";
import { runPulumi, stackArguments, stackOutputs } from "./support/engine";
import { sandboxStack } from "./support/estateSandbox";
import { lastUpdate, type UpdateSummary } from "./support/history";
import { overview } from "./support/overview";

const stack = "dev";

async function main(): Promise<void> {
    const started = Date.now();
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const { engine, sandbox, estate } = await sandboxStack(stack, say);
    say(`pulumi up (stack ${stack})`);
    const up = await runPulumi(
        engine,
        ["up", "--yes", "--skip-preview", "--suppress-outputs", ...stackArguments(engine)],
        {
            output: "inherit",
        },
    );
    if (up.code !== 0) {
        throw new CommandError(
            "pulumi up did not finish; its own message is above. What was made is kept: run npm start again to go on.\n" +
                "The servers' logs: npm run sandbox -- logs <part>",
            up.code,
        );
    }
    const [outputs, summary] = await Promise.all([stackOutputs(engine), lastUpdate(engine)]);
    process.stdout.write(`\n${overview(estate, sandbox, outputs)}\n`);
    process.stdout.write(`\n${changeLine(summary)} (${duration((Date.now() - started) / 1000)} in all)\n`);
}

function changeLine(summary: UpdateSummary): string {
    return summary.changed === 0
        ? `Nothing changed: all ${summary.same} resources are as described.`
        : `${summary.changed} resources changed, ${summary.same} unchanged.`;
}

runMain(main);
