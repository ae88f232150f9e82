import type { Routes } from "../call";
import type { GitLab } from "../gitlab";
import { registerLabels } from "./labels";
import { registerAgents } from "./agents";
import { registerRunners } from "./runners";
import { registerRegistryRules } from "./registry";
import { registerMirrors } from "./mirrors";
import { registerServiceAccounts } from "./serviceAccounts";
import { registerReleases } from "./releases";

/** Smaller nouns that a delivery estate touches at its edges. */
export function registerExtras(routes: Routes, gitlab: GitLab): void {
    registerLabels(routes, gitlab);
    registerAgents(routes, gitlab);
    registerRunners(routes, gitlab);
    registerRegistryRules(routes, gitlab);
    registerMirrors(routes, gitlab);
    registerServiceAccounts(routes, gitlab);
    registerReleases(routes, gitlab);
}
