/** Names of what the estate makes for Argo CD. */
import type { App, AppEnvironment, EnvironmentClass } from "../../model";
import { namespaceName, shorten, shortHash, type NameRule } from "../../names";

/** Argo CD hands an Application's name to Helm as the release name, which ends at 53 characters. */
export const applicationName: NameRule = { ...namespaceName, what: "Application", maximum: 53 };

/** Becomes a part of Casbin subjects and of label values. */
export const appProjectName: NameRule = { ...namespaceName, what: "AppProject" };

/** Application of an app in an environment on one cluster. */
export function application(app: string, environment: string, cluster: string): string {
    return shorten(`${app}-${environment}-${cluster}`, applicationName.maximum);
}

/** AppProject of a team for one class of environments. */
export function appProject(team: string, environmentClass: EnvironmentClass): string {
    return shorten(`${team}-${environmentClass}`, appProjectName.maximum);
}

/** Names of the Applications of an app in an environment, by cluster. */
export function applications(
    app: Pick<App, "name">,
    { environment, clusters }: Pick<AppEnvironment, "environment" | "clusters">,
): Record<string, string> {
    return Object.fromEntries(
        clusters.map((cluster) => [cluster, application(app.name, environment, cluster)]),
    );
}

/**
 * Secret in Argo CD's namespace for the repository with this full path: its last element and the hash of the whole,
 * because repositories of two teams may end alike, and a path may hold what Kubernetes does not take.
 */
export function repositorySecret(fullPath: string): string {
    const element = fullPath.slice(fullPath.lastIndexOf("/") + 1);
    const readable = element.toLowerCase().replace(/[^a-z0-9-]+/g, "-");
    return shorten(`repository-${readable}-${shortHash(fullPath)}`, namespaceName.maximum);
}
