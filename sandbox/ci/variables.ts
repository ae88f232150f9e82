/** Which CI variables a pipeline or job gets, and in the form gitlab-ci-local reads them. */
import * as path from "node:path";

import { covers, mergesInto } from "../gitlab/access";
import { guessTier, slugOf } from "../gitlab/environments";
import { isDraft } from "../gitlab/events";
import { isFrozen } from "../gitlab/freeze";
import type { Commit } from "../gitlab/git";
import type { GitLab } from "../gitlab/gitlab";
import type { Job, MergeRequest, Pipeline, Project, User, Variable } from "../gitlab/model";
import { gitlabVersion } from "../gitlab/version";

/** One variable with its value, as a job sees it. */
export interface JobVariable {
    readonly value: string;
    /** The value is a file's content; the job gets the file's path. */
    readonly file: boolean;
    /** Nothing in the value refers to other variables. */
    readonly raw: boolean;
    /** The value does not show in logs. */
    readonly masked: boolean;
}

export type JobVariables = ReadonlyMap<string, JobVariable>;

/** What a pipeline is, or will be, about. */
export type PipelineFacts = Pick<
    Pipeline,
    "ref" | "tag" | "sha" | "beforeSha" | "source" | "variables" | "userId"
> &
    Partial<
        Pick<Pipeline, "id" | "iid" | "name" | "createdAt" | "mergeRequestIid" | "sourceSha" | "targetSha">
    >;

/** Whether pushes to a branch or tag are restricted, so that its pipelines may know protected variables. */
export function isProtected(project: Project, name: string, tag: boolean): boolean {
    const patterns = tag ? project.protectedTags : project.protectedBranches;
    return patterns.some((each) => covers(each.name, name));
}

/**
 * Whether a pipeline gets protected variables: on protected branches and tags; for a merge request only when the project
 * allows it, both its branches are protected, and whoever started the pipeline may merge into or push to the target.
 * Otherwise a developer could read them by opening one. GitLab's pages on merge request pipelines have the conditions.
 */
export function seesProtected(gitlab: GitLab, project: Project, facts: PipelineFacts): boolean {
    const request = mergeRequestOf(project, facts);
    if (!request) {
        return isProtected(project, facts.ref, facts.tag);
    }
    const starter = gitlab.user(facts.userId);
    return (
        project.settings["protect_merge_request_pipelines"] !== false &&
        isProtected(project, request.sourceBranch, false) &&
        isProtected(project, request.targetBranch, false) &&
        starter !== undefined &&
        mergesInto(gitlab, starter, project, request.targetBranch)
    );
}

export function mergeRequestOf(project: Project, facts: PipelineFacts): MergeRequest | undefined {
    return facts.mergeRequestIid === undefined
        ? undefined
        : project.mergeRequests.find((each) => each.iid === facts.mergeRequestIid);
}

/** Whether an environment's name falls under a variable's scope. A job without one gets unscoped variables only. */
export function inScope(scope: string, environment: string | null): boolean {
    if (scope === "*") {
        return true;
    }
    const pattern = scope.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return environment !== null && new RegExp(`^${pattern.join(".*")}$`).test(environment);
}

/**
 * The variables people set: the instance's, then those of the groups from the outermost in, then the project's, then the
 * pipeline's own; later ones win, and of one owner's the one with the narrowest scope.
 */
export function ownVariables(
    gitlab: GitLab,
    project: Project,
    facts: PipelineFacts,
    environment: string | null,
): Map<string, JobVariable> {
    const open = seesProtected(gitlab, project, facts);
    const owners: Variable[][] = [
        gitlab.state.variables,
        ...gitlab
            .lineage(gitlab.groupOf(project))
            .reverse()
            .map((group) => group.variables),
        project.variables,
    ];
    const result = new Map<string, JobVariable>();
    for (const variables of owners) {
        const given = variables
            .filter((each) => (open || !each.protected) && inScope(each.environmentScope, environment))
            .sort((a, b) => specificity(a.environmentScope) - specificity(b.environmentScope));
        for (const each of given) {
            result.set(each.key, {
                value: each.value,
                file: each.variableType === "file",
                raw: each.raw,
                masked: each.masked,
            });
        }
    }
    for (const each of facts.variables) {
        result.set(each.key, {
            value: each.value,
            file: each.variableType === "file",
            raw: false,
            masked: false,
        });
    }
    return result;
}

