/** The whole estate: which component gets what from which. The only place that knows all of them. */
import * as pulumi from "@pulumi/pulumi";
import { engineOf, engines } from "../estate/engines";
import type { EngineRegistry } from "../estate/engines/engine";
import type { App, Estate } from "../estate/model";
import { AppSpace } from "./apps/app";
import { configPlans, usedClusters } from "./apps/plan";
import { promotionSettings } from "./ci/settings";
import { ClusterAccess } from "./clusters/access";
import type { Delivered, EngineArgs, InstalledEngine, PreparedEngines } from "./engines/engine";
import { ConfigRepository, type PushHook } from "./gitlab/configRepository";
import { EstateGroup, TeamGroup } from "./gitlab/group";
import { heldRoles } from "./gitlab/heldRoles";
import { asking, existingGroup } from "./gitlab/lookup";
import { lookUpPeople, refuseMissing, type People } from "./gitlab/people";
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
    const { group, teams, configs, people } = await repositories(
        estate,
        providers,
        pushHooks(prepared, args),
    );
    const accesses = clusterAccesses(estate, providers);
    const apps = await appSpaces(estate, providers, { teams, configs, accesses });
    const applications: Record<string, Delivered> = {};
    for (const name of estate.engines) {
        const engine = required(prepared, name, "engine").install(args);
        Object.assign(
            applications,
            await delivery(engine, engineShare(estate, name), { configs, accesses, apps }),
        );
    }
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

/** Where GitLab reports pushes, by engine. */
function pushHooks(prepared: PreparedEngines, args: EngineArgs): Record<string, PushHook> {
    return Object.fromEntries(
        Object.entries(prepared).flatMap(([name, engine]) => {
            const hook = engine.hook?.(args);
            return hook === undefined ? [] : [[name, hook]];
        }),
    );
}

/** Groups and config repositories. */
async function repositories(
    estate: Estate,
    { gitlab }: Providers,
    hooks: Readonly<Record<string, PushHook>>,
): Promise<{
    group: EstateGroup;
    teams: Record<string, TeamGroup>;
    configs: Record<string, ConfigRepository>;
    people: People;
}> {
    const lookup = { provider: gitlab };
    const [existing, held, people] = await asking(estate.gitlab, () =>
        Promise.all([
            existingGroup(estate.gitlab, lookup),
            heldRoles(estate.gitlab, estate.teams, lookup),
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
    const plans = byKey(
        configPlans(estate),
        (plan) => plan.fullPath,
        (plan) => plan,
    );
    const configs = await mapInTurns(plans, (plan) => {
        const team = required(teams, plan.team, "team");
        return new ConfigRepository(
            plan.name,
            {
                apps: plan.apps,
                environments: plan.environments,
                gitlab: estate.gitlab,
                network: estate.network,
                settings: Object.fromEntries(
                    plan.apps.map((app) => [app.name, promotionSettings(estate, app)]),
                ),
                credentials: estate.credentials,
                groupId: team.groupId,
                approverIds: team.maintainerIds,
                hooks,
                deletionProtection: plan.apps.some(isAppProtected),
            },
            { providers: [gitlab] },
        );
    });
    return { group, teams, configs, people };
}

/** The account that delivers, on each cluster that runs apps. */
function clusterAccesses(estate: Estate, { clusters }: Providers): Record<string, ClusterAccess> {
    return mapValues(
        usedClusters(estate),
        ({ cluster, kinds }) =>
            new ClusterAccess(
                `access-${cluster.name}`,
                { estate: estate.name, kinds },
                { providers: [required(clusters, cluster.name, "cluster")] },
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
        readonly accesses: Readonly<Record<string, ClusterAccess>>;
    },
): Promise<Record<string, AppSpace>> {
    return mapInTurns(
        estate.apps,
        (app) =>
            new AppSpace(
                `app-${app.name}`,
                {
                    estate,
                    app,
                    providers,
                    groupId: required(made.teams, app.team, "team").groupId,
                    config: required(made.configs, app.config.fullPath, "config repository"),
                    accounts: mapValues(made.accesses, (access) => access.account),
                },
                { providers: [providers.gitlab] },
            ),
    );
}

/** What an engine has to do with of an estate: its own apps, and all that they do not decide. */
function engineShare(estate: Estate, engine: string): Estate {
    const own = Object.entries(estate.apps).filter(([, app]) => app.engine === engine);
    return { ...estate, apps: Object.fromEntries(own) };
}

/** Everything one engine is told of the apps in its share. */
function delivery(
    engine: InstalledEngine,
    share: Estate,
    made: {
        readonly configs: Readonly<Record<string, ConfigRepository>>;
        readonly accesses: Readonly<Record<string, ClusterAccess>>;
        readonly apps: Readonly<Record<string, AppSpace>>;
    },
): Promise<Record<string, Delivered>> {
    engine.notify();
    const teams = mapValues(share.teams, (team) => engine.team(team));
    const clusters = mapValues(usedClusters(share), ({ cluster, namespaces }) => {
        const { token, caData } = required(made.accesses, cluster.name, "access to");
        return engine.cluster({ cluster, namespaces, token, caData });
    });
    const repositories = byKey(
        configPlans(share),
        ({ fullPath }) => fullPath,
        ({ name, fullPath, apps }) => {
            const { reader, writer } = required(made.configs, fullPath, "config repository");
            const repository = apps[0].config;
            return engine.repository({ name, repository, apps, reader, ...(writer && { writer }) });
        },
    );
    return mapInTurns(share.apps, (app) => {
        const { pull, images, ready } = required(made.apps, app.name, "app");
        const { writer, branches } = required(made.configs, app.config.fullPath, "config repository");
        const delivered = {
            app,
            pull,
            projects: mapValues(images, ({ projectId }) => projectId),
            ...(writer && { writer }),
            after: [
                ...ready,
                ...Object.values(branches),
                required(teams, app.team, "team"),
                required(repositories, app.config.fullPath, "access to"),
                ...clustersOf(app).map((cluster) => required(clusters, cluster, "cluster")),
            ],
        };
        engine.follow(delivered);
        return engine.deliver(delivered);
    });
}

function clustersOf(app: App): string[] {
    return [...new Set(app.environments.flatMap((each) => each.clusters))];
}

function engineOutputs(estate: Estate, definitions: EngineRegistry): Record<string, string> {
    return Object.assign(
        {},
        ...estate.engines.map((name) => engineOf(name, definitions).outputs(estate)),
    ) as Record<string, string>;
}
