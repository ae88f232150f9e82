import * as assert from "node:assert/strict";
import { test } from "node:test";
import * as gitlab from "@pulumi/gitlab";
import { AppRepository } from "../../../components/gitlab/appRepository";
import { ConfigRepository, type ConfigRepositoryArgs } from "../../../components/gitlab/configRepository";
import { environmentTier } from "../../../components/gitlab/environments";
import { teamSettings } from "../../../components/gitlab/project";
import type { App } from "../../../estate/model";
import { childrenOf, leaks, record, registration, secretValue, type Recording } from "../../support/engine";
import { sampleApp, sampleEnvironment, sampleGitLab } from "../sample";

const premium = sampleGitLab({ tier: "premium", edition: "ee" });
const freeEnterprise = sampleGitLab({ edition: "ee" });

function recordApp(
    app = sampleApp("web"),
    server = sampleGitLab(),
    deletionProtection = true,
): Promise<Recording<AppRepository>> {
    return record(() => {
        const provider = new gitlab.Provider("gitlab");
        return new AppRepository(
            "app",
            {
                app,
                gitlab: server,
                environments: ["dev", "test", "prod"].map((each) => sampleEnvironment(each)),
                machines: {},
                settings: {},
                pipelines: { project: "acme/pipelines", version: "v1-0a" },
                credentials: { generation: 1, lifetimeDays: 90, rotateBeforeDays: 30 },
                groupId: 7,
                deletionProtection,
            },
            { providers: [provider] },
        );
    });
}

function recordConfig(overrides: Partial<ConfigRepositoryArgs> = {}): Promise<Recording<ConfigRepository>> {
    return record(() => {
        const provider = new gitlab.Provider("gitlab");
        const args: ConfigRepositoryArgs = {
            fullPath: "acme/shop/web-config",
            audience: "team",
            apps: [sampleApp("web")],
            environments: ["dev", "test", "prod"].map((name) => sampleEnvironment(name)),
            gitlab: sampleGitLab(),
            network: { authorities: [] },
            settings: {},
            pipelines: { project: "acme/pipelines", version: "v1-0a" },
            credentials: { generation: 1, lifetimeDays: 90, rotateBeforeDays: 14 },
            groupId: 7,
            approverIds: [11],
            reportsCommits: false,
            awaited: false,
            hooks: {
                argocd: {
                    title: "Argo CD",
                    url: "https://argocd.test/api/webhook",
                    token: "fake-webhook-token",
                    verify: true,
                },
            },
            deletionProtection: true,
            ...overrides,
        };
        return new ConfigRepository("config", args, { providers: [provider] });
    });
}

/** Names only, without the component's own. */
function short(recording: Recording<unknown>, parent: string): string[] {
    return childrenOf(recording, parent).map((child) => child.replace(/^\S+:(\w+) /, "$1 "));
}

test("an app repository, free tier: exactly these resources", async () => {
    const recording = await recordApp();
    assert.deepEqual(short(recording, "app"), [
        "BranchProtection app-branch-main",
        "Project app-project",
        "RepositoryFile app-file-.gitlab-ci.yml",
        "RepositoryFile app-file-Dockerfile",
        "RepositoryFile app-file-ci/deliver.sh",
        "RepositoryFile app-file-ci/image.sh",
        "RepositoryFile app-file-ci/quality.sh",
        "RepositoryFile app-file-ci/test.sh",
        "RepositoryFile app-file-docs/delivery.md",
        "RepositoryFile app-file-public/index.html",
        "TagProtection app-tags",
    ]);
    assert.deepEqual(leaks(recording), []);
});

