/** The whole estate: which component gets what from which. The only place that knows all of them. */
import * as pulumi from "@pulumi/pulumi";
import { hostCluster } from "../estate/host";
import { teamProjects } from "../estate/engines/argocd/projects";
import type { App, Estate } from "../estate/model";
import { AppSpace } from "./apps/app";
import { configPlans, usedClusters } from "./apps/plan";
import { ControlPlane } from "./engines/argocd/install/controlPlane";
import { RepositoryAccess } from "./engines/argocd/repository";
import { TeamSpace } from "./engines/argocd/team";
import { promotionSettings } from "./ci/settings";
import { ClusterAccess } from "./clusters/access";
import { ClusterRegistration } from "./engines/argocd/cluster";
import { ArgoCdDelivery } from "./engines/argocd/deliver/delivery";
import { ConfigRepository } from "./gitlab/configRepository";
import { EstateGroup, TeamGroup } from "./gitlab/group";
import { updaterAnnotations } from "./engines/argocd/images/annotations";
import { UpdaterInstall, installsUpdater } from "./engines/argocd/images/install";
import { actsIn, ownsWriteSecret } from "./engines/argocd/images/plan";
import { imageUpdater } from "./engines/argocd/images/resource";
import { UpdaterCredentials, UpdaterSettings, UpdaterTask } from "./engines/argocd/images/updater";
import { pushReceiver } from "./engines/argocd/images/webhook";
import { PushWebhook } from "./harbor/pushWebhook";
import {
    Notifications,
    subscriptions,
    type ChannelSecrets,
} from "./engines/argocd/notifications/notifications";
import { keepsApp, keepsEstate, keepsTeam, keptObjects } from "./support/kept";
import type { KubeObject } from "./support/kubeObject";
import { byKey, mapInTurns, mapValues, required, sortedEntries } from "./support/maps";
import { makeProviders, type Providers, type ServerCredentials } from "./providers";
import { pushWebhookToken, relayToken, webhookToken } from "./support/webhookToken";

/** Every secret of a stack. */
export interface EstateCredentials extends ServerCredentials {
    /** By channel name, then by value: `url`, `secret`, … */
    readonly channels: Readonly<Record<string, ChannelSecrets>>;
    /** Of the engines themselves, by path, e.g. `sso.clientSecret`. */
    readonly engines: Readonly<Record<string, pulumi.Input<string>>>;
}

/** Outputs of the stack. Nothing in them is secret, but for `pipelines`. */
export interface EstateOutputs {
    readonly gitlab: pulumi.Output<string>;
    readonly argocd: string;
    /** Web addresses of an app's repositories, by app. */
    readonly repositories: Record<
        string,
        { readonly source: pulumi.Output<string>; readonly config: pulumi.Output<string> }
    >;
    /** Names of the Applications, by app, environment and cluster. */
    readonly applications: Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>;
    /** Where an app stands still: the tag it is pinned to, and why nothing is applied by itself. By app and environment. */
    readonly held: Record<string, Record<string, { readonly pin?: string; readonly hold?: string }>>;
    /** Apps that another branch than the usual one is delivered of, by app: the branch, and the day it is meant to end. */
    readonly hotfixes: Record<string, { readonly branch: string; readonly until?: string }>;
    /** What a destroy would leave on the servers, and for which apps and environments. */
    readonly kept: Record<string, string>;
    /** Variables of apps built by a CI system other than GitLab, to be put there by hand; secret. By app. */
    readonly pipelines: Record<string, pulumi.Output<Record<string, string>>>;
}

/**
 * Declares everything an estate consists of. `manifests` are Argo CD's own, `updaterManifests` those of its image
 * updater where the estate installs it; both read and verified before.
 */
export async function declareEstate(
    estate: Estate,
    credentials: EstateCredentials,
    manifests: readonly KubeObject[],
    updaterManifests: readonly KubeObject[] = [],
): Promise<EstateOutputs> {
    const providers = makeProviders(estate, credentials);
    const token = webhookToken(credentials.gitlab.token, estate.name);
    const { group, teams, configs } = await repositories(estate, providers, token);
    const accesses = mapValues(
        usedClusters(estate),
        ({ cluster }) =>
            new ClusterAccess(
                `access-${cluster.name}`,
                { estate: estate.name },
                { providers: [required(providers.clusters, cluster.name, "cluster")] },
            ),
    );
    const apps = await mapInTurns(
        estate.apps,
        (app) =>
            new AppSpace(
                `app-${app.name}`,
                {
                    estate,
                    app,
                    providers,
                    groupId: required(teams, app.team, "team").groupId,
                    config: required(configs, app.config.fullPath, "config repository"),
                    accounts: mapValues(accesses, (access) => access.account),
                },
                { providers: [providers.gitlab] },
            ),
    );
    const applications = await delivery(estate, credentials, manifests, {
        updaterManifests,
        providers,
        token,
        configs,
        accesses,
        apps,
    });
    return {
        gitlab: group.webUrl,
        argocd: estate.argocd.url,
        repositories: mapValues(estate.apps, (app) => ({
            source: required(apps, app.name, "app").repository.webUrl,
            config: required(configs, app.config.fullPath, "config repository").webUrl,
        })),
        applications,
        held: heldApps(estate),
        hotfixes: hotfixes(estate),
        kept: keptObjects(estate),
        pipelines: foreignPipelines(estate, apps),
    };
}

