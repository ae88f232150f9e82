/** What a preview would do to each object, from the engine's steps. Pure. */
import { isDeepStrictEqual } from "node:util";
import { compare } from "../../estate/problem";
import type { EventState, Step } from "../support/runReport";
import { isOfProgram, nameOf } from "../support/urn";
import { hasFate } from "./settings/deletion";

/** Properties of an object. */
export type Properties = Readonly<Record<string, unknown>>;

/**
 * What becomes of an object. `replace`: made anew; `forget`: the stack knows it no longer and the server keeps it; `adopt`:
 * it is there already and the stack takes it on.
 */
export type ChangeKind = "create" | "update" | "delete" | "replace" | "forget" | "adopt" | "same";

/** What becomes of an object that the spec asks for no longer; `refused`: the engine stops, `kept`: the server keeps it. */
export type Deletion = "refused" | "kept" | "deleted";

/** One object of a stack, and what a preview would do to it. */
export interface Change {
    readonly kind: ChangeKind;
    readonly urn: string;
    /** Name in the program. */
    readonly name: string;
    readonly type: string;
    /** As the last update left it; absent for one that is new. */
    readonly before?: Properties;
    /** As it is to be; absent for one that goes. */
    readonly after?: Properties;
    /** First keys of the properties that change, sorted. */
    readonly changed: readonly string[];
    /** Where it has another fate than before once it is asked for no longer: no property shows that. */
    readonly deletion?: { readonly before: Deletion; readonly after: Deletion };
    /** Its id on the server, where it is there. */
    readonly id?: string;
    /** URN of its component. */
    readonly parent?: string;
    /** Names of its providers before and after, e.g. `cluster-member1`; they differ where it moves. */
    readonly providers: { readonly before?: string; readonly after?: string };
}

/** The engine's words, weakest first: of several steps for one object the strongest says what happens. */
const kinds: Readonly<Record<string, ChangeKind>> = {
    same: "same",
    read: "same",
    "read-replacement": "same",
    update: "update",
    import: "adopt",
    create: "create",
    delete: "delete",
    "import-replacement": "replace",
    replace: "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "discard-replaced": "replace",
};

const strength: readonly ChangeKind[] = ["same", "update", "adopt", "create", "forget", "delete", "replace"];

/** Every object a preview speaks of once, components and providers among them, sorted: the engine's order varies. */
export function changesOf(steps: readonly Step[]): Change[] {
    const found = new Map<string, Change>();
    for (const step of steps) {
        const change = changeOf(step);
        const known = found.get(step.urn);
        if (change !== undefined) {
            found.set(step.urn, known === undefined ? change : joined(known, change));
        }
    }
    return [...found.values()].sort((a, b) => compare(a.urn, b.urn));
}

function changeOf(step: Step): Change | undefined {
    const known = kinds[step.op];
    if (known === undefined) {
        return undefined;
    }
    const deletion = deletionOf(step);
    const kind =
        known === "delete" && step.old?.retainOnDelete === true
            ? "forget"
            : known === "same" && deletion !== undefined
              ? "update"
              : known;
    const before = kind === "create" ? undefined : inputsOf(step.old);
    const after = kind === "delete" || kind === "forget" ? undefined : inputsOf(step.new);
    const state = step.new ?? step.old ?? {};
    const id = step.old?.id ?? step.new?.id;
    return {
        kind,
        urn: step.urn,
        name: nameOf(step.urn),
        type: step.type,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        changed: known === "same" ? [] : changedKeys(step, before, after),
        ...(deletion === undefined ? {} : { deletion }),
        ...(id === undefined || id === "" ? {} : { id }),
        ...(state.parent === undefined ? {} : { parent: state.parent }),
        providers: {
            ...providerAs("before", step.old),
            ...providerAs("after", step.new),
        },
    };
}

function deletionOf({ type, old: was, new: is }: Step): Change["deletion"] {
    if (!hasFate(type) || !was || !is) {
        return undefined;
    }
    const [before, after] = [was, is].map(({ protect, retainOnDelete }): Deletion =>
        protect === true ? "refused" : retainOnDelete === true ? "kept" : "deleted",
    ) as [Deletion, Deletion];
    return before === after ? undefined : { before, after };
}

function joined(one: Change, other: Change): Change {
    const [strong, weak] =
        strength.indexOf(other.kind) > strength.indexOf(one.kind) ? [other, one] : [one, other];
    return {
        ...weak,
        ...strong,
        changed: [...new Set([...strong.changed, ...weak.changed])].sort(),
        providers: { ...weak.providers, ...strong.providers },
    };
}

function inputsOf(state: EventState | null | undefined): Properties | undefined {
    return state === null || state === undefined
        ? undefined
        : Object.fromEntries(Object.entries(state.inputs ?? {}).filter(([key]) => !key.startsWith("__")));
}

function providerAs<K extends "before" | "after">(
    key: K,
    state: EventState | null | undefined,
): { [P in K]?: string } {
    const parts = state?.provider?.split("::") ?? [];
    const name = parts.length < 2 ? undefined : parts.at(-2);
    return name === undefined ? {} : ({ [key]: name } as { [P in K]?: string });
}

/** What differs in the program's own description, and what only the provider can see, such as another secret. */
function changedKeys(step: Step, before: Properties = {}, after: Properties = {}): string[] {
    const own = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
        (key) => !isDeepStrictEqual(before[key], after[key]),
    );
    const reported = [...Object.keys(step.detailedDiff ?? {}), ...(step.diffs ?? [])].flatMap(
        (path) => /^[^.["]+/.exec(path)?.[0] ?? [],
    );
    return [...new Set([...own, ...reported])].filter((key) => !key.startsWith("__")).sort();
}

/** Whether it is an object on a server, and not the program's own. */
export function isOnServer({ type }: Pick<Change, "type">): boolean {
    return !isOfProgram(type);
}

/** Last part of a type: `Namespace`, `BranchProtection`. */
export function kindOf(type: string): string {
    return type.split(":").at(-1) ?? type;
}

/** A map, or an empty one. */
export function mapOf(value: unknown): Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Properties) : {};
}

/** A text, or undefined. */
export function textOf(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" && value !== unknownMark && value !== secretMark
        ? value
        : undefined;
}

/** A list, or an empty one. */
export function listOf(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : [];
}

/** What the engine writes in place of a secret. */
export const secretMark = "[secret]";

/** What it writes in place of a value that nobody knows before the update. */
export const unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
