/**
 * Each rule: a resource that passes, and one change that breaks just it. Proves the rules, not that the engine calls
 * them; test/e2e/policies.test.ts does that.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concerns, defaultSettings, type Props, type ResourceRule, type Reviewed } from "../../policies/rule";
import { engineRules } from "../../policies/rules/engines";
import { branchProtected, gitlabRules, noPushToProduction } from "../../policies/rules/gitlab";
import { harborRules } from "../../policies/rules/harbor";
import { kubernetesRules } from "../../policies/rules/kubernetes";

interface Case {
    readonly rule: string;
    readonly type: string;
    /** Passes every rule. */
    readonly good: Props;
    /** Each breaks just this rule: what is wrong, the properties, and the whole text. */
    readonly bad: readonly (readonly [string, Props, readonly string[]])[];
}

const robot = {
    name: "pull",
    duration: 90,
    permissions: [{ namespace: "web-dev", accesses: [{ action: "pull", resource: "repository" }] }],
};
const hook = { url: "https://argocd.example.com/api/webhook", token: "fake", enableSslVerification: true };
const variable = { key: "REGISTRY_PASSWORD", masked: true, protected: true };
const application = {
    metadata: { name: "web-dev" },
    spec: { project: "shop-nonprod", source: { targetRevision: "dev" } },
};
const project = {
    metadata: { name: "shop-nonprod" },
    spec: {
        sourceRepos: ["https://gitlab.example.com/acme/shop/web-config.git"],
        destinations: [{ name: "member1", namespace: "web-dev" }],
        clusterResourceWhitelist: [],
    },
};

/** The same properties in a preview that does not know some of them: who reads one gets an error, as from Pulumi. */
function unknown(props: Props, ...keys: readonly string[]): Props {
    return new Proxy(props, {
        get(target, key) {
            if (keys.includes(String(key))) {
                throw new Error(`string value at .${String(key)} can't be known during preview`);
            }
            return Reflect.get(target, key) as unknown;
        },
    });
}

