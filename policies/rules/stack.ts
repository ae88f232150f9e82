/** Rules about a stack as a whole that belong to no server alone. */
import { isProd, type Finding, type Reviewed, type StackRule } from "../rule";
import { isKnown, text } from "../values";
import { words } from "../words";
import { deliveredFrom } from "./engines";
import { sameProject } from "./gitlab/sameProject";
import { project, projectHook } from "./gitlab/types";
import { harborProject } from "./harbor";

const sourceHasHook: StackRule = {
    name: "stack-source-has-hook",
    area: "Whole stack",
    severity: "low",
    description: words(
        "A repository that is delivered from notifies the engine of a push, so that a merge is not followed by minutes of waiting.",
        "被交付的仓库会把推送通知给引擎，免得合并后等上几分钟。",
    ),
    remedy: words("Add a ProjectHook to the repository's project.", "给该仓库的项目添加 ProjectHook。"),
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
                text: words(
                    "it is delivered from and has no hook; add a ProjectHook to the engine's receiver.",
                    "它被交付，却没有 Webhook，请添加指向引擎接收端的 ProjectHook。",
                ),
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
    description: words(
        "Images of production are protected by Pulumi: no destroy and no renaming deletes them.",
        "生产镜像受 Pulumi 保护：销毁和改名都不会删除它们。",
    ),
    remedy: words(
        "Set the option protect on the Harbor project; in an estate, deletionProtection on the environment.",
        "在 Harbor 项目上设置选项 protect；在交付体系中设置环境的 deletionProtection。",
    ),
    check: (resources, settings) =>
        resources
            .filter(
                ({ type, props, protect }) =>
                    type === harborProject && protect !== true && isProd(text(props, "name") ?? "", settings),
            )
            .map((resource) => ({
                resource,
                text: words(
                    `project ${text(resource.props, "name") ?? ""} is not protected; set the option protect.`,
                    `项目 ${text(resource.props, "name") ?? ""} 没有受到保护，请设置选项 protect。`,
                ),
            })),
};

export const stackRules: readonly StackRule[] = [sourceHasHook, productionProtected];
