/** Harbor's robots: one per purpose, each with nothing but what the purpose needs, and an end. */
import * as harbor from "@pulumi/harbor";
import * as pulumi from "@pulumi/pulumi";
import type { App, CredentialPolicy } from "../../estate/model";
import { refuse } from "../support/checks";
import { mapValues, required } from "../support/maps";
import { projectRobotName, promotionRights, promotionRobotName, pullRights, pushRights } from "./rights";

/** User name and secret of a robot, as a docker login takes them. */
export interface RobotLogin {
    readonly username: pulumi.Output<string>;
    readonly password: pulumi.Output<string>;
}

/** Inputs of {@link ProjectRobot}. */
export interface ProjectRobotArgs {
    /** `pull` for clusters, `push` for CI. */
    readonly purpose: "pull" | "push";
    /** Name of the Harbor project it is made in and may act in. */
    readonly project: pulumi.Input<string>;
    readonly credentials: CredentialPolicy;
}

/**
 * A robot of one project. It ends `lifetimeDays` after it was made; a higher `generation` makes the next one before
 * this one is deleted.
 */
export class ProjectRobot extends pulumi.ComponentResource {
    public readonly login: RobotLogin;

    constructor(name: string, args: ProjectRobotArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:harbor:ProjectRobot", name, {}, opts);
        const { generation, lifetimeDays } = args.credentials;
        const robot = new harbor.RobotAccount(
            `${name}-robot`,
            {
                name: projectRobotName(args.purpose, generation),
                description: args.purpose === "push" ? "CI pushes images" : "Clusters pull images",
                level: "project",
                duration: lifetimeDays,
                disable: false,
                permissions: [
                    {
                        kind: "project",
                        namespace: args.project,
                        accesses: (args.purpose === "push" ? pushRights : pullRights).map((access) => ({
                            ...access,
                        })),
                    },
                ],
            },
            { parent: this, additionalSecretOutputs: ["secret"] },
        );
        this.login = loginOf(robot);
        this.registerOutputs({ username: this.login.username });
    }
}

/** Inputs of {@link PromotionRobots}. */
export interface PromotionRobotsArgs {
    /** Name of the estate; part of the robots' names. */
    readonly estate: string;
    readonly app: App;
    readonly credentials: CredentialPolicy;
    /** Providers of the registries, by name. */
    readonly registries: Readonly<Record<string, pulumi.ProviderResource>>;
    /** The projects the app's images are in: they must exist before a robot is given rights in them. */
    readonly projects: readonly pulumi.Resource[];
}

/**
 * The robots that carry an app's images from one environment's project into the next: one in each registry that the
 * app's promotions touch; none for an app with one environment.
 */
export class PromotionRobots extends pulumi.ComponentResource {
    /** By registry. */
    public readonly logins: Readonly<Record<string, RobotLogin>>;

    constructor(name: string, args: PromotionRobotsArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:harbor:PromotionRobots", name, {}, opts);
        refuse("PromotionRobots", name, PromotionRobots.check(args), this);
        const { estate, app } = args;
        const { generation, lifetimeDays } = args.credentials;
        this.logins = mapValues(promotionRights(app), (projects, registry) =>
            loginOf(
                new harbor.RobotAccount(
                    `${name}-${registry}`,
                    {
                        name: promotionRobotName(estate, app.name, generation),
                        description: `Promotion of ${app.name}`,
                        level: "system",
                        duration: lifetimeDays,
                        disable: false,
                        permissions: projects.map(({ project, accesses }) => ({
                            kind: "project",
                            namespace: project,
                            accesses: accesses.map((access) => ({ ...access })),
                        })),
                    },
                    {
                        parent: this,
                        provider: required(args.registries, registry, "registry"),
                        dependsOn: [...args.projects],
                        additionalSecretOutputs: ["secret"],
                    },
                ),
            ),
        );
        this.registerOutputs({});
    }

    /** Every reason these args cannot work; empty when they can. */
    static check({ app, registries }: PromotionRobotsArgs): string[] {
        return app.environments
            .filter((environment) => registries[environment.registry] === undefined)
            .map(
                ({ environment, registry }) =>
                    `environment "${environment}" needs registry "${registry}", which has no provider.`,
            );
    }
}

function loginOf(robot: harbor.RobotAccount): RobotLogin {
    return { username: robot.fullName, password: pulumi.secret(robot.secret) };
}
