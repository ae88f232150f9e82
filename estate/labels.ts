/** Labels of the Kubernetes objects the estate makes. */

/** Name of the app an object belongs to. */
export const appLabel = "gitops-estate/app";

/** Name of the team that owns the app. */
export const teamLabel = "gitops-estate/team";

/** Name of the environment. */
export const environmentLabel = "gitops-estate/environment";

/** Name of the estate, on what belongs to no app. */
export const estateLabel = "gitops-estate/estate";

/** On every object Pulumi makes. */
export const managedBy: Readonly<Record<string, string>> = { "app.kubernetes.io/managed-by": "pulumi" };
