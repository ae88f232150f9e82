/** A stack as the doctor looks at it: its estate, secrets and state, by the same engine as the other commands. */
import { checkCredentials } from "../../estate/credentials";
import type { Estate } from "../../estate/model";
import { checkoutDir } from "../../toolchain/checkout";
import { ownEngine, stackArguments, succeed, type PulumiEngine } from "../support/pulumiEngine";
import { committedStackFile, estateOf, isSandboxEstate } from "../support/stack";
import { withSandbox } from "../support/withSandbox";
import { sendTestCards } from "./channels/send";
import { deadline, examine, type Examination } from "./examine";
import type { Finding } from "./finding";
import { exportStack } from "../support/exported";
import { madeBy } from "./made";
import { offlineFindings } from "./offline";

/** Which stack, and whether servers are asked. */
export interface StackLook {
    readonly stack: string;
    readonly offline: boolean;
    /** Whether every channel gets a test card or mail. */
    readonly send: boolean;
}

/** Everything the doctor finds on a stack. @throws CommandError when the stack itself cannot be read. */
export async function examineStack({ stack, offline, send }: StackLook): Promise<Finding[]> {
    const committed = committedStackFile(stack);
    const estate = estateOf(stack, committed);
    if (offline) {
        return offlineFindings(estate, checkoutDir());
    }
    if (!isSandboxEstate(estate)) {
        return examineWith(ownEngine(stack), estate, false, send);
    }
    const ready = await withSandbox().runningStack(stack);
    return examineWith(ready.engine, ready.estate, false, send);
}

/** Looks with an engine at hand. `fast`: only what a first write of an `up` waits for. `send`: a test card or mail to every channel. */
export async function examineWith(
    engine: PulumiEngine,
    estate: Estate,
    fast: boolean,
    send = false,
): Promise<Finding[]> {
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
    const found = await examine(estate, examination);
    const cards = send
        ? await sendTestCards(estate, examination, examination.now, AbortSignal.timeout(deadline))
        : [];
    return [...missing, ...found, ...cards];
}

/** The stack's secrets in the open; they go from the CLI to here over a pipe and no further. */
export async function credentialsOf(engine: PulumiEngine): Promise<unknown> {
    const args = ["config", "--show-secrets", "--json", ...stackArguments(engine)];
    const { stdout } = await succeed(engine, args, { cwd: engine.root, env: engine.env });
    const config = JSON.parse(stdout) as Record<string, { objectValue?: unknown } | undefined>;
    return config["gitops-estate:credentials"]?.objectValue;
}
