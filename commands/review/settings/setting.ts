/** What an object on a server says of a setting of the spec, as a review puts it. Pure. */
import type { Language } from "../../../estate/model";
import { mapOf, textOf } from "../change";
import type { Weight } from "../clause";
import { hideText } from "../hide";
import { code } from "../noun";

/** The same in both languages. */
export type Words = Readonly<Record<Language, string>>;

/** One setting. */
export interface Setting {
    /** What it is, e.g. `storage limit`. */
    readonly name: Words;
    /** As the object has it. */
    readonly value: string;
    /** The value for people; absent: as it is. */
    readonly shown?: Words;
    /** What is said in place of `<name> <value> instead of <value>`; undefined: that. A side without the setting is undefined. */
    readonly sentence?: (was: Setting | undefined, is: Setting | undefined) => Words | undefined;
    /** How much a change hurts; absent: it is calm. */
    readonly weight?: (was: Setting | undefined, is: Setting | undefined) => Weight;
    /** It comes of something that is told by itself, always or in an environment; only where nothing else is there to tell, it is. */
    readonly follows?: true | "in an environment";
}

/** It comes of something that is told by itself, always. */
export const follows = { follows: true } as const;

/** Settings by a key that is the same before and after. */
export type Settings = Readonly<Record<string, Setting>>;

/** Longest value that is shown. */
const longestValue = 70;

/** A value as code, without what is secret by itself or by its name; undefined: it is too long for a line. */
export function shortValue({ value, shown }: Setting, key: string, language: Language): string | undefined {
    if (shown !== undefined) {
        return shown[language];
    }
    const text = hideText(value, key.split(/[.:]/).at(-1) ?? "");
    return text.includes("\n") || text.length > longestValue
        ? undefined
        : text === ""
          ? code('""')
          : code(text);
}

/** A switch: what is said when it is on, and when it is off. */
export function toggled(on: Words, off: Words): NonNullable<Setting["sentence"]> {
    return (_, is) => (is === undefined || is.value === "false" ? off : on);
}

/** What both engines can do with what is not as git says: delete what is gone from there, undo what people changed. */
export const applied = {
    prunes: { en: "objects that are gone from git are deleted", zh: "Git 中已没有的对象会被删除" },
    keepsGone: {
        en: "objects that are gone from git stay on the cluster",
        zh: "Git 中已没有的对象会保留在集群上",
    },
    undoes: { en: "changes made by hand on the cluster are undone", zh: "集群上的手工修改会被撤销" },
    keepsChanges: { en: "changes made by hand on the cluster stay", zh: "集群上的手工修改会保留" },
} as const satisfies Readonly<Record<string, Words>>;

/** The innermost values of a map by their path, those of named things in a list by its name; other lists are one value. */
export function leaves(value: unknown, path: readonly string[] = []): [path: string, value: string][] {
    const named = Array.isArray(value)
        ? value.map((each: unknown) => [textOf(mapOf(each)["name"]), each] as const)
        : [];
    if (
        named.length > 0 &&
        named.every(([name, each]) => name !== undefined && Object.keys(mapOf(each)).length > 1)
    ) {
        return named.flatMap(([name = "", each]) => {
            const { name: _, ...rest } = mapOf(each);
            return leaves(rest, [...path, name]);
        });
    }
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        return Object.entries(value).flatMap(([key, each]) => leaves(each, [...path, key]));
    }
    return value === undefined || value === null
        ? []
        : [[path.join("."), typeof value === "string" ? value : JSON.stringify(value)]];
}

/** Says nothing where one side is without it: something else comes or goes with it, and is told. */
export const between: NonNullable<Setting["sentence"]> = (was, is) =>
    was === undefined || is === undefined ? { en: "", zh: "" } : undefined;

/** How values at places of an object are called. */
export interface Rule {
    /** Of the path that {@link leaves} gives; its groups are `$1`, `$2` in the words. */
    readonly at: RegExp;
    readonly en: string;
    readonly zh: string;
    readonly more?: Partial<Pick<Setting, "sentence" | "weight" | "follows">> & {
        /** The value for people. */
        readonly shown?: (value: string) => Words | undefined;
    };
}

/** The settings that rules find in an object; what no rule is about is none. */
export function settingsBy(rules: readonly Rule[], properties: unknown, prefix = ""): Settings {
    return Object.fromEntries(
        leaves(properties).flatMap(([path, value]): [string, Setting][] => {
            for (const { at, en, zh, more: { shown, ...more } = {} } of rules) {
                const groups = at.exec(path);
                if (groups !== null) {
                    const filled = (text: string): string =>
                        text.replace(/\$(\d)/g, (_, index: string) => code(groups[Number(index)] ?? ""));
                    const own = shown?.(value);
                    const setting: Setting = {
                        name: { en: filled(en), zh: filled(zh) },
                        value,
                        ...(own === undefined ? {} : { shown: own }),
                        ...more,
                    };
                    return [[`${prefix}${path}`, setting]];
                }
            }
            return [];
        }),
    );
}
