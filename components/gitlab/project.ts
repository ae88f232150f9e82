/** What app and config repositories have in common. */
import * as gitlab from "@pulumi/gitlab";
import type * as pulumi from "@pulumi/pulumi";
import type { RepositoryPlan } from "../../estate/flows/plan";
import type { GitLab } from "../../estate/model";
import { estateCommit, type EstateFile, type IncludedFrom } from "../ci/flows/files";
import { contentOptions, keyedByName, type ChildOptions } from "../support/options";
import { sortedEntries } from "../support/maps";
import type { SeedFile } from "../support/seed";
import type { BranchRules } from "../../estate/flows/accessLevels";
import { Proposal } from "./proposal";

/**
 * Settings of every repository. Images live in Harbor, so GitLab's own registry is off; nobody can set variables of a
 * pipeline by hand, because credentials are variables.
 */
export function projectSettings(
    path: string,
    server: GitLab,
    { description, start, merges }: RepositoryPlan,
): gitlab.ProjectArgs {
    return {
        name: path,
        path,
        description,
        visibilityLevel: server.visibility,
        defaultBranch: start,
        // Gives the default branch its first commit; without one there is nothing to protect or to branch from.
        initializeWithReadme: true,
        requestAccessEnabled: false,
        publicJobs: false,
        autoDevopsEnabled: false,
        containerRegistryAccessLevel: "disabled",
        ciPipelineVariablesMinimumOverrideRole: "no_one_allowed",
        onlyAllowMergeIfAllDiscussionsAreResolved: true,
        mergeMethod: "merge",
        squashOption: merges.squash,
        removeSourceBranchAfterMerge: merges.removeSource,
        onlyAllowMergeIfPipelineSucceeds: merges.requirePipeline,
        // An older GitLab does not know the attribute: there it is left out.
        ...(merges.credentials === undefined || !server.protectedMergeRequestPipelines
            ? {}
            : { protectMergeRequestPipelines: merges.credentials }),
    };
}

/**
 * Settings that teams choose by hand: texts of commits, issues and merge requests. GitLab has a value only where somebody
 * set one, and a refresh would remove it. What decides what runs, such as the path of the pipeline file, is not among them.
 */
export const teamSettings = [
    "mergeCommitTemplate",
    "squashCommitTemplate",
    "suggestionCommitMessage",
    "issuesTemplate",
    "mergeRequestsTemplate",
] as const satisfies readonly (keyof gitlab.ProjectArgs)[];

/**
 * The protection of one branch. `writerId` is the bot user of the config writer; used with premium only.
 *
 * Roles go into lists on the Enterprise Edition, with a licence or without, and are levels on the Community Edition: the
 * upstream provider asks the server's `/metadata` and refuses the other form (its resource `gitlab_branch_protection`). A
 * licence is needed to name people in the lists, and for who may unprotect.
 */
export function protectBranch(
    name: string,
    project: gitlab.Project,
    branch: pulumi.Input<string>,
    rules: BranchRules,
    server: Pick<GitLab, "edition" | "tier">,
    opts: ChildOptions,
    writerId?: pulumi.Input<number>,
): gitlab.BranchProtection {
    const licensed = server.tier === "premium";
    const writer = licensed && rules.writer && writerId !== undefined ? [{ userId: writerId }] : [];
    return new gitlab.BranchProtection(
        name,
        {
            project: project.id,
            branch,
            allowForcePush: false,
            ...(server.edition === "ee"
                ? {
                      allowedToPushes: [{ accessLevel: rules.push }, ...writer],
                      allowedToMerges: [{ accessLevel: rules.merge }],
                      ...(licensed ? { allowedToUnprotects: [{ accessLevel: "maintainer" }] } : {}),
                  }
                : { pushAccessLevel: rules.push, mergeAccessLevel: rules.merge }),
        },
        { ...keyedByName, deletedWith: project, ...opts },
    );
}

/** Tags that match a pattern of the plan are made by its role only, and nobody changes them. */
export function protectTags(
    name: string,
    project: gitlab.Project,
    tags: RepositoryPlan["tags"],
    opts: ChildOptions,
): void {
    for (const [key, { pattern, create, before }] of sortedEntries(tags)) {
        new gitlab.TagProtection(
            `${name}-${key}`,
            { project: project.id, tag: pattern, createAccessLevel: create },
            {
                ...keyedByName,
                deletedWith: project,
                ...opts,
                ...(before === undefined ? {} : { aliases: [{ name: `${name}-${before}` }] }),
            },
        );
    }
}

