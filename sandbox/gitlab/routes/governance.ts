import type { Call, Routes } from "../call";
import { invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type ApprovalRule, type Group, type PlainRecord, type Project } from "../model";
import { bool, clearable, filled, int, ints, oneOf, required, text, type Input } from "../params";
import { basicUser, identityOf, showGroup, showProject } from "../present";
import { place } from "./members";

/** Who must approve and what may be pushed (premium), and which projects' jobs may come in. */
export function registerGovernance(routes: Routes, gitlab: GitLab): void {
    registerApprovals(routes, gitlab);
    registerApprovalRules(routes, gitlab);
    registerPushRules(routes, gitlab);
    registerJobTokenScope(routes, gitlab);
}

const approvalDefaults: Record<string, boolean> = {
    reset_approvals_on_push: true,
    disable_overriding_approvers_per_merge_request: false,
    merge_requests_author_approval: false,
    merge_requests_disable_committers_approval: false,
    require_password_to_approve: false,
    require_reauthentication_to_approve: false,
    selective_code_owner_removals: false,
};

function registerApprovals(routes: Routes, gitlab: GitLab): void {
    void gitlab;
    const show = (project: Project): Input => ({
        approvers: [],
        approver_groups: [],
        approvals_before_merge: 0,
        ...approvalDefaults,
        ...project.approvals,
    });
    routes.get("/projects/:id/approvals", (call) => {
        call.requirePremium();
        return show(call.project(Level.guest));
    });
    routes.post("/projects/:id/approvals", (call) => {
        call.requirePremium();
        const project = call.project(Level.maintainer);
        const wanted = call.parse(
            Object.fromEntries(Object.keys(approvalDefaults).map((name) => [name, bool()])),
        );
        if (wanted["selective_code_owner_removals"] === true && wanted["reset_approvals_on_push"] === true) {
            throw invalid({
                selective_code_owner_removals: ["can't be enabled when reset_approvals_on_push is enabled"],
            });
        }
        Object.assign(project.approvals, wanted);
        return show(project);
    });
}

