/** How the policy pack is handed to the engine. */
import * as fs from "node:fs";
import * as path from "node:path";
import { checkoutDir } from "../../toolchain/checkout";
import type { PulumiEngine } from "./pulumiEngine";
import { stackFolder } from "./stack";

/**
 * Options that review a run with the pack. Its configuration is `policies.<stack>.json` beside the stack file; without one
 * the rules are mandatory for the stack `prod` and advisory elsewhere.
 *
 * An official CLI runs the folder itself. The engine built here has a language host without policy support: it takes
 * the pack as a program.
 */
export function policyArguments(engine: PulumiEngine): string[] {
    const pack = path.join(engine.root, "policies");
    const own = ownFile(engine);
    const config = fs.existsSync(own)
        ? own
        : engine.stack === "prod"
          ? path.join(pack, "mandatory.json")
          : undefined;
    return [
        "--policy-pack",
        engine.hostRunsPolicies ? pack : path.join(pack, "run"),
        ...(config === undefined ? [] : ["--policy-pack-config", config]),
    ];
}

/** Configuration of the pack for a stack: its own, or where it has none the one that comes with the pack. */
export function policiesFor(stack: string): { readonly own?: unknown; readonly used: unknown } {
    const own = ownPolicies({ stack });
    const mandatory = path.join(checkoutDir(), "policies", "mandatory.json");
    return {
        ...(own === undefined ? {} : { own }),
        used:
            own ??
            (stack === "prod" ? (JSON.parse(fs.readFileSync(mandatory, "utf8")) as unknown) : undefined),
    };
}

function ownFile({ stack }: Pick<PulumiEngine, "stack">): string {
    return path.join(stackFolder(), `policies.${stack}.json`);
}

/** Content of the stack's own configuration; undefined where it has none, or one that the engine will refuse. */
export function ownPolicies(engine: Pick<PulumiEngine, "stack">): unknown {
    const file = ownFile(engine);
    try {
        return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
    } catch {
        return undefined;
    }
}
