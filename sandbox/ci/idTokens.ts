/** ID tokens of jobs (`id_tokens:`): what they say of the job, for servers that trust this GitLab's signature. */
import { randomUUID } from "node:crypto";

import { effectiveProjectLevel } from "../gitlab/access";
import type { GitLab } from "../gitlab/gitlab";
import { Level, type Job, type Pipeline, type Project, type User } from "../gitlab/model";
import { environmentVariables, isProtected, mergeRequestOf } from "./variables";

const levels: Readonly<Record<number, string>> = {
    [Level.guest]: "guest",
    [Level.planner]: "planner",
    [Level.reporter]: "reporter",
    [Level.developer]: "developer",
    [Level.maintainer]: "maintainer",
    [Level.owner]: "owner",
};

/** The claims of a job's token, as GitLab's page on ID tokens lists them. */
export function idTokenClaims(
    gitlab: GitLab,
    context: { project: Project; pipeline: Pipeline; job: Job; user: User },
    audience: string | readonly string[],
    now: number,
): Record<string, unknown> {
    const { project, pipeline, job, user } = context;
    const path = gitlab.projectPath(project);
    const ref = mergeRequestOf(project, pipeline)?.sourceBranch ?? pipeline.ref;
    const refType = pipeline.tag ? "tag" : "branch";
    const environment = environmentVariables(job.environment, job.run ?? {});
    const names = {
        namespace_id: String(project.namespaceId),
        namespace_path: gitlab.namespacePath(project.namespaceId),
        project_id: String(project.id),
        project_path: path,
    };
    const known = project.environments.find((each) => each.name === job.environment);
    return {
        ...names,
        ...Object.fromEntries(Object.entries(names).map(([name, value]) => [`job_${name}`, value])),
        user_id: String(user.id),
        user_login: user.username,
        user_email: user.email,
        user_access_level: levels[effectiveProjectLevel(gitlab, user, project)] ?? null,
        pipeline_id: String(pipeline.id),
        pipeline_source: pipeline.source,
        job_id: String(job.id),
        ref,
        ref_type: refType,
        ref_path: `refs/${pipeline.tag ? "tags" : "heads"}/${ref}`,
        ref_protected: String(isProtected(project, ref, pipeline.tag)),
        ...(environment.size === 0
            ? {}
            : {
                  environment: job.environment,
                  environment_protected: String(
                      gitlab.tier === "premium" &&
                          project.protectedEnvironments.some((each) => each.name === job.environment),
                  ),
                  deployment_tier: known?.tier ?? environment.get("CI_ENVIRONMENT_TIER")?.value,
                  environment_action: job.run?.environmentAction ?? "start",
              }),
        runner_id: 1,
        runner_environment: "self-hosted",
        sha: pipeline.sha,
        project_visibility: project.visibility,
        ci_config_ref_uri: `${new URL(gitlab.url).host}/${path}//.gitlab-ci.yml@refs/heads/${ref}`,
        ci_config_sha: pipeline.sha,
        jti: randomUUID(),
        iat: now,
        nbf: now - 5,
        exp: now + (job.run?.timeoutSeconds ?? 3600),
        iss: gitlab.url,
        sub: `project_path:${path}:ref_type:${refType}:ref:${ref}`,
        aud: audience,
    };
}
