/**
 * What drift says of GitLab, over facts as GitLab gives them: a quiet inventory gives nothing, and each edit by hand gives
 * exactly one finding, in its list, with its risk. That the facts are read rightly is test/e2e/drift.test.ts.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { declaredIn } from "../../../commands/drift/declared";
import type { Finding } from "../../../commands/drift/finding";
import { gitlabDrift } from "../../../commands/drift/gitlab/compare";
import { grantText, opens } from "../../../commands/drift/gitlab/grants";
import { blobId, decidesPipelines } from "../../../commands/drift/gitlab/content";
import type { GitLabInventory } from "../../../commands/drift/gitlab/inventory";
import { covers } from "../../../estate/wildcard";
import { namedIds } from "../../../commands/support/gitlabIds";
import { json, markdown, terminalText } from "../../../commands/drift/report";

const marker = "s3cr3t-Marker-4711";

const secretValue = (value: unknown): unknown => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
});

let number = 0;
const resource = (type: string, name: string, id: string, inputs: object, outputs: object = {}): object => ({
    urn: `urn:pulumi:dev::gitops-estate::${type}::${name}`,
    type,
    id,
    provider: `urn:pulumi:dev::gitops-estate::pulumi:providers:gitlab::gitlab::${++number}`,
    inputs,
    outputs: { ...inputs, ...outputs },
});

const declared = declaredIn({
    deployment: {
        resources: [
            resource(
                "gitlab:index/group:Group",
                "team-shop-group",
                "7",
                { path: "shop", requestAccessEnabled: false, visibilityLevel: "private" },
                {
                    fullPath: "acme/shop",
                    defaultBranchProtection: 2,
                    ipRestrictionRanges: ["10.0.0.0/8", "192.0.2.0/24"],
                },
            ),
            resource("gitlab:index/groupMembership:GroupMembership", "team-shop-member-alice", "7:21", {
                groupId: 7,
                userId: 21,
                accessLevel: "maintainer",
            }),
            resource(
                "gitlab:index/project:Project",
                "config-web-project",
                "11",
                {
                    path: "web-config",
                    defaultBranch: "dev",
                    publicJobs: false,
                    squashOption: "never",
                    onlyAllowMergeIfPipelineSucceeds: true,
                    forkingAccessLevel: "disabled",
                    initializeWithReadme: true,
                },
                {
                    pathWithNamespace: "acme/shop/web-config",
                    ciSeparatedCaches: true,
                    mergePipelinesEnabled: true,
                },
            ),
            ...["dev", "test", "prod"].map((branch) =>
                resource(
                    "gitlab:index/branchProtection:BranchProtection",
                    `protection-${branch}`,
                    `11:${branch}`,
                    {
                        project: "11",
                        branch,
                        allowForcePush: false,
                        pushAccessLevel: branch === "prod" ? "no one" : "developer",
                        mergeAccessLevel: branch === "prod" ? "maintainer" : "developer",
                    },
                ),
            ),
            resource("gitlab:index/tagProtection:TagProtection", "tags", "11:v*", {
                project: "11",
                tag: "v*",
                createAccessLevel: "maintainer",
            }),
            resource(
                "gitlab:index/projectHook:ProjectHook",
                "config-web-hook",
                "11:5",
                {
                    project: "11",
                    name: "argocd",
                    url: "https://argocd.example.com/api/webhook",
                    token: secretValue(marker),
                    pushEvents: true,
                    tagPushEvents: false,
                    enableSslVerification: true,
                },
                { hookId: 5 },
            ),
            resource("gitlab:index/projectVariable:ProjectVariable", "password", "11:PASSWORD:*", {
                project: "11",
                key: "PASSWORD",
                value: secretValue(marker),
                environmentScope: "*",
                protected: true,
                masked: true,
                raw: true,
                variableType: "env_var",
            }),
            resource("gitlab:index/projectDeployToken:ProjectDeployToken", "reader", "11:31", {
                project: "11",
                name: "argocd-g1",
                scopes: ["read_repository"],
            }),
            resource(
                "gitlab:index/projectAccessToken:ProjectAccessToken",
                "writer",
                "11:40",
                {
                    project: "11",
                    name: "config-writer-g1",
                    scopes: ["write_repository"],
                    accessLevel: "developer",
                },
                // Rotated once: the resource keeps the id it began with.
                { id: "11:41", expiresAt: "2027-01-01" },
            ),
            resource("gitlab:index/projectEnvironment:ProjectEnvironment", "environment", "11:50", {
                project: "11",
                name: "prod",
                tier: "production",
            }),
            resource("gitlab:index/projectApprovalRule:ProjectApprovalRule", "approval", "11:60", {
                project: "11",
                name: "prod",
                approvalsRequired: 2,
                userIds: [21],
            }),
            resource("gitlab:index/pipelineTrigger:PipelineTrigger", "starter", "11:70", {
                project: "11",
                description: "starter",
            }),
            resource("gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals", "approvals", "11", {
                project: "11",
                resetApprovalsOnPush: true,
                mergeRequestsAuthorApproval: false,
            }),
            resource("gitlab:index/projectPushRules:ProjectPushRules", "rules", "11", {
                project: "11",
                preventSecrets: true,
                denyDeleteTag: true,
                branchNameRegex: "^change/",
                maxFileSize: 10,
            }),
            resource(
                "gitlab:index/projectProtectedEnvironment:ProjectProtectedEnvironment",
                "environment-protection",
                "11:prod",
                {
                    project: "11",
                    environment: "prod",
                    deployAccessLevelsAttributes: [{ accessLevel: "maintainer" }],
                },
            ),
        ],
    },
} as never);

/** A copy that may be changed. */
type Loose = Record<string, unknown>;
interface LooseInventory {
    self: number;
    groups: Record<string, Loose & Loose[]>[];
    projects: Record<string, Loose & Loose[]>[];
}

