/**
 * Branches of repositories that an environment or hotfix had before, or has again. A branch holds what people
 * wrote, so it is never deleted; deleting only its protection would open it, and what is written to it then would go live when
 * the branch is named again. So both leave the state together, and stay on GitLab as they are until a person deletes them;
 * named again, both are imported. Without this the published plugin refuses a branch that is there.
 */
import type { BranchPlan, RepositoryPlan } from "../../estate/flows/plan";
import type { Estate } from "../../estate/model";
import type { Ask } from "../doctor/http";
import { record } from "../doctor/json";
import { liveResources, type ExportedStack } from "./exported";
import type { Wanted } from "./leftOnServer";
import { beside, repositoryIn } from "./repositoryInState";

const branchType = "gitlab:index/branch:Branch";
const protectionType = "gitlab:index/branchProtection:BranchProtection";

/** A branch of a repository. */
export interface RepositoryBranch {
    /** Full path of the repository. */
    readonly repository: string;
    readonly branch: string;
    /** The branch, where the estate makes it, and its protection: as the state has them or would have them. */
    readonly resources: readonly Wanted[];
    /** Whether people make it: then it is no surprise that it is there, and open before the estate protects it. */
    readonly byPeople: boolean;
}

export interface ChangedBranches {
    /** In the state, and not in the spec. */
    readonly left: readonly RepositoryBranch[];
    /** In the spec, and not in the state of a repository that is. */
    readonly named: readonly RepositoryBranch[];
}

/** Branches of the repositories of a spec, and how their resources are called. */
interface Planned {
    readonly start: string;
    readonly branches: ReadonlyMap<string, BranchPlan>;
    /** Names of a branch and of its protection, from the repository's. */
    readonly names: (repository: string, branch: BranchPlan) => readonly [branch: string, protection: string];
}

function plannedBranches({ apps }: Pick<Estate, "apps">): ReadonlyMap<string, Planned> {
    const planned = new Map<string, Planned>();
    const add = (repository: string, plan: RepositoryPlan, names: Planned["names"]): void => {
        const known = planned.get(repository)?.branches ?? [];
        const branches = plan.branches.map((each) => [each.name, each] as const);
        planned.set(repository, { start: plan.start, branches: new Map([...known, ...branches]), names });
    };
    for (const { repository, plan } of Object.values(apps)) {
        add(repository.fullPath, plan.source, (of, { name, temporary }) =>
            temporary
                ? [`${of}-hotfix-${name}`, `${of}-hotfix-${name}-protection`]
                : [`${of}-branch-${name}`, `${of}-branch-${name}`],
        );
        for (const config of plan.configs) {
            add(config.at.fullPath, config.plan, (of, { name }) => [
                `${of}-branch-${name}`,
                `${of}-branch-${name}-protection`,
            ]);
        }
    }
    return planned;
}

/** A pattern is no branch: it protects what people may create, and goes with its line. */
const isPattern = (branch: string): boolean => branch.includes("*");

/** Compares the branches of a spec with those of a state. Pure. */
export function changedBranches(estate: Pick<Estate, "apps">, exported: ExportedStack): ChangedBranches {
    const live = liveResources(exported);
    const left: RepositoryBranch[] = [];
    const named: RepositoryBranch[] = [];
    for (const [repository, { start, branches, names }] of plannedBranches(estate)) {
        const known = repositoryIn(live, repository);
        if (known === undefined) {
            continue;
        }
        const { project, component, ofProject } = known;
        const made = ofProject(branchType, "name");
        const protections = ofProject(protectionType, "branch");
        for (const branch of new Set([...made.keys(), ...protections.keys()])) {
            if (typeof branch === "string" && !isPattern(branch) && !branches.has(branch)) {
                const resources = [made.get(branch), protections.get(branch)].filter(
                    (each) => each !== undefined,
                );
                left.push({ repository, branch, resources, byPeople: !made.has(branch) });
            }
        }
        for (const [branch, plan] of branches) {
            const byPeople = plan.from === undefined;
            const isMade = byPeople ? protections.has(branch) : made.has(branch);
            if (branch !== start && !isPattern(branch) && !isMade) {
                const [name, protection] = names(component, plan);
                named.push({
                    repository,
                    branch,
                    resources: [
                        ...(byPeople
                            ? []
                            : [beside(project, branchType, name, { name: branch, ref: plan.from })]),
                        beside(project, protectionType, protection, { branch }),
                    ],
                    byPeople,
                });
            }
        }
    }
    return { left, named };
}

/** Those of the branches that exist on GitLab, protected or open. */
export async function existing(
    branches: readonly RepositoryBranch[],
    ask: Ask,
): Promise<readonly (RepositoryBranch & { readonly isProtected: boolean })[]> {
    const looks = await Promise.all(
        branches.map(async (each) => {
            const project = String(each.resources[0]?.inputs?.["project"]);
            const place = `/projects/${encodeURIComponent(project)}/repository/branches/`;
            const { status, body } = await ask("GET", place + encodeURIComponent(each.branch));
            return status === 200 ? [{ ...each, isProtected: record(body)["protected"] === true }] : [];
        }),
    );
    return looks.flat();
}

/** The state without some resources, and without others' references to them. Pure. */
export function withoutResources<T extends ExportedStack>(exported: T, urns: readonly string[]): T {
    const gone = new Set(urns);
    const kept = exported.deployment?.resources
        ?.filter(({ urn }) => !gone.has(urn))
        .map((resource) => {
            const { dependencies, propertyDependencies, deletedWith, ...others } = resource;
            const without = (list: readonly string[] | null | undefined): string[] =>
                (list ?? []).filter((urn) => !gone.has(urn));
            return {
                ...others,
                ...(deletedWith === undefined || gone.has(deletedWith) ? {} : { deletedWith }),
                ...(dependencies ? { dependencies: without(dependencies) } : {}),
                ...(propertyDependencies
                    ? {
                          propertyDependencies: Object.fromEntries(
                              Object.entries(propertyDependencies).map(([key, list]) => [key, without(list)]),
                          ),
                      }
                    : {}),
            };
        });
    return { ...exported, deployment: { ...exported.deployment, ...(kept ? { resources: kept } : {}) } };
}
