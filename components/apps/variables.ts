/** What an app's pipelines are told, as CI variables by key. Pure but for the values. */
import type * as pulumi from "@pulumi/pulumi";
import type { App, Estate } from "../../estate/model";
import type { GitCredential } from "../gitlab/configRepository";
import { keyPart } from "../gitlab/variables";
import type { RobotLogin } from "../harbor/robots";
import { required, sortedEntries } from "../support/maps";

/** Variables of one project. */
export interface Variables {
    readonly plain: Record<string, pulumi.Input<string>>;
    readonly secret: Record<string, pulumi.Input<string>>;
}

/** For the pipeline that builds: where the image goes, and where its tag is written. */
export function buildVariables(
    estate: Estate,
    app: App,
    push: RobotLogin | undefined,
    writer: GitCredential | undefined,
): Variables {
    const [first] = app.environments;
    if (first === undefined) {
        return { plain: {}, secret: {} };
    }
    return {
        plain: {
            IMAGE: first.image,
            REGISTRY: required(estate.registries, first.registry, "registry").host,
            CONFIG_REPOSITORY: `${estate.gitlab.url}/${app.config.fullPath}.git`,
            CONFIG_BRANCH: first.branch,
            CONFIG_FOLDER: app.config.folder,
            ...(push === undefined ? {} : { REGISTRY_USERNAME: push.username }),
            ...(writer === undefined ? {} : { CONFIG_USERNAME: writer.username }),
        },
        secret: {
            ...(push === undefined ? {} : { REGISTRY_PASSWORD: push.password }),
            ...(writer === undefined ? {} : { CONFIG_TOKEN: writer.password }),
        },
    };
}

/**
 * For the pipeline that promotes: the image of each environment, and per registry its address and the promotion robot.
 * In a repository shared by a team's apps every key ends in the app's name.
 */
export function promotionVariables(
    estate: Estate,
    app: App,
    robots: Readonly<Record<string, RobotLogin>>,
): Variables {
    const suffix = app.config.scope === "team" ? `_${keyPart(app.name)}` : "";
    const plain: Record<string, pulumi.Input<string>> = {};
    const secret: Record<string, pulumi.Input<string>> = {};
    for (const environment of app.environments) {
        plain[`IMAGE_${keyPart(environment.environment)}${suffix}`] = environment.image;
    }
    for (const [registry, robot] of sortedEntries(robots)) {
        const prefix = `PROMOTION_${keyPart(registry)}`;
        plain[`${prefix}_URL${suffix}`] = required(estate.registries, registry, "registry").url;
        plain[`${prefix}_USERNAME${suffix}`] = robot.username;
        secret[`${prefix}_PASSWORD${suffix}`] = robot.password;
    }
    return { plain, secret };
}
