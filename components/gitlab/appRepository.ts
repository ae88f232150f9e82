/** The repository an app is built from. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { deployedLanes, type BranchPlan } from "../../estate/flows/plan";
import type { App, CredentialPolicy, Environment, GitLab, Machine } from "../../estate/model";
import { belongsTo, contentOptions, dataOptions, type ChildOptions } from "../support/options";
import { appEstateFile, appPipelineContent } from "../ci/content";
import type { EstateFile } from "../ci/flows/files";
import type { Settings } from "../ci/settings";
import { appContent } from "../content";
import type { GitCredential } from "./configRepository";
import { makeAccessToken } from "./accessToken";
import { ApprovalGate, gateSettings, type GatePlan } from "./approvalGate";
import { makeEnvironment } from "./environments";
import {
    estateFile,
    existing,
    firstEstateFile,
    projectSettings,
    protectBranch,
    protectTags,
    pushRules,
    seed,
    teamSettings,
    type IncludedPipelinesAt,
} from "./project";
import { branchRules, parted } from "../../estate/flows/accessLevels";

/** Inputs of {@link AppRepository}. */
export interface AppRepositoryArgs {
    readonly app: App;
    readonly gitlab: GitLab;
    /** Those of the estate. */
    readonly environments: readonly Environment[];
    /** Those of the estate, by name. */
    readonly machines: Readonly<Record<string, Machine>>;
    /** Settings of its pipeline that are no secrets; for pipelines that carry it in their file. */
    readonly settings: Settings;
    /** What it includes where it has no copies. */
    readonly pipelines: IncludedPipelinesAt;
    readonly credentials: CredentialPolicy;
    /** Number of the team's group. */
    readonly groupId: pulumi.Input<number>;
    /** Holds its merge requests until enough people have approved; absent: nothing does. */
    readonly gate?: GatePlan;
    /** True: the repository stays when its app or the whole stack is removed. */
    readonly deletionProtection: boolean;
}

/**
 * An app's source: a private project whose default branch starts the delivery. Changes come by merge request with a
 * green pipeline (for apps that GitLab builds) and no open discussion; version tags are the maintainers'.
 *
 * On the free tier a job of its pipelines sees to the approvals that a branch wants.
 */
export class AppRepository extends pulumi.ComponentResource {
    /** Id of the project, as other resources want it. */
    public readonly projectId: pulumi.Output<string>;
    public readonly webUrl: pulumi.Output<string>;
    public readonly cloneUrl: pulumi.Output<string>;
    /** Reads it; absent when no lane is handed over to another repository's pipeline. */
    public readonly reader?: GitCredential;
    /** Pushes branches that are not protected; absent when no lane opens merge requests. */
    public readonly writer?: GitCredential;
    /** Absent where nothing holds its merge requests. */
    public readonly gate?: ApprovalGate;

    constructor(name: string, args: AppRepositoryArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:gitlab:AppRepository", name, {}, opts);
        const { app, gitlab: server } = args;
        const plan = app.plan.source;
        const project = new gitlab.Project(
            `${name}-project`,
            {
                ...projectSettings(app.repository.path, server, plan),
                namespaceId: args.groupId,
                // Who runs a job that deploys decides, also to an older version; where pushes do, ci/deliver.sh sees to it.
                ...(deployedLanes(app).length > 0 ? { ciForwardDeploymentEnabled: false } : {}),
                ...gateSettings(args.gate),
            },
            {
                parent: this,
                ...(args.gate?.after && { dependsOn: [args.gate.after] }),
                ignoreChanges: [...teamSettings],
                ...dataOptions(args.deletionProtection),
            },
        );
        const inside = { parent: this, ...belongsTo(project) };
        const [start, others] = parted(plan);
        const protections = start.map((branch) => this.branch(name, args, project, branch, []));
        protectTags(name, project, plan.tags, inside);
        if (server.tier === "premium") {
            pushRules(`${name}-push-rules`, project, inside);
        }
        // GitLab drops and makes the default branch's protection in two steps; files wait until that is over.
        const content = [...appContent(app), ...appPipelineContent(app, args.settings, args.machines)];
        const files = seed(`${name}-file`, project, plan.start, content, {
            ...inside,
            dependsOn: protections,
        });
        const included = appEstateFile(app, args.pipelines, args.machines);
        const begun = included && others.find((branch) => branch.name === plan.begins);
        if (begun !== undefined) {
            protections.push(this.branch(name, args, project, begun, files));
        }
        if (included !== undefined) {
            files.push(
                ...this.estateFiles(name, args, project, included, {
                    ...inside,
                    dependsOn: [...protections, ...existing(args.pipelines)],
                }),
            );
        }
        for (const branch of others.filter((each) => each !== begun)) {
            this.branch(name, args, project, branch, branch.temporary ? [] : files);
        }

        this.environments(name, args, project);
        if (args.gate !== undefined) {
            this.gate = new ApprovalGate(
                `${name}-gate`,
                // The build's variables have proxy and authorities.
                {
                    plan: args.gate,
                    project: project.id,
                    settings: {},
                    files: {},
                    credentials: args.credentials,
                },
                { parent: this },
            );
        }
        if (app.ci === "gitlab" && app.plan.lanes.some(({ handsOver }) => handsOver === true)) {
            this.reader = this.readerToken(name, args, project);
        }
        const token = this.mergeBackToken(name, args, project);
        if (token !== undefined) {
            this.writer = { username: pulumi.output("oauth2"), password: pulumi.secret(token.token) };
        }

        this.projectId = project.id;
        this.webUrl = project.webUrl;
        this.cloneUrl = project.httpUrlToRepo;
        this.registerOutputs({ projectId: this.projectId, webUrl: this.webUrl, cloneUrl: this.cloneUrl });
    }

