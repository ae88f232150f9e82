/** What the versions of Argo CD Image Updater know. Sources: the project's source at v0.12.2, its documentation and pull requests. Pure. */
import { gte } from "semver";

import type { UpdateStrategy } from "../../model";

/** The abilities of one version. */
export interface UpdaterAbilities {
    /** `annotations`: it reads those of the Applications. `resource`: it acts on ImageUpdater objects only. */
    readonly configuredBy: "annotations" | "resource";
    /** Its word for each strategy. A word it does not know makes it fall back to semver, with a line in its log only. */
    readonly strategies: Readonly<Record<UpdateStrategy, string>>;
    /** Whether it can write into the chart's values file without harming the file's other keys. */
    readonly helmValues: boolean;
    /** Whether it can open merge requests at GitLab. */
    readonly mergeRequests: boolean;
    /** Whether it listens for the webhooks of registries. */
    readonly webhook: boolean;
    /** Whether it reads its polling interval from its ConfigMap; others take it as an argument only. */
    readonly intervalSetting: boolean;
}

/** First version of each ability. */
const since = {
    newStrategyNames: "0.13.0",
    // 0.13 and 0.14 have it too, but lose other keys of the file (fixed in 0.15).
    helmValues: "0.15.0",
    webhook: "0.17.0",
    resource: "1.0.0",
    mergeRequests: "1.3.0",
} as const;

/** @param version without `v`, e.g. `0.12.2`. */
export function updaterAbilities(version: string): UpdaterAbilities {
    const has = (ability: keyof typeof since): boolean => gte(version, since[ability]);
    return {
        configuredBy: has("resource") ? "resource" : "annotations",
        strategies: has("newStrategyNames")
            ? {
                  semver: "semver",
                  "newest-build": "newest-build",
                  digest: "digest",
                  alphabetical: "alphabetical",
                  // Refused by a rule.
                  numerical: "alphabetical",
              }
            : {
                  semver: "semver",
                  "newest-build": "latest",
                  digest: "digest",
                  alphabetical: "name",
                  numerical: "name",
              },
        helmValues: has("helmValues"),
        mergeRequests: has("mergeRequests"),
        webhook: has("webhook"),
        intervalSetting: has("resource"),
    };
}
