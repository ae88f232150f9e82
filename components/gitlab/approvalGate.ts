/** The gate of a repository's merge requests, on servers whose licence has no required approvals. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { approvalsToken, approvalsVariable } from "../../estate/approvals";
import type { CredentialPolicy } from "../../estate/model";
import { makeAccessToken } from "./accessToken";
import type { PushHook } from "./pushHook";
import { CiVariables } from "./variables";

/** What a gate is, before its repository is there. */
export interface GatePlan {
    /** Setting "CI/CD configuration file": the file that pipelines begin with, in a project that nobody of the team changes. */
    readonly configPath: string;
    /** How many approvals merges want, by branch or pattern. */
    readonly wanted: Readonly<Record<string, number>>;
    /** Image of its job; has Node. */
    readonly image: string;
    /** Where merge requests are reported, so that the job runs again when somebody approves; absent: nowhere. */
    readonly hook?: PushHook;
    /** Exists once the file is there; absent: it is. */
    readonly after?: pulumi.Resource;
}

/** Inputs of {@link ApprovalGate}. */
export interface ApprovalGateArgs {
    readonly plan: GatePlan;
    /** Id of the repository. */
    readonly project: pulumi.Input<string>;
    /** Proxy and authorities of its jobs, where the repository has them not from elsewhere. */
    readonly settings: Readonly<Record<string, string>>;
    readonly files: Readonly<Record<string, string>>;
    readonly credentials: CredentialPolicy;
}

/** Settings of a repository with a gate: nothing is merged without its job, and no pipeline of a fork counts. */
export function gateSettings(plan: GatePlan | undefined): gitlab.ProjectArgs {
    return plan === undefined
        ? {}
        : {
              ciConfigPath: plan.configPath,
              onlyAllowMergeIfPipelineSucceeds: true,
              allowMergeOnSkippedPipeline: false,
              forkingAccessLevel: "disabled",
          };
}

/**
 * What the gate's job knows: how many approvals a branch wants, and a token that reads the merge request. Jobs of merge
 * requests run what a branch says that anybody may push, so the token is within reach of every developer: it reads what they
 * see anyway. The token that runs the job again is in no job.
 */
export class ApprovalGate extends pulumi.ComponentResource {
    /** Runs jobs of the repository again; absent without a hook. */
    public readonly runner?: pulumi.Output<string>;

    constructor(name: string, args: ApprovalGateArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:gitlab:ApprovalGate", name, {}, opts);
        const { plan, project, credentials } = args;
        const reader = makeAccessToken(
            `${name}-reader`,
            {
                project,
                purpose: "approvals",
                description: "The job that holds merge requests sees who approved them",
                accessLevel: "reporter",
                scopes: ["read_api"],
                credentials,
            },
            { parent: this },
        );
        new CiVariables(
            `${name}-variables`,
            {
                project,
                plain: {
                    ...args.settings,
                    [approvalsVariable]: JSON.stringify(plan.wanted),
                    APPROVALS_IMAGE: plan.image,
                },
                files: args.files,
                secret: { [approvalsToken]: reader.token },
                onAnyBranch: true,
            },
            { parent: this },
        );
        if (plan.hook !== undefined) {
            const runner = makeAccessToken(
                `${name}-runner`,
                {
                    project,
                    purpose: "approval-relay",
                    description: "Runs the job that holds merge requests again when somebody approves",
                    accessLevel: "developer",
                    scopes: ["api"],
                    credentials,
                },
                { parent: this },
            );
            this.runner = pulumi.secret(runner.token);
            new gitlab.ProjectHook(
                `${name}-hook`,
                {
                    project,
                    name: "approvals",
                    description: `Notifies ${plan.hook.title} of approvals`,
                    url: plan.hook.url,
                    token: pulumi.secret(plan.hook.token),
                    pushEvents: false,
                    tagPushEvents: false,
                    mergeRequestsEvents: true,
                    // Detects that a pipeline is green in which a status stands in for the job.
                    pipelineEvents: true,
                    enableSslVerification: plan.hook.verify,
                },
                { parent: this, additionalSecretOutputs: ["token"] },
            );
        }
        this.registerOutputs({});
    }
}
