/** The repository that says what runs where. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import {
    configAt,
    deployedFrom,
    handedOver,
    mergePlans,
    type Audience,
    type BranchPlan,
    type RepositoryPlan,
} from "../../estate/flows/plan";
import { sharedSettings } from "../../estate/pipeline";
import type { App, CredentialPolicy, Environment, Estate, GitLab } from "../../estate/model";
import { refuse } from "../support/refuse";
import { belongsTo, contentOptions, dataOptions, keyedByName, type ChildOptions } from "../support/options";
import { configEstateFile, configPipelineContent } from "../ci/content";
import { pipelineFiles, pipelineProxy, repositorySettings, type Settings } from "../ci/settings";
import { configContent } from "../content";
import { makeAccessToken, type AccessTokenArgs } from "./accessToken";
import { ApprovalGate, gateSettings, type GatePlan } from "./approvalGate";
import { makeEnvironment } from "./environments";
import {
    estateFile,
    existing,
    projectSettings,
    protectBranch,
    protectTags,
    pushRules,
    seed,
    teamSettings,
    type IncludedPipelinesAt,
} from "./project";
import { branchRules, parted } from "../../estate/flows/accessLevels";
import type { PushHook } from "./pushHook";
import { CiVariables } from "./variables";

/** Inputs of {@link ConfigRepository}. */
export interface ConfigRepositoryArgs {
    /** Full path of the repository. */
    readonly fullPath: string;
    /** The apps whose folders it holds, all with this repository, sorted by name. */
    readonly apps: readonly [App, ...App[]];
    /** The environments whose versions these apps have here, in promotion order. */
    readonly environments: readonly Environment[];
    readonly gitlab: GitLab;
    /** Settings of each app's pipelines that are no secrets, by app; for pipelines that carry it in their file. */
    readonly settings: Readonly<Record<string, Settings>>;
    /** What it includes where it has no copies. */
    readonly pipelines: IncludedPipelinesAt;
    readonly credentials: CredentialPolicy;
    /** Whether people of the team see it: else it is private whatever the others are. */
    readonly audience: Audience;
    /** Number of the group it is in. */
    readonly groupId: pulumi.Input<number>;
    /** Numbers of the users who approve merges into environments that want approvals; used with premium. */
    readonly approverIds: pulumi.Input<number[]>;
    /** Private certificate authorities, which its pipelines trust. */
    readonly network: Estate["network"];
    /** Whether a relay reports the rollout of its commits in it. */
    readonly reportsCommits: boolean;
    /** Whether pipelines wait for what it reports. */
    readonly awaited: boolean;
    /** Holds its merge requests until enough people have approved; absent: nothing does. */
    readonly gate?: GatePlan;
    /** Where pushes are reported to, by engine; those of the engines that deliver its apps are made. */
    readonly hooks: Readonly<Record<string, PushHook>>;
    /** True: the repository stays when its apps or the whole stack are removed. */
    readonly deletionProtection: boolean;
}

/** A user name and password for git over HTTP. */
export interface GitCredential {
    readonly username: pulumi.Output<string>;
    readonly password: pulumi.Output<string>;
}

/** What a token of a config repository is for. */
type WantedToken = Omit<AccessTokenArgs, "project" | "credentials">;

/** Developers are the least who set statuses; what they may not merge, it may not. */
const statusWriter = {
    purpose: "deliveries",
    // Another text would replace the token of every stack that has one.
    description: "The relay tells what became of a commit",
    accessLevel: "developer",
    scopes: ["api"],
} satisfies WantedToken;

/** Reporters are the least who see statuses of a private repository. */
const statusReader = {
    purpose: "rollouts",
    description: "Pipelines wait until a commit is healthy",
    accessLevel: "reporter",
    scopes: ["read_api"],
} satisfies WantedToken;

/**
 * A config repository: the protected branches that the plans of its apps name, the first content, and the credentials
 * that read and write it.
 *
 * With premium, merges into a branch with an approval need so many of the approvers, and deployments to prod wait for
 * maintainers. The free tier has neither: there, who may merge is the gate, and a job of GitLab's pipelines where a branch
 * wants approvals.
 */
