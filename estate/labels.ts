/** Labels and annotations of the Kubernetes objects the estate makes. The only place that spells them. */

/** Name of the app an object belongs to. */
export const appLabel = "gitops-estate/app";

/** Name of the team that owns the app. */
export const teamLabel = "gitops-estate/team";

/** Name of the environment. */
export const environmentLabel = "gitops-estate/environment";

/** Name of the estate, on what belongs to no app. */
export const estateLabel = "gitops-estate/estate";

/** Class of the environments that a team's part of an engine is for. */
export const classLabel = "gitops-estate/class";

/** Kubernetes' own labels: name of a program, what it is a part of, and which part. */
export const programLabel = "app.kubernetes.io/name";
export const partOfLabel = "app.kubernetes.io/part-of";
export const componentLabel = "app.kubernetes.io/component";

/** Version of a program, as its own manifests say it. */
export const versionLabel = "app.kubernetes.io/version";

/** Which of several copies of a program an object belongs to. */
export const instanceLabel = "app.kubernetes.io/instance";

/** Annotation with the reason why nothing is applied by itself. */
export const holdAnnotation = "gitops-estate/hold";

/** Annotation with the tag that runs whatever git says. */
export const pinAnnotation = "gitops-estate/pin";

/** Annotation on pods with a digest of the settings they started with: a change of them starts the pods anew. */
export const settingsAnnotation = "gitops-estate/settings";

/** The same for parameters that a program has beside its settings. */
export const parametersAnnotation = "gitops-estate/command-parameters";

/** The same for the private certificate authorities that a program trusts. */
export const authoritiesAnnotation = "gitops-estate/certificate-authorities";

/** On every object Pulumi makes. */
export const managedBy: Readonly<Record<string, string>> = { "app.kubernetes.io/managed-by": "pulumi" };
