/** One app on every server it touches, up to the point where something delivers it. */
import * as pulumi from "@pulumi/pulumi";
import { appIn } from "../../estate/flows/plan";
import type { App, AppEnvironment, Estate } from "../../estate/model";
import { buildSettings, pipelineFiles } from "../ci/settings";
import type { DeliveryAccount } from "../clusters/access";
import { AppNamespace } from "../clusters/appNamespace";
import { AppRepository } from "../gitlab/appRepository";
import type { ConfigRepository } from "../gitlab/configRepository";
import { CiVariables } from "../gitlab/variables";
import { ImageProject } from "../harbor/project";
import { ProjectRobot, PromotionRobots, type RobotLogin } from "../harbor/robots";
import { refuse } from "../support/checks";
import { isAppProtected } from "../support/protected";
import { byKey, required } from "../support/maps";
import type { Providers } from "../providers";
import { buildVariables, promotionVariables, type Variables } from "./variables";

/** Inputs of {@link AppSpace}. */
export interface AppSpaceArgs {
    readonly estate: Pick<Estate, "name" | "gitlab" | "network" | "registries" | "credentials">;
    readonly app: App;
    readonly providers: Providers;
    /** Number of the team's group. */
    readonly groupId: pulumi.Input<number>;
    /** The repository with the app's folder. */
    readonly config: ConfigRepository;
    /** The account that delivers, by cluster. */
    readonly accounts: Readonly<Record<string, DeliveryAccount>>;
}

/**
 * Everything one app has: its source repository, an image project and a pull robot per environment, namespaces on its
 * clusters, robots for its pipelines and the variables that carry them there.
 */
export class AppSpace extends pulumi.ComponentResource {
    public readonly repository: AppRepository;
    /** Where its images are, by environment. */
    public readonly images: Readonly<Record<string, ImageProject>>;
    /** Pull robots, by environment. */
    public readonly pull: Readonly<Record<string, RobotLogin>>;
    /** Everything that must be there before the app is delivered. */
    public readonly ready: readonly pulumi.Resource[];
    /** What the app's pipelines are told, for a CI system that the estate cannot reach. */
    public readonly pipelines: { readonly build: Variables; readonly promotion: Variables };

    constructor(name: string, args: AppSpaceArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:apps:AppSpace", name, {}, opts);
        refuse("AppSpace", name, AppSpace.check(args), this);
        const { estate, app } = args;
        this.repository = new AppRepository(
            `${name}-repository`,
            {
                app,
                gitlab: estate.gitlab,
                settings: buildSettings(estate, app),
                groupId: args.groupId,
                deletionProtection: isAppProtected(app),
            },
            { parent: this },
        );
        const projects = byKey(
            app.environments,
            (each) => each.environment,
            (each) => this.imageProject(name, args, each),
        );
        this.images = projects;
        this.pull = byKey(
            app.environments,
            (each) => each.environment,
            (each) => this.robot(`${name}-pull-${each.environment}`, "pull", args, each, projects),
        );
        this.ready = app.environments.flatMap((each) => this.namespaces(name, args, each));
        this.pipelines = this.pipelineAccess(name, args, projects);
        if (app.ci === "gitlab") {
            new CiVariables(
                `${name}-build`,
                {
                    project: this.repository.projectId,
                    ...this.pipelines.build,
                    files: pipelineFiles(args.estate.network),
                },
                { parent: this },
            );
            new CiVariables(
                `${name}-promotion-variables`,
                { project: args.config.projectId, ...this.pipelines.promotion },
                { parent: this },
            );
        }
        this.registerOutputs({ webUrl: this.repository.webUrl });
    }

    /** Every reason these args cannot work; empty when they can. */
    static check({ estate, app, providers, accounts }: Omit<AppSpaceArgs, "groupId" | "config">): string[] {
        return app.environments.flatMap(({ environment, registry, clusters }) => [
            ...(estate.registries[registry] !== undefined && providers.registries[registry] !== undefined
                ? []
                : [`environment "${environment}" needs registry "${registry}" and its provider.`]),
            ...clusters
                .filter(
                    (cluster) => providers.clusters[cluster] === undefined || accounts[cluster] === undefined,
                )
                .map(
                    (cluster) =>
                        `environment "${environment}" needs a provider and a delivery account of cluster "${cluster}".`,
                ),
        ]);
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
        purpose: "pull" | "push",
        args: AppSpaceArgs,
        environment: AppEnvironment,
        projects: Readonly<Record<string, ImageProject>>,
    ): RobotLogin {
        const robot = new ProjectRobot(
            name,
            {
                purpose,
                project: required(projects, environment.environment, "image project of").projectName,
                credentials: args.estate.credentials,
            },
            {
                parent: this,
                providers: [required(args.providers.registries, environment.registry, "registry")],
            },
        );
        return robot.login;
    }

    private namespaces(name: string, args: AppSpaceArgs, environment: AppEnvironment): pulumi.Resource[] {
        return environment.clusters.flatMap((cluster) => [
            ...new AppNamespace(
                `${name}-${environment.environment}-${cluster}`,
                {
                    app: args.app,
                    environment,
                    registryHost: required(args.estate.registries, environment.registry, "registry").host,
                    pull: required(this.pull, environment.environment, "pull robot of"),
                    account: required(args.accounts, cluster, "delivery account on"),
                },
                { parent: this, providers: [required(args.providers.clusters, cluster, "cluster")] },
            ).ready,
        ]);
    }

    /** An app without CI gets no robot that could push: nobody would hold it. */
    private pipelineAccess(
        name: string,
        args: AppSpaceArgs,
        projects: Readonly<Record<string, ImageProject>>,
    ): { build: Variables; promotion: Variables } {
        const { estate, app, config } = args;
        const { lanes } = app.plan;
        if (app.ci === "none" || lanes.length === 0) {
            return { build: { plain: {}, secret: {} }, promotion: { plain: {}, secret: {} } };
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
                ),
        );
        const promotion = new PromotionRobots(
            `${name}-promotion`,
            {
                estate: estate.name,
                app,
                credentials: estate.credentials,
                registries: args.providers.registries,
                projects: Object.values(projects).map(({ project }) => project),
            },
            { parent: this },
        );
        return {
            build: buildVariables(estate, app, push, config.writer),
            promotion: promotionVariables(estate, app, promotion.logins),
        };
    }
}
