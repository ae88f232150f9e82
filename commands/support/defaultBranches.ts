/**
 * Repositories that are to start with another branch than they do: an app whose flow has another one, or a branch that the
 * spec calls otherwise. The estate makes the branch a repository begins with together with the repository, and no second
 * one; GitLab takes no default branch that is not there. So it is made before the update, where the old one ends: what is in
 * it goes on, and the old one stays as it is.
 */
import type { RepositoryPlan } from "../../estate/flows/plan";
import type { Estate, Language } from "../../estate/model";
import type { Ask } from "../doctor/http";
import { record } from "../doctor/json";
import { CommandError } from "./console";
import { liveResources, type ExportedStack, type StateResource } from "./exported";

/** GitLab's level of them. */
const maintainers = 40;

/** A repository that gets another first branch. */
export interface NewDefaultBranch {
    /** Full path and id of the project. */
    readonly repository: string;
    readonly project: string;
    /** The branches it starts with: as the stack has it, and as the spec says. */
    readonly from: string;
    readonly to: string;
    /** First content on the old branch, by URN: none of it is the new one's. */
    readonly files: readonly string[];
}

/** The repositories of a stack whose spec says another first branch. Pure. */
export function newDefaultBranches(
    { apps }: Pick<Estate, "apps">,
    exported: ExportedStack,
): NewDefaultBranch[] {
    const live = liveResources(exported);
    const of = (type: string): StateResource[] => live.filter((each) => each.type === type);
    const plans = new Map<string, RepositoryPlan>(
        Object.values(apps).flatMap(({ repository, plan }) => [
            [repository.fullPath, plan.source] as const,
            ...plan.configs.map((config) => [config.at.fullPath, config.plan] as const),
        ]),
    );
    return of("gitlab:index/project:Project").flatMap(({ id, inputs, outputs }): NewDefaultBranch[] => {
        const [repository, from] = [outputs?.["pathWithNamespace"], inputs?.["defaultBranch"]];
        if (id === undefined || typeof repository !== "string" || typeof from !== "string") {
            return [];
        }
        const to = plans.get(repository)?.start;
        return to === undefined || to === from
            ? []
            : [
                  {
                      repository,
                      project: id,
                      from,
                      to,
                      files: of("gitlab:index/repositoryFile:RepositoryFile")
                          .filter((file) => file.inputs?.["project"] === id && file.inputs["branch"] === from)
                          .map(({ urn }) => urn),
                  },
              ];
    });
}

/**
 * Makes the branches that are not there, protected from the start: until the update is through, maintainers alone write to
 * them. @param ask calls to GitLab
 *
 * @throws CommandError when GitLab does not make one, or when one is there that anybody may have written to.
 */
export async function createDefaultBranches(
    defaultBranches: readonly NewDefaultBranch[],
    ask: Ask,
): Promise<void> {
    for (const start of defaultBranches) {
        const repository = `/projects/${encodeURIComponent(start.project)}`;
        const branch = `${repository}/repository/branches`;
        const said = `branch ${start.to} of ${start.repository}`;
        const there = await ask("GET", `${branch}/${encodeURIComponent(start.to)}`);
        if (there.status === 200) {
            if (record(there.body)["protected"] !== true) {
                throw new CommandError(
                    `On GitLab already, and open to everybody who may push: ${said}. What is written there would be delivered. ` +
                        "The update was not begun. Look at it, then protect the branch, or delete it to have it made anew.",
                );
            }
            continue;
        }
        const answer = await ask("POST", branch, { branch: start.to, ref: start.from });
        if (answer.status !== 201) {
            throw new CommandError(
                `GitLab did not make ${said} from ${start.from}: status ${answer.status}. Nothing else was changed.`,
            );
        }
        const guard = await ask("POST", `${repository}/protected_branches`, {
            name: start.to,
            push_access_level: maintainers,
            merge_access_level: maintainers,
        });
        if (guard.status !== 201 && guard.status !== 409) {
            throw new CommandError(
                `GitLab made ${said}, and did not protect it: status ${guard.status}. The update was not begun; protect it or delete it, then run it again.`,
            );
        }
    }
}

/** What becomes of them, a line each. Pure. @param mark how names are written. */
export function defaultBranchLines(
    defaultBranches: readonly NewDefaultBranch[],
    language: Language = "en",
    mark: (name: string) => string = (name) => name,
): string[] {
    return defaultBranches.map((start) => {
        const [repository, from, to] = [start.repository, start.from, start.to].map(mark);
        return language === "zh"
            ? `${repository} 的起始分支由 ${from} 改为 ${to}：${to} 不存在时从 ${from} 创建，内容相同。${from} 保持原样。`
            : `${repository} starts with branch ${to} instead of ${from}: where ${to} is not there, it is made from ${from}, with what is in it. ${from} stays as it is.`;
    });
}
