/** From nothing to a finished estate: tools, sandbox, stack, `pulumi up`. */
import { CommandError } from "./console";
import { runPulumi, stackArguments, type Engine } from "./engine";
import { sandboxStack, type Ready } from "./estateSandbox";

/**
 * Raises the estate of a stack on the sandbox, or goes on with it.
 *
 * @throws CommandError when `pulumi up` does not finish; its own message has been shown.
 */
export async function raiseEstate(
    stack: string,
    say: (line: string) => void,
): Promise<Ready & { readonly sandbox: NonNullable<Ready["sandbox"]> }> {
    const ready = await sandboxStack(stack, say);
    say(`pulumi up (stack ${stack})`);
    await up(ready.engine);
    return ready;
}

async function up(engine: Engine): Promise<void> {
    const result = await runPulumi(
        engine,
        ["up", "--yes", "--skip-preview", "--suppress-outputs", ...stackArguments(engine)],
        { output: "inherit" },
    );
    if (result.code !== 0) {
        throw new CommandError(
            "pulumi up did not finish; its own message is above. What was made is kept: run the command again to go on.\n" +
                "The servers' logs: npm run sandbox -- logs <part>",
            result.code,
        );
    }
}
