/** A stack as the doctor looks at it: its estate, secrets and state, by the same engine as the other commands. */
import { checkCredentials } from "../../estate/credentials";
import type { Estate } from "../../estate/model";
import { checkoutDir } from "../../toolchain/checkout";
import { ownEngine, stackArguments, succeed, type Engine } from "../support/engine";
import { committedStackFile, estateOf, isSandboxEstate } from "../support/stack";
import { withSandbox } from "../support/withSandbox";
import { examine, type Examination } from "./examine";
import type { Finding } from "./finding";
import { exportStack } from "../support/exported";
import { madeBy } from "./made";
import { offlineFindings } from "./offline";

/** Which stack, and whether servers are asked. */
export interface StackLook {
    readonly stack: string;
    readonly offline: boolean;
}

/** Everything the doctor finds on a stack. @throws CommandError when the stack itself cannot be read. */
export async function examineStack({ stack, offline }: StackLook): Promise<Finding[]> {
    const committed = committedStackFile(stack);
    const estate = estateOf(stack, committed);
    if (offline) {
        return offlineFindings(estate, checkoutDir());
    }
    if (!isSandboxEstate(estate)) {
        return examineWith(ownEngine(stack), estate, false);
    }
    const ready = await withSandbox().standingStack(stack);
    return examineWith(ready.engine, ready.estate, false);
}

/** Looks with an engine at hand. `fast`: only what a first write of an `up` waits for. */
export async function examineWith(engine: Engine, estate: Estate, fast: boolean): Promise<Finding[]> {
    const [credentials, exported] = await Promise.all([credentialsOf(engine), exportStack(engine)]);
    const missing: Finding[] = checkCredentials(estate, credentials);
    if (missing.some(({ severity }) => severity === "error")) {
        return missing;
    }
    const examination: Examination = {
        credentials,
        folder: checkoutDir(),
        env: engine.env,
        made: madeBy(exported),
        now: new Date(),
        fast,
    };
    return [...missing, ...(await examine(estate, examination))];
}

/** The stack's secrets in the open; they go from the CLI to here over a pipe and no further. */
export async function credentialsOf(engine: Engine): Promise<unknown> {
    const args = ["config", "--show-secrets", "--json", ...stackArguments(engine)];
    const { stdout } = await succeed(engine, args, { cwd: engine.root, env: engine.env });
    const config = JSON.parse(stdout) as Record<string, { objectValue?: unknown } | undefined>;
    return config["gitops-estate:credentials"]?.objectValue;
}