export class ConfigRepository extends pulumi.ComponentResource {
    /** Of the component. */
    public readonly name: string;
    /** Id of the project, as other resources want it. */
    public readonly projectId: pulumi.Output<string>;
    public readonly webUrl: pulumi.Output<string>;
    public readonly cloneUrl: pulumi.Output<string>;
    /** Reads all branches; for the engines. */
    public readonly reader: GitCredential;
    /** Writes to the branches that CI and the image updater may write to; absent when neither does. */
    public readonly writer: GitCredential | undefined;
    /** Token that starts its pipeline on its first branch; absent when pipelines of app repositories hand nothing over to it. */
    public readonly starter: pulumi.Output<string> | undefined;
    /** Token that sets statuses of commits and writes notes; absent where no relay reports. */
    public readonly statusWriter: pulumi.Output<string> | undefined;
    /** Token that reads those; absent where no pipeline waits for them. */
    public readonly statusReader: pulumi.Output<string> | undefined;
    /** Absent where nothing holds its merge requests. */
    public readonly gate: ApprovalGate | undefined;
    /** Exists once every branch has its content: what reads the branches depends on it. */
    public readonly branches: Readonly<Record<string, pulumi.Resource>>;

    constructor(name: string, args: ConfigRepositoryArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:gitlab:ConfigRepository", name, {}, opts);
        refuse("ConfigRepository", name, ConfigRepository.check(args), this);
        const { apps, fullPath, gitlab: server } = args;
        this.name = name;
        const plan = mergePlans(apps.flatMap((app) => configAt(app, fullPath)?.plan ?? []));
        const project = this.makeProject(name, args, plan);
        const token = this.writerToken(name, args, project, plan);
        this.branches = this.makeBranches(name, args, project, plan, token);
        protectTags(name, project, plan.tags, this.inside(project));
        if (server.tier === "premium") {
            pushRules(`${name}-push-rules`, project, this.inside(project));
            this.approvalSettings(name, project);
        }
        this.makeEnvironments(name, args, project);
        this.makeVariables(name, args, project);
        this.gate = this.makeGate(name, args, project);
        this.engineHooks(name, args, project);
        this.statusWriter = args.reportsCommits
            ? this.accessToken(`${name}-status-writer`, args, project, statusWriter, `${name}-teller`)
            : undefined;
        this.statusReader = args.awaited
            ? this.accessToken(`${name}-status-reader`, args, project, statusReader, `${name}-witness`)
            : undefined;
        this.reader = this.readerToken(name, args, project);
        this.starter = this.starterToken(name, args, project);
        // Any user name does with an access token; GitLab's own examples use this one.
        this.writer =
            token === undefined
                ? undefined
                : { username: pulumi.output("oauth2"), password: pulumi.secret(token.token) };

        this.projectId = project.id;
        this.webUrl = project.webUrl;
        this.cloneUrl = project.httpUrlToRepo;
        this.registerOutputs({ projectId: this.projectId, webUrl: this.webUrl, cloneUrl: this.cloneUrl });
    }

    /** Every reason these args cannot work; empty when they can. */
    static check({ apps, fullPath, environments }: ConfigRepositoryArgs): string[] {
        const strangers = apps.filter((app) => configAt(app, fullPath) === undefined);
        return [
            ...(strangers.length === 0
                ? []
                : [
                      `apps must have ${fullPath} as a config repository; got ${strangers.map(({ name }) => name).join(", ")}.`,
                  ]),
            ...Object.entries(sharedSettings).flatMap(([setting, valueOf]) => {
                const values = [...new Set(apps.flatMap((app) => valueOf(app) ?? []))];
                return values.length < 2 || setting === "config.path"
                    ? []
                    : [`apps must agree on ${setting}, which exists once here; got ${values.join(", ")}.`];
            }),
            ...(environments.length > 0 ? [] : ["environments must name at least one; got none."]),
        ];
    }

    private makeProject(name: string, args: ConfigRepositoryArgs, plan: RepositoryPlan): gitlab.Project {
        const { fullPath, gitlab: server } = args;
        return new gitlab.Project(
            `${name}-project`,
            {
                ...projectSettings(
                    fullPath.slice(fullPath.lastIndexOf("/") + 1),
                    args.audience === "team" ? server : { ...server, visibility: "private" },
                    plan,
                ),
                namespaceId: args.groupId,
                // A late pipeline must not deploy an older version over a newer one.
                ciForwardDeploymentEnabled: true,
                forkingAccessLevel: "disabled",
                issuesAccessLevel: "disabled",
                packagesEnabled: false,
                pagesAccessLevel: "disabled",
                snippetsAccessLevel: "disabled",
                wikiAccessLevel: "disabled",
                ...gateSettings(args.gate),
            },
            {
                parent: this,
                ...(args.gate?.after && { dependsOn: [args.gate.after] }),
                ignoreChanges: [...teamSettings],
                ...dataOptions(args.deletionProtection),
            },
        );
    }

    private makeEnvironments(name: string, args: ConfigRepositoryArgs, project: gitlab.Project): void {
        const { apps, gitlab: server } = args;
        this.deployedTo(args).forEach((environment) =>
            makeEnvironment(
                `${name}-environment-${environment.name}`,
                {
                    project,
                    environment,
                    description: `Branch ${revisionOf(apps, environment)}`,
                    tier: server.tier,
                },
                this.inside(project),
            ),
        );
    }

