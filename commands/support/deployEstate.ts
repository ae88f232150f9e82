/** From nothing to a finished estate: tools, sandbox, stack, `pulumi up`. */
import { CommandError } from "./console";
import { Interrupted, stopIfAsked, whenStopped } from "./ending";
import { runPulumi, stackArguments, type PulumiEngine } from "./pulumiEngine";
import { sandboxStack, type Ready } from "./estateSandbox";
import { hintsFor } from "./hints";
import { withEvents } from "./runReport";
import { runWithHandOver } from "../handOver";
import { afterUpdate, prepareChange } from "./prepareChange";

/**
 * Raises the estate of a stack on the sandbox, or goes on with it.
 *
 * @throws CommandError when `pulumi up` does not finish; its own message has been shown.
 */
export async function deployEstate(
    stack: string,
    say: (line: string) => void,
): Promise<Ready & { readonly sandbox: NonNullable<Ready["sandbox"]> }> {
    whenStopped(
        "Stopped before the update. Run it again, and it goes on from there; npm run sandbox -- down ends what runs.",
    );
    const ready = await sandboxStack(stack, say);
    say(`pulumi up (stack ${stack})`);
    const { engine, estate } = ready;
    const { handOvers } = await prepareChange(engine, estate, {
        writes: true,
        acceptOutage: false,
        reviewed: false,
        report: say,
    });
    await runWithHandOver(engine, estate, handOvers, say, () => up(engine));
    whenStopped("Stopped: the update is made, and what follows it is not; run it again.");
    stopIfAsked();
    await afterUpdate(engine, estate, say);
    return ready;
}

async function up(engine: PulumiEngine): Promise<void> {
    stopIfAsked();
    const args = ["up", "--yes", "--skip-preview", "--suppress-outputs", ...stackArguments(engine)];
    const { result, report } = await withEvents((logging, variables) =>
        runPulumi(engine, [...args, ...logging], { env: { ...engine.env, ...variables }, output: "inherit" }),
    );
    if (result.code !== 0 && result.interrupted === true) {
        throw new Interrupted(["pulumi up was interrupted.", ...hintsFor("up", report, true)].join("\n"));
    }
    if (result.code !== 0) {
        throw new CommandError(
            [
                `pulumi up ended with exit code ${result.code}.`,
                ...hintsFor("up", report),
                "The servers' logs: npm run sandbox -- logs <part>",
            ].join("\n"),
            result.code,
        );
    }
}
