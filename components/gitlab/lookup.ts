/** What is read from GitLab instead of made there. The SDK package has resources only, so upstream's functions are named here. */
import * as pulumi from "@pulumi/pulumi";

/**
 * Number of an existing user. A user name that does not exist is an error of the preview already.
 *
 * @param parent gives the provider.
 */
export function userId(username: string, parent: pulumi.Resource): pulumi.Output<number> {
    return pulumi.runtime
        .invokeOutput<{ userId: number }>("gitlab:index/getUser:getUser", { username }, { parent })
        .apply((user) => user.userId);
}

/** An existing group. */
export interface FoundGroup {
    readonly groupId: pulumi.Output<number>;
    readonly webUrl: pulumi.Output<string>;
}

/** The existing group with this full path; one that does not exist is an error of the preview already. */
export function groupByPath(fullPath: string, parent: pulumi.Resource): FoundGroup {
    const found = pulumi.runtime.invokeOutput<{ groupId: number; webUrl: string }>(
        "gitlab:index/getGroup:getGroup",
        { fullPath },
        { parent },
    );
    return { groupId: found.apply((group) => group.groupId), webUrl: found.apply((group) => group.webUrl) };
}
