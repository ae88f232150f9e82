/** The project that app and config repositories include their pipelines from. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import type { GitLab, Pipelines } from "../../estate/model";
import type { SeedFile } from "../support/seed";
import { sortedEntries } from "../support/maps";
import { belongsTo, contentOptions, dataOptions } from "../support/options";
import { projectSettings, protectBranch, protectTags, teamSettings } from "./project";

/** Inputs of {@link PipelinesProject}. */
export interface PipelinesProjectArgs {
    readonly pipelines: Pipelines;
    readonly gitlab: GitLab;
    /** Number of the group it is in. */
    readonly parentId: pulumi.Input<number>;
    /** Numbers of the teams' groups, by team. */
    readonly teams: Readonly<Record<string, pulumi.Input<number>>>;
    readonly files: readonly SeedFile[];
    /** The tag of these files. */
    readonly version: string;
    /** True: the project stays when the stack is destroyed, because repositories that include it do. */
    readonly deletionProtection: boolean;
}

/** The branch it starts with, which has the newest files. */
const start = "main";

/**
 * The estate's pipelines: files, and a protected tag for each version of them. GitLab reads what a pipeline includes with
 * the rights of who starts it, so all teams may read the project, and only who maintains the estate's group writes.
 *
 * Tags of earlier versions stay on the server: repositories include them.
 */
export class PipelinesProject extends pulumi.ComponentResource {
    /** Exists once the version can be included. */
    public readonly ready: pulumi.Resource;

    constructor(name: string, args: PipelinesProjectArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:gitlab:PipelinesProject", name, {}, opts);
        const { pipelines, gitlab: server, files, version } = args;
        const project = new gitlab.Project(
            `${name}-project`,
            {
                ...projectSettings(pipelines.path, server, {
                    description: "Pipelines that repositories of the estate include",
                    start,
                    branches: [],
                    tags: {},
                    merges: { squash: "default_off", removeSource: true, requirePipeline: false },
                }),
                namespaceId: args.parentId,
                forkingAccessLevel: "disabled",
                issuesAccessLevel: "disabled",
                packagesEnabled: false,
                pagesAccessLevel: "disabled",
                snippetsAccessLevel: "disabled",
                wikiAccessLevel: "disabled",
            },
            { parent: this, ignoreChanges: [...teamSettings], ...dataOptions(args.deletionProtection) },
        );
        const inside = { parent: this, ...belongsTo(project) };
        const protection = protectBranch(
            `${name}-branch`,
            project,
            start,
            { push: "maintainer", merge: "maintainer", writer: false },
            server,
            inside,
        );
        protectTags(name, project, { versions: { pattern: "v*", create: "maintainer" } }, inside);
        const made = files.map(
            (file) =>
                new gitlab.RepositoryFile(
                    `${name}-file-${file.path}`,
                    {
                        project: project.id,
                        branch: start,
                        filePath: file.path,
                        content: file.text,
                        encoding: "text",
                        commitMessage: `${file.path} of ${version} [skip ci]`,
                        // GitLab makes a README.md with the project.
                        overwriteOnCreate: true,
                    },
                    // The message names the version, and a file that is the same in the next one is not written again for it.
                    { ...inside, dependsOn: [protection], ignoreChanges: ["commitMessage"] },
                ),
        );
        this.ready = new gitlab.ProjectTag(
            `${name}-${version}`,
            { project: project.id, name: version, ref: start, message: `Pipelines ${version}` },
            { parent: this, dependsOn: made, ...contentOptions(project), ignoreChanges: ["ref", "message"] },
        );
        // Who can sign in reads an internal project anyway.
        if (server.visibility === "private") {
            for (const [team, groupId] of sortedEntries(args.teams)) {
                new gitlab.ProjectShareGroup(
                    `${name}-readers-${team}`,
                    { project: project.id, groupId, groupAccess: "reporter" },
                    inside,
                );
            }
        }
        this.registerOutputs({});
    }
}
