/** The pipeline files of each flow. A flow without them does not compile. */
import type { FlowPlan } from "../../../estate/flows/plan";
import { described } from "./described";
import { environmentBranches } from "./environment-branches";
import { gitlabFlow } from "./gitlab-flow";
import type { CiFiles } from "./files";
import { trunk } from "./trunk";

/** By the name a spec has for the flow; `described` for those it describes. */
export const ciFiles: Readonly<Record<FlowPlan["pipelines"], CiFiles>> = {
    described,
    "environment-branches": environmentBranches,
    "gitlab-flow": gitlabFlow,
    trunk,
};
