/** An inventory as the state of a stack has it, as far as the commands look ahead of a change (commands/support). Pure. */
import type { Estate } from "../../estate/model";
import type { Properties } from "../review/change";
import type { ExportedStack, StateResource } from "../support/exported";
import { providerOf, urnOf } from "./compare";
import { idOf } from "./registration";
import type { Inventory, Item } from "./inventory";

const groupType = "gitlab:index/group:Group";

/**
 * The state.
 *
 * @param gitlab the group of the estate: what lies above the groups that the stack makes, an inventory does not say.
 */
export function stateOfInventory(
    { stack, objects }: Pick<Inventory, "stack" | "objects">,
    { gitlab }: Pick<Estate, "gitlab">,
): ExportedStack {
    const groups = new Map(
        objects.flatMap((each) =>
            each.type === groupType ? [[idOf(each.type, each.name), each.inputs] as const] : [],
        ),
    );
    const above = gitlab.group.slice(0, gitlab.group.lastIndexOf("/") + 1);
    const below = (parent: unknown, path: unknown): string => {
        const known = groups.get(String(parent));
        return known === undefined ? `${gitlab.group}/${String(path)}` : `${pathOf(known)}/${String(path)}`;
    };
    const pathOf = ({ path, parentId }: Properties): string => {
        // The estate's own group has no other above it, or one that is looked up.
        const isTop = !groups.has(String(parentId)) && gitlab.createGroup;
        return isTop ? `${above}${String(path)}` : below(parentId, path);
    };
    const outputsOf = ({ type, inputs }: Item): StateResource["outputs"] =>
        type === groupType
            ? { fullPath: pathOf(inputs) }
            : type === "gitlab:index/project:Project"
              ? { pathWithNamespace: below(inputs["namespaceId"], inputs["path"] ?? inputs["name"]) }
              : undefined;
    return {
        deployment: {
            resources: objects.map((each): StateResource => {
                const { type, name, parent, parentType = "", provider, inputs, options } = each;
                const outputs = outputsOf(each);
                return {
                    urn: urnOf(stack, each),
                    type,
                    id: idOf(type, name),
                    inputs,
                    ...(outputs === undefined ? {} : { outputs }),
                    ...(parent === undefined
                        ? {}
                        : { parent: urnOf(stack, { type: parentType, name: parent }) }),
                    ...(provider === undefined ? {} : { provider: providerOf(stack, provider) }),
                    ...(options.protect === undefined ? {} : { protect: options.protect }),
                };
            }),
        },
    };
}