    /** What its pipelines are set to, and how they reach the network. */
    private makeVariables(name: string, args: ConfigRepositoryArgs, project: gitlab.Project): void {
        const { apps, fullPath } = args;
        const settings = repositorySettings(apps, fullPath);
        const runs =
            Object.keys(settings).length > 0 ||
            configEstateFile(apps, args.pipelines, fullPath) !== undefined;
        const plain = { ...settings, ...(runs ? pipelineProxy(args.network) : {}) };
        const files = runs ? pipelineFiles(args.network) : {};
        if (Object.keys({ ...plain, ...files }).length > 0) {
            new CiVariables(
                `${name}-variables`,
                { project: project.id, plain, files, secret: {} },
                { parent: this },
            );
        }
    }

    private makeGate(
        name: string,
        args: ConfigRepositoryArgs,
        project: gitlab.Project,
    ): ApprovalGate | undefined {
        if (args.gate === undefined) {
            return undefined;
        }
        // The repository's own pipelines have these already.
        const covered = Object.keys(repositorySettings(args.apps, args.fullPath)).length > 0;
        return new ApprovalGate(
            `${name}-gate`,
            {
                plan: args.gate,
                project: project.id,
                settings: covered ? {} : pipelineProxy(args.network),
                files: covered ? {} : pipelineFiles(args.network),
                credentials: args.credentials,
            },
            { parent: this },
        );
    }

    /**
     * A token for one purpose, with the least role that does.
     *
     * @param before name of the resource in stacks that were made when it had another one.
     */
    private accessToken(
        name: string,
        { credentials }: ConfigRepositoryArgs,
        project: gitlab.Project,
        wanted: WantedToken,
        before: string,
    ): pulumi.Output<string> {
        const { token } = makeAccessToken(
            name,
            { project: project.id, credentials, ...wanted },
            { parent: this, aliases: [{ name: before }] },
        );
        return pulumi.secret(token);
    }

    private starterToken(
        name: string,
        { apps, fullPath, credentials }: ConfigRepositoryArgs,
        project: gitlab.Project,
    ): pulumi.Output<string> | undefined {
        if (!apps.some((app) => handedOver(app, fullPath).length > 0)) {
            return undefined;
        }
        const { token } = new gitlab.PipelineTrigger(
            // A new generation is a new token: GitLab changes none of an existing one.
            `${name}-starter-g${credentials.generation}`,
            {
                project: project.id,
                description: `Pipelines of app repositories start the release, g${credentials.generation}`,
            },
            { parent: this, additionalSecretOutputs: ["token"] },
        );
        return pulumi.secret(token);
    }

    /** The branch the repository starts with gets the first content; the others begin where the plan says. */
    private makeBranches(
        name: string,
        args: ConfigRepositoryArgs,
        project: gitlab.Project,
        plan: RepositoryPlan,
        token: gitlab.ProjectAccessToken | undefined,
    ): Record<string, pulumi.Resource> {
        const { apps, fullPath, gitlab: server } = args;
        const branches: Record<string, pulumi.Resource> = {};
        const inside = this.inside(project);
        const protect = (branch: BranchPlan, dependsOn: pulumi.Resource[]): void => {
            const protection = protectBranch(
                `${name}-branch-${branch.name}-protection`,
                project,
                branch.name,
                branchRules(branch, plan, server.tier),
                server,
                { ...inside, dependsOn },
                token?.userId,
            );
            branches[branch.name] = protection;
            this.approvals(name, args, project, branch, protection);
        };
        const [start, others] = parted(plan);
        start.forEach((branch) => protect(branch, []));
        const content = [
            ...apps.flatMap((app) => configContent(app, fullPath)),
            ...configPipelineContent(apps, args.settings, fullPath),
        ];
        const files = seed(`${name}-file`, project, plan.start, content, {
            ...inside,
            dependsOn: Object.values(branches),
        });
        const included = configEstateFile(apps, args.pipelines, fullPath);
        if (included !== undefined) {
            files.push(
                estateFile(`${name}-pipelines`, project, plan.start, included, {
                    ...inside,
                    dependsOn: [...Object.values(branches), ...existing(args.pipelines)],
                }),
            );
        }
        for (const branch of others) {
            const made =
                branch.from === undefined
                    ? []
                    : [
                          new gitlab.Branch(
                              `${name}-branch-${branch.name}`,
                              { project: project.id, name: branch.name, ref: branch.from },
                              // A branch holds what runs somewhere, so taking it from the plan leaves it; `ref` is only
                              // where it began.
                              {
                                  parent: this,
                                  dependsOn: files,
                                  ignoreChanges: ["ref"],
                                  ...contentOptions(project),
                              },
                          ),
                      ];
            protect(branch, made);
        }
        return branches;
    }

