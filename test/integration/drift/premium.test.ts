/**
 * What a licence adds, read from the stand-in: an estate that is as it was made has no drift, and each edit by hand is one
 * finding. The state is written here as the program declares it; that an `up` leaves it so is not proved.
 */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { declaredIn, type Declared } from "../../../commands/drift/declared";
import type { Finding } from "../../../commands/drift/finding";
import { gitlabDrift } from "../../../commands/drift/gitlab/compare";
import { gitlabInventory } from "../../../commands/drift/gitlab/inventory";
import { Reader } from "../../../commands/drift/reader";
import { whatDiffers } from "../../../commands/drift/report";
import type { Ask } from "../../../commands/doctor/http";
import { Sandbox } from "../../../sandbox/test/gitlab/harness";

type Body = Record<string, unknown>;
type Call = (method: string, path: string, body?: object) => Promise<Body>;

/** A team's group with a config repository as the estate makes them with premium. */
interface Made {
    readonly call: Call;
    readonly group: string;
    readonly project: string;
    /** Numbers of people. */
    readonly people: Readonly<Record<"alice" | "bob" | "mallory", number>>;
    readonly rule: string;
    /** What is not as declared: list, noun, name, risk, and what differs. */
    readonly look: () => Promise<string[]>;
}

async function made(context: TestContext): Promise<Made> {
    const sandbox = await Sandbox.start(context, "premium");
    const root = sandbox.root();
    const call: Call = async (method, path, body) => {
        const answer = await root.call(method, path, body);
        assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
        return (answer.body ?? {}) as Body;
    };
    const post = (path: string, body: object): Promise<Body> => call("POST", path, body);
    const person = async (username: string): Promise<number> => {
        const user = {
            username,
            name: username,
            email: `${username}@example.com`,
            password: "S3cr3t-of-many-words",
        };
        return Number((await post("/users", { ...user, skip_confirmation: true }))["id"]);
    };
    const people = {
        alice: await person("alice"),
        bob: await person("bob"),
        mallory: await person("mallory"),
    };
    const group = await post("/groups", { name: "shop", path: "shop", visibility: "private" });
    const groupId = String(group["id"]);
    await post(`/groups/${groupId}/members`, { user_id: people.alice, access_level: 40 });
    await post(`/groups/${groupId}/members`, { user_id: people.bob, access_level: 30 });
    const repository = await post("/projects", {
        name: "web-config",
        path: "web-config",
        namespace_id: group["id"],
        initialize_with_readme: true,
        default_branch: "dev",
    });
    const project = String(repository["id"]);
    const of = `/projects/${project}`;
    await post(`${of}/repository/branches`, { branch: "prod", ref: "dev" });
    const protection = await post(`${of}/protected_branches`, {
        name: "prod",
        allowed_to_push: [{ access_level: 0 }],
        allowed_to_merge: [{ access_level: 40 }],
    });
    const rule = await post(`${of}/approval_rules`, {
        name: "prod",
        approvals_required: 1,
        rule_type: "regular",
        user_ids: [people.alice],
        protected_branch_ids: [protection["id"]],
    });
    await post(`${of}/approvals`, {
        reset_approvals_on_push: true,
        disable_overriding_approvers_per_merge_request: true,
        merge_requests_author_approval: false,
        merge_requests_disable_committers_approval: true,
    });
    await post(`${of}/push_rule`, { prevent_secrets: true, deny_delete_tag: true });
    const environment = await post(`${of}/environments`, { name: "prod", tier: "production" });
    await post(`${of}/protected_environments`, {
        name: "prod",
        deploy_access_levels: [{ access_level: 40 }],
        approval_rules: [{ access_level: 40, required_approvals: 1 }],
    });
    const declared = stateOf(
        ["group:Group", groupId, { path: "shop" }, { ...camel(group) }],
        member(groupId, people.alice, "maintainer"),
        member(groupId, people.bob, "developer"),
        ["project:Project", project, { path: "web-config", defaultBranch: "dev" }, camel(repository)],
        [
            "branchProtection:BranchProtection",
            `${project}:prod`,
            {
                project,
                branch: "prod",
                allowForcePush: false,
                allowedToPushes: [{ accessLevel: "no one" }],
                allowedToMerges: [{ accessLevel: "maintainer" }],
            },
            { branchProtectionId: protection["id"] },
        ],
        // GitLab protects the default branch by itself; the estate does with its own.
        [
            "branchProtection:BranchProtection",
            `${project}:dev`,
            { project, branch: "dev", pushAccessLevel: "maintainer", mergeAccessLevel: "maintainer" },
        ],
        [
            "projectApprovalRule:ProjectApprovalRule",
            `${project}:${String(rule["id"])}`,
            {
                project,
                name: "prod",
                approvalsRequired: 1,
                ruleType: "regular",
                userIds: [people.alice],
                protectedBranchIds: [protection["id"]],
            },
        ],
        [
            "projectLevelMrApprovals:ProjectLevelMrApprovals",
            project,
            {
                project,
                resetApprovalsOnPush: true,
                disableOverridingApproversPerMergeRequest: true,
                mergeRequestsAuthorApproval: false,
                mergeRequestsDisableCommittersApproval: true,
            },
        ],
        [
            "projectPushRules:ProjectPushRules",
            project,
            { project, preventSecrets: true, denyDeleteTag: true },
        ],
        [
            "projectEnvironment:ProjectEnvironment",
            `${project}:${String(environment["id"])}`,
            { project, name: "prod", tier: "production" },
        ],
        [
            "projectProtectedEnvironment:ProjectProtectedEnvironment",
            `${project}:prod`,
            {
                project,
                environment: "prod",
                deployAccessLevelsAttributes: [{ accessLevel: "maintainer" }],
                approvalRules: [{ accessLevel: "maintainer", requiredApprovals: 1 }],
            },
        ],
    );
    const ask: Ask = async (method, path, body) => {
        const answer = await root.call(method, path, body);
        return { status: answer.status, headers: Object.fromEntries(answer.headers), body: answer.body };
    };
    const look = async (): Promise<string[]> => {
        const reader = new Reader("GitLab", ask, []);
        const inventory = await gitlabInventory(reader, declared, "premium");
        assert.deepEqual(reader.unread, []);
        return gitlabDrift(declared, inventory, {
            url: sandbox.url,
            mend: "npm run up -- --stack dev --refresh",
            today: new Date().toISOString().slice(0, 10),
            teams: { shop: "shop" },
        }).map(told);
    };
    return { call, group: groupId, project, people, rule: String(rule["id"]), look };
}

