import { resolveApprovalGate } from "./approvals";
import { chosenClusters, type ClusterChoice } from "./clusterChoice";
import { dayOf } from "./days";
import { engineOf, engines, type Engine, type EngineSettings } from "./engines";
import type { EngineRegistry } from "./engines/engine";
import { eventOf } from "./events";
import { defaultFlow, flows, flowsOf } from "./flows";
import type { FlowRegistry } from "./flows/plan";
import { furtherKinds } from "./kinds";
import type {
    App,
    AppEnvironment,
    Cluster,
    ConfigRepository,
    Environment,
    Estate,
    EnvironmentClass,
    IgnoredDifference,
    ImageRule,
    KustomizeOverrides,
    Network,
    Registry,
    Sync,
    Team,
} from "./model";
import { resolveMachine } from "./machines";
import { resolveNetwork } from "./network";
import * as names from "./names";
import { channelOf } from "./notificationSchema";
import { resolveRelay, resolveSubscriptions } from "./notifications";
import { resolveHotfix, resolveIncluded, resolvePipeline } from "./pipeline";
import type { KubeconfigConnection } from "./kubeconfig";
import { needsEnterprise } from "./edition";
import { resolvePreviews } from "./previews";
import { promotionOrder } from "./environmentOrder";
import { freeze, given, mapSorted, sortedSet, plainUrl } from "./plain";
import { compare } from "./problem";
import type { Spec, SpecApp, SpecEnvironment } from "./schema";

/**
 * From a spec to the model: every inherited value filled in, every name derived, lists and maps sorted, frozen.
 *
 * Inheritance is estate `defaults` → environment `defaults` → app → app in one environment. Maps merge, lists
 * replace, `null` switches off. Only nulls inside Helm `values` stay: there they are Helm's own way to
 * drop a value.
 *
 * Total on every spec the schema accepts, also where names lead nowhere: the rules of check.ts read the
 * result and report what is wrong with it.
 */
export function resolve(spec: Spec, context: ResolveContext = {}): Estate {
    const gitlabUrl = plainUrl(spec.gitlab.url);
    const environments = resolveEnvironments(spec);
    const gitlab: Estate["gitlab"] = {
        url: gitlabUrl,
        group: spec.gitlab.group,
        createGroup: spec.gitlab.createGroup,
        tier: spec.gitlab.tier,
        edition: spec.gitlab.edition ?? (needsEnterprise(spec.gitlab) ? "ee" : "ce"),
        protectedMergeRequestPipelines: spec.gitlab.protectedMergeRequestPipelines,
        visibility: spec.gitlab.visibility,
        ...given("caFile", spec.gitlab.caFile),
        clusterUrl: plainUrl(spec.gitlab.clusterUrl ?? gitlabUrl),
        ...given("approvalGate", resolveApprovalGate(spec)),
    };
    const registries = mapSorted(spec.registries, resolveRegistry);
    const planless = mapSorted(spec.apps, (app, name) =>
        resolveApp(name, app, { spec, gitlab, environments, registries }, context),
    );
    const ways = flowsOf(spec.flows, context.flows);
    const apps = mapSorted(planless, (app) => withPlan(app, planless, { gitlab, environments }, ways));
    const inUse = usedEngines(spec, apps);
    const network = resolveNetwork(spec, furtherServers(spec, context), context.files);
    return freeze({
        name: spec.name,
        gitlab,
        network,
        registries,
        clusters: mapSorted(spec.clusters, (cluster, name) =>
            resolveCluster(name, cluster, network, context),
        ),
        machines: mapSorted(spec.machines, resolveMachine),
        environments,
        channels: mapSorted(spec.channels, (channel, name) => ({
            name,
            kind: channel.kind,
            ...given("recipient", channel.recipient),
            language: channel.language,
            events: sortedSet(channel.triggers.map(eventOf)),
        })),
        ...given("relay", resolveRelay(spec, relayHost(spec, inUse, context))),
        teams: mapSorted(spec.teams, (team, name) => resolveTeam(name, team, spec)),
        apps,
        engines: inUse,
        ...engineSettings(spec, context),
        credentials: {
            generation: spec.credentials.generation,
            lifetimeDays: spec.credentials.lifetimeDays,
            rotateBeforeDays: spec.credentials.rotateBeforeDays,
            ...given("expires", spec.credentials.expires && dayOf(spec.credentials.expires)),
        },
        pipelines: {
            path: spec.pipelines.path,
            fullPath: `${gitlab.group}/${spec.pipelines.path}`,
        },
    });
}

