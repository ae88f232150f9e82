/**
 * The claims that an application gets of a person. Names and places of the claims are those of GitLab 19: its page "GitLab as
 * OpenID Connect identity provider" and `config/initializers/doorkeeper_openid_connect.rb`.
 */
import { directLevel } from "../access";
import type { GitLab } from "../gitlab";
import { Level, type Group, type User } from "../model";

/** Claims by name; those without a value are left out. */
export type Claims = Record<string, unknown>;

/** Claims that both the ID token and the userinfo answer hold. */
function commonClaims(gitlab: GitLab, user: User, scopes: readonly string[], legacySubject: string): Claims {
    const mail = scopes.includes("email") ? { email: user.email, email_verified: true } : {};
    return {
        sub: String(user.id),
        sub_legacy: legacySubject,
        name: user.name,
        nickname: user.username,
        preferred_username: user.username,
        ...mail,
        profile: `${gitlab.url}/${user.username}`,
    };
}

/** Of the ID token. Of the groups only those the person is a direct member of are in it. */
export function idTokenClaims(
    gitlab: GitLab,
    user: User,
    scopes: readonly string[],
    legacySubject: string,
): Claims {
    return {
        ...commonClaims(gitlab, user, scopes, legacySubject),
        groups_direct: paths(gitlab, directGroups(gitlab, user)),
    };
}

/** Of the userinfo answer. `groups` are all groups of the person, those below a direct membership too. */
export function userInfoClaims(
    gitlab: GitLab,
    user: User,
    scopes: readonly string[],
    legacySubject: string,
): Claims {
    const direct = directGroups(gitlab, user);
    const all = new Set(direct.flatMap((group) => [group, ...gitlab.subgroups(group, true)]));
    const byRole = Object.entries({
        owner: Level.owner,
        maintainer: Level.maintainer,
        developer: Level.developer,
    }).flatMap(([role, level]): [string, string[]][] => {
        const found = direct.filter((group) => levelIn(gitlab, user, group) === level);
        return found.length === 0 ? [] : [[`https://gitlab.org/claims/groups/${role}`, paths(gitlab, found)]];
    });
    return {
        ...commonClaims(gitlab, user, scopes, legacySubject),
        groups: paths(gitlab, [...all]),
        ...Object.fromEntries(byRole),
    };
}

/** Groups with a membership of their own. A group that was invited gives its members none: GitLab leaves these out. */
function directGroups(gitlab: GitLab, user: User): Group[] {
    return gitlab.state.groups.filter((group) => levelIn(gitlab, user, group) >= Level.guest);
}

function levelIn(gitlab: GitLab, user: User, group: Group): number {
    return directLevel(gitlab, group.members, user);
}

function paths(gitlab: GitLab, groups: readonly Group[]): string[] {
    return groups.map((group) => gitlab.groupPath(group)).sort();
}
