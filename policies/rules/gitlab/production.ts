/** Rules about how versions reach production by GitLab. */
import { slsaSource } from "../../references";
import { isProd, type Finding, type Reviewed, type RuleSettings, type StackRule } from "../../rule";
import { isKnown, isTrue, number, objects, text, type Props } from "../../values";
import { words } from "../../words";
import { sameProject } from "./sameProject";
import { project } from "./types";

const environment = "gitlab:index/projectEnvironment:ProjectEnvironment";
const approvalRule = "gitlab:index/projectApprovalRule:ProjectApprovalRule";
const protectedEnvironments = [
    "gitlab:index/projectProtectedEnvironment:ProjectProtectedEnvironment",
    "gitlab:index/groupProtectedEnvironment:GroupProtectedEnvironment",
];
const variable = "gitlab:index/projectVariable:ProjectVariable";

const productionApproved: StackRule = {
    name: "gitlab-production-approved",
    area: "GitLab",
    severity: "high",
    description: words(
        "What reaches production waits for somebody else's approval: by GitLab's rules for merges or deployments, or by a job that nobody can change who merges there.",
        "进入生产的内容要等别人批准：由 GitLab 的合并或部署审批规则把关，或由合并者无法修改的作业把关。",
    ),
    remedy: words(
        "Require approvals by a ProjectApprovalRule or a ProjectProtectedEnvironment; without a licence have a job count them: in an estate, approvals of the environment with gitlab.approvalGate.",
        "用 ProjectApprovalRule 或 ProjectProtectedEnvironment 要求审批；没有许可证时由作业统计审批：在交付体系中，设置环境的 approvals 和 gitlab.approvalGate。",
    ),
    // SLSA: two trusted persons agree to a change.
    references: [slsaSource("L4")],
    check: (resources, settings) =>
        resources
            .filter((each) => each.type === environment && isProduction(each.props, settings))
            .filter((each) => !isApproved(each, resources))
            .map((resource): Finding => {
                const name = text(resource.props, "name") ?? resource.name;
                return {
                    resource,
                    text: words(
                        `whoever may merge or deploy brings a version to ${name} alone; require an approval in its project, or have a job count them.`,
                        `能合并或部署的人可以独自把版本带到 ${name}，请在其项目中要求审批，或由作业统计审批。`,
                    ),
                };
            }),
};

/** Whether an environment is production: by its tier, or by its name. */
function isProduction(props: Props, settings: RuleSettings): boolean {
    return text(props, "tier") === "production" || isProd(text(props, "name") ?? "", settings);
}

/** Whether something in an environment's project holds back what nobody else approved; perhaps, where that is not known yet. */
function isApproved(of: Reviewed, resources: readonly Reviewed[]): boolean {
    const inProject = resources.filter((each) => each !== of && sameProject(each, of));
    return (
        inProject.some(({ type, props }) => type === approvalRule && asks(props, "approvalsRequired")) ||
        inProject.some((each) => each.type === project && isGated(each.props, inProject)) ||
        resources.some(
            (each) =>
                protectedEnvironments.includes(each.type) &&
                isAbout(each, of) &&
                (!isKnown(each.props, "approvalRules") ||
                    objects(each.props, "approvalRules").some((rule) => asks(rule, "requiredApprovals"))),
        )
    );
}

/** Whether a protection is about an environment: by its name in the same project, or by its tier in a group. */
function isAbout(protection: Reviewed, of: Reviewed): boolean {
    const named = text(protection.props, "environment");
    return protection.type.includes("Project")
        ? sameProject(protection, of) && (named === undefined || named === text(of.props, "name"))
        : named === undefined || named === (text(of.props, "tier") ?? "production");
}

/** Whether merges wait for a job that a file of another project describes, and that counts approvals. */
function isGated(props: Props, inProject: readonly Reviewed[]): boolean {
    return (
        (!isKnown(props, "ciConfigPath") || (text(props, "ciConfigPath") ?? "").includes("@")) &&
        (!isKnown(props, "onlyAllowMergeIfPipelineSucceeds") ||
            isTrue(props, "onlyAllowMergeIfPipelineSucceeds")) &&
        inProject.some(({ type, props: own }) => type === variable && text(own, "key") === "APPROVALS")
    );
}

function asks(props: Props, key: string): boolean {
    return !isKnown(props, key) || (number(props, key) ?? 0) > 0;
}

export const productionRules: readonly StackRule[] = [productionApproved];
