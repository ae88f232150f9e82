/** One app on every server it touches, up to the point where something delivers it. */
import * as pulumi from "@pulumi/pulumi";
import { laneSettingsKey, settingsKey } from "../../estate/ciSettings";
import { appIn, configOf, handedOver } from "../../estate/flows/plan";
import type { App, AppEnvironment, Estate } from "../../estate/model";
import { placesOf } from "../../estate/previews";
import { awaits } from "../../estate/rollouts";
import {
    buildSettings,
    keySuffix,
    pipelineFiles,
    pipelineProxy,
    previewSettings,
    settingsFile,
    ruleSettings,
} from "../ci/settings";
import type { DeliveryAccount } from "../clusters/access";
import { AppNamespace } from "../clusters/appNamespace";
import { AppRepository } from "../gitlab/appRepository";
import type { GatePlan } from "../gitlab/approvalGate";
import type { ConfigRepository } from "../gitlab/configRepository";
import type { PushHook } from "../gitlab/pushHook";
import { PreviewAccess } from "../gitlab/previewAccess";
import type { IncludedPipelinesAt } from "../gitlab/project";
import { CiVariables, type CiVariablesArgs } from "../gitlab/variables";
import { ImageProject } from "../harbor/project";
import type { RobotPurpose } from "../harbor/robotPermissions";
import { ProjectRobot, PromotionRobots, type RobotLogin } from "../harbor/robots";
import { refuse } from "../support/refuse";
import { isAppProtected } from "../support/protected";
import { byKey, mapValues, required, sortedEntries } from "../support/maps";
import type { Providers } from "../providers";
import {
    buildVariables,
    promotionVariables,
    releaseVariables,
    type BuildVariables,
    type MachineLogins,
    type Starter,
    type Variables,
} from "./variables";

/** Inputs of {@link AppSpace}. */
export interface AppSpaceArgs {
    readonly estate: Estate;
    readonly app: App;
    readonly providers: Providers;
    /** What its repositories include where they have no copies. */
    readonly pipelines: IncludedPipelinesAt;
    /** Number of the team's group. */
    readonly groupId: pulumi.Input<number>;
    /** The repositories with the app's folder, by full path. */
    readonly configs: Readonly<Record<string, ConfigRepository>>;
    /** Holds merge requests of its source repository until enough people have approved; absent: nothing does. */
    readonly gate?: GatePlan;
    /** Where GitLab reports merge requests, for an app with previews; absent: the engine polls. */
    readonly previewHook?: PushHook;
    /** The engine's page about a preview, with `{number}` for the merge request's. */
    readonly previewPage?: string;
    /** What jobs that deliver to machines need, by environment. */
    readonly machines: Readonly<Record<string, MachineLogins>>;
    /** The account that delivers, by environment and cluster. */
    readonly accounts: Readonly<Record<string, Readonly<Record<string, DeliveryAccount>>>>;
}

/**
 * Everything one app has: its source repository, an image project and a pull robot per environment, namespaces on its
 * clusters, robots for its pipelines and the variables that carry them there.
 */
export class AppSpace extends pulumi.ComponentResource {
    public readonly app: App;
    public readonly repository: AppRepository;
    /** Where its images are, by environment. */
    public readonly images: Readonly<Record<string, ImageProject>>;
    /** Pull robots, by environment. */
    public readonly pull: Readonly<Record<string, RobotLogin>>;
    /** Of an app with previews. */
    public readonly previews: PreviewAccess | undefined;
    /** Everything that must be there before the app is delivered. */
    public readonly ready: readonly pulumi.Resource[];
    /** The engine's rights in its namespaces, by cluster. */
    public readonly rights: Readonly<Record<string, readonly pulumi.Resource[]>>;
    /** Settings of the app's pipelines, for a CI system that the estate cannot reach. */
    public readonly pipelines: {
        readonly build: BuildVariables;
        readonly promotion: Variables;
        /** Push robots, by environment. */
        readonly push: Readonly<Record<string, RobotLogin>>;
    };

    constructor(name: string, args: AppSpaceArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:apps:AppSpace", name, {}, opts);
        refuse("AppSpace", name, AppSpace.check(args), this);
        const { estate, app } = args;
        this.app = app;
        this.repository = new AppRepository(
            `${name}-repository`,
            {
                app,
                gitlab: estate.gitlab,
                environments: estate.environments,
                machines: estate.machines,
                settings: buildSettings(estate, app),
                pipelines: args.pipelines,
                credentials: estate.credentials,
                groupId: args.groupId,
                ...(args.gate && { gate: args.gate }),
                deletionProtection: isAppProtected(app),
            },
            { parent: this },
        );
        const projects = byKey(
            placesOf(app),
            (each) => each.environment,
            (each) => this.imageProject(name, args, each),
        );
        this.images = projects;
        this.pull = byKey(
            placesOf(app),
            (each) => each.environment,
            (each) => this.robot(`${name}-pull-${each.environment}`, "pull", args, each, projects),
        );
        const namespaces = placesOf(app).flatMap((each) => this.namespaces(name, args, each));
        this.ready = namespaces.flatMap(([, { ready }]) => ready);
        this.rights = byKey(
            [...new Set(namespaces.map(([cluster]) => cluster))],
            (cluster) => cluster,
            (cluster) => namespaces.filter(([there]) => there === cluster).map(([, { right }]) => right),
        );
        this.pipelines = this.pipelineAccess(name, args, projects);
        if (app.ci === "gitlab") {
            this.makeVariables(name, args);
        }
        this.previews = this.previewAccess(name, args, projects);
        this.registerOutputs({ webUrl: this.repository.webUrl });
    }