const cases: readonly Case[] = [
    {
        rule: "gitlab-branch-no-force-push",
        type: "gitlab:index/branchProtection:BranchProtection",
        good: { branch: "dev", allowForcePush: false },
        bad: [
            [
                "forced",
                { branch: "dev", allowForcePush: true },
                ["allowForcePush is true; leave it out or set it to false."],
            ],
        ],
    },
    {
        rule: "gitlab-hook-token",
        type: "gitlab:index/projectHook:ProjectHook",
        good: hook,
        bad: [
            [
                "no token",
                { url: hook.url },
                [
                    "the hook has neither token nor signingToken; set token to a random secret the receiver checks.",
                ],
            ],
            [
                "no verification",
                { ...hook, enableSslVerification: false },
                ["enableSslVerification is false for an https url; give GitLab the CA instead."],
            ],
        ],
    },
    {
        rule: "gitlab-variable-masked",
        type: "gitlab:index/projectVariable:ProjectVariable",
        good: variable,
        bad: [
            [
                "not masked",
                { ...variable, masked: false },
                ["variable REGISTRY_PASSWORD is not masked; set masked: true."],
            ],
            [
                "not protected",
                { ...variable, protected: undefined },
                ["variable REGISTRY_PASSWORD is not protected; set protected: true."],
            ],
        ],
    },
    {
        rule: "gitlab-project-private",
        type: "gitlab:index/project:Project",
        good: { visibilityLevel: "private" },
        bad: [
            [
                "public",
                { visibilityLevel: "public" },
                ["visibilityLevel is public; use private or internal."],
            ],
        ],
    },
    {
        rule: "harbor-project-private",
        type: "harbor:index/project:Project",
        good: { name: "web-dev", public: "false" },
        bad: [
            [
                "public",
                { name: "web-dev", public: "true" },
                ["public is true; leave it out and give readers a pull robot."],
            ],
        ],
    },
    {
        rule: "harbor-project-scanned",
        type: "harbor:index/project:Project",
        good: { name: "web-dev", vulnerabilityScanning: true },
        bad: [
            [
                "not scanned",
                { name: "web-dev", vulnerabilityScanning: false },
                ["vulnerabilityScanning is false; leave it out or set it to true."],
            ],
        ],
    },
    {
        rule: "harbor-project-prod-kept",
        type: "harbor:index/project:Project",
        good: { name: "web-dev", forceDestroy: true },
        bad: [
            [
                "prod with forceDestroy",
                { name: "web-prod", forceDestroy: true },
                [
                    "project web-prod has forceDestroy; leave it out and set deletionProtection on the environment.",
                ],
            ],
        ],
    },
    {
        rule: "harbor-robot-least-rights",
        type: "harbor:index/robotAccount:RobotAccount",
        good: robot,
        bad: [
            [
                "everywhere",
                { ...robot, permissions: [{ ...robot.permissions[0], namespace: "*" }] },
                ['a permission has namespace "*"; name the projects the robot needs.'],
            ],
            [
                "everything",
                {
                    ...robot,
                    permissions: [
                        { namespace: "web-dev", accesses: [{ action: "*", resource: "repository" }] },
                    ],
                },
                ["an access is a wildcard; name resource and action."],
            ],
            [
                "nothing",
                { ...robot, permissions: [{ namespace: "web-dev", accesses: [] }] },
                ["a permission has no access; take the robot away or give it what it needs."],
            ],
        ],
    },
    {
        rule: "harbor-robot-expires",
        type: "harbor:index/robotAccount:RobotAccount",
        good: robot,
        bad: [
            [
                "never",
                { ...robot, duration: -1 },
                ["duration is -1, which is never; set it to at most 365 days."],
            ],
            [
                "undefined",
                { ...robot, duration: undefined },
                ["duration is absent, which is never; set it to at most 365 days."],
            ],
            ["too late", { ...robot, duration: 400 }, ["duration is 400 days; set it to at most 365."]],
        ],
    },
    {
        rule: "argocd-application-project",
        type: "kubernetes:argoproj.io/v1alpha1:Application",
        good: application,
        bad: [
            [
                "default",
                { ...application, spec: { ...application.spec, project: "default" } },
                ["spec.project is default; name the team's AppProject."],
            ],
        ],
    },
    {
        rule: "argocd-application-pinned",
        type: "kubernetes:argoproj.io/v1alpha1:Application",
        good: {
            ...application,
            spec: { project: "shop-nonprod", sources: [{ chart: "redis", targetRevision: "1.2.3" }] },
        },
        bad: [
            [
                "HEAD",
                { ...application, spec: { ...application.spec, source: { targetRevision: "HEAD" } } },
                [
                    'targetRevision "HEAD" follows whatever the default branch is; name the branch, tag or commit that is meant.',
                ],
            ],
            [
                "a range of charts",
                {
                    ...application,
                    spec: { project: "shop-nonprod", source: { chart: "redis", targetRevision: ">1" } },
                },
                ['chart version ">1" is open; pin one version such as 1.2.3.'],
            ],
        ],
    },
    {
        rule: "argocd-project-no-wildcard",
        type: "kubernetes:argoproj.io/v1alpha1:AppProject",
        good: project,
        bad: [
            [
                "every repository",
                { ...project, spec: { ...project.spec, sourceRepos: ["*"] } },
                ['sourceRepos has "*"; list the config repositories.'],
            ],
            [
                "every namespace",
                {
                    ...project,
                    spec: { ...project.spec, destinations: [{ name: "member1", namespace: "*" }] },
                },
                ['a destination has namespace "*"; name it.'],
            ],
            [
                "every kind",
                {
                    ...project,
                    spec: { ...project.spec, clusterResourceWhitelist: [{ group: "*", kind: "*" }] },
                },
                ["clusterResourceWhitelist has a wildcard; list the kinds, or none."],
            ],
        ],
    },
    {
        rule: "kubernetes-configmap-no-secret",
        type: "kubernetes:core/v1:ConfigMap",
        good: {
            metadata: { name: "settings" },
            data: { url: "https://argocd.example.com", token: "$webhook-token" },
        },
        bad: [
            [
                "a GitLab token",
                { metadata: { name: "settings" }, data: { note: "use glpat-abcdefghij0123456789" } },
                ["data.note looks like a GitLab token; put it into a Secret."],
            ],
        ],
    },
    {
        rule: "kubernetes-rbac-no-cluster-admin",
        type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
        good: {
            metadata: { name: "delivery" },
            rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["get"] }],
        },
        bad: [
            [
                "wildcards",
                {
                    metadata: { name: "delivery" },
                    rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
                },
                ["a rule allows every verb on every resource; name them."],
            ],
            [
                "the role itself",
                { metadata: { name: "delivery" }, roleRef: { name: "cluster-admin" } },
                ["roleRef is cluster-admin; bind a role with the kinds that are needed."],
            ],
        ],
    },
];