    /**
     * What it includes. A later version is committed where work begins and comes to the default branch as the code does; that
     * has the first one, so that branches of people have it wherever they start.
     */
    private estateFiles(
        name: string,
        { app: { plan } }: AppRepositoryArgs,
        project: gitlab.Project,
        file: EstateFile,
        opts: ChildOptions,
    ): gitlab.RepositoryFile[] {
        const { start, begins } = plan.source;
        const at = `${name}-pipelines`;
        return begins === undefined
            ? [estateFile(at, project, start, file, opts)]
            : [
                  firstEstateFile(at, project, start, file, opts),
                  estateFile(`${at}-${begins}`, project, begins, file, opts),
              ];
    }

    /**
     * A planned branch and its protection; a branch that people have still to make is protected from its first commit on.
     * When a temporary one is over, as a hotfix is, the branch stays; `npm run up` leaves its protection too (commands/support/branches.ts).
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
        const rules = branchRules(branch, app.plan.source, server.tier);
        return protectBranch(
            branch.temporary ? `${resource}-protection` : resource,
            project,
            branch.name,
            rules,
            server,
            { parent: this, ...belongsTo(project), dependsOn: made },
        );
    }

    /** Where its pipelines deploy to, if they do. */
    private environments(name: string, args: AppRepositoryArgs, project: gitlab.Project): void {
        for (const { environment, ref } of deployedLanes(args.app)) {
            const found = args.environments.find((each) => each.name === environment);
            if (found !== undefined) {
                makeEnvironment(
                    `${name}-environment-${environment}`,
                    {
                        project,
                        environment: found,
                        description: `${ref.kind === "tag" ? "Tags" : "Branch"} ${ref.name}`,
                        tier: args.gitlab.tier,
                    },
                    { parent: this, ...belongsTo(project) },
                );
            }
        }
    }

    /** For the pipelines that releases are handed over to. */
    private readerToken(
        name: string,
        { credentials: { generation, expires } }: AppRepositoryArgs,
        project: gitlab.Project,
    ): GitCredential {
        const token = new gitlab.ProjectDeployToken(
            `${name}-reader`,
            {
                project: project.id,
                name: `release-g${generation}`,
                scopes: ["read_repository"],
                ...(expires === undefined ? {} : { expiresAt: `${expires}T00:00:00.000Z` }),
            },
            { parent: this, additionalSecretOutputs: ["token"] },
        );
        return { username: token.username, password: pulumi.secret(token.token) };
    }

    /** A developer, who can push to branches that nobody protects; merge requests come with the push. */
    private mergeBackToken(
        name: string,
        { app, credentials }: AppRepositoryArgs,
        project: gitlab.Project,
    ): gitlab.ProjectAccessToken | undefined {
        if (app.ci !== "gitlab" || app.plan.lanes.every(({ mergesBack }) => mergesBack.length === 0)) {
            return undefined;
        }
        return makeAccessToken(
            `${name}-merge-back`,
            {
                project: project.id,
                purpose: "merge-back",
                description: "Opens merge requests of what was released",
                accessLevel: "developer",
                scopes: ["write_repository"],
                credentials,
            },
            { parent: this },
        );
    }
}
