/** What our stand-ins claim about GitLab and Harbor, to be tried on any server. */
export { checkGitLab, type ContractReport } from "./gitlab";
export { checkHarbor } from "./harbor";
export { type Difference } from "./run";
