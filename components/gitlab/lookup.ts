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

/** What functions are called with. */
export type Lookup = pulumi.InvokeOptions & { readonly provider: pulumi.ProviderResource };

/** User name of the token's own user, in lower case. */
export async function tokenUser(lookup: Lookup): Promise<string> {
    const user = (await pulumi.runtime.invoke("gitlab:index/getCurrentUser:getCurrentUser", {}, lookup)) as {
        username: string;
    };
    return user.username.toLowerCase();
}

/**
 * Roles in a group by user name in lower case; undefined when there is no such group yet.
 *
 * @param inherited true: with the roles that groups above, and groups invited there, give.
 */
export async function groupMembers(
    fullPath: string,
    inherited: boolean,
    lookup: Lookup,
): Promise<Record<string, string> | undefined> {
    try {
        const { members } = (await pulumi.runtime.invoke(
            "gitlab:index/getGroupMembership:getGroupMembership",
            { fullPath, inherited },
            lookup,
        )) as { members: { username: string; accessLevel: string }[] };
        return Object.fromEntries(
            members.map(({ username, accessLevel }) => [username.toLowerCase(), accessLevel]),
        );
    } catch (error) {
        if (/: 404\b/.test(error instanceof Error ? error.message : "")) {
            return undefined;
        }
        throw error;
    }
}
