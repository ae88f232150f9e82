/** The whole estate: which component gets what from which. The only place that knows all of them. */
import * as pulumi from "@pulumi/pulumi";
import type { Estate } from "../estate/model";
import { AppSpace } from "./apps/app";
import { configPlans, hostCluster, usedClusters } from "./apps/plan";
import { ControlPlane } from "./argocd/controlPlane";
import { RepositoryAccess } from "./argocd/repository";
import { EmptyDefaultProject, TeamSpace } from "./argocd/teamSpace";
import { ClusterAccess } from "./clusters/access";
import { ClusterRegistration } from "./clusters/registration";
import { ArgoCdDelivery } from "./delivery/delivery";
import { ConfigRepository } from "./gitlab/configRepository";
import { EstateGroup, TeamGroup } from "./gitlab/group";
import { updaterAnnotations } from "./images/annotations";
import { UpdaterCredentials, UpdaterSettings } from "./images/updater";
import { Notifications, subscriptions, type ChannelSecrets } from "./notifications/notifications";
import { keepsApp, keepsEstate, keepsTeam, keptObjects } from "./support/kept";
import type { KubeObject } from "./support/kubeObject";
import { mapValues, required, sortedEntries } from "./support/maps";
import { makeProviders, type Providers, type ServerCredentials } from "./support/providers";
import { webhookToken } from "./support/webhookToken";

/** Every secret of a stack. */
export interface EstateCredentials extends ServerCredentials {
    /** By channel name, then by value: `url`, `secret`, … */
    readonly channels: Readonly<Record<string, ChannelSecrets>>;
    /** With `argocd.sso`. */
    readonly sso?: { readonly clientSecret: pulumi.Input<string> };
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
    /** What a destroy would leave on the servers. */
    readonly kept: string[];
    /** Variables of apps built by a CI system other than GitLab, to be put there by hand; secret. By app. */
    readonly pipelines: Record<string, pulumi.Output<Record<string, string>>>;
}

/** Declares everything an estate consists of. `manifests` are Argo CD's own, read and verified before. */
export function declareEstate(
    estate: Estate,
    credentials: EstateCredentials,
    manifests: readonly KubeObject[],
): EstateOutputs {
    const providers = makeProviders(estate, credentials);
    const token = webhookToken(credentials.gitlab.token, estate.name);
    const { group, teams, configs } = repositories(estate, providers, token);
    const accesses = mapValues(
        usedClusters(estate),
        ({ cluster }) =>
            new ClusterAccess(
                `access-${cluster.name}`,
                { estate: estate.name },
                { providers: [required(providers.clusters, cluster.name, "cluster")] },
            ),
    );
    const apps = mapValues(
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
    const applications = delivery(estate, credentials, manifests, {
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
        kept: keptObjects(estate),
        pipelines: foreignPipelines(estate, apps),
    };
}

/** Groups and config repositories. */
function repositories(
    estate: Estate,
    { gitlab }: Providers,
    token: pulumi.Input<string>,
): { group: EstateGroup; teams: Record<string, TeamGroup>; configs: Record<string, ConfigRepository> } {
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
    const configs: Record<string, ConfigRepository> = {};
    for (const plan of configPlans(estate)) {
        const team = required(teams, plan.team, "team");
        configs[plan.fullPath] = new ConfigRepository(
            plan.name,
            {
                apps: plan.apps,
                environments: plan.environments,
                gitlab: estate.gitlab,
                credentials: estate.credentials,
                groupId: team.groupId,
                approverIds: team.maintainerIds,
                webhookUrl: `${estate.argocd.url}/api/webhook`,
                webhookToken: token,
                keep: plan.apps.some(keepsApp),
            },
            { providers: [gitlab] },
        );
    }
    return { group, teams, configs };
}

/** What the host cluster's part is made from. */
interface Delivered {
    readonly providers: Providers;
    readonly token: pulumi.Input<string>;
    readonly configs: Readonly<Record<string, ConfigRepository>>;
    readonly accesses: Readonly<Record<string, ClusterAccess>>;
    readonly apps: Readonly<Record<string, AppSpace>>;
}

/** Argo CD on the host, and everything it is told. */
function delivery(
    estate: Estate,
    credentials: EstateCredentials,
    manifests: readonly KubeObject[],
    { providers, token, configs, accesses, apps }: Delivered,
): EstateOutputs["applications"] {
    const { argocd } = estate;
    const host = { providers: [required(providers.clusters, hostCluster(estate).name, "cluster")] };
    const controlPlane = new ControlPlane(
        "argocd",
        {
            estate,
            manifests,
            webhookToken: token,
            ...(credentials.sso === undefined ? {} : { ssoClientSecret: credentials.sso.clientSecret }),
        },
        host,
    );
    const onHost = { ...host, dependsOn: [controlPlane] };
    new EmptyDefaultProject("argocd-default", { argocd }, onHost);
    new Notifications("notifications", { estate, secrets: credentials.channels }, onHost);
    const spaces = mapValues(
        estate.teams,
        (team) => new TeamSpace(`space-${team.name}`, { team, argocd }, onHost),
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
        const { reader } = required(configs, plan.fullPath, "config repository");
        const [app] = plan.apps;
        if (app !== undefined) {
            readers[plan.fullPath] = new RepositoryAccess(
                `${plan.name}-access`,
                { argocd, repository: app.config, username: reader.username, password: reader.password },
                onHost,
            );
        }
    }
    if (argocd.imageUpdaterVersion !== undefined) {
        new UpdaterSettings("updater", { estate }, onHost);
    }
    return mapValues(estate.apps, (app) => {
        const space = required(apps, app.name, "app");
        const config = required(configs, app.config.fullPath, "config repository");
        if (app.updater !== undefined && config.writer !== undefined) {
            new UpdaterCredentials(
                `updater-${app.name}`,
                { estate, app, pull: space.pull, write: config.writer },
                onHost,
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
                // Argo CD reports what it cannot reach yet as broken, so all of it comes first.
                dependsOn: [
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
