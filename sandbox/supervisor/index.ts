/** The sandbox's programming interface. */
export { SandboxError } from "./errors";
export {
    type SandboxInfo,
    type SandboxStatus,
    type SandboxUpOptions,
    sandboxDown,
    sandboxInfo,
    sandboxPortBase,
    sandboxRestart,
    sandboxStatus,
    sandboxUp,
} from "./sandbox";
export { type HarborName, type GitlabEdition, type GitlabTier } from "./servers";
export { defaultParts, type PartGroup, partGroups } from "./settings";
export { type PartState, type PartStatus } from "./supervisor";
