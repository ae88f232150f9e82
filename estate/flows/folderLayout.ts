/** Config repositories in which a folder is an environment, and one folder has what all of them have in common. Pure. */
import type { App, Environment } from "../model";
import { composeVersion, versionKeys } from "../delivery";
import { approvalOf, type FlowFacts, type RepositoryPlan, type VersionPlace } from "./plan";

/** The branch that has all folders. */
export const configBranch = "main";

/** Folder with what all of an app's environments have in common; nothing where each has whole manifests. */
export function baseFolder({ config, delivery }: FlowFacts["app"]): string | undefined {
    return delivery === "plain" ? undefined : `${config.folder}/${delivery === "helm" ? "chart" : "base"}`;
}

/** Folder with whole manifests, or with what differs in an environment. */
export function environmentFolder({ config }: FlowFacts["app"], environment: string): string {
    return `${config.folder}/environments/${environment}`;
}

/** Where the version of an app in an environment is, in one of its config repositories. */
export function folderPlace(
    app: FlowFacts["app"],
    { fullPath: repository }: Pick<App["config"], "fullPath">,
    environment: string,
): VersionPlace {
    if (app.environments.some((each) => each.environment === environment && each.machine !== undefined)) {
        // The same for all deliveries: nothing renders it.
        const folder = environmentFolder(app, environment);
        return { repository, revision: configBranch, folder, ...composeVersion };
    }
    const { file, key } = versionKeys[app.delivery];
    return { repository, revision: configBranch, ...rendered(app, environment, file), key };
}

/** The folder that is rendered, and the file with the version from there. */
function rendered(
    app: FlowFacts["app"],
    environment: string,
    file: string,
): Pick<VersionPlace, "folder" | "file"> {
    switch (app.delivery) {
        case "helm":
            return { folder: `${app.config.folder}/chart`, file: `../environments/${environment}/${file}` };
        case "kustomize":
            return { folder: `${app.config.folder}/overlays/${environment}`, file };
        case "jsonnet":
        case "plain":
            return { folder: environmentFolder(app, environment), file };
    }
}

/**
 * A config repository of folders. Developers cannot push to its branch: every folder in it is there too. So a merge into it
 * wants what the strictest of its environments does.
 */
export function folderConfigPlan(
    { ci }: FlowFacts["app"],
    environments: readonly Environment[],
    description: string,
): RepositoryPlan {
    return {
        description,
        start: configBranch,
        branches: [
            {
                name: configBranch,
                push: "maintainer",
                merge: "maintainer",
                writers: ci === "none" ? [] : ["ci"],
                ...approvalOf(environments),
                temporary: false,
            },
        ],
        tags: { tags: { pattern: "*", create: "maintainer" } },
        merges: { squash: "default_off", removeSource: true, requirePipeline: false },
        writerRole: "maintainer",
    };
}
