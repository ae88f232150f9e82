/** Who may deploy to a protected environment, and whose approval a deployment waits for (premium). */
import { anyGranted, granted } from "./access";
import type { GitLab } from "./gitlab";
import type { Deployment, DeploymentApproval, Grant, Project, ProtectedEnvironment, User } from "./model";

/** An environment as far as its protection goes: by its name in the project, by its tier in the groups above. */
interface Place {
    name: string;
    tier: string;
}

function protectionsOf(gitlab: GitLab, project: Project, { name, tier }: Place): ProtectedEnvironment[] {
    if (gitlab.tier !== "premium") {
        return [];
    }
    return [
        ...project.protectedEnvironments.filter((each) => each.name === name),
        ...gitlab
            .lineage(gitlab.groupOf(project))
            .flatMap((group) => group.protectedEnvironments.filter((each) => each.name === tier)),
    ];
}

/** Whether a user may deploy there: every protection has to let them. */
export function mayDeploy(gitlab: GitLab, user: User, project: Project, place: Place): boolean {
    return protectionsOf(gitlab, project, place).every((each) =>
        anyGranted(gitlab, each.deploy, user, project),
    );
}

/** The rules for approvals of an environment's deployments; `unified` is the older single number. */
function approvalsOf(
    gitlab: GitLab,
    project: Project,
    place: Place,
): { rules: Grant[]; unified: number; deploy: Grant[] } {
    const protections = protectionsOf(gitlab, project, place);
    const rules = protections.flatMap((each) => each.approvals);
    return {
        rules,
        unified: rules.length > 0 ? 0 : Math.max(0, ...protections.map((each) => each.requiredApprovalCount)),
        deploy: protections.flatMap((each) => each.deploy),
    };
}

/** Whether a deployment there has to be approved. */
export function needsApproval(gitlab: GitLab, project: Project, place: Place): boolean {
    const { rules, unified } = approvalsOf(gitlab, project, place);
    return unified > 0 || rules.some((rule) => (rule.requiredApprovals ?? 1) > 0);
}

function approvalsFor(deployment: Deployment, rule: Grant): DeploymentApproval[] {
    return (deployment.approvals ?? []).filter((each) => each.ruleId === rule.id);
}

const approvedIn = (given: readonly DeploymentApproval[]): number =>
    given.filter((each) => each.status === "approved").length;

/** How many approvals a deployment still waits for. */
export function pendingApprovals(
    gitlab: GitLab,
    project: Project,
    place: Place,
    deployment: Deployment,
): number {
    const { rules, unified } = approvalsOf(gitlab, project, place);
    const missing = rules.map((rule) =>
        Math.max(0, (rule.requiredApprovals ?? 1) - approvedIn(approvalsFor(deployment, rule))),
    );
    return rules.length > 0
        ? missing.reduce((sum, each) => sum + each, 0)
        : Math.max(0, unified - approvedIn(deployment.approvals ?? []));
}

export interface ApprovalDecision {
    status: "approved" | "rejected";
    comment: string;
    representedAs: string | undefined;
}

/**
 * Takes a user's word on a deployment.
 *
 * @returns the approval, or in GitLab's words why there is none.
 */
export function approve(
    gitlab: GitLab,
    project: Project,
    place: Place,
    deployment: Deployment,
    user: User,
    decision: ApprovalDecision,
): DeploymentApproval | string {
    const { rules, unified, deploy } = approvalsOf(gitlab, project, place);
    if (protectionsOf(gitlab, project, place).length === 0) {
        return "This environment is not protected.";
    }
    if (!needsApproval(gitlab, project, place)) {
        return "Deployment approvals is not configured for this environment.";
    }
    const own = rules.filter((rule) => granted(gitlab, rule, user, project));
    if (unified > 0 ? !anyGranted(gitlab, deploy, user, project) : own.length === 0) {
        return "You don't have permission to approve this deployment. Contact the project or group owner for help.";
    }
    const named = own.filter(
        (rule) =>
            decision.representedAs === undefined || nameOf(gitlab, rule, user) === decision.representedAs,
    );
    if (rules.length > 0 && named.length === 0) {
        return "There are no approval rules for the given `represent_as` parameter. Use a valid User/Group/Role name instead.";
    }
    if (deployment.status !== "blocked") {
        return "This deployment is not waiting for approvals.";
    }
    if (
        decision.status === "approved" &&
        deployment.userId === user.id &&
        project.settings["allow_pipeline_trigger_approve_deployment"] !== true
    ) {
        return "You cannot approve your own deployment. This configuration can be adjusted in the protected environment settings.";
    }
    // The rule that still needs somebody, else the first that the user fits.
    const rule =
        named.find((each) => approvedIn(approvalsFor(deployment, each)) < (each.requiredApprovals ?? 1)) ??
        named[0];
    const known = deployment.approvals?.find((each) => each.userId === user.id);
    if (known?.status === decision.status) {
        return known;
    }
    const made: DeploymentApproval = {
        userId: user.id,
        status: decision.status,
        comment: decision.comment,
        createdAt: gitlab.now(),
        ruleId: rule?.id ?? null,
    };
    deployment.approvals = [...(deployment.approvals ?? []).filter((each) => each !== known), made];
    return made;
}

function nameOf(gitlab: GitLab, rule: Grant, user: User): string | undefined {
    return rule.userId !== null
        ? user.name
        : rule.groupId !== null
          ? gitlab.group(rule.groupId)?.name
          : rule.accessLevel === 40
            ? "Maintainers"
            : rule.accessLevel === 30
              ? "Developers + Maintainers"
              : undefined;
}

/** The rules of a deployment's environment, each with the approvals given for it. */
export function approvalRules(
    gitlab: GitLab,
    project: Project,
    place: Place,
    deployment: Deployment,
): { rule: Grant; given: DeploymentApproval[] }[] {
    return approvalsOf(gitlab, project, place).rules.map((rule) => ({
        rule,
        given: approvalsFor(deployment, rule),
    }));
}