/** What the spec leaves to the machine it is read on. */
export interface ResolveContext {
    /** API servers' URLs by cluster, from the kubeconfigs. */
    readonly servers?: Readonly<Record<string, string>>;
    /** What the kubeconfigs say of each cluster's certificate and proxy, where `servers` has its URL from there. */
    readonly connections?: Readonly<Record<string, KubeconfigConnection>>;
    /** Contents of the files that the spec names, by path. */
    readonly files?: Readonly<Record<string, string>>;
    /** Folders that replace where engines are installed from, by engine. */
    readonly manifests?: Readonly<Record<string, string>>;
    /** Default: those of estate/flows. */
    readonly flows?: FlowRegistry;
    /** Default: those of estate/engines. */
    readonly engines?: EngineRegistry;
}

/** Engines of the apps; without apps that of the estate, so that it is there before the first of them. */
function usedEngines(spec: Spec, apps: Estate["apps"]): Engine[] {
    const used = Object.values(apps).map((app) => app.engine);
    return sortedSet(used.length === 0 ? [spec.defaults.engine] : used);
}

function engineSettings(spec: Spec, context: ResolveContext): EngineSettings {
    // The registry's own type says which engine makes what.
    return mapSorted<EngineRegistry[string], unknown>(context.engines ?? engines, ({ resolve: settings }) =>
        settings(spec, context),
    ) as EngineSettings;
}

/** URLs of servers that engines ask beside GitLab and the registries. */
function furtherServers(spec: Spec, context: ResolveContext): string[] {
    return Object.values<EngineRegistry[string]>(context.engines ?? engines).flatMap(
        ({ servers }) => servers?.(spec) ?? [],
    );
}

/** Namespace of the engine that sends through the relay. */
function relayHost(spec: Spec, [first]: readonly Engine[], context: ResolveContext): string {
    return engineOf(first ?? spec.defaults.engine, context.engines).namespace(spec);
}

/** Used where a member's API server is not known; nothing answers there, by RFC 6761. */
export function unknownServer(cluster: string): string {
    return `https://${cluster}.invalid`;
}

/** Where an engine reaches the cluster it runs on. */
export const hostServer = "https://kubernetes.default.svc";

/** An app's or environment's class while references are still unchecked. */
function environmentClass(name: string, environment: SpecEnvironment, spec: Spec): EnvironmentClass {
    const promoted = Object.values(spec.environments).some((other) => other.promotesFrom === name);
    return environment.class ?? (promoted ? "nonprod" : "prod");
}

function resolveEnvironments(spec: Spec): readonly Environment[] {
    const onlyRegistry =
        Object.keys(spec.registries).length === 1 ? Object.keys(spec.registries)[0] : undefined;
    return promotionOrder(spec.environments).names.flatMap((name, index): Environment[] => {
        const environment = spec.environments[name];
        if (environment === undefined) {
            return [];
        }
        const kind = environmentClass(name, environment, spec);
        return [
            {
                name,
                index,
                class: kind,
                clusters:
                    environment.clusters === undefined
                        ? []
                        : chosenClusters(environment.clusters, spec.clusters),
                ...given("machine", environment.machine),
                registry: environment.registry ?? onlyRegistry ?? "",
                ...given("branch", environment.branch),
                approvals:
                    environment.approvals ?? (kind === "prod" && spec.gitlab.tier === "premium" ? 1 : 0),
                deletionProtection: environment.deletionProtection ?? kind === "prod",
                ...given("promotesFrom", environment.promotesFrom),
                channels: sortedSet(environment.channels.map(channelOf)),
                syncWindows: environment.syncWindows.map(({ description, ...window }) => ({
                    ...window,
                    ...given("description", description),
                })),
            },
        ];
    });
}

