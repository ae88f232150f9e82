/** Who may do something to a protected branch, tag or environment, as texts that can be compared. Pure. */
import { isAccessRole, levelOf as levelOfRole, roleWith } from "../../../estate/accessRoles";
import { property, type Declared } from "../declared";
import { open } from "../finding";
import { nameOf, type Ids } from "../../support/gitlabIds";

/** GitLab's number of a role as a word; a number it added later stays one. */
export function roleOf(level: unknown): string {
    return roleWith(level) ?? String(level);
}

/** The number of a role, as a number or a word; 0 for a word nobody knows. */
export function levelOf(role: unknown): number {
    const number = typeof role === "number" ? role : Number(role);
    if (Number.isFinite(number)) {
        return number;
    }
    return isAccessRole(role) ? levelOfRole(role) : 0;
}

interface Grant {
    readonly accessLevel?: unknown;
    readonly userId?: unknown;
    readonly groupId?: unknown;
    readonly deployKeyId?: unknown;
}

/** What the program declares: one role, or a list; undefined where it declares neither. Sorted. */
export function grantsOf(
    declared: Declared,
    role: string | undefined,
    list: string,
    ids: Ids,
): string[] | undefined {
    const grants = open(declared.inputs[list]);
    if (Array.isArray(grants)) {
        return unique((grants as Grant[]).map((each) => textOf(each, ids)));
    }
    const level = role === undefined ? undefined : open(property(declared, role));
    return typeof level === "string" ? [roleOf(levelOf(level))] : undefined;
}

/** What the server has: users, groups and keys before the role that GitLab shows beside them. Sorted. */
export function grantText(found: unknown, ids: Ids): string[] {
    return Array.isArray(found)
        ? unique(
              (found as Record<string, unknown>[]).map((each) =>
                  textOf(
                      {
                          accessLevel: each["access_level"] ?? each["accessLevel"],
                          userId: each["user_id"] ?? each["userId"],
                          groupId: each["group_id"] ?? each["groupId"],
                          deployKeyId: each["deploy_key_id"],
                      },
                      ids,
                  ),
              ),
          )
        : [];
}

function textOf({ accessLevel, userId, groupId, deployKeyId }: Grant, ids: Ids): string {
    if (isNumber(userId)) {
        return nameOf(ids, "user", userId);
    }
    if (isNumber(groupId)) {
        return nameOf(ids, "group", groupId);
    }
    return isNumber(deployKeyId) ? nameOf(ids, "deployKey", deployKeyId) : roleOf(levelOf(accessLevel));
}

function isNumber(value: unknown): boolean {
    return value !== undefined && value !== null && Number(value) > 0;
}

function unique(texts: readonly string[]): string[] {
    return [...new Set(texts)].sort();
}

/** Whether a further rule lets somebody in whom the declared ones keep out. */
export function opens(declared: readonly string[] | undefined, further: readonly string[]): boolean {
    const known = declared ?? [];
    const lowest = Math.min(...known.map(levelOrNever), Infinity);
    return further.some((grant) => {
        const level = levelOrNever(grant);
        return level === Infinity ? grant !== "no one" && !known.includes(grant) : level < lowest;
    });
}

/** The role from which on people are let in; users, groups, keys and "no one" are none. */
function levelOrNever(grant: string): number {
    return levelOf(grant) || Infinity;
}