const rules: readonly ResourceRule[] = [...gitlabRules, ...harborRules, ...kubernetesRules, ...engineRules];

/** What every rule says of a resource, by rule. */
function review(type: string, props: Props): Record<string, string[]> {
    const found = rules
        .filter((rule) => concerns(rule, type))
        .map((rule) => [rule.name, rule.check({ type, name: "subject", props }, defaultSettings)] as const)
        .filter(([, texts]) => texts.length > 0);
    return Object.fromEntries(found);
}

for (const each of cases) {
    describe(each.rule, () => {
        test("passes what is right", () => assert.deepEqual(review(each.type, each.good), {}));
        for (const [what, props, texts] of each.bad) {
            test(`reports ${what}, and no other rule does`, () => {
                assert.deepEqual(review(each.type, props), { [each.rule]: [...texts] });
            });
        }
        test("says nothing about an empty resource unless absence is the fault", () => {
            const absent = new Set([
                "gitlab-hook-token",
                "harbor-robot-expires",
                "argocd-application-project",
            ]);
            const found = Object.keys(review(each.type, {})).filter((name) => !absent.has(name));
            assert.deepEqual(found, []);
        });
    });
}

test("every rule has a case", () => {
    assert.deepEqual(rules.map((rule) => rule.name).sort(), cases.map((each) => each.rule).sort());
});

describe("gitlab-branch-protected", () => {
    /** A Project of the stack, as the engine names where a value is from. */
    const from = (name: string): NonNullable<Reviewed["origins"]> => ({
        project: [{ type: "gitlab:index/project:Project", urn: `urn:${name}` }],
    });
    const branch: Reviewed = {
        type: "gitlab:index/branch:Branch",
        name: "web-dev",
        props: { project: "7", name: "dev" },
    };
    const protection: Reviewed = {
        type: "gitlab:index/branchProtection:BranchProtection",
        name: "web-dev-protection",
        props: { project: "7", branch: "dev" },
    };
    const missing = ["web-dev: the branch has no BranchProtection; add one beside it."];

    /** The same resource in a preview that makes its project: who reads the number gets an error, as from Pulumi. */
    function beforeCreation(resource: Reviewed, projectName: string): Reviewed {
        return { ...resource, props: unknown(resource.props, "project"), origins: from(projectName) };
    }

    /** What the rule says. */
    function said(...resources: readonly Reviewed[]): string[] {
        return branchProtected.check(resources, defaultSettings);
    }

    test("passes a protected branch", () => {
        assert.deepEqual(said(branch, protection), []);
    });
    test("reports a branch without protection", () => {
        assert.deepEqual(said(branch), missing);
    });
    test("reports a branch when another branch of the repository is protected", () => {
        assert.deepEqual(said(branch, { ...protection, props: { project: "7", branch: "prod" } }), missing);
    });
    test("does not take another repository's protection for it", () => {
        assert.deepEqual(said(branch, { ...protection, props: { project: "8", branch: "dev" } }), missing);
    });
    test("tells repositories apart in a preview that makes them", () => {
        const inWeb = beforeCreation(branch, "web");
        assert.deepEqual(said(inWeb, beforeCreation(protection, "web")), []);
        assert.deepEqual(said(inWeb, beforeCreation(protection, "api")), missing);
    });
    test("knows a project of the stack by number and by path", () => {
        const byPath = { ...protection, props: { project: "acme/web", branch: "dev" }, origins: from("web") };
        assert.deepEqual(said({ ...branch, origins: from("web") }, byPath), []);
    });
    test("does not take a value made from two projects for either", () => {
        const both = { project: ["web", "api"].flatMap((name) => from(name)["project"] ?? []) };
        assert.deepEqual(said({ ...beforeCreation(branch, "web"), origins: both }, protection), missing);
    });
    test("reports a default branch without protection, and passes it with one", () => {
        const project: Reviewed = {
            type: "gitlab:index/project:Project",
            name: "web",
            urn: "urn:web",
            props: { defaultBranch: "dev" },
        };
        const unprotected = [
            "web: the default branch dev has no BranchProtection; add one beside the project.",
        ];
        assert.deepEqual(said(project), unprotected);
        assert.deepEqual(said(project, beforeCreation(protection, "web")), []);
        assert.deepEqual(said(project, beforeCreation(protection, "api")), unprotected);
        const made = { ...project, props: { ...project.props, id: "7" } };
        assert.deepEqual(said(made, protection), []);
    });
    test("passes a branch that a pattern protects", () => {
        const pattern = (branch: string): Reviewed => ({ ...protection, props: { project: "7", branch } });
        assert.deepEqual(said(branch, pattern("d*")), []);
        assert.deepEqual(said(branch, pattern("d.*")), missing);
    });
});