function specificity(scope: string): number {
    return scope === "*" ? 0 : scope.includes("*") ? scope.length : 1000 + scope.length;
}

/** A variable whose value is taken as it is. */
export const literal = (value: string, masked = false): JobVariable => ({
    value,
    file: false,
    raw: true,
    masked,
});

/** GitLab's reading of a name for hosts and labels: lower case, dashes, 63 characters. */
export function refSlug(name: string): string {
    return name
        .toLowerCase()
        .replace(/[^a-z0-9]/g, "-")
        .slice(0, 63)
        .replace(/^-+|-+$/g, "");
}

/** The predefined `CI_*` and `GITLAB_*` variables; those of a job only with a job. */
export function predefinedVariables(
    gitlab: GitLab,
    project: Project,
    facts: PipelineFacts,
    context: { commit: Commit; user: User | undefined; job?: Job & { token: string; directory: string } },
): Map<string, JobVariable> {
    const { commit, user, job } = context;
    const projectPath = gitlab.projectPath(project);
    const namespace = gitlab.namespacePath(project.namespaceId);
    const url = new URL(gitlab.url);
    const web = `${gitlab.url}/${projectPath}`;
    const request = mergeRequestOf(project, facts);
    const [title = "", ...rest] = commit.message.replace(/\n+$/, "").split("\n");
    const name = request?.sourceBranch ?? facts.ref;
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    const openRequests = project.mergeRequests.filter(
        (each) => each.state === "opened" && each.sourceBranch === name,
    );
    const values: Record<string, string | undefined> = {
        CI: "true",
        GITLAB_CI: "true",
        CI_SERVER: "yes",
        CI_SERVER_NAME: "GitLab",
        CI_SERVER_URL: gitlab.url,
        CI_SERVER_HOST: url.hostname,
        CI_SERVER_PORT: port,
        CI_SERVER_PROTOCOL: url.protocol.replace(":", ""),
        CI_SERVER_FQDN: url.host,
        CI_SERVER_VERSION: gitlabVersion,
        CI_SERVER_VERSION_MAJOR: gitlabVersion.split(".")[0],
        CI_SERVER_VERSION_MINOR: gitlabVersion.split(".")[1],
        CI_SERVER_VERSION_PATCH: gitlabVersion.split(".")[2],
        CI_API_GRAPHQL_URL: `${gitlab.url}/api/graphql`,
        CI_DEPLOY_FREEZE: isFrozen(project.freezePeriods, new Date()) ? "true" : undefined,
        CI_PIPELINE_NAME: facts.name ?? undefined,
        CI_PROJECT_NAMESPACE_SLUG: refSlug(namespace),
        CI_API_V4_URL: `${gitlab.url}/api/v4`,
        CI_PROJECT_ID: String(project.id),
        CI_PROJECT_NAME: project.path,
        CI_PROJECT_TITLE: project.name,
        CI_PROJECT_DESCRIPTION: project.description,
        CI_PROJECT_PATH: projectPath,
        CI_PROJECT_PATH_SLUG: refSlug(projectPath),
        CI_PROJECT_NAMESPACE: namespace,
        CI_PROJECT_NAMESPACE_ID: String(project.namespaceId),
        CI_PROJECT_ROOT_NAMESPACE: namespace.split("/")[0],
        CI_PROJECT_URL: web,
        CI_PROJECT_VISIBILITY: project.visibility,
        CI_DEFAULT_BRANCH: project.defaultBranch ?? "",
        CI_CONFIG_PATH: ciFile(project),
        CI_PIPELINE_SOURCE: facts.source,
        CI_PIPELINE_TRIGGERED: facts.source === "trigger" ? "true" : undefined,
        CI_PIPELINE_ID: facts.id === undefined ? undefined : String(facts.id),
        CI_PIPELINE_IID: facts.iid === undefined ? undefined : String(facts.iid),
        CI_PIPELINE_URL: facts.id === undefined ? undefined : `${web}/-/pipelines/${facts.id}`,
        CI_PIPELINE_CREATED_AT: facts.createdAt,
        CI_COMMIT_SHA: facts.sha,
        CI_COMMIT_SHORT_SHA: facts.sha.slice(0, 8),
        CI_COMMIT_BEFORE_SHA: facts.beforeSha,
        CI_COMMIT_REF_NAME: name,
        CI_COMMIT_REF_SLUG: refSlug(name),
        CI_COMMIT_REF_PROTECTED: String(
            request ? isProtected(project, name, false) : isProtected(project, name, facts.tag),
        ),
        CI_COMMIT_BRANCH: facts.tag || request ? undefined : facts.ref,
        CI_COMMIT_TAG: facts.tag ? facts.ref : undefined,
        CI_COMMIT_MESSAGE: commit.message,
        CI_COMMIT_TITLE: title,
        CI_COMMIT_DESCRIPTION: rest.join("\n").trim(),
        CI_COMMIT_TIMESTAMP: commit.committedDate,
        CI_COMMIT_AUTHOR: `${commit.authorName} <${commit.authorEmail}>`,
        CI_OPEN_MERGE_REQUESTS:
            openRequests.length > 0 && !facts.tag
                ? openRequests
                      .slice(0, 4)
                      .map((each) => `${projectPath}!${each.iid}`)
                      .join(",")
                : undefined,
        GITLAB_USER_ID: user ? String(user.id) : undefined,
        GITLAB_USER_LOGIN: user?.username,
        GITLAB_USER_NAME: user?.name,
        GITLAB_USER_EMAIL: user?.email,
        ...(request ? mergeRequestVariables(gitlab, project, request, facts, projectPath, web) : {}),
    };
    const result = new Map<string, JobVariable>();
    const set = (each: Record<string, string | undefined>): void => {
        for (const [key, value] of Object.entries(each)) {
            if (value !== undefined) {
                result.set(key, literal(value));
            }
        }
    };
    set(values);
    if (job) {
        set({
            CI_JOB_ID: String(job.id),
            CI_JOB_NAME: job.name,
            CI_JOB_NAME_SLUG: refSlug(job.name),
            CI_JOB_GROUP_NAME: job.name.replace(/(: \[.*\]| \d+\/\d+)$/, ""),
            CI_JOB_STAGE: job.stage,
            CI_JOB_URL: `${web}/-/jobs/${job.id}`,
            CI_JOB_MANUAL: job.run?.when === "manual" ? "true" : undefined,
            CI_JOB_STARTED_AT: job.startedAt ?? undefined,
            CI_JOB_TIMEOUT: String(job.run?.timeoutSeconds ?? 3600),
            CI_PROJECT_DIR: job.directory,
            CI_BUILDS_DIR: path.dirname(job.directory),
            CI_CONCURRENT_ID: "0",
            CI_CONCURRENT_PROJECT_ID: "0",
            CI_RUNNER_ID: "1",
            CI_RUNNER_VERSION: gitlabVersion,
            CI_RUNNER_EXECUTABLE_ARCH: `linux/${process.arch === "x64" ? "amd64" : process.arch}`,
            CI_RUNNER_DESCRIPTION: "gitlab-ci-local on this machine",
            CI_RUNNER_TAGS: "[]",
            CI_REPOSITORY_URL: repositoryUrl(gitlab, project, job.token),
        });
        for (const [key, variable] of environmentVariables(job.environment, job.run ?? {})) {
            result.set(key, variable);
        }
        result.set("CI_JOB_TOKEN", literal(job.token, true));
    }
    return result;
}

