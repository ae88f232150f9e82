/** GitLab's environments, which pipelines deploy to. */
import * as gitlab from "@pulumi/gitlab";
import type { Environment, Tier } from "../../estate/model";
import { contentOptions, keyedByName, type ChildOptions } from "../support/options";

/** What {@link makeEnvironment} makes. */
export interface EnvironmentArgs {
    readonly project: gitlab.Project;
    readonly environment: Environment;
    /** For people who look at it in GitLab. */
    readonly description: string;
    readonly tier: Tier;
}

/**
 * An environment of a repository. With premium, deployments to prod wait for maintainers and for the approvals it wants.
 * It has the history of its deployments: when no pipeline deploys to it any more it stays on GitLab, and `npm run up` leaves
 * its protection too (commands/support/environments.ts).
 */
export function makeEnvironment(
    name: string,
    { project, environment, description, tier }: EnvironmentArgs,
    opts: ChildOptions,
): void {
    const made = new gitlab.ProjectEnvironment(
        name,
        {
            project: project.id,
            name: environment.name,
            description,
            tier: environmentTier(environment),
        },
        { ...opts, ...contentOptions(project) },
    );
    if (tier === "premium" && environment.class === "prod") {
        new gitlab.ProjectProtectedEnvironment(
            `${name}-protection`,
            {
                project: project.id,
                environment: made.name,
                deployAccessLevelsAttributes: [{ accessLevel: "maintainer" }],
                ...(environment.approvals === 0
                    ? {}
                    : {
                          approvalRules: [
                              { accessLevel: "maintainer", requiredApprovals: environment.approvals },
                          ],
                      }),
            },
            { ...keyedByName, ...opts },
        );
    }
}

/** GitLab's word for what an environment is. */
export function environmentTier(environment: Environment): "production" | "staging" | "development" {
    if (environment.class === "prod") {
        return "production";
    }
    return environment.index === 0 ? "development" : "staging";
}
