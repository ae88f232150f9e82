/** Reads a commit's pipeline file with gitlab-ci-local: which jobs there are, with all rules applied. */
import { randomUUID } from "node:crypto";
import * as path from "node:path";

import type { GitLab } from "../gitlab/gitlab";
import { readsCode } from "../gitlab/access";
import type { Project, User } from "../gitlab/model";
import { listLocal, type Programs } from "./local";
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
    | {
          readonly kind: "plan";
          readonly plan: Plan;
          readonly variables: JobVariables;
          /** The file with all it includes. */
          readonly merged: string;
      }
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
    content?: string,
): Promise<Planned> {
    const file = ciFile(project);
    const workspace = await Workspace.create(path.join(folder, `plan-${randomUUID()}`), project);
    try {
        const compare = comparedCommit(facts, facts.targetSha ?? mergeRequestOf(project, facts)?.baseSha);
        // With a name in it, so that the interpreter still finds the server in it where `lend` leads git elsewhere.
        const origin = `${gitlab.url.replace("://", "://planner:none@")}/${gitlab.projectPath(project)}.git`;
        await workspace.clone(gitlab, project, facts.sha, origin, compare);
        const commit = await gitlab.git.commit(project.id, facts.sha);
        const user = gitlab.user(facts.userId);
        const variables = new Map([
            ...predefinedVariables(gitlab, project, facts, { commit, user }),
            ...ownVariables(gitlab, project, facts, null),
        ]);
        await workspace.allowIncludesFrom(
            new URL(gitlab.url).origin,
            gitlab.state.projects
                .filter((each) => readsCode(gitlab, user, each))
                .map((each) => ({ path: gitlab.projectPath(each), folder: gitlab.git.path(each.id) })),
        );
        const elsewhere = content ?? includeOf(file);
        const entry = elsewhere ? undefined : await gitlab.git.file(project.id, facts.sha, file);
        const text =
            elsewhere ?? (entry ? (await gitlab.git.blob(project.id, entry.id)).toString("utf8") : "");
        const root = elsewhere === undefined ? ["--file", file] : await workspace.file("root.yml", elsewhere);
        const common = [
            "--list-json",
            ...(await workspace.variables(variables)),
            ...unsetVariables(variables, text).flatMap((key) => ["--unset-variable", key]),
            ...changesArguments(compare),
        ];
        const list = async (
            ...args: string[]
        ): Promise<{ code: number | null; stdout: string; stderr: string }> =>
            listLocal(programs, {
                cwd: workspace.directory,
                home: workspace.home,
                temporary: workspace.temporary,
                args: [...common, ...args],
                signal,
            });
        const listing = await list(...root);
        if (listing.code !== 0) {
            return invalid(await planErrorText(gitlab, user, listing.stderr));
        }
        const merged = await workspace.state("../state/expanded-gitlab-ci.yml");
        const plan = readPlan(listing.stdout, merged, facts);
        if (plan.workflowRules !== undefined) {
            const probe = await workspace.file("workflow.json", workflowProbe(plan));
            const answer = await list(...probe, "--no-json-schema-validation");
            if (answer.code !== 0) {
                return invalid(await planErrorText(gitlab, user, answer.stderr));
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
        return { kind: "plan", plan, variables, merged };
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

/**
 * A file that includes the one a project's setting names elsewhere, as GitLab makes one for it: `file@group/project`, with
 * `:ref` after it where it is not of the default branch, or a URL. Undefined for a file of the project itself.
 */
function includeOf(file: string): string | undefined {
    if (/^https?:\/\//.test(file)) {
        return JSON.stringify({ include: [{ remote: file }] });
    }
    const [, path, project, ref] = /^([^@]+)@([^:]+)(?::(.+))?$/.exec(file) ?? [];
    return path === undefined
        ? undefined
        : JSON.stringify({ include: [{ project, file: path, ...(ref === undefined ? {} : { ref }) }] });
}

/** What the interpreter complains about, without its remarks on time; in GitLab's words what cannot be included. */
async function planErrorText(gitlab: GitLab, user: User | undefined, stderr: string): Promise<string> {
    const included =
        /Project include could not be fetched \{ project: (\S+), ref: (\S+), file: (.+?) \}/.exec(stderr);
    if (included) {
        const [, path = "", ref = "", file = ""] = included;
        return missingInclude(gitlab, user, { path, ref, file });
    }
    const component =
        /Component include could not be fetched \{ project: (\S+), ref: (\S+), file: (\S+?)\.yml/.exec(
            stderr,
        );
    if (component) {
        const [, path = "", ref = "", file = ""] = component;
        const address = `${new URL(gitlab.url).host}/${path}/${file.replace("templates/", "")}@${ref}`;
        return `Component '${address}' - content not found`;
    }
    const lines = stderr
        .split("\n")
        .filter(
            (line) =>
                line.trim() !== "" && !/^\s*(parsing and downloads|json schema validated|at )/.test(line),
        );
    return lines.join("\n") || "The pipeline file could not be read";
}

async function missingInclude(
    gitlab: GitLab,
    user: User | undefined,
    wanted: { path: string; ref: string; file: string },
): Promise<string> {
    const project = gitlab.projectAt(wanted.path);
    if (!project || !readsCode(gitlab, user, project)) {
        return (
            `Project \`${wanted.path}\` not found or access denied! ` +
            "Make sure any includes in the pipeline configuration are correctly defined."
        );
    }
    return (await gitlab.git.resolve(project.id, wanted.ref)) === undefined
        ? `Project \`${wanted.path}\` reference \`${wanted.ref}\` does not exist!`
        : `Project \`${wanted.path}\` file \`${wanted.file}\` does not exist!`;
}
