/** Names of what the estate makes for Flux. Pure. */
import { createHash } from "node:crypto";
import type { App, AppEnvironment } from "../../model";
import { namespaceName, shorten, shortHash, type NameRule } from "../../names";
import { numbered, previewEnvironment } from "../../previews";

/** HelmReleases and Kustomizations; the length that Helm leaves to the names of releases. */
export const deliveryName: NameRule = { ...namespaceName, what: "HelmRelease", maximum: 53 };

/** Service account that a team's objects of one environment are applied as. */
export function deliveryAccount(environment: string): string {
    return shorten(`delivery-${environment}`, namespaceName.maximum);
}

/** Secret with the kubeconfig of a cluster for one environment's account, in the team's namespace on the host. */
export function clusterSecret(environment: string, cluster: string): string {
    return shorten(`cluster-${environment}--${cluster}`, namespaceName.maximum);
}

/** Namespace with a team's objects on the host, and with its accounts on each cluster. */
export function teamNamespace(team: string): string {
    return shorten(`flux-${team}`, namespaceName.maximum);
}

/**
 * Namespace on a cluster with Helm's records of a team's releases in one environment. Records are Secrets, and an account
 * may not see those of the apps; a release is named after its app, so two environments need two. No team has a name
 * with two hyphens in a row, so this is no team's own.
 */
export function recordsNamespace(team: string, environment: string): string {
    return shorten(`flux-${team}--${environment}`, namespaceName.maximum);
}

/** HelmRelease or Kustomization of an app in an environment on one cluster. */
export function delivery(app: string, environment: string, cluster: string): string {
    return shorten(`${app}-${environment}-${cluster}`, deliveryName.maximum);
}

/** The same by cluster. */
export function deliveries(
    app: Pick<App, "name">,
    { environment, clusters }: Pick<AppEnvironment, "environment" | "clusters">,
): Record<string, string> {
    return Object.fromEntries(clusters.map((cluster) => [cluster, delivery(app.name, environment, cluster)]));
}

/**
 * HelmRelease or Kustomization of an app's preview.
 *
 * @param number of the merge request, or what a generator has for it.
 */
export function previewDelivery(app: string, number: string): string {
    return numbered(`${app}-${previewEnvironment}`, number, deliveryName.maximum);
}

/** Helm release of a preview, and what its Services select; previews share a namespace. */
export function previewRelease(app: string, number: string): string {
    return numbered(app, number, deliveryName.maximum);
}

/** ResourceSet that makes an app's previews, and the ResourceSetInputProvider that it has merge requests from. */
export function previewSet(app: string): string {
    return shorten(`${app}-previews`, deliveryName.maximum);
}

/** Secret with the token by which an app's merge requests are seen. */
export function previewSecret(app: string): string {
    return shorten(`previews-${app}`, namespaceName.maximum);
}

/** Service account in a team's namespace on the host that its ResourceSets are applied as. */
export const previewAccount = "previews";

/** ImageRepository, ImagePolicy and ImageUpdateAutomation of an app in an environment; with an alias, of a further image. */
export function imageName(app: string, environment: string, alias?: string): string {
    const own = `${app}-${environment}`;
    // Two hyphens: an app may be called as another app in an environment.
    return shorten(alias === undefined ? own : `${own}--${alias}`, namespaceName.maximum);
}

/**
 * What is named after a config repository: its last element where it is in the team's own group, else with a hash of the
 * full path, because one of another group may end alike.
 */
export function repositoryName(team: string, fullPath: string): string {
    const [element = "", group] = fullPath.split("/").reverse();
    return group === team ? readable(element) : `${readable(element)}-${shortHash(fullPath)}`;
}

/** GitRepository of one branch. */
export function sourceName(team: string, fullPath: string, revision: string): string {
    return shorten(`${repositoryName(team, fullPath)}--${readable(revision)}`, namespaceName.maximum);
}

/** Path at which Flux's receiver takes webhooks: it makes it of the token, the Receiver's name and its namespace. */
export function hookPath(token: string, receiver: string, namespace: string): string {
    return `/hook/${createHash("sha256")
        .update(token + receiver + namespace)
        .digest("hex")}`;
}

/** A text as a part of a name: what a name cannot hold is a hyphen, and a hash keeps two of them apart. */
function readable(text: string): string {
    const plain = text
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "");
    return plain === text ? text : `${plain}-${shortHash(text)}`;
}