function resolveRegistry(registry: Spec["registries"][string], name: string): Registry {
    const url = plainUrl(registry.url);
    return {
        name,
        url,
        host: url.replace(/^https?:\/\//, ""),
        insecure: registry.insecure,
        robotPrefix: registry.robotPrefix,
    };
}

function resolveCluster(
    name: string,
    cluster: Spec["clusters"][string],
    network: Network,
    { servers, connections }: ResolveContext,
): Cluster {
    const server =
        cluster.server ?? (cluster.role === "host" ? hostServer : (servers?.[name] ?? unknownServer(name)));
    const isKubeconfigs = cluster.role === "member" && cluster.server === undefined;
    const connection = isKubeconfigs ? connections?.[name] : undefined;
    return {
        name,
        role: cluster.role,
        context: cluster.access.context ?? name,
        ...given("kubeconfig", cluster.access.kubeconfig),
        server: plainUrl(server),
        ...given("tls", resolveTls(cluster.tls, network, connection)),
        ...given("proxyUrl", cluster.proxyUrl ?? connection?.proxyUrl),
        leaving: cluster.leaving,
        labels: mapSorted(cluster.labels, (value) => value),
    };
}

/** Undefined where the certificate is the cluster's own and its name the host of its URL. */
function resolveTls(
    { serverName: written, certificateAuthority }: Spec["clusters"][string]["tls"],
    { authorities }: Network,
    connection: KubeconfigConnection | undefined,
): Cluster["tls"] {
    const serverName = written ?? connection?.serverName;
    const named = authorities.find(({ name }) => name === certificateAuthority);
    const trust =
        certificateAuthority === "public" || certificateAuthority === "cluster"
            ? certificateAuthority
            : named !== undefined
              ? { pem: named.pem }
              : (connection?.trust ?? "cluster");
    return serverName === undefined && trust === "cluster"
        ? undefined
        : { ...given("serverName", serverName), trust };
}

function resolveTeam(name: string, team: Spec["teams"][string], spec: Spec): Team {
    return {
        name,
        group: names.teamGroup(spec.gitlab.group, name),
        maintainers: sortedSet(team.maintainers),
        developers: sortedSet(team.developers),
        channels: sortedSet(team.channels.map(channelOf)),
    };
}

/** What an app is resolved against. */
interface Surroundings {
    readonly spec: Spec;
    readonly gitlab: Estate["gitlab"];
    readonly environments: readonly Environment[];
    readonly registries: Readonly<Record<string, Registry>>;
}

/** An app before its flow is looked at. */
type PlanlessApp = Omit<App, "plan">;

/** An app with its flow's plan. Apps of one config repository reach its environments together. */
function withPlan(
    app: PlanlessApp,
    all: Readonly<Record<string, PlanlessApp>>,
    { gitlab, environments }: Pick<Estate, "gitlab" | "environments">,
    registry: FlowRegistry,
): App {
    // Rule flow-exists reports a name that leads nowhere.
    const flow = registry[app.flow] ?? flows[defaultFlow];
    const reached = (apps: readonly PlanlessApp[]): Environment[] => {
        const names = new Set(
            apps.flatMap((each) => each.environments.map(({ environment }) => environment)),
        );
        return environments.filter(({ name }) => names.has(name));
    };
    const sharing = Object.values(all).filter((other) => other.config.fullPath === app.config.fullPath);
    const plan = flow.plan({ app, environments: reached([app]), shared: reached(sharing), gitlab });
    const { previews } = app;
    return {
        ...app,
        ...given("previews", previews && { ...previews, into: plan.reviewed ?? previews.into }),
        plan,
    };
}

function resolveApp(name: string, app: SpecApp, around: Surroundings, context: ResolveContext): PlanlessApp {
    const { spec, gitlab, environments } = around;
    const group = names.teamGroup(gitlab.group, app.team);
    const delivery = app.delivery ?? spec.defaults.delivery;
    const path = app.repository.path ?? name;
    const present = environments.filter((environment) => app.environments[environment.name] !== null);
    const repository = { path, fullPath: `${group}/${path}`, branch: app.repository.branch };
    const places = present.map((environment) =>
        resolveAppEnvironment(name, app, environment, around, delivery),
    );
    const engine = app.engine ?? spec.defaults.engine;
    const updater = resolveUpdater(app, present);
    const marked = updater?.environments[0] ?? present[0]?.name;
    const marker =
        marked === undefined
            ? undefined
            : engineOf(engine, context.engines).versionMarker?.({ name, team: app.team }, marked);
    return {
        name,
        team: app.team,
        flow: app.flow ?? spec.defaults.flow,
        ci: app.ci ?? spec.defaults.ci,
        engine,
        delivery,
        repository,
        config: resolveConfig(name, app, group, around),
        port: app.port ?? spec.defaults.port,
        rolloutDeadlineSeconds: app.rolloutDeadlineSeconds ?? spec.defaults.rolloutDeadlineSeconds,
        pipeline: resolvePipeline(app, spec),
        ...given("included", resolveIncluded(app, spec)),
        ...given("hotfix", resolveHotfix(app)),
        ...given("lanes", app.lanes && mapSorted(app.lanes, resolveLane)),
        ...given("updater", updater),
        ...given("previews", resolvePreviews({ name, repository, environments: places }, app)),
        environments: places,
        dependsOn: sortedSet(app.dependsOn),
        ...given("versionMarker", marker),
    };
}

function resolveLane({
    branch,
    tag,
    start,
}: NonNullable<SpecApp["lanes"]>[string]): NonNullable<App["lanes"]>[string] {
    return { ...given("branch", branch), ...given("tag", tag), ...given("start", start) };
}

function resolveConfig(
    name: string,
    app: SpecApp,
    group: string,
    { spec, gitlab }: Surroundings,
): ConfigRepository {
    const scope = app.config.scope ?? spec.defaults.config.scope;
    const shared = last([spec.defaults.config.sharedFolders, app.config.sharedFolders]) ?? null;
    const path = app.config.path ?? names.configPath(scope === "team" ? app.team : name);
    const fullPath = `${group}/${path}`;
    return {
        scope,
        path,
        fullPath,
        url: `${gitlab.clusterUrl}/${fullPath}.git`,
        folder: app.config.folder ?? name,
        ...given("sharedFolders", shared === null ? undefined : sortedSet(shared)),
    };
}

function resolveUpdater(app: SpecApp, present: readonly Environment[]): App["updater"] {
    if (app.updater === undefined || app.updater === null) {
        return undefined;
    }
    const { updater } = app;
    const wanted = updater.environments ?? present.slice(0, 1).map((environment) => environment.name);
    return {
        environments: present.map((environment) => environment.name).filter((name) => wanted.includes(name)),
        ...imageRule(updater),
        images: mapSorted(updater.images, (image) => ({
            ...imageRule(image),
            ...given("repository", image.repository),
            ...given("image", image.image),
            ...given(
                "helm",
                image.helm && {
                    ...given("name", image.helm.name),
                    ...given("tag", image.helm.tag),
                    ...given("spec", image.helm.spec),
                },
            ),
            ...given("kustomize", image.kustomize),
            ...given("pullSecret", image.pullSecret),
        })),
        writeBack: updater.writeBack,
        ...given("writeBranch", updater.writeBranch),
        mergeRequest: updater.mergeRequest,
    };
}

function imageRule(
    rule: Pick<ImageRule, "strategy" | "allowTags" | "ignoreTags" | "platforms"> & {
        readonly constraint?: string | undefined;
        readonly extract?: string | undefined;
    },
): ImageRule {
    return {
        strategy: rule.strategy,
        ...given("constraint", rule.constraint),
        allowTags: rule.allowTags,
        ...given("extract", rule.extract),
        ignoreTags: sortedSet(rule.ignoreTags),
        platforms: sortedSet(rule.platforms),
    };
}

function resolveAppEnvironment(
    name: string,
    app: SpecApp,
    environment: Environment,
    { spec, registries }: Surroundings,
    delivery: App["delivery"],
): AppEnvironment {
    const own = app.environments[environment.name] ?? {};
    const levels = [spec.defaults, spec.environments[environment.name]?.defaults ?? {}, app, own];
    const project = names.harborProject(name, environment.name);
    const registry = registries[environment.registry];
    const immutable = last(levels.map((level) => level.immutableTags));
    const prevented = last(levels.map((level) => level.preventVulnerable));
    return {
        environment: environment.name,
        class: environment.class,
        namespace: own.namespace ?? names.namespace(name, environment.name),
        clusters: clustersOf(environment, own.clusters ?? app.clusters, spec),
        ...given("machine", environment.machine),
        registry: environment.registry,
        project,
        image: `${registry?.host ?? "unknown.invalid"}/${project}/${name}`,
        storageGiB: last(levels.map((level) => level.storageGiB)) ?? -1,
        keepTags: last(levels.map((level) => level.keepTags)) ?? 1,
        immutableTags: sortedSet(
            immutable === undefined ? (environment.class === "prod" ? ["**"] : []) : (immutable ?? []),
        ),
        ...(prevented === undefined || prevented === null
            ? {}
            : {
                  preventVulnerable: {
                      severity: prevented.severity,
                      allowlist: sortedSet(prevented.allowlist),
                  },
              }),
        sync: resolveSync(levels.map((level) => level.sync)),
        quota: resolveQuota(levels.map((level) => level.quota)),
        values:
            delivery === "helm" || delivery === "jsonnet"
                ? resolveValues(levels.map((level) => level.values))
                : {},
        kustomize:
            delivery === "kustomize"
                ? resolveKustomize(levels.map((level) => level.kustomize))
                : { replicas: {}, patches: [] },
        kinds: furtherKinds(last(levels.map((level) => level.kinds)) ?? []),
        ...given("pin", own.pin),
        ...given("hold", own.hold),
        deletionProtection: own.deletionProtection ?? environment.deletionProtection,
        ...resolveSubscriptions(app, own.channels, environment.name, spec),
    };
}

/** Those of an environment's clusters that an app runs on. */
function clustersOf(
    { clusters }: Environment,
    choice: ClusterChoice | undefined,
    spec: Spec,
): readonly string[] {
    if (choice === undefined) {
        return clusters;
    }
    const wanted = new Set(chosenClusters(choice, spec.clusters));
    return clusters.filter((cluster) => wanted.has(cluster));
}

/** The innermost level that says anything; null is something. */
function last<T>(levels: readonly (T | undefined)[]): T | undefined {
    return levels.findLast((level) => level !== undefined);
}

/** A person syncs; what is left on says how an engine goes about it then. */
const manualSync: Sync = {
    automated: false,
    prune: false,
    selfHeal: false,
    retries: 0,
    history: 10,
    ignoreDifferences: [],
};

type SpecSync = NonNullable<Spec["environments"][string]["defaults"]["sync"]>;

function resolveSync(levels: readonly (SpecSync | null | undefined)[]): Sync {
    let sync: Sync = manualSync;
    for (const level of levels) {
        if (level === null) {
            // What is no drift stays none, whoever syncs.
            sync = { ...manualSync, history: sync.history, ignoreDifferences: sync.ignoreDifferences };
        } else if (level !== undefined) {
            sync = {
                automated: level.automated ?? sync.automated,
                prune: level.prune ?? sync.prune,
                selfHeal: level.selfHeal ?? sync.selfHeal,
                retries: level.retries ?? sync.retries,
                history: level.history ?? sync.history,
                ignoreDifferences: level.ignoreDifferences?.map(ignoredDifference) ?? sync.ignoreDifferences,
            };
        }
    }
    // Without automation there is nothing to prune or heal by; one form for one behaviour.
    return sync.automated ? sync : { ...sync, prune: false, selfHeal: false };
}

function ignoredDifference(
    difference: Omit<IgnoredDifference, "name"> & { readonly name?: string | undefined },
): IgnoredDifference {
    const { name, ...rest } = difference;
    return { ...rest, ...given("name", name) };
}

type SpecKustomize = NonNullable<Spec["defaults"]["kustomize"]>;

function resolveKustomize(levels: readonly (SpecKustomize | null | undefined)[]): KustomizeOverrides {
    const replicas = new Map<string, number>();
    let patches: KustomizeOverrides["patches"] = [];
    for (const level of levels) {
        if (level === null) {
            replicas.clear();
            patches = [];
            continue;
        }
        for (const [name, count] of Object.entries(level?.replicas ?? {})) {
            if (count === null) {
                replicas.delete(name);
            } else {
                replicas.set(name, count);
            }
        }
        if (level !== undefined && level.patches.length > 0) {
            patches = level.patches.map(({ target, patch }) => ({
                ...given("target", target && definedOnly(target)),
                patch,
            }));
        }
    }
    return { replicas: Object.fromEntries([...replicas].sort(([a], [b]) => compare(a, b))), patches };
}

function definedOnly<K extends string>(map: { readonly [P in K]?: string | undefined }): Partial<
    Record<K, string>
> {
    return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined)) as Partial<
        Record<K, string>
    >;
}

