/** The whole estate: which component gets what from which. The only place that knows all of them. */
import * as pulumi from "@pulumi/pulumi";
import { engineOf, engines } from "../estate/engines";
import type { EngineRegistry } from "../estate/engines/engine";
import { accountKey } from "../estate/accounts";
import { onMachine } from "../estate/machines";
import type { App, Estate, Team } from "../estate/model";
import { guardedGroup } from "../estate/names";
import { placesOf } from "../estate/previews";
import { AppSpace, type AppSpaceArgs } from "./apps/app";
import { gatedBranches } from "../estate/approvals";
import { configAt, mergePlans, type RepositoryPlan } from "../estate/flows/plan";
import { accountPlans, configPlans, type AccountPlan } from "./apps/plan";
import { appGateFile, approvalsJob, configGateFile } from "./ci/approvals";
import { includedFiles, includedVersion } from "./ci/included";
import { cardChannels } from "./ci/machines";
import { promotionSettings } from "./ci/settings";
import { ClusterAccess } from "./clusters/access";
import { AccountNamespace } from "./clusters/accountNamespace";
import { hostCluster } from "../estate/host";
import type {
    Delivered,
    EngineArgs,
    HookedRepository,
    InstalledEngine,
    PreparedEngines,
} from "./engines/engine";
import type { GatePlan } from "./gitlab/approvalGate";
import { ConfigRepository } from "./gitlab/configRepository";
import type { PushHook } from "./gitlab/pushHook";
import { EstateGroup, GuardedGroup, TeamGroup } from "./gitlab/group";
import { heldRoles } from "./gitlab/heldRoles";
import { asking, existingGroup } from "./gitlab/lookup";
import { lookUpPeople, refuseMissing, type People } from "./gitlab/people";
import type { IncludedPipelinesAt } from "./gitlab/project";
import { PipelinesProject } from "./gitlab/pipelinesProject";
import type { ChannelSecrets } from "./notifications/channels";
import { foreignPipelines, pausedApps, hotfixes, type EstateOutputs } from "./outputs";
import { makeProviders, type Providers, type ServerCredentials } from "./providers";
import { byKey, mapInTurns, mapValues, required } from "./support/maps";
import { isAppProtected, isEstateProtected, isTeamProtected, protectedObjects } from "./support/protected";
import { sharedToken } from "./support/sharedToken";