function quiet(): LooseInventory {
    const level = (access_level: number): object[] => [{ access_level }];
    const inventory = {
        self: 1,
        groups: [
            {
                id: "7",
                path: "acme/shop",
                body: {
                    full_path: "acme/shop",
                    request_access_enabled: false,
                    visibility: "private",
                    default_branch_protection: 2,
                    ip_restriction_ranges: "10.0.0.0/8,192.0.2.0/24",
                    shared_with_groups: [],
                },
                invitations: [],
                members: [
                    { id: 1, username: "root", access_level: 50 },
                    { id: 21, username: "alice", access_level: 40, expires_at: null },
                ],
                accessTokens: [],
                deployTokens: [],
                variables: [],
                runners: [],
                integrations: [],
                hooks: [],
                samlLinks: [],
                ldapLinks: [],
            },
        ],
        projects: [
            {
                id: "11",
                path: "acme/shop/web-config",
                body: {
                    path_with_namespace: "acme/shop/web-config",
                    default_branch: "dev",
                    public_jobs: false,
                    squash_option: "never",
                    only_allow_merge_if_pipeline_succeeds: true,
                    forking_access_level: "disabled",
                    ci_config_path: null,
                    ci_separated_caches: true,
                    merge_pipelines_enabled: true,
                    shared_with_groups: [],
                },
                members: [
                    {
                        id: 90,
                        username: "project_11_bot_abc",
                        access_level: 30,
                        created_by: { username: "mallory" },
                    },
                ],
                invitations: [],
                agents: [],
                hooks: [
                    {
                        id: 5,
                        url: "https://argocd.example.com/api/webhook",
                        push_events: true,
                        tag_push_events: false,
                        issues_events: false,
                        enable_ssl_verification: true,
                        token_present: true,
                    },
                ],
                variables: [
                    {
                        key: "PASSWORD",
                        value: marker,
                        environment_scope: "*",
                        protected: true,
                        masked: true,
                        hidden: false,
                        raw: true,
                        variable_type: "env_var",
                    },
                ],
                protectedBranches: ["dev", "test", "prod"].map((name) => ({
                    name,
                    allow_force_push: false,
                    push_access_levels: level(name === "prod" ? 0 : 30),
                    merge_access_levels: level(name === "prod" ? 40 : 30),
                    unprotect_access_levels: level(40),
                })),
                protectedTags: [{ name: "v*", create_access_levels: level(40) }],
                deployTokens: [{ id: 31, name: "argocd-g1", scopes: ["read_repository"], revoked: false }],
                accessTokens: [
                    {
                        id: 41,
                        name: "config-writer-g1",
                        user_id: 90,
                        scopes: ["write_repository"],
                        access_level: 30,
                    },
                ],
                deployKeys: [],
                triggers: [{ id: 70, description: "starter" }],
                schedules: [],
                mirrors: [],
                runners: [{ id: 1, runner_type: "instance_type" }],
                integrations: [{ slug: "prometheus", active: true, inherited: true }],
                jobTokenScope: { inbound_enabled: true },
                jobTokenProjects: [{ id: 11, path_with_namespace: "acme/shop/web-config" }],
                jobTokenGroups: [],
                environments: [
                    { id: 50, name: "prod", tier: "production" },
                    { id: 51, name: "review/7", tier: "development" },
                ],
                goneBranches: [],
                files: [],
                approvalRules: [{ id: 60, name: "prod", approvals_required: 2, users: [{ id: 21 }] }],
                approvals: { reset_approvals_on_push: true, merge_requests_author_approval: false },
                pushRules: {
                    prevent_secrets: true,
                    deny_delete_tag: true,
                    branch_name_regex: "^change/",
                    max_file_size: 10,
                },
                protectedEnvironments: [{ name: "prod", deploy_access_levels: level(40) }],
            },
        ],
    };
    return structuredClone(inventory) as unknown as LooseInventory;
}

