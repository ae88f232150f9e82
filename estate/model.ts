/**
 * The estate as components, policies and tools see it: plain data, every default filled in, every
 * inherited value resolved, every derived name computed, frozen. It is made by `resolve` from a valid
 * spec and by nothing else. Nothing here knows Pulumi, and nothing here is secret.
 */
import type { FlowPlan } from "./flows/plan";
import type { ChannelKind } from "./channels";
import type { Engine, EngineSettings } from "./engines";
import type { EventName } from "./events";
import type { NamespacedKind } from "./kinds";
import type { Spec, SpecApp, SpecEnvironment } from "./schema";

/** A part of the spec that the model takes as it is: frozen, and without keys that are undefined. */
export type Frozen<T> = T extends readonly (infer Element)[]
    ? readonly Frozen<Element>[]
    : T extends object
      ? { readonly [Key in keyof T]: Frozen<Exclude<T[Key], undefined>> }
      : T;

/** What the GitLab server's licence offers. `free` has no approvals, protected environments, people named in allowed-to lists or push rules. */
export type Tier = Spec["gitlab"]["tier"];

/**
 * Which GitLab was installed: `ce` is the Community, `ee` the Enterprise Edition, with a licence or without. It is not the
 * tier: GitLab.com and the usual package are `ee` also where nothing was paid.
 */
export type Edition = NonNullable<Spec["gitlab"]["edition"]>;

/** What renders an app's manifests from its config repository. */
export type Delivery = Spec["defaults"]["delivery"];

/** Who runs an app's pipelines. `none` leaves the app repository without CI variables. */
export type Ci = Spec["defaults"]["ci"];

/** Environments of one class share an AppProject per team: `prod` is stricter than `nonprod` everywhere. */
export type EnvironmentClass = NonNullable<SpecEnvironment["class"]>;

export interface Estate extends EngineSettings {
    /** DNS label; prefix of what is unique on a server, such as system robots. */
    readonly name: string;
    readonly gitlab: GitLab;
    readonly network: Network;
    readonly registries: Readonly<Record<string, Registry>>;
    readonly clusters: Readonly<Record<string, Cluster>>;
    readonly machines: Readonly<Record<string, Machine>>;
    /** In promotion order, first to last. */
    readonly environments: readonly Environment[];
    readonly channels: Readonly<Record<string, Channel>>;
    /** Absent: engines talk to the channels themselves. */
    readonly relay?: NotificationRelay;
    readonly teams: Readonly<Record<string, Team>>;
    readonly apps: Readonly<Record<string, App>>;
    /** Engines in use: those of its apps, or the default where it has none; sorted. */
    readonly engines: readonly Engine[];
    readonly credentials: CredentialPolicy;
    readonly pipelines: Pipelines;
}

/** Pipelines that an app's repositories include. */
export interface IncludedPipelines {
    /** Tag of the estate's project; absent: the newest. */
    readonly version?: string;
    /** Whether what is included later comes by a merge request; absent: by a commit. */
    readonly byMergeRequest?: true;
}

/** The project that repositories include their pipelines from. */
export interface Pipelines {
    readonly path: string;
    readonly fullPath: string;
}

/** What lies between the estate and its servers. */
export interface Network {
    /** Private authorities, sorted by name. */
    readonly authorities: readonly CertificateAuthority[];
    /** Absent: everything is reached directly. */
    readonly proxy?: Proxy;
}

/** An HTTP proxy, for https too. */
export interface Proxy {
    readonly url: string;
    /** What pods and jobs reach directly: hosts, domains, addresses and networks. */
    readonly direct: readonly string[];
    /** Whether GitLab's jobs get it. */
    readonly pipelines: boolean;
}

/** A private authority that signs servers' certificates. */
export interface CertificateAuthority {
    readonly name: string;
    /** Certificates; empty where the file was not read. */
    readonly pem: string;
    /** Where it was read from. */
    readonly file?: string;
    /** Hosts it signs for, without ports, sorted. */
    readonly hosts: readonly string[];
}

export interface GitLab {
    /** Without a trailing slash, e.g. `https://gitlab.example.com`. */
    readonly url: string;
    /** Full path of the group that holds the estate. */
    readonly group: string;
    /** False: the group exists already and is only looked up (on GitLab.com a top-level group cannot be created by API). */
    readonly createGroup: boolean;
    readonly tier: Tier;
    readonly edition: Edition;
    /** Whether pipelines of merge requests between environments get the promotion's credentials, and hold the merge back. */
    readonly protectedMergeRequestPipelines: boolean;
    readonly visibility: Spec["gitlab"]["visibility"];
    /** PEM file of a private CA, as a path on the machine that runs Pulumi. */
    readonly caFile?: string;
    /** URL under which the clusters reach this GitLab, where it differs from `url`. */
    readonly clusterUrl: string;
    /** How merges wait for approvals where the tier has none; absent: they do not, or the tier has them. */
    readonly approvalGate?: ApprovalGate;
}