test("an app repository takes changes by reviewed merge and keeps its history", async () => {
    const recording = await recordApp();
    const { inputs, options } = registration(recording, "app-project");
    assert.equal(inputs["defaultBranch"], "main");
    assert.equal(inputs["visibilityLevel"], "private");
    assert.equal(inputs["onlyAllowMergeIfPipelineSucceeds"], true);
    assert.equal(inputs["onlyAllowMergeIfAllDiscussionsAreResolved"], true);
    assert.equal(inputs["containerRegistryAccessLevel"], "disabled");
    assert.deepEqual(options, { protect: true, retainOnDelete: true, ignoreChanges: [...teamSettings] });
    const protection = registration(recording, "app-branch-main");
    assert.deepEqual(protection.inputs, {
        project: protection.inputs["project"],
        branch: "main",
        allowForcePush: false,
        pushAccessLevel: "maintainer",
        mergeAccessLevel: "developer",
    });
    // Settings follow the spec at any time, and what is found by its name must not be made anew beside itself.
    const setting = { deleteBeforeReplace: true, deletedWith: "app-project" };
    assert.deepEqual(protection.options, setting);
    assert.deepEqual(registration(recording, "app-tags").options, setting);
    assert.equal(registration(recording, "app-tags").inputs["createAccessLevel"], "maintainer");
});

test("without GitLab pipelines a green pipeline is not asked for", async () => {
    const recording = await recordApp(sampleApp("web", { ci: "jenkins" }));
    assert.equal(registration(recording, "app-project").inputs["onlyAllowMergeIfPipelineSucceeds"], false);
});

test("a hotfix: its branch is protected like the usual one, and made where the spec says at what", async () => {
    const made = await recordApp(sampleApp("web", { hotfix: { branch: "hotfix-1", from: "v1.2.0" } }));
    assert.deepEqual(registration(made, "app-hotfix-hotfix-1").inputs["ref"], "v1.2.0");
    // What runs in the environments came from it: it stays when the hotfix is over.
    assert.equal(registration(made, "app-hotfix-hotfix-1").options.retainOnDelete, true);
    assert.equal(registration(made, "app-hotfix-hotfix-1-protection").inputs["branch"], "hotfix-1");
    assert.equal(
        registration(made, "app-hotfix-hotfix-1-protection").inputs["mergeAccessLevel"],
        "developer",
    );
    const found = await recordApp(sampleApp("web", { hotfix: { branch: "hotfix-1" } }));
    assert.deepEqual(
        short(found, "app").filter((child) => child.includes("hotfix")),
        ["BranchProtection app-hotfix-hotfix-1-protection"],
    );
});

test("first content is written once, without a pipeline, and never deleted", async () => {
    const { inputs, options } = registration(await recordApp(), "app-file-Dockerfile");
    // One message for every commit: GitLab's provider takes that, or one for each kind of commit, and no other choice.
    assert.match(String(inputs["commitMessage"]), /\[skip ci\]$/);
    assert.deepEqual(
        Object.keys(inputs).filter((key) => /CommitMessage$/.test(key)),
        [],
    );
    assert.equal(options.protect, undefined);
    assert.equal(inputs["overwriteOnCreate"], false);
    assert.equal(options.retainOnDelete, true);
    assert.deepEqual(options.ignoreChanges, [
        "branch",
        "content",
        "encoding",
        "commitMessage",
        "overwriteOnCreate",
        "executeFilemode",
    ]);
});

test("premium: push rules, and lists in place of levels", async () => {
    const recording = await recordApp(sampleApp("web"), premium);
    assert.ok(short(recording, "app").includes("ProjectPushRules app-push-rules"));
    const { inputs } = registration(recording, "app-branch-main");
    assert.deepEqual(inputs["allowedToPushes"], [{ accessLevel: "maintainer" }]);
    assert.deepEqual(inputs["allowedToMerges"], [{ accessLevel: "developer" }]);
    assert.deepEqual(inputs["allowedToUnprotects"], [{ accessLevel: "maintainer" }]);
    assert.equal("pushAccessLevel" in inputs, false);
});

