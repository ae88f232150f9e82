/** GitLab's roles in words. Pure. */
import { roleWith } from "../../../../estate/accessRoles";

/** GitLab's role with a number, as its pages write it; undefined where there is none. */
export function roleTitle(level: number): string | undefined {
    const role = level === 0 ? undefined : roleWith(level);
    return role === undefined ? undefined : `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
}