function drift(inventory: LooseInventory, today = "2026-12-01"): Finding[] {
    return gitlabDrift(declared, inventory as unknown as GitLabInventory, {
        url: "https://gitlab.example.com",
        mend: "npm run up -- --stack dev --refresh",
        today,
        teams: { "acme/shop": "shop" },
    });
}

type Project = Record<string, Loose & Loose[]>;

function without(key: string, name: string, value: unknown): (project: Project) => void {
    return (project) => {
        project[key] = (project[key] ?? []).filter((each) => each[name] !== value) as never;
    };
}

function set(key: string, values: object): (project: Project) => void {
    return (project) => void Object.assign(project[key] ?? {}, values);
}

function setIn(key: string, index: number, values: object): (project: Project) => void {
    return (project) => void Object.assign(project[key]?.[index] ?? {}, values);
}

function add(key: string, value: object): (project: Project) => void {
    return (project) => void project[key]?.push(value as Loose & Loose[]);
}

const levels = (access_level: number): object[] => [{ access_level }];

/** Title, what somebody does in the config repository, and `list noun risk`. */
const inProject: readonly (readonly [string, (project: Project) => void, string])[] = [
    [
        "a branch is unprotected",
        without("protectedBranches", "name", "prod"),
        "missing protectedBranch access",
    ],
    [
        "force push",
        setIn("protectedBranches", 1, { allow_force_push: true }),
        "changed protectedBranch access",
    ],
    [
        "somebody may push to prod",
        setIn("protectedBranches", 2, {
            push_access_levels: [...levels(0), { access_level: 40, user_id: 66 }],
        }),
        "changed protectedBranch access",
    ],
    ["tag protection removed", without("protectedTags", "name", "v*"), "missing protectedTag access"],
    [
        "developers make tags",
        setIn("protectedTags", 0, { create_access_levels: levels(30) }),
        "changed protectedTag access",
    ],
    ["default branch", set("body", { default_branch: "main" }), "changed project access"],
    ["hook deleted", without("hooks", "id", 5), "missing hook delivery"],
    ["hook without pushes", setIn("hooks", 0, { push_events: false }), "changed hook delivery"],
    ["hook elsewhere", setIn("hooks", 0, { url: "https://else.example.com/x" }), "changed hook delivery"],
    ["hook with further events", setIn("hooks", 0, { issues_events: true }), "changed hook delivery"],
    ["hook without token", setIn("hooks", 0, { token_present: false }), "changed hook delivery"],
    ["a variable's value", setIn("variables", 0, { value: "other" }), "changed variable secret"],
    ["a variable for every branch", setIn("variables", 0, { protected: false }), "changed variable secret"],
    ["a variable in logs", setIn("variables", 0, { masked: false }), "changed variable secret"],
    ["variable deleted", without("variables", "key", "PASSWORD"), "missing variable secret"],
    ["squash", set("body", { squash_option: "always" }), "changed project review"],
    [
        "merges without a green pipeline",
        set("body", { only_allow_merge_if_pipeline_succeeds: false }),
        "changed project review",
    ],
    ["forks", set("body", { forking_access_level: "enabled" }), "changed project review"],
    ["another pipeline file", set("body", { ci_config_path: "evil.yml" }), "changed project review"],
    ["public pipelines", set("body", { public_jobs: true }), "changed project review"],
    ["deploy token revoked", without("deployTokens", "id", 31), "missing deployToken delivery"],
    [
        "access token revoked",
        setIn("accessTokens", 0, { active: false, revoked: true }),
        "missing accessToken delivery",
    ],
    ["environment deleted", without("environments", "name", "prod"), "missing environment delivery"],
    [
        "a maintainer of the one project",
        add("members", { id: 22, username: "bob", access_level: 40 }),
        "undeclared member access",
    ],
    [
        "somebody is invited by mail",
        add("invitations", { invite_email: "x@example.com", access_level: 40 }),
        "undeclared invitation access",
    ],
    ["an agent for Kubernetes", add("agents", { id: 1, name: "member1" }), "undeclared agent access"],
    [
        "a protection of the outermost group, that opens prod",
        add("protectedBranches", {
            name: "prod",
            inherited: true,
            push_access_levels: levels(30),
            merge_access_levels: levels(30),
        }),
        "undeclared protectedBranch access",
    ],
    [
        "a bot of another project",
        add("members", { id: 95, username: "project_12_bot_abc", access_level: 40 }),
        "undeclared member access",
    ],
    [
        "a person who is called as a bot of the project",
        add("members", { id: 96, username: "project_11_bot_x", access_level: 40 }),
        "undeclared member access",
    ],
    [
        "a pattern that opens prod",
        add("protectedBranches", {
            name: "pro*",
            push_access_levels: levels(30),
            merge_access_levels: levels(30),
        }),
        "undeclared protectedBranch access",
    ],
    [
        "a protected branch that gets the credentials",
        add("protectedBranches", {
            name: "evil",
            push_access_levels: levels(30),
            merge_access_levels: levels(30),
        }),
        "undeclared protectedBranch secret",
    ],
    [
        "a pattern for tags",
        add("protectedTags", { name: "v1*", create_access_levels: levels(30) }),
        "undeclared protectedTag access",
    ],
    [
        "a deploy token",
        add("deployTokens", { id: 32, name: "x", scopes: ["read_repository"] }),
        "undeclared deployToken access",
    ],
    [
        "an access token",
        add("accessTokens", { id: 42, name: "x", user_id: 91, scopes: ["api"], access_level: 40 }),
        "undeclared accessToken access",
    ],
    ["a deploy key", add("deployKeys", { id: 3, title: "x", can_push: true }), "undeclared deployKey access"],
    ["a hook", add("hooks", { id: 6, url: "https://x.example.com/?k=1" }), "undeclared hook access"],
    [
        "a variable",
        add("variables", { key: "NODE_OPTIONS", value: "x", environment_scope: "*" }),
        "undeclared variable delivery",
    ],
    [
        "a variable in place of a declared one",
        add("variables", { key: "PASSWORD", value: "x", environment_scope: "prod" }),
        "undeclared variable secret",
    ],
    ["a trigger", add("triggers", { id: 1, description: "x" }), "undeclared trigger delivery"],
    ["a schedule", add("schedules", { id: 1, description: "x", ref: "dev" }), "undeclared schedule delivery"],
    [
        "pushes are sent on",
        add("mirrors", { id: 1, url: "https://x.example.com/y.git" }),
        "undeclared mirror access",
    ],
    [
        "content comes from elsewhere",
        set("body", { mirror: true, import_url: "https://x" }),
        "undeclared mirror delivery",
    ],
    ["a runner", add("runners", { id: 2, runner_type: "project_type" }), "undeclared runner secret"],
    [
        "an integration",
        add("integrations", { slug: "jenkins", active: true }),
        "undeclared integration delivery",
    ],
    [
        "job tokens of all projects",
        set("jobTokenScope", { inbound_enabled: false }),
        "changed jobTokens access",
    ],
    [
        "job tokens of another project",
        add("jobTokenProjects", { id: 12, path_with_namespace: "x/y" }),
        "undeclared jobTokens access",
    ],
    [
        "job tokens of a group",
        add("jobTokenGroups", { id: 12, web_url: "https://gitlab.example.com/groups/x" }),
        "undeclared jobTokens access",
    ],
    [
        "an invited group",
        (project) =>
            set("body", {
                shared_with_groups: [{ group_id: 9, group_full_path: "x", group_access_level: 40 }],
            })(project),
        "undeclared sharedGroup access",
    ],
    [
        "a pipeline file that checks nothing",
        add("files", { branch: "dev", path: ".gitlab-ci.yml", gone: false, commit: "abc", author: "bob" }),
        "changed file review",
    ],
    [
        "a pipeline script that is gone",
        add("files", { branch: "dev", path: "ci/promote.sh", gone: true }),
        "missing file review",
    ],
    [
        "a branch deleted",
        (project) => (project["goneBranches"] = ["test"] as never),
        "missing branch delivery",
    ],
    ["approval rule removed", without("approvalRules", "name", "prod"), "missing approvalRule review"],
    ["fewer approvals", setIn("approvalRules", 0, { approvals_required: 0 }), "changed approvalRule review"],
    [
        "approvals survive a push",
        set("approvals", { reset_approvals_on_push: false }),
        "changed approvals review",
    ],
    [
        "a pattern of push rules is gone",
        set("pushRules", { branch_name_regex: null }),
        "changed pushRules review",
    ],
    ["files of any size", set("pushRules", { max_file_size: 0 }), "changed pushRules review"],
    [
        "a group may approve too",
        setIn("approvalRules", 0, { groups: [{ id: 9 }] }),
        "changed approvalRule review",
    ],
    ["a declared trigger is gone", without("triggers", "id", 70), "missing trigger delivery"],
    [
        "one cache for protected branches and others",
        set("body", { ci_separated_caches: false }),
        "changed project secret",
    ],
    [
        "what is merged was not built together",
        set("body", { merge_pipelines_enabled: false }),
        "changed project review",
    ],
    ["push rules removed", (project) => (project["pushRules"] = null as never), "missing pushRules review"],
    [
        "protected environment opened",
        setIn("protectedEnvironments", 0, { deploy_access_levels: levels(30) }),
        "changed protectedEnvironment review",
    ],
    ["project deleted", (project) => (project["body"] = null as never), "missing project delivery"],
];