/** A job of pipelines that holds merge requests until enough people have approved. */
export interface ApprovalGate {
    /** What runs it again when somebody approves; absent: a person does. */
    readonly relay?: {
        /** Where GitLab reaches it, without a trailing slash. */
        readonly url: string;
        readonly image: string;
    };
}

export interface Registry {
    readonly name: string;
    /** Harbor's URL without a trailing slash, e.g. `https://harbor.example.com`. */
    readonly url: string;
    /** Authority of image references, e.g. `harbor.example.com` or `127.0.0.1:8930`. */
    readonly host: string;
    /** True: TLS certificates are not verified. Only for the sandbox and labs. */
    readonly insecure: boolean;
    /** Harbor's `robot_name_prefix`. */
    readonly robotPrefix: string;
}

export interface Cluster {
    readonly name: string;
    /** `host` runs the engines; `member` runs apps. Exactly one host. A host may also be listed in environments. */
    readonly role: Spec["clusters"][string]["role"];
    /** Context of the kubeconfig. */
    readonly context: string;
    /** Path of the kubeconfig file; absent: the stack's secret `credentials.clusters.<name>.kubeconfig`, or the default kubeconfig. */
    readonly kubeconfig?: string;
    /** API server URL as an engine on the host reaches it. For the host itself `https://kubernetes.default.svc`. */
    readonly server: string;
    /** What the certificate at `server` is verified with, and by which name; absent: the cluster's own authority, its host. */
    readonly tls?: ClusterTls;
    /** Proxy through which engines reach `server`; absent: none. */
    readonly proxyUrl?: string;
    /** What becomes of apps' namespaces when the apps or the cluster leave. */
    readonly leaving: Spec["clusters"][string]["leaving"];
    /** Labels of the cluster's registration, for generators and selectors. */
    readonly labels: Readonly<Record<string, string>>;
}

/** A machine with Docker, which jobs of pipelines deliver to. */
export interface Machine {
    readonly name: string;
    /** How jobs get at its Docker: on a runner that has these tags, sorted, or from any runner over SSH. */
    readonly reached:
        | { readonly by: "runner"; readonly tags: readonly string[] }
        | {
              readonly by: "ssh";
              readonly host: string;
              readonly port: number;
              readonly user: string;
              /** Its public keys, each with its type, sorted: it is let in by no other. */
              readonly hostKeys: readonly string[];
          };
}

/** How an API server's certificate is verified. */
export interface ClusterTls {
    readonly serverName?: string;
    /** `cluster`: the cluster's own authority, which its tokens come with. */
    readonly trust: "cluster" | "public" | { readonly pem: string };
}

export interface Environment {
    readonly name: string;
    /** Position in the promotion order, from 0. */
    readonly index: number;
    readonly class: EnvironmentClass;
    /** Names of clusters, sorted; none where apps run on a machine. */
    readonly clusters: readonly string[];
    /** Name of the machine its apps run on; absent: they run on clusters. */
    readonly machine?: string;
    /** Name of the registry that holds this environment's images. */
    readonly registry: string;
    /** Branch the spec names for it; only flows with a branch per environment make something of it. */
    readonly branch?: string;
    /** Approvals a merge into the branch needs. */
    readonly approvals: number;
    /** Protects repositories and projects from deletion by Pulumi, and makes their tags immutable. */
    readonly deletionProtection: boolean;
    /** The environment before it; absent for the first. */
    readonly promotesFrom?: string;
    /** Channels that get messages about this environment, beside the team's. */
    readonly channels: readonly string[];
    /** When syncs may, or must not, happen here; empty: at any time. */
    readonly syncWindows: readonly SyncWindow[];
}

/** A time in which changes are (`allow`) or are not (`deny`) applied. */
export type SyncWindow = Frozen<SpecEnvironment["syncWindows"][number]>;

/** A chat or mail destination. Its URL and signing secret are stack secrets under `credentials.channels.<name>`. */
export interface Channel {
    readonly name: string;
    readonly kind: ChannelKind;
    /** Slack channel, or mail address; absent for bots, whose URL says where. */
    readonly recipient?: string;
    /** Language of the cards. */
    readonly language: Language;
    /** The events it gets where a subscription does not choose; sorted. */
    readonly events: readonly EventName[];
}

/** Languages of the cards. */
export type Language = Spec["channels"][string]["language"];

/** The relay that signs messages for bots. */
export interface NotificationRelay {
    readonly image: string;
    /** Whether its registry wants a login of its own. */
    readonly imageLogin?: true;
    /** Where engines reach it, without a trailing slash. */
    readonly url: string;
    readonly dedupMinutes: number;
    readonly dryRun: boolean;
    /** Whether it reports on GitLab what became of commits. */
    readonly commits?: true;
}

