/** Config repositories in which a branch is an environment, and a merge carries a version on. Pure. */
import { versionKeys } from "../delivery";
import type { Environment } from "../model";
import { environmentFolder } from "./folderLayout";
import {
    approvalOf,
    type BranchPlan,
    type FlowFacts,
    type FlowPlan,
    type Lane,
    type RepositoryPlan,
} from "./plan";

/** The branch that is an environment. */
export function branchOf(environment: Environment): string {
    return environment.branch ?? environment.name;
}

/** All branches begin at the first, so that merges between them have a common base. */
export function branchesConfigPlan(facts: FlowFacts, lanes: readonly Lane[]): RepositoryPlan {
    const { app, gitlab, shared } = facts;
    const [first] = shared;
    const start = first === undefined ? app.repository.branch : branchOf(first);
    // The pipeline of a merge request brings the images along; it can where GitLab gives it the credentials.
    const promotesBeforeMerge = gitlab.protectedMergeRequestPipelines && app.ci === "gitlab";
    return {
        description: "What runs where: each branch is an environment",
        start,
        branches: shared.map((environment) => environmentBranch(facts, lanes, environment, start)),
        tags: { tags: { pattern: "*", create: "maintainer" } },
        merges: {
            // A merge between two branches that both live on.
            squash: "never",
            removeSource: false,
            requirePipeline: promotesBeforeMerge,
            credentials: promotesBeforeMerge,
        },
    };
}

/** Where something writes tags, changes come by push too, and developers merge; elsewhere only maintainers merge. */
function environmentBranch(
    { app }: FlowFacts,
    lanes: readonly Lane[],
    environment: Environment,
    start: string,
): BranchPlan {
    const name = branchOf(environment);
    const writers = [
        ...(lanes.some((lane) => lane.environment === environment.name && lane.writer === "ci")
            ? (["ci"] as const)
            : []),
        ...(app.updater?.environments.includes(environment.name) === true ? (["updater"] as const) : []),
    ];
    const written = writers.length > 0;
    return {
        name,
        ...(name === start ? {} : { from: start }),
        push: written ? "maintainer" : "no one",
        merge: written ? "developer" : "maintainer",
        writers,
        ...approvalOf([environment]),
        temporary: false,
    };
}

/**
 * Nothing but the branch differs: branches are merged into each other. Plain manifests name the image, which is another in
 * each environment: each has a folder of its own, and all of them are in all branches.
 */
export function branchPlaces({ app, environments }: FlowFacts): FlowPlan["versions"] {
    const { file, key } = versionKeys[app.delivery];
    const folder = ({ name }: Environment): string =>
        app.delivery === "plain" ? environmentFolder(app, name) : app.config.folder;
    return Object.fromEntries(
        environments.map((environment) => {
            const others = environments.filter((each) => folder(each) !== folder(environment));
            return [
                environment.name,
                {
                    repository: app.config.fullPath,
                    revision: branchOf(environment),
                    folder: folder(environment),
                    file,
                    key,
                    ...(others.length === 0
                        ? {}
                        : { carries: others.map((each) => `${folder(each)}/${file}`) }),
                },
            ];
        }),
    );
}