    /** Every reason these args cannot work; empty when they can. */
    static check({
        estate,
        app,
        providers,
        accounts,
    }: Omit<AppSpaceArgs, "groupId" | "configs" | "pipelines" | "machines">): string[] {
        return placesOf(app).flatMap(({ environment, registry, clusters }) => [
            ...(estate.registries[registry] !== undefined && providers.registries[registry] !== undefined
                ? []
                : [`environment "${environment}" needs registry "${registry}" and its provider.`]),
            ...clusters
                .filter(
                    (cluster) =>
                        providers.clusters[cluster] === undefined ||
                        accounts[environment]?.[cluster] === undefined,
                )
                .map(
                    (cluster) =>
                        `environment "${environment}" needs a provider and a delivery account of cluster "${cluster}".`,
                ),
        ]);
    }

    /** Variables of its pipelines in GitLab: what builds, each lane, promotions, and releases in other repositories. */
    private makeVariables(name: string, args: AppSpaceArgs): void {
        const {
            app,
            configs,
            estate: { network },
        } = args;
        const { lanes, plain, secret } = this.pipelines.build;
        const project = this.repository.projectId;
        new CiVariables(
            `${name}-build`,
            {
                project,
                plain: {
                    ...(app.included === undefined ? plain : ruleSettings(app)),
                    ...pipelineProxy(network),
                },
                files: {
                    ...pipelineFiles(network),
                    ...(app.included === undefined ? {} : { [settingsKey]: inFile(plain) }),
                },
                secret,
            },
            { parent: this },
        );
        for (const [environment, variables] of sortedEntries(lanes)) {
            new CiVariables(
                `${name}-build-${environment}`,
                {
                    project,
                    ...(app.included === undefined ? variables : asFile(laneSettingsKey, variables)),
                    environment,
                },
                { parent: this },
            );
        }
        new CiVariables(
            `${name}-promotion-variables`,
            {
                project: required(configs, app.config.fullPath, "config repository").projectId,
                ...(app.included === undefined
                    ? this.pipelines.promotion
                    : // A config repository has those of other apps too.
                      asFile(`${settingsKey}${keySuffix(app)}`, this.pipelines.promotion)),
            },
            { parent: this },
        );
        for (const [path, variables] of sortedEntries(this.releases(args, this.pipelines.push))) {
            new CiVariables(
                `${name}-release-variables`,
                {
                    project: required(configs, path, "config repository").projectId,
                    ...variables,
                },
                { parent: this },
            );
        }
    }

    private previewAccess(
        name: string,
        args: AppSpaceArgs,
        projects: Readonly<Record<string, ImageProject>>,
    ): PreviewAccess | undefined {
        const { app, estate, previewPage, previewHook } = args;
        if (app.previews === undefined) {
            return undefined;
        }
        return new PreviewAccess(
            `${name}-previews`,
            {
                app,
                previews: app.previews,
                project: this.repository.projectId,
                settings: previewSettings(estate, app, previewPage),
                registry: this.robot(`${name}-preview`, "preview", args, app.previews.place, projects),
                credentials: estate.credentials,
                ...(previewHook === undefined ? {} : { hook: previewHook }),
            },
            { parent: this },
        );
    }

    private imageProject(name: string, args: AppSpaceArgs, environment: AppEnvironment): ImageProject {
        return new ImageProject(
            `${name}-images-${environment.environment}`,
            { environment },
            {
                parent: this,
                providers: [required(args.providers.registries, environment.registry, "registry")],
            },
        );
    }

    private robot(
        name: string,
        purpose: RobotPurpose,
        args: AppSpaceArgs,
        environment: AppEnvironment,
        projects: Readonly<Record<string, ImageProject>>,
        aliases: readonly string[] = [],
    ): RobotLogin {
        const robot = new ProjectRobot(
            name,
            {
                purpose,
                project: required(projects, environment.environment, "image project of").projectName,
                robotPrefix: required(args.estate.registries, environment.registry, "registry").robotPrefix,
                credentials: args.estate.credentials,
            },
            {
                parent: this,
                providers: [required(args.providers.registries, environment.registry, "registry")],
                aliases: aliases.map((each) => ({ name: each })),
            },
        );
        return robot.login;
    }