export interface Team {
    readonly name: string;
    /** Full path of the team's GitLab group. */
    readonly group: string;
    /** GitLab user names, sorted. Maintainers merge into protected branches. */
    readonly maintainers: readonly string[];
    /** GitLab user names, sorted. */
    readonly developers: readonly string[];
    readonly channels: readonly string[];
}

export interface App {
    readonly name: string;
    readonly team: string;
    /** Name of a built-in flow, or of one that the spec describes. */
    readonly flow: string;
    /** What the flow comes to for this app. */
    readonly plan: FlowPlan;
    readonly ci: Ci;
    readonly engine: Engine;
    readonly delivery: Delivery;
    readonly repository: Repository;
    /** The first of its config repositories; a flow that has more puts them beside it, see `plan`. */
    readonly config: ConfigRepository;
    /** Container port of the seeded chart or kustomization, 1-65535. */
    readonly port: number;
    /** `progressDeadlineSeconds` of the seeded chart or kustomization. */
    readonly rolloutDeadlineSeconds: number;
    readonly pipeline: Pipeline;
    /** What its repositories include from the estate's project; absent: they have copies, or no pipeline of GitLab. */
    readonly included?: IncludedPipelines;
    /** While it is there, deliveries come from its branch instead of the repository's own. */
    readonly hotfix?: Hotfix;
    /** What comes to each environment, by its name, for flows with lanes; absent: as the flow has it. */
    readonly lanes?: Frozen<NonNullable<SpecApp["lanes"]>>;
    readonly updater?: ImageUpdater;
    readonly previews?: Previews;
    /** In promotion order; a subset of the estate's environments. */
    readonly environments: readonly AppEnvironment[];
    /** Apps that have to be ready first where both run, sorted. */
    readonly dependsOn: readonly string[];
    /** Comment by which the engine finds the version in the files that it writes; absent: it needs none. */
    readonly versionMarker?: string;
}

/** What builds images without a daemon and without privilege. `crane` packs static content only. */
export type Builder = Spec["defaults"]["pipeline"]["builder"];

/** The jobs of the pipelines. */
export type PipelineJob = keyof Spec["defaults"]["pipeline"]["images"];

/** How an app's pipelines run. */
export interface Pipeline {
    readonly builder: Builder;
    /** Image each job runs in. */
    readonly images: Readonly<Record<PipelineJob, string>>;
}

/** A branch that is delivered instead of the usual one, for a time. */
export interface Hotfix {
    readonly branch: string;
    /** Tag, branch or commit the estate starts the branch at; absent: people make it. */
    readonly from?: string;
    /** Last day it is meant for, `YYYY-MM-DD`. */
    readonly until?: string;
}

/** A running copy of an app for each open merge request into the delivered branch. */
export interface Previews {
    /**
     * Where they run: one namespace on one cluster, shared by the app's previews, and an image project of their own. Its
     * settings are those of the environment that they are like.
     */
    readonly place: AppEnvironment;
    /** Environment whose chart or kustomization they take. */
    readonly like: string;
    /** Target branch of the merge requests. */
    readonly into: string;
    /** Label of merge requests that have one. */
    readonly label: string;
    /** How many the app has at most. */
    readonly maximum: number;
    /** Days after its last deployment when one goes. */
    readonly days: number;
    /** Address with `{number}` for the merge request's; absent: the engine's page about it. */
    readonly url?: string;
}

export interface Repository {
    /** Last element of the path, e.g. `web`. */
    readonly path: string;
    /** Group and path, e.g. `acme/shop/web`. */
    readonly fullPath: string;
    /** Default and trigger branch of the app repository. */
    readonly branch: string;
}

export interface ConfigRepository {
    /** `app`: a repository for this app; `team`: one shared by the team's apps. */
    readonly scope: Spec["defaults"]["config"]["scope"];
    readonly path: string;
    readonly fullPath: string;
    /** Clone URL as the clusters reach it, ending in `.git`. */
    readonly url: string;
    /** Folder of the chart or kustomization in every branch. */
    readonly folder: string;
    /** Folders that several apps of a shared repository use, sorted; absent: they may use anything. */
    readonly sharedFolders?: readonly string[];
}

