import * as assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import * as harbor from "@pulumi/harbor";
import { ImageProject } from "../../../components/harbor/project";
import { PushWebhook } from "../../../components/harbor/pushWebhook";
import { promotionPermissions } from "../../../components/harbor/robotPermissions";
import { ProjectRobot, PromotionRobots } from "../../../components/harbor/robots";
import {
    childrenOf,
    leaks,
    record,
    registration,
    secretValue,
    valueOf,
    type Recording,
} from "../../support/engine";
import { sampleApp, sampleAppEnvironment } from "../sample";

const credentials = { generation: 2, lifetimeDays: 90, rotateBeforeDays: 14 };

function recordProject(environment = sampleAppEnvironment("web", "prod")): Promise<Recording<ImageProject>> {
    return record(() => {
        const provider = new harbor.Provider("harbor");
        return new ImageProject("images", { environment }, { providers: [provider] });
    });
}

test("a prod project: private, scanned, gated, protected, with immutable tags", async () => {
    const recording = await recordProject();
    assert.deepEqual(childrenOf(recording, "images"), [
        "harbor:index/immutableTagRule:ImmutableTagRule images-immutable-**",
        "harbor:index/project:Project images-project",
        "harbor:index/retentionPolicy:RetentionPolicy images-retention",
    ]);
    const project = registration(recording, "images-project");
    assert.deepEqual(project.inputs, {
        name: "web-prod",
        public: false,
        vulnerabilityScanning: true,
        autoSbomGeneration: true,
        storageQuota: 10,
        forceDestroy: false,
    });
    assert.deepEqual(project.options, { protect: true, retainOnDelete: true });
    const rule = registration(recording, "images-immutable-**");
    assert.equal(rule.inputs["tagMatching"], "**");
    // Not protected: the patterns are the spec's at any time.
    assert.deepEqual(rule.options, { deletedWith: "images-project" });
    assert.deepEqual(leaks(recording), []);
});

test("what is pinned is retained however many tags are newer, where a tag can be deleted at all", async () => {
    const rulesOf = async (...place: Parameters<typeof sampleAppEnvironment>): Promise<unknown[]> =>
        registration(await recordProject(sampleAppEnvironment(...place)), "images-retention").inputs[
            "rules"
        ] as unknown[];
    assert.deepEqual((await rulesOf("web", "dev", { pin: "main-0123456789" })).slice(1), [
        { repoMatching: "**", tagMatching: "main-0123456789", alwaysRetain: true, untaggedArtifacts: false },
    ]);
    assert.equal((await rulesOf("web", "dev")).length, 1);
    assert.equal((await rulesOf("web", "prod", { pin: "main-0123456789" })).length, 1);
});

test("all images can be pulled, also in prod, unless the spec prevents those with vulnerabilities", async () => {
    const of = async (allowlist: string[]): Promise<Record<string, unknown>> => {
        const preventVulnerable = { severity: "high", allowlist };
        const recording = await recordProject(sampleAppEnvironment("web", "dev", { preventVulnerable }));
        return registration(recording, "images-project").inputs;
    };
    const strict = await of([]);
    assert.deepEqual([strict["deploymentSecurity"], strict["cveAllowlists"]], ["high", undefined]);
    assert.deepEqual((await of(["CVE-2026-1"]))["cveAllowlists"], ["CVE-2026-1"]);
});

test("a project that may be deleted loses its immutable tags' rule first", async () => {
    const recording = await recordProject(
        sampleAppEnvironment("web", "dev", { immutableTags: ["v*"], deletionProtection: false }),
    );
    assert.deepEqual(registration(recording, "images-immutable-v*").options, {});
});

test("a project outside prod can be deleted with its images and has mutable tags", async () => {
    const recording = await recordProject(sampleAppEnvironment("web", "dev", { keepTags: 5 }));
    assert.deepEqual(childrenOf(recording, "images"), [
        "harbor:index/project:Project images-project",
        "harbor:index/retentionPolicy:RetentionPolicy images-retention",
    ]);
    const project = registration(recording, "images-project");
    assert.equal(project.inputs["forceDestroy"], true);
    assert.equal("deploymentSecurity" in project.inputs, false);
    assert.deepEqual(project.options, {});
    const retention = registration(recording, "images-retention").inputs;
    assert.match(String(retention["scope"]), /^\/projects\/\d+$/);
    assert.equal((retention["rules"] as { mostRecentlyPushed: number }[])[0]?.mostRecentlyPushed, 5);
});

test("the order of immutable patterns changes nothing", async () => {
    const of = (immutableTags: string[]): Promise<Recording<ImageProject>> =>
        recordProject(sampleAppEnvironment("web", "prod", { immutableTags }));
    assert.deepEqual(
        (await of(["v*", "release-*"])).registrations,
        (await of(["release-*", "v*"])).registrations,
    );
});

