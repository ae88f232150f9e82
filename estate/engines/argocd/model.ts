/** What is Argo CD's in an estate: the part `argocd` of the model, and what follows from the rest of it. */
import type { z } from "zod";
import type { NamespacedKind } from "../../kinds";
import type { EnvironmentClass, Frozen, SyncWindow } from "../../model";
import type { argocdOptions } from "./schema";

type Options = z.output<typeof argocdOptions>;

/** The updater itself. */
export interface ImageUpdaterSettings {
    /** Manifests to install it from; absent: something else installs it. */
    readonly manifests?: { readonly path?: string; readonly url?: string; readonly sha256?: string };
    /** Seconds between two looks at the registries. */
    readonly intervalSeconds: number;
    /** URL of its webhook server without path and trailing slash; absent: it only polls. */
    readonly webhookUrl?: string;
    readonly commit: { readonly name: string; readonly email: string; readonly message: string };
}

export interface ArgoCd {
    readonly namespace: string;
    /** Public URL of the UI. */
    readonly url: string;
    /** `server`: Argo CD speaks TLS itself; `proxy`: something before it does, and Argo CD speaks http. */
    readonly tlsTermination: NonNullable<Options["tlsTermination"]>;
    readonly manifests: Manifests;
    /** `published`: custom resource definitions as they are; `lean`: without the schema of `status` and of generators. */
    readonly definitions: Options["definitions"];
    readonly ha: boolean;
    /** Registry host (and path) that mirrors the images; absent: as published. */
    readonly imageMirror?: string;
    /** Whether the mirror wants a login. */
    readonly imageMirrorLogin: boolean;
    /** Requests and limits by workload name, e.g. `argocd-repo-server`. */
    readonly resources: Readonly<Record<string, ResourceRequirements>>;
    /** `remove` drops `seccompProfile` from the workloads, for nodes whose runtime refuses it. */
    readonly seccomp: Options["seccomp"];
    readonly adminEnabled: boolean;
    /** Seconds between polls of the config repositories. */
    readonly reconciliationSeconds: number;
    /** Where GitLab reports merge requests, without `/api/webhook`; absent: it only polls. */
    readonly previewWebhookUrl?: string;
    readonly sso?: Sso;
    /** Local accounts, by name. */
    readonly accounts: Readonly<Record<string, Account>>;
    /** Version of the image updater the estate writes for; annotations below 1.0. Absent: no app uses it. */
    readonly imageUpdaterVersion?: string;
    readonly imageUpdater: ImageUpdaterSettings;
    /** Base URL of a page about a workload, for buttons on cards; absent: no such button. */
    readonly clusterPageUrl?: string;
}

export interface Manifests {
    /** Argo CD version without `v`. */
    readonly version: string;
    /** Folder that holds `install.yaml` and `ha/install.yaml`; excludes `url`. */
    readonly path?: string;
    /** URL of the manifest file itself; excludes `path`. */
    readonly url?: string;
    /** SHA-256 of the file, 64 hex digits; required with `url`. */
    readonly sha256?: string;
}

/** Requests and limits of one workload. */
export type ResourceRequirements = Frozen<Options["resources"][string]>;

/** Sign-in with GitLab. The client secret is `credentials.sso.clientSecret` of the stack. */
export interface Sso {
    readonly provider: NonNullable<Options["sso"]>["provider"];
    readonly issuer: string;
    readonly clientId: string;
    /** GitLab groups whose members administer Argo CD, full paths. */
    readonly adminGroups: readonly string[];
}

/** A local account of Argo CD. */
export type Account = Frozen<Options["accounts"][string]>;

/** A team's boundary inside Argo CD for one class of environments, or for its previews. */
export interface TeamProject {
    /** Name of the AppProject, e.g. `shop-prod`. */
    readonly name: string;
    readonly class: EnvironmentClass;
    /** True: for previews, and for nothing else. */
    readonly previews: boolean;
    /** True: only maintainers see it, and programs that release. */
    readonly guarded: boolean;
    /** Windows of the environments of the class, each with the Applications of this team that it is for. */
    readonly syncWindows: readonly TeamSyncWindow[];
    /** Cluster and namespace pairs, sorted. */
    readonly destinations: readonly { readonly cluster: string; readonly namespace: string }[];
    /** Kinds that may be delivered or looked at, sorted. */
    readonly kinds: readonly NamespacedKind[];
    /** Clone URLs of the config repositories, as the clusters reach them, sorted. */
    readonly sourceRepos: readonly string[];
}

/** A window as it concerns one team. */
export interface TeamSyncWindow extends SyncWindow {
    /** Names of Applications, sorted; at least one. */
    readonly applications: readonly string[];
}
