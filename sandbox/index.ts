/**
 * What the sandbox offers to the commands and to end-to-end tests; they import nothing else of it. Not for the product:
 * estate/, components/, policies/ and index.ts know of no sandbox.
 */
export { channelSecret } from "./chat/signature";
export { type Caller, ClusterClient } from "./clusters/client";
export { serverUrl } from "./clusters/kubeconfig";
export { checkGitLab, checkHarbor, type ContractReport } from "./contract";
export { ensureAuthority, ensureClusterPki } from "./clusters/pki";
export * from "./supervisor";
export { type Fetch, fetchTrusting } from "./support/fetch";
export { neededTools, prepareFolder } from "./supervisor/plan";
export { ensureSecrets } from "./supervisor/secrets";
export { type SandboxLayout, sandboxDir, sandboxLayout, secretFile } from "./support/layout";
export { PortInUseError, freePortBase, loopback, portOf } from "./support/ports";
export { type EngineId, type ExtraId, isEngineId, isExtraId } from "./workloads/engines";
