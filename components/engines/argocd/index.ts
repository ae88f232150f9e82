/** Argo CD as a delivery engine: what the program asks, answered by the components of this folder. */
import * as pulumi from "@pulumi/pulumi";
import { application as applicationOf } from "../../../estate/engines/argocd/names";
import { teamProjects } from "../../../estate/engines/argocd/projects";
import { hostCluster } from "../../../estate/host";
import type { AppEnvironment, Estate, Team } from "../../../estate/model";
import type { PushHook } from "../../gitlab/pushHook";
import { PushWebhook } from "../../harbor/pushWebhook";
import { allOrRefusal } from "../../support/refuse";
import type { KubeObject } from "../../support/kubeObject";
import { required } from "../../support/maps";
import type {
    Delivered,
    DeliveryEngine,
    EngineApp,
    EngineArgs,
    EngineCluster,
    EnginePreviews,
    EngineRepository,
    InstalledEngine,
    PreparedEngine,
} from "../engine";
import { ClusterRegistration } from "./cluster";
import { usedPaths } from "./deliver/application";
import { ArgoCdDelivery } from "./deliver/delivery";
import { PreviewDelivery } from "./deliver/previews";
import { updaterAnnotations } from "./images/annotations";
import { UpdaterInstall, installsUpdater } from "./images/install";
import { actsIn, ownsWriteSecret } from "./images/plan";
import { imageUpdater } from "./images/resource";
import { UpdaterCredentials, UpdaterSettings, UpdaterTask } from "./images/updater";
import { pushReceiver } from "./images/webhook";
import { ControlPlane } from "./install/controlPlane";
import { loadManifests, loadUpdaterManifests } from "./install/manifests";
import { reportedDeliveries, type CommitTokens, type RelayedCommits } from "../../notifications/commits";
import { approvalRelay, type RelayedApprovals } from "../../notifications/relay";
import { applicationPage, Notifications, relayHost, subscriptions } from "./notifications/notifications";
import { RepositoryAccess } from "./repository";
import { TeamSpace } from "./team";

/** Argo CD, with its image updater. */
export const argocd: DeliveryEngine = {
    prepare: async ({ argocd: wanted }) => {
        const [manifests = [], updater = []] = await allOrRefusal([
            loadManifests(wanted),
            loadUpdaterManifests(wanted),
        ]);
        return preparedArgoCd(manifests, updater);
    },
};

/** Argo CD from manifests that were read and verified; those of the image updater where the estate installs it. */
export function preparedArgoCd(
    manifests: readonly KubeObject[],
    updaterManifests: readonly KubeObject[] = [],
): PreparedEngine {
    return { hook, previewHook, install: (args) => new ArgoCdOnHost(args, manifests, updaterManifests) };
}

function hook({ estate, token }: EngineArgs): PushHook {
    const { url } = estate.argocd;
    return {
        title: "Argo CD",
        url: `${url}/api/webhook`,
        token: token(pushPurpose),
        verify: url.startsWith("https://"),
    };
}

/** The controller of ApplicationSets has a server of its own for events, which knows GitLab by the same token. */
function previewHook({ estate, token }: EngineArgs): PushHook | undefined {
    const { previewWebhookUrl } = estate.argocd;
    return previewWebhookUrl === undefined
        ? undefined
        : {
              title: "Argo CD",
              url: `${previewWebhookUrl}/api/webhook`,
              token: token(pushPurpose),
              verify: previewWebhookUrl.startsWith("https://"),
          };
}

/** What tokens are for: pushes to config repositories, pushes of images, messages to the relay. */
const pushPurpose = "argocd-webhook";
const imagePurpose = "updater-webhook";
const relayPurpose = "notification-relay";

class ArgoCdOnHost implements InstalledEngine {
    private readonly estate: Estate;
    private readonly controlPlane: ControlPlane;
    /** The objects that configure image updates can be made once these are there. */
    private readonly updater: readonly pulumi.Resource[];
    /** On the host, whether Argo CD runs already or not. */
    private readonly host: pulumi.ComponentResourceOptions;
    /** On the host, as soon as Argo CD's namespace and definitions are there. */
    private readonly onHost: pulumi.ComponentResourceOptions;

    constructor(
        private readonly args: EngineArgs,
        manifests: readonly KubeObject[],
        updaterManifests: readonly KubeObject[],
    ) {
        this.estate = args.estate;
        const provider = required(args.providers.clusters, hostCluster(this.estate).name, "cluster");
        this.host = { providers: [provider] };
        const ssoClientSecret = args.secrets["sso.clientSecret"];
        const [username, password] = ["username", "password"].map(
            (key) => args.secrets[`imageMirror.${key}`],
        );
        this.controlPlane = new ControlPlane(
            "argocd",
            {
                estate: this.estate,
                manifests,
                webhookToken: args.token(pushPurpose),
                ...(ssoClientSecret === undefined ? {} : { ssoClientSecret }),
                ...(username === undefined || password === undefined
                    ? {}
                    : { mirrorLogin: { username, password } }),
            },
            this.host,
        );
        this.onHost = { ...this.host, dependsOn: [...this.controlPlane.groundwork] };
        this.updater = this.imageUpdates(updaterManifests);
    }

