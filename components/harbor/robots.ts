/** Harbor's robots: one per purpose, each with nothing but what the purpose needs, and an end. */
import * as harbor from "@pulumi/harbor";
import * as pulumi from "@pulumi/pulumi";
import type { App, CredentialPolicy } from "../../estate/model";
import { refuse } from "../support/refuse";
import { mapValues, required } from "../support/maps";
import {
    projectRobotName,
    promotionPermissions,
    promotionRobotName,
    robotPermissions,
    type RobotPurpose,
} from "./robotPermissions";

/** User name and secret of a robot, as a docker login takes them. */
export interface RobotLogin {
    readonly username: pulumi.Output<string>;
    readonly password: pulumi.Output<string>;
}

const robotDescriptions: Readonly<Record<RobotPurpose, string>> = {
    pull: "Clusters pull images",
    push: "CI pushes images",
    preview: "CI pushes images of merge requests and removes them",
};

/** Inputs of {@link ProjectRobot}. */
export interface ProjectRobotArgs {
    /** `pull` for clusters, `push` for CI, `preview` for CI that also takes images away again. */
    readonly purpose: RobotPurpose;
    /** Name of the Harbor project it is made in and may act in. */
    readonly project: pulumi.Input<string>;
    /** Harbor's prefix of robots' names, part of what a robot logs in as. */
    readonly robotPrefix: string;
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
                description: robotDescriptions[args.purpose],
                level: "project",
                duration: lifetimeDays,
                disable: false,
                permissions: [
                    {
                        kind: "project",
                        namespace: args.project,
                        accesses: robotPermissions[args.purpose].map((access) => ({ ...access })),
                    },
                ],
            },
            { parent: this, additionalSecretOutputs: ["secret"] },
        );
        this.login = loginOf(robot, pulumi.interpolate`${args.robotPrefix}${args.project}+${robot.name}`);
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
    /** Harbor's prefix of robots' names in each registry. */
    readonly robotPrefixes: Readonly<Record<string, string>>;
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
        this.logins = mapValues(promotionPermissions(app), (projects, registry) => {
            const robot = new harbor.RobotAccount(
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
            );
            const prefix = required(args.robotPrefixes, registry, "prefix of robots in");
            return loginOf(robot, pulumi.interpolate`${prefix}${robot.name}`);
        });
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

/**
 * @param username made of the spec's prefix: the state has the full name that was read last, and no update looks at it again
 *   when Harbor's setting, and so every robot's name, changed.
 */
function loginOf(robot: harbor.RobotAccount, username: pulumi.Output<string>): RobotLogin {
    return { username, password: pulumi.secret(robot.secret) };
}
