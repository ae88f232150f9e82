/** The repository an app is built from. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import type { BranchPlan } from "../../estate/flows/plan";
import type { App, GitLab } from "../../estate/model";
import { belongsTo, contentOptions, dataOptions } from "../support/options";
import { appPipelineContent } from "../ci/content";
import type { Settings } from "../ci/settings";
import { appContent } from "../content";
import { projectSettings, protectBranch, protectTags, pushRules, seed } from "./project";
import { branchRules, parted } from "./protection";

/** Inputs of {@link AppRepository}. */
export interface AppRepositoryArgs {
    readonly app: App;
    readonly gitlab: GitLab;
    /** What its pipeline is told in the open; for pipelines that carry it in their file. */
    readonly settings: Settings;
    /** Number of the team's group. */
    readonly groupId: pulumi.Input<number>;
    /** True: the repository stays when its app or the whole stack is removed. */
    readonly deletionProtection: boolean;
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
        const plan = app.plan.source;
        const project = new gitlab.Project(
            `${name}-project`,
            {
                ...projectSettings(app.repository.path, server, plan),
                namespaceId: args.groupId,
            },
            { parent: this, ...dataOptions(args.deletionProtection) },
        );
        const inside = { parent: this, ...belongsTo(project) };
        const [start, others] = parted(plan);
        const protections = start.map((branch) => this.branch(name, args, project, branch, []));
        protectTags(name, project, plan.tags, inside);
        if (server.tier === "premium") {
            pushRules(`${name}-push-rules`, project, inside);
        }
        // GitLab drops and makes the default branch's protection in two steps; files wait until that is over.
        const content = [...appContent(app), ...appPipelineContent(app, args.settings)];
        const files = seed(`${name}-file`, project, plan.start, content, {
            ...inside,
            dependsOn: protections,
        });
        for (const branch of others) {
            this.branch(name, args, project, branch, branch.temporary ? [] : files);
        }

        this.projectId = project.id;
        this.webUrl = project.webUrl;
        this.cloneUrl = project.httpUrlToRepo;
        this.registerOutputs({ projectId: this.projectId, webUrl: this.webUrl, cloneUrl: this.cloneUrl });
    }

    /**
     * A planned branch and its protection; a branch that people have still to make is protected from its first commit on.
     * When a temporary one is over, as a hotfix is, the protection goes and the branch stays.
     */
    private branch(
        name: string,
        { app, gitlab: server }: AppRepositoryArgs,
        project: gitlab.Project,
        branch: BranchPlan,
        dependsOn: readonly pulumi.Resource[],
    ): gitlab.BranchProtection {
        const resource = `${name}-${branch.temporary ? "hotfix" : "branch"}-${branch.name}`;
        const made =
            branch.from === undefined
                ? []
                : [
                      new gitlab.Branch(
                          resource,
                          { project: project.id, name: branch.name, ref: branch.from },
                          {
                              parent: this,
                              dependsOn: [...dependsOn],
                              ignoreChanges: ["ref"],
                              ...contentOptions(project),
                          },
                      ),
                  ];
        const starts = branch.name === app.plan.source.start;
        const rules = branchRules(branch, server.tier, starts);
        return protectBranch(
            branch.temporary ? `${resource}-protection` : resource,
            project,
            branch.name,
            rules,
            server,
            { parent: this, ...belongsTo(project), dependsOn: made },
        );
    }
}