/** Refuses files that look like keys and keeps tags; `premium` only. */
export function pushRules(
    name: string,
    project: gitlab.Project,
    opts: ChildOptions,
): gitlab.ProjectPushRules {
    return new gitlab.ProjectPushRules(
        name,
        { project: project.id, preventSecrets: true, denyDeleteTag: true },
        { ...keyedByName, deletedWith: project, ...opts },
    );
}

/** What is ignored of first content: everything but where it is. */
const firstContent = [
    "branch",
    "content",
    "encoding",
    "commitMessage",
    "overwriteOnCreate",
    "executeFilemode",
];

/**
 * First content of a repository: one commit per file, made once. What is in the file afterwards is the team's:
 * a changed template is ignored, and removing the app from the spec leaves the file.
 */
export function seed(
    name: string,
    project: gitlab.Project,
    branch: string,
    files: readonly SeedFile[],
    opts: ChildOptions,
): gitlab.RepositoryFile[] {
    return files.map(
        (file) =>
            new gitlab.RepositoryFile(
                `${name}-${file.path}`,
                {
                    project: project.id,
                    branch,
                    filePath: file.path,
                    content: file.text,
                    encoding: "text",
                    // First content is not a version: no pipeline.
                    commitMessage: `Add ${file.path} [skip ci]`,
                    overwriteOnCreate: false,
                },
                {
                    retainOnDelete: true,
                    // All of it: an update would write the first content over the team's, and another first branch has
                    // been made from the one before, with these files in it.
                    ignoreChanges: firstContent,
                    ...opts,
                },
            ),
    );
}

/** What the estate's repositories include, once it is there. */
export interface IncludedPipelinesAt extends IncludedFrom {
    /** Exists once the version does; absent: it is there. */
    readonly ready?: pulumi.Resource;
}

/** What must be there before a file names the version. */
export function existing({ ready }: IncludedPipelinesAt): pulumi.Resource[] {
    return ready === undefined ? [] : [ready];
}

/**
 * The file by which the estate says what a repository includes. Unlike first content it follows the spec. It stays when
 * the repository has copies from then on: what includes it goes on until its team has changed that.
 */
export function estateFile(
    name: string,
    project: gitlab.Project,
    branch: string,
    file: EstateFile,
    opts: ChildOptions,
): gitlab.RepositoryFile {
    const { path, text, version } = file;
    // Nothing of the app changed, and a pipeline would build and deliver its image again.
    const title = file.quiet ? estateCommit : `${estateCommit} [skip ci]`;
    if (!file.byMergeRequest) {
        return committed(name, project, branch, file, title, opts);
    }
    // Later ones come by merge requests, which people merge: the first is a commit, as there is nothing yet that one could be
    // compared with, and what is wanted now is in the state for who opens them.
    new Proposal(
        `${name}-proposal`,
        {
            project: project.id,
            repository: project.pathWithNamespace,
            branch,
            path,
            text,
            version,
            // A merge has the title in its message, where GitLab or the file's own rules look for it.
            title,
            commit: estateCommit,
        },
        { parent: opts.parent },
    );
    return committed(name, project, branch, file, title, { ...opts, ignoreChanges: firstContent });
}

/** The same on a branch that has the later ones by merges from the one where work begins. */
export function firstEstateFile(
    name: string,
    project: gitlab.Project,
    branch: string,
    file: EstateFile,
    opts: ChildOptions,
): gitlab.RepositoryFile {
    return committed(name, project, branch, file, `Add ${file.path} [skip ci]`, {
        ...opts,
        ignoreChanges: firstContent,
    });
}

function committed(
    name: string,
    project: gitlab.Project,
    branch: string,
    file: EstateFile,
    commitMessage: string,
    opts: ChildOptions & Pick<pulumi.CustomResourceOptions, "ignoreChanges">,
): gitlab.RepositoryFile {
    return new gitlab.RepositoryFile(
        name,
        {
            project: project.id,
            branch,
            filePath: file.path,
            content: file.text,
            encoding: "text",
            commitMessage,
            // It is the estate's, also where its team brought the first one.
            overwriteOnCreate: true,
        },
        { ...opts, ...contentOptions(project) },
    );
}
