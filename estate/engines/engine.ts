/**
 * What is known of a delivery engine without any server: its part of the spec, what that comes to, and what it can do.
 * How it is installed and configured for apps is in components/engines. Pure.
 */
import type { z } from "zod";

import type { App, AppEnvironment, Estate } from "../model";
import type { NameRule } from "../names";
import type { ResolveContext } from "../resolve";
import type { AppsRule, Finding } from "../rules/rule";
import type { Spec } from "../schema";

/** Something an engine does by itself, or what to do instead, as the fix of a problem. */
export type Ability = true | { readonly instead: string };

/** What an app may ask of its engine. */
export interface EngineAbilities {
    /** `updater` of an app: it follows images and writes their tags to git. */
    readonly updater: Ability;
    /** `syncWindows` of an environment. */
    readonly syncWindows: Ability;
    /** `sync.ignoreDifferences`. */
    readonly ignoreDifferences: Ability;
    /** `hold` and `pin` of an app in an environment. */
    readonly hold: Ability;
    readonly pin: Ability;
    /** `previews` of an app. */
    readonly previews: Ability;
    /** `delivery: jsonnet` of an app. */
    readonly jsonnet: Ability;
    /** `sync.automated: false`: nothing is applied until a person says so. */
    readonly manualSync: Ability;
    /** `dependsOn` of an app. */
    readonly dependsOn: Ability;
}

/**
 * Whom an engine delivers as on clusters: a service account for each team and environment. What is applied may name any
 * namespace, so an account that reached production too would bring there whatever is merged for another environment.
 */
export interface TeamAccounts {
    /** Name of the account for an environment. */
    readonly name: (environment: string) => string;
    /** Namespace of a team's accounts on each cluster that runs its apps. The engine makes the one on the host. */
    readonly namespace: (team: string) => string;
    /** Namespace on the cluster with the engine's own records about an app in an environment; absent: it keeps none there. */
    readonly records: (
        app: Pick<App, "team" | "delivery">,
        environment: Pick<AppEnvironment, "environment">,
    ) => string | undefined;
}

/** A value below `gitops-estate:credentials` for the engine itself. */
export interface EngineSecret {
    /** Keys, with dots between them. */
    readonly path: string;
    /** What it is for, in words. */
    readonly purpose: string;
    /** The same for the docs, with the option that asks for it. */
    readonly documented: string;
    /** Whether this estate needs it. */
    readonly needed: (estate: Estate) => boolean;
}

/** A name the engine derives from the spec. */
export interface EngineName {
    /** Where in the spec it comes from. */
    readonly path: string;
    readonly value: string;
    readonly form: NameRule;
}

/** A delivery engine. Its name is its key in the registry, in the spec and in the model. */
export interface EngineDefinition<Options extends z.ZodType = z.ZodType, Settings = unknown> {
    /** What people call it. */
    readonly title: string;
    /** Its part of the spec. */
    readonly options: Options;
    /** What that part comes to. Total on every spec the schema accepts. */
    readonly resolve: (spec: Spec, context: ResolveContext) => Settings;
    readonly abilities: EngineAbilities;
    /** Absent: it has one account on each cluster, for all of its apps. */
    readonly teamAccounts?: TeamAccounts;
    /** Comment behind the version in the files that an app's config repository starts with; absent: none. */
    readonly versionMarker?: (app: Pick<App, "name" | "team">, environment: string) => string;
    /** Kinds of its own objects. The estate makes those; no config repository may hold them. */
    readonly ownKinds: readonly { readonly group: string; readonly kind: string }[];
    /** Names, in the program, of the Secrets by which it reaches a cluster; the first group is the cluster's name. */
    readonly clusterSecrets: RegExp;
    /** Labels of a registered cluster that it gives a meaning to, or sets itself. */
    readonly clusterLabels: RegExp;
    /** Namespace on the host that the engine has for itself. */
    readonly namespace: (spec: Spec | Estate) => string;
    /** Names of what delivers an app in an environment, by cluster. */
    readonly delivered: (app: Pick<App, "name">, environment: AppEnvironment) => Record<string, string>;
    /** What the stack says about it beyond what is delivered, by output. Nothing secret. */
    readonly outputs: (estate: Estate) => Readonly<Record<string, string>>;
    /** Address of its page about an app's preview, with `{number}` for the merge request's; absent: it has none. */
    readonly previewPage?: (estate: Estate, app: Pick<App, "name">) => string;
    /** Address of its page for people; absent: it has none. */
    readonly page: (estate: Estate) => string | undefined;
    /** URLs of servers that it asks beside GitLab and the registries; absent: it asks none. */
    readonly servers?: (spec: Spec) => readonly string[];
    readonly secrets: readonly EngineSecret[];
    /** Every name it derives, for the proof that they are valid. */
    readonly names: (estate: Estate) => readonly EngineName[];
    /** Names of its part of the spec that something else has taken. */
    readonly reserved: (estate: Estate) => readonly Finding[];
    /** What must hold in an estate that uses it. */
    readonly rules: readonly AppsRule[];
}

/** Engines by name. */
export type EngineRegistry = Readonly<Record<string, EngineDefinition>>;