/** What a job knows of its environment; nothing without one. The URL is added once it is known. */
export function environmentVariables(
    name: string | null,
    of: { environmentAction?: string; environmentTier?: string | null; environmentUrl?: string | null },
): Map<string, JobVariable> {
    if (name === null || name === "") {
        return new Map();
    }
    return new Map(
        Object.entries({
            CI_ENVIRONMENT_NAME: name,
            CI_ENVIRONMENT_SLUG: slugOf(name),
            CI_ENVIRONMENT_ACTION: of.environmentAction ?? "start",
            CI_ENVIRONMENT_TIER: of.environmentTier ?? guessTier(name),
        }).map(([key, value]) => [key, literal(value)]),
    );
}

function mergeRequestVariables(
    gitlab: GitLab,
    project: Project,
    request: MergeRequest,
    facts: PipelineFacts,
    path: string,
    web: string,
): Record<string, string | undefined> {
    const merged = facts.sourceSha !== undefined;
    const assignees = request.assigneeIds.flatMap((id) => gitlab.user(id)?.username ?? []);
    return {
        CI_MERGE_REQUEST_ID: String(request.id),
        CI_MERGE_REQUEST_IID: String(request.iid),
        CI_MERGE_REQUEST_REF_PATH: `refs/merge-requests/${request.iid}/${merged ? "merge" : "head"}`,
        CI_MERGE_REQUEST_TITLE: request.title,
        CI_MERGE_REQUEST_DESCRIPTION: request.description.slice(0, 2700),
        CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED: String(request.description.length > 2700),
        CI_MERGE_REQUEST_DRAFT: String(isDraft(request.title)),
        CI_MERGE_REQUEST_SQUASH_ON_MERGE: String(request.squash),
        CI_MERGE_REQUEST_APPROVED: request.approvedBy.length > 0 ? "true" : undefined,
        CI_MERGE_REQUEST_LABELS: request.labels.length > 0 ? request.labels.join(",") : undefined,
        CI_MERGE_REQUEST_ASSIGNEES: assignees.length > 0 ? assignees.join(", ") : undefined,
        // Of merged results only.
        CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: facts.sourceSha ?? "",
        CI_MERGE_REQUEST_TARGET_BRANCH_SHA: facts.targetSha ?? "",
        CI_MERGE_REQUEST_EVENT_TYPE: merged ? "merged_result" : "detached",
        CI_MERGE_REQUEST_DIFF_BASE_SHA: request.baseSha,
        CI_MERGE_REQUEST_PROJECT_ID: String(project.id),
        CI_MERGE_REQUEST_PROJECT_PATH: path,
        CI_MERGE_REQUEST_PROJECT_URL: web,
        CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: request.sourceBranch,
        CI_MERGE_REQUEST_SOURCE_BRANCH_PROTECTED: String(isProtected(project, request.sourceBranch, false)),
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID: String(project.id),
        CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: path,
        CI_MERGE_REQUEST_SOURCE_PROJECT_URL: web,
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME: request.targetBranch,
        CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED: String(isProtected(project, request.targetBranch, false)),
    };
}

