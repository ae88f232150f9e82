/** The program: read the stack, declare the estate, say what there is. Everything else is in estate/ and components/. */
import { loadManifests, loadUpdaterManifests } from "./components/engines/argocd/install/manifests";
import { declareEstate, type EstateOutputs } from "./components/program";
import { readStack, warn } from "./estate/config";

/** Pulumi calls this once per run; what it returns are the stack's outputs. */
async function main(): Promise<EstateOutputs> {
    const { estate, credentials, warnings } = await readStack();
    await warn(warnings);
    const manifests = await loadManifests(estate.argocd);
    const updaterManifests = await loadUpdaterManifests(estate.argocd);
    return declareEstate(estate, credentials, manifests, updaterManifests);
}

export = main;
