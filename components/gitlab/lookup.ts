/** What is read from GitLab instead of made there. The SDK package has resources only, so upstream's functions are named here. */
import * as pulumi from "@pulumi/pulumi";
import type { GitLab } from "../../estate/model";
import type { Problem } from "../../estate/problem";
import { Refusal } from "../support/refuse";

/** What functions are called with. */
export type Lookup = pulumi.InvokeOptions & { readonly provider: pulumi.ProviderResource };

/** A function failed. The message is what the server or the plugin said, without colours and without a stack. */
export class LookupFailure extends Error {}

/** Calls a function. @throws LookupFailure */
async function call<T>(name: string, args: Record<string, unknown>, lookup: Lookup): Promise<T> {
    try {
        return (await pulumi.runtime.invoke(`gitlab:index/${name}:${name}`, args, lookup)) as T;
    } catch (error) {
        throw new LookupFailure(causeOf(error));
    }
}

/** What is behind an error of a function, on one line. */
function causeOf(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error);
    return (
        text
            // Colours of a terminal.
            .replace(/\u001b\[[0-9;]*m/g, "")
            .replace(/^.*returned an error:\s*/s, "")
            .replace(/\s+/g, " ")
            .trim()
    );
}

/** The status a server answered with, which follows the call; names in paths may be numbers too, and a page is of what stands before the server. */
function statusIn(message: string): string | undefined {
    return /<(?:!doctype|html|head|title|h1)\b/i.test(message)
        ? undefined
        : /(?:^|:\s)([45]\d\d)\b/.exec(message)?.[1];
}

/** Whether a failure says that what was asked for by its path is not there; in the words of upstream's plugin and of the sandbox's. */
function isMissing(error: unknown): boolean {
    return error instanceof LookupFailure && statusIn(error.message) === "404";
}

/** The same of a user, whom GitLab is asked for by a list: it is empty, and a 404 would be of something else. */
function isNobody(error: unknown): boolean {
    return (
        error instanceof LookupFailure && /couldn't find a user|\bthere are 0 users\b/i.test(error.message)
    );
}

/**
 * Runs what asks GitLab before anything is declared. A failure ends the program with one plain message.
 *
 * @throws Refusal
 */
export async function asking<T>(server: Pick<GitLab, "url">, ask: () => Promise<T>): Promise<T> {
    try {
        return await ask();
    } catch (error) {
        if (!(error instanceof LookupFailure)) {
            throw error;
        }
        const refused = statusIn(error.message) === "401";
        throw refusal({
            path: refused ? "credentials.gitlab.token" : "gitlab.url",
            value: refused ? undefined : server.url,
            id: "gitlab-answers",
            rule: `must be ${refused ? "accepted by GitLab" : "a GitLab that answers"}: ${error.message}`,
            fix: "npm run doctor says what is wrong",
            severity: "error",
        });
    }
}

function refusal(problem: Problem): Refusal {
    return new Refusal([problem], "what GitLab says");
}

/** A user as GitLab has it. */
export interface FoundUser {
    readonly id: number;
    /** With GitLab's own capitals. */
    readonly username: string;
}

/** The users of these names, by name as it was given; who does not exist is left out. */
export async function usersOf(
    usernames: readonly string[],
    lookup: Lookup,
): Promise<Readonly<Record<string, FoundUser>>> {
    const found = await Promise.all(
        usernames.map(async (given): Promise<[string, FoundUser][]> => {
            try {
                const { userId, username } = await call<{ userId: number; username: string }>(
                    "getUser",
                    { username: given },
                    lookup,
                );
                // The sandbox's plugin says nothing of a server that is not known yet.
                return [[given, { id: userId, username: username === "" ? given : username }]];
            } catch (error) {
                if (isNobody(error)) {
                    return [];
                }
                throw error;
            }
        }),
    );
    return Object.fromEntries(found.flat());
}

/** An existing group. */
export interface FoundGroup {
    readonly groupId: number;
    readonly webUrl: string;
}

/**
 * The group that must be there before the estate's: itself, where the estate does not make it, or the one above; undefined
 * for a top-level group that the estate makes.
 *
 * @throws Refusal when it is not there, in a preview too.
 */
export async function existingGroup(
    { group, createGroup }: Pick<GitLab, "group" | "createGroup">,
    lookup: Lookup,
): Promise<FoundGroup | undefined> {
    const end = group.lastIndexOf("/");
    if (createGroup && end < 0) {
        return undefined;
    }
    const fullPath = createGroup ? group.slice(0, end) : group;
    try {
        return await call<FoundGroup>("getGroup", { fullPath }, lookup);
    } catch (error) {
        if (!isMissing(error)) {
            throw error;
        }
        throw refusal({
            path: "gitlab.group",
            value: group,
            id: "group-exists",
            rule: createGroup
                ? `must lie in a group that exists and that the token sees; ${fullPath} is none`
                : "must exist and be seen by the token, because gitlab.createGroup is false",
            fix: `correct the path, or make ${fullPath} by hand with the token's user as its Owner`,
            severity: "error",
        });
    }
}

/** User name of the token's own user, in lower case. */
export async function tokenUser(lookup: Lookup): Promise<string> {
    const user = await call<{ username: string }>("getCurrentUser", {}, lookup);
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
        const { members } = await call<{ members: { username: string; accessLevel: string }[] }>(
            "getGroupMembership",
            { fullPath, inherited },
            lookup,
        );
        return Object.fromEntries(
            members.map(({ username, accessLevel }) => [username.toLowerCase(), accessLevel]),
        );
    } catch (error) {
        if (isMissing(error)) {
            return undefined;
        }
        throw error;
    }
}
