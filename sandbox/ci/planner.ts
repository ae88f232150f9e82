/** Reads a commit's pipeline file with gitlab-ci-local: which jobs there are, with all rules applied. */
import { randomUUID } from "node:crypto";
import * as path from "node:path";

import type { GitLab } from "../gitlab/gitlab";
import type { Project } from "../gitlab/model";
import { runLocal, type Programs } from "./local";
import { PlanError, probeRuns, readPlan, workflowProbe, type Plan } from "./plan";
import {
    ciFile,
    mergeRequestOf,
    ownVariables,
    predefinedVariables,
    unsetVariables,
    type JobVariables,
    type PipelineFacts,
} from "./variables";
import { changesArguments, comparedCommit, Workspace } from "./workspace";

/** A pipeline's plan, or why there is none. */
export type Planned =
    | { readonly kind: "plan"; readonly plan: Plan; readonly variables: JobVariables }
    | { readonly kind: "invalid"; readonly message: string }
    | { readonly kind: "filtered"; readonly message: string };

/** Makes the plan of a pipeline. `folder` is where throwaway clones go. */
export async function planPipeline(
    gitlab: GitLab,
    project: Project,
    facts: PipelineFacts,
    programs: Programs,
    folder: string,
    signal: AbortSignal,
): Promise<Planned> {
    const file = ciFile(project);
    if (/[@:]/.test(file)) {
        return invalid(`The pipeline file ${file} lies elsewhere, which the sandbox does not support`);
    }
    const workspace = await Workspace.create(path.join(folder, `plan-${randomUUID()}`), project);
    try {
        const compare = comparedCommit(facts, mergeRequestOf(project, facts)?.baseSha);
        const origin = `${gitlab.url}/${gitlab.projectPath(project)}.git`;
        await workspace.clone(gitlab, project, facts.sha, origin, compare);
        const commit = await gitlab.git.commit(project.id, facts.sha);
        const user = gitlab.user(facts.userId);
        const variables = new Map([
            ...predefinedVariables(gitlab, project, facts, { commit, user }),
            ...ownVariables(gitlab, project, facts, null),
        ]);
        const entry = await gitlab.git.file(project.id, facts.sha, file);
        const text = entry ? (await gitlab.git.blob(project.id, entry.id)).toString("utf8") : "";
        const common = [
            "--list-json",
            ...(await workspace.variables(variables)),
            ...unsetVariables(variables, text).flatMap((key) => ["--unset-variable", key]),
            ...changesArguments(compare),
        ];
        const list = async (
            ...args: string[]
        ): Promise<{ code: number | null; stdout: string; stderr: string }> =>
            runLocal(programs, {
                cwd: workspace.directory,
                home: workspace.home,
                temporary: workspace.temporary,
                args: [...common, ...args],
                signal,
            });
        const listing = await list("--file", file);
        if (listing.code !== 0) {
            return invalid(complaint(listing.stderr));
        }
        const plan = readPlan(
            listing.stdout,
            await workspace.state("../state/expanded-gitlab-ci.yml"),
            facts,
        );
        if (plan.workflowRules !== undefined) {
            const probe = await workspace.file("workflow.json", workflowProbe(plan));
            const answer = await list(...probe, "--no-json-schema-validation");
            if (answer.code !== 0) {
                return invalid(complaint(answer.stderr));
            }
            if (!probeRuns(answer.stdout)) {
                return { kind: "filtered", message: "Pipeline filtered out by workflow rules." };
            }
        }
        if (plan.jobs.length === 0) {
            return {
                kind: "filtered",
                message:
                    "Pipeline will not run for the selected trigger. " +
                    "The rules configuration prevented any jobs from being added to the pipeline.",
            };
        }
        return { kind: "plan", plan, variables };
    } catch (error) {
        if (error instanceof PlanError) {
            return invalid(error.message);
        }
        throw error;
    } finally {
        await workspace.remove();
    }
}

const invalid = (message: string): Planned => ({ kind: "invalid", message });

/** What the interpreter complains about, without its remarks on time. */
function complaint(stderr: string): string {
    const lines = stderr
        .split("\n")
        .filter(
            (line) =>
                line.trim() !== "" && !/^\s*(parsing and downloads|json schema validated|at )/.test(line),
        );
    return lines.join("\n") || "The pipeline file could not be read";
}