    /** Its namespaces for an environment, with their clusters. */
    private namespaces(
        name: string,
        args: AppSpaceArgs,
        environment: AppEnvironment,
    ): (readonly [cluster: string, namespace: AppNamespace])[] {
        return environment.clusters.map((cluster) => [
            cluster,
            new AppNamespace(
                `${name}-${environment.environment}-${cluster}`,
                {
                    app: args.app,
                    environment,
                    registryHost: required(args.estate.registries, environment.registry, "registry").host,
                    pull: required(this.pull, environment.environment, "pull robot of"),
                    account: required(
                        args.accounts[environment.environment] ?? {},
                        cluster,
                        "delivery account on",
                    ),
                    orphan: args.estate.clusters[cluster]?.leaving === "orphan",
                },
                { parent: this, providers: [required(args.providers.clusters, cluster, "cluster")] },
            ),
        ]);
    }

    /** An app without CI gets no robot that could push: nobody would hold it. */
    private pipelineAccess(
        name: string,
        args: AppSpaceArgs,
        projects: Readonly<Record<string, ImageProject>>,
    ): AppSpace["pipelines"] {
        const { estate, app, configs } = args;
        const { lanes } = app.plan;
        if (app.ci === "none" || lanes.length === 0) {
            return {
                build: { plain: {}, secret: {}, lanes: {} },
                promotion: { plain: {}, secret: {} },
                push: {},
            };
        }
        const push = byKey(
            lanes,
            (lane) => lane.environment,
            ({ environment }) =>
                this.robot(
                    lanes.length === 1 ? `${name}-push` : `${name}-push-${environment}`,
                    "push",
                    args,
                    appIn(app, environment),
                    projects,
                    // Another flow has fewer or more lanes; Harbor knows the robot by one name.
                    lanes.length === 1
                        ? [`${name}-push-${environment}`]
                        : environment === lanes[0]?.environment
                          ? [`${name}-push`]
                          : [],
                ),
        );
        const promotion = new PromotionRobots(
            `${name}-promotion`,
            {
                estate: estate.name,
                app,
                credentials: estate.credentials,
                registries: args.providers.registries,
                robotPrefixes: mapValues(estate.registries, ({ robotPrefix }) => robotPrefix),
                projects: Object.values(projects).map(({ project }) => project),
            },
            { parent: this },
        );
        return {
            build: buildVariables(estate, app, {
                push,
                pull: this.pull,
                config: Object.fromEntries(
                    lanes.flatMap(({ environment }) => {
                        const { at } = configOf(app, appIn(app, environment));
                        const { writer } = required(configs, at.fullPath, "config repository");
                        return writer === undefined ? [] : [[environment, writer]];
                    }),
                ),
                starter: this.starter(args),
                machines: args.machines,
                source: this.repository.writer,
                statusReader: Object.fromEntries(
                    lanes
                        .filter((lane) => lane.mergesBack.length > 0 && awaits(estate, app, lane))
                        .flatMap(({ environment }) => {
                            const { at } = configOf(app, appIn(app, environment));
                            const { statusReader } = required(configs, at.fullPath, "config repository");
                            return statusReader === undefined ? [] : [[environment, statusReader]];
                        }),
                ),
            }),
            promotion: promotionVariables(estate, app, promotion.logins),
            push,
        };
    }

    /** Starts the pipeline that its releases are handed over to. */
    private starter({ estate, app, configs }: AppSpaceArgs): Starter | undefined {
        return app.plan.configs
            .filter(({ at }) => handedOver(app, at.fullPath).length > 0)
            .flatMap(({ at, plan }) => {
                const { starter: token, projectId } = required(configs, at.fullPath, "config repository");
                const url = pulumi.interpolate`${estate.gitlab.url}/api/v4/projects/${projectId}/trigger/pipeline`;
                return token === undefined ? [] : [{ url, ref: plan.start, token }];
            })[0];
    }

    /** Variables of the pipelines that its releases are handed over to, by the repository's full path. */
    private releases(
        { estate, app, configs }: AppSpaceArgs,
        push: Readonly<Record<string, RobotLogin>>,
    ): Record<string, Variables> {
        const { reader: source } = this.repository;
        return Object.fromEntries(
            app.plan.configs.flatMap(({ at: { fullPath } }) => {
                const { writer: config, statusReader } = required(configs, fullPath, "config repository");
                return source === undefined || config === undefined || handedOver(app, fullPath).length === 0
                    ? []
                    : [
                          [
                              fullPath,
                              releaseVariables(estate, app, fullPath, {
                                  push,
                                  pull: this.pull,
                                  source,
                                  config,
                                  ...(statusReader && { statusReader }),
                              }),
                          ],
                      ];
            }),
        );
    }
}

/** Settings in one variable instead of one each. */
function inFile(plain: Variables["plain"]): pulumi.Output<string> {
    return pulumi.output(plain).apply(settingsFile);
}

/** Variables with all that is no secret in one of them, which is a file. */
function asFile(
    key: string,
    { plain, secret }: Variables,
): Pick<CiVariablesArgs, "plain" | "files" | "secret"> {
    return {
        plain: {},
        files: Object.keys(plain).length === 0 ? {} : { [key]: inFile(plain) },
        secret,
    };
}