function registerApprovalRules(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/approval_rules";
    const open = (call: Call, level: number): Project => {
        call.requirePremium();
        return call.project(level);
    };
    const show = (project: Project, rule: ApprovalRule): Input => ({
        id: rule.id,
        name: rule.name,
        rule_type: rule.ruleType,
        report_type: rule.reportType,
        eligible_approvers: rule.userIds.map((id) => basicUser(gitlab, gitlab.user(id))),
        approvals_required: rule.approvalsRequired,
        users: rule.userIds.map((id) => basicUser(gitlab, gitlab.user(id))),
        groups: rule.groupIds.flatMap((id) => {
            const group = gitlab.group(id);
            return group ? [showGroup(gitlab, group)] : [];
        }),
        contains_hidden_groups: false,
        protected_branches: project.protectedBranches
            .filter((branch) => rule.protectedBranchIds.includes(branch.id))
            .map((branch) => ({ id: branch.id, name: branch.name })),
        applies_to_all_protected_branches: rule.appliesToAllProtectedBranches,
    });
    const find = (call: Call, project: Project): ApprovalRule => {
        const found = project.approvalRules.find((each) => each.id === call.number("rule_id"));
        if (!found) {
            throw notFound();
        }
        return found;
    };
    const fields = {
        name: filled(),
        approvals_required: int(),
        user_ids: ints(),
        usernames: text(),
        group_ids: ints(),
        protected_branch_ids: ints(),
        applies_to_all_protected_branches: bool(),
    };
    const checkBranches = (project: Project, ids: number[] | undefined): void => {
        if (ids?.some((id) => !project.protectedBranches.some((branch) => branch.id === id))) {
            throw notFound();
        }
    };
    // People who cannot see the project do not become approvers, as GitLab filters them.
    const eligible = (project: Project, ids: number[]): number[] =>
        ids.filter((id) => {
            const user = gitlab.user(id);
            return user !== undefined && project !== undefined;
        });
    routes.get(base, (call) => {
        const project = open(call, Level.guest);
        return call.page(project.approvalRules, (rule) => show(project, rule));
    });
    routes.get(`${base}/:rule_id`, (call) => {
        const project = open(call, Level.guest);
        return show(project, find(call, project));
    });
    routes.post(base, (call) => {
        const project = open(call, Level.maintainer);
        const wanted = call.parse({
            ...fields,
            name: required(filled()),
            approvals_required: required(int()),
            rule_type: oneOf("any_approver", "regular", "report_approver"),
            report_type: oneOf("code_coverage", "scan_finding", "license_scanning"),
        });
        const ruleType = wanted.rule_type ?? "regular";
        if (project.approvalRules.some((each) => each.name === wanted.name)) {
            throw invalid({ name: ["has already been taken"] });
        }
        if (ruleType === "any_approver" && project.approvalRules.some((each) => each.ruleType === ruleType)) {
            throw invalid({ rule_type: ["any-approver for the project already exists"] });
        }
        checkBranches(project, wanted.protected_branch_ids);
        const rule: ApprovalRule = {
            id: gitlab.nextId("approval_rule"),
            name: wanted.name,
            ruleType,
            approvalsRequired: wanted.approvals_required,
            userIds: eligible(project, wanted.user_ids ?? []),
            groupIds: (wanted.group_ids ?? []).filter((id) => gitlab.group(id) !== undefined),
            protectedBranchIds: wanted.protected_branch_ids ?? [],
            appliesToAllProtectedBranches: wanted.applies_to_all_protected_branches ?? false,
            reportType: wanted.report_type ?? null,
        };
        project.approvalRules.push(rule);
        return show(project, rule);
    });
    routes.put(`${base}/:rule_id`, (call) => {
        const project = open(call, Level.maintainer);
        const rule = find(call, project);
        const wanted = call.parse(fields);
        checkBranches(project, wanted.protected_branch_ids);
        rule.name = wanted.name ?? rule.name;
        rule.approvalsRequired = wanted.approvals_required ?? rule.approvalsRequired;
        rule.userIds = wanted.user_ids === undefined ? rule.userIds : eligible(project, wanted.user_ids);
        rule.groupIds = wanted.group_ids ?? rule.groupIds;
        rule.protectedBranchIds = wanted.protected_branch_ids ?? rule.protectedBranchIds;
        rule.appliesToAllProtectedBranches =
            wanted.applies_to_all_protected_branches ?? rule.appliesToAllProtectedBranches;
        return show(project, rule);
    });
    routes.delete(`${base}/:rule_id`, (call) => {
        const project = open(call, Level.maintainer);
        const rule = find(call, project);
        project.approvalRules = project.approvalRules.filter((each) => each !== rule);
    });
}

const pushRuleFields = {
    author_email_regex: clearable(),
    branch_name_regex: clearable(),
    commit_committer_check: bool(),
    commit_committer_name_check: bool(),
    commit_message_negative_regex: clearable(),
    commit_message_regex: clearable(),
    deny_delete_tag: bool(),
    file_name_regex: clearable(),
    max_file_size: int(),
    member_check: bool(),
    prevent_secrets: bool(),
    reject_unsigned_commits: bool(),
    reject_non_dco_commits: bool(),
};
const pushRuleDefaults: Input = {
    author_email_regex: "",
    branch_name_regex: "",
    commit_committer_check: false,
    commit_committer_name_check: false,
    commit_message_negative_regex: "",
    commit_message_regex: "",
    deny_delete_tag: false,
    file_name_regex: "",
    max_file_size: 0,
    member_check: false,
    prevent_secrets: false,
    reject_unsigned_commits: false,
    reject_non_dco_commits: false,
};