/** Path of the pipeline's file in a project's repository. */
export function ciFile(project: Project): string {
    const configured = project.settings["ci_config_path"];
    return typeof configured === "string" && configured !== "" ? configured : ".gitlab-ci.yml";
}

/** Address a job clones from, with its token in it. */
export function repositoryUrl(gitlab: GitLab, project: Project, token: string): string {
    return `${gitlab.url.replace("://", `://gitlab-ci-token:${token}@`)}/${gitlab.projectPath(project)}.git`;
}

/**
 * The file gitlab-ci-local reads variables from. It expands every value, so what is to be taken literally has its `$`
 * doubled; files were written before, and are given as paths.
 */
export function variablesFile(variables: JobVariables, files: ReadonlyMap<string, string>): string {
    const entries = [...variables].map(([key, variable]) => {
        const value =
            files.get(key) ?? (variable.raw ? variable.value.replaceAll("$", "$$$$") : variable.value);
        return [key, { type: "variable", values: { "*": value } }] as const;
    });
    return JSON.stringify(Object.fromEntries(entries));
}

/**
 * What gitlab-ci-local would set although GitLab does not, or not for such a pipeline. Variables that the pipeline's file
 * names are left alone, since unsetting would remove what the file sets.
 */
export function unsetVariables(variables: JobVariables, file: string): string[] {
    return [
        "CI_COMMIT_BRANCH",
        "CI_REGISTRY",
        "CI_REGISTRY_IMAGE",
        "CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX",
        "CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX",
        "CI_DEPENDENCY_PROXY_SERVER",
        "CI_DEPENDENCY_PROXY_USER",
        "FF_DISABLE_UMASK_FOR_DOCKER_EXECUTOR",
    ].filter((key) => !variables.has(key) && !new RegExp(`^\\s*["']?${key}["']?:`, "m").test(file));
}

/** Replaces references in a text, as in the name of an environment. */
export function expand(text: string, variables: JobVariables): string {
    const at = (name: string, depth: number): string => {
        const variable = variables.get(name);
        if (!variable || depth > 10) {
            return "";
        }
        return variable.raw ? variable.value : replace(variable.value, depth + 1);
    };
    const replace = (value: string, depth: number): string =>
        value.replace(
            /\$\$|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g,
            (whole, braced?: string, plain?: string) =>
                whole === "$$" ? "$" : at(braced ?? plain ?? "", depth),
        );
    return replace(text, 0);
}
