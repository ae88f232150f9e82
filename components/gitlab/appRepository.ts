/** The repository an app is built from. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import type { App, GitLab } from "../../estate/model";
import { belongsTo, dataOptions } from "../support/options";
import { appPipelineContent } from "../ci/content";
import type { Settings } from "../ci/settings";
import { appContent } from "./content";
import { projectSettings, protectBranch, protectTags, pushRules, seed } from "./project";
import { triggerBranchRules } from "./protection";

/** Inputs of {@link AppRepository}. */
export interface AppRepositoryArgs {
    readonly app: App;
    readonly gitlab: GitLab;
    /** What its pipeline is told in the open; for pipelines that carry it in their file. */
    readonly settings: Settings;
    /** Number of the team's group. */
    readonly groupId: pulumi.Input<number>;
    /** True: the repository stays when its app or the whole stack is removed. */
    readonly keep: boolean;
}

/**
 * An app's source: a private project whose default branch starts the delivery. Changes come by merge request with a
 * green pipeline (for apps that GitLab builds) and no open discussion; version tags are the maintainers'.
 *
 * On the free tier nobody can be made to approve: the merge right of the branch is the only gate there.
 */
export class AppRepository extends pulumi.ComponentResource {
    /** Id of the project, as other resources want it. */
    public readonly projectId: pulumi.Output<string>;
    public readonly webUrl: pulumi.Output<string>;
    public readonly cloneUrl: pulumi.Output<string>;

    constructor(name: string, args: AppRepositoryArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:gitlab:AppRepository", name, {}, opts);
        const { app, gitlab: server } = args;
        const project = new gitlab.Project(
            `${name}-project`,
            {
                ...projectSettings(app.repository.path, server, app.repository.branch),
                namespaceId: args.groupId,
                description: `Source of ${app.name}`,
                // Without pipelines of GitLab's own this would block every merge.
                onlyAllowMergeIfPipelineSucceeds: app.ci === "gitlab",
                removeSourceBranchAfterMerge: true,
                squashOption: "default_off",
            },
            { parent: this, ...dataOptions(args.keep) },
        );
        const inside = { parent: this, ...belongsTo(project, args.keep) };
        const protection = protectBranch(
            `${name}-branch-${app.repository.branch}`,
            project,
            app.repository.branch,
            triggerBranchRules,
            server,
            inside,
        );
        if (app.hotfix !== undefined) {
            this.hotfixLane(name, app.hotfix, project, server);
        }
        protectTags(`${name}-tags`, project, "v*", inside);
        if (server.tier === "premium") {
            pushRules(`${name}-push-rules`, project, inside);
        }
        // GitLab drops and makes the default branch's protection in two steps; files wait until that is over.
        const content = [...appContent(app), ...appPipelineContent(app, args.settings)];
        seed(`${name}-file`, project, app.repository.branch, content, {
            ...inside,
            dependsOn: [protection],
        });

        this.projectId = project.id;
        this.webUrl = project.webUrl;
        this.cloneUrl = project.httpUrlToRepo;
        this.registerOutputs({ projectId: this.projectId, webUrl: this.webUrl, cloneUrl: this.cloneUrl });
    }

    /**
     * The branch that is delivered for a time. It is protected like the usual one, so that its pipelines get the
     * credentials; a branch that people have still to make is protected from its first commit on. When the hotfix is
     * over the protection goes and the branch stays.
     */
    private hotfixLane(
        name: string,
        { branch, from }: NonNullable<App["hotfix"]>,
        project: gitlab.Project,
        server: GitLab,
    ): void {
        const made =
            from === undefined
                ? []
                : [
                      new gitlab.Branch(
                          `${name}-hotfix-${branch}`,
                          { project: project.id, name: branch, ref: from },
                          { parent: this, ignoreChanges: ["ref"], retainOnDelete: true },
                      ),
                  ];
        protectBranch(`${name}-hotfix-${branch}-protection`, project, branch, triggerBranchRules, server, {
            // Not protected from deletion, whatever else of the repository is: it goes when the lane is closed.
            parent: this,
            dependsOn: made,
        });
    }
}
