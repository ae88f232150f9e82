import type { Routes } from "../call";
import type { GitLab } from "../gitlab";
import { registerAgents } from "./agents";
import { registerApproving } from "./approving";
import { registerArtifacts } from "./artifacts";
import { registerBranches } from "./branches";
import { registerCommits } from "./commits";
import { registerDeployments } from "./deployments";
import { registerDeployKeys } from "./deployKeys";
import { registerDeployTokens } from "./deployTokens";
import { registerEnvironments } from "./environments";
import { registerFiles } from "./files";
import { registerGovernance } from "./governance";
import { registerGroups } from "./groups";
import { registerHooks } from "./hooks";
import { registerInstance } from "./instance";
import { registerIntegrations } from "./integrations";
import { registerInvitations } from "./invitations";
import { registerIssues } from "./issues";
import { registerJobs } from "./jobs";
import { registerLabels } from "./labels";
import { registerLint } from "./lint";
import { registerMergeRequestDetails } from "./mergeRequestDetails";
import { registerResourceGroups } from "./resourceGroups";
import { registerMembers } from "./members";
import { registerMergeRequests } from "./mergeRequests";
import { registerMirrors } from "./mirrors";
import { registerNotes } from "./notes";
import { registerPackages } from "./packages";
import { registerPipelines } from "./pipelines";
import { registerProjects } from "./projects";
import { registerProtections } from "./protections";
import { registerRegistryRules } from "./registry";
import { registerReleases } from "./releases";
import { registerRunners } from "./runners";
import { registerSchedules } from "./schedules";
import { registerServiceAccounts } from "./serviceAccounts";
import { registerStatuses } from "./statuses";
import { registerTags } from "./tags";
import { registerTokens } from "./tokens";
import { registerTrees } from "./trees";
import { registerTriggers } from "./triggers";
import { registerVariables } from "./variables";

/** Every REST route, one file per noun. */
export function registerRoutes(routes: Routes, gitlab: GitLab): void {
    const all = [
        registerInstance,
        registerGroups,
        registerProjects,
        registerMembers,
        registerVariables,
        registerHooks,
        registerTokens,
        registerDeployTokens,
        registerDeployKeys,
        registerBranches,
        registerTags,
        registerProtections,
        registerFiles,
        registerCommits,
        registerTrees,
        registerStatuses,
        registerMergeRequests,
        registerApproving,
        registerNotes,
        registerMergeRequestDetails,
        registerIssues,
        registerResourceGroups,
        registerLint,
        registerEnvironments,
        registerDeployments,
        registerPackages,
        registerPipelines,
        registerJobs,
        registerArtifacts,
        registerSchedules,
        registerTriggers,
        registerGovernance,
        registerIntegrations,
        registerInvitations,
        registerLabels,
        registerAgents,
        registerRunners,
        registerRegistryRules,
        registerMirrors,
        registerServiceAccounts,
        registerReleases,
    ];
    for (const register of all) {
        register(routes, gitlab);
    }
}