/** One app in one environment. */
export interface AppEnvironment {
    readonly environment: string;
    readonly class: EnvironmentClass;
    /** Namespace on each of the clusters, e.g. `web-dev`. */
    readonly namespace: string;
    /** Those of the environment's clusters that it runs on, sorted; none on a machine. */
    readonly clusters: readonly string[];
    /** Name of the machine it runs on, by a Compose file; absent: it runs on clusters. */
    readonly machine?: string;
    readonly registry: string;
    /** Harbor project, e.g. `web-dev`. */
    readonly project: string;
    /** Full image reference without tag, e.g. `harbor.example.com/web-dev/web`. */
    readonly image: string;
    /** Storage limit of the Harbor project in GiB; -1 for none. */
    readonly storageGiB: number;
    /** How many of the newest tags retention keeps. */
    readonly keepTags: number;
    /** Tags that cannot be overwritten, as doublestar patterns; empty for none. */
    readonly immutableTags: readonly string[];
    /** Which images Harbor hands out to nobody; absent: it hands out all. `allowlist` is sorted. */
    readonly preventVulnerable?: { readonly severity: string; readonly allowlist: readonly string[] };
    readonly sync: Sync;
    /** Hard limits of the namespace's ResourceQuota, e.g. `{"requests.cpu": "4"}`; empty for no quota. */
    readonly quota: Readonly<Record<string, string>>;
    /** Values over the chart's own (Helm only). */
    readonly values: Readonly<Record<string, unknown>>;
    /** Changes over the kustomization (Kustomize only). */
    readonly kustomize: KustomizeOverrides;
    /** Kinds of objects its config repository may hold here beside the usual ones, sorted. */
    readonly kinds: readonly NamespacedKind[];
    /** The tag that runs here whatever git says; absent: what git says. */
    readonly pin?: string;
    /** Why nothing is applied automatically here for now; absent: not paused. */
    readonly hold?: string;
    readonly deletionProtection: boolean;
    /** Channels that get messages about this app in this environment: team, environment and app together, sorted. */
    readonly channels: readonly string[];
    /** The events a channel gets about this app here, where they differ from those it gets in general; sorted. */
    readonly events?: Readonly<Record<string, readonly EventName[]>>;
}

export interface Sync {
    /** False: a person syncs. */
    readonly automated: boolean;
    readonly prune: boolean;
    readonly selfHeal: boolean;
    readonly retries: number;
    /** Earlier syncs that can be rolled back to. */
    readonly history: number;
    /** Fields that are neither drift nor undone. */
    readonly ignoreDifferences: readonly IgnoredDifference[];
}

/** Fields of objects that others than git own. */
export type IgnoredDifference = Frozen<NonNullable<Spec["defaults"]["sync"]>["ignoreDifferences"][number]>;

/** What an Application changes over its kustomization. */
export interface KustomizeOverrides {
    /** By name of the Deployment or StatefulSet. */
    readonly replicas: Readonly<Record<string, number>>;
    readonly patches: Frozen<NonNullable<Spec["defaults"]["kustomize"]>["patches"]>;
}

/** Which of the allowed tags an updater takes. */
export type UpdateStrategy = SpecUpdater["strategy"];

type SpecUpdater = NonNullable<SpecApp["updater"]>;

/** Which tags of an image are taken. */
export interface ImageRule {
    readonly strategy: UpdateStrategy;
    /** Range for `semver`, tag for `digest`; absent otherwise. */
    readonly constraint?: string;
    /** `regexp:<expression>`, or `any`. */
    readonly allowTags: string;
    /** What of a tag is compared, in words of groups of `allowTags`; absent: the whole. */
    readonly extract?: string;
    /** Globs, sorted. */
    readonly ignoreTags: readonly string[];
    /** e.g. `linux/amd64`, sorted; empty: the updater's own. */
    readonly platforms: readonly string[];
}

/** An image of an app beside its own. Exactly one of `repository` and `image` is there. */
export interface ExtraImage extends ImageRule {
    /** Repository in the environment's Harbor project. */
    readonly repository?: string;
    /** Full reference without tag. */
    readonly image?: string;
    /** Keys of the chart's values; Helm apps only. */
    readonly helm?: Frozen<NonNullable<SpecUpdater["images"][string]["helm"]>>;
    /** Name in the kustomization; Kustomize apps only. */
    readonly kustomize?: Frozen<NonNullable<SpecUpdater["images"][string]["kustomize"]>>;
    /** Where the updater finds credentials, in its own form; absent: the pull robot for a repository, else none. */
    readonly pullSecret?: string;
}

/** What an image updater may do with one app; absent when CI writes the tag. */
export interface ImageUpdater extends ImageRule {
    /** Environments it acts in. */
    readonly environments: readonly string[];
    /** Images beside the app's own, by alias. */
    readonly images: Readonly<Record<string, ExtraImage>>;
    /** Where the tag is written back: `.argocd-source-<application>.yaml`, or the chart's values / the kustomization. */
    readonly writeBack: SpecUpdater["writeBack"];
    /** Branch, or Go template of one, that is made from the environment's and committed to instead. */
    readonly writeBranch?: string;
    /** Opens a merge request instead of committing to the environment's branch. */
    readonly mergeRequest: boolean;
}

/** How long what the estate issues is good for. */
export type CredentialPolicy = Frozen<Spec["credentials"]>;