    team(team: Team): pulumi.Resource {
        return new TeamSpace(
            `space-${team.name}`,
            { team, projects: teamProjects(this.estate, team), argocd: this.estate.argocd },
            this.onHost,
        );
    }

    cluster({ cluster, rights, ...access }: EngineCluster): pulumi.Resource {
        return new ClusterRegistration(
            `registration-${cluster.name}`,
            { argocd: this.estate.argocd, cluster, ...access },
            // Argo CD reads a cluster anew when its namespaces change. One that it may not read yet stops it for all of them.
            { ...this.host, dependsOn: [...this.controlPlane.groundwork, ...rights] },
        );
    }

    repository({ name, repository, apps, reader, writer }: EngineRepository): pulumi.Resource {
        // At a plain http URL the updater writes with what Argo CD reads with, see ownsWriteSecret.
        const written = apps.some((app) => app.updater !== undefined && !ownsWriteSecret(app));
        const { username, password } = written ? (writer ?? reader) : reader;
        return new RepositoryAccess(
            `${name}-access`,
            { argocd: this.estate.argocd, repository, username, password },
            this.onHost,
        );
    }

    notify(commits?: CommitTokens): void {
        new Notifications(
            "notifications",
            {
                estate: this.estate,
                ...(commits && { commits: this.relayedCommits(commits) }),
                secrets: this.args.channels,
                engineSecrets: this.args.secrets,
                relayToken: this.args.token(relayPurpose),
            },
            this.onHost,
        );
    }

    approvals(image: string, approvals: RelayedApprovals): void {
        approvalRelay(relayHost(this.estate, this.args.secrets), image, approvals, this.onHost);
    }

    follow({ app, pull, projects, writer }: EngineApp): void {
        const { estate } = this;
        if (app.updater !== undefined && writer !== undefined) {
            new UpdaterCredentials(
                `updater-${app.name}`,
                { argocd: estate.argocd, app, pull, write: writer },
                this.onHost,
            );
            for (const environment of app.environments.filter((each) => actsIn(app, each))) {
                this.reportPushes(app.name, environment, projects);
            }
        }
        const object = imageUpdater(estate, app);
        if (object !== undefined) {
            new UpdaterTask(
                `updates-${app.name}`,
                { object },
                { ...this.onHost, dependsOn: [this.controlPlane, ...this.updater] },
            );
        }
    }

    deliver({ app, after }: EngineApp): Delivered {
        const { estate } = this;
        return new ArgoCdDelivery(
            `delivery-${app.name}`,
            {
                argocd: estate.argocd,
                app,
                annotations: (environment) => ({
                    ...subscriptions(estate, environment),
                    ...updaterAnnotations(estate, app, environment),
                    ...usedPaths(estate, app),
                }),
            },
            // Argo CD reports what it cannot reach yet as broken, so all of it comes first. In a destroy, Applications go
            // while it still runs: it has to finish those that somebody gave a finalizer.
            { ...this.host, dependsOn: [this.controlPlane, ...after] },
        ).delivered;
    }

    preview({ app, previews, project, token, after }: EnginePreviews): void {
        const { estate } = this;
        new PreviewDelivery(
            `previews-${app.name}`,
            {
                estate,
                app,
                previews,
                project,
                token,
                annotations: {
                    // Pipelines write the note of a preview, and its commits are the app repository's.
                    ...subscriptions({ channels: estate.channels }, previews.place),
                    ...usedPaths(estate, app),
                },
            },
            { ...this.host, dependsOn: [this.controlPlane, ...after] },
        );
    }

    private relayedCommits(commits: CommitTokens): RelayedCommits {
        const { apps, argocd } = this.estate;
        const own = Object.values(apps).filter(({ engine }) => engine === "argocd");
        return {
            ...commits,
            deliveries: reportedDeliveries(own, commits, applicationOf, (name) =>
                applicationPage(argocd, name),
            ),
        };
    }

    /** The image updater and its settings; what its objects need before they can be made. */
    private imageUpdates(manifests: readonly KubeObject[]): readonly pulumi.Resource[] {
        const { argocd, registries, network, clusters, relay } = this.estate;
        if (argocd.imageUpdaterVersion === undefined) {
            return [];
        }
        const webhookToken = this.args.token(imagePurpose);
        const settings = new UpdaterSettings("updater", { argocd, registries, webhookToken }, this.onHost);
        return installsUpdater(argocd)
            ? new UpdaterInstall(
                  "updater-install",
                  {
                      argocd,
                      registries,
                      network,
                      clusters,
                      ...(relay === undefined ? {} : { relay }),
                      manifests,
                      settings,
                  },
                  this.onHost,
              ).definitions
            : [];
    }

    /** Where Harbor can reach the updater, it reports pushes to the projects that the updater looks at. */
    private reportPushes(app: string, environment: AppEnvironment, projects: EngineApp["projects"]): void {
        const receiver = pushReceiver(this.estate, environment);
        if (receiver !== undefined) {
            new PushWebhook(
                `webhook-${app}-${environment.environment}`,
                {
                    projectId: required(projects, environment.environment, "image project of"),
                    receiver,
                    token: this.args.token(imagePurpose),
                },
                { providers: [required(this.args.providers.registries, environment.registry, "registry")] },
            );
        }
    }
}
