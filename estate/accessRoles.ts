/**
 * What GitLab calls a role, and the number it has in GitLab's answers. Pure.
 *
 * Source: "Valid access levels" of GitLab's members and protected branches APIs. A level that GitLab added later is none of
 * these: who reads a server must expect others.
 */
const levels = {
    "no one": 0,
    minimal: 5,
    guest: 10,
    planner: 15,
    reporter: 20,
    developer: 30,
    maintainer: 40,
    owner: 50,
    admin: 60,
} as const;

/** A role as protections, memberships and tokens name it. */
export type AccessRole = keyof typeof levels;

/** Whether a word is one of them. */
export function isAccessRole(word: unknown): word is AccessRole {
    return typeof word === "string" && Object.hasOwn(levels, word);
}

/** GitLab's number of a role. */
export function levelOf(role: AccessRole): number {
    return levels[role];
}

/** The role with a number; undefined for one that GitLab added later, and for what is no number. */
export function roleWith(level: unknown): AccessRole | undefined {
    const number = Number(level);
    return (Object.keys(levels) as AccessRole[]).find((role) => levels[role] === number);
}

/** Whether who has `role` may do what `wanted` may. A word that is no role may do nothing. */
export function hasRole(role: string | undefined, wanted: AccessRole): boolean {
    return isAccessRole(role) && levels[role] >= levels[wanted];
}

/**
 * How many people something is open to that is left to a role: greater is more. Nobody is fewest, then administrators, and
 * so on down to guests. Undefined for a word that is no role.
 */
export function openness(role: string): number | undefined {
    return !isAccessRole(role) ? undefined : role === "no one" ? 0 : 100 - levels[role];
}
