/** Jobs that start another pipeline: of their own project from another file, or of another project. */
import { readFile } from "node:fs/promises";
import * as path from "node:path";

import { effectiveProjectLevel, mergesInto, readsCode } from "../gitlab/access";
import type { PipelineParameters } from "../gitlab/ci";
import { ApiError } from "../gitlab/errors";
import { zeroSha } from "../gitlab/git";
import type { GitLab } from "../gitlab/gitlab";
import { Level, type Job, type Pipeline, type Project, type User } from "../gitlab/model";
import type { Plan, PlannedJob, TriggerSettings } from "./plan";
import { expand, literal, ownVariables, predefinedVariables, type JobVariable } from "./variables";

/** What there is of a job that starts a pipeline. */
export interface BridgeContext {
    readonly gitlab: GitLab;
    readonly project: Project;
    readonly pipeline: Pipeline;
    readonly job: Job;
    readonly user: User;
    readonly plan: Plan;
    readonly planned: PlannedJob;
    readonly trigger: TriggerSettings;
    /** Folder of what jobs of the pipeline left for each other. */
    readonly artifacts: string;
    readonly create: (project: Project, parameters: PipelineParameters) => Promise<Pipeline>;
}

/** What came of it: the pipeline, or why there is none, in GitLab's word and in one for people. */
export type Started =
    | { readonly project: Project; readonly pipeline: Pipeline }
    | { readonly failure: string; readonly message: string };

/** Starts the pipeline that a job is there for. */
export async function startDownstream(context: BridgeContext): Promise<Started> {
    const { gitlab, project, pipeline, job, trigger } = context;
    const commit = await gitlab.git.commit(project.id, pipeline.sha);
    const known = new Map<string, JobVariable>([
        ...predefinedVariables(gitlab, project, pipeline, { commit, user: context.user }),
        ...yamlVariables(context),
        ...ownVariables(gitlab, project, pipeline, job.environment),
    ]);
    const passed: Pipeline["variables"] = [
        ...(trigger.forwardsPipelineVariables ? pipeline.variables : []),
        ...(trigger.forwardsYamlVariables
            ? [...yamlVariables(context)].map(([key, { value }]) => ({
                  key,
                  value: expand(value, known),
                  variableType: "env_var",
              }))
            : []),
    ];
    try {
        return trigger.project === null
            ? await startChild(context, passed)
            : await startElsewhere(context, trigger.project, passed, (text) => expand(text, known));
    } catch (error) {
        if (error instanceof ApiError) {
            return { failure: "downstream_pipeline_creation_failed", message: error.message };
        }
        throw error;
    }
}

/** Of the file and of the job. */
function yamlVariables({ plan, planned }: BridgeContext): Map<string, JobVariable> {
    const own = plan.definitions[planned.definition]?.["variables"];
    return new Map(
        Object.entries({ ...plan.variables, ...(typeof own === "object" ? own : {}) }).map(([key, given]) => {
            const value: unknown =
                typeof given === "object" && given !== null && "value" in given ? given.value : (given ?? "");
            return [key, referring(typeof value === "string" ? value : JSON.stringify(value))];
        }),
    );
}

/** A value that may refer to others. */
function referring(value: string): JobVariable {
    return { ...literal(value), raw: false };
}

/** A pipeline of the same commit, with the parent's ref, from other files. */
async function startChild(context: BridgeContext, variables: Pipeline["variables"]): Promise<Started> {
    const { project, pipeline, job, user, trigger, create } = context;
    const generated = await generatedFile(context);
    if (typeof generated === "object") {
        return generated;
    }
    const made = await create(project, {
        ref: pipeline.ref,
        tag: pipeline.tag,
        sha: pipeline.sha,
        beforeSha: pipeline.beforeSha,
        source: "parent_pipeline",
        userId: user.id,
        variables,
        ...(pipeline.mergeRequestIid === undefined ? {} : { mergeRequestIid: pipeline.mergeRequestIid }),
        ...(pipeline.sourceSha === undefined ? {} : { sourceSha: pipeline.sourceSha }),
        ...(pipeline.targetSha === undefined ? {} : { targetSha: pipeline.targetSha }),
        upstream: { projectId: project.id, pipelineId: pipeline.id, jobId: job.id },
        content: generated ?? JSON.stringify({ include: trigger.include }),
    });
    return { project, pipeline: made };
}

/** The file that a job before left, where the child's is that; undefined where it is in a repository. */
async function generatedFile({
    pipeline,
    trigger,
    artifacts,
}: BridgeContext): Promise<string | undefined | Extract<Started, { failure: string }>> {
    const [first, ...others] = [trigger.include].flat<unknown>();
    const { artifact, job: name } = (typeof first === "object" && first !== null ? first : {}) as {
        artifact?: unknown;
        job?: unknown;
    };
    if (typeof artifact !== "string" || others.length > 0) {
        return undefined;
    }
    const left = pipeline.jobs.find((each) => each.name === name && each.status === "success");
    const file = path.normalize(artifact);
    const text =
        left === undefined || path.isAbsolute(file) || file.startsWith("..")
            ? undefined
            : await readFile(path.join(artifacts, String(left.id), "files", file), "utf8").catch(
                  () => undefined,
              );
    return (
        text ?? {
            failure: "downstream_pipeline_creation_failed",
            message: `Job \`${String(name)}\` not found in parent pipeline or does not have the file ${artifact}.`,
        }
    );
}

/** A pipeline of another project's branch, for whoever may start one there. */
async function startElsewhere(
    { gitlab, project, pipeline, job, user, trigger, create }: BridgeContext,
    given: string,
    variables: Pipeline["variables"],
    filled: (text: string) => string,
): Promise<Started> {
    const target = gitlab.projectAt(filled(given));
    if (target === undefined || !readsCode(gitlab, user, target)) {
        return {
            failure: "downstream_bridge_project_not_found",
            message: `The project ${filled(given)} could not be found.`,
        };
    }
    const ref = trigger.branch === null ? (target.defaultBranch ?? "") : filled(trigger.branch);
    const branch = await gitlab.git.branch(target.id, ref);
    const sha = branch ?? (await gitlab.git.resolve(target.id, `refs/tags/${ref}`));
    if (sha === undefined) {
        return { failure: "downstream_pipeline_creation_failed", message: "Reference not found" };
    }
    const may =
        effectiveProjectLevel(gitlab, user, target) >= Level.developer &&
        (branch === undefined || mergesInto(gitlab, user, target, ref));
    if (!may) {
        return {
            failure: "insufficient_bridge_permissions",
            message: `${user.username} may not start a pipeline of ${filled(given)} on ${ref}.`,
        };
    }
    const made = await create(target, {
        ref,
        tag: branch === undefined,
        sha,
        beforeSha: zeroSha,
        source: "pipeline",
        userId: user.id,
        variables,
        upstream: { projectId: project.id, pipelineId: pipeline.id, jobId: job.id },
    });
    return { project: target, pipeline: made };
}

/** What a job that waits for its pipeline becomes once that has ended. */
export function mirrored(status: string): "success" | "failed" | "canceled" {
    return status === "success" || status === "canceled" ? status : "failed";
}
