/** What is not as the stack declares it. Pure. */
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { compare, show } from "../../estate/problem";
import { secretAt } from "../../estate/secrets";
import { hiddenText, hideSecrets, hideText, hideValue } from "../review/hide";
import type { Noun, Remark } from "./words";

/** `changed`: declared, and different there. `missing`: declared, and not there. `undeclared`: there, and nobody declared it. */
export const lists = ["changed", "missing", "undeclared"] as const;
export type List = (typeof lists)[number];

/** What somebody could do with it, the worst first: get in, learn a secret, change what is delivered, lose data, skip a review. */
export const risks = ["access", "secret", "delivery", "data", "review"] as const;
export type Risk = (typeof risks)[number];

/** A property that differs; of an undeclared object what it is, `made` is absent then. Texts, and never a secret. */
export interface Difference {
    readonly property: string;
    readonly made?: string;
    readonly found: string;
}

export interface Finding {
    readonly list: List;
    readonly risk: Risk;
    /** `GitLab`, `Harbor main`, `cluster member1`. */
    readonly server: string;
    /** Group, project or namespace; empty for what belongs to the whole server. */
    readonly place: string;
    readonly noun: Noun;
    /** As the server has it. */
    readonly name: string;
    readonly differences: readonly Difference[];
    readonly remark?: Remark;
    /** Who made or changed it, where the server says so; the name it gives. */
    readonly who?: string;
    /** When, in ISO form, where the server says so. */
    readonly when?: string;
    /** Command that makes it as it is declared, or deletes it. */
    readonly mend: string;
    /** Where in the spec it would be declared, if anywhere. */
    readonly adopt?: string;
}

/** What could not be read, and why: then nothing is known about it, and the run is not quiet. */
export interface Unread {
    readonly server: string;
    readonly what: string;
    readonly why: string;
}

/** Everything one run found. */
export interface DriftReport {
    readonly stack: string;
    readonly findings: readonly Finding[];
    readonly unread: readonly Unread[];
    /** How many declared things were compared. */
    readonly compared: number;
    /** Undeclared things that somebody decided to keep, and why. */
    readonly accepted: readonly { readonly finding: Finding; readonly reason: string }[];
    /** Decisions about what is not there any more; for people. */
    readonly unused: readonly string[];
}

/** A value of the state that Pulumi keeps encrypted: it is compared and never shown. */
export class Hidden {
    constructor(readonly value: unknown) {}

    toJSON(): string {
        return "[secret]";
    }
}

/** A value as it can be compared. */
export function open(value: unknown): unknown {
    if (value instanceof Hidden) {
        return open(value.value);
    }
    if (Array.isArray(value)) {
        return value.map(open);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, open(each)]))
        : value;
}

function hasHidden(value: unknown): boolean {
    return (
        value instanceof Hidden ||
        (typeof value === "object" && value !== null && Object.values(value).some(hasHidden))
    );
}

/** Whether two values are one: what a server leaves out, and what it has as empty, are the same. */
export function sameValue(a: unknown, b: unknown): boolean {
    const [left, right] = [bare(open(a)), bare(open(b))];
    return isDeepStrictEqual(left, right) || (isEmpty(left) && isEmpty(right));
}

/** Without what is empty inside it. */
function bare(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(bare);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(
              Object.entries(value)
                  .map(([key, each]) => [key, bare(each)] as const)
                  .filter(([, each]) => !isEmpty(each))
                  .sort(([x], [y]) => compare(x, y)),
          )
        : value;
}

export function isEmpty(value: unknown): boolean {
    return (
        value === undefined ||
        value === null ||
        value === "" ||
        value === false ||
        value === 0 ||
        (typeof value === "object" && Object.keys(value).length === 0)
    );
}

/** Most characters of a value. */
const mostCharacters = 80;

/**
 * A value for people; what is or looks like a secret is not shown, also inside of lists, maps and documents.
 *
 * @param field name that says what the value is; absent: the property's last part that is no index.
 */
export function shown(property: string, value: unknown, field = fieldOf(property)): string {
    if (hasHidden(value)) {
        return hidden;
    }
    const text = textWithoutSecrets(field, value);
    return text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text;
}

/** What the value at a path is called: `password` of `data.db.password`, `args` of `spec.args.0`. */
function fieldOf(property: string): string {
    return (
        property
            .split(/[.[]/)
            .filter((part) => !/^\d+\]?$/.test(part))
            .at(-1) ?? ""
    );
}

function textWithoutSecrets(field: string, value: unknown): string {
    if (value === undefined) {
        return "";
    }
    if (typeof value !== "string") {
        // A document in a text, such as the values of a chart, has fields too; it is read by the field's own name.
        return show(hideValue(value, field, (text, key) => hideText(textWithoutSecrets(key, text), key)));
    }
    if (secretAt(field, value) !== undefined) {
        return hidden;
    }
    const document = /^\s*[{[]|\n/.test(value) ? documentIn(value) : undefined;
    return document === undefined ? hideSecrets(value) : textWithoutSecrets(field, document);
}

/** A map or list in YAML or JSON; undefined for any other text. */
function documentIn(text: string): object | undefined {
    try {
        const found: unknown = parse(text, { logLevel: "silent" });
        return typeof found === "object" && found !== null ? found : undefined;
    } catch {
        return undefined;
    }
}

/** What stands for a secret. */
export const hidden = hiddenText;

/**
 * The difference between a declared value and the one that is there; none where they are the same.
 *
 * @param field as of {@link shown}.
 */
export function difference(property: string, made: unknown, found: unknown, field?: string): Difference[] {
    if (sameValue(made, found)) {
        return [];
    }
    const texts = [shown(property, made, field), shown(property, found, field)];
    const [before = "", after = ""] = texts;
    // Where only what is hidden differs, or one of both, neither is shown.
    return hasHidden(made) || texts.includes(hidden) || (before === after && before.includes(hidden))
        ? [{ property, made: hidden, found: hidden }]
        : [{ property, made: before, found: after }];
}

/** Facts about something undeclared; what is empty is left out. */
export function facts(values: Readonly<Record<string, unknown>>): Difference[] {
    return Object.entries(values)
        .filter(([, value]) => value !== undefined && value !== null && value !== "")
        .map(([property, value]) => ({ property, found: shown(property, value) }));
}

/** A URL without what may be a password in it. */
export function publicUrl(text: string): string {
    try {
        const { origin, pathname } = new URL(text);
        return `${origin}${pathname}`;
    } catch {
        return hidden;
    }
}

/** By list, the worst risk first, then by where it is. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
    return [...findings].sort(
        (a, b) =>
            lists.indexOf(a.list) - lists.indexOf(b.list) ||
            risks.indexOf(a.risk) - risks.indexOf(b.risk) ||
            compare(a.server, b.server) ||
            compare(a.place, b.place) ||
            compare(a.noun, b.noun) ||
            compare(a.name, b.name),
    );
}

/** The worst of some risks. */
export function worst(found: readonly Risk[]): Risk {
    return risks.find((risk) => found.includes(risk)) ?? "review";
}