/** Groups and config repositories. */
async function repositories(
    estate: Estate,
    { gitlab }: Providers,
    token: pulumi.Input<string>,
): Promise<{
    group: EstateGroup;
    teams: Record<string, TeamGroup>;
    configs: Record<string, ConfigRepository>;
}> {
    const group = new EstateGroup(
        "group",
        { gitlab: estate.gitlab, keep: keepsEstate(estate) },
        { providers: [gitlab] },
    );
    const teams = mapValues(
        estate.teams,
        (team) =>
            new TeamGroup(
                `team-${team.name}`,
                { team, gitlab: estate.gitlab, parentId: group.groupId, keep: keepsTeam(estate, team.name) },
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
                settings: Object.fromEntries(
                    plan.apps.map((app) => [app.name, promotionSettings(estate, app)]),
                ),
                credentials: estate.credentials,
                groupId: team.groupId,
                approverIds: team.maintainerIds,
                webhookUrl: `${estate.argocd.url}/api/webhook`,
                webhookToken: token,
                keep: plan.apps.some(keepsApp),
            },
            { providers: [gitlab] },
        );
    });
    return { group, teams, configs };
}

/** What the host cluster's part is made from. */
interface Delivered {
    readonly updaterManifests: readonly KubeObject[];
    readonly providers: Providers;
    readonly token: pulumi.Input<string>;
    readonly configs: Readonly<Record<string, ConfigRepository>>;
    readonly accesses: Readonly<Record<string, ClusterAccess>>;
    readonly apps: Readonly<Record<string, AppSpace>>;
}

/** Argo CD on the host, and everything it is told. */
async function delivery(
    estate: Estate,
    credentials: EstateCredentials,
    manifests: readonly KubeObject[],
    { updaterManifests, providers, token, configs, accesses, apps }: Delivered,
): Promise<EstateOutputs["applications"]> {
    const { argocd } = estate;
    const ssoClientSecret = credentials.engines["sso.clientSecret"];
    const host = { providers: [required(providers.clusters, hostCluster(estate).name, "cluster")] };
    const controlPlane = new ControlPlane(
        "argocd",
        {
            estate,
            manifests,
            webhookToken: token,
            ...(ssoClientSecret === undefined ? {} : { ssoClientSecret }),
        },
        host,
    );
    const onHost = { ...host, dependsOn: [...controlPlane.groundwork] };
    new Notifications(
        "notifications",
        {
            estate,
            secrets: credentials.channels,
            relayToken: relayToken(credentials.gitlab.token, estate.name),
        },
        onHost,
    );
    const spaces = mapValues(
        estate.teams,
        (team) =>
            new TeamSpace(
                `space-${team.name}`,
                { team, projects: teamProjects(estate, team), argocd },
                onHost,
            ),
    );
    const registrations = mapValues(usedClusters(estate), ({ cluster, namespaces }) => {
        const access = required(accesses, cluster.name, "access to");
        return new ClusterRegistration(
            `registration-${cluster.name}`,
            { argocd, cluster, namespaces, token: access.token, caData: access.caData },
            onHost,
        );
    });
    const readers: Record<string, RepositoryAccess> = {};
    for (const plan of configPlans(estate)) {
        const { reader, writer } = required(configs, plan.fullPath, "config repository");
        const [app] = plan.apps;
        if (app !== undefined) {
            // At a plain http URL the updater writes with what Argo CD reads with, see ownsWriteSecret.
            const written = plan.apps.some((each) => each.updater !== undefined && !ownsWriteSecret(each));
            const { username, password } = written ? (writer ?? reader) : reader;
            readers[plan.fullPath] = new RepositoryAccess(
                `${plan.name}-access`,
                { argocd, repository: app.config, username, password },
                onHost,
            );
        }
    }
    const pushToken = pushWebhookToken(credentials.gitlab.token, estate.name);
    const updater = imageUpdates(estate, updaterManifests, pushToken, onHost);
    return mapInTurns(estate.apps, (app) => {
        const space = required(apps, app.name, "app");
        const config = required(configs, app.config.fullPath, "config repository");
        if (app.updater !== undefined && config.writer !== undefined) {
            new UpdaterCredentials(
                `updater-${app.name}`,
                { estate, app, pull: space.pull, write: config.writer },
                onHost,
            );
            pushWebhooks(estate, app, space, providers, pushToken);
        }
        const object = imageUpdater(estate, app);
        if (object !== undefined) {
            new UpdaterTask(
                `updates-${app.name}`,
                { object },
                { ...onHost, dependsOn: [controlPlane, ...updater] },
            );
        }
        const clusters = new Set(app.environments.flatMap((each) => each.clusters));
        const { delivered } = new ArgoCdDelivery(
            `delivery-${app.name}`,
            {
                estate,
                app,
                annotations: (environment) => ({
                    ...subscriptions(estate, environment),
                    ...updaterAnnotations(estate, app, environment),
                }),
            },
            {
                ...host,
                // Argo CD reports what it cannot reach yet as broken, so all of it comes first. In a destroy, Applications
                // go while it still runs: it has to finish those that somebody gave a finalizer.
                dependsOn: [
                    controlPlane,
                    ...space.ready,
                    ...Object.values(config.branches),
                    required(spaces, app.team, "team space of"),
                    required(readers, app.config.fullPath, "access to"),
                    ...[...clusters].map((cluster) => required(registrations, cluster, "registration of")),
                ],
            },
        );
        return delivered;
    });
}