    /** Options of what lives and dies with the project. */
    private inside(project: gitlab.Project): ChildOptions & ReturnType<typeof belongsTo> {
        return { parent: this, ...belongsTo(project) };
    }

    /** Environments that its own pipelines deploy to. */
    private deployedTo({ apps, fullPath, environments }: ConfigRepositoryArgs): Environment[] {
        const reached = new Set(apps.flatMap((app) => deployedFrom(app).get(fullPath) ?? []));
        return environments.filter(({ name }) => reached.has(name));
    }

    private approvalSettings(name: string, project: gitlab.Project): void {
        new gitlab.ProjectLevelMrApprovals(
            `${name}-approvals`,
            {
                project: project.id,
                resetApprovalsOnPush: true,
                disableOverridingApproversPerMergeRequest: true,
                mergeRequestsAuthorApproval: false,
                mergeRequestsDisableCommittersApproval: true,
            },
            { ...keyedByName, ...this.inside(project) },
        );
    }

    private approvals(
        name: string,
        args: ConfigRepositoryArgs,
        project: gitlab.Project,
        { approval }: BranchPlan,
        protection: gitlab.BranchProtection,
    ): void {
        if (args.gitlab.tier !== "premium" || approval === undefined) {
            return;
        }
        new gitlab.ProjectApprovalRule(
            `${name}-approval-${approval.name}`,
            {
                project: project.id,
                name: approval.name,
                approvalsRequired: approval.required,
                ruleType: "regular",
                userIds: args.approverIds,
                protectedBranchIds: [protection.branchProtectionId],
            },
            this.inside(project),
        );
    }

    /** One for each engine that delivers an app of the repository. The first has the name it had alone. */
    private engineHooks(name: string, args: ConfigRepositoryArgs, project: gitlab.Project): void {
        for (const [index, engine] of enginesOf(args.apps).entries()) {
            const hook = args.hooks[engine];
            if (hook === undefined) {
                continue;
            }
            new gitlab.ProjectHook(
                index === 0 ? `${name}-hook` : `${name}-hook-${engine}`,
                {
                    project: project.id,
                    name: engine,
                    description: `Notifies ${hook.title} of a push, so that it need not wait for its next poll`,
                    url: hook.url,
                    token: pulumi.secret(hook.token),
                    pushEvents: true,
                    tagPushEvents: false,
                    mergeRequestsEvents: false,
                    enableSslVerification: hook.verify,
                },
                { parent: this, additionalSecretOutputs: ["token"] },
            );
        }
    }

    private readerToken(name: string, args: ConfigRepositoryArgs, project: gitlab.Project): GitCredential {
        const { generation, expires } = args.credentials;
        const token = new gitlab.ProjectDeployToken(
            `${name}-reader`,
            {
                project: project.id,
                name: `${enginesOf(args.apps).join("-")}-g${generation}`,
                scopes: ["read_repository"],
                ...(expires === undefined ? {} : { expiresAt: `${expires}T00:00:00.000Z` }),
            },
            { parent: this, additionalSecretOutputs: ["token"] },
        );
        return { username: token.username, password: pulumi.secret(token.token) };
    }

    /** Of the plan's role, or a developer: the protection of the branches decides which of them that opens. */
    private writerToken(
        name: string,
        args: ConfigRepositoryArgs,
        project: gitlab.Project,
        plan: RepositoryPlan,
    ): gitlab.ProjectAccessToken | undefined {
        if (plan.branches.every(({ writers }) => writers.length === 0)) {
            return undefined;
        }
        // Pushes alone need no more; who opens a merge request calls GitLab's API.
        const opens = args.apps.some(({ updater }) => updater?.mergeRequest === true);
        return makeAccessToken(
            `${name}-writer`,
            {
                project: project.id,
                purpose: "config-writer",
                description: "Writes image tags",
                accessLevel: plan.writerRole ?? "developer",
                scopes: [...(opens ? ["api"] : []), "write_repository"],
                credentials: args.credentials,
            },
            { parent: this },
        );
    }
}

/** Where the apps that reach an environment have its version written. */
function revisionOf(apps: readonly App[], environment: Environment): string {
    const revisions = apps.flatMap(({ plan }) => plan.versions[environment.name]?.revision ?? []);
    return [...new Set(revisions)].join(", ");
}

/** Engines that deliver the apps, sorted. */
function enginesOf(apps: readonly App[]): string[] {
    return [...new Set(apps.map((app) => app.engine))].sort();
}