const told = (finding: Finding): string =>
    `${finding.list} ${finding.noun} ${finding.name} (${finding.risk}): ${whatDiffers(finding, "en")}`;

type Resource = readonly [type: string, id: string, inputs: object, outputs?: object];

const member = (group: string, user: number, accessLevel: string): Resource => [
    "groupMembership:GroupMembership",
    `${group}:${user}`,
    { groupId: Number(group), userId: user, accessLevel },
];

function stateOf(...resources: readonly Resource[]): Declared[] {
    return declaredIn({
        deployment: {
            resources: resources.map(([type, id, inputs, outputs]) => ({
                urn: `urn:pulumi:dev::gitops-estate::gitlab:index/${type}::${id}`,
                type: `gitlab:index/${type}`,
                id,
                provider: "urn:pulumi:dev::gitops-estate::pulumi:providers:gitlab::gitlab::1",
                inputs: { ...inputs },
                outputs: { ...outputs, ...inputs },
            })),
        },
    });
}

/** What GitLab answers, by the provider's names; of what is called otherwise there, only what drift reads. */
function camel(body: Body): Body {
    const named = Object.entries(body).map(([key, value]): [string, unknown] => [
        key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
        value,
    ]);
    return { ...Object.fromEntries(named), visibilityLevel: body["visibility"] };
}