test("the Enterprise Edition without a licence: roles in lists, nobody by name, and no feature of premium", async () => {
    const app = await recordApp(sampleApp("web", { hotfix: { branch: "hotfix-1" } }), freeEnterprise);
    const config = await recordConfig({ gitlab: freeEnterprise });
    const roles = (recording: Recording<unknown>, name: string): unknown => {
        const { project: _project, branch: _branch, ...rest } = registration(recording, name).inputs;
        return rest;
    };
    const lists = (push: string, merge: string): unknown => ({
        allowForcePush: false,
        allowedToPushes: [{ accessLevel: push }],
        allowedToMerges: [{ accessLevel: merge }],
    });
    assert.deepEqual(roles(app, "app-branch-main"), lists("maintainer", "developer"));
    assert.deepEqual(roles(app, "app-hotfix-hotfix-1-protection"), lists("maintainer", "developer"));
    assert.deepEqual(roles(config, "config-branch-dev-protection"), lists("developer", "developer"));
    assert.deepEqual(roles(config, "config-branch-prod-protection"), lists("no one", "maintainer"));
    assert.deepEqual(
        short(app, "app"),
        short(await recordApp(sampleApp("web", { hotfix: { branch: "hotfix-1" } })), "app"),
    );
    assert.deepEqual(short(config, "config"), short(await recordConfig(), "config"));
});

test("a repository that is not protected can be deleted", async () => {
    const recording = await recordApp(sampleApp("web"), sampleGitLab(), false);
    assert.deepEqual(registration(recording, "app-project").options, { ignoreChanges: [...teamSettings] });
});

test("a merge needs the promotion's pipeline, which gets the credentials between protected branches", async () => {
    const { inputs } = registration(await recordConfig(), "config-project");
    assert.equal(inputs["onlyAllowMergeIfPipelineSucceeds"], true);
    assert.equal(inputs["protectMergeRequestPipelines"], true);
    assert.equal(inputs["removeSourceBranchAfterMerge"], false);
    assert.equal(inputs["mergeMethod"], "merge");
    const jenkins = await recordConfig({ apps: [sampleApp("web", { ci: "jenkins" })] });
    assert.equal(registration(jenkins, "config-project").inputs["onlyAllowMergeIfPipelineSucceeds"], false);
});

test("where merge requests get no credentials, their pipelines block no promotion, and an app's still do", async () => {
    const older = sampleGitLab({ protectedMergeRequestPipelines: false });
    const { inputs } = registration(
        await recordConfig({ gitlab: older, apps: [sampleApp("web", {}, older)] }),
        "config-project",
    );
    assert.equal(inputs["onlyAllowMergeIfPipelineSucceeds"], false);
    assert.equal("protectMergeRequestPipelines" in inputs, false);
    const app = registration(await recordApp(sampleApp("web"), older), "app-project");
    assert.equal(app.inputs["onlyAllowMergeIfPipelineSucceeds"], true);
});

test("a config repository, free tier: exactly these resources", async () => {
    const recording = await recordConfig();
    assert.deepEqual(short(recording, "config"), [
        "Branch config-branch-prod",
        "Branch config-branch-test",
        "BranchProtection config-branch-dev-protection",
        "BranchProtection config-branch-prod-protection",
        "BranchProtection config-branch-test-protection",
        "Project config-project",
        "ProjectAccessToken config-writer",
        "ProjectDeployToken config-reader",
        "ProjectEnvironment config-environment-dev",
        "ProjectEnvironment config-environment-prod",
        "ProjectEnvironment config-environment-test",
        "ProjectHook config-hook",
        "RepositoryFile config-file-.gitlab-ci.yml",
        "RepositoryFile config-file-ci/copy.mjs",
        "RepositoryFile config-file-ci/promote.mjs",
        "RepositoryFile config-file-ci/promote.sh",
        "RepositoryFile config-file-web/Chart.yaml",
        "RepositoryFile config-file-web/templates/_helpers.tpl",
        "RepositoryFile config-file-web/templates/deployment.yaml",
        "RepositoryFile config-file-web/templates/poddisruptionbudget.yaml",
        "RepositoryFile config-file-web/templates/service.yaml",
        "RepositoryFile config-file-web/values.yaml",
        "TagProtection config-tags",
        "CiVariables config-variables",
    ]);
    assert.deepEqual(leaks(recording), []);
});

