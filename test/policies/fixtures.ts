/**
 * For each rule of the pack a few resources that break none, and changes of which each breaks just that rule. Names of the
 * resources are what a report names.
 */
import type { Reviewed } from "../../policies/rule";

/** Takes a property away; for `<resource>` alone, the resource. */
export const gone = Symbol("gone");

/** What is changed: `<resource>:<property>/<property>`, list elements by their number, to a value. */
export type Change = Readonly<Record<string, unknown>>;

/** One rule. */
export interface Case {
    readonly rule: string;
    /** Passes every rule. */
    readonly good: readonly Reviewed[];
    /** Each breaks just this rule: what is wrong, the change, and the whole report. */
    readonly bad: readonly (readonly [what: string, change: Change, said: readonly string[]])[];
}

/** A resource. */
function a(
    type: string,
    name: string,
    props: Record<string, unknown>,
    more: Partial<Reviewed> = {},
): Reviewed {
    return { type, name, urn: `urn:${name}`, props, ...more };
}

/** One of GitLab's, by the last part of its type. */
function gitlab(kind: string, name: string, props: Record<string, unknown>): Reviewed {
    return a(`gitlab:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`, name, props);
}

function harbor(
    kind: string,
    name: string,
    props: Record<string, unknown>,
    more: Partial<Reviewed> = {},
): Reviewed {
    return a(`harbor:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`, name, props, more);
}

/** An object of a cluster: `<group and version>:<kind>`. */
function object(type: string, name: string, props: Record<string, unknown>): Reviewed {
    const { metadata, ...rest } = props as { metadata?: object };
    return a(`kubernetes:${type}`, name, { metadata: { name, ...metadata }, ...rest });
}

/** What is said of an environment that nobody approves for. */
const alone = (resource: string, environment: string): readonly string[] => [
    `${resource}: whoever may merge or deploy brings a version to ${environment} alone; require an approval in its project, or have a job count them.`,
];

const ends = { expiresAt: "2031-12-31" };
const made = "0123456789abcdefghij";
const gitlabToken = ["glpat", made].join("-");

const project = gitlab("Project", "web", {
    id: "7",
    path: "web",
    pathWithNamespace: "acme/web",
    visibilityLevel: "private",
    publicJobs: false,
    requestAccessEnabled: false,
    ciPipelineVariablesMinimumOverrideRole: "no_one_allowed",
    onlyAllowMergeIfPipelineSucceeds: true,
    onlyAllowMergeIfAllDiscussionsAreResolved: true,
});
const hook = gitlab("ProjectHook", "hook", {
    project: "7",
    url: "https://argocd.example.com/api/webhook",
    token: "fake",
    enableSslVerification: true,
});
const variable = gitlab("ProjectVariable", "variable", {
    project: "7",
    key: "REGISTRY_PASSWORD",
    value: "fake",
    masked: true,
    protected: true,
});
const accessToken = gitlab("ProjectAccessToken", "writer", {
    project: "7",
    accessLevel: "developer",
    scopes: ["write_repository"],
    ...ends,
});

const images = harbor(
    "Project",
    "images",
    { id: "/projects/5", name: "web-prod", public: false, vulnerabilityScanning: true, storageQuota: 20 },
    { protect: true },
);
const retention = harbor("RetentionPolicy", "retention", { scope: "/projects/5", schedule: "Daily" });
const immutable = harbor("ImmutableTagRule", "immutable", { projectId: "/projects/5", disabled: false });
const harborProject = [images, retention, immutable];
const robot = harbor("RobotAccount", "pull", {
    name: "pull",
    duration: 90,
    secret: "fake",
    permissions: [
        { kind: "project", namespace: "web-prod", accesses: [{ action: "pull", resource: "repository" }] },
    ],
});
const harborHook = harbor("ProjectWebhook", "webhook", {
    projectId: "/projects/5",
    address: "https://updater.example.com/webhook",
    authHeader: "fake",
    skipCertVerify: false,
});

const application = object("argoproj.io/v1alpha1:Application", "web-prod", {
    spec: {
        project: "shop-prod",
        source: { repoURL: "https://gitlab.example.com/acme/web.git", targetRevision: "prod" },
        destination: { name: "member1", namespace: "web-prod" },
    },
});
const appProject = object("argoproj.io/v1alpha1:AppProject", "shop-prod", {
    spec: {
        sourceRepos: ["https://gitlab.example.com/acme/web.git"],
        destinations: [{ name: "member1", namespace: "web-prod" }],
        clusterResourceWhitelist: [],
    },
});
const appSettings = object("core/v1:ConfigMap", "argocd-cm", {
    data: { "users.anonymous.enabled": "false", "exec.enabled": "false" },
});

