/** Rules about a stack as a whole that belong to no server alone. */
import { isProd, type Finding, type Reviewed, type StackRule } from "../rule";
import { isKnown, text } from "../values";
import { deliveredFrom } from "./engines";
import { sameProject } from "./gitlab/sameProject";
import { project, projectHook } from "./gitlab/types";
import { harborProject } from "./harbor";

const sourceHasHook: StackRule = {
    name: "stack-source-has-hook",
    area: "Whole stack",
    severity: "low",
    description:
        "A repository that is delivered from notifies the engine of a push, so that a merge is not followed by minutes of waiting.",
    remedy: "Add a ProjectHook to the repository's project.",
    check(resources): Finding[] {
        const addresses = resources.flatMap(({ type, props }) => deliveredFrom(type, props));
        const hooks = resources.filter(({ type }) => type === projectHook);
        return resources
            .filter(
                (each) => each.type === project && addresses.some((address) => isAddressOf(address, each)),
            )
            .filter((each) => !hooks.some((hook) => sameProject(hook, each)))
            .map((resource) => ({
                resource,
                text: "it is delivered from and has no hook; add a ProjectHook to the engine's receiver.",
            }));
    },
};

/** Whether a repository's address may be a project's: by its whole path where it is known, else by the last part. */
function isAddressOf(address: string, { props }: Reviewed): boolean {
    const path = address.replace(/\.git\/?$/, "");
    const whole = text(props, "pathWithNamespace");
    if (whole !== undefined && whole !== "") {
        return path.endsWith(`/${whole}`) || path.endsWith(`:${whole}`);
    }
    const last = text(props, "path") ?? (isKnown(props, "path") ? text(props, "name") : undefined);
    return last !== undefined && path.endsWith(`/${last}`);
}

const productionProtected: StackRule = {
    name: "stack-production-protected",
    area: "Whole stack",
    severity: "medium",
    description: "Images of production are protected by Pulumi: no destroy and no renaming deletes them.",
    remedy: "Set the option protect on the Harbor project; in an estate, deletionProtection on the environment.",
    check: (resources, settings) =>
        resources
            .filter(
                ({ type, props, protect }) =>
                    type === harborProject && protect !== true && isProd(text(props, "name") ?? "", settings),
            )
            .map((resource) => ({
                resource,
                text: `project ${text(resource.props, "name") ?? ""} is not protected; set the option protect.`,
            })),
};

export const stackRules: readonly StackRule[] = [sourceHasHook, productionProtected];
