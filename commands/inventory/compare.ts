/** What a change would do, from an inventory and what the program declares now: the steps that an engine would report. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { Properties } from "../review/change";
import type { EventState, RunReport, Step } from "../support/runReport";
import { idOf } from "./registration";
import type { Inventory, Item } from "./inventory";
import type { Replaces } from "./replaced";

/** What there is to report of a preview. */
export type Compared = Pick<RunReport, "began" | "planned" | "refreshed" | "policies" | "errors">;

/**
 * Compares. What is protected and would go is an error, as the engine has it.
 *
 * @param retained URNs of what leaves the stack before an update: it is not deleted.
 */
export function compared(
    inventory: Pick<Inventory, "stack" | "objects">,
    declared: readonly Item[],
    replaces: Replaces,
    retained: ReadonlySet<string> = new Set(),
): Compared {
    const { stack } = inventory;
    const known = new Map(inventory.objects.map((each) => [keyOf(each), each]));
    const taken = new Set<Item>();
    const steps = declared.map((item): Step => {
        const names = [item.name, ...(item.options.aliases ?? [])];
        const was = names
            .map((name) => known.get(keyOf({ ...item, name })))
            .find((each) => each !== undefined && !taken.has(each));
        if (was === undefined) {
            return step(stack, "create", item, { new: stateOf(stack, item, item.inputs) });
        }
        taken.add(was);
        const inputs = withoutIgnored(was.inputs, item);
        const ignored = ignoredKeys(item);
        const changed = [...new Set([...Object.keys(was.inputs), ...Object.keys(inputs)])].filter(
            (key) =>
                !isDeepStrictEqual(was.inputs[key], inputs[key]) ||
                (was.secrets?.[key] !== item.secrets?.[key] && !ignored.includes(key)),
        );
        const moved = was.provider !== item.provider;
        const op =
            moved || replaces(item.type, was.inputs, inputs)
                ? "replace"
                : changed.length > 0
                  ? "update"
                  : "same";
        return step(stack, op, item, {
            old: stateOf(stack, was, was.inputs),
            new: stateOf(stack, item, inputs),
            ...(changed.length === 0 ? {} : { diffs: changed }),
        });
    });
    const gone = inventory.objects.filter((each) => !taken.has(each));
    const deleted = gone.map((each) =>
        step(stack, "delete", each, { old: stateOf(stack, each, each.inputs) }),
    );
    const anew = new Set(steps.filter(({ op }) => op === "replace").map(({ urn }) => urn));
    const stopped = [
        ...gone.filter((each) => !retained.has(urnOf(stack, each))).map((each) => [each, "deleted"] as const),
        ...declared
            .filter((each) => anew.has(urnOf(stack, each)))
            .map((each) => [each, "made anew"] as const),
    ].filter(([{ options }]) => options.protect === true);
    return {
        began: true,
        planned: [...steps, ...deleted],
        refreshed: [],
        policies: [],
        errors: stopped.map(([item, what]) => ({
            urn: urnOf(stack, item),
            message: `${item.name} would be ${what}, and is protected: the update refuses that`,
        })),
    };
}

function keyOf({ type, name }: Pick<Item, "type" | "name">): string {
    return `${type} ${name}`;
}

/** Properties that the program leaves to the server once they are there. */
function ignoredKeys({ options }: Item): string[] {
    return (options.ignoreChanges ?? []).map((each) => /^[^.[]+/.exec(each)?.[0] ?? each);
}

/** Properties as an update would leave them. */
function withoutIgnored(was: Properties, item: Item): Properties {
    const result: Record<string, unknown> = { ...item.inputs };
    for (const key of ignoredKeys(item)) {
        if (key in was) {
            result[key] = was[key];
        } else {
            delete result[key];
        }
    }
    return result;
}

/** URN of an object; without the types of its components. */
export function urnOf(stack: string, { type, name }: Pick<Item, "type" | "name">): string {
    return `urn:pulumi:${stack}::gitops-estate::${type}::${name}`;
}

/** Reference to a provider, of which only the name is known. */
export function providerOf(stack: string, provider: string): string {
    return `urn:pulumi:${stack}::gitops-estate::pulumi:providers::${provider}::id`;
}

function step(stack: string, op: string, item: Item, rest: Partial<Step>): Step {
    return { op, urn: urnOf(stack, item), type: item.type, ...rest };
}

function stateOf(stack: string, item: Item, inputs: Properties): EventState {
    const { parent, parentType, provider, options } = item;
    return {
        inputs,
        id: idOf(item.type, item.name),
        // GitLab makes a user for each token, whom rules about branches name.
        ...(/^gitlab:.*AccessToken$/.test(item.type)
            ? { outputs: { userId: Number(idOf(item.type, item.name)) } }
            : {}),
        ...(parent === undefined ? {} : { parent: urnOf(stack, { type: parentType ?? "", name: parent }) }),
        ...(provider === undefined ? {} : { provider: providerOf(stack, provider) }),
        ...(options.protect === undefined ? {} : { protect: options.protect }),
        ...(options.retainOnDelete === undefined ? {} : { retainOnDelete: options.retainOnDelete }),
    };
}
