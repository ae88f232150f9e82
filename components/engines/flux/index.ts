/** Flux as a delivery engine: what the program asks, answered by the components of this folder. */
import * as pulumi from "@pulumi/pulumi";
import { delivery } from "../../../estate/engines/flux/names";
import { hostCluster } from "../../../estate/host";
import type { App, AppEnvironment, Estate, Team } from "../../../estate/model";
import { reportsCommits } from "../../../estate/rollouts";
import type { PushHook } from "../../gitlab/pushHook";
import { PushWebhook } from "../../harbor/pushWebhook";
import { type KubeObject } from "../../support/kubeObject";
import { required } from "../../support/maps";
import { allOrRefusal } from "../../support/refuse";
import type {
    Delivered,
    DeliveryEngine,
    EngineApp,
    EngineArgs,
    EngineCluster,
    EnginePreviews,
    EngineRepository,
    HookedRepository,
    InstalledEngine,
    PreparedEngine,
} from "../engine";
import { ClusterReference } from "./cluster";
import { FluxDelivery } from "./deliver/delivery";
import { PreviewDelivery } from "./deliver/previews";
import { harborReceiver, imageTokenSecret, ImageUpdates } from "./images/images";
import { actsIn, type UpdatedApp } from "./images/objects";
import { Controllers } from "./install/controllers";
import { loadFluxManifests, loadOperatorManifests } from "./install/manifests";
import { Operator } from "./install/operator";
import {
    alerts,
    channelsOf,
    commitAlerts,
    commitsProvider,
    provider,
    relayTokenSecret,
} from "./notifications/alerts";
import { reportedDeliveries, type CommitTokens } from "../../notifications/commits";
import { approvalRelay, type RelayedApprovals } from "../../notifications/relay";
import { Notifications, relayHost } from "./notifications/notifications";
import { previewAccess } from "./previewAccess";
import { pushAddress, pushTokenSecret, RepositoryAccess } from "./repository";
import { TeamSpace } from "./team";

/** Flux, with its image controllers. */
export const flux: DeliveryEngine = {
    prepare: async ({ flux: wanted }) => {
        const [manifests = [], operator = []] = await allOrRefusal([
            loadFluxManifests(wanted),
            loadOperatorManifests(wanted),
        ]);
        return preparedFlux(manifests, operator);
    },
};

/** Flux from manifests that were read and verified; those of its operator where the estate installs it. */
export function preparedFlux(
    manifests: readonly KubeObject[],
    operatorManifests: readonly KubeObject[] = [],
): PreparedEngine {
    return { hook, install: (args) => new FluxOnHost(args, manifests, operatorManifests) };
}

function hook({ estate, token }: EngineArgs, { team, fullPath }: HookedRepository): PushHook | undefined {
    const { webhookUrl } = estate.flux;
    const shown = token(pushPurpose(team));
    return webhookUrl === undefined
        ? undefined
        : {
              title: "Flux",
              // The path is what the token comes to, and no secret: whoever calls has to show the token itself.
              url: pulumi.unsecret(shown).apply((value) => pushAddress(webhookUrl, value, team, fullPath)),
              token: shown,
              verify: webhookUrl.startsWith("https://"),
          };
}

/** What tokens are for: pushes to config repositories, pushes of images, events to the relay. */
const pushPurpose = (team: string): string => `flux-pushes-${team}`;
const imagePurpose = (team: string): string => `flux-images-${team}`;
const relayPurpose = "flux-relay";

class FluxOnHost implements InstalledEngine {
    private readonly estate: Estate;
    private readonly apps: readonly App[];
    /** On the host, as soon as Flux's namespace and definitions are there. */
    private readonly beside: pulumi.ComponentResourceOptions;
    /**
     * On the host, once the controllers run: they put a mark on each of their objects, and only they take it off again. So
     * the objects go before them.
     */
    private readonly onHost: pulumi.ComponentResourceOptions;
    /** Parts of a team that its other objects are put into, by team. */
    private readonly teams: Record<string, pulumi.Resource> = {};
    /** What makes previews; objects of its kinds go before it, as those of the controllers do. */
    private readonly operator: readonly pulumi.Resource[];

    constructor(
        private readonly args: EngineArgs,
        manifests: readonly KubeObject[],
        operatorManifests: readonly KubeObject[],
    ) {
        this.estate = args.estate;
        this.apps = Object.values(args.estate.apps).filter(({ engine }) => engine === "flux");
        const provided = required(args.providers.clusters, hostCluster(this.estate).name, "cluster");
        const host = { providers: [provided] };
        const [username, password] = ["username", "password"].map(
            (key) => args.secrets[`fluxImageMirror.${key}`],
        );
        const controllers = new Controllers(
            "flux",
            {
                estate: this.estate,
                manifests,
                ...(username === undefined || password === undefined
                    ? {}
                    : { mirrorLogin: { username, password } }),
            },
            host,
        );
        this.beside = { ...host, dependsOn: [...controllers.groundwork] };
        this.onHost = { ...host, dependsOn: [controllers] };
        this.operator =
            this.estate.flux.operator === undefined
                ? []
                : [
                      new Operator(
                          "flux-operator",
                          { estate: this.estate, manifests: operatorManifests },
                          this.onHost,
                      ),
                  ];
    }

