/** How the approvals that merges want are enforced. Pure. */
import { configAt, mergePlans, type RepositoryPlan } from "./flows/plan";
import type { App, ApprovalGate, Estate, GitLab } from "./model";
import { plainUrl } from "./plain";
import type { Spec } from "./schema";

/** Name of the gate's job. */
export const approvalsJob = "approvals";

/** CI variable by which the gate's job knows how many approvals each branch wants. */
export const approvalsVariable = "APPROVALS";

/** The variable with the token by which that job reads who approved. */
export const approvalsToken = "APPROVALS_TOKEN";

/** How many approvals merges into a branch want, by branch or pattern; without branches that want none. */
export function wantedApprovals({ branches }: Pick<RepositoryPlan, "branches">): Record<string, number> {
    return Object.fromEntries(
        branches.flatMap(({ name, approval }) =>
            approval === undefined || approval.required === 0 ? [] : [[name, approval.required] as const],
        ),
    );
}

/**
 * What a job of merge requests holds back in a repository of these apps, see {@link wantedApprovals}; undefined: nothing.
 * With a licence GitLab holds merges itself, and without a runner of GitLab no job does.
 */
export function gatedBranches(
    { tier, approvalGate }: Pick<GitLab, "tier" | "approvalGate">,
    plan: Pick<RepositoryPlan, "branches">,
    apps: readonly Pick<App, "ci">[],
): Record<string, number> | undefined {
    const wanted = wantedApprovals(plan);
    return tier === "premium" ||
        approvalGate === undefined ||
        apps.every(({ ci }) => ci !== "gitlab") ||
        Object.keys(wanted).length === 0
        ? undefined
        : wanted;
}

/** How many approvals merges want by the spec, by full path of a repository whose merges a job holds. Pure. */
export function wantedByRepository({
    apps,
    gitlab,
}: Pick<Estate, "apps" | "gitlab">): Readonly<Record<string, Readonly<Record<string, number>>>> {
    const all = Object.values(apps);
    const configs = new Set(all.flatMap(({ plan }) => plan.configs.map(({ at }) => at.fullPath)));
    const plans: readonly (readonly [string, RepositoryPlan, readonly App[]])[] = [
        ...all.map((app) => [app.repository.fullPath, app.plan.source, [app]] as const),
        ...[...configs].map((path) => {
            const sharing = all.filter((app) => configAt(app, path) !== undefined);
            return [
                path,
                mergePlans(sharing.flatMap((app) => configAt(app, path)?.plan ?? [])),
                sharing,
            ] as const;
        }),
    ];
    return Object.fromEntries(
        plans.flatMap(([path, plan, apps]) => {
            const wanted = gatedBranches(gitlab, plan, apps);
            return wanted === undefined ? [] : [[path, wanted]];
        }),
    );
}

/** The gate of merges that want approvals; undefined where it is off, or the tier has approvals of its own. */
export function resolveApprovalGate({
    gitlab: { tier, approvalGate },
    notifications,
}: Spec): ApprovalGate | undefined {
    const { enabled, hookUrl, image = notifications.relay?.image } = approvalGate;
    return tier === "premium" || !enabled
        ? undefined
        : hookUrl === undefined || image === undefined
          ? {}
          : { relay: { url: plainUrl(hookUrl), image } };
}
