/**
 * GitLab's environments that no pipeline of their repository deploys to any more, or that one does again: an app with another
 * flow, or in one environment less. An environment has the history of its deployments, which GitLab deletes with it, so it is
 * kept as a branch is: with its protection it leaves the stack before the update and stays on GitLab until a person deletes
 * it. Deployed to again it is imported, for GitLab refuses a second one of its name. Pure.
 */
import { deployedFrom } from "../../estate/flows/plan";
import type { Estate } from "../../estate/model";
import { liveResources, type ExportedStack } from "./exported";
import type { Wanted } from "./leftOnServer";
import { beside, repositoryIn } from "./repositoryInState";

const environmentType = "gitlab:index/projectEnvironment:ProjectEnvironment";
const protectionType = "gitlab:index/projectProtectedEnvironment:ProjectProtectedEnvironment";

/** An environment of a repository. */
export interface RepositoryEnvironment {
    /** Full path of the repository. */
    readonly repository: string;
    readonly environment: string;
    /** It, and its protection where there is one: as the state has them or would have them. */
    readonly resources: readonly Wanted[];
}

export interface ChangedEnvironments {
    /** In the state, and not in the spec. */
    readonly left: readonly RepositoryEnvironment[];
    /** In the spec, and not in the state of a repository that is. */
    readonly named: readonly RepositoryEnvironment[];
}

/** The environments of the repositories of a spec, by full path. */
function plannedEnvironments({ apps }: Pick<Estate, "apps">): ReadonlyMap<string, ReadonlySet<string>> {
    const planned = new Map<string, Set<string>>();
    for (const app of Object.values(apps)) {
        for (const [repository, environments] of deployedFrom(app)) {
            planned.set(repository, new Set([...(planned.get(repository) ?? []), ...environments]));
        }
    }
    return planned;
}

/** Compares the environments of a spec's repositories with those of a state. */
export function changedEnvironments(
    estate: Pick<Estate, "apps">,
    exported: ExportedStack,
): ChangedEnvironments {
    const live = liveResources(exported);
    const left: RepositoryEnvironment[] = [];
    const named: RepositoryEnvironment[] = [];
    for (const [repository, planned] of plannedEnvironments(estate)) {
        const known = repositoryIn(live, repository);
        if (known === undefined) {
            continue;
        }
        const { project, component, ofProject } = known;
        const made = ofProject(environmentType, "name");
        const protections = ofProject(protectionType, "environment");
        for (const [environment, each] of made) {
            if (typeof environment === "string" && !planned.has(environment)) {
                const protection = protections.get(environment);
                left.push({
                    repository,
                    environment,
                    resources: [each, ...(protection === undefined ? [] : [protection])],
                });
            }
        }
        for (const environment of [...planned].filter((name) => !made.has(name))) {
            const name = `${component}-environment-${environment}`;
            named.push({
                repository,
                environment,
                resources: [
                    beside(project, environmentType, name, { name: environment }),
                    beside(project, protectionType, `${name}-protection`, { environment }),
                ],
            });
        }
    }
    return { left, named };
}

/** Them in words. */
export function environmentsText(
    environments: readonly Pick<RepositoryEnvironment, "repository" | "environment">[],
): string {
    return environments
        .map(({ repository, environment }) => `environment ${environment} of ${repository}`)
        .join(", ");
}