for (const [purpose, actions] of [
    ["pull", ["pull"]],
    ["push", ["pull", "push"]],
] as const) {
    test(`a ${purpose} robot may ${actions.join(" and ")} in one project, for a limited time`, async () => {
        const recording = await record(async () => {
            const provider = new harbor.Provider("harbor");
            const { login } = new ProjectRobot(
                "robot",
                { purpose, project: "web-dev", robotPrefix: "bot_", credentials },
                { providers: [provider] },
            );
            return [await valueOf(login.username), await pulumi.isSecret(login.password)];
        });
        assert.deepEqual(childrenOf(recording, "robot"), [
            "harbor:index/robotAccount:RobotAccount robot-robot",
        ]);
        const { inputs } = registration(recording, "robot-robot");
        assert.equal(inputs["name"], `${purpose}-g2`);
        assert.equal(inputs["level"], "project");
        assert.equal(inputs["duration"], 90);
        assert.deepEqual(inputs["permissions"], [
            {
                kind: "project",
                namespace: "web-dev",
                accesses: actions.map((action) => ({ resource: "repository", action })),
            },
        ]);
        assert.deepEqual(recording.result, [`bot_web-dev+${purpose}-g2`, true]);
        assert.deepEqual(leaks(recording), []);
    });
}

test("promotion inside one registry reads the source and creates in the target, nothing else", () => {
    assert.deepEqual(promotionPermissions(sampleApp("web")), {
        main: [
            { project: "web-dev", accesses: [{ resource: "artifact", action: "read" }] },
            {
                project: "web-prod",
                accesses: [
                    { resource: "artifact", action: "create" },
                    { resource: "artifact", action: "read" },
                ],
            },
            {
                project: "web-test",
                accesses: [
                    { resource: "artifact", action: "create" },
                    { resource: "artifact", action: "read" },
                ],
            },
        ],
    });
});

test("promotion between registries pulls here and pushes there", () => {
    const app = sampleApp("web", {
        environments: [
            sampleAppEnvironment("web", "test", { registry: "main" }),
            sampleAppEnvironment("web", "prod", { registry: "prod" }),
        ],
    });
    const actions = Object.fromEntries(
        Object.entries(promotionPermissions(app)).map(([registry, projects]) => [
            registry,
            projects.map(({ project, accesses }) => [
                project,
                accesses.map(({ resource, action }) => `${resource}:${action}`),
            ]),
        ]),
    );
    assert.deepEqual(actions, {
        main: [["web-test", ["artifact:read", "repository:pull"]]],
        prod: [["web-prod", ["artifact:read", "repository:pull", "repository:push"]]],
    });
});

test("an app with one environment promotes nothing", () => {
    const app = sampleApp("web", { environments: [sampleAppEnvironment("web", "dev")] });
    assert.deepEqual(promotionPermissions(app), {});
});

test("one promotion robot per registry, in that registry", async () => {
    const app = sampleApp("web", {
        environments: [
            sampleAppEnvironment("web", "dev"),
            sampleAppEnvironment("web", "test", { registry: "prod" }),
        ],
    });
    const recording = await record(async () => {
        const registries = {
            main: new harbor.Provider("harbor-main"),
            prod: new harbor.Provider("harbor-prod"),
        };
        const robotPrefixes = { main: "bot_", prod: "robot$" };
        const { logins } = new PromotionRobots(
            "promotion",
            { estate: "acme", app, credentials, registries, robotPrefixes, projects: [] },
            {},
        );
        return [
            logins["main"] && (await valueOf(logins["main"].username)),
            logins["prod"] && (await valueOf(logins["prod"].username)),
        ];
    });
    // What a robot logs in as follows the spec's prefix, whatever the state has of an earlier one.
    assert.deepEqual(recording.result, ["bot_acme-web-promote-g2", "robot$acme-web-promote-g2"]);
    assert.deepEqual(
        recording.registrations
            .filter((one) => one.parent === "promotion")
            .map((one) => [one.name, one.provider]),
        [
            ["promotion-main", "harbor-main"],
            ["promotion-prod", "harbor-prod"],
        ],
    );
    const { inputs } = registration(recording, "promotion-main");
    assert.equal(inputs["name"], "acme-web-promote-g2");
    assert.equal(inputs["level"], "system");
});

test("a registry without a provider is refused by name", async () => {
    const app = sampleApp("web");
    await assert.rejects(
        record(
            () =>
                new PromotionRobots(
                    "promotion",
                    { estate: "acme", app, credentials, registries: {}, robotPrefixes: {}, projects: [] },
                    {},
                ),
        ),
        /environment "dev" needs registry "main", which has no provider\./,
    );
});

test("a project's webhook sends pushes with a header nobody else sees", async () => {
    const receiver = {
        policy: "updater",
        description: "Tells of pushes",
        address: "https://updater.test/webhook?type=harbor",
        skipCertVerify: false,
    };
    const recording = await record(() => {
        new PushWebhook(
            "webhook",
            { projectId: "/projects/7", receiver, token: "fake-token" },
            { providers: [new harbor.Provider("harbor", {})] },
        );
    });
    assert.deepEqual(leaks(recording), []);
    const { inputs } = registration(recording, "webhook-policy");
    assert.equal(inputs["address"], receiver.address);
    assert.equal(inputs["skipCertVerify"], false);
    assert.deepEqual(inputs["eventsTypes"], ["PUSH_ARTIFACT"]);
    assert.equal(secretValue(inputs["authHeader"]), "fake-token");
});