/** The image updater and its settings; what its objects need before they can be made. */
function imageUpdates(
    estate: Estate,
    manifests: readonly KubeObject[],
    webhookToken: pulumi.Input<string>,
    opts: pulumi.ComponentResourceOptions,
): readonly pulumi.Resource[] {
    if (estate.argocd.imageUpdaterVersion === undefined) {
        return [];
    }
    const settings = new UpdaterSettings("updater", { estate, webhookToken }, opts);
    return installsUpdater(estate.argocd)
        ? new UpdaterInstall("updater-install", { estate, manifests, settings }, opts).definitions
        : [];
}

/** Where Harbor can reach the updater, it tells it of pushes to the projects the updater looks at. */
function pushWebhooks(
    estate: Estate,
    app: App,
    space: AppSpace,
    providers: Providers,
    token: pulumi.Input<string>,
): void {
    for (const environment of app.environments.filter((each) => actsIn(app, each))) {
        const receiver = pushReceiver(estate, environment);
        if (receiver !== undefined) {
            const { projectId } = required(space.images, environment.environment, "image project of");
            new PushWebhook(
                `webhook-${app.name}-${environment.environment}`,
                { projectId, receiver, token },
                { providers: [required(providers.registries, environment.registry, "registry")] },
            );
        }
    }
}

/** What stands still, for the outputs. */
function heldApps(estate: Estate): EstateOutputs["held"] {
    const held: EstateOutputs["held"] = {};
    for (const [name, app] of sortedEntries(estate.apps)) {
        for (const { environment, pin, hold } of app.environments) {
            if (pin !== undefined || hold !== undefined) {
                (held[name] ??= {})[environment] = {
                    ...(pin === undefined ? {} : { pin }),
                    ...(hold === undefined ? {} : { hold }),
                };
            }
        }
    }
    return held;
}

/** The hotfix lanes that are on. */
function hotfixes(estate: Estate): EstateOutputs["hotfixes"] {
    return Object.fromEntries(
        sortedEntries(estate.apps).flatMap(([name, { hotfix }]) =>
            hotfix === undefined
                ? []
                : [
                      [
                          name,
                          {
                              branch: hotfix.branch,
                              ...(hotfix.until === undefined ? {} : { until: hotfix.until }),
                          },
                      ],
                  ],
        ),
    );
}

/** Variables of the apps whose CI system the estate has no access to. */
function foreignPipelines(
    estate: Estate,
    apps: Readonly<Record<string, AppSpace>>,
): Record<string, pulumi.Output<Record<string, string>>> {
    const foreign = sortedEntries(estate.apps).filter(([, app]) => app.ci === "jenkins");
    return Object.fromEntries(
        foreign.map(([name]) => {
            const { build, promotion } = required(apps, name, "app").pipelines;
            return [
                name,
                pulumi.secret({ ...build.plain, ...promotion.plain, ...build.secret, ...promotion.secret }),
            ];
        }),
    );
}