function resolveQuota(
    levels: readonly (Readonly<Record<string, string | null>> | null | undefined)[],
): Record<string, string> {
    const quota = new Map<string, string>();
    for (const level of levels) {
        if (level === null) {
            quota.clear();
        }
        for (const [key, limit] of Object.entries(level ?? {})) {
            if (limit === null) {
                quota.delete(key);
            } else {
                quota.set(key, limit);
            }
        }
    }
    return Object.fromEntries([...quota].sort(([a], [b]) => compare(a, b)));
}

type Values = Record<string, unknown>;

function resolveValues(levels: readonly (Values | null | undefined)[]): Values {
    const merged = levels.reduce<Values>((values, level) => {
        if (level === null) {
            return {};
        }
        return level === undefined ? values : mergeValues(values, level);
    }, {});
    return sortKeys(merged) as Values;
}

function mergeValues(outer: Values, inner: Values): Values {
    const merged = { ...outer };
    for (const [key, value] of Object.entries(inner)) {
        const before = merged[key];
        merged[key] = isMap(before) && isMap(value) ? mergeValues(before, value) : value;
    }
    return merged;
}

function isMap(value: unknown): value is Values {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sortKeys(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(sortKeys);
    }
    return isMap(value) ? mapSorted(value, sortKeys) : value;
}
