import type { GitLab } from "./gitlab";
import { adoptDefaultBranch } from "./repository";

/**
 * Brings state and repositories together again after the server was killed between the two: git had moved a ref,
 * and the state had not been written yet, or a project was about to be made. Run once, before the first request.
 */
export async function reconcile(gitlab: GitLab): Promise<void> {
    const { git } = gitlab;
    for (const project of gitlab.state.projects) {
        // States written before deployments were kept do not have the list.
        project.deployments ??= [];
        if (!(await git.exists(project.id))) {
            await git.create(project.id, project.defaultBranch ?? "main");
            project.defaultBranch = null;
        }
        const branches = [...(await git.refs(project.id, "refs/heads/")).keys()].map((ref) =>
            ref.slice("refs/heads/".length),
        );
        const [first] = branches;
        if (
            first !== undefined &&
            (project.defaultBranch === null || !branches.includes(project.defaultBranch))
        ) {
            await adoptDefaultBranch(gitlab, project, first);
        }
        if (project.importStatus === "scheduled" || project.importStatus === "started") {
            project.importStatus = "failed";
            project.importError = "The server was stopped while it imported.";
        }
        for (const request of project.mergeRequests) {
            if (request.state !== "opened" && request.state !== "locked") {
                continue;
            }
            request.state = "opened";
            const source = await git.branch(project.id, request.sourceBranch);
            request.sourceSha = source ?? request.sourceSha;
            const target = await git.branch(project.id, request.targetBranch);
            if (
                target !== undefined &&
                target !== request.startSha &&
                (await git.isAncestor(project.id, request.sourceSha, target))
            ) {
                request.state = "merged";
                request.mergedAt = gitlab.now();
                request.mergeCommitSha = target;
            }
        }
    }
}