const role = object("rbac.authorization.k8s.io/v1:ClusterRole", "delivery", {
    rules: [
        { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list"] },
        {
            apiGroups: [""],
            resources: ["serviceaccounts"],
            resourceNames: ["deployer"],
            verbs: ["impersonate"],
        },
    ],
});
const binding = object("rbac.authorization.k8s.io/v1:RoleBinding", "delivery", {
    roleRef: { kind: "ClusterRole", name: "delivery" },
    subjects: [{ kind: "ServiceAccount", name: "deployer", namespace: "web-prod" }],
});
const deployment = object("apps/v1:Deployment", "web", {
    metadata: { namespace: "web-prod" },
    spec: {
        template: {
            spec: {
                containers: [{ name: "web", image: "harbor.example.com/web-prod/web:1.2.3" }],
                volumes: [{ name: "cache", emptyDir: {} }],
            },
        },
    },
});
const container = "web:spec/template/spec/containers/0";
const namespace = [
    object("core/v1:Namespace", "web-prod", {}),
    object("core/v1:ResourceQuota", "quota", { metadata: { namespace: "web-prod" } }),
    object("networking.k8s.io/v1:NetworkPolicy", "policy", { metadata: { namespace: "web-prod" } }),
];

const gitRepository = object("source.toolkit.fluxcd.io/v1:GitRepository", "web", {
    spec: { url: "https://gitlab.example.com/acme/web.git", ref: { branch: "prod" } },
});
const inputProvider = object("fluxcd.controlplane.io/v1:ResourceSetInputProvider", "inputs", {
    spec: { type: "GitLabMergeRequest", url: "https://gitlab.example.com/acme/web" },
});
const resourceSet = object("fluxcd.controlplane.io/v1:ResourceSet", "previews", {
    spec: { serviceAccountName: "previews", inputsFrom: [{ name: "inputs" }] },
});
const kustomization = object("kustomize.toolkit.fluxcd.io/v1:Kustomization", "web", {
    spec: { sourceRef: { kind: "GitRepository", name: "web" }, serviceAccountName: "deployer" },
});

export const cases: readonly Case[] = [
    // GitLab
    {
        rule: "gitlab-branch-protected",
        good: [
            gitlab("Branch", "branch", { project: "7", name: "dev" }),
            gitlab("BranchProtection", "protection", { project: "7", branch: "dev" }),
        ],
        bad: [
            [
                "no protection",
                { protection: gone },
                ["branch: the branch has no BranchProtection; add one beside it."],
            ],
            [
                "the protection of another branch",
                { "protection:branch": "test" },
                ["branch: the branch has no BranchProtection; add one beside it."],
            ],
            [
                "the protection of another project's branch",
                { "protection:project": "8" },
                ["branch: the branch has no BranchProtection; add one beside it."],
            ],
        ],
    },
    {
        rule: "gitlab-no-push-to-production",
        good: [gitlab("BranchProtection", "protection", { branch: "prod", pushAccessLevel: "no one" })],
        bad: [
            [
                "a level",
                { "protection:pushAccessLevel": "maintainer" },
                [
                    'protection: maintainer can push to prod; let "no one" push, and promote by merge requests.',
                ],
            ],
        ],
    },
    {
        rule: "gitlab-branch-no-force-push",
        good: [gitlab("BranchProtection", "protection", { branch: "dev", allowForcePush: false })],
        bad: [
            [
                "forced",
                { "protection:allowForcePush": true },
                ["protection: allowForcePush is true; leave it out or set it to false."],
            ],
        ],
    },
    {
        rule: "gitlab-tag-by-maintainers",
        good: [gitlab("TagProtection", "tags", { tag: "v*", createAccessLevel: "maintainer" })],
        bad: [
            [
                "developers by level",
                { "tags:createAccessLevel": "developer" },
                ['tags: createAccessLevel is developer; set it to "maintainer" or "no one".'],
            ],
            [
                "developers by list",
                { "tags:allowedToCreates": [{ accessLevel: "developer" }, { userId: 5 }] },
                ["tags: allowedToCreates has developer; name maintainers, a user or a group."],
            ],
        ],
    },
    {
        rule: "gitlab-project-private",
        good: [project],
        bad: [
            [
                "public",
                { "web:visibilityLevel": "public" },
                ["web: visibilityLevel is public; use private or internal."],
            ],
        ],
    },
    {
        rule: "gitlab-project-checks-pass",
        good: [project, gitlab("RepositoryFile", "pipeline", { project: "7", filePath: ".gitlab-ci.yml" })],
        bad: [
            [
                "not asked for",
                { "web:onlyAllowMergeIfPipelineSucceeds": false },
                ["web: onlyAllowMergeIfPipelineSucceeds is not set; set it to true."],
            ],
            [
                "left to GitLab's default",
                { "web:onlyAllowMergeIfPipelineSucceeds": gone },
                ["web: onlyAllowMergeIfPipelineSucceeds is not set; set it to true."],
            ],
            [
                "a pipeline that merge requests have among others",
                {
                    "web:onlyAllowMergeIfPipelineSucceeds": false,
                    "pipeline:content":
                        'workflow:\n  rules:\n    - if: $CI_COMMIT_TAG\n    - if: $CI_PIPELINE_SOURCE == "merge_request_event"\n',
                },
                ["web: onlyAllowMergeIfPipelineSucceeds is not set; set it to true."],
            ],
            [
                "skipped pipelines",
                { "web:allowMergeOnSkippedPipeline": true },
                [
                    "web: allowMergeOnSkippedPipeline is true; leave it out, or a push with [skip ci] goes past the pipeline.",
                ],
            ],
        ],
    },
    {
        rule: "gitlab-project-checks-pass",
        good: [
            { ...project, props: { ...project.props, onlyAllowMergeIfPipelineSucceeds: false } },
            gitlab("RepositoryFile", "pipeline", {
                project: "7",
                filePath: ".gitlab-ci.yml",
                // No merge request has it, and GitLab would let none be merged.
                content: `workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == "trigger"
    # A person.
    - if: $CI_PIPELINE_SOURCE == "web" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
    - if: $CI_COMMIT_TAG
`,
            }),
        ],
        bad: [
            [
                "a push has it, too",
                { "pipeline:content": 'workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == "push"\n' },
                ["web: onlyAllowMergeIfPipelineSucceeds is not set; set it to true."],
            ],
            [
                "it says nothing of that",
                { "pipeline:content": "test: {script: [make]}\n" },
                ["web: onlyAllowMergeIfPipelineSucceeds is not set; set it to true."],
            ],
        ],
    },
    {
        rule: "gitlab-project-discussions-resolved",
        good: [project],
        bad: [
            [
                "left to GitLab's default",
                { "web:onlyAllowMergeIfAllDiscussionsAreResolved": gone },
                ["web: onlyAllowMergeIfAllDiscussionsAreResolved is not set; set it to true."],
            ],
        ],
    },
    {
        rule: "gitlab-project-jobs-private",
        good: [project],
        bad: [["public", { "web:publicJobs": true }, ["web: publicJobs is true; set it to false."]]],
    },
    {
        rule: "gitlab-project-variables-fixed",
        good: [project],
        bad: [
            [
                "developers",
                { "web:ciPipelineVariablesMinimumOverrideRole": "developer" },
                [
                    "web: ciPipelineVariablesMinimumOverrideRole is developer; set it to no_one_allowed, or to maintainer.",
                ],
            ],
        ],
    },
    {
        rule: "gitlab-no-access-requests",
        good: [gitlab("Group", "shop", { visibilityLevel: "private", requestAccessEnabled: false })],
        bad: [
            [
                "requests",
                { "shop:requestAccessEnabled": true },
                ["shop: requestAccessEnabled is true; set it to false."],
            ],
        ],
    },
    {
        rule: "gitlab-approvals-by-others",
        good: [gitlab("ProjectLevelMrApprovals", "approvals", { mergeRequestsAuthorApproval: false })],
        bad: [
            [
                "own ones",
                { "approvals:mergeRequestsAuthorApproval": true },
                ["approvals: mergeRequestsAuthorApproval is true; set it to false."],
            ],
        ],
    },
    {
        rule: "gitlab-approvals-reset",
        good: [gitlab("ProjectLevelMrApprovals", "approvals", { resetApprovalsOnPush: true })],
        bad: [
            [
                "kept",
                { "approvals:resetApprovalsOnPush": false },
                ["approvals: resetApprovalsOnPush is false; leave it out or set it to true."],
            ],
        ],
    },
    {
        rule: "gitlab-approvals-needed",
        good: [gitlab("ProjectApprovalRule", "approvals", { approvalsRequired: 1 })],
        bad: [
            [
                "none",
                { "approvals:approvalsRequired": 0 },
                ["approvals: approvalsRequired is 0; set it to 1 or more, or take the rule away."],
            ],
        ],
    },
    {
        rule: "gitlab-production-approved",
        good: [
            gitlab("ProjectEnvironment", "live", { project: "7", name: "live", tier: "production" }),
            gitlab("ProjectApprovalRule", "approvals", { project: "7", approvalsRequired: 1 }),
            // Another project's, and one that is not production.
            gitlab("ProjectApprovalRule", "others", { project: "8", approvalsRequired: 1 }),
            gitlab("ProjectEnvironment", "test", { project: "9", name: "test", tier: "staging" }),
        ],
        bad: [
            ["no rule of its project", { approvals: gone }, alone("live", "live")],
            [
                "rules of another project",
                { "approvals:project": "8", "others:approvalsRequired": 2 },
                alone("live", "live"),
            ],
            [
                "production by its name",
                { "test:name": "web/prod", "test:tier": gone },
                alone("test", "web/prod"),
            ],
        ],
    },
    {
        rule: "gitlab-production-approved",
        good: [
            gitlab("ProjectEnvironment", "live", { project: "7", name: "live", tier: "production" }),
            gitlab("ProjectProtectedEnvironment", "protection", {
                project: "7",
                environment: "live",
                approvalRules: [{ accessLevel: "maintainer", requiredApprovals: 1 }],
            }),
        ],
        bad: [
            ["deployments that wait for none", { "protection:approvalRules": [] }, alone("live", "live")],
            ["approvals of another environment", { "protection:environment": "prod" }, alone("live", "live")],
        ],
    },
    {
        rule: "gitlab-production-approved",
        good: [
            {
                ...project,
                props: { ...project.props, ciConfigPath: "approvals/alone.yml@acme/pipelines:v1" },
            },
            gitlab("ProjectVariable", "approvals", { project: "7", key: "APPROVALS", value: '{"prod":1}' }),
            gitlab("ProjectEnvironment", "live", { project: "7", name: "live", tier: "production" }),
        ],
        bad: [
            ["a job that its own project describes", { "web:ciConfigPath": "ci.yml" }, alone("live", "live")],
            ["a job that counts nothing", { approvals: gone }, alone("live", "live")],
            [
                "merges that do not wait for the job",
                { "web:onlyAllowMergeIfPipelineSucceeds": false },
                alone("live", "live"),
            ],
        ],
    },
    {
        rule: "gitlab-push-rules-no-secrets",
        good: [gitlab("ProjectPushRules", "push", { preventSecrets: true })],
        bad: [
            [
                "not asked for",
                { "push:preventSecrets": gone },
                ["push: preventSecrets is not set; set it to true."],
            ],
        ],
    },
    {
        rule: "gitlab-job-token-limited",
        good: [gitlab("ProjectJobTokenScopes", "scopes", { enabled: true })],
        bad: [
            [
                "off",
                { "scopes:enabled": false },
                ["scopes: enabled is false; set it to true and list who may come in."],
            ],
        ],
    },
    {
        rule: "gitlab-environment-deployers",
        good: [
            gitlab("ProjectProtectedEnvironment", "environment", {
                environment: "prod",
                deployAccessLevelsAttributes: [{ accessLevel: "maintainer" }],
            }),
        ],
        bad: [
            [
                "developers",
                { "environment:deployAccessLevelsAttributes/0/accessLevel": "developer" },
                ["environment: developer may deploy to prod; name maintainers, a group or a user."],
            ],
        ],
    },
    {
        rule: "gitlab-user-no-administrator",
        good: [gitlab("User", "robot", { isAdmin: false })],
        bad: [
            [
                "administrator",
                { "robot:isAdmin": true },
                ["robot: isAdmin is true; give the account a role where it works."],
            ],
        ],
    },
    {
        rule: "gitlab-hook-token",
        good: [hook],
        bad: [
            [
                "no token",
                { "hook:token": gone },
                [
                    "hook: the hook has neither token nor signingToken; set token to a random secret the receiver checks.",
                ],
            ],
            [
                "no verification",
                { "hook:enableSslVerification": false },
                ["hook: enableSslVerification is false for an https url; give GitLab the CA instead."],
            ],
        ],
    },
    {
        rule: "gitlab-hook-encrypted",
        good: [hook],
        bad: [
            [
                "http",
                { "hook:url": "http://ci.example.com/hook" },
                ["hook: url is http; use https, or name the host in plainHttpHosts."],
            ],
        ],
    },
    {
        rule: "gitlab-variable-masked",
        good: [variable],
        bad: [
            [
                "not masked",
                { "variable:masked": false },
                ["variable: variable REGISTRY_PASSWORD is not masked; set masked: true."],
            ],
            [
                "not protected",
                { "variable:protected": gone },
                ["variable: variable REGISTRY_PASSWORD is not protected; set protected: true."],
            ],
            [
                "of previews, where it need not be protected, and not masked",
                {
                    "variable:environmentScope": "preview/*",
                    "variable:protected": false,
                    "variable:masked": false,
                },
                ["variable: variable REGISTRY_PASSWORD is not masked; set masked: true."],
            ],
            [
                "of the gate of approvals, where it need not be protected, and not masked",
                {
                    "variable:key": "APPROVALS_TOKEN",
                    "variable:protected": false,
                    "variable:masked": false,
                },
                ["variable: variable APPROVALS_TOKEN is not masked; set masked: true."],
            ],
        ],
    },
    {
        rule: "gitlab-variable-value-masked",
        good: [
            gitlab("ProjectVariable", "variable", {
                project: "7",
                key: "REMOTE",
                value: "https://a.example.com",
            }),
        ],
        bad: [
            [
                "a token",
                { "variable:value": gitlabToken },
                ["variable: the value of REMOTE looks like a GitLab token; set masked and protected."],
            ],
        ],
    },
    {
        rule: "gitlab-file-no-secret",
        good: [gitlab("RepositoryFile", "file", { filePath: "settings.yaml", content: "level: info\n" })],
        bad: [
            [
                "a token",
                { "file:content": `token: ${gitlabToken}\n` },
                [
                    "file: content has what looks like a GitLab token; put it into a masked variable, and renew it.",
                ],
            ],
            [
                "a token in base64",
                {
                    "file:content": Buffer.from(`token: ${gitlabToken}\n`).toString("base64"),
                    "file:encoding": "base64",
                },
                [
                    "file: content has what looks like a GitLab token; put it into a masked variable, and renew it.",
                ],
            ],
        ],
    },
    // Harbor
    {
        rule: "harbor-project-private",
        good: harborProject,
        bad: [
            [
                "public",
                { "images:public": "true" },
                ["images: public is true; leave it out and give readers a pull robot."],
            ],
        ],
    },
    {
        rule: "harbor-project-scanned",
        good: harborProject,
        bad: [
            [
                "not scanned",
                { "images:vulnerabilityScanning": false },
                ["images: vulnerabilityScanning is false; leave it out or set it to true."],
            ],
        ],
    },
    {
        rule: "harbor-project-prod-no-force-destroy",
        good: harborProject,
        bad: [
            [
                "forceDestroy",
                { "images:forceDestroy": true },
                [
                    "images: project web-prod has forceDestroy; leave it out and set deletionProtection on the environment.",
                ],
            ],
        ],
    },
    {
        rule: "harbor-project-prod-immutable",
        good: harborProject,
        bad: [
            ["no rule", { immutable: gone }, ["images: project web-prod has no ImmutableTagRule; add one."]],
            [
                "a rule that is off",
                { "immutable:disabled": true },
                ["images: project web-prod has no ImmutableTagRule; add one."],
            ],
            [
                "another project's rule",
                { "immutable:projectId": "/projects/6" },
                ["images: project web-prod has no ImmutableTagRule; add one."],
            ],
        ],
    },
    {
        rule: "harbor-project-retained",
        good: harborProject,
        bad: [["no policy", { retention: gone }, ["images: the project has no RetentionPolicy; add one."]]],
    },
    {
        rule: "harbor-project-prod-limited",
        good: harborProject,
        bad: [
            [
                "left to the provider's default",
                { "images:storageQuota": gone },
                ["images: storageQuota is not set, which is no limit; set it, in GiB."],
            ],
            [
                "none",
                { "images:storageQuota": -1 },
                ["images: storageQuota is not set, which is no limit; set it, in GiB."],
            ],
        ],
    },
    {
        rule: "harbor-robot-least-rights",
        good: [robot],
        bad: [
            [
                "everywhere",
                { "pull:permissions/0/namespace": "*" },
                ['pull: a permission has namespace "*"; name the projects the robot needs.'],
            ],
            [
                "everything",
                { "pull:permissions/0/accesses/0/action": "*", "pull:permissions/0/namespace": "web-dev" },
                ["pull: an access is a wildcard; name resource and action."],
            ],
            [
                "nothing",
                { "pull:permissions/0/accesses": [] },
                ["pull: a permission has no access; take the robot away or give it what it needs."],
            ],
        ],
    },
    {
        rule: "harbor-robot-in-projects",
        good: [robot],
        bad: [
            [
                "of the system",
                {
                    "pull:permissions/0": {
                        kind: "system",
                        namespace: "/",
                        accesses: [{ action: "create", resource: "robot" }],
                    },
                },
                ['pull: a permission is of kind "system"; name projects instead.'],
            ],
        ],
    },
    {
        rule: "harbor-robot-no-delete-in-production",
        good: [robot],
        bad: [
            [
                "deletes",
                { "pull:permissions/0/accesses/1": { action: "delete", resource: "tag" } },
                ["pull: the robot may delete tag in web-prod; take that access away."],
            ],
        ],
    },
    {
        rule: "harbor-registry-verified",
        good: [harbor("Registry", "mirror", { endpointUrl: "https://hub.example.com", insecure: false })],
        bad: [
            [
                "not verified",
                { "mirror:insecure": true },
                ["mirror: insecure is true; let Harbor trust the registry's CA instead."],
            ],
            [
                "http",
                { "mirror:endpointUrl": "http://hub.example.com" },
                ["mirror: endpointUrl is http; use https."],
            ],
        ],
    },
    {
        rule: "harbor-webhook-authenticated",
        good: [harborHook],
        bad: [
            [
                "no secret",
                { "webhook:authHeader": gone },
                ["webhook: authHeader is not set; set it to a secret the receiver checks."],
            ],
            [
                "left to the provider's default",
                { "webhook:skipCertVerify": gone },
                ["webhook: skipCertVerify is true; set it to false."],
            ],
            [
                "http",
                { "webhook:address": "http://updater.example.com/webhook" },
                ["webhook: address is http; use https, or name the host in plainHttpHosts."],
            ],
        ],
    },
    {
        rule: "harbor-member-no-project-administrator",
        good: [harbor("ProjectMemberUser", "member", { role: "developer" })],
        bad: [
            [
                "administrator",
                { "member:role": "projectadmin" },
                ["member: role is projectadmin; give maintainer, developer or guest."],
            ],
        ],
    },
    {
        rule: "harbor-user-no-administrator",
        good: [harbor("User", "user", { admin: false })],
        bad: [
            ["administrator", { "user:admin": true }, ["user: admin is true; make it a member of projects."]],
        ],
    },
    {
        rule: "harbor-projects-by-administrators",
        good: [harbor("ConfigSystem", "system", { projectCreationRestriction: "adminonly" })],
        bad: [
            [
                "everyone",
                { "system:projectCreationRestriction": "everyone" },
                ['system: projectCreationRestriction is everyone; set it to "adminonly".'],
            ],
        ],
    },
    {
        rule: "harbor-login-verified",
        good: [harbor("ConfigAuth", "login", { authMode: "oidc_auth", oidcVerifyCert: true })],
        bad: [
            ["OIDC", { "login:oidcVerifyCert": false }, ["login: oidcVerifyCert is not true; set it."]],
            [
                "LDAP, left to the provider's default",
                { "login:authMode": "ldap_auth" },
                ["login: ldapVerifyCert is not true; set it."],
            ],
        ],
    },
    // Kubernetes
    {
        rule: "kubernetes-configmap-no-secret",
        good: [object("core/v1:ConfigMap", "settings", { data: { level: "info" } })],
        bad: [
            [
                "a token",
                { "settings:data/app.properties": `token=${gitlabToken}` },
                ["settings: data.app.properties looks like a GitLab token; put it into a Secret."],
            ],
        ],
    },
    {
        rule: "kubernetes-rbac-no-cluster-admin",
        good: [binding],
        bad: [
            [
                "bound",
                { "delivery:roleRef/name": "cluster-admin" },
                ["delivery: roleRef is cluster-admin; bind a role with the kinds that are needed."],
            ],
        ],
    },
    {
        rule: "kubernetes-rbac-no-wildcard",
        good: [role],
        bad: [
            [
                "every verb",
                { "delivery:rules/0/verbs": ["*"] },
                ['delivery: a rule has verbs "*"; name them.'],
            ],
            [
                "every kind",
                { "delivery:rules/0/resources": ["*"] },
                ['delivery: a rule has resources "*"; name them.'],
            ],
        ],
    },
    {
        rule: "kubernetes-rbac-no-escalation",
        good: [role],
        bad: [
            [
                "impersonate",
                { "delivery:rules/0/verbs/1": "impersonate" },
                ["delivery: a rule has the verb impersonate; take it away, or give resourceNames."],
            ],
        ],
    },
    {
        rule: "kubernetes-rbac-named-subjects",
        good: [binding],
        bad: [
            [
                "everybody",
                { "delivery:subjects/0": { kind: "Group", name: "system:authenticated" } },
                ["delivery: a subject is system:authenticated; name who needs it."],
            ],
        ],
    },
    {
        rule: "kubernetes-rbac-no-default-account",
        good: [binding],
        bad: [
            [
                "default",
                { "delivery:subjects/0/name": "default" },
                ["delivery: a subject is the service account default; bind one of its own."],
            ],
        ],
    },
    {
        rule: "kubernetes-pod-not-privileged",
        good: [deployment],
        bad: [
            [
                "privileged",
                { [`${container}/securityContext`]: { privileged: true } },
                ["web: container web is privileged; leave it out."],
            ],
        ],
    },
    {
        rule: "kubernetes-pod-no-privilege-escalation",
        good: [
            object("batch/v1:CronJob", "web", {
                spec: {
                    jobTemplate: {
                        spec: { template: { spec: { initContainers: [{ name: "init", image: "a:1" }] } } },
                    },
                },
            }),
        ],
        bad: [
            [
                "allowed, in the first container of a CronJob",
                {
                    "web:spec/jobTemplate/spec/template/spec/initContainers/0/securityContext": {
                        allowPrivilegeEscalation: true,
                    },
                },
                ["web: container init has allowPrivilegeEscalation; set it to false."],
            ],
        ],
    },
    {
        rule: "kubernetes-pod-no-added-capabilities",
        good: [deployment],
        bad: [
            [
                "one that is harmless and one that is not",
                {
                    [`${container}/securityContext`]: {
                        capabilities: { add: ["NET_BIND_SERVICE", "NET_RAW"] },
                    },
                },
                ["web: container web has the capability NET_RAW; take it away."],
            ],
        ],
    },
    {
        rule: "kubernetes-pod-no-host-namespaces",
        good: [
            object("core/v1:Pod", "pod", {
                metadata: { namespace: "web-prod" },
                spec: { containers: [{ name: "web", image: "web@sha256:" + "0".repeat(64) }] },
            }),
        ],
        bad: [["network", { "pod:spec/hostNetwork": true }, ["pod: hostNetwork is true; leave it out."]]],
    },
    {
        rule: "kubernetes-pod-no-host-path",
        good: [deployment],
        bad: [
            [
                "a folder of the node",
                { "web:spec/template/spec/volumes/0": { name: "socket", hostPath: { path: "/run" } } },
                ["web: volume socket is a hostPath; use another kind of volume."],
            ],
        ],
    },
    {
        rule: "kubernetes-image-pinned",
        good: [deployment],
        bad: [
            [
                "latest",
                { [`${container}/image`]: "harbor.example.com:5000/web:latest" },
                [
                    "web: image harbor.example.com:5000/web:latest is not pinned; give a tag of a version, or a digest.",
                ],
            ],
            [
                "no tag, and a registry with a port",
                { [`${container}/image`]: "harbor.example.com:5000/web" },
                [
                    "web: image harbor.example.com:5000/web is not pinned; give a tag of a version, or a digest.",
                ],
            ],
        ],
    },
    {
        rule: "kubernetes-namespace-not-default",
        good: [deployment],
        bad: [
            [
                "default",
                { "web:metadata/namespace": "default" },
                ["web: metadata.namespace is default; give it a namespace of its own."],
            ],
        ],
    },
    {
        rule: "kubernetes-service-no-external-ips",
        good: [object("core/v1:Service", "web", { spec: { type: "ClusterIP" } })],
        bad: [
            [
                "an address",
                { "web:spec/externalIPs": ["192.0.2.1"] },
                ["web: spec.externalIPs is set; use type LoadBalancer or an Ingress."],
            ],
        ],
    },
    {
        rule: "kubernetes-namespace-quota",
        good: namespace,
        bad: [["none", { quota: gone }, ["web-prod: namespace web-prod has no ResourceQuota; add one."]]],
    },
    {
        rule: "kubernetes-namespace-network-policy",
        good: namespace,
        bad: [
            ["none", { policy: gone }, ["web-prod: namespace web-prod has no NetworkPolicy; add one."]],
            [
                "another namespace's",
                { "policy:metadata/namespace": "web-dev" },
                ["web-prod: namespace web-prod has no NetworkPolicy; add one."],
            ],
        ],
    },
    // Argo CD
    {
        rule: "argocd-application-project",
        good: [application],
        bad: [
            [
                "default",
                { "web-prod:spec/project": "default" },
                ["web-prod: spec.project is default; name the team's AppProject."],
            ],
        ],
    },
    {
        rule: "argocd-application-pinned",
        good: [application],
        bad: [
            [
                "HEAD",
                { "web-prod:spec/source/targetRevision": "HEAD" },
                [
                    'web-prod: targetRevision "HEAD" follows whatever the default branch is; name the branch, tag or commit that is meant.',
                ],
            ],
            [
                "a range of charts",
                { "web-prod:spec/source": { chart: "redis", targetRevision: ">1" } },
                ['web-prod: chart version ">1" is open; pin one version such as 1.2.3.'],
            ],
        ],
    },
    {
        rule: "argocd-application-not-emptied",
        good: [application],
        bad: [
            [
                "allowed",
                { "web-prod:spec/syncPolicy": { automated: { allowEmpty: true } } },
                ["web-prod: syncPolicy.automated.allowEmpty is true; leave it out."],
            ],
        ],
    },
    {
        rule: "argocd-applicationset-project",
        good: [
            object("argoproj.io/v1alpha1:ApplicationSet", "previews", {
                spec: { template: { spec: { project: "shop-previews" } } },
            }),
        ],
        bad: [
            [
                "a placeholder",
                { "previews:spec/template/spec/project": "{{.team}}" },
                ['previews: template.spec.project is "{{.team}}"; name one AppProject.'],
            ],
        ],
    },
    {
        rule: "argocd-project-no-wildcard",
        good: [appProject],
        bad: [
            [
                "every repository",
                { "shop-prod:spec/sourceRepos/0": "*" },
                ['shop-prod: sourceRepos has "*"; list the config repositories.'],
            ],
            [
                "every namespace",
                { "shop-prod:spec/destinations/0/namespace": "*" },
                ['shop-prod: a destination has namespace "*"; name it.'],
            ],
            [
                "every kind",
                { "shop-prod:spec/clusterResourceWhitelist": [{ group: "*", kind: "*" }] },
                ["shop-prod: clusterResourceWhitelist has a wildcard; list the kinds, or none."],
            ],
        ],
    },
    {
        rule: "argocd-project-one-stage",
        good: [appProject],
        bad: [
            [
                "production and a test",
                { "shop-prod:spec/destinations/1": { name: "member1", namespace: "web-test" } },
                [
                    "shop-prod: destinations have web-prod beside namespaces that are not production; make an AppProject for each.",
                ],
            ],
        ],
    },
    {
        rule: "argocd-settings-no-anonymous",
        good: [appSettings],
        bad: [
            [
                "anonymous",
                { "argocd-cm:data/users.anonymous.enabled": "true" },
                ['argocd-cm: users.anonymous.enabled is true; set it to "false".'],
            ],
        ],
    },
    {
        rule: "argocd-settings-no-terminal",
        good: [appSettings],
        bad: [
            [
                "a shell",
                { "argocd-cm:data/exec.enabled": "true" },
                ['argocd-cm: exec.enabled is true; set it to "false".'],
            ],
        ],
    },
    {
        rule: "argocd-rbac-no-default-administrator",
        good: [
            object("core/v1:ConfigMap", "argocd-rbac-cm", { data: { "policy.default": "role:readonly" } }),
        ],
        bad: [
            [
                "administrator",
                { "argocd-rbac-cm:data/policy.default": "role:admin" },
                ['argocd-rbac-cm: policy.default is role:admin; set it to "" or to role:readonly.'],
            ],
        ],
    },
    {
        rule: "argocd-repository-verified",
        good: [
            object("core/v1:Secret", "repository", {
                metadata: { labels: { "argocd.argoproj.io/secret-type": "repository" } },
                stringData: { url: "https://gitlab.example.com/acme/web.git", password: "fake" },
            }),
        ],
        bad: [
            [
                "not verified",
                { "repository:stringData/insecure": "true" },
                ["repository: insecure is true; make the CA or host key known instead."],
            ],
            [
                "http",
                { "repository:stringData/url": "http://gitlab.example.com/acme/web.git" },
                ["repository: url is http; use https or ssh, or name the host in plainHttpHosts."],
            ],
        ],
    },
    {
        rule: "argocd-cluster-verified",
        good: [
            object("core/v1:Secret", "cluster", {
                metadata: { labels: { "argocd.argoproj.io/secret-type": "cluster" } },
                stringData: { config: '{"bearerToken":"fake","tlsClientConfig":{"caData":"fake"}}' },
            }),
        ],
        bad: [
            [
                "not verified",
                {
                    "cluster:stringData/config":
                        '{"bearerToken":"fake","tlsClientConfig":{"insecure": true}}',
                },
                ["cluster: tlsClientConfig.insecure is true; give caData instead."],
            ],
        ],
    },
    {
        rule: "argocd-application-allowed",
        good: [application, appProject],
        bad: [
            [
                "another namespace",
                { "web-prod:spec/destination/namespace": "api-prod" },
                [
                    "web-prod: AppProject shop-prod has no destination for api-prod on member1; add it there, or move the Application.",
                ],
            ],
            [
                "another cluster",
                { "web-prod:spec/destination/name": "member2" },
                [
                    "web-prod: AppProject shop-prod has no destination for web-prod on member2; add it there, or move the Application.",
                ],
            ],
        ],
    },
    // Flux
    {
        rule: "flux-source-encrypted",
        good: [gitRepository, inputProvider],
        bad: [
            [
                "http",
                { "web:spec/url": "http://gitlab.example.com/acme/web.git" },
                ["web: spec.url is http; use https or ssh, or name the host in plainHttpHosts."],
            ],
            [
                "merge requests over http",
                { "inputs:spec/url": "http://gitlab.example.com/acme/web" },
                ["inputs: spec.url is http; use https or ssh, or name the host in plainHttpHosts."],
            ],
            ["not verified", { "web:spec/insecure": true }, ["web: spec.insecure is true; leave it out."]],
        ],
    },
    {
        rule: "flux-source-pinned",
        good: [gitRepository],
        bad: [
            [
                "no ref",
                { "web:spec/ref": gone },
                ["web: spec.ref names nothing; set a branch, tag or commit."],
            ],
            [
                "an empty ref",
                { "web:spec/ref": {} },
                ["web: spec.ref names nothing; set a branch, tag or commit."],
            ],
        ],
    },
    {
        rule: "flux-helmrelease-pinned",
        good: [
            object("helm.toolkit.fluxcd.io/v2:HelmRelease", "web", {
                spec: {
                    chart: {
                        spec: { chart: "web", version: "1.2.3", sourceRef: { kind: "HelmRepository" } },
                    },
                    serviceAccountName: "deployer",
                },
            }),
        ],
        bad: [
            [
                "a range",
                { "web:spec/chart/spec/version": "1.x" },
                ['web: chart version "1.x" is open; pin one version such as 1.2.3.'],
            ],
            [
                "none",
                { "web:spec/chart/spec/version": gone },
                ['web: chart version "*" is open; pin one version such as 1.2.3.'],
            ],
        ],
    },
    {
        rule: "flux-apply-as-account",
        good: [kustomization, resourceSet],
        bad: [
            [
                "the controller's",
                { "web:spec/serviceAccountName": gone },
                ["web: spec.serviceAccountName is not set; name a service account of the namespace."],
            ],
            [
                "the operator's",
                { "previews:spec/serviceAccountName": gone },
                ["previews: spec.serviceAccountName is not set; name a service account of the namespace."],
            ],
        ],
    },
    {
        rule: "flux-receiver-verified",
        good: [
            object("notification.toolkit.fluxcd.io/v1:Receiver", "receiver", { spec: { type: "gitlab" } }),
        ],
        bad: [
            [
                "generic",
                { "receiver:spec/type": "generic" },
                ["receiver: spec.type is generic; use gitlab, harbor or generic-hmac."],
            ],
        ],
    },
    {
        rule: "flux-automation-not-to-production",
        good: [
            object("image.toolkit.fluxcd.io/v1:ImageUpdateAutomation", "automation", {
                spec: { git: { checkout: { ref: { branch: "dev" } } } },
            }),
        ],
        bad: [
            [
                "the branch it reads",
                { "automation:spec/git/checkout/ref/branch": "prod" },
                ["automation: it pushes to prod; push to a branch of its own and open a merge request."],
            ],
            [
                "a branch it names",
                { "automation:spec/git/push": { branch: "prod" } },
                ["automation: it pushes to prod; push to a branch of its own and open a merge request."],
            ],
        ],
    },
    {
        rule: "flux-image-policy-bounded",
        good: [
            object("image.toolkit.fluxcd.io/v1:ImagePolicy", "policy", {
                spec: { policy: { semver: { range: "1.x" } } },
            }),
        ],
        bad: [
            [
                "any version",
                { "policy:spec/policy/semver/range": ">=1.0.0" },
                ['policy: policy.semver.range ">=1.0.0" has no upper end; give one, or filterTags.'],
            ],
            [
                "any tag",
                { "policy:spec/policy": { alphabetical: { order: "asc" } } },
                ["policy: policy.alphabetical is without filterTags; say which tags are meant."],
            ],
        ],
    },
    // Notifications
    {
        rule: "argocd-production-notified",
        good: [
            object("argoproj.io/v1alpha1:Application", "web-prod", {
                metadata: {
                    annotations: { "notifications.argoproj.io/subscribe.on-health-degraded.ops": "" },
                },
                spec: application.props["spec"],
            }),
            object("argoproj.io/v1alpha1:Application", "api-prod", {
                metadata: { annotations: { "notifications.argoproj.io/subscribe.on-sync-failed.ops": "" } },
                spec: application.props["spec"],
            }),
        ],
        bad: [
            [
                "nobody",
                { "api-prod:metadata/annotations": {} },
                [
                    "api-prod: nobody is notified when it fails; subscribe a channel to on-health-degraded or on-sync-failed.",
                ],
            ],
            [
                "of deployments alone",
                {
                    "api-prod:metadata/annotations": {
                        "notifications.argoproj.io/subscribe.on-deployed.ops": "",
                    },
                },
                [
                    "api-prod: nobody is notified when it fails; subscribe a channel to on-health-degraded or on-sync-failed.",
                ],
            ],
        ],
    },
    {
        rule: "argocd-notifications-encrypted",
        good: [
            object("core/v1:ConfigMap", "argocd-notifications-cm", {
                data: { "service.webhook.relay": "url: http://relay.argocd.svc:80/send\n" },
            }),
        ],
        bad: [
            [
                "http to elsewhere",
                {
                    "argocd-notifications-cm:data/service.webhook.relay":
                        "url: http://chat.example.com/send\n",
                },
                [
                    "argocd-notifications-cm: service.webhook.relay sends to an http address; use https, or name the host in plainHttpHosts.",
                ],
            ],
        ],
    },
    {
        rule: "flux-provider-no-secret",
        good: [
            object("notification.toolkit.fluxcd.io/v1beta3:Provider", "chat", {
                spec: { type: "gitlab", address: "https://gitlab.example.com/acme/web" },
            }),
        ],
        bad: [
            [
                "a URL with a password",
                { "chat:spec/address": "https://bot:word@chat.example.com/hook" },
                ["chat: spec.address looks like a URL with a password; use spec.secretRef."],
            ],
        ],
    },
    {
        rule: "notifications-encrypted",
        good: [gitlab("IntegrationSlack", "slack", { webhook: "https://chat.example.com/hook" })],
        bad: [
            [
                "http",
                { "slack:webhook": "http://chat.example.com/hook" },
                ["slack: webhook is http; use https, or name the host in plainHttpHosts."],
            ],
        ],
    },
    {
        rule: "notifications-webhook-on",
        good: [harborHook],
        bad: [
            [
                "off",
                { "webhook:enabled": false },
                ["webhook: enabled is false; leave it out, or take the webhook away."],
            ],
        ],
    },
    // Credentials
    {
        rule: "harbor-robot-expires",
        good: [robot],
        bad: [
            [
                "never",
                { "pull:duration": -1 },
                ["pull: duration is -1, which is never; set it to at most 365 days."],
            ],
            [
                "left to the provider's default",
                { "pull:duration": gone },
                ["pull: duration is absent, which is never; set it to at most 365 days."],
            ],
            ["too late", { "pull:duration": 400 }, ["pull: duration is 400 days; set it to at most 365."]],
        ],
    },
    {
        rule: "gitlab-token-expires",
        good: [accessToken],
        bad: [
            [
                "never",
                { "writer:expiresAt": gone },
                ["writer: neither expiresAt nor rotationConfiguration is set; set one."],
            ],
            [
                "renewed too late",
                { "writer:expiresAt": gone, "writer:rotationConfiguration": { expirationDays: 400 } },
                ["writer: rotationConfiguration.expirationDays is 400; set it to at most 365."],
            ],
        ],
    },
    {
        rule: "credentials-not-about-to-end",
        good: [
            gitlab("ProjectDeployToken", "reader", { project: "7", scopes: ["read_repository"], ...ends }),
        ],
        bad: [
            [
                "in a few days",
                { "reader:expiresAt": "2027-01-20T00:00:00.000Z" },
                ["reader: it ends on 2027-01-20, in 5 days; move expiresAt."],
            ],
            [
                "past",
                { "reader:expiresAt": "2027-01-10" },
                ["reader: it ended on 2027-01-10; move expiresAt."],
            ],
        ],
    },
    {
        rule: "gitlab-token-scopes",
        good: [{ ...accessToken, props: { ...accessToken.props, scopes: ["api"] } }],
        bad: [
            [
                "everything a maintainer can do",
                { "writer:accessLevel": "maintainer" },
                [
                    "writer: scopes have api; give the scopes that are needed, such as write_repository, or a lower role.",
                ],
            ],
            [
                "everything its user can do, who has no role here",
                { "writer:accessLevel": gone },
                [
                    "writer: scopes have api; give the scopes that are needed, such as write_repository, or a lower role.",
                ],
            ],
            [
                "the server",
                { "writer:scopes/0": "sudo" },
                [
                    "writer: scopes have sudo; give the scopes that are needed, such as write_repository, or a lower role.",
                ],
            ],
        ],
    },
    {
        rule: "gitlab-token-role",
        good: [accessToken],
        bad: [
            [
                "owner",
                { "writer:accessLevel": "owner" },
                ["writer: accessLevel is owner; set it to developer, or to what the work needs."],
            ],
        ],
    },
    {
        rule: "gitlab-deploy-key-reads",
        good: [gitlab("DeployKey", "key", { project: "7", canPush: false })],
        bad: [
            [
                "pushes",
                { "key:canPush": true },
                ["key: canPush is true; push with an access token that ends."],
            ],
        ],
    },
    {
        rule: "credentials-provider-verified",
        good: [
            a("pulumi:providers:harbor", "harbor", { url: "https://harbor.example.com", insecure: "false" }),
        ],
        bad: [
            [
                "not verified",
                { "harbor:insecure": "true" },
                ["harbor: insecure is true; leave it out, and name the CA instead."],
            ],
            [
                "http",
                { "harbor:url": "http://harbor.example.com" },
                ["harbor: url is http; use https, or name the host in plainHttpHosts."],
            ],
        ],
    },
    // Whole stack
    {
        rule: "harbor-one-writer-of-production",
        good: ["one", "two"].map((name, index) =>
            harbor("RobotAccount", name, {
                ...robot.props,
                secret: name,
                permissions: [
                    {
                        kind: "project",
                        namespace: "web-prod",
                        accesses: [{ action: index === 0 ? "push" : "pull", resource: "repository" }],
                    },
                ],
            }),
        ),
        bad: [
            [
                "two",
                { "two:permissions/0/accesses/0/action": "push" },
                ["two: one changes web-prod too; leave one of them."],
            ],
        ],
    },
    {
        rule: "credentials-used-once",
        good: [
            hook,
            gitlab("ProjectHook", "other", { ...hook.props, project: "8" }),
            // The same receiver, under another path.
            gitlab("ProjectHook", "third", {
                ...hook.props,
                project: "9",
                url: `${String(hook.props["url"])}/another`,
            }),
            robot,
            harbor("RobotAccount", "pull2", { ...robot.props, secret: "another" }),
            variable,
        ],
        bad: [
            [
                "a hook's, at another receiver",
                { "other:url": "https://ci.example.com/hook" },
                ["other: its secret is the one of hook; give it one of its own."],
            ],
            [
                "a robot's",
                { "pull2:secret": "fake" },
                ["pull2: its secret is the one of pull; give it one of its own."],
            ],
        ],
    },
    {
        rule: "stack-source-has-hook",
        good: [project, hook, application],
        bad: [
            [
                "none",
                { hook: gone },
                ["web: it is delivered from and has no hook; add a ProjectHook to the engine's receiver."],
            ],
            [
                "another project's",
                { "hook:project": "8" },
                ["web: it is delivered from and has no hook; add a ProjectHook to the engine's receiver."],
            ],
        ],
    },
    {
        rule: "stack-production-protected",
        good: harborProject,
        bad: [
            [
                "not protected",
                { "images:": false },
                ["images: project web-prod is not protected; set the option protect."],
            ],
        ],
    },
];