test("merges between environments are never squashed and delete no branch", async () => {
    const { inputs } = registration(await recordConfig(), "config-project");
    assert.equal(inputs["squashOption"], "never");
    assert.equal(inputs["removeSourceBranchAfterMerge"], false);
    assert.equal(inputs["defaultBranch"], "dev");
});

test("CI writes to the first branch; the others are reached by a maintainer's merge only", async () => {
    const recording = await recordConfig();
    const levels = (branch: string): unknown[] => {
        const { inputs } = registration(recording, `config-branch-${branch}-protection`);
        return [inputs["pushAccessLevel"], inputs["mergeAccessLevel"], inputs["allowForcePush"]];
    };
    assert.deepEqual(levels("dev"), ["developer", "developer", false]);
    assert.deepEqual(levels("test"), ["no one", "maintainer", false]);
    assert.deepEqual(levels("prod"), ["no one", "maintainer", false]);
});

test("premium: the writer is named, developers cannot push, approvals and the protected environment exist", async () => {
    const recording = await recordConfig({ gitlab: premium });
    const { inputs } = registration(recording, "config-branch-dev-protection");
    const [level, writer] = inputs["allowedToPushes"] as { accessLevel?: string; userId?: number }[];
    assert.deepEqual(level, { accessLevel: "maintainer" });
    assert.equal(typeof writer?.userId, "number");
    assert.deepEqual(registration(recording, "config-branch-prod-protection").inputs["allowedToPushes"], [
        { accessLevel: "no one" },
    ]);
    const only = short(recording, "config").filter((child) => /Approval|Protected|PushRules/.test(child));
    assert.deepEqual(only, [
        "ProjectApprovalRule config-approval-prod",
        "ProjectLevelMrApprovals config-approvals",
        "ProjectProtectedEnvironment config-environment-prod-protection",
        "ProjectPushRules config-push-rules",
    ]);
    const rule = registration(recording, "config-approval-prod").inputs;
    assert.equal(rule["approvalsRequired"], 1);
    assert.deepEqual(rule["userIds"], [11]);
    assert.equal((rule["protectedBranchIds"] as unknown[]).length, 1);
    const approvals = registration(recording, "config-approvals").inputs;
    assert.equal(approvals["mergeRequestsAuthorApproval"], false);
    assert.equal(approvals["resetApprovalsOnPush"], true);
});

test("later branches begin at the first one, and a branch outlives its environment", async () => {
    const { inputs, options } = registration(await recordConfig(), "config-branch-test");
    assert.equal(inputs["ref"], "dev");
    assert.equal(options.retainOnDelete, true);
    assert.deepEqual(options.ignoreChanges, ["ref"]);
});

test("the hook carries its token as a secret", async () => {
    const { inputs } = registration(await recordConfig(), "config-hook");
    assert.equal(inputs["url"], "https://argocd.test/api/webhook");
    assert.equal(secretValue(inputs["token"]), "fake-webhook-token");
    assert.equal(inputs["enableSslVerification"], true);
});

test("reader and writer have one right each, an end, and the generation in their names", async () => {
    const credentials = { generation: 3, lifetimeDays: 30, rotateBeforeDays: 5, expires: "2030-01-31" };
    const recording = await recordConfig({ credentials });
    const reader = registration(recording, "config-reader").inputs;
    assert.deepEqual(reader["scopes"], ["read_repository"]);
    assert.equal(reader["name"], "argocd-g3");
    assert.equal(reader["expiresAt"], "2030-01-31T00:00:00.000Z");
    const writer = registration(recording, "config-writer").inputs;
    assert.deepEqual(writer["scopes"], ["write_repository"]);
    assert.equal(writer["accessLevel"], "developer");
    assert.equal(writer["name"], "config-writer-g3");
    assert.deepEqual(writer["rotationConfiguration"], { expirationDays: 30, rotateBeforeDays: 5 });
});

test("a writer that opens merge requests may call GitLab's API, which takes no other token for it", async () => {
    const updater = {
        environments: ["dev"],
        strategy: "newest-build",
        allowTags: "any",
        ignoreTags: [],
        platforms: [],
        images: {},
        writeBack: "source",
        mergeRequest: true,
    } as const;
    const recording = await recordConfig({ apps: [sampleApp("web", { updater })] });
    const scopes = registration(recording, "config-writer").inputs["scopes"];
    assert.deepEqual(scopes, ["api", "write_repository"]);
});

