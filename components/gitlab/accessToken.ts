/** Access tokens of a project, each with a user of its own. */
import * as gitlab from "@pulumi/gitlab";
import type * as pulumi from "@pulumi/pulumi";
import type { TokenPurpose } from "../../estate/madeCredentials";
import type { CredentialPolicy } from "../../estate/model";
import type { ChildOptions } from "../support/options";

/** What {@link makeAccessToken} makes. */
export interface AccessTokenArgs {
    /** Id of the project. */
    readonly project: pulumi.Input<string>;
    /** What it is for; the credentials' generation is added to it, so that a new one is a new token. */
    readonly purpose: TokenPurpose;
    /** For people who look at it in GitLab. */
    readonly description: string;
    readonly accessLevel: string;
    readonly scopes: string[];
    readonly credentials: CredentialPolicy;
}

/** A token that ends, and is rotated before. */
export function makeAccessToken(
    name: string,
    { project, purpose, description, accessLevel, scopes, credentials }: AccessTokenArgs,
    opts: ChildOptions,
): gitlab.ProjectAccessToken {
    const { generation, lifetimeDays, rotateBeforeDays } = credentials;
    return new gitlab.ProjectAccessToken(
        name,
        {
            project,
            name: `${purpose}-g${generation}`,
            description,
            accessLevel,
            scopes,
            rotationConfiguration: { expirationDays: lifetimeDays, rotateBeforeDays },
        },
        { ...opts, additionalSecretOutputs: ["token"] },
    );
}
