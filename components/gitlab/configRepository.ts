/** The repository that says what runs where. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { mergePlans, type BranchPlan, type RepositoryPlan } from "../../estate/flows/plan";
import { sharedSettings } from "../../estate/pipeline";
import type { App, CredentialPolicy, Environment, Estate, GitLab } from "../../estate/model";
import { refuse } from "../support/checks";
import { belongsTo, contentOptions, dataOptions, keyedByName, type ChildOptions } from "../support/options";
import { configPipelineContent } from "../ci/content";
import { pipelineFiles, repositorySettings, type Settings } from "../ci/settings";
import { configContent } from "../content";
import { projectSettings, protectBranch, protectTags, pushRules, seed } from "./project";
import { branchRules, parted } from "./protection";
import { CiVariables } from "./variables";

/** Where GitLab reports a push, so that the engine need not wait for its next poll. */
export interface PushHook {
    /** Name of the engine as people know it. */
    readonly title: string;
    readonly url: pulumi.Input<string>;
    /** What proves to the engine that the push is real. */
    readonly token: pulumi.Input<string>;
    /** Whether there is a TLS certificate to verify. */
    readonly verify: boolean;
}

/** Inputs of {@link ConfigRepository}. */
export interface ConfigRepositoryArgs {
    /** The apps whose folders it holds, all with this repository, sorted by name. */
    readonly apps: readonly [App, ...App[]];
    /** The environments these apps reach, in promotion order. */
    readonly environments: readonly Environment[];
    readonly gitlab: GitLab;
    /** What the pipelines of each app are told in the open, by app; for pipelines that carry it in their file. */
    readonly settings: Readonly<Record<string, Settings>>;
    readonly credentials: CredentialPolicy;
    /** Number of the team's group. */
    readonly groupId: pulumi.Input<number>;
    /** Numbers of the users who approve merges into environments that want approvals; used with premium. */
    readonly approverIds: pulumi.Input<number[]>;
    /** Private certificate authorities, which its pipelines trust. */
    readonly network: Estate["network"];
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

/**
 * A config repository: the protected branches that the plans of its apps name, the first content, and the credentials
 * that read and write it.
 *
 * With premium, merges into a branch with an approval need so many of the approvers, and deployments to prod wait for
 * maintainers. The free tier has neither: there, who may merge is the gate.
 */
export class ConfigRepository extends pulumi.ComponentResource {
    /** Id of the project, as other resources want it. */
    public readonly projectId: pulumi.Output<string>;
    public readonly webUrl: pulumi.Output<string>;
    public readonly cloneUrl: pulumi.Output<string>;
    /** Reads all branches; for the engines. */
    public readonly reader: GitCredential;
    /** Writes to the branches that CI and the image updater may write to; absent when neither does. */
    public readonly writer?: GitCredential;
    /** Exists once every branch has its content: what reads the branches depends on it. */
    public readonly branches: Readonly<Record<string, pulumi.Resource>>;

    constructor(name: string, args: ConfigRepositoryArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:gitlab:ConfigRepository", name, {}, opts);
        refuse("ConfigRepository", name, ConfigRepository.check(args), this);
        const { apps, gitlab: server } = args;
        const [first] = apps;
        const plan = mergePlans(apps.map((app) => app.plan.config));
        const project = new gitlab.Project(
            `${name}-project`,
            {
                ...projectSettings(first.config.path, server, plan),
                namespaceId: args.groupId,
                // A late pipeline must not deploy an older version over a newer one.
                ciForwardDeploymentEnabled: true,
                forkingAccessLevel: "disabled",
                issuesAccessLevel: "disabled",
                packagesEnabled: false,
                pagesAccessLevel: "disabled",
                snippetsAccessLevel: "disabled",
                wikiAccessLevel: "disabled",
            },
            { parent: this, ...dataOptions(args.deletionProtection) },
        );

        const token = this.writerToken(name, args, project, plan);
        this.branches = this.makeBranches(name, args, project, plan, token);
        protectTags(name, project, plan.tags, this.inside(project));
        if (server.tier === "premium") {
            pushRules(`${name}-push-rules`, project, this.inside(project));
            this.approvalSettings(name, project);
        }
        this.makeEnvironments(name, args, project);
        const settings = repositorySettings(apps);
        if (Object.keys(settings).length > 0) {
            new CiVariables(
                `${name}-variables`,
                { project: project.id, plain: settings, files: pipelineFiles(args.network), secret: {} },
                { parent: this },
            );
        }
        this.engineHooks(name, args, project);
        this.reader = this.readerToken(name, args, project);
        if (token !== undefined) {
            // Any user name does with an access token; GitLab's own examples use this one.
            this.writer = { username: pulumi.output("oauth2"), password: pulumi.secret(token.token) };
        }

        this.projectId = project.id;
        this.webUrl = project.webUrl;
        this.cloneUrl = project.httpUrlToRepo;
        this.registerOutputs({ projectId: this.projectId, webUrl: this.webUrl, cloneUrl: this.cloneUrl });
    }

