/** Names of what the estate makes for Argo CD. */
import { configOf } from "../../flows/plan";
import type { App, AppEnvironment, EnvironmentClass } from "../../model";
import { namespaceName, shorten, shortHash, type NameRule } from "../../names";
import { numbered } from "../../previews";

/** Argo CD hands an Application's name to Helm as the release name, which ends at 53 characters. */
export const applicationName: NameRule = { ...namespaceName, what: "Application", maximum: 53 };

/** Becomes a part of Casbin subjects and of label values. */
export const appProjectName: NameRule = { ...namespaceName, what: "AppProject" };

/** Application of an app in an environment on one cluster. */
export function application(app: string, environment: string, cluster: string): string {
    return shorten(`${app}-${environment}-${cluster}`, applicationName.maximum);
}

/**
 * Application of an app's preview, and the release of its chart.
 *
 * @param number of the merge request, or what a generator has for it.
 */
export function previewApplication(app: string, number: string): string {
    return numbered(`${app}-preview`, number, applicationName.maximum);
}

/** Name of a preview's Helm release or ending of its objects' names; they share a namespace. */
export function previewRelease(app: string, number: string): string {
    return numbered(app, number, applicationName.maximum);
}

/** ApplicationSet that makes an app's previews. */
export function previewSet(app: string): string {
    return shorten(`${app}-previews`, applicationName.maximum);
}

/** Secret with the token by which Argo CD sees an app's merge requests. */
export function previewSecret(app: string): string {
    return shorten(`previews-${app}`, namespaceName.maximum);
}

/** AppProject of a team's previews. */
export function previewProject(team: string): string {
    return shorten(`${team}-preview`, appProjectName.maximum);
}

/** AppProject of what only a team's maintainers see. */
export function guardedProject(team: string): string {
    return shorten(`${team}-guarded`, appProjectName.maximum);
}

/** AppProject that an app's Applications in an environment are in. */
export function projectOf(
    app: Pick<App, "name" | "team" | "plan">,
    environment: Pick<AppEnvironment, "environment" | "class">,
): string {
    return configOf(app, environment).audience === "maintainers"
        ? guardedProject(app.team)
        : appProject(app.team, environment.class);
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
