/** How the policy pack is handed to the engine. */
import * as path from "node:path";
import type { Engine } from "./engine";

/**
 * Options that review a run with the pack; mandatory for a production stack, advisory elsewhere.
 *
 * An official CLI runs the folder itself. The engine built here has a language host without policy support: it takes
 * the pack as a program.
 */
export function policyArguments(engine: Engine): string[] {
    const pack = path.join(engine.root, "policies");
    const config = engine.stack === "prod" ? ["--policy-pack-config", path.join(pack, "mandatory.json")] : [];
    return ["--policy-pack", engine.hostRunsPolicies ? pack : path.join(pack, "run"), ...config];
}
