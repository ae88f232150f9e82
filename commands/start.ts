/**
 * `npm start`: from nothing to a finished estate. Tools, sandbox, stack, `pulumi up`; then what is where, and what to
 * try next. Running it again changes nothing and says so.
 */
import { duration, noArguments, runMain } from "./support/console";
import { stackOutputs } from "./support/pulumiEngine";
import { lastUpdate, type UpdateSummary } from "./support/history";
import { overview } from "./support/overview";
import { deployEstate } from "./support/deployEstate";

async function main(): Promise<void> {
    noArguments(process.argv.slice(2));
    const started = Date.now();
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const { engine, sandbox, estate } = await deployEstate("dev", say);
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