/** An edit by hand, what is said of it, and how it is taken back. */
type Edit = readonly [
    said: RegExp,
    edit: (made: Made) => Promise<unknown>,
    mend: (made: Made) => Promise<unknown>,
];

const protectedEnvironment =
    (deploy: number, approvals: number) =>
    (made: Made): Promise<unknown> =>
        made.call("DELETE", `/projects/${made.project}/protected_environments/prod`).then(() =>
            made.call("POST", `/projects/${made.project}/protected_environments`, {
                name: "prod",
                deploy_access_levels: [{ access_level: deploy }],
                ...(approvals === 0
                    ? {}
                    : { approval_rules: [{ access_level: 40, required_approvals: approvals }] }),
            }),
        );

const settings =
    (path: string, method: string, body: (made: Made) => object) =>
    (made: Made): Promise<unknown> =>
        made.call(
            method,
            path.replace("GROUP", made.group).replace("PROJECT", made.project).replace("RULE", made.rule),
            body(made),
        );

const rule = (approvals: number, who: readonly (keyof Made["people"])[]): Edit[1] =>
    settings("/projects/PROJECT/approval_rules/RULE", "PUT", ({ people }) => ({
        approvals_required: approvals,
        user_ids: who.map((name) => people[name]),
    }));

const toggled = (path: string, method: string, was: object, is: object): [Edit[1], Edit[2]] => [
    settings(path, method, () => is),
    settings(path, method, () => was),
];

const edits: Readonly<Record<string, Edit>> = {
    "a rule that wants fewer approvals": [
        /^changed approvalRule prod \(review\): approvalsRequired: 1 -> 0$/,
        rule(0, ["alice"]),
        rule(1, ["alice"]),
    ],
    "somebody else who approves": [
        /^changed approvalRule prod \(review\): users: user alice -> user alice, user bob$/,
        rule(1, ["alice", "bob"]),
        rule(1, ["alice"]),
    ],
    "approvals that stay after a push": [
        /^changed approvals shop\/web-config \(review\): resetApprovalsOnPush: true -> false$/,
        ...toggled(
            "/projects/PROJECT/approvals",
            "POST",
            { reset_approvals_on_push: true },
            { reset_approvals_on_push: false },
        ),
    ],
    "authors who approve their own": [
        /^changed approvals shop\/web-config \(review\): mergeRequestsAuthorApproval: false -> true$/,
        ...toggled(
            "/projects/PROJECT/approvals",
            "POST",
            { merge_requests_author_approval: false },
            { merge_requests_author_approval: true },
        ),
    ],
    "committers who approve": [
        /^changed approvals shop\/web-config \(review\): mergeRequestsDisableCommittersApproval: true -> false$/,
        ...toggled(
            "/projects/PROJECT/approvals",
            "POST",
            { merge_requests_disable_committers_approval: true },
            { merge_requests_disable_committers_approval: false },
        ),
    ],
    "push rules that let secrets in": [
        /^changed pushRules shop\/web-config \(review\): preventSecrets: true -> false$/,
        ...toggled(
            "/projects/PROJECT/push_rule",
            "PUT",
            { prevent_secrets: true },
            { prevent_secrets: false },
        ),
    ],
    "push rules that are gone": [
        /^missing pushRules shop\/web-config \(review\)/,
        settings("/projects/PROJECT/push_rule", "DELETE", () => ({})),
        settings("/projects/PROJECT/push_rule", "POST", () => ({
            prevent_secrets: true,
            deny_delete_tag: true,
        })),
    ],
    "developers who deploy": [
        /^changed protectedEnvironment prod \(review\): deploy: maintainer -> developer$/,
        protectedEnvironment(30, 1),
        protectedEnvironment(40, 1),
    ],
    "deployments that wait for nobody": [
        /^changed protectedEnvironment prod \(review\): approvals: 1 of maintainer -> ""$/,
        protectedEnvironment(40, 0),
        protectedEnvironment(40, 1),
    ],
    "an environment that is open": [
        /^missing protectedEnvironment prod \(review\)/,
        settings("/projects/PROJECT/protected_environments/prod", "DELETE", () => ({})),
        (made) =>
            made.call("POST", `/projects/${made.project}/protected_environments`, {
                name: "prod",
                deploy_access_levels: [{ access_level: 40 }],
                approval_rules: [{ access_level: 40, required_approvals: 1 }],
            }),
    ],
    "a lock of the group": [
        /^changed group shop \(access\): shareWithGroupLock: false -> true$/,
        ...toggled("/groups/GROUP", "PUT", { share_with_group_lock: false }, { share_with_group_lock: true }),
    ],
    "branches that developers may push to by default": [
        /^changed group shop \(review\): defaultBranchProtection: 2 -> 0$/,
        ...toggled(
            "/groups/GROUP",
            "PUT",
            { default_branch_protection: 2 },
            { default_branch_protection: 0 },
        ),
    ],
    "forks outside of the group": [
        /^changed group shop \(data\): preventForkingOutsideGroup: false -> true$/,
        ...toggled(
            "/groups/GROUP",
            "PUT",
            { prevent_forking_outside_group: false },
            { prevent_forking_outside_group: true },
        ),
    ],
};