describe("gitlab-no-push-to-production", () => {
    const project = "7";
    const production: Reviewed = {
        type: "gitlab:index/branch:Branch",
        name: "web-prod",
        props: { project, name: "prod" },
    };
    /** What the rule says of a protection with these properties. */
    function said(props: Props, ...others: readonly Reviewed[]): string[] {
        return saidWithout([], props, ...others);
    }
    /** What it says in a preview that does not know some of them. */
    function saidWithout(keys: readonly string[], props: Props, ...others: readonly Reviewed[]): string[] {
        const protection: Reviewed = {
            type: "gitlab:index/branchProtection:BranchProtection",
            name: "p",
            props: unknown({ project, ...props }, ...keys),
        };
        return noPushToProduction.check([protection, ...others], defaultSettings);
    }
    const fix = 'let "no one" push, and promote by merge requests.';

    test("passes where no one pushes, by level and by list", () => {
        assert.deepEqual(said({ branch: "prod", pushAccessLevel: "no one" }), []);
        assert.deepEqual(said({ branch: "prod", allowedToPushes: [{ accessLevel: "no one" }] }), []);
    });
    test("passes pushes to what is not production", () => {
        assert.deepEqual(said({ branch: "dev", pushAccessLevel: "developer" }, production), []);
        assert.deepEqual(said({ branch: "d*", pushAccessLevel: "developer" }, production), []);
    });
    test("reports a level, GitLab's default included", () => {
        const found = [`p: maintainer can push to prod; ${fix}`];
        assert.deepEqual(said({ branch: "prod", pushAccessLevel: "maintainer" }), found);
        assert.deepEqual(said({ branch: "prod" }), found);
    });
    test("reports everybody in a list", () => {
        const allowedToPushes = [{ accessLevel: "no one" }, { accessLevel: "developer" }, { userId: 5 }];
        assert.deepEqual(said({ branch: "prod", allowedToPushes }), [
            `p: developer, a user can push to prod; ${fix}`,
        ]);
    });
    test("is run where a preview does not know what the provider fills in", () => {
        const level = { branch: "prod", pushAccessLevel: "developer" };
        const none = { ...level, pushAccessLevel: "no one" };
        const list = { branch: "prod", allowedToPushes: [unknown({}, "userId", "accessLevel")] };
        assert.deepEqual(saidWithout(["allowedToPushes"], level), [`p: developer can push to prod; ${fix}`]);
        assert.deepEqual(saidWithout(["allowedToPushes"], none), []);
        assert.deepEqual(saidWithout(["pushAccessLevel"], list), [`p: a user can push to prod; ${fix}`]);
        assert.deepEqual(saidWithout(["pushAccessLevel", "allowedToPushes"], { branch: "prod" }), [
            `p: maintainer can push to prod; ${fix}`,
        ]);
    });
    test("reports a pattern that matches a branch of production in the same repository", () => {
        const found = [`p: developer can push to prod; ${fix}`];
        const pattern = { branch: "p*", pushAccessLevel: "developer" };
        assert.deepEqual(said(pattern, production), found);
        assert.deepEqual(said(pattern, { ...production, props: { project: "8", name: "prod" } }), []);
        const byDefault: Reviewed = {
            type: "gitlab:index/project:Project",
            name: "web",
            props: { id: project, defaultBranch: "prod" },
        };
        assert.deepEqual(said(pattern, byDefault), found);
    });
});