function registerPushRules(routes: Routes, gitlab: GitLab): void {
    for (const kind of ["projects", "groups"] as const) {
        const base = `/${kind}/:id/push_rule`;
        const open = (call: Call): Group | Project => {
            call.requirePremium();
            return place(call, kind, kind === "groups" ? Level.owner : Level.maintainer).space;
        };
        const show = (space: Group | Project): Input => ({
            ...space.pushRule,
            ...(kind === "projects" ? { project_id: space.id } : {}),
        });
        const checked = (call: Call): Input => {
            const wanted = call.parse(pushRuleFields);
            for (const [name, value] of Object.entries(wanted)) {
                if (name.endsWith("_regex") && typeof value === "string") {
                    try {
                        new RegExp(value);
                    } catch {
                        throw invalid({ [name]: ["must be a valid RE2 regex"] });
                    }
                }
            }
            return wanted;
        };
        routes.get(base, (call) => {
            const space = open(call);
            if (!space.pushRule) {
                // A project without a rule answers with an empty body; a group with 404.
                if (kind === "groups") {
                    throw notFound();
                }
                call.reply.type("application/json");
                return "null";
            }
            return show(space);
        });
        routes.post(base, (call) => {
            const space = open(call);
            if (space.pushRule) {
                throw invalid(`${kind === "groups" ? "Group" : "Project"} push rule exists`);
            }
            const made: PlainRecord = {
                id: gitlab.nextId("push_rule"),
                created_at: gitlab.now(),
                ...pushRuleDefaults,
                ...checked(call),
            };
            space.pushRule = made;
            return show(space);
        });
        routes.put(base, (call) => {
            const space = open(call);
            if (!space.pushRule) {
                throw notFound("Push Rule");
            }
            Object.assign(space.pushRule, checked(call));
            return show(space);
        });
        routes.delete(base, (call) => {
            const space = open(call);
            if (!space.pushRule) {
                throw notFound("Push Rule");
            }
            space.pushRule = null;
        });
    }
}

function registerJobTokenScope(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/job_token_scope";
    routes.get(base, (call) => {
        const project = call.project(Level.maintainer);
        return { inbound_enabled: project.jobTokenScope.enabled, outbound_enabled: false };
    });
    routes.patch(base, (call) => {
        const project = call.project(Level.maintainer);
        project.jobTokenScope.enabled = call.parse({ enabled: required(bool()) }).enabled;
    });
    // The project itself always stands in its own list.
    const projects = `${base}/allowlist`;
    routes.get(projects, (call) => {
        const project = call.project(Level.maintainer);
        const found = [project.id, ...project.jobTokenScope.projectIds].flatMap(
            (id) => gitlab.project(id) ?? [],
        );
        return call.page(found, (each) => ({
            ...identityOf(gitlab, each),
            web_url: showProject(gitlab, each, undefined)["web_url"],
            default_branch: each.defaultBranch,
            visibility: each.visibility,
        }));
    });
    routes.post(projects, (call) => {
        const project = call.project(Level.maintainer);
        const { target_project_id: id } = call.parse({ target_project_id: required(int()) });
        const target = gitlab.project(id);
        if (!target) {
            throw notFound("target_project_id");
        }
        if (target === project || project.jobTokenScope.projectIds.includes(id)) {
            throw invalid("Target project is already in the job token scope");
        }
        project.jobTokenScope.projectIds.push(id);
        return { source_project_id: project.id, target_project_id: id };
    });
    routes.delete(`${projects}/:target_id`, (call) => {
        const project = call.project(Level.maintainer);
        const id = call.number("target_id");
        if (!project.jobTokenScope.projectIds.includes(id)) {
            throw notFound("Target Project");
        }
        project.jobTokenScope.projectIds = project.jobTokenScope.projectIds.filter((each) => each !== id);
    });
    const groups = `${base}/groups_allowlist`;
    routes.get(groups, (call) => {
        const project = call.project(Level.maintainer);
        const found = project.jobTokenScope.groupIds.flatMap((id) => gitlab.group(id) ?? []);
        return call.page(found, (each) => ({
            id: each.id,
            web_url: `${gitlab.url}/groups/${gitlab.groupPath(each)}`,
            name: each.name,
        }));
    });
    routes.post(groups, (call) => {
        const project = call.project(Level.maintainer);
        const { target_group_id: id } = call.parse({ target_group_id: required(int()) });
        if (!gitlab.group(id)) {
            throw notFound("target_group_id");
        }
        if (project.jobTokenScope.groupIds.includes(id)) {
            throw invalid("Target group is already in the job token scope");
        }
        project.jobTokenScope.groupIds.push(id);
        return { source_project_id: project.id, target_group_id: id };
    });
    routes.delete(`${groups}/:target_id`, (call) => {
        const project = call.project(Level.maintainer);
        const id = call.number("target_id");
        if (!project.jobTokenScope.groupIds.includes(id)) {
            throw notFound("Target Group");
        }
        project.jobTokenScope.groupIds = project.jobTokenScope.groupIds.filter((each) => each !== id);
    });
}