const inGroup: typeof inProject = [
    ["promoted", setIn("members", 1, { access_level: 50 }), "changed member access"],
    ["membership with an end", setIn("members", 1, { expires_at: "2027-01-01" }), "changed member access"],
    ["member removed", without("members", "id", 21), "missing member access"],
    [
        "a custom role, with rights of its own",
        setIn("members", 1, { member_role: { id: 3, name: "Merges past checks" } }),
        "changed member access",
    ],
    [
        "somebody is invited by mail",
        add("invitations", { invite_email: "x@example.com", access_level: 30 }),
        "undeclared invitation access",
    ],
    [
        "a further owner",
        add("members", { id: 22, username: "bob", access_level: 50 }),
        "undeclared member access",
    ],
    [
        "a group access token",
        add("accessTokens", { id: 1, name: "x", scopes: ["api"], access_level: 50 }),
        "undeclared accessToken access",
    ],
    [
        "a group deploy token",
        add("deployTokens", { id: 1, name: "x", scopes: ["read_repository"] }),
        "undeclared deployToken access",
    ],
    [
        "an invited group",
        set("body", { shared_with_groups: [{ group_id: 9, group_full_path: "x", group_access_level: 30 }] }),
        "undeclared sharedGroup access",
    ],
    [
        "a group of the sign-in's directory",
        add("samlLinks", { name: "all staff", access_level: 40 }),
        "undeclared samlLink access",
    ],
    [
        "a group of LDAP",
        add("ldapLinks", { cn: "staff", group_access: 40, provider: "ldapmain" }),
        "undeclared ldapLink access",
    ],
    ["a variable", add("variables", { key: "X", value: "x" }), "undeclared variable delivery"],
    ["a hook", add("hooks", { id: 6, url: "https://x.example.com" }), "undeclared hook access"],
    ["a runner", add("runners", { id: 2, runner_type: "group_type" }), "undeclared runner secret"],
    ["an integration", add("integrations", { slug: "x", active: true }), "undeclared integration delivery"],
    ["weaker default protection", set("body", { default_branch_protection: 0 }), "changed group review"],
    [
        "the group is open to any address",
        set("body", { ip_restriction_ranges: "10.0.0.0/8,0.0.0.0/0" }),
        "changed group access",
    ],
    ["people may ask to join", set("body", { request_access_enabled: true }), "changed group access"],
];

