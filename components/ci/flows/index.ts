/** The pipeline files of each flow. A flow without them does not compile. */
import type { Flow } from "../../../estate/flows";
import { environmentBranches } from "./environment-branches";
import type { CiFiles } from "./files";

/** By the name a spec has for the flow. */
export const ciFiles: Readonly<Record<Flow, CiFiles>> = {
    "environment-branches": environmentBranches,
};
