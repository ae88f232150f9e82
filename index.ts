/** The program: read the stack, declare the estate, say what there is. Everything else is in estate/ and components/. */
import { prepareEngines } from "./components/engines";
import type { EstateOutputs } from "./components/outputs";
import { declareEstate } from "./components/program";
import { readStack, warn } from "./estate/config";

/** Pulumi calls this once per run; what it returns are the stack's outputs. */
async function main(): Promise<EstateOutputs> {
    const { estate, credentials, warnings } = await readStack();
    await warn(warnings);
    return declareEstate(estate, credentials, await prepareEngines(estate));
}

export = main;