describe("drift in GitLab", () => {
    test("a protection that projects inherit is taken away where it is, and a custom role by the call for it", () => {
        const inherited = quiet();
        inherited.projects[0]?.["protectedBranches"]?.push({
            name: "prod",
            inherited: true,
            push_access_levels: levels(30),
            merge_access_levels: levels(30),
        });
        assert.match(
            drift(inherited)[0]?.mend ?? "",
            /DELETE .*'?https:\/\/gitlab\.example\.com\/api\/v4\/groups\/acme\/protected_branches\/prod'?$/,
        );
        const custom = quiet();
        Object.assign(custom.groups[0]?.["members"]?.[1] ?? {}, { member_role: { id: 3, name: "x" } });
        assert.match(
            drift(custom)[0]?.mend ?? "",
            /PUT .*members\/21\?access_level=40&expires_at=&member_role_id=/,
        );
    });

    test("a quiet estate gives nothing", () => {
        assert.deepEqual(drift(quiet()), []);
    });

    for (const [place, cases] of [
        ["projects", inProject],
        ["groups", inGroup],
    ] as const) {
        for (const [title, edit, expected] of cases) {
            test(`${place}: ${title}`, () => {
                const inventory = quiet();
                edit(inventory[place][0] as Project);
                const found = drift(inventory);
                assert.deepEqual(
                    found.map(({ list, noun, risk }) => `${list} ${noun} ${risk}`),
                    [expected],
                );
                for (const text of [
                    terminalText(
                        { stack: "dev", findings: found, unread: [], compared: 1, accepted: [], unused: [] },
                        "en",
                    ),
                    markdown(
                        { stack: "dev", findings: found, unread: [], compared: 1, accepted: [], unused: [] },
                        "zh",
                    ),
                    json(
                        { stack: "dev", findings: found, unread: [], compared: 1, accepted: [], unused: [] },
                        "en",
                    ),
                ]) {
                    assert.ok(!text.includes(marker), "no secret is shown");
                }
            });
        }
    }

    test("what has ended by itself is not missing, and what cannot be read is not judged", () => {
        const inventory = quiet();
        setIn("accessTokens", 0, { active: false })(inventory.projects[0] as Project);
        assert.deepEqual(drift(inventory, "2027-01-01"), []);
        const unread = quiet();
        for (const key of ["members", "hooks", "variables", "protectedBranches", "deployTokens"]) {
            (unread.projects[0] as Project)[key] = undefined as never;
        }
        assert.deepEqual(drift(unread), []);
    });

    test("users of tokens are no drift, also of those that are over; without the tokens nobody of that name is judged", () => {
        const inventory = quiet();
        const project = inventory.projects[0] as Project;
        add("members", { id: 97, username: "project_11_bot_old", access_level: 40 })(project);
        add("accessTokens", { id: 39, name: "old", user_id: 97, active: false, scopes: ["api"] })(project);
        assert.deepEqual(drift(inventory), []);
        project["accessTokens"] = undefined as never;
        assert.deepEqual(drift(inventory), []);
        add("members", { id: 22, username: "bob", access_level: 40 })(project);
        assert.equal(drift(inventory).length, 1);
    });

    test("where GitLab does not say who asks, no member is called undeclared", () => {
        const inventory = { ...quiet(), self: undefined as never };
        assert.deepEqual(drift(inventory), []);
        setIn("members", 1, { access_level: 50 })(inventory.groups[0] as Project);
        assert.equal(drift(inventory).length, 1, "declared ones are compared");
    });

    test("who made it is said where GitLab says it", () => {
        const inventory = quiet();
        add("accessTokens", {
            id: 42,
            name: "x",
            user_id: 90,
            scopes: ["api"],
            access_level: 40,
            created_at: "2026-11-01T00:00:00Z",
        })(inventory.projects[0] as Project);
        const [found] = drift(inventory);
        assert.equal(found?.who, "mallory");
        assert.equal(found.when, "2026-11-01T00:00:00Z");
        assert.match(found.mend, /--request DELETE .*\/api\/v4\/projects\/11\/access_tokens\/42'?$/);
    });

    test("what the program leaves to the server is put back by a call, as an update leaves it", () => {
        const inventory = quiet();
        set("body", { default_branch_protection: 0 })(inventory.groups[0] as Project);
        setIn("members", 1, { expires_at: "2099-01-01" })(inventory.groups[0] as Project);
        const mends = drift(inventory).map(({ mend }) => mend);
        assert.match(mends[0] ?? "", /--request PUT .*\/groups\/7\?default_branch_protection=2'?$/);
        assert.match(
            mends[1] ?? "",
            /--request PUT .*\/groups\/7\/members\/21\?access_level=40&expires_at='?$/,
        );
        set("body", { request_access_enabled: true })(inventory.groups[0] as Project);
        assert.match(drift(inventory)[0]?.mend ?? "", /^curl .* && npm run up -- --stack dev --refresh$/);
    });

    test("a person of a team can be adopted", () => {
        const inventory = quiet();
        add("members", { id: 22, username: "bob", access_level: 30 })(inventory.groups[0] as Project);
        assert.equal(drift(inventory)[0]?.adopt, "teams.shop.developers: bob");
    });
});

describe("GitLab's protections", () => {
    test("patterns", () => {
        assert.ok(covers("pro*", "prod") && covers("*", "a/b") && covers("v*", "v1.0"));
        assert.ok(!covers("pro", "prod") && !covers("p.o*", "prod") && !covers("*x", "prod"));
    });

    test("users, groups and keys come before the role that GitLab shows beside them", () => {
        assert.deepEqual(
            grantText(
                [
                    { access_level: 40, user_id: 3 },
                    { access_level: 40, user_id: 4 },
                    { access_level: 0 },
                    { access_level: 40, deploy_key_id: 9 },
                ],
                namedIds([{ kind: "user", id: 4, name: "writer-g1", noun: "accessToken" }]),
            ),
            ["access token writer-g1", "deploy key 9", "no one", "user 3"],
        );
    });

    test("say who gets access by name, and by number only whom the server names nowhere", () => {
        const inventory = quiet();
        const [project] = inventory.projects;
        assert.ok(project !== undefined);
        setIn("protectedBranches", 2, {
            push_access_levels: [90, 91].map((user_id) => ({ access_level: 40, user_id })),
            merge_access_levels: [{ group_id: 7 }, { deploy_key_id: 5 }, { user_id: 66 }],
        })(project);
        add("deployKeys", { id: 5, title: "mirror", can_push: true })(project);
        // Another one called as the declared one is told apart from it.
        add("accessTokens", { id: 42, name: "config-writer-g1", user_id: 91 })(project);
        setIn("approvalRules", 0, { users: [{ id: 90 }], protected_branches: [{ id: 13 }] })(project);
        setIn("protectedBranches", 2, { id: 13 })(project);
        const told = drift(inventory).flatMap(({ noun, differences }) =>
            ["protectedBranch", "approvalRule"].includes(noun)
                ? differences.map(({ property, made = "", found }) => `${property}: ${made} -> ${found}`)
                : [],
        );
        assert.deepEqual(told.sort(), [
            "merge: maintainer -> deploy key mirror, group acme/shop, user 66",
            "protectedBranches:  -> prod",
            "push: no one -> access token config-writer-g1 (90), access token config-writer-g1 (91)",
            "users: user alice -> access token config-writer-g1 (90)",
        ]);
    });

    test("what opens a branch further", () => {
        assert.ok(opens(["maintainer"], ["developer"]) && opens(["no one"], ["maintainer"]));
        assert.ok(opens(["no one"], ["user maintainer"]) && opens(["developer"], ["deploy key 3"]));
        assert.ok(!opens(["developer"], ["maintainer"]) && !opens(["developer"], ["no one"]));
    });

    test("git's name of a content", () => {
        assert.equal(blobId("hello\n", 40), "ce013625030ba8dba906f756967f9e9ca394464a");
        assert.ok(decidesPipelines(".gitlab-ci.yml") && decidesPipelines("ci/promote.sh"));
        assert.ok(!decidesPipelines("chart/values.yaml"));
    });
});