    team({ name }: Team): pulumi.Resource {
        const apps = this.apps.filter(({ team }) => team === name);
        const space = new TeamSpace(
            `flux-${name}`,
            {
                estate: this.estate.name,
                team: name,
                tokens: this.tokens(name, apps),
                ...(apps.length === 0 ? { empty: true } : {}),
                objects: [
                    ...this.relays(apps).map((channel) => provider(this.estate, name, channel)),
                    ...(this.reports(apps) ? [commitsProvider(this.estate, name)] : []),
                    ...previewAccess(
                        this.estate,
                        name,
                        apps.filter(({ previews }) => previews !== undefined),
                    ),
                ],
            },
            this.onHost,
        );
        this.teams[name] = space;
        return space;
    }

    cluster({ cluster, own, token, caData }: EngineCluster): pulumi.Resource {
        if (own === undefined) {
            throw new Error(`the account on ${cluster.name} is no team's own`);
        }
        const { team, environment } = own;
        return new ClusterReference(
            `flux-${team}--${environment}--${cluster.name}`,
            { team, environment, cluster, token, caData },
            this.inTeam(team),
        );
    }

    repository({ name, repository, apps, reader, writer }: EngineRepository): pulumi.Resource {
        const [first, ...others] = apps;
        if (first === undefined) {
            throw new Error(`config repository ${repository.fullPath} has no app`);
        }
        const { flux: settings, network } = this.estate;
        return new RepositoryAccess(
            `${name}-flux`,
            {
                flux: settings,
                network,
                repository,
                apps: [first, ...others],
                reader,
                ...(writer === undefined ? {} : { writer }),
            },
            this.inTeam(first.team),
        );
    }

    notify(commits?: CommitTokens): void {
        new Notifications(
            "flux-notifications",
            {
                estate: this.estate,
                apps: this.apps,
                secrets: this.args.channels,
                engineSecrets: this.args.secrets,
                ...(commits && {
                    commits: { ...commits, deliveries: reportedDeliveries(this.apps, commits, delivery) },
                }),
                relayToken: this.args.token(relayPurpose),
            },
            this.beside,
        );
    }

    approvals(image: string, approvals: RelayedApprovals): void {
        approvalRelay(relayHost(this.estate, this.args.secrets), image, approvals, this.beside);
    }

    follow({ app, pull, projects, writer }: EngineApp): void {
        const { flux: settings, registries } = this.estate;
        for (const environment of app.environments) {
            if (actsIn(app, environment) && writer !== undefined) {
                new ImageUpdates(
                    `images-${app.name}-${environment.environment}`,
                    {
                        flux: settings,
                        registries,
                        app,
                        environment,
                        pull: required(pull, environment.environment, "pull robot of"),
                    },
                    this.inTeam(app.team),
                );
                this.reportPushes(app, environment, projects);
            }
        }
    }

    deliver({ app, after }: EngineApp): Delivered {
        const inTeam = this.inTeam(app.team);
        const notified = [
            ...(this.relays([app]).length === 0 ? [] : alerts(this.estate, app)),
            ...(this.reports([app]) ? commitAlerts(app) : []),
        ];
        const { flux: settings, apps, clusters } = this.estate;
        return new FluxDelivery(
            `delivery-${app.name}`,
            { flux: settings, apps, clusters, app, alerts: notified },
            { ...inTeam, dependsOn: [required(this.teams, app.team, "team"), ...after] },
        ).delivered;
    }

    preview({ app, previews, token, after }: EnginePreviews): void {
        new PreviewDelivery(
            `previews-${app.name}`,
            { estate: this.estate, app, previews, token },
            {
                ...this.onHost,
                dependsOn: [...this.operator, required(this.teams, app.team, "team"), ...after],
            },
        );
    }

    /** In the team's namespace. */
    private inTeam(team: string): pulumi.ComponentResourceOptions {
        return { ...this.onHost, dependsOn: [required(this.teams, team, "team")] };
    }

    /** Channels of apps that the relay posts to. */
    private relays(apps: readonly App[]): string[] {
        return this.estate.relay === undefined ? [] : channelsOf(apps);
    }

    /** Whether deliveries of apps are reported on GitLab. */
    private reports(apps: readonly App[]): boolean {
        return reportsCommits(this.estate) && apps.length > 0;
    }

    /** What the team's receivers and providers share with GitLab, Harbor and the relay, as far as they are there. */
    private tokens(team: string, apps: readonly App[]): Record<string, pulumi.Input<string>> {
        const { token } = this.args;
        const listens = this.estate.flux.webhookUrl !== undefined && apps.length > 0;
        return {
            ...(listens ? { [pushTokenSecret]: token(pushPurpose(team)) } : {}),
            ...(listens && apps.some(({ updater }) => updater !== undefined)
                ? { [imageTokenSecret]: token(imagePurpose(team)) }
                : {}),
            ...(this.relays(apps).length > 0 || this.reports(apps)
                ? { [relayTokenSecret]: token(relayPurpose) }
                : {}),
        };
    }

    /** Where Harbor can reach Flux, it reports pushes to the projects that Flux looks at. */
    private reportPushes(
        app: UpdatedApp,
        environment: AppEnvironment,
        projects: EngineApp["projects"],
    ): void {
        const { webhookUrl } = this.estate.flux;
        if (webhookUrl === undefined) {
            return;
        }
        const token = this.args.token(imagePurpose(app.team));
        new PushWebhook(
            `webhook-${app.name}-${environment.environment}`,
            {
                projectId: required(projects, environment.environment, "image project of"),
                receiver: harborReceiver(webhookUrl, token, app, environment),
                token,
            },
            { providers: [required(this.args.providers.registries, environment.registry, "registry")] },
        );
    }
}
