/** What the numbers stand for by which GitLab's settings name users, groups, keys and protected branches. Pure. */
import type { Language } from "../../estate/model";
import { unknownMark } from "../review/change";

/** What a number can be of. */
export type IdKind = "user" | "group" | "deployKey" | "branch";

/** A name for people by kind and number; what is not in it keeps its number. */
export type Ids = ReadonlyMap<string, string>;

/** An object of a stack that may have a name for a number. */
export interface KnownObject {
    /** In the program. */
    readonly name: string;
    readonly type: string;
    readonly id?: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly outputs: Readonly<Record<string, unknown>>;
}

/** Something that has a number, and what people call it. */
export interface Named {
    readonly kind: IdKind;
    readonly id: unknown;
    readonly name: string;
    /** Said before the name; absent: the kind. */
    readonly noun?: "accessToken";
    /** Project or group that it is let in to and nowhere else: a token's user is in no other. */
    readonly place?: string;
}

const nouns: Readonly<Record<IdKind | "accessToken", Readonly<Record<Language, string>>>> = {
    user: { en: "user ", zh: "用户 " },
    group: { en: "group ", zh: "群组 " },
    deployKey: { en: "deploy key ", zh: "部署密钥 " },
    accessToken: { en: "access token ", zh: "访问令牌 " },
    branch: { en: "", zh: "" },
};

/** By kind and number. The first name for a number counts; two that would read alike in a place keep their numbers beside them. */
export function namedIds(named: readonly Named[], language: Language = "en"): Ids {
    const found = new Map<string, { readonly text: string; readonly id: string; readonly place: string }>();
    for (const { kind, id, name, noun, place = "" } of named) {
        const number = typeof id === "number" || typeof id === "string" ? String(id) : "";
        const key = `${kind} ${number}`;
        if (/^\d+$/.test(number) && name !== "" && !found.has(key)) {
            found.set(key, { text: `${nouns[noun ?? kind][language]}${name}`, id: number, place });
        }
    }
    const often = new Map<string, number>();
    const reading = ({ text, place }: { readonly text: string; readonly place: string }): string =>
        `${place}\n${text}`;
    found.forEach((each) => often.set(reading(each), (often.get(reading(each)) ?? 0) + 1));
    return new Map(
        [...found].map(([key, each]) => [
            key,
            (often.get(reading(each)) ?? 0) > 1 ? `${each.text} (${each.id})` : each.text,
        ]),
    );
}

/** What the objects of a stack say. */
export function namedIn(objects: readonly KnownObject[]): Named[] {
    return objects.flatMap(({ name, type, id, inputs, outputs }): Named[] => {
        const text = (key: string): string => {
            const value = outputs[key] ?? inputs[key];
            return typeof value === "string" ? value : "";
        };
        switch (/^gitlab:.*:(\w+)$/.exec(type)?.[1]) {
            case "ProjectAccessToken":
            case "GroupAccessToken":
                return [
                    {
                        kind: "user",
                        id: outputs["userId"],
                        name: text("name"),
                        noun: "accessToken",
                        place: text("project") || text("group"),
                    },
                ];
            case "GroupMembership":
            case "ProjectMembership":
                return [{ kind: "user", id: inputs["userId"], name: name.replace(/^.*-member-/, "") }];
            case "Group":
                return [{ kind: "group", id, name: text("fullPath") || text("path") }];
            case "DeployKey":
                return [
                    {
                        kind: "deployKey",
                        id: outputs["deployKeyId"] ?? id?.split(":").at(-1),
                        name: text("title"),
                        place: text("project"),
                    },
                ];
            case "BranchProtection":
                return [
                    {
                        kind: "branch",
                        id: outputs["branchProtectionId"],
                        name: text("branch"),
                        place: text("project"),
                    },
                ];
            default:
                return [];
        }
    });
}

/** What a number stands for; `user 7` where nobody has a name for it. */
export function nameOf(ids: Ids, kind: IdKind, id: unknown): string {
    return ids.get(`${kind} ${String(id)}`) ?? `${nouns[kind].en}${String(id)}`;
}

const singles: Readonly<Record<string, IdKind>> = {
    userId: "user",
    groupId: "group",
    deployKeyId: "deployKey",
};

const lists: Readonly<Record<string, IdKind>> = {
    userIds: "user",
    groupIds: "group",
    protectedBranchIds: "branch",
};

/**
 * The properties of an object of GitLab with names in place of numbers, wherever somebody is let in or a branch is meant: in
 * the entries of lists, and in lists of numbers. What only says where the object lies stays.
 */
export function withNames<T extends Readonly<Record<string, unknown>>>(
    properties: T,
    ids: Ids,
    language: Language = "en",
): T {
    const named = (kind: IdKind, id: unknown): unknown =>
        id === unknownMark
            ? language === "zh"
                ? "尚不知道的账号"
                : "an account that is not known yet"
            : (ids.get(`${kind} ${String(id)}`) ?? id);
    const inEntry = (value: unknown): unknown => {
        if (Array.isArray(value)) {
            return value.map(inEntry);
        }
        return typeof value === "object" && value !== null
            ? Object.fromEntries(
                  Object.entries(value).map(([key, each]) => {
                      const kind = singles[key];
                      return [key, kind === undefined ? inList(key, each) : named(kind, each)];
                  }),
              )
            : value;
    };
    const inList = (key: string, value: unknown): unknown => {
        const kind = lists[key];
        return kind !== undefined && Array.isArray(value)
            ? value.map((each) => named(kind, each))
            : inEntry(value);
    };
    return Object.fromEntries(
        Object.entries(properties).map(([key, value]) => [key, inList(key, value)]),
    ) as T;
}
