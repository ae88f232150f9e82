/** What each engine gets: its teams, clusters, repositories and apps. */
import type * as pulumi from "@pulumi/pulumi";
import { engineOf } from "../../estate/engines";
import type { EngineRegistry } from "../../estate/engines/engine";
import { versionOf } from "../../estate/flows/plan";
import { onMachine } from "../../estate/machines";
import type { App, Estate } from "../../estate/model";
import type { AppSpace, AppSpaceArgs } from "../apps/app";
import { accountPlans, configPlans } from "../apps/plan";
import type { ClusterAccess } from "../clusters/access";
import type {
    Delivered,
    EngineArgs,
    HookedRepository,
    InstalledEngine,
    PreparedEngines,
} from "../engines/engine";
import type { ConfigRepository } from "../gitlab/configRepository";
import type { PushHook } from "../gitlab/pushHook";
import type { CommitTokens } from "../notifications/commits";
import { byKey, mapInTurns, mapValues, required } from "../support/maps";
import { accountsFor } from "./accounts";

/** An engine on the host, with the boundaries of its teams. */
export interface EngineWithTeams {
    readonly engine: InstalledEngine;
    /** Its part of the estate. */
    readonly share: Estate;
    /** By team. */
    readonly teams: Readonly<Record<string, pulumi.Resource>>;
}

export function installedEngine(
    estate: Estate,
    name: string,
    args: EngineArgs,
    prepared: PreparedEngines,
    configs: Readonly<Record<string, ConfigRepository>>,
): EngineWithTeams {
    const engine = required(prepared, name, "engine").install(args);
    const share = engineShare(estate, name);
    engine.notify(commitTokens(share, configs));
    return { engine, share, teams: mapValues(share.teams, (team) => engine.team(team)) };
}

/** Where an engine's relay reports what became of commits; undefined: nowhere. */
function commitTokens(
    { apps, gitlab }: Estate,
    configs: Readonly<Record<string, ConfigRepository>>,
): CommitTokens | undefined {
    const repositories = new Set(
        Object.values(apps).flatMap((app) =>
            app.environments.map((place) => versionOf(app, place).repository),
        ),
    );
    const projects = Object.fromEntries(
        Object.entries(configs).flatMap(([path, { name, statusWriter }]) =>
            statusWriter === undefined || !repositories.has(path)
                ? []
                : [[path, { name, token: statusWriter }] as const],
        ),
    );
    return Object.keys(projects).length === 0 ? undefined : { gitlab: gitlab.clusterUrl, projects };
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

/** Where GitLab reports pushes to a config repository, by engine. */
export function pushHooks(
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

/** What the engine of an app has to say of its previews. */
export function previewFacts(
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

/** Everything one engine gets to know of the apps in its share. */
export function delivery(
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

export function engineOutputs(estate: Estate, definitions: EngineRegistry): Record<string, string> {
    return Object.assign(
        {},
        ...estate.engines.map((name) => engineOf(name, definitions).outputs(estate)),
    ) as Record<string, string>;
}
