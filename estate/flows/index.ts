import { environmentBranches } from "./environmentBranches";
import type { FlowDefinition } from "./plan";

/** Every flow, by the name a spec has for it. A new one is a file beside this one and a line here. */
export const flows = {
    "environment-branches": environmentBranches,
} as const satisfies Readonly<Record<string, FlowDefinition>>;

/** How a version travels from a commit to the last environment. */
export type Flow = keyof typeof flows;

/** The flow of an estate that names none. */
export const defaultFlow: Flow = "environment-branches";

/** What each flow is, for the option's description. */
export function flowDescriptions(): string {
    return Object.entries<FlowDefinition>(flows)
        .map(([name, { description }]) => `\`${name}\`: ${description}.`)
        .join(" ");
}