    /** Every reason these args cannot work; empty when they can. */
    static check({ apps, environments }: ConfigRepositoryArgs): string[] {
        const paths = [...new Set(apps.map((app) => app.config.fullPath))];
        return [
            ...(paths.length === 1 ? [] : [`apps must have one config repository; got ${paths.join(", ")}.`]),
            ...Object.entries(sharedSettings).flatMap(([setting, valueOf]) => {
                const values = [...new Set(apps.flatMap((app) => valueOf(app) ?? []))];
                return values.length < 2 || setting === "config.path"
                    ? []
                    : [`apps must agree on ${setting}, which exists once here; got ${values.join(", ")}.`];
            }),
            ...(environments.length > 0 ? [] : ["environments must name at least one; got none."]),
        ];
    }

    /** The branch the repository starts with gets the first content; the others begin where the plan says. */
    private makeBranches(
        name: string,
        args: ConfigRepositoryArgs,
        project: gitlab.Project,
        plan: RepositoryPlan,
        token: gitlab.ProjectAccessToken | undefined,
    ): Record<string, pulumi.Resource> {
        const { apps, gitlab: server } = args;
        const branches: Record<string, pulumi.Resource> = {};
        const inside = this.inside(project);
        const protect = (branch: BranchPlan, dependsOn: pulumi.Resource[]): void => {
            const protection = protectBranch(
                `${name}-branch-${branch.name}-protection`,
                project,
                branch.name,
                branchRules(branch, server.tier, branch.name === plan.start),
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
            ...apps.flatMap((app) =>
                versionFolders(app).flatMap((folder) =>
                    configContent({ ...app, config: { ...app.config, folder } }),
                ),
            ),
            ...configPipelineContent(apps, args.settings),
        ];
        const files = seed(`${name}-file`, project, plan.start, content, {
            ...inside,
            dependsOn: Object.values(branches),
        });
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

    private makeEnvironments(name: string, args: ConfigRepositoryArgs, project: gitlab.Project): void {
        for (const environment of args.environments) {
            const made = new gitlab.ProjectEnvironment(
                `${name}-environment-${environment.name}`,
                {
                    project: project.id,
                    name: environment.name,
                    description: `Branch ${revisionOf(args.apps, environment)}`,
                    tier: environmentTier(environment),
                    // GitLab deletes only stopped environments.
                    stopBeforeDestroy: true,
                },
                this.inside(project),
            );
            if (args.gitlab.tier === "premium" && environment.class === "prod") {
                new gitlab.ProjectProtectedEnvironment(
                    `${name}-environment-${environment.name}-protection`,
                    {
                        project: project.id,
                        environment: made.name,
                        deployAccessLevelsAttributes: [{ accessLevel: "maintainer" }],
                        ...(environment.approvals === 0
                            ? {}
                            : {
                                  approvalRules: [
                                      { accessLevel: "maintainer", requiredApprovals: environment.approvals },
                                  ],
                              }),
                    },
                    { ...keyedByName, ...this.inside(project) },
                );
            }
        }
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
                    description: `Tells ${hook.title} of a push, so that it need not wait for its next poll`,
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

    /** A developer: the protection of the branches decides which of them that opens. */
    private writerToken(
        name: string,
        args: ConfigRepositoryArgs,
        project: gitlab.Project,
        plan: RepositoryPlan,
    ): gitlab.ProjectAccessToken | undefined {
        if (plan.branches.every(({ writers }) => writers.length === 0)) {
            return undefined;
        }
        const { generation, lifetimeDays, rotateBeforeDays } = args.credentials;
        return new gitlab.ProjectAccessToken(
            `${name}-writer`,
            {
                project: project.id,
                name: `config-writer-g${generation}`,
                description: "Writes image tags",
                accessLevel: "developer",
                scopes: ["write_repository"],
                rotationConfiguration: { expirationDays: lifetimeDays, rotateBeforeDays },
            },
            { parent: this, additionalSecretOutputs: ["token"] },
        );
    }
}

/** Folders of an app: one, or as many as its flow has places for its version. */
function versionFolders({ plan }: App): string[] {
    return [...new Set(Object.values(plan.versions).map(({ folder }) => folder))].sort();
}

/** Where the apps that reach an environment have its version written. */
function revisionOf(apps: readonly App[], environment: Environment): string {
    const revisions = apps.flatMap(({ plan }) => plan.versions[environment.name]?.revision ?? []);
    return [...new Set(revisions)].join(", ");
}

/** GitLab's word for what an environment is. */
export function environmentTier(environment: Environment): "production" | "staging" | "development" {
    if (environment.class === "prod") {
        return "production";
    }
    return environment.index === 0 ? "development" : "staging";
}

/** Engines that deliver the apps, sorted. */
function enginesOf(apps: readonly App[]): string[] {
    return [...new Set(apps.map((app) => app.engine))].sort();
}