test("with a licence: nothing is said of a quiet estate, and each edit by hand is one finding", async (context) => {
    const estate = await made(context);
    assert.deepEqual(await estate.look(), []);
    for (const [name, [said, edit, mend]] of Object.entries(edits)) {
        await edit(estate);
        const found = await estate.look();
        assert.equal(found.length, 1, `${name}: ${found.join("\n")}`);
        assert.match(found[0] ?? "", said, name);
        await mend(estate);
        assert.deepEqual(await estate.look(), [], `${name}, when it is as declared again`);
    }
});

test("with a licence: what nobody declared is found, a service account that was let in too", async (context) => {
    const estate = await made(context);
    const { call, group, project, people } = estate;
    // An account that is in nothing can do nothing.
    const account = await call("POST", `/groups/${group}/service_accounts`, { username: "sneaky" });
    assert.deepEqual(await estate.look(), []);
    const planted: readonly (readonly [RegExp, () => Promise<unknown>])[] = [
        [
            /^undeclared member sneaky \(access\)/,
            () => call("POST", `/projects/${project}/members`, { user_id: account["id"], access_level: 40 }),
        ],
        [
            /^undeclared member mallory \(access\)/,
            () => call("POST", `/groups/${group}/members`, { user_id: people.mallory, access_level: 50 }),
        ],
        [
            /^undeclared hook http:\/\/127\.0\.0\.1:9\/in \(/,
            () => call("POST", `/groups/${group}/hooks`, { url: "http://127.0.0.1:9/in?key=s3cret" }),
        ],
        [
            /^undeclared protectedBranch pro\* \(access\)/,
            () =>
                call("POST", `/projects/${project}/protected_branches`, {
                    name: "pro*",
                    allowed_to_push: [{ user_id: people.bob }],
                    allowed_to_merge: [{ access_level: 30 }],
                }),
        ],
        [
            /^undeclared variable DEPLOY_TOKEN \(/,
            () => call("POST", `/groups/${group}/variables`, { key: "DEPLOY_TOKEN", value: "s3cret" }),
        ],
    ];
    for (const [, plant] of planted) {
        await plant();
    }
    const found = await estate.look();
    assert.equal(found.length, planted.length, found.join("\n"));
    for (const [said] of planted) {
        assert.ok(
            found.some((each) => said.test(each)),
            `${String(said)} is not in\n${found.join("\n")}`,
        );
    }
    assert.ok(!found.join().includes("s3cret"));
});