test("without anything that writes there is no writer, and only the branch of the first content takes a maintainer's push", async () => {
    const recording = await recordConfig({ apps: [sampleApp("web", { ci: "none" })] });
    assert.equal(short(recording, "config").includes("ProjectAccessToken config-writer"), false);
    const pushers = (branch: string): unknown =>
        registration(recording, `config-branch-${branch}-protection`).inputs["pushAccessLevel"];
    assert.equal(pushers("dev"), "maintainer");
    assert.equal(pushers("prod"), "no one");
    assert.equal(recording.result.writer, undefined);
});

test("a shared repository has a folder per app and refuses apps of another one", async () => {
    const config = { ...sampleApp("web").config, scope: "team" as const };
    const web = sampleApp("web", { config });
    const api = sampleApp("api", { config: { ...config, folder: "api" }, delivery: "kustomize" });
    const files = short(await recordConfig({ apps: [api, web] }), "config").filter((child) =>
        child.startsWith("Rep"),
    );
    assert.deepEqual(files, [
        "RepositoryFile config-file-.gitlab-ci.yml",
        "RepositoryFile config-file-api/deployment.yaml",
        "RepositoryFile config-file-api/kustomization.yaml",
        "RepositoryFile config-file-api/no-pods-without-image.yaml",
        "RepositoryFile config-file-api/service.yaml",
        "RepositoryFile config-file-ci/copy.mjs",
        "RepositoryFile config-file-ci/promote.mjs",
        "RepositoryFile config-file-ci/promote.sh",
        "RepositoryFile config-file-web/Chart.yaml",
        "RepositoryFile config-file-web/templates/_helpers.tpl",
        "RepositoryFile config-file-web/templates/deployment.yaml",
        "RepositoryFile config-file-web/templates/poddisruptionbudget.yaml",
        "RepositoryFile config-file-web/templates/service.yaml",
        "RepositoryFile config-file-web/values.yaml",
    ]);
    await assert.rejects(
        recordConfig({ apps: [sampleApp("api"), sampleApp("web")] }),
        /ConfigRepository "config":\n {2}apps must have acme\/shop\/web-config as a config repository; got api\./,
    );
    const images = { ...web.pipeline.images, promote: "mirror.test/other:1" };
    const other = sampleApp("api", { config: api.config, pipeline: { ...api.pipeline, images } });
    await assert.rejects(
        recordConfig({ apps: [other, web] }),
        /apps must agree on pipeline\.images\.promote, which exists once here; got mirror\.test\/other:1, mirror\.test\/node:1\./,
    );
    // @ts-expect-error a repository serves at least one app
    const none: ConfigRepositoryArgs["apps"] = [];
    assert.equal(none.length, 0);
    await assert.rejects(recordConfig({ environments: [] }), /environments must name at least one/);
});

test("branches are written by CI and by the updater, nothing else", () => {
    const updater = {
        environments: ["test"],
        strategy: "newest-build" as const,
        allowTags: "any",
        ignoreTags: [],
        platforms: [],
        images: {},
        writeBack: "source" as const,
        mergeRequest: false,
    };
    const writers = (overrides: Partial<App>): unknown =>
        Object.fromEntries(
            sampleApp("web", overrides).plan.configs[0].plan.branches.map((branch) => [
                branch.name,
                branch.writers,
            ]),
        );
    assert.deepEqual(writers({}), { dev: ["ci"], test: [], prod: [] });
    assert.deepEqual(writers({ updater }), { dev: ["ci"], test: ["updater"], prod: [] });
    assert.deepEqual(writers({ ci: "none", updater }), { dev: [], test: ["updater"], prod: [] });
});

test("environments are called what they are", () => {
    assert.deepEqual(
        ["dev", "test", "prod"].map((name) => environmentTier(sampleEnvironment(name))),
        ["development", "staging", "production"],
    );
});
