/**
 * What the program asks of a delivery engine. It is asked in this order: what it is installed from, where GitLab reports
 * pushes, to install itself, and then of notifications, teams, clusters, repositories and apps. Its part of the spec, its names and
 * what it can do are in estate/engines.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { App, Cluster, ConfigRepository, Estate, Previews, Team } from "../../estate/model";
import type { PushHook } from "../gitlab/pushHook";
import type { ChannelSecrets } from "../notifications/channels";
import type { CommitTokens } from "../notifications/commits";
import type { RelayedApprovals } from "../notifications/relay";
import type { Providers } from "../providers";
import type { Login } from "../support/login";

/** What an engine is declared with. */
export interface EngineArgs {
    readonly estate: Estate;
    readonly providers: Providers;
    /** Secrets of channels, by channel. */
    readonly channels: Readonly<Record<string, ChannelSecrets>>;
    /** The engine's own secrets, by path, see `secrets` of its definition. */
    readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
    /** A token by which two servers of the estate know each other: another one for each purpose, the same in every run. */
    readonly token: (purpose: string) => pulumi.Output<string>;
}

/** A cluster that runs apps of the engine, and the account it uses there. */
export interface EngineCluster {
    readonly cluster: Cluster;
    /** Whose account it is and for what, where each team has its own; absent: it is for all apps. */
    readonly own?: { readonly team: string; readonly environment: string };
    /** The namespaces it may look at. */
    readonly namespaces: readonly string[];
    /** Token of the account; secret. */
    readonly token: pulumi.Input<string>;
    /** CA of the API server, PEM in base64. */
    readonly caData: pulumi.Input<string>;
    /** The account's rights in those namespaces: what the engine may not look at yet must not be registered with it. */
    readonly rights: readonly pulumi.Resource[];
}

/** A config repository with apps of the engine. */
export interface EngineRepository {
    /** Name of the component that made it; the same in every run. */
    readonly name: string;
    readonly repository: ConfigRepository;
    /** Those of its apps that the engine delivers; at least one, all of one team. */
    readonly apps: readonly App[];
    /** Reads all branches. */
    readonly reader: Login;
    /** Writes to the branches that programs may write to; absent where none does. */
    readonly writer?: Login;
}

/** An app that the engine delivers. */
export interface EngineApp {
    readonly app: App;
    /** Pull robots, by environment. */
    readonly pull: Readonly<Record<string, Login>>;
    /** Harbor's ids of its image projects, by environment. */
    readonly projects: Readonly<Record<string, pulumi.Input<string>>>;
    /** As in {@link EngineRepository}. */
    readonly writer?: Login;
    /** What must be there before anything of it is delivered: namespaces, branches, and what the engine made for it. */
    readonly after: readonly pulumi.Resource[];
}

/** An app with previews, beside what the engine knows of it. */
export interface EnginePreviews extends EngineApp {
    readonly previews: Previews;
    /** GitLab's number of the app repository. */
    readonly project: pulumi.Input<string>;
    /** Token that reads the merge requests of that project, and nothing else. */
    readonly token: pulumi.Input<string>;
}

/** Names of what delivers an app, by environment and cluster. */
export type Delivered = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An engine on the host cluster. */
export interface InstalledEngine {
    /**
     * A team's boundary. Its apps are delivered after it is there, and so with what the next two give. With accounts for each
     * team, the namespace of those on the host is part of it, always: other objects of the team may be in there too.
     */
    team(team: Team): pulumi.Resource;
    /** Makes a cluster known; for each account on it. */
    cluster(cluster: EngineCluster): pulumi.Resource;
    /** Lets it read a config repository. */
    repository(repository: EngineRepository): pulumi.Resource;
    /**
     * Sends what happens to apps to the estate's channels.
     *
     * @param commits repositories in which the relay reports what became of a commit; absent: in none.
     */
    notify(commits?: CommitTokens): void;
    /** Runs the relay of approvals beside it, for an estate with gates of merge requests. */
    approvals?(image: string, approvals: RelayedApprovals): void;
    /** Lets it write new tags of an app's images to git, for apps with an updater. */
    follow(app: EngineApp): void;
    /** Deploys an app to its clusters and keeps it in sync with git. */
    deliver(app: EngineApp): Delivered;
    /** Deploys merge requests of an app, each for as long as it is open and has the label. Called where its definition has the ability. */
    preview?(app: EnginePreviews): void;
}

/** A config repository, before it is made. */
export interface HookedRepository {
    readonly team: string;
    readonly fullPath: string;
}

/** An engine whose manifests were read and verified. */
export interface PreparedEngine {
    /** Where GitLab reports pushes to a config repository; absent: the engine only polls. */
    hook?(args: EngineArgs, repository: HookedRepository): PushHook | undefined;
    /** Where GitLab reports merge requests of apps with previews; absent: it only polls. */
    previewHook?(args: EngineArgs): PushHook | undefined;
    install(args: EngineArgs): InstalledEngine;
}

/** A delivery engine. Its name is its key in the registry. */
export interface DeliveryEngine {
    /** @throws Error when what it is installed from cannot be had, or is not what was pinned; the message says what to do. */
    prepare(estate: Estate): Promise<PreparedEngine>;
}

/** Engines by name. */
export type DeliveryEngines = Readonly<Record<string, DeliveryEngine>>;

/** Those in use in an estate, by name. */
export type PreparedEngines = Readonly<Record<string, PreparedEngine>>;
