/** What an app's pipelines are told, as CI variables by key: settings in the open, credentials apart. */
import type * as pulumi from "@pulumi/pulumi";
import type { App, Estate } from "../../estate/model";
import { buildSettings, laneSuffix, promotionLogin, promotionSettings, type Servers } from "../ci/settings";
import { writesTags } from "../../estate/flows/plan";
import type { GitCredential } from "../gitlab/configRepository";
import type { RobotLogin } from "../harbor/robots";
import { sortedEntries } from "../support/maps";

/** Variables of one project. */
export interface Variables {
    readonly plain: Record<string, pulumi.Input<string>>;
    readonly secret: Record<string, pulumi.Input<string>>;
}

/** For the pipeline that builds, with a push robot per lane, by its environment. Who does not write tags gets no credential for it. */
export function buildVariables(
    estate: Servers,
    app: App,
    push: Readonly<Record<string, RobotLogin>>,
    writer: GitCredential | undefined,
): Variables {
    const writes = writesTags(app) ? writer : undefined;
    const plain: Record<string, pulumi.Input<string>> = { ...buildSettings(estate, app) };
    const secret: Record<string, pulumi.Input<string>> = {};
    for (const lane of app.plan.lanes) {
        const robot = push[lane.environment];
        if (robot !== undefined) {
            plain[`REGISTRY_USERNAME${laneSuffix(app, lane)}`] = robot.username;
            secret[`REGISTRY_PASSWORD${laneSuffix(app, lane)}`] = robot.password;
        }
    }
    if (writes !== undefined) {
        plain["CONFIG_USERNAME"] = writes.username;
        secret["CONFIG_TOKEN"] = writes.password;
    }
    return { plain, secret };
}

/** For the pipeline that promotes, with the app's promotion robots, by registry. */
export function promotionVariables(
    estate: Pick<Estate, "registries">,
    app: App,
    robots: Readonly<Record<string, RobotLogin>>,
): Variables {
    const plain: Record<string, pulumi.Input<string>> = { ...promotionSettings(estate, app) };
    const secret: Record<string, pulumi.Input<string>> = {};
    for (const [registry, robot] of sortedEntries(robots)) {
        const { username, password } = promotionLogin(app, registry);
        plain[username] = robot.username;
        secret[password] = robot.password;
    }
    return { plain, secret };
}