/** Every secret of a stack. */
export interface EstateCredentials extends ServerCredentials {
    /** By channel name, then by value: `url`, `secret`, … */
    readonly channels: Readonly<Record<string, ChannelSecrets>>;
    /** By machine that is reached over SSH: its private key. */
    readonly machines?: Readonly<Record<string, { readonly key: pulumi.Input<string> }>>;
    /** Of the engines themselves, by path, e.g. `sso.clientSecret`. */
    readonly engines: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Declares everything an estate consists of.
 *
 * @param prepared the engines in use, see `prepareEngines`.
 * @param definitions what is known of them without any server.
 */
export async function declareEstate(
    estate: Estate,
    credentials: EstateCredentials,
    prepared: PreparedEngines,
    definitions: EngineRegistry = engines,
): Promise<EstateOutputs> {
    const providers = makeProviders(estate, credentials);
    const args: EngineArgs = {
        estate,
        providers,
        channels: credentials.channels,
        secrets: credentials.engines,
        token: (purpose) => sharedToken(credentials.gitlab.token, purpose, estate.name),
    };
    const hookToken = args.token("approvals");
    const { group, teams, configs, people, pipelines, gates } = await repositories(
        estate,
        providers,
        (repository) => pushHooks(prepared, args, repository),
        hookToken,
    );
    const installed = mapValues(Object.fromEntries(estate.engines.map((name) => [name, name])), (name) =>
        installedEngine(estate, name, args, prepared),
    );
    const accesses = clusterAccesses(estate, providers, definitions, (engine, team) =>
        required(required(installed, engine, "engine").teams, team, "team"),
    );
    const apps = await appSpaces(estate, providers, {
        teams,
        configs,
        pipelines,
        accesses,
        definitions,
        gate: (app) => gates(app.plan.source, [app], appGateFile(app)),
        previews: (app) => previewFacts(args, prepared, definitions, app),
        machines: (app) => machineLogins(estate, credentials, app),
    });
    const applications: Record<string, Delivered> = {};
    for (const name of estate.engines) {
        const engine = required(installed, name, "engine");
        Object.assign(applications, await delivery(engine, { configs, accesses, apps, definitions }));
    }
    relayApprovals(estate, hookToken, { installed, configs, apps });
    // Last: what is declared by now is made in spite of it.
    refuseMissing(estate.teams, people);
    return {
        ...engineOutputs(estate, definitions),
        gitlab: group.webUrl,
        repositories: mapValues(estate.apps, (app) => ({
            source: required(apps, app.name, "app").repository.webUrl,
            config: required(configs, app.config.fullPath, "config repository").webUrl,
        })),
        applications,
        paused: pausedApps(estate),
        hotfixes: hotfixes(estate),
        protected: protectedObjects(estate),
        pipelines: foreignPipelines(estate, apps),
    };
}

/** Where GitLab reports pushes to a config repository, by engine. */
function pushHooks(
    prepared: PreparedEngines,
    args: EngineArgs,
    repository: HookedRepository,
): Record<string, PushHook> {
    return Object.fromEntries(
        Object.entries(prepared).flatMap(([name, engine]) => {
            const hook = engine.hook?.(args, repository);
            return hook === undefined ? [] : [[name, hook]];
        }),
    );
}

/** Groups and config repositories. */
async function repositories(
    estate: Estate,
    { gitlab }: Providers,
    hooks: (repository: HookedRepository) => Readonly<Record<string, PushHook>>,
    hookToken: pulumi.Input<string>,
): Promise<{
    group: EstateGroup;
    teams: Record<string, TeamGroup>;
    configs: Record<string, ConfigRepository>;
    people: People;
    pipelines: IncludedPipelinesAt;
    gates: Gates;
}> {
    const lookup = { provider: gitlab };
    const hidden = guardedTeams(estate);
    const [existing, held, guardedRoles, people] = await asking(estate.gitlab, () =>
        Promise.all([
            existingGroup(estate.gitlab, lookup),
            heldRoles(estate.gitlab, estate.teams, lookup),
            heldRoles(estate.gitlab, hidden, lookup),
            lookUpPeople(estate.teams, lookup),
        ]),
    );
    const group = new EstateGroup(
        "group",
        {
            gitlab: estate.gitlab,
            ...(existing && { existing }),
            deletionProtection: isEstateProtected(estate),
        },
        { providers: [gitlab] },
    );
    const teams = mapValues(
        estate.teams,
        (team) =>
            new TeamGroup(
                `team-${team.name}`,
                {
                    team,
                    gitlab: estate.gitlab,
                    parentId: group.groupId,
                    deletionProtection: isTeamProtected(estate, team.name),
                    held: held[team.name] ?? {},
                    people,
                },
                { providers: [gitlab] },
            ),
    );
    const gated = estate.gitlab.approvalGate !== undefined;
    const files = includedFiles(gated);
    const version = includedVersion(files);
    const { ready } = new PipelinesProject(
        "pipelines",
        {
            pipelines: estate.pipelines,
            gitlab: estate.gitlab,
            parentId: group.groupId,
            teams: mapValues(teams, ({ groupId }) => groupId),
            files,
            version,
            deletionProtection: isEstateProtected(estate),
        },
        { providers: [gitlab] },
    );
    const pipelines = { project: estate.pipelines.fullPath, version, ready };
    const guarded = mapValues(
        hidden,
        ({ name: team }) =>
            new GuardedGroup(
                `guarded-${team}`,
                {
                    path: guardedGroup(estate.gitlab.group, team),
                    team: required(estate.teams, team, "team"),
                    gitlab: estate.gitlab,
                    parentId: group.groupId,
                    deletionProtection: isTeamProtected(estate, team),
                    held: guardedRoles[team] ?? {},
                    people,
                },
                { providers: [gitlab] },
            ),
    );
    const gates = gatesOf(estate, pipelines, hookToken);
    const plans = byKey(
        configPlans(estate),
        (plan) => plan.at.fullPath,
        (plan) => plan,
    );
    const configs = await mapInTurns(plans, (plan) => {
        const team = required(teams, plan.team, "team");
        const { fullPath } = plan.at;
        const gate = gates(
            mergePlans(plan.apps.flatMap((app) => configAt(app, fullPath)?.plan ?? [])),
            plan.apps,
            configGateFile(plan.apps, fullPath),
        );
        return new ConfigRepository(
            plan.name,
            {
                fullPath: plan.at.fullPath,
                apps: plan.apps,
                environments: plan.environments,
                gitlab: estate.gitlab,
                network: estate.network,
                settings: Object.fromEntries(
                    plan.apps.map((app) => [app.name, promotionSettings(estate, app)]),
                ),
                pipelines,
                credentials: estate.credentials,
                audience: plan.audience,
                groupId:
                    plan.audience === "team"
                        ? team.groupId
                        : required(guarded, plan.team, "guarded group of").groupId,
                approverIds: team.maintainerIds,
                ...(gate && { gate }),
                hooks: hooks({ team: plan.team, fullPath: plan.at.fullPath }),
                deletionProtection: plan.apps.some(isAppProtected),
            },
            { providers: [gitlab] },
        );
    });
    return { group, teams, configs, people, pipelines, gates };
}

/** The gate of a repository of these apps, whose pipelines begin with a file; undefined: it needs none. */
type Gates = (plan: RepositoryPlan, apps: readonly App[], file: string) => GatePlan | undefined;

function gatesOf(
    { gitlab }: Pick<Estate, "gitlab">,
    { project, version, ready }: IncludedPipelinesAt,
    hookToken: pulumi.Input<string>,
): Gates {
    const relay = gitlab.approvalGate?.relay;
    return (plan, apps, file) => {
        const wanted = gatedBranches(gitlab, plan, apps);
        const built = apps.find(({ ci }) => ci === "gitlab");
        return wanted === undefined || built === undefined
            ? undefined
            : {
                  configPath: `${file}@${project}:${version}`,
                  wanted,
                  image: built.pipeline.images.promote,
                  ...(relay && {
                      hook: {
                          title: "the relay of approvals",
                          url: `${relay.url}/approvals`,
                          token: hookToken,
                          verify: relay.url.startsWith("https:"),
                      },
                  }),
                  ...(ready && { after: ready }),
              };
    };
}

/** What runs gates again when somebody approves, beside the first engine; nothing where there is no gate. */
function relayApprovals(
    { gitlab, engines: [first] }: Estate,
    hookToken: pulumi.Input<string>,
    made: {
        readonly installed: Readonly<Record<string, EngineWithTeams>>;
        readonly configs: Readonly<Record<string, ConfigRepository>>;
        readonly apps: Readonly<Record<string, AppSpace>>;
    },
): void {
    const relay = gitlab.approvalGate?.relay;
    const projects = Object.fromEntries([
        ...Object.entries(made.configs).flatMap(([path, { gate, name }]) =>
            gate?.runner === undefined ? [] : [[path, { name, token: gate.runner }] as const],
        ),
        ...Object.values(made.apps).flatMap(({ repository: { gate }, app }) =>
            gate?.runner === undefined
                ? []
                : [[app.repository.fullPath, { name: `app-${app.name}`, token: gate.runner }] as const],
        ),
    ]);
    if (relay === undefined || first === undefined || Object.keys(projects).length === 0) {
        return;
    }
    required(made.installed, first, "engine").engine.approvals?.(relay.image, {
        gitlab: gitlab.clusterUrl,
        job: approvalsJob,
        hookToken,
        projects,
    });
}

/** Teams with config repositories that only maintainers see: who is in the group of those, by team. */
function guardedTeams({ teams, gitlab, ...estate }: Estate): Record<string, Team> {
    const used = new Set(
        configPlans(estate)
            .filter(({ audience }) => audience === "maintainers")
            .map(({ team }) => team),
    );
    return Object.fromEntries(
        Object.entries(teams)
            .filter(([name]) => used.has(name))
            .map(([name, team]) => [
                name,
                { ...team, group: guardedGroup(gitlab.group, name), developers: [] },
            ]),
    );
}

/** An engine on the host, with the boundaries of its teams. */
interface EngineWithTeams {
    readonly engine: InstalledEngine;
    /** Its part of the estate. */
    readonly share: Estate;
    /** By team. */
    readonly teams: Readonly<Record<string, pulumi.Resource>>;
}

function installedEngine(
    estate: Estate,
    name: string,
    args: EngineArgs,
    prepared: PreparedEngines,
): EngineWithTeams {
    const engine = required(prepared, name, "engine").install(args);
    const share = engineShare(estate, name);
    engine.notify();
    return { engine, share, teams: mapValues(share.teams, (team) => engine.team(team)) };
}

/**
 * The accounts that deliver on clusters that run apps, by key.
 *
 * @param onHost what a team's namespace on the host is part of.
 */
function clusterAccesses(
    estate: Estate,
    { clusters }: Providers,
    definitions: EngineRegistry,
    onHost: (engine: string, team: string) => pulumi.Resource,
): Record<string, ClusterAccess> {
    const host = hostCluster(estate).name;
    const namespaces: Record<string, pulumi.Resource> = {};
    const namespaceOf = (
        cluster: string,
        { engine, team, namespace }: Pick<NonNullable<AccountPlan["own"]>, "engine" | "team" | "namespace">,
    ): pulumi.Resource =>
        cluster === host
            ? onHost(engine, team)
            : (namespaces[`${cluster}--${engine}--${team}`] ??= new AccountNamespace(
                  `accounts-${cluster}--${engine}--${team}`,
                  { estate: estate.name, team, namespace },
                  { providers: [required(clusters, cluster, "cluster")] },
              ));
    return mapValues(
        accountPlans(estate, definitions),
        ({ key, cluster, kinds, own }) =>
            new ClusterAccess(
                `access-${key}`,
                { estate: estate.name, kinds, ...(own && { own }) },
                {
                    providers: [required(clusters, cluster.name, "cluster")],
                    ...(own && { dependsOn: [namespaceOf(cluster.name, own)] }),
                },
            ),
    );
}

/** Each app on every server, up to the point where an engine delivers it. */
function appSpaces(
    estate: Estate,
    providers: Providers,
    made: {
        readonly teams: Readonly<Record<string, TeamGroup>>;
        readonly configs: Readonly<Record<string, ConfigRepository>>;
        readonly pipelines: IncludedPipelinesAt;
        readonly accesses: Readonly<Record<string, ClusterAccess>>;
        readonly definitions: EngineRegistry;
        readonly gate: (app: App) => GatePlan | undefined;
        readonly previews: (app: App) => Pick<AppSpaceArgs, "previewHook" | "previewPage">;
        readonly machines: (app: App) => AppSpaceArgs["machines"];
    },
): Promise<Record<string, AppSpace>> {
    return mapInTurns(estate.apps, (app) => {
        const gate = made.gate(app);
        return new AppSpace(
            `app-${app.name}`,
            {
                estate,
                app,
                providers,
                groupId: required(made.teams, app.team, "team").groupId,
                configs: made.configs,
                pipelines: made.pipelines,
                accounts: accountsOf(estate, app, made),
                machines: made.machines(app),
                ...(gate && { gate }),
                ...made.previews(app),
            },
            { providers: [providers.gitlab] },
        );
    });
}

/** The accounts that deliver an app, by environment and cluster. */
function accountsOf(
    estate: Estate,
    app: App,
    made: {
        readonly accesses: Readonly<Record<string, ClusterAccess>>;
        readonly definitions: EngineRegistry;
    },
): AppSpaceArgs["accounts"] {
    return Object.fromEntries(
        placesOf(app).map(({ environment }) => [
            environment,
            Object.fromEntries(
                Object.keys(estate.clusters).flatMap((cluster) => {
                    const access = made.accesses[accountKey(app, environment, cluster, made.definitions)];
                    return access === undefined ? [] : [[cluster, access.account]];
                }),
            ),
        ]),
    );
}

/** What the jobs of an app need that deliver to machines, by environment. */
function machineLogins(
    estate: Estate,
    { machines = {}, channels }: Pick<EstateCredentials, "machines" | "channels">,
    { environments }: App,
): AppSpaceArgs["machines"] {
    return byKey(
        environments.filter(onMachine),
        ({ environment }) => environment,
        (place) => {
            const key = machines[place.machine]?.key;
            return {
                ...(key === undefined ? {} : { key }),
                channels: byKey(
                    cardChannels(estate, place),
                    (name) => name,
                    (name) => channels[name] ?? {},
                ),
            };
        },
    );
}

/** What the engine of an app has to say of its previews. */
function previewFacts(
    args: EngineArgs,
    prepared: PreparedEngines,
    definitions: EngineRegistry,
    app: App,
): Pick<AppSpaceArgs, "previewHook" | "previewPage"> {
    if (app.previews === undefined) {
        return {};
    }
    const hook = prepared[app.engine]?.previewHook?.(args);
    const page = engineOf(app.engine, definitions).previewPage?.(args.estate, app);
    return {
        ...(hook === undefined ? {} : { previewHook: hook }),
        ...(page === undefined ? {} : { previewPage: page }),
    };
}

/** What an engine has to do with of an estate: its own apps where they are on clusters, and all that they do not decide. */
function engineShare(estate: Estate, engine: string): Estate {
    const own = Object.entries(estate.apps)
        .filter(([, app]) => app.engine === engine)
        .map(([name, app]): [string, App] => [
            name,
            { ...app, environments: app.environments.filter((each) => !onMachine(each)) },
        ])
        .filter(([, { environments }]) => environments.length > 0);
    return { ...estate, apps: Object.fromEntries(own) };
}

/** Everything one engine gets to know of the apps in its share. */
function delivery(
    { engine, share, teams }: EngineWithTeams,
    made: {
        readonly configs: Readonly<Record<string, ConfigRepository>>;
        readonly accesses: Readonly<Record<string, ClusterAccess>>;
        readonly apps: Readonly<Record<string, AppSpace>>;
        readonly definitions: EngineRegistry;
    },
): Promise<Record<string, Delivered>> {
    const clusters = mapValues(accountPlans(share, made.definitions), ({ key, cluster, namespaces, own }) => {
        const { token, caData } = required(made.accesses, key, "access to");
        const rights = Object.values(share.apps).flatMap(
            (app) => required(made.apps, app.name, "app").rights[cluster.name] ?? [],
        );
        return engine.cluster({ cluster, namespaces, token, caData, rights, ...(own && { own }) });
    });
    const repositories = byKey(
        configPlans(share),
        ({ at }) => at.fullPath,
        ({ name, at: repository, apps }) => {
            const { reader, writer } = required(made.configs, repository.fullPath, "config repository");
            return engine.repository({ name, repository, apps, reader, ...(writer && { writer }) });
        },
    );
    return mapInTurns(share.apps, (app) => {
        const { pull, images, ready, previews } = required(made.apps, app.name, "app");
        const { writer } = required(made.configs, app.config.fullPath, "config repository");
        const paths = app.plan.configs.map(({ at }) => at.fullPath);
        const delivered = {
            app,
            pull,
            projects: mapValues(images, ({ projectId }) => projectId),
            ...(writer && { writer }),
            after: [
                ...ready,
                ...paths.flatMap((path) =>
                    Object.values(required(made.configs, path, "config repository").branches),
                ),
                required(teams, app.team, "team"),
                ...paths.map((path) => required(repositories, path, "access to")),
                ...accountsFor(app, made.definitions).map((key) => required(clusters, key, "cluster")),
            ],
        };
        engine.follow(delivered);
        if (app.previews !== undefined && previews !== undefined) {
            const { projectId: project, token } = previews;
            engine.preview?.({ ...delivered, previews: app.previews, project, token });
        }
        return engine.deliver(delivered);
    });
}

/** Keys of the accounts that an app is delivered by. */
function accountsFor(app: App, definitions: EngineRegistry): string[] {
    const keys = placesOf(app).flatMap(({ environment, clusters }) =>
        clusters.map((cluster) => accountKey(app, environment, cluster, definitions)),
    );
    return [...new Set(keys)];
}

function engineOutputs(estate: Estate, definitions: EngineRegistry): Record<string, string> {
    return Object.assign(
        {},
        ...estate.engines.map((name) => engineOf(name, definitions).outputs(estate)),
    ) as Record<string, string>;
}
