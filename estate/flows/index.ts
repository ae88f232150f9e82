import { environmentBranches } from "./environmentBranches";
import { gitlabFlow } from "./gitlabFlow";
import { describedFlow } from "./described";
import type { FlowDescription } from "./flowsSchema";
import type { FlowDefinition, FlowRegistry } from "./plan";
import { trunk } from "./trunk";

/** Every flow, by the name a spec has for it. A new one is a file beside this one and a line here. */
export const flows = {
    "environment-branches": environmentBranches,
    "gitlab-flow": gitlabFlow,
    trunk,
} as const satisfies Readonly<Record<string, FlowDefinition>>;

/** The built-in flows, and those that a spec describes, which cannot take a built-in one's name. */
export function flowsOf(
    described: Readonly<Record<string, FlowDescription>>,
    builtIn: FlowRegistry = flows,
): FlowRegistry {
    return {
        ...Object.fromEntries(Object.entries(described).map(([name, each]) => [name, describedFlow(each)])),
        ...builtIn,
    };
}

/** A flow of the program: how a version travels from a commit to the last environment. */
export type Flow = keyof typeof flows;

/** The flow of an estate that names none. */
export const defaultFlow: Flow = "environment-branches";

/** What each flow is, for the option's description. */
export function flowDescriptions(): string {
    return Object.entries<FlowDefinition>(flows)
        .map(([name, { description }]) => `\`${name}\`: ${description}.`)
        .join(" ");
}
